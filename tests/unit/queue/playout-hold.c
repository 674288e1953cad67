/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A playout that is held, row by row: what was not heard comes again, what was
 * does not, and the account adds up throughout.
 */
#include "rtplayout.h"

#include <string.h>

#define MS G_GUINT64_CONSTANT (1000000)

/* A frame is two bytes and a millisecond. */
static const RtPlayoutFormat slow = { 2, 1000, 0 };

static void
push (RtPlayout *self, guint track, const gchar *text)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));

  g_assert_true (rt_playout_push (self, track, &slow, data));
}

/* Reads up to `frames`, stamped `ms`, and says what came: "1:aabb". */
static void
pull (RtPlayout *self, guint frames, guint64 ms, const gchar *expected)
{
  gchar out[64];
  RtPlayoutRead read;
  g_autofree gchar *came = NULL;

  g_assert_cmpuint (frames * 2, <=, sizeof out);
  if (rt_playout_read (self, (guint8 *) out, frames * 2, ms * MS, &read))
    came = g_strdup_printf ("%u:%.*s", read.track, (gint) read.size, out);
  g_assert_cmpstr (came, ==, expected);
}

/* In ms. */
static void
assert_stats (RtPlayout *self, guint received, guint played, guint dropped)
{
  RtPlayoutStatus status;

  rt_playout_peek (self, &status);
  g_assert_cmpuint (status.received, ==, received * MS);
  g_assert_cmpuint (status.played, ==, played * MS);
  g_assert_cmpuint (status.dropped, ==, dropped * MS);
  g_assert_cmpuint (status.level, ==, (received - played - dropped) * MS);
}

static void
report (RtPlayout *self, guint64 until)
{
  g_autoptr (GArray) moments
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));

  rt_playout_report (self, until * MS, moments, moments);
}

/* What is read by a hold at `until`, behind six frames that left at 100 ms in
 * three pieces, of which `reported` was reported to be heard. */
static void
test_rewind (void)
{
  static const struct {
    guint64 until; /* ms, or G_MAXUINT64 */
    guint64 reported;
    guint heard;
    const gchar *again;
  } rows[] = {
    { 0, 0, 0, "1:aabbccddeeffgghh" },
    { 100, 0, 0, "1:aabbccddeeffgghh" },
    { 101, 0, 1, "1:bbccddeeffgghh" },
    { 102, 0, 2, "1:ccddeeffgghh" },
    { 103, 103, 3, "1:ddeeffgghh" },
    { 104, 101, 4, "1:eeffgghh" },
    { 105, 0, 5, "1:ffgghh" },
    { 106, 106, 6, "1:gghh" },
    { 999, 0, 6, "1:gghh" },
    /* what was heard stays heard, whatever the latency says now */
    { 0, 104, 4, "1:eeffgghh" },
    { 102, 105, 5, "1:ffgghh" },
    /* nothing is taken back of what downstream plays to its end */
    { G_MAXUINT64, 0, 6, "1:gghh" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

    push (playout, 1, "aab");
    push (playout, 1, "bccdd");
    push (playout, 1, "eeffgghh");
    pull (playout, 4, 100, "1:aabbccdd");
    pull (playout, 2, 104, "1:eeff");
    report (playout, rows[i].reported);
    assert_stats (playout, 8, 6, 0);
    rt_playout_hold (playout,
        rows[i].until == G_MAXUINT64 ? G_MAXUINT64 : rows[i].until * MS);
    assert_stats (playout, 8, rows[i].heard, 0);
    pull (playout, 8, 500, NULL);
    rt_playout_resume (playout);
    pull (playout, 8, 500, rows[i].again);
    assert_stats (playout, 8, 8, 0);
  }
}

/* The latency grows: what was heard by then is not heard again. */
static void
test_settle (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  push (playout, 1, "aabbccdd");
  pull (playout, 4, 100, "1:aabbccdd");
  rt_playout_settle (playout, 102 * MS);
  rt_playout_settle (playout, 0);
  assert_stats (playout, 4, 4, 0);
  rt_playout_hold (playout, 0);
  rt_playout_resume (playout);
  pull (playout, 4, 200, "1:ccdd");
}

static void
test_status (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
  RtPlayoutStatus status;

  push (playout, 1, "aabb");
  rt_playout_hold (playout, 0);
  push (playout, 1, "cc");
  rt_playout_end (playout, 1);
  push (playout, 2, "dd");
  rt_playout_peek (playout, &status);
  g_assert_true (status.held);
  g_assert_cmpuint (status.bytes, ==, 6);
  g_assert_true (status.complete);
  g_assert_cmpuint (status.level, ==, 4 * MS);
  rt_playout_hold (playout, 0);
  rt_playout_resume (playout);
  rt_playout_peek (playout, &status);
  g_assert_false (status.held);
  pull (playout, 8, 0, "1:aabbcc");
  pull (playout, 8, 3, "2:dd");
}

/* Two tracks left and neither was heard to its end. */
static void
test_tracks (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);

  push (playout, 1, "aabb");
  push (playout, 2, "ccdd");
  rt_playout_end (playout, 1);
  pull (playout, 8, 10, "1:aabb");
  pull (playout, 8, 12, "2:ccdd");
  rt_playout_hold (playout, 11 * MS);
  push (playout, 3, "ee");
  assert_stats (playout, 5, 1, 0);
  rt_playout_resume (playout);
  pull (playout, 8, 50, "1:bb");
  pull (playout, 1, 51, "2:cc");
  rt_playout_hold (playout, 52 * MS);
  rt_playout_resume (playout);
  pull (playout, 8, 80, "2:dd");
  pull (playout, 8, 81, "3:ee");
  assert_stats (playout, 5, 5, 0);
}

