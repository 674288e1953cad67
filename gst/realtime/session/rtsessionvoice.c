/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model's voice: what is played, what was heard of it, and what follows
 * when it is cut.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)

static void
note_speech (const gchar *item_id, gboolean speaking, const gchar *reason,
    guint64 time, RtEffects *effects)
{
  RtNote *note = rt_note_new (RT_NOTE_SPEECH);

  note->role = RT_ROLE_ASSISTANT;
  note->flag = speaking;
  note->reason = reason;
  note->item_id = g_strdup (item_id);
  note->running_time = time;
  rt_effects_note (effects, note);
}

/* The codec is the session's; G.711 has one rate, whatever the event says. */
static RtAudioFormat
format_of (RtSession *self, const RtEvent *event)
{
  RtAudioFormat format = self->has_output_format ? self->output_format
                                                 : self->config->output_format;

  if (!rt_session_can (self, RT_DIALECT_G711))
    format.codec = RT_CODEC_PCM16;
  if (event->audio_rate > 0 && format.codec == RT_CODEC_PCM16) {
    format.rate = event->audio_rate;
    format.channels = event->audio_channels;
  }
  return format;
}

static void
play (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtAudioFormat format = format_of (self, event);
  guint frame_size = rt_audio_format_frame_size (&format);
  RtEffect *effect;
  guint track, ended;
  gsize size;

  if (event->audio == NULL || g_bytes_get_size (event->audio) == 0
      || frame_size == 0 || format.rate == 0)
    return;
  self->spoken = TRUE;
  size = g_bytes_get_size (event->audio);
  track = rt_ledger_push (self->ledger, event->response_id, event->item_id,
      event->content_index, &format, size, &ended);
  if (track == 0) {
    self->late_duration += size / frame_size * NS_PER_SECOND / format.rate;
    return;
  }
  if (ended != 0)
    rt_effects_add (effects, RT_EFFECT_PLAY_END)->track = ended;
  effect = rt_effects_add (effects, RT_EFFECT_PLAY);
  effect->track = track;
  effect->format = format;
  effect->audio = g_bytes_ref (event->audio);
}

void
rt_session_end_tracks (RtSession *self, const gchar *response_id,
    const gchar *item_id, gint content_index, RtEffects *effects)
{
  guint track;

  while (
      rt_ledger_end (self->ledger, response_id, item_id, content_index, &track))
    rt_effects_add (effects, RT_EFFECT_PLAY_END)->track = track;
}

void
rt_session_audio_paused (RtSession *self, RtEffects *effects)
{
  if (rt_session_can (self, RT_DIALECT_RESPONSES))
    return;
  rt_session_end_tracks (self, NULL, NULL, -1, effects);
  rt_session_end_texts (self, NULL, effects);
}

gboolean
rt_session_awaits_pause (RtSession *self)
{
  return !rt_session_can (self, RT_DIALECT_RESPONSES)
         && (rt_ledger_is_open (self->ledger)
             || rt_transcript_is_open (self->transcript));
}

void
rt_session_note_reply (RtSession *self)
{
  if (self->replied)
    return;
  self->replied = TRUE;
  rt_transcript_answered (self->transcript,
      rt_turns_is_speaking (self->turns) ? rt_turns_get_item (self->turns)
                                         : NULL);
  /* nothing else tells that there is a reply */
  if (!rt_session_can (self, RT_DIALECT_RESPONSES))
    self->worked = TRUE;
}

void
rt_session_handle_audio (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  if (event->type == RT_EVENT_OUTPUT_AUDIO_DELTA) {
    rt_session_note_reply (self);
    play (self, event, effects);
  } else
    rt_session_end_tracks (self, event->response_id, event->item_id,
        event->content_index, effects);
}

/* What is playing ends, whether it is still being generated or not, and what
 * is being generated ends, whether any of it was heard or not. */
void
rt_session_interrupt (RtSession *self, RtEffects *effects)
{
  const gchar *active = rt_responses_get_active (self->responses);
  gboolean held = self->hold == RT_HOLD_ON;

  self->hold = RT_HOLD_NONE;
  rt_ledger_interrupt_response (self->ledger, active);
  if (rt_ledger_interrupt (self->ledger)) {
    g_free (self->cut_response);
    self->cut_response = g_strdup (active);
    rt_effects_add (effects, RT_EFFECT_DROP);
    return;
  }
  if (held)
    rt_effects_add (effects, RT_EFFECT_RESUME);
  rt_session_cut_response_texts (self, active, effects);
}

