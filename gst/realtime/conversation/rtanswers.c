/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a response answers.
 */
#include "rtanswers.h"

#include <string.h>

void
rt_answers_clear (RtAnswers *self)
{
  guint i;

  for (i = 0; i < RT_ANSWERS_MAX; i++)
    g_clear_pointer (&self->latest[i].response_id, g_free);
}

static const gchar *
get_id (const RtEvent *event)
{
  return event->response != NULL && event->response->id != NULL
             ? event->response->id
             : event->response_id;
}

void
rt_answers_announce (RtAnswers *self, const RtEvent *event, guint64 end)
{
  g_free (self->latest[RT_ANSWERS_MAX - 1].response_id);
  memmove (&self->latest[1], &self->latest[0],
      (RT_ANSWERS_MAX - 1) * sizeof (self->latest[0]));
  self->latest[0].response_id = g_strdup (get_id (event));
  self->latest[0].end = end;
  self->announced = TRUE;
}

guint64
rt_answers_get_end (const RtAnswers *self, const RtEvent *event, guint64 known)
{
  const gchar *id = get_id (event);
  guint i;

  if (!self->announced)
    return known;
  for (i = 0; id != NULL && i < RT_ANSWERS_MAX; i++)
    if (g_strcmp0 (self->latest[i].response_id, id) == 0)
      return self->latest[i].end;
  return self->latest[0].end;
}

gboolean
rt_answers_is_failure (const RtEvent *event)
{
  const RtResponse *response = event->response;

  return response != NULL
         && (g_strcmp0 (response->status, "failed") == 0
             || g_strcmp0 (response->reason, "turn_detected") == 0);
}
