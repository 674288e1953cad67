/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reply that is held while the user makes a sound: how it goes on, where its
 * stamps begin again, and what ends a hold otherwise.
 */
#include "clockrun.h"
#include "rtspeech.h"

#define REPLY_MS 1000
#define LONG_HOLD "60000" /* ms: the test is faster */
#define SHORT_HOLD "150"

static void
say_more (ClockRun *run, guint ms, guint16 first)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, first);

  rt_fake_conn_send_reply_audio (run->p->conn, "resp_1", "item_1", "",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 4800);
  clock_run_barrier (run);
}

static void
begin_reply (ClockRun *run)
{
  rt_fake_conn_send_reply_begin (run->p->conn, "resp_1", "item_1");
  say_more (run, REPLY_MS, 0);
}

static void
end_reply (ClockRun *run, const gchar *status)
{
  rt_fake_conn_send_reply_end (run->p->conn, "resp_1", "item_1", "", status);
  clock_run_barrier (run);
}

static void
start_speaking (ClockRun *run)
{
  rt_fake_conn_send_speech_started (run->p->conn, "item_u", 0);
}

static void
stop_speaking (ClockRun *run)
{
  rt_fake_conn_send_printf (run->p->conn,
      "{\"type\":\"input_audio_buffer.speech_stopped\",\"audio_end_ms\":9,"
      "\"item_id\":\"item_u\"}");
  clock_run_barrier (run);
}

static void
commit (ClockRun *run)
{
  rt_fake_conn_send_printf (run->p->conn,
      "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"item_u\"}");
  clock_run_barrier (run);
}

static void
cough (ClockRun *run)
{
  start_speaking (run);
  stop_speaking (run);
}

/* Lets time pass until the sink has so much. */
static void
run_until_taken (ClockRun *run, gsize bytes)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  while (rt_ear_sink_get_due (run->p->out) < bytes) {
    clock_run_advance (run, 5 * GST_MSECOND);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  }
}

static void
open_run (
    ClockRun *run, const gchar *barge_in, const gchar *hold, const gchar *props)
{
  g_autofree gchar *all = g_strdup_printf (
      "barge-in=%s barge-in-hold=%s %s", barge_in, hold, props);

  clock_run_open (run, all);
}

/* The server is told of what was heard when the user began. */
static void
expect_truncate (ClockRun *run, gsize heard)
{
  JsonObject *event = rt_fake_conn_expect_event (
      run->p->conn, "conversation.item.truncate", RT_WAIT_MS);

  g_assert_cmpuint (heard, >, RT_PCM_MS (200));
  g_assert_cmpuint (heard, <, RT_PCM_MS (300));
  g_assert_cmpint (json_object_get_int_member (event, "audio_end_ms"), ==,
      heard / RT_PCM_MS (1));
}

static gsize
count_heard (ClockRun *run)
{
  g_autoptr (GByteArray) heard = rt_ear_sink_dup_heard (run->p->out);

  return heard->len;
}

/* It is heard whole, said to be so once, and no hole in it is an underrun. */
static void
assert_whole (ClockRun *run, guint ms)
{
  g_autoptr (GByteArray) heard = NULL;

  clock_run_advance (run, GST_SECOND);
  clock_run_barrier (run);
  heard = rt_ear_sink_dup_heard (run->p->out);
  g_assert_cmpuint (heard->len, ==, RT_PCM_MS (ms));
  g_assert_cmpint (rt_pcm_check_ramp (heard->data, heard->len, 0), ==, -1);
  rt_pipeline_expect_with (run->p, "realtime-speech", "reason", "playing");
  rt_pipeline_expect_with (run->p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_count (run->p, "realtime-interrupted"), ==, 0);
  /* the user's, too */
  g_assert_cmpuint (rt_pipeline_count (run->p, "realtime-speech"), ==, 4);
  g_assert_cmpuint (rt_pipeline_stat (run->p, "underruns"), ==, 0);
  g_assert_cmpuint (
      rt_pipeline_stat (run->p, "audio-played"), ==, ms * GST_MSECOND);
  g_assert_cmpuint (rt_pipeline_stat (run->p, "playout-level"), ==, 0);
}

/* How often stamps do not follow those before; the last buffer that does so.
 * None is marked that does. */
