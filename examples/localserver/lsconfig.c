/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session is kept as the JSON that is echoed; settings are read from it.
 * A default stands in one place: the JSON that a new session starts with. */
#include "lsconfig.h"

#include "lsconversation.h"
#include "lsg711.h"

#include <string.h>

#define DEFAULTS_REALTIME                                                 \
  "{\"type\":\"realtime\",\"object\":\"realtime.session\","               \
  "\"output_modalities\":[\"audio\"],"                                    \
  "\"instructions\":\"You are a small local server. You repeat what you " \
  "hear, and pass on what you are asked to do.\","                        \
  "\"audio\":{\"input\":{\"format\":{\"type\":\"audio/pcm\","             \
  "\"rate\":24000},\"transcription\":null,\"noise_reduction\":null,"      \
  "\"turn_detection\":{\"type\":\"server_vad\"}},"                        \
  "\"output\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":24000},"       \
  "\"voice\":\"marin\",\"speed\":1.0}},"                                  \
  "\"tools\":[],\"tool_choice\":\"auto\",\"max_output_tokens\":\"inf\","  \
  "\"include\":null,\"tracing\":null,\"truncation\":\"auto\","            \
  "\"prompt\":null}"

#define DEFAULTS_TRANSCRIPTION                                           \
  "{\"type\":\"transcription\","                                         \
  "\"object\":\"realtime.transcription_session\","                       \
  "\"audio\":{\"input\":{\"format\":{\"type\":\"audio/pcm\","            \
  "\"rate\":24000},\"transcription\":{\"model\":\"gpt-4o-transcribe\"}," \
  "\"noise_reduction\":null,"                                            \
  "\"turn_detection\":{\"type\":\"server_vad\"}}},\"include\":null}"

#define DEFAULTS_SERVER_VAD                                               \
  "{\"type\":\"server_vad\",\"threshold\":0.5,\"prefix_padding_ms\":300," \
  "\"silence_duration_ms\":500,\"create_response\":true,"                 \
  "\"interrupt_response\":true,\"idle_timeout_ms\":null}"

#define DEFAULTS_SEMANTIC_VAD                          \
  "{\"type\":\"semantic_vad\",\"eagerness\":\"auto\"," \
  "\"create_response\":true,\"interrupt_response\":true}"

static const struct {
  const gchar *name;
  guint rate;
  guint sample_size;
} formats[] = {
  [LS_FORMAT_PCM] = { "audio/pcm", 24000, 2 },
  [LS_FORMAT_MULAW] = { "audio/pcmu", 8000, 1 },
  [LS_FORMAT_ALAW] = { "audio/pcma", 8000, 1 },
};

/* how long a semantic pause is: the eager take the word sooner */
static const struct {
  const gchar *eagerness;
  guint silence_ms;
} semantic_pauses[] = {
  { "high", 350 },
  { "medium", 600 },
  { "auto", 600 },
  { "low", 1200 },
};

struct _LsConfig {
  JsonObject *session;
  LsHearing hearing;
};

guint
ls_format_rate (LsFormat format)
{
  return formats[format].rate;
}

guint
ls_format_sample_size (LsFormat format)
{
  return formats[format].sample_size;
}

JsonObject *
ls_format_to_json (LsFormat format)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "type", formats[format].name);
  if (format == LS_FORMAT_PCM)
    json_object_set_int_member (json, "rate", formats[format].rate);
  return json;
}

LsFormat
ls_format_from_json (JsonObject *json)
{
  const gchar *name = json_object_get_string_member (json, "type");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].name, name))
      return i;
  return LS_FORMAT_PCM;
}

void
ls_format_encode (
    LsFormat format, const gint16 *samples, gsize n, GByteArray *bytes)
{
  gsize start = bytes->len, i;

  g_byte_array_set_size (bytes, start + n * formats[format].sample_size);
  for (i = 0; i < n; i++) {
    if (format == LS_FORMAT_PCM) {
      bytes->data[start + 2 * i] = samples[i] & 0xff;
      bytes->data[start + 2 * i + 1] = (guint16) samples[i] >> 8;
    } else if (format == LS_FORMAT_MULAW) {
      bytes->data[start + i] = ls_mulaw_encode (samples[i]);
    } else {
      bytes->data[start + i] = ls_alaw_encode (samples[i]);
    }
  }
}

