/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: counts WebSocket frames as they pass, header by header,
 * for what libsoup does not bound.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RT_FRAMES_MAX_MESSAGE (16 * 1024 * 1024)
#define RT_FRAMES_MAX_FRAGMENTS 65536
#define RT_FRAMES_MAX_CONTROL 100 /* in a second */
#define RT_FRAMES_CONTROL_SIZE 125

typedef struct {
  guint8 header[14];
  guint have;
  guint64 payload; /* what is still to come of this frame */

  guint64 message; /* bytes of the message so far, with this frame's */
  gboolean parted; /* … and other frames of it follow */
  guint fragments;
  guint control;    /* frames since `window` */
  gint64 window;    /* µs */
  gboolean closing; /* this is a close frame, and `said` what it says */
  guint8 said[RT_FRAMES_CONTROL_SIZE];
  guint said_size;

  guint pings; /* all that came */
  gsize good;  /* bytes of the last scan before the frame that was at fault */
  /* for the caller to set back */
  guint count;    /* of all frames */
  gboolean grown; /* `message` */
} RtFrames;

/* 0, or the close code that the peer deserves; `why` is for people. */
guint rt_frames_scan (RtFrames *self, const guint8 *data, gsize size,
    gint64 now, const gchar **why);
/* What was scanned ends with a message. */
gboolean rt_frames_is_between (const RtFrames *self);

G_END_DECLS
