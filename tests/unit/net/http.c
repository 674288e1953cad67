/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers that are no WebSocket: what is read of them, what becomes of them,
 * and what is shown.
 */
#include "netclient.h"
#include "rthttp.h"

#include <string.h>

#define SECRET "very-secret-key"

static NetClient *
attempt (RtFakeServer *server)
{
  return net_client_new (net_params_new (server));
}

typedef struct {
  guint status;
  const gchar *headers;
  const gchar *body;
  const gchar *part;
  const gchar *absent;
  guint retry_after;
} HttpRow;

static void
test_http (void)
{
  static const HttpRow rows[] = {
    { 401, "Content-Type: application/json\r\n",
        "{\"error\":{\"message\":\"Incorrect API key provided: " SECRET
        ", sk-abcdefghijkl\"}}",
        "Incorrect API key provided: [redacted], [redacted]", SECRET, 0 },
    { 400, "Content-Type: application/json\r\n",
        "{\"error\":{\"message\":\"No such model\"}}", "No such model", NULL,
        0 },
    { 403, NULL, "Your project has no access", "no access", NULL, 0 },
    { 429, "Retry-After: 17\r\n", "slow down", "slow down", NULL, 17 },
    { 503, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", "", "503", NULL,
        0 },
    { 503, "Retry-After: soon\r\n", "", "503", NULL, 0 },
    { 301, "Location: wss://elsewhere.example/x?key=" SECRET "\r\n", "moved",
        "elsewhere.example", SECRET, 0 },
    { 307, NULL, "", "redirects", NULL, 0 },
    { 200, "Content-Type: text/plain\r\n", "I am no\r\n  WebSocket\r\n",
        "I am no WebSocket", "\n", 0 },
    { 502, "Content-Type: text/html\r\n",
        "<html><head><style>p {}</style><title>502 Bad Gateway</title>"
        "<!-- a > b --></head>\r\n<body><h1>Bad&nbsp;Gateway</h1></body>",
        "502 Bad Gateway", "<", 0 },
    { 404, NULL, "", "HTTP 404", NULL, 0 },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
    RtConnectParams *params = net_params_new (server);
    g_autoptr (NetClient) client = NULL;
    const RtEnd *end;

    params->auth_header = g_strdup ("Authorization");
    params->secret = g_strdup (SECRET);
    rt_fake_server_set_http (
        server, rows[i].status, rows[i].headers, rows[i].body);
    client = net_client_new (params);
    end = net_client_expect_end (client, RT_END_REFUSED, NET_WAIT);
    g_assert_cmpuint (end->http_status, ==, rows[i].status);
    g_assert_cmpuint (end->retry_after, ==, rows[i].retry_after);
    g_assert_nonnull (strstr (end->reason, rows[i].part));
    if (rows[i].absent != NULL)
      g_assert_null (strstr (end->reason, rows[i].absent));
    g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 1);
  }
}

static void
test_retry_date (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = g_date_time_add_seconds (now, 100);
  g_autofree gchar *header
      = g_date_time_format (then, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n");
  g_autoptr (NetClient) client = NULL;
  const RtEnd *end;

  rt_fake_server_set_http (server, 503, header, "");
  client = attempt (server);
  end = net_client_expect_end (client, RT_END_REFUSED, NET_WAIT);
  g_assert_cmpuint (end->retry_after, >, 80);
  g_assert_cmpuint (end->retry_after, <=, 100);
}

static void
test_long_body (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autofree gchar *body = g_strnfill (100000, 'x');
  g_autoptr (NetClient) client = NULL;
  const RtEnd *end;

  rt_fake_server_set_http (server, 500, NULL, body);
  client = attempt (server);
  end = net_client_expect_end (client, RT_END_REFUSED, NET_WAIT);
  g_assert_cmpuint (strlen (end->reason), <, 600);
}

/* Wherever a body is cut, no half of a key is left. */
static void
test_key_at_cut (void)
{
  const guint size = strlen (SECRET);
  guint at;

  for (at = 280; at < 530; at += 3) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
    g_autofree gchar *fill = g_strnfill (at, 'x');
    g_autofree gchar *body = g_strconcat (fill, " " SECRET " more", NULL);
    RtConnectParams *params = net_params_new (server);
    g_autoptr (NetClient) client = NULL;
    const RtEnd *end;
    guint i;

    params->auth_header = g_strdup ("api-key");
    params->secret = g_strdup (SECRET);
    rt_fake_server_set_http (server, 500, NULL, body);
    client = net_client_new (params);
    end = net_client_expect_end (client, RT_END_REFUSED, NET_WAIT);
    for (i = 0; i + 5 <= size; i++) {
      g_autofree gchar *part = g_strndup (SECRET + i, 5);

      g_assert_null (strstr (end->reason, part));
    }
  }
}

