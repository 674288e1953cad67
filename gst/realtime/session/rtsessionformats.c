/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the server says of the formats of the audio, against what it was asked
 * for.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

/* PCM is told by its rate, the others have but one. */
static gchar *
describe (const RtAudioFormat *format)
{
  return g_strdup_printf (
      "%s at %u Hz", rt_codec_to_wire (format->codec), format->rate);
}

static void
fail (RtSession *self, const gchar *direction, const RtAudioFormat *asked,
    const RtAudioFormat *told, RtEffects *effects)
{
  g_autofree gchar *ours = describe (asked);
  g_autofree gchar *theirs = describe (told);
  RtEffect *effect = rt_effects_add (effects, RT_EFFECT_FAIL);
  RtNote *note = rt_note_new (RT_NOTE_ERROR);

  note->code = g_strdup ("format_mismatch");
  note->text
      = g_strdup_printf ("the %s was asked for as %s, but is %s to the server",
          direction, ours, theirs);
  note->severity = RT_SEVERITY_FATAL;
  effect->severity = note->severity;
  effect->cause = RT_CAUSE_FORMAT;
  effect->note = note;
  self->failed = TRUE;
  self->over = TRUE;
}

/* What we send is what we said, sample for sample.  What comes may be PCM of
 * another rate than we like: it is played at that. */
static void
check (RtSession *self, gboolean has_input, gboolean has_output,
    RtEffects *effects)
{
  const RtAudioFormat *in = &self->config->input_format;
  const RtAudioFormat *out = &self->config->output_format;

  if (has_input && !rt_session_can (self, RT_DIALECT_ANY_RATE)
      && (in->codec != self->input_format.codec
          || in->rate != self->input_format.rate))
    fail (self, "input", in, &self->input_format, effects);
  else if (has_output && rt_session_can (self, RT_DIALECT_G711)
           && rt_session_is_conversational (self)
           && out->codec != self->output_format.codec)
    fail (self, "output", out, &self->output_format, effects);
}

void
rt_session_learn_formats (RtSession *self, const RtSessionInfo *info)
{
  if (info->has_input_format)
    self->input_format = info->input_format;
  self->has_input_format |= info->has_input_format;
  if (info->has_output_format)
    self->output_format = info->output_format;
  self->has_output_format |= info->has_output_format;
}

/* What lies before the last of several changes is no answer to it. */
static gboolean
answers_last (RtSession *self)
{
  if (self->updates > 0)
    self->updates--;
  return self->updates == 0;
}

/* The server may find several errors in one update: that is one answer. */
static gboolean
refuses_last (RtSession *self, const RtErrorInfo *error)
{
  if (g_strcmp0 (error->event_id, self->refused_id) != 0) {
    g_free (self->refused_id);
    self->refused_id = g_strdup (error->event_id);
    answers_last (self);
  }
  return self->updates == 0
         && g_strcmp0 (error->event_id, self->update_id) == 0;
}

void
rt_session_update_taken (
    RtSession *self, const RtSessionInfo *info, RtEffects *effects)
{
  if (!answers_last (self))
    return;
  rt_session_note_taken (self);
  if (info == NULL)
    return;
  check (self, info->has_input_format, info->has_output_format, effects);
  /* what it said before was of itself; of what it was asked for, it says
   * nothing: it is believed */
  if (!info->has_output_format
      && self->output_format.codec != self->config->output_format.codec)
    self->has_output_format = FALSE;
}

void
rt_session_update_refused (
    RtSession *self, const RtErrorInfo *error, RtEffects *effects)
{
  gboolean last = refuses_last (self, error);

  /* the answer to what is told instead is waited for */
  if (!rt_session_tell_rest (self, error, effects) && last)
    check (self, self->has_input_format, self->has_output_format, effects);
}
