/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The order of messages, as a reader of the bus may rely on it.
 */
#include "randomcheck.h"

#include <string.h>

typedef struct {
  gboolean open;      /* between realtime-started and realtime-closed */
  gchar tag;          /* of the conversation; 0: nothing said it yet */
  gchar last_tag;     /* of those before */
  GHashTable *finals; /* texts that are complete */
  GHashTable *raised; /* handoffs and calls */
  guint conversations;
} Check;

/* NULL: nothing is wrong. */
static const gchar *
check_tag (Check *self, const GstStructure *s)
{
  static const gchar *const fields[] = { "session-id", "item-id", "response-id",
    "handoff-id", "call-id", "text", "input-transcript" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    const gchar *value = gst_structure_get_string (s, fields[i]);

    if (value == NULL || *value == '\0')
      continue;
    if (self->tag == 0)
      self->tag = *value;
    if (self->tag != *value)
      return "two conversations are mixed";
    if (self->tag <= self->last_tag)
      return "an earlier conversation is heard again";
  }
  return NULL;
}

static const gchar *
check_transcript (Check *self, const GstStructure *s)
{
  const gchar *item = gst_structure_get_string (s, "item-id");
  gboolean final = FALSE;
  guint index = 0;
  gchar *key;

  /* without a name it is whatever is being said */
  if (item == NULL)
    return NULL;
  gst_structure_get_boolean (s, "final", &final);
  gst_structure_get_uint (s, "content-index", &index);
  key = g_strdup_printf (
      "%s %s %u", gst_structure_get_string (s, "role"), item, index);
  if (final) {
    g_hash_table_add (self->finals, key);
    return NULL;
  }
  final = g_hash_table_contains (self->finals, key);
  g_free (key);
  return final ? "an increment comes after its final" : NULL;
}

static const gchar *
check_raised (Check *self, const gchar *name, const gchar *id)
{
  return g_hash_table_add (self->raised, g_strconcat (name, " ", id, NULL))
             ? NULL
             : "it was raised before";
}

static const gchar *
begin (Check *self)
{
  if (self->open)
    return "the conversation before is not closed";
  self->open = TRUE;
  self->last_tag = MAX (self->last_tag, self->tag);
  self->tag = 0;
  self->conversations++;
  g_hash_table_remove_all (self->finals);
  g_hash_table_remove_all (self->raised);
  return NULL;
}

static const gchar *
check_message (Check *self, const GstStructure *s)
{
  const gchar *name = gst_structure_get_name (s);
  const gchar *wrong = NULL;

  if (g_str_equal (name, "realtime-started"))
    return begin (self);
  /* the element itself has something to say at any time */
  if (g_str_equal (name, "realtime-error")
      || g_str_equal (name, "realtime-overrun"))
    return NULL;
  if (!self->open)
    return "no conversation has started";
  if (g_str_equal (name, "realtime-closed"))
    self->open = FALSE;
  else
    wrong = check_tag (self, s);
  if (wrong != NULL)
    return wrong;
  if (g_str_equal (name, "realtime-transcript"))
    return check_transcript (self, s);
  if (g_str_equal (name, "realtime-handoff"))
    return check_raised (
        self, name, gst_structure_get_string (s, "handoff-id"));
  if (g_str_equal (name, "realtime-function-call"))
    return check_raised (self, name, gst_structure_get_string (s, "call-id"));
  return NULL;
}

gchar *
random_check (
    const GPtrArray *messages, GstElement *element, guint *conversations)
{
  g_autoptr (GHashTable) finals
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) raised
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Check check = { .finals = finals, .raised = raised };
  guint i;

  for (i = 0; i < messages->len; i++) {
    GstMessage *message = g_ptr_array_index (messages, i);
    const GstStructure *s = gst_message_get_structure (message);
    const gchar *wrong;

    if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT
        || GST_MESSAGE_SRC (message) != GST_OBJECT (element))
      continue;
    wrong = check_message (&check, s);
    if (wrong != NULL)
      return g_strdup_printf (
          "message %u, %s: %s", i, gst_structure_get_name (s), wrong);
  }
  *conversations = check.conversations;
  return check.open ? g_strdup ("the last conversation is not closed") : NULL;
}
