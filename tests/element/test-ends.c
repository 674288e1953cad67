/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a conversation by the state of its pipeline, whoever changes
 * that, and who is told of it.
 */
#include "rtpipeline.h"

/* From any state to NULL. */
#define LIMIT_MS 1000

typedef struct {
  GstElement *pipeline;
  gint done; /* atomic; ms and one */
} SyncStop;

static GstBusSyncReply
sync_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  SyncStop *stop = user_data;

  if (gst_message_has_name (message, "realtime-session")) {
    gint64 began = g_get_monotonic_time ();

    gst_element_set_state (stop->pipeline, GST_STATE_NULL);
    g_atomic_int_set (
        &stop->done, 1 + (g_get_monotonic_time () - began) / 1000);
  }
  return GST_BUS_PASS;
}

/* An application may go down inside of a message. */
static void
test_sync_handler (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  SyncStop stop = { p->pipeline, 0 };
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  gst_bus_set_sync_handler (p->bus, sync_cb, &stop, NULL);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_play (p);
  while (g_atomic_int_get (&stop.done) == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
  }
  g_assert_cmpint (g_atomic_int_get (&stop.done), <=, LIMIT_MS);
  g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
  gst_bus_set_sync_handler (p->bus, NULL, NULL, NULL);
}

static GstBusSyncReply
ready_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (gst_message_has_name (message, "realtime-response"))
    gst_element_set_state (user_data, GST_STATE_READY);
  return GST_BUS_PASS;
}

/* … as far as READY, and gets all that there is to say. */
static void
test_sync_handler_ready (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  gst_bus_set_sync_handler (p->bus, ready_cb, p->pipeline, NULL);
  rt_fake_conn_send_reply_begin (p->conn, "resp", "item");
  rt_pipeline_expect (p, "realtime-closed");
  gst_bus_set_sync_handler (p->bus, NULL, NULL, NULL);
}

static GstBusSyncReply
count_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (gst_message_has_name (message, "realtime-closed"))
    g_atomic_int_inc ((gint *) user_data);
  return GST_BUS_PASS;
}

/* Its end is told before the way down is over, on a bus that is flushed then;
 * what was being said is told before. */
static void
test_is_told (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  gint closed = 0, i;

  for (i = 1; i <= 100; i++) {
    g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

    gst_bus_set_sync_handler (p->bus, count_cb, &closed, NULL);
    rt_pipeline_stop (p);
    g_assert_cmpint (g_atomic_int_get (&closed), ==, i);
    gst_bus_set_sync_handler (p->bus, NULL, NULL, NULL);
    g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
    g_assert_cmpint (g_atomic_int_get (&closed), ==, i);
    rt_fake_server_forget_ended (server);
  }
}

/* A thread of ours that the application itself keeps is not waited for. */
static void
test_while_held (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  g_object_set (p->pipeline, "auto-flush-bus", FALSE, NULL);
  rt_pipeline_hold (p);
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
  rt_pipeline_let_go (p);
  rt_pipeline_expect (p, "realtime-closed");
  g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
}

/* connection-state */
enum { STATE_CONNECTING = 1 };

typedef struct {
  RtPipeline *p;
  RtFakeServer *server;
  gint done; /* atomic */
} Follower;

static GstBusSyncReply
follow_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Follower *self = user_data;
  GstProgressType type;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_PROGRESS
      && !g_atomic_int_get (&self->done)) {
    gst_message_parse_progress (message, &type, NULL, NULL);
    if (type == GST_PROGRESS_TYPE_ERROR) {
      rt_fake_server_set_handshake (self->server, RT_FAKE_HANDSHAKE_SILENT);
      g_assert_true (rt_pipeline_act (self->p, "start"));
      g_atomic_int_set (&self->done, TRUE);
    }
  }
  return GST_BUS_PASS;
}

/* Who is told that there is no session may start the next one at once, and what
 * is shown is of that. */
static void
test_followed (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  Follower follower = { p, server, FALSE };
  gint state = -1;

  rt_fake_server_set_http (server, 403, NULL, "no");
  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_HTTP);
  gst_bus_set_sync_handler (p->bus, follow_cb, &follower, NULL);
  rt_pipeline_play (p);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  while (rt_fake_server_get_requests (server) < 2)
    g_assert_nonnull (rt_fake_server_expect_connection (server, RT_WAIT_MS));
  g_object_get (p->rt, "connection-state", &state, NULL);
  g_assert_cmpint (state, ==, STATE_CONNECTING);
  gst_bus_set_sync_handler (p->bus, NULL, NULL, NULL);
}

