/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of one element that were posted and not freed yet, and what is
 * left out when they are too many.  Any thread; outlives the element.
 */
#pragma once

#include <gst/gst.h>

#include "rteffects.h"

G_BEGIN_DECLS

/* What is left out first comes first. */
typedef enum {
  GST_REALTIME_WORTH_INCREMENT, /* a later message says it whole */
  GST_REALTIME_WORTH_MOMENT,    /* what is going on just now */
  GST_REALTIME_WORTH_RECORD,    /* what was said, and what went wrong */
  GST_REALTIME_WORTH_LIMITED,   /* how many have a limit */
  /* Somebody waits for an answer, or the conversation is over: never left
   * out. */
  GST_REALTIME_WORTH_PROMISE = GST_REALTIME_WORTH_LIMITED,
} GstRealtimeWorth;

typedef struct _GstRealtimeBacklog GstRealtimeBacklog;

typedef struct {
  guint level;     /* messages that were not freed yet */
  guint64 dropped; /* that were left out, ever */
} GstRealtimeBacklogStatus;

GstRealtimeBacklog *gst_realtime_backlog_new (void);
void gst_realtime_backlog_unref (GstRealtimeBacklog *backlog);

GstRealtimeWorth gst_realtime_worth_of_note (const RtNote *note);

/* Counts the message, which nobody else has, until it is freed. */
void gst_realtime_backlog_add (
    GstRealtimeBacklog *backlog, GstMessage *message);
/* FALSE: a message of this worth is one too many, and is counted as left out.
 * `says`: the first for a while. */
gboolean gst_realtime_backlog_admit (
    GstRealtimeBacklog *backlog, GstRealtimeWorth worth, gboolean *says);
/* How many were left out since this was last answered, once: when there is
 * room again or, with `anyway`, in any case.  Else 0. */
guint64 gst_realtime_backlog_take_untold (
    GstRealtimeBacklog *backlog, gboolean anyway);
void gst_realtime_backlog_peek (
    GstRealtimeBacklog *backlog, GstRealtimeBacklogStatus *status);

G_END_DECLS
