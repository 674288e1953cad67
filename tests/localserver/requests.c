/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a client asks for by text: items, replies, settings and mistakes. */
#include "lsclient.h"

#include <string.h>

#define TEXT_ONLY "\"output_modalities\":[\"text\"]"
#define SILENT_TOOL                                               \
  "\"tools\":[{\"type\":\"function\",\"name\":\"remain_silent\"," \
  "\"parameters\":{\"type\":\"object\",\"properties\":{}}}]"

static const gchar *program;
static LsProcess *server;

static void
say (LsClient *client, const gchar *role, const gchar *text)
{
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\","
      "\"role\":\"%s\",\"content\":[{\"type\":\"%s\",\"text\":\"%s\"}]}}",
      role, g_str_equal (role, "assistant") ? "output_text" : "input_text",
      text);
  ls_client_expect (client, "conversation.item.added");
  ls_client_expect (client, "conversation.item.done");
}

/* asks for a reply and gives what it says */
static const gchar *
ask (LsClient *client, const gchar *request)
{
  JsonObject *event;

  ls_client_send (client, "{\"type\":\"response.create\"%s}", request);
  event = ls_client_wait (client, "response.output_text.done");
  ls_client_wait (client, "response.done");
  ls_client_expect (client, "rate_limits.updated");
  return ls_json_string (event, "text");
}

static LsClient *
join_by_text (void)
{
  LsClient *client = ls_client_join (server);

  ls_client_update (client, TEXT_ONLY);
  ls_client_expect (client, "session.updated");
  return client;
}

static void
test_text (void)
{
  g_autoptr (LsClient) client = join_by_text ();

  g_assert_cmpstr (ask (client, ""), ==, "Hello. How can I help you?");
  say (client, "user", "the moon is round");
  g_assert_cmpstr (ask (client, ""), ==, "I heard: the moon is round.");
  say (client, "system", "Half of it is done.");
  g_assert_cmpstr (ask (client, ""), ==, "Half of it is done.");
}

static void
test_text_order (void)
{
  g_autoptr (LsClient) client = join_by_text ();
  JsonObject *event;
  guint i;

  say (client, "user", "one two");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  ls_client_expect (client, "response.created");
  ls_client_expect (client, "response.output_item.added");
  ls_client_expect (client, "conversation.item.added");
  event = ls_client_expect (client, "response.content_part.added");
  g_assert_cmpstr (ls_json_string (event, "part.type"), ==, "text");
  for (i = 0; i < 4; i++) /* I heard: one two. */
    ls_client_expect (client, "response.output_text.delta");
  ls_client_expect (client, "response.output_text.done");
  ls_client_expect (client, "response.content_part.done");
  event = ls_client_expect (client, "conversation.item.done");
  g_assert_cmpstr (ls_json_string (event, "item.role"), ==, "assistant");
  ls_client_expect (client, "response.output_item.done");
  ls_client_expect (client, "response.done");
  ls_client_expect (client, "rate_limits.updated");
}

/* what is put back after a reconnect is not answered once more */
static void
test_history (void)
{
  g_autoptr (LsClient) client = join_by_text ();

  say (client, "user", "an old question");
  say (client, "assistant", "an old answer");
  say (client, "user", "a new question");
  g_assert_cmpstr (ask (client, ""), ==, "I heard: a new question.");
}

static void
test_response_options (void)
{
  g_autoptr (LsClient) client = ls_client_join (server);
  JsonObject *event;

  say (client, "user", "in the conversation");
  g_assert_cmpstr (
      ask (client, ",\"response\":{" TEXT_ONLY ",\"conversation\":\"none\","
                   "\"instructions\":\"x\",\"metadata\":{\"a\":\"b\"},"
                   "\"input\":[{\"type\":\"message\",\"role\":\"user\","
                   "\"content\":[{\"type\":\"input_text\",\"text\":"
                   "\"beside it\"}]}]}"),
      ==, "I heard: beside it.");
  g_assert_cmpuint (ls_client_count (client, "conversation.item.added"), ==, 1);
  ls_client_send (client,
      "{\"type\":\"response.create\",\"response\":{" TEXT_ONLY ","
      "\"max_output_tokens\":2}}");
  event = ls_client_wait (client, "response.done");
  g_assert_cmpstr (ls_json_string (event, "response.status"), ==, "incomplete");
  g_assert_cmpstr (ls_json_string (event, "response.status_details.reason"), ==,
      "max_output_tokens");
}

