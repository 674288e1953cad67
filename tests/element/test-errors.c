/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes wrong with a server, how bad that is, and what is said of it.
 */
#include <string.h>

#include "rtpipeline.h"

/* The domain and code of the pipeline's ERROR, and its details. */
static const GstStructure *
expect_error (RtPipeline *p, gint code)
{
  GstMessage *message = rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  gst_message_parse_error_details (message, &details);
  return details;
}

static void
assert_uint (const GstStructure *s, const gchar *field, guint expected)
{
  guint value = G_MAXUINT;

  g_assert_nonnull (s);
  g_assert_true (gst_structure_get_uint (s, field, &value));
  g_assert_cmpuint (value, ==, expected);
}

/* The session goes on: what is asked next gets through. */
static void
assert_alive (RtPipeline *p)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (
      p->rt, "send-event", "{\"type\":\"still.there\"}", &done);
  g_assert_true (done);
  rt_fake_conn_expect_event (p->conn, "still.there", RT_WAIT_MS);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static void
test_benign (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const GstStructure *s;

  rt_fake_conn_send_error (p->conn, "invalid_request_error",
      "response_cancel_not_active", "Cancellation failed: no active response",
      "ev_1");
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "severity", "benign");
  rt_assert_field (s, "code", "response_cancel_not_active");
  rt_assert_field (s, "type", "invalid_request_error");
  rt_assert_field (s, "message", "Cancellation failed: no active response");
  rt_assert_field (s, "event-id", "ev_1");
  assert_alive (p);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_WARNING, 0));
}

static void
test_warning (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GError) error = NULL;
  const GstStructure *s;

  rt_fake_conn_send_error (p->conn, "invalid_request_error", "invalid_value",
      "Invalid value: 'x'.", NULL);
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "severity", "warning");
  g_assert_false (gst_structure_has_field (s, "event-id"));
  gst_message_parse_warning (
      rt_pipeline_expect_type (p, GST_MESSAGE_WARNING), &error, NULL);
  g_assert_nonnull (strstr (error->message, "Invalid value: 'x'."));
  assert_alive (p);
}

static void
test_fatal (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autofree gchar *order = NULL;
  const GstStructure *s;

  rt_fake_conn_send_error (p->conn, "invalid_request_error", "invalid_api_key",
      "Incorrect API key provided.", NULL);
  s = expect_error (p, GST_RESOURCE_ERROR_NOT_AUTHORIZED);
  rt_assert_field (s, "code", "invalid_api_key");
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "severity", "fatal");
  rt_assert_field (s, "code", "invalid_api_key");
  rt_assert_field (s, "message", "Incorrect API key provided.");
  s = rt_pipeline_expect (p, "realtime-closed");
  rt_assert_field (s, "reason", "error");
  order = rt_pipeline_dup_order (p);
  g_assert_cmpstr (order, ==,
      "realtime-started realtime-session realtime-session realtime-error "
      "realtime-closed error");
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  g_assert_false (rt_pipeline_act (p, "interrupt"));
}

typedef struct {
  const gchar *props;
  const gchar *ready;
} Protocol;

/* In these protocols any error ends the session. */
static void
test_error_ends (gconstpointer data)
{
  const Protocol *protocol = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, protocol->props, RT_OUT_ANY);
  g_autofree gchar *order = NULL;
  const GstStructure *s;

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"session.%s\",\"session\":{\"id\":\"s\"}}", protocol->ready);
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"error\",\"message\":\"Enough.\"}");
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.updated\",\"session\":{\"id\":\"late\"}}");
  expect_error (p, GST_RESOURCE_ERROR_OPEN_READ_WRITE);
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "severity", "fatal");
  rt_assert_field (s, "message", "Enough.");
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  order = rt_pipeline_dup_order (p);
  g_assert_cmpstr (order, ==,
      "realtime-started realtime-session realtime-error realtime-closed "
      "error");
}

/* The server goes away: that may end the conversation, never the stream. */
static void
test_going_away (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "reconnect=false", RT_OUT_ANY);
  g_autofree gchar *order = NULL;
  const GstStructure *s;

  rt_fake_conn_close (p->conn, 1001, "maximum duration");
  s = rt_pipeline_expect (p, "realtime-closed");
  rt_assert_field (s, "reason", "transport-closed");
  assert_uint (s, "close-code", 1001);
  s = expect_error (p, GST_RESOURCE_ERROR_READ);
  assert_uint (s, "close-code", 1001);
  order = rt_pipeline_dup_order (p);
  g_assert_cmpstr (order, ==,
      "realtime-started realtime-session realtime-session realtime-error "
      "realtime-closed error");
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_EOS), ==, 0);
}

static void
test_reset (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "reconnect=false", RT_OUT_ANY);

  rt_fake_conn_rst (p->conn);
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-closed"), "reason", "transport-closed");
  expect_error (p, GST_RESOURCE_ERROR_READ);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_EOS), ==, 0);
}

