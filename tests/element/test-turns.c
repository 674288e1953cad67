/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose turn it is: the application's by commits, at the end of the input
 * too, or the server's by one VAD or another.
 */
#include "rtinput.h"

#define TURNS_AT_ONCE 100
#define TURN_MS 40

static JsonObject *
turn_detection_of (JsonObject *update)
{
  JsonObject *audio = json_object_get_object_member (
      json_object_get_object_member (update, "session"), "audio");
  JsonObject *input = json_object_get_object_member (audio, "input");

  if (json_object_get_null_member (input, "turn_detection"))
    return NULL;
  return json_object_get_object_member (input, "turn_detection");
}

/* The next change; NULL: none is detected. */
static JsonObject *
expect_turn_detection (RtPipeline *p)
{
  return turn_detection_of (
      rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS));
}

static void
assert_order (RtPipeline *p, const gchar *expected)
{
  g_autofree gchar *order = rt_fake_conn_dup_order (p->conn);

  g_assert_cmpstr (order, ==, expected);
}

static void
send_committed (RtPipeline *p, const gchar *item)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"%s\"}", item);
}

static void
send_words (RtPipeline *p, const gchar *item)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"conversation.item.input_audio_transcription.completed\","
      "\"item_id\":\"%s\",\"content_index\":0,\"transcript\":\"words\"}",
      item);
}

static void
send_reply (RtPipeline *p, const gchar *response)
{
  static const guint8 pcm[RT_PCM_MS (40)] = { 1 };

  rt_fake_conn_send_reply (
      p->conn, response, response, "Yes.", pcm, sizeof pcm, sizeof pcm);
}

/* Two turns of ours, each answered when it was asked to be. */
static void
test_commits (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "turn-detection=none", &in);

  g_assert_null (expect_turn_detection (p));
  /* 310 ms are no whole number of chunks: the commit takes the rest along */
  rt_input_say (in, 1, 310, 0);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  rt_input_expect_heard (p, 2, "1*7440");
  send_committed (p, "item_1");
  /* a commit alone asks for nothing */
  g_assert_null (rt_fake_conn_wait_event (p->conn, "response.create", 300));
  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  send_reply (p, "resp_1");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");

  rt_input_say (in, 2, 200, 310);
  rt_input_expect_heard (p, 2, "1*7440 2*4800");
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  send_committed (p, "item_2");
  send_reply (p, "resp_2");
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", "resp_2");
  assert_order (p, "session.update input_audio_buffer.commit response.create "
                   "input_audio_buffer.commit response.create");
}

/* ms of audio in an append. */
static guint
get_appended (RtFakeConn *conn, guint index)
{
  g_autoptr (JsonNode) node
      = json_from_string (rt_fake_conn_get_event_text (conn, index), NULL);
  const gchar *base64
      = json_object_get_string_member (json_node_get_object (node), "audio");
  gsize size;

  g_free (g_base64_decode (base64, &size));
  return size / RT_PCM_MS (1);
}

/* What is said behind a commit is not of it, however soon it is said. */
static void
test_commit_at_once (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (
      server, RT_PCM_CAPS, "turn-detection=none chunk-duration=20", &in);
  guint i, commits = 0, said = 0;

  for (i = 0; i < TURNS_AT_ONCE; i++) {
    rt_input_say (in, 1, TURN_MS, i * TURN_MS);
    g_assert_true (rt_pipeline_act (p, "commit-audio"));
  }
  g_assert_true (rt_fake_conn_wait_audio (
      p->conn, RT_PCM_MS (TURNS_AT_ONCE * TURN_MS), RT_WAIT_MS));
  for (i = 0; i < TURNS_AT_ONCE; i++)
    rt_fake_conn_expect_event (
        p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  for (i = 0; i < rt_fake_conn_get_n_events (p->conn); i++) {
    const gchar *type = rt_fake_conn_get_event_type (p->conn, i);

    if (g_str_equal (type, "input_audio_buffer.append"))
      said += get_appended (p->conn, i);
    else if (g_str_equal (type, "input_audio_buffer.commit"))
      g_assert_cmpuint (said, ==, ++commits * TURN_MS);
  }
}

/* What is on its way to be cleared is not sent, and what was is. */
static void
test_clear (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "turn-detection=none", &in);
  guint i;

  rt_input_say (in, 1, 110, 0);
  rt_input_expect_heard (p, 2, "1*2400");
  g_assert_true (rt_pipeline_act (p, "clear-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.clear", RT_WAIT_MS);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 10 * GST_MSECOND);
  rt_input_say (in, 2, 40, 110);
  rt_input_expect_heard (p, 2, "1*2400 2*960");
  /* what is said from then on is not meant, however soon it comes */
  for (i = 1; i <= 50; i++) {
    g_autofree gchar *heard = g_strdup_printf ("1*2400 2*960 3*%u", 480 * i);

    g_assert_true (rt_pipeline_act (p, "clear-audio"));
    rt_input_say (in, 3, 20, 130 + 20 * i);
    rt_input_expect_heard (p, 2, heard);
  }
}

/* EOS commits what was said since the last commit, though the answer to that
 * is still to come. */
static void
test_eos (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "turn-detection=none", &in);

  rt_input_say (in, 1, 200, 0);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  rt_input_say (in, 2, 150, 200);
  rt_input_expect_heard (p, 2, "1*4800 2*3360");
  send_committed (p, "item_1");
  send_words (p, "item_1");
  rt_pipeline_expect (p, "realtime-transcript");
  rt_input_send (in, gst_event_new_eos ());
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  /* and nothing behind it: no VAD waits for silence */
  rt_input_expect_heard (p, 2, "1*4800 2*3600");
  send_committed (p, "item_2");
  send_reply (p, "resp_1");
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, RT_PCM_MS (40));
}

