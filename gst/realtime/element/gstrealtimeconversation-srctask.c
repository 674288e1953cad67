/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The src task: the model's speech, stamped by a sample counter and paced by
 * the pipeline's clock.  Runs on the src pad's task only.
 */
#include <string.h>

#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-private.h"

#define BUFFER_TIME (20 * GST_MSECOND)
/* How often GAP events say that there is nothing. */
#define GAP_TIME (100 * GST_MSECOND)
/* Speech that downstream held up for longer than this starts anew, rather
 * than with stamps that are all too late. */
#define MAX_LAG (200 * GST_MSECOND)

/* What the other threads asked for since the last look. */
typedef struct {
  gboolean stopped;
  gboolean playing;
  gboolean joins;
  gboolean dropped;
  gboolean flush;
  gboolean eos_wanted;
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
  self->src_news = FALSE; /* the playout is looked at after this */
  self->src_dropped = FALSE;
  self->src_flush = FALSE;
  g_mutex_unlock (&self->wait_lock);
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

static void
set_anchor (GstRealtimeConversation *self, GstClockTime time)
{
  self->out.anchor = time;
  self->out.frames = 0;
  self->out.next = time;
}

static void
count_frames (GstRealtimeConversation *self, guint64 frames)
{
  self->out.frames += frames;
  self->out.next = self->out.anchor
                   + gst_util_uint64_scale (
                       self->out.frames, GST_SECOND, self->out.format.rate);
}

static void
push_caps (GstRealtimeConversation *self, const RtPlayoutFormat *format)
{
  RtAudioFormat audio = { format->tag, format->rate, format->frame_size };
  GstCaps *caps;

  if (audio.codec == RT_CODEC_PCM16)
    audio.channels /= 2;
  caps = gst_realtime_caps_of_format (&audio);
  set_anchor (self, self->out.next);
  self->out.format = *format;
  gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
push_segment (GstRealtimeConversation *self)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
}

/* Says that there is nothing up to `until`. */
static void
push_gap (GstRealtimeConversation *self, GstClockTime until)
{
  if (until <= self->out.next)
    return;
  gst_pad_push_event (
      self->srcpad, gst_event_new_gap (self->out.next, until - self->out.next));
  set_anchor (self, until);
  self->out.running = FALSE;
}

/* The GAP lets sinks preroll: without it the pipeline would not be PLAYING
 * before the model first speaks. */
static void
begin (GstRealtimeConversation *self)
{
  gchar *id
      = gst_pad_create_stream_id (self->srcpad, GST_ELEMENT (self), "speech");
  GstEvent *event = gst_event_new_stream_start (id);
  RtAudioFormat output;
  RtPlayoutFormat format;

  g_free (id);
  gst_event_set_group_id (event, gst_util_group_id_next ());
  gst_pad_push_event (self->srcpad, event);

  GST_OBJECT_LOCK (self);
  output = self->output_format;
  GST_OBJECT_UNLOCK (self);
  format.frame_size = rt_audio_format_frame_size (&output);
  format.rate = output.rate;
  format.tag = output.codec;
  push_caps (self, &format);
  push_segment (self);
  push_gap (self, self->out.next + BUFFER_TIME);
  self->out.begun = TRUE;
  self->out.discont = TRUE;
}

/* Downstream was told to flush on the I/O thread, when the user spoke. */
static void
end_flush (GstRealtimeConversation *self)
{
  GstClockTime now = gst_realtime_conversation_now (self);

  gst_pad_push_event (self->srcpad, gst_event_new_flush_stop (FALSE));
  push_segment (self);
  if (GST_CLOCK_TIME_IS_VALID (now))
    set_anchor (self, now);
  push_gap (self, self->out.next + BUFFER_TIME);
}

/* Stopped, so that nobody begins a flush which we would not end. */
static void
push_eos (GstRealtimeConversation *self)
{
  gst_realtime_conversation_set_src_stopped (self, TRUE);
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
  gst_pad_pause_task (self->srcpad);
}

static void
fail (GstRealtimeConversation *self, GstFlowReturn flow)
{
  g_mutex_lock (&self->wait_lock);
  self->src_flow = flow;
  g_mutex_unlock (&self->wait_lock);
  GST_ELEMENT_FLOW_ERROR (self, flow);
  push_eos (self);
}

static void
push_buffer (GstRealtimeConversation *self, GstBuffer *buffer, guint64 frames)
{
  GstFlowReturn flow;

  GST_BUFFER_PTS (buffer) = self->out.next;
  count_frames (self, frames);
  GST_BUFFER_DURATION (buffer) = self->out.next - GST_BUFFER_PTS (buffer);
  if (self->out.discont) {
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    self->out.discont = FALSE;
  }
  flow = gst_pad_push (self->srcpad, buffer);
  /* unlinked: the bus still gets everything; flushing: the wait ends when
   * the task is stopped, or downstream is done with its seek */
  if (flow < GST_FLOW_EOS)
    fail (self, flow);
}

/* One buffer of speech. */
static void
push_speech (GstRealtimeConversation *self, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  RtPlayoutRead read;
  GstMapInfo map;
  guint64 frames;
  gboolean got;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  got = rt_playout_read (self->playout, map.data, size, self->out.next, &read);
  gst_buffer_unmap (buffer, &map);
  if (!got) { /* dropped since we looked */
    gst_buffer_unref (buffer);
    return;
  }
  gst_buffer_set_size (buffer, read.size);
  if (memcmp (&read.format, &self->out.format, sizeof (RtPlayoutFormat)) != 0)
    push_caps (self, &read.format);
  if (read.first)
    rt_stats_reply_began (self->stats, g_get_monotonic_time () * 1000);
  frames = read.size / read.format.frame_size;
  rt_stats_add (self->stats, RT_STAT_AUDIO_PLAYED,
      gst_util_uint64_scale (frames, GST_SECOND, read.format.rate));
  self->out.running = TRUE;
  self->out.ran_dry = FALSE;
  self->out.hold = GST_CLOCK_TIME_NONE;
  push_buffer (self, buffer, frames);
}

static void
push_silence (GstRealtimeConversation *self)
{
  guint frames = self->out.format.rate * BUFFER_TIME / GST_SECOND;
  gsize size = (gsize) frames * self->out.format.frame_size;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, rt_codec_silence (self->out.format.tag), size);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  push_buffer (self, buffer, frames);
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
  return self->out.running && timing->now <= limit;
}

