/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One active response at a time.  Pure; its owner serialises the calls.
 */
#include "rtresponses.h"

#include <string.h>

struct _RtResponses {
  gboolean active;
  gchar *active_id;
  gboolean presumed;   /* by a conflict: its beginning was not told yet */
  gboolean cancelling; /* a cancel is on its way to the active one */

  gboolean requested;        /* our create is on its way */
  gboolean cancel_requested; /* and so is a cancel behind it */
  gboolean requested_owed;   /* it is in the place of the server's own reply */
  gchar *create_id;          /* event_id of our last create */

  gboolean owed;     /* the reply to a turn, if the server gives none itself */
  gboolean wanted;   /* one more create is to be sent */
  gboolean held;     /* but not before the server's own reply */
  gboolean repeated; /* a create was sent again after a stale conflict */

  GQueue ended; /* ids, newest first */
};

RtResponses *
rt_responses_new (void)
{
  return g_new0 (RtResponses, 1);
}

void
rt_responses_free (RtResponses *self)
{
  if (self == NULL)
    return;
  g_free (self->active_id);
  g_free (self->create_id);
  g_queue_clear_full (&self->ended, g_free);
  g_free (self);
}

static gboolean
has_ended (RtResponses *self, const gchar *id)
{
  return id != NULL
         && g_queue_find_custom (&self->ended, id, (GCompareFunc) strcmp)
                != NULL;
}

static void
set_active (RtResponses *self, gboolean active, const gchar *id)
{
  self->active = active;
  self->presumed = FALSE;
  self->cancelling = FALSE;
  if (id != self->active_id) {
    g_free (self->active_id);
    self->active_id = g_strdup (id);
  }
}

void
rt_responses_want (RtResponses *self)
{
  self->wanted = TRUE;
  self->held = FALSE;
}

gboolean
rt_responses_is_due (RtResponses *self)
{
  return ((self->wanted && !self->held) || self->owed) && !self->active
         && !self->requested;
}

void
rt_responses_sent (RtResponses *self, const gchar *event_id)
{
  self->requested_owed = self->owed;
  self->owed = FALSE;
  self->wanted = FALSE;
  self->held = FALSE;
  self->requested = TRUE;
  self->cancel_requested = FALSE;
  g_free (self->create_id);
  self->create_id = g_strdup (event_id);
}

gboolean
rt_responses_created (RtResponses *self, const gchar *id)
{
  gboolean cancelled = (self->requested && self->cancel_requested)
                       || (self->presumed && self->cancelling);

  if (has_ended (self, id))
    return FALSE;
  if (self->active && !self->presumed && id != NULL
      && g_strcmp0 (id, self->active_id) == 0)
    return FALSE;
  set_active (self, TRUE, id);
  self->cancelling = cancelled;
  if (!self->requested && self->held)
    self->wanted = FALSE;
  self->held = FALSE;
  self->owed = FALSE;
  self->repeated = FALSE;
  self->requested = FALSE;
  self->cancel_requested = FALSE;
  return TRUE;
}

gboolean
rt_responses_done (RtResponses *self, const gchar *id, gboolean superseded)
{
  if (has_ended (self, id))
    return FALSE;
  if (id != NULL) {
    g_queue_push_head (&self->ended, g_strdup (id));
    if (self->ended.length > RT_RESPONSES_MAX_ENDED)
      g_free (g_queue_pop_tail (&self->ended));
  }
  if (!self->active) {
    /* a server that never said "created" */
    self->requested = FALSE;
    return TRUE;
  }
  if (id == NULL || self->active_id == NULL
      || strcmp (id, self->active_id) == 0) {
    set_active (self, FALSE, NULL);
    self->repeated = FALSE;
    self->held = self->wanted && superseded;
  }
  return TRUE;
}

void
rt_responses_owe (RtResponses *self)
{
  self->owed = self->active;
}

void
rt_responses_release (RtResponses *self)
{
  self->held = FALSE;
}

