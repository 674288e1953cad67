/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * No descriptor, no thread, no memory, at each step of a conversation's way
 * up: it comes up or there is an ERROR, and the process lives.  Each trial is
 * a process of its own; the server is another.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "rtmemory.h"
#include "rtpeer.h"
#include "rtpipeline.h"

#define TRIAL_WAIT 20000 /* ms */
#define CONNECT_TIMEOUT "1000"
#define VARIABLE_URI "RT_TEST_URI"
#define VARIABLE_CA "RT_TEST_CA"
#define MIB (1024 * 1024)
#define HEAP_SIZE (64 * MIB)
#define EXIT_UP 10
#define EXIT_TOLD 11
#define ENOUGH 2 /* trials that came up */

static const gchar *program;

/* Threads that there may be more than now; negative: as many as one likes. */
static gint threads_left = -1;

typedef struct {
  void *(*start) (void *);
  void *argument;
} Start;

static void *
run_thread (void *data)
{
  Start start = *(Start *) data;
  void *result;

  free (data);
  result = start.start (start.argument);
  g_atomic_int_inc (&threads_left);
  return result;
}

/* The C library's, for this program and all that it loads. */
__attribute__ ((visibility ("default"))) int
pthread_create (pthread_t *thread, const pthread_attr_t *attributes,
    void *(*start) (void *), void *argument)
{
  static int (*next) (
      pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);
  Start *counted;

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "pthread_create");
  if (g_atomic_int_get (&threads_left) < 0)
    return next (thread, attributes, start, argument);
  if (g_atomic_int_add (&threads_left, -1) <= 0) {
    g_atomic_int_inc (&threads_left);
    return EAGAIN;
  }
  counted = malloc (sizeof (Start));
  counted->start = start;
  counted->argument = argument;
  return next (thread, attributes, run_thread, counted);
}

/* the trial, in a process of its own */

static RtPipeline *
make_pipeline (void)
{
  /* no other element that has threads, for not all of them can go without */
  RtPipeline *p = rt_pipeline_new (g_getenv (VARIABLE_URI), NULL,
      "connect-timeout=" CONNECT_TIMEOUT, RT_OUT_ANY);

  if (g_getenv (VARIABLE_CA) != NULL)
    g_object_set (p->rt, "tls-ca-file", g_getenv (VARIABLE_CA), NULL);
  /* the first failure is to be told */
  g_object_set (p->rt, "reconnect", FALSE, NULL);
  return p;
}

/* TRUE: a session; FALSE: an ERROR.  Neither in time is a failure. */
static gboolean
came_up (RtPipeline *p)
{
  gint64 deadline = g_get_monotonic_time () + TRIAL_WAIT * 1000;

  while (g_get_monotonic_time () < deadline) {
    if (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0) != NULL)
      return FALSE;
    if (rt_pipeline_wait (p, "realtime-session", 20) != NULL)
      return TRUE;
  }
  g_error ("neither a session nor an ERROR");
}

static void
limit_descriptors (guint headroom)
{
  struct rlimit limit;
  gint last = dup (STDOUT_FILENO), fd;

  /* no holes below */
  while ((fd = dup (STDOUT_FILENO)) != last + 1 && fd >= 0)
    last = fd;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = fd + 1 + headroom;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

static void
limit_threads (guint headroom)
{
  g_atomic_int_set (&threads_left, headroom);
}

/* There is some on the heap, for without any GLib ends the process at once;
 * for all that is mapped, as the stacks of threads are, there is little. */
static void
limit_memory (guint headroom)
{
  void *volatile heap; /* or the compiler would leave it out */
  struct rlimit limit;

  mallopt (M_ARENA_MAX, 1);
  mallopt (M_MMAP_THRESHOLD, 2 * HEAP_SIZE);
  mallopt (M_TRIM_THRESHOLD, 2 * HEAP_SIZE);
  heap = malloc (HEAP_SIZE);
  free (heap);
  getrlimit (RLIMIT_AS, &limit);
  limit.rlim_cur = rt_memory_get_address_space () + (gsize) headroom * MIB;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
}

static const struct {
  const gchar *name;
  void (*limit) (guint headroom);
  gboolean warm; /* another conversation was before */
} kinds[] = {
  { "descriptors", limit_descriptors, FALSE },
  { "descriptors-later", limit_descriptors, TRUE },
  { "threads", limit_threads, FALSE },
  { "memory", limit_memory, FALSE },
};

static gboolean
has_sockets (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  gboolean found = FALSE;
  const gchar *name;

  while (!found && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename ("/proc/self/fd", name, NULL);
    g_autofree gchar *target = g_file_read_link (path, NULL);

    found = target != NULL && g_str_has_prefix (target, "socket:");
  }
  return found;
}

/* Until its goodbye is over, too. */
static void
converse_once (void)
{
  gint64 deadline = g_get_monotonic_time () + TRIAL_WAIT * 1000;
  RtPipeline *p = make_pipeline ();

  g_object_set (p->rt, "connect-timeout", TRIAL_WAIT, NULL);
  gst_element_set_state (p->pipeline, GST_STATE_PLAYING);
  g_assert_true (came_up (p));
  rt_pipeline_free (p);
  while (has_sockets ()) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
  }
}

