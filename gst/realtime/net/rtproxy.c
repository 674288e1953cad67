/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CONNECT, SOCKS4 and SOCKS4a from our side.  I/O thread; never waits and has
 * no deadline of its own.
 */
#include "rtproxy.h"
#include "rthttp.h"

#include <openssl/crypto.h>
#include <string.h>

#define SOCKS4_GRANTED 90
#define SOCKS4_REPLY_SIZE 8

const gchar *const rt_proxy_protocols[] = { "http", "socks4", "socks4a", NULL };

static gchar *
refuse (GError **error, const gchar *text)
{
  g_set_error (
      error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "proxy: %s", text);
  return NULL;
}

gchar *
rt_proxy_uri (const gchar *proxy, GError **error)
{
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD;
  g_autoptr (GUri) uri = NULL;
  const gchar *host, *scheme, *p;
  gint port;

  for (p = proxy; *p > ' ' && *p < 0x7f; p++)
    ;
  uri = *p == '\0' ? g_uri_parse (proxy, flags, NULL) : NULL;
  if (uri == NULL)
    return refuse (error, "not a URL of the form http://host:port");
  scheme = g_uri_get_scheme (uri);
  if (!g_strv_contains (rt_proxy_protocols, scheme)
      && strcmp (scheme, "socks5") != 0)
    return refuse (
        error, "the scheme is none of http, socks4, socks4a, socks5, direct");
  host = g_uri_get_host (uri);
  port = g_uri_get_port (uri);
  if (host == NULL || *host == '\0' || port == 0)
    return refuse (error, "no host, or port 0");
  if (port < 0)
    port = strcmp (scheme, "http") == 0 ? 80 : 1080;
  return g_uri_join_with_user (flags, scheme, g_uri_get_user (uri),
      g_uri_get_password (uri), NULL, host, port, "", NULL, NULL);
}

typedef struct {
  GByteArray *request;
  guint8 reply[SOCKS4_REPLY_SIZE];
  guint http_status;
  GIOStream *stream;
} Tunnel;

static void
tunnel_free (gpointer data)
{
  Tunnel *self = data;

  g_clear_pointer (&self->request, g_byte_array_unref);
  g_object_unref (self->stream);
  g_free (self);
}

static void
append_credentials (GString *request, GProxyAddress *address)
{
  const gchar *user = g_proxy_address_get_username (address);
  const gchar *password = g_proxy_address_get_password (address);
  gchar *plain, *coded;

  if (user == NULL)
    return;
  plain = g_strconcat (user, ":", password != NULL ? password : "", NULL);
  coded = g_base64_encode ((const guchar *) plain, strlen (plain));
  g_string_append_printf (request, "Proxy-Authorization: Basic %s\r\n", coded);
  OPENSSL_cleanse (plain, strlen (plain));
  OPENSSL_cleanse (coded, strlen (coded));
  g_free (plain);
  g_free (coded);
}

static void
connect_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tunnel *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtHttpReply) reply = rt_http_exchange_finish (result, &error);

  if (reply == NULL) {
    g_task_return_new_error (
        task, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, "%s", error->message);
    return;
  }
  self->http_status = reply->status;
  if (reply->status == 407)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH,
        "the proxy wants other credentials (407)");
  else if (reply->status / 100 != 2)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED,
        "the proxy refuses the tunnel: %u %s", reply->status, reply->phrase);
  else if (reply->rest->len > 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED,
        "the proxy talks into the tunnel");
  else
    g_task_return_boolean (task, TRUE);
}

static void
connect_http (GTask *task, GProxyAddress *address)
{
  Tunnel *self = g_task_get_task_data (task);
  const gchar *host = g_proxy_address_get_destination_hostname (address);
  guint port = g_proxy_address_get_destination_port (address);
  gboolean ipv6 = strchr (host, ':') != NULL;
  GString *request = g_string_sized_new (1024);
  gint i;

  for (i = 0; i < 2; i++)
    g_string_append_printf (request, "%s%s%s%s:%u%s",
        i == 0 ? "CONNECT " : "Host: ", ipv6 ? "[" : "", host, ipv6 ? "]" : "",
        port, i == 0 ? " HTTP/1.1\r\n" : "\r\n");
  append_credentials (request, address);
  g_string_append (request, "\r\n");
  rt_http_exchange_async (
      self->stream, request, connect_answered_cb, g_object_ref (task));
}

static void
socks_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tunnel *self = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n;

  if (!g_input_stream_read_all_finish (
          G_INPUT_STREAM (source), result, &n, &error))
    g_task_return_error (task, error);
  else if (n < SOCKS4_REPLY_SIZE || self->reply[0] != 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED,
        "the proxy does not speak SOCKS4");
  else if (self->reply[1] != SOCKS4_GRANTED)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED,
        "the proxy refuses the tunnel (SOCKS4 code %u)", self->reply[1]);
  else
    g_task_return_boolean (task, TRUE);
}

static void
socks_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tunnel *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (
          G_OUTPUT_STREAM (source), result, NULL, &error)) {
    g_task_return_error (task, error);
    return;
  }
  g_input_stream_read_all_async (g_io_stream_get_input_stream (self->stream),
      self->reply, sizeof (self->reply), G_PRIORITY_DEFAULT, NULL,
      socks_answered_cb, g_object_ref (task));
}

static void
connect_socks4 (GTask *task, GProxyAddress *address)
{
  static const guint8 by_name[] = { 0, 0, 0, 1 };
  Tunnel *self = g_task_get_task_data (task);
  const gchar *host = g_proxy_address_get_destination_hostname (address);
  const gchar *user = g_proxy_address_get_username (address);
  guint16 port = g_proxy_address_get_destination_port (address);
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string (host);
  guint8 head[] = { 4, 1, port >> 8, port & 0xff };
  gboolean named
      = ip == NULL || g_inet_address_get_family (ip) != G_SOCKET_FAMILY_IPV4;

  if (named && strcmp (g_proxy_address_get_protocol (address), "socks4") == 0) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED,
        "a SOCKS4 proxy reaches IPv4 addresses only");
    return;
  }
  self->request = g_byte_array_new ();
  g_byte_array_append (self->request, head, sizeof (head));
  g_byte_array_append (
      self->request, named ? by_name : g_inet_address_to_bytes (ip), 4);
  if (user == NULL)
    user = "";
  g_byte_array_append (self->request, (const guint8 *) user, strlen (user) + 1);
  if (named)
    g_byte_array_append (
        self->request, (const guint8 *) host, strlen (host) + 1);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream),
      self->request->data, self->request->len, G_PRIORITY_DEFAULT, NULL,
      socks_written_cb, g_object_ref (task));
}

void
rt_proxy_connect_async (GIOStream *stream, GProxyAddress *address,
    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Tunnel *self = g_new0 (Tunnel, 1);

  self->stream = g_object_ref (stream);
  g_task_set_task_data (task, self, tunnel_free);
  if (strcmp (g_proxy_address_get_protocol (address), "http") == 0)
    connect_http (task, address);
  else
    connect_socks4 (task, address);
}

gboolean
rt_proxy_connect_finish (
    GAsyncResult *result, guint *http_status, GError **error)
{
  Tunnel *self = g_task_get_task_data (G_TASK (result));

  *http_status = self->http_status;
  return g_task_propagate_boolean (G_TASK (result), error);
}
