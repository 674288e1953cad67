/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The order of audio and of what refers to it: a commit is of all that was
 * said before it, which the network may not take at once.  I/O thread only.
 */
#include "rtconversation-private.h"

typedef struct {
  RtCommand *command; /* NULL: input is cleared */
  guint64 end;        /* of the audio that it refers to */
} RtHeld;

static void
held_free (RtHeld *held)
{
  rt_command_free (held->command);
  g_free (held);
}

gboolean
rt_conversation_hold (RtConversation *self, RtEffect *effect)
{
  gboolean commits = effect->type == RT_EFFECT_SEND
                     && effect->command->type == RT_COMMAND_AUDIO_COMMIT;
  guint64 end = rt_uplink_end (self->uplink);
  RtHeld *held;

  /* it may have waited for the session, and audio for neither */
  if (commits)
    end = MIN (end, effect->command->position);
  if (g_queue_is_empty (&self->held)
      && (!commits || rt_conversation_pump_until (self, end)))
    return FALSE;
  held = g_new (RtHeld, 1);
  held->command = g_steal_pointer (&effect->command);
  held->end = end;
  g_queue_push_tail (&self->held, held);
  return TRUE;
}

/* Called whenever the task is served, and so when the network takes more. */
void
rt_conversation_serve_held (RtConversation *self)
{
  RtHeld *held;

  while ((held = g_queue_peek_head (&self->held)) != NULL) {
    gboolean commits = held->command != NULL
                       && held->command->type == RT_COMMAND_AUDIO_COMMIT;

    if (commits && !rt_conversation_pump_until (self, held->end))
      return;
    g_queue_pop_head (&self->held);
    if (held->command != NULL)
      rt_conversation_send (self, held->command);
    else
      rt_conversation_drop_input (self, held->end);
    held_free (held);
  }
}

void
rt_conversation_forget_held (RtConversation *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) held_free);
}
