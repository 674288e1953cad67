/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of the user's voice when a connection is lost: said again, kept,
 * or counted.
 */
#include "rtoutage.h"
#include "rtspeech.h"

#include <stdio.h>
#include <string.h>

#define QUICK "reconnect-delay=40 reconnect-max-delay=80 "
/* Long enough to do something in it. */
#define SLOW "reconnect-delay=1200 reconnect-max-delay=1200 "

static void
send_reply (RtPipeline *p, const gchar *id, const gchar *text, guint ms)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, 0);

  rt_fake_conn_send_reply (p->conn, id, id, text, g_bytes_get_data (pcm, NULL),
      g_bytes_get_size (pcm), RT_PCM_MS (100));
}

/* What of the ramp a server heard, from its first sample on; -1: it is not one
 * piece of it. */
static gint
heard_from (RtFakeConn *conn, gsize *samples)
{
  g_autoptr (GByteArray) audio = rt_fake_conn_get_audio (conn);
  guint16 first;

  *samples = audio->len / 2;
  if (*samples == 0)
    return 0;
  first = audio->data[0] | audio->data[1] << 8;
  return rt_pcm_check_ramp (audio->data, audio->len, first) == -1 ? first : -1;
}

/* What a server was told after the session began, one after another, and ms of
 * audio between. */
static gchar *
dup_story (RtFakeConn *conn)
{
  GString *out = g_string_new (NULL);
  gsize size = 0;
  guint i;

  for (i = 0; i < rt_fake_conn_get_n_events (conn); i++) {
    const gchar *type = rt_fake_conn_get_event_type (conn, i);
    g_autoptr (JsonNode) node
        = json_from_string (rt_fake_conn_get_event_text (conn, i), NULL);

    if (g_str_equal (type, "session.update"))
      continue;
    if (g_str_equal (type, "input_audio_buffer.append")) {
      gsize n = 0;

      g_free (g_base64_decode (
          json_object_get_string_member (json_node_get_object (node), "audio"),
          &n));
      size += n;
      continue;
    }
    if (size > 0)
      g_string_append_printf (
          out, "%" G_GSIZE_FORMAT " ", size / RT_PCM_MS (1));
    g_string_append_printf (out, "%s ", type);
    size = 0;
  }
  if (size > 0)
    g_string_append_printf (out, "%" G_GSIZE_FORMAT, size / RT_PCM_MS (1));
  return g_strchomp (g_string_free (out, FALSE));
}

/* A word at the instant of the loss, and what is said meanwhile. */
static void
test_said (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, SLOW, RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (65520, 0);
  const guint8 *data = g_bytes_get_data (pcm, NULL);
  gsize half = RT_PCM_MS (1200), whole = RT_PCM_MS (2400), n;
  RtFakeConn *first = p->conn;

  rt_pipeline_push (p, data, half);
  g_assert_true (rt_fake_conn_wait_audio (first, half, RT_WAIT_MS));
  rt_fake_conn_send_speech_started (first, "item_u1", 900);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  rt_fake_conn_rst (first);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "ended");
  rt_pipeline_push (p, data + half, whole - half);
  rt_outage_expect_again (p, server);
  /* from half a second before that word on */
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, whole - RT_PCM_MS (400), RT_WAIT_MS));
  g_assert_cmpint (heard_from (p->conn, &n), ==, 400 * RT_RATE / 1000);
  g_assert_cmpuint (n, ==, (whole - RT_PCM_MS (400)) / 2);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-overrun"), ==, 0);
  /* each once, whoever heard it twice */
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 0);
  /* it is counted behind its sending */
  g_assert_true (
      rt_pipeline_wait_stat (p, "audio-sent", 2400 * GST_MSECOND, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-sent"), ==, 2400 * GST_MSECOND);
}

/* More than is kept: the oldest goes, and is counted. */
static void
test_said_too_much (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, SLOW "uplink-buffer=500", RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (2 * RT_RATE, 0);
  const GstStructure *s;
  gsize n;

  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), RT_PCM_MS (2000));
  s = rt_pipeline_expect (p, "realtime-overrun");
  rt_assert_field (s, "direction", "uplink");
  rt_outage_expect_again (p, server);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (500), RT_WAIT_MS));
  g_assert_cmpint (heard_from (p->conn, &n), ==, 1500 * RT_RATE / 1000);
  g_assert_cmpuint (n, ==, 500 * RT_RATE / 1000);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 1500 * GST_MSECOND);
}

