/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A name server that does as it is told: names that begin with "hang" are
 * answered when they are released.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  GMutex lock;
  GCond cond;
  /* lock */
  guint asked;   /* all */
  guint hanging; /* now */
  guint of_one;  /* asked for hang.test */
  guint healed;  /* questions that do not hang any more, from this number on */
  gboolean release;
} FakeNames;

extern FakeNames fake_names;

/* Nothing may hang. */
void fake_names_reset (void);
void fake_names_expect_hanging (guint n);
/* Until so many were asked, all in all. */
void fake_names_expect_asked (guint n);
/* What hangs is answered; returns when nothing does any more. */
void fake_names_release (void);

G_END_DECLS