static void
test_one_response (void)
{
  g_autoptr (LsClient) client = ls_client_join (server);
  g_autofree gchar *id = NULL, *item_id = NULL, *start = NULL;
  JsonObject *event;

  say (client, "system", "Something long enough to be in the way for long.");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  event = ls_client_expect (client, "response.created");
  id = g_strdup (ls_json_string (event, "response.id"));
  event = ls_client_wait (client, "response.output_audio.delta");
  item_id = g_strdup (ls_json_string (event, "item_id"));
  ls_client_send (
      client, "{\"type\":\"response.create\",\"event_id\":\"second\"}");
  event = ls_client_wait (client, "error");
  g_assert_cmpstr (ls_json_string (event, "error.code"), ==,
      "conversation_already_has_active_response");
  g_assert_cmpstr (ls_json_string (event, "error.event_id"), ==, "second");
  start = g_strconcat (
      "Conversation already has an active response in progress: ", id, NULL);
  g_assert_true (
      g_str_has_prefix (ls_json_string (event, "error.message"), start));

  ls_client_send (client, "{\"type\":\"response.cancel\",\"response_id\":"
                          "\"resp_other\"}");
  event = ls_client_wait (client, "error");
  g_assert_cmpstr (
      ls_json_string (event, "error.code"), ==, "response_cancel_not_active");
  ls_client_send (client, "{\"type\":\"response.cancel\"}");
  event = ls_client_wait (client, "response.done");
  g_assert_cmpstr (ls_json_string (event, "response.status"), ==, "cancelled");
  g_assert_cmpstr (ls_json_string (event, "response.status_details.reason"), ==,
      "client_cancelled");
  ls_client_expect (client, "rate_limits.updated");
  ls_client_send (client, "{\"type\":\"response.cancel\"}");
  ls_client_expect_error (client, "response_cancel_not_active");

  ls_client_send (client,
      "{\"type\":\"conversation.item.delete\",\"item_id\":\"%s\"}", item_id);
  event = ls_client_expect (client, "conversation.item.deleted");
  g_assert_cmpstr (ls_json_string (event, "item_id"), ==, item_id);
  ls_client_send (client,
      "{\"type\":\"conversation.item.retrieve\",\"item_id\":\"%s\"}", item_id);
  ls_client_expect_error (client, "item_not_found");
}

static void
send_truncate (
    LsClient *client, const gchar *item_id, guint index, gint64 end_ms)
{
  ls_client_send (client,
      "{\"type\":\"conversation.item.truncate\",\"item_id\":\"%s\","
      "\"content_index\":%u,\"audio_end_ms\":%" G_GINT64_FORMAT "}",
      item_id, index, end_ms);
}

static void
test_truncate (void)
{
  g_autoptr (LsClient) client = ls_client_join (server);
  g_autoptr (GByteArray) audio = NULL;
  g_autofree gchar *id = NULL, *item_id = NULL, *message = NULL;
  JsonObject *event;
  gint64 length_ms;

  say (client, "system", "A few words.");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  event = ls_client_wait (client, "response.output_audio.done");
  id = g_strdup (ls_json_string (event, "response_id"));
  item_id = g_strdup (ls_json_string (event, "item_id"));
  ls_client_wait (client, "rate_limits.updated");
  audio = ls_client_collect_audio (client, id);
  length_ms = audio->len / 48;

  send_truncate (client, item_id, 1, 100);
  ls_client_expect_error (client, "invalid_value");
  send_truncate (client, "item_unknown", 0, 100);
  ls_client_expect_error (client, "item_not_found");
  send_truncate (client, item_id, 0, length_ms + 1);
  event = ls_client_expect_error (client, "invalid_value");
  message
      = g_strdup_printf ("Audio content of %" G_GINT64_FORMAT
                         "ms is already shorter than %" G_GINT64_FORMAT "ms",
          length_ms, length_ms + 1);
  g_assert_cmpstr (ls_json_string (event, "error.message"), ==, message);
  send_truncate (client, item_id, 0, length_ms);
  ls_client_expect (client, "conversation.item.truncated");
  send_truncate (client, item_id, 0, 200);
  ls_client_expect (client, "conversation.item.truncated");
  send_truncate (client, item_id, 0, 300);
  event = ls_client_expect_error (client, "invalid_value");
  g_assert_cmpstr (ls_json_string (event, "error.message"), ==,
      "Audio content of 200ms is already shorter than 300ms");
}

