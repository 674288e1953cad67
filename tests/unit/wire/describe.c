/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events as lines of text and JSON as trees.
 */
#include "describe.h"

#include <string.h>

static const gchar *const type_names[RT_EVENT_LAST] = {
  [RT_EVENT_UNKNOWN] = "UNKNOWN",
  [RT_EVENT_SESSION_CREATED] = "SESSION_CREATED",
  [RT_EVENT_SESSION_UPDATED] = "SESSION_UPDATED",
  [RT_EVENT_CONVERSATION_CREATED] = "CONVERSATION_CREATED",
  [RT_EVENT_SPEECH_STARTED] = "SPEECH_STARTED",
  [RT_EVENT_SPEECH_STOPPED] = "SPEECH_STOPPED",
  [RT_EVENT_AUDIO_COMMITTED] = "AUDIO_COMMITTED",
  [RT_EVENT_AUDIO_CLEARED] = "AUDIO_CLEARED",
  [RT_EVENT_IDLE_TIMEOUT] = "IDLE_TIMEOUT",
  [RT_EVENT_INPUT_TRANSCRIPT_DELTA] = "INPUT_TRANSCRIPT_DELTA",
  [RT_EVENT_INPUT_TRANSCRIPT_DONE] = "INPUT_TRANSCRIPT_DONE",
  [RT_EVENT_INPUT_TRANSCRIPT_FAILED] = "INPUT_TRANSCRIPT_FAILED",
  [RT_EVENT_ITEM_ADDED] = "ITEM_ADDED",
  [RT_EVENT_ITEM_DONE] = "ITEM_DONE",
  [RT_EVENT_ITEM_RETRIEVED] = "ITEM_RETRIEVED",
  [RT_EVENT_ITEM_DELETED] = "ITEM_DELETED",
  [RT_EVENT_ITEM_TRUNCATED] = "ITEM_TRUNCATED",
  [RT_EVENT_RESPONSE_CREATED] = "RESPONSE_CREATED",
  [RT_EVENT_RESPONSE_DONE] = "RESPONSE_DONE",
  [RT_EVENT_OUTPUT_ITEM_ADDED] = "OUTPUT_ITEM_ADDED",
  [RT_EVENT_OUTPUT_ITEM_DONE] = "OUTPUT_ITEM_DONE",
  [RT_EVENT_CONTENT_PART_ADDED] = "CONTENT_PART_ADDED",
  [RT_EVENT_CONTENT_PART_DONE] = "CONTENT_PART_DONE",
  [RT_EVENT_OUTPUT_AUDIO_DELTA] = "OUTPUT_AUDIO_DELTA",
  [RT_EVENT_OUTPUT_AUDIO_DONE] = "OUTPUT_AUDIO_DONE",
  [RT_EVENT_OUTPUT_TRANSCRIPT_DELTA] = "OUTPUT_TRANSCRIPT_DELTA",
  [RT_EVENT_OUTPUT_TRANSCRIPT_DONE] = "OUTPUT_TRANSCRIPT_DONE",
  [RT_EVENT_OUTPUT_TEXT_DELTA] = "OUTPUT_TEXT_DELTA",
  [RT_EVENT_OUTPUT_TEXT_DONE] = "OUTPUT_TEXT_DONE",
  [RT_EVENT_FUNCTION_ARGUMENTS_DELTA] = "FUNCTION_ARGUMENTS_DELTA",
  [RT_EVENT_FUNCTION_ARGUMENTS_DONE] = "FUNCTION_ARGUMENTS_DONE",
  [RT_EVENT_HANDOFF_REQUESTED] = "HANDOFF_REQUESTED",
  [RT_EVENT_RATE_LIMITS] = "RATE_LIMITS",
  [RT_EVENT_ERROR] = "ERROR",
};

static void
add (GString *out, const gchar *name, const gchar *value)
{
  if (value != NULL)
    g_string_append_printf (out, " %s=%s", name, value);
}

static void
add_number (GString *out, const gchar *name, guint64 value)
{
  if (value != 0)
    g_string_append_printf (out, " %s=%" G_GUINT64_FORMAT, name, value);
}

static void
add_format (
    GString *out, const gchar *name, gboolean has, const RtAudioFormat *format)
{
  if (has)
    g_string_append_printf (out, " %s=%s/%u/%u", name,
        rt_codec_to_wire (format->codec), format->rate, format->channels);
}