static const gchar conflict_words[]
    = "Conversation already has an active response in progress:";

static gboolean
is_conflict (const RtErrorInfo *error)
{
  return g_strcmp0 (error->code, "conversation_already_has_active_response")
             == 0
         || (error->message != NULL
             && g_str_has_prefix (error->message, conflict_words));
}

/* The words are followed by the id and a full stop. */
static gchar *
id_in_conflict (const gchar *message)
{
  const gchar *begin
      = message != NULL ? strstr (message, conflict_words) : NULL;
  gsize length;

  if (begin == NULL)
    return NULL;
  begin += strlen (conflict_words);
  begin += strspn (begin, " ");
  length = strcspn (begin, " .,");
  return length > 0 ? g_strndup (begin, length) : NULL;
}

/* What the last create was for is still to be had. */
static void
want_again (RtResponses *self)
{
  if (self->requested_owed)
    self->owed = TRUE;
  else
    self->wanted = TRUE;
  self->held = FALSE;
}

static void
conflict (RtResponses *self, const RtErrorInfo *error)
{
  g_autofree gchar *id = id_in_conflict (error->message);

  self->requested = FALSE;
  if (has_ended (self, id)) {
    /* It ended meanwhile, so nothing will tell us when: again, but only once,
     * or a confused server would keep us busy for ever. */
    if (!self->repeated)
      want_again (self);
    self->repeated = TRUE;
    return;
  }
  /* the server's own reply is what was owed */
  if (!self->requested_owed)
    want_again (self);
  if (!self->active || (id != NULL && g_strcmp0 (id, self->active_id) != 0)) {
    set_active (self, TRUE, id);
    self->presumed = TRUE;
  }
}

void
rt_responses_error (RtResponses *self, const RtErrorInfo *error)
{
  gboolean ours = error->event_id == NULL
                      ? self->requested
                      : g_strcmp0 (error->event_id, self->create_id) == 0;

  if (g_strcmp0 (error->code, "response_cancel_not_active") == 0) {
    /* the end of what we believe active was never told */
    if (self->cancelling)
      set_active (self, FALSE, NULL);
    return;
  }
  if (!ours)
    return;
  if (is_conflict (error))
    conflict (self, error);
  else
    self->requested = FALSE;
}

gboolean
rt_responses_cancel (RtResponses *self, const gchar **id)
{
  *id = self->active_id;
  if (self->active) {
    if (self->cancelling)
      return FALSE;
    self->cancelling = TRUE;
    return TRUE;
  }
  if (!self->requested || self->cancel_requested)
    return FALSE;
  self->cancel_requested = TRUE;
  return TRUE;
}

gboolean
rt_responses_retire (RtResponses *self, gchar **id)
{
  gboolean active = self->active;

  *id = g_strdup (self->active_id);
  set_active (self, FALSE, NULL);
  /* what is owed to a turn is, in the next session, as to any other */
  if (self->requested && !self->cancel_requested && !self->requested_owed)
    self->wanted = TRUE;
  self->requested = FALSE;
  self->cancel_requested = FALSE;
  self->owed = FALSE;
  self->held = FALSE;
  self->repeated = FALSE;
  g_clear_pointer (&self->create_id, g_free);
  g_queue_clear_full (&self->ended, g_free);
  return active;
}

gboolean
rt_responses_is_cancelled (RtResponses *self)
{
  return self->active && self->cancelling;
}

const gchar *
rt_responses_get_active (RtResponses *self)
{
  return self->active ? self->active_id : NULL;
}

gboolean
rt_responses_is_generating (RtResponses *self, const gchar *id)
{
  if (!self->active)
    return FALSE;
  return id == NULL || self->active_id == NULL
         || strcmp (id, self->active_id) == 0;
}

gboolean
rt_responses_is_open (RtResponses *self)
{
  return self->active || self->requested;
}

gboolean
rt_responses_is_busy (RtResponses *self)
{
  return rt_responses_is_open (self) || self->wanted || self->owed;
}
