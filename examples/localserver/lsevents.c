/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Server events, field by field, in the order the service writes them. */
#include "lsevents.h"

/* what a minute may hold, as an account of the service would have it */
#define TOKENS_A_MINUTE 40000

JsonObject *
ls_event_new (const gchar *type)
{
  JsonObject *event = json_object_new ();
  g_autofree gchar *id = ls_id_new ("event");

  json_object_set_string_member (event, "type", type);
  json_object_set_string_member (event, "event_id", id);
  return event;
}

JsonObject *
ls_event_error (const LsFault *fault, const gchar *client_event_id)
{
  JsonObject *event = ls_event_new ("error");
  JsonObject *error = json_object_new ();

  json_object_set_string_member (error, "type", "invalid_request_error");
  json_object_set_string_member (error, "code", fault->code);
  json_object_set_string_member (error, "message", fault->message);
  json_object_set_string_member (error, "param", fault->param);
  json_object_set_string_member (error, "event_id", client_event_id);
  json_object_set_object_member (event, "error", error);
  return event;
}

JsonObject *
ls_event_session (const gchar *type, const LsConfig *config)
{
  JsonObject *event = ls_event_new (type);

  json_object_set_object_member (event, "session", ls_config_to_json (config));
  return event;
}

JsonObject *
ls_event_speech (
    const gchar *type, const gchar *ms_name, guint64 ms, const gchar *item_id)
{
  JsonObject *event = ls_event_item_id (type, item_id);

  json_object_set_int_member (event, ms_name, ms);
  return event;
}

JsonObject *
ls_event_timeout (guint64 start_ms, guint64 end_ms, const gchar *item_id)
{
  JsonObject *event
      = ls_event_item_id ("input_audio_buffer.timeout_triggered", item_id);

  json_object_set_int_member (event, "audio_start_ms", start_ms);
  json_object_set_int_member (event, "audio_end_ms", end_ms);
  return event;
}

JsonObject *
ls_event_committed (const gchar *previous_id, const gchar *item_id)
{
  JsonObject *event
      = ls_event_item_id ("input_audio_buffer.committed", item_id);

  json_object_set_string_member (event, "previous_item_id", previous_id);
  return event;
}

JsonObject *
ls_event_item (const gchar *type, const LsConversation *in, const LsItem *item)
{
  JsonObject *event = ls_event_new (type);

  if (in != NULL)
    json_object_set_string_member (
        event, "previous_item_id", ls_conversation_previous_id (in, item));
  json_object_set_object_member (event, "item", ls_item_to_json (item));
  return event;
}

JsonObject *
ls_event_item_id (const gchar *type, const gchar *item_id)
{
  JsonObject *event = ls_event_new (type);

  json_object_set_string_member (event, "item_id", item_id);
  return event;
}

JsonObject *
ls_event_truncated (const gchar *item_id, gint64 audio_end_ms)
{
  JsonObject *event = ls_event_item_id ("conversation.item.truncated", item_id);

  json_object_set_int_member (event, "content_index", 0);
  json_object_set_int_member (event, "audio_end_ms", audio_end_ms);
  return event;
}

static JsonObject *
transcription_event (const gchar *name, const gchar *item_id)
{
  g_autofree gchar *type = g_strconcat (
      "conversation.item.input_audio_transcription.", name, NULL);
  JsonObject *event = ls_event_item_id (type, item_id);

  json_object_set_int_member (event, "content_index", 0);
  return event;
}

JsonObject *
ls_event_heard_delta (const gchar *item_id, const gchar *delta)
{
  JsonObject *event = transcription_event ("delta", item_id);

  json_object_set_string_member (event, "delta", delta);
  return event;
}

