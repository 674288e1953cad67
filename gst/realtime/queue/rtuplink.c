/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's voice between the streaming thread and the I/O thread.  The lock
 * is a leaf; only the streaming thread ever waits for the condition.
 */
#include "rtuplink.h"

#include "rtring.h"
#include "rttimes.h"

#define DEFAULT_LIMIT (10 * RT_NS_PER_SECOND)
/* What a limit may come to, whatever was asked for. */
#define MAX_CAPACITY ((gsize) 1 << 30)

struct _RtUplink {
  gatomicrefcount refs;

  GMutex lock;
  GCond room; /* there is some, or flushing */
  /* lock */
  RtRing ring;   /* begins with a whole frame, may end in a part of one */
  RtTimes times; /* of its frames, counted from `base` */
  RtUplinkFormat format;
  guint64 limit;
  guint64 gone;  /* bytes that left at the front, whatever for */
  guint64 base;  /* the same when this format began */
  gsize portion; /* what is popped at a time */
  gsize padded;  /* bytes, since the last push */
  guint waiting; /* producers, mostly none: a signal costs a system call */
  gboolean flushing;
  guint flushes; /* begun: one may be over before who waits has seen it */
};

RtUplink *
rt_uplink_new (void)
{
  RtUplink *self = g_new0 (RtUplink, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->room);
  self->format.frame_size = 2;
  self->format.rate = 24000;
  self->limit = DEFAULT_LIMIT;
  return self;
}

