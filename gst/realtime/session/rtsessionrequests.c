/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the application asks for.  Pure; its owner serialises the calls.
 */
#include "rtsession-private.h"

#include "rtjson.h"

#include <string.h>

/* What is asked for before there is a session waits, up to this number. */
#define MAX_WAITING 256
/* A commit of less is an error. */
#define MIN_COMMIT G_GUINT64_CONSTANT (100000000) /* ns */

static RtRequest *
request_copy (const RtRequest *request)
{
  RtRequest *copy = g_new (RtRequest, 1);

  *copy = *request;
  copy->id = g_strdup (request->id);
  copy->text = g_strdup (request->text);
  return copy;
}

static void
request_free (RtRequest *request)
{
  g_free ((gchar *) request->id);
  g_free ((gchar *) request->text);
  g_free (request);
}

static gboolean
refuse (RtSession *self, RtEffects *effects, const gchar *why)
{
  rt_session_warn (self, "not_possible", why, effects)->flag = TRUE;
  return FALSE;
}

/* What the protocol has no word for.  NULL: it has one. */
static const gchar *
find_lack (RtSession *self, RtRequestType type)
{
  switch (type) {
    case RT_REQUEST_COMMIT:
      return rt_session_can (self, RT_DIALECT_COMMITS)
                 ? NULL
                 : "the protocol has no commit";
    case RT_REQUEST_CLEAR:
      return rt_session_can (self, RT_DIALECT_COMMITS)
                 ? NULL
                 : "the protocol cannot clear what the server heard";
    case RT_REQUEST_CREATE_RESPONSE:
      return rt_session_can (self, RT_DIALECT_RESPONSES)
                 ? NULL
                 : "the protocol cannot ask for a reply";
    case RT_REQUEST_HANDOFF_OUTPUT:
      return rt_session_can_say (self, RT_COMMAND_HANDOFF_OUTPUT)
                 ? NULL
                 : "the protocol has no handoffs";
    case RT_REQUEST_FUNCTION_OUTPUT:
      return rt_session_can_say (self, RT_COMMAND_FUNCTION_OUTPUT)
                 ? NULL
                 : "the protocol has no function calls";
    default:
      return NULL;
  }
}

/* What can be told before there is a session.  NULL: nothing is wrong. */
static const gchar *
find_fault (RtSession *self, const RtRequest *request)
{
  g_autoptr (JsonNode) json = NULL;

  if (request->text != NULL && !g_utf8_validate (request->text, -1, NULL))
    return "the text is not valid UTF-8";
  if (request->id != NULL && !g_utf8_validate (request->id, -1, NULL))
    return "the id is not valid UTF-8";
  switch (request->type) {
    case RT_REQUEST_TEXT:
      if (!rt_session_is_conversational (self))
        return "a transcription session takes no text";
      if (request->text == NULL || *request->text == '\0')
        return "there is no text";
      return NULL;
    case RT_REQUEST_RAW:
      if (request->text != NULL)
        json = rt_json_parse_object (
            request->text, strlen (request->text), NULL);
      return json == NULL ? "the event is not a JSON object" : NULL;
    case RT_REQUEST_CREATE_RESPONSE:
      if (!rt_session_is_conversational (self))
        return "a transcription session gives no replies";
      G_GNUC_FALLTHROUGH;
    default:
      return find_lack (self, request->type);
  }
}

static gboolean
is_answer (const RtRequest *request)
{
  return request->type == RT_REQUEST_HANDOFF_OUTPUT
         || request->type == RT_REQUEST_FUNCTION_OUTPUT;
}

/* The open call that an answer is for; NULL: there is none.  A last answer
 * closes it. */
static RtCall *
take_call (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  gboolean handoff = request->type == RT_REQUEST_HANDOFF_OUTPUT;
  RtCall *call = NULL;

  if (handoff || request->id != NULL)
    call = rt_handoffs_find_open (self->handoffs,
        handoff ? RT_CALL_HANDOFF : RT_CALL_FUNCTION, request->id);
  if (call == NULL)
    refuse (self, effects,
        handoff ? "no such handoff is open" : "no such function call is open");
  else if (!handoff || request->final)
    rt_handoffs_answer (call);
  return call;
}

