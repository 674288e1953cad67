/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Handoffs, function calls, the silence tool, and one reply at a time.
 */
#include <string.h>

#include "rtpipeline.h"

static void
drain_order (RtPipeline *p, const gchar *expected)
{
  g_autofree gchar *order = NULL;
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  do {
    g_free (order);
    order = rt_fake_conn_dup_order (p->conn);
  } while (strlen (order) < strlen (expected)
           && g_get_monotonic_time () < deadline && (g_usleep (2000), TRUE));
  g_assert_cmpstr (order, ==, expected);
}

/* What the client made of an item; field of it. */
static const gchar *
item_field (JsonObject *event, const gchar *field)
{
  return json_object_get_string_member_with_default (
      json_object_get_object_member (event, "item"), field, NULL);
}

/* Text of the first content part of an item. */
static const gchar *
item_text (JsonObject *event)
{
  JsonObject *item = json_object_get_object_member (event, "item");
  JsonArray *content = json_object_get_array_member (item, "content");

  return json_object_get_string_member (
      json_array_get_object_element (content, 0), "text");
}

static gboolean
handoff_output (
    RtPipeline *p, const gchar *id, const gchar *text, gboolean final)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (p->rt, "handoff-output", id, text, final, &done);
  return done;
}

static void
assert_entry (
    const GstStructure *s, guint index, const gchar *role, const gchar *text)
{
  const GValue *list = gst_structure_get_value (s, "active-transcript");
  const GstStructure *entry;

  g_assert_true (GST_VALUE_HOLDS_LIST (list));
  g_assert_cmpuint (gst_value_list_get_size (list), >, index);
  entry = gst_value_get_structure (gst_value_list_get_value (list, index));
  g_assert_true (gst_structure_has_name (entry, "entry"));
  rt_assert_field (entry, "role", role);
  rt_assert_field (entry, "text", text);
}

static guint
count_entries (const GstStructure *s)
{
  return gst_value_list_get_size (
      gst_structure_get_value (s, "active-transcript"));
}

static void
say (RtPipeline *p, const gchar *suffix, const gchar *user,
    const gchar *assistant)
{
  static const guint8 silence[4800];
  g_autofree gchar *user_item = g_strconcat ("item_u", suffix, NULL);
  g_autofree gchar *item = g_strconcat ("item_a", suffix, NULL);
  g_autofree gchar *response = g_strconcat ("resp_a", suffix, NULL);

  rt_fake_conn_send_speech_started (p->conn, user_item, 0);
  rt_fake_conn_send_user_turn (p->conn, user_item, 500, user);
  if (assistant == NULL)
    return;
  rt_fake_conn_send_reply (p->conn, response, item, assistant, silence,
      sizeof (silence), sizeof (silence));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
}

static void
test_handoff (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const GstStructure *s;
  JsonObject *event;

  say (p, "1", "good morning", "Good morning!");
  say (p, "2", "turn on the light", NULL);
  rt_fake_conn_send_call (p->conn, "resp_h", "item_h", "call_h",
      "background_agent", "{\"prompt\":\" turn on the light \"}");
  s = rt_pipeline_expect (p, "realtime-handoff");
  rt_assert_field (s, "handoff-id", "call_h");
  rt_assert_field (s, "item-id", "item_h");
  rt_assert_field (s, "input-transcript", "turn on the light");
  rt_assert_field (s, "arguments", "{\"prompt\":\" turn on the light \"}");
  g_assert_cmpuint (count_entries (s), ==, 3);
  assert_entry (s, 0, "user", "good morning");
  assert_entry (s, 1, "assistant", "Good morning!");
  assert_entry (s, 2, "user", "turn on the light");

  /* four events told of the call: it is one handoff, and no function call */
  rt_pipeline_expect_with (p, "realtime-response", "response-id", "resp_h");
  rt_pipeline_expect_with (p, "realtime-response", "response-id", "resp_h");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-handoff"), ==, 1);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-function-call"), ==, 0);

  g_assert_true (handoff_output (p, NULL, "It is on.", TRUE));
  event = rt_fake_conn_expect_event (
      p->conn, "conversation.item.create", RT_WAIT_MS);
  g_assert_cmpstr (item_field (event, "type"), ==, "function_call_output");
  g_assert_cmpstr (item_field (event, "call_id"), ==, "call_h");
  g_assert_cmpstr (item_field (event, "output"), ==, "It is on.");
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  drain_order (p, "session.update conversation.item.create response.create");

  /* answered once */
  g_assert_false (handoff_output (p, "call_h", "again", TRUE));
  rt_pipeline_expect_with (p, "realtime-error", "severity", "warning");
}

