/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Look-ups, and the threads that make them: one to a name, few at a time, gone
 * when there is nothing to do.  Look-ups belong to the threads of their loops.
 */
#include "rtlookup.h"
#include "rtaddresses.h"

#include <netdb.h>
#include <sys/socket.h>

/* One name on its way, for all who wait for it. */
typedef struct {
  gchar *host;
  gint64 began;   /* monotonic us */
  GQueue waiters; /* names_lock */
} Flight;

struct _RtLookup {
  /* constant */
  guint16 port;
  GSource *source; /* on the loop; becomes ready with the answer */
  RtLookupFunc done;
  gpointer user_data;

  /* names_lock; the loop's thread alone once the source is ready */
  Flight *flight;
  GPtrArray *addresses;
  GError *error;
};

static GMutex names_lock;
/* names_lock */
static GQueue flights = G_QUEUE_INIT; /* of Flight, the latest first */
static GQueue pending = G_QUEUE_INIT;
static guint n_threads;

/* names_lock */
static void
tell_waiters (Flight *flight, GPtrArray *addresses, const GError *error)
{
  RtLookup *lookup;

  while ((lookup = g_queue_pop_head (&flight->waiters)) != NULL) {
    lookup->flight = NULL;
    if (addresses != NULL)
      lookup->addresses = g_ptr_array_ref (addresses);
    else
      lookup->error = g_error_copy (error);
    g_source_set_ready_time (lookup->source, 0);
  }
}

/* names_lock.  A name that was found was found for all who ask for it. */
static void
land (Flight *flight, GPtrArray *addresses, const GError *error)
{
  GList *link;

  g_queue_remove (&flights, flight);
  tell_waiters (flight, addresses, error);
  for (link = flights.head; addresses != NULL && link != NULL;
       link = link->next)
    if (g_str_equal (((Flight *) link->data)->host, flight->host))
      tell_waiters (link->data, addresses, NULL);
  g_free (flight->host);
  g_free (flight);
}

/* Blocks as long as the resolver likes. */
static GPtrArray *
resolve (const gchar *host, GError **error)
{
  const struct addrinfo hints
      = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
  struct addrinfo *list = NULL, *item;
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_object_unref);
  gint code = getaddrinfo (host, NULL, &hints, &list);

  if (code != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND,
        "no address of %s: %s", host, gai_strerror (code));
    return NULL;
  }
  for (item = list; item != NULL && out->len < RT_LOOKUP_ADDRESSES;
       item = item->ai_next) {
    GSocketAddress *address
        = g_socket_address_new_from_native (item->ai_addr, item->ai_addrlen);

    if (address != NULL)
      g_ptr_array_add (out, address);
  }
  freeaddrinfo (list);
  if (out->len > 0)
    return g_steal_pointer (&out);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND,
      "no address of %s that can be used", host);
  return NULL;
}

static gpointer
names_run (gpointer data)
{
  Flight *flight;

  g_mutex_lock (&names_lock);
  while ((flight = g_queue_pop_head (&pending)) != NULL) {
    g_autoptr (GPtrArray) addresses = NULL;
    g_autoptr (GError) error = NULL;

    /* only its waiters change meanwhile */
    g_mutex_unlock (&names_lock);
    addresses = resolve (flight->host, &error);
    g_mutex_lock (&names_lock);
    land (flight, addresses, error);
  }
  n_threads--;
  g_mutex_unlock (&names_lock);
  return NULL;
}

/* names_lock.  Without a thread of its own a name waits for another's.  NULL:
 * there is no thread at all, and *error says why. */
