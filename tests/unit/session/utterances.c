/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When items were said, and what is in no item yet.
 */
#include "rtutterances.h"

static void
test_items (void)
{
  g_autoptr (RtUtterances) all = rt_utterances_new ();
  guint i;

  g_assert_cmpuint (rt_utterances_get_time (all, "0"), ==, RT_TIME_UNKNOWN);
  g_assert_cmpuint (rt_utterances_get_time (all, NULL), ==, RT_TIME_UNKNOWN);
  rt_utterances_began (all, NULL, 7);
  rt_utterances_began (all, "0", RT_TIME_UNKNOWN);
  rt_utterances_began (all, "0", 7);
  rt_utterances_began (all, "0", 8);
  g_assert_cmpuint (rt_utterances_get_time (all, "0"), ==, 7);
  for (i = 1; i <= RT_UTTERANCES_MAX_ITEMS; i++) {
    g_autofree gchar *id = g_strdup_printf ("%u", i);

    rt_utterances_began (all, id, i);
  }
  g_assert_cmpuint (rt_utterances_get_time (all, "0"), ==, RT_TIME_UNKNOWN);
  g_assert_cmpuint (rt_utterances_get_time (all, "1"), ==, 1);
  g_assert_cmpuint (rt_utterances_get_time (all, "256"), ==, 256);
}

static void
test_commits (void)
{
  g_autoptr (RtUtterances) all = rt_utterances_new ();

  rt_utterances_commit_sent (all, 100);
  rt_utterances_commit_sent (all, 250);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 250);
  g_assert_cmpuint (rt_utterances_committed (all, 300), ==, 0);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 250);
  g_assert_cmpuint (rt_utterances_committed (all, 300), ==, 100);
  /* the server's own */
  g_assert_cmpuint (rt_utterances_committed (all, 300), ==, RT_TIME_UNKNOWN);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 300);
}

static void
test_refused (void)
{
  g_autoptr (RtUtterances) all = rt_utterances_new ();

  rt_utterances_commit_refused (all);
  rt_utterances_commit_sent (all, 100);
  rt_utterances_commit_refused (all);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 0);
  rt_utterances_commit_sent (all, 100);
  rt_utterances_commit_sent (all, 200);
  /* the second is then for the first one's audio too */
  rt_utterances_commit_refused (all);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 200);
  g_assert_cmpuint (rt_utterances_committed (all, 200), ==, 0);
  /* what was cleared meanwhile is gone for good */
  rt_utterances_commit_sent (all, 300);
  rt_utterances_clear_sent (all, 400);
  rt_utterances_commit_refused (all);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 400);
}

/* The only commit there is, of what does not begin with the session. */
static void
test_refused_late (void)
{
  g_autoptr (RtUtterances) all = rt_utterances_new ();

  g_assert_cmpuint (rt_utterances_committed (all, 300), ==, RT_TIME_UNKNOWN);
  rt_utterances_commit_sent (all, 400);
  rt_utterances_commit_refused (all);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 300);
  rt_utterances_commit_refused (all);
  g_assert_cmpuint (rt_utterances_get_open (all), ==, 300);
  rt_utterances_commit_sent (all, 500);
  g_assert_cmpuint (rt_utterances_committed (all, 500), ==, 300);
}

static void
test_unanswered (void)
{
  g_autoptr (RtUtterances) all = rt_utterances_new ();
  guint i;

  for (i = 1; i <= 10 * RT_UTTERANCES_MAX_COMMITS; i++)
    rt_utterances_commit_sent (all, i);
  g_assert_cmpuint (
      rt_utterances_committed (all, i), ==, 9 * RT_UTTERANCES_MAX_COMMITS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utterances/items", test_items);
  g_test_add_func ("/utterances/commits", test_commits);
  g_test_add_func ("/utterances/refused", test_refused);
  g_test_add_func ("/utterances/refused-late", test_refused_late);
  g_test_add_func ("/utterances/unanswered", test_unanswered);
  return g_test_run ();
}
