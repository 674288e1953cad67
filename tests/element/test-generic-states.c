/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every element must bear: all orders of state changes, alone and in a
 * pipeline, with a server and without.
 */
#include "rtpipeline.h"

#define N GST_STATE_NULL
#define R GST_STATE_READY
#define A GST_STATE_PAUSED
#define P GST_STATE_PLAYING

/* Ended by GST_STATE_VOID_PENDING, and begun in NULL. */
static const GstState orders[][12] = {
  { R, A, P, A, R, N },
  { R, A, P, N },
  { P, N, P, N, P, N },
  { R, N, R, N },
  { A, N, A, R, A, N },
  { A, R, A, R, N },
  { P, A, P, A, P, N },
  { P, R, P, R, P, R, N },
  { A, A, P, P, A, A, R, R, N, N },
  { R, P, A, N, A, P, R, N },
};

static gboolean
is_live (GstState state)
{
  return state == A;
}

/* Straight away: nothing of it may be ASYNC for longer than a moment. */
static void
assert_reached (GstElement *element, GstState wanted, gboolean live)
{
  GstState state, pending;
  GstStateChangeReturn ret = gst_element_set_state (element, wanted);

  g_assert_cmpint (ret, !=, GST_STATE_CHANGE_FAILURE);
  ret = gst_element_get_state (element, &state, &pending, 2 * GST_SECOND);
  g_assert_cmpint (state, ==, wanted);
  g_assert_cmpint (pending, ==, GST_STATE_VOID_PENDING);
  if (live)
    g_assert_cmpint (ret, ==,
        is_live (wanted) ? GST_STATE_CHANGE_NO_PREROLL
                         : GST_STATE_CHANGE_SUCCESS);
}

static void
walk (GstElement *element)
{
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (orders); i++) {
    for (j = 0; orders[i][j] != GST_STATE_VOID_PENDING; j++)
      assert_reached (element, orders[i][j], TRUE);
    g_assert_cmpint (GST_STATE (element), ==, GST_STATE_NULL);
  }
}

static GstElement *
make (const gchar *uri)
{
  GstElement *element = gst_element_factory_make ("realtimeconversation", NULL);

  g_assert_nonnull (element);
  gst_object_ref_sink (element);
  if (uri != NULL)
    g_object_set (element, "uri", uri, NULL);
  return element;
}

static void
test_alone (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  GstElement *element = make (rt_fake_server_get_uri (server));

  rt_fake_server_set_auto (server, TRUE);
  walk (element);
  gst_object_unref (element);
}

static void
test_pipeline (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      "audiotestsrc is-live=true", NULL, RT_OUT_SYNC);

  rt_fake_server_set_auto (server, TRUE);
  walk (p->pipeline);
}

static void
test_unlinked (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p
      = rt_pipeline_new (rt_fake_server_get_uri (server), NULL, NULL, NULL);

  walk (p->pipeline);
}

/* As it comes from the factory: it may fail for want of a key, and still gets
 * to NULL from wherever it stands. */
static void
test_defaults (void)
{
  GstElement *element = make (NULL);
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (orders); i++) {
    for (j = 0; orders[i][j] != GST_STATE_VOID_PENDING; j++) {
      GstStateChangeReturn ret = gst_element_set_state (element, orders[i][j]);

      if (orders[i][j] <= GST_STATE_READY)
        g_assert_cmpint (ret, ==, GST_STATE_CHANGE_SUCCESS);
      else
        g_assert_cmpint (ret, ==, GST_STATE_CHANGE_FAILURE);
    }
    g_assert_cmpint (GST_STATE (element), ==, GST_STATE_NULL);
  }
  gst_object_unref (element);
}

/* Made and forgotten, in READY too. */
static void
test_unused (void)
{
  GstElement *element = make (NULL);

  gst_object_unref (element);
  element = make ("ws://127.0.0.1:1");
  assert_reached (element, GST_STATE_READY, TRUE);
  assert_reached (element, GST_STATE_NULL, TRUE);
  gst_object_unref (element);
}

/* Added to, and taken from, a pipeline that plays. */
static void
test_dynamic (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  GstElement *pipeline = gst_pipeline_new (NULL);
  guint i;

  rt_fake_server_set_auto (server, TRUE);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 5; i++) {
    GstElement *element = make (rt_fake_server_get_uri (server));

    gst_bin_add (GST_BIN (pipeline), element);
    g_assert_true (gst_element_sync_state_with_parent (element));
    rt_fake_server_expect_connection (server, RT_WAIT_MS);
    gst_bin_remove (GST_BIN (pipeline), element);
    assert_reached (element, GST_STATE_NULL, TRUE);
    gst_object_unref (element);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/generic-states/alone", test_alone);
  g_test_add_func ("/generic-states/pipeline", test_pipeline);
  g_test_add_func ("/generic-states/unlinked", test_unlinked);
  g_test_add_func ("/generic-states/defaults", test_defaults);
  g_test_add_func ("/generic-states/unused", test_unused);
  g_test_add_func ("/generic-states/dynamic", test_dynamic);
  return g_test_run ();
}
