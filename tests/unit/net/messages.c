/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server may send and what it may not: sizes, fragments, floods and
 * breaches of the protocol.
 */
#include "netclient.h"
#include "rtmemory.h"

#include <string.h>
#include <sys/resource.h>

#define MIB (1024 * 1024)

typedef struct {
  RtFakeServer *server;
  RtFakeConn *conn;
  NetClient *client;
} Pair;

static void
pair_init_full (Pair *self, RtFakeServerFlags flags)
{
  self->server = rt_fake_server_new (flags);
  self->client = net_client_new (net_params_new (self->server));
  net_client_expect_open (self->client);
  self->conn = rt_fake_server_expect_connection (self->server, NET_WAIT);
}

static void
pair_init (Pair *self)
{
  pair_init_full (self, RT_FAKE_SERVER_PLAIN);
}

static void
pair_clear (Pair *self)
{
  net_client_free (self->client);
  rt_fake_server_free (self->server);
}

static void
check_sizes (RtFakeServerFlags flags)
{
  static const gsize sizes[]
      = { 0, 1, 125, 126, 65535, 65536, 128 * 1024 + 1, 2 * MIB };
  Pair pair;
  gsize i;

  pair_init_full (&pair, flags);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree gchar *text = g_strnfill (sizes[i], 'a' + i);

    rt_fake_conn_send_text (pair.conn, text);
    net_client_expect_messages (pair.client, i + 1);
    g_assert_cmpuint (g_bytes_get_size (pair.client->last), ==, sizes[i]);
    g_assert_cmpmem (
        g_bytes_get_data (pair.client->last, NULL), sizes[i], text, sizes[i]);
    g_assert_false (pair.client->last_binary);
  }
  pair_clear (&pair);
}

static void
test_sizes (void)
{
  check_sizes (RT_FAKE_SERVER_PLAIN);
}

static void
test_sizes_tls (void)
{
  check_sizes (RT_FAKE_SERVER_TLS);
}

static void
check_sent (RtFakeServerFlags flags)
{
  static const gsize sizes[]
      = { 0, 100, 200, 65400, 65500, 128 * 1024, 2 * MIB };
  Pair pair;
  gsize i;

  pair_init_full (&pair, flags);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree gchar *fill = g_strnfill (sizes[i], 'a' + i);
    g_autofree gchar *text
        = g_strdup_printf ("{\"type\":\"n%u\",\"x\":\"%s\"}", (guint) i, fill);

    net_client_send (pair.client, text);
  }
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree gchar *type = g_strdup_printf ("n%u", (guint) i);
    JsonObject *object = rt_fake_conn_expect_event (pair.conn, type, NET_WAIT);

    g_assert_cmpuint (
        strlen (json_object_get_string_member (object, "x")), ==, sizes[i]);
    g_assert_cmpstr (rt_fake_conn_get_event_type (pair.conn, i), ==, type);
  }
  pair_clear (&pair);
}

static void
test_sent (void)
{
  check_sent (RT_FAKE_SERVER_PLAIN);
}

static void
test_sent_tls (void)
{
  check_sent (RT_FAKE_SERVER_TLS);
}

static void
test_limit (void)
{
  g_autofree gchar *text = g_strnfill (16 * MIB + 1, 'x');
  const RtEnd *end;
  Pair pair;

  pair_init (&pair);
  rt_fake_conn_send_frame (pair.conn, 1, TRUE, 0, FALSE, text, 16 * MIB);
  net_client_expect_messages (pair.client, 1);
  g_assert_cmpuint (pair.client->n_bytes, ==, 16 * MIB);
  rt_fake_conn_send_frame (pair.conn, 1, TRUE, 0, FALSE, text, 16 * MIB + 1);
  end = net_client_expect_end (pair.client, RT_END_PROTOCOL, NET_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1009);
  g_assert_nonnull (strstr (end->reason, "16 MiB"));
  pair_clear (&pair);
}

/* In a process of its own: GLib would end it when libsoup collects more than
 * there is. */
