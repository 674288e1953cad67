/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One track of the playout: its frames that wait, and when those that left
 * are due.  No lock: the playout has one.
 */
#pragma once

#include "rtplayout.h"

G_BEGIN_DECLS

typedef struct {
  GList link; /* in the playout's order; data is the track */
  guint number;
  guint64 position; /* greater for later tracks */
  RtPlayoutFormat format;
  guint64 received; /* frames */
  guint64 left;
  guint64 heard; /* for certain: they do not come again */
  guint64 gone;  /* frames whose pieces were let go, at most `heard` */
  GQueue pieces; /* of GBytes, whole frames: those that may come again, too */
  GList *next;   /* link of the piece that is read next, NULL: none is left */
  gsize offset;  /* read of that piece */
  gsize memory;  /* of the pieces, about */
  GByteArray *carry; /* a part of a frame, or NULL */
  GArray *runs;      /* of frames stamped without a gap, or NULL */
  gboolean ended;
  gboolean reported; /* as playing */
} RtTrack;

RtTrack *rt_track_new (guint number, const RtPlayoutFormat *format);
void rt_track_free (RtTrack *track);

static inline guint64
rt_track_queued (const RtTrack *track)
{
  return track->received - track->left;
}

void rt_track_push (RtTrack *track, GBytes *data);
/* `size` is at most what is queued, in whole frames. */
void rt_track_read (RtTrack *track, guint8 *out, gsize size, guint64 pts);
/* Frames that were due by then, or before. */
guint64 rt_track_heard (const RtTrack *track, guint64 until);
/* What was due by then stays heard, and its memory goes. */
void rt_track_settle (RtTrack *track, guint64 until);
/* What left and was not due by then waits again. */
void rt_track_rewind (RtTrack *track, guint64 until);
/* When the first frame is due, G_MAXUINT64 while none left. */
guint64 rt_track_begin (const RtTrack *track);
/* When so many of those that left are over; 0: none are. */
guint64 rt_track_finish (const RtTrack *track, guint64 frames);

G_END_DECLS
