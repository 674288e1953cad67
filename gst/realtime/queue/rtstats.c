/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counters of one element.  Any thread.
 */
#include "rtstats.h"

struct _RtStats {
  gatomicrefcount refs;

  GMutex lock;
  /* lock */
  RtStatsSnapshot now; /* but for the average */
  guint64 turn_end;
  gboolean turn_ended; /* and no reply began since */
  guint64 latency_sum;
  guint64 latencies;
};

static const gchar *const names[RT_STAT_LAST] = {
  [RT_STAT_SESSIONS] = "sessions",
  [RT_STAT_RECONNECTS] = "reconnects",
  [RT_STAT_BYTES_SENT] = "bytes-sent",
  [RT_STAT_BYTES_RECEIVED] = "bytes-received",
  [RT_STAT_MESSAGES_SENT] = "messages-sent",
  [RT_STAT_MESSAGES_RECEIVED] = "messages-received",
  [RT_STAT_AUDIO_SENT] = "audio-sent",
  [RT_STAT_AUDIO_DROPPED_UPLINK] = "audio-dropped-uplink",
  [RT_STAT_UNDERRUNS] = "underruns",
  [RT_STAT_INTERRUPTIONS] = "interruptions",
  [RT_STAT_TURNS] = "turns",
  [RT_STAT_RESPONSES] = "responses",
  [RT_STAT_CONNECT_TIME] = "connect-time",
  [RT_STAT_TOKENS_INPUT_TEXT] = "tokens-input-text",
  [RT_STAT_TOKENS_INPUT_AUDIO] = "tokens-input-audio",
  [RT_STAT_TOKENS_INPUT_CACHED] = "tokens-input-cached",
  [RT_STAT_TOKENS_OUTPUT_TEXT] = "tokens-output-text",
  [RT_STAT_TOKENS_OUTPUT_AUDIO] = "tokens-output-audio",
  [RT_STAT_ERRORS] = "errors",
};

RtStats *
rt_stats_new (void)
{
  RtStats *self = g_new0 (RtStats, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  return self;
}

RtStats *
rt_stats_ref (RtStats *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
rt_stats_unref (RtStats *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_mutex_clear (&self->lock);
  g_free (self);
}

const gchar *
rt_stat_name (RtStat stat)
{
  g_return_val_if_fail (stat < RT_STAT_LAST, NULL);
  return names[stat];
}

void
rt_stats_add (RtStats *self, RtStat stat, guint64 amount)
{
  g_return_if_fail (stat < RT_STAT_LAST);
  g_mutex_lock (&self->lock);
  self->now.value[stat] += amount;
  g_mutex_unlock (&self->lock);
}

void
rt_stats_set (RtStats *self, RtStat stat, guint64 value)
{
  g_return_if_fail (stat < RT_STAT_LAST);
  g_mutex_lock (&self->lock);
  self->now.value[stat] = value;
  g_mutex_unlock (&self->lock);
}

void
rt_stats_turn_ended (RtStats *self, guint64 time)
{
  g_mutex_lock (&self->lock);
  self->turn_end = time;
  self->turn_ended = TRUE;
  g_mutex_unlock (&self->lock);
}

void
rt_stats_turn_void (RtStats *self)
{
  g_mutex_lock (&self->lock);
  self->turn_ended = FALSE;
  g_mutex_unlock (&self->lock);
}

/* lock */
static void
count_latency (RtStats *self, guint64 latency)
{
  RtStatsSnapshot *now = &self->now;

  if (self->latencies == 0 || latency < now->latency_min)
    now->latency_min = latency;
  now->latency_max = MAX (now->latency_max, latency);
  now->latency_last = latency;
  self->latency_sum += latency;
  self->latencies++;
}

/* The two times come from two threads: a reply that seems to begin before its
 * turn ended began with it. */
void
rt_stats_reply_began (RtStats *self, guint64 time)
{
  g_mutex_lock (&self->lock);
  if (self->turn_ended)
    count_latency (self, time > self->turn_end ? time - self->turn_end : 0);
  self->turn_ended = FALSE;
  g_mutex_unlock (&self->lock);
}

void
rt_stats_snapshot (RtStats *self, RtStatsSnapshot *snapshot)
{
  g_mutex_lock (&self->lock);
  *snapshot = self->now;
  if (self->latencies > 0)
    snapshot->latency_avg = self->latency_sum / self->latencies;
  g_mutex_unlock (&self->lock);
}
