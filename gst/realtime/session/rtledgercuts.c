/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was cut off of which item when playback was dropped.  Pure; its owner
 * serialises the calls.
 */
#include "rtledger-private.h"

#define NS_PER_MS 1000000
#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)

typedef struct {
  RtCut cut; /* first: it is given out as that */
  guint part;
  guint session;
  guint64 received; /* ns */
  guint64 heard;    /* ns */
} Cut;

static RtLedgerTrack *
get (RtLedger *self, guint i)
{
  return g_ptr_array_index (self->tracks, i);
}

static void
cut_free (Cut *cut)
{
  g_free (cut->cut.item_id);
  g_free (cut->cut.response_id);
  g_array_unref (cut->cut.parts);
  g_free (cut);
}

static const RtHeard *
find_heard (const RtLedgerTrack *track, const RtHeard *heard, guint n_heard)
{
  guint i;

  for (i = 0; i < n_heard && !track->drained; i++)
    if (heard[i].track == track->number && heard[i].rate > 0)
      return &heard[i];
  return NULL;
}

/* What playback does not know any more was heard to its end; the report of
 * that is on its way. */
static void
measure (RtLedgerTrack *track, const RtHeard *heard, guint n_heard,
    guint64 *received_ns, guint64 *heard_ns)
{
  const RtHeard *found = find_heard (track, heard, n_heard);

  *received_ns = *heard_ns = rt_ledger_track_ns (track);
  if (found == NULL)
    return;
  *received_ns = found->received * NS_PER_SECOND / found->rate;
  *heard_ns = MIN (found->heard, found->received) * NS_PER_SECOND / found->rate;
  if (track->begin == RT_TIME_UNKNOWN)
    track->begin = found->begin;
}

static Cut *
find_cut (GPtrArray *cuts, const RtLedgerTrack *track)
{
  guint i;

  for (i = 0; i < cuts->len; i++) {
    Cut *cut = g_ptr_array_index (cuts, i);
    const RtLedgerTrack other = {
      .item_id = cut->cut.item_id,
      .response_id = cut->cut.response_id,
      .part = cut->part,
      .session = cut->session,
    };

    if (rt_ledger_is_same_item (&other, track))
      return cut;
  }
  return NULL;
}

static void
add_cut (GPtrArray *cuts, const RtLedgerTrack *track)
{
  Cut *cut = g_new0 (Cut, 1);

  cut->cut.item_id = g_strdup (track->item_id);
  cut->cut.response_id = g_strdup (track->response_id);
  cut->cut.parts = g_array_new (FALSE, FALSE, sizeof (RtCutPart));
  cut->part = track->part;
  cut->session = track->session;
  g_ptr_array_add (cuts, cut);
}

/* A part may have several tracks, the last of which tells its end. */
static void
note_part (
    GArray *parts, const RtLedgerTrack *track, guint64 received, guint64 heard)
{
  RtCutPart part
      = { track->content_index, received, heard, track->ended, track->begin };
  guint i;

  for (i = 0; i < parts->len; i++) {
    RtCutPart *known = &g_array_index (parts, RtCutPart, i);

    if (known->content_index == part.content_index) {
      known->received += received;
      known->heard += heard;
      known->complete = part.complete;
      return;
    }
  }
  g_array_append_val (parts, part);
}

/* Parts are heard one after the other: at most one of an item was heard in
 * part, and that one is truncated. */
static void
add_part (Cut *cut, const RtLedgerTrack *track, guint64 received, guint64 heard)
{
  gboolean whole = track->ended && heard / NS_PER_MS == received / NS_PER_MS;

  heard += track->before;
  received += track->before;
  cut->heard += heard;
  cut->received += received;
  note_part (cut->cut.parts, track, received, heard);
  if (heard < NS_PER_MS || whole)
    return;
  cut->cut.truncates = TRUE;
  cut->cut.content_index = track->content_index;
  cut->cut.audio_end_ms = heard / NS_PER_MS;
}

static void
finish_cut (gpointer data, gpointer user_data)
{
  Cut *cut = data;
  const RtLedger *self = user_data;

  cut->cut.ago = self->session - cut->session;
  cut->cut.played = cut->heard / NS_PER_MS;
  cut->cut.dropped = cut->received / NS_PER_MS - cut->cut.played;
  cut->cut.deletes = cut->cut.played == 0;
}

static void
forget_dropped (RtLedger *self)
{
  guint i = 0;

  while (i < self->tracks->len) {
    if (get (self, i)->dropping)
      g_ptr_array_remove_index (self->tracks, i);
    else
      i++;
  }
  rt_ledger_forget_heard (self, NULL);
}

/* The items that were cut; of one that has a name all parts count. */
static GPtrArray *
find_cuts (RtLedger *self, const RtHeard *heard, guint n_heard,
    RtLedgerFunc func, gpointer user_data)
{
  GPtrArray *cuts = g_ptr_array_new_with_free_func ((GDestroyNotify) cut_free);
  guint64 received_ns, heard_ns;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    RtLedgerTrack *track = get (self, i);

    if (!track->dropping)
      continue;
    measure (track, heard, n_heard, &received_ns, &heard_ns);
    if (track->ended && heard_ns / NS_PER_MS == received_ns / NS_PER_MS) {
      rt_ledger_set_last (self, track);
      if (func != NULL && rt_ledger_find_next (self, track) == NULL)
        func (track->item_id, self->session - track->session,
            track->content_index, user_data);
    } else if (find_cut (cuts, track) == NULL)
      add_cut (cuts, track);
  }
  return cuts;
}

GPtrArray *
rt_ledger_settle (RtLedger *self, const RtHeard *heard, guint n_heard,
    RtLedgerFunc func, gpointer user_data)
{
  GPtrArray *cuts = find_cuts (self, heard, n_heard, func, user_data);
  guint64 received_ns, heard_ns;
  guint i = 0;

  while (i < self->tracks->len) {
    RtLedgerTrack *track = get (self, i);
    RtLedgerTrack *next = rt_ledger_find_next (self, track);
    Cut *cut = find_cut (cuts, track);

    measure (track, heard, n_heard, &received_ns, &heard_ns);
    if (next != NULL && track->dropping && heard_ns == received_ns) {
      rt_ledger_fold (self, track, next, heard_ns);
      continue;
    }
    if (cut != NULL && (track->dropping || track->drained))
      add_part (cut, track, received_ns, heard_ns);
    i++;
  }
  g_ptr_array_foreach (cuts, finish_cut, self);
  forget_dropped (self);
  return cuts;
}
