/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The audio of a session in running time, against a list of every piece.
 */
#include "rttimeline.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define PIECES 2000

static void
test_empty (void)
{
  g_autoptr (RtTimeline) timeline = rt_timeline_new ();

  g_assert_cmpuint (rt_timeline_look_up (timeline, 0), ==, RT_TIME_UNKNOWN);
  rt_timeline_append (timeline, 10 * MS, RT_TIME_UNKNOWN);
  g_assert_cmpuint (rt_timeline_get_length (timeline), ==, 10 * MS);
  g_assert_cmpuint (rt_timeline_look_up (timeline, 0), ==, RT_TIME_UNKNOWN);
  rt_timeline_append (timeline, 10 * MS, 70 * MS);
  g_assert_cmpuint (
      rt_timeline_look_up (timeline, 10 * MS - 1), ==, RT_TIME_UNKNOWN);
  g_assert_cmpuint (rt_timeline_look_up (timeline, 10 * MS), ==, 70 * MS);
}

/* Rounding makes no jump, and jumps that come back are jumps. */
static void
test_wobble (void)
{
  g_autoptr (RtTimeline) timeline = rt_timeline_new ();
  guint i;

  for (i = 0; i < 10 * RT_TIMELINE_MAX_JUMPS; i++)
    rt_timeline_append (timeline, 20 * MS, 20 * MS * i + i % 3);
  g_assert_cmpuint (rt_timeline_look_up (timeline, 1), ==, 1);
  g_assert_cmpuint (rt_timeline_look_up (timeline, 7777 * MS), ==, 7777 * MS);
}

/* Every piece begins where it was said to, as long as it is kept. */
static void
test_pieces (void)
{
  g_autoptr (RtTimeline) timeline = rt_timeline_new ();
  g_autofree guint64 *times = g_new (guint64, PIECES);
  g_autofree guint64 *at = g_new (guint64, PIECES);
  guint64 time = 5000 * MS;
  guint jumps = 0, i;

  for (i = 0; i < PIECES; i++) {
    guint64 duration = g_test_rand_int_range (1, 50) * MS;

    if (g_test_rand_int_range (0, 5) == 0) {
      time += g_test_rand_int_range (1, 9000) * MS;
      jumps++;
    }
    times[i] = time;
    at[i] = rt_timeline_get_length (timeline);
    rt_timeline_append (timeline, duration, time);
    time += duration;
  }
  g_assert_cmpuint (jumps, >, RT_TIMELINE_MAX_JUMPS);
  for (i = 0; i < PIECES; i++) {
    guint64 found = rt_timeline_look_up (timeline, at[i]);

    /* the oldest are forgotten, and no others */
    if (found == RT_TIME_UNKNOWN)
      g_assert_cmpuint (i, <, PIECES / 2);
    else
      g_assert_cmpuint (found, ==, times[i]);
  }
  g_assert_cmpuint (
      rt_timeline_look_up (timeline, at[PIECES - 1]), ==, times[PIECES - 1]);
  g_assert_cmpuint (rt_timeline_look_up (timeline, 0), ==, RT_TIME_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/empty", test_empty);
  g_test_add_func ("/timeline/wobble", test_wobble);
  g_test_add_func ("/timeline/pieces", test_pieces);
  return g_test_run ();
}