void
rt_session_reword_answer (RtSession *self, RtCommand *command)
{
  gchar *text;

  if (command->type != RT_COMMAND_HANDOFF_OUTPUT
      || rt_session_can_say (self, RT_COMMAND_FUNCTION_CALL))
    return;
  text = g_strdup_printf ("%s of the background agent: %s",
      command->final ? "Final message" : "Message", command->text);
  g_free (command->text);
  command->text = text;
  command->type = RT_COMMAND_USER_TEXT;
}

static gboolean
say_answer (RtSession *self, const RtRequest *request, const gchar *call_id,
    RtEffects *effects)
{
  RtCommand *command = rt_session_say (self,
      request->type == RT_REQUEST_HANDOFF_OUTPUT ? RT_COMMAND_HANDOFF_OUTPUT
                                                 : RT_COMMAND_FUNCTION_OUTPUT,
      effects);
  const RtCall *call = rt_handoffs_find (self->handoffs, call_id);

  command->call_id = g_strdup (call_id);
  command->text = g_strdup (request->text != NULL ? request->text : "");
  command->final = request->final;
  if (call != NULL && call->retired)
    rt_session_reword_answer (self, command);
  rt_session_want_reply (self, effects);
  return TRUE;
}

static gboolean
answer (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  RtCall *call = take_call (self, request, effects);

  return call != NULL && say_answer (self, request, call->id, effects);
}

static gboolean
send_text (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  RtCommand *command = rt_session_say (self, RT_COMMAND_USER_TEXT, effects);

  command->text = g_strdup (request->text);
  rt_transcript_type (self->transcript, request->text, command->event_id);
  rt_session_want_reply (self, effects);
  return TRUE;
}

static gboolean
commit (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  rt_session_say (self, RT_COMMAND_AUDIO_COMMIT, effects)->position
      = request->position;
  rt_turns_commit_sent (self->turns);
  return TRUE;
}

static gboolean
clear (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  if (self->ready)
    rt_session_say (self, RT_COMMAND_AUDIO_CLEAR, effects)->position
        = request->position;
  else
    rt_effects_add (effects, RT_EFFECT_CLEAR_INPUT)->position
        = request->position;
  return TRUE;
}

static gboolean
interrupt (RtSession *self, RtEffects *effects)
{
  const gchar *id;
  RtCommand *command;

  if (rt_session_can (self, RT_DIALECT_RESPONSES)
      && rt_responses_cancel (self->responses, &id)) {
    command = rt_session_say (self, RT_COMMAND_RESPONSE_CANCEL, effects);
    command->response_id = g_strdup (id);
  }
  rt_session_interrupt (self, effects);
  return TRUE;
}

static gboolean
perform (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  switch (request->type) {
    case RT_REQUEST_TEXT:
      return send_text (self, request, effects);
    case RT_REQUEST_RAW:
      rt_session_say (self, RT_COMMAND_RAW, effects)->text
          = g_strdup (request->text);
      return TRUE;
    case RT_REQUEST_COMMIT:
      return commit (self, request, effects);
    case RT_REQUEST_CLEAR:
      return clear (self, request, effects);
    case RT_REQUEST_CREATE_RESPONSE:
      rt_session_want_reply (self, effects);
      return TRUE;
    case RT_REQUEST_INTERRUPT:
      return interrupt (self, effects);
    case RT_REQUEST_HANDOFF_OUTPUT:
    case RT_REQUEST_FUNCTION_OUTPUT:
      return answer (self, request, effects);
    case RT_REQUEST_UPDATE:
      /* before that, the first word tells them */
      if (self->opened)
        rt_session_tell_settings (self, NULL, effects);
      return TRUE;
  }
  g_return_val_if_reached (FALSE);
}

