/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The road to the server.  I/O thread; never waits: what GIO does in a thread
 * is woken by shutting the socket down, not by a cancellable, which would poll.
 */
#include "rtconnect.h"
#include "rthttp.h"
#include "rtgate.h"
#include "rttcp.h"
#include "rttls.h"
#include "rtupgrade.h"
#include "rtverdict.h"

#include <string.h>

#define BODY_TIME 1000 /* ms, for the reason of a refusal to arrive */

struct _RtConnect {
  /* constant */
  RtLoop *loop;
  RtConnectParams *params;
  RtConnectCallbacks callbacks;
  gpointer user_data;

  /* I/O thread */
  guint refs; /* ours, and one for each operation that runs */
  gboolean over;
  const gchar *stage;
  GCancellable *cancellable; /* of the way to TCP, where nobody polls it */
  GSource *start;
  GSource *deadline;
  gint64 left; /* us of the deadline, while we wait for a turn */
  GSource *body_deadline;
  RtTicket *ticket; /* for the handshake, which takes a thread of GIO's */
  gboolean handshaking;
  GIOStream *stream;
  GSocket *socket;
  gchar *key;
  RtHttpReply *reply;
};

static RtConnect *
hold (RtConnect *self)
{
  self->refs++;
  return self;
}

static void
stop_timer (GSource **timer)
{
  if (*timer == NULL)
    return;
  g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

static void
drop (RtConnect *self)
{
  if (--self->refs > 0)
    return;
  g_clear_object (&self->stream);
  g_clear_object (&self->socket);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->reply, rt_http_reply_free);
  g_free (self->key);
  rt_connect_params_free (self->params);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtConnect, drop)

void
rt_road_free (RtRoad *road)
{
  if (road == NULL)
    return;
  g_object_unref (road->stream);
  g_object_unref (road->socket);
  g_byte_array_unref (road->rest);
  g_free (road);
}

/* Nothing is reported any more; what runs comes to its end by itself, and a
 * handshake keeps its turn until it has. */
static void
abandon (RtConnect *self)
{
  self->over = TRUE;
  if (!self->handshaking)
    g_clear_pointer (&self->ticket, rt_ticket_free);
  stop_timer (&self->start);
  stop_timer (&self->deadline);
  stop_timer (&self->body_deadline);
}

static void
cut (RtConnect *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->socket != NULL)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

/* Takes `end`. */
static void
fail (RtConnect *self, RtEnd *end)
{
  if (!self->over) {
    abandon (self);
    cut (self);
    self->callbacks.done (self->user_data, NULL, end);
  }
  rt_end_free (end);
}

static gboolean deadline_cb (gpointer user_data);

/* It is not the server's fault that there are so many of us. */
static void
suspend_deadline (RtConnect *self)
{
  if (self->deadline == NULL)
    return;
  self->left = MAX (
      1, g_source_get_ready_time (self->deadline) - g_get_monotonic_time ());
  stop_timer (&self->deadline);
}

static void
resume_deadline (RtConnect *self)
{
  if (self->left == 0)
    return;
  self->deadline = rt_loop_add_timeout (
      self->loop, (self->left + 999) / 1000, deadline_cb, self);
  self->left = 0;
}

static void
enter (RtConnect *self, const gchar *stage)
{
  if (self->over || self->stage == stage)
    return;
  self->stage = stage;
  if (strcmp (stage, "waiting") == 0)
    suspend_deadline (self);
  else
    resume_deadline (self);
  self->callbacks.progress (self->user_data, stage);
}

/* wss to a plain server: it waits for the end of what is no request to it. */
static gboolean
deadline_cb (gpointer user_data)
{
  RtConnect *self = user_data;

  fail (
      self, rt_end_new (self->params, RT_END_TIMEOUT,
                "no connection within %u ms: stuck at %s%s",
                self->params->connect_timeout, self->stage,
                strcmp (self->stage, "tls") == 0 ? " (does the server want ws?)"
                                                 : ""));
  return G_SOURCE_REMOVE;
}

