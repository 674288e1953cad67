/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes out over a transport.  I/O thread only.  A frame goes straight to
 * libsoup and the kernel; what the kernel does not take waits here, counted.
 */
#include "rtwebsocket-private.h"

#define MAX_BACKLOG (16 * 1024 * 1024)

static void
hand_over (RtTransport *self, GBytes *message)
{
  if (rt_transport_is_open (self))
    soup_websocket_connection_send_message (
        self->socket, SOUP_WEBSOCKET_DATA_TEXT, message);
}

void
rt_transport_hand_over_first (RtTransport *self)
{
  g_autoptr (GBytes) message = g_queue_pop_head (&self->backlog);

  self->backlog_size -= g_bytes_get_size (message);
  hand_over (self, message);
}

/* Nothing waits for the kernel.  What would wait is better kept, and at last
 * dropped, by its owner. */
static gboolean
has_room (RtTransport *self)
{
  return g_queue_is_empty (&self->backlog)
         && !rt_guard_is_blocked (self->guard);
}

/* One frame at a time: what libsoup has in its queue nobody can count. */
static gboolean
output_cb (GObject *stream, gpointer user_data)
{
  g_autoptr (RtTransport) self = rt_transport_hold (user_data);

  /* libsoup's own source is ready as well and goes on with its frame */
  if (rt_guard_is_blocked (self->guard))
    return G_SOURCE_CONTINUE;
  if (!g_queue_is_empty (&self->backlog))
    rt_transport_hand_over_first (self);
  if (self->wants_room && has_room (self)) {
    self->wants_room = FALSE;
    if (rt_transport_is_open (self) && !self->close_requested && !self->freed)
      self->callbacks.writable (self->user_data);
  }
  if (self->wants_room || !g_queue_is_empty (&self->backlog))
    return G_SOURCE_CONTINUE;
  rt_transport_stop_timer (&self->output);
  return G_SOURCE_REMOVE;
}

void
rt_transport_await_room (RtTransport *self)
{
  GPollableOutputStream *stream;

  if (self->output != NULL || self->guard == NULL)
    return;
  stream = G_POLLABLE_OUTPUT_STREAM (
      g_io_stream_get_output_stream (G_IO_STREAM (self->guard)));
  self->output = g_pollable_output_stream_create_source (stream, NULL);
  g_source_set_callback (
      self->output, (GSourceFunc) (void (*) (void)) output_cb, self, NULL);
  g_source_attach (self->output, rt_loop_context (self->loop));
}

static void
put_by (RtTransport *self, const gchar *text, gsize size)
{
  g_queue_push_tail (&self->backlog, g_bytes_new (text, size));
  self->backlog_size += size;
  rt_transport_await_room (self);
  if (self->backlog_size > MAX_BACKLOG && self->base_socket != NULL)
    rt_transport_give_up (self, "the server does not read what it is sent");
}

gboolean
rt_transport_is_writable (RtTransport *self)
{
  g_assert (rt_loop_is_own_thread (self->loop));
  if (self->ended || self->close_requested || !rt_transport_is_open (self))
    return FALSE;
  if (has_room (self))
    return TRUE;
  self->wants_room = TRUE;
  rt_transport_await_room (self);
  return FALSE;
}

void
rt_transport_send (RtTransport *self, const gchar *text, gsize size)
{
  g_autoptr (GBytes) message = NULL;

  g_assert (rt_loop_is_own_thread (self->loop));
  if (self->ended || self->close_requested)
    return;
  if (self->guard == NULL || !has_room (self)) {
    put_by (self, text, size);
    return;
  }
  message = g_bytes_new_static (text, size);
  hand_over (self, message);
}
