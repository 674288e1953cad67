/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages of servers with the events that they become.
 */
#pragma once

#include <glib.h>

typedef struct {
  const gchar *json;     /* with ' for " */
  const gchar *expected; /* as rt_test_describe() has it */
} WireRow;

extern const WireRow wire_published[];
extern const guint wire_n_published;
extern const WireRow wire_older[];
extern const guint wire_n_older;
extern const WireRow wire_tolerated[];
extern const guint wire_n_tolerated;
