/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-create: a server that opens the session on demand and takes audio
 * of any rate.  Any thread.
 */
#include "rtdecode.h"
#include "rtdialect.h"
#include "rtmessage.h"
#include "rtsessionjson.h"

/* Nothing but the key and the path. */
static GStrv
no_pairs (const RtSessionConfig *config)
{
  return rt_message_pairs (NULL, NULL);
}

static gboolean
fill (JsonObject *message, const RtCommand *command,
    const RtSessionConfig *config)
{
  if (command->type == RT_COMMAND_SESSION_UPDATE)
    json_object_set_object_member (
        message, "session", rt_session_json_create (config, command->text));
  else
    json_object_set_object_member (
        message, "item", rt_message_item ("user", "text", command->text));
  return TRUE;
}

static gchar *
encode (const RtCommand *command, const RtSessionConfig *config)
{
  const gchar *type = NULL;

  if (command->type == RT_COMMAND_SESSION_UPDATE)
    type = command->first ? "session.create" : "session.update";
  else if (command->type == RT_COMMAND_USER_TEXT)
    type = "conversation.item.create";
  return rt_message_encode (command, config, type, fill);
}

static void
encode_audio (
    const RtAudioFormat *format, const guint8 *data, gsize size, GString *out)
{
  gchar tail[128];

  g_snprintf (tail, sizeof (tail),
      "\",\"sample_rate\":%u,\"num_channels\":%u,"
      "\"samples_per_channel\":%" G_GSIZE_FORMAT "}",
      format->rate, format->channels,
      size / rt_audio_format_frame_size (format));
  rt_message_wrap ("{\"type\":\"response.input_audio.delta\",\"delta\":\"",
      tail, data, size, out);
}

static RtEvent *
decode (const gchar *data, gsize size, GError **error)
{
  return rt_decode (data, size,
      RT_DECODE_CREATE | RT_DECODE_DECLARED_AUDIO | RT_DECODE_SESSION_ID
          | RT_DECODE_BACKEND_PROMPT | RT_DECODE_OUTER_MESSAGE,
      error);
}

static gboolean
is_ready (const RtEvent *event)
{
  return event->type == RT_EVENT_SESSION_CREATED;
}

const RtDialect rt_dialect_create = {
  .name = "session-create",
  .flags = RT_DIALECT_ERRORS_END | RT_DIALECT_ANY_RATE | RT_DIALECT_DECLARES,
  .default_path = "/ws",
  .query = no_pairs,
  .query_barred = rt_message_none,
  .headers = no_pairs,
  .encode = encode,
  .encode_audio = encode_audio,
  .decode = decode,
  .is_ready = is_ready,
};
