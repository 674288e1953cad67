/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands that wait for a sign that they arrived.  Pure; its owner serialises
 * the calls.
 */
#include "rtsent.h"

#include "rtjson.h"

#include <string.h>

typedef struct {
  RtCommand *command;
  RtEventType awaits; /* of a raw one; UNKNOWN: any event will do */
  /* of an output */
  gboolean shown;  /* the server has it */
  gboolean in_use; /* and replies to it */
} Entry;

struct _RtSent {
  GQueue entries; /* of Entry, oldest first */
  gboolean by_output;
  gboolean shows_items; /* the server does: what it has not shown it has not */
};

static void
entry_free (Entry *entry)
{
  rt_command_free (entry->command);
  g_free (entry);
}

RtSent *
rt_sent_new (gboolean by_output)
{
  RtSent *self = g_new0 (RtSent, 1);

  self->by_output = by_output;
  return self;
}

void
rt_sent_free (RtSent *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->entries, (GDestroyNotify) entry_free);
  g_free (self);
}

/* Which event answers a raw one, and what an error would name.  FALSE: it is
 * not worth keeping: it is about audio or a reply that are gone with the
 * session. */
static gboolean
read_raw (const gchar *text, RtEventType *awaits, gchar **event_id)
{
  static const struct {
    const gchar *type;
    RtEventType answer;
  } rows[] = {
    { "session.update", RT_EVENT_SESSION_UPDATED },
    { "conversation.item.create", RT_EVENT_ITEM_ADDED },
    { "conversation.item.delete", RT_EVENT_ITEM_DELETED },
    { "conversation.item.truncate", RT_EVENT_ITEM_TRUNCATED },
    { "conversation.item.retrieve", RT_EVENT_ITEM_RETRIEVED },
    { "response.create", RT_EVENT_RESPONSE_CREATED },
  };
  g_autoptr (JsonNode) node = rt_json_parse_object (text, strlen (text), NULL);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
  const gchar *type = rt_json_string (object, "type");
  guint i;

  *event_id = g_strdup (rt_json_string (object, "event_id"));
  *awaits = RT_EVENT_UNKNOWN;
  if (type == NULL)
    return TRUE;
  if (g_str_has_prefix (type, "input_audio_buffer.")
      || strcmp (type, "response.cancel") == 0)
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].type, type) == 0)
      *awaits = rows[i].answer;
  return TRUE;
}

void
rt_sent_add (RtSent *self, const RtCommand *command)
{
  RtEventType awaits = RT_EVENT_UNKNOWN;
  g_autofree gchar *event_id = NULL;
  Entry *entry;

  if (command->type == RT_COMMAND_RAW
      && !read_raw (command->text, &awaits, &event_id))
    return;
  entry = g_new0 (Entry, 1);
  entry->command = rt_command_copy (command);
  if (event_id != NULL)
    entry->command->event_id = g_steal_pointer (&event_id);
  entry->awaits = awaits;
  g_queue_push_tail (&self->entries, entry);
  if (self->entries.length > RT_SENT_MAX)
    entry_free (g_queue_pop_head (&self->entries));
}

static gboolean
is_message (const RtItem *item, const gchar *role, const gchar *text)
{
  return item->type == RT_ITEM_MESSAGE && g_strcmp0 (item->role, role) == 0
         && g_strcmp0 (item->text, text) == 0;
}

static gboolean
is_output (const RtItem *item, const gchar *call_id)
{
  return item->type == RT_ITEM_FUNCTION_CALL_OUTPUT
         && g_strcmp0 (item->call_id, call_id) == 0;
}

/* The model makes items, too. */
static gboolean
is_of_model (const RtItem *item)
{
  return item->type == RT_ITEM_FUNCTION_CALL
         || (item->type == RT_ITEM_MESSAGE
             && g_strcmp0 (item->role, "assistant") == 0);
}

static gboolean
is_shown_by (const Entry *entry, const RtItem *item)
{
  const RtCommand *command = entry->command;

  switch (command->type) {
    case RT_COMMAND_USER_TEXT:
      return is_message (item, "user", command->text);
    case RT_COMMAND_SYSTEM_TEXT:
      return is_message (item, "system", command->text);
    case RT_COMMAND_HANDOFF_OUTPUT:
      return command->final ? is_output (item, command->call_id)
                            : is_message (item, "system", command->text);
    case RT_COMMAND_FUNCTION_OUTPUT:
      return is_output (item, command->call_id);
    case RT_COMMAND_RAW:
      return entry->awaits == RT_EVENT_ITEM_ADDED && !is_of_model (item);
    default:
      return FALSE;
  }
}

static gboolean
is_acknowledged (const Entry *entry, const RtEvent *event)
{
  switch (event->type) {
    case RT_EVENT_ITEM_ADDED:
    case RT_EVENT_ITEM_DONE:
      return event->item != NULL && is_shown_by (entry, event->item);
    case RT_EVENT_RESPONSE_CREATED:
      return entry->command->type == RT_COMMAND_RESPONSE_CREATE
             || entry->awaits == RT_EVENT_RESPONSE_CREATED;
    case RT_EVENT_ERROR:
      return event->error != NULL && event->error->event_id != NULL
             && g_strcmp0 (event->error->event_id, entry->command->event_id)
                    == 0;
    default:
      return entry->awaits != RT_EVENT_UNKNOWN && entry->awaits == event->type;
  }
}

