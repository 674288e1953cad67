/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Networks that swallow, refuse and come and go.  In namespaces of the test's
 * own, with the deadlines that an element has by default.
 */
#include "netclient.h"
#include "rtnetns.h"

#include <string.h>

#define KEEPALIVE 5000
#define SPEECH "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAAA\"}"
#define SPEECH_INTERVAL 20 /* ms */
#define DEAD (15 * G_TIME_SPAN_SECOND)
/* A busy machine tells it later. */
#define LATE (2 * G_TIME_SPAN_SECOND)

/* There, which takes a moment of our own network. */
static RtFakeServer *
server_there (const gchar *address)
{
  RtFakeServer *server;

  rt_netns_go_there ();
  server = rt_fake_server_new_at (
      address, RT_FAKE_SERVER_PLAIN | RT_FAKE_SERVER_TOLERANT);
  rt_netns_come_back ();
  return server;
}

static RtConnectParams *
params_to (const gchar *uri, guint timeout)
{
  RtConnectParams *params = net_params_new (NULL);

  net_params_set_url (params, uri);
  params->connect_timeout = timeout;
  params->keepalive_interval = KEEPALIVE;
  return params;
}

/* Nothing comes back: the deadline is what ends it, and it is kept. */
static void
test_syn_black_hole (void)
{
  const guint timeout = 700;
  gint64 began = g_get_monotonic_time ();
  g_autoptr (NetClient) client = NULL;
  const RtEnd *end;

  if (!rt_netns_require ())
    return;
  rt_netns_run_there ("nft add rule inet test in tcp dport 11 drop");
  client = net_client_new (params_to ("ws://" RT_NETNS_THERE ":11", timeout));
  end = net_client_expect_end (client, RT_END_TIMEOUT, NET_WAIT);
  g_assert_nonnull (strstr (end->reason, "stuck at connecting"));
  g_assert_cmpint (client->ended_at - began, >=, timeout * 1000 - 1000);
  g_assert_cmpint (client->ended_at - began, <, timeout * 1000 + LATE);
}

/* Who says no is believed at once. */
static void
test_unreachable (void)
{
  static const gchar *const rules[] = {
    "tcp dport 12 reject with icmp type host-unreachable",
    "tcp dport 12 reject with icmp type net-unreachable",
    "tcp dport 12 reject with icmp type admin-prohibited",
    "tcp dport 12 reject with tcp reset",
    NULL, /* there is no way to the second */
  };
  gsize i;

  if (!rt_netns_require ())
    return;
  for (i = 0; i < G_N_ELEMENTS (rules); i++) {
    const gchar *uri = rules[i] != NULL ? "ws://" RT_NETNS_THERE ":12"
                                        : "ws://198.51.100.1:12";
    gint64 began = g_get_monotonic_time ();
    g_autoptr (NetClient) client = NULL;

    g_test_message ("%s", rules[i] != NULL ? rules[i] : "no route");
    if (rules[i] != NULL)
      rt_netns_run_there ("nft add rule inet test in %s", rules[i]);
    client = net_client_new (params_to (uri, NET_WAIT));
    net_client_expect_end (client, RT_END_UNREACHABLE, NET_WAIT);
    g_assert_cmpint (client->ended_at - began, <, LATE);
    rt_netns_run_there ("nft flush chain inet test in");
  }
}

/* A name with two addresses, of which the better one swallows. */
static void
test_happy_eyeballs (void)
{
  g_autoptr (RtFakeServer) server = NULL;
  g_autoptr (NetClient) client = NULL;
  g_autofree gchar *uri = NULL;
  gint64 began, spent;

  if (!rt_netns_require ())
    return;
  if (!g_file_test ("/proc/net/if_inet6", G_FILE_TEST_EXISTS)) {
    g_test_skip ("this kernel has no IPv6");
    return;
  }
  rt_netns_run_here ("ip addr add fd77::1/64 dev here0 nodad");
  rt_netns_run_there (
      "ip addr add " RT_NETNS_THERE_IPV6 "/64 dev there0 nodad");
  rt_netns_run_there ("nft add rule inet test in ip6 nexthdr tcp drop");
  server = server_there (RT_NETNS_THERE);
  uri = g_strdup_printf ("ws://both.test:%u", rt_fake_server_get_port (server));
  began = g_get_monotonic_time ();
  client = net_client_new (params_to (uri, NET_WAIT));
  net_client_expect_open (client);
  spent = g_get_monotonic_time () - began;
  g_test_message ("%d ms", (gint) (spent / 1000));
  /* it was tried, and not for long */
  g_assert_cmpint (spent, >=, 200 * 1000);
  g_assert_cmpint (spent, <, 300 * 1000 + LATE);
}

/* A connection that is up, and perhaps speaks all the time. */
typedef struct {
  RtFakeServer *server;
  NetClient *client;
  gboolean speaks;
} Call;

static void
call_init (Call *self, const gchar *address, gboolean speaks)
{
  self->server = server_there (address);
  self->client = net_client_new (
      params_to (rt_fake_server_get_uri (self->server), NET_WAIT));
  self->speaks = speaks;
  net_client_expect_open (self->client);
}

static void
call_clear (Call *self)
{
  net_client_free (self->client);
  rt_fake_server_free (self->server);
}

static gboolean
has_ended (Call *self)
{
  gboolean ended;

  g_mutex_lock (&self->client->lock);
  ended = self->client->n_ended > 0;
  g_mutex_unlock (&self->client->lock);
  return ended;
}

