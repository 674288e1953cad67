/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Proxies, and CONNECT.  I/O thread, but for what makes and frees one.
 */
#include "rtproxy.h"
#include "rthttp.h"
#include "rtsocks.h"

#include <openssl/crypto.h>
#include <string.h>

#define MAX_CREDENTIAL 255 /* what SOCKS5 has room for */
/* More than a request can be, so that it does not grow and leave copies. */
#define REQUEST_SIZE 4096

static const struct {
  const gchar *name, *scheme;
  guint16 port;
} schemes[] = {
  { "http", "http", 80 },
  { "socks4", "socks4", 1080 },
  { "socks4a", "socks4a", 1080 },
  { "socks5", "socks5", 1080 },
  /* curl's and others' names: ours tell the proxy names in any case */
  { "socks5h", "socks5", 1080 },
  { "socks", "socks5", 1080 },
};

static RtProxy *
refuse (GError **error, const gchar *text)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, text);
  return NULL;
}

static void
wipe (gchar *text)
{
  if (text != NULL)
    OPENSSL_cleanse (text, strlen (text));
  g_free (text);
}

void
rt_proxy_free (RtProxy *proxy)
{
  if (proxy == NULL)
    return;
  g_free (proxy->host);
  wipe (proxy->user);
  wipe (proxy->password);
  g_free (proxy);
}

/* Decodes the `size` bytes at `text`; NULL when they cannot be used. */
static gchar *
take_credential (const gchar *text, gsize size)
{
  gchar *out = g_uri_unescape_segment (text, text + size, NULL);

  if (out == NULL || (strlen (out) <= MAX_CREDENTIAL && *out != '\0'))
    return out;
  wipe (out);
  return NULL;
}

/* "user:password", of which the second may be missing or empty. */
static gboolean
take_credentials (RtProxy *self, const gchar *text, gsize size)
{
  const gchar *colon = memchr (text, ':', size);
  gsize first = colon != NULL ? (gsize) (colon - text) : size;

  self->user = take_credential (text, first);
  if (self->user == NULL)
    return FALSE;
  if (colon == NULL || first + 1 == size)
    return TRUE;
  self->password = take_credential (colon + 1, size - first - 1);
  return self->password != NULL;
}

static gboolean
take_scheme (RtProxy *self, const gchar *scheme)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strcasecmp (scheme, schemes[i].name) == 0) {
      self->scheme = schemes[i].scheme;
      self->port = schemes[i].port;
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_printable (const gchar *text)
{
  for (; *text > ' ' && *text < 0x7f; text++)
    ;
  return *text == '\0';
}

/* The credentials are cut out first: GUri would not wipe its copies. */
static GUri *
parse (RtProxy *self, const gchar *text)
{
  const gchar *authority = strstr (text, "://");
  g_autofree gchar *rest = NULL;
  gsize size, i;

  if (authority == NULL || !is_printable (text))
    return NULL;
  authority += 3;
  size = strcspn (authority, "/?#");
  for (i = size; i > 0 && authority[i - 1] != '@'; i--)
    ;
  if (i > 0 && !take_credentials (self, authority, i - 1))
    return NULL;
  rest = g_strdup_printf ("%.*s%.*s", (gint) (authority - text), text,
      (gint) (size - i), authority + i);
  return g_uri_parse (rest, G_URI_FLAGS_ENCODED, NULL);
}

/* An escape may hide what is none of a host's. */
static gboolean
is_host (const gchar *host)
{
  const gchar *p;

  if (g_hostname_is_ip_address (host))
    return is_printable (host);
  for (p = host; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-._", *p) == NULL)
      return FALSE;
  return p > host;
}

RtProxy *
rt_proxy_new (const gchar *text, GError **error)
{
  g_autoptr (RtProxy) self = g_new0 (RtProxy, 1);
  g_autoptr (GUri) uri = parse (self, text);
  const gchar *host;

  if (uri == NULL)
    return refuse (error, "not a URL of the form http://host:port");
  if (!take_scheme (self, g_uri_get_scheme (uri)))
    return refuse (
        error, "the scheme is none of http, socks4, socks4a, socks5, direct");
  host = g_uri_get_host (uri);
  if (host == NULL || *host == '\0' || g_uri_get_port (uri) == 0)
    return refuse (error, "no host, or port 0");
  if (!is_host (host))
    return refuse (error, "the host cannot be one");
  self->host = g_strdup (host);
  if (g_uri_get_port (uri) > 0)
    self->port = g_uri_get_port (uri);
  return g_steal_pointer (&self);
}

gboolean
rt_proxy_wants_address (const RtProxy *proxy, const gchar *host)
{
  return strcmp (proxy->scheme, "socks4") == 0
         && !g_hostname_is_ip_address (host);
}

/* CONNECT.  What SOCKS answers is the answer of a task of its own. */
typedef struct {
  guint http_status;
} Tunnel;

/* Byte by byte: no copy is left where another function formats. */
static void
append_credentials (GString *request, const RtProxy *proxy)
{
  const gchar *password = proxy->password != NULL ? proxy->password : "";
  gchar *plain, *coded;

  if (proxy->user == NULL)
    return;
  plain = g_strconcat (proxy->user, ":", password, NULL);
  coded = g_base64_encode ((const guchar *) plain, strlen (plain));
  g_string_append (request, "Proxy-Authorization: Basic ");
  g_string_append (request, coded);
  g_string_append (request, "\r\n");
  wipe (plain);
  wipe (coded);
}

static GString *
make_request (const RtProxy *proxy, const gchar *host, guint16 port)
{
  gboolean ipv6 = strchr (host, ':') != NULL;
  g_autofree gchar *where = g_strdup_printf (
      "%s%s%s:%u", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
  GString *request = g_string_sized_new (REQUEST_SIZE);

  g_string_append_printf (
      request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", where, where);
  append_credentials (request, proxy);
  return g_string_append (request, "\r\n");
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
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
socks_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tunnel *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (rt_socks_connect_finish (result, &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED))
    self->http_status = 407;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED))
    self->http_status = 403;
  g_task_return_error (task, error);
}

void
rt_proxy_connect_async (GIOStream *stream, const RtProxy *proxy,
    const gchar *host, guint16 port, GAsyncReadyCallback callback,
    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, g_new0 (Tunnel, 1), g_free);
  if (strcmp (proxy->scheme, "http") == 0)
    rt_http_exchange_async (stream, make_request (proxy, host, port),
        answered_cb, g_object_ref (task));
  else
    rt_socks_connect_async (
        stream, proxy, host, port, socks_cb, g_object_ref (task));
}

gboolean
rt_proxy_connect_finish (
    GAsyncResult *result, guint *http_status, GError **error)
{
  Tunnel *self = g_task_get_task_data (G_TASK (result));

  *http_status = self->http_status;
  return g_task_propagate_boolean (G_TASK (result), error);
}
