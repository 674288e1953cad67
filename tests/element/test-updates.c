/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every property that the server is told of, changed while a session runs:
 * one update that says what has changed and nothing else.
 */
#include <string.h>

#include "rtpipeline.h"

/* Set to `value`, the member at `path` of the session becomes `told`, and set
 * back to `before`, it becomes `taken_back`; all else stays as it was. */
typedef struct {
  const gchar *property;
  const gchar *value; /* as a launch line has it; NULL: NULL */
  const gchar *before;
  const gchar *path; /* names parted by dots */
  const gchar *told; /* JSON with ' for " */
  const gchar *taken_back;
} Update;

#define VAD_V2(threshold, prefix, silence, more, create, interrupt)            \
  "{'type':'server_vad','threshold':" threshold ",'prefix_padding_ms':" prefix \
  ",'silence_duration_ms':" silence more ",'create_response':" create          \
  ",'interrupt_response':" interrupt "}"
#define USUAL_V2 VAD_V2 ("0.5", "300", "500", "", "true", "true")
#define VAD_PATH "audio.input.turn_detection"

static const Update v2_updates[] = {
  { "prompt", "Be brief.", NULL, "instructions", "'Be brief.'", "''" },
  { "voice", "cedar", NULL, "audio.output.voice", "'cedar'", "'marin'" },
  { "speed", "1.25", "1.0", "audio.output.speed", "1.25", "1.0" },
  { "output-modality", "text", "audio", "output_modalities", "['text']",
      "['audio']" },
  { "turn-detection", "none", "server-vad", VAD_PATH, "null", USUAL_V2 },
  { "turn-detection", "semantic-vad", "server-vad", VAD_PATH,
      "{'type':'semantic_vad','eagerness':'auto','create_response':true,"
      "'interrupt_response':true}",
      USUAL_V2 },
  { "vad-threshold", "0.75", "0.5", VAD_PATH,
      VAD_V2 ("0.75", "300", "500", "", "true", "true"), USUAL_V2 },
  { "vad-prefix-padding", "200", "300", VAD_PATH,
      VAD_V2 ("0.5", "200", "500", "", "true", "true"), USUAL_V2 },
  { "vad-silence-duration", "700", "500", VAD_PATH,
      VAD_V2 ("0.5", "300", "700", "", "true", "true"), USUAL_V2 },
  { "vad-idle-timeout", "6000", "0", VAD_PATH,
      VAD_V2 ("0.5", "300", "500", ",'idle_timeout_ms':6000", "true", "true"),
      USUAL_V2 },
  { "create-response", "false", "true", VAD_PATH,
      VAD_V2 ("0.5", "300", "500", "", "false", "true"), USUAL_V2 },
  { "interrupt-response", "false", "true", VAD_PATH,
      VAD_V2 ("0.5", "300", "500", "", "true", "false"), USUAL_V2 },
  /* both sides do nothing then */
  { "barge-in", "ignore", "drop", VAD_PATH,
      VAD_V2 ("0.5", "300", "500", "", "true", "false"), USUAL_V2 },
  { "noise-reduction", "far-field", "near-field", "audio.input.noise_reduction",
      "{'type':'far_field'}", "{'type':'near_field'}" },
  { "noise-reduction", "none", "near-field", "audio.input.noise_reduction",
      "null", "{'type':'near_field'}" },
  { "transcription-model", NULL, "gpt-transcribe", "audio.input.transcription",
      "null", "{'model':'gpt-transcribe'}" },
  { "transcription-language", "de", NULL, "audio.input.transcription",
      "{'model':'gpt-transcribe','language':'de'}",
      "{'model':'gpt-transcribe'}" },
  { "transcription-prompt", "Bern", NULL, "audio.input.transcription",
      "{'model':'gpt-transcribe','prompt':'Bern'}",
      "{'model':'gpt-transcribe'}" },
  { "tool-choice", "required", "auto", "tool_choice", "'required'", "'auto'" },
  { "max-output-tokens", "100", "-1", "max_output_tokens", "100", "'inf'" },
  { "session-options", "{\"tracing\":\"auto\"}", NULL, "tracing", "'auto'",
      "null" },
  { "session-options", "{\"audio\":{\"output\":{\"new\":7}}}", NULL,
      "audio.output.new", "7", "null" },
};

