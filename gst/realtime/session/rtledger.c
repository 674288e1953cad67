/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which track is which part of which item, and how far it was heard.  Pure;
 * its owner serialises the calls.
 */
#include "rtledger-private.h"

#include <string.h>

#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)

static void
track_free (RtLedgerTrack *track)
{
  g_free (track->response_id);
  g_free (track->item_id);
  g_free (track);
}

RtLedger *
rt_ledger_new (gboolean open_ended)
{
  RtLedger *self = g_new0 (RtLedger, 1);

  self->open_ended = open_ended;
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

static RtLedgerTrack *
get (RtLedger *self, guint i)
{
  return g_ptr_array_index (self->tracks, i);
}

static RtLedgerTrack *
find_number (RtLedger *self, guint number)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    if (get (self, i)->number == number)
      return get (self, i);
  return NULL;
}

static RtLedgerTrack *
find_part (RtLedger *self, const gchar *response_id, const gchar *item_id,
    guint content_index)
{
  guint i;

  for (i = self->tracks->len; i > 0; i--) {
    RtLedgerTrack *track = get (self, i - 1);

    if (track->session != self->session || track->content_index != content_index
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

guint64
rt_ledger_track_ns (const RtLedgerTrack *track)
{
  return track->received / rt_audio_format_frame_size (&track->format)
         * NS_PER_SECOND / track->format.rate;
}

RtLedgerTrack *
rt_ledger_find_next (RtLedger *self, const RtLedgerTrack *track)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    if (get (self, i)->part == track->part
        && get (self, i)->number > track->number)
      return get (self, i);
  return NULL;
}

void
rt_ledger_fold (
    RtLedger *self, RtLedgerTrack *track, RtLedgerTrack *next, guint64 heard)
{
  next->before += track->before + heard;
  if (track->begin != RT_TIME_UNKNOWN)
    next->begin = track->begin;
  g_ptr_array_remove (self->tracks, track);
}

static gboolean
is_full (RtLedger *self)
{
  return self->tracks->len >= RT_LEDGER_MAX_TRACKS + RT_LEDGER_MAX_HEARD;
}

static RtLedgerTrack *
add_track (RtLedger *self, const gchar *response_id, const gchar *item_id,
    guint content_index, const RtAudioFormat *format)
{
  RtLedgerTrack *track = g_new0 (RtLedgerTrack, 1);

  track->number = ++self->last_number;
  track->part = track->number;
  track->session = self->session;
  track->response_id = g_strdup (response_id);
  track->item_id = g_strdup (item_id);
  track->content_index = content_index;
  track->format = *format;
  track->begin = RT_TIME_UNKNOWN;
  g_ptr_array_add (self->tracks, track);
  return track;
}

/* The part goes on, in another format or behind what seemed its end. */
static RtLedgerTrack *
add_next (RtLedger *self, RtLedgerTrack *track, const RtAudioFormat *format,
    guint *ended)
{
  RtLedgerTrack *next;

  if (is_full (self))
    return NULL;
  next = add_track (
      self, track->response_id, track->item_id, track->content_index, format);
  next->part = track->part;
  if (!track->ended)
    *ended = track->number;
  track->ended = TRUE;
  if (track->drained)
    rt_ledger_fold (self, track, next, rt_ledger_track_ns (track));
  return next;
}

guint
rt_ledger_push (RtLedger *self, const gchar *response_id, const gchar *item_id,
    guint content_index, const RtAudioFormat *format, gsize size, guint *ended)
{
  RtLedgerTrack *track;

  *ended = 0;
  if (rt_ledger_is_interrupted (self, response_id, item_id))
    return 0;
  track = find_part (self, response_id, item_id, content_index);
  if (track == NULL && !is_full (self))
    track = add_track (self, response_id, item_id, content_index, format);
  if (track == NULL || track->dropping || (track->ended && !self->open_ended))
    return 0;
  if (track->ended || !rt_audio_format_equal (&track->format, format))
    track = add_next (self, track, format, ended);
  if (track == NULL)
    return 0;
  track->received += size;
  return track->number;
}

static gboolean
is_nameless (const RtLedgerTrack *track)
{
  return track->item_id == NULL && track->response_id == NULL;
}

static gboolean
may_end (RtLedger *self, const RtLedgerTrack *track, const gchar *response_id,
    const gchar *item_id, gint content_index)
{
  if (track->ended || track->dropping)
    return FALSE;
  if (self->open_ended && is_nameless (track))
    return TRUE;
  return (response_id == NULL || track->response_id == NULL
             || strcmp (track->response_id, response_id) == 0)
         && (item_id == NULL || g_strcmp0 (track->item_id, item_id) == 0)
         && (content_index < 0
             || track->content_index == (guint) content_index);
}

gboolean
rt_ledger_end (RtLedger *self, const gchar *response_id, const gchar *item_id,
    gint content_index, guint *number)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    RtLedgerTrack *track = get (self, i);

    if (!may_end (self, track, response_id, item_id, content_index))
      continue;
    track->ended = TRUE;
    *number = track->number;
    return TRUE;
  }
  self->nameless_interrupted = FALSE;
  return FALSE;
}

