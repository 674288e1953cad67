/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation as an application sees it: its beginning, what is said on
 * both sides, its end, and another one after it.
 */
#include <string.h>

#include "rtpipeline.h"
#include "rtspeech.h"

static void
assert_audio (RtFakeConn *conn, GBytes *pcm)
{
  g_autoptr (GByteArray) audio = rt_fake_conn_get_audio (conn);
  gsize size;
  gconstpointer data = g_bytes_get_data (pcm, &size);

  g_assert_cmpmem (audio->data, audio->len, data, size);
}

/* Nothing is sent before the session.update, and no audio before the server
 * has a session; then all that was said goes out, in order. */
static void
test_opening (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE * 3 / 2, 0);
  const guint8 *data = g_bytes_get_data (pcm, NULL);
  const GstStructure *s;
  gsize half = RT_PCM_MS (1000), whole = g_bytes_get_size (pcm);

  rt_pipeline_play (p);
  rt_pipeline_push (p, data, half);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  s = rt_pipeline_expect (p, "realtime-started");
  rt_assert_field (s, "protocol", "realtime-v2");
  rt_assert_field (s, "mode", "conversational");
  rt_assert_flag (s, "resumed", FALSE);
  g_assert_false (gst_structure_has_field (s, "conversation-id"));
  g_assert_cmpstr (
      rt_fake_conn_get_event_type (p->conn, 0), ==, "session.update");
  g_assert_false (
      rt_fake_conn_wait_event (p->conn, "input_audio_buffer.append", 200));
  g_assert_cmpuint (rt_pipeline_stat (p, "uplink-level"), ==, GST_SECOND);

  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"session.created\",\"session\":{\"id\":\"sess_1\","
      "\"type\":\"realtime\",\"instructions\":\"Be kind.\","
      "\"expires_at\":1900000000}}");
  rt_pipeline_push (p, data + half, whole - half);
  s = rt_pipeline_expect (p, "realtime-session");
  rt_assert_field (s, "session-id", "sess_1");
  rt_assert_field (s, "instructions", "Be kind.");
  rt_assert_flag (s, "created", TRUE);
  {
    guint64 expires = 0;

    g_assert_true (gst_structure_get_uint64 (s, "expires-at", &expires));
    g_assert_cmpuint (expires, ==, 1900000000);
  }
  g_assert_true (rt_fake_conn_wait_audio (p->conn, whole, RT_WAIT_MS));
  assert_audio (p->conn, pcm);
  g_assert_true (
      rt_pipeline_wait_stat (p, "audio-sent", 1500 * GST_MSECOND, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 0);
}

static void
test_state_and_id (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "conversation-id=abc", RT_OUT_ANY);
  g_autofree gchar *id = NULL, *target = NULL;
  GEnumValue *value;
  GEnumClass *klass;
  gint state;

  g_object_get (p->rt, "session-id", &id, "connection-state", &state, NULL);
  g_assert_cmpstr (id, ==, "sess_fake_1");
  klass
      = G_PARAM_SPEC_ENUM (g_object_class_find_property (
                               G_OBJECT_GET_CLASS (p->rt), "connection-state"))
            ->enum_class;
  value = g_enum_get_value (klass, state);
  g_assert_cmpstr (value->value_nick, ==, "ready");
  g_assert_cmpstr (
      rt_fake_conn_get_header (p->conn, "x-session-id"), ==, "abc");
  g_assert_cmpstr (rt_fake_conn_get_target (p->conn), ==,
      "/v1/realtime?model=gpt-realtime-2.1");
  g_assert_null (rt_fake_conn_get_header (p->conn, "openai-beta"));
  g_assert_null (rt_fake_conn_get_header (p->conn, "authorization"));

  rt_pipeline_stop (p);
  g_free (g_steal_pointer (&id));
  g_object_get (p->rt, "session-id", &id, "connection-state", &state, NULL);
  g_assert_null (id);
  g_assert_cmpstr (
      g_enum_get_value (klass, state)->value_nick, ==, "disconnected");
}

/* PROGRESS tells of connecting, and of its end. */
static void
test_progress (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  GstProgressType type = GST_PROGRESS_TYPE_ERROR;
  guint messages = 0;

  while (type != GST_PROGRESS_TYPE_COMPLETE) {
    g_autofree gchar *code = NULL;
    GstMessage *message = rt_pipeline_expect_type (p, GST_MESSAGE_PROGRESS);

    gst_message_parse_progress (message, &type, &code, NULL);
    g_assert_cmpstr (code, ==, "realtime-connect");
    if (messages++ == 0)
      g_assert_cmpint (type, ==, GST_PROGRESS_TYPE_START);
    else if (type != GST_PROGRESS_TYPE_COMPLETE)
      g_assert_cmpint (type, ==, GST_PROGRESS_TYPE_CONTINUE);
  }
  g_assert_cmpuint (messages, >=, 3);
}

