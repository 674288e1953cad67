/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes on when a connection is lost and there is another one: what the
 * next session is told, and what is heard of the last one.
 */
#include "rtoutage.h"
#include "rtspeech.h"

#include <string.h>

#define QUICK "reconnect-delay=40 reconnect-max-delay=80 "
/* Long enough to do something in it. */
#define SLOW "reconnect-delay=1200 reconnect-max-delay=1200 "

/* The next session is told exactly this, as types and what tells them apart;
 * audio is not counted. */
static gchar *
describe (RtFakeConn *conn)
{
  GString *out = g_string_new (NULL);
  guint i;

  for (i = 0; i < rt_fake_conn_get_n_events (conn); i++) {
    g_autoptr (JsonNode) node
        = json_from_string (rt_fake_conn_get_event_text (conn, i), NULL);
    JsonObject *object = json_node_get_object (node);
    const gchar *type = rt_fake_conn_get_event_type (conn, i);

    if (g_str_equal (type, "input_audio_buffer.append"))
      continue;
    json_object_remove_member (object, "event_id");
    json_object_remove_member (object, "type");
    if (g_str_equal (type, "session.update"))
      json_object_remove_member (object, "session");
    g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", type);
    if (json_object_get_size (object) > 0) {
      g_autofree gchar *rest = json_to_string (node, FALSE);

      g_string_append_printf (out, " %s", rest);
    }
  }
  return g_string_free (out, FALSE);
}

static void
expect_told (RtPipeline *p, const gchar *last, const gchar *expected)
{
  g_autofree gchar *told = NULL;

  rt_fake_conn_expect_event (p->conn, last, RT_WAIT_MS);
  told = describe (p->conn);
  g_assert_cmpstr (told, ==, expected);
}

static void
send_event (RtPipeline *p, const gchar *json)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (p->rt, "send-event", json, &done);
  g_assert_true (done);
}

static void
send_text (RtPipeline *p, const gchar *text)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (p->rt, "send-text", text, &done);
  g_assert_true (done);
}

static gboolean
answer (RtPipeline *p, const gchar *id, const gchar *text, gboolean final)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (p->rt, "handoff-output", id, text, final, &done);
  return done;
}

static void
send_reply (RtPipeline *p, const gchar *id, const gchar *text, guint ms)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, 0);
  g_autofree gchar *item = g_strconcat ("item_", id, NULL);

  rt_fake_conn_send_reply (p->conn, id, item, text,
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (100));
}

#define MESSAGE(role, kind, text, id)                                  \
  "conversation.item.create {\"item\":{\"type\":\"message\",\"role\":" \
  "\"" role "\",\"content\":[{\"type\":\"" kind "\",\"text\":\"" text  \
  "\"}]" id "}}\n"
#define ID(id) ",\"id\":\"" id "\""

/* A turn, its reply, a handoff, a function call; then a text and a raw event
 * of which nothing is known. */
static void
converse (RtPipeline *p)
{
  rt_fake_conn_send_speech_started (p->conn, "item_u1", 0);
  rt_fake_conn_send_user_turn (p->conn, "item_u1", 500, "Hello there.");
  send_reply (p, "r1", "Good morning.", 100);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  rt_fake_conn_send_call (p->conn, "r2", "item_c1", "call_1",
      "background_agent", "{\"prompt\":\"Count.\"}");
  rt_pipeline_expect (p, "realtime-handoff");
  rt_fake_conn_send_call (
      p->conn, "r3", "item_c2", "call_2", "look_up", "{\"a\":1}");
  rt_pipeline_expect (p, "realtime-function-call");
  rt_fake_conn_send_error (
      p->conn, "invalid_request_error", "invalid_value", "mark", NULL);
  rt_pipeline_expect_with (p, "realtime-error", "message", "mark");
  send_text (p, "Are you there?");
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  send_event (p, "{\"type\":\"x.y\",\"n\":1}");
  rt_fake_conn_expect_event (p->conn, "x.y", RT_WAIT_MS);
}

