/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's turns.  Pure; its owner serialises the calls.
 */
#include "rtturns.h"

#include <string.h>

struct _RtTurns {
  gboolean speaking;
  gboolean awaits_reply;
  gchar *item_id; /* of the turn above, may be NULL */
  guint commits;  /* sent and not yet taken */
  GQueue awaited; /* item ids whose transcripts will come, oldest first */
};

RtTurns *
rt_turns_new (void)
{
  return g_new0 (RtTurns, 1);
}

void
rt_turns_free (RtTurns *self)
{
  if (self == NULL)
    return;
  g_free (self->item_id);
  g_queue_clear_full (&self->awaited, g_free);
  g_free (self);
}

static void
set_item (RtTurns *self, const gchar *item_id)
{
  g_free (self->item_id);
  self->item_id = g_strdup (item_id);
}

static GList *
find_awaited (RtTurns *self, const gchar *item_id)
{
  return g_queue_find_custom (&self->awaited, item_id, (GCompareFunc) strcmp);
}

/* A transcript that names no item is that of the oldest one. */
static void
await_transcript (RtTurns *self, const gchar *item_id)
{
  const gchar *id = item_id != NULL ? item_id : "";

  if (find_awaited (self, id) != NULL)
    return;
  g_queue_push_tail (&self->awaited, g_strdup (id));
  if (self->awaited.length > RT_TURNS_MAX_AWAITED)
    g_free (g_queue_pop_head (&self->awaited));
}

gboolean
rt_turns_started (RtTurns *self, const gchar *item_id)
{
  if (self->speaking && g_strcmp0 (self->item_id, item_id) == 0)
    return FALSE;
  self->speaking = TRUE;
  self->awaits_reply = FALSE;
  set_item (self, item_id);
  return TRUE;
}

gboolean
rt_turns_stopped (RtTurns *self, const gchar *item_id, RtTurnEnd end)
{
  if (!self->speaking && item_id != NULL
      && g_strcmp0 (self->item_id, item_id) == 0)
    return FALSE;
  self->speaking = FALSE;
  self->awaits_reply = end == RT_TURN_ENDS_BY_REPLY;
  set_item (self, item_id);
  if (end == RT_TURN_ENDS_BY_TRANSCRIPT)
    await_transcript (self, item_id);
  return TRUE;
}

gboolean
rt_turns_cleared (RtTurns *self)
{
  gboolean was_speaking = self->speaking;

  self->speaking = FALSE;
  self->awaits_reply = FALSE;
  return was_speaking;
}

void
rt_turns_commit_sent (RtTurns *self)
{
  self->commits++;
}

void
rt_turns_commit_failed (RtTurns *self)
{
  if (self->commits > 0)
    self->commits--;
}

void
rt_turns_committed (RtTurns *self, const gchar *item_id, gboolean transcribes)
{
  rt_turns_commit_failed (self);
  if (transcribes)
    await_transcript (self, item_id);
}

void
rt_turns_transcribed (RtTurns *self, const gchar *item_id, gboolean empty)
{
  GList *link = item_id != NULL ? find_awaited (self, item_id) : NULL;

  if (link == NULL)
    link = find_awaited (self, "");
  if (link == NULL && item_id == NULL)
    link = self->awaited.head;
  if (link != NULL) {
    g_free (link->data);
    g_queue_delete_link (&self->awaited, link);
  }
  /* no server replies to nothing, or not for sure */
  if (empty && self->awaits_reply
      && (item_id == NULL || g_strcmp0 (self->item_id, item_id) == 0))
    self->awaits_reply = FALSE;
}

void
rt_turns_replied (RtTurns *self)
{
  self->awaits_reply = FALSE;
  self->commits = 0;
}

gboolean
rt_turns_retire (RtTurns *self)
{
  gboolean was_speaking = rt_turns_cleared (self);

  set_item (self, NULL);
  self->commits = 0;
  g_queue_clear_full (&self->awaited, g_free);
  return was_speaking;
}

const gchar *
rt_turns_get_item (RtTurns *self)
{
  return self->item_id;
}

gboolean
rt_turns_is_speaking (RtTurns *self)
{
  return self->speaking;
}

gboolean
rt_turns_awaits_reply (RtTurns *self)
{
  return self->awaits_reply;
}

gboolean
rt_turns_is_open (RtTurns *self)
{
  return self->speaking || self->awaits_reply || self->commits > 0
         || self->awaited.length > 0;
}
