/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The life of a session, and which event goes where.  Pure; its owner
 * serialises the calls.
 */
#include "rtsession-private.h"

RtSession *
rt_session_new (const RtDialect *dialect, const RtSessionConfig *config)
{
  RtSession *self = g_new0 (RtSession, 1);

  self->dialect = dialect;
  self->config = rt_session_config_copy (config);
  self->wanted = rt_session_config_copy (config);
  self->barge_in = TRUE;
  self->heard_end = RT_TIME_UNKNOWN;
  self->refusals = rt_refusals_new ();
  self->responses = rt_responses_new ();
  self->transcript = rt_transcript_new ();
  self->handoffs = rt_handoffs_new ();
  self->ledger = rt_ledger_new (!rt_session_can (self, RT_DIALECT_RESPONSES));
  self->turns = rt_turns_new ();
  self->sent = rt_sent_new (!rt_session_can (self, RT_DIALECT_RESPONSES));
  self->echoes = rt_echoes_new ();
  self->restores = TRUE;
  rt_session_begin_audio (self);
  return self;
}

void
rt_session_free (RtSession *self)
{
  if (self == NULL)
    return;
  rt_session_forget_waiting (self);
  rt_session_config_free (self->config);
  rt_session_config_free (self->wanted);
  rt_refusals_free (self->refusals);
  rt_responses_free (self->responses);
  rt_transcript_free (self->transcript);
  rt_handoffs_free (self->handoffs);
  rt_ledger_free (self->ledger);
  rt_turns_free (self->turns);
  rt_sent_free (self->sent);
  rt_echoes_free (self->echoes);
  g_free (self->greeting);
  g_free (self->greeting_id);
  g_free (self->update_id);
  g_free (self->update_before);
  g_free (self->refused_id);
  g_free (self->taken);
  g_free (self->past);
  rt_timeline_free (self->timeline);
  rt_utterances_free (self->utterances);
  g_free (self->id);
  g_free (self->last_error);
  g_free (self->cut_response);
  g_free (self);
}

gboolean
rt_session_can (RtSession *self, RtDialectFlags flag)
{
  return (self->dialect->flags & flag) != 0;
}

gboolean
rt_session_can_say (RtSession *self, RtCommandType type)
{
  RtCommand command
      = { .type = type, .call_id = "", .item_id = "", .name = "" };
  g_autofree gchar *said = self->dialect->encode (&command, self->config);

  return said != NULL;
}

gboolean
rt_session_is_conversational (RtSession *self)
{
  return self->config->mode == RT_MODE_CONVERSATIONAL
         || !rt_session_can (self, RT_DIALECT_TRANSCRIBES);
}

RtCommand *
rt_session_make (RtSession *self, RtCommandType type, const gchar *purpose)
{
  RtCommand *command = rt_command_new (type);

  command->event_id = g_strdup_printf ("rt_%s_%u", purpose, ++self->serial);
  if (type == RT_COMMAND_SESSION_UPDATE) {
    command->text = g_strdup (self->past);
    command->left_out = rt_refusals_dup_paths (self->refusals);
  }
  return command;
}

RtCommand *
rt_session_say (RtSession *self, RtCommandType type, RtEffects *effects)
{
  static const gchar *const names[RT_COMMAND_LAST] = {
    [RT_COMMAND_AUDIO_COMMIT] = "commit",
    [RT_COMMAND_AUDIO_CLEAR] = "clear",
    [RT_COMMAND_RESPONSE_CREATE] = "create",
    [RT_COMMAND_RESPONSE_CANCEL] = "cancel",
    [RT_COMMAND_USER_TEXT] = "user",
    [RT_COMMAND_SYSTEM_TEXT] = "system",
    [RT_COMMAND_HANDOFF_OUTPUT] = "handoff",
    [RT_COMMAND_FUNCTION_OUTPUT] = "function",
    [RT_COMMAND_ITEM_TRUNCATE] = "truncate",
    [RT_COMMAND_ITEM_DELETE] = "delete",
  };
  RtCommand *command = names[type] != NULL
                           ? rt_session_make (self, type, names[type])
                           : rt_command_new (type);

  rt_effects_send (effects, command);
  return command;
}

void
rt_session_send_due (RtSession *self, RtEffects *effects)
{
  RtCommand *command;

  if (!self->ready || !rt_responses_is_due (self->responses))
    return;
  command = rt_session_say (self, RT_COMMAND_RESPONSE_CREATE, effects);
  rt_responses_sent (self->responses, command->event_id);
}

void
rt_session_want_reply (RtSession *self, RtEffects *effects)
{
  if (!rt_session_can (self, RT_DIALECT_RESPONSES))
    return;
  rt_responses_want (self->responses);
  if (!self->catching_up)
    rt_session_send_due (self, effects);
}

RtNote *
rt_session_warn (
    RtSession *self, const gchar *code, const gchar *text, RtEffects *effects)
{
  RtNote *note = rt_note_new (RT_NOTE_ERROR);

  note->code = g_strdup (code);
  note->text = g_strdup (text);
  note->severity = RT_SEVERITY_WARNING;
  rt_effects_note (effects, note);
  return note;
}

static void
note_session (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtSessionInfo *info = event->session;
  RtNote *note = rt_note_new (RT_NOTE_SESSION);

  note->session_id = g_strdup (self->id);
  note->detail = g_strdup (info->instructions);
  note->flag = event->type == RT_EVENT_SESSION_CREATED;
  note->expires_at = info->expires_at;
  rt_effects_note (effects, note);
}

