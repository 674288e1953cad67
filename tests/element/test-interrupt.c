/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reply that is cut short: by the application, or because the user speaks.
 * Nothing of it is heard afterwards, the account adds up, and what comes next
 * is on time.
 */
#include <string.h>

#include "rtpipeline.h"
#include "rtspeech.h"

#define LONG_MS 5000
#define HEARD_MS 600

static void
begin_long_reply (RtPipeline *p)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) LONG_MS * RT_RATE / 1000, 0);

  rt_fake_conn_send_reply_begin (p->conn, "resp_1", "item_1");
  rt_fake_conn_send_reply_audio (p->conn, "resp_1", "item_1", "A long story.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (HEARD_MS), RT_WAIT_MS));
}

static guint
uint_of (const GstStructure *s, const gchar *field)
{
  guint value = G_MAXUINT;

  g_assert_true (gst_structure_get_uint (s, field, &value));
  return value;
}

/* What was dropped and what left make what was received, and the server is
 * told how far it was heard. */
static void
check_account (RtPipeline *p)
{
  const GstStructure *s = rt_pipeline_expect (p, "realtime-interrupted");
  guint played = uint_of (s, "played"), dropped = uint_of (s, "dropped");
  JsonObject *truncate = rt_fake_conn_expect_event (
      p->conn, "conversation.item.truncate", RT_WAIT_MS);

  rt_assert_field (s, "item-id", "item_1");
  g_assert_cmpuint (played + dropped, >=, LONG_MS - 1);
  g_assert_cmpuint (played + dropped, <=, LONG_MS);
  g_assert_cmpuint (played, <, HEARD_MS + 1000);
  g_assert_cmpstr (
      json_object_get_string_member (truncate, "item_id"), ==, "item_1");
  g_assert_cmpint (
      json_object_get_int_member (truncate, "content_index"), ==, 0);
  g_assert_cmpint (
      json_object_get_int_member (truncate, "audio_end_ms"), ==, played);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "interrupted");
  g_assert_cmpuint (rt_pipeline_stat (p, "interruptions"), ==, 1);
}

/* The next reply is heard at once and whole, and late audio of the one that
 * was cut short is not. */
static void
check_next (RtPipeline *p)
{
  g_autoptr (GBytes) late = rt_pcm_ramp (2400, 111);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE / 2, 30000);
  gsize before = rt_pipeline_get_audio_size (p);
  g_autoptr (GArray) old = rt_pipeline_get_buffers (p);
  g_autoptr (GArray) buffers = NULL;
  g_autoptr (GByteArray) audio = NULL;
  GstClockTime sent;
  RtOutBuffer *first;

  g_assert_cmpuint (before, <, RT_PCM_MS (HEARD_MS + 1000));
  rt_fake_conn_send_audio_delta (p->conn, "resp_1", "item_1", 0,
      g_bytes_get_data (late, NULL), g_bytes_get_size (late));
  rt_fake_conn_send_reply_end (
      p->conn, "resp_1", "item_1", "A long story.", "cancelled");
  rt_pipeline_expect_with (p, "realtime-response", "status", "cancelled");

  sent = rt_pipeline_now (p);
  rt_fake_conn_send_reply (p->conn, "resp_2", "item_2", "Yes?",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 4800);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, before + g_bytes_get_size (pcm));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, before, 0), ==, -1);
  g_assert_cmpint (
      rt_pcm_check_ramp (audio->data + before, audio->len - before, 30000), ==,
      -1);
  buffers = rt_pipeline_get_buffers (p);
  first = &g_array_index (buffers, RtOutBuffer, old->len);
  g_assert_true (first->flags & GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpuint (first->pts, >=, first[-1].pts + first[-1].duration);
  g_assert_cmpuint (first->pts, <, sent + 500 * GST_MSECOND);
}

static void
check_stats (RtPipeline *p)
{
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-received"), ==,
      rt_pipeline_stat (p, "audio-played")
          + rt_pipeline_stat (p, "audio-dropped-interrupted"));
  g_assert_cmpuint (rt_pipeline_stat (p, "playout-level"), ==, 0);
}

static void
test_action (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  begin_long_reply (p);
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  rt_fake_conn_expect_event (p->conn, "response.cancel", RT_WAIT_MS);
  check_account (p);
  check_next (p);
  check_stats (p);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_START), ==, 0);
}

/* Generated long ago, still being heard: there is nothing to cancel, but
 * there is something to drop. */
