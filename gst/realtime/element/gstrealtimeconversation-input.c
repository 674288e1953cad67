/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's voice into the uplink, by its stamps.  Runs on the upstream
 * streaming thread; never waits for the network, only for the clock or, when
 * there is none to wait for, for room.
 */
#include "gstrealtimebus.h"
#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-private.h"

#include <gst/audio/audio.h>
#include <string.h>

#define OVERRUN_REPORT_TIME G_USEC_PER_SEC
/* Audio without stamps whose source waited for longer is of another time. */
#define MAX_DRIFT GST_SECOND

typedef struct {
  RtAudioFormat format;
  guint frame_size;
  gsize chunk;     /* bytes */
  gboolean live;   /* never blocked */
  gboolean paced;  /* waits for the clock */
  gboolean filled; /* waits for room */
} Input;

/* A file pours; a microphone does not wait.  Asked once a stream. */
static gboolean
upstream_is_live (GstRealtimeConversation *self)
{
  if (self->in.live < 0) {
    GstQuery *query = gst_query_new_latency ();
    gboolean live = FALSE;

    if (gst_pad_peer_query (self->sinkpad, query))
      gst_query_parse_latency (query, &live, NULL, NULL);
    gst_query_unref (query);
    self->in.live = live;
    GST_DEBUG_OBJECT (self, "the input is %slive", live ? "" : "not ");
  }
  return self->in.live;
}

static void
get_input (GstRealtimeConversation *self, Input *input)
{
  guint chunk_duration;
  gboolean pace;

  input->live = upstream_is_live (self);
  GST_OBJECT_LOCK (self);
  input->format = self->input_format;
  chunk_duration = self->settings->chunk_duration;
  pace = self->settings->pace;
  rt_uplink_set_limit (
      self->uplink, self->settings->uplink_buffer * GST_MSECOND);
  GST_OBJECT_UNLOCK (self);
  input->frame_size = rt_audio_format_frame_size (&input->format);
  input->chunk
      = (gsize) input->format.rate * chunk_duration / 1000 * input->frame_size;
  input->paced = pace && !input->live;
  input->filled = !pace && !input->live;
}

static GstClockTime
duration_of (const RtAudioFormat *format, gsize bytes)
{
  return gst_util_uint64_scale (bytes, GST_SECOND,
      (guint64) rt_audio_format_frame_size (format) * format->rate);
}

static void
count_dropped (GstRealtimeConversation *self, GstClockTime duration)
{
  rt_stats_add (self->stats, RT_STAT_AUDIO_DROPPED_UPLINK, duration);
}

/* Counts what could not be kept, and says so at most once a second. */
static void
tell_dropped (GstRealtimeConversation *self, GstClockTime duration)
{
  gint64 now = g_get_monotonic_time ();

  if (duration == 0)
    return;
  count_dropped (self, duration);
  self->in.overrun += duration;
  if (self->in.overrun_said != 0
      && now - self->in.overrun_said < OVERRUN_REPORT_TIME)
    return;
  gst_realtime_bus_post_overrun (
      GST_ELEMENT (self), self->in.overrun / GST_MSECOND);
  self->in.overrun_said = now;
  self->in.overrun = 0;
}

static RtAudioFormat
get_format (GstRealtimeConversation *self)
{
  RtAudioFormat format;

  GST_OBJECT_LOCK (self);
  format = self->input_format;
  GST_OBJECT_UNLOCK (self);
  return format;
}

void
gst_realtime_conversation_drop_input (
    GstRealtimeConversation *self, guint64 end)
{
  RtAudioFormat format = get_format (self);

  count_dropped (
      self, duration_of (&format, rt_uplink_clear_until (self->uplink, end)));
}

/* Nobody listens.  It is said once; after a failure, or on the way down, the
 * application knows. */
static void
refuse (GstRealtimeConversation *self)
{
  gboolean tells;

  if (self->in.refused)
    return;
  self->in.refused = TRUE;
  GST_OBJECT_LOCK (self);
  tells = self->active
          && self->connection_state != GST_REALTIME_CONNECTION_STATE_FAILED;
  GST_OBJECT_UNLOCK (self);
  if (tells)
    gst_realtime_bus_post_refusal (
        GST_ELEMENT (self), "not_running", "conversation is not running");
}

