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
} environments[] = {
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

  for (i = 0; i < G_N_ELEMENTS (environments); i++) {
    g_autoptr (RtUrl) url
        = rt_url_build (environments[i].uri, "/", FALSE, NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) ways = NULL;
    g_autofree gchar *found = NULL;
    const RtProxy *proxy;

    g_test_message ("%s %s", environments[i].environment, environments[i].uri);
    set_environment (environments[i].environment);
    ways = rt_ways_of_environment (url, &error);
    g_assert_no_error (error);
    if (ways == NULL) {
      g_assert_cmpstr (environments[i].way, ==, "");
      continue;
    }
    g_assert_cmpuint (ways->len, ==, 1);
    proxy = g_ptr_array_index (ways, 0);
    found = proxy == NULL ? g_strdup ("direct")
                          : g_strdup_printf ("%s %s %u", proxy->scheme,
                              proxy->host, proxy->port);
    g_assert_cmpstr (found, ==, environments[i].way);
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

/* A connection, whatever the way. */
static void
expect_open (RtFakeServer *server, const gchar *property)
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
  expect_open (server, NULL);
  set_environment ("http_proxy=http://127.0.0.1:1");
  expect_open (server, "direct://");
  clear_environment ();
  expect_open (server, NULL);
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
    end = net_client_expect_end (client, RT_END_SETTINGS, NET_WAIT);
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

/* the system's settings: what this says is what they are */

static const gchar *system_says[4];

#define TEST_TYPE_SETTINGS (test_settings_get_type ())
G_DECLARE_FINAL_TYPE (TestSettings, test_settings, TEST, SETTINGS, GObject)

struct _TestSettings {
  GObject parent;
};

static void test_settings_resolver (GProxyResolverInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TestSettings, test_settings, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, test_settings_resolver))

static gboolean
settings_is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static void
settings_lookup_async (GProxyResolver *resolver, const gchar *uri,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, NULL, callback, user_data);

  if (system_says[0] == NULL)
    g_task_return_new_error (
        task, G_IO_ERROR, G_IO_ERROR_FAILED, "no settings today");
  else
    g_task_return_pointer (task, g_strdupv ((GStrv) system_says), NULL);
}

static gchar **
settings_lookup_finish (
    GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_settings_resolver (GProxyResolverInterface *iface)
{
  iface->is_supported = settings_is_supported;
  iface->lookup_async = settings_lookup_async;
  iface->lookup_finish = settings_lookup_finish;
}

static void
test_settings_class_init (TestSettingsClass *klass)
{
}

static void
test_settings_init (TestSettings *self)
{
}

static void
let_system_say (const gchar *first, const gchar *second, const gchar *third)
{
  system_says[0] = first;
  system_says[1] = second;
  system_says[2] = third;
}

/* One way after the other, and directly only when that is one of them. */
static void
test_system (void)
{
  const gchar *nobody = "http://127.0.0.1:1";
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autofree gchar *good = NULL;
  RtFakeProxy refuses, works;
  g_autofree gchar *bad = NULL;

  expect_open (server, NULL);
  let_system_say (nobody, "direct://", NULL);
  expect_open (server, NULL);
  rt_fake_proxy_init (&refuses, RT_FAKE_PROXY_HTTP_403);
  rt_fake_proxy_init (&works, RT_FAKE_PROXY_SOCKS5);
  bad = g_strdup_printf ("http://127.0.0.1:%u", refuses.port);
  good = g_strdup_printf ("socks://127.0.0.1:%u", works.port);
  let_system_say (nobody, bad, good);
  expect_open (server, NULL);
  rt_fake_proxy_clear (&refuses);
  rt_fake_proxy_clear (&works);
  let_system_say ("direct://", NULL, NULL);
}

static void
test_bad_system (void)
{
  static const struct {
    const gchar *first, *second, *part;
    RtEndKind kind;
  } rows[] = {
    { "http://127.0.0.1:1", NULL, "refused", RT_END_PROXY },
    { "http://127.0.0.1:1", "http://127.0.0.1:1", "refused", RT_END_PROXY },
    { "wpad://", NULL, "settings", RT_END_SETTINGS },
    { "http://127.0.0.1:1", "gopher://h", "settings", RT_END_SETTINGS },
    { NULL, NULL, "no settings today", RT_END_PROXY },
  };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    RtConnectParams *params = net_params_new (server);
    g_autoptr (NetClient) client = NULL;
    const RtEnd *end;

    let_system_say (rows[i].first, rows[i].second, NULL);
    g_clear_pointer (&params->proxy, g_free);
    client = net_client_new (params);
    end = net_client_expect_end (client, rows[i].kind, NET_WAIT);
    g_assert_true (g_str_has_prefix (end->reason, "proxy: "));
    g_assert_nonnull (strstr (end->reason, rows[i].part));
  }
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
  let_system_say ("direct://", NULL, NULL);
}

/* In the place of whatever this machine has. */
static void
take_over_settings (void)
{
  g_type_ensure (G_TYPE_PROXY_RESOLVER);
  g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME,
      TEST_TYPE_SETTINGS, "test", G_MAXINT);
  let_system_say ("direct://", NULL, NULL);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  clear_environment ();
  take_over_settings ();
  g_test_add_func ("/net/ways/environment", test_environment);
  g_test_add_func ("/net/ways/used", test_used);
  g_test_add_func ("/net/ways/left-out", test_left_out);
  g_test_add_func ("/net/ways/malformed", test_malformed);
  g_test_add_func ("/net/ways/system", test_system);
  g_test_add_func ("/net/ways/bad-system", test_bad_system);
  g_test_add_func ("/net/ways/server-name", test_server_name);
  return g_test_run ();
}
