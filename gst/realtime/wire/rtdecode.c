/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one table of the wire's names, and what is read of each event.  I/O
 * thread.  Must not trust any member to be there or to be of its type.
 */
#include "rtdecode.h"

#include <string.h>

#include "rtbase64.h"
#include "rtdialect.h"
#include "rtscan.h"

typedef enum {
  PART_AUDIO = 1 << 0,
  PART_ITEM = 1 << 1,
  PART_RESPONSE = 1 << 2,
  PART_SESSION = 1 << 3,
  PART_ERROR = 1 << 4,
  PART_USAGE = 1 << 5,
  PART_CALL = 1 << 6,
  PART_HANDOFF = 1 << 7,
  PART_ITEM_ID = 1 << 8, /* of no use without one */
  PART_TEXT = 1 << 9,    /* of no use without its text */
} Parts;

typedef struct {
  const gchar *name;
  gsize length;
  RtEventType type;
  RtDecodeFlags words; /* whose word it is */
  Parts parts;
  const gchar *text;     /* the member that becomes `text` */
  const gchar *audio_ms; /* the member that becomes `audio_ms` */
} Row;

#define NAME(text) text, sizeof (text) - 1
#define V1 RT_DECODE_V1
#define V2 RT_DECODE_V2
#define CREATE RT_DECODE_CREATE
#define TRANSCRIPTION "conversation.item.input_audio_transcription."

