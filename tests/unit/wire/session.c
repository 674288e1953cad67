/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The session that realtime-v2 asks for, setting by setting.
 */
#include <math.h>
#include <string.h>

#include "describe.h"
#include "rtdialect.h"

#define PCM "{'type':'audio/pcm','rate':24000}"
#define SILENCE                                                  \
  "{'type':'function','name':'remain_silent','description':'?'," \
  "'parameters':{'type':'object','properties':{},"               \
  "'additionalProperties':false}}"
#define HANDOFF(name)                                                    \
  "{'type':'function','name':'" name "','description':'?','parameters':" \
  "{'type':'object','properties':{'prompt':{'type':'string',"            \
  "'description':'?'}},'required':['prompt'],"                           \
  "'additionalProperties':false}}"

static gchar *
session_update (const RtSessionConfig *config)
{
  RtCommand command = { .type = RT_COMMAND_SESSION_UPDATE, .event_id = "e" };

  return rt_dialect_v2.encode (&command, config);
}

/* What tools are described by is for the model, not for this test. */
static void
hide_descriptions (JsonObject *session)
{
  JsonArray *tools = rt_json_array (session, "tools");
  guint i, n = tools != NULL ? json_array_get_length (tools) : 0;

  for (i = 0; i < n; i++) {
    JsonObject *tool = rt_json_array_object (tools, i);
    JsonObject *prompt = rt_json_object (
        rt_json_object (rt_json_object (tool, "parameters"), "properties"),
        "prompt");

    g_assert_cmpuint (strlen (rt_json_string (tool, "description")), >, 0);
    json_object_set_string_member (tool, "description", "?");
    if (prompt != NULL)
      json_object_set_string_member (prompt, "description", "?");
  }
}

static JsonNode *
encoded_session (const RtSessionConfig *config)
{
  g_autofree gchar *text = session_update (config);
  g_autoptr (JsonNode) message = rt_test_parse (text);
  JsonObject *object = json_node_get_object (message);

  g_assert_cmpstr (rt_json_string (object, "type"), ==, "session.update");
  g_assert_cmpstr (rt_json_string (object, "event_id"), ==, "e");
  hide_descriptions (rt_json_object (object, "session"));
  return json_node_copy (json_object_get_member (object, "session"));
}

static void
check_session (const RtSessionConfig *config, const gchar *expected)
{
  g_autoptr (JsonNode) session = encoded_session (config);
  g_autofree gchar *seen = rt_json_to_text (session);

  rt_test_check_json (seen, expected);
}

/* The member at a path of names parted by dots; "absent" when there is
 * none. */
static void
check_member (
    const RtSessionConfig *config, const gchar *path, const gchar *expected)
{
  g_autoptr (JsonNode) session = encoded_session (config);
  g_auto (GStrv) names = g_strsplit (path, ".", 0);
  JsonNode *node = session;
  g_autofree gchar *seen = NULL, *wanted = rt_test_json (expected);
  guint i;

  for (i = 0; names[i] != NULL && node != NULL; i++)
    node = json_object_get_member (json_node_get_object (node), names[i]);
  seen = node != NULL ? rt_json_to_text (node) : g_strdup ("absent");
  g_test_message ("%s", path);
  g_assert_cmpstr (seen, ==, wanted);
}