/* Whose audio is not to be cleared. */
static gboolean
commit_waits (RtSession *self)
{
  const GList *link;

  for (link = self->waiting.head; link != NULL; link = link->next)
    if (((const RtRequest *) link->data)->type == RT_REQUEST_COMMIT)
      return TRUE;
  return FALSE;
}

static gboolean
waits (RtSession *self, const RtRequest *request)
{
  switch (request->type) {
    case RT_REQUEST_TEXT:
    case RT_REQUEST_RAW:
    case RT_REQUEST_COMMIT:
    case RT_REQUEST_CREATE_RESPONSE:
    case RT_REQUEST_HANDOFF_OUTPUT:
    case RT_REQUEST_FUNCTION_OUTPUT:
      return !self->ready;
    case RT_REQUEST_CLEAR:
      return !self->ready && commit_waits (self);
    default:
      return FALSE;
  }
}

/* An answer is for a call that is open now, and an open call may be asked for
 * without its name. */
static gboolean
keep_waiting (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  RtRequest *copy;
  RtCall *call = NULL;

  if (self->waiting.length >= MAX_WAITING)
    return refuse (self, effects, "too much waits for the session already");
  if (is_answer (request)) {
    call = take_call (self, request, effects);
    if (call == NULL)
      return FALSE;
  }
  copy = request_copy (request);
  if (call != NULL && copy->id == NULL)
    copy->id = g_strdup (call->id);
  g_queue_push_tail (&self->waiting, copy);
  return TRUE;
}

gboolean
rt_session_request (
    RtSession *self, const RtRequest *request, RtEffects *effects)
{
  const gchar *fault = find_fault (self, request);

  if (self->over)
    fault = "the session has failed";
  /* what was not sent is void, whatever the server has heard */
  if (fault != NULL && request->type == RT_REQUEST_CLEAR)
    rt_effects_add (effects, RT_EFFECT_CLEAR_INPUT)->position
        = request->position;
  if (fault != NULL)
    return refuse (self, effects, fault);
  if (waits (self, request))
    return keep_waiting (self, request, effects);
  return perform (self, request, effects);
}

void
rt_session_serve_waiting (RtSession *self, RtEffects *effects)
{
  RtRequest *request;

  while ((request = g_queue_pop_head (&self->waiting)) != NULL) {
    if (is_answer (request))
      say_answer (self, request, request->id, effects);
    else
      perform (self, request, effects);
    request_free (request);
  }
}

gboolean
rt_session_has_waiting_answer (RtSession *self, const gchar *call_id)
{
  const GList *link;

  for (link = self->waiting.head; link != NULL; link = link->next) {
    const RtRequest *request = link->data;

    if (is_answer (request) && g_strcmp0 (request->id, call_id) == 0)
      return TRUE;
  }
  return FALSE;
}

void
rt_session_forget_waiting (RtSession *self)
{
  g_queue_clear_full (&self->waiting, (GDestroyNotify) request_free);
}

guint64
rt_session_get_uncommitted (RtSession *self)
{
  return rt_timeline_get_length (self->timeline)
         - rt_utterances_get_open (self->utterances);
}

void
rt_session_input_ended (RtSession *self, RtEffects *effects)
{
  RtRequest request = { .type = RT_REQUEST_CLEAR, .position = G_MAXUINT64 };
  guint64 uncommitted = rt_session_get_uncommitted (self);

  if (self->config->turn_detection != RT_TURN_DETECTION_NONE
      || !rt_session_can (self, RT_DIALECT_COMMITS) || uncommitted == 0)
    return;
  if (uncommitted < MIN_COMMIT) {
    rt_session_request (self, &request, effects);
    return;
  }
  request.type = RT_REQUEST_COMMIT;
  rt_session_request (self, &request, effects);
  request.type = RT_REQUEST_CREATE_RESPONSE;
  if (rt_session_is_conversational (self)
      && rt_session_can (self, RT_DIALECT_RESPONSES))
    rt_session_request (self, &request, effects);
}
