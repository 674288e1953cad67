/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events, requests and settings made of bytes.
 */
#include "sessionevents.h"

#define MAX_FRAMES 255

static const gchar *const items[]
    = { NULL, "a1", "a2", "a3", "u1", "u2", "f1", "f2" };
static const gchar *const responses[] = { NULL, "r1", "r2", "r3" };
static const gchar *const calls[] = { NULL, "c1", "c2", "c3" };
static const gchar *const tools[]
    = { NULL, "background_agent", "remain_silent", "look_up" };
static const gchar *const texts[] = { NULL, "", "x", "two words", "{}",
  "{\"prompt\":\"do it\"}", "{\"prompt\":", " \t" };
static const gchar *const statuses[] = { NULL, "completed", "cancelled",
  "failed", "incomplete", "in_progress", "odd" };
static const gchar *const roles[] = { NULL, "user", "assistant", "system" };
static const gchar *const codes[]
    = { NULL, "server_error", "conversation_already_has_active_response",
        "response_cancel_not_active", "input_audio_buffer_commit_empty",
        "invalid_value", "session_expired", "insufficient_quota" };
static const gchar *const messages[] = { NULL, "oops",
  "Conversation already has an active response in progress: r1.",
  "Conversation already has an active response in progress:",
  "Audio content of 1ms is already shorter than 2ms" };
static const gchar *const event_ids[] = { NULL, "rt_create_2", "rt_create_5",
  "rt_commit_3", "rt_truncate_4", "rt_delete_4", "rt_cancel_3", "mine" };
static const gchar *const params[] = { NULL, "session.instructions",
  "session.audio.output.speed", "session.audio.input.transcription.model",
  "session.audio.input.format", "session.tools[0].name",
  "session.audio.input.turn_detection.threshold", "session.unheard_of" };
static const gchar *const names[] = { "some.event", "response.cancelled",
  "conversation.input_transcript.turn_marked", "response.done" };
static const guint rates[] = { 0, 8000, 16000, 24000, 48000 };

#define TAKE(input, table) \
  (table)[fuzz_take_below (input, G_N_ELEMENTS (table))]
#define TAKE_COPY(input, table) g_strdup (TAKE (input, table))

static RtItem *
take_item (FuzzInput *input)
{
  static const gchar *const item_states[]
      = { NULL, "completed", "incomplete", "in_progress" };
  RtItem *item = rt_item_new ();

  item->type = fuzz_take_below (input, RT_ITEM_FUNCTION_CALL_OUTPUT + 1);
  item->id = TAKE_COPY (input, items);
  item->status = TAKE_COPY (input, item_states);
  if (item->type == RT_ITEM_MESSAGE) {
    item->role = TAKE_COPY (input, roles);
    item->text = TAKE_COPY (input, texts);
  } else {
    item->call_id = TAKE_COPY (input, calls);
    item->name = TAKE_COPY (input, tools);
    item->arguments = TAKE_COPY (input, texts);
  }
  if (fuzz_take_byte (input) & 1)
    item->json = g_strdup ("{\"id\":\"x\"}");
  return item;
}

static RtResponse *
take_response (FuzzInput *input)
{
  static const gchar *const reasons[]
      = { NULL, "turn_detected", "client_cancelled", "max_output_tokens" };
  RtResponse *response = rt_response_new ();
  guint n;

  response->id = TAKE_COPY (input, responses);
  response->status = TAKE_COPY (input, statuses);
  response->reason = TAKE_COPY (input, reasons);
  response->error_code = TAKE_COPY (input, codes);
  response->error_message = TAKE_COPY (input, messages);
  response->usage.present = fuzz_take_byte (input) & 1;
  for (n = fuzz_take_below (input, 3); n > 0; n--)
    g_ptr_array_add (response->output, take_item (input));
  return response;
}

static RtSessionInfo *
take_session (FuzzInput *input)
{
  static const gchar *const ids[] = { NULL, "s1", "s2" };
  RtSessionInfo *info = rt_session_info_new ();

  info->id = TAKE_COPY (input, ids);
  info->instructions = TAKE_COPY (input, texts);
  info->has_output_format = fuzz_take_byte (input) & 1;
  info->output_format.codec = fuzz_take_below (input, RT_CODEC_PCMA + 1);
  info->output_format.rate = 8000;
  info->output_format.channels = 1;
  if (info->output_format.codec == RT_CODEC_PCM16)
    info->output_format.rate = rates[1 + fuzz_take_below (input, 4)];
  return info;
}

static void
take_audio (FuzzInput *input, RtEvent *event)
{
  static const guint8 silence[MAX_FRAMES * 2];

  event->audio
      = g_bytes_new_static (silence, (gsize) fuzz_take_byte (input) * 2);
  event->audio_rate = TAKE (input, rates);
  if (event->audio_rate != 0)
    event->audio_channels = 1 + fuzz_take_below (input, 2);
}

static RtErrorInfo *
take_error (FuzzInput *input)
{
  RtErrorInfo *error
      = rt_error_info_new (TAKE (input, codes), TAKE (input, messages));
  guint what;

  what = fuzz_take_byte (input);
  if (what < 192) {
    error->event_id = g_strdup (event_ids[what % G_N_ELEMENTS (event_ids)]);
    return error;
  }
  /* one of the first updates is refused */
  error->event_id = g_strdup_printf ("rt_update_%u", 1 + what % 8);
  error->param = TAKE_COPY (input, params);
  return error;
}

