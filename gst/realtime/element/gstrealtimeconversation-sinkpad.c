/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sink pad: what upstream says, and its end.  Runs on the upstream
 * streaming thread; never waits for the network.
 */
#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-private.h"

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);
  GstFlowReturn flow;

  g_mutex_lock (&self->wait_lock);
  flow = self->src_flow;
  g_mutex_unlock (&self->wait_lock);
  if (self->in.unfit && flow == GST_FLOW_OK)
    flow = GST_FLOW_ERROR;
  if (flow != GST_FLOW_OK) {
    gst_buffer_unref (buffer);
    return flow;
  }
  if (!gst_pad_has_current_caps (pad)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }

  if (gst_buffer_get_size (buffer) == 0) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  return gst_realtime_conversation_take_buffer (self, buffer);
}

static gboolean
set_caps (GstRealtimeConversation *self, GstCaps *caps)
{
  RtAudioFormat format;

  if (!gst_realtime_caps_parse (caps, &format)) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, (NULL),
        ("the caps %" GST_PTR_FORMAT " are not what the sink pad takes", caps));
    return FALSE;
  }
  gst_realtime_conversation_set_input_format (self, &format);
  return TRUE;
}

/* Speech that is faster or backwards is none. */
static void
set_segment (GstRealtimeConversation *self, GstEvent *event)
{
  GstSegment *segment = &self->in.segment;

  gst_event_copy_segment (event, segment);
  self->in.discont = TRUE;
  self->in.unfit = segment->format == GST_FORMAT_TIME && segment->rate != 1.0;
  if (self->in.unfit)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("Speech cannot be taken at a rate of %g", segment->rate),
        ("%" GST_SEGMENT_FORMAT, segment));
}

static void
take_gap (GstRealtimeConversation *self, GstEvent *event)
{
  GstClockTime stamp, duration;

  gst_event_parse_gap (event, &stamp, &duration);
  if (gst_pad_has_current_caps (self->sinkpad) && !self->in.unfit)
    gst_realtime_conversation_take_gap (self, stamp, duration);
}

/* What was said and not sent is void, and so is what the server heard of the
 * turn, and an EOS that has not left yet. */
static void
end_flush (GstRealtimeConversation *self)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);
  RtRequest request = { .type = RT_REQUEST_CLEAR };
  gboolean clears;

  gst_realtime_conversation_drop_input (self, G_MAXUINT64);
  gst_realtime_conversation_reset_input (self);
  GST_OBJECT_LOCK (self);
  self->input_ended = FALSE;
  clears = (gst_realtime_settings_dialect (self->settings)->flags
               & RT_DIALECT_COMMITS)
           != 0;
  GST_OBJECT_UNLOCK (self);
  if (conversation != NULL) {
    rt_conversation_resume_input (conversation);
    gst_realtime_conversation_want_eos (self, FALSE, NULL);
    if (clears)
      rt_conversation_request (conversation, &request);
    rt_conversation_unref (conversation);
  }
  gst_realtime_conversation_set_sink_flushing (self, FALSE);
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
    gst_realtime_conversation_want_eos (self, TRUE, NULL);
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
      set_segment (self, event);
      break;
    case GST_EVENT_GAP:
      take_gap (self, event);
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
    gst_realtime_conversation_reset_input (self);
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
