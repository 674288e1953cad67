/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs of frames that follow each other, mostly one.
 */
#include "rttimes.h"

typedef struct {
  guint64 at;
  guint64 time;
} Run;

void
rt_times_clear (RtTimes *self)
{
  g_clear_pointer (&self->runs, g_array_unref);
}

static guint
count (const RtTimes *self)
{
  return self->runs != NULL ? self->runs->len : 0;
}

static Run *
get (const RtTimes *self, guint i)
{
  return &g_array_index (self->runs, Run, i);
}

/* The run of frame `at`; NULL: it is before them all. */
static const Run *
find (const RtTimes *self, guint64 at)
{
  guint i;

  for (i = count (self); i > 0; i--)
    if (get (self, i - 1)->at <= at)
      return get (self, i - 1);
  return NULL;
}

guint64
rt_times_of (const RtTimes *self, guint64 at, guint rate)
{
  const Run *run = find (self, at);

  if (run == NULL)
    return RT_NS_UNKNOWN;
  return run->time + rt_frames_to_ns (at - run->at, rate);
}

/* Less than a frame is rounding. */
void
rt_times_mark (RtTimes *self, guint64 at, guint64 time, guint rate)
{
  guint64 expected = rt_times_of (self, at, rate);
  guint64 off = expected > time ? expected - time : time - expected;
  Run run = { at, time };

  if (expected != RT_NS_UNKNOWN && off < RT_NS_PER_SECOND / rate)
    return;
  if (count (self) > 0 && get (self, count (self) - 1)->at == at) {
    get (self, count (self) - 1)->time = time;
    return;
  }
  if (self->runs == NULL)
    self->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  if (self->runs->len < RT_TIMES_MAX_RUNS)
    g_array_append_val (self->runs, run);
}

/* The last one stays: what comes next may follow it. */
void
rt_times_forget (RtTimes *self, guint64 before)
{
  guint n = 0;

  while (n + 1 < count (self) && get (self, n + 1)->at <= before)
    n++;
  if (n > 0)
    g_array_remove_range (self->runs, 0, n);
}

guint64
rt_times_next_jump (const RtTimes *self, guint64 at)
{
  guint i;

  for (i = 0; i < count (self); i++)
    if (get (self, i)->at > at)
      return get (self, i)->at;
  return G_MAXUINT64;
}
