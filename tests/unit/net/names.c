/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A name server that is silent for a while, with the resolver of the system.
 * In namespaces of the test's own.
 */
#include "netclient.h"
#include "rtnetns.h"

#include <string.h>

#define N_CALLS 300
#define ATTEMPT 2000                       /* ms */
#define SILENCE (4 * G_TIME_SPAN_SECOND)   /* of the name server */
#define RECOVERY (10 * G_TIME_SPAN_SECOND) /* for all of them */
#define DNS_PORT 53
#define HEADER_SIZE 12

/* Knows one name, and is silent until its time has come. */
typedef struct {
  GSocket *socket;
  GThread *thread;
  gint64 speaks_from; /* monotonic µs, constant */
  gint stop;          /* atomic */
  gint unanswered;    /* atomic */
} NameServer;

/* "api.test" has 10.77.0.2; no other name exists, and there is no IPv6. */
static gsize
answer (guint8 *packet, gsize size)
{
  static const guint8 known[] = "\3api\4test";
  static const guint8 record[]
      = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 10, 77, 0, 2 };
  gboolean exists
      = size > HEADER_SIZE + sizeof (known)
        && memcmp (packet + HEADER_SIZE, known, sizeof (known)) == 0;
  gboolean ipv4 = exists && packet[HEADER_SIZE + sizeof (known) + 1] == 1;

  packet[2] = 0x81;
  packet[3] = exists ? 0x80 : 0x83;
  packet[7] = ipv4;
  memset (packet + 8, 0, 4);
  /* the question ends behind its name, type and class */
  size = HEADER_SIZE + strlen ((const gchar *) packet + HEADER_SIZE) + 5;
  if (ipv4) {
    memcpy (packet + size, record, sizeof (record));
    size += sizeof (record);
  }
  return size;
}

static gpointer
name_server_run (gpointer data)
{
  NameServer *self = data;
  guint8 packet[1024] = { 0 };

  while (!g_atomic_int_get (&self->stop)) {
    g_autoptr (GSocketAddress) from = NULL;
    gssize n = g_socket_receive_from (
        self->socket, &from, (gchar *) packet, 512, NULL, NULL);

    if (n <= HEADER_SIZE)
      continue;
    if (g_get_monotonic_time () < self->speaks_from)
      g_atomic_int_inc (&self->unanswered);
    else
      g_socket_send_to (self->socket, from, (const gchar *) packet,
          answer (packet, n), NULL, NULL);
  }
  return NULL;
}

static void
name_server_init (NameServer *self, gint64 silence)
{
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string ("127.0.0.1", DNS_PORT);

  memset (self, 0, sizeof (*self));
  self->speaks_from = g_get_monotonic_time () + silence;
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
      G_SOCKET_PROTOCOL_UDP, NULL);
  g_assert_true (g_socket_bind (self->socket, address, TRUE, NULL));
  g_socket_set_timeout (self->socket, 1);
  self->thread = g_thread_new ("names", name_server_run, self);
}

static void
name_server_clear (NameServer *self)
{
  g_atomic_int_set (&self->stop, TRUE);
  g_thread_join (self->thread);
  g_object_unref (self->socket);
}

static NetClient *
attempt (const gchar *host, guint16 port, guint timeout)
{
  RtConnectParams *params = net_params_new (NULL);
  g_autofree gchar *uri = g_strdup_printf ("ws://%s:%u", host, port);

  net_params_set_url (params, uri);
  params->connect_timeout = timeout;
  return net_client_new (params);
}

static gboolean
is_open (NetClient *client, gboolean *ended)
{
  gboolean opened;

  g_mutex_lock (&client->lock);
  opened = client->opened;
  *ended = client->n_ended > 0;
  g_mutex_unlock (&client->lock);
  return opened;
}

/* Who was not lucky tries again; how many are up. */
static guint
look_after (NetClient **clients, guint16 port)
{
  guint i, up = 0;
  gboolean ended;

  for (i = 0; i < N_CALLS; i++) {
    if (is_open (clients[i], &ended))
      up++;
    if (ended) {
      /* at our deadline, or when the resolver gives up */
      g_assert_true (clients[i]->end.kind == RT_END_TIMEOUT
                     || clients[i]->end.kind == RT_END_UNREACHABLE);
      net_client_free (clients[i]);
      clients[i] = attempt ("api.test", port, ATTEMPT);
    }
  }
  return up;
}

/* Others go on as if nothing were. */
static void
check_others (guint16 port)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (NetClient) address = attempt (RT_NETNS_THERE, port, ATTEMPT);
  g_autoptr (NetClient) known = attempt ("known.test", port, ATTEMPT);

  net_client_expect_open (address);
  net_client_expect_open (known);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_TIME_SPAN_SECOND);
}

static void
test_silence (void)
{
  g_autoptr (RtFakeServer) server = NULL;
  NetClient *clients[N_CALLS];
  NameServer names;
  gint64 late;
  guint16 port;
  guint i, up;

  if (!rt_netns_require ())
    return;
  rt_netns_go_there ();
  server = rt_fake_server_new_at (RT_NETNS_THERE, RT_FAKE_SERVER_PLAIN);
  rt_netns_come_back ();
  port = rt_fake_server_get_port (server);
  name_server_init (&names, SILENCE);
  for (i = 0; i < N_CALLS; i++)
    clients[i] = attempt ("api.test", port, ATTEMPT);
  check_others (port);
  while ((up = look_after (clients, port)) < N_CALLS) {
    late = g_get_monotonic_time () - names.speaks_from;
    if (late > RECOVERY)
      g_error ("%u of %u are up", up, N_CALLS);
    g_assert_true (up == 0 || late > 0);
    g_usleep (20000);
  }
  g_test_message ("all up after %d ms",
      (gint) ((g_get_monotonic_time () - names.speaks_from) / 1000));
  /* they all asked one question, which the resolver repeats */
  g_assert_cmpint (g_atomic_int_get (&names.unanswered), <, 10);
  for (i = 0; i < N_CALLS; i++)
    net_client_free (clients[i]);
  name_server_clear (&names);
}

static void
test_no_such_name (void)
{
  g_autoptr (NetClient) client = NULL;
  NameServer names;
  const RtEnd *end;

  if (!rt_netns_require ())
    return;
  name_server_init (&names, 0);
  client = attempt ("nonexistent.invalid", 80, NET_WAIT);
  end = net_client_expect_end (client, RT_END_UNREACHABLE, NET_WAIT);
  g_assert_nonnull (strstr (end->reason, "nonexistent.invalid"));
  name_server_clear (&names);
}

int
main (int argc, char *argv[])
{
  if (rt_netns_enter ()) {
    rt_netns_replace_file ("/etc/resolv.conf", "nameserver 127.0.0.1\n");
    rt_netns_replace_file (
        "/etc/hosts", "127.0.0.1 localhost\n" RT_NETNS_THERE " known.test\n");
  }
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/names/no-such-name", test_no_such_name);
  g_test_add_func ("/net/names/silence", test_silence);
  return g_test_run ();
}