static guint
find_jumps (ClockRun *run, RtOutBuffer *last)
{
  g_autoptr (GArray) buffers = rt_pipeline_get_buffers (run->p);
  guint jumps = 0, i;

  for (i = 1; i < buffers->len; i++) {
    RtOutBuffer *buffer = &g_array_index (buffers, RtOutBuffer, i);

    if (buffer->pts == buffer[-1].pts + buffer[-1].duration) {
      g_assert_false (buffer->flags & GST_BUFFER_FLAG_DISCONT);
    } else {
      *last = *buffer;
      jumps++;
    }
  }
  return jumps;
}

/* It stops at once, and goes on at the sample at which it stopped. */
static void
test_goes_on (gconstpointer barge_in)
{
  ClockRun run;
  RtOutBuffer jump;
  GstClockTime resumed;
  gsize heard, due;
  guint i;

  open_run (&run, barge_in, SHORT_HOLD, "");
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  cough (&run);
  due = rt_ear_sink_get_due (run.p->out);
  for (i = 0; i < 20; i++) {
    clock_run_advance (&run, 10 * GST_MSECOND);
    if (rt_ear_sink_get_due (run.p->out) > due)
      break; /* the test was slow */
  }
  heard = rt_ear_sink_get_due (run.p->out);
  end_reply (&run, "completed");
  resumed = rt_pipeline_now (run.p);
  run_until_taken (&run, heard + RT_PCM_MS (20));
  if (i == 20) {
    g_assert_cmpuint (heard, ==, due);
    g_assert_cmpuint (find_jumps (&run, &jump), ==, 1);
    g_assert_cmpuint (jump.pts, >=, resumed);
    g_assert_cmpuint (jump.pts, <=, rt_pipeline_now (run.p));
  }
  g_assert_cmpuint (rt_pipeline_count_events (run.p, GST_EVENT_FLUSH_START), ==,
      g_str_equal (barge_in, "flush") ? 1 : 0);
  run_until_taken (&run, RT_PCM_MS (REPLY_MS));
  assert_whole (&run, REPLY_MS);
  clock_run_close (&run);
}

/* Downstream had not yet played out what it had: nobody hears of it. */
static void
test_no_hole (void)
{
  ClockRun run;
  RtOutBuffer jump;
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  guint64 level;

  open_run (&run, "drop", SHORT_HOLD, "");
  rt_ear_sink_set_latency (run.p->out, 400 * GST_MSECOND);
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  level = rt_pipeline_stat (run.p, "playout-level");
  cough (&run);
  /* as little time as possible */
  while (rt_pipeline_stat (run.p, "playout-level") == level) {
    clock_run_advance (&run, GST_USECOND);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  }
  end_reply (&run, "completed");
  run_until_taken (&run, RT_PCM_MS (REPLY_MS));
  g_assert_cmpuint (find_jumps (&run, &jump), ==, 0);
  assert_whole (&run, REPLY_MS);
  clock_run_close (&run);
}

/* Silence goes on all the time, and the reply in it: no jump at all. */
static void
test_silence (void)
{
  ClockRun run;
  RtOutBuffer jump;

  open_run (&run, "drop", SHORT_HOLD, "gap-mode=silence");
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  cough (&run);
  end_reply (&run, "completed");
  run_until_taken (&run, RT_PCM_MS (REPLY_MS));
  g_assert_cmpuint (find_jumps (&run, &jump), ==, 0);
  assert_whole (&run, REPLY_MS);
  clock_run_close (&run);
}

/* What comes while it is held is heard behind it. */
static void
test_more_comes (void)
{
  ClockRun run;

  open_run (&run, "flush", SHORT_HOLD, "");
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  cough (&run);
  say_more (&run, 500, REPLY_MS * RT_RATE / 1000);
  end_reply (&run, "completed");
  run_until_taken (&run, RT_PCM_MS (REPLY_MS + 500));
  assert_whole (&run, REPLY_MS + 500);
  clock_run_close (&run);
}

static void
reply_again (ClockRun *run)
{
  static const guint8 pcm[RT_PCM_MS (100)];
  gsize before = rt_ear_sink_get_due (run->p->out);

  rt_fake_conn_send_reply (
      run->p->conn, "resp_2", "item_2", "", pcm, sizeof pcm, sizeof pcm);
  clock_run_barrier (run);
  run_until_taken (run, before + sizeof pcm);
}

