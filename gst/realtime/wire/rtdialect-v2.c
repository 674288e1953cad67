/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * realtime-v2: what the service of this name and those after its fashion are
 * told, and when they are ready.  Any thread.
 */
#include "rtdecode.h"
#include "rtdialect.h"
#include "rtmessage.h"
#include "rtsessionjson.h"

#define DEFAULT_VOICE "marin"

static GStrv
query (const RtSessionConfig *config)
{
  /* The server takes one or the other. */
  if (config->mode == RT_MODE_TRANSCRIPTION)
    return rt_message_pairs ("intent", "transcription", NULL);
  return rt_message_pairs ("model", config->model, NULL);
}

static GStrv
headers (const RtSessionConfig *config)
{
  return rt_message_pairs ("x-session-id", config->conversation_id, NULL);
}

static void
set_item (JsonObject *message, JsonObject *item)
{
  json_object_set_object_member (message, "item", item);
}

/* A message, of its own name when it has one. */
static void
set_message (JsonObject *message, const RtCommand *command, const gchar *role,
    const gchar *content_type)
{
  JsonObject *item = rt_message_item (role, content_type, command->text);

  if (command->item_id != NULL)
    rt_json_set_string (item, "id", command->item_id);
  set_item (message, item);
}

static JsonObject *
call_item (const RtCommand *command)
{
  JsonObject *item = json_object_new ();

  if (command->item_id != NULL)
    rt_json_set_string (item, "id", command->item_id);
  json_object_set_string_member (item, "type", "function_call");
  rt_json_set_string (item, "call_id", command->call_id);
  rt_json_set_string (item, "name", command->name);
  rt_json_set_string (
      item, "arguments", command->text != NULL ? command->text : "{}");
  return item;
}

static JsonObject *
output_item (const gchar *call_id, const gchar *output)
{
  JsonObject *item = json_object_new ();

  json_object_set_string_member (item, "type", "function_call_output");
  rt_json_set_string (item, "call_id", call_id);
  rt_json_set_string (item, "output", output != NULL ? output : "");
  return item;
}

/* The members behind type and event_id; FALSE when one that must be there is
 * unknown. */
static gboolean
fill (JsonObject *message, const RtCommand *command,
    const RtSessionConfig *config)
{
  switch (command->type) {
    case RT_COMMAND_SESSION_UPDATE:
      json_object_set_object_member (
          message, "session", rt_session_json_v2 (config, DEFAULT_VOICE));
      return TRUE;
    case RT_COMMAND_RESPONSE_CANCEL:
      if (command->response_id != NULL)
        rt_json_set_string (message, "response_id", command->response_id);
      return TRUE;
    case RT_COMMAND_USER_TEXT:
      set_message (message, command, "user", "input_text");
      return TRUE;
    case RT_COMMAND_SYSTEM_TEXT:
      set_item (
          message, rt_message_item ("system", "input_text", command->text));
      return TRUE;
    case RT_COMMAND_ASSISTANT_TEXT:
      set_message (message, command, "assistant", "output_text");
      return TRUE;
    case RT_COMMAND_FUNCTION_CALL:
      if (command->call_id == NULL || command->name == NULL)
        return FALSE;
      set_item (message, call_item (command));
      return TRUE;
    case RT_COMMAND_HANDOFF_OUTPUT:
      if (!command->final) {
        set_item (
            message, rt_message_item ("system", "input_text", command->text));
        return TRUE;
      }
      G_GNUC_FALLTHROUGH;
    case RT_COMMAND_FUNCTION_OUTPUT:
      if (command->call_id == NULL)
        return FALSE;
      set_item (message, output_item (command->call_id, command->text));
      return TRUE;
    case RT_COMMAND_ITEM_TRUNCATE:
      json_object_set_int_member (
          message, "content_index", command->content_index);
      json_object_set_int_member (
          message, "audio_end_ms", command->audio_end_ms);
      G_GNUC_FALLTHROUGH;
    case RT_COMMAND_ITEM_DELETE:
      if (command->item_id == NULL)
        return FALSE;
      rt_json_set_string (message, "item_id", command->item_id);
      return TRUE;
    default:
      return TRUE;
  }
}

static gchar *
encode (const RtCommand *command, const RtSessionConfig *config)
{
  static const gchar *const types[RT_COMMAND_LAST] = {
    [RT_COMMAND_SESSION_UPDATE] = "session.update",
    [RT_COMMAND_AUDIO_COMMIT] = "input_audio_buffer.commit",
    [RT_COMMAND_AUDIO_CLEAR] = "input_audio_buffer.clear",
    [RT_COMMAND_RESPONSE_CREATE] = "response.create",
    [RT_COMMAND_RESPONSE_CANCEL] = "response.cancel",
    [RT_COMMAND_USER_TEXT] = "conversation.item.create",
    [RT_COMMAND_SYSTEM_TEXT] = "conversation.item.create",
    [RT_COMMAND_ASSISTANT_TEXT] = "conversation.item.create",
    [RT_COMMAND_FUNCTION_CALL] = "conversation.item.create",
    [RT_COMMAND_HANDOFF_OUTPUT] = "conversation.item.create",
    [RT_COMMAND_FUNCTION_OUTPUT] = "conversation.item.create",
    [RT_COMMAND_ITEM_TRUNCATE] = "conversation.item.truncate",
    [RT_COMMAND_ITEM_DELETE] = "conversation.item.delete",
  };

  return rt_message_encode (command, config, types[command->type], fill);
}

static RtEvent *
decode (const gchar *data, gsize size, GError **error)
{
  return rt_decode (data, size, RT_DECODE_V2 | RT_DECODE_CHANNELS, error);
}

static gboolean
is_ready (const RtEvent *event)
{
  return (event->type == RT_EVENT_SESSION_CREATED
             || event->type == RT_EVENT_SESSION_UPDATED)
         && event->session != NULL;
}

/* A conversation has no intent, a transcription no model. */
static const gchar *const *
query_barred (const RtSessionConfig *config)
{
  static const gchar *const names[] = { "intent", "model", NULL };
  static const gchar *const intent[] = { "intent", NULL };

  return config->mode == RT_MODE_TRANSCRIPTION ? names : intent;
}

const RtDialect rt_dialect_v2 = {
  .name = "realtime-v2",
  .flags = RT_DIALECT_RESPONSES | RT_DIALECT_TRUNCATION | RT_DIALECT_G711
           | RT_DIALECT_COMPLETE_URL | RT_DIALECT_COMMITS
           | RT_DIALECT_TRANSCRIBES,
  .default_path = "/v1/realtime",
  .default_voice = DEFAULT_VOICE,
  .query = query,
  .query_barred = query_barred,
  .headers = headers,
  .encode = encode,
  .encode_audio = rt_message_append,
  .decode = decode,
  .is_ready = is_ready,
};
