/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection of the scripted server: its thread, and what tests ask of
 * it.
 */
#include "rtfakeserver-private.h"

#include <string.h>
#include <sys/socket.h>

#define READ_SIZE 65536
#define SLOW_READS 10 /* in a second, of a slow reader */

/* How much is read at a time; 0: as much as there is. */
static gsize
wait_for_turn (RtFakeConn *self)
{
  RtFakeServer *server = self->server;
  gint64 deadline = rt_fake_deadline (1000 / SLOW_READS);
  guint rate;

  g_mutex_lock (&server->lock);
  rate = self->rate;
  while (rate > 0 && !server->stopping && !self->reset
         && g_cond_wait_until (&server->cond, &server->lock, deadline))
    ;
  g_mutex_unlock (&server->lock);
  return rate / SLOW_READS;
}

/* FALSE: the connection is to end. */
static gboolean
wait_until_reading (RtFakeConn *self)
{
  RtFakeServer *server = self->server;
  gboolean go;

  g_mutex_lock (&server->lock);
  while (self->paused && !self->reset && !server->stopping)
    g_cond_wait (&server->cond, &server->lock);
  go = !self->reset && !server->stopping;
  g_mutex_unlock (&server->lock);
  return go;
}

gboolean
rt_fake_conn_fill (RtFakeConn *self)
{
  GPollableInputStream *in
      = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));
  guint start = self->input->len;
  gsize turn = wait_for_turn (self);
  gssize n = -1;

  g_byte_array_set_size (self->input, start + READ_SIZE);
  while (wait_until_reading (self)) {
    g_autoptr (GError) error = NULL;

    n = g_pollable_input_stream_read_nonblocking (in, self->input->data + start,
        turn > 0 ? turn : READ_SIZE, NULL, &error);
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      break;
    g_socket_condition_wait (self->socket, G_IO_IN, NULL, NULL);
  }
  g_byte_array_set_size (self->input, start + MAX (n, 0));
  return n > 0;
}

void
rt_fake_conn_offer (RtFakeConn *self)
{
  g_mutex_lock (&self->server->lock);
  self->offered = TRUE;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
}

static GIOStream *
wrap_in_tls (RtFakeServer *server, GIOStream *base)
{
  GIOStream *stream
      = g_tls_server_connection_new (base, server->identity, NULL);
  g_autoptr (GTlsDatabase) database = NULL;

  if (stream == NULL)
    g_error ("scripted server: this GLib has no TLS");
  if (server->flags & RT_FAKE_SERVER_CLIENT_CERTIFICATE) {
    database = g_tls_file_database_new (server->cert->ca_file, NULL);
    g_tls_connection_set_database (G_TLS_CONNECTION (stream), database);
    g_object_set (
        stream, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  }
  return stream;
}

static gboolean
bring_up (RtFakeConn *self)
{
  g_autoptr (GIOStream) stream = G_IO_STREAM (
      g_socket_connection_factory_create_connection (self->socket));

  if (self->server->cert != NULL
      && self->script.handshake != RT_FAKE_HANDSHAKE_MUTE) {
    g_autoptr (GIOStream) tls = wrap_in_tls (self->server, stream);

    if (!g_tls_connection_handshake (
            G_TLS_CONNECTION (tls), self->server->stop, NULL))
      return FALSE;
    g_set_object (&stream, tls);
  }
  g_mutex_lock (&self->write_lock);
  self->stream = g_steal_pointer (&stream);
  g_mutex_unlock (&self->write_lock);
  return TRUE;
}

/* The number of a closed socket is soon that of another, perhaps of another
 * server: writers and whoever shuts it down are kept away before. */
static void
bring_down (RtFakeConn *self)
{
  RtFakeServer *server = self->server;
  GIOStream *stream;
  gboolean reset;

  g_mutex_lock (&server->lock);
  reset = self->reset;
  self->client_closed = TRUE;
  self->closing = TRUE;
  g_mutex_unlock (&server->lock);

  g_mutex_lock (&self->write_lock);
  stream = g_steal_pointer (&self->stream);
  g_mutex_unlock (&self->write_lock);
  if (stream != NULL && !reset)
    g_io_stream_close (stream, server->stop, NULL);

  g_mutex_lock (&server->lock);
  if (reset) {
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_LINGER, &linger,
        sizeof linger);
  }
  g_socket_close (self->socket, NULL);
  self->ended = TRUE;
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
  g_clear_object (&stream);
}

