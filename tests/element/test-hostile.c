/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Applications and streams that do what nobody expects: the element keeps its
 * books, lets nobody hang and says what came of it.
 */
#include <string.h>

#include "rtpipeline.h"
#include "rtspeech.h"

static void
send_reply (RtPipeline *p, const gchar *id, guint ms)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, 0);

  rt_fake_conn_send_reply (p->conn, id, id, "Something.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (100));
}

static void
push_silence (RtPipeline *p, guint ms)
{
  g_autofree guint8 *pcm = g_malloc0 (RT_PCM_MS (ms));

  rt_pipeline_push (p, pcm, RT_PCM_MS (ms));
}

static void
flush_sink (RtPipeline *p)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, "sink");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_assert_true (gst_pad_send_event (pad, gst_event_new_flush_start ()));
  g_assert_true (gst_pad_send_event (pad, gst_event_new_flush_stop (FALSE)));
  g_assert_true (gst_pad_send_event (pad, gst_event_new_segment (&segment)));
}

/* What came is what was played, dropped or is still there. */
static void
get_playout (RtPipeline *p, guint64 *came, guint64 *known)
{
  *came = rt_pipeline_stat (p, "audio-received");
  *known = rt_pipeline_stat (p, "audio-played")
           + rt_pipeline_stat (p, "audio-dropped-interrupted")
           + rt_pipeline_stat (p, "playout-level");
}

static void
get_uplink (RtPipeline *p, guint64 *came, guint64 *known)
{
  *known = rt_pipeline_stat (p, "audio-sent")
           + rt_pipeline_stat (p, "audio-dropped-uplink")
           + rt_pipeline_stat (p, "uplink-level");
}

/* Other threads count while we look: it adds up as soon as they are done, but
 * for the rounding of each count. */
static void
check_books (
    RtPipeline *p, void (*get) (RtPipeline *, guint64 *, guint64 *), guint ms)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  guint64 came = ms * GST_MSECOND, known = 0;

  for (;;) {
    get (p, &came, &known);
    if (MAX (came, known) - MIN (came, known) < 1000)
      break;
    if (g_get_monotonic_time () > deadline)
      g_error ("%" G_GUINT64_FORMAT " ns came, %" G_GUINT64_FORMAT " are known",
          came, known);
    g_usleep (1000);
  }
}

/* A flushing seek at the end of a recording: the input goes on. */
static void
test_flush_after_eos (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, "sink");

  push_silence (p, 200);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (200), RT_WAIT_MS));
  g_assert_true (gst_pad_send_event (pad, gst_event_new_eos ()));
  flush_sink (p);
  /* longer than what is waited for a reply to a last word */
  g_assert_null (rt_pipeline_wait_event (p, GST_EVENT_EOS, 0, 3500));
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
  send_reply (p, "after", 300);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_true (gst_pad_send_event (pad, gst_event_new_eos ()));
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_EOS, 0, RT_WAIT_MS));
}

/* The conversation was replaced after the input ended: EOS leaves all the
 * same. */
static void
test_start_after_eos (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, "sink");

  g_assert_true (gst_pad_send_event (pad, gst_event_new_eos ()));
  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_EOS, 0, RT_WAIT_MS));
}

static void
end_stream (RtPipeline *p)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, "sink");

  g_assert_true (gst_pad_send_event (pad, gst_event_new_eos ()));
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  rt_assert_field (rt_pipeline_expect (p, "realtime-closed"), "reason", "eos");
}

static void
start_again (RtPipeline *p, RtFakeServer *server)
{
  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_pipeline_expect (p, "realtime-session");
  rt_pipeline_expect (p, "realtime-session");
}

/* EOS has left, a seek flushes, and the next conversation is heard, and
 * ends. */
static void
test_start_after_end (gconstpointer out)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, out);
  guint i, before;

  for (i = 0; i < 3; i++) {
    end_stream (p);
    before = rt_pipeline_get_audio_size (p);
    flush_sink (p);
    start_again (p, server);
    push_silence (p, 200);
    g_assert_true (
        rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (200), RT_WAIT_MS));
    send_reply (p, "after", 300);
    rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
    rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
    g_assert_true (
        rt_pipeline_wait_audio (p, before + RT_PCM_MS (300), RT_WAIT_MS));
  }
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* Without new input it is a conversation all the same, and the stream ends
 * behind it. */