/* The most frequent come first; older names follow their successors. */
static const Row rows[] = {
  { NAME ("response.output_audio.delta"), RT_EVENT_OUTPUT_AUDIO_DELTA,
      V2 | CREATE, PART_AUDIO },
  { NAME ("conversation.output_audio.delta"), RT_EVENT_OUTPUT_AUDIO_DELTA, V1,
      PART_AUDIO },
  { NAME ("response.audio.delta"), RT_EVENT_OUTPUT_AUDIO_DELTA, V2,
      PART_AUDIO },
  { NAME ("response.output_audio_transcript.delta"),
      RT_EVENT_OUTPUT_TRANSCRIPT_DELTA, V1 | V2, 0, "delta" },
  { NAME ("response.audio_transcript.delta"), RT_EVENT_OUTPUT_TRANSCRIPT_DELTA,
      V2, 0, "delta" },
  { NAME ("conversation.output_transcript.delta"),
      RT_EVENT_OUTPUT_TRANSCRIPT_DELTA, V1, 0, "delta" },
  { NAME ("response.output_text.delta"), RT_EVENT_OUTPUT_TEXT_DELTA, V1 | V2, 0,
      "delta" },
  { NAME ("response.text.delta"), RT_EVENT_OUTPUT_TEXT_DELTA, V2, 0, "delta" },
  { NAME (TRANSCRIPTION "delta"), RT_EVENT_INPUT_TRANSCRIPT_DELTA, V1 | V2, 0,
      "delta" },
  { NAME ("conversation.input_transcript.delta"),
      RT_EVENT_INPUT_TRANSCRIPT_DELTA, V1, 0, "delta" },
  { NAME ("response.function_call_arguments.delta"),
      RT_EVENT_FUNCTION_ARGUMENTS_DELTA, V2, PART_CALL, "delta" },

  { NAME ("session.created"), RT_EVENT_SESSION_CREATED, V2 | CREATE,
      PART_SESSION },
  { NAME ("session.updated"), RT_EVENT_SESSION_UPDATED, V1 | V2 | CREATE,
      PART_SESSION },
  { NAME ("conversation.created"), RT_EVENT_CONVERSATION_CREATED, V2 },

  { NAME ("input_audio_buffer.speech_started"), RT_EVENT_SPEECH_STARTED, V2, 0,
      NULL, "audio_start_ms" },
  { NAME ("input_audio_buffer.speech_stopped"), RT_EVENT_SPEECH_STOPPED, V2, 0,
      NULL, "audio_end_ms" },
  { NAME ("input_audio_buffer.committed"), RT_EVENT_AUDIO_COMMITTED, V2 },
  { NAME ("input_audio_buffer.cleared"), RT_EVENT_AUDIO_CLEARED, V2 },
  { NAME ("input_audio_buffer.timeout_triggered"), RT_EVENT_IDLE_TIMEOUT, V2, 0,
      NULL, "audio_start_ms" },

  { NAME (TRANSCRIPTION "completed"), RT_EVENT_INPUT_TRANSCRIPT_DONE, V1 | V2,
      PART_USAGE, "transcript" },
  { NAME ("conversation.input_transcript.turn_marked"),
      RT_EVENT_INPUT_TRANSCRIPT_DONE, V1, PART_TEXT, "transcript" },
  { NAME (TRANSCRIPTION "failed"), RT_EVENT_INPUT_TRANSCRIPT_FAILED, V2,
      PART_ERROR },

  { NAME ("conversation.item.added"), RT_EVENT_ITEM_ADDED, V1 | V2 | CREATE,
      PART_ITEM },
  { NAME ("conversation.item.created"), RT_EVENT_ITEM_ADDED, V2, PART_ITEM },
  { NAME ("conversation.item.done"), RT_EVENT_ITEM_DONE, V1 | V2, PART_ITEM },
  { NAME ("conversation.item.retrieved"), RT_EVENT_ITEM_RETRIEVED, V2,
      PART_ITEM },
  { NAME ("conversation.item.deleted"), RT_EVENT_ITEM_DELETED, V2,
      PART_ITEM_ID },
  { NAME ("conversation.item.truncated"), RT_EVENT_ITEM_TRUNCATED, V2,
      PART_ITEM_ID, NULL, "audio_end_ms" },

  { NAME ("response.created"), RT_EVENT_RESPONSE_CREATED, V2, PART_RESPONSE },
  { NAME ("response.done"), RT_EVENT_RESPONSE_DONE, V2, PART_RESPONSE },
  { NAME ("response.cancelled"), RT_EVENT_RESPONSE_DONE, V2, PART_RESPONSE },
  { NAME ("response.output_item.added"), RT_EVENT_OUTPUT_ITEM_ADDED, V2,
      PART_ITEM },
  { NAME ("response.output_item.done"), RT_EVENT_OUTPUT_ITEM_DONE, V2,
      PART_ITEM },
  { NAME ("response.content_part.added"), RT_EVENT_CONTENT_PART_ADDED, V2 },
  { NAME ("response.content_part.done"), RT_EVENT_CONTENT_PART_DONE, V2 },

  { NAME ("response.output_audio.done"), RT_EVENT_OUTPUT_AUDIO_DONE, V2 },
  { NAME ("response.audio.done"), RT_EVENT_OUTPUT_AUDIO_DONE, V2 },
  { NAME ("response.output_audio_transcript.done"),
      RT_EVENT_OUTPUT_TRANSCRIPT_DONE, V1 | V2, 0, "transcript" },
  { NAME ("response.audio_transcript.done"), RT_EVENT_OUTPUT_TRANSCRIPT_DONE,
      V2, 0, "transcript" },
  { NAME ("response.output_text.done"), RT_EVENT_OUTPUT_TEXT_DONE, V2, 0,
      "text" },
  { NAME ("response.text.done"), RT_EVENT_OUTPUT_TEXT_DONE, V2, 0, "text" },
  { NAME ("response.function_call_arguments.done"),
      RT_EVENT_FUNCTION_ARGUMENTS_DONE, V2, PART_CALL, "arguments" },

  { NAME ("conversation.handoff.requested"), RT_EVENT_HANDOFF_REQUESTED, V1,
      PART_HANDOFF | PART_ITEM_ID | PART_TEXT, "input_transcript" },
  { NAME ("rate_limits.updated"), RT_EVENT_RATE_LIMITS, V2 },
  { NAME ("error"), RT_EVENT_ERROR, V1 | V2 | CREATE, PART_ERROR },
};

static const Row *
find_row (const gchar *name, gsize length, RtDecodeFlags flags)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].length == length && (rows[i].words & flags) != 0
        && memcmp (rows[i].name, name, length) == 0)
      return &rows[i];
  }
  return NULL;
}

static GBytes *
decode_audio (const gchar *text, gsize length)
{
  guint8 *data = g_malloc (rt_base64_decoded_bound (length) + 1);
  gssize size = rt_base64_decode (text, length, data);

  if (size < 0) {
    g_free (data);
    return NULL;
  }
  return g_bytes_new_take (data, size);
}

/* The bytes that text of nothing but base64 and its padding becomes; no white
 * space can hide in it, as every character less makes less. */
