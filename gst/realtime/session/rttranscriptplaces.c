/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items of a transcript in the order of the conversation.  Pure; its owner
 * serialises the calls.
 */
#include "rttranscript-private.h"

#include <string.h>

static void
part_free (RtTranscriptPart *part)
{
  g_free (part->response_id);
  g_string_free (part->text, TRUE);
  g_free (part);
}

static void
item_free (RtTranscriptItem *item)
{
  g_free (item->id);
  g_free (item->previous);
  g_free (item->event_id);
  g_free (item->echo);
  g_ptr_array_unref (item->parts);
  g_free (item);
}

RtTranscript *
rt_transcript_new (void)
{
  RtTranscript *self = g_new0 (RtTranscript, 1);

  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
rt_transcript_free (RtTranscript *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->items);
  g_free (self);
}

static gsize
item_bytes (const RtTranscriptItem *item)
{
  gsize bytes = item->echo != NULL ? strlen (item->echo) : 0;
  guint i;

  for (i = 0; i < item->parts->len; i++)
    bytes
        += ((RtTranscriptPart *) g_ptr_array_index (item->parts, i))->text->len;
  return bytes;
}

void
rt_transcript_remove (RtTranscript *self, RtTranscriptItem *item)
{
  self->bytes -= item_bytes (item);
  if (rt_transcript_find_item (self, item->id) == item)
    g_hash_table_remove (self->by_id, item->id);
  g_ptr_array_remove (self->items, item);
}

/* The newest item stays whatever it holds: somebody is about to use it. */
void
rt_transcript_forget_oldest (RtTranscript *self)
{
  while (self->items->len > 1
         && (self->items->len > RT_TRANSCRIPT_MAX_ITEMS
             || self->bytes > RT_TRANSCRIPT_MAX_BYTES))
    rt_transcript_remove (self, g_ptr_array_index (self->items, 0));
}

RtTranscriptItem *
rt_transcript_find_item (RtTranscript *self, const gchar *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

void
rt_transcript_set_id (
    RtTranscript *self, RtTranscriptItem *item, const gchar *id)
{
  item->id = g_strdup (id);
  if (id != NULL)
    g_hash_table_insert (self->by_id, item->id, item);
}

RtTranscriptItem *
rt_transcript_append_item (RtTranscript *self, const gchar *role)
{
  RtTranscriptItem *item = g_new0 (RtTranscriptItem, 1);

  item->role = role;
  item->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_free);
  g_ptr_array_add (self->items, item);
  rt_transcript_forget_oldest (self);
  return item;
}

static guint
index_of (RtTranscript *self, RtTranscriptItem *item)
{
  guint i = 0;

  g_ptr_array_find (self->items, item, &i);
  return i;
}

/* To where `other` is, or behind that. */
static void
move_to (RtTranscript *self, RtTranscriptItem *item, RtTranscriptItem *other,
    gboolean behind)
{
  g_ptr_array_steal_index (self->items, index_of (self, item));
  g_ptr_array_insert (
      self->items, index_of (self, other) + (behind ? 1 : 0), item);
}

/* The first of those that were told to be behind the item. */
static RtTranscriptItem *
find_follower (RtTranscript *self, const RtTranscriptItem *item)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    RtTranscriptItem *other = g_ptr_array_index (self->items, i);

    if (other != item && g_strcmp0 (other->previous, item->id) == 0
        && other->previous != NULL)
      return other;
  }
  return NULL;
}

/* The text of an item may be told before its place is, and its place before
 * the one that it is behind.  No longer than there are items: a server may
 * say that they are in a ring. */
static void
settle (RtTranscript *self, RtTranscriptItem *item)
{
  RtTranscriptItem *previous, *follower = find_follower (self, item);
  guint n;

  previous = rt_transcript_find_item (self, item->previous);
  if (previous == NULL && follower != NULL
      && index_of (self, follower) < index_of (self, item))
    move_to (self, item, follower, FALSE);
  for (n = 0; n < self->items->len && item != NULL; n++) {
    previous = rt_transcript_find_item (self, item->previous);
    if (previous != NULL && previous != item
        && index_of (self, item) != index_of (self, previous) + 1)
      move_to (self, item, previous, TRUE);
    item = find_follower (self, item);
  }
}

RtTranscriptItem *
rt_transcript_place_item (RtTranscript *self, const gchar *role,
    const gchar *id, const gchar *previous_id)
{
  RtTranscriptItem *item = rt_transcript_find_item (self, id);
  gboolean known = item != NULL;

  if (!known) {
    item = rt_transcript_append_item (self, role);
    rt_transcript_set_id (self, item, id);
  }
  if (previous_id != NULL && g_strcmp0 (item->previous, previous_id) != 0) {
    g_free (item->previous);
    item->previous = g_strdup (previous_id);
    known = FALSE;
  }
  if (!known)
    settle (self, item);
  return item;
}