static void
test_start_without_input (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  end_stream (p);
  start_again (p, server);
  send_reply (p, "after", 300);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  rt_assert_field (rt_pipeline_expect (p, "realtime-closed"), "reason", "eos");
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
}

/* A server that leaves while it speaks, then a stop: nothing stays for the
 * next run, and the books are right. */
static void
test_stop_after_loss (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "reconnect=false", RT_OUT_SYNC);

  send_reply (p, "long", 20000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  rt_fake_conn_fin (p->conn);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  rt_pipeline_stop (p);
  g_assert_cmpuint (rt_pipeline_stat (p, "playout-level"), ==, 0);
  check_books (p, get_playout, 0);
}

static void
test_stop_while_speaking (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  push_silence (p, 990);
  send_reply (p, "long", 20000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  check_books (p, get_playout, 0);
  rt_pipeline_stop (p);
  g_assert_true (rt_pipeline_wait_stat (p, "playout-level", 0, RT_WAIT_MS));
  check_books (p, get_playout, 0);
  check_books (p, get_uplink, 990);
}

/* What was queued for a conversation that was closed is not of the next. */
static void
test_close_drops_input (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (
      RT_FAKE_SERVER_SMALL_BUFFERS | RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  rt_fake_conn_set_reading (p->conn, FALSE);
  push_silence (p, 30000);
  while (rt_pipeline_stat (p, "uplink-level") < GST_SECOND)
    g_usleep (1000);
  g_assert_true (rt_pipeline_act (p, "close"));
  rt_pipeline_expect (p, "realtime-closed");
  g_assert_true (rt_pipeline_wait_stat (p, "uplink-level", 0, RT_WAIT_MS));
  check_books (p, get_uplink, 30000);
}

/* A chain that waits for room is let go when there is nobody to make any. */
static void
test_close_frees_chain (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (
      RT_FAKE_SERVER_SMALL_BUFFERS | RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_FILE, "pace=false uplink-buffer=200", RT_OUT_ANY);

  push_silence (p, 5000);
  rt_pipeline_push_eos (p);
  rt_pipeline_play (p);
  g_assert_true (
      rt_pipeline_wait_stat (p, "uplink-level", 200 * GST_MSECOND, RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "close"));
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_EOS, 0, RT_WAIT_MS));
}

/* Much that waits to be said, and then the end of the input: the network gets
 * it as it takes it. */
static void
test_large_backlog (void)
{
  static const gchar *const events[] = { "created", "updated" };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, "uplink-buffer=600000 eos-timeout=60000", RT_OUT_ANY);
  const guint ms = 500000;
  guint i;

  push_silence (p, ms);
  rt_pipeline_push_eos (p);
  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  g_assert_true (
      rt_pipeline_wait_stat (p, "uplink-level", ms * GST_MSECOND, RT_WAIT_MS));
  for (i = 0; i < G_N_ELEMENTS (events); i++)
    rt_fake_conn_send_printf (p->conn,
        "{\"type\":\"session.%s\",\"event_id\":\"e\","
        "\"session\":{\"type\":\"realtime\",\"id\":\"s\"}}",
        events[i]);
  g_assert_true (rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (ms), 60000));
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static gsize
audio_before (RtFakeConn *conn, const gchar *type)
{
  gsize bytes = 0;
  guint i;

  for (i = 0; !g_str_equal (rt_fake_conn_get_event_type (conn, i), type); i++) {
    g_autoptr (JsonNode) node
        = json_from_string (rt_fake_conn_get_event_text (conn, i), NULL);
    const gchar *base64 = json_object_get_string_member_with_default (
        json_node_get_object (node), "audio", "");
    gsize size = 0;

    g_free (g_base64_decode (base64, &size));
    bytes += size;
  }
  return bytes;
}

/* The same when it is committed: all of it comes before the commit, and what
 * was asked for after that, and said, behind it. */
