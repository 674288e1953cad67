/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stamps made samples: holes, overlaps, wobbles, jumps.  One thread.
 */
#include "rtalign.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define US G_GUINT64_CONSTANT (1000)
#define RATE 24000
#define BYTES(ms) ((gsize) (ms) *RATE / 1000 * 2)
#define HOUR (3600 * 1000 * MS)

static RtAlign
align_of (guint frame_size, guint rate)
{
  RtAlign align = { 0 };

  rt_align_set_format (&align, frame_size, rate);
  rt_align_reset (&align);
  return align;
}

/* `ms` of audio at `time`; what must come of it. */
static void
take (RtAlign *align, guint64 time, guint ms, guint64 data_time, guint hole,
    guint late)
{
  RtAligned got = rt_align_take (align, time, BYTES (ms), FALSE);

  g_assert_cmpuint (got.data_time, ==, data_time);
  g_assert_cmpuint (got.silence, ==, BYTES (hole));
  g_assert_cmpuint (got.skip, ==, BYTES (late));
  g_assert_cmpuint (rt_align_next (align), ==, data_time + (ms - late) * MS);
}

static void
test_contiguous (void)
{
  RtAlign align = align_of (2, RATE);
  guint i;

  g_assert_cmpuint (rt_align_next (&align), ==, RT_NS_UNKNOWN);
  for (i = 0; i < 100; i++)
    take (&align, (700 + 20 * i) * MS, 20, (700 + 20 * i) * MS, 0, 0);
  /* without a stamp it follows */
  take (&align, RT_NS_UNKNOWN, 20, 2700 * MS, 0, 0);
  take (&align, 2720 * MS, 20, 2720 * MS, 0, 0);
}

static void
test_unstamped_first (void)
{
  RtAlign align = align_of (2, RATE);

  take (&align, RT_NS_UNKNOWN, 20, 0, 0, 0);
  rt_align_jump (&align, 5000 * MS);
  take (&align, RT_NS_UNKNOWN, 20, 5000 * MS, 0, 0);
}

static void
test_hole (void)
{
  RtAlign align = align_of (2, RATE);
  RtAligned got;

  take (&align, 0, 20, 0, 0, 0);
  /* one packet was lost */
  take (&align, 40 * MS, 20, 40 * MS, 20, 0);
  take (&align, 60 * MS, 20, 60 * MS, 0, 0);
  got = rt_align_take (&align, 1080 * MS, BYTES (20), FALSE);
  g_assert_cmpuint (got.time, ==, 80 * MS);
  g_assert_cmpuint (got.silence, ==, BYTES (1000));
  g_assert_cmpuint (got.data_time, ==, 1080 * MS);
  g_assert_false (got.joins);
}

/* So much is silence, the rest is jumped over. */
static void
test_endless_hole (void)
{
  RtAlign align = align_of (2, RATE);
  RtAligned got;

  take (&align, 0, 20, 0, 0, 0);
  got = rt_align_take (&align, HOUR, BYTES (20), FALSE);
  g_assert_cmpuint (got.time, ==, 20 * MS);
  g_assert_cmpuint (got.silence, ==, BYTES (RT_ALIGN_MAX_HOLE / MS));
  g_assert_cmpuint (got.data_time, ==, HOUR);
  take (&align, HOUR + 20 * MS, 20, HOUR + 20 * MS, 0, 0);
}

static void
test_overlap (void)
{
  RtAlign align = align_of (2, RATE);
  RtAligned got;

  take (&align, 0, 20, 0, 0, 0);
  /* half of it was there */
  got = rt_align_take (&align, 10 * MS, BYTES (20), FALSE);
  g_assert_cmpuint (got.skip, ==, BYTES (10));
  g_assert_cmpuint (got.data_time, ==, 20 * MS);
  g_assert_cmpuint (rt_align_next (&align), ==, 30 * MS);
  /* all of it */
  got = rt_align_take (&align, 10 * MS, BYTES (20), FALSE);
  g_assert_cmpuint (got.skip, ==, BYTES (20));
  g_assert_cmpuint (rt_align_next (&align), ==, 30 * MS);
  take (&align, 30 * MS, 20, 30 * MS, 0, 0);
}

/* Rounding by less than the tolerance makes and loses no sample, however long
 * it goes on; nor does a rate that no stamp is a whole number of. */