static void
take_ids (FuzzInput *input, RtEvent *event)
{
  event->item_id = TAKE_COPY (input, items);
  event->response_id = TAKE_COPY (input, responses);
  event->content_index = fuzz_take_below (input, 3);
}

/* What hangs on an event of this type, and now and then is missing. */
static void
take_parts (FuzzInput *input, RtEvent *event)
{
  if (fuzz_take_below (input, 32) == 31)
    return;
  switch (event->type) {
    case RT_EVENT_SESSION_CREATED:
    case RT_EVENT_SESSION_UPDATED:
      event->session = take_session (input);
      break;
    case RT_EVENT_ITEM_ADDED:
    case RT_EVENT_ITEM_DONE:
    case RT_EVENT_ITEM_RETRIEVED:
    case RT_EVENT_OUTPUT_ITEM_ADDED:
    case RT_EVENT_OUTPUT_ITEM_DONE:
      event->previous_item_id = TAKE_COPY (input, items);
      event->item = take_item (input);
      break;
    case RT_EVENT_RESPONSE_CREATED:
    case RT_EVENT_RESPONSE_DONE:
      event->response = take_response (input);
      break;
    case RT_EVENT_OUTPUT_AUDIO_DELTA:
      take_audio (input, event);
      break;
    case RT_EVENT_INPUT_TRANSCRIPT_FAILED:
    case RT_EVENT_ERROR:
      event->error = take_error (input);
      break;
    case RT_EVENT_FUNCTION_ARGUMENTS_DONE:
    case RT_EVENT_HANDOFF_REQUESTED:
      event->call_id = TAKE_COPY (input, calls);
      event->function_name = TAKE_COPY (input, tools);
      G_GNUC_FALLTHROUGH;
    default:
      event->text = TAKE_COPY (input, texts);
      event->audio_ms = fuzz_take_byte (input);
      event->has_audio_ms = event->audio_ms != 255;
      break;
  }
}

/* The small dialects' events; the large one has all but the handoff. */
static const RtEventType v1_types[] = {
  RT_EVENT_UNKNOWN,
  RT_EVENT_SESSION_UPDATED,
  RT_EVENT_INPUT_TRANSCRIPT_DELTA,
  RT_EVENT_INPUT_TRANSCRIPT_DONE,
  RT_EVENT_ITEM_ADDED,
  RT_EVENT_ITEM_DONE,
  RT_EVENT_OUTPUT_AUDIO_DELTA,
  RT_EVENT_OUTPUT_TRANSCRIPT_DELTA,
  RT_EVENT_OUTPUT_TRANSCRIPT_DONE,
  RT_EVENT_OUTPUT_TEXT_DELTA,
  RT_EVENT_OUTPUT_TEXT_DONE,
  RT_EVENT_HANDOFF_REQUESTED,
  RT_EVENT_ERROR,
};
static const RtEventType create_types[] = {
  RT_EVENT_UNKNOWN,
  RT_EVENT_SESSION_CREATED,
  RT_EVENT_SESSION_UPDATED,
  RT_EVENT_ITEM_ADDED,
  RT_EVENT_OUTPUT_AUDIO_DELTA,
  RT_EVENT_ERROR,
};

static RtEventType
take_type (FuzzInput *input, const RtDialect *dialect)
{
  RtEventType type;

  if (dialect == &rt_dialect_v1)
    return TAKE (input, v1_types);
  if (dialect == &rt_dialect_create)
    return TAKE (input, create_types);
  type = fuzz_take_below (input, RT_EVENT_LAST);
  return type != RT_EVENT_HANDOFF_REQUESTED ? type : RT_EVENT_UNKNOWN;
}

RtEvent *
fuzz_take_event (FuzzInput *input, const RtDialect *dialect)
{
  RtEventType type = take_type (input, dialect);
  RtEvent *event = rt_event_new (type, TAKE (input, names));

  take_ids (input, event);
  take_parts (input, event);
  return event;
}

void
fuzz_take_request (FuzzInput *input, RtRequest *request)
{
  static const gchar *const said[]
      = { NULL, "", "hi", "{\"type\":\"x\"}", "[]", "\xff", "x" };

  request->type = fuzz_take_below (input, RT_REQUEST_UPDATE + 1);
  request->id = TAKE (input, calls);
  request->text = TAKE (input, said);
  request->final = fuzz_take_byte (input) & 1;
}

RtSessionConfig *
fuzz_take_session_config (FuzzInput *input)
{
  RtSessionConfig *config = rt_session_config_new ();
  guint flags = fuzz_take_byte (input);

  if ((flags & 1) != 0)
    config->mode = RT_MODE_TRANSCRIPTION;
  if ((flags & 2) != 0)
    config->turn_detection = RT_TURN_DETECTION_NONE;
  config->create_response = (flags & 4) == 0;
  config->interrupt_response = (flags & 8) == 0;
  if ((flags & 16) != 0)
    g_clear_pointer (&config->transcription_model, g_free);
  if ((flags & 32) != 0)
    g_clear_pointer (&config->handoff_tool, g_free);
  if ((flags & 64) != 0)
    config->output_format = (RtAudioFormat){ RT_CODEC_PCMU, 8000, 1 };
  return config;
}
