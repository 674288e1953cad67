/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server has had time to hear that it is nothing.
 */
#include "rtquiet.h"

/* A server that hears speech says so in less, however fast it was said. */
#define QUIET_TIME (2 * G_TIME_SPAN_SECOND)
#define MOMENT_TIME (QUIET_TIME / 4)

void
rt_quiet_note (RtQuiet *self, guint64 point, gint64 now)
{
  guint last
      = (self->first + self->length + RT_QUIET_MOMENTS - 1) % RT_QUIET_MOMENTS;

  if (self->length == RT_QUIET_MOMENTS
      || (self->length > 0 && now - self->moments[last].time < MOMENT_TIME))
    return;
  last = (self->first + self->length++) % RT_QUIET_MOMENTS;
  self->moments[last].time = now;
  self->moments[last].point = point;
}

void
rt_quiet_heard (RtQuiet *self, gint64 when)
{
  if (when - self->heard < QUIET_TIME)
    return;
  self->quiet = self->heard;
  self->heard = when;
}

guint64
rt_quiet_take_point (RtQuiet *self)
{
  guint64 point = 0;

  while (self->length > 0 && self->moments[self->first].time < self->quiet) {
    point = self->moments[self->first].point;
    self->first = (self->first + 1) % RT_QUIET_MOMENTS;
    self->length--;
  }
  return point;
}