static gpointer
conn_thread (gpointer data)
{
  RtFakeConn *self = data;

  if (bring_up (self) && rt_fake_conn_handshake (self))
    while (rt_fake_conn_parse_frames (self))
      if (!rt_fake_conn_fill (self))
        break;

  bring_down (self);
  return NULL;
}

/* server->lock */
RtFakeConn *
rt_fake_conn_new (RtFakeServer *server, GSocket *socket, guint number)
{
  RtFakeConn *self = g_new0 (RtFakeConn, 1);
  const RtFakeScript *script = &server->script;

  self->server = server;
  self->number = number;
  self->socket = g_object_ref (socket);
  g_socket_set_blocking (socket, TRUE);
  self->script = *script;
  self->script.http_headers = g_strdup (script->http_headers);
  self->script.body = g_strdup (script->body);
  self->script.upgrade_headers = g_strdup (script->upgrade_headers);
  self->script.glued = g_byte_array_new ();
  g_byte_array_append (
      self->script.glued, script->glued->data, script->glued->len);
  g_mutex_init (&self->write_lock);
  self->headers
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->events
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_fake_event_free);
  self->audio = g_byte_array_new ();
  self->input = g_byte_array_new ();
  self->message = g_byte_array_sized_new (64);
  return self;
}

void
rt_fake_conn_start (RtFakeConn *self)
{
  self->thread = g_thread_new ("rt-fake-conn", conn_thread, self);
}

void
rt_fake_conn_free (RtFakeConn *self)
{
  RtFakeServer *server = self->server;

  g_mutex_lock (&server->lock);
  if (!self->closing)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  g_mutex_unlock (&server->lock);
  g_thread_join (self->thread);

  g_object_unref (self->socket);
  rt_fake_script_clear (&self->script);
  g_free (self->request_line);
  g_free (self->target);
  g_hash_table_unref (self->headers);
  g_ptr_array_unref (self->events);
  g_byte_array_unref (self->audio);
  g_clear_pointer (&self->pong, g_bytes_unref);
  g_byte_array_unref (self->input);
  g_byte_array_unref (self->message);
  g_mutex_clear (&self->write_lock);
  g_free (self);
}

const gchar *
rt_fake_conn_get_request_line (RtFakeConn *self)
{
  const gchar *line;

  g_mutex_lock (&self->server->lock);
  line = self->request_line;
  g_mutex_unlock (&self->server->lock);
  return line;
}

