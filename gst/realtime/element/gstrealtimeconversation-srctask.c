/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The src task: when speech, silence and gaps leave the src pad, by the
 * pipeline's clock.  Runs on the src pad's task only.
 */
#include "gstrealtimeconversation-private.h"

#define BUFFER_TIME GST_REALTIME_BUFFER_TIME
/* How often GAP events say that there is nothing. */
#define GAP_TIME (100 * GST_MSECOND)
/* Speech that downstream held up for longer than this starts anew, rather
 * than with stamps that are all too late. */
#define MAX_LAG (200 * GST_MSECOND)
/* What is missing of a reply may still come in time when its buffer is late
 * by this. */
#define GRACE (BUFFER_TIME / 2)
/* A reply that stays away for longer than this is a pause like any other. */
#define MAX_CONCEALED GST_SECOND
/* More than this is not made up for by buffers of silence. */
#define MAX_CATCH_UP (10 * GST_SECOND)

/* What the other threads asked for since the last look. */
typedef struct {
  gboolean stopped;
  gboolean playing;
  gboolean joins;
  gboolean dropped;
  gboolean flush;
  gboolean eos_wanted;
  gconstpointer eos_by;
  gboolean ended;
  gboolean revived;
} Orders;

/* What the settings and the downstream say about time. */
typedef struct {
  GstClockTime now;
  GstClockTime latency; /* how much of a reply is gathered */
  GstClockTime lead;    /* a buffer leaves this long after its stamp */
  GstClockTime due;     /* a sample is heard this long after its stamp */
  gboolean pace;
  gboolean silence; /* gap-mode */
} Timing;

static void
take_orders (GstRealtimeConversation *self, Orders *orders)
{
  g_mutex_lock (&self->wait_lock);
  orders->stopped = self->src_stopped;
  orders->playing = self->playing;
  orders->joins = self->playing && self->src_joins;
  self->src_joins &= !self->playing;
  orders->dropped = self->src_dropped;
  orders->flush = self->src_flush;
  orders->eos_wanted = self->eos_wanted;
  orders->eos_by = self->eos_by;
  orders->ended = self->src_ended;
  orders->revived = self->src_revived;
  self->src_news = FALSE; /* the playout is looked at after this */
  self->src_dropped = FALSE;
  self->src_flush = FALSE;
  self->src_revived = FALSE;
  g_mutex_unlock (&self->wait_lock);
}

/* What another conversation says does not follow from what this one said. */
static void
take_playout (GstRealtimeConversation *self, Orders *orders)
{
  RtPlayout *before = self->out.playout;

  self->out.playout = gst_realtime_conversation_get_playout (self);
  orders->dropped |= before != self->out.playout;
  g_clear_pointer (&before, rt_playout_unref);
}

static void
get_timing (GstRealtimeConversation *self, Timing *timing)
{
  timing->now = gst_realtime_conversation_now (self);
  GST_OBJECT_LOCK (self);
  timing->latency = self->settings->latency * GST_MSECOND;
  timing->pace = self->settings->pace;
  timing->silence = self->settings->gap_mode == GST_REALTIME_GAP_MODE_SILENCE;
  timing->due = self->downstream_latency;
  GST_OBJECT_UNLOCK (self);
  /* a sink is given one buffer's time to get ready for what it is handed */
  timing->lead
      = timing->latency > BUFFER_TIME ? timing->latency - BUFFER_TIME : 0;
  if (!GST_CLOCK_TIME_IS_VALID (timing->due))
    timing->due = timing->latency;
  if (!GST_CLOCK_TIME_IS_VALID (timing->now)) {
    /* no clock: nothing to pace by, the sample counter is the time */
    timing->now = self->out.next;
    timing->pace = FALSE;
  }
}

/* How much of the reply is there, compared with what is to be gathered. */
static gboolean
is_gathered (const RtPlayoutStatus *status, const Timing *timing)
{
  return status->complete
         || gst_util_uint64_scale (status->bytes, GST_SECOND,
                (guint64) status->format.frame_size * status->format.rate)
                >= timing->latency;
}

