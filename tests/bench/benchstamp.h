/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The time of day hidden in audio: written where a sample leaves, read where
 * it arrives, also in another process of the same machine.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that a stamp takes; a multiple of base64's groups and of samples. */
#define BENCH_STAMP_SIZE 24

/* CLOCK_MONOTONIC in microseconds. */
#define bench_now g_get_monotonic_time

void bench_stamp_write (guint8 *data, gint64 now);
/* Looks at whole samples; the first stamp found from `*offset` on, which is
 * moved behind it.  FALSE: there is none. */
gboolean bench_stamp_find (
    const guint8 *data, gsize size, gsize *offset, gint64 *when);

G_END_DECLS
