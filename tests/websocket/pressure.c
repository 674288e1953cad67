/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A transport that does not want to read: the server has to wait, nothing is
 * lost, and it can be left at any time.
 */
#include "wsclient.h"

#define MESSAGE_SIZE (64 * 1024)
/* More than what the kernel takes for both sides. */
#define N_MESSAGES 1000

typedef struct {
  WsClient *client;
  GThread *thread;
  gint sent; /* atomic */
} Sender;

static void
set_reading (NetClient *client, gpointer reading)
{
  rt_transport_set_reading (client->transport, GPOINTER_TO_INT (reading));
}

static void
nothing (NetClient *client, gpointer data)
{
}

static gpointer
send_all (gpointer data)
{
  Sender *self = data;
  g_autofree gchar *text = g_strnfill (MESSAGE_SIZE, 'x');
  guint i;

  for (i = 0; i < N_MESSAGES; i++) {
    if (!rt_fake_conn_send_text (self->client->conn, text))
      break;
    g_atomic_int_inc (&self->sent);
  }
  return NULL;
}

static guint
count (WsClient *client)
{
  guint n;

  g_mutex_lock (&client->lock);
  n = client->messages->len;
  g_mutex_unlock (&client->lock);
  return n;
}

/* The server sends until nobody takes any more for a while. */
static void
start (Sender *self, RtFakeServer *server)
{
  const guint polls = 5;
  guint still = 0;
  gint before = -1;

  self->client = ws_client_new (server, NULL);
  net_client_run (self->client->client, set_reading, GINT_TO_POINTER (FALSE));
  self->thread = g_thread_new ("sender", send_all, self);
  while (still < polls) {
    still = g_atomic_int_get (&self->sent) == before ? still + 1 : 0;
    before = g_atomic_int_get (&self->sent);
    g_usleep (20000);
    net_client_run (self->client->client, nothing, NULL);
  }
  g_assert_cmpint (before, <, N_MESSAGES);
  g_assert_cmpuint (count (self->client), ==, 0);
}

static void
finish (Sender *self)
{
  g_thread_join (self->thread);
  ws_client_free (self->client);
}

static void
check_resumed (RtFakeServerFlags flags)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (flags);
  Sender self = { NULL };
  guint n;

  start (&self, server);
  net_client_run (self.client->client, set_reading, GINT_TO_POINTER (TRUE));
  ws_client_expect (self.client, 1);
  /* and once more in the middle of it */
  net_client_run (self.client->client, set_reading, GINT_TO_POINTER (FALSE));
  n = count (self.client);
  g_usleep (10000);
  net_client_run (self.client->client, nothing, NULL);
  g_assert_cmpuint (count (self.client), ==, n);
  net_client_run (self.client->client, set_reading, GINT_TO_POINTER (TRUE));
  ws_client_expect (self.client, N_MESSAGES);
  finish (&self);
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

static void
test_closed (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  Sender self = { NULL };

  start (&self, server);
  net_client_close (self.client->client, 1000, NULL);
  net_client_expect_end (self.client->client, RT_END_REQUESTED, 1200);
  g_assert_cmpuint (count (self.client), ==, 0);
  finish (&self);
}

static void
test_freed (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  Sender self = { NULL };

  start (&self, server);
  net_client_let_go (self.client->client);
  g_assert_true (rt_fake_conn_wait_closed (self.client->conn, NET_WAIT));
  finish (&self);
}

/* What the server said before it left is not lost. */
static void
test_left (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (WsClient) client = ws_client_new (server, NULL);
  guint i;

  net_client_run (client->client, set_reading, GINT_TO_POINTER (FALSE));
  for (i = 0; i < 10; i++)
    rt_fake_conn_send_text (client->conn, "{}");
  rt_fake_conn_fin (client->conn);
  net_client_run (client->client, set_reading, GINT_TO_POINTER (TRUE));
  net_client_expect_end (client->client, RT_END_LOST, NET_WAIT);
  g_assert_cmpuint (count (client), ==, 10);
}

/* A server whose words wait is not dead. */
static void
test_kept_alive (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;
  RtFakeConn *conn;

  params->keepalive_interval = 1000;
  client = net_client_new (params);
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  net_client_expect_open (client);
  net_client_run (client, set_reading, GINT_TO_POINTER (FALSE));
  /* past the three intervals after which silence is the end */
  g_assert_true (rt_fake_conn_wait_pings (conn, 5, NET_WAIT));
  g_assert_cmpuint (client->n_ended, ==, 0);
  net_client_run (client, set_reading, GINT_TO_POINTER (TRUE));
  rt_fake_conn_send_text (conn, "{}");
  net_client_expect_messages (client, 1);
}

/* One that broke off is found out by what it is sent. */
static void
test_broken_off (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;
  RtFakeConn *conn;

  params->keepalive_interval = 1000;
  client = net_client_new (params);
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  net_client_expect_open (client);
  net_client_run (client, set_reading, GINT_TO_POINTER (FALSE));
  rt_fake_conn_send_text (conn, "{}");
  rt_fake_conn_rst (conn);
  net_client_expect_end (client, RT_END_LOST, NET_WAIT);
}

int
main (int argc, char **argv)
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/websocket/pressure/resumed", test_resumed);
  g_test_add_func ("/websocket/pressure/resumed-tls", test_resumed_tls);
  g_test_add_func ("/websocket/pressure/closed", test_closed);
  g_test_add_func ("/websocket/pressure/freed", test_freed);
  g_test_add_func ("/websocket/pressure/left", test_left);
  g_test_add_func ("/websocket/pressure/kept-alive", test_kept_alive);
  g_test_add_func ("/websocket/pressure/broken-off", test_broken_off);
  return g_test_run ();
}