static void
report_cut (RtSession *self, const RtCut *cut, RtEffects *effects)
{
  gboolean tells = self->ready && rt_session_can (self, RT_DIALECT_TRUNCATION)
                   && cut->item_id != NULL;
  RtCommand *command;
  RtNote *note;

  rt_transcript_heard (
      self->transcript, cut->item_id, cut->ago, cut->played, cut->dropped);
  if (cut->ago > 0) {
    if (tells)
      rt_session_amend (self, cut->item_id, cut->ago, effects);
  } else if (tells && cut->deletes) {
    command = rt_session_say (self, RT_COMMAND_ITEM_DELETE, effects);
    command->item_id = g_strdup (cut->item_id);
  } else if (tells && cut->truncates) {
    command = rt_session_say (self, RT_COMMAND_ITEM_TRUNCATE, effects);
    command->item_id = g_strdup (cut->item_id);
    command->content_index = cut->content_index;
    command->audio_end_ms = cut->audio_end_ms;
  }
  note = rt_note_new (RT_NOTE_INTERRUPTED);
  note->item_id = g_strdup (cut->item_id != NULL ? cut->item_id : "");
  note->response_id = g_strdup (cut->response_id);
  note->played = cut->played;
  note->dropped = cut->dropped;
  rt_effects_note (effects, note);
  if (cut->ago > 0)
    rt_session_cut_retired_texts (self, cut, effects);
  else if (cut->item_id != NULL || cut->response_id != NULL)
    rt_session_cut_texts (self, cut, effects);
}

static void
set_heard (
    const gchar *item_id, guint ago, guint content_index, gpointer user_data)
{
  RtSession *self = user_data;

  rt_transcript_set_heard (self->transcript, item_id, ago, content_index);
}

static void
learn_end (RtSession *self, guint64 time)
{
  if (time != RT_TIME_UNKNOWN
      && (self->heard_end == RT_TIME_UNKNOWN || time > self->heard_end))
    self->heard_end = time;
}

/* Of what has no name, only what was said last has a text that is open. */
static void
cut_nameless (RtSession *self, const GPtrArray *cuts, RtEffects *effects)
{
  const RtCut *last
      = cuts->len > 0 ? g_ptr_array_index (cuts, cuts->len - 1) : NULL;

  if (last != NULL && last->ago == 0 && last->item_id == NULL
      && last->response_id == NULL)
    rt_session_cut_open_texts (self, last, effects);
}

void
rt_session_dropped (
    RtSession *self, const RtHeard *heard, guint n_heard, RtEffects *effects)
{
  g_autoptr (GPtrArray) cuts
      = rt_ledger_settle (self->ledger, heard, n_heard, set_heard, self);
  g_autofree gchar *cut_response = g_steal_pointer (&self->cut_response);
  guint i;

  for (i = 0; i < n_heard; i++)
    learn_end (self, heard[i].end);
  if (cuts->len > 0 && self->speaking) {
    const RtCut *first = g_ptr_array_index (cuts, 0);

    self->speaking = FALSE;
    note_speech (
        first->item_id, FALSE, "interrupted", self->heard_end, effects);
  }
  for (i = 0; i < cuts->len; i++)
    report_cut (self, g_ptr_array_index (cuts, i), effects);
  cut_nameless (self, cuts, effects);
  rt_session_cut_response_texts (self, cut_response, effects);
  rt_session_check_drained (self, effects);
}

/* The reply is over when all that came of it was heard and no more is coming;
 * another reply that is being made is another one. */
void
rt_session_check_drained (RtSession *self, RtEffects *effects)
{
  if (!self->speaking || rt_ledger_is_playing (self->ledger)
      || rt_responses_is_generating (
          self->responses, rt_ledger_get_last_response (self->ledger)))
    return;
  self->speaking = FALSE;
  note_speech (rt_ledger_get_last_item (self->ledger), FALSE, "drained",
      self->heard_end, effects);
}

void
rt_session_playing (
    RtSession *self, guint track, guint64 time, RtEffects *effects)
{
  const gchar *item_id;

  if (!rt_ledger_playing (self->ledger, track, time, &item_id)
      || self->speaking)
    return;
  self->speaking = TRUE;
  self->heard_end = RT_TIME_UNKNOWN;
  note_speech (item_id, TRUE, "playing", time, effects);
}

void
rt_session_drained (
    RtSession *self, guint track, guint64 time, RtEffects *effects)
{
  if (!rt_ledger_drained (self->ledger, track, set_heard, self))
    return;
  learn_end (self, time);
  rt_session_check_drained (self, effects);
}
