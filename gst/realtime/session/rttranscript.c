/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was said, in the order of the conversation.  Pure; its owner
 * serialises the calls.
 */
#include "rttranscript-private.h"

#include <string.h>

typedef RtTranscriptPart Part;
typedef RtTranscriptItem Item;

static void
part_free (Part *part)
{
  g_free (part->response_id);
  g_string_free (part->text, TRUE);
  g_free (part);
}

static void
item_free (Item *item)
{
  g_free (item->id);
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

RtTranscriptItem *
rt_transcript_find (RtTranscript *self, const gchar *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

static gsize
item_bytes (const Item *item)
{
  gsize bytes = item->echo != NULL ? strlen (item->echo) : 0;
  guint i;

  for (i = 0; i < item->parts->len; i++)
    bytes += ((Part *) g_ptr_array_index (item->parts, i))->text->len;
  return bytes;
}

void
rt_transcript_remove (RtTranscript *self, RtTranscriptItem *item)
{
  self->bytes -= item_bytes (item);
  if (rt_transcript_find (self, item->id) == item)
    g_hash_table_remove (self->by_id, item->id);
  g_ptr_array_remove (self->items, item);
}

/* The newest item stays whatever it holds: somebody is about to use it. */
static void
forget_oldest (RtTranscript *self)
{
  while (self->items->len > 1
         && (self->items->len > RT_TRANSCRIPT_MAX_ITEMS
             || self->bytes > RT_TRANSCRIPT_MAX_BYTES)) {
    Item *item = g_ptr_array_index (self->items, 0);

    rt_transcript_remove (self, item);
  }
}

static void
set_id (RtTranscript *self, Item *item, const gchar *id)
{
  item->id = g_strdup (id);
  if (id != NULL)
    g_hash_table_insert (self->by_id, item->id, item);
}

static Item *
append_item (RtTranscript *self, const gchar *role, const gchar *id)
{
  Item *item = g_new0 (Item, 1);

  item->role = role;
  item->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_free);
  set_id (self, item, id);
  g_ptr_array_add (self->items, item);
  forget_oldest (self);
  return item;
}

/* The text of an item may be told before its place is. */
static void
move_behind (RtTranscript *self, Item *item, const gchar *previous_id)
{
  Item *previous = rt_transcript_find (self, previous_id);
  guint from, to;

  if (previous == NULL || previous == item
      || !g_ptr_array_find (self->items, item, &from)
      || !g_ptr_array_find (self->items, previous, &to))
    return;
  g_ptr_array_steal_index (self->items, from);
  g_ptr_array_insert (self->items, from < to ? to : to + 1, item);
}

static Item *
place (RtTranscript *self, const gchar *role, const gchar *id,
    const gchar *previous_id)
{
  Item *item = rt_transcript_find (self, id);

  if (item == NULL)
    item = append_item (self, role, id);
  move_behind (self, item, previous_id);
  return item;
}

void
rt_transcript_place (RtTranscript *self, const gchar *role,
    const gchar *item_id, const gchar *previous_item_id)
{
  if (item_id != NULL)
    place (self, role, item_id, previous_item_id);
}

static Part *
find_part (const Item *item, guint content_index)
{
  guint i;

  for (i = 0; i < item->parts->len; i++) {
    Part *part = g_ptr_array_index (item->parts, i);

    if (part->content_index == content_index)
      return part;
  }
  return NULL;
}

static Part *
add_part (Item *item, guint content_index, const gchar *response_id)
{
  Part *part;
  guint i = 0;

  if (item->parts->len >= RT_TRANSCRIPT_MAX_PARTS)
    return NULL;
  part = g_new0 (Part, 1);
  part->content_index = content_index;
  part->response_id = g_strdup (response_id);
  part->text = g_string_new (NULL);
  while (i < item->parts->len
         && ((Part *) g_ptr_array_index (item->parts, i))->content_index
                < content_index)
    i++;
  g_ptr_array_insert (item->parts, i, part);
  return part;
}

RtTranscriptItem *
rt_transcript_find_nameless (RtTranscript *self, const gchar *role)
{
  guint i;

  for (i = self->items->len; i > 0; i--) {
    Item *item = g_ptr_array_index (self->items, i - 1);

    if (item->id == NULL && !item->typed && strcmp (item->role, role) == 0)
      return item;
  }
  return NULL;
}

/* A server that names no items: what comes next of a role belongs to what it
 * said last, until that is final. */
static Item *
find_nameless (RtTranscript *self, const RtTranscriptKey *key)
{
  Item *item = rt_transcript_find_nameless (self, key->role);
  Part *part = item != NULL ? find_part (item, key->content_index) : NULL;

  if (part == NULL || part->final
      || g_strcmp0 (part->response_id, key->response_id) != 0)
    return NULL;
  return item;
}

/* NULL when the item has too many. */
static Part *
get_part (RtTranscript *self, const RtTranscriptKey *key)
{
  Item *item = key->item_id != NULL ? rt_transcript_find (self, key->item_id)
                                    : find_nameless (self, key);
  Part *part;

  if (item == NULL)
    item = append_item (self, key->role, key->item_id);
  part = find_part (item, key->content_index);
  if (part == NULL)
    part = add_part (item, key->content_index, key->response_id);
  return part;
}

static void
set_text (RtTranscript *self, Part *part, const gchar *text)
{
  self->bytes -= part->text->len;
  g_string_assign (part->text, text);
  self->bytes += part->text->len;
  forget_oldest (self);
}

void
rt_transcript_type (
    RtTranscript *self, const gchar *text, const gchar *event_id)
{
  Item *item = append_item (self, RT_ROLE_USER, NULL);
  Part *part = add_part (item, 0, NULL);

  item->typed = TRUE;
  item->event_id = g_strdup (event_id);
  part->final = TRUE;
  set_text (self, part, text);
}

/* What was typed and has no name yet, when the server's copy says the same. */
static Item *
find_typed (RtTranscript *self, const RtItem *copy)
{
  guint i;

  for (i = 0; copy->text != NULL && i < self->items->len; i++) {
    Item *item = g_ptr_array_index (self->items, i);

    if (item->typed && item->id == NULL && !item->retired
        && strcmp (find_part (item, 0)->text->str, copy->text) == 0)
      return item;
  }
  return NULL;
}

void
rt_transcript_echo (
    RtTranscript *self, const RtItem *copy, const gchar *previous_item_id)
{
  gboolean user = g_strcmp0 (copy->role, RT_ROLE_USER) == 0;
  const gchar *role = user ? RT_ROLE_USER : RT_ROLE_ASSISTANT;
  Item *item;

  if (copy->id == NULL || g_strcmp0 (copy->role, role) != 0)
    return;
  if (user && rt_transcript_find (self, copy->id) == NULL
      && (item = find_typed (self, copy)) != NULL)
    set_id (self, item, copy->id);

  item = place (self, role, copy->id, previous_item_id);
  if (copy->text == NULL || item->typed)
    return;
  self->bytes -= item->echo != NULL ? strlen (item->echo) : 0;
  g_free (item->echo);
  item->echo = g_strdup (copy->text);
  self->bytes += strlen (item->echo);
  forget_oldest (self);
}

gboolean
rt_transcript_add (
    RtTranscript *self, const RtTranscriptKey *key, const gchar *text)
{
  Part *part;
  gsize length;

  if (text == NULL || *text == '\0')
    return FALSE;
  part = get_part (self, key);
  if (part == NULL || part->final)
    return FALSE;
  length = strlen (text);
  if (part->text->len + length <= RT_TRANSCRIPT_MAX_PART_BYTES) {
    g_string_append_len (part->text, text, length);
    self->bytes += length;
    forget_oldest (self);
  }
  return TRUE;
}

/* The final of a nameless text that a pause had made final before. */
static gboolean
was_presumed (RtTranscript *self, const RtTranscriptKey *key, const gchar *text)
{
  Item *item = key->item_id == NULL
                   ? rt_transcript_find_nameless (self, key->role)
                   : NULL;
  Part *part = item != NULL ? find_part (item, key->content_index) : NULL;

  if (part == NULL || !part->presumed || strcmp (part->text->str, text) != 0)
    return FALSE;
  part->presumed = FALSE;
  return TRUE;
}

gboolean
rt_transcript_finish (
    RtTranscript *self, const RtTranscriptKey *key, const gchar *text)
{
  Part *part;

  if (was_presumed (self, key, text))
    return FALSE;
  part = get_part (self, key);
  if (part == NULL || part->final)
    return FALSE;
  part->final = TRUE;
  set_text (self, part, text);
  return TRUE;
}

gboolean
rt_transcript_is_final (RtTranscript *self, const gchar *item_id)
{
  Item *item = rt_transcript_find (self, item_id);
  guint i;

  for (i = 0; item != NULL && i < item->parts->len; i++)
    if (((Part *) g_ptr_array_index (item->parts, i))->final)
      return TRUE;
  return FALSE;
}

void
rt_transcript_interrupt_item (RtTranscriptItem *item, const gchar *response_id,
    RtTranscriptFunc func, gpointer user_data)
{
  guint i;

  for (i = 0; i < item->parts->len; i++) {
    Part *part = g_ptr_array_index (item->parts, i);
    RtTranscriptKey key
        = { item->role, item->id, part->response_id, part->content_index };

    if (part->interrupted || part->text->len == 0)
      continue;
    if (response_id != NULL
        && (part->final || g_strcmp0 (part->response_id, response_id) != 0))
      continue;
    part->final = TRUE;
    part->interrupted = TRUE;
    func (&key, part->text->str, user_data);
  }
}

void
rt_transcript_interrupt (RtTranscript *self, const gchar *item_id,
    const gchar *response_id, RtTranscriptFunc func, gpointer user_data)
{
  Item *item = rt_transcript_find (self, item_id);
  guint i;

  if (item != NULL) {
    rt_transcript_interrupt_item (item, NULL, func, user_data);
    return;
  }
  for (i = 0; response_id != NULL && i < self->items->len; i++)
    rt_transcript_interrupt_item (
        g_ptr_array_index (self->items, i), response_id, func, user_data);
}

static gboolean
has_open_part (const Item *item)
{
  guint i;

  for (i = 0; i < item->parts->len; i++)
    if (!((Part *) g_ptr_array_index (item->parts, i))->final)
      return TRUE;
  return FALSE;
}

/* Such an item has no id that its end could be told of. */
static Item *
find_open_nameless (RtTranscript *self)
{
  guint i;

  for (i = self->items->len; i > 0; i--) {
    Item *item = g_ptr_array_index (self->items, i - 1);

    if (item->id == NULL && strcmp (item->role, RT_ROLE_ASSISTANT) == 0)
      return has_open_part (item) ? item : NULL;
  }
  return NULL;
}

gboolean
rt_transcript_is_open (RtTranscript *self)
{
  return find_open_nameless (self) != NULL;
}

void
rt_transcript_end_item (RtTranscriptItem *item, gboolean interrupted,
    RtTranscriptFunc func, gpointer user_data)
{
  guint i;

  for (i = 0; i < item->parts->len; i++) {
    Part *part = g_ptr_array_index (item->parts, i);
    RtTranscriptKey key
        = { item->role, item->id, part->response_id, part->content_index };

    if (part->final)
      continue;
    part->final = TRUE;
    part->presumed = !interrupted;
    part->interrupted = interrupted;
    if (part->text->len > 0)
      func (&key, part->text->str, user_data);
  }
}

void
rt_transcript_end (RtTranscript *self, const gchar *item_id,
    gboolean interrupted, RtTranscriptFunc func, gpointer user_data)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    Item *item = g_ptr_array_index (self->items, i);

    if (strcmp (item->role, RT_ROLE_ASSISTANT) == 0
        && (interrupted || g_strcmp0 (item->id, item_id) == 0))
      rt_transcript_end_item (item, interrupted, func, user_data);
  }
}

static gboolean
is_blank (const gchar *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

void
rt_transcript_take (
    RtTranscript *self, RtTranscriptFunc func, gpointer user_data)
{
  guint i, j;

  for (i = 0; i < self->items->len; i++) {
    Item *item = g_ptr_array_index (self->items, i);
    RtTranscriptKey key = { item->role, item->id, NULL, 0 };
    gboolean said = FALSE;

    for (j = 0; j < item->parts->len && !item->taken; j++) {
      Part *part = g_ptr_array_index (item->parts, j);

      if (is_blank (part->text->str))
        continue;
      key.content_index = part->content_index;
      func (&key, part->text->str, user_data);
      said = TRUE;
    }
    if (!said && !item->taken && item->echo != NULL && !is_blank (item->echo)) {
      func (&key, item->echo, user_data);
      said = TRUE;
    }
    item->taken |= said;
  }
}
