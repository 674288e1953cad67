/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names, addresses, proxies.  I/O thread; never waits, and has no deadline of
 * its own.
 */
#include "rttcp.h"
#include "rtlookup.h"
#include "rtpace.h"
#include "rtverdict.h"
#include "rtways.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define UNSENT_LIMIT 16384 /* bytes that wait in the kernel */
#define UNANSWERED_LIMIT \
  9000 /* ms, so that a loss is known within ten seconds */

typedef struct {
  /* constant */
  RtLoop *loop;
  RtConnectParams *params;
  RtTcpStageFunc stage;
  gpointer user_data;

  GPtrArray *ways; /* of RtProxy, NULL: directly */
  guint at;        /* which of them is tried */
  gchar *target;   /* whom a proxy is asked for; NULL: the URL's host */
  RtLookup *lookup;
  RtPace *pace;
  GSocketConnectable *where; /* to connect to when it is our turn */
  GSocketConnection *connection;
  gulong cancel_id;
} Tcp;

static void next_way (GTask *task);

static void
tcp_free (gpointer data)
{
  Tcp *self = data;

  rt_lookup_free (self->lookup);
  rt_pace_free (self->pace);
  g_clear_object (&self->where);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->ways, g_ptr_array_unref);
  g_free (self->target);
  rt_connect_params_free (self->params);
  g_free (self);
}

static const RtProxy *
get_proxy (const Tcp *self)
{
  return g_ptr_array_index (self->ways, self->at);
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

/* Another way may be open; takes `end`. */
static void
fail (GTask *task, RtEnd *end)
{
  Tcp *self = g_task_get_task_data (task);

  g_clear_object (&self->connection);
  if (self->at + 1 < self->ways->len
      && !g_cancellable_is_cancelled (g_task_get_cancellable (task))) {
    rt_end_free (end);
    self->at++;
    next_way (task);
  } else {
    finish (task, end);
  }
}

static void
tunnelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  guint status;
  RtEnd *end;

  if (rt_proxy_connect_finish (result, &status, &error)) {
    finish (task, NULL);
    return;
  }
  end = rt_end_new (self->params, RT_END_PROXY, "proxy: %s", error->message);
  end->http_status = status;
  fail (task, end);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);
  const RtProxy *proxy = get_proxy (self);
  g_autoptr (GError) error = NULL;
  const gchar *target;

  self->connection = g_socket_client_connect_finish (
      G_SOCKET_CLIENT (source), result, &error);
  if (self->connection == NULL) {
    fail (task, rt_verdict_on_connect (self->params, proxy != NULL, error));
    return;
  }
  tune_socket (g_socket_connection_get_socket (self->connection));
  if (proxy == NULL) {
    finish (task, NULL);
    return;
  }
  target = self->target != NULL ? self->target : self->params->url->host;
  rt_proxy_connect_async (G_IO_STREAM (self->connection), proxy, target,
      self->params->url->port, tunnelled_cb, g_object_ref (task));
}

/* Takes a reference to `task`. */
static void
connect_now (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_clear_pointer (&self->pace, rt_pace_free);
  g_socket_client_set_enable_proxy (client, FALSE);
  self->stage (self->user_data, "connecting");
  g_socket_client_connect_async (client, self->where,
      g_task_get_cancellable (task), connected_cb, g_object_ref (task));
}

/* Behind the look-up: when a name can be found again, all who waited for it
 * know it at once. */
static void
connect_to (GTask *task, GSocketConnectable *addresses)
{
  Tcp *self = g_task_get_task_data (task);

  g_set_object (&self->where, addresses);
  if (!self->params->paced) {
    connect_now (g_object_ref (task));
    return;
  }
  self->pace = rt_pace_new (
      self->loop, self->params->url->host, connect_now, g_object_ref (task));
  self->stage (self->user_data, "waiting");
}

static void
looked_up_cb (
    gpointer user_data, GSocketConnectable *addresses, const GError *error)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);

  g_clear_pointer (&self->lookup, rt_lookup_free);
  if (addresses != NULL)
    connect_to (task, addresses);
  else
    fail (task,
        rt_verdict_on_connect (self->params, get_proxy (self) != NULL, error));
}

static void
look_up_next_hop (GTask *task)
{
  Tcp *self = g_task_get_task_data (task);
  const RtProxy *proxy = get_proxy (self);
  const RtUrl *url = self->params->url;

  self->lookup
      = rt_lookup_start (self->loop, proxy != NULL ? proxy->host : url->host,
          proxy != NULL ? proxy->port : url->port, looked_up_cb,
          g_object_ref (task));
}

/* The first address that SOCKS4 can be told. */
static gchar *
find_ipv4 (GSocketConnectable *addresses)
{
  g_autoptr (GSocketAddressEnumerator) walk
      = g_socket_connectable_enumerate (addresses);
  GSocketAddress *address;
  gchar *found = NULL;

  while (found == NULL
         && (address = g_socket_address_enumerator_next (walk, NULL, NULL))
                != NULL) {
    if (g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
      found = g_inet_address_to_string (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
    g_object_unref (address);
  }
  return found;
}

static void
target_found_cb (
    gpointer user_data, GSocketConnectable *addresses, const GError *error)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);

  g_clear_pointer (&self->lookup, rt_lookup_free);
  if (addresses != NULL)
    self->target = find_ipv4 (addresses);
  if (addresses == NULL)
    fail (task, rt_verdict_on_connect (self->params, FALSE, error));
  else if (self->target == NULL)
    fail (
        task, rt_end_new (self->params, RT_END_PROXY,
                  "proxy: SOCKS4 reaches IPv4 addresses only, and %s has none",
                  self->params->url->host));
  else
    look_up_next_hop (task);
}

static void
next_way (GTask *task)
{
  Tcp *self = g_task_get_task_data (task);
  const RtProxy *proxy = get_proxy (self);
  const RtUrl *url = self->params->url;

  g_clear_pointer (&self->target, g_free);
  if (proxy != NULL && rt_proxy_wants_address (proxy, url->host))
    self->lookup = rt_lookup_start (
        self->loop, url->host, url->port, target_found_cb, g_object_ref (task));
  else
    look_up_next_hop (task);
}

/* A proxy that cannot be used will not be better the next time. */
static RtEnd *
end_without_way (const RtConnectParams *params, const GError *error)
{
  gboolean malformed
      = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);

  return rt_end_new (params, malformed ? RT_END_SETTINGS : RT_END_PROXY,
      "proxy: %s", error->message);
}

static void
ways_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Tcp *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->ways = rt_ways_find_finish (result, &error);
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    finish (task, rt_end_new (self->params, RT_END_REQUESTED, "cancelled"));
  else if (self->ways == NULL)
    finish (task, end_without_way (self->params, error));
  else
    next_way (task);
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
  rt_ways_find_async (params, cancellable, ways_found_cb, task);
}

GSocketConnection *
rt_tcp_connect_finish (GAsyncResult *result, RtEnd **end)
{
  Tcp *self = g_task_get_task_data (G_TASK (result));

  *end = g_task_propagate_pointer (G_TASK (result), NULL);
  return *end == NULL ? g_steal_pointer (&self->connection) : NULL;
}
