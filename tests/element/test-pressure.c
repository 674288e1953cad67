/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Replies that are far longer than they take to arrive: all of a long one is
 * kept and played, and a server that sends without end has to wait.
 */
#include "rtmemory.h"
#include "rtpipeline.h"
#include "rtspeech.h"

#include <string.h>

#define DELTA_MS 1000
#define TEN_MINUTES 600
/* What may wait to be played, and a message more. */
#define MOST_HELD ((32 * 1024 * 1024 + RT_PCM_MS (DELTA_MS)) / RT_PCM_MS (1))
/* More than that, and than the kernel takes. */
#define HALF_AN_HOUR 1800
#define MAX_GROWTH (64 * 1024 * 1024)

typedef struct {
  RtFakeConn *conn;
  const gchar *response;
  guint seconds;
  GThread *thread;
  gint sent; /* atomic: seconds */
} Sender;

static gpointer
send_all (gpointer data)
{
  Sender *self = data;
  g_autoptr (GBytes) pcm = rt_pcm_ramp (65536, 0);
  const gint16 *ramp = g_bytes_get_data (pcm, NULL);
  g_autofree gint16 *piece = g_malloc (RT_PCM_MS (DELTA_MS));
  guint i, n, at = 0;

  rt_fake_conn_send_reply_begin (self->conn, self->response, self->response);
  for (i = 0; i < self->seconds; i++) {
    for (n = 0; n < RT_RATE; n++)
      piece[n] = ramp[at++ % 65536];
    if (!rt_fake_conn_send_audio_delta (self->conn, self->response,
            self->response, 0, piece, RT_PCM_MS (DELTA_MS)))
      return NULL;
    g_atomic_int_inc (&self->sent);
  }
  rt_fake_conn_send_reply_end (
      self->conn, self->response, self->response, "Long.", "completed");
  return NULL;
}

static void
start (Sender *self, RtPipeline *p, const gchar *response, guint seconds)
{
  self->conn = p->conn;
  self->response = response;
  self->seconds = seconds;
  g_atomic_int_set (&self->sent, 0);
  self->thread = g_thread_new ("sender", send_all, self);
}

/* ms */
static guint64
level (RtPipeline *p)
{
  return rt_pipeline_stat (p, "playout-level") / GST_MSECOND;
}

/* Until the server sends no more for a while. */
static void
wait_until_stuck (Sender *self, RtPipeline *p)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  gint before = -1;
  guint still = 0;

  while (still < 10) {
    g_assert_cmpuint (level (p), <=, MOST_HELD);
    still = g_atomic_int_get (&self->sent) == before ? still + 1 : 0;
    before = g_atomic_int_get (&self->sent);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (20000);
  }
  g_assert_cmpint (before, <, self->seconds);
}

/* All of it is taken at once, plays in its own time, and can be stopped. */
static void
test_ten_minutes (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  gsize before = rt_memory_get_resident ();
  Sender sender;
  guint64 dropped, played;

  start (&sender, p, "long", TEN_MINUTES);
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_thread_join (sender.thread);
  rt_memory_assert_growth (before, MAX_GROWTH);
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (500), RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  rt_pipeline_expect (p, "realtime-interrupted");
  g_assert_true (rt_pipeline_wait_stat (p, "playout-level", 0, RT_WAIT_MS));
  dropped = rt_pipeline_stat (p, "audio-dropped-interrupted");
  played = rt_pipeline_stat (p, "audio-played");
  g_assert_cmpuint (dropped + played, ==, TEN_MINUTES * GST_SECOND);
}

static GstPadProbeReturn
block_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_OK;
}

static gulong
block (RtPipeline *p, GstPad *pad)
{
  return gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, block_cb, NULL,
      NULL);
}

/* Nobody takes the reply: the server waits, and when somebody does, there is
 * all of it. */
static void
test_back_pressure (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "pace=false", RT_OUT_ANY);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, "src");
  gulong probe = block (p, pad);
  gsize before = rt_memory_get_resident ();
  g_autoptr (GByteArray) audio = NULL;
  Sender sender;

  start (&sender, p, "long", HALF_AN_HOUR);
  wait_until_stuck (&sender, p);
  rt_memory_assert_growth (before, MAX_GROWTH);
  gst_pad_remove_probe (pad, probe);
  g_assert_true (
      rt_pipeline_wait_audio (p, RT_PCM_MS (HALF_AN_HOUR * 1000), 60000));
  g_thread_join (sender.thread);
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, RT_PCM_MS (HALF_AN_HOUR * 1000));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
}

/* It is interrupted while the server waits: the rest is not for any ear, and
 * what comes next is. */
static void
test_interrupted (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (200 * RT_RATE / 1000, 0);
  Sender sender;

  start (&sender, p, "long", HALF_AN_HOUR);
  wait_until_stuck (&sender, p);
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  rt_pipeline_expect (p, "realtime-interrupted");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_thread_join (sender.thread);
  g_assert_cmpuint (level (p), ==, 0);
  rt_fake_conn_send_reply (p->conn, "next", "next", "Next.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (20));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
}

/* Stopping does not wait for anybody. */
static void
test_stopped (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  Sender sender;

  start (&sender, p, "long", HALF_AN_HOUR);
  wait_until_stuck (&sender, p);
  g_assert_cmpuint (rt_pipeline_stop (p), <, 1000);
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  g_thread_join (sender.thread);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/pressure/ten-minutes", test_ten_minutes);
  g_test_add_func ("/pressure/back-pressure", test_back_pressure);
  g_test_add_func ("/pressure/interrupted", test_interrupted);
  g_test_add_func ("/pressure/stopped", test_stopped);
  return g_test_run ();
}