/* A cough is nothing that a reply could be late for; a turn is, also when
 * nothing was there to be dropped. */
static void
test_response_latency (gconstpointer turn)
{
  ClockRun run;
  guint64 latency;

  open_run (&run, "flush", turn != NULL ? LONG_HOLD : SHORT_HOLD, "");
  if (turn != NULL) {
    rt_fake_conn_send_reply_begin (run.p->conn, "resp_1", "item_1");
    cough (&run);
    commit (&run);
    end_reply (&run, "cancelled");
  } else {
    begin_reply (&run);
    clock_run_advance (&run, 333 * GST_MSECOND);
    cough (&run);
    end_reply (&run, "completed");
    run_until_taken (&run, RT_PCM_MS (REPLY_MS));
  }
  reply_again (&run);
  latency = rt_pipeline_stat (run.p, "response-latency-last");
  if (turn != NULL)
    g_assert_cmpuint (latency, >, 0);
  else
    g_assert_cmpuint (latency, ==, 0);
  clock_run_close (&run);
}

/* A turn over a reply that is being made: we cancel it, and when the server
 * does not reply by itself, it is asked to, once. */
static void
test_turn (gconstpointer by_itself)
{
  ClockRun run;
  JsonObject *event;
  gsize heard;

  open_run (&run, "flush", LONG_HOLD, "");
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  start_speaking (&run);
  clock_run_barrier (&run);
  heard = count_heard (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  g_assert_cmpuint (
      rt_fake_conn_count_events (run.p->conn, "response.cancel"), ==, 0);
  stop_speaking (&run);
  commit (&run);
  event
      = rt_fake_conn_expect_event (run.p->conn, "response.cancel", RT_WAIT_MS);
  g_assert_cmpstr (
      json_object_get_string_member (event, "response_id"), ==, "resp_1");
  expect_truncate (&run, heard);
  end_reply (&run, "cancelled");
  if (by_itself != NULL)
    rt_fake_conn_send_reply_begin (run.p->conn, "resp_2", "item_2");
  event
      = rt_fake_conn_expect_event (run.p->conn, "response.create", RT_WAIT_MS);
  if (by_itself != NULL)
    rt_fake_conn_send_error (run.p->conn, "invalid_request_error",
        "conversation_already_has_active_response",
        "Conversation already has an active response in progress: resp_2.",
        json_object_get_string_member (event, "event_id"));
  else
    rt_fake_conn_send_reply_begin (run.p->conn, "resp_2", "item_2");
  rt_fake_conn_send_reply_end (
      run.p->conn, "resp_2", "item_2", "", "completed");
  clock_run_barrier (&run);
  clock_run_count_events (&run);
  g_assert_cmpuint (
      rt_fake_conn_count_events (run.p->conn, "response.create"), ==, 1);
  clock_run_close (&run);
}

/* The user speaks on when the hold is over. */
static void
test_elapses (void)
{
  ClockRun run;

  open_run (&run, "drop", SHORT_HOLD, "");
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  start_speaking (&run);
  rt_fake_conn_expect_event (run.p->conn, "response.cancel", RT_WAIT_MS);
  rt_fake_conn_expect_event (
      run.p->conn, "conversation.item.truncate", RT_WAIT_MS);
  rt_assert_field (
      rt_pipeline_expect (run.p, "realtime-interrupted"), "item-id", "item_1");
  rt_pipeline_expect_with (run.p, "realtime-speech", "reason", "interrupted");
  clock_run_close (&run);
}

static gboolean
tells_to_interrupt (RtFakeConn *conn, guint n)
{
  const gchar *text = rt_fake_conn_get_event_text (conn, n);

  g_assert_nonnull (strstr (text, "\"interrupt_response\":"));
  return strstr (text, "\"interrupt_response\":true") != NULL;
}

/* The server must not decide while we hold. */
static void
test_server_is_told (void)
{
  static const struct {
    const gchar *property;
    const gchar *value;
    gboolean told;
    gboolean interrupts;
  } rows[] = {
    { "barge-in-hold", "0", TRUE, TRUE },
    { "barge-in", "flush", FALSE, TRUE },
    { "barge-in-hold", "200", TRUE, FALSE },
    { "barge-in-hold", "300", FALSE, FALSE },
    { "barge-in", "ignore", FALSE, FALSE },
    { "barge-in-hold", "0", FALSE, FALSE },
    { "barge-in", "drop", TRUE, TRUE },
    { "interrupt-response", "false", TRUE, FALSE },
    { "barge-in-hold", "200", FALSE, FALSE },
  };
  ClockRun run;
  guint i, n;

  open_run (&run, "drop", "100", "");
  rt_fake_conn_expect_event (run.p->conn, "session.update", RT_WAIT_MS);
  g_assert_false (tells_to_interrupt (run.p->conn, 0));
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    n = clock_run_count_events (&run);
    gst_util_set_object_arg (
        G_OBJECT (run.p->rt), rows[i].property, rows[i].value);
    if (rows[i].told)
      rt_fake_conn_expect_event (run.p->conn, "session.update", RT_WAIT_MS);
    if (rows[i].told)
      g_assert_cmpint (
          tells_to_interrupt (run.p->conn, n), ==, rows[i].interrupts);
    g_assert_cmpuint (
        clock_run_count_events (&run), ==, n + 1 + (rows[i].told ? 1 : 0));
  }
  clock_run_close (&run);
}

