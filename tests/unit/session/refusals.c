/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of what was refused, and with which value.
 */
#include "rtrefusals.h"

#define UPDATE(session) "{\"session\":" session "}"

/* The paths joined by spaces; takes them. */
static void
check (GStrv paths, const gchar *expected)
{
  g_autofree gchar *text = paths != NULL ? g_strjoinv (" ", paths) : NULL;

  g_assert_cmpstr (text, ==, expected);
  g_strfreev (paths);
}

static void
test_values (void)
{
  g_autoptr (RtRefusals) refusals = rt_refusals_new ();

  g_assert_true (rt_refusals_is_empty (refusals));
  check (rt_refusals_dup_paths (refusals), NULL);
  g_assert_true (rt_refusals_add (
      refusals, "session.a", UPDATE ("{\"a\":{\"x\":1},\"b\":2}"), FALSE));
  g_assert_true (rt_refusals_add (
      refusals, "session.b", UPDATE ("{\"a\":{\"x\":1},\"b\":2}"), FALSE));
  g_assert_true (
      rt_refusals_add (refusals, "session.c", UPDATE ("{\"b\":2}"), FALSE));
  g_assert_false (rt_refusals_is_empty (refusals));
  check (rt_refusals_dup_paths (refusals), "session.a session.b session.c");
  /* all as it was, whatever else changes */
  rt_refusals_review (refusals, UPDATE ("{\"b\":2,\"a\":{\"x\":1},\"d\":7}"));
  check (rt_refusals_dup_paths (refusals), "session.a session.b session.c");
  /* another value, within it or altogether */
  rt_refusals_review (refusals, UPDATE ("{\"b\":2,\"a\":{\"x\":3}}"));
  check (rt_refusals_dup_paths (refusals), "session.b session.c");
  /* none any more, and one that was none */
  rt_refusals_review (refusals, UPDATE ("{\"c\":null}"));
  check (rt_refusals_dup_paths (refusals), NULL);
  g_assert_true (rt_refusals_is_empty (refusals));
}

static void
test_within (void)
{
  g_autoptr (RtRefusals) refusals = rt_refusals_new ();
  const gchar *all = UPDATE ("{\"a\":{\"x\":1,\"y\":2},\"ab\":3}");

  rt_refusals_add (refusals, "session.a.x", all, FALSE);
  rt_refusals_add (refusals, "session.ab", all, FALSE);
  rt_refusals_add (refusals, "session.a.y", all, FALSE);
  g_assert_cmpstr (
      rt_refusals_find (refusals, "session.a.x"), ==, "session.a.x");
  g_assert_cmpstr (
      rt_refusals_find (refusals, "session.a.x.z"), ==, "session.a.x");
  g_assert_null (rt_refusals_find (refusals, "session.a"));
  rt_refusals_add (refusals, "session.a", all, FALSE);
  check (rt_refusals_dup_paths (refusals), "session.ab session.a");
  /* with what was left out of it before, and with what was not */
  rt_refusals_review (refusals, UPDATE ("{\"a\":{\"x\":1,\"y\":2},\"ab\":4}"));
  check (rt_refusals_dup_paths (refusals), "session.a");
  rt_refusals_review (refusals, UPDATE ("{\"a\":{\"x\":1,\"y\":3}}"));
  check (rt_refusals_dup_paths (refusals), NULL);
}

static void
test_taken (void)
{
  g_autoptr (RtRefusals) refusals = rt_refusals_new ();
  const gchar *all = UPDATE ("{\"a\":1,\"b\":2}");

  rt_refusals_add (refusals, "session.a", all, TRUE);
  rt_refusals_add (refusals, "session.b", all, FALSE);
  check (rt_refusals_dup_paths (refusals), "session.a session.b");
  check (rt_refusals_dup_never_taken (refusals), "session.b");
  rt_refusals_renew (refusals);
  check (rt_refusals_dup_never_taken (refusals), "session.a session.b");
}

static void
test_too_many (void)
{
  g_autoptr (RtRefusals) refusals = rt_refusals_new ();
  const gchar *all = UPDATE ("{\"o\":{},\"p\":1}");
  guint i;

  for (i = 0; i < RT_REFUSALS_MAX; i++) {
    g_autofree gchar *path = g_strdup_printf ("session.o.x%u", i);

    g_assert_true (rt_refusals_add (refusals, path, all, FALSE));
  }
  g_assert_false (rt_refusals_add (refusals, "session.p", all, FALSE));
  g_assert_null (rt_refusals_find (refusals, "session.p"));
  /* one for all of them makes room */
  g_assert_true (rt_refusals_add (refusals, "session.o", all, FALSE));
  g_assert_true (rt_refusals_add (refusals, "session.p", all, FALSE));
  check (rt_refusals_dup_paths (refusals), "session.o session.p");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusals/values", test_values);
  g_test_add_func ("/refusals/within", test_within);
  g_test_add_func ("/refusals/taken", test_taken);
  g_test_add_func ("/refusals/too-many", test_too_many);
  return g_test_run ();
}
