/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many warnings of a kind a server can make us give: a broken one must not
 * flood the application's bus and its log.  I/O thread only.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 since; /* monotonic µs; from then on ... */
  guint given;
  guint left_out;
} RtThrottle;

/* FALSE: this one is one too many.  What was left out before is counted in
 * *text, which is replaced. */
gboolean rt_throttle_pass (RtThrottle *self, gchar **text);

G_END_DECLS
