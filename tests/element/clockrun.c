/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation on a test clock.
 */
#include "clockrun.h"

#include <stdlib.h>

static GRand *
new_rand (void)
{
  const gchar *text = g_getenv ("RT_RANDOM_SEED");
  guint32 seed = text != NULL ? strtoul (text, NULL, 10) : g_random_int ();

  g_test_message ("RT_RANDOM_SEED=%u", seed);
  return g_rand_new_with_seed (seed);
}

void
clock_run_open (ClockRun *run, const gchar *props)
{
  run->rand = new_rand ();
  run->server = rt_fake_server_new (0);
  run->clock = GST_TEST_CLOCK (gst_test_clock_new ());
  run->marks = 0;
  run->p = rt_pipeline_new (rt_fake_server_get_uri (run->server), RT_IN_LIVE,
      props, "rtearsink name=out");
  gst_pipeline_use_clock (
      GST_PIPELINE (run->p->pipeline), GST_CLOCK (run->clock));
  rt_fake_server_set_auto (run->server, TRUE);
  rt_pipeline_connect (run->p, run->server);
}

void
clock_run_close (ClockRun *run)
{
  rt_pipeline_free (run->p);
  rt_fake_server_free (run->server);
  gst_object_unref (run->clock);
  g_rand_free (run->rand);
}

void
clock_run_wait_idle (ClockRun *run)
{
  gst_test_clock_wait_for_next_pending_id (run->clock, NULL);
}

static void
set_time (ClockRun *run, GstClockTime time)
{
  gst_test_clock_set_time (
      run->clock, MAX (time, gst_clock_get_time (GST_CLOCK (run->clock))));
}

void
clock_run_advance (ClockRun *run, GstClockTime time)
{
  GstClockTime until = gst_clock_get_time (GST_CLOCK (run->clock)) + time, next;
  GstClockID id;

  until -= until % GST_USECOND;
  for (;;) {
    gst_test_clock_wait_for_next_pending_id (run->clock, &id);
    next = gst_clock_id_get_time (id);
    gst_clock_id_unref (id);
    if (next > until)
      break;
    set_time (run, next);
    id = gst_test_clock_process_next_clock_id (run->clock);
    if (id != NULL) /* else it was broken off meanwhile */
      gst_clock_id_unref (id);
  }
  set_time (run, until);
}

void
clock_run_barrier (ClockRun *run)
{
  g_autofree gchar *id = g_strdup_printf ("mark_%u", ++run->marks);

  rt_fake_conn_send_printf (run->p->conn,
      "{\"type\":\"conversation.item.added\",\"item\":{\"id\":\"%s\","
      "\"type\":\"function_call_output\"}}",
      id);
  rt_pipeline_expect_with (run->p, "realtime-item", "item-id", id);
}

guint
clock_run_count_events (ClockRun *run)
{
  g_autofree gchar *type = g_strdup_printf ("mark_%u", ++run->marks);
  g_autofree gchar *json = g_strdup_printf ("{\"type\":\"%s\"}", type);
  gboolean done;

  g_signal_emit_by_name (run->p->rt, "send-event", json, &done);
  rt_fake_conn_expect_event (run->p->conn, type, RT_WAIT_MS);
  return rt_fake_conn_get_n_events (run->p->conn);
}

GstClockTime
clock_run_random_time (ClockRun *run, guint max)
{
  return g_rand_int_range (run->rand, 0, max * 1000 + 1) * GST_USECOND;
}
