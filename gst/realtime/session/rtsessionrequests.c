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
answer_handoff (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  RtCall *call
      = rt_handoffs_find_open (self->handoffs, RT_CALL_HANDOFF, request->id);
  RtCommand *command;

  if (call == NULL)
    return refuse (self, effects, "no such handoff is open");
  command = rt_session_say (self, RT_COMMAND_HANDOFF_OUTPUT, effects);
  command->call_id = g_strdup (call->id);
  command->text = g_strdup (request->text != NULL ? request->text : "");
  command->final = request->final;
  if (request->final)
    rt_handoffs_answer (call);
  rt_session_want_reply (self, effects);
  return TRUE;
}

static gboolean
answer_function (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  RtCall *call = NULL;
  RtCommand *command;

  if (request->id != NULL)
    call
        = rt_handoffs_find_open (self->handoffs, RT_CALL_FUNCTION, request->id);
  if (call == NULL)
    return refuse (self, effects, "no such function call is open");
  command = rt_session_say (self, RT_COMMAND_FUNCTION_OUTPUT, effects);
  command->call_id = g_strdup (call->id);
  command->text = g_strdup (request->text != NULL ? request->text : "");
  rt_handoffs_answer (call);
  rt_session_want_reply (self, effects);
  return TRUE;
}

static gboolean
send_text (RtSession *self, const RtRequest *request, RtEffects *effects)
{
  RtCommand *command = rt_session_say (self, RT_COMMAND_USER_TEXT, effects);

  command->text = g_strdup (request->text);
  rt_transcript_type (self->transcript, request->text);
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
  rt_effects_add (effects, RT_EFFECT_CLEAR_INPUT)->position = request->position;
  if (self->ready)
    rt_session_say (self, RT_COMMAND_AUDIO_CLEAR, effects);
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
      return answer_handoff (self, request, effects);
    case RT_REQUEST_FUNCTION_OUTPUT:
      return answer_function (self, request, effects);
    case RT_REQUEST_UPDATE:
      /* before that, the first word tells them */
      if (self->opened)
        rt_session_say (self, RT_COMMAND_SESSION_UPDATE, effects);
      return TRUE;
  }
  g_return_val_if_reached (FALSE);
}

static gboolean
waits (RtSession *self, const RtRequest *request)
{
  switch (request->type) {
    case RT_REQUEST_TEXT:
    case RT_REQUEST_RAW:
    case RT_REQUEST_COMMIT:
    case RT_REQUEST_CREATE_RESPONSE:
      return !self->ready;
    default:
      return FALSE;
  }
}

gboolean
rt_session_request (
    RtSession *self, const RtRequest *request, RtEffects *effects)
{
  const gchar *fault = find_fault (self, request);

  if (self->failed)
    fault = "the session has failed";
  /* what was not sent is void, whatever the server has heard */
  if (fault != NULL && request->type == RT_REQUEST_CLEAR)
    rt_effects_add (effects, RT_EFFECT_CLEAR_INPUT)->position
        = request->position;
  if (fault != NULL)
    return refuse (self, effects, fault);
  if (!waits (self, request))
    return perform (self, request, effects);
  if (self->waiting.length >= MAX_WAITING)
    return refuse (self, effects, "too much waits for the session already");
  g_queue_push_tail (&self->waiting, request_copy (request));
  return TRUE;
}

void
rt_session_serve_waiting (RtSession *self, RtEffects *effects)
{
  RtRequest *request;

  while ((request = g_queue_pop_head (&self->waiting)) != NULL) {
    perform (self, request, effects);
    request_free (request);
  }
}

void
rt_session_forget_waiting (RtSession *self)
{
  g_queue_clear_full (&self->waiting, (GDestroyNotify) request_free);
}

void
rt_session_input_ended (RtSession *self, RtEffects *effects)
{
  RtRequest request = { .type = RT_REQUEST_CLEAR, .position = G_MAXUINT64 };
  guint64 uncommitted = rt_timeline_get_length (self->timeline)
                        - rt_utterances_get_open (self->utterances);

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