void
ls_format_decode (
    LsFormat format, const guint8 *bytes, gsize n, GArray *samples)
{
  gsize count = n / formats[format].sample_size, i;

  for (i = 0; i < count; i++) {
    gint16 sample;

    if (format == LS_FORMAT_PCM)
      sample = (gint16) (bytes[2 * i] | bytes[2 * i + 1] << 8);
    else if (format == LS_FORMAT_MULAW)
      sample = ls_mulaw_decode (bytes[i]);
    else
      sample = ls_alaw_decode (bytes[i]);
    g_array_append_val (samples, sample);
  }
}

void
ls_voicing_clear (LsVoicing *self)
{
  g_clear_pointer (&self->voice, g_free);
  g_clear_pointer (&self->tools, json_array_unref);
  g_clear_pointer (&self->choice, json_node_unref);
}

static JsonObject *
object_from_text (const gchar *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return json_node_dup_object (node);
}

/* the object below, NULL when it is null, absent or something else */
static JsonObject *
below (JsonObject *object, const gchar *name)
{
  JsonNode *node
      = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}

/* sets the members of from in to; objects named in paths are merged */
static void
merge (JsonObject *to, JsonObject *from, const gchar *const *merged)
{
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  json_object_iter_init (&iter, from);
  while (json_object_iter_next (&iter, &name, &node)) {
    JsonObject *inner = below (to, name);

    if (inner != NULL && JSON_NODE_HOLDS_OBJECT (node)
        && g_strv_contains (merged, name))
      merge (inner, json_node_get_object (node), merged);
    else
      json_object_set_member (to, name, json_node_copy (node));
  }
}

/* what a turn detection leaves out, it has by default */
static void
complete_turn_detection (JsonObject *input)
{
  static const gchar *const none[] = { NULL };
  JsonObject *given = below (input, "turn_detection");
  JsonObject *whole;

  if (given == NULL)
    return;
  whole = object_from_text (
      g_str_equal (
          json_object_get_string_member (given, "type"), "semantic_vad")
          ? DEFAULTS_SEMANTIC_VAD
          : DEFAULTS_SERVER_VAD);
  merge (whole, given, none);
  json_object_set_object_member (input, "turn_detection", whole);
}

static guint
semantic_silence (JsonObject *turn)
{
  const gchar *eagerness = json_object_get_string_member (turn, "eagerness");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (semantic_pauses); i++)
    if (g_str_equal (semantic_pauses[i].eagerness, eagerness))
      return semantic_pauses[i].silence_ms;
  return 600;
}

static void
read_turn_detection (LsHearing *hearing, JsonObject *turn)
{
  hearing->detect_turns = turn != NULL;
  if (turn == NULL)
    return;
  hearing->create_response
      = json_object_get_boolean_member (turn, "create_response");
  hearing->interrupt_response
      = json_object_get_boolean_member (turn, "interrupt_response");
  if (!json_object_has_member (turn, "threshold")) {
    hearing->threshold = 0.5;
    hearing->prefix_ms = 300;
    hearing->silence_ms = semantic_silence (turn);
    hearing->idle_ms = 0;
    return;
  }
  hearing->threshold = json_object_get_double_member (turn, "threshold");
  hearing->prefix_ms = json_object_get_int_member (turn, "prefix_padding_ms");
  hearing->silence_ms
      = json_object_get_int_member (turn, "silence_duration_ms");
  hearing->idle_ms = json_object_get_null_member (turn, "idle_timeout_ms")
                         ? 0
                         : json_object_get_int_member (turn, "idle_timeout_ms");
}

static void
read_hearing (LsConfig *self)
{
  JsonObject *input = below (below (self->session, "audio"), "input");
  JsonObject *transcription = below (input, "transcription");
  const gchar *model = "";
  LsHearing *hearing = &self->hearing;

  hearing->transcription_only
      = !json_object_has_member (self->session, "output_modalities");
  hearing->input = ls_format_from_json (below (input, "format"));
  read_turn_detection (hearing, below (input, "turn_detection"));
  hearing->transcribe = transcription != NULL;
  if (transcription != NULL)
    model = json_object_get_string_member_with_default (
        transcription, "model", "");
  /* the models made for live captions send words while they are spoken */
  hearing->transcribe_live
      = strstr (model, "-live-") != NULL || strstr (model, "realtime") != NULL;
  hearing->transcribe_by_duration = g_str_equal (model, "whisper-1");
}

LsConfig *
ls_config_new (const gchar *model, gint64 expires_at)
{
  LsConfig *self = g_new0 (LsConfig, 1);
  g_autofree gchar *id = ls_id_new ("sess");

  self->session = object_from_text (
      model != NULL ? DEFAULTS_REALTIME : DEFAULTS_TRANSCRIPTION);
  json_object_set_string_member (self->session, "id", id);
  json_object_set_int_member (self->session, "expires_at", expires_at);
  if (model != NULL)
    json_object_set_string_member (self->session, "model", model);
  complete_turn_detection (below (below (self->session, "audio"), "input"));
  read_hearing (self);
  return self;
}