/* The stamps go on where they stopped, unless what comes now could not be
 * heard in time.  When it was there in time, but downstream took its time, it
 * is not late yet. */
static gboolean
goes_on (GstRealtimeConversation *self, const Timing *timing)
{
  GstClockTime limit = self->out.next + MAX (timing->due, BUFFER_TIME);

  if (!self->out.ran_dry)
    limit += MAX_LAG;
  return self->out.run == GST_REALTIME_RUN_SPEECH && timing->now <= limit;
}

/* Silence without end leaves no room for a jump. */
static gboolean
is_continuous (const Timing *timing)
{
  return timing->silence && timing->pace;
}

/* TRUE: silence is due before anything else, since we are far behind. */
static gboolean
catches_up (GstRealtimeConversation *self, const Timing *timing)
{
  return is_continuous (timing)
         && timing->now > self->out.next + timing->lead + MAX_LAG;
}

/* A true jump: there is nothing up to `time`. */
static void
skip_to (GstRealtimeConversation *self, GstClockTime time)
{
  if (time <= self->out.next)
    return;
  gst_realtime_conversation_push_gap (self, time);
  self->out.discont = TRUE;
}

/* Where the stamps of speech begin that does not go on by itself. */
static void
place (GstRealtimeConversation *self, const Timing *timing)
{
  gboolean filled
      = is_continuous (timing) || self->out.run == GST_REALTIME_RUN_CONCEALED;

  if (filled && timing->now <= self->out.next + timing->lead + MAX_LAG)
    return;
  skip_to (self, self->out.hold);
}

/* A reply that begins, or begins again, is gathered first.  FALSE: not yet. */
static gboolean
gather (GstRealtimeConversation *self, const RtPlayoutStatus *status,
    const Timing *timing)
{
  if (goes_on (self, timing))
    return TRUE;
  if (!GST_CLOCK_TIME_IS_VALID (self->out.hold))
    self->out.hold = MAX (timing->now, self->out.next);
  if (timing->pace && !is_gathered (status, timing)
      && timing->now < self->out.hold + timing->latency)
    return FALSE;
  if (catches_up (self, timing))
    return FALSE;
  place (self, timing);
  return TRUE;
}

static void
speak (GstRealtimeConversation *self, const RtPlayoutStatus *status,
    const Timing *timing)
{
  gsize size;

  if (timing->pace && timing->now < self->out.next + timing->lead) {
    gst_realtime_conversation_src_wait (
        self, self->out.next + timing->lead, FALSE);
    return;
  }
  size = (gsize) (status->format.rate * BUFFER_TIME / GST_SECOND)
         * status->format.frame_size;
  gst_realtime_conversation_push_speech (self, MIN (size, status->bytes));
}

/* Until when nothing changes by itself. */
static GstClockTime
hold_end (GstRealtimeConversation *self, const Timing *timing)
{
  return GST_CLOCK_TIME_IS_VALID (self->out.hold)
             ? self->out.hold + timing->latency
             : GST_CLOCK_TIME_NONE;
}

/* A reply that has not ended ran dry: downstream gets silence in its place. */
static gboolean
conceals (GstRealtimeConversation *self, const RtPlayoutStatus *status,
    const Timing *timing)
{
  return timing->pace && status->open && self->out.run != GST_REALTIME_RUN_NONE
         && self->out.concealed < MAX_CONCEALED;
}

static void
fill (GstRealtimeConversation *self, const Timing *timing, gboolean conceal,
    GstClockTime wake_at)
{
  GstClockTime deadline = self->out.next + timing->lead;

  if (timing->now > deadline + MAX_CATCH_UP) {
    skip_to (self, timing->now);
    return;
  }
  if (conceal && self->out.run == GST_REALTIME_RUN_SPEECH)
    deadline += GRACE;
  if (timing->now >= deadline) {
    gst_realtime_conversation_push_silence (self, conceal);
    return;
  }
  deadline = MIN (deadline, hold_end (self, timing));
  gst_realtime_conversation_src_wait (self, MIN (deadline, wake_at), conceal);
}

