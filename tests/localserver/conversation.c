/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Spoken conversations with the running server: recorded voices go in, and
 * what it says is understood by a recogniser again. */
#include "lsclient.h"
#include "lsconfig.h"
#include "lsrecognizer.h"
#include "lsrecording.h"
#include "lsresample.h"
#include "lsspoken.h"

#include <string.h>

#define AGENT                                                            \
  "\"tools\":[{\"type\":\"function\",\"name\":\"background_agent\","     \
  "\"description\":\"does things\",\"parameters\":{\"type\":\"object\"," \
  "\"properties\":{\"prompt\":{\"type\":\"string\"}},"                   \
  "\"required\":[\"prompt\"],\"additionalProperties\":false}}]"
#define TRANSCRIBED "\"transcription\":{\"model\":\"gpt-transcribe\"}"
#define HEARD "conversation.item.input_audio_transcription."

static const gchar *program;

static void
heard_cb (const gchar *text, gboolean final, gpointer user_data)
{
  gchar **result = user_data;

  if (final)
    *result = g_strdup (text);
}

/* what somebody hears who listens to the server's voice */
static gchar *
understand (const GByteArray *audio)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LsRecognizer) recognizer = ls_recognizer_new (1, &error);
  g_autoptr (LsResample) resample = ls_resample_new (24000, 16000);
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (gint16));
  g_autoptr (GArray) decoded = g_array_new (FALSE, TRUE, sizeof (gint16));
  g_autoptr (LsUtterance) utterance = NULL;
  gchar *text = NULL;

  g_assert_no_error (error);
  g_array_set_size (samples, 3200);
  ls_format_decode (LS_FORMAT_PCM, audio->data, audio->len, decoded);
  ls_resample_push (
      resample, (const gint16 *) decoded->data, decoded->len, samples);
  ls_resample_flush (resample, samples);
  g_array_set_size (samples, samples->len + 3200);
  utterance = ls_utterance_new (recognizer, FALSE, heard_cb, &text);
  ls_utterance_feed (utterance, (const gint16 *) samples->data, samples->len);
  ls_utterance_finish (utterance);
  while (text == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("understood: %s", text);
  g_clear_pointer (&utterance, ls_utterance_free);
  return text;
}

/* from speech_started to the end of the user's item; gives its id */
static gchar *
expect_turn (LsClient *client)
{
  JsonObject *event;
  gint64 start_ms;
  gchar *id;

  event = ls_client_wait (client, "input_audio_buffer.speech_started");
  id = g_strdup (ls_json_string (event, "item_id"));
  start_ms = ls_json_int (event, "audio_start_ms");
  g_assert_cmpint (start_ms, >, 300);
  event = ls_client_expect (client, "input_audio_buffer.speech_stopped");
  g_assert_cmpstr (ls_json_string (event, "item_id"), ==, id);
  g_assert_cmpint (ls_json_int (event, "audio_end_ms"), >, start_ms + 500);
  event = ls_client_expect (client, "input_audio_buffer.committed");
  g_assert_cmpstr (ls_json_string (event, "item_id"), ==, id);
  event = ls_client_expect (client, "conversation.item.added");
  g_assert_cmpstr (ls_json_string (event, "item.id"), ==, id);
  g_assert_cmpstr (ls_json_string (event, "item.role"), ==, "user");
  ls_client_expect (client, "conversation.item.done");
  return id;
}

static void
expect_transcript (
    LsClient *client, const gchar *item_id, const gchar *transcript)
{
  g_autoptr (GString) told = g_string_new (NULL);
  JsonObject *event;

  while (told->len < strlen (transcript)) {
    event = ls_client_expect (client, HEARD "delta");
    g_assert_cmpstr (ls_json_string (event, "item_id"), ==, item_id);
    g_string_append (told, ls_json_string (event, "delta"));
  }
  g_assert_cmpstr (told->str, ==, transcript);
  event = ls_client_expect (client, HEARD "completed");
  g_assert_cmpstr (ls_json_string (event, "transcript"), ==, transcript);
  g_assert_cmpint (ls_json_int (event, "usage.total_tokens"), >, 0);
}

