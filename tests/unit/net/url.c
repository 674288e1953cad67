/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From what a user types to what is called: tables of URLs, hosts, headers and
 * of texts that hide a key.
 */
#include "rturl.h"

#include <string.h>

#define ROOT "/v1/realtime"

static const gchar *const v1_query[]
    = { "intent", "quicksilver", "model", "snapshot", NULL };
static const gchar *const v2_query[] = { "model", "gpt realtime/1&2", NULL };
static const gchar *const owned[] = { "intent", "model", NULL };

typedef struct {
  const gchar *uri;
  const gchar *host;
  guint port;
  gboolean tls;
  const gchar *host_header;
  const gchar *target;
} UrlRow;

static const UrlRow completed[] = {
  { "wss://example.com", "example.com", 443, TRUE, "example.com", ROOT },
  { "https://example.com/", "example.com", 443, TRUE, "example.com", ROOT },
  { "http://example.com", "example.com", 80, FALSE, "example.com", ROOT },
  { "ws://example.com/v1", "example.com", 80, FALSE, "example.com", ROOT },
  { "ws://example.com/v1/", "example.com", 80, FALSE, "example.com", ROOT },
  { "ws://example.com/v1/realtime/", "example.com", 80, FALSE, "example.com",
      ROOT },
  { "ws://example.com/v1/realtime", "example.com", 80, FALSE, "example.com",
      ROOT },
  { "ws://example.com/realtime/", "example.com", 80, FALSE, "example.com",
      "/realtime" },
  { "ws://example.com/openai/v1", "example.com", 80, FALSE, "example.com",
      "/openai/v1/realtime" },
  { "ws://example.com/other", "example.com", 80, FALSE, "example.com",
      "/other" },
  { "ws://example.com/other/", "example.com", 80, FALSE, "example.com",
      "/other/" },
  { "ws://example.com/xv1", "example.com", 80, FALSE, "example.com", "/xv1" },
  { "WSS://Example.COM:443/v1", "example.com", 443, TRUE, "example.com", ROOT },
  { "wss://example.com:80/v1", "example.com", 80, TRUE, "example.com:80",
      ROOT },
  { "ws://example.com:8765", "example.com", 8765, FALSE, "example.com:8765",
      ROOT },
  { "ws://127.0.0.1:1", "127.0.0.1", 1, FALSE, "127.0.0.1:1", ROOT },
  { "ws://[::1]:8080/v1", "::1", 8080, FALSE, "[::1]:8080", ROOT },
  { "wss://[2001:DB8::1]", "2001:db8::1", 443, TRUE, "[2001:db8::1]", ROOT },
  { "ws://[fe80::1%25eth0]:9", "fe80::1%eth0", 9, FALSE, "[fe80::1]:9", ROOT },
  { "wss://b\xc3\xbc"
    "cher.example",
      "xn--bcher-kva.example", 443, TRUE, "xn--bcher-kva.example", ROOT },
  { "wss://h/v1/realtime#sk-fragment", "h", 443, TRUE, "h", ROOT },
  { "wss://h/?a=b", "h", 443, TRUE, "h", ROOT "?a=b" },
  { "wss://h?a=b", "h", 443, TRUE, "h", ROOT "?a=b" },
  { "wss://h/v1?a=b&&c", "h", 443, TRUE, "h", ROOT "?a=b&c" },
  { "wss://h/v1?model=own&a=b&intent=x", "h", 443, TRUE, "h", ROOT "?a=b" },
  { "wss://h/v1?%6dodel=own&models=2", "h", 443, TRUE, "h", ROOT "?models=2" },
  { "wss://h/a%20b/\xc3\xa4?q=\xc3\xa4%2B", "h", 443, TRUE, "h",
      "/a%20b/%C3%A4?q=%C3%A4%2B" },
  { "wss://h/\"<>", "h", 443, TRUE, "h", "/%22%3C%3E" },
};

static void
check_row (const UrlRow *row, const RtUrl *url)
{
  g_test_message ("%s", row->uri);
  g_assert_nonnull (url);
  g_assert_cmpstr (url->host, ==, row->host);
  g_assert_cmpuint (url->port, ==, row->port);
  g_assert_cmpint (url->tls, ==, row->tls);
  g_assert_cmpstr (url->host_header, ==, row->host_header);
  g_assert_cmpstr (url->target, ==, row->target);
}

