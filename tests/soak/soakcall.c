/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One of the calls of the soak: a pipeline around the element, and the books
 * of its samples.
 */
#include "soakcall.h"

#define RATE 24000

static GstPadProbeReturn
fed_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  SoakCall *self = user_data;
  gsize size = gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));

  __atomic_add_fetch (&self->fed,
      (gint64) gst_util_uint64_scale (size / 2, GST_SECOND, RATE),
      __ATOMIC_RELAXED);
  return GST_PAD_PROBE_OK;
}

SoakCall *
soak_call_new (const gchar *uri)
{
  SoakCall *self = g_new0 (SoakCall, 1);
  g_autofree gchar *line = g_strdup_printf (
      "audiotestsrc is-live=true samplesperbuffer=480 wave=ticks ! "
      "audio/x-raw,format=S16LE,layout=interleaved,rate=%d,channels=1 ! "
      "realtimeconversation name=rt uri=%s keepalive-interval=1000 "
      "reconnect-attempts=-1 reconnect-delay=100 reconnect-max-delay=2000 "
      "post-partials=false ! fakesink sync=true async=false",
      RATE, uri);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPad) pad = NULL;

  self->pipeline = gst_parse_launch (line, &error);
  if (self->pipeline == NULL)
    g_error ("no pipeline: %s", error->message);
  self->element = gst_bin_get_by_name (GST_BIN (self->pipeline), "rt");
  self->bus = gst_element_get_bus (self->pipeline);
  pad = gst_element_get_static_pad (self->element, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, fed_cb, self, NULL);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return self;
}

static void
answer (SoakCall *self, const GstStructure *handoff)
{
  gboolean done;

  self->handoffs++;
  g_signal_emit_by_name (self->element, "handoff-output",
      gst_structure_get_string (handoff, "handoff-id"), "done", TRUE, &done);
}

void
soak_call_serve (SoakCall *self)
{
  gboolean failed = FALSE, started;
  GstMessage *message;

  while ((message = gst_bus_pop (self->bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      failed = TRUE;
    else if (gst_message_has_name (message, "realtime-handoff"))
      answer (self, gst_message_get_structure (message));
    else if (gst_message_has_name (message, "realtime-closed"))
      failed = TRUE;
    gst_message_unref (message);
  }
  if (!failed)
    return;
  self->errors++;
  g_signal_emit_by_name (self->element, "start", &started);
  self->restarts += started;
}

static guint64
stat_of (const GstStructure *stats, const gchar *name)
{
  guint64 value = 0;

  if (!gst_structure_get_uint64 (stats, name, &value))
    g_error ("no %s in the statistics", name);
  return value;
}

void
soak_call_add (SoakCall *self, SoakBooks *books)
{
  GstStructure *stats = NULL;
  guint64 sent, dropped, received, played, interrupted;
  guint reconnects = 0;

  g_object_get (self->element, "stats", &stats, NULL);
  sent = stat_of (stats, "audio-sent");
  dropped = stat_of (stats, "audio-dropped-uplink");
  received = stat_of (stats, "audio-received");
  played = stat_of (stats, "audio-played");
  interrupted = stat_of (stats, "audio-dropped-interrupted");
  gst_structure_get_uint (stats, "reconnects", &reconnects);
  books->sent += sent;
  books->dropped += dropped;
  books->received += received;
  books->played += played;
  books->interrupted += interrupted;
  books->reconnects += reconnects;
  books->lost_up
      += __atomic_load_n (&self->fed, __ATOMIC_RELAXED)
         - (gint64) (sent + dropped + stat_of (stats, "uplink-level"));
  books->lost_down
      += (gint64) received
         - (gint64) (played + interrupted + stat_of (stats, "playout-level"));
  gst_structure_free (stats);
}

void
soak_call_stop (SoakCall *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_READY);
}

void
soak_call_free (SoakCall *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->bus);
  gst_object_unref (self->element);
  gst_object_unref (self->pipeline);
  g_free (self);
}
