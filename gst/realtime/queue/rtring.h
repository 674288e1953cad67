/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes in the order in which they came.  Its memory follows what it holds.
 * No lock: its owner has one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint8 *data;
  gsize size; /* of data: 0, or a power of two */
  gsize head;
  gsize used;
} RtRing;

void rt_ring_clear (RtRing *ring);
void rt_ring_push (RtRing *ring, const guint8 *data, gsize size);
/* At most `ring->used`.  `out` NULL: into the void. */
void rt_ring_pop (RtRing *ring, guint8 *out, gsize size);
/* Takes back what was pushed last. */
void rt_ring_unpush (RtRing *ring, gsize size);

G_END_DECLS
