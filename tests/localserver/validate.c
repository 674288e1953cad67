/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a client may say and what it may not, row by row. */
#include "lsvalidate.h"

#include <string.h>

#define UPDATE(fields) \
  "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\"," fields "}}"
#define ITEM(fields) \
  "{\"type\":\"conversation.item.create\",\"item\":{" fields "}}"

static const struct {
  const gchar *event;
  const gchar *code; /* NULL: it is right */
  const gchar *param;
  const gchar *message; /* NULL: any */
} rows[] = {
  /* not an event at all */
  { "", "invalid_event" },
  { "{", "invalid_event" },
  { "[]", "invalid_event" },
  { "\"text\"", "invalid_event" },
  { "{\"type\":\"\\ud800\"}", "invalid_event" },
  { "{}", "invalid_event", NULL, "The 'type' field is missing." },
  { "{\"type\":7}", "invalid_value", "type" },
  { "{\"type\":null}", "invalid_value", "type" },
  { "{\"type\":\"session.explode\"}", "invalid_value", "type" },

  /* sessions */
  { UPDATE ("\"instructions\":\"x\"") },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":null}}") },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":{\"type\":"
            "\"server_vad\",\"threshold\":1,\"idle_timeout_ms\":null}}}") },
  { UPDATE ("\"max_output_tokens\":\"inf\",\"tool_choice\":\"none\"") },
  { UPDATE ("\"truncation\":{\"type\":\"retention_ratio\","
            "\"retention_ratio\":0.5}") },
  { UPDATE ("\"audio\":{\"output\":{\"voice\":{\"id\":\"v\"}}}") },
  { "{\"type\":\"session.update\"}", "missing_required_parameter", "session",
      "Missing required parameter: 'session'." },
  { "{\"type\":\"session.update\",\"session\":{}}",
      "missing_required_parameter", "session.type" },
  { "{\"type\":\"session.update\",\"session\":[]}", "invalid_value",
      "session" },
  { UPDATE ("\"voice\":\"marin\""), "unknown_parameter", "session.voice",
      "Unknown parameter: 'session.voice'." },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":{\"type\":"
            "\"server_vad\",\"eagerness\":\"low\"}}}"),
      "unknown_parameter", "session.audio.input.turn_detection.eagerness" },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":{\"type\":"
            "\"server_vad\",\"threshold\":\"0.5\"}}}"),
      "invalid_value", "session.audio.input.turn_detection.threshold",
      "Invalid type for 'session.audio.input.turn_detection.threshold': "
      "expected a decimal number, but got a string instead." },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":{\"type\":"
            "\"server_vad\",\"threshold\":1.5}}}"),
      "invalid_value", "session.audio.input.turn_detection.threshold" },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":{\"type\":"
            "\"server_vad\",\"prefix_padding_ms\":-1}}}"),
      "invalid_value",
      "session.audio.input.turn_detection.prefix_padding_"
      "ms" },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":{\"type\":"
            "\"server_vad\",\"silence_duration_ms\":1.5}}}"),
      "invalid_value",
      "session.audio.input.turn_detection.silence_duration_"
      "ms" },
  { UPDATE ("\"audio\":{\"input\":{\"turn_detection\":{\"type\":\"none\"}}}"),
      "invalid_value", "session.audio.input.turn_detection.type",
      "Invalid value: 'none'. Supported values are: 'server_vad', "
      "'semantic_vad'." },
  { UPDATE ("\"audio\":{\"input\":{\"format\":{\"type\":\"audio/pcm\","
            "\"rate\":16000}}}"),
      "invalid_value", "session.audio.input.format.rate" },
  { UPDATE ("\"audio\":{\"input\":{\"format\":\"pcm16\"}}"), "invalid_value",
      "session.audio.input.format" },
  { UPDATE ("\"audio\":{\"output\":{\"format\":{\"type\":\"audio/pcmu\","
            "\"rate\":8000}}}"),
      "unknown_parameter", "session.audio.output.format.rate" },
  { UPDATE ("\"audio\":{\"output\":{\"speed\":2}}"), "invalid_value",
      "session.audio.output.speed",
      "Invalid 'session.audio.output.speed': value above maximum. Expected a "
      "value <= 1.5, but got 2 instead." },
  { UPDATE ("\"tools\":[{\"type\":\"function\"}]"),
      "missing_required_parameter", "session.tools[0].name" },
  { UPDATE ("\"tools\":[{\"type\":\"function\",\"name\":\"a\"},7]"),
      "invalid_value", "session.tools[1]" },
  { UPDATE ("\"output_modalities\":[\"smell\"]"), "invalid_value",
      "session.output_modalities[0]" },
  { UPDATE ("\"instructions\":null"), "invalid_value", "session.instructions" },
  { UPDATE ("\"max_output_tokens\":0"), "invalid_value",
      "session.max_output_tokens" },
  { UPDATE ("\"max_output_tokens\":\"all\""), "invalid_value",
      "session.max_output_tokens" },
  { "{\"type\":\"session.update\",\"session\":{\"type\":\"transcription\","
    "\"instructions\":\"x\"}}",
      "unknown_parameter", "session.instructions" },
  { "{\"type\":\"session.update\",\"session\":{\"type\":\"transcription\","
    "\"audio\":{\"input\":{\"transcription\":{\"model\":\"m\","
    "\"language\":\"en\"}}}}}" },

  /* the buffer */
  { "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAAA\"}" },
  { "{\"type\":\"input_audio_buffer.append\"}", "missing_required_parameter",
      "audio" },
  { "{\"type\":\"input_audio_buffer.commit\",\"event_id\":\"e\"}" },
  { "{\"type\":\"input_audio_buffer.commit\",\"event_id\":7}", "invalid_value",
      "event_id" },

  /* items */
  { ITEM ("\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
          "\"input_text\",\"text\":\"hi\"}]") },
  { ITEM ("\"type\":\"message\",\"role\":\"assistant\",\"content\":[{"
          "\"type\":\"output_text\",\"text\":\"hi\"}]") },
  { ITEM ("\"type\":\"message\",\"role\":\"assistant\",\"content\":[{"
          "\"type\":\"input_text\",\"text\":\"hi\"}]"),
      "invalid_value", "item.content[0].type" },
  { ITEM ("\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
          "\"input_text\"}]"),
      "missing_required_parameter", "item.content[0].text",
      "Missing required parameter: 'item.content[0].text'." },
  { ITEM ("\"type\":\"message\",\"role\":\"user\""),
      "missing_required_parameter", "item.content" },
  { ITEM ("\"type\":\"message\",\"content\":[]"), "missing_required_parameter",
      "item.role" },
  { ITEM ("\"type\":\"message\",\"role\":\"nobody\",\"content\":[]"),
      "invalid_value", "item.role" },
  { ITEM ("\"type\":\"function_call_output\",\"call_id\":\"c\","
          "\"output\":\"\"") },
  { ITEM ("\"type\":\"function_call_output\",\"output\":\"\""),
      "missing_required_parameter", "item.call_id" },
  { "{\"type\":\"conversation.item.truncate\",\"item_id\":\"i\","
    "\"content_index\":0,\"audio_end_ms\":-1}",
      "invalid_value", "audio_end_ms" },

  /* responses */
  { "{\"type\":\"response.create\"}" },
  { "{\"type\":\"response.create\",\"response\":{\"instructions\":\"x\","
    "\"conversation\":\"none\",\"input\":[{\"type\":\"item_reference\","
    "\"id\":\"i\"}],\"metadata\":{\"a\":\"b\"}}}" },
  { "{\"type\":\"response.create\",\"response\":{\"modalities\":[]}}",
      "unknown_parameter", "response.modalities" },
  { "{\"type\":\"response.cancel\",\"response_id\":\"r\"}" },
};

