/* SPDX-License-Identifier: LGPL-2.1-or-later
 * G.711 against its definition: segments, steps and decision values. */
#include "lsg711.h"

/* the upper end of each segment of µ-law, in 14 bits, and its step */
static const struct {
  gint end, step;
} mulaw_segments[] = {
  { 31, 2 },
  { 95, 4 },
  { 223, 8 },
  { 479, 16 },
  { 991, 32 },
  { 2015, 64 },
  { 4063, 128 },
  { 8159, 256 },
};

/* the same of A-law, in 13 bits */
static const struct {
  gint end, step;
} alaw_segments[] = {
  { 64, 2 },
  { 128, 4 },
  { 256, 8 },
  { 512, 16 },
  { 1024, 32 },
  { 2048, 64 },
  { 4096, 128 },
};

static gint
mulaw_step (gint magnitude)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (mulaw_segments) - 1; i++)
    if (magnitude / 4 < mulaw_segments[i].end)
      break;
  return mulaw_segments[i].step * 4;
}

static gint
alaw_step (gint magnitude)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (alaw_segments) - 1; i++)
    if (magnitude / 8 < alaw_segments[i].end)
      break;
  return alaw_segments[i].step * 8;
}

static void
test_mulaw_samples (void)
{
  gint sample, before = G_MININT;

  for (sample = G_MININT16; sample <= G_MAXINT16; sample++) {
    gint there = ls_mulaw_decode (ls_mulaw_encode (sample));
    gint clipped = CLAMP (sample, -32635, 32635);

    g_assert_cmpint (ABS (there - clipped), <=, mulaw_step (ABS (clipped)) / 2);
    g_assert_cmpint (there, >=, before);
    before = there;
  }
}

static void
test_alaw_samples (void)
{
  gint sample, before = G_MININT;

  for (sample = G_MININT16; sample <= G_MAXINT16; sample++) {
    gint there = ls_alaw_decode (ls_alaw_encode (sample));

    g_assert_cmpint (ABS (there - sample), <=, alaw_step (ABS (sample)) / 2);
    g_assert_cmpint (there, >=, before);
    before = there;
  }
}

static void
test_codes (void)
{
  guint code;

  for (code = 0; code < 256; code++) {
    /* µ-law has two zeros, of which the positive one is written */
    guint8 expected = code == 0x7f ? 0xff : code;

    g_assert_cmphex (ls_mulaw_encode (ls_mulaw_decode (code)), ==, expected);
    g_assert_cmphex (ls_alaw_encode (ls_alaw_decode (code)), ==, code);
  }
}

/* rows of the Recommendation: character signal and decoder output value */
static void
test_known_values (void)
{
  static const struct {
    guint8 code;
    gint value;
  } mulaw[] = { { 0x80, 8031 }, { 0x8f, 4191 }, { 0x9f, 2079 }, { 0xaf, 1023 },
    { 0xbf, 495 }, { 0xcf, 231 }, { 0xdf, 99 }, { 0xef, 33 }, { 0xff, 0 },
    { 0x00, -8031 }, { 0x7e, -2 } },
    alaw[] = { { 0xff, 4032 }, { 0xf0, 2112 }, { 0xe0, 1056 }, { 0xd0, 528 },
      { 0xc0, 264 }, { 0xb0, 132 }, { 0xa0, 66 }, { 0x80, 1 }, { 0x00, -1 },
      { 0x7f, -4032 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (mulaw); i++)
    g_assert_cmpint (ls_mulaw_decode (mulaw[i].code), ==, mulaw[i].value * 4);
  /* the Recommendation numbers A-law before every other bit is inverted, and
   * counts in half steps */
  for (i = 0; i < G_N_ELEMENTS (alaw); i++)
    g_assert_cmpint (
        ls_alaw_decode (alaw[i].code ^ 0x55), ==, alaw[i].value * 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/g711/mulaw-samples", test_mulaw_samples);
  g_test_add_func ("/g711/alaw-samples", test_alaw_samples);
  g_test_add_func ("/g711/codes", test_codes);
  g_test_add_func ("/g711/known-values", test_known_values);
  return g_test_run ();
}
