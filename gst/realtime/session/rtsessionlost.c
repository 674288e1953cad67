/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a session that another one will follow: what ends with it, and
 * what is still wanted.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

static gboolean
is_unanswered (const RtCall *call, gpointer user_data)
{
  RtSession *self = user_data;

  if (call->kind == RT_CALL_SILENCE)
    return FALSE;
  return !call->answered || rt_sent_answers (self->sent, call->id)
         || rt_session_has_waiting_answer (self, call->id);
}

/* The server was about to reply to what is only a text to the next one. */
static gboolean
owes_reply (RtSession *self)
{
  return self->restores && rt_turns_awaits_reply (self->turns)
         && rt_transcript_is_final (
             self->transcript, rt_turns_get_item (self->turns));
}

/* What is said again ends a turn again, and the server replies by itself. */
static gboolean
will_reply (RtSession *self, gboolean repeats)
{
  return repeats && rt_transcript_is_unanswered (self->transcript)
         && self->config->create_response
         && self->config->turn_detection != RT_TURN_DETECTION_NONE;
}

/* A reply of which nothing came is asked for again; of another one the user
 * heard a part. */
static void
end_reply (RtSession *self, gboolean repeats, RtEffects *effects)
{
  gboolean again = owes_reply (self);
  gboolean cancelled = rt_responses_is_cancelled (self->responses);
  g_autofree gchar *id = NULL;
  RtNote *note;

  if (rt_responses_retire (self->responses, &id)) {
    again |= !self->replied && !cancelled && !will_reply (self, repeats);
    note = rt_note_new (RT_NOTE_RESPONSE);
    note->response_id = g_strdup (id);
    note->state = "cancelled";
    note->detail = g_strdup ("session_lost");
    rt_effects_note (effects, note);
  }
  if (again)
    rt_responses_want (self->responses);
  self->replied = FALSE;
}

/* What was said and not sent is said to the next session, as if it had been. */
static void
take_back (RtSession *self, RtEffects *effects)
{
  RtCommand *command;

  while ((command = rt_effects_unsend (effects)) != NULL) {
    const RtRequest request = {
      .type = command->type == RT_COMMAND_AUDIO_COMMIT ? RT_REQUEST_COMMIT
                                                       : RT_REQUEST_CLEAR,
      .position = command->position,
    };

    if (command->type == RT_COMMAND_AUDIO_COMMIT
        || command->type == RT_COMMAND_AUDIO_CLEAR)
      rt_session_request (self, &request, effects);
    else
      rt_session_sent (self, command);
    rt_command_free (command);
  }
}

/* The next session knows nothing of what it is an answer to. */
static void
reword (RtCommand *command, gpointer user_data)
{
  rt_session_reword_answer (user_data, command);
}

void
rt_session_lost (RtSession *self, gboolean repeats, RtEffects *effects)
{
  self->resumed |= self->ready;
  self->opened = FALSE;
  self->ready = FALSE;
  self->failed = FALSE;
  self->worked = FALSE;
  self->gave_way = FALSE;
  self->has_input_format = FALSE;
  self->has_output_format = FALSE;
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->last_error, g_free);
  g_clear_pointer (&self->past, g_free);

  take_back (self, effects);
  end_reply (self, repeats, effects);
  rt_session_end_tracks (self, NULL, NULL, -1, effects);
  rt_ledger_retire (self->ledger);
  rt_session_retire_texts (self, repeats, effects);
  rt_session_retire_turns (self, effects);
  rt_sent_retire (self->sent, reword, self);
  rt_handoffs_retire (self->handoffs, is_unanswered, self);
  rt_echoes_free (self->echoes);
  self->echoes = rt_echoes_new ();
  rt_session_begin_audio (self);
  self->updates = 0;
  rt_session_check_drained (self, effects);
}

void
rt_session_ask_again (RtSession *self)
{
  if (rt_session_can (self, RT_DIALECT_RESPONSES))
    rt_responses_want (self->responses);
}

gboolean
rt_session_has_worked (RtSession *self)
{
  return self->worked;
}

gboolean
rt_session_awaits_response (RtSession *self)
{
  return self->ready && rt_responses_is_open (self->responses);
}

gboolean
rt_session_is_between_turns (RtSession *self)
{
  return self->ready && self->waiting.length == 0
         && !rt_turns_is_open (self->turns)
         && !rt_responses_is_busy (self->responses)
         && !rt_ledger_is_playing (self->ledger)
         && !rt_session_awaits_pause (self);
}
