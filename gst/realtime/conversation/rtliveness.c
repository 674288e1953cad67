/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server that owes us something and stays silent, and a machine that slept:
 * either way another session serves the user sooner.  I/O thread only.
 */
#include "rtconversation-private.h"

#include <time.h>

/* No server waits so long for a client that does not read. */
#define SLEEP_TIME (15 * G_TIME_SPAN_SECOND)

static gboolean
is_owed (RtConversation *self)
{
  gboolean owed;

  g_mutex_lock (&self->lock);
  owed = rt_session_awaits_response (self->session);
  g_mutex_unlock (&self->lock);
  return owed;
}

/* While there is something left to hear, a pause of the server is none of the
 * user's: perhaps it is us who do not read. */
static gboolean
is_silent (RtConversation *self)
{
  RtPlayoutStatus status;

  rt_playout_peek (self->playout, &status);
  return status.bytes == 0;
}

static void
act_on_stall (RtConversation *self, const RtConversationPolicy *policy)
{
  static const gchar *const text = "the response does not go on";

  if (!policy->reconnect) {
    rt_conversation_warn (self, "response_stalled", text);
    return;
  }
  /* whatever was heard of it: who waits wants an answer */
  g_mutex_lock (&self->lock);
  rt_session_ask_again (self->session);
  g_mutex_unlock (&self->lock);
  rt_conversation_give_up (self, text);
}

static gboolean
stall_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  guint quiet = rt_conversation_since (self->last_event);
  RtConversationPolicy policy;

  rt_conversation_cancel (&self->stall_timer);
  rt_conversation_get_policy (self, &policy);
  if (policy.stall_timeout == 0 || !self->ready || !is_owed (self))
    return G_SOURCE_REMOVE;
  if (quiet < policy.stall_timeout)
    self->stall_timer
        = rt_conversation_timer (self, policy.stall_timeout - quiet, stall_cb);
  else if (!is_silent (self))
    self->stall_timer
        = rt_conversation_timer (self, policy.stall_timeout, stall_cb);
  else
    act_on_stall (self, &policy);
  return G_SOURCE_REMOVE;
}

/* One timer for all: it looks when the last event was, instead of being set
 * anew by each. */
void
rt_conversation_watch_response (RtConversation *self)
{
  RtConversationPolicy policy;

  if (self->stall_timer != NULL || !self->ready || self->ended)
    return;
  rt_conversation_get_policy (self, &policy);
  if (policy.stall_timeout > 0 && is_owed (self))
    self->stall_timer
        = rt_conversation_timer (self, policy.stall_timeout, stall_cb);
}

static gint64
get_us (clockid_t clock)
{
  struct timespec now = { 0 };

  clock_gettime (clock, &now);
  return now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000;
}

/* CLOCK_MONOTONIC stands still while the machine sleeps. */
void
rt_conversation_watch_clock (RtConversation *self)
{
  gint64 suspended = get_us (CLOCK_BOOTTIME) - get_us (CLOCK_MONOTONIC);
  gint64 slept = suspended - self->suspended;

  self->suspended = suspended;
  if (self->ready && slept > SLEEP_TIME)
    rt_conversation_give_up (self, "the machine was asleep");
}
