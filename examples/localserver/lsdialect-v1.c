/* SPDX-License-Identifier: LGPL-2.1-or-later
 * realtime-v1: the server replies by itself, names no items of what is spoken
 * and hands over by events of its own. */
#include "lsdialect.h"

#include "lssession-private.h"

#include <string.h>

#define ALPHA "quicksilver=v1"
#define HEARD "conversation.item.input_audio_transcription."
#define FINAL_HEAD "\"Agent Final Message\":\n\n"
#define RATE 24000

#define GRANTED                                                      \
  "{\"type\":\"realtime\",\"audio\":{\"input\":{\"transcription\":{" \
  "\"model\":\"gpt-transcribe\"}},\"output\":{\"voice\":\"cove\"}}," \
  "\"tools\":[{\"type\":\"function\",\"name\":\"background_agent\"," \
  "\"parameters\":{\"type\":\"object\",\"properties\":{\"prompt\":{" \
  "\"type\":\"string\"}},\"required\":[\"prompt\"]}}]}"

/* what a client may say */

static const LsRule pcm_format[] = {
  { "type", LS_STRING | LS_REQUIRED, LS_RULES_VALUES ("audio/pcm") },
  { "rate", LS_INTEGER | LS_REQUIRED, .least = RATE, .most = RATE },
  LS_RULES_END,
};
static const LsRule input_fields[] = {
  { "format", LS_OBJECT, .fields = pcm_format },
  LS_RULES_END,
};
static const LsRule output_fields[] = {
  { "voice", LS_STRING },
  LS_RULES_END,
};
static const LsRule audio_fields[] = {
  { "input", LS_OBJECT, .fields = input_fields },
  { "output", LS_OBJECT, .fields = output_fields },
  LS_RULES_END,
};
static const LsRule session_fields[] = {
  { "type", LS_STRING | LS_REQUIRED, LS_RULES_VALUES ("quicksilver") },
  { "instructions", LS_STRING },
  { "audio", LS_OBJECT, .fields = audio_fields },
  LS_RULES_END,
};
static const LsRule text_part[] = {
  { "type", LS_STRING | LS_REQUIRED, LS_RULES_VALUES ("input_text") },
  { "text", LS_STRING | LS_REQUIRED },
  LS_RULES_END,
};
static const LsRule content_part = { "", LS_OBJECT, .fields = text_part };
static const LsRule message_fields[] = {
  { "type", LS_STRING | LS_REQUIRED, LS_RULES_VALUES ("message") },
  { "role", LS_STRING | LS_REQUIRED, LS_RULES_VALUES ("user") },
  { "content", LS_ARRAY | LS_REQUIRED, .element = &content_part },
  LS_RULES_END,
};
static const LsRule session_update[] = {
  LS_RULES_EVENT,
  { "session", LS_OBJECT | LS_REQUIRED, .fields = session_fields },
  LS_RULES_END,
};
static const LsRule buffer_append[] = {
  LS_RULES_EVENT,
  { "audio", LS_STRING | LS_REQUIRED, .longest = LS_RULES_AUDIO_LONGEST },
  LS_RULES_END,
};
static const LsRule item_create[] = {
  LS_RULES_EVENT,
  { "item", LS_OBJECT | LS_REQUIRED, .fields = message_fields },
  LS_RULES_END,
};
static const LsRule handoff_append[] = {
  LS_RULES_EVENT,
  { "handoff_id", LS_STRING | LS_REQUIRED },
  { "output_text", LS_STRING | LS_REQUIRED },
  LS_RULES_END,
};
static const LsVariant events[] = {
  { "session.update", session_update },
  { "input_audio_buffer.append", buffer_append },
  { "conversation.item.create", item_create },
  { "conversation.handoff.append", handoff_append },
  LS_RULES_END,
};
static const LsRule rules
    = { "", LS_OBJECT, .tag = "type", .variants = events };

static LsFault *
admit (const LsHandshake *handshake, const gchar **model)
{
  const gchar *intent = ls_handshake_parameter (handshake, "intent");
  const gchar *alpha = ls_handshake_header (handshake, "openai-alpha");

  *model = ls_handshake_parameter (handshake, "model");
  if (*model == NULL)
    *model = "quicksilver";
  if (g_strcmp0 (intent, "quicksilver") != 0)
    return ls_fault_new ("invalid_value", "intent",
        "Invalid value: '%s'. Supported values are: 'quicksilver'.",
        intent != NULL ? intent : "");
  if (g_strcmp0 (alpha, ALPHA) != 0)
    return ls_fault_new ("invalid_value", "openai-alpha",
        "The header openai-alpha must be '" ALPHA "'.");
  return NULL;
}

/* the client's events */

/* all but the name of the kind is said as in realtime-v2 */
static LsFault *
update_session (LsSession *session, JsonObject *event)
{
  LsFault *fault;

  json_object_set_string_member (
      json_object_get_object_member (event, "session"), "type", "realtime");
  fault = ls_requests_do (session, event);
  session->opened |= fault == NULL;
  return fault;
}

/* the report of an agent, or of its progress: the final one has a heading
 * that is not to be read aloud */
