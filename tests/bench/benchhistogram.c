/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Latencies counted in small buckets.  Adding is atomic and waits for nobody.
 */
#include "benchhistogram.h"

void
bench_histogram_add (BenchHistogram *histogram, gint64 us)
{
  gint64 bucket = CLAMP (us / BENCH_BUCKET_US, 0, BENCH_BUCKETS - 1);

  g_atomic_int_inc (&histogram->count[bucket]);
}

void
bench_histogram_reset (BenchHistogram *histogram)
{
  guint i;

  for (i = 0; i < BENCH_BUCKETS; i++)
    g_atomic_int_set (&histogram->count[i], 0);
}

guint64
bench_histogram_total (BenchHistogram *histogram)
{
  guint64 total = 0;
  guint i;

  for (i = 0; i < BENCH_BUCKETS; i++)
    total += g_atomic_int_get (&histogram->count[i]);
  return total;
}

gdouble
bench_histogram_quantile (BenchHistogram *histogram, gdouble share)
{
  guint64 rank = bench_histogram_total (histogram) * share;
  guint64 seen = 0;
  guint i;

  for (i = 0; i < BENCH_BUCKETS; i++) {
    seen += g_atomic_int_get (&histogram->count[i]);
    if (seen > rank)
      return (i + 0.5) * BENCH_BUCKET_US / 1000.0;
  }
  return 0;
}