static gssize
pure_size (const RtScanSpan *text)
{
  gsize n = text->length;
  guint pads = 0;

  while (n > 0 && pads < 2 && text->start[n - 1] == '=') {
    n--;
    pads++;
  }
  return n % 4 == 1 ? -1 : (gssize) (n / 4 * 3 + (n % 4 * 3) / 4);
}

/* FALSE when the dialect wants it declared, and it is not. */
static gboolean
set_declared (RtEvent *event, gint64 rate, gint64 channels, RtDecodeFlags flags)
{
  gboolean required = (flags & RT_DECODE_DECLARED_AUDIO) != 0;
  RtAudioFormat format;

  if ((required && channels < 0)
      || !rt_decode_make_format (rate, channels, &format))
    return !required;
  event->audio_rate = format.rate;
  event->audio_channels = format.channels;
  return TRUE;
}

static gchar *
copy_span (const RtScanSpan *span)
{
  return span->start != NULL ? g_strndup (span->start, span->length) : NULL;
}

static gint
scanned_channels (const RtScan *scan, RtDecodeFlags flags)
{
  gint channels = scan->numbers[RT_SCAN_CHANNELS];

  return channels >= 0 && (flags & RT_DECODE_CHANNELS) != 0
             ? channels
             : scan->numbers[RT_SCAN_NUM_CHANNELS];
}

/* NULL: not for this road. */
static RtEvent *
decode_fast (const gchar *data, gsize size, RtDecodeFlags flags)
{
  RtScan scan;
  const RtScanSpan *text, *type;
  const Row *row;
  g_autoptr (RtEvent) event = NULL;

  if (!rt_scan (data, size, &scan))
    return NULL;
  type = &scan.strings[RT_SCAN_TYPE];
  text = &scan.strings[RT_SCAN_DELTA];
  if (text->start == NULL)
    text = &scan.strings[RT_SCAN_DATA];
  if (type->start == NULL || text->start == NULL)
    return NULL;
  row = find_row (type->start, type->length, flags);
  if (row == NULL || row->parts != PART_AUDIO)
    return NULL;

  event = rt_event_new (row->type, row->name);
  event->audio = decode_audio (text->start, text->length);
  if (event->audio == NULL
      || (gssize) g_bytes_get_size (event->audio) != pure_size (text)
      || !set_declared (event, scan.numbers[RT_SCAN_SAMPLE_RATE],
          scanned_channels (&scan, flags), flags))
    return NULL;
  event->event_id = copy_span (&scan.strings[RT_SCAN_EVENT_ID]);
  event->item_id = copy_span (&scan.strings[RT_SCAN_ITEM_ID]);
  event->response_id = copy_span (&scan.strings[RT_SCAN_RESPONSE_ID]);
  event->content_index = MAX (scan.numbers[RT_SCAN_CONTENT_INDEX], 0);
  event->output_index = MAX (scan.numbers[RT_SCAN_OUTPUT_INDEX], 0);
  return g_steal_pointer (&event);
}

static gboolean
missing (const gchar *event, const gchar *field, GError **error)
{
  g_set_error (error, RT_WIRE_ERROR, RT_WIRE_ERROR_FIELD,
      "%s: member %s is absent or wrong", event, field);
  return FALSE;
}

static gboolean
read_audio (
    RtEvent *event, JsonObject *object, RtDecodeFlags flags, GError **error)
{
  const gchar *name = "delta";
  const gchar *text = rt_json_string (object, name);
  gint64 rate = -1, channels = -1;

  if (text == NULL) {
    text = rt_json_string (object, "data");
    if (text != NULL)
      name = "data";
  }
  if (text != NULL)
    event->audio = decode_audio (text, strlen (text));
  if (event->audio == NULL)
    return missing (event->name, name, error);
  rt_json_int64 (object, "sample_rate", &rate);
  if ((flags & RT_DECODE_CHANNELS) == 0
      || !rt_json_int64 (object, "channels", &channels))
    rt_json_int64 (object, "num_channels", &channels);
  return set_declared (event, rate, channels, flags)
         || missing (event->name, "sample_rate or num_channels", error);
}

static gboolean
read_item (RtEvent *event, JsonObject *object, GError **error)
{
  JsonObject *item = rt_json_object (object, "item");

  if (item == NULL)
    return missing (event->name, "item", error);
  event->item = rt_decode_item (item);
  return TRUE;
}

