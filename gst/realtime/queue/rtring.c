/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A ring of bytes whose memory follows what it holds: hundreds of idle
 * conversations must not each keep what a burst once needed.
 */
#include "rtring.h"

#include <string.h>

#define MIN_SIZE ((gsize) 4096)
/* Up to this the memory is kept, however little is in it. */
#define KEPT_SIZE ((gsize) 16384)

static void
copy_out (const RtRing *self, guint8 *out, gsize size)
{
  gsize first = MIN (size, self->size - self->head);

  if (size == 0)
    return;
  memcpy (out, self->data + self->head, first);
  memcpy (out + first, self->data, size - first);
}

static void
resize (RtRing *self, gsize needed)
{
  gsize size = MIN_SIZE;
  guint8 *data;

  while (size < needed)
    size *= 2;
  data = g_malloc (size);
  copy_out (self, data, self->used);
  g_free (self->data);
  self->data = data;
  self->size = size;
  self->head = 0;
}

void
rt_ring_clear (RtRing *self)
{
  g_free (self->data);
  memset (self, 0, sizeof *self);
}

void
rt_ring_push (RtRing *self, const guint8 *data, gsize size)
{
  gsize tail, first;

  if (size == 0)
    return;
  if (size > self->size - self->used)
    resize (self, self->used + size);
  tail = (self->head + self->used) & (self->size - 1);
  first = MIN (size, self->size - tail);
  memcpy (self->data + tail, data, first);
  memcpy (self->data, data + first, size - first);
  self->used += size;
}

/* Shrinks only when an eighth is in use, to at least twice that: so each byte
 * is moved a bounded number of times. */
static void
drop_head (RtRing *self, gsize size)
{
  self->used -= size;
  self->head = self->used > 0 ? (self->head + size) & (self->size - 1) : 0;
  if (self->size > KEPT_SIZE && self->used <= self->size / 8)
    resize (self, 2 * self->used);
}

void
rt_ring_pop (RtRing *self, guint8 *out, gsize size)
{
  if (size == 0)
    return;
  if (out != NULL)
    copy_out (self, out, size);
  drop_head (self, size);
}

void
rt_ring_unpush (RtRing *self, gsize size)
{
  self->used -= size;
}
