/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How fast input may come: a file at the clock's pace, a microphone whenever
 * it likes; and that nobody who waits is forgotten.
 */
#include "rtinput.h"

static GstClockTime
since (GstClockTime began)
{
  return g_get_monotonic_time () * GST_USECOND - began;
}

static GstClockTime
start (void)
{
  return since (0);
}

static RtPipeline *
open_file (RtFakeServer *server, const gchar *props, RtInput **in)
{
  RtPipeline *p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, props, RT_OUT_ANY);

  rt_fake_server_set_auto (server, TRUE);
  *in = rt_input_new (p, RT_PCM_CAPS, FALSE);
  rt_pipeline_connect (p, server);
  rt_input_begin (*in, RT_PCM_CAPS);
  return p;
}

/* `ms` of audio take as long to be said. */
static void
say_paced (RtInput *in, guint8 value, guint ms, gdouble pts_ms)
{
  GstClockTime began = start ();

  rt_input_say (in, value, ms, pts_ms);
  /* the last piece is taken when it begins */
  g_assert_cmpuint (since (began), >, (ms - 50) * GST_MSECOND);
  g_assert_cmpuint (since (began), <, (ms + 1000) * GST_MSECOND);
}

static void
end_flush (RtInput *in)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  rt_input_send (in, gst_event_new_flush_stop (FALSE));
  rt_input_send (in, gst_event_new_segment (&segment));
}

/* Bytes without stamps are as long as they are, wherever they begin. */
static void
test_unstamped (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = open_file (server, NULL, &in);

  say_paced (in, 1, 800, -1);
  rt_input_expect_heard (p, 2, "1*19200");
  rt_input_send (in, gst_event_new_flush_start ());
  end_flush (in);
  say_paced (in, 2, 800, -1);
  /* a source that thought about it for a while has nothing to catch up */
  g_usleep (1500000);
  say_paced (in, 3, 800, -1);
  /* and one that sends a lot at once does not send it faster */
  rt_input_take (in, rt_input_buffer (in, 4, 800, -1));
  say_paced (in, 5, 200, -1);
  rt_input_expect_heard (p, 2, "1*19200 2*19200 3*19200 4*19200 5*4800");
  g_assert_cmpuint (rt_pipeline_now (p), >, 4800 * GST_MSECOND);
}

/* A hole takes its time, and the silence in it comes as it goes by. */
static void
test_hole (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = open_file (server, NULL, &in);
  GstClockTime now = rt_pipeline_now (p), began = start ();
  guint from = now / GST_MSECOND + 1, gap = 0;

  rt_input_say (in, 1, 100, from);
  rt_input_send (
      in, gst_event_new_gap ((from + 100) * GST_MSECOND, 500 * GST_MSECOND));
  gap = since (began) / GST_MSECOND;
  g_assert_cmpuint (gap, >, 500);
  rt_input_expect_heard (p, 2, "1*2400 0*12000");
  rt_input_say (in, 2, 100, from + 1100);
  g_assert_cmpuint (since (began), >, 1150 * GST_MSECOND);
  g_assert_cmpuint (since (began), <, 2500 * GST_MSECOND);
  rt_input_expect_heard (p, 2, "1*2400 0*24000 2*2400");
}

/* Live input is taken at once: without a session, with a server that reads
 * nothing, in one piece or many, late or early. */
static void
test_live (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_SMALL_BUFFERS);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, "uplink-buffer=1000", RT_OUT_ANY);
  g_autoptr (RtInput) in = rt_input_new (p, RT_PCM_CAPS, TRUE);
  GstClockTime began;

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_begin (in, RT_PCM_CAPS);
  began = start ();
  rt_input_say (in, 1, 10000, 0);
  rt_input_take (in, rt_input_buffer (in, 2, 10000, 10000));
  rt_input_say (in, 3, 1000, 600000);
  g_assert_cmpuint (since (began), <, 2 * GST_SECOND);

  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_pipeline_expect (p, "realtime-session");
  rt_fake_conn_set_reading (p->conn, FALSE);
  began = start ();
  rt_input_say (in, 4, 20000, 601000);
  g_assert_cmpuint (since (began), <, 2 * GST_SECOND);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-dropped-uplink"), >, 30 * GST_SECOND);
}

typedef struct {
  RtInput *in;
  GstBuffer *buffer;
  GstFlowReturn flow;
  gint began; /* atomic, and so the next */
  gint done;
} Waiter;

static GstPadProbeReturn
began_cb (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_atomic_int_set (&((Waiter *) data)->began, TRUE);
  return GST_PAD_PROBE_REMOVE;
}

