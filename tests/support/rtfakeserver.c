/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The scripted server's listener: a thread that accepts, and what tests ask
 * of the server as a whole.
 */
#include "rtfakeserver-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define SMALL_BUFFER 4096

gint64
rt_fake_deadline (guint timeout_ms)
{
  return g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
}

void
rt_fake_script_clear (RtFakeScript *script)
{
  g_clear_pointer (&script->http_headers, g_free);
  g_clear_pointer (&script->body, g_free);
  g_clear_pointer (&script->upgrade_headers, g_free);
  g_clear_pointer (&script->glued, g_byte_array_unref);
}

/* The first one counts: what follows may be its consequence. */
void
rt_fake_server_note_violation (RtFakeServer *self, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_mutex_lock (&self->lock);
  if (self->violation == NULL)
    self->violation = g_steal_pointer (&text);
  g_mutex_unlock (&self->lock);
  g_free (text);
}

static void
accepted (RtFakeServer *self, GSocket *socket)
{
  RtFakeConn *conn;

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_mutex_lock (&self->lock);
  conn = rt_fake_conn_new (self, socket, ++self->accepted);
  g_ptr_array_add (self->conns, conn);
  rt_fake_conn_start (conn);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gpointer
accept_thread (gpointer data)
{
  RtFakeServer *self = data;

  while (!g_cancellable_is_cancelled (self->stop)) {
    g_autoptr (GSocket) socket
        = g_socket_accept (self->listener, self->stop, NULL);

    if (socket != NULL)
      accepted (self, socket);
  }
  return NULL;
}

static void
listen_at (RtFakeServer *self, const gchar *address)
{
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string (address, self->port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, &error);
  if (self->listener == NULL)
    g_error ("scripted server: %s", error->message);
  if (self->flags & RT_FAKE_SERVER_SMALL_BUFFERS) {
    g_socket_set_option (
        self->listener, SOL_SOCKET, SO_RCVBUF, SMALL_BUFFER, NULL);
    g_socket_set_option (
        self->listener, SOL_SOCKET, SO_SNDBUF, SMALL_BUFFER, NULL);
  }
  g_socket_set_listen_backlog (self->listener, 512);
  if (!g_socket_bind (self->listener, any, TRUE, &error)
      || !g_socket_listen (self->listener, &error)
      || !(bound = g_socket_get_local_address (self->listener, &error)))
    g_error ("scripted server: %s", error->message);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
prepare_tls (RtFakeServer *self)
{
  g_autoptr (GError) error = NULL;

  RtFakeCertFlags flags = 0;

  if (self->flags & RT_FAKE_SERVER_WRONG_HOST)
    flags |= RT_FAKE_CERT_WRONG_HOST;
  if (self->flags & RT_FAKE_SERVER_EXPIRED)
    flags |= RT_FAKE_CERT_EXPIRED;
  if (self->flags & RT_FAKE_SERVER_SELF_SIGNED)
    flags |= RT_FAKE_CERT_SELF_SIGNED;
  self->cert = rt_fake_cert_new (flags);
  self->identity
      = g_tls_certificate_new_from_file (self->cert->server_file, &error);
  if (self->identity == NULL)
    g_error ("scripted server: %s", error->message);
}

RtFakeServer *
rt_fake_server_new (RtFakeServerFlags flags)
{
  return rt_fake_server_new_at (NULL, flags);
}

RtFakeServer *
rt_fake_server_new_at (const gchar *address, RtFakeServerFlags flags)
{
  RtFakeServer *self = g_new0 (RtFakeServer, 1);

  if (flags
      & (RT_FAKE_SERVER_WRONG_HOST | RT_FAKE_SERVER_EXPIRED
          | RT_FAKE_SERVER_SELF_SIGNED | RT_FAKE_SERVER_CLIENT_CERTIFICATE))
    flags |= RT_FAKE_SERVER_TLS;
  self->flags = flags;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->conns
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_fake_conn_free);
  self->script.glued = g_byte_array_new ();
  self->stop = g_cancellable_new ();
  if (flags & RT_FAKE_SERVER_TLS)
    prepare_tls (self);
  if (address == NULL)
    address = "127.0.0.1";
  listen_at (self, address);
  self->uri = g_strdup_printf ("%s://%s:%u/v1/realtime",
      self->cert != NULL ? "wss" : "ws", address, self->port);
  self->thread = g_thread_new ("rt-fake-accept", accept_thread, self);
  return self;
}

static void
stop_listening (RtFakeServer *self)
{
  if (self->thread == NULL)
    return;
  g_cancellable_cancel (self->stop);
  g_clear_pointer (&self->thread, g_thread_join);
  g_socket_close (self->listener, NULL);
  g_clear_object (&self->listener);
}

void
rt_fake_server_set_listening (RtFakeServer *self, gboolean listening)
{
  if (!listening) {
    stop_listening (self);
  } else if (self->thread == NULL) {
    g_cancellable_reset (self->stop);
    listen_at (self, "127.0.0.1");
    self->thread = g_thread_new ("rt-fake-accept", accept_thread, self);
  }
}

void
rt_fake_server_break (RtFakeServer *self)
{
  g_autoptr (GPtrArray) conns = g_ptr_array_new ();
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->conns->len; i++) {
    RtFakeConn *conn = g_ptr_array_index (self->conns, i);

    if (!conn->ended)
      g_ptr_array_add (conns, conn);
  }
  g_mutex_unlock (&self->lock);
  for (i = 0; i < conns->len; i++)
    rt_fake_conn_rst (g_ptr_array_index (conns, i));
}

