/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the process has in memory.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* bytes */
gsize rt_memory_get_resident (void);
gsize rt_memory_get_address_space (void);
/* Less than `limit` bytes came since it was `before`.  Says nothing of a
 * sanitizer's memory. */
void rt_memory_assert_growth (gsize before, gsize limit);

G_END_DECLS
