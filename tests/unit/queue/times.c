/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The times of frames, against a list of them all.
 */
#include "rttimes.h"

#define RATE 8000
#define FRAMES 20000

static void
test_rows (void)
{
  RtTimes times = { NULL };

  g_assert_cmpuint (rt_times_of (&times, 0, RATE), ==, RT_NS_UNKNOWN);
  g_assert_cmpuint (rt_times_next_jump (&times, 0), ==, G_MAXUINT64);
  rt_times_mark (&times, 10, 5000, RATE);
  g_assert_cmpuint (rt_times_of (&times, 9, RATE), ==, RT_NS_UNKNOWN);
  g_assert_cmpuint (rt_times_of (&times, 10, RATE), ==, 5000);
  g_assert_cmpuint (rt_times_of (&times, 11, RATE), ==, 130000);
  /* less than a frame is rounding */
  rt_times_mark (&times, 11, 130000 + 124999, RATE);
  g_assert_cmpuint (rt_times_next_jump (&times, 10), ==, G_MAXUINT64);
  rt_times_mark (&times, 11, 130000 - 125000, RATE);
  g_assert_cmpuint (rt_times_next_jump (&times, 10), ==, 11);
  g_assert_cmpuint (rt_times_of (&times, 11, RATE), ==, 5000);
  g_assert_cmpuint (rt_times_next_jump (&times, 11), ==, G_MAXUINT64);
  /* what was marked last counts */
  rt_times_mark (&times, 11, 9000000, RATE);
  g_assert_cmpuint (rt_times_of (&times, 11, RATE), ==, 9000000);
  rt_times_forget (&times, 500);
  g_assert_cmpuint (rt_times_of (&times, 19, RATE), ==, 10000000);
  rt_times_clear (&times);
  g_assert_cmpuint (rt_times_of (&times, 19, RATE), ==, RT_NS_UNKNOWN);
  rt_times_clear (&times);
}

static void
test_random (void)
{
  g_autofree guint64 *all = g_new (guint64, FRAMES);
  RtTimes times = { NULL };
  guint64 base = 0;
  guint at, first = 0, i;

  for (at = 0; at < FRAMES; at++) {
    if (g_test_rand_int_range (0, 50) == 0)
      base += g_test_rand_int_range (200000, 90000000);
    all[at] = base + rt_frames_to_ns (at, RATE);
    if (at == 0 || g_test_rand_int_range (0, 3) == 0
        || all[at] - all[at - 1] > 130000)
      rt_times_mark (&times, at, all[at], RATE);
    if (at % 97 == 0) {
      i = at - at % g_test_rand_int_range (1, 300);
      first = MAX (first, i);
      rt_times_forget (&times, first);
      g_assert_cmpuint (times.runs->len, <, 60);
    }
    i = g_test_rand_int_range (first, at + 1);
    g_assert_cmpuint (rt_times_of (&times, i, RATE) - all[i] + 2, <=, 4);
  }
  rt_times_clear (&times);
}

/* Jumps without end take no memory without end. */
static void
test_bounded (void)
{
  RtTimes times = { NULL };
  guint i;

  for (i = 0; i < 5 * RT_TIMES_MAX_RUNS; i++)
    rt_times_mark (&times, i, i * RT_NS_PER_SECOND, RATE);
  g_assert_cmpuint (times.runs->len, ==, RT_TIMES_MAX_RUNS);
  rt_times_forget (&times, i);
  g_assert_cmpuint (times.runs->len, ==, 1);
  rt_times_mark (&times, i, 0, RATE);
  g_assert_cmpuint (rt_times_of (&times, i, RATE), ==, 0);
  rt_times_clear (&times);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/times/rows", test_rows);
  g_test_add_func ("/times/random", test_random);
  g_test_add_func ("/times/bounded", test_bounded);
  return g_test_run ();
}
