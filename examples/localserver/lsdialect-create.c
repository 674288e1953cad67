/* SPDX-License-Identifier: LGPL-2.1-or-later
 * session-create: the client asks for its session, sends audio of any rate,
 * and is told of a reply by its audio and of what was said by items. */
#include "lsdialect.h"

#include "lssession-private.h"

#define HEARD "conversation.item.input_audio_transcription."
#define LEAST_RATE 8000
#define MOST_RATE 48000
#define MOST_CHANNELS 2

#define GRANTED                                                      \
  "{\"type\":\"realtime\",\"audio\":{\"input\":{\"transcription\":{" \
  "\"model\":\"gpt-transcribe\"}}}}"

/* what a client may say */

static const LsRule session_fields[] = {
  { "backend_prompt", LS_STRING },
  { "conversation_id", LS_STRING },
  LS_RULES_END,
};
static const LsRule text_part[] = {
  { "type", LS_STRING | LS_REQUIRED, LS_RULES_VALUES ("text") },
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
static const LsRule session_event[] = {
  LS_RULES_EVENT,
  { "session", LS_OBJECT | LS_REQUIRED, .fields = session_fields },
  LS_RULES_END,
};
static const LsRule audio_delta[] = {
  LS_RULES_EVENT,
  { "delta", LS_STRING | LS_REQUIRED, .longest = LS_RULES_AUDIO_LONGEST },
  { "sample_rate", LS_INTEGER | LS_REQUIRED, .least = LEAST_RATE,
      .most = MOST_RATE },
  { "num_channels", LS_INTEGER | LS_REQUIRED, .least = 1,
      .most = MOST_CHANNELS },
  { "samples_per_channel", LS_INTEGER, .least = 0, .most = G_MAXINT },
  LS_RULES_END,
};
static const LsRule item_create[] = {
  LS_RULES_EVENT,
  { "item", LS_OBJECT | LS_REQUIRED, .fields = message_fields },
  LS_RULES_END,
};
static const LsVariant events[] = {
  { "session.create", session_event },
  { "session.update", session_event },
  { "response.input_audio.delta", audio_delta },
  { "conversation.item.create", item_create },
  LS_RULES_END,
};
static const LsRule rules
    = { "", LS_OBJECT, .tag = "type", .variants = events };

/* a URL may have a query of its own, but not the words of other dialects */
static LsFault *
admit (const LsHandshake *handshake, const gchar **model)
{
  static const gchar *const foreign[] = { "intent", "model" };
  guint i;

  *model = "session-create";
  for (i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (ls_handshake_parameter (handshake, foreign[i]) != NULL)
      return ls_fault_new ("unknown_parameter", foreign[i],
          "Unknown parameter: '%s'.", foreign[i]);
  return NULL;
}

/* the client's events */

static LsFault *
set_session (LsSession *session, JsonObject *event)
{
  JsonObject *given = json_object_get_object_member (event, "session");
  g_autoptr (JsonObject) settings = json_object_new ();
  const gchar *type = session->opened ? "session.updated" : "session.created";
  LsFault *fault;

  json_object_set_string_member (settings, "type", "realtime");
  if (json_object_has_member (given, "backend_prompt"))
    json_object_set_string_member (settings, "instructions",
        json_object_get_string_member (given, "backend_prompt"));
  fault = ls_session_configure (session, settings);
  if (fault != NULL)
    return fault;
  session->opened = TRUE;
  ls_session_send (session, ls_event_session (type, session->config));
  return NULL;
}

static LsFault *
create_session (LsSession *session, JsonObject *event)
{
  if (session->opened)
    return ls_fault_new (
        "invalid_event", NULL, "The session was created already.");
  return set_session (session, event);
}

static void
mix (const guint8 *bytes, gsize frames, guint channels, GArray *mono)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  gsize i;

  ls_format_decode (
      LS_FORMAT_PCM, bytes, frames * channels * sizeof (gint16), samples);
  for (i = 0; i < frames; i++) {
    const gint16 *frame = &g_array_index (samples, gint16, i * channels);
    gint16 mixed = (frame[0] + frame[channels - 1]) / 2;

    g_array_append_val (mono, mixed);
  }
}

static LsFault *
append_audio (LsSession *session, JsonObject *event)
{
  guint channels = json_object_get_int_member (event, "num_channels");
  guint frame_size = channels * sizeof (gint16);
  g_autoptr (GArray) mono = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autoptr (GBytes) audio = NULL;
  LsFault *fault = NULL;
  gsize frames;

  audio = ls_requests_decode_audio (event, "delta", frame_size, &fault);
  if (audio == NULL)
    return fault;
  frames = g_bytes_get_size (audio) / frame_size;
  if (json_object_has_member (event, "samples_per_channel")
      && json_object_get_int_member (event, "samples_per_channel")
             != (gint64) frames)
    return ls_fault_new ("invalid_value", "samples_per_channel",
        "Invalid 'samples_per_channel'. The delta has %" G_GSIZE_FORMAT
        " samples per channel.",
        frames);
  mix (g_bytes_get_data (audio, NULL), frames, channels, mono);
  ls_listener_hear (session->listener, (const gint16 *) mono->data, mono->len,
      json_object_get_int_member (event, "sample_rate"));
  return NULL;
}

/* what is of type text here is called by who says it there */
static LsFault *
create_item (LsSession *session, JsonObject *event)
{
  JsonArray *content = json_object_get_array_member (
      json_object_get_object_member (event, "item"), "content");
  LsFault *fault;
  guint i;

  for (i = 0; i < json_array_get_length (content); i++)
    json_object_set_string_member (
        json_array_get_object_element (content, i), "type", "input_text");
  fault = ls_requests_do (session, event);
  if (fault == NULL)
    ls_session_owe_reply (session);
  return fault;
}

static LsFault *
handle (LsSession *session, JsonObject *event)
{
  const gchar *type = json_object_get_string_member (event, "type");

  if (g_str_equal (type, "response.input_audio.delta"))
    return append_audio (session, event);
  if (g_str_equal (type, "conversation.item.create"))
    return create_item (session, event);
  return g_str_equal (type, "session.create") ? create_session (session, event)
                                              : set_session (session, event);
}

/* the server's events */

static JsonObject *
say_session (JsonObject *event)
{
  JsonObject *from = json_object_get_object_member (event, "session");
  JsonObject *said
      = ls_event_new (json_object_get_string_member (event, "type"));
  JsonObject *session = json_object_new ();

  json_object_set_string_member (
      session, "id", json_object_get_string_member (from, "id"));
  json_object_set_string_member (session, "backend_prompt",
      json_object_get_string_member (from, "instructions"));
  json_object_set_object_member (said, "session", session);
  return said;
}

static JsonObject *
say_audio (JsonObject *event)
{
  JsonObject *said = ls_event_new ("response.output_audio.delta");

  json_object_set_string_member (
      said, "delta", json_object_get_string_member (event, "delta"));
  json_object_set_int_member (
      said, "sample_rate", ls_format_rate (LS_FORMAT_PCM));
  json_object_set_int_member (said, "num_channels", 1);
  return said;
}

static JsonObject *
say_message (const gchar *id, const gchar *role, const gchar *text)
{
  JsonObject *said = ls_event_new ("conversation.item.added");
  JsonObject *item = json_object_new (), *part = json_object_new ();
  JsonArray *content = json_array_new ();

  json_object_set_string_member (part, "type", "text");
  json_object_set_string_member (part, "text", text);
  json_array_add_object_element (content, part);
  json_object_set_string_member (item, "id", id);
  json_object_set_string_member (item, "type", "message");
  json_object_set_string_member (item, "role", role);
  json_object_set_array_member (item, "content", content);
  json_object_set_object_member (said, "item", item);
  return said;
}

/* a message is added once it is known what it says: of what the user says
 * aloud that is told by its transcription */
static JsonObject *
say_item (JsonObject *event)
{
  JsonObject *item = json_object_get_object_member (event, "item");
  const gchar *type = json_object_get_string_member (item, "type");
  JsonObject *part;
  const gchar *text;

  if (!g_str_equal (type, "message"))
    return NULL;
  part = json_array_get_object_element (
      json_object_get_array_member (item, "content"), 0);
  if (g_str_equal (json_object_get_string_member (part, "type"), "input_audio"))
    return NULL;
  text = json_object_get_string_member_with_default (part, "text", NULL);
  if (text == NULL)
    text = json_object_get_string_member (part, "transcript");
  return say_message (json_object_get_string_member (item, "id"),
      json_object_get_string_member (item, "role"), text);
}

static JsonObject *
say_error (JsonObject *event)
{
  JsonObject *error = json_object_get_object_member (event, "error");
  JsonObject *said = ls_event_new ("error");

  json_object_set_string_member (
      said, "code", json_object_get_string_member (error, "code"));
  json_object_set_string_member (
      said, "message", json_object_get_string_member (error, "message"));
  return said;
}

static JsonObject *
say (JsonObject *untranslated)
{
  g_autoptr (JsonObject) event = untranslated;
  const gchar *type = json_object_get_string_member (event, "type");

  if (g_str_equal (type, "session.created")
      || g_str_equal (type, "session.updated"))
    return say_session (event);
  if (g_str_equal (type, "response.output_audio.delta"))
    return say_audio (event);
  if (g_str_equal (type, HEARD "completed"))
    return say_message (json_object_get_string_member (event, "item_id"),
        "user", json_object_get_string_member (event, "transcript"));
  if (g_str_equal (type, "conversation.item.done"))
    return say_item (event);
  return g_str_equal (type, "error") ? say_error (event) : NULL;
}

const LsDialect ls_dialect_create = {
  .name = "session-create",
  .path = "/ws",
  .rules = &rules,
  .opening = "session.create",
  .granted = GRANTED,
  .errors_end = TRUE,
  .admit = admit,
  .handle = handle,
  .say = say,
};
