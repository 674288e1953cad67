/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How connections end: by the server's word, by ours, by nobody's; and with a
 * server that does not read, does not answer or is not there any more.
 */
#include "netclient.h"

#include <string.h>

#define CLOSE_WAIT 1200 /* ms */

typedef struct {
  RtFakeServer *server;
  RtFakeConn *conn;
  NetClient *client;
} Pair;

static void
pair_init (Pair *self, RtFakeServerFlags flags)
{
  self->server = rt_fake_server_new (flags);
  self->client = net_client_new (net_params_new (self->server));
  net_client_expect_open (self->client);
  self->conn = rt_fake_server_expect_connection (self->server, NET_WAIT);
}

static void
pair_clear (Pair *self)
{
  net_client_free (self->client);
  rt_fake_server_free (self->server);
}

static void
test_server_closes (void)
{
  static const guint codes[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
    1011, 1012, 1013, 1014, 3000, 4001, 4999 };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    const RtEnd *end;
    Pair pair;

    pair_init (&pair, RT_FAKE_SERVER_PLAIN);
    rt_fake_conn_send_text (pair.conn, "{}");
    rt_fake_conn_close (pair.conn, codes[i], "because sk-abcdefghijk");
    end = net_client_expect_end (pair.client, RT_END_CLOSED, NET_WAIT);
    g_assert_cmpuint (end->close_code, ==, codes[i]);
    g_assert_cmpstr (end->reason, ==, "because [redacted]");
    g_assert_cmpuint (pair.client->n_messages, ==, 1);
    pair_clear (&pair);
  }
}

static void
test_server_closes_silently (void)
{
  const RtEnd *end;
  Pair pair;

  pair_init (&pair, RT_FAKE_SERVER_TLS);
  rt_fake_conn_close (pair.conn, 0, NULL);
  end = net_client_expect_end (pair.client, RT_END_CLOSED, NET_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1005);
  pair_clear (&pair);
}

/* A server that says goodbye and then neither reads nor hangs up. */
static void
test_server_lingers (void)
{
  static const guint8 goodbye[] = { 0x88, 2, 0x03, 0xe9 };
  const RtEnd *end;
  Pair pair;

  pair_init (&pair, RT_FAKE_SERVER_PLAIN);
  rt_fake_conn_set_reading (pair.conn, FALSE);
  rt_fake_conn_send_bytes (pair.conn, goodbye, sizeof (goodbye));
  end = net_client_expect_end (pair.client, RT_END_CLOSED, CLOSE_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1001);
  pair_clear (&pair);
}

static void
check_lost (RtFakeServerFlags flags, void (*break_it) (RtFakeConn *))
{
  const RtEnd *end;
  Pair pair;

  pair_init (&pair, flags);
  rt_fake_conn_send_text (pair.conn, "{}");
  net_client_expect_messages (pair.client, 1);
  break_it (pair.conn);
  end = net_client_expect_end (pair.client, RT_END_LOST, NET_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1006);
  pair_clear (&pair);
}

static void
test_lost (void)
{
  check_lost (RT_FAKE_SERVER_PLAIN, rt_fake_conn_fin);
  check_lost (RT_FAKE_SERVER_PLAIN, rt_fake_conn_rst);
  check_lost (RT_FAKE_SERVER_TLS, rt_fake_conn_fin);
  check_lost (RT_FAKE_SERVER_TLS, rt_fake_conn_rst);
}

static void
test_we_close (void)
{
  static const guint codes[][2] = { { 1000, 1000 }, { 1001, 1001 },
    { 4321, 4321 }, { 1011, 1000 }, { 1006, 1000 }, { 0, 1000 } };
  g_autofree gchar *reason = g_strnfill (200, 'r');
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    Pair pair;

    pair_init (&pair, i % 2 == 0 ? RT_FAKE_SERVER_PLAIN : RT_FAKE_SERVER_TLS);
    net_client_send (pair.client, "{\"type\":\"last\"}");
    net_client_close (pair.client, codes[i][0], reason);
    net_client_expect_end (pair.client, RT_END_REQUESTED, 1000);
    rt_fake_conn_expect_event (pair.conn, "last", NET_WAIT);
    g_assert_true (rt_fake_conn_wait_closed (pair.conn, NET_WAIT));
    g_assert_cmpuint (rt_fake_conn_get_close_code (pair.conn), ==, codes[i][1]);
    pair_clear (&pair);
  }
}

/* Twice, and sending afterwards: neither harms. */
static void
test_close_again (void)
{
  Pair pair;

  pair_init (&pair, RT_FAKE_SERVER_PLAIN);
  net_client_close (pair.client, 1000, NULL);
  net_client_close (pair.client, 4000, "again");
  net_client_send (pair.client, "{\"type\":\"late\"}");
  net_client_expect_end (pair.client, RT_END_REQUESTED, 1000);
  net_client_close (pair.client, 1000, NULL);
  net_client_send (pair.client, "{\"type\":\"late\"}");
  g_assert_true (rt_fake_conn_wait_closed (pair.conn, NET_WAIT));
  g_assert_cmpuint (rt_fake_conn_get_n_events (pair.conn), ==, 0);
  pair_clear (&pair);
}