static void
test_no_memory (void)
{
  static const guint8 head[] = { 0x81, 127, 0, 0, 0, 0, 1, 0, 0, 0, 'x' };
  struct rlimit limit = { 0 };
  const RtEnd *end;
  Pair pair;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("AddressSanitizer reserves more than any limit");
  return;
#endif
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  pair_init (&pair);
  limit.rlim_cur = limit.rlim_max = rt_memory_get_address_space () + 64 * MIB;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  rt_fake_conn_send_bytes (pair.conn, head, sizeof (head));
  end = net_client_expect_end (pair.client, RT_END_PROTOCOL, NET_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1009);
  g_assert_nonnull (strstr (end->reason, "no memory"));
  pair_clear (&pair);
}

static void
test_binary (void)
{
  Pair pair;

  pair_init (&pair);
  rt_fake_conn_send_frame (pair.conn, 2, TRUE, 0, FALSE, "\0\xff", 2);
  net_client_expect_messages (pair.client, 1);
  g_assert_true (pair.client->last_binary);
  g_assert_cmpuint (pair.client->n_bytes, ==, 2);
  /* NUL in a text counts as well */
  rt_fake_conn_send_frame (pair.conn, 1, TRUE, 0, FALSE, "a\0b", 3);
  net_client_expect_messages (pair.client, 2);
  g_assert_false (pair.client->last_binary);
  g_assert_cmpuint (pair.client->n_bytes, ==, 5);
  pair_clear (&pair);
}

/* A character cut in two, and a ping in between. */
static void
test_fragments (void)
{
  Pair pair;

  pair_init (&pair);
  rt_fake_conn_send_frame (pair.conn, 1, FALSE, 0, FALSE, "a\xc3", 2);
  rt_fake_conn_send_frame (pair.conn, 9, TRUE, 0, FALSE, "p", 1);
  rt_fake_conn_send_frame (pair.conn, 0, FALSE, 0, FALSE, "", 0);
  g_assert_true (rt_fake_conn_wait_pongs (pair.conn, 1, NET_WAIT));
  rt_fake_conn_send_frame (pair.conn, 0, TRUE, 0, FALSE, "\xa4", 1);
  net_client_expect_messages (pair.client, 1);
  g_assert_cmpmem (g_bytes_get_data (pair.client->last, NULL),
      g_bytes_get_size (pair.client->last), "a\xc3\xa4", 3);
  pair_clear (&pair);
}

/* Each byte by itself: header, payload, a ping, and the end. */
static void
test_trickle (void)
{
  static const gchar bytes[] = "\x81\x05"
                               "a\xe2\x82\xac!"
                               "\x89\x01p"
                               "\x01\x02"
                               "b\xc3"
                               "\x80\x01\xa4"
                               "\x88\x04\x03\xe8"
                               "ok";
  Pair pair;
  gsize i;

  pair_init (&pair);
  for (i = 0; i + 1 < sizeof (bytes); i++)
    rt_fake_conn_send_bytes (pair.conn, bytes + i, 1);
  g_assert_true (rt_fake_conn_wait_pongs (pair.conn, 1, NET_WAIT));
  net_client_expect_end (pair.client, RT_END_CLOSED, NET_WAIT);
  g_assert_cmpuint (pair.client->n_messages, ==, 2);
  g_assert_cmpmem (g_bytes_get_data (pair.client->last, NULL),
      g_bytes_get_size (pair.client->last), "b\xc3\xa4", 3);
  g_assert_cmpstr (pair.client->end.reason, ==, "ok");
  pair_clear (&pair);
}

static void
test_endless_fragments (void)
{
  g_autofree gchar *piece = g_strnfill (MIB, 'x');
  const RtEnd *end;
  Pair pair;
  guint i;

  pair_init (&pair);
  for (i = 0; i < 100; i++)
    if (!rt_fake_conn_send_frame (
            pair.conn, i == 0 ? 1 : 0, FALSE, 0, FALSE, piece, MIB))
      break;
  g_assert_cmpuint (i, <, 100);
  end = net_client_expect_end (pair.client, RT_END_PROTOCOL, NET_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1009);
  pair_clear (&pair);
}

