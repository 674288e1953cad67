/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Polyphase resampler: a Kaiser-windowed sinc, cut into one short filter for
 * each position an output sample can have between two input samples. */
#include "lsresample.h"

#include <math.h>
#include <string.h>

/* zero crossings on each side, counted at the lower of the two rates */
#define CROSSINGS 24
#define KAISER_BETA 8.0
/* of the lower rate's half: leaves room for the filter's slope */
#define PASSBAND 0.92

struct _LsResample {
  /* constant after init */
  guint up, down;
  guint taps;   /* even */
  gfloat *bank; /* up filters of taps coefficients */

  GArray *window; /* gfloat, the input not yet left behind */
  guint phase;    /* of the next output sample, in 1/up input samples */
};

static guint
common_divisor (guint a, guint b)
{
  while (b != 0) {
    guint rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

static gdouble
bessel_i0 (gdouble x)
{
  gdouble sum = 1.0, term = 1.0;
  guint k;

  for (k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

static gdouble
windowed_sinc (gdouble at, gdouble half_width, gdouble cutoff)
{
  gdouble edge = at / half_width;
  gdouble x = G_PI * at * cutoff;

  if (fabs (edge) >= 1.0)
    return 0.0;
  return cutoff * (fabs (x) < 1e-9 ? 1.0 : sin (x) / x)
         * bessel_i0 (KAISER_BETA * sqrt (1.0 - edge * edge))
         / bessel_i0 (KAISER_BETA);
}

static void
design_bank (LsResample *self)
{
  gdouble cutoff = PASSBAND * MIN (1.0, (gdouble) self->up / self->down);
  gdouble half_width = self->taps / 2;
  guint phase, tap;

  for (phase = 0; phase < self->up; phase++) {
    gfloat *filter = self->bank + (gsize) phase * self->taps;
    gdouble sum = 0.0;

    for (tap = 0; tap < self->taps; tap++) {
      gdouble at = tap - (half_width - 1.0) - (gdouble) phase / self->up;

      filter[tap] = windowed_sinc (at, half_width, cutoff);
      sum += filter[tap];
    }
    /* every phase passes a constant alike, or a hum would be added */
    for (tap = 0; tap < self->taps; tap++)
      filter[tap] /= sum;
  }
}

static void
start_window (LsResample *self)
{
  g_array_set_size (self->window, 0);
  g_array_set_size (self->window, self->taps / 2 - 1); /* cleared: silence */
  self->phase = 0;
}

LsResample *
ls_resample_new (guint from, guint to)
{
  LsResample *self = g_new0 (LsResample, 1);
  guint divisor = common_divisor (from, to);
  gdouble stretch;

  self->up = to / divisor;
  self->down = from / divisor;
  stretch = MAX (1.0, (gdouble) self->down / self->up);
  self->taps = 2 * (guint) ceil (CROSSINGS * stretch / PASSBAND);
  self->bank = g_new (gfloat, (gsize) self->up * self->taps);
  self->window = g_array_new (FALSE, TRUE, sizeof (gfloat));
  design_bank (self);
  start_window (self);
  return self;
}

void
ls_resample_free (LsResample *self)
{
  g_array_unref (self->window);
  g_free (self->bank);
  g_free (self);
}

static gint16
filter_at (const LsResample *self, gsize start)
{
  const gfloat *filter = self->bank + (gsize) self->phase * self->taps;
  const gfloat *input = &g_array_index (self->window, gfloat, start);
  gfloat sum = 0.0f;
  guint tap;

  for (tap = 0; tap < self->taps; tap++)
    sum += filter[tap] * input[tap];
  return (gint16) lrintf (CLAMP (sum, -32768.0f, 32767.0f));
}

static void
drain (LsResample *self, GArray *out)
{
  gsize start = 0;

  while (start + self->taps <= self->window->len) {
    gint16 sample = filter_at (self, start);

    g_array_append_val (out, sample);
    self->phase += self->down;
    start += self->phase / self->up;
    self->phase %= self->up;
  }
  start = MIN (start, self->window->len);
  if (start > 0)
    g_array_remove_range (self->window, 0, start);
}

void
ls_resample_push (LsResample *self, const gint16 *samples, gsize n, GArray *out)
{
  gsize i, before = self->window->len;

  if (self->up == self->down) {
    g_array_append_vals (out, samples, n);
    return;
  }
  g_array_set_size (self->window, before + n);
  for (i = 0; i < n; i++)
    g_array_index (self->window, gfloat, before + i) = samples[i];
  drain (self, out);
}

void
ls_resample_flush (LsResample *self, GArray *out)
{
  if (self->up == self->down)
    return;
  g_array_set_size (self->window, self->window->len + self->taps / 2);
  drain (self, out);
  start_window (self);
}

void
ls_resample_unfold (const gint16 *samples, gsize n, GArray *out)
{
  gsize before = out->len, i;

  g_array_set_size (out, before + 2 * n);
  for (i = 0; i < n; i++) {
    g_array_index (out, gint16, before + 2 * i) = samples[i];
    g_array_index (out, gint16, before + 2 * i + 1) = 0;
  }
}
