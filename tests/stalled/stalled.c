/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An element that is fed faster than its server reads: how its process grows,
 * and how long it takes to stop.  Exits with 1 when a limit is passed.
 */
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#include "rtmemory.h"
#include "rtpeer.h"

#define RATE 24000
#define BUFFER_MS 20
#define BUFFER_BYTES (RATE * BUFFER_MS / 1000 * 2)
#define WARM_UP 1 /* s; what is allocated once is not growth */
#define STOP_LIMIT G_USEC_PER_SEC

typedef struct {
  gint seconds;
  gint speed;
  gint limit;
  gchar *peer;
} Options;

typedef struct {
  GstElement *pipeline, *rt, *in;
  GstBus *bus;
  guint64 pushed; /* buffers */
} Run;

static gdouble
get_rss (void)
{
  return rt_memory_get_resident () / 1024.0 / 1024.0;
}

static void
run_init (Run *self, RtPeer *peer)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = g_strdup_printf (
      "appsrc name=in is-live=true format=time block=true max-bytes=%d "
      "caps=audio/x-raw,format=S16LE,layout=interleaved,rate=%d,channels=1 ! "
      "realtimeconversation name=rt uri=%s ! fakesink async=false",
      50 * BUFFER_BYTES, RATE, rt_peer_get_uri (peer));

  self->pipeline = gst_parse_launch (line, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  self->in = gst_bin_get_by_name (GST_BIN (self->pipeline), "in");
  self->rt = gst_bin_get_by_name (GST_BIN (self->pipeline), "rt");
  self->bus = gst_element_get_bus (self->pipeline);
  g_object_set (self->rt, "tls-ca-file", rt_peer_get_ca_file (peer), NULL);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
run_clear (Run *self)
{
  gst_object_unref (self->bus);
  gst_object_unref (self->in);
  gst_object_unref (self->rt);
  gst_object_unref (self->pipeline);
}

static void
read_bus (Run *self)
{
  GstMessage *message;

  while ((message = gst_bus_pop (self->bus)) != NULL)
    gst_message_unref (message);
}

static void
push (Run *self)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, BUFFER_BYTES, NULL);
  GstFlowReturn flow;

  gst_buffer_memset (buffer, 0, 0x55, BUFFER_BYTES);
  GST_BUFFER_PTS (buffer) = self->pushed * BUFFER_MS * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = BUFFER_MS * GST_MSECOND;
  self->pushed++;
  g_signal_emit_by_name (self->in, "push-buffer", buffer, &flow);
  gst_buffer_unref (buffer);
}

/* Feeds at so many times the speed of speech until `until`. */
static void
feed (Run *self, guint speed, gint64 began, gint64 until)
{
  gint64 now;

  while ((now = g_get_monotonic_time ()) < until) {
    guint64 due = (now - began) * speed / (BUFFER_MS * 1000);

    while (self->pushed < due)
      push (self);
    read_bus (self);
    g_usleep (1000);
  }
}

static guint64
get_stat (Run *self, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (self->rt, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, name, &value);
  return value;
}

/* A server that does not read is given up; the next one is the same. */
static guint
count_reconnects (Run *self)
{
  g_autoptr (GstStructure) stats = NULL;
  guint value = 0;

  g_object_get (self->rt, "stats", &stats, NULL);
  gst_structure_get_uint (stats, "reconnects", &value);
  return value;
}

static void
report (Run *self, guint second, gdouble grown)
{
  g_print ("# %3u s: %+.1f MB, %.0f s fed, %.1f s sent, %.1f s queued, "
           "%.0f s dropped, %u new connections\n",
      second, grown, self->pushed * BUFFER_MS / 1000.0,
      get_stat (self, "audio-sent") / 1e9,
      get_stat (self, "uplink-level") / 1e9,
      get_stat (self, "audio-dropped-uplink") / 1e9, count_reconnects (self));
}

static gboolean
check (const gchar *what, gdouble value, gdouble limit, const gchar *unit)
{
  gboolean good = value < limit;

  g_print ("%s: %.1f %s (limit %.0f)%s\n", what, value, unit, limit,
      good ? "" : ": TOO MUCH");
  return good;
}

static gboolean
run (const Options *options)
{
  g_autoptr (RtPeer) peer = rt_peer_new (options->peer);
  gint64 began = g_get_monotonic_time (), stopped;
  gdouble first = 0, grown, most = 0;
  Run self = { 0 };
  gboolean good;
  gint i;

  run_init (&self, peer);
  for (i = 1; i <= WARM_UP + options->seconds; i++) {
    feed (&self, options->speed, began, began + i * G_USEC_PER_SEC);
    if (i == WARM_UP)
      first = get_rss ();
    grown = get_rss () - first;
    if (i > WARM_UP) {
      most = MAX (most, grown);
      report (&self, i - WARM_UP, grown);
    }
  }
  stopped = g_get_monotonic_time ();
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  stopped = g_get_monotonic_time () - stopped;
#ifdef __SANITIZE_ADDRESS__
  g_print ("growth is not judged: AddressSanitizer keeps what is freed\n");
  good = TRUE;
#else
  good = check ("grown by", most, options->limit, "MB");
#endif
  good &= check ("stopped in", stopped / 1000.0, STOP_LIMIT / 1000.0, "ms");
  /* it is no stall when all was sent, and no test when nothing was fed */
  good &= self.pushed > (guint64) options->seconds * options->speed
          && get_stat (&self, "audio-dropped-uplink") > 0;
  run_clear (&self);
  return good;
}

int
main (int argc, char *argv[])
{
  Options options = { 60, 100, 8, NULL };
  const GOptionEntry entries[]
      = { { "seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds,
              "how long it is fed (60)", "N" },
          { "speed", 0, 0, G_OPTION_ARG_INT, &options.speed,
              "times the speed of speech (100)", "N" },
          { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit,
              "MB that it may grow by (8)", "N" },
          { "peer", 0, 0, G_OPTION_ARG_STRING, &options.peer,
              "options of the server (--stall)", "TEXT" },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean good;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  if (options.peer == NULL)
    options.peer = g_strdup ("--stall");
  good = run (&options);
  g_free (options.peer);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