static void
test_large_commit (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, "uplink-buffer=600000 turn-detection=none", RT_OUT_ANY);
  const guint ms = 500010;
  gboolean done = FALSE;

  push_silence (p, ms);
  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  g_assert_true (
      rt_pipeline_wait_stat (p, "uplink-level", ms * GST_MSECOND, RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_set_reading (p->conn, FALSE);
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_pipeline_expect (p, "realtime-session");
  push_silence (p, 1000);
  check_books (p, get_uplink, ms + 1000);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  g_signal_emit_by_name (p->rt, "send-event", "{\"type\":\"last\"}", &done);
  g_assert_true (done);
  rt_fake_conn_set_reading (p->conn, TRUE);
  g_assert_nonnull (rt_fake_conn_wait_event (p->conn, "last", 60000));
  g_assert_cmpuint (
      audio_before (p->conn, "input_audio_buffer.commit"), ==, RT_PCM_MS (ms));
  g_assert_cmpuint (
      audio_before (p->conn, "last"), ==, RT_PCM_MS (ms) + RT_PCM_MS (1000));
  {
    g_autofree gchar *order = rt_fake_conn_dup_order (p->conn);

    g_assert_cmpstr (order, ==,
        "session.update input_audio_buffer.commit response.create "
        "input_audio_buffer.commit last");
  }
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* The element leaves while it interrupts: whatever is behind it is not left
 * deaf. */
static void
leave_while_flushing (RtFakeServer *server)
{
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=flush", RT_OUT_ANY);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->out, "sink");
  gint64 deadline;

  send_reply (p, "long", 5000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  gst_element_set_state (p->rt, GST_STATE_NULL);
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  while (GST_PAD_IS_FLUSHING (pad)) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
  }
}

static void
test_flushes_end (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  guint i;

  for (i = 0; i < 30; i++)
    leave_while_flushing (server);
}

/* What was flushed downstream was not heard. */
static void
test_flush_account (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=flush latency=1000", RT_OUT_SYNC);

  send_reply (p, "long", 5000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  rt_pipeline_expect (p, "realtime-interrupted");
  check_books (p, get_playout, 0);
}

/* The pipeline asks again for latencies. */
static void
test_latency_message (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  while (rt_pipeline_wait_type (p, GST_MESSAGE_LATENCY, 0))
    ;
  g_object_set (p->rt, "latency", 500, NULL);
  g_assert_nonnull (rt_pipeline_wait_type (p, GST_MESSAGE_LATENCY, 1000));
}

/* A flushing seek elsewhere let the running time begin anew. */
static void
test_time_begins_anew (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  send_reply (p, "one", 3000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  gst_element_set_state (p->pipeline, GST_STATE_PAUSED);
  gst_element_set_start_time (p->pipeline, 0);
  gst_element_set_state (p->pipeline, GST_STATE_PLAYING);
  send_reply (p, "two", 300);
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (3300), 1500));
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/hostile/flush-after-eos", test_flush_after_eos);
  g_test_add_func ("/hostile/start-after-eos", test_start_after_eos);
  g_test_add_data_func (
      "/hostile/start-after-end/sync", RT_OUT_SYNC, test_start_after_end);
  g_test_add_data_func (
      "/hostile/start-after-end/any", RT_OUT_ANY, test_start_after_end);
  g_test_add_func ("/hostile/start-without-input", test_start_without_input);
  g_test_add_func ("/hostile/stop-after-loss", test_stop_after_loss);
  g_test_add_func ("/hostile/stop-while-speaking", test_stop_while_speaking);
  g_test_add_func ("/hostile/close-drops-input", test_close_drops_input);
  g_test_add_func ("/hostile/close-frees-chain", test_close_frees_chain);
  g_test_add_func ("/hostile/large-backlog", test_large_backlog);
  g_test_add_func ("/hostile/large-commit", test_large_commit);
  g_test_add_func ("/hostile/flushes-end", test_flushes_end);
  g_test_add_func ("/hostile/flush-account", test_flush_account);
  g_test_add_func ("/hostile/latency-message", test_latency_message);
  g_test_add_func ("/hostile/time-begins-anew", test_time_begins_anew);
  return g_test_run ();
}
