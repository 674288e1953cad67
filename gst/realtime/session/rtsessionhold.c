/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether the user interrupts: at once, or when a turn comes of the sound that
 * a reply is held for.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

void
rt_session_set_barge_in (RtSession *self, gboolean barge_in, guint hold)
{
  self->barge_in = barge_in;
  self->hold_time = hold;
}

static gboolean
is_replying (RtSession *self)
{
  return rt_ledger_is_playing (self->ledger)
         || rt_responses_is_generating (self->responses, NULL);
}

/* The server was told not to cancel by itself, since it cannot know. */
static void
give_way (RtSession *self, RtEffects *effects)
{
  const gchar *id;
  RtCommand *command;

  if (rt_session_can (self, RT_DIALECT_RESPONSES)
      && rt_responses_is_generating (self->responses, NULL)
      && rt_responses_cancel (self->responses, &id)) {
    command = rt_session_say (self, RT_COMMAND_RESPONSE_CANCEL, effects);
    command->response_id = g_strdup (id);
    self->gave_way = TRUE;
  }
  rt_session_interrupt (self, effects);
}

/* Each sound has its own time to become a turn. */
static void
hold (RtSession *self, RtEffects *effects)
{
  self->hold = RT_HOLD_ON;
  rt_effects_add (effects, RT_EFFECT_HOLD)->ms = self->hold_time;
}

void
rt_session_user_began (RtSession *self, RtEffects *effects)
{
  if (!self->barge_in)
    return;
  if (self->hold_time > 0) {
    if (is_replying (self))
      hold (self, effects);
    else if (self->hold == RT_HOLD_RESUMED)
      self->hold = RT_HOLD_NONE;
  } else if (self->config->interrupt_response) {
    /* the server cancels what it is generating by itself */
    rt_session_interrupt (self, effects);
  }
}

/* While a response is active the server may give up its reply to the turn. */
void
rt_session_user_took_turn (RtSession *self, RtEffects *effects)
{
  if (self->barge_in && self->hold != RT_HOLD_NONE)
    give_way (self, effects);
  if (rt_turns_awaits_reply (self->turns) && !self->config->interrupt_response)
    rt_responses_owe (self->responses);
}

void
rt_session_hold_elapsed (RtSession *self, RtEffects *effects)
{
  if (self->hold != RT_HOLD_ON)
    return;
  if (self->barge_in && rt_turns_is_speaking (self->turns)) {
    give_way (self, effects);
    return;
  }
  self->hold = RT_HOLD_RESUMED;
  rt_effects_add (effects, RT_EFFECT_RESUME);
}
