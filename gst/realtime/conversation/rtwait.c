/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waits, and the list of those that hope for a host.  A wait belongs to the
 * thread of its loop, the list is shared.
 */
#include "rtwait.h"

struct _RtWait {
  /* constant */
  GSource *source;
  gchar *host;
  RtLoopTaskFunc over;
  gpointer user_data;
};

static GMutex wait_lock;
/* wait_lock */
static GQueue hoping = G_QUEUE_INIT; /* of RtWait with a host */

static void
stop_hoping (RtWait *self)
{
  if (self->host == NULL)
    return;
  g_mutex_lock (&wait_lock);
  g_queue_remove (&hoping, self);
  g_mutex_unlock (&wait_lock);
}

static gboolean
wait_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  RtWait *self = user_data;

  stop_hoping (self);
  g_source_set_ready_time (source, -1);
  self->over (self->user_data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs wait_funcs = { .dispatch = wait_dispatch };

RtWait *
rt_wait_new (RtLoop *loop, guint ms, const gchar *host, RtLoopTaskFunc over,
    gpointer user_data)
{
  RtWait *self = g_new0 (RtWait, 1);

  self->host = g_strdup (host);
  self->over = over;
  self->user_data = user_data;
  self->source = g_source_new (&wait_funcs, sizeof (GSource));
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_set_ready_time (self->source,
      g_get_monotonic_time () + (gint64) ms * G_TIME_SPAN_MILLISECOND);
  g_source_attach (self->source, rt_loop_context (loop));
  if (host != NULL) {
    g_mutex_lock (&wait_lock);
    g_queue_push_tail (&hoping, self);
    g_mutex_unlock (&wait_lock);
  }
  return self;
}

void
rt_wait_free (RtWait *self)
{
  if (self == NULL)
    return;
  stop_hoping (self);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_free (self->host);
  g_free (self);
}

void
rt_wait_host_answers (const gchar *host)
{
  GList *link;

  g_mutex_lock (&wait_lock);
  for (link = hoping.head; link != NULL; link = link->next) {
    RtWait *wait = link->data;

    if (g_str_equal (wait->host, host))
      g_source_set_ready_time (wait->source, 0);
  }
  g_mutex_unlock (&wait_lock);
}