/* clang-format off */
static const gchar all_of_it[] =
    "session.update\n"
    MESSAGE ("user", "input_text", "Hello there.", ID ("item_u1"))
    MESSAGE ("assistant", "output_text", "Good morning.", ID ("item_r1"))
    "conversation.item.create {\"item\":{\"id\":\"item_c1\",\"type\":"
    "\"function_call\",\"call_id\":\"call_1\",\"name\":"
    "\"background_agent\",\"arguments\":\"{\\\"prompt\\\":\\\"Count.\\\"}"
    "\"}}\n"
    "conversation.item.create {\"item\":{\"id\":\"item_c2\",\"type\":"
    "\"function_call\",\"call_id\":\"call_2\",\"name\":\"look_up\","
    "\"arguments\":\"{\\\"a\\\":1}\"}}\n"
    MESSAGE ("user", "input_text", "Are you there?", "")
    "x.y {\"n\":1}\n"
    "conversation.item.create {\"item\":{\"type\":"
    "\"function_call_output\",\"call_id\":\"call_1\",\"output\":"
    "\"One, two.\"}}\n"
    "response.create";

static const gchar remembered[] =
    "session.update\n"
    MESSAGE ("user", "input_text", "Hello there.", ID ("item_u1"))
    MESSAGE ("assistant", "output_text", "Good morning.", ID ("item_r1"))
    "mark";
/* clang-format on */

static void
show_again (RtPipeline *p, const gchar *stage)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"conversation.item.%s\",\"event_id\":\"e\","
      "\"item\":{\"id\":\"item_u1\",\"type\":\"message\","
      "\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
      "\"text\":\"Hello there.\"}]}}",
      stage);
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"conversation.item.%s\",\"event_id\":\"e\","
      "\"item\":{\"id\":\"item_c2\",\"type\":\"function_call\","
      "\"status\":\"completed\",\"call_id\":\"call_2\","
      "\"name\":\"look_up\",\"arguments\":\"{}\"}}",
      stage);
}

/* A whole conversation, and all that was on its way when it broke. */
static void
test_told (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, SLOW, RT_OUT_ANY);
  guint items;

  converse (p);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  g_assert_true (answer (p, "call_1", "One, two.", TRUE));
  g_assert_false (answer (p, "call_1", "Three.", TRUE));
  rt_outage_expect_again (p, server);
  expect_told (p, "response.create", all_of_it);

  /* the server shows what it was told, and that is no news */
  items = rt_pipeline_count (p, "realtime-item");
  show_again (p, "added");
  show_again (p, "done");
  send_reply (p, "r1", "Yes.", 100);
  rt_pipeline_expect_with (p, "realtime-transcript", "text", "Yes.");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-function-call"), ==, 1);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-handoff"), ==, 1);
  /* but for the two of the reply */
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-item"), ==, items + 2);
}

static void
test_forgetful (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, QUICK "restore-history=false", RT_OUT_ANY);

  rt_fake_conn_send_user_turn (p->conn, "item_u1", 500, "Hello there.");
  send_reply (p, "r1", "Good morning.", 100);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  send_event (p, "{\"type\":\"mark\"}");
  expect_told (p, "mark", "session.update\nmark");
  /* as it is when there is another one */
  g_object_set (p->rt, "restore-history", TRUE, NULL);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  expect_told (p, "mark", remembered);
}

/* Half a reply was heard: that is what is told of it. */
static void
test_interrupted (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_SYNC);
  g_autofree gchar *told = NULL;
  const gchar *text;
  const GstStructure *s;

  send_reply (
      p, "r1", "one two three four five six seven eight nine ten", 10000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (1500), RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  s = rt_pipeline_expect (p, "realtime-interrupted");
  g_assert_cmpuint (rt_outage_get_uint (s, "played"), <, 5000);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  rt_fake_conn_expect_event (p->conn, "conversation.item.create", RT_WAIT_MS);
  told = describe (p->conn);
  text = strstr (told, "\"text\":\"one");
  g_assert_nonnull (text);
  g_assert_null (strstr (text, "six"));
}