static void
test_action_after_done (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  begin_long_reply (p);
  rt_fake_conn_send_reply_end (
      p->conn, "resp_1", "item_1", "A long story.", "completed");
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  check_account (p);
  g_assert_cmpuint (
      rt_fake_conn_count_events (p->conn, "response.cancel"), ==, 0);
}

/* drop: only what is queued here. */
static void
test_barge_in_drop (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=drop", RT_OUT_SYNC);

  begin_long_reply (p);
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  check_account (p);
  check_next (p);
  check_stats (p);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_START), ==, 0);
}

/* flush: downstream, too. */
static void
test_barge_in_flush (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=flush", RT_OUT_SYNC);
  g_autoptr (GArray) buffers = NULL;
  gboolean reset = TRUE;
  GstEvent *event;
  guint at;

  begin_long_reply (p);
  buffers = rt_pipeline_get_buffers (p);
  at = buffers->len;
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  g_assert_nonnull (
      rt_pipeline_wait_event (p, GST_EVENT_FLUSH_START, at, RT_WAIT_MS));
  event = rt_pipeline_wait_event (p, GST_EVENT_FLUSH_STOP, at, RT_WAIT_MS);
  g_assert_nonnull (event);
  gst_event_parse_flush_stop (event, &reset);
  g_assert_false (reset);
  g_assert_nonnull (
      rt_pipeline_wait_event (p, GST_EVENT_SEGMENT, at, RT_WAIT_MS));
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_GAP, at, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_START), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_STOP), ==, 1);
  check_account (p);
  check_next (p);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
  {
    GstState state;

    g_assert_cmpint (gst_element_get_state (
                         p->pipeline, &state, NULL, RT_WAIT_MS * GST_MSECOND),
        !=, GST_STATE_CHANGE_FAILURE);
    g_assert_cmpint (state, ==, GST_STATE_PLAYING);
  }
}

/* ignore: the reply is heard to its end, and the server was told so. */
static void
test_barge_in_ignore (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=ignore", RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE, 0);
  g_autoptr (GByteArray) audio = NULL;
  const gchar *update;

  update = rt_fake_conn_get_event_text (p->conn, 0);
  g_assert_nonnull (strstr (update, "\"interrupt_response\":false"));
  rt_fake_conn_send_reply (p->conn, "resp_1", "item_1", "Listen.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, g_bytes_get_size (pcm));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-interrupted"), ==, 0);
  g_assert_cmpuint (
      rt_fake_conn_count_events (p->conn, "conversation.item.truncate"), ==, 0);
}

/* Nothing plays: nothing is interrupted. */
static void
test_barge_in_silence (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=flush", RT_OUT_SYNC);

  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  rt_fake_conn_send_user_turn (p->conn, "item_u", 1500, "hello");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "ended");
  g_assert_null (
      rt_fake_conn_wait_event (p->conn, "conversation.item.truncate", 200));
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-interrupted"), ==, 0);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_START), ==, 0);
}

/* Interrupted before a sample of it was heard: the server forgets it. */
static void
test_nothing_heard (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "latency=3000", RT_OUT_ANY);
  static const guint8 pcm[RT_PCM_MS (300)];
  JsonObject *event;
  const GstStructure *s;

  rt_fake_conn_send_reply_begin (p->conn, "resp_1", "item_1");
  rt_fake_conn_send_reply_audio (
      p->conn, "resp_1", "item_1", "Hm.", pcm, sizeof (pcm), sizeof (pcm));
  g_assert_true (rt_pipeline_wait_stat (
      p, "playout-level", 300 * GST_MSECOND, RT_WAIT_MS));
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  event = rt_fake_conn_expect_event (
      p->conn, "conversation.item.delete", RT_WAIT_MS);
  g_assert_cmpstr (
      json_object_get_string_member (event, "item_id"), ==, "item_1");
  s = rt_pipeline_expect (p, "realtime-interrupted");
  g_assert_cmpuint (uint_of (s, "played"), ==, 0);
  g_assert_cmpuint (uint_of (s, "dropped"), ==, 300);
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, 0);
}

/* A story whose every word is as long as any other. */
static gchar *
dup_story (guint words)
{
  GString *story = g_string_new (NULL);
  guint i;

  for (i = 0; i < words; i++)
    g_string_append_printf (story, "%sw%03u", i > 0 ? " " : "", i);
  return g_string_free (story, FALSE);
}

static const gchar *
last_entry (const GstStructure *handoff)
{
  const GValue *list = gst_structure_get_value (handoff, "active-transcript");
  const GValue *entry
      = gst_value_list_get_value (list, gst_value_list_get_size (list) - 1);

  rt_assert_field (gst_value_get_structure (entry), "role", "assistant");
  return gst_structure_get_string (gst_value_get_structure (entry), "text");
}