static void
test_completed (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (completed); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RtUrl) url
        = rt_url_build (completed[i].uri, ROOT, TRUE, NULL, owned, &error);

    g_assert_no_error (error);
    check_row (&completed[i], url);
  }
}

static void
test_untouched (void)
{
  static const UrlRow rows[] = {
    { "ws://h", "h", 80, FALSE, "h", "/ws" },
    { "ws://h/", "h", 80, FALSE, "h", "/ws" },
    { "ws://h/v1", "h", 80, FALSE, "h", "/v1" },
    { "ws://h/v1/realtime/", "h", 80, FALSE, "h", "/v1/realtime/" },
    { "ws://h/x?model=1", "h", 80, FALSE, "h", "/x?model=1" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtUrl) url
        = rt_url_build (rows[i].uri, "/ws", FALSE, NULL, NULL, NULL);

    check_row (&rows[i], url);
  }
}

static void
test_query (void)
{
  g_autoptr (RtUrl) v1
      = rt_url_build ("https://example.com/v1/realtime?foo=bar", ROOT, TRUE,
          v1_query, owned, NULL);
  g_autoptr (RtUrl) v2 = rt_url_build (
      "wss://h?intent=a&x=1&model=b", ROOT, TRUE, v2_query, owned, NULL);
  g_autoptr (RtUrl) taken
      = rt_url_build ("wss://h?model=a&x", ROOT, TRUE, v2_query, NULL, NULL);

  g_assert_cmpstr (v1->display, ==,
      "wss://example.com/v1/realtime?foo=bar&intent=quicksilver&model="
      "snapshot");
  g_assert_cmpstr (v2->target, ==, ROOT "?x=1&model=gpt%20realtime%2F1%262");
  g_assert_cmpstr (taken->target, ==, ROOT "?x&model=gpt%20realtime%2F1%262");
}

static void
test_display (void)
{
  g_autoptr (RtUrl) url
      = rt_url_build ("https://h:1/v1?api-key=abc&X-Token=d&a=sk-12345678abc#e",
          ROOT, TRUE, NULL, NULL, NULL);

  g_assert_cmpstr (url->display, ==,
      "wss://h:1/v1/realtime?api-key=...&X-Token=...&a=[redacted]");
  g_assert_cmpstr (
      url->target, ==, "/v1/realtime?api-key=abc&X-Token=d&a=sk-12345678abc");
}

static void
test_refused (void)
{
  static const struct {
    const gchar *uri;
    RtUrlError code;
  } rows[] = {
    { NULL, RT_URL_ERROR_INVALID },
    { "", RT_URL_ERROR_INVALID },
    { "foo", RT_URL_ERROR_INVALID },
    { "//host", RT_URL_ERROR_INVALID },
    { "ws://h/\r\nX: y", RT_URL_ERROR_INVALID },
    { "ws://h/a b", RT_URL_ERROR_INVALID },
    { " ws://h", RT_URL_ERROR_INVALID },
    { "ws://h/\xff", RT_URL_ERROR_INVALID },
    { "ws://h:0", RT_URL_ERROR_INVALID },
    { "ws://h:65536", RT_URL_ERROR_INVALID },
    { "ws://h:x", RT_URL_ERROR_INVALID },
    { "ftp://h", RT_URL_ERROR_SCHEME },
    { "file:///etc/passwd", RT_URL_ERROR_SCHEME },
    { "ws:///x", RT_URL_ERROR_HOST },
    { "wss:", RT_URL_ERROR_HOST },
    { "ws://a..b", RT_URL_ERROR_HOST },
    { "ws://a%20b", RT_URL_ERROR_HOST },
    { "ws://a%2fb", RT_URL_ERROR_HOST },
    { "ws://a%0d%0ab", RT_URL_ERROR_HOST },
    { "ws://[fe80::1%25\xef\xbc\x8e]", RT_URL_ERROR_HOST },
    { "ws://[fe80::1%25a%2fb]", RT_URL_ERROR_HOST },
    { "ws://[fe80::1%25a%0d%0ab]", RT_URL_ERROR_HOST },
    { "wss://sk-secret123456@h", RT_URL_ERROR_USERINFO },
    { "wss://u:sk-secret123456@h", RT_URL_ERROR_USERINFO },
    { "sk-secret123456", RT_URL_ERROR_INVALID },
    { "sk-secret123456://h", RT_URL_ERROR_SCHEME },
    { "wss://@h", RT_URL_ERROR_USERINFO },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    RtUrl *url = rt_url_build (rows[i].uri, ROOT, TRUE, NULL, NULL, &error);

    g_test_message ("%s", rows[i].uri != NULL ? "next" : "NULL");
    g_assert_null (url);
    g_assert_error (error, RT_URL_ERROR, (gint) rows[i].code);
    g_assert_null (strstr (error->message, "secret"));
  }
}

