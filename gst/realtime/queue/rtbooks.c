/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What became of the model's voice.
 */
#include "rtbooks.h"

RtBooks *
rt_books_new (void)
{
  RtBooks *self = g_new0 (RtBooks, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  return self;
}

RtBooks *
rt_books_ref (RtBooks *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
rt_books_unref (RtBooks *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_mutex_clear (&self->lock);
  g_free (self);
}
