/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The resampler against sines: what passes, what must not, and when. */
#include "lsresample.h"

#include <math.h>

#define AMPLITUDE 16000.0

static GArray *
sine (guint rate, gdouble frequency, guint n)
{
  GArray *samples = g_array_sized_new (FALSE, FALSE, sizeof (gint16), n);
  guint i;

  for (i = 0; i < n; i++) {
    gint16 sample
        = (gint16) lrint (AMPLITUDE * sin (2.0 * G_PI * frequency * i / rate));

    g_array_append_val (samples, sample);
  }
  return samples;
}

static GArray *
convert (const GArray *in, guint from, guint to, guint piece)
{
  g_autoptr (LsResample) resample = ls_resample_new (from, to);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (gint16));
  guint at;

  for (at = 0; at < in->len; at += piece)
    ls_resample_push (resample, &g_array_index (in, gint16, at),
        MIN (piece, in->len - at), out);
  ls_resample_flush (resample, out);
  return out;
}

/* dB of the sine that should be there over all that differs from it */
static gdouble
signal_to_noise (const GArray *out, guint rate, gdouble frequency)
{
  guint margin = rate / 50, i;
  gdouble noise = 1e-9, signal = 0.0;

  for (i = margin; i + margin < out->len; i++) {
    gdouble ideal = AMPLITUDE * sin (2.0 * G_PI * frequency * i / rate);
    gdouble off = g_array_index (out, gint16, i) - ideal;

    signal += ideal * ideal;
    noise += off * off;
  }
  return 10.0 * log10 (signal / noise);
}

static gdouble
loudness (const GArray *out)
{
  gdouble sum = 1e-9;
  guint i;

  for (i = 0; i < out->len; i++)
    sum += pow (g_array_index (out, gint16, i), 2);
  return 10.0 * log10 (sum / out->len / (AMPLITUDE * AMPLITUDE / 2));
}

static const struct {
  guint from, to;
  gdouble frequency;
} passes[] = {
  { 24000, 16000, 300 },
  { 24000, 16000, 3400 },
  { 24000, 16000, 6500 },
  { 8000, 16000, 300 },
  { 8000, 16000, 3300 },
  { 16000, 24000, 1000 },
  { 16000, 24000, 6500 },
  { 16000, 8000, 300 },
  { 16000, 8000, 3300 },
  { 8000, 24000, 1000 },
  { 16000, 16000, 7000 },
};

static void
test_passes (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (passes); i++) {
    g_autoptr (GArray) in
        = sine (passes[i].from, passes[i].frequency, passes[i].from);
    g_autoptr (GArray) out
        = convert (in, passes[i].from, passes[i].to, passes[i].from);

    g_assert_cmpuint (out->len, ==, passes[i].to);
    g_assert_cmpfloat (
        signal_to_noise (out, passes[i].to, passes[i].frequency), >, 60.0);
  }
}

/* what the lower rate cannot carry must not come back as something else */
static void
test_stops (void)
{
  static const struct {
    guint from, to;
    gdouble frequency;
  } stops[] = {
    { 24000, 16000, 8800 },
    { 24000, 16000, 11000 },
    { 16000, 8000, 4400 },
    { 16000, 8000, 7000 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (stops); i++) {
    g_autoptr (GArray) in
        = sine (stops[i].from, stops[i].frequency, stops[i].from);
    g_autoptr (GArray) out
        = convert (in, stops[i].from, stops[i].to, stops[i].from);

    g_array_remove_range (out, 0, 400); /* the beginning is a click */
    g_array_set_size (out, out->len - 400);
    g_assert_cmpfloat (loudness (out), <, -60.0);
  }
}

static void
test_pieces (void)
{
  static const guint pieces[] = { 1, 7, 160, 481, 5000 };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (passes); i++) {
    g_autoptr (GArray) in = sine (passes[i].from, 440, 6000);
    g_autoptr (GArray) whole
        = convert (in, passes[i].from, passes[i].to, in->len);

    for (k = 0; k < G_N_ELEMENTS (pieces); k++) {
      g_autoptr (GArray) out
          = convert (in, passes[i].from, passes[i].to, pieces[k]);

      g_assert_cmpmem (out->data, out->len * 2, whole->data, whole->len * 2);
    }
  }
}

static void
test_loudest (void)
{
  g_autoptr (GArray) in = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autoptr (GArray) out = NULL;
  guint i;

  for (i = 0; i < 4800; i++) {
    gint16 sample = i / 48 % 2 == 0 ? G_MAXINT16 : G_MININT16;

    g_array_append_val (in, sample);
  }
  out = convert (in, 16000, 24000, in->len);
  /* a square overshoots: it has to be cut off and not to wrap around */
  for (i = 100; i + 100 < out->len; i++) {
    guint place = i * 2 / 3 % 48;

    if (place > 8 && place < 40)
      g_assert_cmpint (ABS (g_array_index (out, gint16, i)), >, 28000);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resample/passes", test_passes);
  g_test_add_func ("/resample/stops", test_stops);
  g_test_add_func ("/resample/pieces", test_pieces);
  g_test_add_func ("/resample/loudest", test_loudest);
  return g_test_run ();
}
