/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The beginning of a session, and what one that follows another is told of
 * the conversation.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

#include <string.h>

/* Of a name that the client gives; the service takes no longer ones. */
#define MAX_NAME 32

void
rt_session_set_restores (RtSession *self, gboolean restores)
{
  self->restores = restores;
}

/* What waits to be told again by itself is not told as history. */
static void
add_text (const RtTranscriptText *text, gpointer user_data)
{
  gpointer *closure = user_data;
  RtSession *self = closure[0];
  g_autofree gchar *heard = NULL;

  if (text->event_id != NULL && rt_sent_has (self->sent, text->event_id))
    return;
  if (text->cut)
    heard = rt_history_dup_heard (text->text, text->played, text->dropped);
  rt_history_add (closure[1], text->role, text->item_id,
      heard != NULL ? heard : text->text);
}

/* Transfer full. */
static RtHistory *
make_history (RtSession *self)
{
  RtHistory *history
      = rt_history_new (RT_HISTORY_MAX_ITEMS, RT_HISTORY_MAX_BYTES);
  gpointer closure[] = { self, history };

  if (self->restores && rt_session_is_conversational (self))
    rt_transcript_foreach (self->transcript, add_text, closure);
  return history;
}

RtCommand *
rt_session_greet (RtSession *self)
{
  RtCommand *command, nameless;

  g_clear_pointer (&self->past, g_free);
  if (!rt_session_can_say (self, RT_COMMAND_ASSISTANT_TEXT)) {
    g_autoptr (RtHistory) history = make_history (self);

    self->past = rt_history_dup_prose (history);
  }
  command = rt_session_make (self, RT_COMMAND_SESSION_UPDATE, "update");
  command->first = TRUE;
  nameless = *command;
  nameless.event_id = NULL;
  g_free (self->greeting);
  self->greeting = self->dialect->encode (&nameless, self->config);
  g_free (self->greeting_id);
  self->greeting_id = g_strdup (command->event_id);
  return command;
}

/* The session that follows was greeted a while ago: was that the last word?  Its
 * answer to that is still to be heard. */
static void
greet_again (RtSession *self, RtEffects *effects)
{
  g_autofree gchar *before = g_steal_pointer (&self->greeting);
  g_autofree gchar *event_id = g_steal_pointer (&self->greeting_id);
  g_autoptr (RtCommand) command = rt_session_greet (self);

  self->updates = 1;
  if (strcmp (before, self->greeting) != 0)
    rt_session_tell_settings (self, g_steal_pointer (&before), effects);
  else
    rt_session_note_update (self, g_steal_pointer (&event_id), NULL);
}

void
rt_session_opened (RtSession *self, gboolean greeted, RtEffects *effects)
{
  RtNote *note = rt_note_new (RT_NOTE_STARTED);

  self->opened = TRUE;
  rt_session_take_settings (self);
  g_clear_pointer (&self->taken, g_free);
  rt_refusals_renew (self->refusals);
  if (greeted)
    greet_again (self, effects);
  else
    rt_session_send_update (self, rt_session_greet (self), effects);
  g_clear_pointer (&self->greeting, g_free);
  note->session_id = g_strdup (self->config->conversation_id);
  note->flag = self->began;
  self->began = TRUE;
  rt_effects_note (effects, note);
}

static const gchar *
usable_name (const gchar *item_id)
{
  return item_id != NULL && strlen (item_id) <= MAX_NAME ? item_id : NULL;
}

static void
tell_text (RtSession *self, const gchar *role, const gchar *item_id,
    const gchar *text, RtEffects *effects)
{
  gboolean user = strcmp (role, RT_ROLE_USER) == 0;
  RtCommand *command = rt_session_make (
      self, user ? RT_COMMAND_USER_TEXT : RT_COMMAND_ASSISTANT_TEXT, "restore");

  command->again = TRUE;
  command->item_id = g_strdup (usable_name (item_id));
  command->text = g_strdup (text);
  rt_echoes_expect_message (self->echoes, item_id, role, text);
  rt_effects_send (effects, command);
}

static void
tell_history (RtSession *self, RtEffects *effects)
{
  g_autoptr (RtHistory) history = make_history (self);
  guint i;

  for (i = 0; i < rt_history_get_length (history); i++) {
    const RtHistoryItem *item = rt_history_get (history, i);

    tell_text (self, item->role, item->item_id, item->text, effects);
  }
}