void
rt_fake_server_free (RtFakeServer *self)
{
  stop_listening (self);
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  /* joins: the lock cannot be held, and no thread adds to them any more */
  g_ptr_array_unref (self->conns);
  if (self->violation != NULL && !(self->flags & RT_FAKE_SERVER_TOLERANT))
    g_error ("the client broke the protocol: %s", self->violation);

  g_object_unref (self->stop);
  g_clear_object (&self->identity);
  g_clear_pointer (&self->cert, rt_fake_cert_free);
  rt_fake_script_clear (&self->script);
  g_free (self->violation);
  g_free (self->uri);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const gchar *
rt_fake_server_get_uri (RtFakeServer *self)
{
  return self->uri;
}

guint16
rt_fake_server_get_port (RtFakeServer *self)
{
  return self->port;
}

const gchar *
rt_fake_server_get_ca_file (RtFakeServer *self)
{
  return self->cert != NULL ? self->cert->ca_file : NULL;
}

const gchar *
rt_fake_server_get_client_certificate_file (RtFakeServer *self)
{
  return self->cert != NULL ? self->cert->client_file : NULL;
}

const gchar *
rt_fake_server_get_client_key_file (RtFakeServer *self)
{
  return self->cert != NULL ? self->cert->client_key_file : NULL;
}

const gchar *
rt_fake_server_get_pin (RtFakeServer *self)
{
  return self->cert != NULL ? self->cert->pin : NULL;
}

void
rt_fake_server_set_handshake (RtFakeServer *self, RtFakeHandshake handshake)
{
  g_mutex_lock (&self->lock);
  self->script.handshake = handshake;
  g_mutex_unlock (&self->lock);
}

static void
replace (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

void
rt_fake_server_set_http (
    RtFakeServer *self, guint status, const gchar *headers, const gchar *body)
{
  g_mutex_lock (&self->lock);
  self->script.handshake = RT_FAKE_HANDSHAKE_HTTP;
  self->script.status = status;
  replace (&self->script.http_headers, headers);
  replace (&self->script.body, body);
  g_mutex_unlock (&self->lock);
}

void
rt_fake_server_set_upgrade_headers (RtFakeServer *self, const gchar *headers)
{
  g_mutex_lock (&self->lock);
  replace (&self->script.upgrade_headers, headers);
  g_mutex_unlock (&self->lock);
}

void
rt_fake_server_set_glued (RtFakeServer *self, gconstpointer data, gsize size)
{
  g_mutex_lock (&self->lock);
  g_byte_array_set_size (self->script.glued, 0);
  g_byte_array_append (self->script.glued, data, size);
  g_mutex_unlock (&self->lock);
}

void
rt_fake_server_set_auto (RtFakeServer *self, gboolean enable)
{
  g_mutex_lock (&self->lock);
  self->script.automatic = enable;
  g_mutex_unlock (&self->lock);
}

guint
rt_fake_server_get_accepted (RtFakeServer *self)
{
  guint accepted_conns;

  g_mutex_lock (&self->lock);
  accepted_conns = self->accepted;
  g_mutex_unlock (&self->lock);
  return accepted_conns;
}

guint
rt_fake_server_get_requests (RtFakeServer *self)
{
  guint requests;

  g_mutex_lock (&self->lock);
  requests = self->requests;
  g_mutex_unlock (&self->lock);
  return requests;
}

const gchar *
rt_fake_server_get_violation (RtFakeServer *self)
{
  const gchar *violation;

  g_mutex_lock (&self->lock);
  violation = self->violation;
  g_mutex_unlock (&self->lock);
  return violation;
}

/* lock */
static RtFakeConn *
take_offered (RtFakeServer *self)
{
  guint i;

  for (i = 0; i < self->conns->len; i++) {
    RtFakeConn *conn = g_ptr_array_index (self->conns, i);

    if (conn->offered && !conn->taken) {
      conn->taken = TRUE;
      return conn;
    }
  }
  return NULL;
}

RtFakeConn *
rt_fake_server_wait_connection (RtFakeServer *self, guint timeout_ms)
{
  gint64 deadline = rt_fake_deadline (timeout_ms);
  RtFakeConn *conn;

  g_mutex_lock (&self->lock);
  while ((conn = take_offered (self)) == NULL)
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline)) {
      conn = take_offered (self);
      break;
    }
  g_mutex_unlock (&self->lock);
  return conn;
}

