/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When the user's items were said, and what was said and is in none yet.
 * Points are ns of audio since the session began.  Pure.
 */
#pragma once

#include "rteffects.h"

G_BEGIN_DECLS

/* Items whose time is kept, and commits that are not answered; the oldest is
 * given up. */
#define RT_UTTERANCES_MAX_ITEMS 256
#define RT_UTTERANCES_MAX_COMMITS 64

typedef struct _RtUtterances RtUtterances;

RtUtterances *rt_utterances_new (void);
void rt_utterances_free (RtUtterances *utterances);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtUtterances, rt_utterances_free)

/* The item began at this running time; what is known is not changed. */
void rt_utterances_began (
    RtUtterances *utterances, const gchar *item_id, guint64 time);
guint64 rt_utterances_get_time (RtUtterances *utterances, const gchar *item_id);

/* A commit, a clear, is on its way behind `point`. */
void rt_utterances_commit_sent (RtUtterances *utterances, guint64 point);
void rt_utterances_clear_sent (RtUtterances *utterances, guint64 point);
/* The server made an item of what was there: of what our oldest commit was
 * for, whose first point is returned, or else UNKNOWN: by itself, of what came
 * before `point`. */
guint64 rt_utterances_committed (RtUtterances *utterances, guint64 point);
/* It refused our oldest commit and keeps what that was for. */
void rt_utterances_commit_refused (RtUtterances *utterances);
/* The first point that is in no item and not cleared. */
guint64 rt_utterances_get_open (const RtUtterances *utterances);

G_END_DECLS
