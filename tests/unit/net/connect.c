/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The road over plain TCP: what is asked of the server, and what its answers
 * become.
 */
#include "netclient.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECRET "very-secret-key"

static NetClient *
attempt (RtFakeServer *server)
{
  return net_client_new (net_params_new (server));
}

static void
test_open (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;
  RtFakeConn *conn;

  params->auth_header = g_strdup ("Authorization");
  params->secret = g_strdup (SECRET);
  params->headers = g_strsplit (
      "X-Session-Id,s1,AUTHORIZATION,Bearer other,X-Empty,", ",", -1);
  client = net_client_new (params);
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  net_client_expect_open (client);
  g_assert_cmpstr (client->stages->str, ==, "resolving connecting upgrading");
  g_assert_cmpstr (
      rt_fake_conn_get_request_line (conn), ==, "GET /v1/realtime HTTP/1.1");
  g_assert_cmpstr (
      rt_fake_conn_get_header (conn, "Authorization"), ==, "Bearer " SECRET);
  g_assert_cmpstr (rt_fake_conn_get_header (conn, "X-Session-Id"), ==, "s1");
  g_assert_cmpstr (rt_fake_conn_get_header (conn, "X-Empty"), ==, "");
  g_assert_null (rt_fake_conn_get_header (conn, "Sec-WebSocket-Extensions"));
  g_assert_null (rt_fake_conn_get_header (conn, "Sec-WebSocket-Protocol"));

  net_client_send (client, "{\"type\":\"a\"}");
  rt_fake_conn_expect_event (conn, "a", NET_WAIT);
  rt_fake_conn_send_text (conn, "{\"type\":\"b\"}");
  net_client_expect_messages (client, 1);
  g_assert_cmpstr (
      g_bytes_get_data (client->last, NULL), ==, "{\"type\":\"b\"}");
}

static void
test_api_key (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;
  RtFakeConn *conn;

  params->auth_header = g_strdup ("api-key");
  params->secret = g_strdup (SECRET);
  client = net_client_new (params);
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  g_assert_cmpstr (rt_fake_conn_get_header (conn, "api-key"), ==, SECRET);
  g_assert_null (rt_fake_conn_get_header (conn, "Authorization"));
  net_client_expect_open (client);
}

static void
test_trickle (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (NetClient) client = NULL;

  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_TRICKLE);
  client = attempt (server);
  net_client_expect_open (client);
}

/* Our end of the connection to that port. */
static gint
find_socket (guint16 port)
{
  struct sockaddr_in peer;
  gint fd;

  for (fd = 0; fd < 1024; fd++) {
    socklen_t size = sizeof (peer);

    if (getpeername (fd, (struct sockaddr *) &peer, &size) == 0
        && peer.sin_family == AF_INET && ntohs (peer.sin_port) == port)
      return fd;
  }
  g_error ("there is no connection to %u", port);
}

static gint
get_option (gint fd, gint level, gint name)
{
  gint value = -1;
  socklen_t size = sizeof (value);

  g_assert_cmpint (getsockopt (fd, level, name, &value, &size), ==, 0);
  return value;
}

/* No frame waits for an answer, little waits in the kernel, and silence has
 * an end. */
static void
test_options (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (NetClient) client = attempt (server);
  gint fd;

  net_client_expect_open (client);
  fd = find_socket (rt_fake_server_get_port (server));
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_NODELAY), ==, 1);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT), ==, 16384);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_USER_TIMEOUT), ==, 9000);
  g_assert_cmpint (get_option (fd, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_KEEPIDLE), ==, 10);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_KEEPINTVL), ==, 3);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_KEEPCNT), ==, 3);
  /* a child of the application gets none of it */
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
}

/* Frames that come in one piece with the 101 are not lost. */
static void
test_glued (void)
{
  static const guint8 frames[] = { 0x81, 2, 'h', 'i', 0x81, 1, '!' };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (NetClient) client = NULL;

  rt_fake_server_set_glued (server, frames, sizeof (frames));
  client = attempt (server);
  net_client_expect_messages (client, 2);
  g_assert_cmpuint (client->n_bytes, ==, 3);
}

