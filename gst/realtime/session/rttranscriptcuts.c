/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What remains of a transcript when speech was cut: what was heard.  Pure; its
 * owner serialises the calls.
 */
#include "rttranscript-private.h"

#include <string.h>

void
rt_transcript_set_heard (
    RtTranscript *self, const gchar *item_id, guint ago, guint content_index)
{
  RtTranscriptItem *item = rt_transcript_find_past (self, item_id, ago);
  RtTranscriptPart *part
      = item != NULL ? rt_transcript_find_part (item, content_index) : NULL;

  if (part != NULL)
    part->heard = TRUE;
}

static void
forget_echo (RtTranscript *self, RtTranscriptItem *item)
{
  if (item->echo != NULL)
    self->bytes -= strlen (item->echo);
  g_clear_pointer (&item->echo, g_free);
}

static void
cut_part (RtTranscript *self, RtTranscriptItem *item, RtTranscriptPart *part,
    RtTranscriptCutFunc func, gpointer user_data)
{
  RtTranscriptKey key = { item->role, item->id, part->response_id,
    part->content_index, part->spoken && !part->heard };
  g_autofree gchar *rest = NULL;

  part->final = TRUE;
  part->interrupted = TRUE;
  item->interrupted = TRUE;
  if (part->text->len == 0)
    return;
  rest = func (&key, part->text->str, user_data);
  self->bytes -= part->text->len;
  g_string_assign (part->text, rest);
  self->bytes += part->text->len;
  part->taken = MIN (part->taken, part->text->len);
}

void
rt_transcript_cut_item (RtTranscript *self, RtTranscriptItem *item,
    RtTranscriptCutFunc func, gpointer user_data)
{
  guint i;

  item->interrupted = TRUE;
  for (i = 0; i < item->parts->len; i++) {
    RtTranscriptPart *part = g_ptr_array_index (item->parts, i);

    /* nothing is to be said of what was told and heard */
    if (!part->interrupted && !(part->final && part->heard))
      cut_part (self, item, part, func, user_data);
  }
  forget_echo (self, item);
}

static void
cut_open_parts (RtTranscript *self, RtTranscriptItem *item,
    const gchar *response_id, RtTranscriptCutFunc func, gpointer user_data)
{
  guint i;

  for (i = 0; i < item->parts->len; i++) {
    RtTranscriptPart *part = g_ptr_array_index (item->parts, i);

    if (!part->final
        && (response_id == NULL
            || g_strcmp0 (part->response_id, response_id) == 0))
      cut_part (self, item, part, func, user_data);
  }
  if (item->interrupted)
    forget_echo (self, item);
}

/* A text without a name of its own is told by its response. */
void
rt_transcript_interrupt (RtTranscript *self, const gchar *item_id,
    const gchar *response_id, RtTranscriptCutFunc func, gpointer user_data)
{
  RtTranscriptItem *item = rt_transcript_find_item (self, item_id);
  guint i;

  if (item != NULL) {
    rt_transcript_cut_item (self, item, func, user_data);
    return;
  }
  for (i = 0; response_id != NULL && i < self->items->len; i++) {
    item = g_ptr_array_index (self->items, i);
    if (item_id == NULL || item->id == NULL)
      cut_open_parts (self, item, response_id, func, user_data);
  }
}

void
rt_transcript_interrupt_open (
    RtTranscript *self, RtTranscriptCutFunc func, gpointer user_data)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    RtTranscriptItem *item = g_ptr_array_index (self->items, i);

    if (strcmp (item->role, RT_ROLE_ASSISTANT) == 0)
      cut_open_parts (self, item, NULL, func, user_data);
  }
}
