/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A WebSocket client that is nothing but a socket, to try the scripted server.
 */
#include "testclient.h"

#include <string.h>

#define TIMEOUT 5 /* s */

Client *
client_new (RtFakeServer *server)
{
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  const gchar *ca_file = rt_fake_server_get_ca_file (server);
  Client *self = g_new0 (Client, 1);

  g_socket_client_set_enable_proxy (connector, FALSE);
  g_socket_client_set_timeout (connector, TIMEOUT);
  self->connection = g_socket_client_connect_to_host (
      connector, "127.0.0.1", rt_fake_server_get_port (server), NULL, &error);
  g_assert_no_error (error);
  if (ca_file != NULL) {
    g_autoptr (GTlsDatabase) database
        = g_tls_file_database_new (ca_file, &error);
    g_autoptr (GSocketConnectable) identity
        = g_network_address_new ("127.0.0.1", 0);
    GIOStream *tls = g_tls_client_connection_new (
        G_IO_STREAM (self->connection), identity, &error);

    g_assert_no_error (error);
    g_tls_connection_set_database (G_TLS_CONNECTION (tls), database);
    g_object_unref (self->connection);
    self->connection = (GSocketConnection *) tls;
  }
  self->in = g_io_stream_get_input_stream (G_IO_STREAM (self->connection));
  self->out = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
  return self;
}

void
client_free (Client *self)
{
  g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  g_object_unref (self->connection);
  g_free (self);
}

gboolean
client_write (Client *self, gconstpointer data, gsize size)
{
  return g_output_stream_write_all (self->out, data, size, NULL, NULL, NULL);
}

void
client_ask (Client *self)
{
  static const gchar request[]
      = "GET /v1/realtime?model=m HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " CLIENT_KEY "\r\n"
        "X-Twice: a\r\nx-twice:  b \r\n\r\n";

  g_assert_true (client_write (self, request, sizeof request - 1));
}

gboolean
client_read (Client *self, gpointer data, gsize size)
{
  gsize n;

  return g_input_stream_read_all (self->in, data, size, &n, NULL, NULL)
         && n == size;
}

gchar *
client_read_head (Client *self)
{
  GString *head = g_string_new (NULL);
  gchar byte;

  while (
      !g_str_has_suffix (head->str, "\r\n\r\n") && client_read (self, &byte, 1))
    g_string_append_c (head, byte);
  return g_string_free (head, FALSE);
}

gboolean
client_at_end (Client *self)
{
  guint8 byte;

  return !client_read (self, &byte, 1);
}

void
client_send_frame (Client *self, guint8 first, const gchar *data, gsize size)
{
  static const guint8 mask[4] = { 1, 2, 3, 4 };
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  guint8 header[4] = { first, 0x80 | 126, size >> 8, size };
  gsize i;

  g_assert_cmpuint (size, <=, G_MAXUINT16);
  if (size < 126)
    header[1] = 0x80 | size;
  g_byte_array_append (frame, header, size < 126 ? 2 : 4);
  g_byte_array_append (frame, mask, sizeof mask);
  for (i = 0; i < size; i++) {
    guint8 byte = data[i] ^ mask[i % 4];

    g_byte_array_append (frame, &byte, 1);
  }
  g_assert_true (client_write (self, frame->data, frame->len));
}

void
client_send_text (Client *self, const gchar *text)
{
  client_send_frame (self, 0x81, text, strlen (text));
}

gchar *
client_read_frame (Client *self, guint8 *first)
{
  guint8 header[2], more[8];
  guint64 size;
  guint i, extra;
  gchar *data;

  g_assert_true (client_read (self, header, 2));
  *first = header[0];
  size = header[1];
  g_assert_cmpuint (size, <, 128);
  extra = size == 126 ? 2 : size == 127 ? 8 : 0;
  g_assert_true (client_read (self, more, extra));
  if (extra > 0)
    for (size = 0, i = 0; i < extra; i++)
      size = size << 8 | more[i];
  data = g_malloc0 (size + 1);
  g_assert_true (client_read (self, data, size));
  return data;
}
