/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Name, address, proxy.  I/O thread; never waits, and has no deadline of its
 * own.
 */
#include "rttcp.h"
#include "rtlookup.h"
#include "rtpace.h"
#include "rtproxy.h"
#include "rtverdict.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define UNSENT_LIMIT 16384     /* bytes that wait in the kernel */
#define UNANSWERED_LIMIT 10000 /* ms */
#define PROXY_KEY "rt-proxy-address"

typedef struct {
  /* constant */
  RtLoop *loop;
  RtConnectParams *params;
  RtTcpStageFunc stage;
  gpointer user_data;

  RtLookup *lookup;
  RtPace *pace;
  GSocketConnectable *where; /* to connect to when it is our turn … */
  gboolean direct;           /* … without a proxy */
  GSocketConnection *connection;
  gulong cancel_id;
  gboolean by_proxy;
} Tcp;

static void
tcp_free (gpointer data)
{
  Tcp *self = data;

  rt_lookup_free (self->lookup);
  rt_pace_free (self->pace);
  g_clear_object (&self->where);
  g_clear_object (&self->connection);
  rt_connect_params_free (self->params);
  g_free (self);
}

/* The scheme tells the environment's proxy settings which of them is meant. */
static gchar *
make_origin (const RtUrl *url)
{
  return g_uri_join (G_URI_FLAGS_NONE, url->tls ? "https" : "http", NULL,
      url->host, url->port, "", NULL, NULL);
}

GSocketConnectable *
rt_tcp_address (const RtUrl *url, GError **error)
{
  g_autofree gchar *origin = make_origin (url);

  return g_network_address_parse_uri (origin, url->port, error);
}

/* The last word.  Takes `end`. */
static void
finish (GTask *task, RtEnd *end)
{
  Tcp *self = g_task_get_task_data (task);

  g_signal_handler_disconnect (g_task_get_cancellable (task), self->cancel_id);
  if (end != NULL)
    g_task_return_pointer (task, end, (GDestroyNotify) rt_end_free);
  else
    g_task_return_pointer (task, NULL, NULL);
}

/* GSocketClient heeds the cancellable itself; the rest is up to us. */
static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  Tcp *self = g_task_get_task_data (task);

  if (self->connection != NULL) {
    g_socket_shutdown (
        g_socket_connection_get_socket (self->connection), TRUE, TRUE, NULL);
  } else if (self->lookup != NULL || self->pace != NULL) {
    g_clear_pointer (&self->lookup, rt_lookup_free);
    g_clear_pointer (&self->pace, rt_pace_free);
    finish (task, rt_end_new (self->params, RT_END_REQUESTED, "cancelled"));
    g_object_unref (task);
  }
}

static gboolean
wants_proxy (const RtConnectParams *params)
{
  return params->proxy != NULL && strcmp (params->proxy, "direct://") != 0;
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

static void
tunnelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  guint status;
  RtEnd *end = NULL;

  if (!rt_proxy_connect_finish (result, &status, &error)) {
    end = rt_end_new (self->params, RT_END_PROXY, "%s", error->message);
    end->http_status = status;
  }
  finish (task, end);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GProxyAddress *proxy;

  g_signal_handlers_disconnect_by_data (source, self);
  self->connection = g_socket_client_connect_finish (
      G_SOCKET_CLIENT (source), result, &error);
  if (self->connection == NULL) {
    finish (task, rt_verdict_on_connect (self->params, self->by_proxy, error));
    return;
  }
  tune_socket (g_socket_connection_get_socket (self->connection));
  proxy = g_object_get_data (G_OBJECT (self->connection), PROXY_KEY);
  if (proxy == NULL && wants_proxy (self->params))
    finish (task,
        rt_end_new (self->params, RT_END_PROXY, "the proxy was left out"));
  else if (proxy != NULL
           && g_strv_contains (
               rt_proxy_protocols, g_proxy_address_get_protocol (proxy)))
    rt_proxy_connect_async (G_IO_STREAM (self->connection), proxy, tunnelled_cb,
        g_object_ref (task));
  else
    finish (task, NULL);
}

/* While a connection is being made its remote address is the one that GIO
 * tries, which knows whether it is a proxy's. */
static void
event_cb (GSocketClient *client, GSocketClientEvent event,
    GSocketConnectable *connectable, GIOStream *stream, Tcp *self)
{
  GSocketAddress *address;

  if (event != G_SOCKET_CLIENT_CONNECTING)
    return;
  address = g_socket_connection_get_remote_address (
      G_SOCKET_CONNECTION (stream), NULL);
  if (address != NULL && G_IS_PROXY_ADDRESS (address)) {
    self->by_proxy = TRUE;
    g_object_set_data_full (
        G_OBJECT (stream), PROXY_KEY, address, g_object_unref);
  } else {
    g_clear_object (&address);
  }
  self->stage (self->user_data, "connecting");
}

