/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queues between threads: nothing lost, nothing doubled, nobody left
 * waiting.  Made for ThreadSanitizer.
 */
#include "numberedframes.h"
#include "rtstats.h"
#include "rtuplink.h"

#include <string.h>

#define RATE 1000

static const RtUplinkFormat uplink_format = { FRAME_SIZE, RATE, 0 };
#define MS G_GUINT64_CONSTANT (1000000)

typedef struct {
  RtUplink *uplink;
  gboolean wait;
  gboolean whole; /* frames are pushed: a flush may fall between pushes */
  guint64 dropped;
  gint done; /* atomic: the producer is */
} Uplink;

/* Pushes that end anywhere, also within a frame. */
static gpointer
produce (gpointer data)
{
  Uplink *self = data;
  g_autofree guint8 *all = g_malloc (FRAMES * FRAME_SIZE);
  gsize total = FRAMES * FRAME_SIZE, done = 0, level;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  number_frames (all, 0, FRAMES);
  while (done < total) {
    gsize dropped = 0, n = g_rand_int_range (rand, 1, 400);

    if (self->whole)
      n *= FRAME_SIZE;
    n = MIN (n, total - done);
    if (rt_uplink_push (self->uplink, all + done, n, RT_NS_UNKNOWN, self->wait,
            &dropped, &level)
        == RT_UPLINK_FLUSHING)
      g_thread_yield ();
    done += n;
    self->dropped += dropped;
  }
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

/* Consumes on this thread until all is through; returns the bytes. */
static guint64
consume (Uplink *self, gboolean exact, guint flush_every)
{
  guint8 out[40 * FRAME_SIZE];
  guint32 next = 0;
  guint64 bytes = 0, time;
  guint rounds = 0;
  gboolean done;
  gsize n;

  do {
    done = g_atomic_int_get (&self->done);
    n = rt_uplink_pop (
        self->uplink, &uplink_format, out, sizeof out, done, &time);
    next = check_frames (out, n, next, exact);
    bytes += n;
    if (n == 0 && !done)
      g_thread_yield ();
    if (flush_every > 0 && ++rounds % flush_every == 0) {
      rt_uplink_set_flushing (self->uplink, TRUE);
      if (rounds % 2 == 0)
        g_thread_yield ();
      bytes += rt_uplink_clear (self->uplink);
      rt_uplink_set_flushing (self->uplink, FALSE);
    }
  } while (!done || n > 0);
  return bytes;
}

static Uplink
uplink_of (guint limit_ms, gboolean wait)
{
  Uplink self = { .uplink = rt_uplink_new (), .wait = wait };

  rt_uplink_set_format (self.uplink, &uplink_format);
  rt_uplink_set_limit (self.uplink, limit_ms * MS);
  return self;
}

static void
test_uplink_waits (void)
{
  static const guint limits[] = { 1, 80, 100, 10000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (limits); i++) {
    Uplink self = uplink_of (limits[i], TRUE);
    GThread *producer = g_thread_new ("producer", produce, &self);

    g_assert_cmpuint (consume (&self, TRUE, 0), ==, FRAMES * FRAME_SIZE);
    g_thread_join (producer);
    g_assert_cmpuint (self.dropped, ==, 0);
    rt_uplink_unref (self.uplink);
  }
}

static void
test_uplink_drops (void)
{
  Uplink self = uplink_of (100, FALSE);
  GThread *producer = g_thread_new ("producer", produce, &self);
  guint64 bytes = consume (&self, FALSE, 0);

  g_thread_join (producer);
  g_assert_cmpuint (bytes + self.dropped, ==, FRAMES * FRAME_SIZE);
  rt_uplink_unref (self.uplink);
}

static void
test_uplink_flushes (gconstpointer wait)
{
  Uplink self = uplink_of (100, GPOINTER_TO_INT (wait));
  GThread *producer;

  self.whole = TRUE;
  producer = g_thread_new ("producer", produce, &self);
  g_assert_cmpuint (consume (&self, FALSE, 51), <=, FRAMES * FRAME_SIZE);
  g_thread_join (producer);
  rt_uplink_unref (self.uplink);
}

/* The I/O thread clears whenever it likes: what comes behind is aligned. */
static void
test_uplink_clears (gconstpointer wait)
{
  Uplink self = uplink_of (100, GPOINTER_TO_INT (wait));
  GThread *producer = g_thread_new ("producer", produce, &self);
  guint8 out[10 * FRAME_SIZE];
  guint64 bytes = 0, time;
  guint32 next = 0;
  gboolean done;
  gsize n;

  do {
    done = g_atomic_int_get (&self.done);
    n = rt_uplink_pop (
        self.uplink, &uplink_format, out, sizeof out, TRUE, &time);
    next = check_frames (out, n, next, FALSE);
    bytes += n;
    bytes += rt_uplink_clear (self.uplink);
  } while (!done);
  g_thread_join (producer);
  g_assert_cmpuint (bytes + self.dropped, ==, FRAMES * FRAME_SIZE);
  rt_uplink_unref (self.uplink);
}

typedef struct {
  RtUplink *uplink;
  RtUplinkResult result;
} Blocked;

static gpointer
push_too_much (gpointer data)
{
  Blocked *self = data;
  guint8 bytes[100 * FRAME_SIZE] = { 0 };
  gsize dropped = 0, level;

  self->result = rt_uplink_push (
      self->uplink, bytes, sizeof bytes, RT_NS_UNKNOWN, TRUE, &dropped, &level);
  return NULL;
}

/* Until the other thread has filled the queue and so must wait. */
static void
await_level (RtUplink *uplink, gsize level)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (rt_uplink_level (uplink) < level) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_thread_yield ();
  }
}

