/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What proxies of each kind do, in blocking calls.  A thread of its own.
 */
#include "rtfakeproxy.h"

#include <string.h>

#define WAIT (30 * G_TIME_SPAN_SECOND)

static void
proxy_read_exactly (GSocket *socket, gpointer data, gsize size)
{
  gsize have = 0;
  gssize n;

  while (have < size) {
    n = g_socket_receive (
        socket, (gchar *) data + have, size - have, NULL, NULL);
    g_assert_cmpint (n, >, 0);
    have += n;
  }
}

static void
proxy_say (GSocket *socket, gconstpointer data, gsize size)
{
  g_assert_cmpint (
      g_socket_send (socket, data, size, NULL, NULL), ==, (gssize) size);
}

/* Until the client hangs up. */
static void
outwait (GSocket *socket)
{
  gchar rest[512];

  while (g_socket_receive (socket, rest, sizeof (rest), NULL, NULL) > 0)
    ;
}

typedef struct {
  GSocket *from, *to;
  GByteArray *heard; /* NULL: nobody listens */
} Pipe;

static gpointer
pipe_run (gpointer data)
{
  Pipe *self = data;
  gchar buffer[4096];
  gssize n;

  while (
      (n = g_socket_receive (self->from, buffer, sizeof (buffer), NULL, NULL))
      > 0) {
    if (self->heard != NULL)
      g_byte_array_append (self->heard, (const guint8 *) buffer, n);
    if (g_socket_send (self->to, buffer, n, NULL, NULL) != n)
      break;
  }
  g_socket_shutdown (self->to, FALSE, TRUE, NULL);
  return NULL;
}

static void
tunnel (RtFakeProxy *self, GSocket *client)
{
  g_autoptr (GSocketConnectable) address = g_network_address_parse (
      self->origin != NULL ? self->origin : self->target, 0, NULL);
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketConnection) server = NULL;
  Pipe up, down;
  GThread *thread;

  g_socket_client_set_enable_proxy (connector, FALSE);
  server = g_socket_client_connect (connector, address, NULL, NULL);
  g_assert_nonnull (server);
  up.from = down.to = client;
  up.heard = self->heard;
  down.heard = NULL;
  up.to = down.from = g_socket_connection_get_socket (server);
  thread = g_thread_new ("up", pipe_run, &up);
  pipe_run (&down);
  g_thread_join (thread);
}

static void
read_request (RtFakeProxy *self, GSocket *client)
{
  g_auto (GStrv) words = NULL;
  gchar byte;

  while (strstr (self->request->str, "\r\n\r\n") == NULL) {
    proxy_read_exactly (client, &byte, 1);
    g_string_append_c (self->request, byte);
  }
  words = g_strsplit (self->request->str, " ", 3);
  g_assert_cmpstr (words[0], ==, "CONNECT");
  self->target = g_strdup (words[1]);
}

static void
serve_http (RtFakeProxy *self, GSocket *client)
{
  static const gchar granted[] = "HTTP/1.1 200 Connection established\r\n\r\n";
  static const gchar talks[] = "HTTP/1.1 200 OK\r\n\r\nby the way";
  static const gchar auth[] = "HTTP/1.1 407 Proxy Authentication Required\r\n"
                              "Proxy-Authenticate: Basic\r\n\r\n";
  static const gchar denied[] = "HTTP/1.1 403 Forbidden\r\n\r\n";

  read_request (self, client);
  switch (self->kind) {
    case RT_FAKE_PROXY_HTTP:
      proxy_say (client, granted, strlen (granted));
      tunnel (self, client);
      return;
    case RT_FAKE_PROXY_HTTP_TALKS:
      proxy_say (client, talks, strlen (talks));
      break;
    case RT_FAKE_PROXY_HTTP_407:
      proxy_say (client, auth, strlen (auth));
      break;
    default:
      proxy_say (client, denied, strlen (denied));
  }
  outwait (client);
}

/* With a name it is SOCKS4a. */
static void
serve_socks4 (RtFakeProxy *self, GSocket *client)
{
  guint8 head[8],
      reply[8] = { 0, self->kind == RT_FAKE_PROXY_SOCKS4 ? 90 : 91 };
  g_autoptr (GString) host = g_string_new (NULL);
  gchar byte;

  proxy_read_exactly (client, head, sizeof (head));
  g_assert_cmpuint (head[0], ==, 4);
  g_assert_cmpuint (head[1], ==, 1);
  do {
    proxy_read_exactly (client, &byte, 1);
    if (byte != '\0')
      g_string_append_c (self->request, byte);
  } while (byte != '\0');
  if (head[4] == 0 && head[5] == 0 && head[6] == 0)
    do {
      proxy_read_exactly (client, &byte, 1);
      g_string_append_c (host, byte);
    } while (byte != '\0');
  else
    g_string_printf (host, "%u.%u.%u.%u", head[4], head[5], head[6], head[7]);
  self->target = g_strdup_printf ("%s:%u", host->str, head[2] << 8 | head[3]);
  proxy_say (client, reply, sizeof (reply));
  if (self->kind == RT_FAKE_PROXY_SOCKS4)
    tunnel (self, client);
  else
    outwait (client);
}

