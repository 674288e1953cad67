/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The server's words in realtime-v1 and session-create: who may come in, whole
 * conversations, and what it does not put up with. */
#include "lsclient.h"
#include "lsrecording.h"
#include "lsresample.h"
#include "lsspoken.h"

#include <string.h>

#define ALPHA "openai-alpha: quicksilver=v1"
#define V1_QUERY "?intent=quicksilver"
#define V1_UPDATE                                                            \
  "{\"type\":\"session.update\",\"session\":{\"type\":\"quicksilver\","      \
  "\"instructions\":\"be kind\",\"audio\":{\"input\":{\"format\":{\"type\":" \
  "\"audio/pcm\",\"rate\":24000}},\"output\":{\"voice\":\"cove\"}}}}"
#define V1_TEXT(text)                                                        \
  "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\","   \
  "\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"" text \
  "\"}]}}"
#define CREATE                                                                \
  "{\"type\":\"session.create\",\"session\":{\"backend_prompt\":\"be kind\"," \
  "\"conversation_id\":\"c1\"}}"
#define CREATE_TEXT(text)                                                  \
  "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\"," \
  "\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" text     \
  "\"}]}}"
#define DELTA(rate, channels, more)                                  \
  "{\"type\":\"response.input_audio.delta\",\"delta\":\"AAAAAAAA\"," \
  "\"sample_rate\":" rate ",\"num_channels\":" channels more "}"

typedef struct {
  const gchar *event;
  const gchar *code;
} Mistake;

static const gchar *program;
static LsProcess *v1, *create;

static LsClient *
join (const LsProcess *server, const gchar *opening)
{
  g_autoptr (GError) error = NULL;
  LsClient *client = ls_client_connect (server, server == v1 ? V1_QUERY : "",
      NULL, server == v1 ? ALPHA : NULL, &error);

  g_assert_no_error (error);
  if (opening != NULL) {
    ls_client_send (client, "%s", opening);
    ls_client_expect (
        client, server == v1 ? "session.updated" : "session.created");
  }
  return client;
}

/* of the error and of what follows it */
static void
expect_refusal (const LsProcess *server, LsClient *client, const gchar *code)
{
  JsonObject *event = ls_client_wait (client, "error");

  g_assert_cmpstr (
      ls_json_string (event, server == v1 ? "error.code" : "code"), ==, code);
  g_assert_cmpstr (
      ls_json_string (event, server == v1 ? "error.message" : "message"), !=,
      "");
  g_assert_cmpuint (ls_client_wait_close (client), ==, 4000);
}

static void
turned_away (const LsProcess *server, const gchar *query, const gchar *header,
    const gchar *code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LsClient) client
      = ls_client_connect (server, query, NULL, header, &error);

  g_assert_no_error (error);
  expect_refusal (server, client, code);
}

static void
expect_mistakes (const LsProcess *server, const gchar *opening,
    const Mistake *mistakes, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_autoptr (LsClient) client = join (server, opening);

    g_test_message ("%s", mistakes[i].event);
    ls_client_send (client, "%s", mistakes[i].event);
    expect_refusal (server, client, mistakes[i].code);
  }
}

static void
test_doors (void)
{
  g_assert_true (g_str_has_suffix (ls_process_get_url (v1), "/v1/realtime"));
  g_assert_true (g_str_has_suffix (ls_process_get_url (create), "/ws"));
  turned_away (v1, "", ALPHA, "invalid_value");
  turned_away (v1, "?model=m", ALPHA, "invalid_value");
  turned_away (v1, "?intent=transcription", ALPHA, "invalid_value");
  turned_away (v1, V1_QUERY, NULL, "invalid_value");
  turned_away (v1, V1_QUERY, "openai-alpha: quicksilver=v2", "invalid_value");
  turned_away (create, "?model=m", NULL, "unknown_parameter");
  turned_away (create, "?intent=quicksilver", NULL, "unknown_parameter");
  turned_away (create, "/below", NULL, "invalid_value");
  ls_client_free (ls_client_connect (create, "?own=1", NULL, NULL, NULL));
}

static void
test_time_limit (void)
{
  g_autoptr (LsProcess) server = ls_process_start (
      program, "--protocol", "realtime-v1", "--session-seconds", "1", NULL);
  g_autoptr (LsClient) client
      = ls_client_connect (server, V1_QUERY, NULL, ALPHA, NULL);

  ls_client_expect_error (client, "session_expired");
  g_assert_cmpuint (ls_client_wait_close (client), ==, 1001);
}

