/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is known to have gone wrong in elements of this kind, so that it never
 * does in this one.
 */
#include "rtpipeline.h"
#include "rtspeech.h"

/* `total_ms` of a ramp in pieces of `piece_ms`, as fast as can be. */
static void
send_pieces (RtPipeline *p, guint total_ms, guint piece_ms)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) total_ms * RT_RATE / 1000, 0);

  rt_fake_conn_send_reply (p->conn, "resp", "item", "A burst.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm),
      RT_PCM_MS (piece_ms));
}

static void
assert_whole (RtPipeline *p, guint ms)
{
  g_autoptr (GByteArray) audio = rt_pipeline_get_audio (p);

  g_assert_cmpuint (audio->len, ==, RT_PCM_MS (ms));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
}

/* Each buffer is as long as its samples, begins where the one before ended,
 * left no sooner than that, and was rendered. */
static void
assert_paced (RtPipeline *p)
{
  g_autoptr (GArray) buffers = rt_pipeline_get_buffers (p);
  GstStructure *stats = NULL;
  guint64 rendered = 0, dropped = 1;
  guint i;

  for (i = 0; i < buffers->len; i++) {
    RtOutBuffer *buffer = &g_array_index (buffers, RtOutBuffer, i);

    g_assert_cmpuint (buffer->duration, ==,
        gst_util_uint64_scale (buffer->size / 2, GST_SECOND, RT_RATE));
    g_assert_cmpuint (buffer->at, >=, buffer->pts);
    if (i > 0)
      g_assert_cmpuint (buffer->pts, ==, buffer[-1].pts + buffer[-1].duration);
  }
  g_object_get (p->out, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, "rendered", &rendered));
  g_assert_true (gst_structure_get_uint64 (stats, "dropped", &dropped));
  gst_structure_free (stats);
  g_assert_cmpuint (rendered, ==, buffers->len);
  g_assert_cmpuint (dropped, ==, 0);
}

/* A queue counted in messages lost five sixths of such a reply. */
static void
test_burst_of_600 (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  send_pieces (p, 12000, 20);
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (12000), 20000));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  assert_whole (p, 12000);
  assert_paced (p);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-received"), ==, 12 * GST_SECOND);
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-played"), ==, 12 * GST_SECOND);
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-dropped-interrupted"), ==, 0);
}

/* Stamped and paced as if every message were 20 ms. */
static void
test_long_messages (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GArray) buffers = NULL;

  send_pieces (p, 2000, 200);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  assert_whole (p, 2000);
  assert_paced (p);
  buffers = rt_pipeline_get_buffers (p);
  g_assert_cmpuint (g_array_index (buffers, RtOutBuffer, buffers->len - 1).at
                        - g_array_index (buffers, RtOutBuffer, 0).at,
      >, 1500 * GST_MSECOND);
}

/* Stamps were absolute clock times: a synchronised sink played nothing.  The
 * clock runs long before the pipeline does, and the pipeline before the model
 * speaks. */
static void
test_running_time (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  g_autoptr (GArray) buffers = NULL;
  GstClockTime began, sent;
  GstClockID later;
  RtOutBuffer *first;

  rt_fake_server_set_auto (server, TRUE);
  gst_pipeline_use_clock (GST_PIPELINE (p->pipeline), clock);
  began = gst_clock_get_time (clock);
  gst_element_set_state (p->pipeline, GST_STATE_PAUSED);
  /* this long before it plays */
  later = gst_clock_new_single_shot_id (clock, began + 1200 * GST_MSECOND);
  gst_clock_id_wait (later, NULL);
  gst_clock_id_unref (later);
  rt_pipeline_connect (p, server);
  g_assert_cmpuint (
      gst_element_get_base_time (p->pipeline), >=, began + 1200 * GST_MSECOND);
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_GAP, 0, RT_WAIT_MS));

  sent = rt_pipeline_now (p);
  send_pieces (p, 500, 50);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  assert_whole (p, 500);
  assert_paced (p);
  buffers = rt_pipeline_get_buffers (p);
  first = &g_array_index (buffers, RtOutBuffer, 0);
  g_assert_cmpuint (first->pts, >=, sent);
  g_assert_cmpuint (first->pts, <, sent + 500 * GST_MSECOND);
}