static void
set (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void
test_default_session (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();

  check_session (config,
      "{'type':'realtime','output_modalities':['audio'],'audio':{'input':"
      "{'format':" PCM ",'noise_reduction':{'type':'near_field'},"
      "'transcription':{'model':'gpt-transcribe'},'turn_detection':"
      "{'type':'server_vad','threshold':0.5,'prefix_padding_ms':300,"
      "'silence_duration_ms':500,'create_response':true,"
      "'interrupt_response':true}},'output':{'format':" PCM
      ",'voice':'marin','speed':1.0}},"
      "'tools':[" HANDOFF ("background_agent") "," SILENCE "],"
                                               "'tool_choice':'auto'}");
}

static void
test_transcription_session (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();

  config->mode = RT_MODE_TRANSCRIPTION;
  set (&config->prompt, "not sent");
  set (&config->tools, "[{\"type\":\"function\",\"name\":\"f\"}]");
  config->vad_idle_timeout = 6000;
  config->max_output_tokens = 5;
  set (&config->transcription_language, "de");
  set (&config->transcription_prompt, "words");
  check_session (config,
      "{'type':'transcription','audio':{'input':{'format':" PCM
      ",'noise_reduction':{'type':'near_field'},'transcription':"
      "{'model':'gpt-transcribe','language':'de','prompt':'words'},"
      "'turn_detection':{'type':'server_vad','threshold':0.5,"
      "'prefix_padding_ms':300,'silence_duration_ms':500}}}}");
}

static void
test_input (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();

  config->input_format = (RtAudioFormat){ RT_CODEC_PCMU, 8000, 1 };
  config->output_format = (RtAudioFormat){ RT_CODEC_PCMA, 8000, 1 };
  check_member (config, "audio.input.format", "{'type':'audio/pcmu'}");
  check_member (config, "audio.output.format", "{'type':'audio/pcma'}");

  config->noise_reduction = RT_NOISE_REDUCTION_FAR_FIELD;
  check_member (config, "audio.input.noise_reduction", "{'type':'far_field'}");
  config->noise_reduction = RT_NOISE_REDUCTION_NONE;
  check_member (config, "audio.input.noise_reduction", "null");

  set (&config->transcription_model, NULL);
  check_member (config, "audio.input.transcription", "null");
  set (&config->transcription_model, "");
  check_member (config, "audio.input.transcription", "null");
}

static void
test_turn_detection (void)
{
  static const gchar *const eagerness[] = { "auto", "low", "medium", "high" };
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  guint i;

  config->vad_threshold = 0.25;
  config->vad_prefix_padding = 1;
  config->vad_silence_duration = 2;
  config->vad_idle_timeout = 6000;
  config->create_response = FALSE;
  check_member (config, "audio.input.turn_detection",
      "{'type':'server_vad','threshold':0.25,'prefix_padding_ms':1,"
      "'silence_duration_ms':2,'idle_timeout_ms':6000,"
      "'create_response':false,'interrupt_response':true}");
  config->vad_threshold = NAN;
  check_member (config, "audio.input.turn_detection.threshold", "absent");

  config->turn_detection = RT_TURN_DETECTION_SEMANTIC_VAD;
  config->interrupt_response = FALSE;
  for (i = RT_EAGERNESS_AUTO; i <= RT_EAGERNESS_HIGH; i++) {
    g_autofree gchar *expected = g_strdup_printf (
        "{'type':'semantic_vad','eagerness':'%s','create_response':false,"
        "'interrupt_response':false}",
        eagerness[i]);

    config->vad_eagerness = i;
    check_member (config, "audio.input.turn_detection", expected);
  }
  config->turn_detection = RT_TURN_DETECTION_NONE;
  check_member (config, "audio.input.turn_detection", "null");
}

static void
test_output (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();

  check_member (config, "instructions", "absent");
  check_member (config, "max_output_tokens", "absent");
  set (&config->prompt, "Be kind.");
  set (&config->voice, "cedar");
  config->speed = 1.25;
  config->output_modality = RT_MODALITY_TEXT;
  config->max_output_tokens = 4096;
  check_member (config, "instructions", "'Be kind.'");
  check_member (config, "audio.output.voice", "'cedar'");
  check_member (config, "audio.output.speed", "1.25");
  check_member (config, "output_modalities", "['text']");
  check_member (config, "max_output_tokens", "4096");
  set (&config->prompt, "a\377");
  check_member (config, "instructions", "'a\357\277\275'");
}

static void
test_tools (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  const gchar *own = "[{\"type\":\"mcp\",\"server_label\":\"l\","
                     "\"description\":\"?\"},{\"type\":\"function\","
                     "\"name\":\"remain_silent\",\"description\":\"?\"}]";

  set (&config->handoff_tool, NULL);
  check_member (config, "tools", "[" SILENCE "]");
  set (&config->handoff_tool, "transfer");
  check_member (config, "tools", "[" HANDOFF ("transfer") "," SILENCE "]");
  set (&config->tools, own);
  check_member (config, "tools",
      "[{'type':'mcp','server_label':'l','description':'?'},"
      "{'type':'function','name':'remain_silent','description':'?'}," HANDOFF (
          "transfer") "]");
  set (&config->handoff_tool, "remain_silent");
  set (&config->tools, "no JSON");
  check_member (config, "tools", "[" HANDOFF ("remain_silent") "]");
}

static void
test_tool_choice (void)
{
  static const struct {
    const gchar *choice;
    const gchar *expected;
  } rows[] = {
    { "auto", "'auto'" },
    { "none", "'none'" },
    { "required", "'required'" },
    { NULL, "'auto'" },
    { "", "'auto'" },
    { "look_up", "{'type':'function','name':'look_up'}" },
  };
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    set (&config->tool_choice, rows[i].choice);
    check_member (config, "tool_choice", rows[i].expected);
  }
}

