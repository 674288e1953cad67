/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The road through proxies of each kind, good and bad.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "rtfakeproxy.h"
#include "netclient.h"
#include "rtproxy.h"

#include <string.h>

#define SECRET "very-secret-key-0123456789"
#define TENANT "tenant-9876543210"

/* `scheme` may go on with credentials. */
static RtConnectParams *
params_by (RtFakeServer *server, RtFakeProxy *proxy, const gchar *scheme)
{
  RtConnectParams *params = net_params_new (server);
  const gchar *mark = strstr (scheme, "://") != NULL ? "" : "://";

  g_free (params->proxy);
  params->proxy
      = g_strdup_printf ("%s%s127.0.0.1:%u", scheme, mark, proxy->port);
  return params;
}

static void
check_open (RtConnectParams *params, RtFakeServer *server)
{
  g_autoptr (NetClient) client = net_client_new (params);
  RtFakeConn *conn = rt_fake_server_expect_connection (server, NET_WAIT);

  net_client_expect_open (client);
  g_assert_null (rt_fake_conn_get_header (conn, "Proxy-Authorization"));
  net_client_send (client, "{\"type\":\"a\"}");
  rt_fake_conn_expect_event (conn, "a", NET_WAIT);
  rt_fake_conn_send_text (conn, "{}");
  net_client_expect_messages (client, 1);
  net_client_close (client, 1000, NULL);
  net_client_expect_end (client, RT_END_REQUESTED, NET_WAIT);
}

static void
test_kinds (void)
{
  static const struct {
    RtFakeProxyKind kind;
    const gchar *scheme;
    RtFakeServerFlags flags;
  } rows[] = {
    { RT_FAKE_PROXY_HTTP, "http", RT_FAKE_SERVER_PLAIN },
    { RT_FAKE_PROXY_HTTP, "http", RT_FAKE_SERVER_TLS },
    { RT_FAKE_PROXY_SOCKS4, "socks4", RT_FAKE_SERVER_PLAIN },
    { RT_FAKE_PROXY_SOCKS4, "socks4a", RT_FAKE_SERVER_TLS },
    { RT_FAKE_PROXY_SOCKS5, "socks5", RT_FAKE_SERVER_PLAIN },
    { RT_FAKE_PROXY_SOCKS5, "socks5", RT_FAKE_SERVER_TLS },
    { RT_FAKE_PROXY_SOCKS5_LOGIN, "socks5://user:pa%3Ass@",
        RT_FAKE_SERVER_PLAIN },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (rows[i].flags);
    g_autofree gchar *target
        = g_strdup_printf ("127.0.0.1:%u", rt_fake_server_get_port (server));
    RtFakeProxy proxy;

    g_test_message ("%s", rows[i].scheme);
    rt_fake_proxy_init (&proxy, rows[i].kind);
    check_open (params_by (server, &proxy, rows[i].scheme), server);
    g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 1);
    g_assert_cmpstr (proxy.target, ==, target);
    rt_fake_proxy_clear (&proxy);
  }
}

