/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pool of I/O threads.  A loop rests between two polls while it is busy,
 * because wake-ups are what a conversation costs most.  Nobody joins a loop.
 */
#include "rtloop.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MAX_LOOPS 4
#define PROCESSORS_PER_LOOP 4
#define MAX_REST 5000     /* µs */
#define REST_PER_USER 100 /* µs */
#define FEW_USERS 8       /* a rest would cost them more than it spares */
#define SPARE_DESCRIPTORS 8
#define SPARE_THREADS 4

struct _RtLoop {
  /* constant after init */
  GMainContext *context;
  GSource *source; /* serves the marked tasks */

  /* pool_lock for writing, atomic */
  gint users;

  /* the loop's thread */
  gint64 last_return; /* of poll */

  GMutex lock;
  /* lock */
  RtLoopTask *first;
  RtLoopTask *last;
};

typedef enum {
  TASK_MARKED = 1 << 0,
  TASK_DESTROYED = 1 << 1,
} TaskState;

struct _RtLoopTask {
  RtLoop *loop;
  RtLoopTaskFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  guint state;      /* atomic; MARKED: in the list */
  RtLoopTask *next; /* loop->lock */
};

static GMutex pool_lock;
/* pool_lock */
static RtLoop *pool[MAX_LOOPS];
static guint pool_size;
static pid_t pool_owner; /* a child that was forked has no threads of ours */

static GPrivate own_loop;

static gint64
rest_time (RtLoop *self)
{
  gint users = g_atomic_int_get (&self->users);

  return users < FEW_USERS ? 0 : MIN (MAX_REST, REST_PER_USER * users);
}

/* Whatever becomes ready while we rest is found by one poll and served by one
 * round.  After a pause nobody waits: the last return is long ago. */
static gint
resting_poll (GPollFD *fds, guint n_fds, gint timeout)
{
  RtLoop *self = g_private_get (&own_loop);
  gint64 rest = self->last_return + rest_time (self) - g_get_monotonic_time ();
  gint n, saved;

  if (rest > 0)
    g_usleep (rest);
  n = g_poll (fds, n_fds, timeout);
  saved = errno;
  self->last_return = g_get_monotonic_time ();
  errno = saved;
  return n;
}

static RtLoopTask *
take_marked (RtLoop *self)
{
  RtLoopTask *first;

  g_mutex_lock (&self->lock);
  first = self->first;
  self->first = self->last = NULL;
  g_mutex_unlock (&self->lock);
  return first;
}

static void
serve (RtLoopTask *task)
{
  /* before the call, so that a mark made during it is not lost */
  guint state = g_atomic_int_and (&task->state, ~(guint) TASK_MARKED);

  if (state & TASK_DESTROYED) {
    if (task->destroy != NULL)
      task->destroy (task->user_data);
    g_free (task);
  } else {
    task->func (task->user_data);
  }
}

static gboolean
tasks_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  RtLoop *self = user_data;
  RtLoopTask *task, *next;

  g_source_set_ready_time (source, -1);
  for (task = take_marked (self); task != NULL; task = next) {
    next = task->next;
    serve (task);
  }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs tasks_funcs = { .dispatch = tasks_dispatch };

static gpointer
loop_run (gpointer data)
{
  RtLoop *self = data;

  g_private_set (&own_loop, self);
  g_main_context_push_thread_default (self->context);
  for (;;)
    g_main_context_iteration (self->context, TRUE);
  return NULL;
}

/* Libraries end the process when there is no descriptor for a main context, or
 * no thread for a worker of theirs: it is tried before. */
static gboolean
probe_descriptors (GError **error)
{
  gint fds[SPARE_DESCRIPTORS];
  gint saved = 0;
  guint n;

  for (n = 0; n < SPARE_DESCRIPTORS; n++) {
    fds[n] = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fds[n] < 0) {
      saved = errno;
      break;
    }
  }
  while (n > 0)
    close (fds[--n]);
  if (saved == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved),
      "no I/O thread can be had: %s", g_strerror (saved));
  return FALSE;
}

static gpointer
wait_for_end (gpointer probing)
{
  g_mutex_lock (probing);
  g_mutex_unlock (probing);
  return NULL;
}

/* All at the same time. */
static gboolean
probe_threads (GError **error)
{
  GThread *threads[SPARE_THREADS];
  GMutex probing;
  gboolean good = TRUE;
  guint n;

  g_mutex_init (&probing);
  g_mutex_lock (&probing);
  for (n = 0; n < SPARE_THREADS && good; n += good) {
    threads[n] = g_thread_try_new ("rt-probe", wait_for_end, &probing, error);
    good = threads[n] != NULL;
  }
  g_mutex_unlock (&probing);
  while (n > 0)
    g_thread_join (threads[--n]);
  g_mutex_clear (&probing);
  return good;
}

