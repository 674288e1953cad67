/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was said, in the order of the conversation.  Pure; its owner
 * serialises the calls.
 */
#include "rttranscript-private.h"

#include <string.h>

#define SPACE " \t\r\n"

void
rt_transcript_place (RtTranscript *self, const gchar *role,
    const gchar *item_id, const gchar *previous_item_id)
{
  if (item_id != NULL)
    rt_transcript_place_item (self, role, item_id, previous_item_id);
}

RtTranscriptPart *
rt_transcript_find_part (const RtTranscriptItem *item, guint content_index)
{
  guint i;

  for (i = 0; i < item->parts->len; i++) {
    RtTranscriptPart *part = g_ptr_array_index (item->parts, i);

    if (part->content_index == content_index)
      return part;
  }
  return NULL;
}

static RtTranscriptPart *
add_part (RtTranscriptItem *item, guint content_index, const gchar *response_id)
{
  RtTranscriptPart *part;
  guint i = 0;

  if (item->parts->len >= RT_TRANSCRIPT_MAX_PARTS)
    return NULL;
  part = g_new0 (RtTranscriptPart, 1);
  part->content_index = content_index;
  part->response_id = g_strdup (response_id);
  part->text = g_string_new (NULL);
  while (i < item->parts->len
         && ((RtTranscriptPart *) g_ptr_array_index (item->parts, i))
                    ->content_index
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
    RtTranscriptItem *item = g_ptr_array_index (self->items, i - 1);

    if (item->id == NULL && !item->typed && strcmp (item->role, role) == 0)
      return item;
  }
  return NULL;
}

/* A server that names no items: what comes next of a role belongs to what it
 * said last, until that is final. */
static RtTranscriptItem *
find_nameless (RtTranscript *self, const RtTranscriptKey *key)
{
  RtTranscriptItem *item = rt_transcript_find_nameless (self, key->role);
  RtTranscriptPart *part
      = item != NULL ? rt_transcript_find_part (item, key->content_index)
                     : NULL;

  if (part == NULL || part->final
      || g_strcmp0 (part->response_id, key->response_id) != 0)
    return NULL;
  return item;
}

/* NULL when the item has too many. */
static RtTranscriptPart *
get_part (RtTranscript *self, const RtTranscriptKey *key)
{
  RtTranscriptItem *item = key->item_id != NULL
                               ? rt_transcript_find_item (self, key->item_id)
                               : find_nameless (self, key);
  RtTranscriptPart *part;

  if (item == NULL && key->item_id != NULL)
    item = rt_transcript_place_item (self, key->role, key->item_id, NULL);
  else if (item == NULL)
    item = rt_transcript_append_item (self, key->role);
  part = rt_transcript_find_part (item, key->content_index);
  if (part == NULL)
    part = add_part (item, key->content_index, key->response_id);
  if (part != NULL)
    part->spoken |= key->spoken;
  return part;
}

/* Of a text that was handed off in other words, only what says more is new. */
static gsize
taken_of (const RtTranscriptPart *part, const gchar *text)
{
  gsize length = strlen (text);

  if (part->taken <= length && memcmp (part->text->str, text, part->taken) == 0)
    return part->taken;
  return length > part->taken ? 0 : length;
}

static void
set_text (RtTranscript *self, RtTranscriptPart *part, const gchar *text)
{
  part->taken = taken_of (part, text);
  self->bytes -= part->text->len;
  g_string_assign (part->text, text);
  self->bytes += part->text->len;
  rt_transcript_forget_oldest (self);
}

void
rt_transcript_type (
    RtTranscript *self, const gchar *text, const gchar *event_id)
{
  RtTranscriptItem *item = rt_transcript_append_item (self, RT_ROLE_USER);
  RtTranscriptPart *part = add_part (item, 0, NULL);

  item->typed = TRUE;
  item->event_id = g_strdup (event_id);
  part->final = TRUE;
  set_text (self, part, text);
}

/* What was typed and has no name yet, when the server's copy says the same. */
static RtTranscriptItem *
find_typed (RtTranscript *self, const RtItem *copy)
{
  guint i;

  for (i = 0; copy->text != NULL && i < self->items->len; i++) {
    RtTranscriptItem *item = g_ptr_array_index (self->items, i);

    if (item->typed && item->id == NULL && item->ago == 0
        && strcmp (rt_transcript_find_part (item, 0)->text->str, copy->text)
               == 0)
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
  RtTranscriptItem *item;

  if (copy->id == NULL || g_strcmp0 (copy->role, role) != 0)
    return;
  if (user && rt_transcript_find_item (self, copy->id) == NULL
      && (item = find_typed (self, copy)) != NULL)
    rt_transcript_set_id (self, item, copy->id);

  item = rt_transcript_place_item (self, role, copy->id, previous_item_id);
  if (copy->text == NULL || item->typed || item->interrupted)
    return;
  self->bytes -= item->echo != NULL ? strlen (item->echo) : 0;
  g_free (item->echo);
  item->echo = g_strdup (copy->text);
  self->bytes += strlen (item->echo);
  rt_transcript_forget_oldest (self);
}

gboolean
rt_transcript_add (
    RtTranscript *self, const RtTranscriptKey *key, const gchar *text)
{
  RtTranscriptPart *part;
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
    rt_transcript_forget_oldest (self);
  }
  return TRUE;
}

