/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Attempts to connect: how many, how long after each other, and with which
 * key.
 */
#include "rtoutage.h"

#include <glib/gstdio.h>
#include <string.h>

#define QUICK "reconnect-delay=40 reconnect-max-delay=80 "

typedef struct {
  guint status;
  const gchar *headers;
  guint delay; /* at least */
} Refusal;

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, QUICK, RT_OUT_ANY);
  const GstStructure *s;

  rt_fake_server_set_http (server, refusal->status, refusal->headers, "Busy.");
  rt_pipeline_play (p);
  s = rt_outage_expect (p, 1);
  g_assert_cmpuint (rt_outage_get_uint (s, "delay"), >=, refusal->delay);
  g_assert_cmpuint (rt_outage_get_uint (s, "delay"), <=, refusal->delay + 80);
  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_OK);
  rt_fake_server_set_auto (server, TRUE);
  /* the first that is started; before it there may be more refusals */
  rt_assert_flag (rt_pipeline_expect (p, "realtime-started"), "resumed", FALSE);
  rt_outage_wait_state (p, RT_STATE_READY);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* Of the road what may be better the next time. */
static void
test_bad_road (gconstpointer data)
{
  RtFakeHandshake handshake = GPOINTER_TO_INT (data);
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, QUICK "connect-timeout=1000", RT_OUT_ANY);

  rt_fake_server_set_handshake (server, handshake);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_play (p);
  rt_outage_expect (p, 1);
  g_assert_cmpint (rt_outage_get_state (p), ==, RT_STATE_RECONNECTING);
  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_OK);
  rt_pipeline_expect (p, "realtime-session");
  rt_outage_wait_state (p, RT_STATE_READY);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* The handshake was fine, the session never comes. */
static void
test_no_session (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, QUICK "connect-timeout=300", RT_OUT_ANY);

  rt_pipeline_play (p);
  rt_outage_expect (p, 1);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_expect (p, "realtime-session");
  rt_outage_wait_state (p, RT_STATE_READY);
}

/* Nobody is there, from the first moment on; then somebody is. */
static void
test_first (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, QUICK, RT_OUT_SYNC);
  g_autofree gchar *order = NULL;

  rt_fake_server_set_listening (server, FALSE);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_play (p);
  rt_outage_expect (p, 1);
  rt_outage_expect (p, 2);
  rt_outage_expect (p, 3);
  rt_fake_server_set_listening (server, TRUE);
  rt_assert_flag (rt_pipeline_expect (p, "realtime-started"), "resumed", FALSE);
  rt_pipeline_expect (p, "realtime-session");
  rt_outage_wait_state (p, RT_STATE_READY);
  rt_outage_assert_unseen (p);
  g_assert_cmpuint (rt_pipeline_stat (p, "errors"), ==, 0);
}

/* Nobody comes back. */
static void
test_exhausted (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, QUICK "reconnect-attempts=3", RT_OUT_ANY);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *order = NULL;

  rt_fake_server_set_listening (server, FALSE);
  rt_fake_conn_rst (p->conn);
  gst_message_parse_error (
      rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
  order = rt_pipeline_dup_order (p);
  g_assert_cmpstr (order, ==,
      "realtime-started realtime-session realtime-session warning "
      "realtime-reconnecting realtime-reconnecting realtime-reconnecting "
      "realtime-error realtime-closed error");
  rt_outage_wait_state (p, RT_STATE_FAILED);
}

static void
do_work (RtPipeline *p, guint n)
{
  g_autofree gchar *item = g_strdup_printf ("item_%u", n);

  rt_fake_conn_send_user_turn (p->conn, item, 100, "Hello.");
  rt_pipeline_expect_with (p, "realtime-transcript", "item-id", item);
  rt_pipeline_expect_with (p, "realtime-transcript", "item-id", item);
}

/* A session that does nothing is worth as little as a refusal; one that did
 * something renews the budget. */
static void
test_budget (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, QUICK "reconnect-attempts=2", RT_OUT_ANY);
  guint i;

  for (i = 0; i < 5; i++) {
    do_work (p, i);
    rt_fake_conn_rst (p->conn);
    rt_outage_expect (p, 1);
    rt_outage_expect_again (p, server);
  }
  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 2);
  rt_outage_expect_again (p, server);
  rt_fake_conn_rst (p->conn);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 1);
}

/* It may be allowed, and forbidden, while it runs. */
static void
test_switched_off (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_ANY);

  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  g_object_set (p->rt, "reconnect", FALSE, NULL);
  rt_fake_conn_rst (p->conn);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-reconnecting"), ==, 1);
}

/* Also while another attempt is waited for. */
static void
test_switched_off_meanwhile (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (
      server, "reconnect-delay=60000 reconnect-max-delay=60000", RT_OUT_ANY);

  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  g_object_set (p->rt, "reconnect", FALSE, NULL);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  rt_outage_wait_state (p, RT_STATE_FAILED);
}

/* So may the pace of it. */
static void
test_changed (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, QUICK "reconnect-attempts=-1", RT_OUT_ANY);
  guint delay;

  rt_fake_server_set_listening (server, FALSE);
  rt_fake_conn_rst (p->conn);
  delay = rt_outage_get_uint (rt_outage_expect (p, 1), "delay");
  g_assert_cmpuint (delay, <=, 40);
  rt_outage_expect (p, 2);
  g_object_set (
      p->rt, "reconnect-delay", 400, "reconnect-max-delay", 400, NULL);
  do {
    const GstStructure *s = rt_pipeline_expect (p, "realtime-reconnecting");

    delay = rt_outage_get_uint (s, "delay");
  } while (delay <= 80);
  g_assert_cmpuint (delay, >=, 200);
  g_assert_cmpuint (delay, <=, 400);
  g_object_set (p->rt, "reconnect-attempts", 2, NULL);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
}

