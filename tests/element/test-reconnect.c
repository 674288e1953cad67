/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Connections that end, of each kind: what is retried, and what is said of it.
 */
#include "rtoutage.h"

#define QUICK "reconnect-delay=40 reconnect-max-delay=80 "

typedef struct {
  const gchar *name;
  gint code; /* -1: FIN, -2: RST, -3: an error event */
  const gchar *reason;
} End;

static void
end_with (RtPipeline *p, const End *end)
{
  if (end->code == -1)
    rt_fake_conn_fin (p->conn);
  else if (end->code == -2)
    rt_fake_conn_rst (p->conn);
  else if (end->code == -3)
    rt_fake_conn_send_error (
        p->conn, "invalid_request_error", "session_expired", end->reason, NULL);
  else
    rt_fake_conn_close (p->conn, end->code, end->reason);
}

static void
test_lost (gconstpointer data)
{
  const End *end = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_outage_open (server, "reconnect-delay=200", RT_OUT_SYNC);
  g_autofree gchar *id = NULL;
  const GstStructure *s;

  end_with (p, end);
  s = rt_outage_expect (p, 1);
  if (end->reason != NULL)
    rt_assert_field (s, "reason", end->reason);
  g_assert_cmpuint (rt_outage_get_uint (s, "delay"), >=, 100);
  g_assert_cmpuint (rt_outage_get_uint (s, "delay"), <=, 200);
  g_object_get (p->rt, "session-id", &id, NULL);
  g_assert_null (id);
  rt_outage_expect_again (p, server);
  rt_outage_wait_state (p, RT_STATE_READY);
  g_object_get (p->rt, "session-id", &id, NULL);
  g_assert_cmpstr (id, ==, "sess_fake_2");
  g_assert_nonnull (rt_pipeline_wait_type (p, GST_MESSAGE_WARNING, 0));
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_WARNING, 0));
  rt_outage_assert_unseen (p);
  g_assert_cmpuint (
      rt_pipeline_count (p, "realtime-error"), ==, end->code == -3 ? 1 : 0);
  if (end->code == -3)
    rt_assert_field (
        rt_pipeline_expect (p, "realtime-error"), "severity", "reconnect");
}

static void
test_stats (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_ANY);
  GstStructure *stats;
  guint value;

  rt_fake_conn_rst (p->conn);
  rt_outage_expect_again (p, server);
  g_object_get (p->rt, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint (stats, "reconnects", &value));
  g_assert_cmpuint (value, ==, 1);
  g_assert_true (gst_structure_get_uint (stats, "sessions", &value));
  g_assert_cmpuint (value, ==, 2);
  g_assert_cmpstr (
      gst_structure_get_string (stats, "connection-state"), ==, "ready");
  gst_structure_free (stats);
}

/* What would be refused again ends it, as without reconnecting. */
static void
test_final (gconstpointer data)
{
  const End *end = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_ANY);
  g_autofree gchar *order = NULL;
  const GstStructure *s;

  rt_fake_conn_close (p->conn, end->code, "no");
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  s = rt_pipeline_expect (p, "realtime-closed");
  g_assert_cmpuint (rt_outage_get_uint (s, "close-code"), ==, end->code);
  order = rt_pipeline_dup_order (p);
  g_assert_cmpstr (order, ==,
      "realtime-started realtime-session realtime-session realtime-error "
      "realtime-closed error");
  rt_outage_wait_state (p, RT_STATE_FAILED);
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 1);
}

/* A quota that is used up is told by an event, and the close after it may be
 * any. */
static void
test_quota (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_outage_open (server, QUICK, RT_OUT_ANY);

  rt_fake_conn_send_error (
      p->conn, "insufficient_quota", "insufficient_quota", "Pay.", NULL);
  rt_fake_conn_close (p->conn, 1013, "later");
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-reconnecting"), ==, 0);
}

static void
add_ends (void)
{
  static const End lost[] = {
    { "fin", -1, NULL },
    { "reset", -2, NULL },
    { "no-code", 0, NULL },
    { "1000", 1000, "over" },
    { "1001", 1001, "maximum duration" },
    { "1011", 1011, "internal" },
    { "1012", 1012, "restart" },
    { "1013", 1013, "later" },
    { "session-expired", -3, "An hour." },
  };
  static const End final[] = {
    { "1002", 1002 },
    { "1003", 1003 },
    { "1007", 1007 },
    { "1008", 1008 },
    { "1009", 1009 },
    { "1010", 1010 },
    { "3000", 3000 },
    { "4000", 4000 },
    { "4004", 4004 },
    { "4429", 4429 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lost); i++) {
    g_autofree gchar *path
        = g_strconcat ("/reconnect/lost/", lost[i].name, NULL);

    g_test_add_data_func (path, &lost[i], test_lost);
  }
  for (i = 0; i < G_N_ELEMENTS (final); i++) {
    g_autofree gchar *path
        = g_strconcat ("/reconnect/final/", final[i].name, NULL);

    g_test_add_data_func (path, &final[i], test_final);
  }
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  add_ends ();
  g_test_add_func ("/reconnect/stats", test_stats);
  g_test_add_func ("/reconnect/quota", test_quota);
  return g_test_run ();
}
