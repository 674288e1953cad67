/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What fuzz targets share: their two entry points, as libFuzzer has them, and
 * ways to take an input apart.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each target's own.  Bounded, deterministic; returns 0. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
/* For all: a critical or a warning of any library is a finding. */
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* What is left of an input. */
typedef struct {
  const guint8 *at;
  gsize left;
} FuzzInput;

/* The next byte; 0 when nothing is left. */
guint fuzz_take_byte (FuzzInput *input);
/* … as one of `n` choices. */
guint fuzz_take_below (FuzzInput *input, guint n);
/* Up to a line feed, a NUL or the end, which are taken too.  Transfer full. */
gchar *fuzz_take_line (FuzzInput *input);

/* Runs one input from a copy of exactly its size, so that a sanitizer sees
 * every byte that is read beyond it. */
void fuzz_run (gconstpointer data, gsize size);

G_END_DECLS
