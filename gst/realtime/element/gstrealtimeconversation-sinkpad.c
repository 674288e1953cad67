/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sink pad: the user's voice into the uplink.  Runs on the upstream
 * streaming thread; never waits for the network, only for the clock.
 */
#include "gstrealtimeconversation-private.h"

#include "gstrealtimebus.h"
#include "gstrealtimecaps.h"

#define OVERRUN_REPORT_TIME G_USEC_PER_SEC

typedef struct {
  RtAudioFormat format;
  guint frame_size;
  guint chunk_duration; /* ms */
  gboolean pace;
} Input;

static void
get_input (GstRealtimeConversation *self, Input *input)
{
  GST_OBJECT_LOCK (self);
  input->format = self->input_format;
  input->chunk_duration = self->settings->chunk_duration;
  input->pace = self->settings->pace;
  rt_uplink_set_limit (
      self->uplink, self->settings->uplink_buffer * GST_MSECOND);
  GST_OBJECT_UNLOCK (self);
  input->frame_size = rt_audio_format_frame_size (&input->format);
}

static GstClockTime
duration_of (const Input *input, gsize bytes)
{
  return gst_util_uint64_scale (
      bytes, GST_SECOND, (guint64) input->frame_size * input->format.rate);
}

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

/* Counts what could not be kept, and says so at most once a second. */
static void
count_dropped (GstRealtimeConversation *self, GstClockTime duration)
{
  gint64 now = g_get_monotonic_time ();

  if (duration == 0)
    return;
  rt_stats_add (self->stats, RT_STAT_AUDIO_DROPPED_UPLINK, duration);
  self->in.overrun += duration;
  if (self->in.overrun_said != 0
      && now - self->in.overrun_said < OVERRUN_REPORT_TIME)
    return;
  gst_realtime_bus_post_overrun (
      GST_ELEMENT (self), self->in.overrun / GST_MSECOND);
  self->in.overrun_said = now;
  self->in.overrun = 0;
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

static gsize
chunk_of (const Input *input)
{
  return (gsize) input->format.rate * input->chunk_duration / 1000
         * input->frame_size;
}

static GstFlowReturn
take_chunk (GstRealtimeConversation *self, const Input *input,
    const guint8 *data, gsize size, gboolean wait)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);
  gsize dropped = 0, level = 0;
  RtUplinkResult result;

  if (conversation == NULL) {
    refuse (self);
    count_dropped (self, duration_of (input, size));
    return GST_FLOW_OK;
  }
  self->in.refused = FALSE;
  result = rt_uplink_push (self->uplink, data, size, wait, &dropped, &level);
  if (level >= chunk_of (input))
    rt_conversation_kick (conversation);
  rt_conversation_unref (conversation);
  count_dropped (self, duration_of (input, dropped));
  return result == RT_UPLINK_FLUSHING ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

/* A buffer may be large.  By chunks it is paced evenly, and the other side is
 * told of each before we might have to wait for room for the next. */
static GstFlowReturn
take (GstRealtimeConversation *self, const Input *input, const guint8 *data,
    gsize size, GstClockTime time, gboolean live)
{
  gsize chunk = chunk_of (input), done, n;
  gboolean pace = input->pace && !live;

  for (done = 0; done < size; done += n) {
    GstFlowReturn flow;

    n = MIN (chunk, size - done);
    if (pace
        && !gst_realtime_conversation_sink_wait (
            self, time + duration_of (input, done)))
      return GST_FLOW_FLUSHING;
    flow = take_chunk (self, input, data + done, n, !pace && !live);
    if (flow != GST_FLOW_OK)
      return flow;
  }
  return GST_FLOW_OK;
}

/* Running time of a buffer; without a stamp it follows the one before it. */
static GstClockTime
time_of (GstRealtimeConversation *self, GstBuffer *buffer)
{
  GstClockTime time = GST_CLOCK_TIME_NONE;

  if (GST_BUFFER_PTS_IS_VALID (buffer)
      && self->in.segment.format == GST_FORMAT_TIME)
    time = gst_segment_to_running_time (
        &self->in.segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  return GST_CLOCK_TIME_IS_VALID (time) ? time : self->in.next;
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);
  GstFlowReturn flow;
  GstClockTime time;
  GstMapInfo map;
  Input input;
  gboolean live;

  g_mutex_lock (&self->wait_lock);
  flow = self->src_flow;
  g_mutex_unlock (&self->wait_lock);
  if (flow != GST_FLOW_OK) {
    gst_buffer_unref (buffer);
    return flow;
  }
  if (!gst_pad_has_current_caps (pad)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }

  get_input (self, &input);
  live = upstream_is_live (self);
  time = time_of (self, buffer);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  self->in.next = time + duration_of (&input, map.size);
  flow = take (self, &input, map.data, map.size, time, live);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return flow;
}