typedef struct {
  RtPipeline *p;
  gint over; /* atomic */
} Starter;

/* An application that takes its time to hear that there is a conversation. */
static void
linger_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  Starter *self = user_data;
  gint state;

  g_object_get (object, "connection-state", &state, NULL);
  while (state == STATE_CONNECTING && !g_atomic_int_get (&self->over))
    g_usleep (1000);
}

static gpointer
start_run (gpointer user_data)
{
  g_assert_true (rt_pipeline_act (((Starter *) user_data)->p, "start"));
  return NULL;
}

/* It may be over before who started it hears of it: its stream ends once. */
static void
test_over_before_start_returns (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  Starter starter = { p, FALSE };
  GThread *thread;

  g_assert_true (rt_pipeline_act (p, "close"));
  rt_pipeline_expect (p, "realtime-closed");
  g_signal_connect (
      p->rt, "notify::connection-state", G_CALLBACK (linger_cb), &starter);
  thread = g_thread_new ("start", start_run, &starter);
  g_assert_nonnull (rt_fake_server_expect_connection (server, RT_WAIT_MS));
  rt_pipeline_expect_with (p, "realtime-session", "session-id", "sess_fake_2");
  rt_pipeline_push_eos (p);
  rt_pipeline_expect_with (p, "realtime-closed", "reason", "eos");
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_EOS, 0, RT_WAIT_MS));
  g_atomic_int_set (&starter.over, TRUE);
  g_thread_join (thread);
  g_usleep (200 * 1000);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_EOS), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_STOP), ==, 0);
}

static gchar *
dup_session_id (RtPipeline *p)
{
  gchar *id = NULL;

  g_object_get (p->rt, "session-id", &id, NULL);
  return id;
}

static void
assert_connecting (RtPipeline *p)
{
  g_autofree gchar *id = dup_session_id (p);
  gint state = -1;

  g_object_get (p->rt, "connection-state", &state, NULL);
  g_assert_cmpint (state, ==, STATE_CONNECTING);
  g_assert_cmpstr (id, ==, NULL);
}

/* Of the one before nothing is shown. */
static void
test_replaced (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autofree gchar *id = dup_session_id (p);

  g_assert_cmpstr (id, ==, "sess_fake_1");
  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_SILENT);
  g_assert_true (rt_pipeline_act (p, "start"));
  rt_pipeline_expect (p, "realtime-closed");
  g_assert_nonnull (rt_fake_server_expect_connection (server, RT_WAIT_MS));
  assert_connecting (p);
}

static void
log_cb (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
    const gchar *function, gint line, GObject *object, GstDebugMessage *message,
    gpointer user_data)
{
  Follower *self = user_data;

  if (!g_str_equal (gst_debug_message_get (message), "the session is ready")
      || g_atomic_int_get (&self->done))
    return;
  g_atomic_int_set (&self->done, TRUE);
  rt_fake_server_set_handshake (self->server, RT_FAKE_HANDSHAKE_SILENT);
  g_assert_true (rt_pipeline_act (self->p, "start"));
}

/* … even if it is ready in that moment: as another thread would start the next
 * one, only that it is sure to come then. */
static void
test_replaced_when_ready (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  Follower follower = { p, server, FALSE };

  rt_fake_server_set_auto (server, TRUE);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (log_cb, &follower, NULL);
  gst_debug_set_threshold_for_name ("realtimeconversation", GST_LEVEL_INFO);
  rt_pipeline_play (p);
  rt_pipeline_expect (p, "realtime-closed");
  while (rt_fake_server_get_requests (server) < 2)
    g_assert_nonnull (rt_fake_server_expect_connection (server, RT_WAIT_MS));
  gst_debug_unset_threshold_for_name ("realtimeconversation");
  gst_debug_remove_log_function (log_cb);
  assert_connecting (p);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/ends/sync-handler", test_sync_handler);
  g_test_add_func ("/ends/sync-handler-ready", test_sync_handler_ready);
  g_test_add_func ("/ends/is-told", test_is_told);
  g_test_add_func ("/ends/while-held", test_while_held);
  g_test_add_func ("/ends/followed", test_followed);
  g_test_add_func (
      "/ends/over-before-start-returns", test_over_before_start_returns);
  g_test_add_func ("/ends/replaced", test_replaced);
  g_test_add_func ("/ends/replaced-when-ready", test_replaced_when_ready);
  return g_test_run ();
}
