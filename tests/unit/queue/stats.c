/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The counters: their names, and what counts as a latency.
 */
#include "rtstats.h"

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const gchar *c;
  guint i;

  for (i = 0; i < RT_STAT_LAST; i++) {
    const gchar *name = rt_stat_name (i);

    g_assert_nonnull (name);
    for (c = name; *c != '\0'; c++)
      g_assert_true (g_ascii_islower (*c) || *c == '-');
    g_assert_true (g_hash_table_add (seen, (gpointer) name));
  }
  g_assert_cmpstr (rt_stat_name (RT_STAT_SESSIONS), ==, "sessions");
  g_assert_cmpstr (
      rt_stat_name (RT_STAT_AUDIO_DROPPED_UPLINK), ==, "audio-dropped-uplink");
  g_assert_cmpstr (
      rt_stat_name (RT_STAT_TOKENS_OUTPUT_AUDIO), ==, "tokens-output-audio");
  g_assert_cmpstr (rt_stat_name (RT_STAT_ERRORS), ==, "errors");
}

static void
test_counters (void)
{
  g_autoptr (RtStats) stats = rt_stats_new ();
  RtStatsSnapshot now;
  guint i;

  for (i = 0; i < RT_STAT_LAST; i++) {
    rt_stats_add (stats, i, i + 1);
    rt_stats_add (stats, i, G_GUINT64_CONSTANT (1) << 40);
  }
  rt_stats_set (stats, RT_STAT_CONNECT_TIME, 7);
  rt_stats_snapshot (stats, &now);
  for (i = 0; i < RT_STAT_LAST; i++)
    if (i != RT_STAT_CONNECT_TIME)
      g_assert_cmpuint (
          now.value[i], ==, i + 1 + (G_GUINT64_CONSTANT (1) << 40));
  g_assert_cmpuint (now.value[RT_STAT_CONNECT_TIME], ==, 7);
}

static void
assert_latency (
    RtStats *stats, guint64 last, guint64 min, guint64 max, guint64 avg)
{
  RtStatsSnapshot now;

  rt_stats_snapshot (stats, &now);
  g_assert_cmpuint (now.latency_last, ==, last);
  g_assert_cmpuint (now.latency_min, ==, min);
  g_assert_cmpuint (now.latency_max, ==, max);
  g_assert_cmpuint (now.latency_avg, ==, avg);
}

static void
test_latency (void)
{
  g_autoptr (RtStats) stats = rt_stats_new ();

  assert_latency (stats, 0, 0, 0, 0);
  rt_stats_reply_began (stats, 50); /* a greeting: nobody had asked */
  assert_latency (stats, 0, 0, 0, 0);
  rt_stats_turn_ended (stats, 1000);
  assert_latency (stats, 0, 0, 0, 0);
  rt_stats_reply_began (stats, 1300);
  assert_latency (stats, 300, 300, 300, 300);
  rt_stats_reply_began (stats, 1900); /* its second part */
  assert_latency (stats, 300, 300, 300, 300);
  rt_stats_turn_ended (stats, 2000);
  rt_stats_turn_ended (stats, 2500); /* went on speaking */
  rt_stats_reply_began (stats, 2600);
  assert_latency (stats, 100, 100, 300, 200);
  rt_stats_turn_ended (stats, 3000);
  rt_stats_reply_began (stats, 3800);
  assert_latency (stats, 800, 100, 800, 400);
  rt_stats_turn_ended (stats, 4000);
  rt_stats_reply_began (stats, 3990); /* seen by another thread before */
  assert_latency (stats, 0, 0, 800, 300);
  rt_stats_turn_ended (stats, 5000);
  rt_stats_turn_void (stats); /* a cough: the reply to something else comes */
  rt_stats_reply_began (stats, 9000);
  assert_latency (stats, 0, 0, 800, 300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/names", test_names);
  g_test_add_func ("/stats/counters", test_counters);
  g_test_add_func ("/stats/latency", test_latency);
  return g_test_run ();
}
