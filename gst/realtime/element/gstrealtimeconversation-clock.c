/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting for the pipeline's time, so that every wait can be broken: by a
 * stop, a flush, a pause, or by audio that came.
 */
#include "gstrealtimeconversation-private.h"

/* Takes the clock and the base time as a pair; NULL when there is none. */
static GstClock *
get_time_base (GstRealtimeConversation *self, GstClockTime *base_time)
{
  GstClock *clock;

  GST_OBJECT_LOCK (self);
  clock = GST_ELEMENT_CLOCK (self);
  if (clock != NULL)
    gst_object_ref (clock);
  *base_time = GST_ELEMENT_CAST (self)->base_time;
  GST_OBJECT_UNLOCK (self);
  return clock;
}

static GstClockTime
ask_clock (GstRealtimeConversation *self)
{
  GstClockTime base_time, now = GST_CLOCK_TIME_NONE;
  GstClock *clock = get_time_base (self, &base_time);

  if (clock != NULL) {
    now = gst_clock_get_time (clock);
    now = now > base_time ? now - base_time : 0;
    gst_object_unref (clock);
  }
  return now;
}

/* Running time stands still while the pipeline does not play; NONE without a
 * clock. */
GstClockTime
gst_realtime_conversation_now (GstRealtimeConversation *self)
{
  GstClockTime paused_at;
  gboolean playing;

  g_mutex_lock (&self->wait_lock);
  playing = self->playing;
  paused_at = self->paused_at;
  g_mutex_unlock (&self->wait_lock);
  return playing ? ask_clock (self) : paused_at;
}

GstClockTime
gst_realtime_conversation_due (GstRealtimeConversation *self)
{
  GstClockTime due;

  GST_OBJECT_LOCK (self);
  due = GST_CLOCK_TIME_IS_VALID (self->downstream_latency)
            ? self->downstream_latency
            : self->settings->latency * GST_MSECOND;
  GST_OBJECT_UNLOCK (self);
  return due;
}

GstClockTime
gst_realtime_conversation_heard_until (GstRealtimeConversation *self)
{
  GstClockTime now = gst_realtime_conversation_now (self);
  GstClockTime due = gst_realtime_conversation_due (self);
  gboolean pace;

  GST_OBJECT_LOCK (self);
  pace = self->settings->pace;
  GST_OBJECT_UNLOCK (self);
  if (!pace || !GST_CLOCK_TIME_IS_VALID (now))
    return G_MAXUINT64;
  return now > due ? now - due : 0;
}

/* Gives back the wait_lock and ends the waits of the streaming threads: under
 * the lock the clock may not be called. */
static void
unlock_and_rouse (GstRealtimeConversation *self, gboolean src, gboolean sink)
{
  GstClockID src_wait = NULL, sink_wait = NULL;

  if (src) {
    self->src_woken = TRUE;
    if (self->src_wait != NULL)
      src_wait = gst_clock_id_ref (self->src_wait);
  }
  if (sink && self->sink_wait != NULL)
    sink_wait = gst_clock_id_ref (self->sink_wait);
  g_cond_broadcast (&self->wait_cond);
  g_mutex_unlock (&self->wait_lock);

  if (src_wait != NULL) {
    gst_clock_id_unschedule (src_wait);
    gst_clock_id_unref (src_wait);
  }
  if (sink_wait != NULL) {
    gst_clock_id_unschedule (sink_wait);
    gst_clock_id_unref (sink_wait);
  }
}

void
gst_realtime_conversation_set_playing (
    GstRealtimeConversation *self, gboolean playing)
{
  GstClockTime now = ask_clock (self);

  g_mutex_lock (&self->wait_lock);
  self->playing = playing;
  self->src_joins |= playing;
  if (!playing)
    self->paused_at = now;
  unlock_and_rouse (self, TRUE, TRUE);
}

void
gst_realtime_conversation_set_sink_flushing (
    GstRealtimeConversation *self, gboolean flushing)
{
  g_mutex_lock (&self->wait_lock);
  self->sink_flushing = flushing;
  unlock_and_rouse (self, FALSE, TRUE);
  rt_uplink_set_flushing (self->uplink, flushing);
}

gboolean
gst_realtime_conversation_input_runs (GstRealtimeConversation *self)
{
  gboolean runs;

  g_mutex_lock (&self->wait_lock);
  runs = self->playing && !self->sink_flushing;
  g_mutex_unlock (&self->wait_lock);
  return runs;
}

void
gst_realtime_conversation_set_src_stopped (
    GstRealtimeConversation *self, gboolean stopped)
{
  g_mutex_lock (&self->wait_lock);
  self->src_stopped = stopped;
  unlock_and_rouse (self, TRUE, FALSE);
}

