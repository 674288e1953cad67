/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server has had time to hear that it is nothing.  Time alone does not
 * tell: who was stopped or cut off meanwhile may be us, or the server.  Pure;
 * all zeros is a new one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RT_QUIET_MOMENTS 24

/* What is before the point was appended before that. */
typedef struct {
  gint64 time;
  guint64 point;
} RtQuietMoment;

typedef struct {
  RtQuietMoment moments[RT_QUIET_MOMENTS];
  guint first;
  guint length;
  gint64 heard; /* when the server was heard, and had time since … */
  gint64 quiet; /* … and was heard again: it heard all before this */
} RtQuiet;

/* What is appended at `now` (us of a clock that only goes on) is behind
 * `point`. */
void rt_quiet_note (RtQuiet *quiet, guint64 point, gint64 now);
/* The server was last heard at `when`, of the same clock. */
void rt_quiet_heard (RtQuiet *quiet, gint64 when);
/* A server that has not told of speech before this will not.  0: who knows. */
guint64 rt_quiet_take_point (RtQuiet *quiet);

G_END_DECLS
