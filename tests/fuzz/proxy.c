/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A proxy: its address as it is typed (first byte u), and its answers (h: to
 * CONNECT; s, a, 5: to SOCKS4, 4a and 5).
 */
#include "fuzz.h"
#include "fuzzstream.h"
#include "rtproxy.h"

#include <string.h>

static void
check_uri (FuzzInput *input)
{
  g_autofree gchar *typed = fuzz_take_line (input);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtProxy) proxy = rt_proxy_new (typed, &error);
  const gchar *p;

  if (proxy == NULL) {
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    return;
  }
  g_assert_cmpstr (proxy->host, !=, "");
  for (p = proxy->host; *p != '\0'; p++)
    g_assert_true (g_ascii_isgraph (*p));
  g_assert_cmpuint (proxy->port, >, 0);
  g_assert_true (proxy->user == NULL || *proxy->user != '\0');
  rt_proxy_wants_address (proxy, "example.com");
}

typedef struct {
  gboolean done;
  gboolean connected;
  guint status;
  GError *error;
} Tunnel;

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Tunnel *self = user_data;

  self->connected
      = rt_proxy_connect_finish (result, &self->status, &self->error);
  self->done = TRUE;
}

static void
check_answer (FuzzInput *input, const gchar *scheme)
{
  g_autofree gchar *uri = g_strconcat (scheme, "://user:word@proxy", NULL);
  g_autoptr (RtProxy) proxy = rt_proxy_new (uri, NULL);
  const gchar *host = rt_proxy_wants_address (proxy, "example.com")
                          ? "127.0.0.1"
                          : "example.com";
  guint seed = fuzz_take_byte (input);
  g_autoptr (GIOStream) stream = NULL;
  Tunnel self = { 0 };

  stream = fuzz_stream_new (input->at, input->left, seed);
  rt_proxy_connect_async (stream, proxy, host, 443, connected_cb, &self);
  while (!self.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (self.connected, ==, self.error == NULL);
  if (self.connected && strcmp (scheme, "http") == 0)
    g_assert_cmpuint (self.status / 100, ==, 2);
  if (self.error != NULL)
    g_assert_true (g_utf8_validate (self.error->message, -1, NULL));
  g_clear_error (&self.error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };

  switch (fuzz_take_byte (&input)) {
    case 'h':
      check_answer (&input, "http");
      break;
    case 's':
      check_answer (&input, "socks4");
      break;
    case 'a':
      check_answer (&input, "socks4a");
      break;
    case '5':
      check_answer (&input, "socks5");
      break;
    default:
      check_uri (&input);
      break;
  }
  return 0;
}
