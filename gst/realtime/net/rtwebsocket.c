/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The transport over libsoup's WebSocket.  I/O thread only: libsoup attaches
 * its sources to the calling thread's context.
 */
#include "rtwebsocket-private.h"

#define MAX_MESSAGE (16 * 1024 * 1024)
#define CLOSE_TIME 1000 /* ms, for the server to say goodbye too */
#define MAX_CLOSE_REASON 123
#define SILENT_INTERVALS 3
#define LATE_BYTES_TIME 100 /* ms, for the loop to read what has come */

void
rt_transport_stop_timer (GSource **timer)
{
  if (*timer == NULL)
    return;
  g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

RtTransport *
rt_transport_hold (RtTransport *self)
{
  self->refs++;
  return self;
}

void
rt_transport_drop (RtTransport *self)
{
  if (--self->refs > 0)
    return;
  rt_transport_stop_timer (&self->output);
  rt_transport_stop_timer (&self->deadline);
  rt_transport_stop_timer (&self->watchdog);
  g_clear_pointer (&self->connect, rt_connect_free);
  g_clear_object (&self->socket);
  g_clear_object (&self->guard);
  g_clear_object (&self->base_socket);
  g_queue_clear_full (&self->backlog, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&self->error);
  rt_connect_params_free (self->params);
  g_free (self);
}

gboolean
rt_transport_is_open (RtTransport *self)
{
  return self->socket != NULL
         && soup_websocket_connection_get_state (self->socket)
                == SOUP_WEBSOCKET_STATE_OPEN;
}

/* Takes `end`. */
static void
report_end (RtTransport *self, RtEnd *end)
{
  if (!self->ended) {
    self->ended = TRUE;
    rt_transport_stop_timer (&self->output);
    rt_transport_stop_timer (&self->watchdog);
    if (!self->freed)
      self->callbacks.ended (self->user_data, end);
  }
  rt_end_free (end);
}

static RtEnd *
make_end (RtTransport *self, RtEndKind kind, guint code, const gchar *text)
{
  RtEnd *end = rt_end_new (self->params, kind, "%s", text);

  end->close_code = code;
  return end;
}

/* What libsoup says of the end; its code is 0 when no close frame came. */
static RtEnd *
judge_end (RtTransport *self)
{
  guint code = soup_websocket_connection_get_close_code (self->socket);
  const gchar *text = soup_websocket_connection_get_close_data (self->socket);
  const gchar *why = NULL;
  guint violation = rt_guard_violation (self->guard, &why);

  if (self->close_requested)
    return make_end (self, RT_END_REQUESTED, code != 0 ? code : 1006, "closed");
  if (self->breach)
    return make_end (
        self, RT_END_PROTOCOL, self->error->code, self->error->message);
  /* whatever came behind the goodbye */
  if (code != 0 && code != 1006)
    return make_end (self, RT_END_CLOSED, code,
        text != NULL && *text != '\0' ? text : "the server closed");
  if (violation != 0)
    return make_end (self, RT_END_PROTOCOL, violation, why);
  if (self->lost != NULL)
    return make_end (self, RT_END_LOST, 1006, self->lost);
  return make_end (self, RT_END_LOST, 1006,
      self->error != NULL ? self->error->message
                          : "the connection ended without a goodbye");
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_autoptr (RtTransport) self = rt_transport_hold (user_data);

  rt_transport_stop_timer (&self->deadline);
  if (self->base_socket != NULL) {
    RtEnd *end = judge_end (self);

    rt_guard_set_reading (self->guard, TRUE);
    /* libsoup's own timer would leak itself, and over TLS it waits for a
     * peer that does not read */
    g_socket_shutdown (self->base_socket, TRUE, TRUE, NULL);
    report_end (self, end);
  } else {
    report_end (self, make_end (self, RT_END_REQUESTED, 0, "closed"));
  }
  return G_SOURCE_REMOVE;
}

static void
expect_end (RtTransport *self, guint ms)
{
  if (self->deadline == NULL)
    self->deadline = rt_loop_add_timeout (self->loop, ms, deadline_cb, self);
}

void
rt_transport_set_reading (RtTransport *self, gboolean reading)
{
  g_assert (rt_loop_is_own_thread (self->loop));
  if (self->guard != NULL && !self->close_requested)
    rt_guard_set_reading (self->guard, reading);
}

/* Nobody is there any more: ::closed follows at once. */
void
rt_transport_give_up (RtTransport *self, const gchar *why)
{
  self->lost = why;
  rt_guard_set_reading (self->guard, TRUE);
  g_socket_shutdown (self->base_socket, TRUE, TRUE, NULL);
  expect_end (self, CLOSE_TIME);
}

/* libsoup's callbacks */

static void
message_cb (
    SoupWebsocketConnection *socket, gint type, GBytes *data, RtTransport *self)
{
  /* libsoup delivers what came behind an error too */
  if (self->ended || self->freed || self->close_requested
      || self->error != NULL)
    return;
  self->callbacks.message (
      self->user_data, data, type == SOUP_WEBSOCKET_DATA_BINARY);
}

/* Code 1012 in a close frame is an error to libsoup, but not to us. */
static void
error_cb (SoupWebsocketConnection *socket, GError *error, RtTransport *self)
{
  if (self->error == NULL) {
    self->error = g_error_copy (error);
    self->breach = error->domain == SOUP_WEBSOCKET_ERROR
                   && soup_websocket_connection_get_close_code (socket) == 0;
  }
  expect_end (self, CLOSE_TIME);
}

static void
closing_cb (SoupWebsocketConnection *socket, RtTransport *self)
{
  expect_end (self, CLOSE_TIME);
}

/* Both have said goodbye: libsoup would half-close a socket, but it sees the
 * guard.  Over TLS the server closes first, and a good one does. */
static void
state_cb (SoupWebsocketConnection *socket, GParamSpec *pspec, RtTransport *self)
{
  if (soup_websocket_connection_get_state (socket)
      != SOUP_WEBSOCKET_STATE_CLOSING)
    return;
  expect_end (self, CLOSE_TIME);
  if (!self->params->url->tls)
    g_socket_shutdown (self->base_socket, FALSE, TRUE, NULL);
}

static void
closed_cb (SoupWebsocketConnection *socket, RtTransport *self)
{
  rt_transport_stop_timer (&self->deadline);
  report_end (self, judge_end (self));
  g_signal_handlers_disconnect_by_data (socket, self);
  rt_transport_drop (self);
}

/* opening */

static gboolean watchdog_cb (gpointer user_data);

static guint
keepalive_seconds (RtTransport *self)
{
  return (self->params->keepalive_interval + 999) / 1000;
}

static void
watch (RtTransport *self, guint ms)
{
  rt_transport_stop_timer (&self->watchdog);
  self->watchdog = rt_loop_add_timeout (self->loop, ms, watchdog_cb, self);
}

/* Sleeps until the connection can be dead at the earliest.  Bytes that wait
 * in the kernel because it was us who slept count as heard. */
static gboolean
watchdog_cb (gpointer user_data)
{
  RtTransport *self = user_data;
  gint64 limit = (gint64) keepalive_seconds (self) * SILENT_INTERVALS * 1000;
  gint64 silence
      = (g_get_monotonic_time () - rt_guard_last_heard (self->guard)) / 1000;

  if (silence < limit)
    watch (self, limit - silence);
  else if (g_socket_condition_check (self->base_socket, G_IO_IN) & G_IO_IN)
    watch (self, LATE_BYTES_TIME);
  else
    rt_transport_give_up (
        self, "nothing was heard of the server for three intervals");
  return G_SOURCE_REMOVE;
}

gint64
rt_transport_last_told (RtTransport *self)
{
  return rt_guard_last_told (self->guard);
}

static void
start_keepalive (RtTransport *self)
{
  guint seconds = keepalive_seconds (self);

  if (seconds == 0)
    return;
  soup_websocket_connection_set_keepalive_interval (self->socket, seconds);
  watch (self, seconds * SILENT_INTERVALS * 1000);
}

static void
attach (RtTransport *self, RtRoad *road)
{
  g_autoptr (GUri) uri = g_uri_build (G_URI_FLAGS_NONE,
      self->params->url->tls ? "wss" : "ws", NULL, self->params->url->host,
      self->params->url->port, "/", NULL, NULL);

  self->base_socket = g_object_ref (road->socket);
  self->guard = rt_guard_new (road->stream, road->rest);
  self->socket = soup_websocket_connection_new (G_IO_STREAM (self->guard), uri,
      SOUP_WEBSOCKET_CONNECTION_CLIENT, NULL, NULL, NULL);
  soup_websocket_connection_set_max_incoming_payload_size (
      self->socket, MAX_MESSAGE);
  g_signal_connect (self->socket, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->socket, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (self->socket, "closing", G_CALLBACK (closing_cb), self);
  g_signal_connect (self->socket, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (closed_cb), self);
  rt_transport_hold (self); /* closed_cb() drops it */
  start_keepalive (self);
}

static void
progress_cb (gpointer user_data, const gchar *stage)
{
  RtTransport *self = user_data;

  if (self->callbacks.progress != NULL)
    self->callbacks.progress (self->user_data, stage);
}

static void
connected_cb (gpointer user_data, RtRoad *road, const RtEnd *failure)
{
  g_autoptr (RtTransport) self = rt_transport_hold (user_data);
  g_autoptr (RtRoad) taken = road;

  g_clear_pointer (&self->connect, rt_connect_free);
  if (taken == NULL) {
    self->ended = TRUE;
    self->callbacks.ended (self->user_data, failure);
    return;
  }
  attach (self, taken);
  if (!g_queue_is_empty (&self->backlog))
    rt_transport_await_room (self);
  self->callbacks.opened (self->user_data);
}

static const RtConnectCallbacks connect_callbacks = {
  .progress = progress_cb,
  .done = connected_cb,
};

RtTransport *
rt_transport_open (RtLoop *loop, RtConnectParams *params,
    const RtTransportCallbacks *callbacks, gpointer user_data)
{
  RtTransport *self = g_new0 (RtTransport, 1);

  g_assert (rt_loop_is_own_thread (loop));
  self->refs = 1;
  self->loop = loop;
  self->params = params;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  g_queue_init (&self->backlog);
  self->connect = rt_connect_start (loop, params, &connect_callbacks, self);
  return self;
}

/* What libsoup lets a client say. */
static gushort
usable_code (guint code)
{
  switch (code) {
    case SOUP_WEBSOCKET_CLOSE_GOING_AWAY:
    case SOUP_WEBSOCKET_CLOSE_PROTOCOL_ERROR:
    case SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA:
    case SOUP_WEBSOCKET_CLOSE_BAD_DATA:
    case SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION:
    case SOUP_WEBSOCKET_CLOSE_TOO_BIG:
      return code;
    default:
      return code >= 3000 && code < 5000 ? code : SOUP_WEBSOCKET_CLOSE_NORMAL;
  }
}

/* What waits goes first: the goodbye is the last word. */
void
rt_transport_close (RtTransport *self, guint code, const gchar *reason)
{
  g_autofree gchar *text = NULL;

  g_assert (rt_loop_is_own_thread (self->loop));
  if (self->ended || self->close_requested)
    return;
  /* libsoup has to see the server's goodbye, or the end */
  rt_transport_set_reading (self, TRUE);
  self->close_requested = TRUE;
  rt_transport_stop_timer (&self->output);
  rt_transport_stop_timer (&self->watchdog);
  if (self->connect != NULL) {
    g_clear_pointer (&self->connect, rt_connect_free);
    expect_end (self, 0);
    return;
  }
  while (!g_queue_is_empty (&self->backlog))
    rt_transport_hand_over_first (self);
  if (rt_transport_is_open (self)) {
    text = rt_redact (reason, self->params->secret, MAX_CLOSE_REASON);
    soup_websocket_connection_close (self->socket, usable_code (code), text);
  }
  expect_end (self, CLOSE_TIME);
}

void
rt_transport_free (RtTransport *self)
{
  if (self == NULL)
    return;
  g_assert (rt_loop_is_own_thread (self->loop));
  self->freed = TRUE;
  if (self->connect != NULL)
    g_clear_pointer (&self->connect, rt_connect_free);
  else if (self->socket != NULL)
    rt_transport_close (self, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  rt_transport_drop (self);
}
