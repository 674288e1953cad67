/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The settings of a session that runs: what the server is told of a change,
 * and what has to wait.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

static const gchar *
voice_of (RtSession *self, const RtSessionConfig *config)
{
  return config->voice != NULL && *config->voice != '\0'
             ? config->voice
             : self->dialect->default_voice;
}

/* A voice that was heard stays for the session: the server would refuse the
 * whole update. */
static gboolean
keeps_voice (RtSession *self, const RtSessionConfig *config)
{
  return self->spoken && self->dialect->default_voice != NULL
         && g_strcmp0 (voice_of (self, config), voice_of (self, self->config))
                != 0;
}

static void
warn_of_voice (RtSession *self, RtEffects *effects)
{
  g_autofree gchar *text = g_strdup_printf (
      "the voice of a session cannot change once it was heard: '%s' speaks in "
      "the next session",
      voice_of (self, self->wanted));

  rt_session_warn (self, "cannot_update_voice", text, effects);
}

/* The present settings without what may not change now. */
static RtSessionConfig *
dup_possible (RtSession *self)
{
  RtSessionConfig *config = rt_session_config_copy (self->wanted);

  if (keeps_voice (self, config)) {
    g_free (config->voice);
    config->voice = g_strdup (self->config->voice);
  }
  /* only between replies */
  if (rt_responses_is_open (self->responses))
    config->speed = self->config->speed;
  return config;
}

/* Takes `config`. */
static void
set_in_force (RtSession *self, RtSessionConfig *config)
{
  rt_session_config_free (self->config);
  self->config = config;
  rt_session_review_refusals (self);
}

void
rt_session_take_settings (RtSession *self)
{
  set_in_force (self, rt_session_config_copy (self->wanted));
  self->spoken = FALSE;
}

/* What the server is told is what the dialect makes of it: no list of fields
 * that could differ from that. */
void
rt_session_settle_settings (RtSession *self, RtEffects *effects)
{
  RtSessionConfig *config = dup_possible (self);
  g_autofree gchar *before = rt_session_dup_told (self);
  g_autofree gchar *now = NULL;

  set_in_force (self, config);
  now = rt_session_dup_told (self);
  if (g_strcmp0 (before, now) != 0)
    rt_session_tell_settings (self, g_steal_pointer (&before), effects);
}

void
rt_session_set_config (
    RtSession *self, const RtSessionConfig *config, RtEffects *effects)
{
  gboolean same_voice
      = g_strcmp0 (voice_of (self, self->wanted), voice_of (self, config)) == 0;

  rt_session_config_free (self->wanted);
  self->wanted = rt_session_config_copy (config);
  if (!self->opened) {
    rt_session_take_settings (self);
    return;
  }
  if (!same_voice && keeps_voice (self, self->wanted))
    warn_of_voice (self, effects);
  rt_session_settle_settings (self, effects);
}

const RtSessionConfig *
rt_session_get_config (RtSession *self)
{
  return self->config;
}