static void
append_spoken (GArray *to, const gchar *text, const gchar *voice)
{
  g_autoptr (GArray) samples = ls_spoken_say (text, voice, 24000);

  g_array_append_vals (to, samples->data, samples->len);
}

/* all that was heard; the voice's noise is never twice the same */
static void
expect_heard (LsClient *client, const GArray *expected)
{
  g_autoptr (GByteArray) audio = ls_client_collect_audio (client, NULL);
  const gint16 *heard = (const gint16 *) (gconstpointer) audio->data;
  guint64 sound = 0, difference = 0;
  guint i;

  g_assert_cmpuint (audio->len, ==, expected->len * sizeof (gint16));
  for (i = 0; i < expected->len; i++) {
    gint16 sample = g_array_index (expected, gint16, i);

    sound += ABS (sample);
    difference += ABS (heard[i] - sample);
  }
  g_assert_cmpuint (difference, <, sound / 4);
}

/* a reply from the first word to the end of its item; gives what it says */
static gchar *
expect_v1_reply (LsClient *client)
{
  GString *told = g_string_new (NULL);
  JsonObject *event;
  const gchar *type;
  guint audio = 0;

  event = ls_client_expect (client, "conversation.item.added");
  g_assert_cmpstr (ls_json_string (event, "item.role"), ==, "assistant");
  for (;;) {
    event = ls_client_next (client);
    type = ls_json_string (event, "type");
    if (g_str_equal (type, "conversation.output_transcript.delta")) {
      g_string_append (told, ls_json_string (event, "delta"));
      continue;
    }
    if (!g_str_equal (type, "conversation.output_audio.delta"))
      break;
    g_assert_cmpint (ls_json_int (event, "sample_rate"), ==, 24000);
    g_assert_cmpint (ls_json_int (event, "channels"), ==, 1);
    audio++;
  }
  g_assert_cmpstr (type, ==, "conversation.item.done");
  g_assert_cmpstr (ls_json_string (event, "item.role"), ==, "assistant");
  g_assert_cmpuint (audio, >, 3);
  return g_string_free (told, FALSE);
}

static void
expect_v1_says (LsClient *client, GArray *expected, const gchar *text)
{
  g_autofree gchar *said = expect_v1_reply (client);

  g_assert_cmpstr (said, ==, text);
  append_spoken (expected, text, "cove");
}

static void
expect_v1_turn (LsClient *client, const gchar *text)
{
  g_autoptr (GString) told = g_string_new (NULL);
  JsonObject *event = ls_client_expect (client, "conversation.item.added");

  g_assert_cmpstr (ls_json_string (event, "item.role"), ==, "user");
  ls_client_expect (client, "conversation.item.done");
  while (told->len < strlen (text)) {
    event = ls_client_expect (client, "conversation.input_transcript.delta");
    g_string_append (told, ls_json_string (event, "delta"));
  }
  g_assert_cmpstr (told->str, ==, text);
  event
      = ls_client_expect (client, "conversation.input_transcript.turn_marked");
  g_assert_cmpstr (ls_json_string (event, "transcript"), ==, text);
}

static void
append_handoff (LsClient *client, const gchar *id, const gchar *text)
{
  ls_client_send (client,
      "{\"type\":\"conversation.handoff.append\",\"handoff_id\":\"%s\","
      "\"output_text\":\"%s\"}",
      id, text);
}

static void
test_v1_handoff (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autoptr (LsClient) client = NULL;
  g_autofree gchar *id = NULL;
  JsonObject *event;

  if (samples == NULL)
    return;
  client = join (v1, NULL);
  ls_client_send (client, "%s", V1_UPDATE);
  event = ls_client_expect (client, "session.updated");
  g_assert_cmpstr (ls_json_string (event, "session.type"), ==, "quicksilver");
  g_assert_cmpstr (ls_json_string (event, "session.id"), !=, "");
  g_assert_cmpstr (
      ls_json_string (event, "session.instructions"), ==, "be kind");
  ls_client_speak (client, samples, 0);
  expect_v1_turn (client, "go forward ten meters");
  expect_v1_says (client, expected,
      "You asked me to go forward ten meters. I will pass that on.");
  event = ls_client_expect (client, "conversation.handoff.requested");
  id = g_strdup (ls_json_string (event, "handoff_id"));
  g_assert_cmpstr (ls_json_string (event, "item_id"), !=, id);
  g_assert_cmpstr (
      ls_json_string (event, "input_transcript"), ==, "go forward ten meters");

  append_handoff (client, id, "Half of it is done.");
  append_handoff (
      client, id, "\\\"Agent Final Message\\\":\\n\\nAll of it is done.");
  expect_v1_says (client, expected, "Half of it is done.");
  expect_v1_says (client, expected, "All of it is done.");
  expect_heard (client, expected);
}

