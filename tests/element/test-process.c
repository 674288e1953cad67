/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What applications do with their processes: children, with and without
 * another program; the end of GStreamer; the plugin loaded again.  Each in a
 * process of its own, against a server in another.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rtpeer.h"
#include "rtpipeline.h"

#define VARIABLE_URI "RT_TEST_URI"
#define GOODBYE 1200 /* ms, for a connection to end behind us */

static const gchar *program;

static RtPipeline *
converse (void)
{
  RtPipeline *p
      = rt_pipeline_new (g_getenv (VARIABLE_URI), RT_IN_LIVE, NULL, RT_OUT_ANY);

  rt_pipeline_play (p);
  rt_pipeline_expect (p, "realtime-session");
  return p;
}

/* The server answers to each session.update. */
static void
expect_alive (RtPipeline *p)
{
  gboolean done;

  while (rt_pipeline_wait (p, "realtime-session", 0) != NULL)
    ;
  g_signal_emit_by_name (p->rt, "send-event",
      "{\"type\":\"session.update\",\"session\":{}}", &done);
  g_assert_true (done);
  rt_pipeline_expect (p, "realtime-session");
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static void
expect_good_end (pid_t child)
{
  gint status;

  while (waitpid (child, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* As /proc shows it: "socket:[123]". */
static gchar *
find_connection (void)
{
  struct sockaddr_in peer;
  gint fd;

  for (fd = 0; fd < 1024; fd++) {
    g_autofree gchar *path = g_strdup_printf ("/proc/self/fd/%d", fd);
    socklen_t size = sizeof (peer);

    if (getpeername (fd, (struct sockaddr *) &peer, &size) == 0
        && peer.sin_family == AF_INET)
      return g_file_read_link (path, NULL);
  }
  g_error ("there is no connection");
}

/* A child that runs another program has nothing of ours; GStreamer's own poll
 * it does have. */
static void
run_exec (void)
{
  const gchar *argv[] = { "ls", "-l", "/proc/self/fd", NULL };
  g_autofree gchar *text = NULL, *connection = NULL;
  g_autoptr (GError) error = NULL;
  RtPipeline *p = converse ();

  connection = find_connection ();
  g_spawn_sync (NULL, (gchar **) argv, NULL,
      G_SPAWN_SEARCH_PATH | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, &text,
      NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "pipe:"));
  g_assert_null (strstr (text, connection));
  g_assert_null (strstr (text, "eventfd"));
  expect_alive (p);
  rt_pipeline_free (p);
}

/* A child that only ends leaves the conversation alone. */
static void
run_fork (void)
{
  RtPipeline *p = converse ();
  pid_t child = fork ();

  if (child == 0)
    _exit (0);
  expect_good_end (child);
  expect_alive (p);
  rt_pipeline_free (p);
}

/* One that begins a conversation of its own is told that it cannot. */
static void
run_fork_late (void)
{
  RtPipeline *p = converse (), *own;
  pid_t child = fork ();

  if (child == 0) {
    own = rt_pipeline_new (g_getenv (VARIABLE_URI), NULL, NULL, NULL);
    if (gst_element_set_state (own->pipeline, GST_STATE_PLAYING)
            != GST_STATE_CHANGE_FAILURE
        || rt_pipeline_wait_type (own, GST_MESSAGE_ERROR, 0) == NULL)
      _exit (1);
    _exit (rt_pipeline_stop (own) < 1000 ? 0 : 2);
  }
  expect_good_end (child);
  expect_alive (p);
  rt_pipeline_free (p);
}

/* A server of the kind that forks its workers first. */
static void
run_fork_early (void)
{
  pid_t child = fork ();
  RtPipeline *p = converse ();

  if (child != 0)
    expect_good_end (child);
  expect_alive (p);
  rt_pipeline_free (p);
  if (child == 0)
    _exit (0);
}

/* The conversation's last words come after the end of GStreamer. */
static void
run_deinit (void)
{
  RtPipeline *p = converse ();

  rt_pipeline_free (p);
  gst_deinit ();
  g_usleep (GOODBYE * 1000);
}

static void
run_reload (void)
{
  RtPipeline *p = converse ();
  g_autoptr (GstPlugin) plugin
      = gst_registry_find_plugin (gst_registry_get (), "realtime");
  g_autofree gchar *path = g_strdup (gst_plugin_get_filename (plugin));
  g_autoptr (GstPlugin) again = NULL;
  g_autoptr (GError) error = NULL;

  gst_registry_remove_plugin (gst_registry_get (), plugin);
  again = gst_plugin_load_file (path, &error);
  g_assert_no_error (error);
  gst_registry_add_plugin (gst_registry_get (), gst_object_ref (again));
  expect_alive (p);
  rt_pipeline_free (p);
  p = converse ();
  expect_alive (p);
  rt_pipeline_free (p);
}

static const struct {
  const gchar *name;
  void (*run) (void);
} trials[] = {
  { "exec", run_exec },
  { "fork", run_fork },
  { "fork-late", run_fork_late },
  { "fork-early", run_fork_early },
  { "deinit", run_deinit },
  { "reload", run_reload },
};

static int
run_trial (const gchar *name)
{
  gsize i;

  gst_init (NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (trials); i++)
    if (g_str_equal (trials[i].name, name))
      trials[i].run ();
  return 0;
}

static void
test_trial (gconstpointer name)
{
  const gchar *argv[] = { program, "--trial", name, NULL };
  g_autoptr (RtPeer) peer = rt_peer_new (NULL);
  g_autoptr (GError) error = NULL;
  gint status;

  g_setenv (VARIABLE_URI, rt_peer_get_uri (peer), TRUE);
  g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
      NULL, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", (const gchar *) name, error->message);
}

int
main (int argc, char **argv)
{
  gsize i;

  program = argv[0];
  if (argc == 3 && g_str_equal (argv[1], "--trial"))
    return run_trial (argv[2]);
  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (trials); i++) {
    g_autofree gchar *path = g_strconcat ("/process/", trials[i].name, NULL);

    g_test_add_data_func (path, trials[i].name, test_trial);
  }
  return g_test_run ();
}
