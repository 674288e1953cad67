/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The road to the server.  I/O thread; never waits: what GIO does in a thread
 * is woken by shutting the socket down, not by a cancellable, which would poll.
 */
#include "rtconnect.h"
#include "rthttp.h"
#include "rtproxy.h"
#include "rttls.h"
#include "rtupgrade.h"
#include "rtverdict.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define BODY_TIME 1000         /* ms, for the reason of a refusal to arrive */
#define UNSENT_LIMIT 16384     /* bytes that wait in the kernel */
#define UNANSWERED_LIMIT 10000 /* ms */
#define PROXY_KEY "rt-proxy-address"

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
  GCancellable *cancellable; /* of name and TCP, where nobody polls it */
  GSource *start;
  GSource *deadline;
  GSource *body_deadline;
  GSocketConnectable *address;
  gboolean by_proxy;
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
  g_clear_object (&self->address);
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

/* Nothing is reported any more; what runs comes to its end by itself. */
static void
abandon (RtConnect *self)
{
  self->over = TRUE;
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

static void
enter (RtConnect *self, const gchar *stage)
{
  if (self->over || self->stage == stage)
    return;
  self->stage = stage;
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
secure (RtConnect *self)
{
  g_autoptr (GError) error = NULL;
  GTlsConnection *tls;

  if (!self->params->url->tls) {
    upgrade (self);
    return;
  }
  enter (self, "tls");
  if (self->over)
    return;
  tls = rt_tls_new (self->stream, self->address, self->params, &error);
  if (tls == NULL) {
    fail (
        self, rt_end_new (self->params, RT_END_SETTINGS, "%s", error->message));
    return;
  }
  g_object_unref (self->stream);
  self->stream = G_IO_STREAM (tls);
  g_tls_connection_handshake_async (
      tls, G_PRIORITY_DEFAULT, NULL, handshake_cb, hold (self));
}

static void
tunnelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RtConnect) self = user_data;
  g_autoptr (GError) error = NULL;
  guint status;
  RtEnd *end;

  if (rt_proxy_connect_finish (result, &status, &error)) {
    if (!self->over)
      secure (self);
    return;
  }
  end = rt_end_new (self->params, RT_END_PROXY, "%s", error->message);
  end->http_status = status;
  fail (self, end);
}

/* None of this is needed to go on: old kernels may lack one or the other. */
static void
tune_socket (GSocket *socket)
{
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_option (
      socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_LIMIT, NULL);
  g_socket_set_option (
      socket, IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_LIMIT, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, 10, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, 3, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 3, NULL);
}

static gboolean
wants_proxy (const RtConnectParams *params)
{
  return params->proxy != NULL && strcmp (params->proxy, "direct://") != 0;
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RtConnect) self = user_data;
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_finish (
      G_SOCKET_CLIENT (source), result, &error);
  GProxyAddress *proxy;

  g_signal_handlers_disconnect_by_data (source, self);
  if (connection == NULL) {
    if (!self->over)
      fail (self, rt_verdict_on_connect (self->params, self->by_proxy, error));
    return;
  }
  self->stream = G_IO_STREAM (connection);
  self->socket = g_object_ref (g_socket_connection_get_socket (connection));
  if (self->over)
    return;
  tune_socket (self->socket);
  proxy = g_object_get_data (G_OBJECT (connection), PROXY_KEY);
  if (proxy == NULL && wants_proxy (self->params))
    fail (self,
        rt_end_new (self->params, RT_END_PROXY, "the proxy was left out"));
  else if (proxy != NULL
           && g_strv_contains (
               rt_proxy_protocols, g_proxy_address_get_protocol (proxy)))
    rt_proxy_connect_async (self->stream, proxy, tunnelled_cb, hold (self));
  else
    secure (self);
}

/* While a connection is being made its remote address is the one that GIO
 * tries, which knows whether it is a proxy's. */
static void
event_cb (GSocketClient *client, GSocketClientEvent event,
    GSocketConnectable *connectable, GIOStream *stream, RtConnect *self)
{
  GSocketAddress *address;

  if (event == G_SOCKET_CLIENT_RESOLVING) {
    enter (self, "resolving");
  } else if (event == G_SOCKET_CLIENT_CONNECTING) {
    address = g_socket_connection_get_remote_address (
        G_SOCKET_CONNECTION (stream), NULL);
    if (address != NULL && G_IS_PROXY_ADDRESS (address)) {
      self->by_proxy = TRUE;
      g_object_set_data_full (
          G_OBJECT (stream), PROXY_KEY, address, g_object_unref);
    } else {
      g_clear_object (&address);
    }
    enter (self, "connecting");
  }
}

static GSocketClient *
make_client (RtConnect *self)
{
  GSocketClient *client = g_socket_client_new ();
  gsize i;

  for (i = 0; rt_proxy_protocols[i] != NULL; i++)
    g_socket_client_add_application_proxy (client, rt_proxy_protocols[i]);
  if (wants_proxy (self->params)) {
    g_autofree gchar *proxy = rt_proxy_uri (self->params->proxy, NULL);
    g_autoptr (GProxyResolver) resolver
        = g_simple_proxy_resolver_new (proxy, NULL);

    g_socket_client_set_proxy_resolver (client, resolver);
    self->by_proxy = TRUE;
  } else if (self->params->proxy != NULL) {
    g_socket_client_set_enable_proxy (client, FALSE);
  }
  g_signal_connect (client, "event", G_CALLBACK (event_cb), self);
  return client;
}

/* The scheme tells the environment's proxy settings which of them is meant. */
static GSocketConnectable *
make_address (const RtUrl *url, GError **error)
{
  g_autofree gchar *uri = g_uri_join (G_URI_FLAGS_NONE,
      url->tls ? "https" : "http", NULL, url->host, url->port, "", NULL, NULL);

  return g_network_address_parse_uri (uri, url->port, error);
}

static gboolean
start_cb (gpointer user_data)
{
  RtConnect *self = user_data;
  g_autoptr (GSocketClient) client = NULL;
  g_autoptr (GError) error = NULL;

  stop_timer (&self->start);
  hold (self);
  if (rt_connect_params_check (self->params, &error))
    self->address = make_address (self->params->url, &error);
  if (self->address == NULL) {
    fail (
        self, rt_end_new (self->params, RT_END_SETTINGS, "%s", error->message));
  } else {
    client = make_client (self);
    g_socket_client_connect_async (
        client, self->address, self->cancellable, connected_cb, hold (self));
  }
  drop (self);
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
