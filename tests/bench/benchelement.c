/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * N pipelines in one process: live source, realtimeconversation, sink.  The
 * probes run on the pipelines' streaming threads and only stamp and read.
 */
#include <gst/gst.h>

#include "benchload.h"
#include "benchstamp.h"

#define PIPELINE                                                             \
  "audiotestsrc name=source is-live=true wave=silence samplesperbuffer=480 " \
  "! realtimeconversation name=conversation "                                \
  "! fakesink sync=true"

typedef struct {
  BenchEar ear;
  GstElement *pipeline;
} Conversation;

typedef struct {
  Conversation *conversations;
  guint n;
} Running;

static GstPadProbeReturn
stamp_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = gst_buffer_make_writable (info->data);
  GstMapInfo map;

  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
  if (gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    g_assert (map.size == BENCH_FRAME_SIZE);
    bench_stamp_write (map.data, bench_now ());
    gst_buffer_unmap (buffer, &map);
  }
  info->data = buffer;
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
listen_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstMapInfo map;

  if (gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ)) {
    bench_ear_listen (user_data, map.data, map.size);
    gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  }
  return GST_PAD_PROBE_OK;
}

/* Nobody reads the bus: messages are looked at where they are posted. */
static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  BenchLoad *load = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s: %s\n", GST_MESSAGE_SRC_NAME (message), error->message);
    g_atomic_int_inc (&load->errors);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
add_probe (GstElement *pipeline, const gchar *name, GstPadProbeCallback probe,
    gpointer user_data)
{
  g_autoptr (GstElement) element
      = gst_bin_get_by_name (GST_BIN (pipeline), name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, user_data, NULL);
}

static gboolean
start_conversation (Conversation *conversation, BenchLoad *load)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) element = NULL;
  g_autoptr (GstBus) bus = NULL;

  conversation->ear.load = load;
  conversation->pipeline = gst_parse_launch_full (
      PIPELINE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (conversation->pipeline == NULL) {
    g_printerr ("no pipeline: %s\n", error->message);
    return FALSE;
  }
  element
      = gst_bin_get_by_name (GST_BIN (conversation->pipeline), "conversation");
  g_object_set (element, "uri", load->uri, NULL);
  add_probe (conversation->pipeline, "source", stamp_cb, NULL);
  add_probe (
      conversation->pipeline, "conversation", listen_cb, &conversation->ear);
  bus = gst_element_get_bus (conversation->pipeline);
  gst_bus_set_sync_handler (bus, message_cb, load, NULL);
  return gst_element_set_state (conversation->pipeline, GST_STATE_PLAYING)
         != GST_STATE_CHANGE_FAILURE;
}

static void
init (void)
{
  g_setenv ("GST_PLUGIN_PATH_1_0", BENCH_PLUGIN_DIR, FALSE);
  g_setenv ("GST_REGISTRY_1_0", BENCH_REGISTRY, FALSE);
  gst_init (NULL, NULL);
}

static gpointer
start (BenchLoad *load)
{
  Running *running = g_new0 (Running, 1);
  guint i;

  running->n = load->conversations;
  running->conversations = g_new0 (Conversation, running->n);
  for (i = 0; i < running->n; i++) {
    if (!start_conversation (&running->conversations[i], load)) {
      g_atomic_int_inc (&load->errors);
      break;
    }
  }
  return running;
}

static void
stop (gpointer data)
{
  Running *running = data;
  GstElement *pipeline;
  guint i;

  for (i = 0; i < running->n; i++) {
    pipeline = running->conversations[i].pipeline;
    if (pipeline == NULL)
      continue;
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
  }
  g_free (running->conversations);
  g_free (running);
}

const BenchKind bench_element = { init, start, stop };