#define VAD(threshold, prefix, silence)                                        \
  "{'type':'server_vad','threshold':" threshold ",'prefix_padding_ms':" prefix \
  ",'silence_duration_ms':" silence "}"
#define USUAL VAD ("0.5", "300", "500")

static const Update transcription_updates[] = {
  { "turn-detection", "semantic-vad", "server-vad", VAD_PATH,
      "{'type':'semantic_vad','eagerness':'auto'}", USUAL },
  { "turn-detection", "none", "server-vad", VAD_PATH, "null", USUAL },
  { "vad-threshold", "0.75", "0.5", VAD_PATH, VAD ("0.75", "300", "500"),
      USUAL },
  { "vad-prefix-padding", "200", "300", VAD_PATH, VAD ("0.5", "200", "500"),
      USUAL },
  { "vad-silence-duration", "700", "500", VAD_PATH, VAD ("0.5", "300", "700"),
      USUAL },
  { "noise-reduction", "none", "near-field", "audio.input.noise_reduction",
      "null", "{'type':'near_field'}" },
  { "transcription-model", "whisper-1", "gpt-transcribe",
      "audio.input.transcription", "{'model':'whisper-1'}",
      "{'model':'gpt-transcribe'}" },
  { "transcription-language", "de", NULL, "audio.input.transcription",
      "{'model':'gpt-transcribe','language':'de'}",
      "{'model':'gpt-transcribe'}" },
  { "transcription-prompt", "Bern", NULL, "audio.input.transcription",
      "{'model':'gpt-transcribe','prompt':'Bern'}",
      "{'model':'gpt-transcribe'}" },
  { "session-options", "{\"include\":[\"x\"]}", NULL, "include", "['x']",
      "null" },
};

static const Update v1_updates[] = {
  { "prompt", "Be brief.", NULL, "instructions", "'Be brief.'", "''" },
  { "voice", "juniper", NULL, "audio.output.voice", "'juniper'", "'cove'" },
  { "session-options", "{\"a\":1}", NULL, "a", "1", "null" },
};

static const Update create_updates[] = {
  { "prompt", "Be brief.", NULL, "backend_prompt", "'Be brief.'", "''" },
  { "session-options", "{\"a\":1}", NULL, "a", "1", "null" },
};

typedef struct {
  const gchar *name;
  const gchar *props;
  const gchar *first; /* the word that opens the session */
  const gchar *ready; /* the server's answer to it */
  const Update *updates;
  guint n_updates;
} Protocol;

#define UPDATES(rows) rows, G_N_ELEMENTS (rows)

static const Protocol protocols[] = {
  { "realtime-v2", NULL, "session.update", "created", UPDATES (v2_updates) },
  { "transcription", "mode=transcription", "session.update", "created",
      UPDATES (transcription_updates) },
  { "realtime-v1", "protocol=realtime-v1", "session.update", "updated",
      UPDATES (v1_updates) },
  { "session-create", "protocol=session-create", "session.create", "created",
      UPDATES (create_updates) },
};

static void
set (RtPipeline *p, const gchar *property, const gchar *value)
{
  if (value == NULL)
    g_object_set (p->rt, property, NULL, NULL);
  else
    gst_util_set_object_arg (G_OBJECT (p->rt), property, value);
}

static JsonNode *
parse (const gchar *quoted)
{
  g_auto (GStrv) parts = g_strsplit (quoted, "'", -1);
  g_autofree gchar *json = g_strjoinv ("\"", parts);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (json, &error);

  g_assert_no_error (error);
  return node;
}

