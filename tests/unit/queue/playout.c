/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The playout by one thread, row by row: what is read, and the account of what
 * was heard.
 */
#include "rtplayout.h"

#include <string.h>

#define MS G_GUINT64_CONSTANT (1000000)

/* A frame is two bytes and a millisecond. */
static const RtPlayoutFormat slow = { 2, 1000, 0 };
static const RtPlayoutFormat speech = { 2, 24000, 0 };

static void
push_as (RtPlayout *self, guint track, const RtPlayoutFormat *format,
    const gchar *text, gboolean taken)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));

  g_assert_cmpint (rt_playout_push (self, track, format, data), ==, taken);
}

static void
push (RtPlayout *self, guint track, const gchar *text)
{
  push_as (self, track, &slow, text, TRUE);
}

static void
push_silence (
    RtPlayout *self, guint track, const RtPlayoutFormat *format, guint frames)
{
  g_autoptr (GBytes) data = g_bytes_new_take (
      g_malloc0 (frames * format->frame_size), frames * format->frame_size);

  g_assert_true (rt_playout_push (self, track, format, data));
}

/* `flags`: f first, l last. */
static void
pull (RtPlayout *self, gsize size, guint64 pts, guint track,
    const gchar *expected, const gchar *flags)
{
  guint8 out[64];
  RtPlayoutRead read;
  gboolean got = rt_playout_read (self, out, size, pts, &read);

  g_assert_cmpint (got, ==, *expected != '\0');
  g_assert_cmpuint (read.track, ==, track);
  g_assert_cmpmem (out, read.size, expected, strlen (expected));
  g_assert_cmpint (read.first, ==, strchr (flags, 'f') != NULL);
  g_assert_cmpint (read.last, ==, strchr (flags, 'l') != NULL);
}

static void
assert_status (
    RtPlayout *self, guint track, gsize bytes, gboolean complete, guint64 level)
{
  RtPlayoutStatus status;

  rt_playout_peek (self, &status);
  g_assert_cmpuint (status.track, ==, track);
  g_assert_cmpuint (status.bytes, ==, bytes);
  g_assert_cmpint (status.complete, ==, complete);
  g_assert_cmpuint (status.level, ==, level);
}

/* "1@12": of track 1, at 12 ms. */
static gchar *
describe (GArray *moments)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < moments->len; i++) {
    RtPlayoutMoment *moment = &g_array_index (moments, RtPlayoutMoment, i);

    g_string_append_printf (text, "%s%u", i > 0 ? " " : "", moment->track);
    if (moment->time != G_MAXUINT64)
      g_string_append_printf (text, "@%" G_GUINT64_FORMAT, moment->time / MS);
  }
  return g_string_free (text, FALSE);
}

static void
assert_report (RtPlayout *self, guint64 until, const gchar *playing,
    const gchar *drained, guint64 next)
{
  g_autoptr (GArray) began
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  g_autoptr (GArray) over
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  guint64 due = rt_playout_report (self, until, began, over);
  g_autofree gchar *began_text = describe (began);
  g_autofree gchar *over_text = describe (over);

  g_assert_cmpstr (began_text, ==, playing);
  g_assert_cmpstr (over_text, ==, drained);
  g_assert_cmpuint (due, ==, next);
}

/* Drops, and says of the only track there is. */
static void
assert_account (RtPlayout *self, guint64 until, guint64 received, guint64 left,
    guint64 heard, gboolean ended)
{
  g_autoptr (GArray) accounts
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
  RtPlayoutAccount *account;

  rt_playout_drop (self, until, accounts);
  g_assert_cmpuint (accounts->len, ==, 1);
  account = &g_array_index (accounts, RtPlayoutAccount, 0);
  g_assert_cmpuint (account->received, ==, received);
  g_assert_cmpuint (account->left, ==, left);
  g_assert_cmpuint (account->heard, ==, heard);
  g_assert_cmpint (account->ended, ==, ended);
  g_assert_true (rt_playout_is_idle (self));
}

static void
test_in_order (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  assert_status (playout, 0, 0, FALSE, 0);
  pull (playout, 2, 0, 0, "", "");
  push (playout, 7, "aabb");
  push (playout, 7, "cc");
  push (playout, 3, "xx");
  assert_status (playout, 7, 6, FALSE, 4 * MS);
  pull (playout, 5, 0, 7, "aabb", "f");
  pull (playout, 1, 0, 0, "", "");
  rt_playout_end (playout, 7);
  assert_status (playout, 7, 2, TRUE, 2 * MS);
  pull (playout, 64, 2 * MS, 7, "cc", "l");
  assert_status (playout, 3, 2, FALSE, 1 * MS);
  pull (playout, 64, 3 * MS, 3, "xx", "f");
  assert_status (playout, 0, 0, FALSE, 0);
  push_as (playout, 7, &slow, "dd", FALSE);
  g_assert_false (rt_playout_is_idle (playout));
}