/* The next handoff has only what was said since the last. */
static void
test_two_handoffs (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const GstStructure *s;

  say (p, "1", "first", NULL);
  rt_fake_conn_send_call (p->conn, "resp_1", "item_1", "call_1",
      "background_agent", "{\"prompt\":\"one\"}");
  rt_pipeline_expect (p, "realtime-handoff");
  say (p, "2", "second", NULL);
  rt_fake_conn_send_call (p->conn, "resp_2", "item_2", "call_2",
      "background_agent", "{\"prompt\":\"two\"}");
  s = rt_pipeline_expect (p, "realtime-handoff");
  rt_assert_field (s, "input-transcript", "two");
  g_assert_cmpuint (count_entries (s), ==, 1);
  assert_entry (s, 0, "user", "second");
}

/* How far it is goes to the model as a message of the system. */
static void
test_handoff_progress (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  JsonObject *event;

  rt_fake_conn_send_call (p->conn, "resp_h", "item_h", "call_h",
      "background_agent", "{\"prompt\":\"x\"}");
  rt_pipeline_expect (p, "realtime-handoff");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_assert_true (handoff_output (p, "call_h", "half done", FALSE));
  event = rt_fake_conn_expect_event (
      p->conn, "conversation.item.create", RT_WAIT_MS);
  g_assert_cmpstr (item_field (event, "type"), ==, "message");
  g_assert_cmpstr (item_field (event, "role"), ==, "system");
  g_assert_cmpstr (item_text (event), ==, "half done");
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  g_assert_true (handoff_output (p, "call_h", "done", TRUE));
  event = rt_fake_conn_expect_event (
      p->conn, "conversation.item.create", RT_WAIT_MS);
  g_assert_cmpstr (item_field (event, "type"), ==, "function_call_output");
}

static void
test_function_call (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const GstStructure *s;
  gboolean done = FALSE;
  JsonObject *event;

  rt_fake_conn_send_call (
      p->conn, "resp_f", "item_f", "call_f", "get_time", "{\"zone\":\"UTC\"}");
  s = rt_pipeline_expect (p, "realtime-function-call");
  rt_assert_field (s, "call-id", "call_f");
  rt_assert_field (s, "item-id", "item_f");
  rt_assert_field (s, "name", "get_time");
  rt_assert_field (s, "arguments", "{\"zone\":\"UTC\"}");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-function-call"), ==, 1);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-handoff"), ==, 0);

  g_signal_emit_by_name (
      p->rt, "function-output", "call_f", "{\"time\":\"12:00\"}", &done);
  g_assert_true (done);
  event = rt_fake_conn_expect_event (
      p->conn, "conversation.item.create", RT_WAIT_MS);
  g_assert_cmpstr (item_field (event, "call_id"), ==, "call_f");
  g_assert_cmpstr (item_field (event, "output"), ==, "{\"time\":\"12:00\"}");
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
}

/* The model chose not to speak: it is told that this was heard, and is not
 * asked to speak. */