/* More than a buffer of them. */
static void
test_glued_much (void)
{
  const gsize n = 20000;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (NetClient) client = NULL;
  g_autofree guint8 *frames = g_malloc (n * 3);
  gsize i;

  for (i = 0; i < n; i++) {
    frames[3 * i] = 0x81;
    frames[3 * i + 1] = 1;
    frames[3 * i + 2] = 'x';
  }
  rt_fake_server_set_glued (server, frames, n * 3);
  client = attempt (server);
  net_client_expect_messages (client, n);
}

static void
test_send_before_open (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (NetClient) client = NULL;
  g_autofree gchar *order = NULL;
  RtFakeConn *conn;

  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_TRICKLE);
  client = attempt (server);
  net_client_send (client, "{\"type\":\"early\"}");
  net_client_expect_open (client);
  net_client_send (client, "{\"type\":\"late\"}");
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  rt_fake_conn_expect_event (conn, "late", NET_WAIT);
  order = rt_fake_conn_dup_order (conn);
  g_assert_cmpstr (order, ==, "early late");
}

typedef struct {
  RtFakeHandshake handshake;
  RtEndKind kind;
  guint timeout;
  const gchar *part; /* of the reason */
} FailureRow;

static void
test_failures (void)
{
  static const FailureRow rows[] = {
    { RT_FAKE_HANDSHAKE_MUTE, RT_END_TIMEOUT, 200, "upgrading" },
    { RT_FAKE_HANDSHAKE_SILENT, RT_END_TIMEOUT, 200, "upgrading" },
    { RT_FAKE_HANDSHAKE_SLOWLORIS, RT_END_TIMEOUT, 300, "upgrading" },
    { RT_FAKE_HANDSHAKE_GARBAGE, RT_END_PROTOCOL, NET_WAIT, "not HTTP" },
    { RT_FAKE_HANDSHAKE_CLOSE_EARLY, RT_END_LOST, NET_WAIT, "closed" },
    { RT_FAKE_HANDSHAKE_BAD_ACCEPT, RT_END_PROTOCOL, NET_WAIT,
        "Sec-WebSocket-Accept" },
    { RT_FAKE_HANDSHAKE_HUGE_HEADERS, RT_END_PROTOCOL, NET_WAIT, "64 KiB" },
    { RT_FAKE_HANDSHAKE_ENDLESS_BODY, RT_END_REFUSED, NET_WAIT, "500" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
    RtConnectParams *params = net_params_new (server);
    g_autoptr (NetClient) client = NULL;
    gint64 began = g_get_monotonic_time ();
    const RtEnd *end;

    g_test_message ("row %" G_GSIZE_FORMAT, i);
    params->connect_timeout = rows[i].timeout;
    rt_fake_server_set_handshake (server, rows[i].handshake);
    client = net_client_new (params);
    end = net_client_expect_end (client, rows[i].kind, NET_WAIT);
    g_assert_nonnull (strstr (end->reason, rows[i].part));
    g_assert_false (client->opened);
    if (rows[i].kind == RT_END_TIMEOUT)
      g_assert_cmpint (
          client->ended_at - began, >=, rows[i].timeout * 1000 - 1000);
    if (rows[i].kind == RT_END_LOST)
      g_assert_cmpuint (end->close_code, ==, 1006);
    /* enough was read before time was up */
    if (rows[i].kind == RT_END_REFUSED)
      g_assert_cmpint (client->ended_at - began, <, 900 * 1000);
  }
}

static void
test_unreachable (void)
{
  RtFakeServer *server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) refused = NULL;

  rt_fake_server_free (server);
  refused = net_client_new (params);
  net_client_expect_end (refused, RT_END_UNREACHABLE, NET_WAIT);
}

