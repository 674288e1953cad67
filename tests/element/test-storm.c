/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Applications that do things at the worst moment: stop the pipeline from
 * inside of a callback, change its state from two threads, write every
 * property while it plays.
 */
#include <stdlib.h>

#include "rtpipeline.h"
#include "rtspeech.h"

#define LIMIT_MS 1000

static void
say (RtPipeline *p, const gchar *id, guint ms)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, 0);
  g_autofree gchar *item = g_strconcat ("item_", id, NULL);

  rt_fake_conn_send_reply (p->conn, id, item, "Text.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
}

typedef struct {
  GstElement *pipeline;
  gint stopped; /* atomic */
} Stop;

static void
stop_now (Stop *stop)
{
  if (g_atomic_int_add (&stop->stopped, 1) == 0)
    gst_element_set_state (stop->pipeline, GST_STATE_NULL);
}

static void
wait_stopped (RtPipeline *p, Stop *stop)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  GstState state = GST_STATE_PLAYING;

  while (g_atomic_int_get (&stop->stopped) == 0 || state != GST_STATE_NULL) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
    gst_element_get_state (p->pipeline, &state, NULL, 0);
  }
}

static void
notify_cb (GObject *object, GParamSpec *spec, gpointer user_data)
{
  gint state;

  g_object_get (object, "connection-state", &state, NULL);
  if (state == 2) /* ready */
    stop_now (user_data);
}

static void
test_stop_in_notify (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  Stop stop = { p->pipeline, 0 };

  rt_fake_server_set_auto (server, TRUE);
  g_signal_connect (
      p->rt, "notify::connection-state", G_CALLBACK (notify_cb), &stop);
  rt_pipeline_play (p);
  wait_stopped (p, &stop);
  g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
}

static void
call_stop (GstElement *element, gpointer user_data)
{
  stop_now (user_data);
}

static GstPadProbeReturn
stop_async_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stop *stop = user_data;

  gst_element_call_async (stop->pipeline, call_stop, stop, NULL);
  return GST_PAD_PROBE_REMOVE;
}

/* A streaming thread may not stop itself, in no element: it asks for it. */
static void
test_stop_from_probe (gconstpointer pad_name)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, pad_name);
  static const guint8 pcm[RT_PCM_MS (40)];
  Stop stop = { p->pipeline, 0 };

  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER, stop_async_cb, &stop, NULL);
  say (p, "resp", 2000);
  rt_pipeline_push (p, pcm, sizeof pcm);
  wait_stopped (p, &stop);
}

static GstPadProbeReturn
stop_upstream_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stop *stop = user_data;

  stop_now (stop);
  return GST_PAD_PROBE_REMOVE;
}

/* The element alone, stopped by the thread that feeds it. */
static void
test_stop_element_in_sink_probe (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, "sink");
  static const guint8 pcm[RT_PCM_MS (40)];
  Stop stop = { p->rt, 0 };
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  gst_element_set_locked_state (p->rt, TRUE);
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER, stop_upstream_cb, &stop, NULL);
  rt_pipeline_push (p, pcm, sizeof pcm);
  while (GST_STATE (p->rt) != GST_STATE_NULL) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
  }
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
}

/* Two threads that want different things. */
#define STORM_CHANGES 1000

typedef struct {
  GstElement *pipeline;
  guint32 seed;
} Wind;

static gpointer
blow (gpointer data)
{
  Wind *wind = data;
  GRand *rand = g_rand_new_with_seed (wind->seed);
  guint i;

  for (i = 0; i < STORM_CHANGES; i++)
    gst_element_set_state (wind->pipeline,
        g_rand_int_range (rand, GST_STATE_NULL, GST_STATE_PLAYING + 1));
  g_rand_free (rand);
  return NULL;
}