static gpointer
wait_in_chain (gpointer data)
{
  Waiter *self = data;

  self->flow = rt_input_take (self->in, self->buffer);
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

/* On its way into the chain, at least. */
static GThread *
begin_to_wait (Waiter *self)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  GThread *thread;

  gst_pad_add_probe (
      self->in->pad, GST_PAD_PROBE_TYPE_BUFFER, began_cb, self, NULL);
  thread = g_thread_new ("upstream", wait_in_chain, self);
  while (!g_atomic_int_get (&self->began)) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
  }
  return thread;
}

typedef enum { FLUSH, READY, STOP, CLOSE } Waker;

typedef struct {
  const gchar *props;
  gboolean paused;
  gdouble pts_ms;
  gdouble ms;
  gboolean gap; /* the wait is before the data */
  Waker waker;
} Wait;

/* Whatever the chain waits for, it is out at once. */
static void
test_wake (gconstpointer data)
{
  const Wait *wait = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, wait->props, RT_OUT_ANY);
  g_autoptr (RtInput) in = rt_input_new (p, RT_PCM_CAPS, FALSE);
  Waiter waiter = { .in = in, .flow = GST_FLOW_CUSTOM_ERROR };
  GThread *thread;
  GstClockTime began;

  gst_element_set_state (
      p->pipeline, wait->paused ? GST_STATE_PAUSED : GST_STATE_PLAYING);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_begin (in, RT_PCM_CAPS);
  if (wait->gap)
    rt_input_say (in, 1, 20, 0);
  waiter.buffer = rt_input_buffer (in, 1, wait->ms, wait->pts_ms);
  thread = begin_to_wait (&waiter);
  /* it waits, and goes on waiting */
  g_usleep (150000);
  g_assert_false (g_atomic_int_get (&waiter.done));

  began = start ();
  if (wait->waker == FLUSH) {
    rt_input_send (in, gst_event_new_flush_start ());
  } else if (wait->waker == CLOSE) {
    /* what had no room finds nobody who wants it */
    g_assert_true (rt_pipeline_act (p, "close"));
  } else {
    gst_element_set_state (
        p->pipeline, wait->waker == READY ? GST_STATE_READY : GST_STATE_NULL);
  }
  g_thread_join (thread);
  g_assert_cmpuint (since (began), <, 500 * GST_MSECOND);
  /* a conversation that ends on the way down may leave room first */
  if (wait->waker == CLOSE || (wait->waker != FLUSH && wait->props != NULL))
    g_assert_true (
        waiter.flow == GST_FLOW_OK || waiter.flow == GST_FLOW_FLUSHING);
  else
    g_assert_cmpint (waiter.flow, ==, GST_FLOW_FLUSHING);
}

#define CLOCK NULL, FALSE, 60000, 20, FALSE
#define MIDDLE NULL, FALSE, 0, 60000, FALSE
#define HOLE NULL, FALSE, 60000, 20, TRUE
#define PAUSE NULL, TRUE, 0, 20, FALSE
#define ROOM "pace=false uplink-buffer=500", FALSE, 0, 5000, FALSE
#define ROOM_IN_HOLE "pace=false uplink-buffer=500", FALSE, 60000, 20, TRUE

static const Wait waits[] = {
  { CLOCK, FLUSH },
  { CLOCK, READY },
  { CLOCK, STOP },
  { MIDDLE, FLUSH },
  { MIDDLE, STOP },
  { HOLE, FLUSH },
  { HOLE, STOP },
  { PAUSE, FLUSH },
  { PAUSE, READY },
  { PAUSE, STOP },
  { ROOM, FLUSH },
  { ROOM, READY },
  { ROOM, STOP },
  { ROOM, CLOSE },
  { ROOM_IN_HOLE, FLUSH },
  { ROOM_IN_HOLE, STOP },
};

/* The next wait is one again. */
static void
test_flush_twice (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = open_file (server, NULL, &in);
  guint i;

  for (i = 0; i < 20; i++) {
    Waiter waiter = { .in = in };
    GThread *thread;

    waiter.buffer = rt_input_buffer (in, 1, 20, 60000);
    thread = begin_to_wait (&waiter);
    g_usleep (g_test_rand_int_range (0, 3000));
    rt_input_send (in, gst_event_new_flush_start ());
    g_thread_join (thread);
    end_flush (in);
    g_assert_cmpint (waiter.flow, ==, GST_FLOW_FLUSHING);
  }
  say_paced (in, 2, 300, -1);
  rt_input_expect_heard (p, 2, "2*7200");
}

int
main (int argc, char **argv)
{
  guint i;

  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/pace/unstamped", test_unstamped);
  g_test_add_func ("/pace/hole", test_hole);
  g_test_add_func ("/pace/live", test_live);
  for (i = 0; i < G_N_ELEMENTS (waits); i++) {
    g_autofree gchar *path = g_strdup_printf ("/pace/wake/%u", i);

    g_test_add_data_func (path, &waits[i], test_wake);
  }
  g_test_add_func ("/pace/flush-twice", test_flush_twice);
  return g_test_run ();
}