static void
test_bad_settings (void)
{
  static const gchar *const headers[][2] = {
    { "Host", "evil" },
    { "X-A", "b\r\nX-C: d" },
    { "", "b" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
    RtConnectParams *params = net_params_new (server);
    g_autoptr (NetClient) client = NULL;
    g_autoptr (GError) error = NULL;
    const RtEnd *end;

    params->headers = g_new0 (gchar *, 3);
    params->headers[0] = g_strdup (headers[i][0]);
    params->headers[1] = g_strdup (headers[i][1]);
    g_assert_false (rt_connect_params_check (params, &error));
    g_assert_nonnull (strstr (error->message, "extra-headers"));
    client = net_client_new (params);
    end = net_client_expect_end (client, RT_END_SETTINGS, NET_WAIT);
    g_assert_nonnull (strstr (end->reason, "extra-headers"));
    g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
  }
}

static void
come_and_go (RtFakeServer *server, const gchar *stage)
{
  NetClient *client = attempt (server);

  net_client_expect_stage (client, stage);
  net_client_free (client);
  g_assert_true (rt_fake_server_wait_idle (server, NET_WAIT));
}

/* In a process of its own: an end like another, and not of the process. */
static void
test_no_descriptor (void)
{
  g_autoptr (RtFakeServer) server = NULL;
  g_autoptr (NetClient) first = NULL;
  g_autoptr (NetClient) client = NULL;
  struct rlimit few, all;
  RtConnectParams *params;

  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  /* the loop and what libraries open once */
  first = attempt (server);
  net_client_expect_open (first);
  params = net_params_new (server);
  getrlimit (RLIMIT_NOFILE, &all);
  few = all;
  few.rlim_cur = 64;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  while (dup (STDOUT_FILENO) >= 0)
    ;
  client = net_client_new (params);
  net_client_expect_end (client, RT_END_UNREACHABLE, NET_WAIT);
  /* the one that is up does not notice */
  net_client_send (first, "{\"type\":\"a\"}");
  rt_fake_conn_expect_event (
      rt_fake_server_expect_connection (server, NET_WAIT), "a", NET_WAIT);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &all), ==, 0);
}

/* Freed in each phase: nothing is called, nothing stays open. */
static void
test_free_while_connecting (void)
{
  static const RtFakeHandshake handshakes[] = { RT_FAKE_HANDSHAKE_OK,
    RT_FAKE_HANDSHAKE_MUTE, RT_FAKE_HANDSHAKE_SILENT,
    RT_FAKE_HANDSHAKE_SLOWLORIS, RT_FAKE_HANDSHAKE_ENDLESS_BODY };
  static const gchar *const stages[] = { "", "connecting", "upgrading" };
  gsize i, j;
  guint before;

  for (i = 0; i < G_N_ELEMENTS (handshakes); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);

    rt_fake_server_set_handshake (server, handshakes[i]);
    /* what the server opens once */
    come_and_go (server, "upgrading");
    before = net_count_descriptors ();
    for (j = 0; j < G_N_ELEMENTS (stages); j++)
      come_and_go (server, stages[j]);
    net_expect_descriptors (before);
  }
}

static void
test_close_while_connecting (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (NetClient) client = NULL;

  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_SILENT);
  client = attempt (server);
  net_client_expect_stage (client, "upgrading");
  net_client_close (client, 1000, NULL);
  net_client_expect_end (client, RT_END_REQUESTED, 1000);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/connect/open", test_open);
  g_test_add_func ("/net/connect/api-key", test_api_key);
  g_test_add_func ("/net/connect/trickle", test_trickle);
  g_test_add_func ("/net/connect/options", test_options);
  g_test_add_func ("/net/connect/glued", test_glued);
  g_test_add_func ("/net/connect/glued-much", test_glued_much);
  g_test_add_func ("/net/connect/send-before-open", test_send_before_open);
  g_test_add_func ("/net/connect/failures", test_failures);
  g_test_add_func ("/net/connect/unreachable", test_unreachable);
  g_test_add_func ("/net/connect/bad-settings", test_bad_settings);
  g_test_add_func ("/net/connect/no-descriptor", test_no_descriptor);
  g_test_add_func ("/net/connect/free", test_free_while_connecting);
  g_test_add_func ("/net/connect/close", test_close_while_connecting);
  return g_test_run ();
}