static JsonObject *
transcription_usage (const LsItem *item, gboolean by_duration)
{
  JsonObject *usage = json_object_new (), *details;
  gint64 input = item->audio_ms / 100, output;

  json_object_set_string_member (
      usage, "type", by_duration ? "duration" : "tokens");
  if (by_duration) {
    json_object_set_double_member (usage, "seconds", item->audio_ms / 1000.0);
    return usage;
  }
  output = g_utf8_strlen (item->text, -1) / 4;
  details = json_object_new ();
  json_object_set_int_member (details, "text_tokens", 0);
  json_object_set_int_member (details, "audio_tokens", input);
  json_object_set_int_member (usage, "total_tokens", input + output);
  json_object_set_int_member (usage, "input_tokens", input);
  json_object_set_object_member (usage, "input_token_details", details);
  json_object_set_int_member (usage, "output_tokens", output);
  return usage;
}

JsonObject *
ls_event_heard (const LsItem *item, gboolean by_duration)
{
  JsonObject *event = transcription_event ("completed", item->id);

  json_object_set_string_member (event, "transcript", item->text);
  json_object_set_object_member (
      event, "usage", transcription_usage (item, by_duration));
  return event;
}

JsonObject *
ls_event_not_heard (const gchar *item_id)
{
  JsonObject *event = transcription_event ("failed", item_id);
  JsonObject *error = json_object_new ();

  json_object_set_string_member (error, "type", "server_error");
  json_object_set_string_member (error, "code", "transcription_failed");
  json_object_set_string_member (
      error, "message", "The audio could not be transcribed.");
  json_object_set_null_member (error, "param");
  json_object_set_object_member (event, "error", error);
  return event;
}

static JsonObject *
output_event (const gchar *type, const LsOutput *output)
{
  JsonObject *event = ls_event_new (type);

  json_object_set_string_member (event, "response_id", output->response_id);
  json_object_set_int_member (event, "output_index", output->index);
  return event;
}

JsonObject *
ls_event_output_item (const gchar *type, const LsOutput *output)
{
  JsonObject *event = output_event (type, output);

  json_object_set_object_member (event, "item", ls_item_to_json (output->item));
  return event;
}

JsonObject *
ls_event_content (const gchar *type, const LsOutput *output, const gchar *name,
    const gchar *value)
{
  JsonObject *event = output_event (type, output);

  json_object_set_string_member (event, "item_id", output->item->id);
  json_object_set_int_member (event, "content_index", 0);
  if (name != NULL)
    json_object_set_string_member (event, name, value);
  return event;
}

JsonObject *
ls_event_part (const gchar *type, const LsOutput *output, const gchar *text)
{
  JsonObject *event = ls_event_content (type, output, NULL, NULL);
  JsonObject *part = json_object_new ();
  gboolean spoken = output->item->spoken;

  json_object_set_string_member (part, "type", spoken ? "audio" : "text");
  json_object_set_string_member (part, spoken ? "transcript" : "text", text);
  json_object_set_object_member (event, "part", part);
  return event;
}

JsonObject *
ls_event_arguments (const gchar *type, const LsOutput *output, gboolean done)
{
  JsonObject *event = output_event (type, output);

  json_object_set_string_member (event, "item_id", output->item->id);
  json_object_set_string_member (event, "call_id", output->item->call_id);
  if (done)
    json_object_set_string_member (event, "name", output->item->name);
  json_object_set_string_member (
      event, done ? "arguments" : "delta", output->item->text);
  return event;
}

JsonObject *
ls_event_response (const gchar *type, JsonObject *response)
{
  JsonObject *event = ls_event_new (type);

  json_object_set_object_member (event, "response", response);
  return event;
}

JsonObject *
ls_event_rate_limits (guint64 tokens_used)
{
  JsonObject *event = ls_event_new ("rate_limits.updated");
  JsonArray *limits = json_array_new ();
  JsonObject *tokens = json_object_new ();

  tokens_used = MIN (tokens_used, TOKENS_A_MINUTE);
  json_object_set_string_member (tokens, "name", "tokens");
  json_object_set_int_member (tokens, "limit", TOKENS_A_MINUTE);
  json_object_set_int_member (
      tokens, "remaining", TOKENS_A_MINUTE - tokens_used);
  json_object_set_double_member (
      tokens, "reset_seconds", 60.0 * tokens_used / TOKENS_A_MINUTE);
  json_array_add_object_element (limits, tokens);
  json_object_set_array_member (event, "rate_limits", limits);
  return event;
}
