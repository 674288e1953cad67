/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Properties that the server is not told of, changed while a session runs:
 * what changes here.
 */
#include "rtpipeline.h"
#include "rtspeech.h"

static void
test_chunks (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  static const guint8 pcm[RT_PCM_MS (200)];

  gst_util_set_object_arg (G_OBJECT (p->rt), "chunk-duration", "100");
  rt_pipeline_push (p, pcm, sizeof (pcm));
  g_assert_true (rt_fake_conn_wait_audio (p->conn, sizeof (pcm), RT_WAIT_MS));
  g_assert_cmpuint (
      rt_fake_conn_count_events (p->conn, "input_audio_buffer.append"), ==, 2);
}

static void
test_uplink_buffer (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_ANY);
  static const guint8 pcm[RT_PCM_MS (500)];

  rt_pipeline_play (p);
  rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_pipeline_push (p, pcm, sizeof (pcm));
  g_assert_true (
      rt_pipeline_wait_stat (p, "uplink-level", 500 * GST_MSECOND, RT_WAIT_MS));
  gst_util_set_object_arg (G_OBJECT (p->rt), "uplink-buffer", "200");
  rt_pipeline_push (p, pcm, RT_PCM_MS (20));
  g_assert_true (
      rt_pipeline_wait_stat (p, "uplink-level", 200 * GST_MSECOND, RT_WAIT_MS));
}

static void
test_latency (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  static const guint8 pcm[RT_PCM_MS (100)];
  gint64 began;

  /* so much is gathered, or waited for, before a reply begins */
  gst_util_set_object_arg (G_OBJECT (p->rt), "latency", "600");
  rt_fake_conn_send_reply_begin (p->conn, "r", "i");
  began = g_get_monotonic_time ();
  rt_fake_conn_send_reply_audio (
      p->conn, "r", "i", "", pcm, sizeof (pcm), sizeof (pcm));
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (20), RT_WAIT_MS));
  g_assert_cmpint (g_get_monotonic_time () - began, >, 500000);
}

static void
test_eos_timeout (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "eos-timeout=60000", RT_OUT_SYNC);

  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  gst_util_set_object_arg (G_OBJECT (p->rt), "eos-timeout", "100");
  rt_pipeline_push_eos (p);
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
}

static void
test_posts (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  static const gchar *const increment
      = "{\"type\":\"response.output_text.delta\",\"item_id\":\"i\","
        "\"delta\":\"a\"}";

  rt_fake_conn_send_text (p->conn, increment);
  rt_pipeline_expect (p, "realtime-transcript");
  gst_util_set_object_arg (G_OBJECT (p->rt), "post-partials", "false");
  gst_util_set_object_arg (G_OBJECT (p->rt), "post-events", "true");
  rt_fake_conn_send_text (p->conn, increment);
  rt_pipeline_expect_with (
      p, "realtime-event", "type", "response.output_text.delta");
  /* the event is posted first: behind this one it was served */
  rt_fake_conn_send_text (p->conn, "{\"type\":\"mark\"}");
  rt_pipeline_expect_with (p, "realtime-event", "type", "mark");
  gst_util_set_object_arg (G_OBJECT (p->rt), "post-events", "false");
  gst_util_set_object_arg (G_OBJECT (p->rt), "post-partials", "true");
  rt_fake_conn_send_text (p->conn, increment);
  rt_pipeline_expect (p, "realtime-transcript");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-transcript"), ==, 2);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-event"), ==, 2);
}

static void
test_barge_in (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=drop", RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_noise (RT_RATE * 5, 3);

  gst_util_set_object_arg (G_OBJECT (p->rt), "barge-in", "flush");
  rt_fake_conn_send_reply (p->conn, "r", "i", "Long.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect (p, "realtime-interrupted");
  g_assert_nonnull (
      rt_pipeline_wait_event (p, GST_EVENT_FLUSH_STOP, 0, RT_WAIT_MS));
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/changes/chunks", test_chunks);
  g_test_add_func ("/changes/uplink-buffer", test_uplink_buffer);
  g_test_add_func ("/changes/latency", test_latency);
  g_test_add_func ("/changes/eos-timeout", test_eos_timeout);
  g_test_add_func ("/changes/posts", test_posts);
  g_test_add_func ("/changes/barge-in", test_barge_in);
  return g_test_run ();
}