/* The words that were heard are all that remains of it, in the messages and
 * for whoever the task is handed to. */
static void
test_heard_words (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) LONG_MS * RT_RATE / 1000, 0);
  g_autofree gchar *story = dup_story (100);
  g_autofree gchar *heard = NULL;
  const GstStructure *s;
  gboolean interrupted;
  guint64 time;
  guint played;

  rt_fake_conn_send_reply (p->conn, "resp_1", "item_1", story,
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (1500), RT_WAIT_MS));
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  played = uint_of (rt_pipeline_expect (p, "realtime-interrupted"), "played");
  do {
    s = rt_pipeline_expect_with (p, "realtime-transcript", "item-id", "item_1");
    gst_structure_get_boolean (s, "interrupted", &interrupted);
  } while (!interrupted);
  rt_assert_flag (s, "final", TRUE);
  g_assert_true (gst_structure_get_uint64 (s, "running-time", &time));
  heard = g_strdup (gst_structure_get_string (s, "text"));
  g_assert_true (g_str_has_prefix (story, heard));
  /* 499 letters in all, a word every five */
  g_assert_cmpuint (strlen (heard), <=, 499 * played / LONG_MS);
  g_assert_cmpuint (strlen (heard) + 5, >, 499 * played / LONG_MS);

  rt_fake_conn_send_call (p->conn, "resp_2", "item_c", "call_1",
      "background_agent", "{\"prompt\":\"go\"}");
  g_assert_cmpstr (
      last_entry (rt_pipeline_expect (p, "realtime-handoff")), ==, heard);
}

/* Time stands still: what was heard is what was heard before. */
static void
test_paused (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=flush", RT_OUT_SYNC);

  begin_long_reply (p);
  gst_element_set_state (p->pipeline, GST_STATE_PAUSED);
  g_assert_cmpint (
      gst_element_get_state (p->pipeline, NULL, NULL, RT_WAIT_MS * GST_MSECOND),
      !=, GST_STATE_CHANGE_ASYNC);
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  check_account (p);
  gst_element_set_state (p->pipeline, GST_STATE_PLAYING);
  check_next (p);
  check_stats (p);
}

/* Nothing waits for a clock: all that came left, and was played. */
static void
test_no_clock (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, "barge-in=flush", RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) LONG_MS * RT_RATE / 1000, 0);
  JsonObject *truncate;

  gst_pipeline_use_clock (GST_PIPELINE (p->pipeline), NULL);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  rt_fake_conn_send_reply_begin (p->conn, "resp_1", "item_1");
  rt_fake_conn_send_reply_audio (p->conn, "resp_1", "item_1", "A long story.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (LONG_MS), RT_WAIT_MS));
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  truncate = rt_fake_conn_expect_event (
      p->conn, "conversation.item.truncate", RT_WAIT_MS);
  g_assert_cmpint (
      json_object_get_int_member (truncate, "audio_end_ms"), ==, LONG_MS);
  check_stats (p);
}

/* The application and the user, and the user again: one interruption. */
static void
test_twice (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "barge-in=flush", RT_OUT_SYNC);

  begin_long_reply (p);
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1000);
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  rt_fake_conn_send_user_turn (p->conn, "item_u", 1100, "no");
  rt_fake_conn_send_speech_started (p->conn, "item_v", 1200);
  check_account (p);
  rt_fake_conn_send_user_turn (p->conn, "item_v", 1300, "no no");
  check_next (p);
  check_stats (p);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-interrupted"), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_START), ==, 1);
  g_assert_cmpuint (
      rt_fake_conn_count_events (p->conn, "response.cancel"), ==, 1);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/interrupt/action", test_action);
  g_test_add_func ("/interrupt/action-after-done", test_action_after_done);
  g_test_add_func ("/interrupt/barge-in/drop", test_barge_in_drop);
  g_test_add_func ("/interrupt/barge-in/flush", test_barge_in_flush);
  g_test_add_func ("/interrupt/barge-in/ignore", test_barge_in_ignore);
  g_test_add_func ("/interrupt/barge-in/silence", test_barge_in_silence);
  g_test_add_func ("/interrupt/nothing-heard", test_nothing_heard);
  g_test_add_func ("/interrupt/heard-words", test_heard_words);
  g_test_add_func ("/interrupt/paused", test_paused);
  g_test_add_func ("/interrupt/no-clock", test_no_clock);
  g_test_add_func ("/interrupt/twice", test_twice);
  return g_test_run ();
}
