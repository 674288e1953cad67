/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Turns: how many, for whom, and in which order.
 */
#include "rtgate.h"

#define WAIT (10 * G_TIME_SPAN_SECOND)
#define N 20

typedef struct {
  RtLoop *loop;
  RtTicket *tickets[N];

  GMutex lock;
  GCond cond;
  /* lock */
  GString *granted; /* a letter for each */
  guint rounds;
} Queue;

typedef struct {
  Queue *queue;
  guint number;
} Place;

static Place places[N];

static void
granted_cb (gpointer user_data)
{
  Place *place = user_data;
  Queue *self = place->queue;

  g_assert_true (rt_loop_is_own_thread (self->loop));
  g_mutex_lock (&self->lock);
  g_string_append_c (self->granted, 'a' + place->number);
  g_mutex_unlock (&self->lock);
}

typedef struct {
  Queue *queue;
  const gchar *host; /* NULL: give the turn back */
  guint number;
} Move;

static gboolean
move_cb (gpointer user_data)
{
  Move *move = user_data;
  Queue *self = move->queue;
  guint i = move->number;

  if (move->host != NULL) {
    places[i].queue = self;
    places[i].number = i;
    self->tickets[i]
        = rt_ticket_new (self->loop, move->host, granted_cb, &places[i]);
  } else if (i < N) {
    g_clear_pointer (&self->tickets[i], rt_ticket_free);
  }
  g_mutex_lock (&self->lock);
  self->rounds++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static void
move (Queue *self, const gchar *host, guint number)
{
  gint64 deadline = g_get_monotonic_time () + WAIT;
  guint before = self->rounds;
  Move it = { self, host, number };
  g_autoptr (GSource) source = g_idle_source_new ();

  /* an idle source is served when tickets have been */
  g_source_set_callback (source, move_cb, &it, NULL);
  g_source_attach (source, rt_loop_context (self->loop));
  g_mutex_lock (&self->lock);
  while (self->rounds == before)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, deadline));
  g_mutex_unlock (&self->lock);
}

static void
expect (Queue *self, const gchar *granted)
{
  move (self, NULL, N);
  g_mutex_lock (&self->lock);
  g_assert_cmpstr (self->granted->str, ==, granted);
  g_mutex_unlock (&self->lock);
}

static void
test_turns (void)
{
  Queue queue = { .loop = rt_loop_acquire (NULL) };
  guint i;

  g_mutex_init (&queue.lock);
  g_cond_init (&queue.cond);
  queue.granted = g_string_new (NULL);

  /* one host has its share, */
  for (i = 0; i < 8; i++)
    move (&queue, "one", i);
  expect (&queue, "abcdef");
  /* others pass it, until there is no more; */
  for (i = 8; i < 12; i++)
    move (&queue, "two", i);
  expect (&queue, "abcdefij");
  /* a turn that is given back goes to who waits longest and may, */
  move (&queue, NULL, 3);
  expect (&queue, "abcdefijg");
  move (&queue, NULL, 8);
  expect (&queue, "abcdefijgk");
  /* not to who left, */
  move (&queue, NULL, 7);
  move (&queue, NULL, 0);
  expect (&queue, "abcdefijgkl");
  /* and a place is lost with the ticket */
  move (&queue, "one", 12);
  expect (&queue, "abcdefijgkl");
  move (&queue, NULL, 12);
  for (i = 0; i < 12; i++)
    move (&queue, NULL, i);
  expect (&queue, "abcdefijgkl");
  /* all is free again */
  move (&queue, "one", 13);
  expect (&queue, "abcdefijgkln");
  move (&queue, NULL, 13);

  g_string_free (queue.granted, TRUE);
  g_cond_clear (&queue.cond);
  g_mutex_clear (&queue.lock);
  rt_loop_release (queue.loop);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/gate/turns", test_turns);
  return g_test_run ();
}
