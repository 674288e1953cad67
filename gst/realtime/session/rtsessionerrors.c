/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a session does about errors.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

#include <string.h>

/* The parameter is what tells the reader which setting was refused. */
static gchar *
dup_message (const RtErrorInfo *error)
{
  const gchar *message = error->message;

  if (message == NULL || *message == '\0')
    message = error->code != NULL ? error->code : "unknown error";
  if (error->param == NULL || strstr (message, error->param) != NULL)
    return g_strdup (message);
  return g_strdup_printf ("%s (%s)", message, error->param);
}

static RtNote *
error_note (const RtErrorInfo *error, RtSeverity severity)
{
  RtNote *note = rt_note_new (RT_NOTE_ERROR);

  note->code = g_strdup (error->code);
  note->error_type = g_strdup (error->type);
  note->text = dup_message (error);
  note->event_id = g_strdup (error->event_id);
  note->severity = severity;
  return note;
}

/* Takes `note`. */
static void
report (RtSession *self, RtNote *note, RtCause cause, RtEffects *effects)
{
  RtEffect *effect;

  if (note->severity < RT_SEVERITY_RECONNECT) {
    rt_effects_note (effects, note);
    return;
  }
  self->failed = TRUE;
  if (note->severity == RT_SEVERITY_FATAL)
    self->over = TRUE;
  /* what is asked for now is asked of the next one */
  self->resumed |= self->ready;
  self->ready = FALSE;
  effect = rt_effects_add (effects, RT_EFFECT_FAIL);
  effect->severity = note->severity;
  effect->cause = cause;
  effect->note = note;
}

static gboolean
answers (const RtErrorInfo *error, const gchar *command)
{
  return error->event_id != NULL && g_str_has_prefix (error->event_id, command);
}

/* What only the session knows of an error. */
static RtSeverity
adjust (RtSession *self, const RtErrorInfo *error, RtSeverity severity)
{
  gboolean manual
      = self->config->turn_detection == RT_TURN_DETECTION_NONE
        && g_strcmp0 (error->code, "input_audio_buffer_commit_empty") == 0;

  if (severity == RT_SEVERITY_BENIGN && manual)
    return RT_SEVERITY_WARNING;
  if (severity == RT_SEVERITY_WARNING
      && (answers (error, "rt_truncate_") || answers (error, "rt_delete_")
          || answers (error, "rt_restore_")))
    return RT_SEVERITY_BENIGN;
  /* it misses what it refused itself, and was said to */
  if (severity == RT_SEVERITY_WARNING
      && rt_session_is_refused_again (self, error))
    return RT_SEVERITY_BENIGN;
  return severity;
}

void
rt_session_handle_error (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  const RtErrorInfo *error = event->error;
  RtSeverity severity;
  RtCause cause;

  if (error == NULL)
    return;
  g_free (self->last_error);
  self->last_error = g_strdup (error->code != NULL ? error->code : error->type);
  severity = rt_errors_of_event (error, self->dialect->flags, &cause);
  severity = adjust (self, error, severity);
  report (self, error_note (error, severity), cause, effects);
  if (self->failed)
    return;

  if (answers (error, "rt_update_"))
    rt_session_update_refused (self, error, effects);
  rt_responses_error (self->responses, error);
  if (answers (error, "rt_commit_")
      || g_strcmp0 (error->code, "input_audio_buffer_commit_empty") == 0) {
    rt_turns_commit_failed (self->turns);
    rt_utterances_commit_refused (self->utterances);
  }
  rt_session_send_due (self, effects);
}

void
rt_session_handle_transcript_failed (
    RtSession *self, const RtEvent *event, RtEffects *effects)
{
  static const RtErrorInfo unknown
      = { .message = (gchar *) "the transcription failed" };
  RtNote *note = error_note (
      event->error != NULL ? event->error : &unknown, RT_SEVERITY_WARNING);

  note->item_id = g_strdup (event->item_id);
  rt_effects_note (effects, note);
  rt_turns_transcribed (self->turns, event->item_id, FALSE);
}

void
rt_session_reply_failed (
    RtSession *self, const RtResponse *response, RtEffects *effects)
{
  RtErrorInfo error = {
    .code = response->error_code,
    .type = response->error_type,
    .message = response->error_message != NULL
                   ? response->error_message
                   : (gchar *) "the response failed",
  };
  RtCause cause;
  RtSeverity severity = rt_errors_of_event (&error, 0, &cause);
  RtNote *note = error_note (&error, MAX (severity, RT_SEVERITY_WARNING));

  note->response_id = g_strdup (response->id);
  report (self, note, cause, effects);
}