static gboolean
body_deadline_cb (gpointer user_data)
{
  RtConnect *self = user_data;

  stop_timer (&self->body_deadline);
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
judge (RtConnect *self)
{
  RtEnd *end = rt_upgrade_judge (self->params, self->reply, self->key);
  RtRoad *road;

  if (end != NULL) {
    fail (self, end);
    return;
  }
  abandon (self);
  road = g_new0 (RtRoad, 1);
  road->stream = g_steal_pointer (&self->stream);
  road->socket = g_steal_pointer (&self->socket);
  road->rest = g_byte_array_ref (self->reply->rest);
  self->callbacks.done (self->user_data, road, NULL);
}

static void
body_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RtConnect) self = user_data;

  rt_http_read_body_finish (result);
  if (!self->over)
    judge (self);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RtConnect) self = user_data;
  g_autoptr (GError) error = NULL;

  self->reply = rt_http_exchange_finish (result, &error);
  if (self->over)
    return;
  if (error != NULL) {
    fail (self, rt_verdict_on_upgrade (self->params, error));
  } else if (rt_upgrade_wants_body (self->reply)) {
    self->body_deadline
        = rt_loop_add_timeout (self->loop, BODY_TIME, body_deadline_cb, self);
    rt_http_read_body_async (
        self->stream, self->reply, body_read_cb, hold (self));
  } else {
    judge (self);
  }
}

static void
upgrade (RtConnect *self)
{
  enter (self, "upgrading");
  if (self->over)
    return;
  self->key = rt_upgrade_key ();
  rt_http_exchange_async (self->stream,
      rt_upgrade_request (self->params, self->key), answered_cb, hold (self));
}

static void
handshake_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RtConnect) self = user_data;
  GTlsConnection *tls = G_TLS_CONNECTION (source);
  g_autoptr (GError) error = NULL;
  const gchar *objection;

  self->handshaking = FALSE;
  g_clear_pointer (&self->ticket, rt_ticket_free);
  if (!g_tls_connection_handshake_finish (tls, result, &error)) {
    if (!self->over)
      fail (self, rt_verdict_on_handshake (self->params, tls, error));
    return;
  }
  if (self->over)
    return;
  objection = rt_tls_objection (tls, self->params);
  if (objection != NULL)
    fail (self, rt_end_new (self->params, RT_END_TLS, "%s", objection));
  else
    upgrade (self);
}

static void
shake_hands (gpointer user_data)
{
  g_autoptr (RtConnect) self = hold (user_data);
  const RtUrl *url = self->params->url;
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GError) error = NULL;
  GTlsConnection *tls = NULL;

  identity = rt_tcp_address (url, &error);
  if (identity != NULL)
    tls = rt_tls_new (self->stream, identity, self->params, &error);
  if (tls == NULL) {
    fail (
        self, rt_end_new (self->params, RT_END_SETTINGS, "%s", error->message));
    return;
  }
  g_object_unref (self->stream);
  self->stream = G_IO_STREAM (tls);
  self->handshaking = TRUE;
  g_tls_connection_handshake_async (
      tls, G_PRIORITY_DEFAULT, NULL, handshake_cb, hold (self));
}

static void
secure (RtConnect *self)
{
  if (!self->params->url->tls) {
    upgrade (self);
    return;
  }
  enter (self, "tls");
  if (!self->over)
    self->ticket = rt_ticket_new (
        self->loop, self->params->url->host, shake_hands, self);
}

static void
stage_cb (gpointer user_data, const gchar *stage)
{
  enter (user_data, stage);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RtConnect) self = user_data;
  RtEnd *end;
  GSocketConnection *connection = rt_tcp_connect_finish (result, &end);

  if (connection == NULL) {
    fail (self, end);
    return;
  }
  self->stream = G_IO_STREAM (connection);
  self->socket = g_object_ref (g_socket_connection_get_socket (connection));
  if (!self->over)
    secure (self);
}

static gboolean
start_cb (gpointer user_data)
{
  g_autoptr (RtConnect) self = hold (user_data);
  g_autoptr (GError) error = NULL;

  stop_timer (&self->start);
  if (!rt_connect_params_check (self->params, &error)) {
    fail (
        self, rt_end_new (self->params, RT_END_SETTINGS, "%s", error->message));
    return G_SOURCE_REMOVE;
  }
  enter (self, "resolving");
  if (!self->over)
    rt_tcp_connect_async (self->loop, self->params, stage_cb, self->cancellable,
        connected_cb, hold (self));
  return G_SOURCE_REMOVE;
}

RtConnect *
rt_connect_start (RtLoop *loop, RtConnectParams *params,
    const RtConnectCallbacks *callbacks, gpointer user_data)
{
  RtConnect *self = g_new0 (RtConnect, 1);

  self->refs = 1;
  self->loop = loop;
  self->params = rt_connect_params_share (params);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->stage = "start";
  self->cancellable = g_cancellable_new ();
  self->start = rt_loop_add_timeout (loop, 0, start_cb, self);
  if (params->connect_timeout > 0)
    self->deadline = rt_loop_add_timeout (
        loop, params->connect_timeout, deadline_cb, self);
  return self;
}

void
rt_connect_free (RtConnect *self)
{
  if (self == NULL)
    return;
  if (!self->over) {
    abandon (self);
    cut (self);
  }
  drop (self);
}