/* Nothing is left, or less than a server would take. */
static void
test_eos_little (gconstpointer data)
{
  guint rest = GPOINTER_TO_UINT (data);
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (
      server, RT_PCM_CAPS, "turn-detection=none eos-timeout=500", &in);

  rt_input_say (in, 1, 200, 0);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  send_committed (p, "item_1");
  send_words (p, "item_1");
  rt_pipeline_expect (p, "realtime-transcript");
  rt_input_say (in, 2, rest, 200);
  rt_input_send (in, gst_event_new_eos ());
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  assert_order (p, rest > 0 ? "session.update input_audio_buffer.commit "
                              "input_audio_buffer.clear"
                            : "session.update input_audio_buffer.commit");
}

/* A commit that was refused took nothing away. */
static void
test_refused (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "turn-detection=none", &in);
  JsonObject *commit;

  rt_input_say (in, 1, 60, 0);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  commit = rt_fake_conn_expect_event (
      p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  rt_fake_conn_send_error (p->conn, "invalid_request_error",
      "input_audio_buffer_commit_empty", "buffer too small",
      json_object_get_string_member (commit, "event_id"));
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-error"), "severity", "warning");
  rt_input_say (in, 1, 60, 60);
  rt_input_send (in, gst_event_new_eos ());
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  send_committed (p, "item_1");
  send_reply (p, "resp_1");
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
}

/* All of it was said, and had ended, before there was a session. */
static void
test_eos_before_session (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, "turn-detection=none", RT_OUT_ANY);
  g_autoptr (RtInput) in = rt_input_new (p, RT_PCM_CAPS, TRUE);

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_begin (in, RT_PCM_CAPS);
  rt_input_say (in, 1, 250, 0);
  rt_input_send (in, gst_event_new_eos ());
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  rt_input_expect_heard (p, 2, "1*6000");
  assert_order (p, "session.update input_audio_buffer.commit response.create");
  send_committed (p, "item_1");
  send_reply (p, "resp_1");
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
}

/* A transcription is asked for no reply, and awaited. */
static void
test_transcription (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (
      server, RT_PCM_CAPS, "mode=transcription turn-detection=none", &in);

  rt_input_say (in, 1, 200, 0);
  rt_input_send (in, gst_event_new_eos ());
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  send_committed (p, "item_1");
  /* longer than a server is given that owes nothing */
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_EOS, 2500));
  send_words (p, "item_1");
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-transcript"), "text", "words");
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  assert_order (p, "session.update input_audio_buffer.commit");
}

/* The server's turns from one to the other kind, and ours, while it runs. */
static void
test_detection (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS,
      "turn-detection=semantic-vad vad-eagerness=high", &in);
  JsonObject *detection = expect_turn_detection (p);

  g_assert_cmpstr (
      json_object_get_string_member (detection, "type"), ==, "semantic_vad");
  g_assert_cmpstr (
      json_object_get_string_member (detection, "eagerness"), ==, "high");
  g_assert_false (json_object_has_member (detection, "threshold"));
  g_assert_true (json_object_get_boolean_member (detection, "create_response"));

  gst_util_set_object_arg (G_OBJECT (p->rt), "vad-eagerness", "low");
  detection = expect_turn_detection (p);
  g_assert_cmpstr (
      json_object_get_string_member (detection, "eagerness"), ==, "low");

  gst_util_set_object_arg (G_OBJECT (p->rt), "turn-detection", "none");
  g_assert_null (expect_turn_detection (p));

  gst_util_set_object_arg (G_OBJECT (p->rt), "turn-detection", "server-vad");
  detection = expect_turn_detection (p);
  g_assert_cmpstr (
      json_object_get_string_member (detection, "type"), ==, "server_vad");
  g_assert_false (json_object_has_member (detection, "idle_timeout_ms"));
  g_object_set (p->rt, "vad-idle-timeout", 7000u, NULL);
  detection = expect_turn_detection (p);
  g_assert_cmpint (
      json_object_get_int_member (detection, "idle_timeout_ms"), ==, 7000);
}

/* A semantic VAD wants more silence behind the last word. */
static void
test_semantic_end (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "turn-detection=semantic-vad", &in);

  rt_input_say (in, 1, 200, 0);
  rt_input_send (in, gst_event_new_eos ());
  rt_input_expect_heard (p, 2, "1*4800 0*48000");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_fake_conn_send_user_turn (p->conn, "item_u", 1500, "yes");
  send_reply (p, "resp_1");
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/turns/commits", test_commits);
  g_test_add_func ("/turns/commit-at-once", test_commit_at_once);
  g_test_add_func ("/turns/clear", test_clear);
  g_test_add_func ("/turns/eos", test_eos);
  g_test_add_data_func (
      "/turns/eos-nothing", GUINT_TO_POINTER (0), test_eos_little);
  g_test_add_data_func (
      "/turns/eos-little", GUINT_TO_POINTER (90), test_eos_little);
  g_test_add_func ("/turns/refused", test_refused);
  g_test_add_func ("/turns/eos-before-session", test_eos_before_session);
  g_test_add_func ("/turns/transcription", test_transcription);
  g_test_add_func ("/turns/detection", test_detection);
  g_test_add_func ("/turns/semantic-end", test_semantic_end);
  return g_test_run ();
}
