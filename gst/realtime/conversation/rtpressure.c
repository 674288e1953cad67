/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server may say in advance: when more is queued than that, it has to
 * wait until some of it was played.  I/O thread only.
 */
#include "rtconversation-private.h"

#define MAX_HELD (32 * 1024 * 1024) /* eleven minutes at 24 kHz */
#define ENOUGH_ROOM (1024 * 1024)
#define RECHECK_TIME 100 /* ms */

static gboolean
room_cb (gpointer user_data)
{
  RtConversation *self = user_data;

  if (rt_playout_get_memory (self->playout) > MAX_HELD - ENOUGH_ROOM)
    return G_SOURCE_CONTINUE;
  if (self->connection != NULL)
    rt_connection_set_reading (self->connection, TRUE);
  g_clear_pointer (&self->room_timer, g_source_unref);
  return G_SOURCE_REMOVE;
}

void
rt_conversation_check_room (RtConversation *self)
{
  if (rt_playout_get_memory (self->playout) <= MAX_HELD)
    return;
  if (self->connection != NULL)
    rt_connection_set_reading (self->connection, FALSE);
  if (self->room_timer == NULL)
    self->room_timer = rt_conversation_timer (self, RECHECK_TIME, room_cb);
}

/* One that says too much, too, is made to wait when it does. */
void
rt_conversation_forget_room (RtConversation *self)
{
  rt_conversation_cancel (&self->room_timer);
}
