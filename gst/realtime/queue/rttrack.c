/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One track of the playout.
 */
#include "rttrack.h"

#include <string.h>

#include "rtduration.h"

/* What a piece takes besides its bytes: a server may send one sample each. */
#define PIECE_COST 160

typedef struct {
  guint64 pts; /* of the first frame */
  guint64 frames;
} Run;

RtTrack *
rt_track_new (guint number, const RtPlayoutFormat *format)
{
  RtTrack *self = g_new0 (RtTrack, 1);

  self->link.data = self;
  self->number = number;
  self->format = *format;
  g_queue_init (&self->pieces);
  return self;
}

void
rt_track_free (RtTrack *self)
{
  g_queue_clear_full (&self->pieces, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->carry, g_byte_array_unref);
  g_clear_pointer (&self->runs, g_array_unref);
  g_free (self);
}

static void
append (RtTrack *self, GBytes *piece)
{
  self->memory += g_bytes_get_size (piece) + PIECE_COST;
  g_queue_push_tail (&self->pieces, piece);
  if (self->next == NULL) {
    self->next = self->pieces.tail;
    self->offset = 0;
  }
}

static void
remove_piece (RtTrack *self)
{
  GBytes *piece = g_queue_pop_head (&self->pieces);

  self->memory -= g_bytes_get_size (piece) + PIECE_COST;
  g_bytes_unref (piece);
}

/* Takes `data` as far as it completes the frame that was begun before; returns
 * how much that was. */
static gsize
complete_frame (RtTrack *self, const guint8 *data, gsize size)
{
  guint frame_size = self->format.frame_size;
  gsize n;

  if (self->carry == NULL)
    return 0;
  n = MIN (size, frame_size - self->carry->len);
  g_byte_array_append (self->carry, data, n);
  if (self->carry->len == frame_size) {
    append (self, g_byte_array_free_to_bytes (g_steal_pointer (&self->carry)));
    self->received++;
  }
  return n;
}

void
rt_track_push (RtTrack *self, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gsize start = complete_frame (self, data, size);
  gsize rest = (size - start) % self->format.frame_size;
  gsize whole = size - start - rest;

  if (whole > 0) {
    append (self, g_bytes_new_from_bytes (bytes, start, whole));
    self->received += whole / self->format.frame_size;
  }
  if (rest > 0) {
    self->carry = g_byte_array_new ();
    g_byte_array_append (self->carry, data + start + whole, rest);
  }
}

/* A stamp that differs by less than half a frame from where the frames before
 * it end is a matter of rounding, not a gap. */
static gboolean
goes_on (const Run *run, guint64 pts, guint rate)
{
  guint64 end = run->pts + rt_frames_to_ns (run->frames, rate);
  guint64 distance = MAX (pts, end) - MIN (pts, end);

  return distance < RT_NS_PER_SECOND / 2 / rate + 1;
}

static Run *
get_run (const RtTrack *self, guint i)
{
  return &g_array_index (self->runs, Run, i);
}

static guint
count_runs (const RtTrack *self)
{
  return self->runs != NULL ? self->runs->len : 0;
}

static void
note_run (RtTrack *self, guint64 pts, guint64 frames)
{
  Run run = { pts, frames };

  if (self->runs == NULL)
    self->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  if (self->runs->len > 0) {
    Run *last = get_run (self, self->runs->len - 1);

    if (goes_on (last, pts, self->format.rate)) {
      last->frames += frames;
      return;
    }
  }
  g_array_append_val (self->runs, run);
}

void
rt_track_read (RtTrack *self, guint8 *out, gsize size, guint64 pts)
{
  guint64 frames = size / self->format.frame_size;

  while (size > 0) {
    gsize have;
    const guint8 *data = g_bytes_get_data (self->next->data, &have);
    gsize n = MIN (size, have - self->offset);

    memcpy (out, data + self->offset, n);
    out += n;
    size -= n;
    self->offset += n;
    if (self->offset == have) {
      self->next = self->next->next;
      self->offset = 0;
    }
  }
  self->left += frames;
  note_run (self, pts, frames);
}

guint64
rt_track_heard (const RtTrack *self, guint64 until)
{
  guint64 heard = 0;
  guint i;

  for (i = 0; i < count_runs (self); i++) {
    const Run *run = get_run (self, i);

    if (until > run->pts)
      heard += MIN (run->frames,
          rt_ns_to_frames_over (until - run->pts, self->format.rate));
  }
  return MAX (heard, self->heard);
}

static guint64
count_frames (const RtTrack *self, GBytes *piece)
{
  return g_bytes_get_size (piece) / self->format.frame_size;
}

void
rt_track_settle (RtTrack *self, guint64 until)
{
  self->heard = rt_track_heard (self, until);
  while (self->pieces.head != NULL && self->pieces.head != self->next) {
    guint64 frames = count_frames (self, self->pieces.head->data);

    if (self->gone + frames > self->heard)
      break;
    self->gone += frames;
    remove_piece (self);
  }
}

/* The stamps of what comes again are void. */
static void
cut_runs (RtTrack *self)
{
  guint64 frames = 0;
  guint i;

  for (i = 0; i < count_runs (self) && frames < self->left; i++) {
    Run *run = get_run (self, i);

    run->frames = MIN (run->frames, self->left - frames);
    frames += run->frames;
  }
  if (self->runs != NULL)
    g_array_set_size (self->runs, i);
}

void
rt_track_rewind (RtTrack *self, guint64 until)
{
  guint64 before;

  rt_track_settle (self, until);
  before = self->gone;
  if (self->left == self->heard)
    return;
  self->left = self->heard;
  self->next = self->pieces.head;
  while (before + count_frames (self, self->next->data) <= self->left) {
    before += count_frames (self, self->next->data);
    self->next = self->next->next;
  }
  self->offset = (self->left - before) * self->format.frame_size;
  cut_runs (self);
}

guint64
rt_track_begin (const RtTrack *self)
{
  return count_runs (self) > 0 ? get_run (self, 0)->pts : G_MAXUINT64;
}

guint64
rt_track_finish (const RtTrack *self, guint64 frames)
{
  guint64 finish = 0;
  guint i;

  for (i = 0; i < count_runs (self) && frames > 0; i++) {
    const Run *run = get_run (self, i);
    guint64 n = MIN (run->frames, frames);

    finish = run->pts + rt_frames_to_ns (n, self->format.rate);
    frames -= n;
  }
  return finish;
}
