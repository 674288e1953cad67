/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the scripted server sends and how it ends a connection.  Any thread;
 * a client that takes nothing is given up after a deadline.
 */
#include "rtfakeserver-private.h"

#include <string.h>

#define WRITE_TIMEOUT 10000 /* ms */

/* write_lock.  Not a blocking write: a client may have stopped reading for
 * good, and TLS would then wait without a deadline. */
static gboolean
write_all (RtFakeConn *self, const guint8 *data, gsize size)
{
  GPollableOutputStream *out
      = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->stream));
  gint64 deadline = rt_fake_deadline (WRITE_TIMEOUT);

  while (size > 0) {
    g_autoptr (GError) error = NULL;
    gssize n = g_pollable_output_stream_write_nonblocking (
        out, data, size, NULL, &error);

    if (n >= 0) {
      data += n;
      size -= n;
    } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      return FALSE;
    } else {
      gint64 left = deadline - g_get_monotonic_time ();

      if (left <= 0
          || !g_socket_condition_timed_wait (
              self->socket, G_IO_OUT, left, NULL, NULL))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
rt_fake_conn_write (RtFakeConn *self, gconstpointer data, gsize size)
{
  gboolean done;

  g_mutex_lock (&self->write_lock);
  done = self->stream != NULL && write_all (self, data, size);
  g_mutex_unlock (&self->write_lock);
  return done;
}

static void
append_size (GByteArray *frame, gboolean masked, gsize size)
{
  guint8 mask = masked ? 0x80 : 0;
  guint8 header[9];
  guint n = 1, i;

  if (size < 126) {
    header[0] = mask | size;
  } else if (size <= G_MAXUINT16) {
    header[0] = mask | 126;
    n += 2;
  } else {
    header[0] = mask | 127;
    n += 8;
  }
  for (i = 1; i < n; i++)
    header[i] = (guint64) size >> 8 * (n - 1 - i);
  g_byte_array_append (frame, header, n);
}

gboolean
rt_fake_conn_send_frame (RtFakeConn *self, guint opcode, gboolean fin,
    guint rsv, gboolean masked, gconstpointer data, gsize size)
{
  static const guint8 key[4] = { 0x12, 0x34, 0x56, 0x78 };
  g_autoptr (GByteArray) frame = g_byte_array_sized_new (size + 14);
  guint8 first = (fin ? 0x80 : 0) | (rsv & 7) << 4 | (opcode & 15);
  gsize start, i;

  g_byte_array_append (frame, &first, 1);
  append_size (frame, masked, size);
  if (masked)
    g_byte_array_append (frame, key, sizeof key);
  start = frame->len;
  g_byte_array_append (frame, data, size);
  if (masked)
    for (i = 0; i < size; i++)
      frame->data[start + i] ^= key[i % sizeof key];
  return rt_fake_conn_write (self, frame->data, frame->len);
}

gboolean
rt_fake_conn_send_bytes (RtFakeConn *self, gconstpointer data, gsize size)
{
  return rt_fake_conn_write (self, data, size);
}

gboolean
rt_fake_conn_send_text (RtFakeConn *self, const gchar *text)
{
  return rt_fake_conn_send_frame (self, 1, TRUE, 0, FALSE, text, strlen (text));
}

gboolean
rt_fake_conn_send_printf (RtFakeConn *self, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return rt_fake_conn_send_text (self, text);
}

void
rt_fake_conn_close (RtFakeConn *self, guint code, const gchar *reason)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint8 number[2] = { code >> 8, code };

  if (code != 0)
    g_byte_array_append (data, number, 2);
  if (code != 0 && reason != NULL)
    g_byte_array_append (data, (const guint8 *) reason, strlen (reason));
  g_mutex_lock (&self->server->lock);
  self->close_sent = TRUE;
  g_mutex_unlock (&self->server->lock);
  rt_fake_conn_send_frame (self, 8, TRUE, 0, FALSE, data->data, data->len);
}

/* Only the connection's own thread closes the socket, and under the lock. */
static void
shut (RtFakeConn *self, gboolean read_side, gboolean write_side)
{
  g_mutex_lock (&self->server->lock);
  self->reset |= read_side;
  if (!self->closing)
    g_socket_shutdown (self->socket, read_side, write_side, NULL);
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
}

void
rt_fake_conn_fin (RtFakeConn *self)
{
  shut (self, FALSE, TRUE);
}

/* The end of our reading, which the wire does not show, wakes the thread that
 * then closes with a reset. */
void
rt_fake_conn_rst (RtFakeConn *self)
{
  RtFakeServer *server = self->server;

  shut (self, TRUE, FALSE);
  g_mutex_lock (&server->lock);
  while (!self->ended)
    g_cond_wait (&server->cond, &server->lock);
  g_mutex_unlock (&server->lock);
}