void
ls_config_free (LsConfig *self)
{
  json_object_unref (self->session);
  g_free (self);
}

static const gchar *
voice_name (JsonObject *output)
{
  JsonNode *voice
      = output != NULL ? json_object_get_member (output, "voice") : NULL;

  if (voice == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (voice))
    return json_object_get_string_member (json_node_get_object (voice), "id");
  return json_node_get_string (voice);
}

static LsFault *
check_change (const LsConfig *self, JsonObject *session, gboolean spoken)
{
  const gchar *type = json_object_get_string_member (session, "type");
  const gchar *now = json_object_get_string_member (self->session, "type");
  const gchar *voice = voice_name (below (below (session, "audio"), "output"));
  JsonArray *modalities;

  if (!g_str_equal (type, now))
    return ls_fault_new ("invalid_value", "session.type",
        "Passing a %s session update event to a %s session is not allowed.",
        type, now);
  if (json_object_has_member (session, "model")
      && g_strcmp0 (json_object_get_string_member (session, "model"),
             json_object_get_string_member (self->session, "model"))
             != 0)
    return ls_fault_new ("invalid_value", "session.model",
        "The model of a running session cannot be changed.");
  if (spoken && voice != NULL
      && g_strcmp0 (voice,
             voice_name (below (below (self->session, "audio"), "output")))
             != 0)
    return ls_fault_new ("cannot_update_voice", NULL,
        "Cannot update a conversation's voice if assistant audio is "
        "present.");
  if (json_object_has_member (session, "output_modalities")) {
    modalities = json_object_get_array_member (session, "output_modalities");
    if (json_array_get_length (modalities) != 1)
      return ls_fault_new ("invalid_value", "session.output_modalities",
          "Invalid modalities. Supported combinations are: ['text'] and "
          "['audio'].");
  }
  return NULL;
}

LsFault *
ls_config_apply (LsConfig *self, JsonObject *session, gboolean spoken)
{
  static const gchar *const merged[] = { "audio", "input", "output", NULL };
  LsFault *fault = check_change (self, session, spoken);

  if (fault != NULL)
    return fault;
  merge (self->session, session, merged);
  complete_turn_detection (below (below (self->session, "audio"), "input"));
  read_hearing (self);
  return NULL;
}

JsonObject *
ls_config_to_json (const LsConfig *self)
{
  return json_object_ref (self->session);
}

const LsHearing *
ls_config_hearing (const LsConfig *self)
{
  return &self->hearing;
}

static void
read_voicing (JsonObject *from, LsVoicing *voicing)
{
  JsonObject *output = below (below (from, "audio"), "output");
  const gchar *voice = voice_name (output);
  JsonNode *node;

  if (voice != NULL) {
    g_free (voicing->voice);
    voicing->voice = g_strdup (voice);
  }
  if (below (output, "format") != NULL)
    voicing->format = ls_format_from_json (below (output, "format"));
  if (output != NULL && json_object_has_member (output, "speed"))
    voicing->speed = json_object_get_double_member (output, "speed");
  node = json_object_get_member (from, "output_modalities");
  if (node != NULL && json_array_get_length (json_node_get_array (node)) > 0)
    voicing->text_only = g_str_equal (
        json_array_get_string_element (json_node_get_array (node), 0), "text");
  node = json_object_get_member (from, "max_output_tokens");
  if (node != NULL)
    voicing->max_tokens = json_node_get_value_type (node) == G_TYPE_INT64
                              ? (gint) json_node_get_int (node)
                              : -1;
  node = json_object_get_member (from, "tools");
  if (node != NULL) {
    g_clear_pointer (&voicing->tools, json_array_unref);
    voicing->tools = json_array_ref (json_node_get_array (node));
  }
  node = json_object_get_member (from, "tool_choice");
  if (node != NULL) {
    g_clear_pointer (&voicing->choice, json_node_unref);
    voicing->choice = json_node_copy (node);
  }
}

void
ls_config_voicing (
    const LsConfig *self, JsonObject *response, LsVoicing *voicing)
{
  memset (voicing, 0, sizeof *voicing);
  voicing->speed = 1.0;
  voicing->max_tokens = -1;
  read_voicing (self->session, voicing);
  if (response != NULL)
    read_voicing (response, voicing);
}
