/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where what comes in belongs, by its stamps: which hole is before it, and
 * what of it is there already.  Pure; one thread's own.
 */
#pragma once

#include "rtduration.h"

G_BEGIN_DECLS

/* Stamps may wobble by as much as this around the count of samples; around
 * that of a source that wobbles more, by what was seen of it, up to the
 * greatest. */
#define RT_ALIGN_TOLERANCE G_GUINT64_CONSTANT (5000000)
#define RT_ALIGN_MAX_TOLERANCE G_GUINT64_CONSTANT (40000000)
/* A hole is silence up to here; what is beyond is jumped over. */
#define RT_ALIGN_MAX_HOLE G_GUINT64_CONSTANT (10000000000)
/* As much in a row is not late, but of another time. */
#define RT_ALIGN_MAX_LATE G_GUINT64_CONSTANT (1000000000)

typedef struct {
  guint frame_size; /* bytes */
  guint rate;       /* frames per second */
  gboolean anchored;
  guint64 anchor; /* ns: the time of … */
  guint64 bytes;  /* … the first of these */
  guint64 tolerance;
  guint64 wobble;    /* a small hole, … */
  guint64 wobble_at; /* … which was there */
  guint64 late;      /* ns in a row */
} RtAlign;

typedef struct {
  guint64 time;      /* of the silence, or else of the data */
  guint64 data_time; /* of the first frame of the data */
  gsize silence;     /* bytes of it that go before the data */
  gsize skip;        /* bytes at the head of the data that are left out */
  gboolean joins;    /* FALSE: a part of a frame before it is void */
} RtAligned;

/* Nothing came yet; the first stamp counts.  Behind a change of the format
 * time goes on. */
void rt_align_reset (RtAlign *align);
void rt_align_set_format (RtAlign *align, guint frame_size, guint rate);
/* What comes next begins at `time`, whatever was before. */
void rt_align_jump (RtAlign *align, guint64 time);
/* Where what comes next belongs; RT_NS_UNKNOWN before the first. */
guint64 rt_align_next (const RtAlign *align);

/* `size` bytes that begin at `time`; RT_NS_UNKNOWN: behind what came before.
 * `discont`: whoever sends them says that they may be of another time. */
RtAligned rt_align_take (
    RtAlign *align, guint64 time, gsize size, gboolean discont);
/* There is nothing between `time` and `end`. */
RtAligned rt_align_gap (RtAlign *align, guint64 time, guint64 end);

G_END_DECLS
