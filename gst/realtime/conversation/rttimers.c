/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The timers of a conversation.  I/O thread only.
 */
#include "rtconversation-private.h"

GSource *
rt_conversation_timer (RtConversation *self, guint ms, GSourceFunc func)
{
  return rt_loop_add_timeout (self->loop, ms, func, self);
}

void
rt_conversation_cancel (GSource **timer)
{
  if (*timer == NULL)
    return;
  g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

void
rt_conversation_forget_timers (RtConversation *self)
{
  rt_conversation_cancel (&self->pause_timer);
  rt_conversation_cancel (&self->settle_timer);
  rt_conversation_cancel (&self->eos_timer);
  rt_conversation_cancel (&self->room_timer);
  rt_conversation_cancel (&self->starve_timer);
  rt_conversation_cancel (&self->stall_timer);
  rt_conversation_cancel (&self->renewal.timer);
}

guint
rt_conversation_since (gint64 then)
{
  return (guint) MIN ((g_get_monotonic_time () - then) / 1000, G_MAXINT);
}
