/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two threads and a counter: under a GMutex, or with --race without it. Shows
 * that ThreadSanitizer with the preloaded locks finds a race, and only that.
 */
#include <string.h>

#include <glib.h>

#define ROUNDS 1000

static GMutex mutex;
static GCond cond;
static guint counter;
static guint turns;

static gpointer
count (gpointer data)
{
  gboolean race = GPOINTER_TO_INT (data);
  guint i;

  for (i = 0; i < ROUNDS; i++) {
    if (!race)
      g_mutex_lock (&mutex);
    counter++;
    if (!race)
      g_mutex_unlock (&mutex);
  }
  g_mutex_lock (&mutex);
  turns++;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&mutex);
  return NULL;
}

int
main (int argc, char **argv)
{
  gboolean race = argc > 1 && strcmp (argv[1], "--race") == 0;
  GThread *first = g_thread_new ("first", count, GINT_TO_POINTER (race));
  GThread *second = g_thread_new ("second", count, GINT_TO_POINTER (race));
  gboolean whole;

  g_mutex_lock (&mutex);
  while (turns < 2)
    g_cond_wait (&cond, &mutex);
  whole = counter == 2 * ROUNDS;
  g_mutex_unlock (&mutex);
  g_thread_join (first);
  g_thread_join (second);
  return race || whole ? 0 : 1;
}