/* The application and the state changes do not wait for a connection. */
static void
test_left (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (
      server, "reconnect-delay=60000 reconnect-max-delay=60000", RT_OUT_ANY);

  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  g_assert_true (rt_pipeline_act (p, "close"));
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-closed"), "reason", "requested");
  rt_outage_wait_state (p, RT_STATE_CLOSED);
  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_assert_flag (rt_pipeline_expect (p, "realtime-started"), "resumed", FALSE);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  g_assert_cmpuint (rt_pipeline_stop (p), <, 500);
  g_assert_cmpint (rt_outage_get_state (p), ==, RT_STATE_DISCONNECTED);
}

/* The key as it is at each attempt; a file that is being replaced is no reason
 * to give up. */
static void
test_key_file (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autofree gchar *dir = g_dir_make_tmp ("rt-key-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "key", NULL);
  g_autofree gchar *props = g_strdup_printf (QUICK "api-key-file=%s", path);
  g_autoptr (RtPipeline) p = NULL;

  g_assert_true (g_file_set_contents (path, "first\n", -1, NULL));
  g_chmod (path, 0600);
  p = rt_outage_open (server, props, RT_OUT_ANY);
  g_assert_cmpstr (
      rt_fake_conn_get_header (p->conn, "Authorization"), ==, "Bearer first");
  g_unlink (path);
  rt_fake_conn_rst (p->conn);
  rt_outage_expect (p, 1);
  rt_outage_expect (p, 2);
  g_assert_true (g_file_set_contents (path, "second\n", -1, NULL));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  g_assert_cmpstr (
      rt_fake_conn_get_header (p->conn, "Authorization"), ==, "Bearer second");
  rt_outage_wait_state (p, RT_STATE_READY);
  /* what the server says of the new one is redacted as well */
  rt_fake_conn_send_error (p->conn, "invalid_request_error", "invalid_value",
      "what is second?", NULL);
  g_assert_null (
      strstr (gst_structure_get_string (
                  rt_pipeline_expect (p, "realtime-error"), "message"),
          "second"));
  g_unlink (path);
  g_rmdir (dir);
}

typedef struct {
  gint asked; /* atomic */
  GThread *thread;
} Asking;

static gchar *
request_key_cb (GstElement *rt, gpointer data)
{
  Asking *asking = data;

  asking->thread = g_thread_self ();
  return g_strdup_printf ("key-%d", g_atomic_int_add (&asking->asked, 1));
}

static void
test_key_asked (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, QUICK "api-key=never", RT_OUT_ANY);
  Asking asking = { 0 };
  guint i;

  g_signal_connect (
      p->rt, "request-api-key", G_CALLBACK (request_key_cb), &asking);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  rt_pipeline_expect (p, "realtime-started");
  for (i = 0; i < 3; i++) {
    g_autofree gchar *expected = g_strdup_printf ("Bearer key-%u", i);

    g_assert_cmpstr (
        rt_fake_conn_get_header (p->conn, "Authorization"), ==, expected);
    rt_fake_conn_rst (p->conn);
    rt_outage_expect_again (p, server);
  }
  g_assert_true (asking.thread != g_thread_self ());
}

static void
add_roads (void)
{
  static const Refusal timeout = { 408, NULL, 20 };
  static const Refusal busy = { 429, "Retry-After: 1\r\n", 1000 };
  static const Refusal broken = { 500, NULL, 20 };
  static const Refusal gateway = { 502, NULL, 20 };
  static const Refusal overloaded = { 503, "Retry-After: 1\r\n", 1000 };

  g_test_add_data_func ("/attempts/refused/408", &timeout, test_refused);
  g_test_add_data_func ("/attempts/refused/429", &busy, test_refused);
  g_test_add_data_func ("/attempts/refused/500", &broken, test_refused);
  g_test_add_data_func ("/attempts/refused/502", &gateway, test_refused);
  g_test_add_data_func ("/attempts/refused/503", &overloaded, test_refused);
  g_test_add_data_func ("/attempts/road/silent",
      GINT_TO_POINTER (RT_FAKE_HANDSHAKE_SILENT), test_bad_road);
  g_test_add_data_func ("/attempts/road/garbage",
      GINT_TO_POINTER (RT_FAKE_HANDSHAKE_GARBAGE), test_bad_road);
  g_test_add_data_func ("/attempts/road/close-early",
      GINT_TO_POINTER (RT_FAKE_HANDSHAKE_CLOSE_EARLY), test_bad_road);
  g_test_add_data_func ("/attempts/road/bad-accept",
      GINT_TO_POINTER (RT_FAKE_HANDSHAKE_BAD_ACCEPT), test_bad_road);
  g_test_add_data_func ("/attempts/road/huge-headers",
      GINT_TO_POINTER (RT_FAKE_HANDSHAKE_HUGE_HEADERS), test_bad_road);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  add_roads ();
  g_test_add_func ("/attempts/no-session", test_no_session);
  g_test_add_func ("/attempts/first", test_first);
  g_test_add_func ("/attempts/exhausted", test_exhausted);
  g_test_add_func ("/attempts/budget", test_budget);
  g_test_add_func ("/attempts/switched-off", test_switched_off);
  g_test_add_func (
      "/attempts/switched-off-meanwhile", test_switched_off_meanwhile);
  g_test_add_func ("/attempts/changed", test_changed);
  g_test_add_func ("/attempts/left", test_left);
  g_test_add_func ("/attempts/key-file", test_key_file);
  g_test_add_func ("/attempts/key-asked", test_key_asked);
  return g_test_run ();
}
