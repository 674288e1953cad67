/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The carrying out of what the session wants.  I/O thread; no lock is held
 * while anything is sent or told.
 */
#include "rtconversation-private.h"

#include <string.h>

#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)

static void
count_usage (RtStats *stats, const RtUsage *usage)
{
  if (!usage->present)
    return;
  rt_stats_add (stats, RT_STAT_TOKENS_INPUT_TEXT, usage->input_text);
  rt_stats_add (stats, RT_STAT_TOKENS_INPUT_AUDIO, usage->input_audio);
  rt_stats_add (stats, RT_STAT_TOKENS_INPUT_CACHED, usage->input_cached);
  rt_stats_add (stats, RT_STAT_TOKENS_OUTPUT_TEXT, usage->output_text);
  rt_stats_add (stats, RT_STAT_TOKENS_OUTPUT_AUDIO, usage->output_audio);
}

static void
count_note (RtConversation *self, const RtNote *note)
{
  RtStats *stats = self->stats;

  switch (note->type) {
    case RT_NOTE_STARTED:
      self->started = TRUE;
      rt_stats_add (stats, RT_STAT_SESSIONS, 1);
      break;
    case RT_NOTE_ERROR:
      rt_stats_add (stats, RT_STAT_ERRORS, 1);
      break;
    case RT_NOTE_INTERRUPTED:
      rt_stats_add (stats, RT_STAT_INTERRUPTIONS, 1);
      break;
    case RT_NOTE_RESPONSE:
      if (g_strcmp0 (note->state, "created") == 0)
        rt_stats_add (stats, RT_STAT_RESPONSES, 1);
      break;
    case RT_NOTE_SPEECH:
      if (g_strcmp0 (note->role, "user") == 0 && !note->flag) {
        rt_stats_add (stats, RT_STAT_TURNS, 1);
        rt_stats_turn_ended (stats, g_get_monotonic_time () * 1000);
      }
      break;
    default:
      break;
  }
  count_usage (stats, &note->usage);
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

/* The audio that it is about goes before it. */
static void
run_commit (RtConversation *self, const RtCommand *command)
{
  if (!command->again)
    rt_conversation_pump (self, TRUE);
  rt_recall_commit (self->recall);
  self->uncommitted = 0;
}

static void
run_send (RtConversation *self, const RtCommand *command)
{
  if (self->connection == NULL)
    return;
  if (command->type == RT_COMMAND_AUDIO_COMMIT)
    run_commit (self, command);
  else if (command->type == RT_COMMAND_AUDIO_CLEAR)
    rt_recall_clear (self->recall);
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
run_play (RtConversation *self, const RtEffect *effect)
{
  RtPlayoutFormat format = {
    .frame_size = rt_audio_format_frame_size (&effect->format),
    .rate = effect->format.rate,
    .tag = effect->format.codec,
  };
  gsize size = g_bytes_get_size (effect->audio);

  rt_playout_push (self->playout, effect->track, &format, effect->audio);
  rt_stats_add (self->stats, RT_STAT_AUDIO_RECEIVED,
      size * NS_PER_SECOND / ((guint64) format.frame_size * format.rate));
  self->callbacks.playout (self, self->user_data);
}

/* Empties the playout and counts what nobody will hear, whether it had left
 * or not; returns how far each track was heard. */
static GArray *
drop_playout (RtPlayout *playout, RtStats *stats, guint64 heard_until)
{
  g_autoptr (GArray) accounts
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
  GArray *heard = g_array_new (FALSE, FALSE, sizeof (RtHeard));
  guint i;

  rt_playout_drop (playout, heard_until, accounts);
  for (i = 0; i < accounts->len; i++) {
    RtPlayoutAccount *account = &g_array_index (accounts, RtPlayoutAccount, i);
    RtHeard entry
        = { account->track, account->rate, account->received, account->heard };

    g_array_append_val (heard, entry);
    rt_stats_add (stats, RT_STAT_AUDIO_DROPPED_INTERRUPTED,
        (account->received - account->heard) * NS_PER_SECOND / account->rate);
    rt_stats_take_back (stats, RT_STAT_AUDIO_PLAYED,
        (account->left - account->heard) * NS_PER_SECOND / account->rate);
  }
  return heard;
}

void
rt_conversation_discard (RtPlayout *playout, RtStats *stats)
{
  g_array_unref (drop_playout (playout, stats, G_MAXUINT64));
}

void
rt_conversation_drop (RtConversation *self)
{
  g_autoptr (GArray) heard = drop_playout (self->playout, self->stats,
      self->callbacks.heard_until (self, self->user_data));

  self->callbacks.dropped (self, self->user_data);
  g_mutex_lock (&self->lock);
  rt_session_dropped (
      self->session, (RtHeard *) heard->data, heard->len, self->outbox);
  g_mutex_unlock (&self->lock);
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
      run_send (self, effect->command);
      break;
    case RT_EFFECT_READY:
      run_ready (self);
      break;
    case RT_EFFECT_PLAY:
      run_play (self, effect);
      break;
    case RT_EFFECT_PLAY_END:
      rt_playout_end (self->playout, effect->track);
      self->callbacks.playout (self, self->user_data);
      break;
    case RT_EFFECT_DROP:
      rt_conversation_drop (self);
      break;
    case RT_EFFECT_CLEAR_INPUT:
      rt_recall_clear (self->recall);
      rt_conversation_drop_input (self);
      break;
    case RT_EFFECT_REPEAT:
      rt_conversation_repeat (self);
      break;
    case RT_EFFECT_NOTE:
      count_note (self, effect->note);
      self->callbacks.note (self, effect->note, self->user_data);
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