/* Time passes, in which the calls go on; until all ended or `us` is over. */
static void
go_on (Call *calls, guint n, gint64 us)
{
  gint64 deadline = g_get_monotonic_time () + us;
  guint i, up;

  do {
    up = 0;
    for (i = 0; i < n; i++) {
      if (has_ended (&calls[i]))
        continue;
      up++;
      if (calls[i].speaks)
        net_client_send (calls[i].client, SPEECH);
    }
    g_usleep (SPEECH_INTERVAL * 1000);
  } while (up > 0 && g_get_monotonic_time () < deadline);
}

static gint64
get_dead_after (Call *self, gint64 since)
{
  net_client_expect_end (self->client, RT_END_LOST, NET_WAIT);
  g_assert_cmpuint (self->client->end.close_code, ==, 1006);
  g_test_message (
      "after %d ms", (gint) ((self->client->ended_at - since) / 1000));
  return self->client->ended_at - since;
}

static void
drop_port (Call *self)
{
  rt_netns_run_there ("nft add rule inet test in tcp dport %u drop",
      rt_fake_server_get_port (self->server));
  rt_netns_run_there ("nft add rule inet test out tcp sport %u drop",
      rt_fake_server_get_port (self->server));
}

static void
expect_audio_flows (Call *self)
{
  RtFakeConn *conn = rt_fake_server_expect_connection (self->server, NET_WAIT);

  net_client_send (self->client, "{\"type\":\"still.there\"}");
  rt_fake_conn_expect_event (conn, "still.there", NET_WAIT);
}

enum { IDLE, SPEAKING, CUT_OFF, MOVED, UNPLUGGED, UNPLUGGED_SPEAKING, N_CALLS };

static void
take_away (Call *calls)
{
  drop_port (&calls[IDLE]);
  drop_port (&calls[SPEAKING]);
  rt_netns_run_there (
      "nft add rule inet test in tcp dport %u reject with tcp reset",
      rt_fake_server_get_port (calls[CUT_OFF].server));
  rt_netns_run_here ("ip addr del 10.77.2.1/24 dev here0");
  rt_netns_run_here ("ip link set here1 down");
}

/* All at the same time, for each takes its time: what an idle and a speaking
 * connection send is swallowed, a third is reset, a fourth loses our address,
 * and the cable of two more is out for good. */
static void
test_vanished (void)
{
  static const gchar *const addresses[N_CALLS]
      = { RT_NETNS_THERE, RT_NETNS_THERE, RT_NETNS_THERE, "10.77.2.2",
          RT_NETNS_THERE_1, RT_NETNS_THERE_1 };
  Call calls[N_CALLS];
  gint64 began;
  guint i;

  if (!rt_netns_require ())
    return;
  rt_netns_run_here ("ip addr add 10.77.2.1/24 dev here0");
  rt_netns_run_there ("ip addr add 10.77.2.2/24 dev there0");
  for (i = 0; i < N_CALLS; i++)
    call_init (&calls[i], addresses[i], i != IDLE && i != UNPLUGGED);
  go_on (calls, N_CALLS, 200000);
  began = g_get_monotonic_time ();
  take_away (calls);
  go_on (calls, N_CALLS, DEAD + LATE);

  g_assert_cmpint (get_dead_after (&calls[CUT_OFF], began), <, LATE);
  for (i = 0; i < N_CALLS; i++)
    g_assert_cmpint (get_dead_after (&calls[i], began), <, DEAD + LATE);
  /* who speaks knows it sooner */
  g_assert_cmpint (
      get_dead_after (&calls[MOVED], began), <, 10 * G_TIME_SPAN_SECOND + LATE);
  rt_netns_run_here ("ip link set here1 up");
  rt_netns_run_there ("nft flush chain inet test in");
  rt_netns_run_there ("nft flush chain inet test out");
  for (i = 0; i < N_CALLS; i++)
    call_clear (&calls[i]);
  /* and the next one finds its way */
  call_init (&calls[0], RT_NETNS_THERE_1, FALSE);
  expect_audio_flows (&calls[0]);
  call_clear (&calls[0]);
}

/* Unplugged for a moment and for some seconds: both are ridden out. */
static void
test_unplugged (void)
{
  static const guint seconds[] = { 1, 5 };
  Call calls[2];
  gsize i;

  if (!rt_netns_require ())
    return;
  for (i = 0; i < G_N_ELEMENTS (seconds); i++) {
    call_init (&calls[0], RT_NETNS_THERE_1, FALSE);
    call_init (&calls[1], RT_NETNS_THERE_1, TRUE);
    go_on (calls, 2, 200000);
    rt_netns_run_here ("ip link set here1 down");
    go_on (calls, 2, seconds[i] * G_TIME_SPAN_SECOND);
    rt_netns_run_here ("ip link set here1 up");
    expect_audio_flows (&calls[0]);
    expect_audio_flows (&calls[1]);
    call_clear (&calls[0]);
    call_clear (&calls[1]);
  }
}

int
main (int argc, char *argv[])
{
  if (rt_netns_enter ())
    rt_netns_replace_file ("/etc/hosts",
        "127.0.0.1 localhost\n" RT_NETNS_THERE_IPV6
        " both.test\n" RT_NETNS_THERE " both.test\n");
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/blackout/syn", test_syn_black_hole);
  g_test_add_func ("/net/blackout/unreachable", test_unreachable);
  g_test_add_func ("/net/blackout/happy-eyeballs", test_happy_eyeballs);
  g_test_add_func ("/net/blackout/vanished", test_vanished);
  g_test_add_func ("/net/blackout/unplugged", test_unplugged);
  return g_test_run ();
}