static void
test_hosts (void)
{
  static const gchar *const loopback[] = { "127.0.0.1", "127.255.0.9", "::1",
    "localhost", "LocalHost", "localhost.", "a.localhost", NULL };
  static const gchar *const remote[] = { "128.0.0.1", "::2", "local", "",
    "localhost.example", "xlocalhost", "127.0.0.1.example", "0.0.0.0", NULL };
  gsize i;

  for (i = 0; loopback[i] != NULL; i++)
    g_assert_true (rt_host_is_loopback (loopback[i]));
  for (i = 0; remote[i] != NULL; i++)
    g_assert_false (rt_host_is_loopback (remote[i]));
  g_assert_false (rt_host_is_loopback (NULL));

  g_assert_true (rt_host_is_within ("openai.com", "openai.com"));
  g_assert_true (rt_host_is_within ("API.OpenAI.com", "openai.com"));
  g_assert_true (rt_host_is_within ("api.openai.com.", "openai.com"));
  g_assert_false (rt_host_is_within ("notopenai.com", "openai.com"));
  g_assert_false (rt_host_is_within ("openai.com.example", "openai.com"));
  g_assert_false (rt_host_is_within ("com", "openai.com"));
  g_assert_false (rt_host_is_within ("", "openai.com"));
}

static void
test_header_names (void)
{
  static const gchar *const good[]
      = { "X-Session-Id", "Authorization", "api-key", "a", "hostname", NULL };
  static const gchar *const bad[] = { "", "a b", "a:", "a\r\nb", "\xc3\xa4",
    "Host", "hOST", "Connection", "Upgrade", "Content-Length",
    "Transfer-Encoding", "Sec-WebSocket-Key", "sec-websocket-anything",
    "Proxy-Authorization", "TE", "Trailer", "Keep-Alive", "Expect", NULL };
  const gchar *why;
  gsize i;

  for (i = 0; good[i] != NULL; i++) {
    g_assert_true (rt_header_name_is_allowed (good[i], &why));
    g_assert_null (why);
  }
  for (i = 0; bad[i] != NULL; i++) {
    g_test_message ("%" G_GSIZE_FORMAT, i);
    g_assert_false (rt_header_name_is_allowed (bad[i], &why));
    g_assert_nonnull (why);
  }
  g_assert_false (rt_header_name_is_allowed (NULL, NULL));
}

static void
test_header_values (void)
{
  g_assert_true (rt_header_value_is_valid (""));
  g_assert_true (rt_header_value_is_valid ("a b \xc3\xa4 ~"));
  g_assert_false (rt_header_value_is_valid (NULL));
  g_assert_false (rt_header_value_is_valid ("a\r\nHost: evil"));
  g_assert_false (rt_header_value_is_valid ("a\n"));
  g_assert_false (rt_header_value_is_valid ("a\tb"));
  g_assert_false (rt_header_value_is_valid ("a\x7f"));
  g_assert_false (rt_header_value_is_valid ("\xff"));
}

