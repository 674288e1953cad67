/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counters of one element.  Any thread; one leaf mutex; a snapshot never
 * waits for anything else.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RT_STAT_SESSIONS,
  RT_STAT_RECONNECTS,
  RT_STAT_BYTES_SENT,
  RT_STAT_BYTES_RECEIVED,
  RT_STAT_MESSAGES_SENT,
  RT_STAT_MESSAGES_RECEIVED,
  RT_STAT_AUDIO_SENT, /* ns, and so the next; the model's: see the playout */
  RT_STAT_AUDIO_DROPPED_UPLINK,
  RT_STAT_UNDERRUNS, /* holes in a reply that came too slowly */
  RT_STAT_INTERRUPTIONS,
  RT_STAT_TURNS,
  RT_STAT_RESPONSES,
  RT_STAT_CONNECT_TIME, /* ns, of the last connection: set, not added */
  RT_STAT_TOKENS_INPUT_TEXT,
  RT_STAT_TOKENS_INPUT_AUDIO,
  RT_STAT_TOKENS_INPUT_CACHED,
  RT_STAT_TOKENS_OUTPUT_TEXT,
  RT_STAT_TOKENS_OUTPUT_AUDIO,
  RT_STAT_ERRORS,
  RT_STAT_LAST
} RtStat;

typedef struct {
  guint64 value[RT_STAT_LAST];
  guint64 latency_last; /* ns; 0 while there was no reply */
  guint64 latency_min;
  guint64 latency_max;
  guint64 latency_avg;
} RtStatsSnapshot;

typedef struct _RtStats RtStats;

RtStats *rt_stats_new (void);
RtStats *rt_stats_ref (RtStats *stats);
void rt_stats_unref (RtStats *stats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtStats, rt_stats_unref)

/* The name of the field in the `stats` structure, e.g. "bytes-sent". */
const gchar *rt_stat_name (RtStat stat);
void rt_stats_add (RtStats *stats, RtStat stat, guint64 amount);
void rt_stats_set (RtStats *stats, RtStat stat, guint64 value);
/* Response latency: the user stopped at `time`; the first sample of the reply
 * left at `time`.  A reply without a turn before it counts for nothing. */
void rt_stats_turn_ended (RtStats *stats, guint64 time);
/* It was no turn. */
void rt_stats_turn_void (RtStats *stats);
void rt_stats_reply_began (RtStats *stats, guint64 time);
void rt_stats_snapshot (RtStats *stats, RtStatsSnapshot *snapshot);

G_END_DECLS