static LsFault *
append_handoff (LsSession *session, JsonObject *event)
{
  const gchar *text = json_object_get_string_member (event, "output_text");
  g_autoptr (JsonObject) create = json_object_new ();
  JsonObject *item = json_object_new ();

  if (g_str_has_prefix (text, FINAL_HEAD))
    text += strlen (FINAL_HEAD);
  json_object_set_string_member (item, "type", "function_call_output");
  json_object_set_string_member (
      item, "call_id", json_object_get_string_member (event, "handoff_id"));
  json_object_set_string_member (item, "output", text);
  json_object_set_string_member (create, "type", "conversation.item.create");
  json_object_set_object_member (create, "item", item);
  return ls_requests_do (session, create);
}

static LsFault *
handle (LsSession *session, JsonObject *event)
{
  const gchar *type = json_object_get_string_member (event, "type");
  LsFault *fault;

  if (g_str_equal (type, "session.update"))
    return update_session (session, event);
  if (g_str_equal (type, "input_audio_buffer.append"))
    return ls_requests_do (session, event);
  fault = g_str_equal (type, "conversation.handoff.append")
              ? append_handoff (session, event)
              : ls_requests_do (session, event);
  if (fault == NULL)
    ls_session_owe_reply (session);
  return fault;
}

/* the server's events */

static JsonObject *
say_session (JsonObject *event)
{
  JsonObject *from = json_object_get_object_member (event, "session");
  JsonObject *said = ls_event_new ("session.updated");
  JsonObject *session = json_object_new (), *audio = json_object_new ();
  JsonObject *input = json_object_new (), *output = json_object_new ();

  json_object_set_object_member (
      input, "format", ls_format_to_json (LS_FORMAT_PCM));
  json_object_set_string_member (output, "voice",
      json_object_get_string_member (
          json_object_get_object_member (
              json_object_get_object_member (from, "audio"), "output"),
          "voice"));
  json_object_set_object_member (audio, "input", input);
  json_object_set_object_member (audio, "output", output);
  json_object_set_string_member (session, "type", "quicksilver");
  json_object_set_string_member (
      session, "id", json_object_get_string_member (from, "id"));
  json_object_set_string_member (session, "instructions",
      json_object_get_string_member (from, "instructions"));
  json_object_set_object_member (session, "audio", audio);
  json_object_set_object_member (said, "session", session);
  return said;
}

static JsonObject *
say_text (JsonObject *event, const gchar *type, const gchar *member)
{
  JsonObject *said = ls_event_new (type);

  json_object_set_string_member (
      said, member, json_object_get_string_member (event, member));
  return said;
}

static JsonObject *
say_audio (JsonObject *event)
{
  JsonObject *said
      = say_text (event, "conversation.output_audio.delta", "delta");

  json_object_set_int_member (said, "sample_rate", RATE);
  json_object_set_int_member (said, "channels", 1);
  return said;
}

static JsonObject *
say_handoff (JsonObject *call)
{
  g_autoptr (JsonNode) arguments = json_from_string (
      json_object_get_string_member (call, "arguments"), NULL);
  JsonObject *said = ls_event_new ("conversation.handoff.requested");

  json_object_set_string_member (
      said, "handoff_id", json_object_get_string_member (call, "call_id"));
  json_object_set_string_member (
      said, "item_id", json_object_get_string_member (call, "id"));
  json_object_set_string_member (said, "input_transcript",
      json_object_get_string_member (
          json_node_get_object (arguments), "prompt"));
  return said;
}

/* messages as they are; a call is a handoff, and no item of this protocol */
static JsonObject *
say_item (JsonObject *event, gboolean done)
{
  JsonObject *item = json_object_get_object_member (event, "item");
  const gchar *type = json_object_get_string_member (item, "type");

  if (g_str_equal (type, "message"))
    return json_object_ref (event);
  return done && g_str_equal (type, "function_call") ? say_handoff (item)
                                                     : NULL;
}

static JsonObject *
say (JsonObject *untranslated)
{
  g_autoptr (JsonObject) event = untranslated;
  const gchar *type = json_object_get_string_member (event, "type");

  if (g_str_equal (type, "session.updated"))
    return say_session (event);
  if (g_str_equal (type, "response.output_audio.delta"))
    return say_audio (event);
  if (g_str_equal (type, "response.output_audio_transcript.delta"))
    return say_text (event, "conversation.output_transcript.delta", "delta");
  if (g_str_equal (type, HEARD "delta"))
    return say_text (event, "conversation.input_transcript.delta", "delta");
  if (g_str_equal (type, HEARD "completed"))
    return say_text (
        event, "conversation.input_transcript.turn_marked", "transcript");
  if (g_str_equal (type, "conversation.item.added"))
    return say_item (event, FALSE);
  if (g_str_equal (type, "conversation.item.done"))
    return say_item (event, TRUE);
  return g_str_equal (type, "error") ? json_object_ref (event) : NULL;
}

const LsDialect ls_dialect_v1 = {
  .name = "realtime-v1",
  .path = "/v1/realtime",
  .rules = &rules,
  .opening = "session.update",
  .granted = GRANTED,
  .errors_end = TRUE,
  .admit = admit,
  .handle = handle,
  .say = say,
};
