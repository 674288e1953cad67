/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pipeline around one realtimeconversation for tests.
 */
#include "rtpipeline.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES RT_PCM_MS (20)

#ifdef __SANITIZE_ADDRESS__
/* It guesses where libraries loaded later keep their thread-local storage, is
 * wrong for those that TLS brings, and then its search for leaks crashes. */
__attribute__ ((visibility ("default"))) const char *__asan_default_options (
    void);

const char *
__asan_default_options (void)
{
  return "intercept_tls_get_addr=0";
}
#endif

#define SCAN_ONLY "RT_TEST_SCAN_ONLY"

/* A scan of the plugins registers so many names that GLib outgrows its first
 * table of them, which it never frees: a leak that hides ours.  So another
 * process does it, and we read the registry that it leaves. */
static void
scan_plugins (const gchar *program)
{
  const gchar *argv[] = { program, NULL };
  g_auto (GStrv) env = g_get_environ ();
  g_autoptr (GError) error = NULL;

  env = g_environ_setenv (env, SCAN_ONLY, "1", TRUE);
  env = g_environ_setenv (env, "LSAN_OPTIONS", "detect_leaks=0", TRUE);
  if (!g_spawn_sync (NULL, (gchar **) argv, env, G_SPAWN_STDOUT_TO_DEV_NULL,
          NULL, NULL, NULL, NULL, NULL, &error))
    g_error ("no scan of the plugins: %s", error->message);
}

void
rt_element_test_init (int *argc, char ***argv)
{
  static const gchar *const variables[] = { "OPENAI_API_KEY",
    "AZURE_OPENAI_API_KEY", "REALTIME_API_KEY", "http_proxy", "https_proxy",
    "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
  if (g_getenv (SCAN_ONLY) != NULL) {
    gst_init (argc, argv);
    exit (EXIT_SUCCESS);
  }
  scan_plugins ((*argv)[0]);
  g_test_init (argc, argv, NULL);
  gst_init (argc, argv);
}

GstClockTime
rt_pipeline_now (RtPipeline *self)
{
  return gst_element_get_current_running_time (self->pipeline);
}

static void
collect_buffer (RtPipeline *self, GstBuffer *buffer)
{
  RtOutBuffer entry = {
    .pts = GST_BUFFER_PTS (buffer),
    .duration = GST_BUFFER_DURATION (buffer),
    .at = rt_pipeline_now (self),
    .flags = GST_BUFFER_FLAGS (buffer),
    .size = gst_buffer_get_size (buffer),
  };
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_mutex_lock (&self->lock);
  entry.offset = self->audio->len;
  g_array_append_val (self->buffers, entry);
  g_byte_array_append (self->audio, map.data, map.size);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
collect_event (RtPipeline *self, GstEvent *event)
{
  RtOutEvent entry = { gst_event_ref (event), 0 };

  g_mutex_lock (&self->lock);
  entry.buffers = self->buffers->len;
  g_array_append_val (self->events, entry);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static GstPadProbeReturn
probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0)
    collect_buffer (user_data, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    collect_event (user_data, GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_OK;
}

static void
clear_event (gpointer data)
{
  gst_event_unref (((RtOutEvent *) data)->event);
}

static void
watch_src (RtPipeline *self)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->rt, "src");

  self->buffers = g_array_new (FALSE, FALSE, sizeof (RtOutBuffer));
  self->events = g_array_new (FALSE, FALSE, sizeof (RtOutEvent));
  g_array_set_clear_func (self->events, clear_event);
  self->audio = g_byte_array_new ();
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
          | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      probe_cb, self, NULL);
}

RtPipeline *
rt_pipeline_new (
    const gchar *uri, const gchar *in, const gchar *props, const gchar *out)
{
  RtPipeline *self = g_new0 (RtPipeline, 1);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = g_strdup_printf (
      "%s%s realtimeconversation name=rt uri=%s %s %s%s", in != NULL ? in : "",
      in != NULL ? " !" : "", uri, props != NULL ? props : "",
      out != NULL ? "! " : "", out != NULL ? out : "");

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  if (!GST_IS_PIPELINE (self->pipeline)) {
    GstElement *alone = self->pipeline;

    self->pipeline = gst_pipeline_new (NULL);
    gst_bin_add (GST_BIN (self->pipeline), alone);
  }
  self->rt = gst_bin_get_by_name (GST_BIN (self->pipeline), "rt");
  self->in = gst_bin_get_by_name (GST_BIN (self->pipeline), "in");
  self->out = gst_bin_get_by_name (GST_BIN (self->pipeline), "out");
  self->bus = gst_element_get_bus (self->pipeline);
  self->messages
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_message_unref);
  self->taken = g_array_new (FALSE, TRUE, sizeof (gboolean));
  watch_src (self);
  return self;
}

guint
rt_pipeline_stop (RtPipeline *self)
{
  gint64 began = g_get_monotonic_time ();

  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_NULL), ==,
      GST_STATE_CHANGE_SUCCESS);
  return (g_get_monotonic_time () - began) / 1000;
}

/* The I/O thread may be about to push an event through our probe: it holds the
 * element meanwhile.  (Who else holds it, a test, is not waited for.) */
