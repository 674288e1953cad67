/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which track is which part of which item, and how far it was heard.  Pure;
 * its owner serialises the calls.
 */
#include "rtledger.h"

#include <string.h>

#define NS_PER_MS 1000000

typedef struct {
  guint number;
  gchar *response_id;
  gchar *item_id;
  guint content_index;
  guint64 received; /* ns */
  gboolean ended;
  gboolean drained;
  gboolean dropping; /* playback was told to drop it */
} Track;

struct _RtLedger {
  GPtrArray *tracks; /* of Track, in the order of their first audio; of those
                        that were heard, the parts of the last item */
  guint last_number;
  gchar *last_item;
  gchar *last_response;
  GQueue interrupted; /* ids of responses and items, newest first */
};

static void
track_free (Track *track)
{
  g_free (track->response_id);
  g_free (track->item_id);
  g_free (track);
}

static void
cut_free (RtCut *cut)
{
  g_free (cut->item_id);
  g_free (cut->response_id);
  g_free (cut);
}

RtLedger *
rt_ledger_new (void)
{
  RtLedger *self = g_new0 (RtLedger, 1);

  self->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) track_free);
  return self;
}

void
rt_ledger_free (RtLedger *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->tracks);
  g_free (self->last_item);
  g_free (self->last_response);
  g_queue_clear_full (&self->interrupted, g_free);
  g_free (self);
}

static Track *
get (RtLedger *self, guint i)
{
  return g_ptr_array_index (self->tracks, i);
}

static Track *
find_number (RtLedger *self, guint number)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    if (get (self, i)->number == number)
      return get (self, i);
  return NULL;
}

static Track *
find_part (RtLedger *self, const gchar *response_id, const gchar *item_id,
    guint content_index)
{
  guint i;

  for (i = self->tracks->len; i > 0; i--) {
    Track *track = get (self, i - 1);

    if (track->content_index != content_index
        || g_strcmp0 (track->item_id, item_id) != 0)
      continue;
    /* the part of a nameless item is told by its response, and is another
     * one once it has ended */
    if (item_id != NULL
        || (!track->ended && g_strcmp0 (track->response_id, response_id) == 0))
      return track;
  }
  return NULL;
}

static Track *
add_track (RtLedger *self, const gchar *response_id, const gchar *item_id,
    guint content_index)
{
  Track *track = g_new0 (Track, 1);

  track->number = ++self->last_number;
  track->response_id = g_strdup (response_id);
  track->item_id = g_strdup (item_id);
  track->content_index = content_index;
  g_ptr_array_add (self->tracks, track);
  return track;
}

guint
rt_ledger_push (RtLedger *self, const gchar *response_id, const gchar *item_id,
    guint content_index, guint64 duration)
{
  Track *track;

  if (rt_ledger_is_interrupted (self, response_id, item_id))
    return 0;
  track = find_part (self, response_id, item_id, content_index);
  if (track == NULL && self->tracks->len < RT_LEDGER_MAX_TRACKS)
    track = add_track (self, response_id, item_id, content_index);
  if (track == NULL || track->ended || track->dropping)
    return 0;
  track->received += duration;
  return track->number;
}

gboolean
rt_ledger_end (RtLedger *self, const gchar *response_id, const gchar *item_id,
    gint content_index, guint *number)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    Track *track = get (self, i);

    if (track->ended || track->dropping
        || (response_id != NULL && track->response_id != NULL
            && strcmp (track->response_id, response_id) != 0)
        || (item_id != NULL && g_strcmp0 (track->item_id, item_id) != 0)
        || (content_index >= 0
            && track->content_index != (guint) content_index))
      continue;
    track->ended = TRUE;
    *number = track->number;
    return TRUE;
  }
  return FALSE;
}

/* Of what was heard, only the item heard last may still go on. */
static void
forget_heard (RtLedger *self)
{
  guint i = 0;

  while (i < self->tracks->len) {
    Track *track = get (self, i);

    if (track->drained && g_strcmp0 (track->item_id, self->last_item) != 0)
      g_ptr_array_remove_index (self->tracks, i);
    else
      i++;
  }
}

static void
set_last (RtLedger *self, const Track *track)
{
  g_free (self->last_item);
  self->last_item = g_strdup (track->item_id);
  g_free (self->last_response);
  self->last_response = g_strdup (track->response_id);
}

gboolean
rt_ledger_drained (RtLedger *self, guint number)
{
  Track *track = find_number (self, number);

  if (track == NULL || track->drained)
    return FALSE;
  track->drained = TRUE;
  track->ended = TRUE;
  track->dropping = FALSE;
  set_last (self, track);
  forget_heard (self);
  return TRUE;
}

gboolean
rt_ledger_look_up (RtLedger *self, guint number, const gchar **item_id)
{
  Track *track = find_number (self, number);

  if (track == NULL || track->drained)
    return FALSE;
  *item_id = track->item_id;
  return TRUE;
}