/* A reply that begins is gathered first.  FALSE: not yet. */
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
  if (!timing->silence) {
    push_gap (self, self->out.hold);
    self->out.discont = TRUE;
  }
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
  push_speech (self, MIN (size, status->bytes));
}

/* Nothing to say now. */
static void
be_silent (
    GstRealtimeConversation *self, const Timing *timing, GstClockTime wake_at)
{
  GstClockTime deadline;

  self->out.ran_dry = TRUE;
  if (timing->silence && timing->pace) {
    deadline = self->out.next + timing->lead;
    if (timing->now >= deadline)
      push_silence (self);
    else
      gst_realtime_conversation_src_wait (self, MIN (deadline, wake_at), FALSE);
    return;
  }
  deadline = self->out.next
             + (self->out.running ? timing->due + BUFFER_TIME : GAP_TIME);
  if (GST_CLOCK_TIME_IS_VALID (self->out.hold))
    deadline = self->out.hold + timing->latency;
  else if (timing->now >= deadline) {
    push_gap (self, timing->now);
    return;
  }
  gst_realtime_conversation_src_wait (self, MIN (deadline, wake_at), TRUE);
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
      self->playout, heard, self->out.began, self->out.drained);
  if (self->out.began->len > 0 || self->out.drained->len > 0) {
    RtConversation *conversation = gst_realtime_conversation_get (self);

    if (conversation != NULL) {
      rt_conversation_report (conversation, self->out.began, self->out.drained);
      rt_conversation_unref (conversation);
    }
  }
  return next == G_MAXUINT64 ? GST_CLOCK_TIME_NONE : next + timing->due;
}

/* The last reply was heard: the conversation is closed, and once it said so
 * EOS leaves.  TRUE: nothing else is to be done now. */
static gboolean
leave (GstRealtimeConversation *self, const Timing *timing)
{
  GstClockTime heard_at = self->out.next + timing->due;

  if (timing->pace && self->out.running && timing->now < heard_at) {
    gst_realtime_conversation_src_wait (self, heard_at, TRUE);
    return TRUE;
  }
  if (gst_realtime_conversation_close (self, RT_CLOSED_EOS)) {
    gst_realtime_conversation_src_wait (self, GST_CLOCK_TIME_NONE, TRUE);
    return TRUE;
  }
  GST_DEBUG_OBJECT (self, "all was said: EOS");
  push_eos (self);
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
    set_anchor (self, timing->now);
    self->out.running = FALSE;
    self->out.discont = TRUE;
  }
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
  if (orders.stopped) {
    gst_pad_pause_task (self->srcpad);
    return;
  }
  if (!self->out.begun)
    begin (self);
  if (orders.flush)
    end_flush (self);
  if (orders.dropped || orders.flush) {
    self->out.discont = TRUE;
    self->out.hold = GST_CLOCK_TIME_NONE;
  }
  if (!orders.playing) {
    gst_realtime_conversation_src_wait (self, GST_CLOCK_TIME_NONE, TRUE);
    return;
  }

  get_timing (self, &timing);
  if (orders.joins)
    join_time (self, &timing);
  wake_at = report (self, &timing);
  rt_playout_peek (self->playout, &status);
  if (status.bytes > 0 && gather (self, &status, &timing))
    speak (self, &status, &timing);
  else if (status.bytes > 0 || !orders.eos_wanted || !leave (self, &timing))
    be_silent (self, &timing, wake_at);
}

void
gst_realtime_conversation_reset_src (GstRealtimeConversation *self)
{
  g_mutex_lock (&self->wait_lock);
  self->src_news = FALSE;
  self->src_dropped = FALSE;
  self->src_flush = FALSE;
  self->eos_wanted = FALSE;
  self->src_flow = GST_FLOW_OK;
  self->paused_at = 0;
  g_mutex_unlock (&self->wait_lock);
  self->out.begun = FALSE;
  self->out.running = FALSE;
  self->out.hold = GST_CLOCK_TIME_NONE;
  set_anchor (self, 0);
}