typedef struct {
  const gchar *bytes;
  gsize size;
  guint code;
} Breach;

#define BREACH(bytes, code)         \
  {                                 \
    bytes, sizeof (bytes) - 1, code \
  }

/* The last frame of each is a good message, which must not come through. */
static void
test_breaches (void)
{
  static const Breach rows[] = {
    BREACH ("\x81\x02\xc3\x28\x81\x01z", 1007),
    BREACH ("\x81\x01\xff\x81\x01z", 1007),
    BREACH ("\xc1\x01y\x81\x01z", 1002),
    BREACH ("\x81\x81\x01\x02\x03\x04x\x81\x01z", 1002),
    BREACH ("\x83\x01x\x81\x01z", 1002),
    BREACH ("\x8b\x00\x81\x01z", 1002),
    BREACH ("\x09\x00\x81\x01z", 1002),
    BREACH ("\x80\x01x\x81\x01z", 1002),
    BREACH ("\x01\x01x\x81\x01z", 1002),
    BREACH ("\x81\x7e\x00\x01x\x81\x01z", 1002),
    BREACH ("\x88\x03\x03\xe8\xff\x81\x01z", 1007),
    BREACH ("\x89\x7e\x00\x7e\x81\x01z", 1002),
    BREACH ("\x81\x7f\x40\0\0\0\0\0\0\0\x81\x01z", 1009),
    BREACH ("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01z", 1009),
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const RtEnd *end;
    Pair pair;

    g_test_message ("row %" G_GSIZE_FORMAT, i);
    pair_init (&pair);
    rt_fake_conn_send_bytes (pair.conn, rows[i].bytes, rows[i].size);
    end = net_client_expect_end (pair.client, RT_END_PROTOCOL, NET_WAIT);
    g_assert_cmpuint (end->close_code, ==, rows[i].code);
    g_assert_cmpuint (pair.client->n_messages, ==, 0);
    pair_clear (&pair);
  }
}

static void
test_pings (void)
{
  Pair pair;
  guint i;

  pair_init (&pair);
  for (i = 0; i < 50; i++)
    rt_fake_conn_send_frame (pair.conn, 9, TRUE, 0, FALSE, "ping", 4);
  g_assert_true (rt_fake_conn_wait_pongs (pair.conn, 50, NET_WAIT));
  pair_clear (&pair);
}

static gdouble
processor_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
         + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* libsoup walks its list of answers for each: it is not let to. */
static void
test_ping_flood (void)
{
  const guint n = 300000;
  g_autofree guint8 *flood = g_malloc (n * 2);
  const RtEnd *end;
  gdouble before;
  Pair pair;
  guint i;

  for (i = 0; i < n; i++) {
    flood[2 * i] = 0x89;
    flood[2 * i + 1] = 0;
  }
  pair_init (&pair);
  before = processor_seconds ();
  rt_fake_conn_send_bytes (pair.conn, flood, n * 2);
  end = net_client_expect_end (pair.client, RT_END_PROTOCOL, 2000);
  g_assert_cmpuint (end->close_code, ==, 1008);
  g_assert_cmpfloat (processor_seconds () - before, <, 1);
  pair_clear (&pair);
}

static void
fill_func (NetClient *client, gpointer data)
{
  g_autofree gchar *text = g_strnfill (10000, 'x');

  while (rt_transport_is_writable (client->transport))
    rt_transport_send (client->transport, text, strlen (text));
}

/* The end, within `ms` or not. */
static gboolean
has_ended (NetClient *client, guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  gboolean ended;

  g_mutex_lock (&client->lock);
  while (client->n_ended == 0
         && g_cond_wait_until (&client->cond, &client->lock, deadline))
    ;
  ended = client->n_ended > 0;
  g_mutex_unlock (&client->lock);
  return ended;
}