/* A response that is not described did start or end all the same. */
static void
read_response (RtEvent *event, JsonObject *object)
{
  RtResponse *response
      = rt_decode_response (rt_json_object (object, "response"));
  const gchar *status = NULL;

  if (response->id == NULL)
    response->id = g_strdup (event->response_id);
  if (g_str_equal (event->name, "response.cancelled"))
    status = "cancelled";
  else if (response->status == NULL)
    status
        = event->type == RT_EVENT_RESPONSE_DONE ? "completed" : "in_progress";
  if (status != NULL) {
    g_free (response->status);
    response->status = g_strdup (status);
  }
  event->response = response;
}

static gboolean
read_parts (RtEvent *event, const Row *row, JsonObject *object,
    RtDecodeFlags flags, GError **error)
{
  if ((row->parts & PART_ITEM_ID) != 0 && event->item_id == NULL)
    return missing (event->name, "item_id", error);
  if ((row->parts & PART_TEXT) != 0 && event->text == NULL)
    return missing (event->name, row->text, error);
  if ((row->parts & PART_AUDIO) != 0
      && !read_audio (event, object, flags, error))
    return FALSE;
  if ((row->parts & PART_ITEM) != 0 && !read_item (event, object, error))
    return FALSE;
  if ((row->parts & PART_RESPONSE) != 0)
    read_response (event, object);
  if ((row->parts & PART_SESSION) != 0)
    event->session = rt_decode_session (object, flags);
  if ((row->parts & PART_ERROR) != 0)
    event->error = rt_decode_error (object, flags);
  if ((row->parts & PART_USAGE) != 0)
    rt_decode_usage (rt_json_object (object, "usage"), &event->usage);
  if ((row->parts & PART_CALL) != 0) {
    event->call_id = rt_decode_string (object, "call_id", RT_DECODE_MAX_ID);
    event->function_name = rt_decode_string (object, "name", RT_DECODE_MAX_ID);
  }
  if ((row->parts & PART_HANDOFF) != 0) {
    event->call_id = rt_decode_string (object, "handoff_id", RT_DECODE_MAX_ID);
    if (event->call_id == NULL)
      return missing (event->name, "handoff_id", error);
  }
  return TRUE;
}

static RtEvent *
decode_object (JsonObject *object, RtDecodeFlags flags, GError **error)
{
  g_autoptr (RtEvent) event = NULL;
  g_autofree gchar *name = rt_decode_string (object, "type", RT_DECODE_MAX_ID);
  const Row *row;

  if (name == NULL) {
    g_set_error_literal (
        error, RT_WIRE_ERROR, RT_WIRE_ERROR_NO_TYPE, "no type");
    return NULL;
  }
  row = find_row (name, strlen (name), flags);
  event = rt_event_new (row != NULL ? row->type : RT_EVENT_UNKNOWN, name);
  event->event_id = rt_decode_string (object, "event_id", RT_DECODE_MAX_ID);
  if (row == NULL)
    return g_steal_pointer (&event);

  event->item_id = rt_decode_string (object, "item_id", RT_DECODE_MAX_ID);
  event->response_id
      = rt_decode_string (object, "response_id", RT_DECODE_MAX_ID);
  rt_json_uint (object, "content_index", &event->content_index);
  rt_json_uint (object, "output_index", &event->output_index);
  if (row->type != RT_EVENT_OUTPUT_AUDIO_DELTA)
    event->previous_item_id
        = rt_decode_string (object, "previous_item_id", RT_DECODE_MAX_ID);
  if (row->text != NULL)
    event->text = rt_decode_string (object, row->text, RT_DECODE_MAX_TEXT);
  if (row->audio_ms != NULL)
    event->has_audio_ms
        = rt_json_uint (object, row->audio_ms, &event->audio_ms);
  if (!read_parts (event, row, object, flags, error))
    return NULL;
  return g_steal_pointer (&event);
}

RtEvent *
rt_decode_full (
    const gchar *data, gsize size, RtDecodeFlags flags, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) cause = NULL;

  root = rt_json_parse_object (data, size, &cause);
  if (root == NULL) {
    g_set_error_literal (
        error, RT_WIRE_ERROR, RT_WIRE_ERROR_MALFORMED, cause->message);
    return NULL;
  }
  return decode_object (json_node_get_object (root), flags, error);
}

RtEvent *
rt_decode (const gchar *data, gsize size, RtDecodeFlags flags, GError **error)
{
  RtEvent *event = decode_fast (data, size, flags);

  return event != NULL ? event : rt_decode_full (data, size, flags, error);
}
