/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which texts fit into a history, and what was heard of one.
 */
#include "rthistory.h"

#include <string.h>

static gchar *
describe (const RtHistory *history)
{
  GString *out = g_string_new (NULL);
  guint i;

  for (i = 0; i < rt_history_get_length (history); i++) {
    const RtHistoryItem *item = rt_history_get (history, i);

    g_string_append_printf (out, "%s%s %s %s", i > 0 ? "; " : "", item->role,
        item->item_id != NULL ? item->item_id : "-", item->text);
  }
  return g_string_free (out, FALSE);
}

static void
assert_history (const RtHistory *history, const gchar *expected)
{
  g_autofree gchar *seen = describe (history);

  g_assert_cmpstr (seen, ==, expected);
}

static void
by_items (void)
{
  g_autoptr (RtHistory) history = rt_history_new (2, 1000);

  assert_history (history, "");
  rt_history_add (history, "user", "i1", "one");
  rt_history_add (history, "assistant", NULL, "two");
  assert_history (history, "user i1 one; assistant - two");
  rt_history_add (history, "user", "i3", "three");
  assert_history (history, "assistant - two; user i3 three");
  rt_history_add (history, "user", "i4", "");
  rt_history_add (history, "user", "i5", " \n\t");
  assert_history (history, "assistant - two; user i3 three");
}

static void
by_bytes (void)
{
  g_autoptr (RtHistory) history = rt_history_new (100, 10);

  rt_history_add (history, "user", "i1", "12345");
  rt_history_add (history, "user", "i2", "67890");
  assert_history (history, "user i1 12345; user i2 67890");
  rt_history_add (history, "user", "i3", "a");
  assert_history (history, "user i2 67890; user i3 a");
  /* of one that is too long the end */
  rt_history_add (history, "user", "i4", "the very last words");
  assert_history (history, "user i4 last words");
  rt_history_add (history, "user", "i5", "\303\244\303\244\303\244\303\244xyz");
  assert_history (history, "user i5 \303\244\303\244\303\244xyz");
}

static void
bounded (void)
{
  g_autoptr (RtHistory) history
      = rt_history_new (RT_HISTORY_MAX_ITEMS, RT_HISTORY_MAX_BYTES);
  g_autofree gchar *text = g_strnfill (1000, 'x');
  guint i;
  gsize bytes = 0;

  for (i = 0; i < 1000; i++)
    rt_history_add (history, "user", NULL, i < 500 ? "x" : text);
  g_assert_cmpuint (rt_history_get_length (history), ==, 65);
  for (i = 0; i < rt_history_get_length (history); i++)
    bytes += strlen (rt_history_get (history, i)->text);
  g_assert_cmpuint (bytes, <=, RT_HISTORY_MAX_BYTES);
  for (i = 0; i < 1000; i++)
    rt_history_add (history, "user", NULL, "x");
  g_assert_cmpuint (rt_history_get_length (history), ==, RT_HISTORY_MAX_ITEMS);
}

static void
prose (void)
{
  g_autoptr (RtHistory) history = rt_history_new (10, 1000);
  g_autofree gchar *text = NULL;

  g_assert_null (rt_history_dup_prose (history));
  rt_history_add (history, "user", "i1", "Hi.");
  rt_history_add (history, "assistant", "i2", "Hello.");
  text = rt_history_dup_prose (history);
  g_assert_cmpstr (text, ==,
      "The conversation until now, which goes on:\n"
      "user: Hi.\nassistant: Hello.");
}

static void
heard (void)
{
  static const struct {
    const gchar *text;
    guint played, dropped;
    const gchar *heard;
  } rows[] = {
    { "one two three four", 0, 100, "" },
    { "one two three four", 100, 0, "one two three four" },
    { "one two three four", 50, 50, "one two" },
    { "one two three four", 40, 60, "one two" },
    { "one two three four", 38, 62, "one" },
    { "one two three four", 99, 1, "one two three" },
    { "one two three four", 1, 99, "" },
    { "", 50, 50, "" },
    { "Word", 50, 50, "" },
    { "Word", 100, 0, "Word" },
    /* no spaces: no words that could be told apart */
    { "\346\210\221\344\273\254\345\234\250\350\277\231\351\207\214\346\210\221"
      "\344\273\254\345\234\250\350\277\231\351\207\214\346\210\221\344\273\254"
      "\345\234\250\350\277\231\351\207\214\346\210\221\344\273\254\345\234\250"
      "\350\277\231\351\207\214\346\210\221\344\273\254\345\234\250\350\277\231"
      "\351\207\214\346\210\221\344\273\254\345\234\250\350\277\231\351\207\214"
      "\346\210\221\344\273\254\345\234\250\350\277\231\351\207\214\346\210\221"
      "\344\273\254\345\234\250\350\277\231\351\207\214",
        39, 1,
        "\346\210\221\344\273\254\345\234\250\350\277\231\351\207\214\346\210"
        "\221\344\273\254\345\234\250\350\277\231\351\207\214\346\210\221\344"
        "\273\254\345\234\250\350\277\231\351\207\214\346\210\221\344\273\254"
        "\345\234\250\350\277\231\351\207\214\346\210\221\344\273\254\345\234"
        "\250\350\277\231\351\207\214\346\210\221\344\273\254\345\234\250\350"
        "\277\231\351\207\214\346\210\221\344\273\254\345\234\250\350\277\231"
        "\351\207\214\346\210\221\344\273\254\345\234\250\350\277\231" },
    { "x y", G_MAXUINT, G_MAXUINT, "x" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *seen
        = rt_history_dup_heard (rows[i].text, rows[i].played, rows[i].dropped);

    g_test_message ("row %u", i);
    g_assert_cmpstr (seen, ==, rows[i].heard);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/history/by-items", by_items);
  g_test_add_func ("/session/history/by-bytes", by_bytes);
  g_test_add_func ("/session/history/bounded", bounded);
  g_test_add_func ("/session/history/prose", prose);
  g_test_add_func ("/session/history/heard", heard);
  return g_test_run ();
}