static gboolean
set_caps (GstRealtimeConversation *self, GstCaps *caps)
{
  RtAudioFormat format;
  Input old;
  gboolean changed;
  gsize dropped;

  if (!gst_realtime_caps_parse (caps, &format)) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, (NULL),
        ("the caps %" GST_PTR_FORMAT " are not what the sink pad takes", caps));
    return FALSE;
  }
  get_input (self, &old);
  dropped = gst_realtime_caps_set_uplink (self->uplink, &format);
  count_dropped (self, duration_of (&old, dropped));
  GST_OBJECT_LOCK (self);
  changed = !rt_audio_format_equal (&self->input_format, &format);
  self->input_format = format;
  self->settings_serial++;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    gst_realtime_conversation_settings_changed (self);
  return TRUE;
}

/* What was said and not sent is void, and so is what the server heard of the
 * turn, and an EOS that has not left yet. */
static void
end_flush (GstRealtimeConversation *self)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);
  RtRequest request = { .type = RT_REQUEST_CLEAR };
  gboolean clears;
  Input input;

  get_input (self, &input);
  count_dropped (self, duration_of (&input, rt_uplink_clear (self->uplink)));
  gst_segment_init (&self->in.segment, GST_FORMAT_TIME);
  self->in.next = 0;
  GST_OBJECT_LOCK (self);
  self->input_ended = FALSE;
  clears = (gst_realtime_settings_dialect (self->settings)->flags
               & RT_DIALECT_COMMITS)
           != 0;
  GST_OBJECT_UNLOCK (self);
  if (conversation != NULL) {
    rt_conversation_resume_input (conversation);
    gst_realtime_conversation_want_eos (self, FALSE);
    if (clears)
      rt_conversation_request (conversation, &request);
    rt_conversation_unref (conversation);
  }
  gst_realtime_conversation_set_sink_flushing (self, FALSE);
}

void
gst_realtime_conversation_drop_input (GstRealtimeConversation *self)
{
  Input input;

  get_input (self, &input);
  rt_stats_add (self->stats, RT_STAT_AUDIO_DROPPED_UPLINK,
      duration_of (&input, rt_uplink_clear (self->uplink)));
}

void
gst_realtime_conversation_pass_end (GstRealtimeConversation *self)
{
  RtConversation *conversation;
  gboolean ended;
  guint timeout;

  GST_OBJECT_LOCK (self);
  ended = self->input_ended;
  timeout = self->settings->eos_timeout;
  GST_OBJECT_UNLOCK (self);
  if (!ended)
    return;
  conversation = gst_realtime_conversation_get (self);
  if (conversation != NULL) {
    rt_conversation_end_input (conversation, timeout);
    rt_conversation_unref (conversation);
  } else
    gst_realtime_conversation_want_eos (self, TRUE);
}

static void
end_input (GstRealtimeConversation *self)
{
  GST_OBJECT_LOCK (self);
  self->input_ended = TRUE;
  GST_OBJECT_UNLOCK (self);
  gst_realtime_conversation_pass_end (self);
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);
  gboolean result = TRUE;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      result = set_caps (self, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->in.segment);
      break;
    case GST_EVENT_STREAM_START:
      self->in.live = -1;
      break;
    case GST_EVENT_FLUSH_START:
      gst_realtime_conversation_set_sink_flushing (self, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      end_flush (self);
      break;
    case GST_EVENT_EOS:
      end_input (self);
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM:
    case GST_EVENT_CUSTOM_DOWNSTREAM_OOB:
      gst_realtime_conversation_handle_command (
          self, gst_event_get_structure (event));
      break;
    default:
      /* the src pad's stream is its own: nothing is forwarded */
      break;
  }
  gst_event_unref (event);
  return result;
}

static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);

  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS) {
    gst_realtime_caps_answer (self, pad, query);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static gboolean
sink_activate_mode (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active) {
    gst_segment_init (&self->in.segment, GST_FORMAT_TIME);
    self->in.next = 0;
    self->in.live = -1;
    self->in.refused = FALSE;
    self->in.overrun = 0;
    self->in.overrun_said = 0;
  }
  gst_realtime_conversation_set_sink_flushing (self, !active);
  return TRUE;
}

void
gst_realtime_conversation_init_sinkpad (GstRealtimeConversation *self)
{
  self->sinkpad = gst_realtime_conversation_add_pad (self, "sink");
  gst_pad_set_chain_function (self->sinkpad, sink_chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_pad_set_query_function (self->sinkpad, sink_query);
  gst_pad_set_activatemode_function (self->sinkpad, sink_activate_mode);
}