static void
test_options (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();

  set (&config->session_options,
      "{\"tracing\":\"auto\",\"tools\":[],\"tool_choice\":null,"
      "\"audio\":{\"output\":{\"voice\":{\"id\":\"v\"}},"
      "\"input\":{\"turn_detection\":{\"threshold\":0.75},"
      "\"transcription\":null,\"format\":7}}}");
  check_session (config,
      "{'type':'realtime','output_modalities':['audio'],'audio':{'input':"
      "{'format':7,'noise_reduction':{'type':'near_field'},"
      "'transcription':null,'turn_detection':{'type':'server_vad',"
      "'threshold':0.75,'prefix_padding_ms':300,'silence_duration_ms':500,"
      "'create_response':true,'interrupt_response':true}},'output':"
      "{'format':" PCM ",'voice':{'id':'v'},'speed':1.0}},'tools':[],"
      "'tool_choice':null,'tracing':'auto'}");
  config->mode = RT_MODE_TRANSCRIPTION;
  set (&config->session_options, "{\"include\":[\"x\"]}");
  check_member (config, "include", "['x']");
  set (&config->session_options, "[]");
  check_member (config, "type", "'transcription'");
}

/* What an update before it said and this one does not is taken back; of an
 * object that is replaced as a whole nothing has to be. */
static void
test_taken_back (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autofree gchar *before = NULL, *after = NULL;
  RtCommand command = { .type = RT_COMMAND_SESSION_UPDATE, .event_id = "e" };
  g_autoptr (JsonNode) message = NULL;
  JsonObject *session, *audio;

  set (&config->prompt, "Be kind.");
  config->max_output_tokens = 7;
  config->vad_idle_timeout = 6000;
  set (&config->session_options,
      "{\"tracing\":\"auto\",\"prompt\":{\"id\":\"p\"},"
      "\"audio\":{\"output\":{\"more\":[1]}}}");
  before = session_update (config);
  set (&config->prompt, NULL);
  config->max_output_tokens = -1;
  config->vad_idle_timeout = 0;
  set (&config->session_options, NULL);
  command.before = before;
  after = rt_dialect_v2.encode (&command, config);
  message = rt_test_parse (after);
  session = rt_json_object (json_node_get_object (message), "session");
  audio = rt_json_object (session, "audio");
  g_assert_cmpstr (rt_json_string (session, "instructions"), ==, "");
  g_assert_cmpstr (rt_json_string (session, "max_output_tokens"), ==, "inf");
  g_assert_true (json_object_get_null_member (session, "tracing"));
  g_assert_true (json_object_get_null_member (session, "prompt"));
  g_assert_true (
      json_object_get_null_member (rt_json_object (audio, "output"), "more"));
  g_assert_false (json_object_has_member (
      rt_json_object (rt_json_object (audio, "input"), "turn_detection"),
      "idle_timeout_ms"));
}

static gchar *
encode_without (const RtSessionConfig *config, gchar *before, ...)
{
  RtCommand command = {
    .type = RT_COMMAND_SESSION_UPDATE,
    .event_id = "e",
    .before = before,
  };
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  const gchar *path;
  va_list more;

  va_start (more, before);
  while ((path = va_arg (more, const gchar *)) != NULL)
    g_ptr_array_add (paths, (gpointer) path);
  va_end (more);
  g_ptr_array_add (paths, NULL);
  command.left_out = (GStrv) paths->pdata;
  return rt_dialect_v2.encode (&command, config);
}

