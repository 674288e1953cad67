/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many warnings a server can make us give: a broken one must not flood
 * the application's bus and its log.  I/O thread only.
 */
#include "rtconversation-private.h"

#define MAX_WARNINGS 64 /* at once */
#define WARNING_TIME (G_USEC_PER_SEC / 10)

static void
forget_old (RtConversation *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 passed = (now - self->warned_at) / WARNING_TIME;

  if (passed >= self->warnings) {
    self->warnings = 0;
    self->warned_at = now;
  } else {
    self->warnings -= passed;
    self->warned_at += passed * WARNING_TIME;
  }
}

gboolean
rt_conversation_may_warn (RtConversation *self, RtNote *note)
{
  gchar *text;

  if (note->flag)
    return TRUE;
  forget_old (self);
  if (self->warnings == MAX_WARNINGS) {
    self->unsaid++;
    return FALSE;
  }
  self->warnings++;
  if (self->unsaid > 0) {
    text = g_strdup_printf (
        "%s (%u more were left out before)", note->text, self->unsaid);
    g_free (note->text);
    note->text = text;
    self->unsaid = 0;
  }
  return TRUE;
}