static int
run_trial (const gchar *name, guint headroom)
{
  RtPipeline *p;
  gboolean up;
  gsize kind = 0;

  while (!g_str_equal (kinds[kind].name, name))
    kind++;
  gst_init (NULL, NULL);
  if (kinds[kind].warm)
    converse_once ();
  p = make_pipeline ();
  kinds[kind].limit (headroom);
  gst_element_set_state (p->pipeline, GST_STATE_PLAYING);
  up = came_up (p);
  g_assert_cmpuint (rt_pipeline_stop (p), <, 1000);
  rt_pipeline_free (p);
  return up ? EXIT_UP : EXIT_TOLD;
}

/* the test */

typedef struct {
  const gchar *path, *kind, *peer;
  guint first, step, most;
} Shortage;

/* How the trial's process ended. */
static gint
try_with (const Shortage *shortage, guint headroom)
{
  g_autofree gchar *number = g_strdup_printf ("%u", headroom);
  const gchar *argv[] = { program, "--trial", shortage->kind, number, NULL };
  g_autoptr (GError) error = NULL;
  gint status;

  g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
      NULL, &status, &error);
  g_assert_no_error (error);
  if (!WIFEXITED (status))
    g_error ("with %u: signal %d", headroom, WTERMSIG (status));
  return WEXITSTATUS (status);
}

/* From too little to enough. */
static void
test_shortage (gconstpointer data)
{
  const Shortage *shortage = data;
  g_autoptr (RtPeer) peer = rt_peer_new (shortage->peer);
  guint headroom, told = 0, up = 0;

#ifdef __SANITIZE_ADDRESS__
  if (g_str_equal (shortage->kind, "memory")) {
    g_test_skip ("AddressSanitizer reserves more than any limit");
    return;
  }
#endif
  g_setenv (VARIABLE_URI, rt_peer_get_uri (peer), TRUE);
  g_unsetenv (VARIABLE_CA);
  if (rt_peer_get_ca_file (peer) != NULL)
    g_setenv (VARIABLE_CA, rt_peer_get_ca_file (peer), TRUE);
  for (headroom = shortage->first; headroom <= shortage->most && up < ENOUGH;
       headroom += shortage->step) {
    gint status = try_with (shortage, headroom);

    g_test_message ("with %u: %d", headroom, status);
    g_assert_true (status == EXIT_UP || status == EXIT_TOLD);
    told += status == EXIT_TOLD;
    up += status == EXIT_UP;
  }
  /* it was too little, and then enough */
  g_assert_cmpuint (told, >, 0);
  g_assert_cmpuint (up, ==, ENOUGH);
}

int
main (int argc, char **argv)
{
  static const Shortage shortages[] = {
    { "/shortage/descriptors/ws", "descriptors", NULL, 0, 1, 60 },
    { "/shortage/descriptors/wss", "descriptors", "--tls", 0, 1, 60 },
    { "/shortage/descriptors-later/ws", "descriptors-later", NULL, 0, 1, 60 },
    { "/shortage/descriptors-later/wss", "descriptors-later", "--tls", 0, 1,
        60 },
    { "/shortage/threads/ws", "threads", NULL, 0, 1, 20 },
    { "/shortage/threads/wss", "threads", "--tls", 0, 1, 20 },
    { "/shortage/memory/ws", "memory", NULL, 0, 8, 600 },
    { "/shortage/memory/wss", "memory", "--tls", 0, 8, 600 },
  };
  gsize i;

  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], "--trial"))
    return run_trial (argv[2], atoi (argv[3]));
  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (shortages); i++)
    g_test_add_data_func (shortages[i].path, &shortages[i], test_shortage);
  return g_test_run ();
}