/* What cannot be used is said and passed over. */
static void
test_malformed (void)
{
  static const gchar *const bad[] = { "", "{", "nonsense", "[1,2]", "\"x\"",
    "{\"type\":7}", "{\"no\":\"type\"}" };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    rt_fake_conn_send_text (p->conn, bad[i]);
    rt_assert_field (
        rt_pipeline_expect (p, "realtime-error"), "severity", "warning");
  }
  assert_alive (p);
}

static void
test_unknown (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);

  rt_fake_conn_send_text (p->conn, "{\"type\":\"of.tomorrow\",\"a\":null}");
  rt_fake_conn_send_text (p->conn, "{\"type\":\"ping\"}");
  rt_fake_conn_send_text (p->conn, "{\"type\":\"half.\\ud800\"}");
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"response.output_audio.delta\",\"delta\":null}");
  rt_fake_conn_send_error (
      p->conn, "invalid_request_error", "invalid_value", "mark", NULL);
  rt_pipeline_expect_with (p, "realtime-error", "message", "mark");
  assert_alive (p);
}

static void
test_binary (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const GstStructure *s;

  rt_fake_conn_send_frame (p->conn, 2, TRUE, 0, FALSE, "\0\1\2", 3);
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "severity", "warning");
  assert_alive (p);
}

/* A flood of rubbish does not become a flood on the bus. */
static void
test_flood (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  guint i;

  for (i = 0; i < 1600; i++)
    rt_fake_conn_send_text (p->conn, "{");
  rt_fake_conn_send_error (
      p->conn, "invalid_request_error", "invalid_value", "mark", NULL);
  rt_pipeline_expect_with (p, "realtime-error", "message", "mark");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), <=, 130);
  assert_alive (p);
}

typedef struct {
  guint status;
  gint code;
} Refusal;

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, "reconnect=false", RT_OUT_ANY);
  GstProgressType type = GST_PROGRESS_TYPE_START;
  g_autofree gchar *order = NULL;
  const GstStructure *details;

  rt_fake_server_set_http (server, refusal->status,
      "Content-Type: application/json\r\n",
      "{\"error\":{\"message\":\"Not like this.\"}}");
  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_HTTP);
  rt_pipeline_play (p);
  details = expect_error (p, refusal->code);
  assert_uint (details, "http-status", refusal->status);
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-error"), "severity", "fatal");
  /* never started, so never closed */
  order = rt_pipeline_dup_order (p);
  g_assert_cmpstr (order, ==, "realtime-error error");
  while (type != GST_PROGRESS_TYPE_ERROR)
    gst_message_parse_progress (
        rt_pipeline_expect_type (p, GST_MESSAGE_PROGRESS), &type, NULL, NULL);
}

/* The handshake was fine, the session never comes. */
static void
test_no_session (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, "connect-timeout=400 reconnect=false", RT_OUT_ANY);
  gint64 began = g_get_monotonic_time ();

  rt_pipeline_play (p);
  expect_error (p, GST_RESOURCE_ERROR_OPEN_READ_WRITE);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 390000);
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-closed"), "reason", "error");
}

static void
test_nobody_there (void)
{
  RtFakeServer *server = rt_fake_server_new (0);
  g_autofree gchar *uri = g_strdup (rt_fake_server_get_uri (server));
  g_autoptr (RtPipeline) p = NULL;

  rt_fake_server_free (server);
  p = rt_pipeline_new (uri, RT_IN_LIVE, "reconnect=false", RT_OUT_ANY);
  rt_pipeline_play (p);
  expect_error (p, GST_RESOURCE_ERROR_NOT_FOUND);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
}

int
main (int argc, char **argv)
{
  static const Protocol v1 = { "protocol=realtime-v1", "updated" };
  static const Protocol create = { "protocol=session-create", "created" };
  static const Refusal unauthorized
      = { 401, GST_RESOURCE_ERROR_NOT_AUTHORIZED };
  static const Refusal missing = { 404, GST_RESOURCE_ERROR_NOT_FOUND };
  static const Refusal busy = { 429, GST_RESOURCE_ERROR_BUSY };

  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/errors/benign", test_benign);
  g_test_add_func ("/errors/warning", test_warning);
  g_test_add_func ("/errors/fatal", test_fatal);
  g_test_add_data_func ("/errors/ends/realtime-v1", &v1, test_error_ends);
  g_test_add_data_func (
      "/errors/ends/session-create", &create, test_error_ends);
  g_test_add_func ("/errors/going-away", test_going_away);
  g_test_add_func ("/errors/reset", test_reset);
  g_test_add_func ("/errors/malformed", test_malformed);
  g_test_add_func ("/errors/unknown", test_unknown);
  g_test_add_func ("/errors/binary", test_binary);
  g_test_add_func ("/errors/flood", test_flood);
  g_test_add_data_func ("/errors/refused/401", &unauthorized, test_refused);
  g_test_add_data_func ("/errors/refused/404", &missing, test_refused);
  g_test_add_data_func ("/errors/refused/429", &busy, test_refused);
  g_test_add_func ("/errors/no-session", test_no_session);
  g_test_add_func ("/errors/nobody-there", test_nobody_there);
  return g_test_run ();
}