/* The account of a drop behind a hold, or in its place, is the same. */
static void
test_drop (void)
{
  gboolean held;

  for (held = FALSE; held <= TRUE; held++) {
    g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
    g_autoptr (GArray) accounts
        = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
    RtPlayoutAccount *account;

    push (playout, 1, "aabbccddee");
    pull (playout, 2, 10, "1:aabb");
    pull (playout, 2, 20, "1:ccdd");
    if (held)
      rt_playout_hold (playout, 21 * MS);
    rt_playout_drop (playout, held ? G_MAXUINT64 : 21 * MS, accounts);
    account = &g_array_index (accounts, RtPlayoutAccount, 0);
    g_assert_cmpuint (account->received, ==, 5);
    g_assert_cmpuint (account->heard, ==, 3);
    g_assert_cmpuint (account->begin, ==, 10 * MS);
    g_assert_cmpuint (account->finish, ==, 21 * MS);
    assert_stats (playout, 5, 3, 2);
    /* dropped is not held */
    push (playout, 2, "ff");
    pull (playout, 8, 30, "2:ff");
  }
}

/* A stamp is that of the last time, and what is said of it too. */
static void
test_report (void)
{
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
  g_autoptr (GArray) playing
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  g_autoptr (GArray) drained
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));

  push (playout, 1, "aabb");
  rt_playout_end (playout, 1);
  pull (playout, 8, 10, "1:aabb");
  rt_playout_hold (playout, 10 * MS);
  g_assert_cmpuint (
      rt_playout_report (playout, 15 * MS, playing, drained), ==, G_MAXUINT64);
  g_assert_cmpuint (playing->len + drained->len, ==, 0);
  rt_playout_resume (playout);
  pull (playout, 8, 30, "1:aabb");
  g_assert_cmpuint (
      rt_playout_report (playout, 29 * MS, playing, drained), ==, 30 * MS);
  g_assert_cmpuint (
      rt_playout_report (playout, 31 * MS, playing, drained), ==, 32 * MS);
  g_assert_cmpuint (playing->len, ==, 1);
  g_assert_cmpuint (
      g_array_index (playing, RtPlayoutMoment, 0).time, ==, 30 * MS);
  rt_playout_report (playout, 32 * MS, playing, drained);
  g_assert_cmpuint (
      g_array_index (drained, RtPlayoutMoment, 0).time, ==, 32 * MS);
}

/* Rates whose frames are no whole nanoseconds, in pieces of any size. */
static void
test_account_is_exact (void)
{
  const RtPlayoutFormat formats[]
      = { { 2, 24000, 0 }, { 1, 8000, 1 }, { 4, 44100, 0 } };
  g_autoptr (RtPlayout) playout = rt_playout_new (NULL);
  guint8 bytes[4000] = { 0 };
  RtPlayoutStatus status;
  RtPlayoutRead read;
  guint64 now = 0;
  guint i;

  for (i = 1; i < 2000; i++) {
    const RtPlayoutFormat *format
        = &formats[g_test_rand_int_range (0, G_N_ELEMENTS (formats))];
    g_autoptr (GBytes) data
        = g_bytes_new (bytes, g_test_rand_int_range (0, sizeof bytes));
    int what = g_test_rand_int_range (0, 20);

    rt_playout_push (playout, 1 + format->tag + format->rate, format, data);
    now += g_test_rand_int_range (0, 40000000);
    if (what < 14)
      rt_playout_read (
          playout, bytes, g_test_rand_int_range (0, sizeof bytes), now, &read);
    else if (what < 16)
      rt_playout_hold (playout, now - MIN (now, 30000000));
    else if (what < 18)
      rt_playout_resume (playout);
    else if (what < 19)
      rt_playout_drop (playout, now - MIN (now, 30000000), NULL);
    else
      rt_playout_refuse (playout, g_test_rand_int_range (0, 1000000));
    rt_playout_peek (playout, &status);
    g_assert_cmpuint (status.played, <=, status.received);
    g_assert_cmpuint (status.level, <=, status.received);
  }
  rt_playout_drop (playout, 0, NULL);
  rt_playout_peek (playout, &status);
  g_assert_cmpuint (status.level, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/playout/hold/rewind", test_rewind);
  g_test_add_func ("/playout/hold/settle", test_settle);
  g_test_add_func ("/playout/hold/status", test_status);
  g_test_add_func ("/playout/hold/tracks", test_tracks);
  g_test_add_func ("/playout/hold/drop", test_drop);
  g_test_add_func ("/playout/hold/report", test_report);
  g_test_add_func ("/playout/hold/account-is-exact", test_account_is_exact);
  return g_test_run ();
}