/* The server going away was EOS, and the pipeline ended. */
static void
test_close_is_no_eos (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "reconnect=false", RT_OUT_SYNC);
  GstClockTime now;
  guint gaps;

  rt_fake_conn_close (p->conn, 1001, "bye");
  rt_pipeline_expect (p, "realtime-closed");
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  now = rt_pipeline_now (p);
  gaps = rt_pipeline_count_events (p, GST_EVENT_GAP);
  /* the stream goes on, and another conversation may follow in it */
  while (rt_pipeline_count_events (p, GST_EVENT_GAP) < gaps + 3) {
    g_assert_cmpuint (rt_pipeline_now (p), <, now + 5 * GST_SECOND);
    g_usleep (5000);
  }
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_EOS), ==, 0);
  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_pipeline_expect_with (p, "realtime-session", "session-id", "sess_fake_2");
  send_pieces (p, 200, 50);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  assert_whole (p, 200);
  g_assert_cmpuint (
      rt_pipeline_count_events (p, GST_EVENT_STREAM_START), ==, 1);
}

/* Leaving took as long as the attempt to connect. */
static void
test_leave_while_connecting (void)
{
  /* one that answers nothing, not even the connection: a full backlog */
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) any
      = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GPtrArray) fillers
      = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree gchar *uri = NULL;
  g_autoptr (RtPipeline) p = NULL;
  guint i;

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  g_socket_set_listen_backlog (socket, 1);
  g_assert_true (g_socket_listen (socket, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  for (i = 0; i < 8; i++) {
    GSocket *filler = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
        G_SOCKET_PROTOCOL_TCP, NULL);

    g_socket_set_blocking (filler, FALSE);
    g_socket_connect (filler, bound, NULL, NULL);
    g_ptr_array_add (fillers, filler);
  }
  uri = g_strdup_printf ("ws://127.0.0.1:%u/",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  p = rt_pipeline_new (uri, RT_IN_LIVE, NULL, RT_OUT_SYNC);
  rt_pipeline_play (p);
  for (;;) {
    g_autofree gchar *text = NULL;

    gst_message_parse_progress (
        rt_pipeline_expect_type (p, GST_MESSAGE_PROGRESS), NULL, NULL, &text);
    if (g_str_equal (text, "connecting"))
      break;
  }
  g_assert_cmpuint (rt_pipeline_stop (p), <, 500);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static gboolean
skip_without (const gchar *property)
{
  g_autoptr (GstElement) rt
      = gst_element_factory_make ("realtimeconversation", NULL);

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (rt), property) != NULL)
    return FALSE;
  g_test_skip ("there is no such property");
  return TRUE;
}

/* Asked not to reconnect, it did not connect at all. */
static void
test_no_reconnect_connects (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = NULL;

  if (skip_without ("reconnect"))
    return;
  p = rt_pipeline_open (server, "reconnect=false", RT_OUT_SYNC);
  send_pieces (p, 200, 50);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  assert_whole (p, 200);
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 1);
}

/* Leaving took as long as the wait before the next attempt. */
static void
test_leave_while_waiting (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = NULL;

  if (skip_without ("reconnect-delay"))
    return;
  p = rt_pipeline_open (
      server, "reconnect-delay=20000 reconnect-max-delay=20000", RT_OUT_SYNC);
  rt_fake_conn_close (p->conn, 1001, "bye");
  rt_pipeline_expect (p, "realtime-reconnecting");
  g_assert_cmpuint (rt_pipeline_stop (p), <, 500);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/regressions/burst-of-600", test_burst_of_600);
  g_test_add_func ("/regressions/long-messages", test_long_messages);
  g_test_add_func ("/regressions/running-time", test_running_time);
  g_test_add_func ("/regressions/close-is-no-eos", test_close_is_no_eos);
  g_test_add_func (
      "/regressions/leave-while-connecting", test_leave_while_connecting);
  g_test_add_func (
      "/regressions/no-reconnect-connects", test_no_reconnect_connects);
  g_test_add_func (
      "/regressions/leave-while-waiting", test_leave_while_waiting);
  return g_test_run ();
}