static Flight *
take_off (const gchar *host, GError **error)
{
  Flight *flight = g_new0 (Flight, 1);
  GThread *thread = NULL;

  flight->host = g_strdup (host);
  flight->began = g_get_monotonic_time ();
  g_queue_push_tail (&pending, flight);
  g_queue_push_head (&flights, flight);
  if (n_threads < RT_LOOKUP_THREADS)
    thread = g_thread_try_new ("rt-names", names_run, NULL, error);
  if (thread != NULL) {
    n_threads++;
    g_thread_unref (thread);
  } else if (n_threads == 0) {
    g_queue_remove (&pending, flight);
    g_queue_remove (&flights, flight);
    g_free (flight->host);
    g_clear_pointer (&flight, g_free);
  } else {
    g_clear_error (error);
  }
  return flight;
}

/* names_lock.  The latest one to this host, if there is one that may be
 * joined. */
static Flight *
find_flight (const gchar *host)
{
  Flight *latest = NULL;
  guint n = 0;
  GList *link;

  for (link = flights.head; link != NULL; link = link->next) {
    Flight *flight = link->data;

    if (!g_str_equal (flight->host, host))
      continue;
    if (n++ == 0)
      latest = flight;
  }
  if (latest == NULL || n >= RT_LOOKUP_FLIGHTS || n_threads > RT_LOOKUP_SPARE
      || g_get_monotonic_time () - latest->began
             < RT_LOOKUP_PATIENCE * G_TIME_SPAN_MILLISECOND)
    return latest;
  return NULL;
}

/* names_lock */
static void
be_patient (RtLookup *self)
{
  g_source_set_ready_time (self->source,
      g_get_monotonic_time () + RT_LOOKUP_PATIENCE * G_TIME_SPAN_MILLISECOND);
}

/* FALSE: there is no answer yet, and it has been long. */
static gboolean
take_answer (RtLookup *self)
{
  gboolean answered;

  g_mutex_lock (&names_lock);
  answered = self->flight == NULL;
  if (answered) {
    g_source_set_ready_time (self->source, -1);
  } else {
    if (find_flight (self->flight->host) == NULL)
      take_off (self->flight->host, NULL);
    be_patient (self);
  }
  g_mutex_unlock (&names_lock);
  return answered;
}

static gboolean
lookup_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  RtLookup *self = user_data;
  g_autoptr (GSocketConnectable) addresses = NULL;
  g_autoptr (GError) error = NULL;

  if (!take_answer (self))
    return G_SOURCE_CONTINUE;
  error = g_steal_pointer (&self->error);
  if (self->addresses != NULL)
    addresses = rt_addresses_new (self->addresses, self->port);
  self->done (self->user_data, addresses, error);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs lookup_funcs = { .dispatch = lookup_dispatch };

/* names_lock */
static void
board (RtLookup *self, const gchar *host)
{
  Flight *flight = find_flight (host);

  if (flight == NULL)
    flight = take_off (host, &self->error);
  self->flight = flight;
  if (flight == NULL) {
    g_source_set_ready_time (self->source, 0);
    return;
  }
  g_queue_push_tail (&flight->waiters, self);
  be_patient (self);
}

RtLookup *
rt_lookup_start (RtLoop *loop, const gchar *host, guint16 port,
    RtLookupFunc done, gpointer user_data)
{
  g_autoptr (GSocketAddress) literal
      = g_inet_socket_address_new_from_string (host, port);
  RtLookup *self = g_new0 (RtLookup, 1);

  self->port = port;
  self->done = done;
  self->user_data = user_data;
  self->source = g_source_new (&lookup_funcs, sizeof (GSource));
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_attach (self->source, rt_loop_context (loop));
  if (literal != NULL) {
    self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
    g_ptr_array_add (self->addresses, g_steal_pointer (&literal));
    g_source_set_ready_time (self->source, 0);
  } else {
    g_mutex_lock (&names_lock);
    board (self, host);
    g_mutex_unlock (&names_lock);
  }
  return self;
}

void
rt_lookup_free (RtLookup *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&names_lock);
  if (self->flight != NULL)
    g_queue_remove (&self->flight->waiters, self);
  g_mutex_unlock (&names_lock);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self);
}