static void
test_remain_silent (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  JsonObject *event;

  rt_fake_conn_send_call (
      p->conn, "resp_s", "item_s", "call_s", "remain_silent", "{}");
  event = rt_fake_conn_expect_event (
      p->conn, "conversation.item.create", RT_WAIT_MS);
  g_assert_cmpstr (item_field (event, "type"), ==, "function_call_output");
  g_assert_cmpstr (item_field (event, "call_id"), ==, "call_s");
  g_assert_cmpstr (item_field (event, "output"), ==, "");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_assert_null (rt_fake_conn_wait_event (p->conn, "response.create", 300));
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-function-call"), ==, 0);
}

static gboolean
send_text (RtPipeline *p, const gchar *text)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (p->rt, "send-text", text, &done);
  return done;
}

static void
test_send_text (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  JsonObject *event;

  g_assert_true (send_text (p, "wie spät ist es? \"so\"\n"));
  event = rt_fake_conn_expect_event (
      p->conn, "conversation.item.create", RT_WAIT_MS);
  g_assert_cmpstr (item_field (event, "role"), ==, "user");
  g_assert_cmpstr (item_text (event), ==, "wie spät ist es? \"so\"\n");
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);

  g_assert_false (send_text (p, ""));
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-error"), "code", "invalid_value");
  g_assert_false (send_text (p, "\xff\xfe"));
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-error"), "code", "invalid_value");
}

static void
test_send_event (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  gboolean done = FALSE;

  g_signal_emit_by_name (
      p->rt, "send-event", "{\"type\":\"my.event\",\"n\":[1,{}]}", &done);
  g_assert_true (done);
  rt_fake_conn_expect_event (p->conn, "my.event", RT_WAIT_MS);
  g_assert_cmpstr (rt_fake_conn_get_event_text (
                       p->conn, rt_fake_conn_get_n_events (p->conn) - 1),
      ==, "{\"type\":\"my.event\",\"n\":[1,{}]}");
  g_signal_emit_by_name (p->rt, "send-event", "[1]", &done);
  g_assert_false (done);
  g_signal_emit_by_name (p->rt, "send-event", "{\"type\":", &done);
  g_assert_false (done);
  rt_pipeline_expect_with (p, "realtime-error", "code", "invalid_value");
}

/* What is asked for while a reply is active waits for its end, and becomes
 * one. */
static void
test_one_at_a_time (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  static const guint8 silence[960];

  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  rt_fake_conn_send_reply_begin (p->conn, "resp_1", "item_1");
  rt_pipeline_expect_with (p, "realtime-response", "status", "created");
  g_assert_true (rt_pipeline_act (p, "create-response"));
  g_assert_true (send_text (p, "and then"));
  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_expect_event (p->conn, "conversation.item.create", RT_WAIT_MS);
  g_assert_null (rt_fake_conn_wait_event (p->conn, "response.create", 200));

  rt_fake_conn_send_reply_audio (
      p->conn, "resp_1", "item_1", "Yes.", silence, 960, 960);
  rt_fake_conn_send_reply_end (
      p->conn, "resp_1", "item_1", "Yes.", "completed");
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
  rt_fake_conn_send_reply (
      p->conn, "resp_2", "item_2", "No.", silence, 960, 960);
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", "item_2");
  drain_order (p, "session.update response.create conversation.item.create "
                  "response.create");
}

/* Turns of the application's own. */
static void
test_manual_turns (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "turn-detection=none", RT_OUT_ANY);
  static const guint8 voice[RT_PCM_MS (310)] = { 1, 2, 3 };

  /* 310 ms are no whole number of chunks: the commit takes the rest along */
  rt_pipeline_push (p, voice, sizeof (voice));
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (300), RT_WAIT_MS));
  while (rt_pipeline_stat (p, "uplink-level") != 10 * GST_MSECOND)
    g_usleep (1000);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  g_assert_cmpuint (rt_fake_conn_get_audio_size (p->conn), ==, sizeof (voice));
  g_assert_true (rt_pipeline_act (p, "clear-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.clear", RT_WAIT_MS);
  g_assert_true (rt_pipeline_act (p, "create-response"));
  rt_fake_conn_expect_event (p->conn, "response.create", RT_WAIT_MS);
}