/* A text that comes while it is still made out what was said before it is
 * answered along with that. */
static void
test_v1_text (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (LsClient) client = NULL;
  g_autofree gchar *first = NULL, *second = NULL;
  guint i;

  if (samples == NULL)
    return;
  client = join (v1, V1_UPDATE);
  ls_client_speak (client, samples, 0);
  ls_client_send (client, "%s", V1_TEXT ("and then turn"));
  for (i = 0; i < 2; i++) {
    ls_client_wait (client, "conversation.item.added");
    ls_client_expect (client, "conversation.item.done");
  }
  ls_client_wait (client, "conversation.input_transcript.turn_marked");
  first = expect_v1_reply (client);
  g_assert_cmpstr (first, ==,
      "You asked me to go forward ten meters and then turn. "
      "I will pass that on.");
  ls_client_expect (client, "conversation.handoff.requested");
  ls_client_send (client, "%s", V1_TEXT ("the moon is round"));
  ls_client_expect (client, "conversation.item.added");
  ls_client_expect (client, "conversation.item.done");
  second = expect_v1_reply (client);
  g_assert_cmpstr (second, ==, "I heard: the moon is round.");
}

static void
test_v1_mistakes (void)
{
  static const Mistake first[] = {
    { "nonsense", "invalid_event" },
    { V1_TEXT ("too early"), "invalid_event" },
    { "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\"}}",
        "invalid_value" },
    { "{\"type\":\"session.update\",\"session\":{\"type\":\"quicksilver\","
      "\"tools\":[]}}",
        "unknown_parameter" },
    { "{\"type\":\"session.update\",\"session\":{\"type\":\"quicksilver\","
      "\"audio\":{\"input\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":"
      "16000}}}}}",
        "invalid_value" },
  };
  static const Mistake later[] = {
    { "{\"type\":\"response.create\"}", "invalid_value" },
    { "{\"type\":\"input_audio_buffer.commit\"}", "invalid_value" },
    { "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAAA\"}",
        "invalid_value" },
    { "{\"type\":\"conversation.handoff.append\",\"handoff_id\":\"h\"}",
        "missing_required_parameter" },
    { "{\"type\":\"conversation.handoff.append\",\"handoff_id\":\"h\","
      "\"output_text\":\"x\"}",
        "invalid_tool_call_id" },
    { "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\","
      "\"role\":\"system\",\"content\":[]}}",
        "invalid_value" },
  };

  expect_mistakes (v1, NULL, first, G_N_ELEMENTS (first));
  expect_mistakes (v1, V1_UPDATE, later, G_N_ELEMENTS (later));
}

/* gint16 at 16 kHz, sent at another rate in pieces of 100 ms; of two channels
 * the second is silent */
static void
speak_at (LsClient *client, const GArray *samples, guint rate, guint channels)
{
  g_autoptr (LsResample) resample = ls_resample_new (16000, rate);
  g_autoptr (GArray) mono = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autofree gint16 *frames = NULL;
  guint i, n, piece = rate / 10;

  ls_resample_push (
      resample, (const gint16 *) samples->data, samples->len, mono);
  ls_resample_flush (resample, mono);
  frames = g_new0 (gint16, mono->len * channels);
  for (i = 0; i < mono->len; i++)
    frames[i * channels] = g_array_index (mono, gint16, i);
  for (i = 0; i < mono->len; i += n) {
    g_autofree gchar *base64 = NULL;

    n = MIN (piece, mono->len - i);
    base64 = g_base64_encode (
        (const guchar *) (frames + i * channels), n * channels * 2);
    ls_client_send (client,
        "{\"type\":\"response.input_audio.delta\",\"delta\":\"%s\","
        "\"sample_rate\":%u,\"num_channels\":%u,\"samples_per_channel\":%u}",
        base64, rate, channels, n);
  }
}

static void
expect_message (LsClient *client, const gchar *role, const gchar *text)
{
  JsonObject *event = ls_client_wait (client, "conversation.item.added");
  JsonArray *content = json_object_get_array_member (
      ls_json_object (event, "item"), "content");

  g_assert_cmpstr (ls_json_string (event, "item.role"), ==, role);
  g_assert_cmpstr (
      ls_json_string (json_array_get_object_element (content, 0), "text"), ==,
      text);
}

