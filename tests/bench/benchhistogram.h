/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Latencies counted in small buckets: constant memory, any thread may add.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BENCH_BUCKET_US 50
#define BENCH_BUCKETS 20000 /* a second; what takes longer is in the last */

typedef struct {
  gint count[BENCH_BUCKETS];
} BenchHistogram;

void bench_histogram_add (BenchHistogram *histogram, gint64 us);
void bench_histogram_reset (BenchHistogram *histogram);
guint64 bench_histogram_total (BenchHistogram *histogram);
/* The latency in ms that `share` (0–1) of all stay below; 0 without any. */
gdouble bench_histogram_quantile (BenchHistogram *histogram, gdouble share);

G_END_DECLS
