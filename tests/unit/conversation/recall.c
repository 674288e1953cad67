/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is kept of what was said, until somebody is known to have understood
 * it: rows of words, and what is left in ms.
 */
#include "recallwords.h"

#include <stdlib.h>

/* While nobody speaks little is kept, and of a turn all of it. */
static const Row vad[] = {
  { "say 1000", "0-1000" },
  { "say 4000", "1500-5000" },
  { "started u1 4800", "4300-5000" },
  { "say 3000", "4300-8000" },
  { "partial u1", "4300-8000" },
  { "stopped u1 7500", "4300-8000" },
  { "committed u1", "4300-8000" },
  { "say 2500", "4300-10500" },
  { "heard u1", "7500-10500" },
  { "say 4000", "11500-14500" },
};

/* However fast it is said: it is the server that takes its time. */
static const Row fast[] = {
  { "fast", "" },
  { "say 9000", "0-9000" },
  { "wait 1900", "0-9000" },
  { "say 10", "0-9010" },
  { "wait 200", "0-9010" },
  { "say 10", "0-9020" },
  { "wait 1900", "0-9020" },
  { "say 10", "0-9030" },
  { "wait 1900", "0-9030" },
  { "say 10", "9000-9040" },
};

/* That nobody says anything tells nothing while nothing can be heard. */
static const Row cut_off[] = {
  { "say 1000", "0-1000" },
  { "deaf", "0-1000" },
  { "say 6000", "0-7000" },
  { "hears", "0-7000" },
  { "say 10", "0-7010" },
  { "started u1 500", "0-7010" },
  { "stopped u1 800", "0-7010" },
};

/* A server that counts something else. */
static const Row odd_counts[] = {
  { "say 1000", "0-1000" },
  { "started u1 999999", "0-1000" },
  { "say 1000", "0-2000" },
  { "stopped u1 999999", "0-2000" },
  { "heard u1", "" },
};

static const Row in_order[] = {
  { "say 3000", "0-3000" },
  { "started u1 1200", "700-3000" },
  { "stopped u1 1500", "700-3000" },
  { "started u2 1800", "700-3000" },
  { "stopped u2 2200", "700-3000" },
  /* what was said before it was understood, too */
  { "heard u2", "2200-3000" },
  { "heard u1", "2200-3000" },
};

static const Row too_long[] = {
  { "say 1000", "0-1000" },
  { "started u1 500", "0-1000" },
  { "say 20000", "11000-21000" },
  { "stopped u1 20500", "11000-21000" },
  { "say 9000", "20000-30000" },
  { "say 1000", "21000-31000" },
  { "say 4000", "31500-35000" },
};

/* Turns of the application's own: said again with their commits. */
static const Row manual[] = {
  { "say 1000", "0-1000" },
  { "say 4000", "0-5000" },
  { "commit", "0-5000c" },
  { "say 1000", "0-5000c 5000-6000" },
  { "committed u1", "0-5000c 5000-6000" },
  { "commit", "0-5000c 5000-6000c" },
  { "heard u1", "5000-6000c" },
  { "say 500", "5000-6000c 6000-6500" },
  /* not of the commit that the server has not answered */
  { "reply", "5000-6000c 6000-6500" },
  { "committed u2", "5000-6000c 6000-6500" },
  { "reply", "6000-6500" },
  { "clear", "" },
  { "say 200", "6500-6700" },
  { "commit", "6500-6700c" },
  { "error input_audio_buffer_commit_empty", "6500-6700" },
  { "error something_else", "6500-6700" },
};

/* A clear is of what no turn has taken. */
static const Row cleared[] = {
  { "say 1000", "0-1000" },
  { "commit", "0-1000c" },
  { "clear", "0-1000c" },
  { "say 500", "0-1000c 1000-1500" },
  { "clear", "0-1000c" },
  { "clear", "0-1000c" },
  { "say 200", "0-1000c 1500-1700" },
  { "commit", "0-1000c 1500-1700c" },
  { "say 300", "0-1000c 1500-1700c 1700-2000" },
  { "clear", "0-1000c 1500-1700c" },
  { "say 100", "0-1000c 1500-1700c 2000-2100" },
  { "reply", "0-1000c 1500-1700c 2000-2100" },
  { "committed u1", "0-1000c 1500-1700c 2000-2100" },
  { "heard u1", "1500-1700c 2000-2100" },
  { "error input_audio_buffer_commit_empty", "2000-2100" },
  { "clear", "" },
};