static void
await_probe (RtPipeline *self)
{
  gint64 deadline = g_get_monotonic_time () + G_USEC_PER_SEC;

  while (GST_OBJECT_REFCOUNT_VALUE (self->rt) > 1
         && g_get_monotonic_time () < deadline)
    g_usleep (1000);
}

void
rt_pipeline_free (RtPipeline *self)
{
  rt_pipeline_stop (self);
  gst_object_unref (self->bus);
  gst_clear_object (&self->in);
  gst_clear_object (&self->out);
  gst_object_unref (self->pipeline);
  g_ptr_array_unref (self->messages);
  await_probe (self);
  gst_object_unref (self->rt);
  g_array_unref (self->taken);
  g_array_unref (self->buffers);
  g_array_unref (self->events);
  g_byte_array_unref (self->audio);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
rt_pipeline_play (RtPipeline *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING),
      !=, GST_STATE_CHANGE_FAILURE);
}

void
rt_pipeline_connect (RtPipeline *self, RtFakeServer *server)
{
  rt_pipeline_play (self);
  self->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  /* as the real service does: one for the session, one for our settings */
  rt_pipeline_expect (self, "realtime-session");
  rt_pipeline_expect (self, "realtime-session");
}

RtPipeline *
rt_pipeline_open (RtFakeServer *server, const gchar *props, const gchar *out)
{
  RtPipeline *self = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, props, out);

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (self, server);
  return self;
}

void
rt_pipeline_push_buffer (RtPipeline *self, gconstpointer data, gsize size,
    GstClockTime pts, GstClockTime duration)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);
  GstFlowReturn flow;

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;
  g_signal_emit_by_name (self->in, "push-buffer", buffer, &flow);
  gst_buffer_unref (buffer);
  g_assert_cmpint (flow, ==, GST_FLOW_OK);
}

void
rt_pipeline_push (RtPipeline *self, gconstpointer pcm, gsize size)
{
  const guint8 *data = pcm;
  gsize n;

  for (; size > 0; data += n, size -= n) {
    GstClockTime pts
        = gst_util_uint64_scale (self->frames_in, GST_SECOND, RT_RATE);

    n = MIN (size, BUFFER_BYTES);
    self->frames_in += n / 2;
    rt_pipeline_push_buffer (self, data, n, pts,
        gst_util_uint64_scale (self->frames_in, GST_SECOND, RT_RATE) - pts);
  }
}

void
rt_pipeline_push_eos (RtPipeline *self)
{
  GstFlowReturn flow;

  g_signal_emit_by_name (self->in, "end-of-stream", &flow);
  g_assert_cmpint (flow, ==, GST_FLOW_OK);
}

static gint64
deadline_of (guint timeout_ms)
{
  return g_get_monotonic_time () + (gint64) timeout_ms * 1000;
}

gboolean
rt_pipeline_wait_audio (RtPipeline *self, gsize bytes, guint timeout_ms)
{
  gint64 deadline = deadline_of (timeout_ms);
  gboolean there;

  g_mutex_lock (&self->lock);
  while (self->audio->len < bytes
         && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  there = self->audio->len >= bytes;
  g_mutex_unlock (&self->lock);
  return there;
}

gboolean
rt_pipeline_wait_buffers (RtPipeline *self, guint buffers, guint timeout_ms)
{
  gint64 deadline = deadline_of (timeout_ms);
  gboolean there;

  g_mutex_lock (&self->lock);
  while (self->buffers->len < buffers
         && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  there = self->buffers->len >= buffers;
  g_mutex_unlock (&self->lock);
  return there;
}

/* lock */
static GstEvent *
find_event (RtPipeline *self, GstEventType type, guint buffers)
{
  guint i;

  for (i = 0; i < self->events->len; i++) {
    RtOutEvent *entry = &g_array_index (self->events, RtOutEvent, i);

    if (entry->buffers >= buffers && GST_EVENT_TYPE (entry->event) == type)
      return entry->event;
  }
  return NULL;
}

GstEvent *
rt_pipeline_wait_event (
    RtPipeline *self, GstEventType type, guint buffers, guint timeout_ms)
{
  gint64 deadline = deadline_of (timeout_ms);
  GstEvent *event;

  g_mutex_lock (&self->lock);
  while ((event = find_event (self, type, buffers)) == NULL
         && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  g_mutex_unlock (&self->lock);
  return event;
}

guint
rt_pipeline_count_events (RtPipeline *self, GstEventType type)
{
  guint count = 0, i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->events->len; i++)
    count += GST_EVENT_TYPE (g_array_index (self->events, RtOutEvent, i).event)
             == type;
  g_mutex_unlock (&self->lock);
  return count;
}

GByteArray *
rt_pipeline_get_audio (RtPipeline *self)
{
  GByteArray *copy = g_byte_array_new ();

  g_mutex_lock (&self->lock);
  g_byte_array_append (copy, self->audio->data, self->audio->len);
  g_mutex_unlock (&self->lock);
  return copy;
}

gsize
rt_pipeline_get_audio_size (RtPipeline *self)
{
  gsize size;

  g_mutex_lock (&self->lock);
  size = self->audio->len;
  g_mutex_unlock (&self->lock);
  return size;
}

GArray *
rt_pipeline_get_buffers (RtPipeline *self)
{
  GArray *copy;

  g_mutex_lock (&self->lock);
  copy = g_array_copy (self->buffers);
  g_mutex_unlock (&self->lock);
  return copy;
}