/* A wait that only paces what is there already is not broken by more of it:
 * at 200 conversations that would double the wake-ups. */
gboolean
gst_realtime_conversation_wake_src (
    GstRealtimeConversation *self, gboolean dropped, gboolean flush)
{
  g_mutex_lock (&self->wait_lock);
  if (self->src_stopped || self->src_ended) {
    g_mutex_unlock (&self->wait_lock);
    return FALSE;
  }
  self->src_news = TRUE;
  self->src_dropped |= dropped;
  self->src_flush |= flush;
  if (dropped || flush || self->src_hungry)
    unlock_and_rouse (self, TRUE, FALSE);
  else
    g_mutex_unlock (&self->wait_lock);
  return TRUE;
}

void
gst_realtime_conversation_want_eos (
    GstRealtimeConversation *self, gboolean wanted, const RtConversation *by)
{
  g_mutex_lock (&self->wait_lock);
  self->eos_wanted = wanted;
  self->eos_by = by;
  unlock_and_rouse (self, TRUE, FALSE);
}

gboolean
gst_realtime_conversation_end_src (
    GstRealtimeConversation *self, gboolean unasked)
{
  gboolean ended;

  g_mutex_lock (&self->wait_lock);
  ended = self->src_ended = self->eos_wanted || unasked;
  g_mutex_unlock (&self->wait_lock);
  return ended;
}

void
gst_realtime_conversation_revive_src (GstRealtimeConversation *self)
{
  g_mutex_lock (&self->wait_lock);
  self->eos_wanted = FALSE;
  if (self->src_ended && self->src_flow == GST_FLOW_OK) {
    self->src_ended = FALSE;
    self->src_revived = TRUE;
  }
  unlock_and_rouse (self, TRUE, FALSE);
}

/* wait_lock; gives it back meanwhile.  Leaves *slot NULL without a clock. */
static void
prepare_wait (
    GstRealtimeConversation *self, GstClockTime until, GstClockID *slot)
{
  GstClockTime base_time;
  GstClock *clock;

  g_mutex_unlock (&self->wait_lock);
  clock = get_time_base (self, &base_time);
  g_mutex_lock (&self->wait_lock);
  if (clock == NULL)
    return;
  *slot = gst_clock_new_single_shot_id (clock, base_time + until);
  gst_object_unref (clock);
}

static gboolean
src_is_done_waiting (GstRealtimeConversation *self)
{
  return self->src_woken || self->src_stopped
         || (self->src_hungry && self->src_news);
}

void
gst_realtime_conversation_src_wait (
    GstRealtimeConversation *self, GstClockTime until, gboolean hungry)
{
  g_mutex_lock (&self->wait_lock);
  self->src_hungry = hungry;
  if (self->playing && GST_CLOCK_TIME_IS_VALID (until))
    prepare_wait (self, until, &self->src_wait);
  if (self->src_wait != NULL) {
    GstClockID id = self->src_wait;

    if (!src_is_done_waiting (self)) {
      g_mutex_unlock (&self->wait_lock);
      gst_clock_id_wait (id, NULL);
      g_mutex_lock (&self->wait_lock);
    }
    self->src_wait = NULL;
    gst_clock_id_unref (id);
  } else {
    while (!src_is_done_waiting (self))
      g_cond_wait (&self->wait_cond, &self->wait_lock);
  }
  self->src_woken = FALSE;
  self->src_hungry = FALSE;
  g_mutex_unlock (&self->wait_lock);
}

gboolean
gst_realtime_conversation_sink_wait (
    GstRealtimeConversation *self, GstClockTime until)
{
  gboolean done = FALSE, flushing;

  g_mutex_lock (&self->wait_lock);
  while (!done && !self->sink_flushing) {
    if (!self->playing) {
      g_cond_wait (&self->wait_cond, &self->wait_lock);
      continue;
    }
    prepare_wait (self, until, &self->sink_wait);
    if (self->sink_wait == NULL)
      break; /* no clock: nothing to pace by */
    if (self->playing && !self->sink_flushing) {
      GstClockID id = self->sink_wait;

      g_mutex_unlock (&self->wait_lock);
      done = gst_clock_id_wait (id, NULL) != GST_CLOCK_UNSCHEDULED;
      g_mutex_lock (&self->wait_lock);
    }
    gst_clock_id_unref (self->sink_wait);
    self->sink_wait = NULL;
  }
  flushing = self->sink_flushing;
  g_mutex_unlock (&self->wait_lock);
  return !flushing;
}