/* Nothing may hang for want of an end, and nothing gets lost. */
static void
test_late_part (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  push (playout, 1, "aa");
  push (playout, 2, "xxyy");
  pull (playout, 2, 0, 1, "aa", "f");
  pull (playout, 2, 0, 2, "xx", "f");
  push (playout, 1, "bb");
  assert_status (playout, 1, 2, FALSE, 2 * MS);
  pull (playout, 64, 0, 1, "bb", "");
  pull (playout, 64, 0, 2, "yy", "");
}

static void
test_split_frames (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  push (playout, 1, "a");
  assert_status (playout, 0, 0, FALSE, 0);
  push (playout, 1, "");
  push (playout, 1, "abbc");
  assert_status (playout, 1, 4, FALSE, 2 * MS);
  push (playout, 2, "x"); /* each track has its own half */
  push (playout, 1, "cd");
  push (playout, 2, "x");
  rt_playout_end (playout, 1);
  pull (playout, 64, 0, 1, "aabbcc", "fl");
  pull (playout, 64, 3 * MS, 2, "xx", "f");
  assert_report (playout, 3 * MS, "1@0 2@3", "1@3", G_MAXUINT64);
  assert_account (playout, G_MAXUINT64, 1, 1, 1, FALSE);
}

static void
test_long_frames (void)
{
  static const RtPlayoutFormat wide = { 7, 1000, 0 };
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  push_as (playout, 1, &wide, "abc", TRUE);
  push_as (playout, 1, &wide, "def", TRUE);
  push_as (playout, 1, &wide, "gABCDEFGa", TRUE);
  push_as (playout, 1, &wide, "bcdefg", TRUE);
  pull (playout, 64, 0, 1, "abcdefgABCDEFGabcdefg", "f");
}

static void
test_format (void)
{
  static const RtPlayoutFormat others[]
      = { { 2, 1000, 1 }, { 4, 1000, 0 }, { 2, 2000, 0 } };
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
  RtPlayoutStatus status;
  RtPlayoutRead read;
  guint8 out[8];
  guint i;

  push (playout, 1, "aa");
  for (i = 0; i < G_N_ELEMENTS (others); i++)
    push_as (playout, 1, &others[i], "bbbb", FALSE);
  push_as (playout, 2, &others[0], "cc", TRUE);
  push_as (playout, 3, &others[2], "dddd", TRUE);
  assert_status (playout, 1, 2, FALSE, 3 * MS);
  pull (playout, 64, 0, 1, "aa", "f");
  rt_playout_peek (playout, &status);
  g_assert_cmpuint (status.format.tag, ==, 1);
  g_assert_true (rt_playout_read (playout, out, 8, 0, &read));
  g_assert_cmpuint (read.format.tag, ==, 1);
  g_assert_cmpuint (read.format.rate, ==, 1000);
  g_assert_true (rt_playout_read (playout, out, 8, 0, &read));
  g_assert_cmpuint (read.format.rate, ==, 2000);
}

