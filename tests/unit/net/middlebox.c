/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Boxes in the middle: one that hangs up on the silent, and one that is slow.
 */
#include "netclient.h"
#include "rtrelay.h"

#include <string.h>

#define IDLE 2000 /* ms, of the box */

static NetClient *
call_by (RtRelay *relay, guint keepalive)
{
  RtConnectParams *params = net_params_new (NULL);
  g_autofree gchar *uri
      = g_strdup_printf ("ws://127.0.0.1:%u", rt_relay_get_port (relay));
  NetClient *client;

  net_params_set_url (params, uri);
  params->keepalive_interval = keepalive;
  client = net_client_new (params);
  net_client_expect_open (client);
  return client;
}

/* Pings are what keeps it: without them the box hangs up. */
static void
test_idle (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (RtRelay) relay
      = rt_relay_new ("127.0.0.1", rt_fake_server_get_port (server), 0, IDLE);
  g_autoptr (NetClient) kept = call_by (relay, 1000);
  RtFakeConn *conn = rt_fake_server_expect_connection (server, NET_WAIT);
  g_autoptr (NetClient) silent = call_by (relay, 0);

  net_client_expect_end (silent, RT_END_LOST, NET_WAIT);
  g_assert_cmpuint (rt_relay_get_cuts (relay), ==, 1);
  /* more than twice as long as the box waits */
  g_assert_true (rt_fake_conn_wait_pings (conn, 5, NET_WAIT));
  net_client_send (kept, "{\"type\":\"still.there\"}");
  rt_fake_conn_expect_event (conn, "still.there", NET_WAIT);
  g_assert_cmpuint (rt_relay_get_cuts (relay), ==, 1);
  net_client_close (kept, 1000, NULL);
  net_client_expect_end (kept, RT_END_REQUESTED, NET_WAIT);
}

/* 200 ms there and back: all in order, and a goodbye in time. */
static void
test_slow (void)
{
  const guint n = 200;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (RtRelay) relay
      = rt_relay_new ("127.0.0.1", rt_fake_server_get_port (server), 100, 0);
  g_autoptr (NetClient) client = call_by (relay, 1000);
  RtFakeConn *conn = rt_fake_server_expect_connection (server, NET_WAIT);
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *text = g_strdup_printf ("{\"type\":\"n\",\"n\":%u}", i);

    net_client_send (client, text);
    rt_fake_conn_send_text (conn, text);
  }
  for (i = 0; i < n; i++)
    g_assert_cmpint (json_object_get_int_member (
                         rt_fake_conn_expect_event (conn, "n", NET_WAIT), "n"),
        ==, i);
  net_client_expect_messages (client, n);
  net_client_close (client, 1000, NULL);
  net_client_expect_end (client, RT_END_REQUESTED, 1200);
  g_assert_true (rt_fake_conn_wait_closed (conn, NET_WAIT));
  g_assert_cmpuint (rt_fake_conn_get_close_code (conn), ==, 1000);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/middlebox/idle", test_idle);
  g_test_add_func ("/net/middlebox/slow", test_slow);
  return g_test_run ();
}
