/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GLib's locks over pthreads, preloaded into tests under ThreadSanitizer: the
 * system's GLib locks by futex, uninstrumented, which TSan cannot see.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <glib.h>

/* A static GMutex or GCond is zero and has no init call, so the pthread object
 * is made at first use; its address lives in `p` as in GLib's own fallback. */
static pthread_mutex_t *
mutex_of (GMutex *mutex)
{
  pthread_mutex_t *impl = g_atomic_pointer_get (&mutex->p);

  if (impl == NULL) {
    impl = malloc (sizeof *impl);
    if (impl == NULL || pthread_mutex_init (impl, NULL) != 0)
      abort ();
    if (!g_atomic_pointer_compare_and_exchange (&mutex->p, NULL, impl)) {
      pthread_mutex_destroy (impl);
      free (impl);
      impl = g_atomic_pointer_get (&mutex->p);
    }
  }
  return impl;
}

static pthread_cond_t *
cond_of (GCond *cond)
{
  pthread_cond_t *impl = g_atomic_pointer_get (&cond->p);
  pthread_condattr_t attr;

  if (impl == NULL) {
    impl = malloc (sizeof *impl);
    if (impl == NULL)
      abort ();
    pthread_condattr_init (&attr);
    pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
    if (pthread_cond_init (impl, &attr) != 0)
      abort ();
    pthread_condattr_destroy (&attr);
    if (!g_atomic_pointer_compare_and_exchange (&cond->p, NULL, impl)) {
      pthread_cond_destroy (impl);
      free (impl);
      impl = g_atomic_pointer_get (&cond->p);
    }
  }
  return impl;
}

void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex *mutex)
{
  pthread_mutex_t *impl = mutex->p;

  if (impl != NULL && pthread_mutex_destroy (impl) != 0)
    abort ();
  free (impl);
  mutex->p = NULL;
}

void
g_mutex_lock (GMutex *mutex)
{
  if (pthread_mutex_lock (mutex_of (mutex)) != 0)
    abort ();
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (mutex_of (mutex)) == 0;
}

void
g_mutex_unlock (GMutex *mutex)
{
  if (pthread_mutex_unlock (mutex_of (mutex)) != 0)
    abort ();
}

void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond *cond)
{
  pthread_cond_t *impl = cond->p;

  if (impl != NULL && pthread_cond_destroy (impl) != 0)
    abort ();
  free (impl);
  cond->p = NULL;
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  if (pthread_cond_wait (cond_of (cond), mutex_of (mutex)) != 0)
    abort ();
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  struct timespec end = {
    .tv_sec = end_time / G_TIME_SPAN_SECOND,
    .tv_nsec = end_time % G_TIME_SPAN_SECOND * 1000,
  };

  switch (pthread_cond_timedwait (cond_of (cond), mutex_of (mutex), &end)) {
    case 0:
      return TRUE;
    case ETIMEDOUT:
      return FALSE;
    default:
      abort ();
  }
}

void
g_cond_signal (GCond *cond)
{
  if (pthread_cond_signal (cond_of (cond)) != 0)
    abort ();
}

void
g_cond_broadcast (GCond *cond)
{
  if (pthread_cond_broadcast (cond_of (cond)) != 0)
    abort ();
}