RtUplink *
rt_uplink_ref (RtUplink *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
rt_uplink_unref (RtUplink *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  rt_ring_clear (&self->ring);
  rt_times_clear (&self->times);
  g_cond_clear (&self->room);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* lock */
static void
wake (RtUplink *self)
{
  if (self->waiting > 0)
    g_cond_broadcast (&self->room);
}

/* lock */
static gsize
whole_frames (const RtUplink *self)
{
  return self->ring.used - self->ring.used % self->format.frame_size;
}

/* lock.  Bytes: whole frames and the part of one.  Never less than two
 * portions, or else a producer could wait for a consumer that waits for it. */
static gsize
get_capacity (const RtUplink *self)
{
  guint64 frames = MIN (rt_ns_to_frames (self->limit, self->format.rate),
      MAX_CAPACITY / self->format.frame_size);
  gsize bytes = MAX (frames * self->format.frame_size, 2 * self->portion);

  bytes
      = MAX (bytes - bytes % self->format.frame_size, self->format.frame_size);
  return bytes + self->format.frame_size - 1;
}

/* lock */
static gsize
get_room (const RtUplink *self)
{
  gsize capacity = get_capacity (self);

  return capacity > self->ring.used ? capacity - self->ring.used : 0;
}

/* lock */
static guint64
head_frame (const RtUplink *self)
{
  return (self->gone - self->base) / self->format.frame_size;
}

/* lock */
static void
leave (RtUplink *self, guint8 *out, gsize size)
{
  rt_ring_pop (&self->ring, out, size);
  self->gone += size;
  rt_times_forget (&self->times, head_frame (self));
}

/* lock */
static void
forget_part (RtUplink *self)
{
  rt_ring_unpush (&self->ring, self->ring.used - whole_frames (self));
}

/* lock */
static gsize
left (const RtUplink *self, guint64 end)
{
  guint64 before = end > self->gone ? end - self->gone : 0;

  return MIN (before, whole_frames (self));
}

/* lock.  Forgets the oldest frames so that `size` more bytes fit, if need be
 * the first of those too.  Returns how many bytes of them are to be skipped;
 * *dropped grows by all. */
static gsize
make_room (RtUplink *self, gsize size, gsize *dropped)
{
  gsize capacity = get_capacity (self);
  gsize used = self->ring.used;
  gsize excess, kept;

  if (size <= capacity && used <= capacity - size)
    return 0;
  excess = used + size - capacity;
  excess += self->format.frame_size - 1;
  excess -= excess % self->format.frame_size;
  *dropped += excess;
  kept = MIN (excess, used);
  leave (self, NULL, kept);
  self->gone += excess - kept;
  return excess - kept;
}

/* lock.  FALSE: flushing. */
static gboolean
push_waiting (RtUplink *self, const guint8 *data, gsize size)
{
  guint flushes = self->flushes;
  gsize n;

  while (size > 0) {
    self->waiting++;
    while (self->flushes == flushes && get_room (self) == 0)
      g_cond_wait (&self->room, &self->lock);
    self->waiting--;
    if (self->flushes != flushes)
      return FALSE;
    n = MIN (size, get_room (self));
    rt_ring_push (&self->ring, data, n);
    data += n;
    size -= n;
  }
  return TRUE;
}

/* lock.  What is pushed next has this time. */
static void
mark (RtUplink *self, guint64 time)
{
  guint64 tail = head_frame (self) + self->ring.used / self->format.frame_size;

  self->padded = 0;
  if (time != RT_NS_UNKNOWN)
    rt_times_mark (&self->times, tail, time, self->format.rate);
}

RtUplinkResult
rt_uplink_push (RtUplink *self, const guint8 *data, gsize size, guint64 time,
    gboolean wait, gsize *dropped, gsize *level)
{
  RtUplinkResult result = RT_UPLINK_OK;
  gsize skip;

  g_mutex_lock (&self->lock);
  if (self->flushing)
    result = RT_UPLINK_FLUSHING;
  else if (size > 0)
    mark (self, time);
  if (result == RT_UPLINK_OK && !wait) {
    skip = make_room (self, size, dropped);
    rt_ring_push (&self->ring, data + skip, size - skip);
  } else if (result == RT_UPLINK_OK && !push_waiting (self, data, size)) {
    result = RT_UPLINK_FLUSHING;
  }
  *level = whole_frames (self);
  g_mutex_unlock (&self->lock);
  return result;
}

static gboolean
same_format (const RtUplinkFormat *a, const RtUplinkFormat *b)
{
  return a->frame_size == b->frame_size && a->rate == b->rate
         && a->tag == b->tag;
}

void
rt_uplink_forget_part (RtUplink *self)
{
  g_mutex_lock (&self->lock);
  forget_part (self);
  g_mutex_unlock (&self->lock);
}

gsize
rt_uplink_silence_due (
    RtUplink *self, gsize bytes, gboolean wait, gsize *padded)
{
  gsize room;

  g_mutex_lock (&self->lock);
  *padded = MIN (bytes, self->padded);
  self->padded -= *padded;
  bytes -= *padded;
  room = get_room (self) / 2;
  if (!wait)
    bytes = MIN (bytes, room - room % self->format.frame_size);
  g_mutex_unlock (&self->lock);
  return bytes;
}

void
rt_uplink_pad (RtUplink *self, gsize bytes)
{
  g_mutex_lock (&self->lock);
  self->padded += bytes;
  g_mutex_unlock (&self->lock);
}

/* lock.  How much of `size` there is before `end` and before time jumps;
 * *jumps: it does. */
static gsize
get_run (RtUplink *self, guint64 end, gsize size, gboolean *jumps)
{
  gsize n = MIN (size, left (self, end));
  guint64 head = head_frame (self);
  guint64 jump = rt_times_next_jump (&self->times, head) - head;

  *jumps = jump < n / self->format.frame_size;
  return *jumps ? jump * self->format.frame_size : n;
}

gsize
rt_uplink_pop_until (RtUplink *self, guint64 end, const RtUplinkFormat *format,
    guint8 *out, gsize size, gboolean rest, guint64 *time)
{
  gboolean jumps;
  gsize n;

  g_mutex_lock (&self->lock);
  if (!same_format (&self->format, format))
    size = 0;
  size -= size % self->format.frame_size;
  if (!rest && size > self->portion) {
    self->portion = size;
    wake (self);
  }
  n = get_run (self, end, size, &jumps);
  if (!rest && !jumps && n < size)
    n = 0;
  if (n > 0) {
    *time = rt_times_of (&self->times, head_frame (self), self->format.rate);
    leave (self, out, n);
    wake (self);
  }
  g_mutex_unlock (&self->lock);
  return n;
}

gsize
rt_uplink_pop (RtUplink *self, const RtUplinkFormat *format, guint8 *out,
    gsize size, gboolean rest, guint64 *time)
{
  return rt_uplink_pop_until (self, G_MAXUINT64, format, out, size, rest, time);
}

gsize
rt_uplink_level (RtUplink *self)
{
  gsize level;

  g_mutex_lock (&self->lock);
  level = whole_frames (self);
  g_mutex_unlock (&self->lock);
  return level;
}

guint64
rt_uplink_end (RtUplink *self)
{
  guint64 end;

  g_mutex_lock (&self->lock);
  end = self->gone + whole_frames (self);
  g_mutex_unlock (&self->lock);
  return end;
}

gsize
rt_uplink_left (RtUplink *self, guint64 end)
{
  gsize bytes;

  g_mutex_lock (&self->lock);
  bytes = left (self, end);
  g_mutex_unlock (&self->lock);
  return bytes;
}

/* A part of a frame stays: the producer may be about to push the rest. */
gsize
rt_uplink_clear (RtUplink *self)
{
  return rt_uplink_clear_until (self, G_MAXUINT64);
}

gsize
rt_uplink_clear_until (RtUplink *self, guint64 end)
{
  gsize bytes;

  g_mutex_lock (&self->lock);
  bytes = left (self, end);
  leave (self, NULL, bytes);
  wake (self);
  g_mutex_unlock (&self->lock);
  return bytes;
}

gsize
rt_uplink_set_format (RtUplink *self, const RtUplinkFormat *format)
{
  gsize bytes = 0;

  g_return_val_if_fail (format->frame_size > 0 && format->rate > 0, 0);
  g_mutex_lock (&self->lock);
  if (!same_format (&self->format, format)) {
    bytes = whole_frames (self);
    self->gone += bytes;
    self->base = self->gone;
    rt_ring_clear (&self->ring);
    rt_times_clear (&self->times);
    self->portion = 0;
    self->padded = 0;
    self->format = *format;
    wake (self);
  }
  g_mutex_unlock (&self->lock);
  return bytes;
}

void
rt_uplink_set_limit (RtUplink *self, guint64 limit)
{
  g_mutex_lock (&self->lock);
  self->limit = limit;
  wake (self);
  g_mutex_unlock (&self->lock);
}

/* What comes behind a flush begins with a whole frame: a part of one that was
 * left would be joined to a stranger. */
void
rt_uplink_set_flushing (RtUplink *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (flushing) {
    self->flushes++;
    self->padded = 0;
    forget_part (self);
  }
  wake (self);
  g_mutex_unlock (&self->lock);
}
