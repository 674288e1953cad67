/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Many who come at the same moment connect one after another.
 */
#include "netclient.h"
#include "rtpace.h"

#define N 60

/* The greatest number within any second. */
static guint
busiest_second (const gint64 *times, guint n)
{
  guint most = 0, i, j;

  for (i = 0; i < n; i++) {
    for (j = i; j < n && times[j] - times[i] < G_USEC_PER_SEC; j++)
      ;
    most = MAX (most, j - i);
  }
  return most;
}

typedef struct {
  gint64 times[N];
  guint n;
} Turns;

/* On the loop's thread: what the machine does between there and the server is
 * not ours to pace. */
static void
note_turn_cb (NetClient *client, gpointer data)
{
  Turns *turns = data;

  if (turns != NULL && g_str_equal (client->callback, "progress")
      && g_str_has_suffix (client->stages->str, "connecting"))
    turns->times[turns->n++] = g_get_monotonic_time ();
}

static NetClient *
attempt (RtFakeServer *server, gboolean paced, guint timeout, Turns *turns)
{
  RtConnectParams *params = net_params_new (server);

  params->paced = paced;
  params->connect_timeout = timeout;
  return net_client_new_hooked (params, note_turn_cb, turns);
}

/* The wait for a turn is longer than the time that a connection may take. */
static void
test_herd (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  NetClient *clients[N];
  Turns turns = { .n = 0 };
  guint i;

  for (i = 0; i < N; i++)
    clients[i] = attempt (server, TRUE, 1000, &turns);
  for (i = 0; i < N; i++)
    net_client_expect_open (clients[i]);
  g_assert_cmpuint (turns.n, ==, N);
  g_assert_cmpuint (busiest_second (turns.times, N), <=, 50);
  for (i = 0; i < N; i++) {
    g_assert_cmpstr (
        clients[i]->stages->str, ==, "resolving waiting connecting upgrading");
    net_client_free (clients[i]);
  }
}

/* Who is not one of many does not stand in the queue. */
static void
test_alone (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  NetClient *clients[N];
  g_autoptr (NetClient) alone = NULL;
  guint i;

  for (i = 0; i < N; i++)
    clients[i] = attempt (server, TRUE, 1000, NULL);
  alone = attempt (server, FALSE, 1000, NULL);
  net_client_expect_open (alone);
  g_assert_false (clients[N - 1]->opened);
  for (i = 0; i < N; i++)
    net_client_free (clients[i]);
}

/* The deadline holds again once it is our turn. */
static void
test_deadline (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (NetClient) client = NULL;
  gint64 began = g_get_monotonic_time ();

  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_SILENT);
  client = attempt (server, TRUE, 300, NULL);
  net_client_expect_end (client, RT_END_TIMEOUT, NET_WAIT);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 290000);
}

static void
let_go_cb (NetClient *client, gpointer data)
{
  if (g_str_has_suffix (client->stages->str, data))
    net_client_let_go_here (client);
}

/* Nobody is called who left, in whichever stage. */
static void
test_leave (void)
{
  static const gchar *const stages[] = { "waiting", "connecting" };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (stages); i++) {
    RtConnectParams *params = net_params_new (server);
    g_autoptr (NetClient) client = NULL, next = NULL;

    params->paced = TRUE;
    client = net_client_new_hooked (params, let_go_cb, (gpointer) stages[i]);
    net_client_expect_stage (client, stages[i]);
    next = attempt (server, TRUE, 1000, NULL);
    net_client_expect_open (next);
  }
}

int
main (int argc, char **argv)
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/pace/herd", test_herd);
  g_test_add_func ("/net/pace/alone", test_alone);
  g_test_add_func ("/net/pace/deadline", test_deadline);
  g_test_add_func ("/net/pace/leave", test_leave);
  return g_test_run ();
}
