/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inputs made of others, the same ones for the same number.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 state;
  const GPtrArray *seeds; /* of GBytes, at least one */
  const GPtrArray *words; /* of GBytes, may be empty */
  gsize max_size;
} FuzzMutator;

void fuzz_mutator_init (FuzzMutator *self, const GPtrArray *seeds,
    const GPtrArray *words, gsize max_size, guint64 seed);
/* Replaces what is in `out`. */
void fuzz_mutate (FuzzMutator *self, GByteArray *out);

G_END_DECLS