/* The user hears what had come, and nothing of the outage. */
static void
test_plays_on (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (2 * RT_RATE, 0);
  g_autoptr (GByteArray) audio = NULL;
  g_autoptr (GArray) buffers = NULL;
  guint i;

  rt_fake_conn_send_reply_begin (p->conn, "r1", "item_r1");
  rt_fake_conn_send_reply_audio (p->conn, "r1", "item_r1", "So it is",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (200));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_fake_conn_rst (p->conn);
  rt_assert_field (
      rt_pipeline_expect_with (p, "realtime-response", "status", "cancelled"),
      "reason", "session_lost");
  rt_outage_expect_again (p, server);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  rt_assert_flag (
      rt_pipeline_expect_with (p, "realtime-transcript", "text", "So it is"),
      "interrupted", TRUE);
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, RT_PCM_MS (2000));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  buffers = rt_pipeline_get_buffers (p);
  for (i = 1; i < buffers->len; i++)
    g_assert_false (g_array_index (buffers, RtOutBuffer, i).flags
                    & GST_BUFFER_FLAG_DISCONT);
  rt_outage_assert_unseen (p);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-interrupted"), ==, 0);
}

/* Nothing had come of it: it is asked for again. */
static void
test_asked_again (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_ANY);

  rt_fake_conn_send_speech_started (p->conn, "item_u1", 0);
  rt_fake_conn_send_user_turn (p->conn, "item_u1", 500, "Hello there.");
  rt_fake_conn_send_reply_begin (p->conn, "r1", "item_r1");
  rt_pipeline_expect_with (p, "realtime-response", "status", "created");
  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  expect_told (p, "response.create",
      "session.update\n" MESSAGE ("user", "input_text", "Hello there.",
          ID ("item_u1")) "response.create");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-response"), ==, 2);
}

/* Where nothing but the prompt can be told. */
static void
test_in_prompt (gconstpointer data)
{
  gboolean v1 = g_strcmp0 (data, "realtime-v1") == 0;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autofree gchar *props = g_strdup_printf (
      QUICK "prompt=Brief. protocol=%s", (const gchar *) data);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, props, RT_OUT_ANY);
  const gchar *greeting = v1 ? "session.update" : "session.create";
  const gchar *ready
      = v1 ? "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\"}}"
           : "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}";
  JsonObject *event;
  const gchar *prompt;

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, greeting, RT_WAIT_MS);
  rt_fake_conn_send_text (p->conn, ready);
  rt_pipeline_expect (p, "realtime-session");
  send_text (p, "Hello there.");
  rt_fake_conn_expect_event (p->conn, "conversation.item.create", RT_WAIT_MS);
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"conversation.item.added\",\"item\":{\"id\":\"i1\","
      "\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
      "\"input_text\",\"text\":\"Hello there.\"}]}}");
  rt_pipeline_expect (p, "realtime-item");
  rt_fake_conn_rst (p->conn);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  event = rt_fake_conn_expect_event (p->conn, greeting, RT_WAIT_MS);
  prompt = json_object_get_string_member (
      json_object_get_object_member (event, "session"),
      v1 ? "instructions" : "backend_prompt");
  g_assert_cmpstr (prompt, ==,
      "Brief.\n\nThe conversation until now, which goes on:\n"
      "user: Hello there.");
  rt_fake_conn_send_text (p->conn, ready);
  rt_pipeline_expect (p, "realtime-session");
  send_event (p, "{\"type\":\"mark\"}");
  rt_fake_conn_expect_event (p->conn, "mark", RT_WAIT_MS);
  g_assert_cmpuint (rt_fake_conn_get_n_events (p->conn), ==, 2);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/resume/told", test_told);
  g_test_add_func ("/resume/forgetful", test_forgetful);
  g_test_add_func ("/resume/interrupted", test_interrupted);
  g_test_add_func ("/resume/plays-on", test_plays_on);
  g_test_add_func ("/resume/asked-again", test_asked_again);
  g_test_add_data_func ("/resume/in-prompt/v1", "realtime-v1", test_in_prompt);
  g_test_add_data_func (
      "/resume/in-prompt/session-create", "session-create", test_in_prompt);
  return g_test_run ();
}
