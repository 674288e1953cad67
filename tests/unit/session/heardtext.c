/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was heard of a text, row by row: by proportion, in whole words.
 */
#include "rtheardtext.h"

#include <string.h>

typedef struct {
  const gchar *text;
  guint heard;    /* ms */
  guint received; /* ms */
  const gchar *expected;
} Row;

/* All of the text is in the audio. */
static const Row complete[] = {
  { "one two three", 0, 1300, "" },
  { "one two three", 299, 1300, "" },
  { "one two three", 300, 1300, "one" },
  { "one two three", 699, 1300, "one" },
  { "one two three", 700, 1300, "one two" },
  { "one two three", 1299, 1300, "one two" },
  { "one two three", 1300, 1300, "one two three" },
  { "one two three", 9999, 1300, "one two three" },
  /* however fast or slow it is said */
  { "one two three", 30, 130, "one" },
  { "one two three", 30000, 130000, "one" },
  { "unfinishable", 99, 100, "" },
  /* a mark belongs to its word */
  { "Yes, sir. No.", 300, 1300, "" },
  { "Yes, sir. No.", 400, 1300, "Yes," },
  { "Yes, sir. No.", 900, 1300, "Yes, sir." },
  /* blanks in front stay, those behind go */
  { " one  two", 400, 900, " one" },
  { " one  two", 600, 900, " one" },
  { "\tone\ntwo ", 400, 900, "\tone" },
  { "one two ", 800, 801, "one two" },
  { "one two ", 801, 801, "one two " },
  { "   ", 500, 1000, "" },
  { "", 500, 1000, "" },
  { "", 1000, 1000, "" },
  { NULL, 1000, 1000, "" },
  /* letters, not bytes, and no letter is cut */
  { "größe über", 499, 1000, "" },
  { "größe über", 500, 1000, "größe" },
  { "größe über", 999, 1000, "größe" },
  { "e\xcc\x81"
    "e\xcc\x81 a",
      200, 400,
      "e\xcc\x81"
      "e\xcc\x81" },
  /* each character is a word, and takes longer than a letter */
  { "你好世界", 99, 400, "" },
  { "你好世界", 100, 400, "你" },
  { "你好世界", 399, 400, "你好世" },
  { "ok 好的 ok", 299, 1200, "ok" },
  { "ok 好的 ok", 600, 1200, "ok 好" },
  { "ok 好的 ok", 1100, 1200, "ok 好的" },
  /* nothing came of it, and nothing is divided by that */
  { "one", 0, 0, "" },
};

/* More of both is to come. */
static const Row incomplete[] = {
  /* in step: a letter takes some 70 ms */
  { "one two three", 0, 900, "" },
  { "one two three", 300, 900, "one" },
  { "one two three", 500, 900, "one two" },
  { "one two three", 900, 900, "one two three" },
  /* the text is ahead: no more than could have been said in the time */
  { "one two three four five six seven", 100, 100, "" },
  { "one two three four five six seven", 120, 200, "one" },
  { "one two three four five six seven", 300, 300, "one two" },
  { "one two three four five six seven", 1000, 1000,
      "one two three four five" },
  { "one two three four five six seven", 1320, 1320,
      "one two three four five six seven" },
  { "你好世界", 130, 130, "你" },
  /* the audio is ahead: at most what was said in the time */
  { "one two", 1000, 4000, "" },
  { "one two", 2000, 4000, "one" },
  { "one two", 4000, 4000, "one two" },
  { "one two", 9000, 4000, "one two" },
  { "one two", 10, 0, "" },
  { "", 10, 0, "" },
};

static void
check (const Row *rows, guint n_rows, gboolean whole)
{
  guint i;

  for (i = 0; i < n_rows; i++) {
    g_autofree gchar *heard = rt_heard_text (rows[i].text,
        rows[i].heard * G_GUINT64_CONSTANT (1000000),
        rows[i].received * G_GUINT64_CONSTANT (1000000), whole);

    g_assert_cmpstr (heard, ==, rows[i].expected);
  }
}

static void
test_complete (void)
{
  check (complete, G_N_ELEMENTS (complete), TRUE);
}

static void
test_incomplete (void)
{
  check (incomplete, G_N_ELEMENTS (incomplete), FALSE);
}

/* The more is heard, the more is said to be, up to all of it. */
static void
test_grows (void)
{
  static const gchar text[] = "The quick brown fox 跳过 the lazy dog, twice.";
  gsize before = 0;
  guint ms;

  for (ms = 0; ms <= 4000; ms++) {
    g_autofree gchar *heard
        = rt_heard_text (text, ms * G_GUINT64_CONSTANT (1000000),
            G_GUINT64_CONSTANT (4000000000), TRUE);

    g_assert_true (g_str_has_prefix (text, heard));
    g_assert_true (g_utf8_validate (heard, -1, NULL));
    g_assert_cmpuint (strlen (heard), >=, before);
    before = strlen (heard);
  }
  g_assert_cmpuint (before, ==, strlen (text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/heard-text/complete", test_complete);
  g_test_add_func ("/session/heard-text/incomplete", test_incomplete);
  g_test_add_func ("/session/heard-text/grows", test_grows);
  return g_test_run ();
}
