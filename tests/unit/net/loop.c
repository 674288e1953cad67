/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The loops: marks from many threads, tasks that go, rest while busy, and no
 * descriptors left.
 */
#include "rtloop.h"

#include <sys/resource.h>

#define THREADS 8
#define MARKS 20000
#define WAIT (10 * G_TIME_SPAN_SECOND)

typedef struct {
  GMutex lock;
  GCond cond;
  RtLoop *loop;
  RtLoopTask *task;
  guint wanted; /* atomic */
  guint served; /* lock */
  guint calls;  /* lock */
  gboolean destroyed;
  gboolean busy;
} Probe;

static void
probe_func (gpointer user_data)
{
  Probe *self = user_data;
  guint wanted = g_atomic_int_get (&self->wanted);

  g_assert_true (rt_loop_is_own_thread (self->loop));
  g_mutex_lock (&self->lock);
  g_assert_false (self->destroyed);
  g_assert_false (self->busy);
  self->busy = TRUE;
  self->calls++;
  self->served = wanted;
  g_cond_broadcast (&self->cond);
  self->busy = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
probe_destroy (gpointer user_data)
{
  Probe *self = user_data;

  g_assert_true (rt_loop_is_own_thread (self->loop));
  g_mutex_lock (&self->lock);
  g_assert_false (self->destroyed);
  self->destroyed = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
probe_init (Probe *self)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->loop = rt_loop_acquire (&error);
  g_assert_no_error (error);
  self->task = rt_loop_task_new (self->loop, probe_func, self, probe_destroy);
}

static void
probe_clear (Probe *self)
{
  gint64 deadline = g_get_monotonic_time () + WAIT;

  rt_loop_task_destroy (self->task);
  g_mutex_lock (&self->lock);
  while (!self->destroyed)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, deadline));
  g_mutex_unlock (&self->lock);
  rt_loop_release (self->loop);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

static void
wait_served (Probe *self, guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + WAIT;

  g_mutex_lock (&self->lock);
  while (self->served < wanted)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, deadline));
  g_mutex_unlock (&self->lock);
}

static gpointer
marker (gpointer data)
{
  Probe *self = data;
  guint i;

  for (i = 0; i < MARKS; i++) {
    g_atomic_int_inc (&self->wanted);
    rt_loop_task_mark (self->task);
  }
  return NULL;
}

