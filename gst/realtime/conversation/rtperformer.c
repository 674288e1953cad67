/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The carrying out of what the session wants.  I/O thread; no lock is held
 * while anything is sent or told.
 */
#include "rtconversation-private.h"

#include <string.h>

static void
run_note (RtConversation *self, RtNote *note)
{
  rt_conversation_count_note (self, note);
  if (note->type == RT_NOTE_ERROR && !note->flag
      && !rt_throttle_pass (&self->errors, &note->text))
    return;
  self->callbacks.note (self, note, self->user_data);
}

void
rt_conversation_send (
    RtConversation *self, RtConnection *connection, const RtCommand *command)
{
  g_autofree gchar *text = NULL;

  g_mutex_lock (&self->lock);
  text = self->dialect->encode (command, rt_session_get_config (self->session));
  g_mutex_unlock (&self->lock);
  if (text != NULL)
    rt_connection_send (connection, text, strlen (text));
}

void
rt_conversation_say (RtConversation *self, const RtCommand *command)
{
  if (self->connection == NULL)
    return;
  if (command->type == RT_COMMAND_AUDIO_COMMIT)
    rt_recall_commit (self->recall);
  else if (command->type == RT_COMMAND_AUDIO_CLEAR)
    rt_conversation_drop_input (self, command->position);
  rt_conversation_send (self, self->connection, command);
  g_mutex_lock (&self->lock);
  rt_session_sent (self->session, command);
  g_mutex_unlock (&self->lock);
  rt_conversation_watch_response (self);
}

static void
run_ready (RtConversation *self)
{
  gboolean away = self->away;

  rt_connection_set_ready (self->connection);
  if (self->lost)
    rt_stats_add (self->stats, RT_STAT_RECONNECTS, 1);
  if (away && self->backoff.attempt > 0)
    rt_wait_host_answers (rt_connection_get_host (self->connection));
  self->ready = TRUE;
  self->away = FALSE;
  self->lost = FALSE;
  self->last_event = g_get_monotonic_time ();
  self->renewal.began = rt_connection_get_began (self->connection);
  rt_conversation_plan_renewal (self);
  if (away)
    self->callbacks.progress (self, "ready", self->user_data);
  /* what was said while connecting, and an end of input that waited */
  rt_loop_task_mark (self->task);
}

static void
run_fail (RtConversation *self, RtEffect *effect)
{
  RtLoss loss = {
    .severity = effect->severity,
    .end = {
      .reason = RT_CLOSED_ERROR,
      .failed = TRUE,
      .cause = effect->cause,
      .detail = g_strdup (effect->note->text),
      .error = g_steal_pointer (&effect->note),
    },
  };

  rt_stats_add (self->stats, RT_STAT_ERRORS, 1);
  rt_conversation_lost (self, &loss);
}

static void
run_effect (RtConversation *self, RtEffect *effect)
{
  switch (effect->type) {
    case RT_EFFECT_SEND:
      if (!rt_conversation_defer (self, effect))
        rt_conversation_say (self, effect->command);
      break;
    case RT_EFFECT_READY:
      run_ready (self);
      break;
    case RT_EFFECT_PLAY:
      rt_conversation_play (self, effect);
      break;
    case RT_EFFECT_PLAY_END:
      rt_conversation_play_end (self, effect->track);
      break;
    case RT_EFFECT_DROP:
      rt_conversation_drop (self);
      break;
    case RT_EFFECT_HOLD:
      rt_conversation_hold (self, effect->ms);
      break;
    case RT_EFFECT_RESUME:
      rt_conversation_resume (self);
      break;
    case RT_EFFECT_CLEAR_INPUT:
      rt_conversation_drop_input (self, effect->position);
      break;
    case RT_EFFECT_REPEAT:
      rt_conversation_repeat (self);
      break;
    case RT_EFFECT_NOTE:
      run_note (self, effect->note);
      break;
    case RT_EFFECT_FAIL:
      run_fail (self, effect);
      break;
    default:
      g_assert_not_reached ();
  }
}

void
rt_conversation_run_effects (RtConversation *self)
{
  while (!self->ended) {
    g_autoptr (RtEffect) effect = NULL;

    g_mutex_lock (&self->lock);
    effect = rt_effects_pop (self->outbox);
    g_mutex_unlock (&self->lock);
    if (effect == NULL)
      break;
    run_effect (self, effect);
  }
  rt_conversation_check_settled (self);
  rt_conversation_try_switch (self);
}
