/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any bytes behind the upgrade, through the guard into libsoup: it survives
 * them, every text is valid, and the connection ends.
 */
#include "fuzz.h"
#include "fuzzstream.h"
#include "rtguard.h"

#include <libsoup/soup.h>
#include <string.h>

#define MAX_MESSAGE (16 * 1024 * 1024)
#define MAX_ITERATIONS 100000

typedef struct {
  gsize received;
  gboolean closed;
} World;

static void
message_cb (
    SoupWebsocketConnection *socket, gint type, GBytes *message, World *self)
{
  gsize size;
  const gchar *text = g_bytes_get_data (message, &size);

  g_assert_false (self->closed);
  self->received += size;
  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    g_assert_true (g_utf8_validate_len (text, size, NULL)
                   || memchr (text, '\0', size) != NULL);
}

static void
closed_cb (SoupWebsocketConnection *socket, World *self)
{
  g_assert_false (self->closed);
  self->closed = TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint seed = fuzz_take_byte (&input);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GUri) uri
      = g_uri_build (G_URI_FLAGS_NONE, "ws", NULL, "h", 80, "/", NULL, NULL);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (GIOStream) base = fuzz_stream_new (input.at, input.left, seed);
  g_autoptr (RtGuard) guard = rt_guard_new (base, rest);
  SoupWebsocketConnection *socket;
  World self = { 0 };
  guint i;

  g_main_context_push_thread_default (context);
  socket = soup_websocket_connection_new (G_IO_STREAM (guard), uri,
      SOUP_WEBSOCKET_CONNECTION_CLIENT, NULL, NULL, NULL);
  soup_websocket_connection_set_max_incoming_payload_size (socket, MAX_MESSAGE);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), &self);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), &self);
  for (i = 0; i < MAX_ITERATIONS && !self.closed; i++)
    g_main_context_iteration (context, TRUE);
  g_assert_true (self.closed);
  g_assert_cmpuint (self.received, <=, input.left);
  g_object_unref (socket);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  return 0;
}
