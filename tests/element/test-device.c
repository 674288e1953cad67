/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is still heard of a reply after the user spoke, at a device that plays
 * in real time.  RT_TAIL_SECONDS is how long it is tried.
 */
#include <stdlib.h>

#include "rtdevicesink.h"
#include "rtpipeline.h"

#define SECONDS 10
#define EVERY_MS 300
#define REPLY_MS 2000
#define MAX_TAIL 30 /* ms */
/* A short buffer, in periods that a desktop still serves in time: what counts
 * for the tail is the period, since a flush drops the buffer. */
#define DEVICE "rtdevicesink name=out buffer-time=40000 latency-time=10000"
/* A machine that wakes a thread this late, when it has others to run, says
 * nothing of us. */
#define MAX_LATE 4000 /* us */

typedef struct {
  gint done;   /* atomic, and so the next */
  gint latest; /* us, since it was last asked */
} Watch;

typedef struct {
  RtFakeServer *server;
  RtPipeline *p;
  Watch watch;
  GThread *watcher;
  GArray *tails;  /* of gint, us */
  GArray *errors; /* of gint, us: told - played */
  guint late;     /* interruptions for which the machine was too late */
} Test;

/* How late a thread is woken here. */
static gpointer
watch (gpointer data)
{
  Watch *self = data;

  while (!g_atomic_int_get (&self->done)) {
    gint64 began = g_get_monotonic_time (), late;

    g_usleep (1000);
    late = g_get_monotonic_time () - began - 1000;
    if (late > g_atomic_int_get (&self->latest))
      g_atomic_int_set (&self->latest, late);
  }
  return NULL;
}

static GBytes *
reply_of (gint16 value)
{
  guint samples = REPLY_MS * RT_RATE / 1000, i;
  gint16 *pcm = g_new (gint16, samples);

  for (i = 0; i < samples; i++)
    pcm[i] = GINT16_TO_LE (value);
  return g_bytes_new_take (pcm, samples * 2);
}

static void
say (Test *test, gint16 value)
{
  g_autofree gchar *response = g_strdup_printf ("resp_%d", value);
  g_autofree gchar *item = g_strdup_printf ("item_%d", value);
  g_autoptr (GBytes) pcm = reply_of (value);

  rt_fake_conn_send_reply (test->p->conn, response, item, "Listen.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
}

/* The user speaks; us until the last sample of the reply was played. */
static void
interrupt (Test *test, gint16 value)
{
  g_autofree gchar *user = g_strdup_printf ("user_%d", value);
  g_autofree gchar *item = g_strdup_printf ("item_%d", value);
  const GstStructure *s;
  RtDevicePlayed played;
  GstClockTime spoke;
  guint told;
  gint tail, error;

  g_atomic_int_set (&test->watch.latest, 0);
  spoke = g_get_monotonic_time () * GST_USECOND;
  rt_fake_conn_send_speech_started (test->p->conn, user, 0);
  s = rt_pipeline_expect_with (
      test->p, "realtime-interrupted", "item-id", item);
  g_assert_true (gst_structure_get_uint (s, "played", &told));
  rt_fake_conn_send_user_turn (test->p->conn, user, 100, "stop");
  /* long enough for anything that was to be played */
  rt_device_sink_wait (test->p->out, value, G_MAXUINT, 100, &played);
  tail = played.last > spoke ? (played.last - spoke) / GST_USECOND : 0;
  error = told * 1000
          - (gint) (gst_util_uint64_scale (played.frames, GST_SECOND, RT_RATE)
                    / GST_USECOND);
  if (g_atomic_int_get (&test->watch.latest) > MAX_LATE) {
    test->late++;
    return;
  }
  g_array_append_val (test->tails, tail);
  g_array_append_val (test->errors, error);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return *(const gint *) a - *(const gint *) b;
}

static gint
percentile (GArray *values, guint percent)
{
  return g_array_index (
      values, gint, MIN (values->len - 1, values->len * percent / 100));
}

static void
print (GArray *values, const gchar *what)
{
  g_array_sort (values, compare);
  g_test_message ("%s of %u, in us: min %d, p10 %d, median %d, p90 %d, p99 %d, "
                  "max %d",
      what, values->len, percentile (values, 0), percentile (values, 10),
      percentile (values, 50), percentile (values, 90), percentile (values, 99),
      percentile (values, 100));
}

static guint
get_rounds (void)
{
  const gchar *text = g_getenv ("RT_TAIL_SECONDS");
  guint seconds = text != NULL ? strtoul (text, NULL, 10) : SECONDS;

  return seconds * 1000 / EVERY_MS;
}

static void
open_test (Test *test)
{
  test->server = rt_fake_server_new (0);
  test->p = rt_pipeline_open (test->server, "barge-in=flush", DEVICE);
  test->watcher = g_thread_new ("watch", watch, &test->watch);
  test->tails = g_array_new (FALSE, FALSE, sizeof (gint));
  test->errors = g_array_new (FALSE, FALSE, sizeof (gint));
}

static void
close_test (Test *test)
{
  g_atomic_int_set (&test->watch.done, TRUE);
  g_thread_join (test->watcher);
  rt_pipeline_free (test->p);
  rt_fake_server_free (test->server);
  g_array_unref (test->tails);
  g_array_unref (test->errors);
}

static void
test_tail (void)
{
  Test test = { 0 };
  guint rounds = get_rounds (), i;
  RtDevicePlayed played;

  open_test (&test);
  for (i = 1; i <= rounds; i++) {
    gint64 began = g_get_monotonic_time (), left;

    say (&test, i);
    /* it is being heard, and then some of it was */
    g_assert_true (
        rt_device_sink_wait (test.p->out, i, 1, RT_WAIT_MS, &played));
    left = EVERY_MS - 100 - (g_get_monotonic_time () - began) / 1000;
    rt_device_sink_wait (
        test.p->out, i, G_MAXUINT, CLAMP (left, 20, EVERY_MS), &played);
    interrupt (&test, i);
  }
  if (test.tails->len > 0) {
    print (test.tails, "tail behind speech_started");
    print (test.errors, "told - played");
  }
  g_test_message (
      "%u of %u did not count: the machine was late", test.late, rounds);
  if (test.tails->len > rounds / 4)
    g_assert_cmpint (percentile (test.tails, 99), <, MAX_TAIL * 1000);
  else
    g_test_skip ("the machine is too busy to tell");
  close_test (&test);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  rt_device_sink_register ();
  g_test_add_func ("/device/tail", test_tail);
  return g_test_run ();
}
