/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Hundreds of calls against a server that fails in every way, for as long as
 * one likes: prints memory, descriptors, threads and lost samples each minute,
 * and fails when one of them grows or is lost.
 */
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "soakcall.h"
#include "soakserver.h"

#define SERVE_MS 50
/* What may be on its way between two counters, a call. */
#define SLACK (60 * GST_MSECOND)
/* Rounding of durations to the nanosecond, an hour of a call. */
#define ROUNDING GST_MSECOND

typedef struct {
  gint elements;
  gint seconds;
  gint every;
  gint seed;
  gint fault_ms;
  gint talk_ms;
  gboolean server;
} Options;

typedef struct {
  glong rss_kb;
  guint descriptors;
  guint threads;
} Usage;

static guint
count (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
measure (Usage *usage)
{
  g_autofree gchar *text = NULL;
  glong pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    sscanf (text, "%*d %ld", &pages);
  usage->rss_kb = pages * (sysconf (_SC_PAGESIZE) / 1024);
  usage->descriptors = count ("/proc/self/fd");
  usage->threads = count ("/proc/self/task");
}

static void
print_row (gint second, GPtrArray *calls, const Usage *usage)
{
  SoakBooks books = { 0 };
  guint errors = 0, handoffs = 0, i;

  for (i = 0; i < calls->len; i++) {
    SoakCall *call = g_ptr_array_index (calls, i);

    soak_call_add (call, &books);
    errors += call->errors;
    handoffs += call->handoffs;
  }
  printf ("%6d  %8ld  %6u  %7u  %10u  %6u  %8u  %10.1f  %10.1f  %9.3f  %9.3f\n",
      second, usage->rss_kb, usage->descriptors, usage->threads,
      books.reconnects, errors, handoffs, books.sent / 1e9, books.dropped / 1e9,
      books.lost_up / 1e9, books.lost_down / 1e9);
  fflush (stdout);
}

static void
serve (GPtrArray *calls, gint seconds)
{
  gint64 until = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  guint i;

  while (g_get_monotonic_time () < until) {
    for (i = 0; i < calls->len; i++)
      soak_call_serve (g_ptr_array_index (calls, i));
    g_usleep (SERVE_MS * 1000);
  }
}

/* Once all stand still nothing is on its way: what is missing is lost. */
static gboolean
check_books (GPtrArray *calls, gint seconds)
{
  gint64 rounding = ROUNDING * (1 + seconds / 3600);
  gboolean good = TRUE;
  guint i;

  for (i = 0; i < calls->len; i++) {
    SoakBooks books = { 0 };

    soak_call_add (g_ptr_array_index (calls, i), &books);
    if (ABS (books.lost_up) <= rounding && ABS (books.lost_down) <= rounding)
      continue;
    printf ("call %u: %" G_GINT64_FORMAT " ns of the user and %" G_GINT64_FORMAT
            " ns of the model are lost\n",
        i, books.lost_up, books.lost_down);
    good = FALSE;
  }
  return good;
}

/* The first row is after the start, when everything is there once. */
static gboolean
check_growth (const Usage *first, const Usage *last, gint elements)
{
  glong allowed = 8192 + 128 * elements;

  if (last->rss_kb <= first->rss_kb + allowed
      && last->descriptors <= first->descriptors + elements
      && last->threads <= first->threads + 16)
    return TRUE;
  printf ("grown: %ld kB, %d descriptors, %d threads\n",
      last->rss_kb - first->rss_kb,
      (gint) last->descriptors - (gint) first->descriptors,
      (gint) last->threads - (gint) first->threads);
  return FALSE;
}

static gboolean
run (const Options *options, const gchar *uri)
{
  g_autoptr (GPtrArray) calls
      = g_ptr_array_new_with_free_func ((GDestroyNotify) soak_call_free);
  Usage first = { 0 }, last = { 0 };
  gint i, passed = 0;
  gboolean good;

  printf ("%6s  %8s  %6s  %7s  %10s  %6s  %8s  %10s  %10s  %9s  %9s\n",
      "second", "rss kB", "fds", "threads", "reconnects", "ends", "handoffs",
      "sent s", "dropped s", "lost up", "lost down");
  for (i = 0; i < options->elements; i++)
    g_ptr_array_add (calls, soak_call_new (uri));
  while (passed < options->seconds) {
    gint step = MIN (options->every, options->seconds - passed);

    serve (calls, step);
    passed += step;
    measure (&last);
    if (first.rss_kb == 0)
      first = last;
    print_row (passed, calls, &last);
  }
  for (i = 0; i < options->elements; i++)
    soak_call_stop (g_ptr_array_index (calls, i));
  print_row (passed, calls, &last);
  good = check_books (calls, passed);
  return check_growth (&first, &last, options->elements) && good;
}

static gboolean
run_with_server (const Options *options, const gchar *self)
{
  g_autofree gchar *seed = g_strdup_printf ("--seed=%d", options->seed);
  g_autofree gchar *faults = g_strdup_printf ("--fault=%d", options->fault_ms);
  g_autofree gchar *talk = g_strdup_printf ("--talk=%d", options->talk_ms);
  const gchar *argv[] = { self, "--serve", seed, faults, talk, NULL };
  g_autoptr (GSubprocess) server = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = NULL, *summary = NULL;
  gboolean good;

  server = g_subprocess_newv (argv,
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  if (server == NULL)
    g_error ("no server: %s", error->message);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  line = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  if (line == NULL || !g_str_has_prefix (line, "uri="))
    g_error ("the server did not say where it is");
  good = run (options, line + 4);
  g_output_stream_close (g_subprocess_get_stdin_pipe (server), NULL, NULL);
  summary = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  printf ("server: %s\n", summary != NULL ? summary : "gone");
  return g_subprocess_wait_check (server, NULL, NULL) && good
         && summary != NULL;
}

int
main (int argc, char **argv)
{
  Options options = { .elements = 50,
    .seconds = 600,
    .every = 60,
    .seed = 1,
    .fault_ms = 200,
    .talk_ms = 100 };
  const GOptionEntry entries[] = {
    { "elements", 'n', 0, G_OPTION_ARG_INT, &options.elements, "calls", "N" },
    { "seconds", 's', 0, G_OPTION_ARG_INT, &options.seconds, "how long", "S" },
    { "every", 'e', 0, G_OPTION_ARG_INT, &options.every, "a row so often",
        "S" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "of the faults", "N" },
    { "fault", 'f', 0, G_OPTION_ARG_INT, &options.fault_ms,
        "a fault somewhere so often, 0: none", "MS" },
    { "talk", 't', 0, G_OPTION_ARG_INT, &options.talk_ms,
        "a reply somewhere so often", "MS" },
    { "serve", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.server,
        NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "soak: %s\n", error->message);
    return EXIT_FAILURE;
  }
  if (options.server) {
    SoakServerOptions server
        = { options.seed, options.fault_ms, options.talk_ms };

    return soak_server_run (&server);
  }
  g_setenv ("GST_PLUGIN_PATH_1_0", SOAK_PLUGIN_DIR, FALSE);
  gst_init (NULL, NULL);
  return run_with_server (&options, argv[0]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
