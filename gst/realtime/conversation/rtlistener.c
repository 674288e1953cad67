/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When the server has stopped talking: in a protocol that does not tell the
 * end of a reply, a pause is that end.  I/O thread only.
 */
#include "rtconversation-private.h"

/* Longer than a reply holds its breath. */
#define PAUSE_TIME 1000 /* ms */
#define MIN_RECHECK 20  /* ms, while there is something left to hand out */
#define NS_PER_MS 1000000

void
rt_conversation_heard (RtConversation *self, const RtEvent *event)
{
  switch (event->type) {
    case RT_EVENT_OUTPUT_AUDIO_DELTA:
    case RT_EVENT_OUTPUT_TRANSCRIPT_DELTA:
    case RT_EVENT_OUTPUT_TEXT_DELTA:
      self->last_output = self->last_sign = g_get_monotonic_time ();
      break;
    case RT_EVENT_INPUT_TRANSCRIPT_DELTA:
    case RT_EVENT_INPUT_TRANSCRIPT_DONE:
      self->last_sign = g_get_monotonic_time ();
      break;
    default:
      break;
  }
}

guint
rt_conversation_get_quiet (RtConversation *self)
{
  return rt_conversation_since (self->last_sign);
}

/* How long until it can be a pause; 0: it is one. */
static guint
pause_is_due_in (RtConversation *self)
{
  guint quiet = rt_conversation_since (self->last_output);
  RtPlayoutStatus status;

  if (quiet < PAUSE_TIME)
    return PAUSE_TIME - quiet;
  rt_playout_peek (self->playout, &status);
  if (status.bytes == 0)
    return 0;
  return (guint) CLAMP (status.level / NS_PER_MS, MIN_RECHECK, PAUSE_TIME);
}

static gboolean
pause_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  guint ms = pause_is_due_in (self);

  rt_conversation_cancel (&self->pause_timer);
  if (ms > 0) {
    self->pause_timer = rt_conversation_timer (self, ms, pause_cb);
    return G_SOURCE_REMOVE;
  }
  g_mutex_lock (&self->lock);
  rt_session_audio_paused (self->session, self->outbox);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
  return G_SOURCE_REMOVE;
}

/* One timer for all of a reply: it looks when the last output was, instead of
 * being set anew by each. */
void
rt_conversation_watch_pause (RtConversation *self)
{
  if (self->pause_timer == NULL && !self->ended)
    self->pause_timer = rt_conversation_timer (self, PAUSE_TIME, pause_cb);
}