RtFakeConn *
rt_fake_server_expect_connection (RtFakeServer *self, guint timeout_ms)
{
  RtFakeConn *conn = rt_fake_server_wait_connection (self, timeout_ms);

  if (conn == NULL)
    g_error ("no connection within %u ms (%u accepted, %u requests)",
        timeout_ms, rt_fake_server_get_accepted (self),
        rt_fake_server_get_requests (self));
  return conn;
}

/* lock */
static gboolean
all_ended (RtFakeServer *self)
{
  guint i;

  for (i = 0; i < self->conns->len; i++)
    if (!((RtFakeConn *) g_ptr_array_index (self->conns, i))->ended)
      return FALSE;
  return TRUE;
}

gboolean
rt_fake_server_wait_idle (RtFakeServer *self, guint timeout_ms)
{
  gint64 deadline = rt_fake_deadline (timeout_ms);
  gboolean idle;

  g_mutex_lock (&self->lock);
  while (!(idle = all_ended (self)))
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline)) {
      idle = all_ended (self);
      break;
    }
  g_mutex_unlock (&self->lock);
  return idle;
}

void
rt_fake_server_forget_ended (RtFakeServer *self)
{
  g_autoptr (GPtrArray) gone
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_fake_conn_free);
  guint i = 0;

  g_mutex_lock (&self->lock);
  while (i < self->conns->len) {
    RtFakeConn *conn = g_ptr_array_index (self->conns, i);

    if (conn->ended && conn->taken)
      g_ptr_array_add (gone, g_ptr_array_steal_index (self->conns, i));
    else
      i++;
  }
  g_mutex_unlock (&self->lock);
}