static void
test_states (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  Wind winds[2] = { { p->pipeline, 1 }, { p->pipeline, 2 } };
  GThread *threads[2];
  guint i;

  rt_fake_server_set_auto (server, TRUE);
  for (i = 0; i < 2; i++)
    threads[i] = g_thread_new ("wind", blow, &winds[i]);
  for (i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
  /* and then it works as ever */
  rt_fake_server_wait_idle (server, RT_WAIT_MS);
  while (rt_fake_server_wait_connection (server, 0) != NULL)
    ;
  gst_bus_set_flushing (p->bus, TRUE);
  gst_bus_set_flushing (p->bus, FALSE);
  rt_pipeline_connect (p, server);
  say (p, "resp", 200);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
}

static void
set_numeric (GObject *object, GParamSpec *spec, GRand *rand)
{
  if (G_IS_PARAM_SPEC_UINT (spec)) {
    GParamSpecUInt *range = G_PARAM_SPEC_UINT (spec);
    guint span = MIN (range->maximum - range->minimum, 100000);

    g_object_set (object, spec->name,
        range->minimum + (guint) (g_rand_double (rand) * span), NULL);
  } else if (G_IS_PARAM_SPEC_INT (spec)) {
    g_object_set (object, spec->name, g_rand_int_range (rand, -1, 4096), NULL);
  } else if (G_IS_PARAM_SPEC_DOUBLE (spec)) {
    GParamSpecDouble *range = G_PARAM_SPEC_DOUBLE (spec);

    g_object_set (object, spec->name,
        g_rand_double_range (rand, range->minimum, range->maximum), NULL);
  } else if (G_IS_PARAM_SPEC_BOOLEAN (spec)) {
    g_object_set (object, spec->name, g_rand_boolean (rand), NULL);
  } else if (G_IS_PARAM_SPEC_ENUM (spec)) {
    GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;

    g_object_set (object, spec->name,
        klass->values[g_rand_int_range (rand, 0, klass->n_values)].value, NULL);
  }
}

static void
set_any (GObject *object, GParamSpec *spec, GRand *rand)
{
  static const gchar *const texts[] = { NULL, "", "a", "{\"a\":1}", "[]",
    "[{\"type\":\"function\",\"name\":\"f\"}]", "\xc3\xa9", "\xff\xfe",
    "line\r\nbreak", "none", "auto", "{", "1e999" };

  if ((spec->flags & G_PARAM_WRITABLE) == 0
      || spec->owner_type != G_OBJECT_TYPE (object))
    return;
  if (G_IS_PARAM_SPEC_STRING (spec))
    g_object_set (object, spec->name,
        texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))], NULL);
  else
    set_numeric (object, spec, rand);
}

/* Whatever is written, and when: nothing but warnings. */
static void
test_properties (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const gchar *wanted = g_getenv ("RT_RANDOM_SEED");
  guint32 seed = wanted != NULL ? strtoul (wanted, NULL, 0) : 20260905;
  GRand *rand = g_rand_new_with_seed (seed);
  GParamSpec **specs;
  guint n, i;

  g_test_message ("RT_RANDOM_SEED=%u", seed);
  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (p->rt), &n);
  for (i = 0; i < 3000; i++) {
    GParamSpec *spec = specs[g_rand_int_range (rand, 0, n)];

    set_any (G_OBJECT (p->rt), spec, rand);
    if (i % 100 == 0) {
      g_autofree gchar *id = g_strdup_printf ("resp_%u", i);

      say (p, id, 20);
    }
    if (rt_fake_conn_is_ended (p->conn))
      break;
  }
  g_free (specs);
  g_rand_free (rand);
  g_assert_cmpuint (i, ==, 3000);
  /* the session still takes what is well-formed */
  g_object_set (p->rt, "prompt", "The last word.", "session-options", NULL,
      "tools", NULL, NULL);
  g_assert_true (rt_pipeline_act (p, "update-session"));
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/storm/stop-in-notify", test_stop_in_notify);
  g_test_add_data_func (
      "/storm/stop-from-probe/src", "src", test_stop_from_probe);
  g_test_add_data_func (
      "/storm/stop-from-probe/sink", "sink", test_stop_from_probe);
  g_test_add_func (
      "/storm/stop-element-in-sink-probe", test_stop_element_in_sink_probe);
  g_test_add_func ("/storm/states", test_states);
  g_test_add_func ("/storm/properties", test_properties);
  return g_test_run ();
}