static void
add_usage (GString *out, const RtUsage *usage)
{
  if (!usage->present)
    return;
  g_string_append (out, " usage");
  add_number (out, "input_total", usage->input_total);
  add_number (out, "input_text", usage->input_text);
  add_number (out, "input_audio", usage->input_audio);
  add_number (out, "input_image", usage->input_image);
  add_number (out, "input_cached", usage->input_cached);
  add_number (out, "output_total", usage->output_total);
  add_number (out, "output_text", usage->output_text);
  add_number (out, "output_audio", usage->output_audio);
  add_number (out, "duration_ms", usage->duration_ms);
}

static void
add_item (GString *out, const RtItem *item)
{
  static const gchar *const types[]
      = { "other", "message", "function_call", "function_call_output" };

  g_string_append_printf (out, " {%s", types[item->type]);
  add (out, "id", item->id);
  add (out, "role", item->role);
  add (out, "status", item->status);
  add (out, "call_id", item->call_id);
  add (out, "name", item->name);
  add (out, "arguments", item->arguments);
  add (out, "text", item->text);
  g_string_append_c (out, '}');
}

static void
add_response (GString *out, const RtResponse *response)
{
  guint i;

  g_string_append (out, " (response");
  add (out, "id", response->id);
  add (out, "status", response->status);
  add (out, "reason", response->reason);
  add (out, "error_code", response->error_code);
  add (out, "error_type", response->error_type);
  add (out, "error_message", response->error_message);
  add_usage (out, &response->usage);
  for (i = 0; i < response->output->len; i++)
    add_item (out, g_ptr_array_index (response->output, i));
  g_string_append_c (out, ')');
}

static void
add_session (GString *out, const RtSessionInfo *session)
{
  g_string_append (out, " (session");
  add (out, "id", session->id);
  add (out, "instructions", session->instructions);
  add_number (out, "expires_at", session->expires_at);
  add_format (out, "in", session->has_input_format, &session->input_format);
  add_format (out, "out", session->has_output_format, &session->output_format);
  g_string_append_c (out, ')');
}

static void
add_error (GString *out, const RtErrorInfo *error)
{
  g_string_append (out, " (error");
  add (out, "code", error->code);
  add (out, "type", error->type);
  add (out, "message", error->message);
  add (out, "param", error->param);
  add (out, "event_id", error->event_id);
  g_string_append_c (out, ')');
}

static void
add_audio (GString *out, GBytes *audio)
{
  gsize size, i;
  const guint8 *data = g_bytes_get_data (audio, &size);

  g_string_append (out, " audio=");
  for (i = 0; i < size; i++)
    g_string_append_printf (out, "%02x", data[i]);
}

gchar *
rt_test_describe (const RtEvent *event)
{
  GString *out = g_string_new (type_names[event->type]);

  add (out, "event_id", event->event_id);
  add (out, "item_id", event->item_id);
  add (out, "previous_item_id", event->previous_item_id);
  add (out, "response_id", event->response_id);
  add (out, "call_id", event->call_id);
  add (out, "function_name", event->function_name);
  add_number (out, "content_index", event->content_index);
  add_number (out, "output_index", event->output_index);
  add_number (out, "audio_ms", event->audio_ms);
  add (out, "text", event->text);
  if (event->audio != NULL)
    add_audio (out, event->audio);
  if (event->audio_rate > 0)
    g_string_append_printf (
        out, " as=%u/%u", event->audio_rate, event->audio_channels);
  if (event->item != NULL)
    add_item (out, event->item);
  if (event->response != NULL)
    add_response (out, event->response);
  if (event->session != NULL)
    add_session (out, event->session);
  if (event->error != NULL)
    add_error (out, event->error);
  add_usage (out, &event->usage);
  return g_string_free (out, FALSE);
}

gchar *
rt_test_json (const gchar *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

JsonNode *
rt_test_parse (const gchar *json)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = rt_json_parse_object (json, strlen (json), &error);

  g_assert_no_error (error);
  return node;
}

void
rt_test_check_json (const gchar *seen, const gchar *expected)
{
  g_autofree gchar *wanted = rt_test_json (expected);
  g_autoptr (JsonNode) a = rt_test_parse (seen);
  g_autoptr (JsonNode) b = rt_test_parse (wanted);

  if (!json_node_equal (a, b))
    g_error ("%s\nis not\n%s", seen, wanted);
}