/* a spoken message of a reply, in its whole order; gives its transcript */
static gchar *
expect_spoken (LsClient *client)
{
  g_autoptr (GString) told = g_string_new (NULL);
  g_autofree gchar *id = NULL;
  JsonObject *event;
  guint deltas;

  event = ls_client_expect (client, "response.output_item.added");
  id = g_strdup (ls_json_string (event, "item.id"));
  event = ls_client_expect (client, "conversation.item.added");
  g_assert_cmpstr (ls_json_string (event, "item.id"), ==, id);
  event = ls_client_expect (client, "response.content_part.added");
  g_assert_cmpstr (ls_json_string (event, "part.type"), ==, "audio");
  for (deltas = 0;; deltas++) {
    event = ls_client_wait (client, "response.output_audio.delta");
    if (strlen (ls_json_string (event, "delta")) < 12800)
      break;
  }
  g_assert_cmpuint (deltas, >, 3);
  ls_client_expect (client, "response.output_audio.done");
  event = ls_client_expect (client, "response.output_audio_transcript.done");
  g_string_append (told, ls_json_string (event, "transcript"));
  event = ls_client_expect (client, "response.content_part.done");
  g_assert_cmpstr (ls_json_string (event, "part.transcript"), ==, told->str);
  event = ls_client_expect (client, "conversation.item.done");
  g_assert_cmpstr (ls_json_string (event, "item.status"), ==, "completed");
  event = ls_client_expect (client, "response.output_item.done");
  g_assert_cmpstr (ls_json_string (event, "item.id"), ==, id);
  return g_string_free (g_steal_pointer (&told), FALSE);
}

static gchar *
expect_call (LsClient *client, const gchar *arguments)
{
  JsonObject *event;
  gchar *call_id;

  event = ls_client_expect (client, "response.output_item.added");
  g_assert_cmpstr (ls_json_string (event, "item.type"), ==, "function_call");
  call_id = g_strdup (ls_json_string (event, "item.call_id"));
  ls_client_expect (client, "conversation.item.added");
  ls_client_expect (client, "response.function_call_arguments.delta");
  event = ls_client_expect (client, "response.function_call_arguments.done");
  g_assert_cmpstr (ls_json_string (event, "arguments"), ==, arguments);
  event = ls_client_expect (client, "conversation.item.done");
  g_assert_cmpstr (ls_json_string (event, "item.call_id"), ==, call_id);
  g_assert_cmpstr (ls_json_string (event, "item.arguments"), ==, arguments);
  ls_client_expect (client, "response.output_item.done");
  return call_id;
}

static JsonObject *
expect_done (LsClient *client, const gchar *status)
{
  JsonObject *event = ls_client_expect (client, "response.done");

  g_assert_cmpstr (ls_json_string (event, "response.status"), ==, status);
  g_assert_cmpint (ls_json_int (event, "response.usage.output_tokens"), >, 0);
  ls_client_expect (client, "rate_limits.updated");
  return event;
}

static void
test_handoff (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsClient) client = NULL;
  g_autofree gchar *item_id = NULL, *said = NULL, *call_id = NULL;
  g_autofree gchar *answer = NULL, *understood = NULL, *id = NULL;
  g_autoptr (GByteArray) audio = NULL;

  if (samples == NULL)
    return;
  server = ls_process_start (program, NULL);
  client = ls_client_join (server);
  ls_client_update (client, "\"audio\":{\"input\":{" TRANSCRIBED "}}," AGENT);
  ls_client_expect (client, "session.updated");
  ls_client_speak (client, samples, 25);
  item_id = expect_turn (client);
  ls_client_expect (client, "response.created");
  expect_transcript (client, item_id, "go forward ten meters");
  said = expect_spoken (client);
  g_assert_cmpstr (
      said, ==, "You asked me to go forward ten meters. I will pass that on.");
  call_id = expect_call (client, "{\"prompt\":\"go forward ten meters\"}");
  expect_done (client, "completed");

  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"type\":"
      "\"function_call_output\",\"call_id\":\"%s\",\"output\":"
      "\"The light in the kitchen has been turned on.\"}}",
      call_id);
  ls_client_send (client, "{\"type\":\"response.create\"}");
  ls_client_expect (client, "conversation.item.added");
  ls_client_expect (client, "conversation.item.done");
  id = g_strdup (ls_json_string (
      ls_client_expect (client, "response.created"), "response.id"));
  answer = expect_spoken (client);
  g_assert_cmpstr (answer, ==, "The light in the kitchen has been turned on.");
  expect_done (client, "completed");
  audio = ls_client_collect_audio (client, id);
  understood = understand (audio);
  g_assert_cmpfloat (ls_recording_word_errors (understood,
                         "the light in the kitchen has been turned on"),
      <, 0.3);
}

