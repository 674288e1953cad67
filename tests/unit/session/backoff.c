/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How long it is waited before which attempt.
 */
#include "rtbackoff.h"

static const RtBackoffPolicy usual = { 500, 30000, 10 };

static void
assert_next (RtBackoff *backoff, const RtBackoffPolicy *policy, guint at_least,
    gdouble random, guint expected)
{
  guint delay = 0;

  g_assert_true (rt_backoff_next (backoff, policy, at_least, random, &delay));
  g_assert_cmpuint (delay, ==, expected);
}

static void
doubles (void)
{
  static const guint whole[]
      = { 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 30000 };
  RtBackoff low = { 0 }, high = { 0 };
  guint i, delay;

  for (i = 0; i < G_N_ELEMENTS (whole); i++) {
    assert_next (&low, &usual, 0, 0, whole[i] / 2);
    assert_next (&high, &usual, 0, 1, whole[i]);
    g_assert_cmpuint (low.attempt, ==, i + 1);
  }
  g_assert_false (rt_backoff_next (&low, &usual, 0, 0, &delay));
  g_assert_cmpuint (low.attempt, ==, 10);
  low.attempt = 0;
  assert_next (&low, &usual, 0, 0.5, 375);
}

/* What the server asked for is honoured, and still they come one by one. */
static void
retry_after (void)
{
  RtBackoff backoff = { 0 };

  assert_next (&backoff, &usual, 5000, 0, 5000);
  assert_next (&backoff, &usual, 5000, 1, 5500);
  assert_next (&backoff, &usual, 100, 0, 1000);
  backoff.attempt = 0;
  assert_next (&backoff, &usual, G_MAXUINT, 1, G_MAXINT);
}

static void
edges (void)
{
  static const RtBackoffPolicy none = { 500, 30000, 0 };
  static const RtBackoffPolicy endless = { 1, 4, -1 };
  static const RtBackoffPolicy at_once = { 0, 30000, -1 };
  static const RtBackoffPolicy huge = { G_MAXUINT, G_MAXUINT, -1 };
  static const RtBackoffPolicy odd = { 500, 100, -1 };
  RtBackoff backoff = { 0 };
  guint i, delay;

  g_assert_false (rt_backoff_next (&backoff, &none, 0, 0, &delay));
  for (i = 0; i < 1000; i++)
    g_assert_true (rt_backoff_next (&backoff, &endless, 0, 1, &delay));
  g_assert_cmpuint (delay, ==, 4);
  backoff.attempt = 0;
  for (i = 0; i < 100; i++)
    assert_next (&backoff, &at_once, 0, 1, 0);
  backoff.attempt = G_MAXUINT - 1;
  assert_next (&backoff, &huge, 0, 1, G_MAXINT);
  backoff.attempt = 0;
  assert_next (&backoff, &odd, 0, 1, 100);
  /* what is no probability is the nearest one */
  assert_next (&backoff, &odd, 0, 7, 100);
  assert_next (&backoff, &odd, 0, -7, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/backoff/doubles", doubles);
  g_test_add_func ("/session/backoff/retry-after", retry_after);
  g_test_add_func ("/session/backoff/edges", edges);
  return g_test_run ();
}
