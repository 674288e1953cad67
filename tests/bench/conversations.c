/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What N conversations cost in one process: CPU, memory, threads, latency, as
 * pipelines around the element and as a bare libsoup loop.  Starts a server
 * and a measured process for each row, and prints the table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>

#include "benchload.h"

/* Below this share of the audio, the figures are those of another task. */
#define CARRIED_MIN 0.95

/* The bare loop has a timer a conversation, as the pipelines have sources each
 * of its own phase; or one for all, which is the least that can be paid. */
enum { ELEMENT, BARE, BATCHED };
static const gchar *const kinds[] = { "element", "bare", "batched", NULL };
#define N_KINDS (G_N_ELEMENTS (kinds) - 1)

typedef struct {
  gchar *counts;
  gchar *kind;
  gint seconds;
  gint windows;
  gint delta_ms;
  gchar *uri; /* only of the measured process */
  gint conversations;
} Options;

typedef struct {
  gdouble cpu;
  gdouble cpu_min;
  gdouble cpu_max;
  gdouble rss;
  gdouble threads;
  gdouble seconds;
  gdouble down_stamps;
  gdouble down_p50;
  gdouble down_p99;
  gdouble up_stamps;
  gdouble up_p50;
  gdouble up_p99;
} Row;

/* A child process that is spoken to by lines. */
typedef struct {
  GSubprocess *process;
  GDataInputStream *out;
} Child;

static gboolean
child_start (Child *child, const gchar *const *argv, GError **error)
{
  child->process = g_subprocess_newv (argv,
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
  if (child->process == NULL)
    return FALSE;
  child->out
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child->process));
  return TRUE;
}

static gchar *
child_read (Child *child)
{
  return g_data_input_stream_read_line (child->out, NULL, NULL, NULL);
}

static void
child_write (Child *child, const gchar *line)
{
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (child->process), line,
      strlen (line), NULL, NULL, NULL);
}

/* Closes its stdin and waits for its end: TRUE when that was a good one. */
static gboolean
child_stop (Child *child)
{
  gboolean good;

  g_output_stream_close (
      g_subprocess_get_stdin_pipe (child->process), NULL, NULL);
  good = g_subprocess_wait_check (child->process, NULL, NULL);
  g_clear_object (&child->out);
  g_clear_object (&child->process);
  return good;
}

/* The figure called `name` in "name=1 other=2". */
static gdouble
figure (const gchar *line, const gchar *name)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  const gsize length = strlen (name);
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    if (strncmp (words[i], name, length) == 0 && words[i][length] == '=')
      return g_ascii_strtod (words[i] + length + 1, NULL);
  }
  g_error ("no %s in \"%s\"", name, line);
}

static void
read_figures (Row *row, const gchar *measured, const gchar *server)
{
  row->cpu = figure (measured, "cpu");
  row->cpu_min = figure (measured, "cpu-min");
  row->cpu_max = figure (measured, "cpu-max");
  row->rss = figure (measured, "rss");
  row->threads = figure (measured, "threads");
  row->seconds = figure (measured, "seconds");
  row->down_stamps = figure (measured, "stamps");
  row->down_p50 = figure (measured, "p50");
  row->down_p99 = figure (measured, "p99");
  row->up_stamps = figure (server, "stamps");
  row->up_p50 = figure (server, "p50");
  row->up_p99 = figure (server, "p99");
}

/* Runs the measured process against a server that is up. */
static gboolean
measure (Row *row, Child *server, const gchar *self, const gchar *kind,
    guint conversations, const Options *options)
{
  g_autofree gchar *ready = child_read (server);
  g_autofree gchar *uri = NULL, *n = NULL, *seconds = NULL, *windows = NULL;
  g_autofree gchar *line = NULL, *report = NULL;
  Child measured;

  if (ready == NULL || !g_str_has_prefix (ready, "port "))
    return FALSE;
  uri = g_strdup_printf ("ws://127.0.0.1:%s/v1/realtime", ready + 5);
  n = g_strdup_printf ("--conversations=%u", conversations);
  seconds = g_strdup_printf ("--seconds=%d", options->seconds);
  windows = g_strdup_printf ("--windows=%d", options->windows);
  if (!child_start (&measured,
          (const gchar *[]){
              self, "--kind", kind, "--uri", uri, n, seconds, windows, NULL },
          NULL))
    return FALSE;
  line = child_read (&measured);
  if (g_strcmp0 (line, "begin") == 0) {
    child_write (server, "reset\n");
    g_free (line);
    line = child_read (&measured);
    child_write (server, "report\n");
    report = child_read (server);
    if (line != NULL && report != NULL)
      read_figures (row, line, report);
  }
  return child_stop (&measured) && report != NULL;
}

