/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model's voice between the I/O thread and the src task.  The lock is a
 * leaf and nobody waits under it.
 */
#include "rtplayout.h"

#include <string.h>

#include "rtbooks.h"
#include "rtduration.h"
#include "rttrack.h"

struct _RtPlayout {
  gatomicrefcount refs;
  RtBooks *books; /* constant after init */

  /* the books' lock */
  GQueue tracks; /* in the order in which they were first pushed */
  GHashTable *by_number;
  GList *first;      /* link of the first track with frames queued */
  guint64 positions; /* given to tracks */
  gboolean held;
};

RtPlayout *
rt_playout_new (RtPlayout *before)
{
  RtPlayout *self = g_new0 (RtPlayout, 1);

  g_atomic_ref_count_init (&self->refs);
  self->books = before != NULL ? rt_books_ref (before->books) : rt_books_new ();
  g_queue_init (&self->tracks);
  self->by_number = g_hash_table_new (NULL, NULL);
  return self;
}

RtPlayout *
rt_playout_ref (RtPlayout *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* lock */
static void
forget (RtPlayout *self, RtTrack *track)
{
  g_queue_unlink (&self->tracks, &track->link);
  g_hash_table_remove (self->by_number, GUINT_TO_POINTER (track->number));
  rt_track_free (track);
}

static void
free_link (gpointer data, gpointer user_data)
{
  rt_track_free (data);
}

/* Nobody will play what is left. */
void
rt_playout_unref (RtPlayout *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  rt_playout_drop (self, G_MAXUINT64, NULL);
  g_hash_table_unref (self->by_number);
  rt_books_unref (self->books);
  g_free (self);
}

/* lock */
static RtTrack *
lookup (RtPlayout *self, guint number)
{
  return g_hash_table_lookup (self->by_number, GUINT_TO_POINTER (number));
}

/* lock */
static RtTrack *
add (RtPlayout *self, guint number, const RtPlayoutFormat *format)
{
  RtTrack *track = rt_track_new (number, format);

  track->position = self->positions++;
  g_queue_push_tail_link (&self->tracks, &track->link);
  g_hash_table_insert (self->by_number, GUINT_TO_POINTER (number), track);
  return track;
}

static guint64
to_ns (const RtTrack *track, guint64 frames)
{
  return rt_frames_to_ns (frames, track->format.rate);
}

static gboolean
same_format (const RtPlayoutFormat *a, const RtPlayoutFormat *b)
{
  return a->frame_size == b->frame_size && a->rate == b->rate
         && a->tag == b->tag;
}

gboolean
rt_playout_push (
    RtPlayout *self, guint number, const RtPlayoutFormat *format, GBytes *data)
{
  RtTrack *track;
  gboolean taken;

  g_return_val_if_fail (format->frame_size > 0 && format->rate > 0, FALSE);
  g_mutex_lock (&self->books->lock);
  track = lookup (self, number);
  if (track == NULL)
    track = add (self, number, format);
  taken = !track->ended && same_format (&track->format, format);
  if (taken) {
    self->books->received -= to_ns (track, track->received);
    rt_track_push (track, data);
    self->books->received += to_ns (track, track->received);
    if (rt_track_queued (track) > 0
        && (self->first == NULL
            || ((RtTrack *) self->first->data)->position > track->position))
      self->first = &track->link;
  }
  g_mutex_unlock (&self->books->lock);
  return taken;
}

void
rt_playout_end (RtPlayout *self, guint number)
{
  static const RtPlayoutFormat any = { 1, 1, 0 };
  RtTrack *track;

  g_mutex_lock (&self->books->lock);
  track = lookup (self, number);
  if (track == NULL)
    track = add (self, number, &any);
  track->ended = TRUE;
  g_mutex_unlock (&self->books->lock);
}

void
rt_playout_refuse (RtPlayout *self, guint64 duration)
{
  g_mutex_lock (&self->books->lock);
  self->books->received += duration;
  self->books->dropped += duration;
  g_mutex_unlock (&self->books->lock);
}

/* lock */
static void
find_first (RtPlayout *self)
{
  while (self->first != NULL && rt_track_queued (self->first->data) == 0)
    self->first = self->first->next;
}

void
rt_playout_settle (RtPlayout *self, guint64 heard_until)
{
  GList *l;

  g_mutex_lock (&self->books->lock);
  for (l = self->tracks.head; l != NULL; l = l->next)
    rt_track_settle (l->data, heard_until);
  g_mutex_unlock (&self->books->lock);
}

void
rt_playout_hold (RtPlayout *self, guint64 heard_until)
{
  GList *l;

  g_mutex_lock (&self->books->lock);
  self->held = TRUE;
  for (l = self->tracks.head; l != NULL; l = l->next) {
    RtTrack *track = l->data;

    self->books->played -= to_ns (track, track->left);
    rt_track_rewind (track, heard_until);
    self->books->played += to_ns (track, track->left);
  }
  self->first = self->tracks.head;
  find_first (self);
  g_mutex_unlock (&self->books->lock);
}

void
rt_playout_resume (RtPlayout *self)
{
  g_mutex_lock (&self->books->lock);
  self->held = FALSE;
  g_mutex_unlock (&self->books->lock);
}

/* lock.  What was not heard of the track was not played. */
static RtPlayoutAccount
close_account (RtPlayout *self, const RtTrack *track, guint64 heard_until)
{
  RtPlayoutAccount account = {
    .track = track->number,
    .rate = track->format.rate,
    .received = track->received,
    .left = track->left,
    .heard = rt_track_heard (track, heard_until),
    .begin = rt_track_begin (track),
    .ended = track->ended,
  };
  guint64 heard_ns = to_ns (track, account.heard);

  account.finish = rt_track_finish (track, account.heard);
  self->books->played -= to_ns (track, track->left) - heard_ns;
  self->books->dropped += to_ns (track, track->received) - heard_ns;
  return account;
}

void
rt_playout_drop (RtPlayout *self, guint64 heard_until, GArray *accounts)
{
  GList *tracks, *l;

  g_mutex_lock (&self->books->lock);
  tracks = self->tracks.head;
  for (l = tracks; l != NULL; l = l->next) {
    RtPlayoutAccount account = close_account (self, l->data, heard_until);

    if (accounts != NULL)
      g_array_append_val (accounts, account);
  }
  g_queue_init (&self->tracks);
  g_hash_table_remove_all (self->by_number);
  self->first = NULL;
  self->held = FALSE;
  g_mutex_unlock (&self->books->lock);
  /* minutes of speech may be in there: nobody waits for it to be freed */
  g_list_foreach (tracks, free_link, NULL);
}

/* lock */
static gsize
readable (const RtTrack *track)
{
  return rt_track_queued (track) * track->format.frame_size;
}

/* lock */
static gboolean
is_open (const RtPlayout *self)
{
  const GList *l;

  for (l = self->tracks.head; l != NULL; l = l->next) {
    const RtTrack *track = l->data;

    if (track->left > 0 && !track->ended)
      return TRUE;
  }
  return FALSE;
}

void
rt_playout_peek (RtPlayout *self, RtPlayoutStatus *status)
{
  const RtBooks *books = self->books;

  memset (status, 0, sizeof *status);
  g_mutex_lock (&self->books->lock);
  status->open = !self->held && is_open (self);
  status->held = self->held;
  status->received = books->received;
  status->played = books->played;
  status->dropped = books->dropped;
  status->level = books->received - books->played - books->dropped;
  if (self->first != NULL) {
    const RtTrack *track = self->first->data;

    status->bytes = readable (track);
    status->track = track->number;
    status->complete = track->ended;
    status->format = track->format;
  }
  g_mutex_unlock (&self->books->lock);
}

gboolean
rt_playout_read (
    RtPlayout *self, guint8 *out, gsize size, guint64 pts, RtPlayoutRead *read)
{
  RtTrack *track;

  memset (read, 0, sizeof *read);
  g_mutex_lock (&self->books->lock);
  if (self->first != NULL && !self->held) {
    track = self->first->data;
    size = MIN (size - size % track->format.frame_size, readable (track));
    if (size > 0) {
      read->track = track->number;
      read->format = track->format;
      read->size = size;
      read->first = track->left == 0;
      self->books->played -= to_ns (track, track->left);
      rt_track_read (track, out, size, pts);
      self->books->played += to_ns (track, track->left);
      read->last = track->ended && rt_track_queued (track) == 0;
      find_first (self);
    }
  }
  g_mutex_unlock (&self->books->lock);
  return read->size > 0;
}

static void
tell (GArray *moments, const RtTrack *track, guint64 time)
{
  RtPlayoutMoment moment = { track->number, time };

  g_array_append_val (moments, moment);
}

/* lock.  What there is to say of a track; when there will be more. */
static guint64
report_track (RtTrack *track, guint64 heard_until, GArray *playing,
    GArray *drained, gboolean *over)
{
  guint64 begin = rt_track_begin (track);
  guint64 finish = rt_track_finish (track, track->left);

  *over = FALSE;
  if (track->received > 0 && !track->reported) {
    /* G_MAXUINT64 is both "all that left" and "none left" */
    if (track->left == 0 || begin > heard_until)
      return begin;
    track->reported = TRUE;
    tell (playing, track, begin);
  }
  if (!track->ended || rt_track_queued (track) > 0)
    return G_MAXUINT64;
  if (finish > heard_until)
    return finish;
  *over = TRUE;
  tell (drained, track, track->received > 0 ? finish : G_MAXUINT64);
  return G_MAXUINT64;
}

guint64
rt_playout_report (
    RtPlayout *self, guint64 heard_until, GArray *playing, GArray *drained)
{
  guint64 next = G_MAXUINT64;
  GList *l, *after;

  g_mutex_lock (&self->books->lock);
  /* the tracks behind one that still waits to be read were not read either */
  for (l = self->tracks.head; l != NULL; l = after) {
    RtTrack *track = l->data;
    gboolean waiting = rt_track_queued (track) > 0;
    gboolean over;
    guint64 due = report_track (track, heard_until, playing, drained, &over);

    rt_track_settle (track, heard_until);
    after = waiting ? NULL : l->next;
    next = MIN (next, due);
    if (over)
      forget (self, track);
  }
  g_mutex_unlock (&self->books->lock);
  return next;
}

gsize
rt_playout_get_memory (RtPlayout *self)
{
  gsize memory = 0;
  const GList *l;

  g_mutex_lock (&self->books->lock);
  for (l = self->tracks.head; l != NULL; l = l->next)
    memory += ((const RtTrack *) l->data)->memory;
  g_mutex_unlock (&self->books->lock);
  return memory;
}

gboolean
rt_playout_is_idle (RtPlayout *self)
{
  gboolean idle;

  g_mutex_lock (&self->books->lock);
  idle = self->tracks.head == NULL;
  g_mutex_unlock (&self->books->lock);
  return idle;
}
