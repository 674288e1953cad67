/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The order of audio and of what refers to it: a commit is of all that was
 * said before it, which the network may not take at once.  I/O thread only.
 */
#include "rtconversation-private.h"

gboolean
rt_conversation_defer (RtConversation *self, RtEffect *effect)
{
  RtCommand *command = effect->command;

  /* it may have waited for the session or for us, and audio for neither */
  command->position = MIN (command->position, rt_uplink_end (self->uplink));
  if (g_queue_is_empty (&self->deferred)
      && (command->type != RT_COMMAND_AUDIO_COMMIT
          || rt_conversation_pump_until (self, command->position)))
    return FALSE;
  g_queue_push_tail (&self->deferred, g_steal_pointer (&effect->command));
  return TRUE;
}

/* Called whenever the task is served, and so when the network takes more. */
void
rt_conversation_serve_deferred (RtConversation *self)
{
  RtCommand *command;

  while ((command = g_queue_peek_head (&self->deferred)) != NULL) {
    if (command->type == RT_COMMAND_AUDIO_COMMIT
        && !rt_conversation_pump_until (self, command->position))
      return;
    g_queue_pop_head (&self->deferred);
    rt_conversation_say (self, command);
    rt_command_free (command);
  }
}

void
rt_conversation_forget_deferred (RtConversation *self)
{
  g_queue_clear_full (&self->deferred, (GDestroyNotify) rt_command_free);
}

/* lock.  As if it had not been deferred yet: the session that it was for is
 * over, and what is to become of it is that of the others that wait. */
void
rt_conversation_return_deferred (RtConversation *self)
{
  RtCommand *command;

  while ((command = g_queue_pop_tail (&self->deferred)) != NULL)
    rt_effects_return (self->outbox, command);
}