static void
test_heard (void)
{
  static const struct {
    guint64 until;
    guint64 heard;
  } rows[] = {
    { 0, 0 },
    { 100 * MS, 0 },
    { 101 * MS - 1, 0 },
    { 101 * MS, 1 },
    { 104 * MS, 4 },
    { 150 * MS, 4 }, /* the first run is over */
    { 200 * MS, 4 }, /* the second one begins */
    { 202 * MS + MS / 2, 6 },
    { 203 * MS, 7 },
    { 10000 * MS, 7 },
    { G_MAXUINT64, 7 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

    push (playout, 1, "aabbccddeeffgghh");
    pull (playout, 4, 100 * MS, 1, "aabb", "f");
    pull (playout, 4, 102 * MS, 1, "ccdd", "");
    pull (playout, 2, 200 * MS, 1, "ee", "");
    pull (playout, 4, 201 * MS, 1, "ffgg", "");
    assert_account (playout, rows[i].until, 8, 7, rows[i].heard, FALSE);
  }
}

/* Stamps of a sample counter are rounded; the account is not. */
static void
test_heard_exactly (void)
{
  const guint64 start = 123456789;
  const guint total = 24000 + 7;
  guint64 until, frames;
  guint asked;

  for (asked = 1; asked <= total; asked += 997) {
    g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
    RtPlayoutRead read;
    guint8 out[480 * 2];

    push_silence (playout, 1, &speech, total);
    for (frames = 0; frames < total; frames += read.size / 2)
      g_assert_true (
          rt_playout_read (playout, out, 2 * g_test_rand_int_range (1, 481),
              start + frames * 1000000000 / 24000, &read));
    until = start + (guint64) asked * 1000000000 / 24000;
    assert_account (playout, until, total, total, asked, FALSE);
  }
}

/* A stamp that is off by less than half a frame is no gap. */
static void
test_heard_despite_rounding (void)
{
  static const struct {
    guint64 second;
    guint64 heard;
  } rows[] = { { 41666 - 20000, 2 }, { 41666, 2 }, { 41666 + 20000, 2 },
    { 41666 + 22000, 1 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
    RtPlayoutRead read;
    guint8 out[2];

    push_silence (playout, 1, &speech, 2);
    g_assert_true (rt_playout_read (playout, out, 2, 1 * MS, &read));
    g_assert_true (
        rt_playout_read (playout, out, 2, 1 * MS + rows[i].second, &read));
    assert_account (playout, 1 * MS + 83333, 2, 2, rows[i].heard, FALSE);
  }
}

static void
test_report (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  assert_report (playout, 0, "", "", G_MAXUINT64);
  push (playout, 1, "aabbcc");
  assert_report (playout, 5 * MS, "", "", G_MAXUINT64);
  pull (playout, 4, 10 * MS, 1, "aabb", "f");
  assert_report (playout, 9 * MS, "", "", 10 * MS);
  assert_report (playout, 10 * MS, "1@10", "", G_MAXUINT64);
  assert_report (playout, 20 * MS, "", "", G_MAXUINT64);
  pull (playout, 4, 12 * MS, 1, "cc", "");
  assert_report (playout, 20 * MS, "", "", G_MAXUINT64);
  rt_playout_end (playout, 1);
  push (playout, 2, "dd");
  pull (playout, 4, 13 * MS, 2, "dd", "f");
  rt_playout_end (playout, 2);
  assert_report (playout, 13 * MS - 1, "", "", 13 * MS);
  assert_report (playout, 13 * MS, "2@13", "1@13", 14 * MS);
  g_assert_false (rt_playout_is_idle (playout));
  assert_report (playout, 14 * MS, "", "2@14", G_MAXUINT64);
  g_assert_true (rt_playout_is_idle (playout));
  assert_report (playout, 99 * MS, "", "", G_MAXUINT64);
}

static void
test_report_at_once (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  push (playout, 1, "aa");
  push (playout, 2, "bb");
  rt_playout_end (playout, 1);
  rt_playout_end (playout, 2);
  pull (playout, 4, 10 * MS, 1, "aa", "fl");
  assert_report (playout, G_MAXUINT64, "1@10", "1@11", G_MAXUINT64);
  pull (playout, 4, 11 * MS, 2, "bb", "fl");
  assert_report (playout, G_MAXUINT64, "2@11", "2@12", G_MAXUINT64);
}

static void
test_end_without_frames (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  rt_playout_end (playout, 1);
  push (playout, 2, "a");
  rt_playout_end (playout, 2);
  rt_playout_end (playout, 2);
  push_as (playout, 2, &slow, "bb", FALSE);
  assert_status (playout, 0, 0, FALSE, 0);
  g_assert_false (rt_playout_is_idle (playout));
  assert_report (playout, 0, "", "1 2", G_MAXUINT64);
  g_assert_true (rt_playout_is_idle (playout));
  /* forgotten: its number may come again */
  push (playout, 2, "bb");
  pull (playout, 4, 0, 2, "bb", "f");
}

/* What is queued or not yet heard counts, and that it lies in pieces. */
static void
test_memory (void)
{
  g_autoptr (RtPlayout) self = rt_playout_new (NULL);
  g_autoptr (GArray) playing
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  g_autoptr (GArray) drained
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  gsize one, many;
  guint i;

  g_assert_cmpuint (rt_playout_get_memory (self), ==, 0);
  push_silence (self, 1, &speech, 1000);
  one = rt_playout_get_memory (self);
  g_assert_cmpuint (one, >=, 2000);
  rt_playout_drop (self, 0, NULL);
  g_assert_cmpuint (rt_playout_get_memory (self), ==, 0);

  for (i = 0; i < 500; i++) {
    push (self, 2, "a"); /* half frames */
    push (self, 2, "b");
    push (self, 3, "cd");
  }
  many = rt_playout_get_memory (self);
  g_assert_cmpuint (many, >, 20 * one);
  for (i = 0; i < 1000; i++)
    pull (self, 2, i * MS, i < 500 ? 2 : 3, i < 500 ? "ab" : "cd",
        i % 500 == 0 ? "f" : "");
  /* it may have to come again */
  g_assert_cmpuint (rt_playout_get_memory (self), ==, many);
  rt_playout_report (self, G_MAXUINT64, playing, drained);
  g_assert_cmpuint (rt_playout_get_memory (self), ==, 0);
}

static void
test_drop (void)
{
  static const guint64 expected[3][3]
      = { { 2, 2, 2 }, { 2, 1, 0 }, { 1, 0, 0 } };
  static const guint64 times[3][2]
      = { { 10 * MS, 12 * MS }, { 12 * MS, 0 }, { G_MAXUINT64, 0 } };
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
  g_autoptr (GArray) accounts
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
  guint i;

  push (playout, 11, "aabb");
  rt_playout_end (playout, 11);
  push (playout, 12, "ccdde");
  push (playout, 13, "ff");
  pull (playout, 4, 10 * MS, 11, "aabb", "fl");
  pull (playout, 2, 12 * MS, 12, "cc", "f");
  rt_playout_drop (playout, 12 * MS, accounts);
  g_assert_cmpuint (accounts->len, ==, 3);
  for (i = 0; i < 3; i++) {
    RtPlayoutAccount *account = &g_array_index (accounts, RtPlayoutAccount, i);

    g_assert_cmpuint (account->track, ==, 11 + i);
    g_assert_cmpuint (account->rate, ==, 1000);
    g_assert_cmpuint (account->received, ==, expected[i][0]);
    g_assert_cmpuint (account->left, ==, expected[i][1]);
    g_assert_cmpuint (account->heard, ==, expected[i][2]);
    g_assert_cmpint (account->ended, ==, i == 0);
    g_assert_cmpuint (account->begin, ==, times[i][0]);
    g_assert_cmpuint (account->finish, ==, times[i][1]);
  }
  assert_status (playout, 0, 0, FALSE, 0);
  pull (playout, 4, 0, 0, "", "");
  assert_report (playout, G_MAXUINT64, "", "", G_MAXUINT64);
  push (playout, 14, "gg");
  rt_playout_drop (playout, 0, NULL);
  g_assert_true (rt_playout_is_idle (playout));
}

static void
assert_books (
    RtPlayout *self, guint64 received, guint64 played, guint64 dropped)
{
  RtPlayoutStatus status;

  rt_playout_peek (self, &status);
  g_assert_cmpuint (status.received, ==, received);
  g_assert_cmpuint (status.played, ==, played);
  g_assert_cmpuint (status.dropped, ==, dropped);
  g_assert_cmpuint (status.level, ==, received - played - dropped);
}

/* Who comes after another has nothing of it but the books, and they are right
 * whatever the other does yet, and when it goes. */
static void
test_books (void)
{
  RtPlayout *old = rt_playout_new (NULL);
  g_autoptr (RtPlayout) playout = NULL;

  push (old, 1, "aabbcc");
  pull (old, 2, 0, 1, "aa", "f");
  playout = rt_playout_new (old);
  g_assert_true (rt_playout_is_idle (playout));
  pull (playout, 64, 0, 0, "", "");
  push (playout, 1, "xxyy");
  push (old, 1, "dd");
  assert_books (playout, 6 * MS, 1 * MS, 0);
  rt_playout_hold (old, 0);
  pull (playout, 2, 0, 1, "xx", "f");
  assert_books (playout, 6 * MS, 1 * MS, 0);
  rt_playout_resume (old);
  pull (old, 4, 0, 1, "aabb", "f");
  rt_playout_unref (old);
  assert_books (playout, 6 * MS, 3 * MS, 2 * MS);
  pull (playout, 64, 0, 1, "yy", "");
  assert_books (playout, 6 * MS, 4 * MS, 2 * MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/playout/in-order", test_in_order);
  g_test_add_func ("/playout/late-part", test_late_part);
  g_test_add_func ("/playout/split-frames", test_split_frames);
  g_test_add_func ("/playout/long-frames", test_long_frames);
  g_test_add_func ("/playout/format", test_format);
  g_test_add_func ("/playout/heard", test_heard);
  g_test_add_func ("/playout/heard-exactly", test_heard_exactly);
  g_test_add_func (
      "/playout/heard-despite-rounding", test_heard_despite_rounding);
  g_test_add_func ("/playout/report", test_report);
  g_test_add_func ("/playout/report-at-once", test_report_at_once);
  g_test_add_func ("/playout/end-without-frames", test_end_without_frames);
  g_test_add_func ("/playout/memory", test_memory);
  g_test_add_func ("/playout/drop", test_drop);
  g_test_add_func ("/playout/books", test_books);
  return g_test_run ();
}
