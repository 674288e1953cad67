/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Turns, in order of asking, but for hosts that have all of theirs.  Tickets
 * belong to the threads of their loops; the queue is shared.
 */
#include "rtgate.h"

struct _RtTicket {
  /* constant */
  gchar *host;
  GSource *source; /* on the loop; becomes ready with the turn */
  RtLoopTaskFunc granted;
  gpointer user_data;

  /* gate_lock */
  gboolean has_turn;
};

static GMutex gate_lock;
/* gate_lock */
static GQueue holders = G_QUEUE_INIT;
static GQueue waiting = G_QUEUE_INIT;

static gboolean
ticket_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  RtTicket *self = user_data;

  g_source_set_ready_time (source, -1);
  self->granted (self->user_data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs ticket_funcs = { .dispatch = ticket_dispatch };

/* gate_lock */
static guint
count_holders (const gchar *host)
{
  GList *link;
  guint n = 0;

  for (link = holders.head; link != NULL; link = link->next)
    n += g_str_equal (((RtTicket *) link->data)->host, host);
  return n;
}

/* gate_lock */
static void
give_turns (void)
{
  GList *link, *next;

  for (link = waiting.head; link != NULL; link = next) {
    RtTicket *ticket = link->data;

    if (holders.length >= RT_GATE_ALL)
      return;
    next = link->next;
    if (count_holders (ticket->host) >= RT_GATE_HOST)
      continue;
    g_queue_delete_link (&waiting, link);
    g_queue_push_tail (&holders, ticket);
    ticket->has_turn = TRUE;
    g_source_set_ready_time (ticket->source, 0);
  }
}

RtTicket *
rt_ticket_new (
    RtLoop *loop, const gchar *host, RtLoopTaskFunc granted, gpointer user_data)
{
  RtTicket *self = g_new0 (RtTicket, 1);

  self->host = g_strdup (host);
  self->granted = granted;
  self->user_data = user_data;
  self->source = g_source_new (&ticket_funcs, sizeof (GSource));
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_attach (self->source, rt_loop_context (loop));
  g_mutex_lock (&gate_lock);
  g_queue_push_tail (&waiting, self);
  give_turns ();
  g_mutex_unlock (&gate_lock);
  return self;
}

void
rt_ticket_free (RtTicket *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&gate_lock);
  g_queue_remove (self->has_turn ? &holders : &waiting, self);
  give_turns ();
  g_mutex_unlock (&gate_lock);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_free (self->host);
  g_free (self);
}
