/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Frames and nanoseconds, exactly and without overflow for any time that will
 * ever be played.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RT_NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)
/* As GST_CLOCK_TIME_NONE. */
#define RT_NS_UNKNOWN G_MAXUINT64

/* When frame `frames` begins, rounded down as stamps are. */
static inline guint64
rt_frames_to_ns (guint64 frames, guint rate)
{
  return frames / rate * RT_NS_PER_SECOND
         + frames % rate * RT_NS_PER_SECOND / rate;
}

/* How many whole frames fit. */
static inline guint64
rt_ns_to_frames (guint64 ns, guint rate)
{
  return ns / RT_NS_PER_SECOND * rate
         + ns % RT_NS_PER_SECOND * rate / RT_NS_PER_SECOND;
}

/* How many frames are over by then, their stamps being rounded down: the
 * greatest n with rt_frames_to_ns (n) <= ns. */
static inline guint64
rt_ns_to_frames_over (guint64 ns, guint rate)
{
  guint64 frames = rt_ns_to_frames (ns, rate);

  return frames + (rt_frames_to_ns (frames + 1, rate) <= ns);
}

G_END_DECLS