static GstFlowReturn
take_chunk (GstRealtimeConversation *self, const Input *input,
    const guint8 *data, gsize size, GstClockTime time)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);
  gsize dropped = 0, level = 0;
  RtUplinkResult result;

  result = rt_uplink_push (self->uplink, data, size, time,
      input->filled && conversation != NULL, &dropped, &level);
  if (conversation == NULL) {
    refuse (self);
    dropped += rt_uplink_clear (self->uplink);
  } else {
    self->in.refused = FALSE;
    if (level >= input->chunk)
      rt_conversation_kick (conversation);
  }
  g_clear_pointer (&conversation, rt_conversation_unref);
  tell_dropped (self, duration_of (&input->format, dropped));
  return result == RT_UPLINK_FLUSHING ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

static const guint8 *
get_silence (GstRealtimeConversation *self, const Input *input)
{
  g_byte_array_set_size (self->in.silence, input->chunk);
  memset (self->in.silence->data, rt_codec_silence (input->format.codec),
      input->chunk);
  return self->in.silence->data;
}

/* `data` NULL: silence.  A buffer may be large.  By chunks it is paced evenly,
 * and the other side is told of each before we might have to wait for room for
 * the next. */
static GstFlowReturn
take (GstRealtimeConversation *self, const Input *input, const guint8 *data,
    gsize size, GstClockTime time)
{
  const guint8 *silence = data == NULL ? get_silence (self, input) : NULL;
  gsize done, n;

  for (done = 0; done < size; done += n) {
    GstClockTime when = time + duration_of (&input->format, done);
    GstFlowReturn flow;

    n = MIN (input->chunk, size - done);
    if (input->paced && !gst_realtime_conversation_sink_wait (self, when))
      return GST_FLOW_FLUSHING;
    flow = take_chunk (
        self, input, silence != NULL ? silence : data + done, n, when);
    if (flow != GST_FLOW_OK)
      return flow;
  }
  return GST_FLOW_OK;
}

static gboolean
is_heard (GstRealtimeConversation *self)
{
  gboolean heard;

  GST_OBJECT_LOCK (self);
  heard = self->conversation != NULL;
  GST_OBJECT_UNLOCK (self);
  return heard;
}

/* What comes before the data: the hole. */
static GstFlowReturn
take_hole (
    GstRealtimeConversation *self, const Input *input, const RtAligned *aligned)
{
  gsize due, padded;

  if (!aligned->joins)
    rt_uplink_forget_part (self->uplink);
  if (aligned->silence == 0 || !is_heard (self))
    return GST_FLOW_OK;
  GST_DEBUG_OBJECT (self,
      "a hole at %" GST_TIME_FORMAT ", before %" GST_TIME_FORMAT,
      GST_TIME_ARGS (aligned->time), GST_TIME_ARGS (aligned->data_time));
  due = rt_uplink_silence_due (
      self->uplink, aligned->silence, !input->live, &padded);
  return take (self, input, NULL, due,
      aligned->time + duration_of (&input->format, padded));
}

/* What is outside of the segment is not to be heard.  Takes the buffer; NULL:
 * that is all of it. */
static GstBuffer *
clip (GstRealtimeConversation *self, const Input *input, GstBuffer *buffer)
{
  if (!GST_BUFFER_PTS_IS_VALID (buffer)
      || self->in.segment.format != GST_FORMAT_TIME)
    return buffer;
  return gst_audio_buffer_clip (
      buffer, &self->in.segment, input->format.rate, input->frame_size);
}