static void
send_turns (RtPipeline *p)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE / 10, 0);

  rt_fake_conn_send_speech_started (p->conn, "item_u", 100);
  rt_fake_conn_send_user_turn (p->conn, "item_u", 900, "hello there");
  rt_fake_conn_send_reply (p->conn, "resp_1", "item_a", "Good morning to you.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (20));
}

static void
test_transcripts (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GString) said = g_string_new (NULL);
  const GstStructure *s;
  gboolean final = FALSE;

  send_turns (p);
  s = rt_pipeline_expect_with (p, "realtime-transcript", "role", "user");
  rt_assert_flag (s, "final", FALSE);
  rt_assert_field (s, "text", "hello there");
  s = rt_pipeline_expect_with (p, "realtime-transcript", "role", "user");
  rt_assert_flag (s, "final", TRUE);
  rt_assert_field (s, "text", "hello there");
  rt_assert_field (s, "item-id", "item_u");

  while (!final) {
    s = rt_pipeline_expect_with (p, "realtime-transcript", "role", "assistant");
    rt_assert_field (s, "item-id", "item_a");
    rt_assert_field (s, "response-id", "resp_1");
    rt_assert_flag (s, "interrupted", FALSE);
    g_assert_true (gst_structure_get_boolean (s, "final", &final));
    if (!final)
      g_string_append (said, gst_structure_get_string (s, "text"));
  }
  rt_assert_field (s, "text", "Good morning to you.");
  g_assert_cmpstr (said->str, ==, "Good morning to you.");

  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  /* two of the user; the deltas of six characters and one final */
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-transcript"), ==, 2 + 5);
}

static void
test_no_partials (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "post-partials=false", RT_OUT_ANY);

  send_turns (p);
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  rt_assert_flag (
      rt_pipeline_expect_with (p, "realtime-transcript", "role", "user"),
      "final", TRUE);
  rt_assert_flag (
      rt_pipeline_expect_with (p, "realtime-transcript", "role", "assistant"),
      "final", TRUE);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-transcript"), ==, 2);
}

/* Who speaks, as heard. */
static void
test_speech (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  static const gchar *const reasons[]
      = { "detected", "ended", "playing", "drained" };
  guint i;

  send_turns (p);
  for (i = 0; i < G_N_ELEMENTS (reasons); i++) {
    const GstStructure *s = rt_pipeline_expect (p, "realtime-speech");

    rt_assert_field (s, "reason", reasons[i]);
    rt_assert_field (s, "role", i < 2 ? "user" : "assistant");
    rt_assert_field (s, "item-id", i < 2 ? "item_u" : "item_a");
    rt_assert_flag (s, "speaking", i % 2 == 0);
  }
  g_assert_cmpuint (rt_pipeline_stat (p, "turns"), ==, 1);
  g_assert_cmpuint (rt_pipeline_stat (p, "responses"), ==, 1);
  g_assert_cmpuint (rt_pipeline_stat (p, "response-latency-last"), >, 0);
}

static void
assert_usage (const GstStructure *usage, const gchar *field, guint64 expected)
{
  guint64 value = G_MAXUINT64;

  g_assert_true (gst_structure_get_uint64 (usage, field, &value));
  g_assert_cmpuint (value, ==, expected);
}

static void
test_response_and_items (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const GstStructure *s;
  GstStructure *usage = NULL;

  send_turns (p);
  s = rt_pipeline_expect (p, "realtime-response");
  rt_assert_field (s, "status", "created");
  rt_assert_field (s, "response-id", "resp_1");
  g_assert_false (gst_structure_has_field (s, "usage"));
  s = rt_pipeline_expect (p, "realtime-response");
  rt_assert_field (s, "status", "completed");
  g_assert_true (
      gst_structure_get (s, "usage", GST_TYPE_STRUCTURE, &usage, NULL));
  assert_usage (usage, "input-text", 119);
  assert_usage (usage, "input-audio", 13);
  assert_usage (usage, "input-cached", 64);
  assert_usage (usage, "input-total", 132);
  assert_usage (usage, "output-text", 30);
  assert_usage (usage, "output-audio", 91);
  assert_usage (usage, "output-total", 121);
  gst_structure_free (usage);
  g_assert_cmpuint (rt_pipeline_stat (p, "tokens-output-audio"), ==, 91);

  s = rt_pipeline_expect_with (p, "realtime-item", "item-id", "item_a");
  rt_assert_field (s, "state", "added");
  g_assert_nonnull (strstr (gst_structure_get_string (s, "json"), "item_a"));
  s = rt_pipeline_expect_with (p, "realtime-item", "item-id", "item_a");
  rt_assert_field (s, "state", "done");
  g_assert_nonnull (
      strstr (gst_structure_get_string (s, "json"), "Good morning to you."));
  /* response.output_item.* is about the same items and says nothing new */
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-item"), ==, 4);
}

