/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * realtime-v1: the service's earlier protocol, which replies by itself and
 * hands over by events of its own.  Always conversational.  Any thread.
 */
#include "rtdecode.h"
#include "rtdialect.h"
#include "rtmessage.h"
#include "rtsessionjson.h"

#define DEFAULT_VOICE "cove"
#define FINAL_HEAD "\"Agent Final Message\":\n\n"

static GStrv
query (const RtSessionConfig *config)
{
  return rt_message_pairs (
      "intent", "quicksilver", "model", config->model, NULL);
}

static GStrv
headers (const RtSessionConfig *config)
{
  return rt_message_pairs ("x-session-id", config->conversation_id,
      "openai-alpha", "quicksilver=v1", NULL);
}

static gboolean
fill_handoff (JsonObject *message, const RtCommand *command)
{
  g_autofree gchar *text = g_strconcat (command->final ? FINAL_HEAD : "",
      command->text != NULL ? command->text : "", NULL);

  if (command->call_id == NULL)
    return FALSE;
  rt_json_set_string (message, "handoff_id", command->call_id);
  rt_json_set_string (message, "output_text", text);
  return TRUE;
}

static gboolean
fill (JsonObject *message, const RtCommand *command,
    const RtSessionConfig *config)
{
  switch (command->type) {
    case RT_COMMAND_SESSION_UPDATE:
      json_object_set_object_member (message, "session",
          rt_session_json_v1 (config, DEFAULT_VOICE, command->text));
      return TRUE;
    case RT_COMMAND_USER_TEXT:
      json_object_set_object_member (message, "item",
          rt_message_item ("user", "input_text", command->text));
      return TRUE;
    default:
      return fill_handoff (message, command);
  }
}

static gchar *
encode (const RtCommand *command, const RtSessionConfig *config)
{
  static const gchar *const types[RT_COMMAND_LAST] = {
    [RT_COMMAND_SESSION_UPDATE] = "session.update",
    [RT_COMMAND_USER_TEXT] = "conversation.item.create",
    [RT_COMMAND_HANDOFF_OUTPUT] = "conversation.handoff.append",
  };

  return rt_message_encode (command, config, types[command->type], fill);
}

static RtEvent *
decode (const gchar *data, gsize size, GError **error)
{
  return rt_decode (data, size,
      RT_DECODE_V1 | RT_DECODE_CHANNELS | RT_DECODE_DECLARED_AUDIO, error);
}

static gboolean
is_ready (const RtEvent *event)
{
  return event->type == RT_EVENT_SESSION_UPDATED && event->session != NULL
         && event->session->id != NULL;
}

const RtDialect rt_dialect_v1 = {
  .name = "realtime-v1",
  .flags
  = RT_DIALECT_ERRORS_END | RT_DIALECT_COMPLETE_URL | RT_DIALECT_DECLARES,
  .default_path = "/v1/realtime",
  .default_voice = DEFAULT_VOICE,
  .query = query,
  .query_barred = rt_message_none,
  .headers = headers,
  .encode = encode,
  .encode_audio = rt_message_append,
  .decode = decode,
  .is_ready = is_ready,
};
