/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages to the server, as far as the dialects agree.  Pure; any thread.
 */
#include "rtmessage.h"

#include <string.h>

#include "rtbase64.h"
#include "rtsessionjson.h"
#include "rtsessionpath.h"

static gchar *
encode_raw (const gchar *text)
{
  g_autoptr (JsonNode) root = NULL;

  if (text != NULL)
    root = rt_json_parse_object (text, strlen (text), NULL);
  return root != NULL ? g_strdup (text) : NULL;
}

/* What is left out was wanted, and so is not what is taken back. */
static void
fit_session (JsonObject *message, const RtCommand *command)
{
  guint i;

  if (command->before != NULL)
    rt_session_json_take_back (
        json_object_get_object_member (message, "session"), command->before);
  for (i = 0; command->left_out != NULL && command->left_out[i] != NULL; i++)
    rt_session_path_drop (message, command->left_out[i]);
}

gchar *
rt_message_encode (const RtCommand *command, const RtSessionConfig *config,
    const gchar *type, RtMessageFill fill)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *message;

  if (command->type == RT_COMMAND_RAW)
    return encode_raw (command->text);
  if (type == NULL)
    return NULL;
  node = json_node_new (JSON_NODE_OBJECT);
  message = json_object_new ();
  json_node_take_object (node, message);
  json_object_set_string_member (message, "type", type);
  if (command->event_id != NULL)
    rt_json_set_string (message, "event_id", command->event_id);
  if (!fill (message, command, config))
    return NULL;
  fit_session (message, command);
  return rt_json_to_text (node);
}

JsonObject *
rt_message_item (
    const gchar *role, const gchar *content_type, const gchar *text)
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

void
rt_message_wrap (const gchar *head, const gchar *tail, const guint8 *data,
    gsize size, GString *out)
{
  const gsize before = strlen (head);
  const gsize body = rt_base64_encoded_size (size);

  g_string_set_size (out, before + body);
  memcpy (out->str, head, before);
  rt_base64_encode (data, size, out->str + before);
  g_string_append (out, tail);
}

void
rt_message_append (
    const RtAudioFormat *format, const guint8 *data, gsize size, GString *out)
{
  rt_message_wrap ("{\"type\":\"input_audio_buffer.append\",\"audio\":\"",
      "\"}", data, size, out);
}

GStrv
rt_message_pairs (const gchar *name, ...)
{
  GPtrArray *pairs = g_ptr_array_new ();
  va_list more;

  va_start (more, name);
  for (; name != NULL; name = va_arg (more, const gchar *)) {
    const gchar *value = va_arg (more, const gchar *);

    if (value != NULL && *value != '\0') {
      g_ptr_array_add (pairs, g_strdup (name));
      g_ptr_array_add (pairs, g_strdup (value));
    }
  }
  va_end (more);
  g_ptr_array_add (pairs, NULL);
  return (GStrv) g_ptr_array_free (pairs, FALSE);
}

const gchar *const *
rt_message_none (const RtSessionConfig *config)
{
  static const gchar *const none[] = { NULL };

  return none;
}
