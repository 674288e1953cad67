/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which time the frames of a queue have, by the jumps in it.  No lock: its
 * owner has one.
 */
#pragma once

#include "rtduration.h"

G_BEGIN_DECLS

/* Jumps that are kept; beyond that time goes on as if there were none. */
#define RT_TIMES_MAX_RUNS 1024

typedef struct {
  GArray *runs; /* NULL: none yet */
} RtTimes;

void rt_times_clear (RtTimes *times);
/* Frame `at` has this time, and those behind it follow. */
void rt_times_mark (RtTimes *times, guint64 at, guint64 time, guint rate);
/* Frames before this one are gone. */
void rt_times_forget (RtTimes *times, guint64 before);
/* RT_NS_UNKNOWN: it was never told. */
guint64 rt_times_of (const RtTimes *times, guint64 at, guint rate);
/* The first frame behind `at` that does not follow; G_MAXUINT64: none. */
guint64 rt_times_next_jump (const RtTimes *times, guint64 at);

G_END_DECLS
