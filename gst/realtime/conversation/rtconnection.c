/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection, from its parameters to its end, and the session on it.  What
 * a session says before it serves is held.  I/O thread only.
 */
#include "rtconversation-private.h"

#include <string.h>

/* A session that waits has little to say. */
#define MAX_HELD 64

struct _RtConnection {
  RtConversation *conversation;
  RtTransport *transport;
  gchar *host; /* and port */
  gchar *secret;
  GSource *ready_timer;
  guint timeout; /* ms */
  gint64 began;  /* us, without the wait for a turn */
  gint64 waits;  /* since when we do; 0: we do not */
  gboolean serves;
  gboolean opened;
  gboolean greeted;
  gboolean ready;
  GQueue held; /* of GBytes */
};

static void
end_with (RtConnection *self, RtEndKind kind, const gchar *reason)
{
  const RtEnd end = { .kind = kind, .reason = (gchar *) reason };

  rt_conversation_ended (self->conversation, self, &end);
}

static gboolean
ready_timeout_cb (gpointer user_data)
{
  RtConnection *self = user_data;
  g_autofree gchar *reason = g_strdup_printf (
      "the server opened no session within %u ms", self->timeout);

  end_with (self, RT_END_TIMEOUT, reason);
  return G_SOURCE_REMOVE;
}

static void
progress_cb (gpointer user_data, const gchar *stage)
{
  RtConnection *self = user_data;
  RtConversation *conversation = self->conversation;

  if (strcmp (stage, "waiting") == 0) {
    self->waits = g_get_monotonic_time ();
  } else if (self->waits != 0) {
    self->began += g_get_monotonic_time () - self->waits;
    self->waits = 0;
  }
  if (self->serves)
    conversation->callbacks.progress (
        conversation, stage, conversation->user_data);
}

static void
greet (RtConnection *self)
{
  RtConversation *conversation = self->conversation;
  g_autoptr (RtCommand) greeting = NULL;

  g_mutex_lock (&conversation->lock);
  if (self->serves)
    rt_session_opened (
        conversation->session, self->greeted, conversation->outbox);
  else
    greeting = rt_session_greet (conversation->session);
  g_mutex_unlock (&conversation->lock);
  self->greeted = TRUE;
  if (greeting != NULL)
    rt_conversation_send (conversation, self, greeting);
  else
    rt_conversation_run_effects (conversation);
}

/* `connect-timeout` runs until the session is ready, since a server takes the
 * handshake even with a bad key: what the handshake left of it goes on. */
static void
opened_cb (gpointer user_data)
{
  RtConnection *self = user_data;
  RtConversation *conversation = self->conversation;
  gint64 spent = (g_get_monotonic_time () - self->began) / 1000;

  self->opened = TRUE;
  if (self->timeout > 0)
    self->ready_timer = rt_loop_add_timeout (conversation->loop,
        MAX (1, (gint64) self->timeout - spent), ready_timeout_cb, self);
  if (self->serves)
    conversation->callbacks.progress (
        conversation, "opening", conversation->user_data);
  greet (self);
}

static RtEvent *
decode (RtConnection *self, GBytes *data)
{
  RtConversation *conversation = self->conversation;
  g_autoptr (GError) error = NULL;
  gsize size;
  const gchar *text = g_bytes_get_data (data, &size);
  RtEvent *event = conversation->dialect->decode (text, size, &error);

  if (event == NULL && self->serves)
    rt_conversation_warn (conversation, "invalid_event", error->message);
  return event;
}

/* It has not begun to serve and will not, if that is how it begins. */
static void
check_error (RtConnection *self, const RtErrorInfo *error)
{
  RtConversation *conversation = self->conversation;

  if (error != NULL
      && rt_errors_of_event (error, conversation->dialect->flags, NULL)
             >= RT_SEVERITY_RECONNECT)
    end_with (self, RT_END_PROTOCOL, error->message);
}

static void
hold (RtConnection *self, const RtEvent *event, GBytes *data)
{
  RtConversation *conversation = self->conversation;

  if (self->held.length < MAX_HELD)
    g_queue_push_tail (&self->held, g_bytes_ref (data));
  if (event->type == RT_EVENT_ERROR) {
    check_error (self, event->error);
  } else if (!self->ready && conversation->dialect->is_ready (event)) {
    rt_connection_set_ready (self);
    rt_conversation_try_switch (conversation);
  }
}

