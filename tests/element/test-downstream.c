/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is behind `src` may be absent, come later, stand still, break or be
 * taken away: the conversation goes on as long as it can, and says so once
 * when it cannot.
 */
#include "rtoutput.h"
#include "rtspeech.h"

static void
say (RtPipeline *p, const gchar *id, guint ms)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, 0);
  g_autofree gchar *item = g_strconcat ("item_", id, NULL);

  rt_fake_conn_send_reply (p->conn, id, item, "Text.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
}

static GstPadProbeReturn
block_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
  return GST_PAD_PROBE_OK;
}

static void
wait_for (gint *count)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  while (g_atomic_int_get (count) == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
  }
}

static gulong
block (RtPipeline *p, gint *blocked)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->out, "sink");
  gulong id = gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, block_cb, blocked,
      NULL);

  wait_for (blocked);
  return id;
}

static void
unblock (RtPipeline *p, gulong id)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->out, "sink");

  gst_pad_remove_probe (pad, id);
}

/* Nothing of a conversation waits for downstream. */
static void
test_barge_in_blocked (gconstpointer props)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, props, RT_OUT_SYNC);
  gint blocked = 0;
  gulong id;

  say (p, "resp_1", 5000);
  g_assert_true (rt_pipeline_wait_buffers (p, 5, RT_WAIT_MS));
  id = block (p, &blocked);
  rt_fake_conn_send_speech_started (p->conn, "item_u", 100);
  rt_pipeline_expect (p, "realtime-interrupted");
  rt_fake_conn_expect_event (p->conn, "conversation.item.truncate", RT_WAIT_MS);
  unblock (p, id);
  say (p, "resp_2", 200);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-received"), ==,
      rt_pipeline_stat (p, "audio-played")
          + rt_pipeline_stat (p, "audio-dropped-interrupted"));
}

static void
test_barge_in_unlinked (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, "barge-in=flush", NULL);

  say (p, "resp_1", 5000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 100);
  rt_pipeline_expect (p, "realtime-interrupted");
  say (p, "resp_2", 200);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
}

/* Downstream stands still for longer than a keepalive: the server hears us
 * all the same, and the reply goes on where it stopped. */
static void
test_blocked_long (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "keepalive-interval=100", RT_OUT_ANY);
  g_autoptr (GByteArray) audio = NULL;
  gint blocked = 0;
  gulong id;

  say (p, "resp_1", 1000);
  g_assert_true (rt_pipeline_wait_buffers (p, 5, RT_WAIT_MS));
  id = block (p, &blocked);
  g_assert_true (rt_fake_conn_wait_pings (
      p->conn, rt_fake_conn_get_pings (p->conn) + 8, RT_WAIT_MS));
  g_assert_false (rt_fake_conn_is_ended (p->conn));
  unblock (p, id);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, RT_PCM_MS (1000));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
}

static GstElement *
add_sink (RtPipeline *p, gint *arrived)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", TRUE, "async", FALSE, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, block_cb, arrived, NULL);
  gst_bin_add (GST_BIN (p->pipeline), sink);
  g_assert_true (gst_element_link (p->rt, sink));
  g_assert_true (gst_element_sync_state_with_parent (sink));
  return sink;
}

static void
take_away (RtPipeline *p, GstElement *sink)
{
  gst_element_unlink (p->rt, sink);
  gst_object_ref (sink);
  gst_bin_remove (GST_BIN (p->pipeline), sink);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_object_unref (sink);
}

/* Without anybody who listens, then with one, then with another. */
static void
test_linked_later (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, NULL);
  gint first = 0, second = 0;
  GstElement *sink;

  say (p, "resp_1", 300);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  sink = add_sink (p, &first);
  say (p, "resp_2", 300);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  wait_for (&first);
  take_away (p, sink);
  say (p, "resp_3", 300);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  add_sink (p, &second);
  say (p, "resp_4", 300);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  wait_for (&second);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static GstFlowReturn
broken_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GPOINTER_TO_INT (g_object_get_data (G_OBJECT (pad), "flow"));
}

static gboolean
take_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

/* One buffer into `sink`, as upstream would push it. */
static GstFlowReturn
feed (RtPipeline *p)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, "sink");
  g_autoptr (GstCaps) caps = gst_caps_from_string (RT_PCM_CAPS);
  GstSegment segment;

  if (!gst_pad_has_current_caps (pad)) {
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_pad_send_event (pad, gst_event_new_stream_start ("test"));
    gst_pad_send_event (pad, gst_event_new_caps (caps));
    gst_pad_send_event (pad, gst_event_new_segment (&segment));
  }
  return gst_pad_chain (pad, gst_buffer_new_allocate (NULL, 960, NULL));
}

/* A downstream that fails: one ERROR, upstream is told, a stop takes no
 * time. */
static void
test_broken (gconstpointer flow)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, "pace=false", NULL);
  g_autoptr (GstPad) src = gst_element_get_static_pad (p->rt, "src");
  GstPad *sink = gst_pad_new ("broken", GST_PAD_SINK);

  gst_pad_set_chain_function (sink, broken_chain);
  gst_pad_set_event_function (sink, take_event);
  g_object_set_data (G_OBJECT (sink), "flow", (gpointer) flow);
  gst_pad_set_active (sink, TRUE);
  g_assert_cmpint (gst_pad_link (src, sink), ==, GST_PAD_LINK_OK);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  g_assert_cmpint (feed (p), ==, GST_FLOW_OK);

  say (p, "resp_1", 1000);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  g_assert_cmpint (feed (p), ==, GPOINTER_TO_INT (flow));
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 200));
  g_assert_cmpuint (rt_pipeline_stop (p), <, 1000);
  gst_pad_unlink (src, sink);
  gst_object_unref (sink);
}

/* The element is taken out of a pipeline that plays on, while what is behind
 * it stands still. */
static void
test_removed_while_blocked (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  gint blocked = 0;
  gint64 began;
  gulong id;

  say (p, "resp_1", 5000);
  g_assert_true (rt_pipeline_wait_buffers (p, 5, RT_WAIT_MS));
  id = block (p, &blocked);
  began = g_get_monotonic_time ();
  gst_element_unlink (p->in, p->rt);
  gst_element_unlink (p->rt, p->out);
  gst_bin_remove (GST_BIN (p->pipeline), p->rt);
  g_assert_cmpint (gst_element_set_state (p->rt, GST_STATE_NULL), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);
  unblock (p, id);
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_data_func ("/downstream/barge-in-blocked/drop", "barge-in=drop",
      test_barge_in_blocked);
  g_test_add_data_func ("/downstream/barge-in-blocked/flush", "barge-in=flush",
      test_barge_in_blocked);
  g_test_add_func ("/downstream/barge-in-unlinked", test_barge_in_unlinked);
  g_test_add_func ("/downstream/blocked-long", test_blocked_long);
  g_test_add_func ("/downstream/linked-later", test_linked_later);
  g_test_add_data_func ("/downstream/broken/error",
      GINT_TO_POINTER (GST_FLOW_ERROR), test_broken);
  g_test_add_data_func ("/downstream/broken/not-negotiated",
      GINT_TO_POINTER (GST_FLOW_NOT_NEGOTIATED), test_broken);
  g_test_add_func (
      "/downstream/removed-while-blocked", test_removed_while_blocked);
  return g_test_run ();
}