static void
test_redact (void)
{
  static const struct {
    const gchar *text, *secret, *safe;
  } rows[] = {
    { NULL, NULL, "" },
    { "nothing here", NULL, "nothing here" },
    { "nothing here", "", "nothing here" },
    { "a hunter2 b hunter2", "hunter2", "a [redacted] b [redacted]" },
    { "hunter2hunter2", "hunter2", "[redacted][redacted]" },
    { "key: sk-abcdefgh_-12", NULL, "key: [redacted]" },
    { "sk-proj-abcdefgh.", NULL, "[redacted]." },
    { "sk-short", NULL, "sk-short" },
    { "risk-assessment", NULL, "risk-assessment" },
    { "task-management-2", NULL, "ta[redacted]" },
    { "\"\\nsk-abcdefghijk\"", NULL, "\"\\n[redacted]\"" },
    { "ek_12345678", NULL, "[redacted]" },
    { "week_beginning", NULL, "week_beginning" },
    { "Authorization: Bearer abc.def-ghi jkl", NULL,
        "Authorization: Bearer [redacted] jkl" },
    { "{\"a\":\"bearer x1\",\"b\":1}", NULL,
        "{\"a\":\"bearer [redacted]\",\"b\":1}" },
    { "Bearer abcdefghijklmnopq", NULL, "Bearer [redacted]" },
    { "Bearer", NULL, "Bearer" },
    { "Bearer ", NULL, "Bearer " },
    { "the bearer of bad news", NULL, "the bearer of bad news" },
    { "no bearer authentication.", NULL, "no bearer authentication." },
    { "a slash/ed-key b", "slash/ed-key", "a [redacted] b" },
    { "a slash\\/ed-key b", "slash/ed-key", "a [redacted] b" },
    { "a \\u0061-\\u004B\\u002Fz.9\\u003d b", "a-K/z.9=", "a [redacted] b" },
    { "a \\u0061-\\u004 b", "a-K/z.9=", "a \\u0061-\\u004 b" },
    /* cut by whoever sent it */
    { "provided: hunter2-and-mor", "hunter2-and-more", "provided: [redacted]" },
    { "provided: hunter2-", "hunter2-and-more", "provided: [redacted]" },
    { "I hunt", "hunter2-and-more", "I hunt" },
    /* what looks like a key ends in the middle of the real one */
    { "sk-12345678key.with.dots", "key.with.dots", "[redacted][redacted]" },
    { "hunter\xff", "hunter\xff", "[redacted]" },
    { "\xc3\xa9", "\xa9", "\xef\xbf\xbd[redacted]" },
    { "a\xff"
      "b",
        NULL,
        "a\xef\xbf\xbd"
        "b" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *safe = rt_redact (rows[i].text, rows[i].secret, 1000);

    g_assert_cmpstr (safe, ==, rows[i].safe);
  }
}

/* In what is said a word is a word. */
static void
test_redact_secret (void)
{
  static const struct {
    const gchar *text, *secret, *safe;
  } rows[] = {
    { NULL, "hunter2-and-more", NULL },
    { "sk-abcdefgh1 Bearer abc.1", NULL, "sk-abcdefgh1 Bearer abc.1" },
    { "sk-abcdefgh1 Bearer abc.1", "hunter2-and-more",
        "sk-abcdefgh1 Bearer abc.1" },
    { "hunter2-and-more!", "hunter2-and-more", "[redacted]!" },
    { "This is a test.", "test", "This is a test." },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *safe = rt_redact_secret (rows[i].text, rows[i].secret);

    g_assert_cmpstr (safe, ==, rows[i].safe);
  }
}

static void
test_redact_cuts (void)
{
  g_autofree gchar *umlaut = rt_redact ("a\xc3\xa4\xc3\xa4", NULL, 4);
  g_autofree gchar *split = rt_redact ("12345678 hunter2", "hunter2", 12);
  g_autofree gchar *none = rt_redact ("abc", NULL, 0);

  g_assert_cmpstr (umlaut, ==, "a\xc3\xa4");
  /* no half of a secret survives the cut */
  g_assert_cmpstr (split, ==, "12345678 [re");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/url/completed", test_completed);
  g_test_add_func ("/net/url/untouched", test_untouched);
  g_test_add_func ("/net/url/query", test_query);
  g_test_add_func ("/net/url/display", test_display);
  g_test_add_func ("/net/url/refused", test_refused);
  g_test_add_func ("/net/url/hosts", test_hosts);
  g_test_add_func ("/net/url/header-names", test_header_names);
  g_test_add_func ("/net/url/header-values", test_header_values);
  g_test_add_func ("/net/url/redact", test_redact);
  g_test_add_func ("/net/url/redact-secret", test_redact_secret);
  g_test_add_func ("/net/url/redact-cuts", test_redact_cuts);
  return g_test_run ();
}
