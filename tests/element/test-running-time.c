/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server counts what it was sent, in milliseconds; the application is told
 * the running time of the pipeline, through holes, drops and sessions.
 */
#include "rtinput.h"
#include "rtoutage.h"

#define MS GST_MSECOND

static void
assert_time (const GstStructure *s, guint64 expected)
{
  guint64 time = GST_CLOCK_TIME_NONE;

  if (expected == GST_CLOCK_TIME_NONE) {
    g_assert_false (gst_structure_has_field (s, "running-time"));
    return;
  }
  g_assert_true (gst_structure_get_uint64 (s, "running-time", &time));
  g_assert_cmpuint (time, ==, expected);
}

static void
expect_speech (RtPipeline *p, const gchar *reason, guint64 time)
{
  assert_time (
      rt_pipeline_expect_with (p, "realtime-speech", "reason", reason), time);
}

/* All that is told of the words of an item. */
static void
expect_words (RtPipeline *p, const gchar *item, guint64 time)
{
  guint i;

  for (i = 0; i < 2; i++) {
    const GstStructure *s
        = rt_pipeline_expect_with (p, "realtime-transcript", "item-id", item);

    rt_assert_field (s, "role", "user");
    assert_time (s, time);
  }
}

static void
send_heard (RtFakeConn *conn, const gchar *item, const gchar *words)
{
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"conversation.item.input_audio_transcription.delta\","
      "\"item_id\":\"%s\",\"content_index\":0,\"delta\":\"%s\"}",
      item, words);
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"conversation.item.input_audio_transcription.completed\","
      "\"item_id\":\"%s\",\"content_index\":0,\"transcript\":\"%s\"}",
      item, words);
}

static void
send_stopped (RtFakeConn *conn, const gchar *item, guint ms)
{
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"input_audio_buffer.speech_stopped\",\"audio_end_ms\":%u,"
      "\"item_id\":\"%s\"}",
      ms, item);
}

static void
send_committed (RtFakeConn *conn, const gchar *item)
{
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"%s\"}", item);
}

/* A stream that begins in the middle of nowhere, with a hole, with more
 * silence than there was, and words that come late. */
static void
test_holes (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "uplink-buffer=60000", &in);

  rt_input_say (in, 1, 500, 7000);
  rt_input_say (in, 2, 500, 8000);
  /* an hour of nothing is ten seconds of it */
  rt_input_say (in, 3, 500, 3600000);
  rt_input_expect_heard (p, 2, "1*12000 0*12000 2*12000 0*240000 3*12000");

  rt_fake_conn_send_speech_started (p->conn, "item_1", 250);
  expect_speech (p, "detected", 7250 * MS);
  send_stopped (p->conn, "item_1", 750);
  expect_speech (p, "ended", 7750 * MS);
  send_committed (p->conn, "item_1");
  rt_fake_conn_send_speech_started (p->conn, "item_2", 1100);
  expect_speech (p, "detected", 8100 * MS);
  send_stopped (p->conn, "item_2", 11500);
  expect_speech (p, "ended", 3600000 * MS);
  send_committed (p->conn, "item_2");
  send_heard (p->conn, "item_2", "two");
  expect_words (p, "item_2", 8100 * MS);
  send_heard (p->conn, "item_1", "one");
  expect_words (p, "item_1", 7250 * MS);
  send_heard (p->conn, "item_3", "whose");
  expect_words (p, "item_3", GST_CLOCK_TIME_NONE);
}

/* What had to be dropped before there was a session, the server does not
 * count; the next session counts anew. */