gboolean
rt_ledger_is_same_item (const RtLedgerTrack *a, const RtLedgerTrack *b)
{
  if (a->session != b->session)
    return FALSE;
  if (a->item_id != NULL || b->item_id != NULL)
    return g_strcmp0 (a->item_id, b->item_id) == 0;
  return a->part == b->part
         || (a->response_id != NULL
             && g_strcmp0 (a->response_id, b->response_id) == 0);
}

void
rt_ledger_forget_heard (RtLedger *self, const RtLedgerTrack *last)
{
  guint i, kept = 0;

  for (i = self->tracks->len; i > 0; i--) {
    RtLedgerTrack *track = get (self, i - 1);

    if (!track->drained
        || (last != NULL && rt_ledger_is_same_item (track, last)))
      continue;
    if (track->item_id == NULL || track->session != self->session
        || ++kept > RT_LEDGER_MAX_HEARD)
      g_ptr_array_remove_index (self->tracks, i - 1);
  }
}

void
rt_ledger_set_last (RtLedger *self, const RtLedgerTrack *track)
{
  g_free (self->last_item);
  self->last_item = g_strdup (track->item_id);
  g_free (self->last_response);
  self->last_response = g_strdup (track->response_id);
}

gboolean
rt_ledger_drained (
    RtLedger *self, guint number, RtLedgerFunc func, gpointer user_data)
{
  RtLedgerTrack *track = find_number (self, number);
  RtLedgerTrack *next;

  if (track == NULL || track->drained)
    return FALSE;
  track->drained = TRUE;
  track->ended = TRUE;
  track->dropping = FALSE;
  rt_ledger_set_last (self, track);
  rt_ledger_forget_heard (self, track);
  next = rt_ledger_find_next (self, track);
  if (next != NULL)
    rt_ledger_fold (self, track, next, rt_ledger_track_ns (track));
  else if (func != NULL)
    func (track->item_id, self->session - track->session, track->content_index,
        user_data);
  return TRUE;
}

gboolean
rt_ledger_playing (
    RtLedger *self, guint number, guint64 time, const gchar **item_id)
{
  RtLedgerTrack *track = find_number (self, number);

  if (track == NULL || track->drained)
    return FALSE;
  if (track->begin == RT_TIME_UNKNOWN)
    track->begin = time;
  *item_id = track->item_id;
  return TRUE;
}

guint64
rt_ledger_get_begin (RtLedger *self, const gchar *response_id,
    const gchar *item_id, guint content_index)
{
  RtLedgerTrack *last = find_part (self, response_id, item_id, content_index);
  guint i;

  /* the tracks of a part are in order */
  for (i = 0; last != NULL && i < self->tracks->len; i++)
    if (get (self, i)->part == last->part)
      return get (self, i)->begin;
  return RT_TIME_UNKNOWN;
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
rt_ledger_is_open (RtLedger *self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    if (!get (self, i)->ended)
      return TRUE;
  return self->nameless_interrupted;
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
    RtLedgerTrack *track = get (self, i);

    if (track->drained || track->dropping)
      continue;
    track->dropping = TRUE;
    if (self->open_ended && is_nameless (track) && !track->ended)
      self->nameless_interrupted = TRUE;
    any = TRUE;
    if (track->session != self->session)
      continue;
    remember (self, track->response_id);
    remember (self, track->item_id);
  }
  return any;
}

gboolean
rt_ledger_is_interrupted (
    RtLedger *self, const gchar *response_id, const gchar *item_id)
{
  if (response_id == NULL && item_id == NULL)
    return self->nameless_interrupted;
  if (self->interrupted.length == 0)
    return FALSE;
  return is_known (self, response_id) || is_known (self, item_id);
}

void
rt_ledger_retire (RtLedger *self)
{
  self->session++;
  g_queue_clear_full (&self->interrupted, g_free);
  self->nameless_interrupted = FALSE;
}