/* What is left out is not there, and all else is. */
static void
test_left_out (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autofree gchar *text = NULL;
  g_autoptr (JsonNode) message = NULL;
  g_autoptr (JsonNode) wanted = encoded_session (config);
  JsonObject *session, *audio;

  text = encode_without (config, NULL, "session.audio.input.noise_reduction",
      "session.tool_choice", "session.audio.input.transcription.model",
      "session.not.there", "session.instructions", NULL);
  message = rt_test_parse (text);
  session = rt_json_object (json_node_get_object (message), "session");
  hide_descriptions (session);
  audio = rt_json_object (json_node_get_object (wanted), "audio");
  json_object_remove_member (
      rt_json_object (audio, "input"), "noise_reduction");
  json_object_remove_member (
      rt_json_object (rt_json_object (audio, "input"), "transcription"),
      "model");
  json_object_remove_member (json_node_get_object (wanted), "tool_choice");
  g_assert_true (json_node_equal (
      json_object_get_member (json_node_get_object (message), "session"),
      wanted));
}

/* What is left out is not taken back. */
static void
test_left_out_and_taken_back (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autofree gchar *before = NULL, *text = NULL;
  g_autoptr (JsonNode) message = NULL;
  JsonObject *session;

  config->max_output_tokens = 7;
  set (&config->session_options, "{\"tracing\":\"auto\",\"include\":[]}");
  before = session_update (config);
  config->max_output_tokens = 100000;
  set (&config->session_options, NULL);
  text = encode_without (
      config, before, "session.max_output_tokens", "session.include", NULL);
  message = rt_test_parse (text);
  session = rt_json_object (json_node_get_object (message), "session");
  g_assert_false (json_object_has_member (session, "max_output_tokens"));
  g_assert_false (json_object_has_member (session, "include"));
  g_assert_true (json_object_get_null_member (session, "tracing"));
}

static void
test_command_copy (void)
{
  g_autoptr (RtCommand) command = rt_command_new (RT_COMMAND_SESSION_UPDATE);
  g_autoptr (RtCommand) copy = NULL;

  command->left_out = g_strsplit ("a b", " ", -1);
  copy = rt_command_copy (command);
  g_assert_true (g_strv_equal ((const gchar *const *) command->left_out,
      (const gchar *const *) copy->left_out));
  g_assert_true (command->left_out != copy->left_out);
}

static void
test_config_copy (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autoptr (RtSessionConfig) copy = NULL;
  g_autofree gchar *before = NULL, *after = NULL;
  gchar **strings[] = { &config->model, &config->prompt,
    &config->conversation_id, &config->voice, &config->transcription_model,
    &config->transcription_language, &config->transcription_prompt,
    &config->tools, &config->tool_choice, &config->handoff_tool,
    &config->session_options };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (strings); i++)
    set (strings[i], "x");
  set (&config->tools, "[1]");
  set (&config->session_options, "{\"a\":1}");
  before = session_update (config);
  copy = rt_session_config_copy (config);
  g_clear_pointer (&config, rt_session_config_free);
  after = session_update (copy);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpstr (copy->model, ==, "x");
  g_assert_cmpstr (copy->conversation_id, ==, "x");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/session/default", test_default_session);
  g_test_add_func ("/wire/session/transcription", test_transcription_session);
  g_test_add_func ("/wire/session/input", test_input);
  g_test_add_func ("/wire/session/turn-detection", test_turn_detection);
  g_test_add_func ("/wire/session/output", test_output);
  g_test_add_func ("/wire/session/tools", test_tools);
  g_test_add_func ("/wire/session/tool-choice", test_tool_choice);
  g_test_add_func ("/wire/session/options", test_options);
  g_test_add_func ("/wire/session/taken-back", test_taken_back);
  g_test_add_func ("/wire/session/left-out", test_left_out);
  g_test_add_func (
      "/wire/session/left-out-and-taken-back", test_left_out_and_taken_back);
  g_test_add_func ("/wire/session/command-copy", test_command_copy);
  g_test_add_func ("/wire/session/config-copy", test_config_copy);
  return g_test_run ();
}
