/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts that several events share: items, responses, sessions, errors,
 * usage.  I/O thread.  Must not trust any member to be of its type.
 */
#include "rtdecode.h"

#include <string.h>

/* What the pads' caps can say. */
#define MIN_RATE 8000
#define MAX_RATE 48000
#define MAX_CHANNELS 2

static gchar *
copy_bounded (const gchar *text, gsize max)
{
  gsize length = strlen (text);

  if (length > max) {
    const gchar *cut = text + max;

    /* Back to the beginning of a character. */
    while (cut > text && ((guchar) *cut & 0xc0) == 0x80)
      cut--;
    length = cut - text;
  }
  return g_strndup (text, length);
}

gchar *
rt_decode_string (JsonObject *object, const gchar *name, gsize max)
{
  const gchar *text = rt_json_string (object, name);

  return text != NULL ? copy_bounded (text, max) : NULL;
}

gboolean
rt_decode_make_format (gint64 rate, gint64 channels, RtAudioFormat *format)
{
  if (channels < 0)
    channels = 1;
  if (rate < MIN_RATE || rate > MAX_RATE || channels < 1
      || channels > MAX_CHANNELS)
    return FALSE;
  *format = (RtAudioFormat){ RT_CODEC_PCM16, (guint) rate, (guint) channels };
  return TRUE;
}

/* The texts and transcripts of a message's content, a line each. */
static gchar *
join_content (JsonArray *content)
{
  GString *joined = NULL;
  guint n = content != NULL ? json_array_get_length (content) : 0;
  guint i;

  for (i = 0; i < n; i++) {
    JsonObject *part = rt_json_array_object (content, i);
    const gchar *text = rt_json_string (part, "transcript");

    if (text == NULL)
      text = rt_json_string (part, "text");
    if (text == NULL)
      continue;
    if (joined == NULL)
      joined = g_string_new (NULL);
    else
      g_string_append_c (joined, '\n');
    g_string_append (joined, text);
    if (joined->len > RT_DECODE_MAX_TEXT)
      break;
  }
  return joined != NULL ? g_string_free (joined, FALSE) : NULL;
}

/* The whole item; of one too large to keep what names it. */
static gchar *
item_to_text (JsonObject *object)
{
  static const gchar *const names[]
      = { "id", "object", "type", "status", "role", "call_id", "name" };
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *text = NULL;
  JsonObject *head;
  guint i;

  json_node_set_object (node, object);
  text = rt_json_to_text (node);
  if (strlen (text) <= RT_DECODE_MAX_TEXT)
    return g_steal_pointer (&text);

  head = json_object_new ();
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *value
        = rt_decode_string (object, names[i], RT_DECODE_MAX_ID);

    if (value != NULL)
      json_object_set_string_member (head, names[i], value);
  }
  json_node_take_object (node, head);
  return rt_json_to_text (node);
}

static RtItemType
item_type (const gchar *name)
{
  if (g_strcmp0 (name, "message") == 0)
    return RT_ITEM_MESSAGE;
  if (g_strcmp0 (name, "function_call") == 0)
    return RT_ITEM_FUNCTION_CALL;
  if (g_strcmp0 (name, "function_call_output") == 0)
    return RT_ITEM_FUNCTION_CALL_OUTPUT;
  return RT_ITEM_OTHER;
}

RtItem *
rt_decode_item (JsonObject *object)
{
  RtItem *item = rt_item_new ();
  g_autofree gchar *text = NULL;
  const gchar *arguments;

  item->type = item_type (rt_json_string (object, "type"));
  item->id = rt_decode_string (object, "id", RT_DECODE_MAX_ID);
  item->role = rt_decode_string (object, "role", RT_DECODE_MAX_ID);
  item->status = rt_decode_string (object, "status", RT_DECODE_MAX_ID);
  item->call_id = rt_decode_string (object, "call_id", RT_DECODE_MAX_ID);
  item->name = rt_decode_string (object, "name", RT_DECODE_MAX_ID);
  arguments = rt_json_string (object, "arguments");
  if (arguments != NULL) {
    item->arguments = copy_bounded (arguments, RT_DECODE_MAX_TEXT);
    item->cut = strlen (arguments) > RT_DECODE_MAX_TEXT;
  }
  text = join_content (rt_json_array (object, "content"));
  if (text != NULL)
    item->text = copy_bounded (text, RT_DECODE_MAX_TEXT);
  item->json = item_to_text (object);
  return item;
}

static void
read_status_details (RtResponse *response, JsonObject *details)
{
  JsonObject *error = rt_json_object (details, "error");

  response->reason = rt_decode_string (details, "reason", RT_DECODE_MAX_ID);
  if (response->reason == NULL)
    response->reason = rt_decode_string (details, "type", RT_DECODE_MAX_ID);
  response->error_code = rt_decode_string (error, "code", RT_DECODE_MAX_ID);
  response->error_type = rt_decode_string (error, "type", RT_DECODE_MAX_ID);
  response->error_message
      = rt_decode_string (error, "message", RT_DECODE_MAX_MESSAGE);
}