static void
check_unanswered (RtFakeServerFlags flags)
{
  gint64 began;
  Pair pair;

  pair_init (&pair, flags);
  rt_fake_conn_set_answer_close (pair.conn, FALSE);
  began = g_get_monotonic_time ();
  net_client_close (pair.client, 1000, NULL);
  net_client_expect_end (pair.client, RT_END_REQUESTED, CLOSE_WAIT);
  g_assert_cmpint (pair.client->ended_at - began, >, 900 * 1000);
  pair_clear (&pair);
}

static void
test_close_unanswered (void)
{
  check_unanswered (RT_FAKE_SERVER_PLAIN);
  check_unanswered (RT_FAKE_SERVER_TLS);
}

typedef struct {
  guint sent;
  guint limit;
} Pump;

static void
pump_func (NetClient *client, gpointer data)
{
  g_autofree gchar *fill = g_strnfill (1000, 'x');
  Pump *pump = data;

  while (pump->sent < pump->limit
         && rt_transport_is_writable (client->transport)) {
    g_autofree gchar *text = g_strdup_printf (
        "{\"type\":\"n\",\"n\":%u,\"x\":\"%s\"}", pump->sent++, fill);

    rt_transport_send (client->transport, text, strlen (text));
  }
}

/* Until the transport asks to wait: that it does is what is tested. */
static guint
fill_up (Pair *pair)
{
  Pump pump = { 0, 100000 };

  net_client_run (pair->client, pump_func, &pump);
  g_assert_cmpuint (pump.sent, <, pump.limit);
  return pump.sent;
}

static void
check_stalled (RtFakeServerFlags flags)
{
  guint before;
  gint64 began;
  Pair pair;

  pair_init (&pair, flags | RT_FAKE_SERVER_SMALL_BUFFERS);
  rt_fake_conn_set_reading (pair.conn, FALSE);
  fill_up (&pair);
  before = net_count_descriptors ();
  began = g_get_monotonic_time ();
  net_client_close (pair.client, 1000, NULL);
  net_client_expect_end (pair.client, RT_END_REQUESTED, CLOSE_WAIT);
  g_assert_cmpint (pair.client->ended_at - began, <, CLOSE_WAIT * 1000);
  net_client_let_go (pair.client);
  /* ours is gone, although nothing was read */
  net_expect_descriptors (before - 1);
  pair_clear (&pair);
}

static void
test_stalled (void)
{
  check_stalled (RT_FAKE_SERVER_PLAIN);
}

static void
test_stalled_tls (void)
{
  check_stalled (RT_FAKE_SERVER_TLS);
}

static void
pump_hook (NetClient *client, gpointer data)
{
  if (strcmp (client->callback, "writable") == 0)
    pump_func (client, data);
}

/* The server reads again: all arrives, in order, at the pace it reads. */
static void
check_resumed (RtFakeServerFlags flags)
{
  const guint n = 3000;
  Pump pump = { 0, n };
  Pair pair;
  guint i;

  pair.server = rt_fake_server_new (flags | RT_FAKE_SERVER_SMALL_BUFFERS);
  pair.client
      = net_client_new_hooked (net_params_new (pair.server), pump_hook, &pump);
  net_client_expect_open (pair.client);
  pair.conn = rt_fake_server_expect_connection (pair.server, NET_WAIT);
  rt_fake_conn_set_reading (pair.conn, FALSE);
  net_client_run (pair.client, pump_func, &pump);
  g_assert_cmpuint (pump.sent, <, n);
  /* what matters is sent all the same, behind what is there */
  net_client_send (pair.client, "{\"type\":\"control\"}");
  rt_fake_conn_set_reading (pair.conn, TRUE);
  for (i = 0; i < n; i++) {
    JsonObject *object = rt_fake_conn_expect_event (pair.conn, "n", NET_WAIT);

    g_assert_cmpint (json_object_get_int_member (object, "n"), ==, i);
  }
  rt_fake_conn_expect_event (pair.conn, "control", NET_WAIT);
  g_assert_cmpuint (pair.client->n_writable, >, 0);
  pair_clear (&pair);
}

static void
test_resumed (void)
{
  check_resumed (RT_FAKE_SERVER_PLAIN);
}

static void
test_resumed_tls (void)
{
  check_resumed (RT_FAKE_SERVER_TLS);
}

