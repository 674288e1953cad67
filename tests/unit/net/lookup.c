/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Host names, with a name server that does as it is told: one question for
 * many who ask, and none that waits for another's answer.
 */
#include "rtfakeproxy.h"
#include "netclient.h"
#include "rtlookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

static struct {
  GMutex lock;
  GCond cond;
  guint asked;   /* all */
  guint hanging; /* now */
  guint of_one;  /* asked for hang.test */
  guint healed;  /* questions that do not hang any more, from this number on */
  gboolean release;
} names;

static void
prepend (struct addrinfo **list, const gchar *text)
{
  struct addrinfo *item = g_new0 (struct addrinfo, 1);
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string (text, 0);

  item->ai_addrlen = g_socket_address_get_native_size (address);
  item->ai_addr = g_malloc (item->ai_addrlen);
  item->ai_family = item->ai_addr->sa_family;
  g_socket_address_to_native (address, item->ai_addr, item->ai_addrlen, NULL);
  item->ai_family = item->ai_addr->sa_family;
  item->ai_next = *list;
  *list = item;
}

static void
hang (void)
{
  names.hanging++;
  g_cond_broadcast (&names.cond);
  while (!names.release)
    g_cond_wait (&names.cond, &names.lock);
  names.hanging--;
  g_cond_broadcast (&names.cond);
}

/* The C library's, for this program. */
int
getaddrinfo (const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
  guint i;

  *result = NULL;
  g_mutex_lock (&names.lock);
  names.asked++;
  names.of_one += strcmp (node, "hang.test") == 0;
  if (g_str_has_prefix (node, "hang")
      && (names.healed == 0 || names.asked < names.healed))
    hang ();
  g_mutex_unlock (&names.lock);
  if (strcmp (node, "nowhere.test") == 0)
    return EAI_NONAME;
  if (strcmp (node, "none.test") == 0)
    return 0;
  prepend (result, "127.0.0.1");
  for (i = 0; i < 200 && strcmp (node, "crowd.test") == 0; i++)
    prepend (result, "127.0.0.1");
  if (strcmp (node, "many.test") == 0) {
    prepend (result, "127.0.0.2");
    prepend (result, "::3");
    prepend (result, "::2");
  }
  if (strcmp (node, "many.test") == 0 || strcmp (node, "six.test") == 0)
    prepend (result, "::1");
  return 0;
}

void
freeaddrinfo (struct addrinfo *list)
{
  while (list != NULL) {
    struct addrinfo *next = list->ai_next;

    g_free (list->ai_addr);
    g_free (list);
    list = next;
  }
}

static void
reset_names (void)
{
  g_mutex_lock (&names.lock);
  g_assert_cmpuint (names.hanging, ==, 0);
  names.asked = 0;
  names.of_one = 0;
  names.healed = 0;
  names.release = FALSE;
  g_mutex_unlock (&names.lock);
}

static void
expect_hanging (guint n)
{
  gint64 deadline = g_get_monotonic_time () + NET_WAIT * 1000;

  g_mutex_lock (&names.lock);
  while (names.hanging != n)
    g_assert_true (g_cond_wait_until (&names.cond, &names.lock, deadline));
  g_mutex_unlock (&names.lock);
}

static void
expect_more_asked (guint n)
{
  gint64 deadline = g_get_monotonic_time () + NET_WAIT * 1000;

  g_mutex_lock (&names.lock);
  while (names.asked < n)
    g_assert_true (g_cond_wait_until (&names.cond, &names.lock, deadline));
  g_mutex_unlock (&names.lock);
}

static void
release_names (void)
{
  g_mutex_lock (&names.lock);
  names.release = TRUE;
  g_cond_broadcast (&names.cond);
  g_mutex_unlock (&names.lock);
  expect_hanging (0);
}

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
  reset_names ();
  check ("one.test", "127.0.0.1:80 ");
  check ("many.test", "[::1]:80 127.0.0.2:80 [::2]:80 127.0.0.1:80 [::3]:80 ");
  check ("nowhere.test", NULL);
  check ("none.test", NULL);
  g_assert_cmpuint (names.asked, ==, 4);
  /* nobody is asked about these */
  check ("127.0.0.5", "127.0.0.5:80 ");
  check ("::5", "[::5]:80 ");
  g_assert_cmpuint (names.asked, ==, 4);
}

/* They would all be tried, one after another and some at the same time. */
static void
test_crowd (void)
{
  Askers askers;
  guint n = 0;
  gsize i;

  reset_names ();
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

  reset_names ();
  askers_init (&askers, "hang.test", MAX_ASKERS);
  expect_hanging (1);
  /* others are not in its way */
  check ("one.test", "127.0.0.1:80 ");
  g_assert_cmpuint (askers.done, ==, 0);
  g_assert_cmpuint (names.asked, ==, 2);
  release_names ();
  wait_for (&askers, &askers.done, MAX_ASKERS);
  g_assert_cmpuint (names.asked, ==, 2);
  askers_clear (&askers);
  /* it is a new question now */
  check ("hang.test", "127.0.0.1:80 ");
  g_assert_cmpuint (names.asked, ==, 3);
}

/* Those who left are not called, and the rest is. */
static void
test_let_go (void)
{
  Askers gone, stays;

  reset_names ();
  askers_init (&gone, "hang.test", 10);
  askers_init (&stays, "hang.test", 10);
  expect_hanging (1);
  run (&gone, let_go_cb);
  release_names ();
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

  reset_names ();
  names.healed = 2;
  askers_init (&first, "hang.test", 10);
  expect_hanging (1);
  askers_init (&second, "hang.test", 10);
  wait_for (&first, &first.done, 10);
  wait_for (&second, &second.done, 10);
  g_assert_cmpint (g_get_monotonic_time () - began, >=,
      RT_LOOKUP_PATIENCE * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (names.asked, ==, 2);
  expect_hanging (1);
  askers_clear (&first);
  askers_clear (&second);
  release_names ();
}

/* … but not by ever more threads. */
static void
test_flights (void)
{
  Askers askers, other;

  reset_names ();
  askers_init (&askers, "hang.test", 3);
  expect_hanging (RT_LOOKUP_FLIGHTS);
  /* as long again as it takes to lose patience */
  askers_init (&other, "hang-too.test", 1);
  expect_more_asked (RT_LOOKUP_FLIGHTS + 2);
  g_assert_cmpuint (names.of_one, ==, RT_LOOKUP_FLIGHTS);
  release_names ();
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

  reset_names ();
  for (i = 0; i < n; i++) {
    hosts[i] = g_strdup_printf ("hang%u.test", i);
    askers_init (&askers[i], hosts[i], 1);
  }
  expect_hanging (RT_LOOKUP_THREADS);
  g_assert_cmpuint (names.asked, ==, RT_LOOKUP_THREADS);
  release_names ();
  for (i = 0; i < n; i++) {
    wait_for (&askers[i], &askers[i].done, 1);
    askers_clear (&askers[i]);
  }
  g_assert_cmpuint (names.asked, ==, n);
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

  reset_names ();
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
  release_names ();
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

  reset_names ();
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
  g_assert_cmpuint (names.asked, ==, 3);
  net_client_close (good, 1000, NULL);
  net_client_expect_end (good, RT_END_REQUESTED, NET_WAIT);
  g_assert_cmpstr (proxy.target, ==, target);
  rt_fake_proxy_clear (&proxy);
  release_names ();
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
