/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From settings to the session object of each dialect.  Pure; any thread.
 */
#include "rtsessionjson.h"

#include <math.h>
#include <string.h>

static gboolean
is_set (const gchar *text)
{
  return text != NULL && *text != '\0';
}

static void
set_if (JsonObject *object, const gchar *name, const gchar *value)
{
  if (is_set (value))
    rt_json_set_string (object, name, value);
}

/* A property may hold what is no number, JSON may not. */
static void
set_number (JsonObject *object, const gchar *name, gdouble value)
{
  if (isfinite (value))
    json_object_set_double_member (object, name, value);
}

static JsonObject *
typed (const gchar *type)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);
  return object;
}

static JsonObject *
format_json (const RtAudioFormat *format)
{
  JsonObject *object = typed (rt_codec_to_wire (format->codec));

  if (format->codec == RT_CODEC_PCM16)
    json_object_set_int_member (object, "rate", format->rate);
  return object;
}

static void
add_noise_reduction (JsonObject *input, RtNoiseReduction kind)
{
  if (kind == RT_NOISE_REDUCTION_NONE) {
    json_object_set_null_member (input, "noise_reduction");
    return;
  }
  json_object_set_object_member (input, "noise_reduction",
      typed (
          kind == RT_NOISE_REDUCTION_FAR_FIELD ? "far_field" : "near_field"));
}

static void
add_transcription (JsonObject *input, const RtSessionConfig *config)
{
  JsonObject *object;

  if (!is_set (config->transcription_model)) {
    json_object_set_null_member (input, "transcription");
    return;
  }
  object = json_object_new ();
  rt_json_set_string (object, "model", config->transcription_model);
  set_if (object, "language", config->transcription_language);
  set_if (object, "prompt", config->transcription_prompt);
  json_object_set_object_member (input, "transcription", object);
}

static const gchar *
eagerness_name (RtEagerness eagerness)
{
  switch (eagerness) {
    case RT_EAGERNESS_LOW:
      return "low";
    case RT_EAGERNESS_MEDIUM:
      return "medium";
    case RT_EAGERNESS_HIGH:
      return "high";
    case RT_EAGERNESS_AUTO:
    default:
      return "auto";
  }
}

static JsonObject *
server_vad_json (const RtSessionConfig *config)
{
  JsonObject *object = typed ("server_vad");

  set_number (object, "threshold", config->vad_threshold);
  json_object_set_int_member (
      object, "prefix_padding_ms", config->vad_prefix_padding);
  json_object_set_int_member (
      object, "silence_duration_ms", config->vad_silence_duration);
  /* It makes the model speak: a transcription has none. */
  if (config->vad_idle_timeout > 0 && config->mode == RT_MODE_CONVERSATIONAL)
    json_object_set_int_member (
        object, "idle_timeout_ms", config->vad_idle_timeout);
  return object;
}

static void
add_turn_detection (JsonObject *input, const RtSessionConfig *config)
{
  JsonObject *object;

  if (config->turn_detection == RT_TURN_DETECTION_NONE) {
    json_object_set_null_member (input, "turn_detection");
    return;
  }
  if (config->turn_detection == RT_TURN_DETECTION_SEMANTIC_VAD) {
    object = typed ("semantic_vad");
    json_object_set_string_member (
        object, "eagerness", eagerness_name (config->vad_eagerness));
  } else {
    object = server_vad_json (config);
  }
  /* A transcription has no responses. */
  if (config->mode == RT_MODE_CONVERSATIONAL) {
    json_object_set_boolean_member (
        object, "create_response", config->create_response);
    json_object_set_boolean_member (
        object, "interrupt_response", config->interrupt_response);
  }
  json_object_set_object_member (input, "turn_detection", object);
}

static JsonObject *
input_json (const RtSessionConfig *config)
{
  JsonObject *input = json_object_new ();

  json_object_set_object_member (
      input, "format", format_json (&config->input_format));
  add_noise_reduction (input, config->noise_reduction);
  add_transcription (input, config);
  add_turn_detection (input, config);
  return input;
}

