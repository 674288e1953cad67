/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What of the transcript outlives its session.  Pure; its owner serialises the
 * calls.
 */
#include "rttranscript-private.h"

#include <string.h>

static RtTranscriptItem *
get (RtTranscript *self, guint i)
{
  return g_ptr_array_index (self->items, i);
}

static gboolean
is_user (const RtTranscriptItem *item)
{
  return strcmp (item->role, RT_ROLE_USER) == 0;
}

void
rt_transcript_answered (RtTranscript *self, const gchar *unless)
{
  guint i;

  /* what is not answered is at the end */
  for (i = self->items->len; i > 0; i--) {
    RtTranscriptItem *item = get (self, i - 1);

    if (!is_user (item)
        || (unless != NULL && g_strcmp0 (item->id, unless) == 0))
      continue;
    if (item->answered || item->ago > 0)
      break;
    item->answered = TRUE;
  }
}

RtTranscriptItem *
rt_transcript_find_past (RtTranscript *self, const gchar *id, guint ago)
{
  guint i;

  if (ago == 0)
    return rt_transcript_find_item (self, id);
  for (i = self->items->len; id != NULL && i > 0; i--)
    if (get (self, i - 1)->ago == ago
        && g_strcmp0 (get (self, i - 1)->id, id) == 0)
      return get (self, i - 1);
  return NULL;
}

void
rt_transcript_heard (RtTranscript *self, const gchar *item_id, guint ago,
    guint played, guint dropped)
{
  RtTranscriptItem *item;

  if (item_id == NULL)
    item = rt_transcript_find_nameless (self, RT_ROLE_ASSISTANT);
  else
    item = rt_transcript_find_past (self, item_id, ago);
  if (item == NULL)
    return;
  item->cut = TRUE;
  item->played = played;
  item->dropped = dropped;
}

static gboolean
is_open (const RtTranscriptItem *item)
{
  guint i;

  for (i = 0; i < item->parts->len; i++)
    if (!((RtTranscriptPart *) g_ptr_array_index (item->parts, i))->final)
      return TRUE;
  return item->parts->len == 0 && item->echo == NULL;
}

/* What is to be said again, if anything is. */
static gboolean
is_unanswered (const RtTranscriptItem *item)
{
  return item->ago == 0 && is_user (item) && !item->answered && is_open (item);
}

gboolean
rt_transcript_is_unanswered (RtTranscript *self)
{
  guint i;

  for (i = self->items->len; i > 0; i--) {
    if (get (self, i - 1)->ago > 0)
      break;
    if (is_unanswered (get (self, i - 1)))
      return TRUE;
  }
  return FALSE;
}

void
rt_transcript_retire (RtTranscript *self, gboolean repeated,
    RtTranscriptFunc func, gpointer user_data)
{
  guint i = 0, j;

  while (i < self->items->len) {
    RtTranscriptItem *item = get (self, i);

    if (repeated && is_unanswered (item)) {
      rt_transcript_remove (self, item);
      continue;
    }
    if (item->ago == 0)
      rt_transcript_end_item (item, TRUE, func, user_data);
    for (j = 0; j < item->parts->len; j++)
      ((RtTranscriptPart *) g_ptr_array_index (item->parts, j))->presumed
          = FALSE;
    g_clear_pointer (&item->previous, g_free);
    item->ago++;
    i++;
  }
  g_hash_table_remove_all (self->by_id);
}

void
rt_transcript_revive (RtTranscript *self, const gchar *event_id)
{
  guint i;

  for (i = self->items->len; i > 0; i--)
    if (g_strcmp0 (get (self, i - 1)->event_id, event_id) == 0) {
      get (self, i - 1)->ago = 0;
      return;
    }
}

void
rt_transcript_interrupt_retired (RtTranscript *self, const gchar *item_id,
    guint ago, RtTranscriptCutFunc func, gpointer user_data)
{
  RtTranscriptItem *item = rt_transcript_find_past (self, item_id, ago);

  if (item != NULL)
    rt_transcript_cut_item (self, item, func, user_data);
}

void
rt_transcript_forget (RtTranscript *self, const gchar *item_id)
{
  RtTranscriptItem *item = rt_transcript_find_item (self, item_id);

  if (item == NULL)
    return;
  item->cut = TRUE;
  item->played = 0;
}

/* The parts that have text, else the server's copy. */
static gchar *
dup_text (const RtTranscriptItem *item)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < item->parts->len; i++) {
    const RtTranscriptPart *part = g_ptr_array_index (item->parts, i);

    if (part->text->len > 0 && text->len > 0)
      g_string_append_c (text, '\n');
    g_string_append (text, part->text->str);
  }
  if (text->len == 0 && item->echo != NULL)
    g_string_append (text, item->echo);
  return g_string_free (text, FALSE);
}

void
rt_transcript_foreach (
    RtTranscript *self, RtTranscriptTextFunc func, gpointer user_data)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    const RtTranscriptItem *item = get (self, i);
    g_autofree gchar *joined = dup_text (item);
    RtTranscriptText text = {
      .role = item->role,
      .item_id = item->id,
      .ago = item->ago,
      .event_id = item->event_id,
      .text = joined,
      /* else what remains is what was heard */
      .cut = item->cut && !item->interrupted,
      .played = item->played,
      .dropped = item->dropped,
    };

    func (&text, user_data);
  }
}
