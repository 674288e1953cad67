/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The order of audio and of what refers to it: a commit is of all that was
 * said before it, which the network may not take at once.  I/O thread only.
 */
#include "rtconversation-private.h"

typedef struct {
  RtCommand *command; /* NULL: input is cleared */
  guint64 end;        /* of the audio that it refers to */
} RtDeferred;

static void
deferred_free (RtDeferred *deferred)
{
  rt_command_free (deferred->command);
  g_free (deferred);
}

gboolean
rt_conversation_defer (RtConversation *self, RtEffect *effect)
{
  /* one that is repeated has no audio before it but what is, too */
  gboolean commits = effect->type == RT_EFFECT_SEND
                     && effect->command->type == RT_COMMAND_AUDIO_COMMIT
                     && !effect->command->again;
  guint64 end = rt_uplink_end (self->uplink);
  RtDeferred *deferred;

  /* it may have waited for the session or for us, and audio for neither */
  if (commits)
    end = MIN (end, effect->command->position);
  else if (effect->type == RT_EFFECT_CLEAR_INPUT)
    end = MIN (end, effect->position);
  if (g_queue_is_empty (&self->deferred)
      && (!commits || rt_conversation_pump_until (self, end)))
    return FALSE;
  deferred = g_new (RtDeferred, 1);
  deferred->command = g_steal_pointer (&effect->command);
  deferred->end = end;
  g_queue_push_tail (&self->deferred, deferred);
  return TRUE;
}

/* Called whenever the task is served, and so when the network takes more. */
void
rt_conversation_serve_deferred (RtConversation *self)
{
  RtDeferred *deferred;

  while ((deferred = g_queue_peek_head (&self->deferred)) != NULL) {
    gboolean commits = deferred->command != NULL
                       && deferred->command->type == RT_COMMAND_AUDIO_COMMIT;

    if (commits && !rt_conversation_pump_until (self, deferred->end))
      return;
    g_queue_pop_head (&self->deferred);
    if (deferred->command != NULL)
      rt_conversation_say (self, deferred->command);
    else
      rt_conversation_drop_input (self, deferred->end);
    deferred_free (deferred);
  }
}

void
rt_conversation_forget_deferred (RtConversation *self)
{
  g_queue_clear_full (&self->deferred, (GDestroyNotify) deferred_free);
}

/* lock.  As if it had not been deferred yet: the session that it was for is
 * over, and what is to become of it is that of the others that wait. */
void
rt_conversation_return_deferred (RtConversation *self)
{
  RtDeferred *deferred;

  while ((deferred = g_queue_pop_tail (&self->deferred)) != NULL) {
    rt_effects_return (
        self->outbox, g_steal_pointer (&deferred->command), deferred->end);
    deferred_free (deferred);
  }
}