static void
add_voice (JsonObject *output, const RtSessionConfig *config,
    const gchar *default_voice)
{
  rt_json_set_string (
      output, "voice", is_set (config->voice) ? config->voice : default_voice);
}

static JsonObject *
output_json (const RtSessionConfig *config, const gchar *default_voice)
{
  JsonObject *output = json_object_new ();

  json_object_set_object_member (
      output, "format", format_json (&config->output_format));
  add_voice (output, config, default_voice);
  set_number (output, "speed", config->speed);
  return output;
}

static gboolean
has_function (JsonArray *tools, const gchar *name)
{
  guint n = json_array_get_length (tools);
  guint i;

  for (i = 0; i < n; i++) {
    JsonObject *tool = rt_json_array_object (tools, i);

    if (g_strcmp0 (rt_json_string (tool, "type"), "function") == 0
        && g_strcmp0 (rt_json_string (tool, "name"), name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A function with at most one parameter, a string.  One that the application
 * defines itself keeps the application's words. */
static void
add_function (JsonArray *tools, const gchar *name, const gchar *description,
    const gchar *parameter, const gchar *meaning)
{
  JsonObject *tool, *parameters, *properties;

  if (has_function (tools, name))
    return;
  tool = typed ("function");
  rt_json_set_string (tool, "name", name);
  json_object_set_string_member (tool, "description", description);
  parameters = typed ("object");
  properties = json_object_new ();
  json_object_set_object_member (parameters, "properties", properties);
  if (parameter != NULL) {
    JsonObject *property = typed ("string");
    JsonArray *required = json_array_new ();

    json_object_set_string_member (property, "description", meaning);
    json_object_set_object_member (properties, parameter, property);
    json_array_add_string_element (required, parameter);
    json_object_set_array_member (parameters, "required", required);
  }
  json_object_set_boolean_member (parameters, "additionalProperties", FALSE);
  json_object_set_object_member (tool, "parameters", parameters);
  json_array_add_object_element (tools, tool);
}

static void
add_tools (JsonObject *session, const RtSessionConfig *config)
{
  JsonArray *tools = NULL;
  const gchar *choice = config->tool_choice;

  if (is_set (config->tools)) {
    g_autoptr (JsonNode) own
        = rt_json_parse_array (config->tools, strlen (config->tools), NULL);

    if (own != NULL)
      tools = json_node_dup_array (own);
  }
  if (tools == NULL)
    tools = json_array_new ();
  if (is_set (config->handoff_tool))
    add_function (tools, config->handoff_tool,
        "Hands a task to the agent that works in the background. Call it "
        "whenever the user asks for something to be done or looked up.",
        "prompt", "The task, with all that is needed to carry it out.");
  add_function (tools, RT_SILENCE_TOOL,
      "Says nothing. Call it when what was heard was not meant for you or "
      "asks for no answer.",
      NULL, NULL);
  json_object_set_array_member (session, "tools", tools);

  if (!is_set (choice))
    choice = "auto";
  if (g_str_equal (choice, "auto") || g_str_equal (choice, "none")
      || g_str_equal (choice, "required")) {
    json_object_set_string_member (session, "tool_choice", choice);
  } else {
    JsonObject *function = typed ("function");

    rt_json_set_string (function, "name", choice);
    json_object_set_object_member (session, "tool_choice", function);
  }
}

/* Objects are merged, all else is replaced.  As deep as the parser allows. */
static void
merge (JsonObject *into, JsonObject *from)
{
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  json_object_iter_init (&iter, from);
  while (json_object_iter_next (&iter, &name, &node)) {
    JsonObject *target = rt_json_object (into, name);

    if (target != NULL && JSON_NODE_HOLDS_OBJECT (node))
      merge (target, json_node_get_object (node));
    else
      json_object_set_member (into, name, json_node_copy (node));
  }
}

static void
merge_options (JsonObject *session, const gchar *options)
{
  g_autoptr (JsonNode) root = NULL;

  if (is_set (options))
    root = rt_json_parse_object (options, strlen (options), NULL);
  if (root != NULL)
    merge (session, json_node_get_object (root));
}

JsonObject *
rt_session_json_v2 (const RtSessionConfig *config, const gchar *default_voice)
{
  gboolean talks = config->mode == RT_MODE_CONVERSATIONAL;
  JsonObject *session = typed (talks ? "realtime" : "transcription");
  JsonObject *audio = json_object_new ();

  if (talks) {
    JsonArray *modalities = json_array_new ();

    set_if (session, "instructions", config->prompt);
    json_array_add_string_element (modalities,
        config->output_modality == RT_MODALITY_TEXT ? "text" : "audio");
    json_object_set_array_member (session, "output_modalities", modalities);
  }
  json_object_set_object_member (audio, "input", input_json (config));
  if (talks)
    json_object_set_object_member (
        audio, "output", output_json (config, default_voice));
  json_object_set_object_member (session, "audio", audio);
  if (talks) {
    add_tools (session, config);
    if (config->max_output_tokens >= 0)
      json_object_set_int_member (
          session, "max_output_tokens", config->max_output_tokens);
  }
  merge_options (session, config->session_options);
  return session;
}

static void
set_prompt (JsonObject *session, const gchar *name, const gchar *prompt,
    const gchar *past)
{
  g_autofree gchar *both = NULL;

  if (is_set (prompt) && is_set (past))
    both = g_strconcat (prompt, "\n\n", past, NULL);
  else
    both = g_strdup (is_set (prompt) ? prompt : past);
  set_if (session, name, both);
}

JsonObject *
rt_session_json_v1 (const RtSessionConfig *config, const gchar *default_voice,
    const gchar *past)
{
  JsonObject *session = typed ("quicksilver");
  JsonObject *audio = json_object_new ();
  JsonObject *input = json_object_new ();
  JsonObject *output = json_object_new ();

  set_prompt (session, "instructions", config->prompt, past);
  json_object_set_object_member (
      input, "format", format_json (&config->input_format));
  add_voice (output, config, default_voice);
  json_object_set_object_member (audio, "input", input);
  json_object_set_object_member (audio, "output", output);
  json_object_set_object_member (session, "audio", audio);
  merge_options (session, config->session_options);
  return session;
}

JsonObject *
rt_session_json_create (const RtSessionConfig *config, const gchar *past)
{
  JsonObject *session = json_object_new ();

  set_prompt (session, "backend_prompt", config->prompt, past);
  set_if (session, "conversation_id", config->conversation_id);
  merge_options (session, config->session_options);
  return session;
}

static JsonNode *
taken_back (const gchar *name)
{
  if (g_str_equal (name, "instructions")
      || g_str_equal (name, "backend_prompt"))
    return json_node_init_string (json_node_alloc (), "");
  if (g_str_equal (name, "max_output_tokens"))
    return json_node_init_string (json_node_alloc (), "inf");
  return json_node_init_null (json_node_alloc ());
}

/* Of the objects that a server merges; any other is replaced as a whole. */
static void
take_back (JsonObject *now, JsonObject *before)
{
  static const gchar *const merged[] = { "audio", "input", "output", NULL };
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  json_object_iter_init (&iter, before);
  while (json_object_iter_next (&iter, &name, &node)) {
    JsonObject *inner = rt_json_object (now, name);

    if (!json_object_has_member (now, name))
      json_object_set_member (now, name, taken_back (name));
    else if (inner != NULL && JSON_NODE_HOLDS_OBJECT (node)
             && g_strv_contains (merged, name))
      take_back (inner, json_node_get_object (node));
  }
}

void
rt_session_json_take_back (JsonObject *session, const gchar *before)
{
  g_autoptr (JsonNode) root
      = rt_json_parse_object (before, strlen (before), NULL);
  JsonObject *earlier = NULL;

  if (root != NULL)
    earlier = rt_json_object (json_node_get_object (root), "session");
  if (earlier != NULL)
    take_back (session, earlier);
}
