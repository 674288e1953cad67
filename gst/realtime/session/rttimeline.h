/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What running time the audio has that was appended in a session: the server
 * counts it in milliseconds from the first, whoever made it.  Pure.
 */
#pragma once

#include "rteffects.h"

G_BEGIN_DECLS

/* Jumps that are kept; the oldest is given up. */
#define RT_TIMELINE_MAX_JUMPS 256

typedef struct _RtTimeline RtTimeline;

RtTimeline *rt_timeline_new (void);
void rt_timeline_free (RtTimeline *timeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTimeline, rt_timeline_free)

/* `duration` ns more; `time` is the running time at which it begins, UNKNOWN:
 * behind what there is. */
void rt_timeline_append (RtTimeline *timeline, guint64 duration, guint64 time);
/* ns since the session began. */
guint64 rt_timeline_get_length (const RtTimeline *timeline);
/* The running time of that point, or UNKNOWN. */
guint64 rt_timeline_look_up (const RtTimeline *timeline, guint64 position);

G_END_DECLS
