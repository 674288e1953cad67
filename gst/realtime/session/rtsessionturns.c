/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's voice, as the server hears it.  Pure; its owner serialises the
 * calls.
 */
#include "rtsession-private.h"

#define NS_PER_MS G_GUINT64_CONSTANT (1000000)

void
rt_session_begin_audio (RtSession *self)
{
  rt_timeline_free (self->timeline);
  rt_utterances_free (self->utterances);
  self->timeline = rt_timeline_new ();
  self->utterances = rt_utterances_new ();
}

void
rt_session_appended (RtSession *self, guint64 duration, guint64 time)
{
  rt_timeline_append (self->timeline, duration, time);
}

void
rt_session_audio_sent (RtSession *self, const RtCommand *command)
{
  guint64 length = rt_timeline_get_length (self->timeline);

  if (command->type == RT_COMMAND_AUDIO_COMMIT)
    rt_utterances_commit_sent (self->utterances, length);
  else if (command->type == RT_COMMAND_AUDIO_CLEAR)
    rt_utterances_clear_sent (self->utterances, length);
}

static guint64
running_time_of (RtSession *self, const RtEvent *event)
{
  if (!event->has_audio_ms)
    return RT_TIME_UNKNOWN;
  return rt_timeline_look_up (self->timeline, event->audio_ms * NS_PER_MS);
}

static void
note_speech (RtSession *self, const gchar *item_id, gboolean speaking,
    const gchar *reason, const RtEvent *event, RtEffects *effects)
{
  RtNote *note = rt_note_new (RT_NOTE_SPEECH);

  note->role = RT_ROLE_USER;
  note->flag = speaking;
  note->reason = reason;
  note->item_id = g_strdup (item_id);
  if (event != NULL) {
    note->has_audio_ms = event->has_audio_ms;
    note->audio_ms = event->audio_ms;
    note->running_time = running_time_of (self, event);
  }
  rt_effects_note (effects, note);
}

static RtTurnEnd
turn_end (RtSession *self, const gchar *item_id)
{
  const RtSessionConfig *config = self->config;

  if (rt_session_is_conversational (self) && config->create_response
      && rt_session_can (self, RT_DIALECT_RESPONSES))
    return RT_TURN_ENDS_BY_REPLY;
  if (config->transcription_model == NULL
      || rt_transcript_is_final (self->transcript, item_id))
    return RT_TURN_ENDS;
  return RT_TURN_ENDS_BY_TRANSCRIPT;
}

/* What waited for a reply of the server's own that will not come. */
static void
release_held (RtSession *self, RtEffects *effects)
{
  if (rt_turns_is_speaking (self->turns) || rt_turns_awaits_reply (self->turns))
    return;
  rt_responses_release (self->responses);
  rt_session_send_due (self, effects);
}

static void
speech_started (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  if (!rt_turns_started (self->turns, event->item_id))
    return;
  rt_transcript_place (self->transcript, RT_ROLE_USER, event->item_id, NULL);
  rt_utterances_began (
      self->utterances, event->item_id, running_time_of (self, event));
  note_speech (self, event->item_id, TRUE, "detected", event, effects);
  rt_session_user_began (self, effects);
}

void
rt_session_handle_speech (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  gboolean timeout = event->type == RT_EVENT_IDLE_TIMEOUT;

  if (event->type == RT_EVENT_SPEECH_STARTED) {
    speech_started (self, event, effects);
    return;
  }
  if (!rt_turns_stopped (
          self->turns, event->item_id, turn_end (self, event->item_id)))
    return;
  /* a timeout names the silence that was heard instead of speech */
  if (timeout)
    rt_utterances_began (
        self->utterances, event->item_id, running_time_of (self, event));
  note_speech (self, event->item_id, FALSE, timeout ? "timeout" : "ended",
      event, effects);
  release_held (self, effects);
}

/* What the server found is known by its start; of what we committed, we know
 * where it began. */
static void
committed (RtSession *self, const RtEvent *event)
{
  guint64 first = rt_utterances_committed (
      self->utterances, rt_timeline_get_length (self->timeline));

  if (first != RT_TIME_UNKNOWN)
    rt_utterances_began (self->utterances, event->item_id,
        rt_timeline_look_up (self->timeline, first));
}

void
rt_session_retire_turns (RtSession *self, RtEffects *effects)
{
  g_autofree gchar *item_id = g_strdup (rt_turns_get_item (self->turns));

  if (rt_turns_retire (self->turns))
    note_speech (self, item_id, FALSE, "ended", NULL, effects);
}

void
rt_session_handle_buffer (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  if (event->type == RT_EVENT_AUDIO_CLEARED) {
    if (rt_turns_cleared (self->turns))
      note_speech (self, event->item_id, FALSE, "ended", NULL, effects);
    release_held (self, effects);
    return;
  }
  committed (self, event);
  rt_transcript_place (
      self->transcript, RT_ROLE_USER, event->item_id, event->previous_item_id);
  rt_turns_committed (self->turns, event->item_id,
      turn_end (self, event->item_id) == RT_TURN_ENDS_BY_TRANSCRIPT);
  rt_session_user_took_turn (self, effects);
}