static void
test_rounding (void)
{
  RtAlign align = align_of (4, 44100);
  guint64 frames = 0;
  guint i;

  for (i = 0; i < 200000; i++) {
    guint n = g_test_rand_int_range (1, 2000);
    gint wobble = g_test_rand_int_range (-2000, 2000);
    guint64 time = 5 * MS + rt_frames_to_ns (frames, 44100);
    RtAligned got = rt_align_take (
        &align, i == 0 ? time : time + wobble * US, n * 4, g_test_rand_bit ());

    g_assert_cmpuint (got.silence, ==, 0);
    g_assert_cmpuint (got.skip, ==, 0);
    g_assert_cmpuint (got.data_time, ==, time);
    frames += n;
  }
}

/* A clock that runs at another rate is followed, by steps of the tolerance. */
static void
drift (gint ppm)
{
  RtAlign align = align_of (2, RATE);
  gint64 made = 0;
  guint64 i;

  for (i = 0; i < 500000; i++) {
    guint64 time = HOUR + i * 20 * MS + (gint64) i * 20 * ppm;
    RtAligned got = rt_align_take (&align, time, BYTES (20), FALSE);
    guint64 next = rt_align_next (&align) - 20 * MS;

    made += (gint64) got.silence - (gint64) got.skip;
    g_assert_cmpuint (
        MAX (next, time) - MIN (next, time), <=, RT_ALIGN_TOLERANCE + MS);
  }
  /* 10000 s at 200 ppm are two seconds */
  g_assert_cmpint (
      ABS (made), >=, BYTES (2000) - 2 * BYTES (RT_ALIGN_TOLERANCE / MS));
  g_assert_cmpint (ABS (made), <=, BYTES (2000));
}

static void
test_drift (void)
{
  drift (200);
  drift (-200);
}

/* Stamped when somebody got to it: after the first mistakes it is let be. */
static void
test_wobble (void)
{
  RtAlign align = align_of (2, RATE);
  guint mistakes = 0, i;
  gsize made = 0, lost = 0;

  for (i = 0; i < 5000; i++) {
    guint late = i % 7 == 3 ? g_test_rand_int_range (0, 16) : 0;
    RtAligned got
        = rt_align_take (&align, (20 * i + late) * MS, BYTES (20), FALSE);

    mistakes += got.silence > 0 || got.skip > 0;
    made += got.silence;
    lost += got.skip;
  }
  g_assert_cmpuint (mistakes, >, 0);
  g_assert_cmpuint (mistakes, <=, 8);
  g_assert_cmpuint (MAX (made, lost) - MIN (made, lost), <=, BYTES (20));
  /* not so that it would hear no hole any more */
  g_assert_cmpuint (
      rt_align_take (&align, (20 * i + 41) * MS, BYTES (20), FALSE).silence, >=,
      BYTES (20));
}

/* Packets that change places are no wobble. */
static void
test_reordered (void)
{
  RtAlign align = align_of (2, RATE);

  take (&align, 0, 20, 0, 0, 0);
  take (&align, 40 * MS, 20, 40 * MS, 20, 0);
  take (&align, 20 * MS, 20, 60 * MS, 0, 20);
  take (&align, 60 * MS, 20, 60 * MS, 0, 0);
  g_assert_cmpuint (align.tolerance, ==, RT_ALIGN_TOLERANCE);
}

/* A source whose stamps begin anew is heard again after a second. */
static void
test_stamps_begin_anew (void)
{
  RtAlign align = align_of (2, RATE);
  guint i;

  for (i = 0; i < 100; i++)
    take (&align, (HOUR + 20 * i * MS), 20, HOUR + 20 * i * MS, 0, 0);
  for (i = 0; i < 50; i++)
    take (&align, 20 * i * MS, 20, HOUR + 2000 * MS, 0, 20);
  for (; i < 100; i++)
    take (&align, 20 * i * MS, 20, 20 * i * MS, 0, 0);
}

/* At once, when it says so. */
static void
test_discont (void)
{
  RtAlign align = align_of (2, RATE);
  RtAligned got;

  take (&align, HOUR, 20, HOUR, 0, 0);
  got = rt_align_take (&align, 3 * MS, BYTES (20), TRUE);
  g_assert_cmpuint (got.skip, ==, 0);
  g_assert_cmpuint (got.data_time, ==, 3 * MS);
  /* but what was there already is not said twice */
  got = rt_align_take (&align, 13 * MS, BYTES (20), TRUE);
  g_assert_cmpuint (got.skip, ==, BYTES (10));
  got = rt_align_take (&align, 1033 * MS, BYTES (20), TRUE);
  g_assert_cmpuint (got.silence, ==, BYTES (1000));
}