RtResponse *
rt_decode_response (JsonObject *object)
{
  RtResponse *response = rt_response_new ();
  JsonArray *output = rt_json_array (object, "output");
  guint n = output != NULL ? json_array_get_length (output) : 0;
  guint i;

  response->id = rt_decode_string (object, "id", RT_DECODE_MAX_ID);
  response->status = rt_decode_string (object, "status", RT_DECODE_MAX_ID);
  read_status_details (response, rt_json_object (object, "status_details"));
  rt_decode_usage (rt_json_object (object, "usage"), &response->usage);
  for (i = 0; i < n && response->output->len < RT_DECODE_MAX_ITEMS; i++) {
    JsonObject *item = rt_json_array_object (output, i);

    if (item != NULL)
      g_ptr_array_add (response->output, rt_decode_item (item));
  }
  return response;
}

/* `format` lies in audio.input or audio.output as an object, or as a name in
 * the flat sessions of older servers. */
static gboolean
read_format (JsonObject *session, const gchar *direction, RtAudioFormat *format)
{
  JsonObject *side
      = rt_json_object (rt_json_object (session, "audio"), direction);
  JsonObject *object = rt_json_object (side, "format");
  const gchar *name = rt_json_string (object, "type");
  g_autofree gchar *flat = g_strconcat (direction, "_audio_format", NULL);
  RtCodec codec;
  gint64 rate = RT_AUDIO_FORMAT_DEFAULT.rate;

  if (name == NULL)
    name = rt_json_string (side, "format");
  if (name == NULL)
    name = rt_json_string (session, flat);
  if (!rt_codec_from_wire (name, &codec))
    return FALSE;
  if (codec != RT_CODEC_PCM16) {
    *format = (RtAudioFormat){ codec, 8000, 1 };
    return TRUE;
  }
  rt_json_int64 (object, "rate", &rate);
  return rt_decode_make_format (rate, -1, format);
}

RtSessionInfo *
rt_decode_session (JsonObject *event, RtDecodeFlags flags)
{
  JsonObject *object = rt_json_object (event, "session");
  const gchar *prompt = (flags & RT_DECODE_BACKEND_PROMPT) != 0
                            ? "backend_prompt"
                            : "instructions";
  g_autofree gchar *id = rt_decode_string (object, "id", RT_DECODE_MAX_ID);
  RtSessionInfo *info;

  if (id == NULL && (flags & RT_DECODE_SESSION_ID) != 0)
    id = rt_decode_string (event, "session_id", RT_DECODE_MAX_ID);
  if (object == NULL && id == NULL)
    return NULL;
  info = rt_session_info_new ();
  info->id = g_steal_pointer (&id);
  info->instructions = rt_decode_string (object, prompt, RT_DECODE_MAX_TEXT);
  if (!rt_json_int64 (object, "expires_at", &info->expires_at)
      || info->expires_at < 0)
    info->expires_at = 0;
  info->has_input_format = read_format (object, "input", &info->input_format);
  info->has_output_format
      = read_format (object, "output", &info->output_format);
  return info;
}

/* Whatever it is: JSON when it is no string. */
static gchar *
member_as_text (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree gchar *json = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return NULL;
  json = rt_json_to_text (node);
  return copy_bounded (json, RT_DECODE_MAX_MESSAGE);
}

RtErrorInfo *
rt_decode_error (JsonObject *event, RtDecodeFlags flags)
{
  JsonObject *object = rt_json_object (event, "error");
  gboolean outer_first = (flags & RT_DECODE_OUTER_MESSAGE) != 0;
  JsonObject *places[]
      = { outer_first ? event : object, outer_first ? object : event };
  RtErrorInfo *info = rt_error_info_new (NULL, NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (places) && info->message == NULL; i++)
    info->message
        = rt_decode_string (places[i], "message", RT_DECODE_MAX_MESSAGE);
  if (info->message == NULL)
    info->message = rt_decode_string (event, "error", RT_DECODE_MAX_MESSAGE);
  /* of an object the members below say what there is */
  if (info->message == NULL && (object == NULL || outer_first))
    info->message = member_as_text (event, "error");
  if (info->message == NULL)
    info->message = g_strdup ("the server gave no reason");
  info->code = rt_decode_string (object, "code", RT_DECODE_MAX_ID);
  if (info->code == NULL)
    info->code = rt_decode_string (event, "code", RT_DECODE_MAX_ID);
  info->type = rt_decode_string (object, "type", RT_DECODE_MAX_ID);
  info->param = rt_decode_string (object, "param", RT_DECODE_MAX_ID);
  info->event_id = rt_decode_string (object, "event_id", RT_DECODE_MAX_ID);
  return info;
}

static guint64
read_count (JsonObject *object, const gchar *name)
{
  gint64 count = 0;

  rt_json_int64 (object, name, &count);
  return MAX (count, 0);
}

void
rt_decode_usage (JsonObject *object, RtUsage *usage)
{
  JsonObject *input = rt_json_object (object, "input_token_details");
  JsonObject *output = rt_json_object (object, "output_token_details");
  gdouble seconds = 0;

  if (object == NULL)
    return;
  usage->present = TRUE;
  usage->input_total = read_count (object, "input_tokens");
  usage->output_total = read_count (object, "output_tokens");
  usage->input_text = read_count (input, "text_tokens");
  usage->input_audio = read_count (input, "audio_tokens");
  usage->input_image = read_count (input, "image_tokens");
  usage->input_cached = read_count (input, "cached_tokens");
  usage->output_text = read_count (output, "text_tokens");
  usage->output_audio = read_count (output, "audio_tokens");
  /* Beyond a year it is no duration. */
  if (rt_json_number (object, "seconds", &seconds) && seconds > 0
      && seconds < 31536000)
    usage->duration_ms = (guint64) (seconds * 1000 + 0.5);
}