/* Slower than a flood, from a server that does not read: the answers would
 * pile up. */
static void
test_unread_pongs (void)
{
  g_autofree gchar *payload = g_strnfill (100, 'p');
  const RtEnd *end;
  Pair pair;
  guint i;

  pair_init_full (&pair, RT_FAKE_SERVER_SMALL_BUFFERS);
  rt_fake_conn_set_reading (pair.conn, FALSE);
  net_client_run (pair.client, fill_func, NULL);
  for (i = 0; i < 400 && !has_ended (pair.client, 15); i++)
    rt_fake_conn_send_frame (pair.conn, 9, TRUE, 0, FALSE, payload, 100);
  end = net_client_expect_end (pair.client, RT_END_PROTOCOL, NET_WAIT);
  g_assert_cmpuint (end->close_code, ==, 1008);
  g_assert_nonnull (strstr (end->reason, "reads the answers"));
  pair_clear (&pair);
}

typedef struct {
  RtFakeConn *conn;
  gint stop; /* atomic */
} Flood;

static gpointer
flood_run (gpointer data)
{
  Flood *self = data;
  const gsize n = 20000;
  g_autofree guint8 *frames = g_malloc (n * 3);
  gsize i;

  for (i = 0; i < n; i++) {
    frames[3 * i] = 0x81;
    frames[3 * i + 1] = 1;
    frames[3 * i + 2] = 'x';
  }
  while (!g_atomic_int_get (&self->stop)
         && rt_fake_conn_send_bytes (self->conn, frames, n * 3))
    ;
  return NULL;
}

static void
nothing (NetClient *client, gpointer data)
{
}

/* The loop serves others while one server floods it. */
static void
test_flood (void)
{
  Pair flooded, other;
  Flood flood = { NULL, 0 };
  GThread *thread;
  gint64 began, worst = 0;
  guint i;

  pair_init (&flooded);
  pair_init (&other);
  flood.conn = flooded.conn;
  thread = g_thread_new ("flood", flood_run, &flood);
  net_client_expect_messages (flooded.client, 1000);
  for (i = 1; i <= 20; i++) {
    began = g_get_monotonic_time ();
    net_client_run (flooded.client, nothing, NULL);
    rt_fake_conn_send_text (other.conn, "{}");
    net_client_expect_messages (other.client, i);
    worst = MAX (worst, g_get_monotonic_time () - began);
  }
  g_test_message ("worst: %d us", (gint) worst);
  g_assert_cmpint (worst, <, 2 * G_USEC_PER_SEC);
  began = g_get_monotonic_time ();
  net_client_close (flooded.client, 1000, NULL);
  net_client_expect_end (flooded.client, RT_END_REQUESTED, 1200);
  g_atomic_int_set (&flood.stop, 1);
  g_thread_join (thread);
  pair_clear (&flooded);
  pair_clear (&other);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/messages/sizes", test_sizes);
  g_test_add_func ("/net/messages/sizes-tls", test_sizes_tls);
  g_test_add_func ("/net/messages/sent", test_sent);
  g_test_add_func ("/net/messages/sent-tls", test_sent_tls);
  g_test_add_func ("/net/messages/limit", test_limit);
  g_test_add_func ("/net/messages/no-memory", test_no_memory);
  g_test_add_func ("/net/messages/binary", test_binary);
  g_test_add_func ("/net/messages/fragments", test_fragments);
  g_test_add_func ("/net/messages/trickle", test_trickle);
  g_test_add_func ("/net/messages/endless-fragments", test_endless_fragments);
  g_test_add_func ("/net/messages/breaches", test_breaches);
  g_test_add_func ("/net/messages/pings", test_pings);
  g_test_add_func ("/net/messages/ping-flood", test_ping_flood);
  g_test_add_func ("/net/messages/unread-pongs", test_unread_pongs);
  g_test_add_func ("/net/messages/flood", test_flood);
  return g_test_run ();
}
