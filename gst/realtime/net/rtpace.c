/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Turns in time.  A turn belongs to the thread of its loop, its place in the
 * queue of its host is shared.
 */
#include "rtpace.h"

#define MAX_CREDIT 6000 /* us */
/* Hosts that nobody waits for are forgotten when there are more. */
#define MANY_HOSTS 64

typedef struct {
  GQueue waiting; /* of RtPace; the first has a time */
  gint64 next;    /* monotonic us: not before that */
} Host;

struct _RtPace {
  /* constant */
  GSource *source;
  RtLoopTaskFunc granted;
  gpointer user_data;

  /* pace_lock */
  Host *host; /* NULL: had its turn */
};

static GMutex pace_lock;
/* pace_lock */
static GHashTable *hosts; /* name → Host */

/* pace_lock */
static void
call_first (Host *host)
{
  RtPace *first = g_queue_peek_head (&host->waiting);

  if (first != NULL)
    g_source_set_ready_time (first->source, host->next);
}

/* The next turn counts from when this one was to be, so that a loop that rests
 * between its rounds loses nothing; but one that was late does not make up for
 * it. */
static gboolean
pace_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  RtPace *self = user_data;
  Host *host;

  g_source_set_ready_time (source, -1);
  g_mutex_lock (&pace_lock);
  host = self->host;
  self->host = NULL;
  g_queue_remove (&host->waiting, self);
  host->next = MAX (host->next, g_get_monotonic_time () - MAX_CREDIT)
               + RT_PACE_INTERVAL;
  call_first (host);
  g_mutex_unlock (&pace_lock);
  self->granted (self->user_data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs pace_funcs = { .dispatch = pace_dispatch };

static gboolean
is_idle (gpointer name, gpointer data, gpointer now)
{
  const Host *host = data;

  return host->waiting.length == 0 && host->next <= *(gint64 *) now;
}

/* pace_lock */
static Host *
get_host (const gchar *name)
{
  gint64 now = g_get_monotonic_time ();
  Host *host;

  if (hosts == NULL)
    hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (g_hash_table_size (hosts) > MANY_HOSTS)
    g_hash_table_foreach_remove (hosts, is_idle, &now);
  host = g_hash_table_lookup (hosts, name);
  if (host == NULL) {
    host = g_new0 (Host, 1);
    g_hash_table_insert (hosts, g_strdup (name), host);
  }
  return host;
}

RtPace *
rt_pace_new (
    RtLoop *loop, const gchar *host, RtLoopTaskFunc granted, gpointer user_data)
{
  RtPace *self = g_new0 (RtPace, 1);

  self->granted = granted;
  self->user_data = user_data;
  self->source = g_source_new (&pace_funcs, sizeof (GSource));
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_attach (self->source, rt_loop_context (loop));
  g_mutex_lock (&pace_lock);
  self->host = get_host (host);
  g_queue_push_tail (&self->host->waiting, self);
  call_first (self->host);
  g_mutex_unlock (&pace_lock);
  return self;
}

void
rt_pace_free (RtPace *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&pace_lock);
  if (self->host != NULL) {
    g_queue_remove (&self->host->waiting, self);
    call_first (self->host);
  }
  g_mutex_unlock (&pace_lock);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_free (self);
}
