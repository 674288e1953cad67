/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which way is taken: what the environment says, what the property says, and
 * that nobody goes directly who was told not to.
 */
#include "rtfakeproxy.h"
#include "netclient.h"
#include "rtways.h"

#include <string.h>

static const gchar *const variables[]
    = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
        "ALL_PROXY", "no_proxy", "NO_PROXY" };

static void
clear_environment (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
}

/* "name=value name=value ..." */
static void
set_environment (const gchar *text)
{
  g_auto (GStrv) list = g_strsplit (text, " ", -1);
  gsize i;

  clear_environment ();
  for (i = 0; list[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (list[i], "=", 2);

    if (pair[0] != NULL && pair[1] != NULL)
      g_setenv (pair[0], pair[1], TRUE);
  }
}

static const struct {
  const gchar *environment, *uri;
  const gchar *way; /* "", "direct", or scheme host port */
} rows[] = {
  { "", "ws://h", "" },
  { "no_proxy=h", "ws://h", "" },
  { "https_proxy=http://p:1", "ws://h", "" },
  { "http_proxy=http://p:1", "ws://h", "http p 1" },
  { "http_proxy=p:1", "ws://h", "http p 1" },
  { "http_proxy=p", "ws://h", "http p 80" },
  { "http_proxy=p:1", "wss://h", "http p 1" },
  { "http_proxy=p:1 https_proxy=q:2", "wss://h", "http q 2" },
  { "http_proxy=p:1 https_proxy=q:2", "ws://h", "http p 1" },
  { "HTTPS_PROXY=socks5://q all_proxy=r:3", "wss://h", "socks5 q 1080" },
  { "all_proxy=socks5h://r:3", "wss://h", "socks5 r 3" },
  { "http_proxy= ALL_PROXY=r:3", "ws://h", "http r 3" },
  { "http_proxy=direct://", "ws://h", "direct" },
  { "http_proxy=p no_proxy=*", "ws://h", "direct" },
  { "http_proxy=p no_proxy=a,h", "ws://h", "direct" },
  { "http_proxy=p no_proxy=h", "ws://g", "http p 80" },
  { "http_proxy=p no_proxy=h", "ws://xh", "http p 80" },
  { "http_proxy=p no_proxy=h", "ws://x.h", "direct" },
  { "http_proxy=p no_proxy=.h", "ws://x.h", "direct" },
  { "http_proxy=p no_proxy=*.h", "ws://x.h", "direct" },
  { "http_proxy=p no_proxy=H", "ws://h", "direct" },
  { "http_proxy=p no_proxy=h:80", "ws://h", "direct" },
  { "http_proxy=p no_proxy=h:81", "ws://h", "http p 80" },
  { "http_proxy=p no_proxy=h:x", "ws://h", "http p 80" },
  { "http_proxy=p NO_PROXY=,.,,h", "ws://h", "direct" },
  { "http_proxy=p no_proxy=.", "ws://h", "http p 80" },
  { "http_proxy=p no_proxy=10.1.2.3", "ws://10.1.2.3", "direct" },
  { "http_proxy=p no_proxy=2.3", "ws://10.1.2.3", "http p 80" },
  { "http_proxy=p no_proxy=10.0.0.0/8", "ws://10.1.2.3", "direct" },
  { "http_proxy=p no_proxy=10.0.0.0/8", "ws://11.1.2.3", "http p 80" },
  { "http_proxy=p no_proxy=10.0.0.0/8", "ws://h", "http p 80" },
  { "http_proxy=p no_proxy=10.1.2.3:80", "ws://10.1.2.3", "direct" },
  { "http_proxy=p no_proxy=::1", "ws://[::1]", "direct" },
  { "http_proxy=p no_proxy=[::1]:80", "ws://[::1]", "direct" },
  { "http_proxy=p no_proxy=fd00::/8", "ws://[fd12::1]", "direct" },
};

static void
test_environment (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtUrl) url
        = rt_url_build (rows[i].uri, "/", FALSE, NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) ways = NULL;
    g_autofree gchar *found = NULL;
    const RtProxy *proxy;

    g_test_message ("%s %s", rows[i].environment, rows[i].uri);
    set_environment (rows[i].environment);
    ways = rt_ways_of_environment (url, &error);
    g_assert_no_error (error);
    if (ways == NULL) {
      g_assert_cmpstr (rows[i].way, ==, "");
      continue;
    }
    g_assert_cmpuint (ways->len, ==, 1);
    proxy = g_ptr_array_index (ways, 0);
    found = proxy == NULL ? g_strdup ("direct")
                          : g_strdup_printf ("%s %s %u", proxy->scheme,
                              proxy->host, proxy->port);
    g_assert_cmpstr (found, ==, rows[i].way);
  }
  clear_environment ();
}