static LsFault *
check (const gchar *event, gsize length)
{
  LsFault *fault = NULL;
  g_autoptr (JsonNode) node = ls_validate_parse (event, length, &fault);

  return node != NULL ? ls_validate_event (node, &ls_rules_v2) : fault;
}

static void
test_rows (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (LsFault) fault = check (rows[i].event, strlen (rows[i].event));

    if (fault != NULL)
      g_test_message ("%s: %s", rows[i].event, fault->message);
    g_assert_cmpstr (fault != NULL ? fault->code : NULL, ==, rows[i].code);
    g_assert_cmpstr (fault != NULL ? fault->param : NULL, ==, rows[i].param);
    if (rows[i].message != NULL)
      g_assert_cmpstr (fault->message, ==, rows[i].message);
  }
}

/* what would take the parser's stack away is refused before it is parsed */
static void
test_depth (void)
{
  static const guint depths[] = { 65, 100000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (depths); i++) {
    g_autofree gchar *event = g_strnfill (depths[i], '[');
    g_autoptr (LsFault) fault = check (event, depths[i]);

    g_assert_cmpstr (fault->code, ==, "invalid_event");
  }
}

static void
test_zero_byte (void)
{
  static const gchar event[] = "{\"type\":\"response.create\"}\0{}";
  g_autoptr (LsFault) fault = check (event, sizeof event - 1);

  g_assert_cmpstr (fault->code, ==, "invalid_event");
}

static void
test_event_id_length (void)
{
  guint length;

  for (length = 512; length <= 513; length++) {
    g_autofree gchar *id = g_strnfill (length, 'x');
    g_autofree gchar *event = g_strdup_printf (
        "{\"type\":\"response.create\",\"event_id\":\"%s\"}", id);
    g_autoptr (LsFault) fault = check (event, strlen (event));

    g_assert_cmpstr (fault != NULL ? fault->code : NULL, ==,
        length == 512 ? NULL : "string_above_max_length");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/validate/rows", test_rows);
  g_test_add_func ("/validate/depth", test_depth);
  g_test_add_func ("/validate/zero-byte", test_zero_byte);
  g_test_add_func ("/validate/event-id-length", test_event_id_length);
  return g_test_run ();
}