/* So that what answers them finds them. */
static void
tell_calls (RtSession *self, RtEffects *effects)
{
  guint i;

  for (i = 0; i < rt_handoffs_get_length (self->handoffs); i++) {
    const RtCall *call = rt_handoffs_get (self->handoffs, i);
    RtCommand *command;

    /* a server that calls before it has a session knows that */
    if (!call->retired)
      continue;
    command = rt_session_make (self, RT_COMMAND_FUNCTION_CALL, "restore");
    command->item_id = g_strdup (usable_name (call->item_id));
    command->call_id = g_strdup (call->id);
    command->name = g_strdup (call->name);
    command->text = g_strdup (call->arguments);
    rt_echoes_expect_call (self->echoes, call->item_id, call->id);
    rt_effects_send (effects, command);
  }
}

/* It asked for a reply, which another one may have been taken for. */
static gboolean
wants_reply (const RtCommand *command)
{
  switch (command->type) {
    case RT_COMMAND_USER_TEXT:
    case RT_COMMAND_HANDOFF_OUTPUT:
    case RT_COMMAND_FUNCTION_OUTPUT:
      return TRUE;
    default:
      return FALSE;
  }
}

static void
tell_again (RtSession *self, RtEffects *effects)
{
  guint i;

  for (i = 0; i < rt_sent_get_length (self->sent); i++) {
    RtCommand *command = rt_command_copy (rt_sent_get (self->sent, i));

    command->again = TRUE;
    if (command->type == RT_COMMAND_USER_TEXT)
      rt_transcript_revive (self->transcript, command->event_id);
    if (wants_reply (command))
      rt_session_ask_again (self);
    rt_effects_send (effects, command);
  }
}

void
rt_session_restore (RtSession *self, RtEffects *effects)
{
  if (rt_session_can_say (self, RT_COMMAND_ASSISTANT_TEXT))
    tell_history (self, effects);
  if (rt_session_can_say (self, RT_COMMAND_FUNCTION_CALL))
    tell_calls (self, effects);
  tell_again (self, effects);
  rt_effects_add (effects, RT_EFFECT_REPEAT);
}

void
rt_session_repeat_commit (RtSession *self, RtEffects *effects)
{
  rt_session_say (self, RT_COMMAND_AUDIO_COMMIT, effects)->again = TRUE;
  rt_turns_commit_sent (self->turns);
}

/* One reply to all of it. */
void
rt_session_repeated (RtSession *self, RtEffects *effects)
{
  if (!self->ready)
    return;
  self->catching_up = TRUE;
  rt_session_serve_waiting (self, effects);
  self->catching_up = FALSE;
  rt_session_send_due (self, effects);
}

typedef struct {
  const gchar *item_id;
  guint ago;   /* the last that had this name */
  gchar *text; /* what was heard of that, when it was cut */
} Amended;

static void
find_text (const RtTranscriptText *text, gpointer user_data)
{
  Amended *found = user_data;

  if (text->ago == 0 || *text->text == '\0'
      || g_strcmp0 (text->item_id, found->item_id) != 0)
    return;
  found->ago = text->ago;
  g_clear_pointer (&found->text, g_free);
  if (text->cut)
    found->text
        = rt_history_dup_heard (text->text, text->played, text->dropped);
}

/* A text cannot be truncated: it gives way to a shorter one. */
void
rt_session_amend (
    RtSession *self, const gchar *item_id, guint ago, RtEffects *effects)
{
  const gchar *name = rt_echoes_get_name (self->echoes, item_id);
  Amended found = { .item_id = item_id };
  g_autofree gchar *heard = NULL;

  if (name == NULL)
    return;
  rt_transcript_foreach (self->transcript, find_text, &found);
  heard = found.text;
  /* the name was told for another one */
  if (found.ago != ago)
    return;
  rt_session_say (self, RT_COMMAND_ITEM_DELETE, effects)->item_id
      = g_strdup (name);
  if (heard != NULL && *heard != '\0')
    tell_text (self, RT_ROLE_ASSISTANT, NULL, heard, effects);
}

/* Nobody waits for a reply to that. */
static gboolean
is_silence (RtSession *self, const RtCommand *command)
{
  const RtCall *call = command->call_id != NULL
                           ? rt_handoffs_find (self->handoffs, command->call_id)
                           : NULL;

  return call != NULL && call->kind == RT_CALL_SILENCE;
}

void
rt_session_sent (RtSession *self, const RtCommand *command)
{
  rt_session_audio_sent (self, command);
  switch (command->type) {
    case RT_COMMAND_USER_TEXT:
    case RT_COMMAND_SYSTEM_TEXT:
    case RT_COMMAND_HANDOFF_OUTPUT:
    case RT_COMMAND_FUNCTION_OUTPUT:
    case RT_COMMAND_RESPONSE_CREATE:
    case RT_COMMAND_RAW:
      if (!command->again && !is_silence (self, command))
        rt_sent_add (self->sent, command);
      break;
    default:
      break;
  }
}
