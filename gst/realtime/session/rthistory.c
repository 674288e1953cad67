/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The newest texts of a conversation.  Pure; its owner serialises the calls.
 */
#include "rthistory.h"

#include <string.h>

/* No word is longer; in a script without spaces none would be found. */
#define MAX_WORD 32

struct _RtHistory {
  GQueue items; /* of RtHistoryItem, oldest first */
  guint max_items;
  gsize max_bytes;
  gsize bytes;
};

static void
item_free (RtHistoryItem *item)
{
  g_free (item->item_id);
  g_free (item->text);
  g_free (item);
}

RtHistory *
rt_history_new (guint max_items, gsize max_bytes)
{
  RtHistory *self = g_new0 (RtHistory, 1);

  self->max_items = max_items;
  self->max_bytes = max_bytes;
  return self;
}

void
rt_history_free (RtHistory *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->items, (GDestroyNotify) item_free);
  g_free (self);
}

/* The end of it, in whole characters. */
static const gchar *
get_tail (const gchar *text, gsize max)
{
  gsize length = strlen (text);

  if (length <= max)
    return text;
  text += length - max;
  while ((*text & 0xc0) == 0x80)
    text++;
  return text;
}

/* A name of one session may have been another's before; of two the last has
 * it. */
static void
take_name (RtHistory *self, const gchar *item_id)
{
  GList *link;

  for (link = self->items.tail; item_id != NULL && link != NULL;
       link = link->prev) {
    RtHistoryItem *item = link->data;

    if (g_strcmp0 (item->item_id, item_id) != 0)
      continue;
    g_clear_pointer (&item->item_id, g_free);
    return;
  }
}

void
rt_history_add (
    RtHistory *self, const gchar *role, const gchar *item_id, const gchar *text)
{
  RtHistoryItem *item;

  if (text[strspn (text, " \t\r\n")] == '\0')
    return;
  take_name (self, item_id);
  item = g_new0 (RtHistoryItem, 1);
  item->role = role;
  item->item_id = g_strdup (item_id);
  item->text = g_strdup (get_tail (text, self->max_bytes));
  g_queue_push_tail (&self->items, item);
  self->bytes += strlen (item->text);
  while (
      self->items.length > self->max_items || self->bytes > self->max_bytes) {
    item = g_queue_pop_head (&self->items);
    self->bytes -= strlen (item->text);
    item_free (item);
  }
}

guint
rt_history_get_length (const RtHistory *self)
{
  return self->items.length;
}

const RtHistoryItem *
rt_history_get (const RtHistory *self, guint i)
{
  return g_queue_peek_nth ((GQueue *) &self->items, i);
}

gchar *
rt_history_dup_prose (const RtHistory *self)
{
  GString *prose;
  const GList *link;

  if (self->items.length == 0)
    return NULL;
  prose = g_string_new ("The conversation until now, which goes on:");
  for (link = self->items.head; link != NULL; link = link->next) {
    const RtHistoryItem *item = link->data;

    g_string_append_printf (prose, "\n%s: %s", item->role, item->text);
  }
  return g_string_free (prose, FALSE);
}

/* Back to the end of the word before, unless that is far. */
static const gchar *
find_word_end (const gchar *text, const gchar *cut)
{
  const gchar *p = cut;
  guint i;

  if (g_unichar_isspace (g_utf8_get_char (cut)))
    return cut;
  for (i = 0; p > text && i < MAX_WORD; i++) {
    p = g_utf8_prev_char (p);
    if (g_unichar_isspace (g_utf8_get_char (p)))
      return p;
  }
  return p == text ? text : cut;
}

gchar *
rt_history_dup_heard (const gchar *text, guint played, guint dropped)
{
  glong length;
  const gchar *cut;

  if (played == 0)
    return g_strdup ("");
  if (dropped == 0)
    return g_strdup (text);
  length = g_utf8_strlen (text, -1);
  cut = g_utf8_offset_to_pointer (
      text, (glong) ((guint64) length * played / ((guint64) played + dropped)));
  return g_strchomp (g_strndup (text, find_word_end (text, cut) - text));
}