/* The environment's proxy is used, and its password shows nowhere. */
static void
test_used (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;
  g_autofree gchar *text = NULL;
  RtFakeConn *conn;
  RtFakeProxy proxy;

  rt_fake_proxy_init (&proxy, RT_FAKE_PROXY_HTTP);
  text = g_strdup_printf ("http_proxy=http://u:p@127.0.0.1:%u", proxy.port);
  set_environment (text);
  g_clear_pointer (&params->proxy, g_free);
  client = net_client_new (params);
  net_client_expect_open (client);
  conn = rt_fake_server_expect_connection (server, NET_WAIT);
  g_assert_null (rt_fake_conn_get_header (conn, "Proxy-Authorization"));
  net_client_close (client, 1000, NULL);
  net_client_expect_end (client, RT_END_REQUESTED, NET_WAIT);
  rt_fake_proxy_clear (&proxy);
  clear_environment ();
}

/* Of the server, not of a proxy. */
static void
expect_direct (RtFakeServer *server, const gchar *property)
{
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;

  g_free (params->proxy);
  params->proxy = g_strdup (property);
  client = net_client_new (params);
  net_client_expect_open (client);
  net_client_close (client, 1000, NULL);
  net_client_expect_end (client, RT_END_REQUESTED, NET_WAIT);
}

static void
test_left_out (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);

  set_environment ("http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.0/8");
  expect_direct (server, NULL);
  set_environment ("http_proxy=http://127.0.0.1:1");
  expect_direct (server, "direct://");
  clear_environment ();
  expect_direct (server, NULL);
}

static void
test_malformed (void)
{
  static const gchar *const bad[] = { "http_proxy=https://p:1",
    "http_proxy=http://", "http_proxy=:::", "all_proxy=http://u:hunter2@/",
    "http_proxy=ftp://u:hunter2@p" };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    RtConnectParams *params = net_params_new (server);
    g_autoptr (NetClient) client = NULL;
    const RtEnd *end;

    set_environment (bad[i]);
    g_clear_pointer (&params->proxy, g_free);
    client = net_client_new (params);
    end = net_client_expect_end (client, RT_END_PROXY, NET_WAIT);
    g_assert_nonnull (strstr (end->reason, "_proxy: "));
    g_assert_null (strstr (end->reason, "hunter2"));
    g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
  }
  clear_environment ();
}

/* The server's name is the proxy's to look up. */
static void
test_server_name (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = net_params_new (server);
  g_autofree gchar *origin
      = g_strdup_printf ("127.0.0.1:%u", rt_fake_server_get_port (server));
  g_autoptr (NetClient) client = NULL;
  RtFakeProxy proxy;

  rt_fake_proxy_init (&proxy, RT_FAKE_PROXY_HTTP);
  proxy.origin = origin;
  g_free (params->proxy);
  params->proxy = g_strdup_printf ("http://localhost:%u", proxy.port);
  net_params_set_url (params, "ws://only.proxies.know.test:81");
  client = net_client_new (params);
  net_client_expect_open (client);
  net_client_close (client, 1000, NULL);
  net_client_expect_end (client, RT_END_REQUESTED, NET_WAIT);
  g_assert_cmpstr (proxy.target, ==, "only.proxies.know.test:81");
  rt_fake_proxy_clear (&proxy);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  clear_environment ();
  g_test_add_func ("/net/ways/environment", test_environment);
  g_test_add_func ("/net/ways/used", test_used);
  g_test_add_func ("/net/ways/left-out", test_left_out);
  g_test_add_func ("/net/ways/malformed", test_malformed);
  g_test_add_func ("/net/ways/server-name", test_server_name);
  return g_test_run ();
}