/* RFC 1929: the user and the password, as they were heard. */
static gboolean
socks5_login (RtFakeProxy *self, GSocket *client)
{
  gchar text[256] = "";
  guint8 size[2];
  gboolean good;
  guint i;

  proxy_read_exactly (client, size, 1);
  g_assert_cmpuint (size[0], ==, 1);
  for (i = 0; i < 2; i++) {
    proxy_read_exactly (client, size, 1);
    proxy_read_exactly (client, text, size[0]);
    g_string_append_len (self->request, text, size[0]);
    g_string_append_c (self->request, '\n');
  }
  good = g_str_equal (self->request->str, "user\npa:ss\n");
  proxy_say (client, good ? "\x01\x00" : "\x01\x01", 2);
  return good;
}

/* FALSE: the client is not let in. */
static gboolean
socks5_greet (RtFakeProxy *self, GSocket *client)
{
  guint8 head[2], methods[255];
  gboolean login = self->kind == RT_FAKE_PROXY_SOCKS5_LOGIN;

  proxy_read_exactly (client, head, 2);
  g_assert_cmpuint (head[0], ==, 5);
  proxy_read_exactly (client, methods, head[1]);
  if (!login) {
    proxy_say (client, "\x05\x00", 2);
    return TRUE;
  }
  if (memchr (methods, 2, head[1]) == NULL) {
    proxy_say (client, "\x05\xff", 2);
    return FALSE;
  }
  proxy_say (client, "\x05\x02", 2);
  return socks5_login (self, client);
}

static void
socks5_read_target (RtFakeProxy *self, GSocket *client)
{
  guint8 head[4], address[16], size, port[2];
  gchar host[256] = "";

  proxy_read_exactly (client, head, 4);
  if (head[3] == 3) {
    proxy_read_exactly (client, &size, 1);
    proxy_read_exactly (client, host, size);
  } else {
    g_autoptr (GInetAddress) ip = NULL;
    g_autofree gchar *text = NULL;

    proxy_read_exactly (client, address, head[3] == 1 ? 4 : 16);
    ip = g_inet_address_new_from_bytes (
        address, head[3] == 1 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
    text = g_inet_address_to_string (ip);
    g_strlcpy (host, text, sizeof (host));
  }
  proxy_read_exactly (client, port, 2);
  self->target = g_strdup_printf ("%s:%u", host, port[0] << 8 | port[1]);
}

static void
serve_socks5 (RtFakeProxy *self, GSocket *client)
{
  /* with an address of each kind in the answer */
  static const gchar by_name[] = "\x05\x00\x00\x03\x04name\0\0";
  static const gchar by_ipv4[] = "\x05\x00\x00\x01\0\0\0\0\0\0";
  static const gchar forbidden[] = "\x05\x02\x00\x01\0\0\0\0\0\0";

  if (!socks5_greet (self, client)) {
    outwait (client);
    return;
  }
  socks5_read_target (self, client);
  if (self->kind == RT_FAKE_PROXY_SOCKS5_FORBIDDEN) {
    proxy_say (client, forbidden, sizeof (forbidden) - 1);
    outwait (client);
    return;
  }
  if (self->kind == RT_FAKE_PROXY_SOCKS5_LOGIN)
    proxy_say (client, by_name, sizeof (by_name) - 1);
  else
    proxy_say (client, by_ipv4, sizeof (by_ipv4) - 1);
  tunnel (self, client);
}

static gpointer
proxy_run (gpointer data)
{
  RtFakeProxy *self = data;
  g_autoptr (GSocket) client = g_socket_accept (self->listener, NULL, NULL);

  if (client == NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  self->accepted = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  switch (self->kind) {
    case RT_FAKE_PROXY_SOCKS4:
    case RT_FAKE_PROXY_SOCKS4_REFUSED:
      serve_socks4 (self, client);
      break;
    case RT_FAKE_PROXY_SOCKS5:
    case RT_FAKE_PROXY_SOCKS5_LOGIN:
    case RT_FAKE_PROXY_SOCKS5_FORBIDDEN:
      serve_socks5 (self, client);
      break;
    case RT_FAKE_PROXY_GARBAGE:
      proxy_say (client, "garbage garbage", 15);
      outwait (client);
      break;
    case RT_FAKE_PROXY_SILENT:
      outwait (client);
      break;
    case RT_FAKE_PROXY_CLOSES:
      break;
    default:
      serve_http (self, client);
  }
  return NULL;
}

void
rt_fake_proxy_init (RtFakeProxy *self, RtFakeProxyKind kind)
{
  g_autoptr (GInetAddress) loopback
      = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  self->kind = kind;
  self->accepted = FALSE;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->request = g_string_new (NULL);
  self->heard = g_byte_array_new ();
  self->target = NULL;
  self->origin = NULL;
  self->listener = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_bind (self->listener, any, TRUE, NULL));
  g_assert_true (g_socket_listen (self->listener, NULL));
  bound = g_socket_get_local_address (self->listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("proxy", proxy_run, self);
}

void
rt_fake_proxy_expect_client (RtFakeProxy *self)
{
  gint64 deadline = g_get_monotonic_time () + WAIT;

  g_mutex_lock (&self->lock);
  while (!self->accepted)
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
      g_error ("nobody comes to the proxy");
  g_mutex_unlock (&self->lock);
}

void
rt_fake_proxy_clear (RtFakeProxy *self)
{
  g_thread_join (self->thread);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_object_unref (self->listener);
  g_string_free (self->request, TRUE);
  g_byte_array_unref (self->heard);
  g_free (self->target);
}
