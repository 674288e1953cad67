/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A proxy: its address as it is typed (first byte u), and its answers (h: to
 * CONNECT, s and a: to SOCKS4 and 4a).
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
  g_autofree gchar *uri = rt_proxy_uri (typed, &error);
  g_autoptr (GUri) parsed = NULL;
  g_autofree gchar *again = NULL;

  if (uri == NULL) {
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_assert_true (g_str_has_prefix (error->message, "proxy: "));
    return;
  }
  /* GIO understands it, or it would connect directly */
  parsed
      = g_uri_parse (uri, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
  g_assert_nonnull (parsed);
  g_assert_nonnull (g_uri_get_host (parsed));
  g_assert_cmpstr (g_uri_get_host (parsed), !=, "");
  g_assert_cmpint (g_uri_get_port (parsed), >, 0);
  again = rt_proxy_uri (uri, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, uri);
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
check_answer (FuzzInput *input, const gchar *protocol)
{
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string ("127.0.0.1");
  guint seed = fuzz_take_byte (input);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GIOStream) stream = NULL;
  Tunnel self = { 0 };

  address = g_object_new (G_TYPE_PROXY_ADDRESS, "address", ip, "port", 1080,
      "protocol", protocol, "destination-hostname", "example.com",
      "destination-port", 443, "username", "user", "password", "word", NULL);
  stream = fuzz_stream_new (input->at, input->left, seed);
  rt_proxy_connect_async (
      stream, G_PROXY_ADDRESS (address), connected_cb, &self);
  while (!self.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (self.connected, ==, self.error == NULL);
  if (self.connected && strcmp (protocol, "http") == 0)
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
    default:
      check_uri (&input);
      break;
  }
  return 0;
}
