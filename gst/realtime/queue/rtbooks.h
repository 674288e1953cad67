/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What became of the model's voice, of all playouts there ever were.  They
 * share its lock, which is a leaf, and so it adds up at any time.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gatomicrefcount refs;

  GMutex lock;
  /* lock.  ns: differences of what each track has in whole frames, so that
   * they add up */
  guint64 received;
  guint64 played;
  guint64 dropped;
} RtBooks;

RtBooks *rt_books_new (void);
RtBooks *rt_books_ref (RtBooks *books);
void rt_books_unref (RtBooks *books);

G_END_DECLS
