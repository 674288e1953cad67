/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is linked to src may change, and what it takes with it.  Runs on the
 * src pad's task only.
 */
#include <string.h>

#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-private.h"

/* How long a server may go on in a format that it was asked to leave. */
#define SWITCH_TIME (5 * G_TIME_SPAN_SECOND)

/* Nothing takes everything. */
static gboolean
is_taken (GstRealtimeConversation *self, const RtPlayoutFormat *format)
{
  GstCaps *caps = gst_realtime_caps_of_playout (format);
  GstPad *peer = gst_pad_get_peer (self->srcpad);
  gboolean taken = peer == NULL || gst_pad_query_accept_caps (peer, caps);

  gst_clear_object (&peer);
  gst_caps_unref (caps);
  return taken;
}

/* Speech that nobody here can hear: the server is told so. */
static void
interrupt (GstRealtimeConversation *self)
{
  const RtRequest request = { .type = RT_REQUEST_INTERRUPT };
  RtConversation *conversation = gst_realtime_conversation_get (self);

  if (conversation == NULL)
    return;
  rt_conversation_request (conversation, &request);
  rt_conversation_unref (conversation);
}

/* FALSE: the protocol has no word for it. */
static gboolean
ask_server (GstRealtimeConversation *self, const RtAudioFormat *format)
{
  gboolean asks;

  GST_OBJECT_LOCK (self);
  asks = (gst_realtime_settings_dialect (self->settings)->flags
             & RT_DIALECT_DECLARES)
         == 0;
  if (asks) {
    self->output_format = *format;
    self->settings_serial++;
  }
  GST_OBJECT_UNLOCK (self);
  if (asks)
    gst_realtime_conversation_settings_changed (self);
  return asks;
}

gboolean
gst_realtime_conversation_renegotiate_src (
    GstRealtimeConversation *self, RtPlayoutFormat *format)
{
  RtAudioFormat other;

  if (is_taken (self, format))
    return FALSE;
  other = gst_realtime_caps_preferred (self, self->srcpad);
  *format = gst_realtime_caps_to_playout (&other);
  /* otherwise the next push says what is wrong */
  if (!is_taken (self, format))
    return FALSE;
  GST_INFO_OBJECT (self, "what is linked to src takes another format");
  if (ask_server (self, &other)) {
    self->out.asked_at = g_get_monotonic_time ();
    interrupt (self);
  }
  return TRUE;
}

gboolean
gst_realtime_conversation_is_stale (
    GstRealtimeConversation *self, const RtPlayoutFormat *format)
{
  if (memcmp (format, &self->out.format, sizeof (RtPlayoutFormat)) == 0
      || self->out.asked_at == 0
      || g_get_monotonic_time () - self->out.asked_at > SWITCH_TIME
      || is_taken (self, format))
    return FALSE;
  interrupt (self);
  return TRUE;
}

void
gst_realtime_conversation_post_flow_error (
    GstRealtimeConversation *self, GstFlowReturn flow)
{
  GstCaps *caps;

  if (flow != GST_FLOW_NOT_NEGOTIATED) {
    GST_ELEMENT_FLOW_ERROR (self, flow);
    return;
  }
  caps = gst_realtime_caps_of_playout (&self->out.format);
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      ("What is linked to the source pad does not take %" GST_PTR_FORMAT, caps),
      (NULL));
  gst_caps_unref (caps);
}