static void
test_items (void)
{
  g_autoptr (LsClient) client = join_by_text ();
  JsonObject *event;

  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"id\":\"item_a\","
      "\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
      "\"input_text\",\"text\":\"a\"}]}}");
  event = ls_client_expect (client, "conversation.item.added");
  g_assert_null (ls_json_object (event, "previous_item_id"));
  ls_client_expect (client, "conversation.item.done");
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"previous_item_id\":\"root\","
      "\"item\":{\"id\":\"item_b\",\"type\":\"message\",\"role\":\"user\","
      "\"content\":[]}}");
  ls_client_expect (client, "conversation.item.added");
  ls_client_expect (client, "conversation.item.done");
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"previous_item_id\":\"item_b\""
      ",\"item\":{\"id\":\"item_c\",\"type\":\"message\",\"role\":\"user\","
      "\"content\":[]}}");
  event = ls_client_expect (client, "conversation.item.added");
  g_assert_cmpstr (ls_json_string (event, "previous_item_id"), ==, "item_b");
  ls_client_expect (client, "conversation.item.done");
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"previous_item_id\":\"item_x\""
      ",\"item\":{\"type\":\"message\",\"role\":\"user\",\"content\":[]}}");
  ls_client_expect_error (client, "item_not_found");
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"id\":\"item_a\","
      "\"type\":\"message\",\"role\":\"user\",\"content\":[]}}");
  ls_client_expect_error (client, "item_create_duplicate_item_id");
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"type\":"
      "\"function_call_output\",\"call_id\":\"call_x\",\"output\":\"\"}}");
  ls_client_expect_error (client, "invalid_tool_call_id");
  ls_client_send (client,
      "{\"type\":\"conversation.item.retrieve\",\"item_id\":\"item_a\"}");
  event = ls_client_expect (client, "conversation.item.retrieved");
  g_assert_cmpstr (ls_json_string (event, "item.id"), ==, "item_a");
}

static void
test_silence_tool (void)
{
  g_autoptr (LsClient) client = join_by_text ();
  g_autofree gchar *call_id = NULL;
  JsonObject *event;

  ls_client_update (client, SILENT_TOOL);
  ls_client_expect (client, "session.updated");
  say (client, "user", "please be quiet");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  event = ls_client_wait (client, "response.function_call_arguments.done");
  g_assert_cmpstr (ls_json_string (event, "name"), ==, "remain_silent");
  call_id = g_strdup (ls_json_string (event, "call_id"));
  ls_client_wait (client, "rate_limits.updated");
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"type\":"
      "\"function_call_output\",\"call_id\":\"%s\",\"output\":\"\"}}",
      call_id);
  ls_client_expect (client, "conversation.item.added");
  ls_client_expect (client, "conversation.item.done");
  g_assert_cmpuint (
      ls_client_count (client, "response.output_text.delta"), ==, 0);
  say (client, "user", "you may talk again");
  g_assert_cmpstr (ask (client, ""), ==, "I heard: you may talk again.");
}

static void
test_session (void)
{
  g_autoptr (LsClient) client = ls_client_join (server);
  JsonObject *event;

  ls_client_update (client,
      "\"instructions\":\"be brief\",\"audio\":{\"input\":{"
      "\"turn_detection\":{\"type\":\"semantic_vad\",\"eagerness\":"
      "\"high\"},\"noise_reduction\":{\"type\":\"near_field\"}},"
      "\"output\":{\"voice\":\"cedar\",\"speed\":1.25}}");
  event = ls_client_expect (client, "session.updated");
  g_assert_cmpstr (
      ls_json_string (event, "session.instructions"), ==, "be brief");
  g_assert_cmpstr (
      ls_json_string (event, "session.audio.output.voice"), ==, "cedar");
  g_assert_cmpstr (ls_json_string (event, "session.audio.output.format.type"),
      ==, "audio/pcm");
  g_assert_cmpstr (
      ls_json_string (event, "session.audio.input.turn_detection.eagerness"),
      ==, "high");
  ls_client_update (client, "\"audio\":{\"input\":{\"turn_detection\":{"
                            "\"type\":\"server_vad\"}}}");
  event = ls_client_expect (client, "session.updated");
  g_assert_cmpint (ls_json_int (event, "session.audio.input.turn_detection."
                                       "silence_duration_ms"),
      ==, 500);
  g_assert_cmpstr (
      ls_json_string (event, "session.audio.output.voice"), ==, "cedar");
  ls_client_update (client, "\"model\":\"another\"");
  ls_client_expect_error (client, "invalid_value");
  ls_client_update (client, "\"output_modalities\":[\"text\",\"audio\"]");
  ls_client_expect_error (client, "invalid_value");
  ls_client_send (client, "{\"type\":\"session.update\",\"session\":{"
                          "\"type\":\"transcription\"}}");
  ls_client_expect_error (client, "invalid_value");

  say (client, "user", "hello");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  ls_client_wait (client, "rate_limits.updated");
  ls_client_update (client, "\"audio\":{\"output\":{\"voice\":\"marin\"}}");
  ls_client_expect_error (client, "cannot_update_voice");
  ls_client_update (client, "\"audio\":{\"output\":{\"voice\":\"cedar\"}}");
  ls_client_expect (client, "session.updated");
}

