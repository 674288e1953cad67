/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An ordered list of items; short enough that looking one up walks it. */
#include "lsconversation.h"

#include <string.h>

#define ID_LENGTH 21

struct _LsConversation {
  gchar *id;
  GPtrArray *items;
};

gchar *
ls_id_new (const gchar *kind)
{
  static const gchar letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789";
  GString *id = g_string_new (kind);
  guint i;

  g_string_append_c (id, '_');
  for (i = 0; i < ID_LENGTH; i++)
    g_string_append_c (id, letters[g_random_int_range (0, 62)]);
  return g_string_free (id, FALSE);
}

LsItem *
ls_item_new (LsItemKind kind)
{
  LsItem *self = g_atomic_rc_box_new0 (LsItem);

  self->id = ls_id_new ("item");
  self->kind = kind;
  self->status = LS_STATUS_COMPLETED;
  self->ready = TRUE;
  return self;
}

LsItem *
ls_item_ref (LsItem *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
item_clear (gpointer data)
{
  LsItem *self = data;

  g_free (self->id);
  g_free (self->text);
  g_free (self->name);
  g_free (self->call_id);
}

void
ls_item_unref (LsItem *self)
{
  g_atomic_rc_box_release_full (self, item_clear);
}

void
ls_item_set_text (LsItem *self, const gchar *text)
{
  gchar *copy = g_strdup (text);

  g_free (self->text);
  self->text = copy;
}

static gchar *
dup_member (JsonObject *json, const gchar *name)
{
  return g_strdup (
      json_object_get_string_member_with_default (json, name, NULL));
}

static LsItemKind
kind_of_role (const gchar *role)
{
  if (g_str_equal (role, "assistant"))
    return LS_ITEM_ASSISTANT;
  return g_str_equal (role, "system") ? LS_ITEM_SYSTEM : LS_ITEM_USER;
}

static void
take_content (LsItem *self, JsonArray *content)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < json_array_get_length (content); i++) {
    JsonObject *part = json_array_get_object_element (content, i);
    const gchar *words;

    words = json_object_get_string_member_with_default (part, "text", NULL);
    if (words == NULL)
      words
          = json_object_get_string_member_with_default (part, "transcript", "");
    if (text->len > 0)
      g_string_append_c (text, ' ');
    g_string_append (text, words);
  }
  self->text = g_string_free (text, FALSE);
}

LsItem *
ls_item_from_json (JsonObject *json)
{
  const gchar *type = json_object_get_string_member (json, "type");
  LsItem *self = ls_item_new (LS_ITEM_USER);
  gchar *id = dup_member (json, "id");

  if (id != NULL) {
    g_free (self->id);
    self->id = id;
  }
  if (g_str_equal (type, "message")) {
    self->kind = kind_of_role (json_object_get_string_member (json, "role"));
    take_content (self, json_object_get_array_member (json, "content"));
    return self;
  }
  self->call_id = dup_member (json, "call_id");
  if (g_str_equal (type, "function_call")) {
    self->kind = LS_ITEM_CALL;
    self->name = dup_member (json, "name");
    self->text = dup_member (json, "arguments");
    if (self->call_id == NULL)
      self->call_id = ls_id_new ("call");
  } else {
    self->kind = LS_ITEM_CALL_OUTPUT;
    self->text = dup_member (json, "output");
  }
  return self;
}

static JsonArray *
content_to_json (const LsItem *self)
{
  JsonArray *content = json_array_new ();
  JsonObject *part;
  const gchar *direction = self->kind == LS_ITEM_ASSISTANT ? "output" : "input";
  g_autofree gchar *type
      = g_strconcat (direction, self->spoken ? "_audio" : "_text", NULL);

  if (self->empty)
    return content;
  part = json_object_new ();
  json_object_set_string_member (part, "type", type);
  json_object_set_string_member (
      part, self->spoken ? "transcript" : "text", self->text);
  json_array_add_object_element (content, part);
  return content;
}

