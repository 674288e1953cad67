/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The road over TLS: who is trusted, what is refused before a byte of the
 * request is sent, and what is said about it.
 */
#include "netclient.h"
#include "rtfakecert.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_open (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  g_autoptr (NetClient) client = net_client_new (net_params_new (server));
  RtFakeConn *conn;

  net_client_expect_open (client);
  g_assert_cmpstr (
      client->stages->str, ==, "resolving connecting tls upgrading");
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  net_client_send (client, "{\"type\":\"a\"}");
  rt_fake_conn_expect_event (conn, "a", NET_WAIT);
  rt_fake_conn_send_text (conn, "{}");
  net_client_expect_messages (client, 1);
}

/* By name, of which the certificate has one too. */
static void
test_localhost (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  RtConnectParams *params = net_params_new (server);
  g_autofree gchar *uri = g_strdup_printf (
      "wss://localhost:%u", rt_fake_server_get_port (server));
  g_autoptr (NetClient) client = NULL;

  net_params_set_url (params, uri);
  client = net_client_new (params);
  net_client_expect_open (client);
}

static void
test_unknown_ca (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  g_autoptr (RtFakeServer) other = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  RtConnectParams *without = net_params_new (server);
  RtConnectParams *wrong = net_params_new (server);
  g_autoptr (NetClient) first = NULL;
  g_autoptr (NetClient) second = NULL;

  g_clear_pointer (&without->tls_ca_file, g_free);
  first = net_client_new (without);
  net_expect_refused (server, first, RT_END_TLS, "unknown CA");

  g_free (wrong->tls_ca_file);
  wrong->tls_ca_file = g_strdup (rt_fake_server_get_ca_file (other));
  second = net_client_new (wrong);
  net_expect_refused (server, second, RT_END_TLS, "unknown CA");
}

static void
test_self_signed (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_SELF_SIGNED);
  g_autoptr (NetClient) client = net_client_new (net_params_new (server));

  net_expect_refused (server, client, RT_END_TLS, "self-signed");
}

static void
test_wrong_host (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_WRONG_HOST);
  g_autoptr (NetClient) client = net_client_new (net_params_new (server));

  net_expect_refused (server, client, RT_END_TLS, "another host");
}

static void
test_expired (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_EXPIRED);
  g_autoptr (NetClient) client = net_client_new (net_params_new (server));

  net_expect_refused (server, client, RT_END_TLS, "expired");
}

static void
test_bad_files (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  const gchar *ca = rt_fake_server_get_ca_file (server);
  const gchar *key = rt_fake_server_get_client_key_file (server);
  g_autofree gchar *folder = g_path_get_dirname (ca);
  const gchar *const bad[] = { "/nonexistent/ca.pem", key, folder, "" };
  RtConnectParams *params;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    params = net_params_new (server);
    g_free (params->tls_ca_file);
    params->tls_ca_file = g_strdup (bad[i]);
    net_expect_bad_settings (params, "tls-ca-file");
  }
  params = net_params_new (server);
  params->tls_private_key = g_strdup (key);
  net_expect_bad_settings (params, "tls-private-key");
  params = net_params_new (server);
  params->tls_certificate = g_strdup (ca);
  net_expect_bad_settings (params, "tls-certificate");
  params = net_params_new (server);
  params->tls_certificate = g_strdup (ca);
  params->tls_private_key = g_strdup ("/nonexistent/key.pem");
  net_expect_bad_settings (params, "tls-certificate or tls-private-key");
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
}

/* GLib's own would take it, and trust nobody. */
static void
test_relative_ca (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  const gchar *ca = rt_fake_server_get_ca_file (server);
  g_autofree gchar *here = g_get_current_dir ();
  g_autofree gchar *folder = g_path_get_dirname (ca);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;

  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_free (params->tls_ca_file);
  params->tls_ca_file = g_path_get_basename (ca);
  client = net_client_new (params);
  net_client_expect_open (client);
  g_assert_cmpint (g_chdir (here), ==, 0);
}