/* The final of a nameless text that a pause had made final before. */
static gboolean
was_presumed (RtTranscript *self, const RtTranscriptKey *key, const gchar *text)
{
  RtTranscriptItem *item = key->item_id == NULL
                               ? rt_transcript_find_nameless (self, key->role)
                               : NULL;
  RtTranscriptPart *part
      = item != NULL ? rt_transcript_find_part (item, key->content_index)
                     : NULL;

  if (part == NULL || !part->presumed || strcmp (part->text->str, text) != 0)
    return FALSE;
  part->presumed = FALSE;
  return TRUE;
}

const gchar *
rt_transcript_finish (
    RtTranscript *self, const RtTranscriptKey *key, const gchar *text)
{
  RtTranscriptPart *part;

  if (text != NULL && was_presumed (self, key, text))
    return NULL;
  part = get_part (self, key);
  if (part == NULL || part->final)
    return NULL;
  part->final = TRUE;
  if (text == NULL)
    return part->text->str;
  set_text (self, part, text);
  return text;
}

gboolean
rt_transcript_is_final (RtTranscript *self, const gchar *item_id)
{
  RtTranscriptItem *item = rt_transcript_find_item (self, item_id);
  guint i;

  for (i = 0; item != NULL && i < item->parts->len; i++)
    if (((RtTranscriptPart *) g_ptr_array_index (item->parts, i))->final)
      return TRUE;
  return FALSE;
}

static gboolean
has_open_part (const RtTranscriptItem *item)
{
  guint i;

  for (i = 0; i < item->parts->len; i++)
    if (!((RtTranscriptPart *) g_ptr_array_index (item->parts, i))->final)
      return TRUE;
  return FALSE;
}

/* Such an item has no id that its end could be told of. */
static RtTranscriptItem *
find_open_nameless (RtTranscript *self)
{
  guint i;

  for (i = self->items->len; i > 0; i--) {
    RtTranscriptItem *item = g_ptr_array_index (self->items, i - 1);

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
    RtTranscriptPart *part = g_ptr_array_index (item->parts, i);
    RtTranscriptKey key = { item->role, item->id, part->response_id,
      part->content_index, part->spoken };

    if (part->final)
      continue;
    part->final = TRUE;
    if (interrupted)
      part->interrupted = TRUE;
    else
      part->presumed = TRUE;
    if (part->text->len > 0)
      func (&key, part->text->str, user_data);
  }
}

void
rt_transcript_end (RtTranscript *self, const gchar *item_id,
    RtTranscriptFunc func, gpointer user_data)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    RtTranscriptItem *item = g_ptr_array_index (self->items, i);

    if (strcmp (item->role, RT_ROLE_ASSISTANT) == 0
        && g_strcmp0 (item->id, item_id) == 0)
      rt_transcript_end_item (item, FALSE, func, user_data);
  }
}

static gboolean
is_blank (const gchar *text)
{
  return text[strspn (text, SPACE)] == '\0';
}

/* What of a part was not taken yet; NULL: nothing. */
static const gchar *
take_part (RtTranscriptPart *part)
{
  const gchar *text = part->text->str + part->taken;

  if (is_blank (text))
    return NULL;
  if (part->taken > 0)
    text += strspn (text, SPACE);
  part->taken = part->text->len;
  return text;
}

void
rt_transcript_take (
    RtTranscript *self, RtTranscriptFunc func, gpointer user_data)
{
  const gchar *text;
  guint i, j;

  for (i = 0; i < self->items->len; i++) {
    RtTranscriptItem *item = g_ptr_array_index (self->items, i);
    RtTranscriptKey key = { .role = item->role, .item_id = item->id };

    for (j = 0; j < item->parts->len; j++) {
      RtTranscriptPart *part = g_ptr_array_index (item->parts, j);

      if ((text = take_part (part)) == NULL)
        continue;
      key.content_index = part->content_index;
      func (&key, text, user_data);
      item->taken = TRUE;
    }
    if (item->taken || item->echo == NULL || is_blank (item->echo))
      continue;
    func (&key, item->echo, user_data);
    item->taken = TRUE;
  }
}