/* The proxy is told the name, and asks for its address itself. */
static void
test_names (void)
{
  static const struct {
    RtFakeProxyKind kind;
    const gchar *scheme;
  } rows[] = {
    { RT_FAKE_PROXY_HTTP, "http" },
    { RT_FAKE_PROXY_SOCKS4, "socks4a" },
    { RT_FAKE_PROXY_SOCKS5, "socks5" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
    g_autofree gchar *target
        = g_strdup_printf ("localhost:%u", rt_fake_server_get_port (server));
    g_autofree gchar *uri = g_strconcat ("wss://", target, NULL);
    RtConnectParams *params;
    RtFakeProxy proxy;

    rt_fake_proxy_init (&proxy, rows[i].kind);
    params = params_by (server, &proxy, rows[i].scheme);
    net_params_set_url (params, uri);
    check_open (params, server);
    g_assert_cmpstr (proxy.target, ==, target);
    rt_fake_proxy_clear (&proxy);
  }
}

static void
test_credentials (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params;
  RtFakeProxy proxy;

  rt_fake_proxy_init (&proxy, RT_FAKE_PROXY_HTTP);
  params = params_by (server, &proxy, "http://us%65r:pa%3Ass@");
  check_open (params, server);
  /* user:pa:ss */
  g_assert_nonnull (strstr (proxy.request->str,
      "\r\nProxy-Authorization: Basic dXNlcjpwYTpzcw==\r\n"));
  rt_fake_proxy_clear (&proxy);

  rt_fake_proxy_init (&proxy, RT_FAKE_PROXY_SOCKS4);
  params = params_by (server, &proxy, "socks4a://user@");
  check_open (params, server);
  g_assert_cmpstr (proxy.request->str, ==, "user");
  rt_fake_proxy_clear (&proxy);
}

static gboolean
contains (const guint8 *data, gsize size, const gchar *part)
{
  return memmem (data, size, part, strlen (part)) != NULL;
}

/* The key passes a proxy encrypted, and is no part of what is asked of it. */
static void
test_key_unheard (void)
{
  static const struct {
    RtFakeProxyKind kind;
    const gchar *scheme;
  } rows[] = {
    { RT_FAKE_PROXY_HTTP, "http://user:password@" },
    { RT_FAKE_PROXY_SOCKS4, "socks4a://user@" },
    { RT_FAKE_PROXY_SOCKS5_LOGIN, "socks5://user:pa%3Ass@" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
    RtConnectParams *params;
    RtFakeProxy proxy;

    rt_fake_proxy_init (&proxy, rows[i].kind);
    params = params_by (server, &proxy, rows[i].scheme);
    params->auth_header = g_strdup ("Authorization");
    params->secret = g_strdup (SECRET);
    params->headers = g_strsplit ("X-Tenant," TENANT, ",", -1);
    check_open (params, server);
    g_assert_null (strstr (proxy.request->str, SECRET));
    g_assert_null (strstr (proxy.request->str, "\nAuthorization"));
    g_assert_null (strstr (proxy.request->str, TENANT));
    g_assert_cmpuint (proxy.heard->len, >, 500);
    g_assert_false (contains (proxy.heard->data, proxy.heard->len, SECRET));
    g_assert_false (contains (proxy.heard->data, proxy.heard->len, TENANT));
    rt_fake_proxy_clear (&proxy);
  }
}

static void
test_refusals (void)
{
  static const struct {
    RtFakeProxyKind kind;
    const gchar *scheme;
    RtEndKind end;
    guint status;
    const gchar *part;
  } rows[] = {
    { RT_FAKE_PROXY_HTTP_407, "http", RT_END_PROXY, 407, "credentials" },
    { RT_FAKE_PROXY_HTTP_403, "http", RT_END_PROXY, 403, "403 Forbidden" },
    { RT_FAKE_PROXY_HTTP_TALKS, "http", RT_END_PROXY, 200, "talks" },
    { RT_FAKE_PROXY_GARBAGE, "http", RT_END_PROXY, 0, "not HTTP" },
    { RT_FAKE_PROXY_CLOSES, "http", RT_END_PROXY, 0, "" },
    { RT_FAKE_PROXY_SILENT, "http", RT_END_TIMEOUT, 0, "connecting" },
    { RT_FAKE_PROXY_SOCKS4_REFUSED, "socks4", RT_END_PROXY, 0, "91" },
    { RT_FAKE_PROXY_GARBAGE, "socks4a", RT_END_PROXY, 0, "SOCKS4" },
    { RT_FAKE_PROXY_CLOSES, "socks4a", RT_END_PROXY, 0, "" },
    { RT_FAKE_PROXY_GARBAGE, "socks5", RT_END_PROXY, 0, "" },
    { RT_FAKE_PROXY_SILENT, "socks5", RT_END_TIMEOUT, 0, "connecting" },
    { RT_FAKE_PROXY_CLOSES, "socks5", RT_END_PROXY, 0, "" },
    { RT_FAKE_PROXY_SOCKS5_FORBIDDEN, "socks5", RT_END_PROXY, 403, "rules" },
    { RT_FAKE_PROXY_SOCKS5_LOGIN, "socks5", RT_END_PROXY, 407, "credentials" },
    { RT_FAKE_PROXY_SOCKS5_LOGIN, "socks5://user:no@", RT_END_PROXY, 407,
        "credentials" },
    { RT_FAKE_PROXY_SOCKS5_LOGIN, "socks5://user@", RT_END_PROXY, 407,
        "credentials" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
    g_autoptr (NetClient) client = NULL;
    RtConnectParams *params;
    const RtEnd *end;
    RtFakeProxy proxy;

    g_test_message ("row %" G_GSIZE_FORMAT, i);
    rt_fake_proxy_init (&proxy, rows[i].kind);
    params = params_by (server, &proxy, rows[i].scheme);
    if (rows[i].end == RT_END_TIMEOUT)
      params->connect_timeout = 200;
    client = net_client_new (params);
    end = net_client_expect_end (client, rows[i].end, NET_WAIT);
    g_assert_cmpuint (end->http_status, ==, rows[i].status);
    g_assert_nonnull (strstr (end->reason, rows[i].part));
    if (rows[i].end == RT_END_PROXY)
      g_assert_true (g_str_has_prefix (end->reason, "proxy: "));
    /* it does not find another road */
    g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
    rt_fake_proxy_clear (&proxy);
  }
}

static void
test_unreachable (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtFakeServer *gone = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtFakeProxy proxy = { .port = rt_fake_server_get_port (gone) };
  g_autoptr (NetClient) client = NULL;
  const RtEnd *end;

  rt_fake_server_free (gone);
  client = net_client_new (params_by (server, &proxy, "http"));
  end = net_client_expect_end (client, RT_END_PROXY, NET_WAIT);
  g_assert_true (g_str_has_prefix (end->reason, "proxy: "));
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
}

/* What GIO would leave out, and then go directly. */
static void
test_bad (void)
{
  static const gchar *const bad[]
      = { "", "foo", "foo://host:1", "https://host:1", "http://", "http:///x",
          "socks5://host:0", "http://host:99999", "direct", "http://us er@h:1",
          "http://u%00:p@h", "http://u%zz:p@h", "http://:p@h", "http://u:p@",
          "socks5://u:p@h:0", "http://%40", "http://h%0ax", "socks5://%40[.[" };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    RtConnectParams *params = net_params_new (server);

    g_free (params->proxy);
    params->proxy = g_strdup (bad[i]);
    net_expect_bad_settings (params, "proxy");
  }
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
}

static void
test_uris (void)
{
  static const struct {
    const gchar *text, *scheme, *host;
    guint port;
    const gchar *user, *password;
  } rows[] = {
    { "http://h", "http", "h", 80, NULL, NULL },
    { "HTTP://H:8080/", "http", "H", 8080, NULL, NULL },
    { "socks5://h", "socks5", "h", 1080, NULL, NULL },
    { "socks5h://h", "socks5", "h", 1080, NULL, NULL },
    { "socks4a://u:p%40@[::1]:9/x?y#z", "socks4a", "::1", 9, "u", "p@" },
    { "socks4://u@h", "socks4", "h", 1080, "u", NULL },
    { "http://u:@h", "http", "h", 80, "u", NULL },
    { "http://u:a:b@c@h", "http", "h", 80, "u", "a:b@c" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtProxy) proxy = rt_proxy_new (rows[i].text, NULL);

    g_assert_nonnull (proxy);
    g_assert_cmpstr (proxy->scheme, ==, rows[i].scheme);
    g_assert_cmpstr (proxy->host, ==, rows[i].host);
    g_assert_cmpuint (proxy->port, ==, rows[i].port);
    g_assert_cmpstr (proxy->user, ==, rows[i].user);
    g_assert_cmpstr (proxy->password, ==, rows[i].password);
  }
}

/* Freed while the proxy is thinking. */
static void
test_free (void)
{
  static const gchar *const schemes[] = { "http", "socks4", "socks5" };
  guint before = net_count_descriptors ();
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (schemes); i++) {
    RtConnectParams *params;
    NetClient *client;
    RtFakeProxy proxy;

    rt_fake_proxy_init (&proxy, RT_FAKE_PROXY_SILENT);
    params = params_by (NULL, &proxy, schemes[i]);
    net_params_set_url (params, "ws://127.0.0.1:9");
    client = net_client_new (params);
    rt_fake_proxy_expect_client (&proxy);
    net_client_free (client);
    /* the proxy sees it */
    rt_fake_proxy_clear (&proxy);
  }
  net_expect_descriptors (before);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/proxy/kinds", test_kinds);
  g_test_add_func ("/net/proxy/names", test_names);
  g_test_add_func ("/net/proxy/credentials", test_credentials);
  g_test_add_func ("/net/proxy/key-unheard", test_key_unheard);
  g_test_add_func ("/net/proxy/refusals", test_refusals);
  g_test_add_func ("/net/proxy/unreachable", test_unreachable);
  g_test_add_func ("/net/proxy/bad", test_bad);
  g_test_add_func ("/net/proxy/uris", test_uris);
  g_test_add_func ("/net/proxy/free", test_free);
  return g_test_run ();
}