/* A copy of `session` in which the member at `path` is `value`. */
static JsonNode *
with_member (JsonNode *session, const gchar *path, const gchar *value)
{
  g_autofree gchar *text = json_to_string (session, FALSE);
  JsonNode *copy = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (copy);
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  guint i;

  for (i = 0; names[i + 1] != NULL; i++)
    object = json_object_get_object_member (object, names[i]);
  json_object_set_member (object, names[i], parse (value));
  return copy;
}

static JsonNode *
expect_session (RtPipeline *p, const gchar *type)
{
  JsonObject *event = rt_fake_conn_expect_event (p->conn, type, RT_WAIT_MS);

  return json_node_copy (json_object_get_member (event, "session"));
}

static void
check_update (RtPipeline *p, JsonNode *wanted)
{
  g_autoptr (JsonNode) session = expect_session (p, "session.update");
  g_autofree gchar *a = json_to_string (session, FALSE);
  g_autofree gchar *b = json_to_string (wanted, FALSE);

  if (!json_node_equal (session, wanted))
    g_error ("the server was told\n%s\ninstead of\n%s", a, b);
}

static RtPipeline *
open_session (RtFakeServer *server, const Protocol *protocol)
{
  RtPipeline *p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, protocol->props, RT_OUT_ANY);

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"session.%s\",\"session\":{\"id\":\"s\"}}", protocol->ready);
  rt_pipeline_expect (p, "realtime-session");
  return p;
}

/* One update for each change, and nothing in it but the change. */
static void
test_told (gconstpointer data)
{
  const Protocol *protocol = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, protocol);
  g_autoptr (JsonNode) session = expect_session (p, protocol->first);
  guint i;

  for (i = 0; i < protocol->n_updates; i++) {
    const Update *row = &protocol->updates[i];
    g_autoptr (JsonNode) told = with_member (session, row->path, row->told);
    g_autoptr (JsonNode) taken_back
        = with_member (session, row->path, row->taken_back);

    g_test_message ("%s=%s", row->property, row->value);
    set (p, row->property, row->value);
    check_update (p, told);
    set (p, row->property, row->before);
    check_update (p, taken_back);
  }
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 200));
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), ==, 0);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_WARNING, 0));
}

/* Of these the tools are long words for the model: only their names count. */
static void
check_tools (RtPipeline *p, const gchar *expected)
{
  g_autoptr (JsonNode) session = expect_session (p, "session.update");
  JsonArray *tools
      = json_object_get_array_member (json_node_get_object (session), "tools");
  g_autoptr (GString) names = g_string_new (NULL);
  guint i;

  for (i = 0; i < json_array_get_length (tools); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
        json_object_get_string_member (
            json_array_get_object_element (tools, i), "name"));
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_tools (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, &protocols[0]);

  g_assert_nonnull (
      rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS));
  set (p, "tools", "[{\"type\":\"function\",\"name\":\"count\"}]");
  check_tools (p, "count background_agent remain_silent");
  set (p, "handoff-tool", "transfer");
  check_tools (p, "count transfer remain_silent");
  set (p, "handoff-tool", NULL);
  check_tools (p, "count remain_silent");
  set (p, "tools", NULL);
  check_tools (p, "remain_silent");
  /* what was a function is a handoff from now on */
  set (p, "handoff-tool", "count");
  check_tools (p, "count remain_silent");
  rt_fake_conn_send_call (p->conn, "r", "i", "c", "count", "{}");
  rt_pipeline_expect (p, "realtime-handoff");
}

static void
expect_warning (RtPipeline *p, const gchar *part)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (
      rt_pipeline_expect_type (p, GST_MESSAGE_WARNING), &error, NULL);
  g_assert_nonnull (strstr (error->message, part));
}

/* The session goes on as it was, and so does what is told next; how the rest of
 * a refused update is told is in test-refusals.c. */