/* The last mark of all is served, whoever made it. */
static void
test_marks (void)
{
  Probe probe = { 0 };
  GThread *threads[THREADS];
  guint i;

  probe_init (&probe);
  for (i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("marker", marker, &probe);
  for (i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  wait_served (&probe, THREADS * MARKS);
  /* coalesced */
  g_assert_cmpuint (probe.calls, <, THREADS * MARKS);
  probe_clear (&probe);
}

/* One mark at a time: each is served, none waits for another. */
static void
test_single_marks (void)
{
  Probe probe = { 0 };
  guint i;

  probe_init (&probe);
  for (i = 1; i <= 200; i++) {
    g_atomic_int_set (&probe.wanted, i);
    rt_loop_task_mark (probe.task);
    wait_served (&probe, i);
  }
  probe_clear (&probe);
}

static gpointer
life (gpointer data)
{
  guint i;

  for (i = 0; i < 200; i++) {
    Probe probe = { 0 };

    probe_init (&probe);
    rt_loop_task_mark (probe.task);
    if (i % 2 == 0)
      rt_loop_task_mark (probe.task);
    /* also while it is served, or waits to be; probe_func() asserts that it
     * is not called after its end */
    probe_clear (&probe);
  }
  return NULL;
}

static void
test_destroy (void)
{
  GThread *threads[THREADS];
  guint i;

  for (i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("life", life, NULL);
  for (i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
}

typedef struct {
  Probe *outer;
  RtLoopTask *victim;
  RtLoopTask *self;
  guint victim_calls;
  guint calls;
} Killer;

static void
victim_func (gpointer user_data)
{
  ((Killer *) user_data)->victim_calls++;
}

/* Both were marked; the first served destroys the other, then itself. */
static void
killer_func (gpointer user_data)
{
  Killer *self = user_data;

  self->calls++;
  rt_loop_task_destroy (self->victim);
  rt_loop_task_mark (self->self);
  rt_loop_task_destroy (self->self);
}

static void
killer_done (gpointer user_data)
{
  Killer *self = user_data;

  g_assert_cmpuint (self->calls, ==, 1);
  g_assert_cmpuint (self->victim_calls, ==, 0);
  g_atomic_int_set (&self->outer->wanted, 1);
  rt_loop_task_mark (self->outer->task);
}

static gboolean
mark_both_cb (gpointer user_data)
{
  Killer *self = user_data;

  rt_loop_task_mark (self->self);
  rt_loop_task_mark (self->victim);
  return G_SOURCE_REMOVE;
}

static void
test_destroy_inside (void)
{
  Probe probe = { 0 };
  Killer killer = { 0 };

  probe_init (&probe);
  killer.outer = &probe;
  killer.self
      = rt_loop_task_new (probe.loop, killer_func, &killer, killer_done);
  killer.victim = rt_loop_task_new (probe.loop, victim_func, &killer, NULL);
  g_main_context_invoke (rt_loop_context (probe.loop), mark_both_cb, &killer);
  wait_served (&probe, 1);
  probe_clear (&probe);
}

typedef struct {
  Probe *probe;
  gint64 end;
  guint rounds;
} Busy;

static gboolean
busy_cb (gpointer user_data)
{
  Busy *self = user_data;

  self->rounds++;
  if (g_get_monotonic_time () < self->end)
    return G_SOURCE_CONTINUE;
  g_atomic_int_set (&self->probe->wanted, 1);
  rt_loop_task_mark (self->probe->task);
  return G_SOURCE_REMOVE;
}

/* Many users, and something to do all the time: 5 ms between rounds. */
static void
test_rest (void)
{
  const guint users = 400, ms = 300;
  Probe probe = { 0 };
  Busy busy = { &probe, 0, 0 };
  g_autoptr (GPtrArray) loops = g_ptr_array_new ();
  g_autoptr (GSource) source = g_idle_source_new ();
  guint i;

  probe_init (&probe);
  for (i = 0; i < users; i++)
    g_ptr_array_add (loops, rt_loop_acquire (NULL));
  busy.end = g_get_monotonic_time () + ms * 1000;
  g_source_set_callback (source, busy_cb, &busy, NULL);
  g_source_attach (source, rt_loop_context (probe.loop));
  wait_served (&probe, 1);
  g_assert_cmpuint (busy.rounds, <=, ms / 5 + 2);
  g_assert_cmpuint (busy.rounds, >, 2);
  for (i = 0; i < users; i++)
    rt_loop_release (g_ptr_array_index (loops, i));
  probe_clear (&probe);
}

static void
test_few_loops (void)
{
  g_autoptr (GPtrArray) loops = g_ptr_array_new ();
  g_autoptr (GHashTable) different = g_hash_table_new (NULL, NULL);
  guint i;

  for (i = 0; i < 100; i++) {
    RtLoop *loop = rt_loop_acquire (NULL);

    g_ptr_array_add (loops, loop);
    g_hash_table_add (different, loop);
  }
  g_assert_cmpuint (g_hash_table_size (different), <=, 4);
  for (i = 0; i < 100; i++)
    rt_loop_release (g_ptr_array_index (loops, i));
}

/* However many others it serves. */
static void
test_again (void)
{
  g_autoptr (GPtrArray) loops = g_ptr_array_new ();
  RtLoop *loop = rt_loop_acquire (NULL);
  guint i;

  for (i = 0; i < 100; i++) {
    g_assert_true (rt_loop_acquire_again (loop, NULL));
    g_ptr_array_add (loops, rt_loop_acquire (NULL));
  }
  for (i = 0; i < 100; i++) {
    rt_loop_release (loop);
    rt_loop_release (g_ptr_array_index (loops, i));
  }
  rt_loop_release (loop);
}

/* In a process of its own, before any loop was made. */
static void
test_no_descriptor (void)
{
  struct rlimit few;
  g_autoptr (GError) error = NULL;
  RtLoop *loop;

  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  getrlimit (RLIMIT_NOFILE, &few);
  few.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  g_assert_null (rt_loop_acquire (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);

  few.rlim_cur = few.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  loop = rt_loop_acquire (NULL);
  g_assert_nonnull (loop);
  rt_loop_release (loop);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/loop/marks", test_marks);
  g_test_add_func ("/net/loop/single-marks", test_single_marks);
  g_test_add_func ("/net/loop/destroy", test_destroy);
  g_test_add_func ("/net/loop/destroy-inside", test_destroy_inside);
  g_test_add_func ("/net/loop/rest", test_rest);
  g_test_add_func ("/net/loop/few-loops", test_few_loops);
  g_test_add_func ("/net/loop/again", test_again);
  g_test_add_func ("/net/loop/no-descriptor", test_no_descriptor);
  return g_test_run ();
}