static void
test_mistakes (void)
{
  static const struct {
    const gchar *event;
    const gchar *code;
    const gchar *event_id;
  } rows[] = {
    { "nonsense", "invalid_event" },
    { "{\"event_id\":\"e1\"}", "invalid_event", "e1" },
    { "{\"type\":\"no.such.event\",\"event_id\":\"e2\"}", "invalid_value",
        "e2" },
    { "{\"type\":\"input_audio_buffer.append\",\"audio\":\"A\"}",
        "invalid_value" },
    { "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AA=A\"}",
        "invalid_value" },
    { "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAA \"}",
        "invalid_value" },
    { "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAAA\"}",
        "invalid_value" },
    { "{\"type\":\"input_audio_buffer.commit\",\"event_id\":\"e3\"}",
        "input_audio_buffer_commit_empty", "e3" },
    { "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\","
      "\"colour\":\"red\"},\"event_id\":\"e4\"}",
        "unknown_parameter", "e4" },
    { "{\"type\":\"conversation.item.delete\"}", "missing_required_parameter" },
  };
  g_autoptr (LsClient) client = ls_client_join (server);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    JsonObject *event;

    ls_client_send (client, "%s", rows[i].event);
    event = ls_client_expect_error (client, rows[i].code);
    if (rows[i].event_id != NULL)
      g_assert_cmpstr (
          ls_json_string (event, "error.event_id"), ==, rows[i].event_id);
  }
  ls_client_send (client, "{\"type\":\"input_audio_buffer.append\","
                          "\"audio\":\"\"}");
  ls_client_send (client, "{\"type\":\"input_audio_buffer.clear\"}");
  ls_client_expect (client, "input_audio_buffer.cleared");
}

/* the largest append passes, and what is larger ends the connection */
static void
test_largest (void)
{
  g_autoptr (LsClient) client = ls_client_join (server);
  g_autofree gchar *fits = g_strnfill (15 * 1024 * 1024, 'A');
  g_autofree gchar *too_large = g_strnfill (16 * 1024 * 1024, 'A');

  ls_client_send (client,
      "{\"type\":\"input_audio_buffer.append\",\"audio\":\"%s\"}", fits);
  ls_client_send (client, "{\"type\":\"input_audio_buffer.clear\"}");
  ls_client_expect (client, "input_audio_buffer.cleared");
  ls_client_send (client,
      "{\"type\":\"input_audio_buffer.append\",\"audio\":\"%s\"}", too_large);
  /* 1009 when it is read before the reset of what nobody reads any more */
  g_assert_cmpuint (ls_client_wait_close (client) % 1009, ==, 0);
  g_assert_cmpuint (ls_client_count (client, "error"), ==, 0);
  ls_client_free (ls_client_join (server));
}

int
main (int argc, char **argv)
{
  gint failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  server = ls_process_start (program, NULL);
  g_test_add_func ("/requests/text", test_text);
  g_test_add_func ("/requests/text-order", test_text_order);
  g_test_add_func ("/requests/history", test_history);
  g_test_add_func ("/requests/response-options", test_response_options);
  g_test_add_func ("/requests/one-response", test_one_response);
  g_test_add_func ("/requests/truncate", test_truncate);
  g_test_add_func ("/requests/items", test_items);
  g_test_add_func ("/requests/silence-tool", test_silence_tool);
  g_test_add_func ("/requests/session", test_session);
  g_test_add_func ("/requests/mistakes", test_mistakes);
  g_test_add_func ("/requests/largest", test_largest);
  failed = g_test_run ();
  ls_process_stop (server);
  return failed;
}