static void
message_cb (gpointer user_data, GBytes *data, gboolean binary)
{
  RtConnection *self = user_data;
  RtConversation *conversation = self->conversation;
  g_autoptr (RtEvent) event = NULL;

  rt_stats_add (conversation->stats, RT_STAT_MESSAGES_RECEIVED, 1);
  rt_stats_add (
      conversation->stats, RT_STAT_BYTES_RECEIVED, g_bytes_get_size (data));
  if (binary && self->serves)
    rt_conversation_warn (
        conversation, "binary_frame", "the server sent a binary frame");
  if (!binary)
    event = decode (self, data);
  if (event == NULL)
    return;
  if (self->serves)
    rt_conversation_receive (conversation, event, data);
  else
    hold (self, event, data);
}

/* Not only the pump: new settings go before the audio that needs them. */
static void
writable_cb (gpointer user_data)
{
  RtConnection *self = user_data;

  if (self->serves)
    rt_conversation_serve (self->conversation);
}

static void
ended_cb (gpointer user_data, const RtEnd *end)
{
  RtConnection *self = user_data;

  rt_conversation_ended (self->conversation, self, end);
}

static const RtTransportCallbacks transport_callbacks = {
  .progress = progress_cb,
  .opened = opened_cb,
  .message = message_cb,
  .writable = writable_cb,
  .ended = ended_cb,
};

RtConnection *
rt_connection_new (
    RtConversation *conversation, RtConnectParams *params, gboolean serves)
{
  RtConnection *self = g_new0 (RtConnection, 1);

  self->conversation = conversation;
  self->serves = serves;
  self->host = g_strdup_printf ("%s:%u", params->url->host, params->url->port);
  self->secret = g_strdup (params->secret);
  self->timeout = params->connect_timeout;
  self->began = g_get_monotonic_time ();
  self->transport = rt_transport_open (
      conversation->loop, params, &transport_callbacks, self);
  return self;
}

void
rt_connection_free (RtConnection *self)
{
  if (self == NULL)
    return;
  rt_conversation_cancel (&self->ready_timer);
  rt_transport_free (self->transport);
  g_queue_clear_full (&self->held, (GDestroyNotify) g_bytes_unref);
  rt_conversation_wipe (self->secret);
  g_free (self->host);
  g_free (self);
}

void
rt_connection_serve (RtConnection *self)
{
  RtConversation *conversation = self->conversation;
  GBytes *data;

  self->serves = TRUE;
  if (self->opened)
    greet (self);
  while (conversation->connection == self
         && (data = g_queue_pop_head (&self->held)) != NULL) {
    g_autoptr (RtEvent) event = decode (self, data);

    if (event != NULL)
      rt_conversation_receive (conversation, event, data);
    g_bytes_unref (data);
  }
}

void
rt_connection_send (RtConnection *self, const gchar *text, gsize size)
{
  RtStats *stats = self->conversation->stats;

  rt_transport_send (self->transport, text, size);
  rt_stats_add (stats, RT_STAT_MESSAGES_SENT, 1);
  rt_stats_add (stats, RT_STAT_BYTES_SENT, size);
}

gboolean
rt_connection_is_writable (RtConnection *self)
{
  return rt_transport_is_writable (self->transport);
}

gint64
rt_connection_last_told (RtConnection *self)
{
  return rt_transport_last_told (self->transport);
}

void
rt_connection_set_reading (RtConnection *self, gboolean reading)
{
  rt_transport_set_reading (self->transport, reading);
}

void
rt_connection_set_ready (RtConnection *self)
{
  RtConversation *conversation = self->conversation;

  if (self->ready)
    return;
  self->ready = TRUE;
  rt_conversation_cancel (&self->ready_timer);
  rt_stats_set (conversation->stats, RT_STAT_CONNECT_TIME,
      (g_get_monotonic_time () - self->began) * 1000);
}

gboolean
rt_connection_is_opened (RtConnection *self)
{
  return self->opened;
}

gboolean
rt_connection_is_ready (RtConnection *self)
{
  return self->ready;
}

gint64
rt_connection_get_began (RtConnection *self)
{
  return self->began;
}

const gchar *
rt_connection_get_host (RtConnection *self)
{
  return self->host;
}

const gchar *
rt_connection_get_secret (RtConnection *self)
{
  return self->secret;
}