/* Takes a reference to `task`. */
static void
connect_now (gpointer user_data)
{
  GTask *task = user_data;
  Tcp *self = g_task_get_task_data (task);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  gsize i;

  for (i = 0; rt_proxy_protocols[i] != NULL; i++)
    g_socket_client_add_application_proxy (client, rt_proxy_protocols[i]);
  if (self->pace != NULL) {
    g_clear_pointer (&self->pace, rt_pace_free);
    self->stage (self->user_data, "connecting");
  }
  g_socket_client_set_enable_proxy (client, !self->direct);
  if (wants_proxy (self->params)) {
    g_autofree gchar *proxy = rt_proxy_uri (self->params->proxy, NULL);
    g_autoptr (GProxyResolver) resolver
        = g_simple_proxy_resolver_new (proxy, NULL);

    g_socket_client_set_proxy_resolver (client, resolver);
    self->by_proxy = TRUE;
  }
  g_signal_connect (client, "event", G_CALLBACK (event_cb), self);
  g_socket_client_connect_async (
      client, self->where, g_task_get_cancellable (task), connected_cb, task);
}

/* Behind the look-up: when a name can be found again, all who waited for it
 * know it at once.  Takes a reference to `task`. */
static void
connect_to (GTask *task, GSocketConnectable *where, gboolean direct)
{
  Tcp *self = g_task_get_task_data (task);

  self->where = g_object_ref (where);
  self->direct = direct;
  if (!self->params->paced) {
    connect_now (task);
    return;
  }
  self->pace
      = rt_pace_new (self->loop, self->params->url->host, connect_now, task);
  self->stage (self->user_data, "waiting");
}

static void
looked_up_cb (
    gpointer user_data, GSocketConnectable *addresses, const GError *error)
{
  GTask *task = user_data;
  Tcp *self = g_task_get_task_data (task);

  g_clear_pointer (&self->lookup, rt_lookup_free);
  if (addresses != NULL) {
    connect_to (task, addresses, TRUE);
  } else {
    finish (task, rt_verdict_on_connect (self->params, FALSE, error));
    g_object_unref (task);
  }
}

/* Takes a reference to `task`. */
static void
go_directly (GTask *task)
{
  Tcp *self = g_task_get_task_data (task);
  const RtUrl *url = self->params->url;

  self->lookup
      = rt_lookup_start (self->loop, url->host, url->port, looked_up_cb, task);
}

/* Takes a reference to `task`. */
static void
go_by_proxy (GTask *task)
{
  Tcp *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnectable) address
      = rt_tcp_address (self->params->url, &error);

  if (address != NULL) {
    connect_to (task, address, FALSE);
  } else {
    finish (
        task, rt_end_new (self->params, RT_END_SETTINGS, "%s", error->message));
    g_object_unref (task);
  }
}

/* A resolver that fails knows of no proxy: GIO would fail with it. */
static void
proxies_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Tcp *self = g_task_get_task_data (task);
  g_auto (GStrv) proxies = g_proxy_resolver_lookup_finish (
      G_PROXY_RESOLVER (source), result, NULL);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task))) {
    finish (task, rt_end_new (self->params, RT_END_REQUESTED, "cancelled"));
    g_object_unref (task);
  } else if (proxies != NULL && g_strcmp0 (proxies[0], "direct://") == 0) {
    go_directly (task);
  } else {
    go_by_proxy (task);
  }
}

void
rt_tcp_connect_async (RtLoop *loop, RtConnectParams *params,
    RtTcpStageFunc stage, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Tcp *self = g_new0 (Tcp, 1);

  g_task_set_task_data (task, self, tcp_free);
  g_task_set_check_cancellable (task, FALSE);
  self->loop = loop;
  self->params = rt_connect_params_share (params);
  self->stage = stage;
  self->user_data = user_data;
  self->cancel_id = g_signal_connect (
      cancellable, "cancelled", G_CALLBACK (cancelled_cb), task);
  if (params->proxy == NULL) {
    g_autofree gchar *uri = make_origin (params->url);

    g_proxy_resolver_lookup_async (
        g_proxy_resolver_get_default (), uri, cancellable, proxies_cb, task);
  } else if (wants_proxy (params)) {
    go_by_proxy (task);
  } else {
    go_directly (task);
  }
}

GSocketConnection *
rt_tcp_connect_finish (GAsyncResult *result, RtEnd **end)
{
  Tcp *self = g_task_get_task_data (G_TASK (result));

  *end = g_task_propagate_pointer (G_TASK (result), NULL);
  return *end == NULL ? g_steal_pointer (&self->connection) : NULL;
}
