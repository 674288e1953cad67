/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model's replies and calls.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

static const gchar *
response_id (const RtEvent *event)
{
  return event->response != NULL && event->response->id != NULL
             ? event->response->id
             : event->response_id;
}

void
rt_session_handle_response_created (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const gchar *id = response_id (event);
  RtNote *note;

  if (!rt_responses_created (self->responses, id))
    return;
  self->replied = FALSE;
  rt_turns_replied (self->turns);
  self->gave_way = FALSE;
  if (self->hold == RT_HOLD_RESUMED)
    self->hold = RT_HOLD_NONE;
  if (rt_responses_is_cancelled (self->responses))
    rt_ledger_interrupt_response (self->ledger, id);
  note = rt_note_new (RT_NOTE_RESPONSE);
  note->response_id = g_strdup (id);
  note->state = "created";
  rt_effects_note (effects, note);
}

static const gchar *
end_state (const RtEvent *event)
{
  static const gchar *const states[]
      = { "completed", "cancelled", "failed", "incomplete" };
  const gchar *status
      = event->response != NULL ? event->response->status : NULL;
  guint i;

  if (status == NULL && g_strcmp0 (event->name, "response.cancelled") == 0)
    return "cancelled";
  for (i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (status, states[i]) == 0)
      return states[i];
  return "completed";
}

static void
note_done (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtResponse *response = event->response;
  RtNote *note = rt_note_new (RT_NOTE_RESPONSE);

  note->response_id = g_strdup (response_id (event));
  note->state = end_state (event);
  if (response != NULL) {
    note->detail = g_strdup (response->reason);
    note->usage = response->usage;
  }
  rt_effects_note (effects, note);
}

/* It was cancelled because the user speaks, and the server will reply to that.
 */
static gboolean
is_superseded (RtSession *self, const RtResponse *response)
{
  return response != NULL && self->config->create_response
         && (self->gave_way
             || g_strcmp0 (response->reason, "turn_detected") == 0)
         && (rt_turns_is_speaking (self->turns)
             || rt_turns_awaits_reply (self->turns));
}

void
rt_session_handle_response_done (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtResponse *response = event->response;
  const gchar *id = response_id (event);
  const gchar *state = end_state (event);
  gboolean completed = g_str_equal (state, "completed");
  guint i;

  if (!rt_responses_done (self->responses, id, is_superseded (self, response)))
    return;
  self->gave_way &= rt_responses_is_generating (self->responses, NULL);
  for (i = 0; response != NULL && i < response->output->len; i++) {
    const RtItem *item = g_ptr_array_index (response->output, i);

    rt_session_learn_call (
        self, item, completed || item->status != NULL, effects);
  }
  self->worked |= completed;
  rt_session_note_reply (self);
  rt_session_end_tracks (self, id, NULL, -1, effects);
  note_done (self, event, effects);
  if (response != NULL && g_str_equal (state, "failed"))
    rt_session_reply_failed (self, response, effects);
  if (self->failed)
    return;
  rt_session_check_drained (self, effects);
  rt_session_settle_settings (self, effects);
  rt_session_send_due (self, effects);
}

static void
note_handoff (const RtTranscriptKey *key, const gchar *text, gpointer user_data)
{
  g_ptr_array_add (user_data, rt_transcript_entry_new (key->role, text));
}

/* Takes `input`. */
static void
raise_handoff (RtSession *self, const RtCall *call, gchar *input,
    const gchar *arguments, RtEffects *effects)
{
  RtNote *note = rt_note_new (RT_NOTE_HANDOFF);

  note->call_id = g_strdup (call->id);
  note->item_id = g_strdup (call->item_id);
  note->name = g_strdup (call->name);
  note->text = input;
  note->arguments = g_strdup (arguments);
  note->entries = g_ptr_array_new_with_free_func (
      (GDestroyNotify) rt_transcript_entry_free);
  rt_transcript_take (self->transcript, note_handoff, note->entries);
  rt_effects_note (effects, note);
}