static void
test_gaps (void)
{
  RtAlign align = align_of (2, RATE);
  RtAligned got;
  guint64 i;

  got = rt_align_gap (&align, 100 * MS, 120 * MS);
  g_assert_cmpuint (got.time, ==, 100 * MS);
  g_assert_cmpuint (got.silence, ==, BYTES (20));
  /* one that was told already, one that is longer, one behind a hole */
  got = rt_align_gap (&align, 100 * MS, 120 * MS);
  g_assert_cmpuint (got.silence, ==, 0);
  got = rt_align_gap (&align, 110 * MS, 140 * MS);
  g_assert_cmpuint (got.silence, ==, BYTES (20));
  got = rt_align_gap (&align, 160 * MS, 180 * MS);
  g_assert_cmpuint (got.silence, ==, BYTES (40));
  take (&align, 180 * MS, 20, 180 * MS, 0, 0);
  got = rt_align_gap (&align, 200 * MS, HOUR);
  g_assert_cmpuint (got.silence, ==, BYTES (RT_ALIGN_MAX_HOLE / MS));
  g_assert_cmpuint (rt_align_next (&align), ==, HOUR);

  /* gaps that are no whole number of frames do not add up to an error */
  align = align_of (1, 8000);
  for (i = 0; i < 100000; i++)
    rt_align_gap (&align, i * 333333, (i + 1) * 333333);
  got = rt_align_take (&align, i * 333333, 160, FALSE);
  g_assert_cmpuint (got.silence, ==, 0);
  g_assert_cmpuint (got.skip, ==, 0);
}

/* Parts of frames are joined as long as nothing is between them. */
static void
test_parts (void)
{
  RtAlign align = align_of (4, 1000);
  RtAligned got;

  got = rt_align_take (&align, 0, 6, FALSE);
  g_assert_false (got.joins);
  got = rt_align_take (&align, 1 * MS, 6, FALSE);
  g_assert_true (got.joins);
  g_assert_cmpuint (got.data_time, ==, 1 * MS);
  g_assert_cmpuint (rt_align_next (&align), ==, 3 * MS);
  got = rt_align_take (&align, 3 * MS, 5, FALSE);
  got = rt_align_take (&align, 104 * MS, 4, FALSE);
  g_assert_false (got.joins);
  g_assert_cmpuint (got.silence, ==, 100 * 4);
  g_assert_cmpuint (rt_align_next (&align), ==, 105 * MS);
}

static void
test_nothing (void)
{
  RtAlign align = align_of (2, RATE);

  rt_align_take (&align, 77 * MS, 0, FALSE);
  g_assert_cmpuint (rt_align_next (&align), ==, RT_NS_UNKNOWN);
  take (&align, 0, 20, 0, 0, 0);
  rt_align_take (&align, HOUR, 0, TRUE);
  g_assert_cmpuint (rt_align_next (&align), ==, 20 * MS);
}

/* Time goes on at another rate. */
static void
test_format (void)
{
  RtAlign align = align_of (2, RATE);
  RtAligned got;

  take (&align, 40 * MS, 20, 40 * MS, 0, 0);
  rt_align_set_format (&align, 1, 8000);
  got = rt_align_take (&align, 60 * MS, 160, FALSE);
  g_assert_cmpuint (got.silence, ==, 0);
  g_assert_cmpuint (rt_align_next (&align), ==, 80 * MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/align/contiguous", test_contiguous);
  g_test_add_func ("/align/unstamped-first", test_unstamped_first);
  g_test_add_func ("/align/hole", test_hole);
  g_test_add_func ("/align/endless-hole", test_endless_hole);
  g_test_add_func ("/align/overlap", test_overlap);
  g_test_add_func ("/align/rounding", test_rounding);
  g_test_add_func ("/align/drift", test_drift);
  g_test_add_func ("/align/wobble", test_wobble);
  g_test_add_func ("/align/reordered", test_reordered);
  g_test_add_func ("/align/stamps-begin-anew", test_stamps_begin_anew);
  g_test_add_func ("/align/discont", test_discont);
  g_test_add_func ("/align/gaps", test_gaps);
  g_test_add_func ("/align/parts", test_parts);
  g_test_add_func ("/align/nothing", test_nothing);
  g_test_add_func ("/align/format", test_format);
  return g_test_run ();
}