static void
test_flush_wakes (void)
{
  Blocked self = { rt_uplink_new (), RT_UPLINK_OK };
  GThread *thread;

  rt_uplink_set_format (self.uplink, &uplink_format);
  rt_uplink_set_limit (self.uplink, 10 * MS);
  thread = g_thread_new ("blocked", push_too_much, &self);
  await_level (self.uplink, 10 * FRAME_SIZE);
  rt_uplink_set_flushing (self.uplink, TRUE);
  g_thread_join (thread);
  g_assert_cmpint (self.result, ==, RT_UPLINK_FLUSHING);
  rt_uplink_unref (self.uplink);
}

static void
test_clear_and_limit_wake (void)
{
  Blocked self = { rt_uplink_new (), RT_UPLINK_FLUSHING };
  GThread *thread;

  rt_uplink_set_format (self.uplink, &uplink_format);
  rt_uplink_set_limit (self.uplink, 10 * MS);
  thread = g_thread_new ("blocked", push_too_much, &self);
  await_level (self.uplink, 10 * FRAME_SIZE);
  g_assert_cmpuint (rt_uplink_clear (self.uplink), >=, 10 * FRAME_SIZE);
  await_level (self.uplink, 10 * FRAME_SIZE);
  rt_uplink_set_limit (self.uplink, 1000 * MS);
  g_thread_join (thread);
  g_assert_cmpint (self.result, ==, RT_UPLINK_OK);
  rt_uplink_unref (self.uplink);
}

/* A limit below what is taken at a time must not make both sides wait. */
static void
test_portion_wakes (void)
{
  Blocked self = { rt_uplink_new (), RT_UPLINK_FLUSHING };
  guint8 out[40 * FRAME_SIZE];
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  GThread *thread;
  guint64 time;
  guint taken = 0;

  rt_uplink_set_format (self.uplink, &uplink_format);
  rt_uplink_set_limit (self.uplink, 10 * MS);
  thread = g_thread_new ("blocked", push_too_much, &self);
  await_level (self.uplink, 10 * FRAME_SIZE);
  while (taken < 2) {
    taken += rt_uplink_pop (
                 self.uplink, &uplink_format, out, sizeof out, FALSE, &time)
             > 0;
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  }
  g_thread_join (thread);
  g_assert_cmpint (self.result, ==, RT_UPLINK_OK);
  g_assert_cmpuint (rt_uplink_level (self.uplink), ==, 20 * FRAME_SIZE);
  rt_uplink_unref (self.uplink);
}

static gpointer
count (gpointer data)
{
  guint i;

  for (i = 1; i <= 1000; i++) {
    rt_stats_add (data, RT_STAT_TURNS, 1);
    rt_stats_turn_ended (data, i);
    rt_stats_reply_began (data, i + 5);
  }
  return NULL;
}

static void
test_stats (void)
{
  g_autoptr (RtStats) stats = rt_stats_new ();
  GThread *threads[3];
  RtStatsSnapshot now;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("counter", count, stats);
  do
    rt_stats_snapshot (stats, &now);
  while (now.value[RT_STAT_TURNS] < 3000);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  rt_stats_snapshot (stats, &now);
  g_assert_cmpuint (now.value[RT_STAT_TURNS], ==, 3000);
  g_assert_cmpuint (now.latency_avg, <=, now.latency_max);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/threads/uplink/waits", test_uplink_waits);
  g_test_add_func ("/threads/uplink/drops", test_uplink_drops);
  g_test_add_data_func ("/threads/uplink/flushes/waiting",
      GINT_TO_POINTER (TRUE), test_uplink_flushes);
  g_test_add_data_func ("/threads/uplink/flushes/dropping",
      GINT_TO_POINTER (FALSE), test_uplink_flushes);
  g_test_add_data_func ("/threads/uplink/clears/waiting",
      GINT_TO_POINTER (TRUE), test_uplink_clears);
  g_test_add_data_func ("/threads/uplink/clears/dropping",
      GINT_TO_POINTER (FALSE), test_uplink_clears);
  g_test_add_func ("/threads/uplink/flush-wakes", test_flush_wakes);
  g_test_add_func (
      "/threads/uplink/clear-and-limit-wake", test_clear_and_limit_wake);
  g_test_add_func ("/threads/uplink/portion-wakes", test_portion_wakes);
  g_test_add_func ("/threads/stats", test_stats);
  return g_test_run ();
}