/* Nothing to say now. */
static void
be_silent (GstRealtimeConversation *self, const RtPlayoutStatus *status,
    const Timing *timing, GstClockTime wake_at)
{
  gboolean conceal = conceals (self, status, timing);
  GstClockTime deadline;

  self->out.ran_dry = TRUE;
  if (conceal || is_continuous (timing)) {
    fill (self, timing, conceal, wake_at);
    return;
  }
  deadline = self->out.run != GST_REALTIME_RUN_NONE
                 ? self->out.next + timing->due + BUFFER_TIME
                 : self->out.next + GAP_TIME;
  if (GST_CLOCK_TIME_IS_VALID (self->out.hold))
    deadline = hold_end (self, timing);
  else if (timing->now >= deadline) {
    gst_realtime_conversation_push_gap (self, timing->now);
    return;
  }
  gst_realtime_conversation_src_wait (self, MIN (deadline, wake_at), TRUE);
}

/* The conversation whose playout is read, unless it is over. */
static RtConversation *
get_speaker (GstRealtimeConversation *self)
{
  RtConversation *speaker = NULL;

  GST_OBJECT_LOCK (self);
  if (self->conversation != NULL && self->playout == self->out.playout)
    speaker = rt_conversation_ref (self->conversation);
  GST_OBJECT_UNLOCK (self);
  return speaker;
}

/* Tells the session what began and what ended at the listener's ear.  Returns
 * when there will be more to tell. */
static GstClockTime
report (GstRealtimeConversation *self, const Timing *timing)
{
  GstClockTime next;
  GstClockTime heard = G_MAXUINT64;

  if (timing->pace)
    heard = timing->now > timing->due ? timing->now - timing->due : 0;
  g_array_set_size (self->out.began, 0);
  g_array_set_size (self->out.drained, 0);
  next = rt_playout_report (
      self->out.playout, heard, self->out.began, self->out.drained);
  if (self->out.began->len > 0 || self->out.drained->len > 0) {
    RtConversation *conversation = get_speaker (self);

    if (conversation != NULL) {
      rt_conversation_report (
          conversation, self->out.began, self->out.drained, timing->due);
      rt_conversation_unref (conversation);
    }
  }
  return next == G_MAXUINT64 ? GST_CLOCK_TIME_NONE : next + timing->due;
}

/* Another one began since then. */
static gboolean
is_void (GstRealtimeConversation *self, gconstpointer wanted_by)
{
  g_autoptr (RtConversation) conversation
      = gst_realtime_conversation_get (self);

  return conversation != NULL && conversation != wanted_by;
}

/* FALSE: there is nobody to do it. */
static gboolean
hang_up (GstRealtimeConversation *self, gconstpointer wanted_by)
{
  g_autoptr (RtConversation) conversation
      = gst_realtime_conversation_get (self);

  if (conversation != NULL && conversation == wanted_by)
    rt_conversation_close (conversation, RT_CLOSED_EOS);
  return conversation != NULL;
}

/* The last reply was heard: the conversation is closed, and once it said so
 * EOS leaves.  TRUE: nothing else is to be done now. */
static gboolean
leave (GstRealtimeConversation *self, const Timing *timing,
    gconstpointer wanted_by)
{
  GstClockTime heard_at = self->out.speech_end + timing->due;

  if (is_void (self, wanted_by))
    return FALSE;
  if (timing->pace && GST_CLOCK_TIME_IS_VALID (self->out.speech_end)
      && timing->now < heard_at) {
    gst_realtime_conversation_src_wait (self, heard_at, TRUE);
    return TRUE;
  }
  if (hang_up (self, wanted_by)) {
    gst_realtime_conversation_src_wait (self, GST_CLOCK_TIME_NONE, TRUE);
    return TRUE;
  }
  if (gst_realtime_conversation_end_src (self, FALSE)) {
    GST_DEBUG_OBJECT (self, "all was said: EOS");
    gst_pad_push_event (self->srcpad, gst_event_new_eos ());
  }
  return TRUE;
}