static gboolean
run (Row *row, const gchar *kind, guint conversations, const Options *options)
{
  g_autofree gchar *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar *folder = g_path_get_dirname (self);
  g_autofree gchar *program = g_build_filename (folder, "benchserver", NULL);
  g_autofree gchar *delta = g_strdup_printf ("%d", options->delta_ms);
  g_autoptr (GError) error = NULL;
  Child server;
  gboolean good;

  if (!child_start (
          &server, (const gchar *[]){ program, delta, NULL }, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  good = measure (row, &server, self, kind, conversations, options);
  return child_stop (&server) && good;
}

/* How much of the audio that should have flown was seen on both ways. */
static gdouble
carried (const Row *row, guint conversations, const Options *options)
{
  gdouble up = conversations * row->seconds * 1000 / BENCH_FRAME_MS;
  gdouble down = conversations * row->seconds * 1000 / options->delta_ms;

  return MIN (row->up_stamps / up, row->down_stamps / down);
}

static gboolean
print_row (const Row *row, const gchar *kind, guint conversations,
    const Options *options)
{
  gdouble share = carried (row, conversations, options);

  printf ("%5u  %-8s %9.1f  %7.1f–%-7.1f %8.0f %8.0f  %8.2f %8.2f  %8.2f "
          "%8.2f  %7.1f %%\n",
      conversations, kind, row->cpu, row->cpu_min, row->cpu_max, row->rss,
      row->threads, row->up_p50, row->up_p99, row->down_p50, row->down_p99,
      share * 100);
  fflush (stdout);
  if (share < CARRIED_MIN)
    g_printerr ("%s with %u: not all audio was carried in time, so the "
                "figures do not count\n",
        kind, conversations);
  return share >= CARRIED_MIN;
}

static gboolean
run_all (guint conversations, const Options *options)
{
  Row rows[N_KINDS] = { 0 };
  gboolean good = TRUE;
  guint i;

  for (i = 0; i < N_KINDS; i++) {
    if (options->kind != NULL && strcmp (options->kind, kinds[i]) != 0)
      continue;
    if (!run (&rows[i], kinds[i], conversations, options)) {
      g_printerr ("%s with %u: failed\n", kinds[i], conversations);
      return FALSE;
    }
    good &= print_row (&rows[i], kinds[i], conversations, options);
  }
  if (options->kind == NULL)
    printf ("%5u  element is %.2f times bare, %.2f times batched\n",
        conversations, rows[ELEMENT].cpu / rows[BARE].cpu,
        rows[ELEMENT].cpu / rows[BATCHED].cpu);
  return good;
}

static int
measure_here (const Options *options)
{
  g_autofree BenchLoad *load = g_new0 (BenchLoad, 1);
  gboolean element = strcmp (options->kind, kinds[ELEMENT]) == 0;
  gboolean batched = strcmp (options->kind, kinds[BATCHED]) == 0;

  load->uri = options->uri;
  load->conversations = options->conversations;
  load->timers = batched ? 1 : load->conversations;
  return bench_measure (element ? &bench_element : &bench_bare, load,
      options->windows, (gdouble) options->seconds / options->windows);
}

static gboolean
parse_options (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "n", 'n', 0, G_OPTION_ARG_STRING, &options->counts,
        "Conversations, a row each (1,50,200)", "N,…" },
    { "seconds", 's', 0, G_OPTION_ARG_INT, &options->seconds,
        "How long to measure a row, after its warm-up (20)", "S" },
    { "windows", 'w', 0, G_OPTION_ARG_INT, &options->windows,
        "Parts of that time whose median is printed (4)", "W" },
    { "delta", 'd', 0, G_OPTION_ARG_INT, &options->delta_ms,
        "Speech in a message of the server, ms (50)", "MS" },
    { "kind", 'k', 0, G_OPTION_ARG_STRING, &options->kind,
        "Only this kind (all)", "element|bare|batched" },
    { "uri", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &options->uri, NULL,
        NULL },
    { "conversations", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT,
        &options->conversations, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context
      = g_option_context_new ("- what N conversations cost in one process");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  if (options->seconds < 1 || options->windows < 1 || options->delta_ms < 10
      || options->delta_ms > 500
      || (options->kind != NULL && !g_strv_contains (kinds, options->kind))) {
    g_printerr ("an option is out of its range; --help tells them\n");
    return FALSE;
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  Options options = { .seconds = 20, .windows = 4, .delta_ms = 50 };
  g_auto (GStrv) counts = NULL;
  gboolean good = TRUE;
  guint i;

  if (!parse_options (&options, &argc, &argv))
    return 2;
  if (options.uri != NULL)
    return measure_here (&options);
  counts = g_strsplit (options.counts ? options.counts : "1,50,200", ",", -1);
  printf ("    n  kind     CPU ms per    min–max          RSS kB  threads   "
          "sink→server ms     server→src ms   carried\n"
          "              conv-minute                     per conv             "
          "p50      p99       p50      p99\n");
  for (i = 0; counts[i] != NULL; i++)
    good &= run_all (atoi (counts[i]), &options);
  return good ? 0 : 1;
}
