/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model's voice of a conversation: played, held, dropped, and how far it
 * was heard.  rt_conversation_report() and _discard(): any thread; the rest:
 * the I/O thread.
 */
#include "rtconversation-private.h"

void
rt_conversation_play (RtConversation *self, const RtEffect *effect)
{
  RtPlayoutFormat format = {
    .frame_size = rt_audio_format_frame_size (&effect->format),
    .rate = effect->format.rate,
    .tag = effect->format.codec,
  };

  rt_playout_push (self->playout, effect->track, &format, effect->audio);
  rt_conversation_check_room (self);
  self->callbacks.playout (self, self->user_data);
}

void
rt_conversation_play_end (RtConversation *self, guint track)
{
  rt_playout_end (self->playout, track);
  self->callbacks.playout (self, self->user_data);
}

/* A time of the playout as it is at the listener's ear. */
static guint64
to_ear (guint64 stamp, guint64 delay)
{
  return stamp != G_MAXUINT64 ? stamp + delay : RT_TIME_UNKNOWN;
}

/* What was heard before the latency became another one is over by now. */
static void
tell_dropped (RtConversation *self, const GArray *accounts, const RtEar *ear)
{
  g_autoptr (GArray) heard = g_array_new (FALSE, FALSE, sizeof (RtHeard));
  guint i;

  for (i = 0; i < accounts->len; i++) {
    const RtPlayoutAccount *account
        = &g_array_index (accounts, RtPlayoutAccount, i);
    RtHeard entry = {
      .track = account->track,
      .rate = account->rate,
      .received = account->received,
      .heard = account->heard,
      .begin = to_ear (account->begin, ear->delay),
      .end = RT_TIME_UNKNOWN,
    };

    if (account->heard > 0)
      entry.end = to_ear (MIN (account->finish, ear->until), ear->delay);
    g_array_append_val (heard, entry);
  }
  g_mutex_lock (&self->lock);
  rt_session_dropped (
      self->session, (RtHeard *) heard->data, heard->len, self->outbox);
  g_mutex_unlock (&self->lock);
}

/* Stops what is playing and tells the session how far it was heard.  Behind a
 * hold all that left was: downstream was silenced then, or plays to its end. */
void
rt_conversation_drop (RtConversation *self)
{
  g_autoptr (GArray) accounts
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
  RtEar ear = { G_MAXUINT64, self->held_delay };

  if (!self->holding)
    self->callbacks.silence (self, &ear, self->user_data);
  self->holding = FALSE;
  rt_conversation_cancel (&self->hold_timer);
  rt_playout_drop (self->playout, ear.until, accounts);
  self->callbacks.silenced (self, TRUE, self->user_data);
  tell_dropped (self, accounts, &ear);
}

static gboolean
hold_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  gboolean turn;

  rt_conversation_cancel (&self->hold_timer);
  g_mutex_lock (&self->lock);
  turn = rt_session_user_is_speaking (self->session);
  rt_session_hold_elapsed (self->session, self->outbox);
  g_mutex_unlock (&self->lock);
  if (!turn)
    rt_stats_turn_void (self->stats);
  rt_conversation_run_effects (self);
  return G_SOURCE_REMOVE;
}

void
rt_conversation_hold (RtConversation *self, guint ms)
{
  RtEar ear;

  if (!self->holding) {
    self->callbacks.silence (self, &ear, self->user_data);
    rt_playout_hold (self->playout, ear.until);
    self->callbacks.silenced (self, FALSE, self->user_data);
    self->holding = TRUE;
    self->held_delay = ear.delay;
  }
  rt_conversation_cancel (&self->hold_timer);
  self->hold_timer = rt_conversation_timer (self, ms, hold_cb);
}

/* Also at the end of the conversation: what came of a reply is heard. */
void
rt_conversation_resume (RtConversation *self)
{
  rt_conversation_cancel (&self->hold_timer);
  if (!self->holding)
    return;
  self->holding = FALSE;
  rt_playout_resume (self->playout);
  self->callbacks.playout (self, self->user_data);
}

void
rt_conversation_discard (RtConversation *self)
{
  rt_playout_drop (self->playout, G_MAXUINT64, NULL);
}

void
rt_conversation_report (RtConversation *self, const GArray *playing,
    const GArray *drained, guint64 delay)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < playing->len; i++) {
    const RtPlayoutMoment *moment
        = &g_array_index (playing, RtPlayoutMoment, i);

    rt_session_playing (self->session, moment->track,
        to_ear (moment->time, delay), self->outbox);
  }
  for (i = 0; i < drained->len; i++) {
    const RtPlayoutMoment *moment
        = &g_array_index (drained, RtPlayoutMoment, i);

    rt_session_drained (self->session, moment->track,
        to_ear (moment->time, delay), self->outbox);
  }
  g_mutex_unlock (&self->lock);
  rt_loop_task_mark (self->task);
}
