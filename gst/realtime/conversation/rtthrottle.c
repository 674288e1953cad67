/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many warnings of a kind a server can make us give.  I/O thread only.
 */
#include "rtthrottle.h"

#define MAX_AT_ONCE 64
#define INTERVAL (G_USEC_PER_SEC / 10) /* in the long run */

static void
forget_old (RtThrottle *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 passed = (now - self->since) / INTERVAL;

  if (passed >= self->given) {
    self->given = 0;
    self->since = now;
  } else {
    self->given -= passed;
    self->since += passed * INTERVAL;
  }
}

gboolean
rt_throttle_pass (RtThrottle *self, gchar **text)
{
  gchar *longer;

  forget_old (self);
  if (self->given == MAX_AT_ONCE) {
    self->left_out++;
    return FALSE;
  }
  self->given++;
  if (self->left_out > 0) {
    longer = g_strdup_printf (
        "%s (%u more were left out before)", *text, self->left_out);
    g_free (*text);
    *text = longer;
    self->left_out = 0;
  }
  return TRUE;
}