/* Turns that the server ended are no commits of ours. */
static const Row cleared_behind[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 900", "0-1000" },
  { "say 100", "0-1100" },
  { "clear", "0-900" },
  { "say 100", "0-900 1100-1200" },
  { "heard u1", "1100-1200" },
};

/* A commit whose audio is gone is void. */
static const Row commit_gone[] = {
  { "say 1000", "0-1000" },
  { "commit", "0-1000c" },
  { "say 9500", "500-1000c 1000-10500" },
  { "say 500", "1000-11000" },
  { "clear", "" },
  { "commit", "" },
};

/* Nothing is told but what the model says. */
static const Row by_output[] = {
  { "say 4000", "0-4000" },
  { "reply", "" },
  { "say 1000", "4000-5000" },
  { "heard -", "" },
  { "say 500", "5000-5500" },
  { "partial -", "5000-5500" },
};

static const Row nothing[] = {
  { "say 4000", "" },
  { "started u1 100", "" },
  { "say 100", "" },
};

static const Table tables[] = {
  TABLE ("vad", vad, SECONDS (10), TRUE),
  TABLE ("fast", fast, SECONDS (10), TRUE),
  TABLE ("cut-off", cut_off, SECONDS (10), TRUE),
  TABLE ("odd-counts", odd_counts, SECONDS (10), TRUE),
  TABLE ("in-order", in_order, SECONDS (10), TRUE),
  TABLE ("too-long", too_long, SECONDS (10), TRUE),
  TABLE ("manual", manual, SECONDS (10), FALSE),
  TABLE ("cleared", cleared, SECONDS (10), FALSE),
  TABLE ("cleared-behind", cleared_behind, SECONDS (10), TRUE),
  TABLE ("commit-gone", commit_gone, SECONDS (10), FALSE),
  TABLE ("by-output", by_output, SECONDS (10), FALSE, TRUE),
  TABLE ("nothing", nothing, 0, TRUE),
};

/* Any sizes, and the server says what it likes: never more than the limit, and
 * what is left is the end of what was said. */
static void
random_words (void)
{
  const RtRecallRules rules = { SECONDS (1), TRUE };
  static const RtEventType types[]
      = { RT_EVENT_SPEECH_STARTED, RT_EVENT_SPEECH_STOPPED,
          RT_EVENT_AUDIO_COMMITTED, RT_EVENT_INPUT_TRANSCRIPT_DONE,
          RT_EVENT_RESPONSE_CREATED, RT_EVENT_OUTPUT_TEXT_DELTA };
  guint i;

  for (i = 0; i < 500; i++) {
    Driver driver = { rt_recall_new (), 0 };
    g_autofree gchar *left = NULL;
    guint j, begin, end;

    rt_recall_set_rules (driver.recall, &rules);
    for (j = 0; j < 60; j++) {
      g_autofree gchar *item
          = g_strdup_printf ("u%d", g_test_rand_int_range (0, 4));

      recall_say (&driver, 10 * g_test_rand_int_range (0, 30));
      if (g_test_rand_int_range (0, 8) == 0)
        rt_recall_commit (driver.recall);
      recall_tell (&driver,
          types[g_test_rand_int_range (0, G_N_ELEMENTS (types))], item,
          g_test_rand_int_range (0, 2 * (gint) driver.said + 1));
      g_assert_cmpuint (rt_recall_get_length (driver.recall), <=, SECONDS (1));
    }
    left = recall_take_all (&driver);
    g_strdelimit (left, "c", ' ');
    if (*left != '\0') {
      g_auto (GStrv) parts = g_strsplit_set (left, "- ", -1);

      begin = atoi (parts[0]);
      end = atoi (parts[g_strv_length (parts) - 1]);
      if (end > 0) {
        g_assert_cmpuint (begin, <=, end);
        g_assert_cmpuint (end, ==, driver.said);
      }
    }
    rt_recall_free (driver.recall);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  recall_add_tables (tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/conversation/recall/random", random_words);
  return g_test_run ();
}