static void
test_post_events (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "post-events=true", RT_OUT_ANY);
  const GstStructure *s;

  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"brand.new\",\"event_id\":\"e\",\"x\":[1,2]}");
  s = rt_pipeline_expect_with (p, "realtime-event", "type", "brand.new");
  rt_assert_field (
      s, "json", "{\"type\":\"brand.new\",\"event_id\":\"e\",\"x\":[1,2]}");
}

/* With `src` linked to nothing the bus still gets everything. */
static void
test_unlinked (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, NULL);

  send_turns (p);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-transcript"), ==, 2 + 5);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-response"), ==, 2);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-played"), ==, 100 * GST_MSECOND);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static void
test_close_and_start (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE / 2, 0);
  const GstStructure *s;
  guint code = 0;

  g_assert_true (rt_pipeline_act (p, "close"));
  s = rt_pipeline_expect (p, "realtime-closed");
  rt_assert_field (s, "reason", "requested");
  g_assert_true (gst_structure_get_uint (s, "close-code", &code));
  g_assert_cmpuint (code, ==, 1000);
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  g_assert_cmpuint (rt_fake_conn_get_close_code (p->conn), ==, 1000);
  g_assert_false (rt_pipeline_act (p, "close"));

  /* the pipeline is still up, and a second conversation is like the first */
  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_pipeline_expect_with (p, "realtime-session", "session-id", "sess_fake_2");
  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, g_bytes_get_size (pcm), RT_WAIT_MS));
  assert_audio (p->conn, pcm);
  send_turns (p);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* Hanging up cuts what is being said: the server is told how far it was
 * heard, the application that it was cut, and only then that it is over. */
static void
test_close_while_speaking (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE * 5, 0);
  g_autofree gchar *order = NULL;
  JsonObject *cut;

  rt_fake_conn_send_reply (p->conn, "resp", "item", "Long.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (200), RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "close"));
  rt_pipeline_expect (p, "realtime-closed");
  order = rt_pipeline_dup_order (p);
  g_assert_true (g_str_has_suffix (order,
      " realtime-speech realtime-speech realtime-interrupted "
      "realtime-transcript realtime-closed"));
  cut = rt_fake_conn_expect_event (
      p->conn, "conversation.item.truncate", RT_WAIT_MS);
  g_assert_cmpstr (json_object_get_string_member (cut, "item_id"), ==, "item");
  g_assert_cmpint (json_object_get_int_member (cut, "audio_end_ms"), >=, 200);
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
}

static void
test_replace (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autofree gchar *order = NULL;

  g_assert_true (rt_pipeline_act (p, "start"));
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-session"), "session-id", "sess_fake_2");
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-closed"), "reason", "requested");
  send_turns (p);
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  order = rt_pipeline_dup_order (p);
  g_assert_true (
      g_str_has_prefix (order, "realtime-started realtime-session "));
  /* the old one says goodbye before the new one says hello */
  g_assert_nonnull (
      strstr (order, "realtime-closed realtime-started realtime-session"));
}

/* Both pads of a media server know only this way. */
static void
test_command_events (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstPad) src = gst_element_get_static_pad (p->rt, "src");
  g_autoptr (GstPad) sink = gst_element_get_static_pad (p->rt, "sink");
  const gchar *text;

  g_assert_true (gst_pad_send_event (
      src, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
               gst_structure_new ("realtime-command", "action", G_TYPE_STRING,
                   "send-text", "text", G_TYPE_STRING, "from above", NULL))));
  rt_fake_conn_expect_event (p->conn, "conversation.item.create", RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  g_assert_true (gst_pad_send_event (
      sink, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
                gst_structure_new ("dtmf-event", "number", G_TYPE_INT, 5,
                    "start", G_TYPE_BOOLEAN, TRUE, NULL))));
  rt_fake_conn_expect_event (p->conn, "conversation.item.create", RT_WAIT_MS);
  text = rt_fake_conn_get_event_text (
      p->conn, rt_fake_conn_get_n_events (p->conn) - 1);
  g_assert_nonnull (strstr (text, "DTMF: 5"));
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/conversation/opening", test_opening);
  g_test_add_func ("/conversation/state-and-id", test_state_and_id);
  g_test_add_func ("/conversation/progress", test_progress);
  g_test_add_func ("/conversation/transcripts", test_transcripts);
  g_test_add_func ("/conversation/no-partials", test_no_partials);
  g_test_add_func ("/conversation/speech", test_speech);
  g_test_add_func ("/conversation/response-and-items", test_response_and_items);
  g_test_add_func ("/conversation/post-events", test_post_events);
  g_test_add_func ("/conversation/unlinked", test_unlinked);
  g_test_add_func ("/conversation/close-and-start", test_close_and_start);
  g_test_add_func (
      "/conversation/close-while-speaking", test_close_while_speaking);
  g_test_add_func ("/conversation/replace", test_replace);
  g_test_add_func ("/conversation/command-events", test_command_events);
  return g_test_run ();
}
