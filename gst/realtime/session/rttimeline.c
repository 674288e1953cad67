/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs of audio that follow each other in running time.  Pure; its owner
 * serialises the calls.
 */
#include "rttimeline.h"

/* The server counts in these: less is no jump. */
#define MILLISECOND G_GUINT64_CONSTANT (1000000)
/* A server that counts in whole windows is ahead by no more than that. */
#define MAX_AHEAD (100 * MILLISECOND)

typedef struct {
  guint64 position;
  guint64 time;
} Run;

struct _RtTimeline {
  GArray *runs;
  guint64 length;
};

RtTimeline *
rt_timeline_new (void)
{
  RtTimeline *self = g_new0 (RtTimeline, 1);

  self->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  return self;
}

void
rt_timeline_free (RtTimeline *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->runs);
  g_free (self);
}

guint64
rt_timeline_get_length (const RtTimeline *self)
{
  return self->length;
}

static guint64
time_of (const RtTimeline *self, guint64 position)
{
  guint i;

  for (i = self->runs->len; i > 0; i--) {
    const Run *run = &g_array_index (self->runs, Run, i - 1);

    if (run->position <= position)
      return run->time + (position - run->position);
  }
  return RT_TIME_UNKNOWN;
}

static gboolean
jumps (guint64 expected, guint64 time)
{
  if (time == RT_TIME_UNKNOWN)
    return FALSE;
  return expected == RT_TIME_UNKNOWN
         || (expected > time ? expected - time : time - expected)
                >= MILLISECOND;
}

void
rt_timeline_append (RtTimeline *self, guint64 duration, guint64 time)
{
  Run run = { self->length, time };

  if (jumps (time_of (self, self->length), time)) {
    if (self->runs->len == RT_TIMELINE_MAX_JUMPS)
      g_array_remove_index (self->runs, 0);
    g_array_append_val (self->runs, run);
  }
  self->length += duration;
}

guint64
rt_timeline_look_up (const RtTimeline *self, guint64 position)
{
  if (position > self->length + MAX_AHEAD)
    return RT_TIME_UNKNOWN;
  return time_of (self, MIN (position, self->length));
}
