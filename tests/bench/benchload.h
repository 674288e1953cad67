/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the benchmark measures: N conversations in this process, as pipelines
 * around the element or as a bare libsoup loop that does the same work.
 */
#pragma once

#include "benchhistogram.h"

G_BEGIN_DECLS

#define BENCH_RATE 24000
#define BENCH_FRAME_MS 20
#define BENCH_FRAME_SIZE (BENCH_RATE * BENCH_FRAME_MS / 1000 * 2)

typedef struct {
  const gchar *uri;
  guint conversations;
  guint timers;            /* bare: how many produce the frames */
  BenchHistogram downlink; /* server to src pad, or to the decoded samples */
  gint alive;              /* conversations that were spoken to; atomic */
  gint errors;             /* atomic */
} BenchLoad;

/* One of a load's conversations, as far as listening goes. */
typedef struct {
  BenchLoad *load;
  gboolean heard;
} BenchEar;

/* Counts the stamps in what one conversation was spoken; its own thread. */
void bench_ear_listen (BenchEar *ear, const guint8 *data, gsize size);

/* Started and stopped on the main thread, which iterates its context in
 * between.  A load that cannot work counts `errors` and says why. */
typedef struct {
  void (*init) (void); /* what is paid once, before RSS is taken */
  gpointer (*start) (BenchLoad *load);
  void (*stop) (gpointer running);
} BenchKind;

extern const BenchKind bench_element;
extern const BenchKind bench_bare;

/* The measured process: prints "begin" and "end FIGURES" around the windows.
 * Returns its exit status. */
int bench_measure (const BenchKind *kind, BenchLoad *load, guint windows,
    gdouble window_seconds);

G_END_DECLS
