/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user said last and no server is known to have understood: a copy,
 * to be said again in another session.  Pure; its owner serialises the calls.
 */
#pragma once

#include "rtevent.h"
#include "rttimes.h"

G_BEGIN_DECLS

typedef struct {
  guint64 limit;      /* ns that are kept at most */
  gboolean told;      /* the server tells when the user speaks */
  gboolean by_output; /* it tells nothing, but a model that speaks has heard */
} RtRecallRules;

typedef struct _RtRecall RtRecall;

RtRecall *rt_recall_new (void);
void rt_recall_free (RtRecall *recall);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRecall, rt_recall_free)

void rt_recall_set_rules (RtRecall *recall, const RtRecallRules *rules);
/* `size` bytes of whole frames were appended (at `now`, in us of a clock that
 * only goes on), a commit was sent, a clear.  They begin at running time
 * `time`; RT_NS_UNKNOWN: they follow. */
void rt_recall_append (RtRecall *recall, const RtAudioFormat *format,
    const guint8 *data, gsize size, guint64 time, gint64 now);
void rt_recall_commit (RtRecall *recall);
/* Of what is in no turn. */
void rt_recall_clear (RtRecall *recall);
/* The server was last heard at `when`, of the same clock, and was listened to
 * until then: rt_recall_event() was told of all that it said. */
void rt_recall_heard (RtRecall *recall, gint64 when);
/* What the server is known to have understood by this is forgotten. */
void rt_recall_event (RtRecall *recall, const RtEvent *event);

gboolean rt_recall_is_empty (const RtRecall *recall);
/* What it is in; FALSE: it is empty. */
gboolean rt_recall_get_format (const RtRecall *recall, RtAudioFormat *format);
/* ns */
guint64 rt_recall_get_length (const RtRecall *recall);
/* Takes up to `size` bytes, from the oldest on, of times that follow each
 * other; *time is that of the first.  Fewer, or none, before a commit: then
 * *commits, and it is taken too.  0 without: that was all. */
gsize rt_recall_take (RtRecall *recall, guint8 *out, gsize size, guint64 *time,
    gboolean *commits);

G_END_DECLS