/* What was asked for before there was a session. */
static void
begin (RtSession *self, RtEffects *effects)
{
  rt_session_serve_waiting (self, effects);
  rt_session_send_due (self, effects);
}

static void
handle_session (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtSessionInfo *info = event->session;
  gboolean first = !self->ready && self->dialect->is_ready (event);

  if (info != NULL && info->id != NULL) {
    g_free (self->id);
    self->id = g_strdup (info->id);
  }
  if (info != NULL)
    rt_session_learn_formats (self, info);
  if (first) {
    self->ready = TRUE;
    rt_effects_add (effects, RT_EFFECT_READY);
  }
  if (info != NULL)
    note_session (self, event, effects);
  if (first && self->resumed)
    rt_session_restore (self, effects);
  else if (first)
    begin (self, effects);
  if (event->type == RT_EVENT_SESSION_UPDATED)
    rt_session_update_taken (self, info, effects);
}

/* Only that it is not there any more can be learned of it. */
static void
handle_deleted (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  rt_transcript_forget (self->transcript, event->item_id);
}

typedef void (*Handler) (
    RtSession *self, const RtEvent *event, RtEffects *effects);

/* What is not here raises nothing. */
static const Handler handlers[RT_EVENT_LAST] = {
  [RT_EVENT_SESSION_CREATED] = handle_session,
  [RT_EVENT_SESSION_UPDATED] = handle_session,
  [RT_EVENT_SPEECH_STARTED] = rt_session_handle_speech,
  [RT_EVENT_SPEECH_STOPPED] = rt_session_handle_speech,
  [RT_EVENT_IDLE_TIMEOUT] = rt_session_handle_speech,
  [RT_EVENT_AUDIO_COMMITTED] = rt_session_handle_buffer,
  [RT_EVENT_AUDIO_CLEARED] = rt_session_handle_buffer,
  [RT_EVENT_INPUT_TRANSCRIPT_DELTA] = rt_session_handle_text,
  [RT_EVENT_INPUT_TRANSCRIPT_DONE] = rt_session_handle_text,
  [RT_EVENT_INPUT_TRANSCRIPT_FAILED] = rt_session_handle_transcript_failed,
  [RT_EVENT_ITEM_ADDED] = rt_session_handle_item,
  [RT_EVENT_ITEM_DONE] = rt_session_handle_item,
  [RT_EVENT_ITEM_DELETED] = handle_deleted,
  [RT_EVENT_RESPONSE_CREATED] = rt_session_handle_response_created,
  [RT_EVENT_RESPONSE_DONE] = rt_session_handle_response_done,
  [RT_EVENT_OUTPUT_ITEM_ADDED] = rt_session_handle_output_item,
  [RT_EVENT_OUTPUT_ITEM_DONE] = rt_session_handle_output_item,
  [RT_EVENT_CONTENT_PART_DONE] = rt_session_handle_audio,
  [RT_EVENT_OUTPUT_AUDIO_DELTA] = rt_session_handle_audio,
  [RT_EVENT_OUTPUT_AUDIO_DONE] = rt_session_handle_audio,
  [RT_EVENT_OUTPUT_TRANSCRIPT_DELTA] = rt_session_handle_text,
  [RT_EVENT_OUTPUT_TRANSCRIPT_DONE] = rt_session_handle_text,
  [RT_EVENT_OUTPUT_TEXT_DELTA] = rt_session_handle_text,
  [RT_EVENT_OUTPUT_TEXT_DONE] = rt_session_handle_text,
  [RT_EVENT_FUNCTION_ARGUMENTS_DONE] = rt_session_handle_arguments_done,
  [RT_EVENT_HANDOFF_REQUESTED] = rt_session_handle_handoff,
  [RT_EVENT_ERROR] = rt_session_handle_error,
};

/* What this event says of what we said.  TRUE: and nothing else. */
static gboolean
is_answer (RtSession *self, const RtEvent *event)
{
  switch (event->type) {
    case RT_EVENT_ITEM_ADDED:
    case RT_EVENT_ITEM_DONE:
      if (event->item != NULL && rt_echoes_take (self->echoes, event->item))
        return TRUE;
      break;
    case RT_EVENT_SPEECH_STARTED:
    case RT_EVENT_AUDIO_COMMITTED:
    case RT_EVENT_RESPONSE_CREATED:
      rt_echoes_settle (self->echoes);
      break;
    default:
      break;
  }
  /* what comes before was said to another session */
  if (self->ready)
    rt_sent_event (self->sent, event);
  return FALSE;
}

void
rt_session_event (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  Handler handler = handlers[event->type];

  if (self->failed || is_answer (self, event))
    return;
  if (handler != NULL)
    handler (self, event, effects);
}

gboolean
rt_session_is_ready (RtSession *self)
{
  return self->ready;
}

gboolean
rt_session_is_busy (RtSession *self)
{
  return self->waiting.length > 0 || rt_turns_is_open (self->turns)
         || rt_responses_is_busy (self->responses)
         || rt_handoffs_is_busy (self->handoffs);
}

gboolean
rt_session_user_is_speaking (RtSession *self)
{
  return rt_turns_is_speaking (self->turns);
}

const gchar *
rt_session_get_id (RtSession *self)
{
  return self->id;
}

const gchar *
rt_session_get_last_error (RtSession *self)
{
  return self->last_error;
}

guint64
rt_session_take_late_audio (RtSession *self)
{
  guint64 duration = self->late_duration;

  self->late_duration = 0;
  return duration;
}
