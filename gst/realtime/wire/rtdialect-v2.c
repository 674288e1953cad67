/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * realtime-v2: what the service of this name and those after its fashion are
 * told, and when they are ready.  Any thread.
 */
#include "rtdialect.h"

#include <string.h>

#include "rtbase64.h"
#include "rtdecode.h"
#include "rtsessionjson.h"

#define DEFAULT_VOICE "marin"
#define APPEND_HEAD "{\"type\":\"input_audio_buffer.append\",\"audio\":\""
#define APPEND_TAIL "\"}"

static void
push_pair (GPtrArray *pairs, const gchar *name, const gchar *value)
{
  if (value != NULL && *value != '\0') {
    g_ptr_array_add (pairs, g_strdup (name));
    g_ptr_array_add (pairs, g_strdup (value));
  }
}

static GStrv
end_pairs (GPtrArray *pairs)
{
  g_ptr_array_add (pairs, NULL);
  return (GStrv) g_ptr_array_free (pairs, FALSE);
}

static GStrv
query (const RtSessionConfig *config)
{
  GPtrArray *pairs = g_ptr_array_new ();

  /* The server takes one or the other. */
  if (config->mode == RT_MODE_TRANSCRIPTION)
    push_pair (pairs, "intent", "transcription");
  else
    push_pair (pairs, "model", config->model);
  return end_pairs (pairs);
}

static GStrv
headers (const RtSessionConfig *config)
{
  GPtrArray *pairs = g_ptr_array_new ();

  push_pair (pairs, "x-session-id", config->conversation_id);
  return end_pairs (pairs);
}

static void
set_item (JsonObject *message, JsonObject *item)
{
  json_object_set_object_member (message, "item", item);
}

static JsonObject *
message_item (const gchar *role, const gchar *content_type, const gchar *text)
{
  JsonObject *item = json_object_new ();
  JsonObject *part = json_object_new ();
  JsonArray *content = json_array_new ();

  json_object_set_string_member (part, "type", content_type);
  rt_json_set_string (part, "text", text != NULL ? text : "");
  json_array_add_object_element (content, part);
  json_object_set_string_member (item, "type", "message");
  json_object_set_string_member (item, "role", role);
  json_object_set_array_member (item, "content", content);
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
      set_item (message, message_item ("user", "input_text", command->text));
      return TRUE;
    case RT_COMMAND_SYSTEM_TEXT:
      set_item (message, message_item ("system", "input_text", command->text));
      return TRUE;
    case RT_COMMAND_ASSISTANT_TEXT:
      set_item (
          message, message_item ("assistant", "output_text", command->text));
      return TRUE;
    case RT_COMMAND_HANDOFF_OUTPUT:
      if (!command->final) {
        set_item (
            message, message_item ("system", "input_text", command->text));
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
encode_raw (const gchar *text)
{
  g_autoptr (JsonNode) root = NULL;

  if (text != NULL)
    root = rt_json_parse_object (text, strlen (text), NULL);
  return root != NULL ? g_strdup (text) : NULL;
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
    [RT_COMMAND_HANDOFF_OUTPUT] = "conversation.item.create",
    [RT_COMMAND_FUNCTION_OUTPUT] = "conversation.item.create",
    [RT_COMMAND_ITEM_TRUNCATE] = "conversation.item.truncate",
    [RT_COMMAND_ITEM_DELETE] = "conversation.item.delete",
  };
  g_autoptr (JsonNode) node = NULL;
  JsonObject *message;

  if (command->type == RT_COMMAND_RAW)
    return encode_raw (command->text);
  g_return_val_if_fail (command->type < RT_COMMAND_RAW, NULL);

  node = json_node_new (JSON_NODE_OBJECT);
  message = json_object_new ();
  json_node_take_object (node, message);
  json_object_set_string_member (message, "type", types[command->type]);
  if (command->event_id != NULL)
    rt_json_set_string (message, "event_id", command->event_id);
  return fill (message, command, config) ? rt_json_to_text (node) : NULL;
}

static void
encode_audio (
    const RtAudioFormat *format, const guint8 *data, gsize size, GString *out)
{
  const gsize head = sizeof (APPEND_HEAD) - 1;
  const gsize tail = sizeof (APPEND_TAIL) - 1;
  const gsize body = rt_base64_encoded_size (size);

  g_string_set_size (out, head + body + tail);
  memcpy (out->str, APPEND_HEAD, head);
  rt_base64_encode (data, size, out->str + head);
  memcpy (out->str + head + body, APPEND_TAIL, tail);
}

static gboolean
is_ready (const RtEvent *event)
{
  return (event->type == RT_EVENT_SESSION_CREATED
             || event->type == RT_EVENT_SESSION_UPDATED)
         && event->session != NULL;
}

static const gchar *const query_owned[] = { "intent", "model", NULL };

const RtDialect rt_dialect_v2 = {
  .name = "realtime-v2",
  .flags = RT_DIALECT_RESPONSES | RT_DIALECT_TRUNCATION | RT_DIALECT_G711
           | RT_DIALECT_COMPLETE_URL | RT_DIALECT_COMMITS
           | RT_DIALECT_TRANSCRIBES,
  .default_path = "/v1/realtime",
  .default_voice = DEFAULT_VOICE,
  .query = query,
  .query_owned = query_owned,
  .headers = headers,
  .encode = encode,
  .encode_audio = encode_audio,
  .decode = rt_decode,
  .is_ready = is_ready,
};
