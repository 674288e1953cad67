/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server's side of a conversation: events of the connection that serves,
 * for the session.  I/O thread only.
 */
#include "rtconversation-private.h"

void
rt_conversation_warn (
    RtConversation *self, const gchar *code, const gchar *text)
{
  g_autofree gchar *said = g_strdup (text);
  RtNote *note;

  if (!rt_throttle_pass (&self->rubbish, &said)) {
    rt_stats_add (self->stats, RT_STAT_ERRORS, 1);
    return;
  }
  note = rt_note_new (RT_NOTE_ERROR);
  note->code = g_strdup (code);
  note->text = g_steal_pointer (&said);
  note->severity = RT_SEVERITY_WARNING;
  note->flag = TRUE;
  g_mutex_lock (&self->lock);
  rt_effects_note (self->outbox, note);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
}

void
rt_conversation_receive (RtConversation *self, RtEvent *event, GBytes *data)
{
  gboolean awaits_pause;
  guint64 late;

  self->callbacks.received (self, event->name, data, self->user_data);
  self->last_event = g_get_monotonic_time ();
  rt_recall_event (self->recall, event);
  rt_conversation_heard (self, event);
  g_mutex_lock (&self->lock);
  rt_session_event (self->session, event, self->outbox);
  late = rt_session_take_late_audio (self->session);
  awaits_pause
      = self->pause_timer == NULL && rt_session_awaits_pause (self->session);
  g_mutex_unlock (&self->lock);
  if (late > 0)
    rt_playout_refuse (self->playout, late);
  if (awaits_pause)
    rt_conversation_watch_pause (self);
  if (event->session != NULL)
    rt_conversation_learn_session (self, event->session);
  if (event->type == RT_EVENT_RESPONSE_CREATED)
    rt_conversation_watch_response (self);
  if (event->type == RT_EVENT_SPEECH_STARTED)
    rt_conversation_watch_input (self);
  rt_conversation_run_effects (self);
}
