/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who has the word: interruptions, turns by hand, silences, and callers who
 * talk at the same time or are gone all at once. */
#include "lsclient.h"
#include "lsrecording.h"

#define TRANSCRIBED "\"transcription\":{\"model\":\"gpt-transcribe\"}"
#define HEARD "conversation.item.input_audio_transcription."

static const gchar *program;

static void
test_barge_in (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("something.raw", 600, 900);
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsClient) client = NULL;
  g_autofree gchar *item_id = NULL, *id = NULL;
  JsonObject *event;

  if (samples == NULL)
    return;
  server = ls_process_start (program, "--pace", "realtime", NULL);
  client = ls_client_join (server);
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\","
      "\"role\":\"system\",\"content\":[{\"type\":\"input_text\",\"text\":"
      "\"This is a long story that nobody wants to hear until its end, "
      "which is why somebody interrupts it. It goes on and on and on.\"}]}}");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  event = ls_client_wait (client, "response.output_audio.delta");
  item_id = g_strdup (ls_json_string (event, "item_id"));
  id = g_strdup (ls_json_string (event, "response_id"));
  ls_client_speak (client, samples, 20);
  ls_client_wait (client, "input_audio_buffer.speech_started");
  ls_client_expect (client, "response.output_audio.done");
  ls_client_expect (client, "response.output_audio_transcript.done");
  ls_client_expect (client, "response.content_part.done");
  event = ls_client_expect (client, "conversation.item.done");
  g_assert_cmpstr (ls_json_string (event, "item.status"), ==, "incomplete");
  ls_client_expect (client, "response.output_item.done");
  event = ls_client_expect (client, "response.done");
  g_assert_cmpstr (ls_json_string (event, "response.status"), ==, "cancelled");
  g_assert_cmpstr (ls_json_string (event, "response.id"), ==, id);
  g_assert_cmpstr (ls_json_string (event, "response.status_details.reason"), ==,
      "turn_detected");

  ls_client_send (client,
      "{\"type\":\"conversation.item.truncate\",\"item_id\":\"%s\","
      "\"content_index\":0,\"audio_end_ms\":150}",
      item_id);
  event = ls_client_wait (client, "conversation.item.truncated");
  g_assert_cmpint (ls_json_int (event, "audio_end_ms"), ==, 150);
  event = ls_client_wait (client, "response.output_audio_transcript.done");
  g_assert_cmpstr (ls_json_string (event, "transcript"), ==,
      "I heard: go somewhere and do something.");
}

static void
test_no_interruption (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("something.raw", 600, 900);
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsClient) client = NULL;
  JsonObject *event;

  if (samples == NULL)
    return;
  server = ls_process_start (program, "--pace", "realtime", NULL);
  client = ls_client_join (server);
  ls_client_update (client,
      "\"audio\":{\"input\":{\"turn_detection\":{\"type\":\"server_vad\","
      "\"interrupt_response\":false}}}");
  ls_client_send (client,
      "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\","
      "\"role\":\"system\",\"content\":[{\"type\":\"input_text\",\"text\":"
      "\"One. Two. Three. Four. Five. Six. Seven.\"}]}}");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  ls_client_wait (client, "response.output_audio.delta");
  ls_client_speak (client, samples, 10);
  event = ls_client_wait (client, "response.done");
  g_assert_cmpstr (ls_json_string (event, "response.status"), ==, "completed");
  event = ls_client_wait (client, "response.output_audio_transcript.done");
  g_assert_cmpstr (ls_json_string (event, "transcript"), ==,
      "I heard: go somewhere and do something.");
}