static void
test_bad_upgrades (void)
{
  static const gchar *const rows[][2] = {
    { "Sec-WebSocket-Extensions: permessage-deflate\r\n", "extension" },
    { "Sec-WebSocket-Protocol: realtime\r\n", "subprotocol" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
    g_autoptr (NetClient) client = NULL;
    const RtEnd *end;

    rt_fake_server_set_upgrade_headers (server, rows[i][0]);
    client = attempt (server);
    end = net_client_expect_end (client, RT_END_PROTOCOL, NET_WAIT);
    g_assert_nonnull (strstr (end->reason, rows[i][1]));
    g_assert_cmpuint (end->http_status, ==, 101);
  }
}

/* A stream that gives the same bytes for ever, and counts what was taken. */
typedef struct {
  GString *text;
  gsize period; /* of what follows `text`, at its end */
  gsize taken;
} Endless;

#define TEST_TYPE_ENDLESS (test_endless_get_type ())
G_DECLARE_FINAL_TYPE (TestEndless, test_endless, TEST, ENDLESS, GInputStream)

struct _TestEndless {
  GInputStream parent;

  Endless *source;
};

G_DEFINE_TYPE (TestEndless, test_endless, G_TYPE_INPUT_STREAM)

static gssize
endless_read (GInputStream *stream, void *buffer, gsize count,
    GCancellable *cancellable, GError **error)
{
  Endless *source = TEST_ENDLESS (stream)->source;
  gsize size = source->text->len, i, at;

  for (i = 0; i < count; i++) {
    at = source->taken + i;
    if (at >= size)
      at = size - source->period + (at - size) % source->period;
    ((gchar *) buffer)[i] = source->text->str[at];
  }
  source->taken += count;
  return count;
}

static void
test_endless_class_init (TestEndlessClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = endless_read;
}

static void
test_endless_init (TestEndless *self)
{
}

static void
store_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
await (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* The answer to a request over that stream; its body too when there is a
 * header. */
static RtHttpReply *
exchange (Endless *source, GError **error)
{
  g_autoptr (TestEndless) input = g_object_new (TEST_TYPE_ENDLESS, NULL);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GAsyncResult) head = NULL;
  g_autoptr (GAsyncResult) body = NULL;
  RtHttpReply *reply;

  input->source = source;
  stream = g_simple_io_stream_new (G_INPUT_STREAM (input), output);
  rt_http_exchange_async (stream, g_string_new ("GET /"), store_cb, &head);
  reply = rt_http_exchange_finish (await (&head), error);
  if (reply == NULL)
    return NULL;
  rt_http_read_body_async (stream, reply, store_cb, &body);
  rt_http_read_body_finish (await (&body));
  return reply;
}

/* Whatever a server goes on with, no more than that is read. */
static void
test_bounds (void)
{
  static const struct {
    const gchar *begin, *repeat;
    gsize limit; /* of what is taken, but for a piece */
    const gchar *error;
  } rows[] = {
    { "HTTP/1.1 500 No\r\n\r\n", "x", 16384, NULL },
    { "HTTP/1.1 500 No\r\nContent-Length: 99999999999\r\n\r\n", "x", 16384,
        NULL },
    { "HTTP/1.1 500 No\r\nContent-Length: -1\r\n\r\n", "x", 16384, NULL },
    { "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nmore\r\n",
        16384, NULL },
    { "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", "f", 16384,
        NULL },
    { "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n",
        "ffffffffffffffff\r\n", 16384, NULL },
    { "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nagain\r\n"
      "0\r\n\r\n",
        "x", 0, NULL },
    { "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nagain", "x", 0, NULL },
    { "HTTP/1.1 101 Yes\r\n", "X-Y: z\r\n", 65536, "64 KiB" },
    { "HTTP/1.1 101 Yes\r\nX: ", "y", 65536, "64 KiB" },
    { "HTTP/1.1 ", "1", 65536, "64 KiB" },
    { "HTTP/1.1 101 Yes\r\n", " ", 65536, "64 KiB" },
    { "HTTP/2 200 OK", "x", 0, "not HTTP" },
    { "", "x", 0, "not HTTP" },
    { "\x15\x03\x01", "\x00", 0, "TLS" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize period = MAX (strlen (rows[i].repeat), 1);
    g_autoptr (GString) text = g_string_new (rows[i].begin);
    Endless source = { text, period, 0 };
    g_autoptr (RtHttpReply) reply = NULL;
    g_autofree gchar *shown = NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_string_append_len (text, rows[i].repeat, period);
    reply = exchange (&source, &error);
    g_assert_cmpuint (source.taken, <=, rows[i].limit + 2 * 4096);
    if (rows[i].error != NULL) {
      g_assert_null (reply);
      g_assert_nonnull (strstr (error->message, rows[i].error));
      continue;
    }
    g_assert_no_error (error);
    shown = rt_http_reply_text (reply);
    g_assert_cmpuint (strlen (shown), <=, 16384);
    if (rows[i].limit == 0)
      g_assert_true (g_str_has_prefix (shown, "again"));
  }
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/http/bounds", test_bounds);
  g_test_add_func ("/net/http/refusals", test_http);
  g_test_add_func ("/net/http/retry-date", test_retry_date);
  g_test_add_func ("/net/http/long-body", test_long_body);
  g_test_add_func ("/net/http/key-at-cut", test_key_at_cut);
  g_test_add_func ("/net/http/bad-upgrades", test_bad_upgrades);
  return g_test_run ();
}