/* The application owns the turns: its commit, and the reply it asked for, go
 * behind the audio that they are about. */
static void
test_committed (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, QUICK "turn-detection=none", RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE, 0);
  gsize size = RT_PCM_MS (1000), n;
  guint i;

  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), size);
  g_assert_true (rt_fake_conn_wait_audio (p->conn, size, RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  for (i = 0; i < 2; i++) {
    g_autofree gchar *order = NULL;

    rt_fake_conn_rst (p->conn);
    rt_outage_expect_again (p, server);
    rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
    g_assert_cmpint (heard_from (p->conn, &n), ==, 0);
    g_assert_cmpuint (n, ==, size / 2);
    order = rt_fake_conn_dup_order (p->conn);
    g_assert_cmpstr (
        order, ==, "session.update input_audio_buffer.commit response.create");
  }
  /* understood: that was it */
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"item_u1\"}");
  rt_fake_conn_send_user_turn (p->conn, "item_u1", 1000, "Well.");
  rt_pipeline_expect_with (p, "realtime-transcript", "text", "Well.");
  rt_pipeline_expect_with (p, "realtime-transcript", "text", "Well.");
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  g_assert_cmpuint (rt_fake_conn_get_audio_size (p->conn), ==, 0);
}

static void
push_silence (RtPipeline *p, guint ms)
{
  g_autofree guint8 *pcm = g_malloc0 (RT_PCM_MS (ms));

  rt_pipeline_push (p, pcm, RT_PCM_MS (ms));
}

static void
wait_queued (RtPipeline *p, guint ms)
{
  g_assert_true (
      rt_pipeline_wait_stat (p, "uplink-level", ms * GST_MSECOND, RT_WAIT_MS));
}

static void
assert_story (RtPipeline *p, const gchar *expected)
{
  g_autofree gchar *story = dup_story (p->conn);

  g_assert_cmpstr (story, ==, expected);
}

/* What is committed at the end is what came after that which was committed
 * again. */
static void
test_committed_eos (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, QUICK "turn-detection=none", RT_OUT_SYNC);

  push_silence (p, 1000);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1000), RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  push_silence (p, 300);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1300), RT_WAIT_MS));
  rt_fake_conn_send_user_turn (p->conn, "item_u1", 1000, "Well.");
  send_reply (p, "r1", "Good bye.", 300);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  rt_pipeline_push_eos (p);
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  assert_story (p, "1000 input_audio_buffer.commit response.create 300 "
                   "input_audio_buffer.commit response.create");
}

/* Pressed, spoken, released: before the next turn is spoken the buffer is
 * cleared, and not of the last one. */
static void
test_push_to_talk (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, SLOW "turn-detection=none", RT_OUT_ANY);

  push_silence (p, 1000);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1000), RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  push_silence (p, 300);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1300), RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "clear-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.clear", RT_WAIT_MS);
  push_silence (p, 200);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1500), RT_WAIT_MS));
  assert_story (p, "1000 input_audio_buffer.commit "
                   "300 input_audio_buffer.clear 200");
  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  push_silence (p, 500);
  wait_queued (p, 500);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  push_silence (p, 100);
  wait_queued (p, 600);
  g_assert_true (rt_pipeline_act (p, "clear-audio"));
  g_assert_true (rt_pipeline_act (p, "create-response"));
  push_silence (p, 400);
  rt_outage_expect_again (p, server);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (2100), RT_WAIT_MS));
  assert_story (p,
      "1000 input_audio_buffer.commit 700 input_audio_buffer.commit "
      "input_audio_buffer.clear response.create 400");
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 100 * GST_MSECOND);
}

/* A network that takes nothing any more: what waits behind a commit, which
 * waits for its audio, is not lost with the connection. */
static void
test_deferred (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (
      server, SLOW "uplink-buffer=600000 turn-detection=none", RT_OUT_ANY);
  g_autofree gchar *story = NULL, *all = NULL;
  gboolean done = FALSE;
  guint ms;

  rt_fake_server_set_auto (server, FALSE);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  push_silence (p, 500000);
  wait_queued (p, 500000);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_fake_conn_set_reading (p->conn, FALSE);
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_pipeline_expect_with (p, "realtime-session", "session-id", "s");
  g_signal_emit_by_name (p->rt, "send-text", "And?", &done);
  g_assert_true (done);
  push_silence (p, 300);
  /* once that was refused, the rest was looked at */
  g_signal_emit_by_name (p->rt, "function-output", "unknown", "", &done);
  g_assert_false (done);
  rt_pipeline_expect_with (p, "realtime-error", "code", "not_possible");
  g_assert_cmpuint (rt_pipeline_stat (p, "uplink-level"), >, GST_SECOND);
  rt_fake_server_set_auto (server, TRUE);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  rt_fake_conn_expect_event (p->conn, "response.create", 60000);
  story = dup_story (p->conn);
  g_assert_cmpint (
      sscanf (story, "conversation.item.create %u input_", &ms), ==, 1);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (ms + 300), RT_WAIT_MS));
  all = g_strdup_printf ("conversation.item.create %u "
                         "input_audio_buffer.commit response.create 300",
      ms);
  g_assert_cmpuint (ms, >, 100000);
  assert_story (p, all);
}