static void
test_refused (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, &protocols[0]);
  static const guint8 pcm[RT_PCM_MS (20)];
  g_autoptr (JsonNode) first = expect_session (p, "session.update");
  const GstStructure *s;

  set (p, "speed", "1.5");
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"error\",\"error\":{\"type\":"
      "\"invalid_request_error\",\"code\":\"invalid_value\","
      "\"message\":\"Too fast.\",\"param\":"
      "\"session.audio.output.speed\",\"event_id\":\"rt_update_2\"}}");
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "severity", "warning");
  rt_assert_field (s, "event-id", "rt_update_2");
  rt_assert_field (s, "message", "Too fast. (session.audio.output.speed)");
  expect_warning (p, "session.audio.output.speed");
  rt_pipeline_push (p, pcm, sizeof (pcm));
  g_assert_true (rt_fake_conn_wait_audio (p->conn, sizeof (pcm), RT_WAIT_MS));
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  set (p, "speed", "1.0");
  check_update (p, first);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
}

/* A server lets no voice change that was heard: the next session has it. */
static void
test_voice_was_heard (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, &protocols[0]);
  g_autoptr (JsonNode) first = expect_session (p, "session.update");
  g_autoptr (JsonNode) told
      = with_member (first, "instructions", "'Be brief.'");
  g_autoptr (JsonNode) next
      = with_member (told, "audio.output.voice", "'cedar'");
  g_autoptr (JsonNode) second = NULL;
  static const guint8 pcm[RT_PCM_MS (20)];

  rt_fake_conn_send_reply (
      p->conn, "r", "i", "Hi.", pcm, sizeof (pcm), sizeof (pcm));
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_object_set (p->rt, "voice", "cedar", "prompt", "Be brief.", NULL);
  check_update (p, told);
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-error"), "code", "cannot_update_voice");
  expect_warning (p, "'cedar'");

  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  second = expect_session (p, "session.update");
  g_assert_true (json_node_equal (second, next));
}

/* Every property that may change at any time is in a table above, in a test of
 * this file or in test-changes.c. */
static void
test_complete (void)
{
  static const gchar *const elsewhere[] = { "tools", "handoff-tool",
    "vad-eagerness", "chunk-duration", "uplink-buffer", "latency",
    "eos-timeout", "post-partials", "post-events", "barge-in-hold", "reconnect",
    "reconnect-attempts", "reconnect-delay", "reconnect-max-delay",
    "restore-history", "max-session-duration", NULL };
  g_autoptr (RtPipeline) p
      = rt_pipeline_new ("ws://127.0.0.1:1", NULL, NULL, NULL);
  g_autofree GParamSpec **specs = NULL;
  guint n, i, j;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (p->rt), &n);
  for (i = 0; i < n; i++) {
    gboolean found = g_strv_contains (elsewhere, specs[i]->name);

    if (specs[i]->owner_type != G_OBJECT_TYPE (p->rt)
        || (specs[i]->flags & GST_PARAM_MUTABLE_PLAYING) == 0)
      continue;
    for (j = 0; j < G_N_ELEMENTS (v2_updates) && !found; j++)
      found = g_str_equal (v2_updates[j].property, specs[i]->name);
    g_test_message ("%s", specs[i]->name);
    g_assert_true (found);
  }
}

static void
test_eagerness (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  const Protocol protocol = { NULL, "turn-detection=semantic-vad",
    "session.update", "created", NULL, 0 };
  g_autoptr (RtPipeline) p = open_session (server, &protocol);
  g_autoptr (JsonNode) session = expect_session (p, "session.update");
  g_autoptr (JsonNode) told
      = with_member (session, VAD_PATH ".eagerness", "'high'");

  set (p, "vad-eagerness", "high");
  check_update (p, told);
}

int
main (int argc, char **argv)
{
  guint i;

  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (protocols); i++) {
    g_autofree gchar *path
        = g_strconcat ("/updates/told/", protocols[i].name, NULL);

    g_test_add_data_func (path, &protocols[i], test_told);
  }
  g_test_add_func ("/updates/tools", test_tools);
  g_test_add_func ("/updates/refused", test_refused);
  g_test_add_func ("/updates/voice-was-heard", test_voice_was_heard);
  g_test_add_func ("/updates/eagerness", test_eagerness);
  g_test_add_func ("/updates/complete", test_complete);
  return g_test_run ();
}
