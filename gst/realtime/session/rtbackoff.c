/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Exponential back-off with jitter.  Pure.
 */
#include "rtbackoff.h"

/* The delay without chance. */
static guint64
get_base (const RtBackoff *self, const RtBackoffPolicy *policy)
{
  guint64 base = policy->delay;
  guint i;

  for (i = 1; i < self->attempt && base < policy->max_delay; i++)
    base *= 2;
  return MIN (base, policy->max_delay);
}

/* Never less than half, so that the first attempt leaves a server some time;
 * what the server asked for is never shortened. */
gboolean
rt_backoff_next (RtBackoff *self, const RtBackoffPolicy *policy, guint at_least,
    gdouble random, guint *delay)
{
  guint64 base, chance, ms;

  if (policy->attempts >= 0 && self->attempt >= (guint) policy->attempts)
    return FALSE;
  self->attempt++;
  base = get_base (self, policy);
  chance = (guint64) (CLAMP (random, 0, 1) * (base - base / 2));
  ms = MAX (base / 2, at_least) + chance;
  *delay = (guint) MIN (ms, G_MAXINT);
  return TRUE;
}
