/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The updates of a session, and what the server refuses of them: the whole of
 * one has no effect because of one parameter, so the rest is told again.
 * Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

#include <string.h>

#include "rtsessionpath.h"

/* The present settings as an update tells them. */
static gchar *
dup_update (RtSession *self, gchar *before, GStrv left_out)
{
  RtCommand command = {
    .type = RT_COMMAND_SESSION_UPDATE,
    .event_id = (gchar *) "",
    .before = before,
    .left_out = left_out,
  };

  return self->dialect->encode (&command, self->config);
}

static gboolean
has_member (const gchar *update, const gchar *path)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;

  if (update != NULL)
    root = rt_json_parse_object (update, strlen (update), NULL);
  if (root != NULL)
    text = rt_session_path_dup_text (json_node_get_object (root), path);
  return text != NULL;
}

gchar *
rt_session_dup_told (RtSession *self)
{
  g_auto (GStrv) left_out = rt_refusals_dup_never_taken (self->refusals);

  return dup_update (self, NULL, left_out);
}

void
rt_session_review_refusals (RtSession *self)
{
  g_autofree gchar *wanted = NULL;

  if (rt_refusals_is_empty (self->refusals))
    return;
  wanted = dup_update (self, NULL, NULL);
  rt_refusals_review (self->refusals, wanted);
}

/* Takes both.  It is the last one now. */
void
rt_session_note_update (RtSession *self, gchar *event_id, gchar *before)
{
  g_free (self->update_id);
  self->update_id = event_id;
  g_free (self->update_before);
  self->update_before = before;
}

void
rt_session_send_update (RtSession *self, RtCommand *command, RtEffects *effects)
{
  rt_session_note_update (
      self, g_strdup (command->event_id), g_strdup (command->before));
  self->updates++;
  rt_effects_send (effects, command);
}

void
rt_session_tell_settings (RtSession *self, gchar *before, RtEffects *effects)
{
  RtCommand *command
      = rt_session_make (self, RT_COMMAND_SESSION_UPDATE, "update");

  command->before = before;
  rt_session_send_update (self, command, effects);
}

void
rt_session_note_taken (RtSession *self)
{
  g_free (self->taken);
  self->taken = rt_session_dup_told (self);
}

/* What is to be left out because of this error: the parameter that it names,
 * or, `again`, when that was left out already, the object that cannot do
 * without it.  Only of the last update: one behind it says all of it again.
 * NULL: nothing.  Transfer full. */
static gchar *
dup_refused (RtSession *self, const RtErrorInfo *error, gboolean *again)
{
  g_autofree gchar *path = rt_session_path_parse (error->param);
  g_autofree gchar *told = NULL;
  g_auto (GStrv) left_out = NULL;
  const gchar *gone;

  if (path == NULL || self->update_id == NULL
      || g_strcmp0 (error->event_id, self->update_id) != 0)
    return NULL;
  gone = rt_refusals_find (self->refusals, path);
  *again = gone != NULL;
  if (gone != NULL) {
    g_free (path);
    path = rt_session_path_dup_parent (gone);
  }
  if (!rt_session_path_is_spare (path))
    return NULL;
  left_out = rt_refusals_dup_paths (self->refusals);
  told = dup_update (self, self->update_before, left_out);
  return has_member (told, path) ? g_steal_pointer (&path) : NULL;
}

gboolean
rt_session_is_refused_again (RtSession *self, const RtErrorInfo *error)
{
  gboolean again = FALSE;
  g_autofree gchar *path = dup_refused (self, error, &again);

  return path != NULL && again;
}

gboolean
rt_session_tell_rest (
    RtSession *self, const RtErrorInfo *error, RtEffects *effects)
{
  gboolean again;
  g_autofree gchar *path = dup_refused (self, error, &again);
  g_autofree gchar *wanted = NULL;

  if (path == NULL)
    return FALSE;
  wanted = dup_update (self, NULL, NULL);
  if (!rt_refusals_add (
          self->refusals, path, wanted, has_member (self->taken, path)))
    return FALSE;
  rt_session_tell_settings (self, g_strdup (self->update_before), effects);
  return TRUE;
}
