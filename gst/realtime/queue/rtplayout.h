/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model's voice between the I/O thread and the src task, and the account
 * of which of its samples left and when they are due.  One leaf mutex.
 *
 * A playout is of one conversation.  What is said of all that came, of those
 * before it, too, is in books that they share.
 *
 * A track is one content part of one item: a number that the session gives.
 * Tracks play in the order in which they were first pushed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint frame_size; /* bytes */
  guint rate;       /* frames per second */
  guint tag;        /* the caller's own, e.g. codec and channels */
} RtPlayoutFormat;

typedef struct {
  guint track;
  guint rate;
  guint64 received; /* frames pushed into the queue */
  guint64 left;     /* frames read out of it */
  guint64 heard;    /* frames due until the time asked for, at most `left` */
  guint64 begin;    /* stamp of the first frame; G_MAXUINT64: none left */
  guint64 finish;   /* stamp of the end of the last one heard; 0: none was */
  gboolean ended;   /* no more will come */
} RtPlayoutAccount;

typedef struct {
  guint track;
  RtPlayoutFormat format;
  gsize size;     /* bytes written */
  gboolean first; /* the first frames of the track */
  gboolean last;  /* the track is ended and this was its rest */
} RtPlayoutRead;

typedef struct {
  gsize bytes;            /* readable of the first track that has any */
  guint track;            /* 0: nothing is queued */
  gboolean complete;      /* that is all there will be of the track */
  RtPlayoutFormat format; /* of the first track */
  gboolean held;          /* nothing of it can be read now */
  guint64 level;          /* ns queued in all tracks, of all playouts */
  gboolean open;          /* more is to come of a track that began, and
                             it is not held */
  /* ns since ever; received = played + dropped + level, at any time */
  guint64 received;
  guint64 played; /* left, and was not dropped behind that */
  guint64 dropped;
} RtPlayoutStatus;

typedef struct {
  guint track;
  guint64 time; /* a stamp; G_MAXUINT64: there was no frame */
} RtPlayoutMoment;

typedef struct _RtPlayout RtPlayout;

/* `before`: whose books are gone on with; NULL: there is none. */
RtPlayout *rt_playout_new (RtPlayout *before);
RtPlayout *rt_playout_ref (RtPlayout *playout);
void rt_playout_unref (RtPlayout *playout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPlayout, rt_playout_unref)

/* I/O thread.  A frame split over two pushes is joined; a half frame at the
 * end of a track is dropped.  FALSE: the track had ended, or is of another
 * format (nothing taken). */
gboolean rt_playout_push (RtPlayout *playout, guint track,
    const RtPlayoutFormat *format, GBytes *data);
/* Also of a track that was never pushed: it is then drained at once. */
void rt_playout_end (RtPlayout *playout, guint track);

/* So much came for what nobody plays any more (ns): received and dropped. */
void rt_playout_refuse (RtPlayout *playout, guint64 duration);
/* The measure of time changes: what was due by `heard_until` stays heard. */
void rt_playout_settle (RtPlayout *playout, guint64 heard_until);
/* Nothing is read until rt_playout_resume() or a drop; what left and was not
 * due by `heard_until` waits again (G_MAXUINT64: nothing does). */
void rt_playout_hold (RtPlayout *playout, guint64 heard_until);
void rt_playout_resume (RtPlayout *playout);
/* Forgets all tracks and what is queued.  Appends a RtPlayoutAccount to
 * `accounts` (of RtPlayoutAccount, may be NULL) for each track known, with
 * `heard` as of `heard_until` (ns; G_MAXUINT64: all that left counts). */
void rt_playout_drop (
    RtPlayout *playout, guint64 heard_until, GArray *accounts);

/* src task.  Looks without taking. */
void rt_playout_peek (RtPlayout *playout, RtPlayoutStatus *status);
/* Takes up to `size` bytes of the first track, whole frames, and notes that
 * they are stamped `pts` (ns).  FALSE: nothing there. */
gboolean rt_playout_read (RtPlayout *playout, guint8 *out, gsize size,
    guint64 pts, RtPlayoutRead *read);
/* In order: tracks whose first frame was due by `heard_until` and that were not
 * reported before are appended to `playing`, with the time of that frame; those
 * that ended and whose last frame was due are appended to `drained`, with the
 * time of its end, and forgotten (both of RtPlayoutMoment).  A track that ended
 * without any frame is drained only.  What was due stays heard.
 * Returns when the next report is due (ns), G_MAXUINT64: unknown. */
guint64 rt_playout_report (
    RtPlayout *playout, guint64 heard_until, GArray *playing, GArray *drained);
/* The memory that what is queued takes, about.  Whoever pushes looks at it:
 * nothing is refused here. */
gsize rt_playout_get_memory (RtPlayout *playout);
/* TRUE when no track is known: all that came was heard. */
gboolean rt_playout_is_idle (RtPlayout *playout);

G_END_DECLS
