/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items and texts of both sides.  Pure; its owner serialises the calls.
 */
#include "rtheardtext.h"
#include "rtsession-private.h"

/* Returns the note, which is the effects'. */
static RtNote *
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
  return note;
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

static gboolean
is_spoken (const RtEvent *event)
{
  return event->type == RT_EVENT_OUTPUT_TRANSCRIPT_DELTA
         || event->type == RT_EVENT_OUTPUT_TRANSCRIPT_DONE;
}

static void
end_text (const RtTranscriptKey *key, const gchar *text, gpointer user_data)
{
  note_text (key, text, TRUE, FALSE, NULL, user_data);
}

void
rt_session_end_texts (RtSession *self, const gchar *item_id, RtEffects *effects)
{
  rt_transcript_end (self->transcript, item_id, end_text, effects);
}

/* What a final text ends where audio has no end of its own: what the model
 * said aloud of it, or, by the mark of the user's next turn, all it said. */
static void
end_reply (RtSession *self, const RtEvent *event, RtEffects *effects)
{
  if (g_strcmp0 (event->name, "conversation.input_transcript.turn_marked") == 0)
    rt_session_audio_paused (self, effects);
  else if (event->type == RT_EVENT_OUTPUT_TRANSCRIPT_DONE)
    rt_session_end_tracks (self, event->response_id, event->item_id,
        event->content_index, effects);
}

/* When the words were said or are heard, as far as that is known by now. */
static void
set_time (RtSession *self, const RtTranscriptKey *key, RtNote *note)
{
  if (note == NULL)
    return;
  if (g_str_equal (key->role, RT_ROLE_USER))
    note->running_time
        = rt_utterances_get_time (self->utterances, key->item_id);
  else if (key->spoken)
    note->running_time = rt_ledger_get_begin (
        self->ledger, key->response_id, key->item_id, key->content_index);
}

void
rt_session_handle_text (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const gchar *text = event->text;
  RtTranscriptKey key = {
    .role = is_user (event) ? RT_ROLE_USER : RT_ROLE_ASSISTANT,
    .item_id = event->item_id,
    .response_id = event->response_id,
    .content_index = event->content_index,
    .spoken = is_spoken (event),
  };
  RtNote *note = NULL;

  if (!is_user (event)
      && rt_ledger_is_interrupted (
          self->ledger, event->response_id, event->item_id))
    return;
  if (!is_user (event))
    rt_session_note_reply (self);
  else if (!rt_session_can (self, RT_DIALECT_RESPONSES))
    self->replied = FALSE;
  if (!is_final (event)) {
    if (rt_transcript_add (self->transcript, &key, text))
      note = note_text (&key, text, FALSE, FALSE, NULL, effects);
    set_time (self, &key, note);
    return;
  }
  self->worked |= is_user (event) && text != NULL && *text != '\0';
  if (!rt_session_can (self, RT_DIALECT_RESPONSES))
    end_reply (self, event, effects);
  text = rt_transcript_finish (self->transcript, &key, text);
  if (text != NULL)
    note = note_text (&key, text, TRUE, FALSE, &event->usage, effects);
  else
    text = event->text;
  set_time (self, &key, note);
  if (is_user (event))
    rt_turns_transcribed (
        self->turns, event->item_id, text == NULL || *text == '\0');
}

typedef struct {
  const RtCut *cut; /* NULL: none of its audio came */
  RtEffects *effects;
} Cutting;

static const RtCutPart *
find_cut_part (const RtCut *cut, guint content_index)
{
  guint i;

  for (i = 0; cut != NULL && i < cut->parts->len; i++) {
    const RtCutPart *part = &g_array_index (cut->parts, RtCutPart, i);

    if (part->content_index == content_index)
      return part;
  }
  return NULL;
}

static gchar *
cut_text (const RtTranscriptKey *key, const gchar *text, gpointer user_data)
{
  Cutting *cutting = user_data;
  const RtCutPart *part = find_cut_part (cutting->cut, key->content_index);
  gchar *heard;
  RtNote *note;

  if (!key->spoken)
    heard = g_strdup (text);
  else if (part == NULL)
    heard = g_strdup ("");
  else
    heard = rt_heard_text (text, part->heard, part->received, part->complete);
  note = note_text (key, heard, TRUE, TRUE, NULL, cutting->effects);
  if (part != NULL)
    note->running_time = part->begin;
  return heard;
}

void
rt_session_cut_texts (RtSession *self, const RtCut *cut, RtEffects *effects)
{
  Cutting cutting = { cut, effects };

  rt_transcript_interrupt (
      self->transcript, cut->item_id, cut->response_id, cut_text, &cutting);
}

void
rt_session_cut_retired_texts (
    RtSession *self, const RtCut *cut, RtEffects *effects)
{
  Cutting cutting = { cut, effects };

  rt_transcript_interrupt_retired (
      self->transcript, cut->item_id, cut->ago, cut_text, &cutting);
}

static void
retire_text (const RtTranscriptKey *key, const gchar *text, gpointer user_data)
{
  note_text (key, text, TRUE, TRUE, NULL, user_data);
}

/* What came goes on playing: it is told whole. */
void
rt_session_retire_texts (RtSession *self, gboolean repeated, RtEffects *effects)
{
  rt_transcript_retire (self->transcript, repeated, retire_text, effects);
}

void
rt_session_cut_response_texts (
    RtSession *self, const gchar *response_id, RtEffects *effects)
{
  Cutting cutting = { NULL, effects };

  rt_transcript_interrupt (
      self->transcript, NULL, response_id, cut_text, &cutting);
}

void
rt_session_cut_open_texts (
    RtSession *self, const RtCut *cut, RtEffects *effects)
{
  Cutting cutting = { cut, effects };

  rt_transcript_interrupt_open (self->transcript, cut_text, &cutting);
}

/* What names no item is of the one of the model's that ends next. */
static gboolean
may_be_heard (RtSession *self, const RtItem *item)
{
  return rt_session_can (self, RT_DIALECT_RESPONSES)
         || (item->type == RT_ITEM_MESSAGE
             && g_strcmp0 (item->role, RT_ROLE_ASSISTANT) == 0);
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
  /* the copy of what was cut says more than was heard */
  if (item->type == RT_ITEM_MESSAGE && item->id != NULL
      && !rt_ledger_is_interrupted (self->ledger, NULL, item->id))
    rt_transcript_echo (self->transcript, item, event->previous_item_id);
  note = rt_note_new (RT_NOTE_ITEM);
  note->item_id = g_strdup (item->id);
  note->state = done ? "done" : "added";
  note->json = g_strdup (item->json != NULL ? item->json : "{}");
  rt_effects_note (effects, note);
  rt_session_learn_call (self, item, done, effects);
  if (done && item->id != NULL && may_be_heard (self, item)) {
    rt_session_end_tracks (self, NULL, item->id, -1, effects);
    if (!rt_session_can (self, RT_DIALECT_RESPONSES)) {
      rt_session_end_texts (self, item->id, effects);
      rt_session_end_texts (self, NULL, effects);
    }
  }
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
