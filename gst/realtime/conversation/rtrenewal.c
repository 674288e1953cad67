/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The next session is opened while this one still serves, and takes over
 * between two turns.  I/O thread only.
 */
#include "rtconversation-private.h"

/* Before the server's announced end of the session. */
#define MARGIN (120 * G_TIME_SPAN_SECOND)
/* Until then a pause is waited for. */
#define LAST_MOMENT (10 * G_TIME_SPAN_SECOND)
/* A session renewed sooner than that would never come to anything, whatever
 * its server says of its end. */
#define MIN_AGE (10 * G_TIME_SPAN_SECOND)
/* What a session of a limited age has of it to open the next one and to wait
 * for a pause. */
#define MAX_LEAD (30 * G_TIME_SPAN_SECOND)
/* Many conversations that began together do not renew together. */
#define SPREAD 0.1
#define MIN_PAUSE 1000   /* ms, between two attempts */
#define RECHECK_TIME 200 /* ms, while the successor waits for a pause */
#define QUIET_TIME 1000  /* ms: shorter ones are within a turn */
#define COMMIT_PATIENCE (60 * G_TIME_SPAN_SECOND)

/* Only a clock that agrees with the server's tells when that is. */
void
rt_conversation_learn_session (RtConversation *self, const RtSessionInfo *info)
{
  gint64 left;

  /* in more seconds than there are: in none that matters */
  if (info->expires_at <= 0
      || info->expires_at > G_MAXINT64 / G_TIME_SPAN_SECOND)
    return;
  left = info->expires_at * G_TIME_SPAN_SECOND - g_get_real_time ();
  self->renewal.expiry = left > MIN_AGE ? g_get_monotonic_time () + left : 0;
  rt_conversation_plan_renewal (self);
}

static gint64
before_expiry (RtConversation *self, gint64 now)
{
  gint64 left = self->renewal.expiry - now;

  if (left > MARGIN)
    return self->renewal.expiry - MARGIN;
  return now + left / 2;
}

static gint64
before_age (RtConversation *self, guint seconds)
{
  gint64 age = seconds * G_TIME_SPAN_SECOND;

  return self->renewal.began + age - MIN (MAX_LEAD, age / 4);
}

static gboolean
renewal_cb (gpointer user_data)
{
  RtConversation *self = user_data;

  rt_conversation_cancel (&self->renewal.timer);
  if (self->successor != NULL) {
    rt_conversation_try_switch (self);
  } else if (self->ready && !self->renewal.asked) {
    self->renewal.asked = TRUE;
    self->callbacks.wants_connect (self, self->user_data);
  }
  return G_SOURCE_REMOVE;
}

static void
look_again_at (RtConversation *self, gint64 when)
{
  gint64 ms = (when - g_get_monotonic_time ()) / 1000;

  rt_conversation_cancel (&self->renewal.timer);
  self->renewal.timer
      = rt_conversation_timer (self, CLAMP (ms, 0, G_MAXINT), renewal_cb);
}

/* Whenever something was learned of when that is to be. */
void
rt_conversation_plan_renewal (RtConversation *self)
{
  RtConversationPolicy policy;
  gint64 now = g_get_monotonic_time ();
  gint64 due = G_MAXINT64;

  if (!self->ready || self->successor != NULL || self->renewal.asked)
    return;
  rt_conversation_get_policy (self, &policy);
  if (self->renewal.expiry > 0 && policy.reconnect)
    due = before_expiry (self, now);
  if (policy.max_session_duration > 0)
    due = MIN (due, before_age (self, policy.max_session_duration));
  rt_conversation_cancel (&self->renewal.timer);
  if (due == G_MAXINT64)
    return;
  due -= (gint64) (g_random_double () * SPREAD * MAX (0, due - now));
  look_again_at (self, due);
}