static void
test_overrun_and_sessions (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, "uplink-buffer=500", RT_OUT_ANY);
  g_autoptr (RtInput) in = rt_input_new (p, RT_PCM_CAPS, TRUE);

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_begin (in, RT_PCM_CAPS);
  rt_input_say (in, 1, 700, 1000);
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_input_expect_heard (p, 2, "1*12000");
  rt_input_say (in, 2, 100, 1700);
  rt_input_expect_heard (p, 2, "1*12000 2*2400");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 40);
  expect_speech (p, "detected", 1240 * MS);
  send_stopped (p->conn, "item_u", 550);
  expect_speech (p, "ended", 1750 * MS);

  g_assert_true (rt_pipeline_act (p, "close"));
  rt_pipeline_expect (p, "realtime-closed");
  /* to nobody */
  rt_input_say (in, 3, 100, 1800);
  rt_fake_server_set_auto (server, TRUE);
  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_pipeline_expect_with (p, "realtime-session", "session-id", "sess_fake_2");
  rt_input_say (in, 4, 200, 1900);
  rt_input_expect_heard (p, 2, "4*4800");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 40);
  expect_speech (p, "detected", 1940 * MS);
  rt_fake_conn_send_user_turn (p->conn, "item_u", 160, "again");
  expect_speech (p, "ended", 2060 * MS);
  expect_words (p, "item_u", 1940 * MS);
}

/* A turn that is said again to the session that follows a lost one was said
 * when it was. */
static void
test_said_again (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "reconnect-delay=50", &in);

  rt_pipeline_expect (p, "realtime-started");
  rt_input_say (in, 1, 400, 3000);
  rt_input_say (in, 2, 400, 4000);
  rt_input_expect_heard (p, 2, "1*9600 0*14400 2*9600");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 1100);
  expect_speech (p, "detected", 4100 * MS);
  rt_fake_conn_fin (p->conn);
  rt_outage_expect (p, 1);
  /* where that was, no server said */
  expect_speech (p, "ended", GST_CLOCK_TIME_NONE);
  rt_input_say (in, 3, 100, 4400);
  rt_outage_expect_again (p, server);
  /* what came half a second before the speech, and all after it */
  rt_input_expect_heard (p, 2, "0*9600 2*9600 3*2400");
  rt_fake_conn_send_speech_started (p->conn, "item_v", 500);
  expect_speech (p, "detected", 4100 * MS);
  rt_fake_conn_send_user_turn (p->conn, "item_v", 850, "again");
  expect_speech (p, "ended", 4450 * MS);
  expect_words (p, "item_v", 4100 * MS);
}

/* Turns of the application's own: an item begins where the one before ended,
 * and what was cleared is of none. */
static void
test_manual (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "turn-detection=none", &in);

  rt_input_say (in, 1, 210, 3000);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_input_expect_heard (p, 2, "1*5040");
  rt_input_say (in, 2, 190, 3210);
  rt_input_expect_heard (p, 2, "1*5040 2*4320");
  g_assert_true (rt_pipeline_act (p, "clear-audio"));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.clear", RT_WAIT_MS);
  rt_input_say (in, 3, 200, 3400);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_input_expect_heard (p, 2, "1*5040 2*4320 3*4800");
  send_committed (p->conn, "item_1");
  send_committed (p->conn, "item_2");
  send_heard (p->conn, "item_2", "two");
  expect_words (p, "item_2", 3400 * MS);
  send_heard (p->conn, "item_1", "one");
  expect_words (p, "item_1", 3000 * MS);
}

/* A model that asks whether anybody is there: of the silence that it heard. */
static void
test_idle_timeout (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "vad-idle-timeout=5000", &in);
  static const guint8 question[RT_PCM_MS (40)] = { 1 };

  rt_input_say (in, 0, 6000, 500);
  rt_input_expect_heard (p, 2, "0*144000");
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"input_audio_buffer.timeout_triggered\","
      "\"audio_start_ms\":1000,\"audio_end_ms\":6000,"
      "\"item_id\":\"item_u\"}");
  expect_speech (p, "timeout", 1500 * MS);
  send_committed (p->conn, "item_u");
  send_heard (p->conn, "item_u", "");
  rt_fake_conn_send_reply (p->conn, "resp", "item_a", "Still there?", question,
      sizeof question, sizeof question);
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-interrupted"), ==, 0);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/running-time/holes", test_holes);
  g_test_add_func (
      "/running-time/overrun-and-sessions", test_overrun_and_sessions);
  g_test_add_func ("/running-time/said-again", test_said_again);
  g_test_add_func ("/running-time/manual", test_manual);
  g_test_add_func ("/running-time/idle-timeout", test_idle_timeout);
  return g_test_run ();
}