static gboolean
is_of_reply (const RtEvent *event)
{
  switch (event->type) {
    case RT_EVENT_OUTPUT_AUDIO_DELTA:
    case RT_EVENT_OUTPUT_TRANSCRIPT_DELTA:
    case RT_EVENT_OUTPUT_TEXT_DELTA:
    case RT_EVENT_FUNCTION_ARGUMENTS_DONE:
    case RT_EVENT_RESPONSE_DONE:
      return TRUE;
    default:
      return FALSE;
  }
}

/* The last word to a call. */
static gboolean
is_last_word (const Entry *entry)
{
  return entry->command->type == RT_COMMAND_FUNCTION_OUTPUT
         || (entry->command->type == RT_COMMAND_HANDOFF_OUTPUT
             && entry->command->final);
}

static void
drop (RtSent *self, GList *link)
{
  entry_free (link->data);
  g_queue_delete_link (&self->entries, link);
}

/* What no event is known to answer: that anything comes must be enough. */
static void
forget_unanswerable (RtSent *self)
{
  GList *link, *next;

  for (link = self->entries.head; link != NULL; link = next) {
    Entry *entry = link->data;

    next = link->next;
    if (entry->command->type == RT_COMMAND_RAW
        && entry->awaits == RT_EVENT_UNKNOWN)
      drop (self, link);
  }
}

/* Up to and with `last`. */
static void
acknowledge (RtSent *self, GList *last)
{
  GList *link, *next;
  gboolean over = last == NULL;

  for (link = self->entries.head; !over; link = next) {
    Entry *entry = link->data;

    next = link->next;
    over = link == last;
    if (is_last_word (entry))
      entry->shown = TRUE;
    else
      drop (self, link);
  }
}

/* A server begins responses by itself, too: where it shows the items that it
 * has, a response says nothing of those before our create. */
static void
act_on (RtSent *self, GList *link, const RtEvent *event)
{
  if (link == NULL)
    return;
  if (event->type == RT_EVENT_RESPONSE_CREATED && self->shows_items)
    drop (self, link);
  else
    acknowledge (self, link);
}

static void
follow_outputs (RtSent *self, const RtEvent *event)
{
  gboolean begins = event->type == RT_EVENT_RESPONSE_CREATED;
  gboolean replies = is_of_reply (event);
  GList *link, *next;

  for (link = self->entries.head; (begins || replies) && link != NULL;
       link = next) {
    Entry *entry = link->data;

    next = link->next;
    if (begins)
      entry->in_use |= entry->shown;
    else if (entry->in_use)
      drop (self, link);
  }
}

void
rt_sent_event (RtSent *self, const RtEvent *event)
{
  GList *link;
  gboolean refused;

  self->shows_items |= event->type == RT_EVENT_ITEM_ADDED
                       || event->type == RT_EVENT_ITEM_DONE;
  if (self->entries.length == 0)
    return;
  if (self->by_output && is_of_reply (event)) {
    g_queue_clear_full (&self->entries, (GDestroyNotify) entry_free);
    return;
  }
  for (link = self->entries.head; link != NULL; link = link->next)
    if (is_acknowledged (link->data, event))
      break;
  /* what was refused is no answer at all */
  refused = link != NULL && event->type == RT_EVENT_ERROR
            && is_last_word (link->data);
  act_on (self, link, event);
  if (refused)
    drop (self, link);
  follow_outputs (self, event);
  forget_unanswerable (self);
}

void
rt_sent_retire (RtSent *self, RtSentFunc reword, gpointer user_data)
{
  GList *link, *next;

  for (link = self->entries.head; link != NULL; link = next) {
    Entry *entry = link->data;

    next = link->next;
    if (entry->command->type == RT_COMMAND_RESPONSE_CREATE) {
      drop (self, link);
      continue;
    }
    entry->shown = entry->in_use = FALSE;
    if (reword != NULL)
      reword (entry->command, user_data);
  }
}

guint
rt_sent_get_length (const RtSent *self)
{
  return self->entries.length;
}

const RtCommand *
rt_sent_get (const RtSent *self, guint i)
{
  Entry *entry = g_queue_peek_nth ((GQueue *) &self->entries, i);

  return entry->command;
}

gboolean
rt_sent_has (const RtSent *self, const gchar *event_id)
{
  const GList *link;

  for (link = self->entries.head; link != NULL; link = link->next)
    if (g_strcmp0 (((Entry *) link->data)->command->event_id, event_id) == 0)
      return TRUE;
  return FALSE;
}

gboolean
rt_sent_answers (const RtSent *self, const gchar *call_id)
{
  const GList *link;

  for (link = self->entries.head; link != NULL; link = link->next) {
    const Entry *entry = link->data;

    if (is_last_word (entry)
        && g_strcmp0 (entry->command->call_id, call_id) == 0)
      return TRUE;
  }
  return FALSE;
}