static void
test_no_client_certificate (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_CLIENT_CERTIFICATE);
  g_autoptr (NetClient) client = net_client_new (net_params_new (server));

  net_expect_refused (server, client, RT_END_TLS, "client certificate");
}

static RtConnectParams *
params_of_scheme (RtFakeServer *server, const gchar *scheme, guint timeout)
{
  RtConnectParams *params = net_params_new (server);
  g_autofree gchar *uri = g_strdup_printf (
      "%s://127.0.0.1:%u", scheme, rt_fake_server_get_port (server));

  net_params_set_url (params, uri);
  params->connect_timeout = timeout;
  return params;
}

static void
test_mismatch (void)
{
  g_autoptr (RtFakeServer) plain = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (RtFakeServer) tls = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  g_autoptr (NetClient) waits
      = net_client_new (params_of_scheme (plain, "wss", 300));
  g_autoptr (NetClient) answers = NULL;
  const RtEnd *end;

  net_expect_refused (plain, waits, RT_END_TIMEOUT, "want ws?");
  answers = net_client_new (params_of_scheme (tls, "ws", NET_WAIT));
  /* an alert, if it comes before the reset */
  end = net_client_wait_end (answers, NET_WAIT);
  g_assert_true (end->kind == RT_END_PROTOCOL || end->kind == RT_END_LOST);
  g_assert_nonnull (strstr (end->reason, "wss"));
}

typedef struct {
  GSocket *listener;
  guint16 port;
  RtFakeCert *cert; /* NULL: plain */
  gboolean verified;
} OneShot;

static void
one_shot_init (OneShot *self, RtFakeCert *cert)
{
  g_autoptr (GInetAddress) loopback
      = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  self->cert = cert;
  self->listener = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_bind (self->listener, any, TRUE, NULL));
  g_assert_true (g_socket_listen (self->listener, NULL));
  bound = g_socket_get_local_address (self->listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static gboolean
accept_client_cb (GTlsConnection *connection, GTlsCertificate *peer,
    GTlsCertificateFlags errors, gpointer user_data)
{
  OneShot *self = user_data;

  self->verified = errors == 0;
  return self->verified;
}

static GIOStream *
ask_for_certificate (OneShot *self, GIOStream *base)
{
  g_autoptr (GTlsCertificate) own
      = g_tls_certificate_new_from_file (self->cert->server_file, NULL);
  g_autoptr (GTlsDatabase) database
      = g_tls_file_database_new (self->cert->ca_file, NULL);
  GIOStream *stream = g_tls_server_connection_new (base, own, NULL);

  g_tls_connection_set_database (G_TLS_CONNECTION (stream), database);
  g_object_set (
      stream, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  g_signal_connect (
      stream, "accept-certificate", G_CALLBACK (accept_client_cb), self);
  return stream;
}

/* Answers once, whatever comes, and waits for the client to have had enough. */
static gpointer
one_shot_run (gpointer data)
{
  static const gchar answer[]
      = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
  OneShot *self = data;
  g_autoptr (GSocket) socket = g_socket_accept (self->listener, NULL, NULL);
  g_autoptr (GIOStream) stream
      = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  GInputStream *input;
  gchar request[2048];

  if (self->cert != NULL) {
    g_autoptr (GIOStream) base = g_steal_pointer (&stream);

    stream = ask_for_certificate (self, base);
  }
  input = g_io_stream_get_input_stream (stream);
  g_input_stream_read (input, request, sizeof (request), NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), answer,
      strlen (answer), NULL, NULL, NULL);
  while (g_input_stream_read (input, request, sizeof (request), NULL, NULL) > 0)
    ;
  return NULL;
}

static const RtEnd *
ask_once (
    OneShot *self, RtConnectParams *params, NetClient **client, RtEndKind kind)
{
  GThread *thread = g_thread_new ("one-shot", one_shot_run, self);
  g_autofree gchar *uri = g_strdup_printf ("wss://127.0.0.1:%u", self->port);
  const RtEnd *end;

  net_params_set_url (params, uri);
  *client = net_client_new (params);
  end = net_client_expect_end (*client, kind, NET_WAIT);
  g_thread_join (thread);
  g_object_unref (self->listener);
  return end;
}

/* A plain server that does not wait for the end of the request. */
static void
test_plain_answer (void)
{
  OneShot server = { 0 };
  g_autoptr (NetClient) client = NULL;
  const RtEnd *end;

  one_shot_init (&server, NULL);
  end = ask_once (&server, net_params_new (NULL), &client, RT_END_PROTOCOL);
  g_assert_nonnull (strstr (end->reason, "want ws?"));
}

static void
test_client_certificate (void)
{
  RtFakeCert *cert = rt_fake_cert_new (0);
  RtConnectParams *params = net_params_new (NULL);
  OneShot server = { 0 };
  g_autoptr (NetClient) client = NULL;
  const RtEnd *end;

  params->tls_ca_file = g_strdup (cert->ca_file);
  params->tls_certificate = g_strdup (cert->client_file);
  params->tls_private_key = g_strdup (cert->client_key_file);
  one_shot_init (&server, cert);
  end = ask_once (&server, params, &client, RT_END_REFUSED);
  g_assert_cmpuint (end->http_status, ==, 403);
  g_assert_true (server.verified);
  rt_fake_cert_free (cert);
}

/* In a process of its own, where neither side can do better. */
static void
test_old_version (void)
{
  g_autoptr (RtFakeServer) server = NULL;
  g_autoptr (NetClient) client = NULL;

  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:-VERS-ALL:+VERS-TLS1.1", TRUE);
  server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  client = net_client_new (net_params_new (server));
  net_expect_refused (server, client, RT_END_TLS, "1.1");
}

static void
test_silent (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;

  params->connect_timeout = 300;
  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_MUTE);
  client = net_client_new (params);
  net_expect_refused (server, client, RT_END_TIMEOUT, "stuck at tls");
}

