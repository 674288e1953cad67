/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread that accepts, and one for each connection, which polls both ends.
 */
#include "rtrelay.h"

#include <poll.h>
#include <string.h>

#define STEP 20                 /* ms, to look whether it is over */
#define MAX_UNDER_WAY (1 << 20) /* bytes; then the sender has to wait */

struct _RtRelay {
  /* constant after init */
  gchar *address;
  guint16 port;
  guint delay;
  guint idle;
  GSocket *listener;
  guint16 own_port;
  GThread *thread;

  GMutex lock;
  /* lock */
  GPtrArray *threads;

  gint stop; /* atomic */
  gint cuts; /* atomic */
};

typedef struct {
  gint64 due;
  GBytes *bytes;
  gsize done;
} Parcel;

/* One direction. */
typedef struct {
  GSocket *from, *to;
  GQueue parcels;
  gsize under_way;
  gboolean ended;  /* `from` has */
  gboolean passed; /* … and `to` knows it */
} Lane;

typedef struct {
  RtRelay *relay;
  GSocket *client;
} Call;

static void
parcel_free (gpointer data)
{
  Parcel *parcel = data;

  g_bytes_unref (parcel->bytes);
  g_free (parcel);
}

/* FALSE: the connection is broken. */
static gboolean
take (Lane *self, guint delay)
{
  gchar buffer[16384];
  Parcel *parcel;
  gssize n = g_socket_receive_with_blocking (
      self->from, buffer, sizeof (buffer), FALSE, NULL, NULL);

  if (n < 0)
    return FALSE;
  if (n == 0) {
    self->ended = TRUE;
    return TRUE;
  }
  parcel = g_new0 (Parcel, 1);
  parcel->due = g_get_monotonic_time () + delay * 1000;
  parcel->bytes = g_bytes_new (buffer, n);
  g_queue_push_tail (&self->parcels, parcel);
  self->under_way += n;
  return TRUE;
}

static gboolean
is_due (Lane *self)
{
  Parcel *parcel = g_queue_peek_head (&self->parcels);

  return parcel != NULL && parcel->due <= g_get_monotonic_time ();
}

static gboolean
hand_over (Lane *self)
{
  Parcel *parcel = g_queue_peek_head (&self->parcels);
  gsize size;
  const gchar *data = g_bytes_get_data (parcel->bytes, &size);
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_send_with_blocking (
      self->to, data + parcel->done, size - parcel->done, FALSE, NULL, &error);

  if (n < 0)
    return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  parcel->done += n;
  self->under_way -= n;
  if (parcel->done == size) {
    g_queue_pop_head (&self->parcels);
    parcel_free (parcel);
  }
  return TRUE;
}

static void
pass_end (Lane *self)
{
  if (!self->ended || self->passed || !g_queue_is_empty (&self->parcels))
    return;
  g_socket_shutdown (self->to, FALSE, TRUE, NULL);
  self->passed = TRUE;
}

/* Until something can be done, or a parcel may be due. */
static void
watch (Lane *lanes, struct pollfd *fds)
{
  gint timeout = STEP;
  guint i;

  for (i = 0; i < 2; i++) {
    Parcel *parcel = g_queue_peek_head (&lanes[i].parcels);

    fds[i].fd = g_socket_get_fd (lanes[i].from);
    fds[i].events
        = !lanes[i].ended && lanes[i].under_way < MAX_UNDER_WAY ? POLLIN : 0;
    fds[2 + i].fd = g_socket_get_fd (lanes[i].to);
    fds[2 + i].events = is_due (&lanes[i]) ? POLLOUT : 0;
    if (parcel != NULL && !is_due (&lanes[i]))
      timeout = MIN (
          timeout, (gint) ((parcel->due - g_get_monotonic_time ()) / 1000 + 1));
  }
  poll (fds, 4, MAX (timeout, 0));
}

static void
relay_call (RtRelay *self, Lane *lanes)
{
  gint64 heard = g_get_monotonic_time ();
  gboolean up = TRUE;
  guint i;

  while (up && !g_atomic_int_get (&self->stop)
         && !(lanes[0].passed && lanes[1].passed)) {
    struct pollfd fds[4] = { 0 };

    watch (lanes, fds);
    for (i = 0; i < 2 && up; i++) {
      if (fds[i].revents & (POLLIN | POLLHUP | POLLERR) && fds[i].events != 0) {
        heard = g_get_monotonic_time ();
        up = take (&lanes[i], self->delay);
      }
      if (up && fds[2 + i].revents & POLLOUT)
        up = hand_over (&lanes[i]);
      pass_end (&lanes[i]);
    }
    if (up && self->idle > 0
        && g_get_monotonic_time () - heard > (gint64) self->idle * 1000) {
      g_atomic_int_inc (&self->cuts);
      up = FALSE;
    }
  }
}

static gpointer
call_run (gpointer data)
{
  Call *call = data;
  RtRelay *self = call->relay;
  g_autoptr (GSocket) client = call->client;
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string (self->address, self->port);
  g_autoptr (GSocket) server = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  Lane lanes[2] = {
    { client, server, G_QUEUE_INIT, 0, FALSE, FALSE },
    { server, client, G_QUEUE_INIT, 0, FALSE, FALSE },
  };

  g_free (call);
  if (g_socket_connect (server, address, NULL, NULL))
    relay_call (self, lanes);
  g_socket_close (server, NULL);
  g_socket_close (client, NULL);
  g_queue_clear_full (&lanes[0].parcels, parcel_free);
  g_queue_clear_full (&lanes[1].parcels, parcel_free);
  return NULL;
}

static gpointer
accept_run (gpointer data)
{
  RtRelay *self = data;

  while (!g_atomic_int_get (&self->stop)) {
    GSocket *client = NULL;
    Call *call;

    if (g_socket_condition_timed_wait (
            self->listener, G_IO_IN, STEP * 1000, NULL, NULL))
      client = g_socket_accept (self->listener, NULL, NULL);
    if (client == NULL)
      continue;
    call = g_new0 (Call, 1);
    call->relay = self;
    call->client = client;
    g_mutex_lock (&self->lock);
    g_ptr_array_add (
        self->threads, g_thread_new ("relay-call", call_run, call));
    g_mutex_unlock (&self->lock);
  }
  return NULL;
}

RtRelay *
rt_relay_new (const gchar *address, guint16 port, guint delay, guint idle)
{
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  RtRelay *self = g_new0 (RtRelay, 1);

  self->address = g_strdup (address);
  self->port = port;
  self->delay = delay;
  self->idle = idle;
  g_mutex_init (&self->lock);
  self->threads = g_ptr_array_new ();
  self->listener = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  if (!g_socket_bind (self->listener, any, TRUE, NULL)
      || !g_socket_listen (self->listener, NULL)
      || !(bound = g_socket_get_local_address (self->listener, NULL)))
    g_error ("the relay finds no port");
  self->own_port
      = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("relay", accept_run, self);
  return self;
}

void
rt_relay_free (RtRelay *self)
{
  guint i;

  g_atomic_int_set (&self->stop, TRUE);
  g_thread_join (self->thread);
  for (i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_object_unref (self->listener);
  g_mutex_clear (&self->lock);
  g_free (self->address);
  g_free (self);
}

guint16
rt_relay_get_port (RtRelay *self)
{
  return self->own_port;
}

guint
rt_relay_get_cuts (RtRelay *self)
{
  return g_atomic_int_get (&self->cuts);
}