/* Control messages are never dropped, so there has to be an end to them. */
static void
test_never_read (void)
{
  g_autofree gchar *fill = g_strnfill (1024 * 1024, 'x');
  const RtEnd *end;
  Pair pair;
  guint i;

  pair_init (&pair, RT_FAKE_SERVER_SMALL_BUFFERS);
  rt_fake_conn_set_reading (pair.conn, FALSE);
  for (i = 0; i < 25; i++)
    net_client_send (pair.client, fill);
  end = net_client_expect_end (pair.client, RT_END_LOST, CLOSE_WAIT);
  g_assert_nonnull (strstr (end->reason, "does not read"));
  pair_clear (&pair);
}

static void
test_keepalive (void)
{
  RtFakeServer *server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  gint64 silent_since;
  NetClient *client;
  RtFakeConn *conn;
  const RtEnd *end;

  params->keepalive_interval = 1000;
  client = net_client_new (params);
  net_client_expect_open (client);
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  /* four intervals of nothing but pings and pongs are no silence */
  g_assert_true (rt_fake_conn_wait_pings (conn, 4, NET_WAIT));
  g_assert_cmpuint (client->n_ended, ==, 0);
  rt_fake_conn_set_answer_ping (conn, FALSE);
  silent_since = g_get_monotonic_time ();
  end = net_client_expect_end (client, RT_END_LOST, NET_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1006);
  g_assert_cmpint (
      client->ended_at - silent_since, >, 1900 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (
      client->ended_at - silent_since, <, 4000 * G_TIME_SPAN_MILLISECOND);
  net_client_free (client);
  rt_fake_server_free (server);
}

/* Freed while it is up: a polite goodbye, and nothing is left. */
static void
check_free (RtFakeServerFlags flags)
{
  RtFakeServer *server = rt_fake_server_new (flags);
  guint before = 0, i;

  for (i = 0; i < 5; i++) {
    NetClient *client = net_client_new (net_params_new (server));
    RtFakeConn *conn;

    net_client_expect_open (client);
    conn = rt_fake_server_expect_connection (server, NET_WAIT);
    net_client_free (client);
    g_assert_true (rt_fake_conn_wait_closed (conn, NET_WAIT));
    g_assert_cmpuint (rt_fake_conn_get_close_code (conn), ==, 1000);
    g_assert_true (rt_fake_server_wait_idle (server, NET_WAIT));
    if (i == 0)
      before = net_count_descriptors ();
  }
  net_expect_descriptors (before);
  rt_fake_server_free (server);
}

static void
test_free (void)
{
  check_free (RT_FAKE_SERVER_PLAIN);
  check_free (RT_FAKE_SERVER_TLS);
}

static void
free_hook (NetClient *client, gpointer data)
{
  if (!client->freed && strcmp (client->callback, data) == 0)
    net_client_let_go_here (client);
}

/* Freed by its owner in the middle of a callback of its own. */
static void
test_free_in_callback (void)
{
  static const gchar *const callbacks[]
      = { "progress", "opened", "message", "ended" };
  guint before;
  gsize i;

  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  /* three messages at once, and the end */
  static const guint8 glued[]
      = { 0x81, 1, 'a', 0x81, 1, 'b', 0x81, 1, 'c', 0x88, 2, 0x03, 0xe8 };

  rt_fake_server_set_glued (server, glued, sizeof (glued));
  before = net_count_descriptors ();
  for (i = 0; i < G_N_ELEMENTS (callbacks); i++) {
    NetClient *client = net_client_new_hooked (
        net_params_new (server), free_hook, (gpointer) callbacks[i]);
    gint64 deadline = g_get_monotonic_time () + NET_WAIT * 1000;

    g_mutex_lock (&client->lock);
    while (!client->freed)
      g_assert_true (
          g_cond_wait_until (&client->cond, &client->lock, deadline));
    g_mutex_unlock (&client->lock);
    g_assert_true (rt_fake_server_wait_idle (server, NET_WAIT));
    net_client_free (client);
  }
  net_expect_descriptors (before);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/ends/server-closes", test_server_closes);
  g_test_add_func ("/net/ends/no-code", test_server_closes_silently);
  g_test_add_func ("/net/ends/server-lingers", test_server_lingers);
  g_test_add_func ("/net/ends/lost", test_lost);
  g_test_add_func ("/net/ends/we-close", test_we_close);
  g_test_add_func ("/net/ends/close-again", test_close_again);
  g_test_add_func ("/net/ends/unanswered", test_close_unanswered);
  g_test_add_func ("/net/ends/stalled", test_stalled);
  g_test_add_func ("/net/ends/stalled-tls", test_stalled_tls);
  g_test_add_func ("/net/ends/resumed", test_resumed);
  g_test_add_func ("/net/ends/resumed-tls", test_resumed_tls);
  g_test_add_func ("/net/ends/never-read", test_never_read);
  g_test_add_func ("/net/ends/keepalive", test_keepalive);
  g_test_add_func ("/net/ends/free", test_free);
  g_test_add_func ("/net/ends/free-in-callback", test_free_in_callback);
  return g_test_run ();
}
