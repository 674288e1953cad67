/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How long to wait before the next attempt, and whether there is one.  Pure:
 * chance is given in.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint delay;     /* ms, before the first attempt; doubled for each next … */
  guint max_delay; /* … up to this */
  gint attempts;   /* in a row; -1: without end */
} RtBackoffPolicy;

/* Zeros: none was made yet, or what was made was worth it. */
typedef struct {
  guint attempt; /* the number of the last one, from 1 */
} RtBackoff;

/* FALSE: that was the last one.  `at_least` ms is what the server wants;
 * `random`, from 0 to 1, spreads those who failed at the same moment. */
gboolean rt_backoff_next (RtBackoff *backoff, const RtBackoffPolicy *policy,
    guint at_least, gdouble random, guint *delay);

G_END_DECLS