static void
test_manual_turn (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 0, 0);
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsClient) client = NULL;
  JsonObject *event;

  if (samples == NULL)
    return;
  server = ls_process_start (program, "--pace", "burst", NULL);
  client = ls_client_join (server);
  ls_client_update (client,
      "\"audio\":{\"input\":{\"turn_detection\":null," TRANSCRIBED "}}");
  ls_client_expect (client, "session.updated");
  ls_client_speak (client, samples, 0);
  ls_client_send (client, "{\"type\":\"input_audio_buffer.commit\"}");
  ls_client_expect (client, "input_audio_buffer.committed");
  ls_client_expect (client, "conversation.item.added");
  ls_client_expect (client, "conversation.item.done");
  event = ls_client_wait (client, HEARD "completed");
  g_assert_cmpstr (
      ls_json_string (event, "transcript"), ==, "go forward ten meters");
  /* nothing is answered that no answer was asked for */
  ls_client_send (client, "{\"type\":\"response.create\",\"response\":{"
                          "\"output_modalities\":[\"text\"]}}");
  ls_client_expect (client, "response.created");
  event = ls_client_wait (client, "response.output_text.done");
  g_assert_cmpstr (
      ls_json_string (event, "text"), ==, "I heard: go forward ten meters.");
  g_assert_cmpuint (
      ls_client_count (client, "input_audio_buffer.speech_started"), ==, 0);

  ls_client_append (client, (const guint8 *) samples->data, 4700);
  ls_client_send (client, "{\"type\":\"input_audio_buffer.commit\"}");
  event = ls_client_wait (client, "error");
  g_assert_cmpstr (ls_json_string (event, "error.code"), ==,
      "input_audio_buffer_commit_empty");
  ls_client_append (client, (const guint8 *) samples->data, 100);
  ls_client_send (client, "{\"type\":\"input_audio_buffer.commit\"}");
  ls_client_wait (client, "input_audio_buffer.committed");
}

/* a user who says nothing is asked whether he is still there */
static void
test_silence (void)
{
  g_autoptr (LsProcess) server
      = ls_process_start (program, "--pace", "burst", NULL);
  g_autoptr (LsClient) client = ls_client_join (server);
  g_autofree gchar *item_id = NULL;
  JsonObject *event;

  ls_client_update (client,
      "\"audio\":{\"input\":{\"turn_detection\":{\"type\":\"server_vad\","
      "\"idle_timeout_ms\":5000}}}");
  ls_client_expect (client, "session.updated");
  ls_client_send (client, "{\"type\":\"response.create\"}");
  ls_client_wait (client, "rate_limits.updated");
  event = ls_client_expect (client, "input_audio_buffer.timeout_triggered");
  item_id = g_strdup (ls_json_string (event, "item_id"));
  ls_client_expect (client, "input_audio_buffer.committed");
  event = ls_client_expect (client, "conversation.item.added");
  g_assert_cmpstr (ls_json_string (event, "item.id"), ==, item_id);
  ls_client_expect (client, "conversation.item.done");
  ls_client_expect (client, "response.created");
  event = ls_client_wait (client, "response.output_audio_transcript.done");
  g_assert_cmpstr (ls_json_string (event, "transcript"), ==,
      "Are you still there? I am listening.");
}

#define CALLERS 4

static void
test_several_callers (void)
{
  g_autoptr (GArray) one = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (GArray) other = ls_recording_load ("something.raw", 600, 900);
  g_autoptr (LsProcess) server = NULL;
  LsClient *clients[CALLERS];
  guint i;

  if (one == NULL)
    return;
  server = ls_process_start (program, "--pace", "burst", NULL);
  for (i = 0; i < CALLERS; i++) {
    clients[i] = ls_client_join (server);
    ls_client_update (clients[i], "\"audio\":{\"input\":{" TRANSCRIBED "}}");
    ls_client_speak (clients[i], i % 2 == 0 ? one : other, 0);
  }
  for (i = 0; i < CALLERS; i++) {
    JsonObject *event = ls_client_wait (clients[i], HEARD "completed");

    g_assert_cmpstr (ls_json_string (event, "transcript"), ==,
        i % 2 == 0 ? "go forward ten meters" : "go somewhere and do something");
    ls_client_wait (clients[i], "response.done");
  }
  for (i = 0; i < CALLERS; i++)
    ls_client_free (clients[i]);
}

/* a client that goes in the middle of everything takes nothing with it */
static void
test_gone (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 600, 900);
  g_autoptr (LsProcess) server = NULL;
  guint i;

  if (samples == NULL)
    return;
  server = ls_process_start (program, NULL);
  for (i = 0; i < 6; i++) {
    g_autoptr (LsClient) client = ls_client_join (server);

    ls_client_speak (client, samples, 0);
    if (i % 3 == 1)
      ls_client_wait (client, "response.created");
    else if (i % 3 == 2)
      ls_client_wait (client, "response.output_audio.delta");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  g_test_add_func ("/turns/barge-in", test_barge_in);
  g_test_add_func ("/turns/no-interruption", test_no_interruption);
  g_test_add_func ("/turns/by-hand", test_manual_turn);
  g_test_add_func ("/turns/silence", test_silence);
  g_test_add_func ("/turns/several-callers", test_several_callers);
  g_test_add_func ("/turns/gone", test_gone);
  return g_test_run ();
}