/* The running time of a buffer; NONE: it has none of its own. */
static GstClockTime
get_stamp (GstRealtimeConversation *self, GstBuffer *buffer)
{
  if (!GST_BUFFER_PTS_IS_VALID (buffer)
      || self->in.segment.format != GST_FORMAT_TIME)
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (
      &self->in.segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
}

/* Audio without stamps follows what was before it.  The first is of now, and
 * so is what is paced and comes when its source had waited. */
static void
place_unstamped (GstRealtimeConversation *self, const Input *input)
{
  GstClockTime now = gst_realtime_conversation_now (self);
  GstClockTime next = rt_align_next (&self->in.align);
  gboolean first = next == RT_NS_UNKNOWN;

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return;
  if (first || (input->paced && ABS (GST_CLOCK_DIFF (next, now)) > MAX_DRIFT))
    rt_align_jump (&self->in.align, now);
}

static GstFlowReturn
take_data (GstRealtimeConversation *self, const Input *input, GstBuffer *buffer,
    const RtAligned *aligned)
{
  gsize size = gst_buffer_get_size (buffer) - aligned->skip;
  GstFlowReturn flow;
  GstMapInfo map;

  if (aligned->skip > 0) {
    GST_DEBUG_OBJECT (self,
        "%" G_GSIZE_FORMAT " bytes are late in %" GST_PTR_FORMAT, aligned->skip,
        buffer);
    count_dropped (self, duration_of (&input->format, aligned->skip));
  }
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP))
    return take (self, input, NULL, size, aligned->data_time);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  flow = take (self, input, map.data + aligned->skip, size, aligned->data_time);
  gst_buffer_unmap (buffer, &map);
  return flow;
}

GstFlowReturn
gst_realtime_conversation_take_buffer (
    GstRealtimeConversation *self, GstBuffer *buffer)
{
  GstClockTime stamp;
  gboolean discont;
  RtAligned aligned;
  GstFlowReturn flow;
  Input input;

  get_input (self, &input);
  buffer = clip (self, &input, buffer);
  if (buffer == NULL)
    return GST_FLOW_OK;
  discont = GST_BUFFER_IS_DISCONT (buffer) || self->in.discont;
  stamp = get_stamp (self, buffer);
  if (!GST_CLOCK_TIME_IS_VALID (stamp))
    place_unstamped (self, &input);
  self->in.discont = FALSE;
  aligned = rt_align_take (
      &self->in.align, stamp, gst_buffer_get_size (buffer), discont);
  flow = take_hole (self, &input, &aligned);
  if (flow == GST_FLOW_OK)
    flow = take_data (self, &input, buffer, &aligned);
  gst_buffer_unref (buffer);
  return flow;
}

void
gst_realtime_conversation_take_gap (
    GstRealtimeConversation *self, GstClockTime stamp, GstClockTime duration)
{
  GstClockTime time = GST_CLOCK_TIME_NONE;
  RtAligned aligned;
  Input input;

  if (self->in.segment.format == GST_FORMAT_TIME)
    time = gst_segment_to_running_time (
        &self->in.segment, GST_FORMAT_TIME, stamp);
  /* how long it is, the next buffer will tell */
  if (!GST_CLOCK_TIME_IS_VALID (time) || !GST_CLOCK_TIME_IS_VALID (duration))
    return;
  get_input (self, &input);
  aligned = rt_align_gap (&self->in.align, time, time + duration);
  take_hole (self, &input, &aligned);
}

void
gst_realtime_conversation_set_input_format (
    GstRealtimeConversation *self, const RtAudioFormat *format)
{
  RtAudioFormat old = get_format (self);
  gsize dropped = gst_realtime_caps_set_uplink (self->uplink, format);

  tell_dropped (self, duration_of (&old, dropped));
  rt_align_set_format (
      &self->in.align, rt_audio_format_frame_size (format), format->rate);
  GST_OBJECT_LOCK (self);
  self->input_format = *format;
  self->settings_serial++;
  GST_OBJECT_UNLOCK (self);
  if (!rt_audio_format_equal (&old, format))
    gst_realtime_conversation_settings_changed (self);
}

void
gst_realtime_conversation_reset_input (GstRealtimeConversation *self)
{
  gst_segment_init (&self->in.segment, GST_FORMAT_TIME);
  rt_align_reset (&self->in.align);
  self->in.unfit = FALSE;
  self->in.discont = FALSE;
}