static void
expect_create_reply (LsClient *client, GArray *expected, const gchar *text)
{
  JsonObject *event = ls_client_expect (client, "response.output_audio.delta");

  g_assert_cmpint (ls_json_int (event, "sample_rate"), ==, 24000);
  g_assert_cmpint (ls_json_int (event, "num_channels"), ==, 1);
  expect_message (client, "assistant", text);
  append_spoken (expected, text, "marin");
}

/* the same voice in one session, whatever its rate */
static void
test_create_rates (void)
{
  static const struct {
    guint rate, channels;
  } formats[] = { { 48000, 2 }, { 44100, 1 }, { 8000, 2 }, { 11025, 1 } };
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autoptr (LsClient) client = NULL;
  JsonObject *event;
  guint i;

  if (samples == NULL)
    return;
  client = join (create, NULL);
  ls_client_send (client, "%s", CREATE);
  event = ls_client_expect (client, "session.created");
  g_assert_cmpstr (ls_json_string (event, "session.id"), !=, "");
  g_assert_cmpstr (
      ls_json_string (event, "session.backend_prompt"), ==, "be kind");
  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_test_message ("%u Hz, %u channels", formats[i].rate, formats[i].channels);
    speak_at (client, samples, formats[i].rate, formats[i].channels);
    expect_message (client, "user", "go forward ten meters");
    expect_create_reply (client, expected, "I heard: go forward ten meters.");
  }
  expect_heard (client, expected);
}

static void
test_create_text (void)
{
  g_autoptr (LsClient) client = join (create, CREATE);
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (gint16));
  JsonObject *event;

  ls_client_send (client, "%s",
      "{\"type\":\"session.update\",\"session\":{\"backend_prompt\":"
      "\"be brief\"}}");
  event = ls_client_expect (client, "session.updated");
  g_assert_cmpstr (
      ls_json_string (event, "session.backend_prompt"), ==, "be brief");
  ls_client_send (client, "%s", CREATE_TEXT ("open the door"));
  expect_message (client, "user", "open the door");
  expect_create_reply (client, expected, "I heard: open the door.");
  expect_heard (client, expected);
}

static void
test_create_mistakes (void)
{
  static const Mistake first[] = {
    { CREATE_TEXT ("too early"), "invalid_event" },
    { "{\"type\":\"session.update\",\"session\":{}}", "invalid_event" },
    { "{\"type\":\"session.create\"}", "missing_required_parameter" },
    { "{\"type\":\"session.create\",\"session\":{\"voice\":\"cove\"}}",
        "unknown_parameter" },
  };
  static const Mistake later[] = {
    { CREATE, "invalid_event" },
    { DELTA ("7999", "1", ""), "invalid_value" },
    { DELTA ("48001", "1", ""), "invalid_value" },
    { DELTA ("16000", "3", ""), "invalid_value" },
    { DELTA ("16000", "2", ""), "invalid_value" }, /* six bytes */
    { DELTA ("16000", "1", ",\"samples_per_channel\":2"), "invalid_value" },
    { "{\"type\":\"response.input_audio.delta\",\"delta\":\"AAA=\"}",
        "missing_required_parameter" },
    { V1_TEXT ("another dialect"), "invalid_value" },
    { "{\"type\":\"response.create\"}", "invalid_value" },
    { "{\"type\":\"conversation.item.truncate\",\"item_id\":\"i\","
      "\"content_index\":0,\"audio_end_ms\":0}",
        "invalid_value" },
  };

  expect_mistakes (create, NULL, first, G_N_ELEMENTS (first));
  expect_mistakes (create, CREATE, later, G_N_ELEMENTS (later));
}

int
main (int argc, char **argv)
{
  gint failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  v1 = ls_process_start (
      program, "--protocol", "realtime-v1", "--pace", "burst", NULL);
  create = ls_process_start (
      program, "--protocol", "session-create", "--pace", "burst", NULL);
  g_test_add_func ("/dialects/doors", test_doors);
  g_test_add_func ("/dialects/time-limit", test_time_limit);
  g_test_add_func ("/dialects/v1/handoff", test_v1_handoff);
  g_test_add_func ("/dialects/v1/text", test_v1_text);
  g_test_add_func ("/dialects/v1/mistakes", test_v1_mistakes);
  g_test_add_func ("/dialects/create/rates", test_create_rates);
  g_test_add_func ("/dialects/create/text", test_create_text);
  g_test_add_func ("/dialects/create/mistakes", test_create_mistakes);
  failed = g_test_run ();
  ls_process_stop (v1);
  ls_process_stop (create);
  return failed;
}
