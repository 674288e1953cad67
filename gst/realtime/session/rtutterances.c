/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's items by the time at which they were said.  Pure; its owner
 * serialises the calls.
 */
#include "rtutterances.h"

#include <string.h>

typedef struct {
  gchar *item_id;
  guint64 time;
} Utterance;

struct _RtUtterances {
  GQueue items; /* of Utterance, oldest first */
  guint64 open;
  guint64 cleared;
  guint64 commits[RT_UTTERANCES_MAX_COMMITS]; /* first points, oldest first */
  guint n_commits;
};

RtUtterances *
rt_utterances_new (void)
{
  return g_new0 (RtUtterances, 1);
}

static void
utterance_free (Utterance *utterance)
{
  g_free (utterance->item_id);
  g_free (utterance);
}

void
rt_utterances_free (RtUtterances *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->items, (GDestroyNotify) utterance_free);
  g_free (self);
}

/* The newest ones are asked for. */
static Utterance *
find (RtUtterances *self, const gchar *item_id)
{
  GList *link;

  for (link = self->items.tail; link != NULL; link = link->prev)
    if (strcmp (((Utterance *) link->data)->item_id, item_id) == 0)
      return link->data;
  return NULL;
}

void
rt_utterances_began (RtUtterances *self, const gchar *item_id, guint64 time)
{
  Utterance *utterance;

  if (item_id == NULL || time == RT_TIME_UNKNOWN
      || find (self, item_id) != NULL)
    return;
  utterance = g_new (Utterance, 1);
  utterance->item_id = g_strdup (item_id);
  utterance->time = time;
  g_queue_push_tail (&self->items, utterance);
  if (self->items.length > RT_UTTERANCES_MAX_ITEMS)
    utterance_free (g_queue_pop_head (&self->items));
}

guint64
rt_utterances_get_time (RtUtterances *self, const gchar *item_id)
{
  Utterance *utterance = item_id != NULL ? find (self, item_id) : NULL;

  return utterance != NULL ? utterance->time : RT_TIME_UNKNOWN;
}

static guint64
take_commit (RtUtterances *self)
{
  guint64 first = self->commits[0];

  self->n_commits--;
  memmove (self->commits, self->commits + 1,
      self->n_commits * sizeof (self->commits[0]));
  return first;
}

void
rt_utterances_commit_sent (RtUtterances *self, guint64 point)
{
  if (self->n_commits == RT_UTTERANCES_MAX_COMMITS)
    take_commit (self);
  self->commits[self->n_commits++] = self->open;
  self->open = point;
}

void
rt_utterances_clear_sent (RtUtterances *self, guint64 point)
{
  self->open = point;
  self->cleared = point;
}

guint64
rt_utterances_committed (RtUtterances *self, guint64 point)
{
  if (self->n_commits > 0)
    return take_commit (self);
  self->open = MAX (self->open, point);
  return RT_TIME_UNKNOWN;
}

void
rt_utterances_commit_refused (RtUtterances *self)
{
  guint64 first;

  if (self->n_commits == 0)
    return;
  first = take_commit (self);
  first = MAX (first, self->cleared);
  if (self->n_commits > 0)
    self->commits[0] = first;
  else
    self->open = first;
}

guint64
rt_utterances_get_open (const RtUtterances *self)
{
  return self->open;
}
