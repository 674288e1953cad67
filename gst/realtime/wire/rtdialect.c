/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The dialects by name.  Pure; any thread.
 */
#include "rtdialect.h"

G_DEFINE_QUARK (rt - wire - error - quark, rt_wire_error)

const RtDialect *
rt_dialect_find (const gchar *name)
{
  static const RtDialect *const dialects[]
      = { &rt_dialect_v2, &rt_dialect_v1, &rt_dialect_create };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (dialects); i++) {
    if (g_strcmp0 (name, dialects[i]->name) == 0)
      return dialects[i];
  }
  return NULL;
}
