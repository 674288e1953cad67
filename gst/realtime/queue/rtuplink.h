/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's voice between the streaming thread and the I/O thread: bounded,
 * in order, whole frames, one leaf mutex.  Knows no clock and no server.
 */
#pragma once

#include "rtduration.h"

G_BEGIN_DECLS

typedef struct {
  guint frame_size; /* bytes */
  guint rate;       /* frames per second */
  guint tag;        /* the caller's own, e.g. the codec */
} RtUplinkFormat;

typedef struct _RtUplink RtUplink;

RtUplink *rt_uplink_new (void);
RtUplink *rt_uplink_ref (RtUplink *uplink);
void rt_uplink_unref (RtUplink *uplink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtUplink, rt_uplink_unref)

/* Of what is pushed from now on.  What is queued in another format is dropped;
 * returns those bytes (old format). */
gsize rt_uplink_set_format (RtUplink *uplink, const RtUplinkFormat *format);
/* How much is ever queued, ns, but never less than two of the portions that
 * are popped.  A lower limit takes effect at the next push. */
void rt_uplink_set_limit (RtUplink *uplink, guint64 limit);

typedef enum {
  RT_UPLINK_OK,
  RT_UPLINK_FLUSHING, /* nothing was taken, or only a part */
} RtUplinkResult;

/* Any size; a part of a frame at the end of a push is joined to the next
 * push.  `time` is that of the frame that is begun or joined; RT_NS_UNKNOWN:
 * behind what was pushed before.  When `wait`, blocks while the queue is full
 * until there is room or flushing is set; otherwise the oldest audio makes
 * room and *dropped grows by its bytes.  *level is what is queued afterwards,
 * in bytes. */
RtUplinkResult rt_uplink_push (RtUplink *uplink, const guint8 *data, gsize size,
    guint64 time, gboolean wait, gsize *dropped, gsize *level);
/* The part of a frame that was pushed last will not be joined. */
void rt_uplink_forget_part (RtUplink *uplink);
/* How much of `bytes` of silence is still to be pushed: without its first
 * *padded bytes, which were padded since the last push, and, without `wait`, no
 * more than half of the room: silence makes no speech go, nor does what comes
 * next. */
gsize rt_uplink_silence_due (
    RtUplink *uplink, gsize bytes, gboolean wait, gsize *padded);
/* Whoever pops made up so many bytes of silence behind what was popped. */
void rt_uplink_pad (RtUplink *uplink, gsize bytes);

/* Takes exactly `size` bytes into `out` when that many are queued, else
 * nothing; with `rest`, or before a jump in time, also fewer.  Whole frames
 * only, of times that follow each other; *time is that of the first, or
 * RT_NS_UNKNOWN.  Nothing either while what is queued is not of `format`:
 * whoever sends it has yet to say so to the other end.  Returns the bytes. */
gsize rt_uplink_pop (RtUplink *uplink, const RtUplinkFormat *format,
    guint8 *out, gsize size, gboolean rest, guint64 *time);
/* The same of what is queued before a position. */
gsize rt_uplink_pop_until (RtUplink *uplink, guint64 end,
    const RtUplinkFormat *format, guint8 *out, gsize size, gboolean rest,
    guint64 *time);
/* Bytes queued now. */
gsize rt_uplink_level (RtUplink *uplink);
/* The position behind the last whole frame, in bytes that ever came, and what
 * is queued before a position. */
guint64 rt_uplink_end (RtUplink *uplink);
gsize rt_uplink_left (RtUplink *uplink, guint64 end);
/* Drops all whole frames; returns the bytes.  A part of a frame stays for the
 * rest of it to come. */
gsize rt_uplink_clear (RtUplink *uplink);
/* The same of those before a position. */
gsize rt_uplink_clear_until (RtUplink *uplink, guint64 end);
/* While flushing, push returns at once.  Setting it wakes a waiting push, and
 * forgets a part of a frame: the next push begins with a whole one. */
void rt_uplink_set_flushing (RtUplink *uplink, gboolean flushing);

G_END_DECLS
