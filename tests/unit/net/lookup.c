/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Host names, with a name server that does as it is told: one question for
 * many who ask, and none that waits for another's answer.
 */
#include "fakenames.h"
#include "netclient.h"
#include "rtfakeproxy.h"
#include "rtlookup.h"

#include <string.h>

#define MAX_ASKERS 100

typedef struct {
  RtLoop *loop;
  const gchar *host;
  guint n;
  RtLookup *lookups[MAX_ASKERS];

  GMutex lock;
  GCond cond;
  /* lock */
  guint calls;
  guint done;
  GString *found;
  gboolean failed;
} Askers;

static void
done_cb (gpointer user_data, GSocketConnectable *addresses, const GError *error)
{
  Askers *self = user_data;

  g_assert_true (rt_loop_is_own_thread (self->loop));
  g_assert_cmpint (addresses == NULL, ==, error != NULL);
  g_mutex_lock (&self->lock);
  self->failed = error != NULL;
  g_string_truncate (self->found, 0);
  if (addresses != NULL) {
    g_autoptr (GSocketAddressEnumerator) walk
        = g_socket_connectable_enumerate (addresses);
    GSocketAddress *address;

    while ((address = g_socket_address_enumerator_next (walk, NULL, NULL))
           != NULL) {
      g_autofree gchar *text
          = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

      g_string_append_printf (self->found, "%s ", text);
      g_object_unref (address);
    }
  }
  self->done++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gboolean
ask_cb (gpointer user_data)
{
  Askers *self = user_data;
  guint i;

  for (i = 0; i < self->n; i++)
    self->lookups[i]
        = rt_lookup_start (self->loop, self->host, 80, done_cb, self);
  g_mutex_lock (&self->lock);
  self->calls++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static gboolean
let_go_cb (gpointer user_data)
{
  Askers *self = user_data;
  guint i;

  for (i = 0; i < self->n; i++)
    g_clear_pointer (&self->lookups[i], rt_lookup_free);
  g_mutex_lock (&self->lock);
  self->calls++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* lock is not held */
static void
wait_for (Askers *self, const guint *value, guint n)
{
  gint64 deadline = g_get_monotonic_time () + NET_WAIT * 1000;

  g_mutex_lock (&self->lock);
  while (*value < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, deadline));
  g_mutex_unlock (&self->lock);
}

static void
run (Askers *self, GSourceFunc func)
{
  guint calls = self->calls;

  g_main_context_invoke (rt_loop_context (self->loop), func, self);
  wait_for (self, &self->calls, calls + 1);
}

static void
askers_init (Askers *self, const gchar *host, guint n)
{
  memset (self, 0, sizeof (*self));
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->loop = rt_loop_acquire (NULL);
  self->host = host;
  self->n = n;
  self->found = g_string_new (NULL);
  run (self, ask_cb);
}

static void
askers_clear (Askers *self)
{
  run (self, let_go_cb);
  rt_loop_release (self->loop);
  g_string_free (self->found, TRUE);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

static void
check (const gchar *host, const gchar *found)
{
  Askers askers;

  askers_init (&askers, host, 1);
  wait_for (&askers, &askers.done, 1);
  g_assert_cmpint (askers.failed, ==, found == NULL);
  g_assert_cmpstr (askers.found->str, ==, found != NULL ? found : "");
  askers_clear (&askers);
}

static void
test_answers (void)
{
  fake_names_reset ();
  check ("one.test", "127.0.0.1:80 ");
  check ("many.test", "[::1]:80 127.0.0.2:80 [::2]:80 127.0.0.1:80 [::3]:80 ");
  check ("nowhere.test", NULL);
  check ("none.test", NULL);
  g_assert_cmpuint (fake_names.asked, ==, 4);
  /* nobody is asked about these */
  check ("127.0.0.5", "127.0.0.5:80 ");
  check ("::5", "[::5]:80 ");
  g_assert_cmpuint (fake_names.asked, ==, 4);
}

/* They would all be tried, one after another and some at the same time. */
static void
test_crowd (void)
{
  Askers askers;
  guint n = 0;
  gsize i;

  fake_names_reset ();
  askers_init (&askers, "crowd.test", 1);
  wait_for (&askers, &askers.done, 1);
  for (i = 0; i < askers.found->len; i++)
    n += askers.found->str[i] == ' ';
  g_assert_cmpuint (n, ==, RT_LOOKUP_ADDRESSES);
  askers_clear (&askers);
}

static void
test_single_flight (void)
{
  Askers askers;

  fake_names_reset ();
  askers_init (&askers, "hang.test", MAX_ASKERS);
  fake_names_expect_hanging (1);
  /* others are not in its way */
  check ("one.test", "127.0.0.1:80 ");
  g_assert_cmpuint (askers.done, ==, 0);
  g_assert_cmpuint (fake_names.asked, ==, 2);
  fake_names_release ();
  wait_for (&askers, &askers.done, MAX_ASKERS);
  g_assert_cmpuint (fake_names.asked, ==, 2);
  askers_clear (&askers);
  /* it is a new question now */
  check ("hang.test", "127.0.0.1:80 ");
  g_assert_cmpuint (fake_names.asked, ==, 3);
}

/* Those who left are not called, and the rest is. */
static void
test_let_go (void)
{
  Askers gone, stays;

  fake_names_reset ();
  askers_init (&gone, "hang.test", 10);
  askers_init (&stays, "hang.test", 10);
  fake_names_expect_hanging (1);
  run (&gone, let_go_cb);
  fake_names_release ();
  wait_for (&stays, &stays.done, 10);
  /* one more round of the loop, in which they would be */
  run (&gone, let_go_cb);
  g_assert_cmpuint (gone.done, ==, 0);
  askers_clear (&gone);
  askers_clear (&stays);
}

/* The resolver was asked when nobody answered, and sleeps on it.  It is asked
 * anew, and who asked first and who came later know it at once. */
static void
test_healed (void)
{
  gint64 began = g_get_monotonic_time ();
  Askers first, second;

  fake_names_reset ();
  fake_names.healed = 2;
  askers_init (&first, "hang-once.test", 10);
  fake_names_expect_hanging (1);
  askers_init (&second, "hang-once.test", 10);
  wait_for (&first, &first.done, 10);
  wait_for (&second, &second.done, 10);
  g_assert_cmpint (g_get_monotonic_time () - began, >=,
      RT_LOOKUP_PATIENCE * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (fake_names.asked, ==, 2);
  fake_names_expect_hanging (1);
  askers_clear (&first);
  askers_clear (&second);
  fake_names_release ();
}

/* … but not by ever more threads. */
static void
test_flights (void)
{
  Askers askers, other;

  fake_names_reset ();
  askers_init (&askers, "hang.test", 3);
  fake_names_expect_hanging (RT_LOOKUP_FLIGHTS);
  /* as long again as it takes to lose patience */
  askers_init (&other, "hang-too.test", 1);
  fake_names_expect_asked (RT_LOOKUP_FLIGHTS + 2);
  g_assert_cmpuint (fake_names.of_one, ==, RT_LOOKUP_FLIGHTS);
  fake_names_release ();
  wait_for (&askers, &askers.done, 3);
  askers_clear (&askers);
  wait_for (&other, &other.done, 1);
  askers_clear (&other);
}

static void
test_many_hang (void)
{
  const guint n = RT_LOOKUP_THREADS + 10;
  g_autofree Askers *askers = g_new0 (Askers, n);
  g_auto (GStrv) hosts = g_new0 (gchar *, n + 1);
  guint i;

  fake_names_reset ();
  for (i = 0; i < n; i++) {
    hosts[i] = g_strdup_printf ("hang%u.test", i);
    askers_init (&askers[i], hosts[i], 1);
  }
  fake_names_expect_hanging (RT_LOOKUP_THREADS);
  g_assert_cmpuint (fake_names.asked, ==, RT_LOOKUP_THREADS);
  fake_names_release ();
  for (i = 0; i < n; i++) {
    wait_for (&askers[i], &askers[i].done, 1);
    askers_clear (&askers[i]);
  }
  g_assert_cmpuint (fake_names.asked, ==, n);
}

static RtConnectParams *
params_for (RtFakeServer *server, const gchar *host)
{
  RtConnectParams *params = net_params_new (server);
  g_autofree gchar *uri
      = g_strdup_printf ("ws://%s:%u", host, rt_fake_server_get_port (server));

  net_params_set_url (params, uri);
  return params;
}

/* While its name hangs a connection can time out, be closed and be freed. */
static void
test_connections (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params = params_for (server, "hang.test");
  g_autoptr (NetClient) late = NULL;
  g_autoptr (NetClient) closed = NULL;
  g_autoptr (NetClient) good = NULL;
  g_autoptr (NetClient) six = NULL;
  g_autoptr (NetClient) nowhere = NULL;
  const RtEnd *end;

  fake_names_reset ();
  params->connect_timeout = 200;
  late = net_client_new (params);
  end = net_client_expect_end (late, RT_END_TIMEOUT, NET_WAIT);
  g_assert_nonnull (strstr (end->reason, "resolving"));
  closed = net_client_new (params_for (server, "hang.test"));
  net_client_expect_stage (closed, "resolving");
  net_client_close (closed, 1000, NULL);
  net_client_expect_end (closed, RT_END_REQUESTED, 1000);
  net_client_free (net_client_new (params_for (server, "hang.test")));

  good = net_client_new (params_for (server, "one.test"));
  net_client_expect_open (good);
  /* nobody listens at ::1 */
  six = net_client_new (params_for (server, "six.test"));
  net_client_expect_open (six);
  nowhere = net_client_new (params_for (server, "nowhere.test"));
  end = net_client_expect_end (nowhere, RT_END_UNREACHABLE, NET_WAIT);
  g_assert_nonnull (strstr (end->reason, "nowhere.test"));
  fake_names_release ();
}

/* A proxy's name is one like another: it is ours to look up, and one that
 * hangs is in nobody's way. */
static void
test_proxies (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autofree gchar *target
      = g_strdup_printf ("127.0.0.1:%u", rt_fake_server_get_port (server));
  RtConnectParams *params = params_for (server, "one.test");
  g_autoptr (NetClient) late = NULL;
  g_autoptr (NetClient) good = NULL;
  const RtEnd *end;
  RtFakeProxy proxy;

  fake_names_reset ();
  params->connect_timeout = 200;
  g_free (params->proxy);
  params->proxy = g_strdup ("http://hang-proxy.test");
  late = net_client_new (params);
  end = net_client_expect_end (late, RT_END_TIMEOUT, NET_WAIT);
  g_assert_nonnull (strstr (end->reason, "resolving"));

  /* SOCKS4 is told an address, and IPv6 is not known to it */
  rt_fake_proxy_init (&proxy, RT_FAKE_PROXY_SOCKS4);
  params = params_for (server, "six.test");
  g_free (params->proxy);
  params->proxy = g_strdup_printf ("socks4://one.test:%u", proxy.port);
  good = net_client_new (params);
  net_client_expect_open (good);
  g_assert_cmpuint (fake_names.asked, ==, 3);
  net_client_close (good, 1000, NULL);
  net_client_expect_end (good, RT_END_REQUESTED, NET_WAIT);
  g_assert_cmpstr (proxy.target, ==, target);
  rt_fake_proxy_clear (&proxy);
  fake_names_release ();
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/lookup/answers", test_answers);
  g_test_add_func ("/net/lookup/crowd", test_crowd);
  g_test_add_func ("/net/lookup/single-flight", test_single_flight);
  g_test_add_func ("/net/lookup/let-go", test_let_go);
  g_test_add_func ("/net/lookup/healed", test_healed);
  g_test_add_func ("/net/lookup/flights", test_flights);
  g_test_add_func ("/net/lookup/many-hang", test_many_hang);
  g_test_add_func ("/net/lookup/connections", test_connections);
  g_test_add_func ("/net/lookup/proxies", test_proxies);
  return g_test_run ();
}