const gchar *
rt_ledger_get_last_item (RtLedger *self)
{
  return self->last_item;
}

const gchar *
rt_ledger_get_last_response (RtLedger *self)
{
  return self->last_response;
}

gboolean
rt_ledger_is_playing (RtLedger *self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    if (!get (self, i)->drained)
      return TRUE;
  return FALSE;
}

static gboolean
is_known (RtLedger *self, const gchar *id)
{
  return id != NULL
         && g_queue_find_custom (&self->interrupted, id, (GCompareFunc) strcmp)
                != NULL;
}

static void
remember (RtLedger *self, const gchar *id)
{
  if (id == NULL || is_known (self, id))
    return;
  g_queue_push_head (&self->interrupted, g_strdup (id));
  if (self->interrupted.length > RT_LEDGER_MAX_INTERRUPTED)
    g_free (g_queue_pop_tail (&self->interrupted));
}

void
rt_ledger_interrupt_response (RtLedger *self, const gchar *response_id)
{
  remember (self, response_id);
}

gboolean
rt_ledger_interrupt (RtLedger *self)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    Track *track = get (self, i);

    if (track->drained || track->dropping)
      continue;
    track->dropping = TRUE;
    remember (self, track->response_id);
    remember (self, track->item_id);
    any = TRUE;
  }
  return any;
}

gboolean
rt_ledger_is_interrupted (
    RtLedger *self, const gchar *response_id, const gchar *item_id)
{
  if (self->interrupted.length == 0)
    return FALSE;
  return is_known (self, response_id) || is_known (self, item_id);
}

/* Milliseconds of a track.  What playback does not know any more was heard to
 * its end; the report of that is on its way. */
static void
measure (const Track *track, const RtHeard *heard, guint n_heard,
    guint64 *received_ms, guint64 *heard_ms)
{
  guint i;

  *received_ms = *heard_ms = track->received / NS_PER_MS;
  for (i = 0; i < n_heard && !track->drained; i++)
    if (heard[i].track == track->number && heard[i].rate > 0) {
      *received_ms = heard[i].received * 1000 / heard[i].rate;
      *heard_ms
          = MIN (heard[i].heard, heard[i].received) * 1000 / heard[i].rate;
      return;
    }
}

static RtCut *
get_cut (GPtrArray *cuts, const Track *track)
{
  RtCut *cut;
  guint i;

  for (i = 0; i < cuts->len; i++) {
    cut = g_ptr_array_index (cuts, i);
    if (g_strcmp0 (cut->item_id, track->item_id) == 0)
      return cut;
  }
  cut = g_new0 (RtCut, 1);
  cut->item_id = g_strdup (track->item_id);
  cut->response_id = g_strdup (track->response_id);
  g_ptr_array_add (cuts, cut);
  return cut;
}

/* Parts are heard one after the other: at most one of an item was heard in
 * part, and that one is truncated. */
static void
add_part (RtCut *cut, const Track *track, guint64 received_ms, guint64 heard_ms)
{
  cut->played += heard_ms;
  cut->dropped += received_ms - heard_ms;
  if (heard_ms == 0 || (track->ended && heard_ms == received_ms))
    return;
  cut->truncates = TRUE;
  cut->content_index = track->content_index;
  cut->audio_end_ms = heard_ms;
}

static gboolean
is_cut_item (GPtrArray *cuts, const Track *track)
{
  guint i;

  for (i = 0; i < cuts->len; i++)
    if (g_strcmp0 (
            ((RtCut *) g_ptr_array_index (cuts, i))->item_id, track->item_id)
        == 0)
      return TRUE;
  return FALSE;
}

static void
forget_dropped (RtLedger *self)
{
  guint i = 0;

  while (i < self->tracks->len) {
    if (get (self, i)->dropping || get (self, i)->drained)
      g_ptr_array_remove_index (self->tracks, i);
    else
      i++;
  }
}

GPtrArray *
rt_ledger_settle (RtLedger *self, const RtHeard *heard, guint n_heard)
{
  GPtrArray *cuts = g_ptr_array_new_with_free_func ((GDestroyNotify) cut_free);
  guint64 received_ms, heard_ms;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    Track *track = get (self, i);

    if (!track->dropping)
      continue;
    measure (track, heard, n_heard, &received_ms, &heard_ms);
    if (!track->ended || heard_ms < received_ms)
      get_cut (cuts, track);
    else
      set_last (self, track);
  }
  for (i = 0; i < self->tracks->len; i++) {
    Track *track = get (self, i);

    if ((!track->dropping && !track->drained) || !is_cut_item (cuts, track))
      continue;
    measure (track, heard, n_heard, &received_ms, &heard_ms);
    add_part (get_cut (cuts, track), track, received_ms, heard_ms);
  }
  for (i = 0; i < cuts->len; i++) {
    RtCut *cut = g_ptr_array_index (cuts, i);

    cut->deletes = cut->played == 0;
  }
  forget_dropped (self);
  return cuts;
}