gboolean
rt_loop_probe_process (GError **error)
{
  return probe_descriptors (error) && probe_threads (error);
}

/* What GLib starts once, before a connection makes it. */
static gboolean
start_libraries (GError **error)
{
  if (!rt_loop_probe_process (error))
    return FALSE;
  g_type_ensure (G_TYPE_TASK);
  return TRUE;
}

static RtLoop *
loop_new (guint number, GError **error)
{
  g_autofree gchar *name = g_strdup_printf ("rt-io-%u", number);
  RtLoop *self;
  GThread *thread;

  if (number == 0 ? !start_libraries (error) : !probe_descriptors (error))
    return NULL;
  self = g_new0 (RtLoop, 1);
  g_mutex_init (&self->lock);
  self->context = g_main_context_new ();
  g_main_context_set_poll_func (self->context, resting_poll);
  self->source = g_source_new (&tasks_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "rt-loop tasks");
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_attach (self->source, self->context);

  thread = g_thread_try_new (name, loop_run, self, error);
  if (thread == NULL) {
    g_source_destroy (self->source);
    g_source_unref (self->source);
    g_main_context_unref (self->context);
    g_mutex_clear (&self->lock);
    g_free (self);
    return NULL;
  }
  g_thread_unref (thread);
  return self;
}

static RtLoop *
least_used (void)
{
  RtLoop *best = NULL;
  guint i;

  for (i = 0; i < pool_size; i++)
    if (best == NULL || pool[i]->users < best->users)
      best = pool[i];
  return best;
}

/* pool_lock */
static gboolean
check_owner (GError **error)
{
  if (pool_size == 0)
    pool_owner = getpid ();
  if (pool_owner == getpid ())
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "the I/O threads did not come along when this process was forked");
  return FALSE;
}

RtLoop *
rt_loop_acquire (GError **error)
{
  g_autoptr (GError) why = NULL;
  guint size
      = CLAMP (g_get_num_processors () / PROCESSORS_PER_LOOP, 1, MAX_LOOPS);
  RtLoop *loop = NULL;
  gboolean ours;

  g_mutex_lock (&pool_lock);
  ours = check_owner (&why);
  if (ours)
    loop = least_used ();
  if (ours && (loop == NULL || loop->users > 0) && pool_size < size) {
    RtLoop *fresh = loop_new (pool_size, &why);

    if (fresh != NULL)
      loop = pool[pool_size++] = fresh;
  }
  if (loop != NULL)
    g_atomic_int_inc (&loop->users);
  g_mutex_unlock (&pool_lock);

  if (loop == NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return loop;
}

gboolean
rt_loop_acquire_again (RtLoop *loop, GError **error)
{
  gboolean ours;

  g_mutex_lock (&pool_lock);
  ours = check_owner (error);
  if (ours)
    g_atomic_int_inc (&loop->users);
  g_mutex_unlock (&pool_lock);
  return ours;
}

void
rt_loop_release (RtLoop *loop)
{
  g_mutex_lock (&pool_lock);
  g_atomic_int_add (&loop->users, -1);
  g_mutex_unlock (&pool_lock);
}

GMainContext *
rt_loop_context (RtLoop *loop)
{
  return loop->context;
}

gboolean
rt_loop_is_own_thread (RtLoop *loop)
{
  return g_private_get (&own_loop) == loop;
}

RtLoopTask *
rt_loop_task_new (RtLoop *loop, RtLoopTaskFunc func, gpointer user_data,
    GDestroyNotify destroy)
{
  RtLoopTask *task = g_new0 (RtLoopTask, 1);

  task->loop = loop;
  task->func = func;
  task->user_data = user_data;
  task->destroy = destroy;
  return task;
}

/* Who sets MARKED puts the task into the list, so it is there once at most;
 * who finds DESTROYED while clearing MARKED holds the only pointer to it. */
static void
task_raise (RtLoopTask *task, guint flags)
{
  RtLoop *loop = task->loop;
  gboolean was_empty;

  if (g_atomic_int_or (&task->state, flags) & TASK_MARKED)
    return;
  g_mutex_lock (&loop->lock);
  was_empty = loop->first == NULL;
  task->next = NULL;
  if (was_empty)
    loop->first = task;
  else
    loop->last->next = task;
  loop->last = task;
  g_mutex_unlock (&loop->lock);
  if (was_empty)
    g_source_set_ready_time (loop->source, 0);
}

void
rt_loop_task_mark (RtLoopTask *task)
{
  task_raise (task, TASK_MARKED);
}

void
rt_loop_task_destroy (RtLoopTask *task)
{
  task_raise (task, TASK_MARKED | TASK_DESTROYED);
}

GSource *
rt_loop_add_timeout (
    RtLoop *loop, guint ms, GSourceFunc func, gpointer user_data)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, loop->context);
  return source;
}