JsonObject *
ls_item_to_json (const LsItem *self)
{
  static const gchar *const types[] = { "message", "message", "message",
    "function_call", "function_call_output" };
  static const gchar *const roles[] = { "user", "system", "assistant" };
  static const gchar *const states[]
      = { "in_progress", "completed", "incomplete" };
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "id", self->id);
  json_object_set_string_member (json, "object", "realtime.item");
  json_object_set_string_member (json, "type", types[self->kind]);
  json_object_set_string_member (json, "status", states[self->status]);
  switch (self->kind) {
    case LS_ITEM_CALL:
      json_object_set_string_member (json, "name", self->name);
      json_object_set_string_member (json, "call_id", self->call_id);
      json_object_set_string_member (
          json, "arguments", self->text != NULL ? self->text : "");
      break;
    case LS_ITEM_CALL_OUTPUT:
      json_object_set_string_member (json, "call_id", self->call_id);
      json_object_set_string_member (json, "output", self->text);
      break;
    default:
      json_object_set_string_member (json, "role", roles[self->kind]);
      json_object_set_array_member (json, "content", content_to_json (self));
      break;
  }
  return json;
}

LsConversation *
ls_conversation_new (void)
{
  LsConversation *self = g_new0 (LsConversation, 1);

  self->id = ls_id_new ("conv");
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) ls_item_unref);
  return self;
}

void
ls_conversation_free (LsConversation *self)
{
  g_ptr_array_unref (self->items);
  g_free (self->id);
  g_free (self);
}

const gchar *
ls_conversation_get_id (const LsConversation *self)
{
  return self->id;
}

static gint
index_of (const LsConversation *self, const gchar *id)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    const LsItem *item = g_ptr_array_index (self->items, i);

    if (g_str_equal (item->id, id))
      return i;
  }
  return -1;
}

gboolean
ls_conversation_insert (LsConversation *self, LsItem *item, const gchar *after)
{
  gint at = self->items->len;

  if (index_of (self, item->id) >= 0)
    return FALSE;
  if (after != NULL && g_str_equal (after, "root"))
    at = 0;
  else if (after != NULL && (at = index_of (self, after) + 1) == 0)
    return FALSE;
  g_ptr_array_insert (self->items, at, ls_item_ref (item));
  return TRUE;
}

gboolean
ls_conversation_remove (LsConversation *self, const gchar *id)
{
  gint at = index_of (self, id);

  if (at < 0)
    return FALSE;
  g_ptr_array_remove_index (self->items, at);
  return TRUE;
}

LsItem *
ls_conversation_find (const LsConversation *self, const gchar *id)
{
  gint at = index_of (self, id);

  return at < 0 ? NULL : g_ptr_array_index (self->items, at);
}

LsItem *
ls_conversation_find_call (const LsConversation *self, const gchar *call_id)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    LsItem *item = g_ptr_array_index (self->items, i);

    if (item->kind == LS_ITEM_CALL && g_str_equal (item->call_id, call_id))
      return item;
  }
  return NULL;
}

const gchar *
ls_conversation_previous_id (const LsConversation *self, const LsItem *item)
{
  gint at = index_of (self, item->id);

  if (at <= 0)
    return NULL;
  return ((LsItem *) g_ptr_array_index (self->items, at - 1))->id;
}

const gchar *
ls_conversation_last_id (const LsConversation *self)
{
  if (self->items->len == 0)
    return NULL;
  return ((LsItem *) g_ptr_array_index (self->items, self->items->len - 1))->id;
}

static guint
count_words (const gchar *text)
{
  guint words = 0;

  for (; text != NULL && *text != '\0'; text++)
    words += !g_ascii_isspace (text[0])
             && (text[1] == '\0' || g_ascii_isspace (text[1]));
  return words;
}

void
ls_conversation_measure (
    const LsConversation *self, guint *words, guint64 *audio_ms)
{
  guint i;

  *words = 0;
  *audio_ms = 0;
  for (i = 0; i < self->items->len; i++) {
    const LsItem *item = g_ptr_array_index (self->items, i);

    *words += count_words (item->text);
    *audio_ms += item->audio_ms;
  }
}

GPtrArray *
ls_conversation_unhandled (const LsConversation *self)
{
  GPtrArray *found = g_ptr_array_new ();
  guint i;

  for (i = 0; i < self->items->len; i++) {
    LsItem *item = g_ptr_array_index (self->items, i);

    /* what stands before an answer was answered: a history is like that */
    if (item->kind == LS_ITEM_ASSISTANT)
      g_ptr_array_set_size (found, 0);
    else if (!item->handled && item->kind != LS_ITEM_CALL)
      g_ptr_array_add (found, item);
  }
  return found;
}