/* G.711 at 8 kHz each way, and another law on the way back */
static void
test_telephone (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (GArray) low = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autoptr (LsResample) resample = ls_resample_new (16000, 8000);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  g_autoptr (GByteArray) audio = NULL;
  g_autoptr (GArray) spoken = NULL;
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsClient) client = NULL;
  g_autofree gchar *id = NULL;
  JsonObject *event;

  if (samples == NULL)
    return;
  server = ls_process_start (program, "--pace", "burst", NULL);
  client = ls_client_join (server);
  ls_client_update (client,
      "\"audio\":{\"input\":{\"format\":{\"type\":\"audio/pcmu\"}," TRANSCRIBED
      "},\"output\":{\"format\":{\"type\":\"audio/pcma\"}}}");
  event = ls_client_expect (client, "session.updated");
  g_assert_cmpstr (ls_json_string (event, "session.audio.input.format.type"),
      ==, "audio/pcmu");
  ls_resample_push (
      resample, (const gint16 *) samples->data, samples->len, low);
  ls_resample_flush (resample, low);
  ls_format_encode (
      LS_FORMAT_MULAW, (const gint16 *) low->data, low->len, bytes);
  ls_client_append (client, bytes->data, bytes->len);

  g_free (expect_turn (client));
  event = ls_client_wait (client, "response.created");
  id = g_strdup (ls_json_string (event, "response.id"));
  g_assert_cmpstr (ls_json_string (event, "response.audio.output.format.type"),
      ==, "audio/pcma");
  event = ls_client_wait (client, HEARD "completed");
  g_assert_cmpfloat (
      ls_recording_word_errors (
          ls_json_string (event, "transcript"), "go forward ten meters"),
      <=, 0.25);
  event = ls_client_wait (client, "response.output_audio_transcript.done");
  g_assert_cmpstr (ls_json_string (event, "transcript"), ==,
      "I heard: go forward ten meters.");
  ls_client_wait (client, "response.done");
  audio = ls_client_collect_audio (client, id);
  spoken = ls_spoken_say ("I heard: go forward ten meters.", "marin", 8000);
  ls_format_encode (
      LS_FORMAT_ALAW, (const gint16 *) spoken->data, spoken->len, expected);
  g_assert_cmpmem (audio->data, audio->len, expected->data, expected->len);
}

static void
test_transcription (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (GArray) more = ls_recording_load ("something.raw", 0, 1200);
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsClient) client = NULL;
  g_autofree gchar *first = NULL, *second = NULL;
  JsonObject *event;

  if (samples == NULL)
    return;
  server = ls_process_start (program, NULL);
  client
      = ls_client_connect (server, "?intent=transcription", NULL, NULL, NULL);
  event = ls_client_expect (client, "session.created");
  g_assert_cmpstr (ls_json_string (event, "session.type"), ==, "transcription");
  ls_client_send (client,
      "{\"type\":\"session.update\",\"session\":{\"type\":\"transcription\","
      "\"audio\":{\"input\":{" TRANSCRIBED "}}}}");
  ls_client_expect (client, "session.updated");
  ls_client_speak (client, samples, 0);
  first = expect_turn (client);
  expect_transcript (client, first, "go forward ten meters");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  ls_client_expect_error (client, "invalid_event");
  ls_client_speak (client, more, 0);
  second = expect_turn (client);
  expect_transcript (client, second, "go somewhere and do something");
  g_assert_cmpuint (ls_client_count (client, "response.created"), ==, 0);
}

/* the models for captions send words before the speaker has finished */
static void
test_live_transcription (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsClient) client = NULL;
  JsonObject *event;
  guint before;

  if (samples == NULL)
    return;
  server = ls_process_start (program, NULL);
  client = ls_client_join (server);
  ls_client_update (client,
      "\"audio\":{\"input\":{\"transcription\":{\"model\":"
      "\"gpt-live-transcribe\"}}}");
  ls_client_speak (client, samples, 60);
  ls_client_wait (client, HEARD "delta");
  before = ls_client_count (client, HEARD "delta");
  g_assert_cmpuint (before, >, 0);
  event = ls_client_wait (client, HEARD "completed");
  g_assert_cmpstr (
      ls_json_string (event, "transcript"), ==, "go forward ten meters");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  g_test_add_func ("/conversation/handoff", test_handoff);
  g_test_add_func ("/conversation/telephone", test_telephone);
  g_test_add_func ("/conversation/transcription", test_transcription);
  g_test_add_func ("/conversation/live-transcription", test_live_transcription);
  return g_test_run ();
}
