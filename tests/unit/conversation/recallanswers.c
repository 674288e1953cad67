/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What of what was said is known to be answered: rows of words, and what is
 * left in ms.
 */
#include "recallwords.h"

/* A reply says as much as a transcript: it was understood. */
static const Row answered[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 800", "0-1000" },
  { "say 500", "0-1500" },
  { "started u2 1200", "0-1500" },
  { "created", "0-1500" },
  { "reply", "800-1500" },
  { "say 500", "800-2000" },
  { "heard u1", "800-2000" },
  { "stopped u2 1900", "800-2000" },
  { "failed u2", "1900-2000" },
  { "started u3 1950", "1900-2000" },
  { "stopped u3 1960", "1900-2000" },
  { "created", "1900-2000" },
  { "call", "1960-2000" },
  { "started u4 1970", "1960-2000" },
  { "stopped u4 1980", "1960-2000" },
  { "created", "1960-2000" },
  { "done", "1980-2000" },
};

/* What is said while a reply comes is not what it answers. */
static const Row said_meanwhile[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 800", "0-1000" },
  { "created", "0-1000" },
  { "started u2 900", "0-1000" },
  { "stopped u2 950", "0-1000" },
  { "reply", "800-1000" },
  { "done", "800-1000" },
  { "created", "800-1000" },
  { "reply", "950-1000" },
};

/* Each of several at once answers what was known when it was announced. */
static const Row several[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 400", "0-1000" },
  { "created r1", "0-1000" },
  { "started u2 500", "0-1000" },
  { "stopped u2 800", "0-1000" },
  { "created r2", "0-1000" },
  { "reply r1", "400-1000" },
  { "reply r2", "800-1000" },
};

/* What is said behind an answer is not of it, wherever the server puts it. */
static const Row answered_ahead[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 999999", "0-1000" },
  { "created", "0-1000" },
  { "reply", "" },
  { "say 500", "1000-1500" },
  { "reply", "1000-1500" },
  { "started u2 999999", "1000-1500" },
  { "say 500", "1000-2000" },
  { "done", "1000-2000" },
};

/* A server that tells no times. */
static const Row no_times[] = {
  { "say 1000", "0-1000" },
  { "started u1", "0-1000" },
  { "stopped u1", "0-1000" },
  { "say 500", "0-1500" },
  { "created", "0-1500" },
  { "reply", "1000-1500" },
  { "done", "1000-1500" },
  { "say 5000", "3500-6500" },
};

/* A reply that came to nothing is none. */
static const Row failed[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 800", "0-1000" },
  { "created", "0-1000" },
  { "done failed", "0-1000" },
  { "created", "0-1000" },
  { "done turn_detected", "0-1000" },
  { "created", "0-1000" },
  /* it was not wanted */
  { "done cancelled", "800-1000" },
};

static const Table tables[] = {
  TABLE ("answered", answered, SECONDS (10), TRUE),
  TABLE ("said-meanwhile", said_meanwhile, SECONDS (10), TRUE),
  TABLE ("several", several, SECONDS (10), TRUE),
  TABLE ("answered-ahead", answered_ahead, SECONDS (10), TRUE),
  TABLE ("no-times", no_times, SECONDS (10), TRUE),
  TABLE ("failed", failed, SECONDS (10), TRUE),
};

/* Whatever a server tells of, little is kept of it. */
static void
many_turns (void)
{
  const RtRecallRules rules = { SECONDS (10), TRUE };
  Driver driver = { rt_recall_new (), 0 };
  guint i;

  rt_recall_set_rules (driver.recall, &rules);
  recall_say (&driver, 1000);
  for (i = 1; i <= 1000; i++) {
    g_autofree gchar *item = g_strdup_printf ("u%u", i);

    recall_tell (&driver, RT_EVENT_SPEECH_STOPPED, item, i);
  }
  recall_tell (&driver, RT_EVENT_INPUT_TRANSCRIPT_DONE, "u500", 0);
  g_assert_cmpuint (rt_recall_get_length (driver.recall), ==, SECONDS (1));
  recall_tell (&driver, RT_EVENT_INPUT_TRANSCRIPT_DONE, "u990", 0);
  g_assert_cmpuint (rt_recall_get_length (driver.recall), ==, MS (10));
  rt_recall_free (driver.recall);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  recall_add_tables (tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/conversation/recall/many-turns", many_turns);
  return g_test_run ();
}