void
rt_conversation_begin_renewal (
    RtConversation *self, RtConnectParams *params, const gchar *why)
{
  gboolean asked = self->renewal.asked;

  self->renewal.asked = FALSE;
  if (!asked || !self->ready) {
    g_clear_pointer (&params, rt_connect_params_free);
  } else if (params == NULL) {
    RtLoss loss = { .end = { .detail = g_strdup (why) } };

    rt_conversation_renewal_failed (self, &loss);
  } else {
    params->paced = TRUE;
    self->successor = rt_connection_new (self, params, FALSE);
  }
}

/* This session goes on as long as it may; meanwhile we try again. */
void
rt_conversation_renewal_failed (RtConversation *self, RtLoss *loss)
{
  RtConversationPolicy policy;
  g_autofree gchar *text = g_strdup_printf (
      "the session could not be renewed yet: %s", loss->end.detail);
  guint delay;

  rt_loss_clear (loss);
  g_clear_pointer (&self->successor, rt_connection_free);
  rt_conversation_get_policy (self, &policy);
  policy.backoff.attempts = -1;
  rt_backoff_next (
      &self->renewal.backoff, &policy.backoff, 0, g_random_double (), &delay);
  look_again_at (self, g_get_monotonic_time ()
                           + MAX (delay, MIN_PAUSE) * G_TIME_SPAN_MILLISECOND);
  rt_conversation_warn (self, "renewal_failed", text);
}

static gboolean
must_switch (RtConversation *self)
{
  return self->renewal.expiry > 0
         && g_get_monotonic_time () > self->renewal.expiry - LAST_MOMENT;
}

/* The application owns the turns, and more was said since the last one than we
 * could say again: perhaps it is a long one, perhaps there are none. */
static gboolean
awaits_commit (RtConversation *self)
{
  RtAudioFormat format;
  guint64 uncommitted;
  gboolean manual;

  g_mutex_lock (&self->lock);
  uncommitted = rt_session_get_uncommitted (self->session);
  manual = rt_session_get_config (self->session)->turn_detection
           == RT_TURN_DETECTION_NONE;
  g_mutex_unlock (&self->lock);
  return manual && rt_recall_get_format (self->recall, &format)
         && uncommitted > rt_recall_get_length (self->recall)
         && g_get_monotonic_time () - self->renewal.ready_since
                < COMMIT_PATIENCE;
}

/* Where only texts and audio tell of turns, a pause is between two. */
static gboolean
may_switch (RtConversation *self)
{
  gboolean between;

  g_mutex_lock (&self->lock);
  between = rt_session_is_between_turns (self->session)
            && rt_effects_length (self->outbox) == 0;
  g_mutex_unlock (&self->lock);
  return between && rt_conversation_get_quiet (self) >= QUIET_TIME
         && !awaits_commit (self);
}

void
rt_conversation_hand_over (RtConversation *self, RtConnection *successor)
{
  self->connection = successor;
  rt_conversation_set_secret (self, rt_connection_get_secret (successor));
  rt_connection_serve (successor);
}

static void
switch_over (RtConversation *self)
{
  RtConnection *old = g_steal_pointer (&self->connection);
  RtConnection *successor = g_steal_pointer (&self->successor);

  rt_conversation_forget_renewal (self);
  rt_conversation_leave_session (self);
  rt_connection_free (old);
  rt_conversation_hand_over (self, successor);
}

void
rt_conversation_try_switch (RtConversation *self)
{
  if (self->successor == NULL || self->ended
      || !rt_connection_is_ready (self->successor))
    return;
  if (self->renewal.ready_since == 0)
    self->renewal.ready_since = g_get_monotonic_time ();
  if (may_switch (self) || must_switch (self))
    switch_over (self);
  else if (self->renewal.timer == NULL)
    self->renewal.timer
        = rt_conversation_timer (self, RECHECK_TIME, renewal_cb);
}

void
rt_conversation_forget_renewal (RtConversation *self)
{
  rt_conversation_cancel (&self->renewal.timer);
  g_clear_pointer (&self->successor, rt_connection_free);
  self->renewal.asked = FALSE;
  self->renewal.expiry = 0;
  self->renewal.ready_since = 0;
  self->renewal.backoff.attempt = 0;
}