/* The clock begins to run for us.  In a pipeline that plays already, its time
 * is far from where our stamps begin, and that is no silence to be filled.
 * After a seek elsewhere it may begin anew, far behind our stamps. */
static void
join_time (GstRealtimeConversation *self, const Timing *timing)
{
  if (timing->now > self->out.next + GST_SECOND
      || (timing->pace && self->out.next > timing->now + GST_SECOND)) {
    gst_realtime_conversation_set_anchor (self, timing->now);
    self->out.run = GST_REALTIME_RUN_NONE;
    self->out.discont = TRUE;
  }
}

/* What comes next does not follow from what left, but its stamps may. */
static void
break_off (GstRealtimeConversation *self)
{
  self->out.hole = FALSE;
  self->out.run = GST_REALTIME_RUN_NONE;
  self->out.hold = GST_CLOCK_TIME_NONE;
}

/* What is held is neither gathered nor missing. */
static gboolean
is_held (GstRealtimeConversation *self, const RtPlayoutStatus *status)
{
  if (status->held || self->out.held) {
    self->out.hold = GST_CLOCK_TIME_NONE;
    self->out.hole = FALSE;
  }
  self->out.held = status->held;
  return status->held;
}

void
gst_realtime_conversation_src_loop (gpointer user_data)
{
  GstRealtimeConversation *self
      = GST_REALTIME_CONVERSATION (GST_PAD_PARENT (user_data));
  Orders orders;
  Timing timing;
  RtPlayoutStatus status;
  GstClockTime wake_at;

  take_orders (self, &orders);
  take_playout (self, &orders);
  if (orders.stopped) {
    gst_pad_pause_task (self->srcpad);
    return;
  }
  if (orders.ended) {
    gst_realtime_conversation_src_wait (self, GST_CLOCK_TIME_NONE, FALSE);
    return;
  }
  gst_realtime_conversation_note_peer (self);
  if (orders.revived) {
    gst_realtime_conversation_push_restart (self);
    break_off (self);
  } else if (!self->out.begun)
    gst_realtime_conversation_push_start (self);
  gst_realtime_conversation_push_negotiated (self);
  if (orders.flush)
    gst_realtime_conversation_push_flush_stop (self);
  if (orders.dropped || orders.flush)
    break_off (self);
  if (!orders.playing) {
    gst_realtime_conversation_src_wait (self, GST_CLOCK_TIME_NONE, TRUE);
    return;
  }

  get_timing (self, &timing);
  if (orders.joins)
    join_time (self, &timing);
  wake_at = report (self, &timing);
  rt_playout_peek (self->out.playout, &status);
  if (status.bytes > 0
      && gst_realtime_conversation_is_stale (self, &status.format))
    status.bytes = 0;
  if (!is_held (self, &status) && status.bytes > 0
      && gather (self, &status, &timing))
    speak (self, &status, &timing);
  else if (status.bytes > 0 || !orders.eos_wanted
           || !leave (self, &timing, orders.eos_by))
    be_silent (self, &status, &timing, wake_at);
}

void
gst_realtime_conversation_reset_src (GstRealtimeConversation *self)
{
  g_mutex_lock (&self->wait_lock);
  self->src_news = FALSE;
  self->src_dropped = FALSE;
  self->src_flush = FALSE;
  self->eos_wanted = FALSE;
  self->src_ended = FALSE;
  self->src_revived = FALSE;
  self->src_flow = GST_FLOW_OK;
  self->paused_at = 0;
  g_mutex_unlock (&self->wait_lock);
  self->out.begun = FALSE;
  break_off (self);
  self->out.held = FALSE;
  self->out.speech_end = GST_CLOCK_TIME_NONE;
  self->out.asked_at = 0;
  gst_realtime_conversation_set_anchor (self, 0);
}