static void
raise_function (RtSession *self, const RtCall *call, const gchar *arguments,
    RtEffects *effects)
{
  RtNote *note = rt_note_new (RT_NOTE_FUNCTION_CALL);

  note->call_id = g_strdup (call->id);
  note->item_id = g_strdup (call->item_id);
  note->name = g_strdup (call->name);
  note->arguments = g_strdup (arguments != NULL ? arguments : "");
  rt_effects_note (effects, note);
}

/* The model chose silence: a reply to the answer would break it. */
static void
answer_silence (RtSession *self, RtCall *call, RtEffects *effects)
{
  RtCommand *command
      = rt_session_say (self, RT_COMMAND_FUNCTION_OUTPUT, effects);

  command->call_id = g_strdup (call->id);
  command->text = g_strdup ("");
  rt_handoffs_answer (call);
}

static RtCallKind
kind_of (RtSession *self, const gchar *name)
{
  if (g_strcmp0 (name, self->config->handoff_tool) == 0)
    return RT_CALL_HANDOFF;
  if (g_str_equal (name, RT_SILENCE_TOOL))
    return RT_CALL_SILENCE;
  return RT_CALL_FUNCTION;
}

static void
raise_call (
    RtSession *self, RtCall *call, const gchar *arguments, RtEffects *effects)
{
  RtCallKind kind = kind_of (self, call->name);

  if (!rt_handoffs_raise (self->handoffs, call, kind, arguments))
    return;
  rt_session_note_reply (self);
  if (kind == RT_CALL_HANDOFF)
    raise_handoff (
        self, call, rt_handoffs_dup_input (arguments), arguments, effects);
  else if (kind == RT_CALL_SILENCE)
    answer_silence (self, call, effects);
  else
    raise_function (self, call, arguments, effects);
}

/* Whoever answers should know why they make no sense. */
static void
warn_of_cut (RtSession *self, const RtCall *call, RtEffects *effects)
{
  g_autofree gchar *text = g_strdup_printf (
      "the arguments of call %s (%s) are too long and were cut", call->id,
      call->name);

  rt_session_warn (self, "arguments_too_long", text, effects);
}

void
rt_session_learn_call (
    RtSession *self, const RtItem *item, gboolean done, RtEffects *effects)
{
  RtCall *call;

  /* where nothing can be answered as an item, none is a call */
  if (item->type != RT_ITEM_FUNCTION_CALL
      || !rt_session_can (self, RT_DIALECT_RESPONSES))
    return;
  /* a call that was cut off by an interruption is also said to be done */
  if (item->status != NULL)
    done = done && g_str_equal (item->status, "completed");
  call
      = rt_handoffs_learn (self->handoffs, item->id, item->call_id, item->name);
  if (call == NULL && done)
    rt_session_warn (self, "invalid_event",
        "the server sent a function call without an id", effects);
  if (call == NULL || call->name == NULL || !done)
    return;
  if (item->cut && !call->raised)
    warn_of_cut (self, call, effects);
  raise_call (self, call, item->arguments, effects);
}

/* Comes for a call that was cut off, too, and then says nothing of that but by
 * what it holds; if it was whole after all, the item says so. */
void
rt_session_handle_arguments_done (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  RtCall *call = rt_handoffs_learn (
      self->handoffs, event->item_id, event->call_id, event->function_name);

  if (call != NULL && call->name != NULL
      && rt_handoffs_is_complete (event->text))
    raise_call (self, call, event->text, effects);
}

void
rt_session_handle_handoff (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  RtCall *call;

  if (event->call_id == NULL || event->item_id == NULL || event->text == NULL)
    return;
  /* one item may hand over more than once: only its own id tells it */
  call = rt_handoffs_learn (
      self->handoffs, NULL, event->call_id, self->config->handoff_tool);
  if (!rt_handoffs_raise (self->handoffs, call, RT_CALL_HANDOFF, NULL))
    return;
  call->item_id = g_strdup (event->item_id);
  raise_handoff (self, call, g_strdup (event->text), NULL, effects);
}
