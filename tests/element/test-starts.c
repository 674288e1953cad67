/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread that starts conversations while another one changes the state.
 */
#include "rtpipeline.h"

#define CYCLES 200

/* In the place of GLib's: as on a machine that is worth two I/O threads. */
__attribute__ ((visibility ("default"))) guint
g_get_num_processors (void)
{
  return 8;
}

static void
assert_sums (RtPipeline *p)
{
  g_assert_true (rt_pipeline_wait_stat (p, "playout-level", 0, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-received"), ==,
      rt_pipeline_stat (p, "audio-played")
          + rt_pipeline_stat (p, "audio-dropped-interrupted"));
}

typedef struct {
  RtPipeline *p;
  gint over; /* atomic */
} Starter;

static gpointer
start_again_and_again (gpointer data)
{
  Starter *self = data;

  while (!g_atomic_int_get (&self->over)) {
    rt_pipeline_act (self->p, "start");
    g_usleep (g_random_int_range (0, 2000));
  }
  return NULL;
}

/* No two are told of at a time. */
static void
assert_one_by_one (RtPipeline *p)
{
  const GPtrArray *messages = rt_pipeline_get_messages (p);
  gint open = 0;
  guint i;

  for (i = 0; i < messages->len; i++) {
    GstMessage *message = g_ptr_array_index (messages, i);

    open += gst_message_has_name (message, "realtime-started");
    open -= gst_message_has_name (message, "realtime-closed");
    g_assert_cmpint (open, >=, 0);
    g_assert_cmpint (open, <=, 1);
  }
  g_assert_cmpint (open, ==, 0);
}

/* A thread that starts while another one goes down and up: each conversation
 * that began is over in the end, and nothing is left. */
static void
test_up_and_down (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "pace=false", RT_OUT_ANY);
  Starter starter = { p, FALSE };
  GThread *thread = g_thread_new ("start", start_again_and_again, &starter);
  guint i;

  g_object_set (p->pipeline, "auto-flush-bus", FALSE, NULL);
  for (i = 0; i < CYCLES; i++) {
    gst_element_set_state (
        p->pipeline, i % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL);
    rt_pipeline_play (p);
    g_usleep (g_random_int_range (0, 5000));
  }
  g_atomic_int_set (&starter.over, TRUE);
  g_thread_join (thread);
  gst_element_set_state (p->pipeline, GST_STATE_READY);
  g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
  assert_one_by_one (p);
  assert_sums (p);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/starts/up-and-down", test_up_and_down);
  return g_test_run ();
}
