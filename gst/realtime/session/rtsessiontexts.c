/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items and texts of both sides.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

static void
note_text (const RtTranscriptKey *key, const gchar *text, gboolean final,
    gboolean interrupted, const RtUsage *usage, RtEffects *effects)
{
  RtNote *note = rt_note_new (RT_NOTE_TRANSCRIPT);

  note->role = key->role;
  note->item_id = g_strdup (key->item_id);
  note->response_id = g_strdup (key->response_id);
  note->content_index = key->content_index;
  note->text = g_strdup (text);
  note->flag = final;
  note->interrupted = interrupted;
  if (usage != NULL)
    note->usage = *usage;
  rt_effects_note (effects, note);
}

static gboolean
is_user (const RtEvent *event)
{
  return event->type == RT_EVENT_INPUT_TRANSCRIPT_DELTA
         || event->type == RT_EVENT_INPUT_TRANSCRIPT_DONE;
}

static gboolean
is_final (const RtEvent *event)
{
  return event->type == RT_EVENT_INPUT_TRANSCRIPT_DONE
         || event->type == RT_EVENT_OUTPUT_TRANSCRIPT_DONE
         || event->type == RT_EVENT_OUTPUT_TEXT_DONE;
}

void
rt_session_handle_text (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const gchar *text = event->text != NULL ? event->text : "";
  RtTranscriptKey key = {
    .role = is_user (event) ? RT_ROLE_USER : RT_ROLE_ASSISTANT,
    .item_id = event->item_id,
    .response_id = event->response_id,
    .content_index = event->content_index,
  };

  if (!is_user (event)
      && rt_ledger_is_interrupted (
          self->ledger, event->response_id, event->item_id))
    return;
  if (!is_final (event)) {
    if (rt_transcript_add (self->transcript, &key, text))
      note_text (&key, text, FALSE, FALSE, NULL, effects);
    return;
  }
  if (rt_transcript_finish (self->transcript, &key, text))
    note_text (&key, text, TRUE, FALSE, &event->usage, effects);
  if (is_user (event))
    rt_turns_transcribed (self->turns, event->item_id, *text == '\0');
}

static void
cut_text (const RtTranscriptKey *key, const gchar *text, gpointer user_data)
{
  note_text (key, text, TRUE, TRUE, NULL, user_data);
}

void
rt_session_cut_texts (RtSession *self, const gchar *item_id,
    const gchar *cut_response_id, RtEffects *effects)
{
  rt_transcript_interrupt (
      self->transcript, item_id, cut_response_id, cut_text, effects);
}

void
rt_session_handle_item (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtItem *item = event->item;
  gboolean done = event->type == RT_EVENT_ITEM_DONE;
  RtNote *note;

  if (item == NULL)
    return;
  if (item->type == RT_ITEM_MESSAGE)
    rt_transcript_echo (self->transcript, item, event->previous_item_id);
  note = rt_note_new (RT_NOTE_ITEM);
  note->item_id = g_strdup (item->id);
  note->state = done ? "done" : "added";
  note->json = g_strdup (item->json != NULL ? item->json : "{}");
  rt_effects_note (effects, note);
  rt_session_learn_call (self, item, done, effects);
  if (done && item->id != NULL)
    rt_session_end_tracks (self, NULL, item->id, -1, effects);
}

void
rt_session_handle_output_item (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtItem *item = event->item;
  gboolean done = event->type == RT_EVENT_OUTPUT_ITEM_DONE;

  if (item == NULL)
    return;
  if (item->type == RT_ITEM_MESSAGE)
    rt_transcript_place (self->transcript, RT_ROLE_ASSISTANT, item->id, NULL);
  rt_session_learn_call (self, item, done, effects);
  if (done && item->id != NULL)
    rt_session_end_tracks (self, event->response_id, item->id, -1, effects);
}
