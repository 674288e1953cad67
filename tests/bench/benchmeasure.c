/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The measured process: brings a load up, lets it warm up, and takes its CPU
 * time, memory and threads over some windows.  The main thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "benchload.h"
#include "benchstamp.h"

#define START_SECONDS 30
#define WARM_UP_SECONDS 2

void
bench_ear_listen (BenchEar *ear, const guint8 *data, gsize size)
{
  gsize offset = 0;
  gint64 when;

  while (bench_stamp_find (data, size, &offset, &when)) {
    bench_histogram_add (&ear->load->downlink, bench_now () - when);
    if (!ear->heard)
      g_atomic_int_inc (&ear->load->alive);
    ear->heard = TRUE;
  }
}

static gdouble
cpu_ms (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3
         + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static gdouble
rss_kb (void)
{
  g_autofree gchar *text = NULL;
  gulong pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    sscanf (text, "%*u %lu", &pages);
  return pages * (sysconf (_SC_PAGESIZE) / 1024.0);
}

static guint
threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static gboolean
set_flag_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Wakes the main loop, so that it looks at what other threads did. */
static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
is_up (BenchLoad *load)
{
  return g_atomic_int_get (&load->errors) > 0
         || g_atomic_int_get (&load->alive) == (gint) load->conversations;
}

/* Iterates for so long, or until `load` is up when that is given.  Returns
 * the seconds that it took. */
static gdouble
iterate (gdouble seconds, BenchLoad *load)
{
  gint64 begin = bench_now ();
  gboolean over = FALSE;
  guint end = g_timeout_add (seconds * 1000, set_flag_cb, &over);
  guint wake = load != NULL ? g_timeout_add (50, wake_cb, NULL) : 0;

  while (!over && !(load != NULL && is_up (load)))
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (end);
  if (wake != 0)
    g_source_remove (wake);
  return (bench_now () - begin) / 1e6;
}

static int
compare_doubles (const void *a, const void *b)
{
  return (*(const gdouble *) a > *(const gdouble *) b)
         - (*(const gdouble *) a < *(const gdouble *) b);
}

static void
measure (BenchLoad *load, guint windows, gdouble window_seconds, gdouble rss)
{
  g_autofree gdouble *cpu = g_new0 (gdouble, windows);
  gdouble seconds = 0, window, before;
  guint i;

  bench_histogram_reset (&load->downlink);
  printf ("begin\n");
  fflush (stdout);
  for (i = 0; i < windows; i++) {
    before = cpu_ms ();
    window = iterate (window_seconds, NULL);
    cpu[i] = (cpu_ms () - before) / (load->conversations * window / 60);
    seconds += window;
  }
  qsort (cpu, windows, sizeof *cpu, compare_doubles);
  printf ("end cpu=%.2f cpu-min=%.2f cpu-max=%.2f rss=%.1f threads=%u "
          "seconds=%.3f stamps=%" G_GUINT64_FORMAT " p50=%.2f p99=%.2f\n",
      windows % 2 ? cpu[windows / 2]
                  : (cpu[windows / 2 - 1] + cpu[windows / 2]) / 2,
      cpu[0], cpu[windows - 1], (rss_kb () - rss) / load->conversations,
      threads (), seconds, bench_histogram_total (&load->downlink),
      bench_histogram_quantile (&load->downlink, 0.5),
      bench_histogram_quantile (&load->downlink, 0.99));
  fflush (stdout);
}

int
bench_measure (const BenchKind *kind, BenchLoad *load, guint windows,
    gdouble window_seconds)
{
  gpointer running;
  gdouble rss;

  kind->init ();
  bench_histogram_reset (&load->downlink);
  rss = rss_kb ();
  running = kind->start (load);
  iterate (START_SECONDS, load);
  if (load->errors == 0 && load->alive < (gint) load->conversations) {
    g_printerr ("only %d of %u conversations were spoken to in %d s\n",
        load->alive, load->conversations, START_SECONDS);
    load->errors++;
  }
  if (load->errors == 0) {
    iterate (WARM_UP_SECONDS, NULL);
    measure (load, windows, window_seconds, rss);
  }
  kind->stop (running);
  return g_atomic_int_get (&load->errors) == 0 ? 0 : 1;
}
