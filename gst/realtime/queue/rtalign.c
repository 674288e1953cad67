/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stamps against a count of samples.  The count decides as long as they agree,
 * so that rounding never makes or loses a sample and errors do not add up.
 */
#include "rtalign.h"

/* How long a small hole is remembered. */
#define WOBBLE_TIME RT_NS_PER_SECOND

void
rt_align_reset (RtAlign *self)
{
  self->anchored = FALSE;
  self->anchor = 0;
  self->bytes = 0;
  self->tolerance = RT_ALIGN_TOLERANCE;
  self->wobble = 0;
  self->late = 0;
}

guint64
rt_align_next (const RtAlign *self)
{
  if (!self->anchored)
    return RT_NS_UNKNOWN;
  return self->anchor
         + rt_frames_to_ns (self->bytes / self->frame_size, self->rate);
}

void
rt_align_jump (RtAlign *self, guint64 time)
{
  self->anchored = TRUE;
  self->anchor = time;
  self->bytes = 0;
  self->late = 0;
}

void
rt_align_set_format (RtAlign *self, guint frame_size, guint rate)
{
  if (self->anchored)
    rt_align_jump (self, rt_align_next (self));
  self->frame_size = frame_size;
  self->rate = rate;
}

static gsize
bytes_of (const RtAlign *self, guint64 duration)
{
  return rt_ns_to_frames (duration, self->rate) * self->frame_size;
}

/* A hole that soon closes was none: this source stamps by when it got to it.
 * From then on as much is no hole. */
static void
learn_wobble (RtAlign *self, guint64 time, guint64 overlap)
{
  if (self->wobble == 0 || overlap > self->wobble + self->tolerance
      || time > self->wobble_at + WOBBLE_TIME)
    return;
  self->tolerance
      = MIN (self->wobble + RT_ALIGN_TOLERANCE, RT_ALIGN_MAX_TOLERANCE);
  self->wobble = 0;
}

/* `time` is `hole` behind what came before. */
static void
fill (RtAlign *self, guint64 time, guint64 hole, RtAligned *out)
{
  self->wobble = hole <= RT_ALIGN_MAX_TOLERANCE ? hole : 0;
  self->wobble_at = time;
  out->silence = bytes_of (self, MIN (hole, RT_ALIGN_MAX_HOLE));
  if (hole > RT_ALIGN_MAX_HOLE)
    rt_align_jump (self, time);
  else
    self->bytes += out->silence;
}

/* The first `overlap` of it was there already. */
static void
cut (RtAlign *self, guint64 time, guint64 overlap, gsize size, gboolean discont,
    RtAligned *out)
{
  gsize whole = size - size % self->frame_size;

  learn_wobble (self, time, overlap);
  out->skip = bytes_of (self, overlap);
  if (out->skip < whole) {
    self->late = 0;
    return;
  }
  out->skip = size;
  self->late += rt_frames_to_ns (size / self->frame_size, self->rate);
  if (self->late > RT_ALIGN_MAX_LATE
      || (discont && overlap > RT_ALIGN_MAX_LATE)) {
    out->skip = 0;
    rt_align_jump (self, time);
  }
}

RtAligned
rt_align_take (RtAlign *self, guint64 time, gsize size, gboolean discont)
{
  guint64 next = rt_align_next (self);
  RtAligned out = { .time = next, .data_time = next, .joins = TRUE };

  if (size == 0)
    return out;
  if (next == RT_NS_UNKNOWN) {
    rt_align_jump (self, time != RT_NS_UNKNOWN ? time : 0);
    out.joins = FALSE;
  } else if (time != RT_NS_UNKNOWN
             && (time > next + self->tolerance
                 || next > time + self->tolerance)) {
    out.joins = FALSE;
    self->bytes -= self->bytes % self->frame_size;
    if (time > next)
      fill (self, time, time - next, &out);
    else
      cut (self, time, next - time, size, discont, &out);
  } else {
    self->late = 0;
  }
  out.data_time = rt_align_next (self);
  out.time = out.silence > 0 ? next : out.data_time;
  self->bytes += size - out.skip;
  return out;
}

RtAligned
rt_align_gap (RtAlign *self, guint64 time, guint64 end)
{
  RtAligned out = { .joins = FALSE };

  if (!self->anchored)
    rt_align_jump (self, time);
  self->bytes -= self->bytes % self->frame_size;
  out.time = rt_align_next (self);
  if (end > out.time)
    fill (self, end, end - out.time, &out);
  self->wobble = 0;
  out.data_time = rt_align_next (self);
  return out;
}