/* A message that is still on its way is no sign that what the user said was
 * heard: what the server says of that comes behind it. */
static void
test_said_behind_message (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (65520 * 3, 0);
  const guint8 *data = g_bytes_get_data (pcm, NULL);
  const gchar *begin = "{\"type\":\"", *end = "\"}";
  gsize n, said, piece = RT_PCM_MS (500), all = 12 * RT_PCM_MS (500);

  rt_fake_conn_send_frame (p->conn, 1, FALSE, 0, FALSE, begin, strlen (begin));
  for (said = 0; said < all; said += piece) {
    rt_pipeline_push (p, data + said, piece);
    g_assert_true (rt_fake_conn_wait_audio (p->conn, said + piece, RT_WAIT_MS));
    g_usleep (500 * 1000);
    rt_fake_conn_send_frame (p->conn, 0, FALSE, 0, FALSE, "x", 1);
  }
  rt_fake_conn_send_frame (p->conn, 0, TRUE, 0, FALSE, end, strlen (end));
  rt_fake_conn_send_speech_started (p->conn, "item_u1", 200);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  g_assert_true (rt_fake_conn_wait_audio (p->conn, all, 2000));
  g_assert_cmpint (heard_from (p->conn, &n), ==, 0);
}

/* EOS while there is no session: the last word and its answer are waited for. */
static void
test_eos (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, SLOW, RT_OUT_SYNC);
  g_autofree guint8 *pcm = g_malloc0 (RT_PCM_MS (500));

  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  rt_pipeline_push (p, pcm, RT_PCM_MS (500));
  rt_pipeline_push_eos (p);
  rt_outage_expect_again (p, server);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1300), RT_WAIT_MS));
  rt_fake_conn_send_speech_started (p->conn, "item_u1", 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  /* and once more, at the worst time */
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1300), RT_WAIT_MS));
  rt_fake_conn_send_user_turn (p->conn, "item_u1", 800, "Bye.");
  send_reply (p, "r1", "Good bye.", 300);
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_EOS, 0, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, RT_PCM_MS (300));
}

/* An hour's pause is a pause of the stream, not of the conversation. */
static void
test_paused (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, QUICK "uplink-buffer=500", RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (2 * RT_RATE, 0);
  gsize n;

  gst_element_set_state (p->pipeline, GST_STATE_PAUSED);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  rt_fake_conn_set_reading (p->conn, FALSE);
  rt_fake_conn_rst (p->conn);
  rt_fake_server_set_auto (server, FALSE);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  /* what was said in the pause is not all said at its end */
  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), RT_PCM_MS (2000));
  gst_element_set_state (p->pipeline, GST_STATE_PLAYING);
  rt_pipeline_expect (p, "realtime-overrun");
  g_assert_true (rt_pipeline_wait_stat (
      p, "audio-dropped-uplink", 1500 * GST_MSECOND, RT_WAIT_MS));
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (500), RT_WAIT_MS));
  g_assert_cmpint (heard_from (p->conn, &n), ==, 1500 * RT_RATE / 1000);
  send_reply (p, "r1", "Welcome back.", 200);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/resume-audio/said", test_said);
  g_test_add_func ("/resume-audio/said-too-much", test_said_too_much);
  g_test_add_func (
      "/resume-audio/said-behind-message", test_said_behind_message);
  g_test_add_func ("/resume-audio/committed", test_committed);
  g_test_add_func ("/resume-audio/committed-eos", test_committed_eos);
  g_test_add_func ("/resume-audio/push-to-talk", test_push_to_talk);
  g_test_add_func ("/resume-audio/deferred", test_deferred);
  g_test_add_func ("/resume-audio/eos", test_eos);
  g_test_add_func ("/resume-audio/paused", test_paused);
  return g_test_run ();
}