/* Every action says no, and why, when there is no conversation. */
static void
test_not_running (void)
{
  static const gchar *const plain[] = { "close", "commit-audio", "clear-audio",
    "create-response", "interrupt", "update-session" };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  gboolean done = TRUE;
  guint i;

  rt_pipeline_act (p, "close");
  rt_pipeline_expect (p, "realtime-closed");
  for (i = 0; i < G_N_ELEMENTS (plain); i++) {
    const GstStructure *s;

    g_assert_false (rt_pipeline_act (p, plain[i]));
    s = rt_pipeline_expect (p, "realtime-error");
    rt_assert_field (s, "message", "conversation is not running");
    rt_assert_field (s, "severity", "warning");
  }
  g_assert_false (send_text (p, "hello"));
  g_signal_emit_by_name (p->rt, "send-event", "{\"type\":\"x\"}", &done);
  g_assert_false (done);
  g_assert_false (handoff_output (p, NULL, "x", TRUE));
  g_signal_emit_by_name (p->rt, "function-output", "call", "x", &done);
  g_assert_false (done);
  for (i = 0; i < 4; i++)
    rt_assert_field (rt_pipeline_expect (p, "realtime-error"), "message",
        "conversation is not running");
  rt_pipeline_stop (p);
  g_assert_false (rt_pipeline_act (p, "start"));
}

/* Audio is refused, too, and that is said once, not for every buffer. */
static void
test_audio_not_running (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  static const guint8 voice[RT_PCM_MS (200)];
  guint i;

  for (i = 1; i <= 2; i++) {
    rt_pipeline_act (p, "close");
    rt_pipeline_expect (p, "realtime-closed");
    rt_pipeline_push (p, voice, sizeof (voice));
    rt_assert_field (rt_pipeline_expect (p, "realtime-error"), "message",
        "conversation is not running");
    g_assert_true (rt_pipeline_wait_stat (
        p, "audio-dropped-uplink", i * 200 * GST_MSECOND, RT_WAIT_MS));
    g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), ==, i);
    rt_pipeline_act (p, "start");
    p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
    rt_pipeline_expect (p, "realtime-session");
    rt_pipeline_expect (p, "realtime-session");
    rt_pipeline_push (p, voice, sizeof (voice));
    g_assert_true (
        rt_fake_conn_wait_audio (p->conn, sizeof (voice), RT_WAIT_MS));
  }
}

/* Nor is one running that was asked to close and is still at it. */
static void
test_closing (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  guint i;

  rt_pipeline_hold (p);

  g_assert_true (rt_pipeline_act (p, "close"));
  g_assert_false (rt_pipeline_act (p, "close"));
  g_assert_false (rt_pipeline_act (p, "commit-audio"));
  g_assert_false (send_text (p, "hello"));
  for (i = 0; i < 3; i++)
    rt_assert_field (rt_pipeline_expect (p, "realtime-error"), "message",
        "conversation is not running");
  rt_pipeline_let_go (p);
  rt_pipeline_expect (p, "realtime-closed");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), ==, 3);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/tools/handoff", test_handoff);
  g_test_add_func ("/tools/two-handoffs", test_two_handoffs);
  g_test_add_func ("/tools/handoff-progress", test_handoff_progress);
  g_test_add_func ("/tools/function-call", test_function_call);
  g_test_add_func ("/tools/remain-silent", test_remain_silent);
  g_test_add_func ("/tools/send-text", test_send_text);
  g_test_add_func ("/tools/send-event", test_send_event);
  g_test_add_func ("/tools/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/tools/manual-turns", test_manual_turns);
  g_test_add_func ("/tools/not-running", test_not_running);
  g_test_add_func ("/tools/audio-not-running", test_audio_not_running);
  g_test_add_func ("/tools/closing", test_closing);
  return g_test_run ();
}