/* Hung up, or stopped, in the middle of a hold: as without. */
static void
test_ends (gconstpointer action)
{
  ClockRun run;
  gsize heard;

  open_run (&run, "flush", LONG_HOLD, "");
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  start_speaking (&run);
  clock_run_barrier (&run);
  heard = count_heard (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  if (action != NULL)
    g_assert_true (rt_pipeline_act (run.p, action));
  else
    g_assert_cmpuint (rt_pipeline_stop (run.p), <, 1000);
  expect_truncate (&run, heard);
  g_assert_true (rt_pipeline_wait_stat (run.p, "playout-level", 0, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_stat (run.p, "audio-played"), ==,
      gst_util_uint64_scale (heard / 2, GST_SECOND, RT_RATE));
  clock_run_close (&run);
}

/* The connection is lost: what came of the reply is heard, as without a hold. */
static void
test_lost (void)
{
  ClockRun run;

  open_run (&run, "flush", LONG_HOLD, "");
  begin_reply (&run);
  clock_run_advance (&run, 333 * GST_MSECOND);
  start_speaking (&run);
  clock_run_barrier (&run);
  rt_fake_conn_close (run.p->conn, 1008, "policy");
  rt_pipeline_expect (run.p, "realtime-closed");
  run_until_taken (&run, RT_PCM_MS (REPLY_MS));
  clock_run_close (&run);
}

/* The input has ended: EOS waits for what is held. */
static void
test_eos (void)
{
  ClockRun run;

  open_run (&run, "drop", SHORT_HOLD, "eos-timeout=1");
  begin_reply (&run);
  end_reply (&run, "completed");
  clock_run_advance (&run, 333 * GST_MSECOND);
  cough (&run);
  rt_pipeline_push_eos (run.p);
  run_until_taken (&run, RT_PCM_MS (REPLY_MS));
  assert_whole (&run, REPLY_MS);
  clock_run_close (&run);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  rt_ear_sink_register ();
  g_test_add_data_func ("/hold/goes-on/drop", "drop", test_goes_on);
  g_test_add_data_func ("/hold/goes-on/flush", "flush", test_goes_on);
  g_test_add_func ("/hold/no-hole", test_no_hole);
  g_test_add_func ("/hold/silence", test_silence);
  g_test_add_func ("/hold/more-comes", test_more_comes);
  g_test_add_data_func ("/hold/turn/given-up", NULL, test_turn);
  g_test_add_data_func ("/hold/turn/by-itself", "", test_turn);
  g_test_add_data_func (
      "/hold/response-latency/cough", NULL, test_response_latency);
  g_test_add_data_func (
      "/hold/response-latency/turn", "", test_response_latency);
  g_test_add_func ("/hold/elapses", test_elapses);
  g_test_add_func ("/hold/server-is-told", test_server_is_told);
  g_test_add_data_func ("/hold/ends/close", "close", test_ends);
  g_test_add_data_func ("/hold/ends/interrupt", "interrupt", test_ends);
  g_test_add_data_func ("/hold/ends/stop", NULL, test_ends);
  g_test_add_func ("/hold/lost", test_lost);
  g_test_add_func ("/hold/eos", test_eos);
  return g_test_run ();
}