const gchar *
rt_fake_conn_get_target (RtFakeConn *self)
{
  const gchar *target;

  g_mutex_lock (&self->server->lock);
  target = self->target;
  g_mutex_unlock (&self->server->lock);
  return target;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

GStrv
rt_fake_conn_dup_header_names (RtFakeConn *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_mutex_lock (&self->server->lock);
  g_hash_table_iter_init (&iter, self->headers);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_mutex_unlock (&self->server->lock);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_steal (names, NULL);
}

const gchar *
rt_fake_conn_get_header (RtFakeConn *self, const gchar *name)
{
  g_autofree gchar *key = g_ascii_strdown (name, -1);
  const gchar *value;

  g_mutex_lock (&self->server->lock);
  value = g_hash_table_lookup (self->headers, key);
  g_mutex_unlock (&self->server->lock);
  return value;
}

/* server->lock */
static RtFakeEvent *
take_event (RtFakeConn *self, const gchar *type)
{
  guint i;

  for (i = 0; i < self->events->len; i++) {
    RtFakeEvent *event = g_ptr_array_index (self->events, i);

    if (!event->taken && event->node != NULL
        && (type == NULL || g_str_equal (event->type, type))) {
      event->taken = TRUE;
      return event;
    }
  }
  return NULL;
}

JsonObject *
rt_fake_conn_wait_event (RtFakeConn *self, const gchar *type, guint timeout_ms)
{
  RtFakeServer *server = self->server;
  gint64 deadline = rt_fake_deadline (timeout_ms);
  RtFakeEvent *event;
  gboolean late = FALSE;

  g_mutex_lock (&server->lock);
  while ((event = take_event (self, type)) == NULL && !self->ended && !late)
    late = !g_cond_wait_until (&server->cond, &server->lock, deadline);
  g_mutex_unlock (&server->lock);
  return event != NULL ? json_node_get_object (event->node) : NULL;
}

JsonObject *
rt_fake_conn_expect_event (
    RtFakeConn *self, const gchar *type, guint timeout_ms)
{
  JsonObject *event = rt_fake_conn_wait_event (self, type, timeout_ms);

  if (event == NULL) {
    g_autofree gchar *order = rt_fake_conn_dup_order (self);

    g_error ("no %s within %u ms%s; there were: %s",
        type != NULL ? type : "event", timeout_ms,
        rt_fake_conn_is_ended (self) ? " (the connection ended)" : "", order);
  }
  return event;
}

guint
rt_fake_conn_get_n_events (RtFakeConn *self)
{
  guint n;

  g_mutex_lock (&self->server->lock);
  n = self->events->len;
  g_mutex_unlock (&self->server->lock);
  return n;
}

static const RtFakeEvent *
get_event (RtFakeConn *self, guint index)
{
  const RtFakeEvent *event;

  g_mutex_lock (&self->server->lock);
  if (index >= self->events->len)
    g_error ("event %u of %u", index, self->events->len);
  event = g_ptr_array_index (self->events, index);
  g_mutex_unlock (&self->server->lock);
  return event;
}

const gchar *
rt_fake_conn_get_event_type (RtFakeConn *self, guint index)
{
  return get_event (self, index)->type;
}

const gchar *
rt_fake_conn_get_event_text (RtFakeConn *self, guint index)
{
  return get_event (self, index)->text;
}

guint
rt_fake_conn_count_events (RtFakeConn *self, const gchar *type)
{
  guint count = 0, i;

  g_mutex_lock (&self->server->lock);
  for (i = 0; i < self->events->len; i++) {
    const RtFakeEvent *event = g_ptr_array_index (self->events, i);

    count += g_str_equal (event->type, type);
  }
  g_mutex_unlock (&self->server->lock);
  return count;
}

gchar *
rt_fake_conn_dup_order (RtFakeConn *self)
{
  GString *order = g_string_new (NULL);
  guint i;

  g_mutex_lock (&self->server->lock);
  for (i = 0; i < self->events->len; i++) {
    const RtFakeEvent *event = g_ptr_array_index (self->events, i);

    if (!g_str_equal (event->type, "input_audio_buffer.append"))
      g_string_append_printf (
          order, "%s%s", order->len > 0 ? " " : "", event->type);
  }
  g_mutex_unlock (&self->server->lock);
  return g_string_free (order, FALSE);
}

GByteArray *
rt_fake_conn_get_audio (RtFakeConn *self)
{
  GByteArray *audio = g_byte_array_new ();

  g_mutex_lock (&self->server->lock);
  g_byte_array_append (audio, self->audio->data, self->audio->len);
  g_mutex_unlock (&self->server->lock);
  return audio;
}

gsize
rt_fake_conn_get_audio_size (RtFakeConn *self)
{
  gsize size;

  g_mutex_lock (&self->server->lock);
  size = self->audio_size;
  g_mutex_unlock (&self->server->lock);
  return size;
}
