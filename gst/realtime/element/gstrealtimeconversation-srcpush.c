/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What leaves the src pad: events, speech and silence, stamped by a sample
 * counter.  Runs on the src pad's task only.
 */
#include <string.h>

#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-private.h"

#define BUFFER_TIME GST_REALTIME_BUFFER_TIME

void
gst_realtime_conversation_set_anchor (
    GstRealtimeConversation *self, GstClockTime time)
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
  GstCaps *caps = gst_realtime_caps_of_playout (format);

  gst_realtime_conversation_set_anchor (self, self->out.next);
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

/* Something else than speech leaves. */
static void
end_speech (GstRealtimeConversation *self, GstRealtimeRun run)
{
  if (self->out.run == GST_REALTIME_RUN_SPEECH)
    self->out.hole = TRUE;
  self->out.run = run;
}

void
gst_realtime_conversation_push_gap (
    GstRealtimeConversation *self, GstClockTime until)
{
  if (until <= self->out.next)
    return;
  gst_pad_push_event (
      self->srcpad, gst_event_new_gap (self->out.next, until - self->out.next));
  gst_realtime_conversation_set_anchor (self, until);
  end_speech (self, GST_REALTIME_RUN_NONE);
}

/* The GAP lets sinks preroll: without it the pipeline would not be PLAYING
 * before the model first speaks. */
void
gst_realtime_conversation_push_start (GstRealtimeConversation *self)
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
  format = gst_realtime_caps_to_playout (&output);
  push_caps (self, &format);
  push_segment (self);
  gst_realtime_conversation_push_gap (self, self->out.next + BUFFER_TIME);
  self->out.begun = TRUE;
  self->out.discont = TRUE;
}

/* Downstream was told to flush on the I/O thread, when the user spoke. */
void
gst_realtime_conversation_push_flush_stop (GstRealtimeConversation *self)
{
  GstClockTime now = gst_realtime_conversation_now (self);

  gst_pad_push_event (self->srcpad, gst_event_new_flush_stop (FALSE));
  self->out.speech_end = GST_CLOCK_TIME_NONE;
  self->out.discont = TRUE;
  push_segment (self);
  if (GST_CLOCK_TIME_IS_VALID (now))
    gst_realtime_conversation_set_anchor (self, now);
  gst_realtime_conversation_push_gap (self, self->out.next + BUFFER_TIME);
}

/* Only a flush lets a stream go on behind EOS. */
void
gst_realtime_conversation_push_restart (GstRealtimeConversation *self)
{
  GstClockTime now = gst_realtime_conversation_now (self);

  gst_pad_push_event (self->srcpad, gst_event_new_flush_start ());
  gst_pad_push_event (self->srcpad, gst_event_new_flush_stop (FALSE));
  self->out.speech_end = GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (now))
    gst_realtime_conversation_set_anchor (self, now);
  gst_realtime_conversation_push_start (self);
}

static void
fail (GstRealtimeConversation *self, GstFlowReturn flow)
{
  g_mutex_lock (&self->wait_lock);
  self->src_flow = flow;
  g_mutex_unlock (&self->wait_lock);
  gst_realtime_conversation_post_flow_error (self, flow);
  gst_realtime_conversation_end_src (self, TRUE);
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
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
  /* another peer, since we looked */
  if (flow == GST_FLOW_NOT_NEGOTIATED
      && gst_pad_needs_reconfigure (self->srcpad))
    return;
  /* unlinked: the bus still gets everything; flushing: the wait ends when
   * the task is stopped, or downstream is done with its seek */
  if (flow < GST_FLOW_EOS)
    fail (self, flow);
}

void
gst_realtime_conversation_push_negotiated (GstRealtimeConversation *self)
{
  RtPlayoutFormat format = self->out.format;

  if (gst_pad_check_reconfigure (self->srcpad)
      && gst_realtime_conversation_renegotiate_src (self, &format))
    push_caps (self, &format);
}

/* A hole in a track that goes on was an underrun; between tracks it is a
 * pause. */
static void
note_speech (GstRealtimeConversation *self, gboolean first)
{
  if (first)
    rt_stats_reply_began (self->stats, g_get_monotonic_time () * 1000);
  else if (self->out.hole)
    rt_stats_add (self->stats, RT_STAT_UNDERRUNS, 1);
  self->out.hole = FALSE;
  self->out.run = GST_REALTIME_RUN_SPEECH;
  self->out.concealed = 0;
  self->out.ran_dry = FALSE;
  self->out.hold = GST_CLOCK_TIME_NONE;
}

void
gst_realtime_conversation_push_speech (
    GstRealtimeConversation *self, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  RtPlayoutRead read;
  GstMapInfo map;
  guint64 frames;
  gboolean got;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  got = rt_playout_read (
      self->out.playout, map.data, size, self->out.next, &read);
  gst_buffer_unmap (buffer, &map);
  if (!got) { /* dropped since we looked */
    gst_buffer_unref (buffer);
    return;
  }
  gst_buffer_set_size (buffer, read.size);
  if (memcmp (&read.format, &self->out.format, sizeof (RtPlayoutFormat)) != 0)
    push_caps (self, &read.format);
  note_speech (self, read.first);
  frames = read.size / read.format.frame_size;
  self->out.speech_end
      = self->out.next
        + gst_util_uint64_scale (frames, GST_SECOND, read.format.rate);
  push_buffer (self, buffer, frames);
}

void
gst_realtime_conversation_push_silence (
    GstRealtimeConversation *self, gboolean conceals)
{
  guint frames = self->out.format.rate * BUFFER_TIME / GST_SECOND;
  gsize size = (gsize) frames * self->out.format.frame_size;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, rt_codec_silence (self->out.format.tag), size);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  end_speech (
      self, conceals ? GST_REALTIME_RUN_CONCEALED : GST_REALTIME_RUN_NONE);
  self->out.concealed += BUFFER_TIME;
  push_buffer (self, buffer, frames);
}