static void
come_and_go (RtFakeServer *server, const gchar *stage)
{
  NetClient *client = net_client_new (net_params_new (server));

  net_client_expect_stage (client, stage);
  net_client_free (client);
  g_assert_true (rt_fake_server_wait_idle (server, NET_WAIT));
}

static void
test_free_while_connecting (void)
{
  static const RtFakeHandshake handshakes[]
      = { RT_FAKE_HANDSHAKE_OK, RT_FAKE_HANDSHAKE_MUTE };
  gsize i, j;
  guint before;

  for (i = 0; i < G_N_ELEMENTS (handshakes); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);

    rt_fake_server_set_handshake (server, handshakes[i]);
    come_and_go (server, "tls");
    before = net_count_descriptors ();
    for (j = 0; j < 5; j++)
      come_and_go (server, "tls");
    net_expect_descriptors (before);
  }
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/tls/open", test_open);
  g_test_add_func ("/net/tls/localhost", test_localhost);
  g_test_add_func ("/net/tls/unknown-ca", test_unknown_ca);
  g_test_add_func ("/net/tls/self-signed", test_self_signed);
  g_test_add_func ("/net/tls/wrong-host", test_wrong_host);
  g_test_add_func ("/net/tls/expired", test_expired);
  g_test_add_func ("/net/tls/bad-files", test_bad_files);
  g_test_add_func ("/net/tls/relative-ca", test_relative_ca);
  g_test_add_func (
      "/net/tls/no-client-certificate", test_no_client_certificate);
  g_test_add_func ("/net/tls/client-certificate", test_client_certificate);
  g_test_add_func ("/net/tls/mismatch", test_mismatch);
  g_test_add_func ("/net/tls/plain-answer", test_plain_answer);
  g_test_add_func ("/net/tls/old-version", test_old_version);
  g_test_add_func ("/net/tls/silent", test_silent);
  g_test_add_func ("/net/tls/free", test_free_while_connecting);
  return g_test_run ();
}
