/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Random replies, interrupted at random instants of a test clock in front of a
 * sink of any latency: what the server is told of them against what that sink
 * played, sample by sample.  RT_RANDOM_SEED replays a run.
 */
#include "clockreply.h"
#include "clockrun.h"

#ifdef __SANITIZE_ADDRESS__
#define ROUNDS 60
#else
#define ROUNDS 200
#endif
#define MAX_LATENCY 400 /* ms, of the sink */
/* After this nothing of a reply is left anywhere. */
#define QUIET (600 * GST_MSECOND)
#define SAMPLE (GST_SECOND / RT_RATE + 1)
#define LONG_HOLD 60000 /* ms: the test is faster */
#define SHORT_HOLD 20

typedef enum {
  BY_VOICE,
  BY_ACTION,
  BY_EVENT_UP,
  BY_EVENT_DOWN,
  N_WAYS,
} Way;

typedef struct {
  ClockRun run; /* first */
  RtPipeline *p;
  gboolean flush;
  gboolean ignore;
  GByteArray *heard; /* all that may have been, up to this round */
  GArray *errors;    /* of gint64, ns */
  guint flushes;
  gboolean changed; /* the latency, during the reply */
  guint whole;      /* rounds in which nothing was truncated */
  guint resumed;    /* rounds in which a reply was held and went on */
} Test;

static void
send_command (Test *test, gboolean up)
{
  g_autoptr (GstPad) pad
      = gst_element_get_static_pad (test->p->rt, up ? "src" : "sink");
  GstStructure *s = gst_structure_new (
      "realtime-command", "action", G_TYPE_STRING, "interrupt", NULL);

  g_assert_true (gst_pad_send_event (
      pad, gst_event_new_custom (
               up ? GST_EVENT_CUSTOM_UPSTREAM : GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
               s)));
}

static void
settle (Test *test)
{
  clock_run_barrier (&test->run);
  clock_run_wait_idle (&test->run);
}

static void
interrupt (Test *test, Way way, guint round)
{
  g_autofree gchar *item = g_strdup_printf ("user_%u", round);

  switch (way) {
    case BY_VOICE:
      rt_fake_conn_send_speech_started (test->p->conn, item, 0);
      break;
    case BY_ACTION:
      g_assert_true (rt_pipeline_act (test->p, "interrupt"));
      break;
    default:
      send_command (test, way == BY_EVENT_UP);
      break;
  }
  settle (test);
}

/* Of what the sink played, or also of what it is going to, all but what came
 * before this reply. */
static gsize
count_new (Test *test, gboolean due)
{
  g_autoptr (GByteArray) heard = rt_ear_sink_dup_heard (test->p->out);
  gsize size = due ? rt_ear_sink_get_due (test->p->out) : heard->len;

  return size - MIN (size, test->heard->len);
}

static void
assert_heard (Test *test)
{
  g_autoptr (GByteArray) heard = rt_ear_sink_dup_heard (test->p->out);

  g_assert_cmpmem (
      heard->data, heard->len, test->heard->data, test->heard->len);
}

static void
change_latency (Test *test)
{
  rt_ear_sink_set_latency (
      test->p->out, clock_run_random_time (&test->run, MAX_LATENCY));
  clock_run_wait_idle (&test->run);
}

/* Says some of it, lets time pass, and says some more; meanwhile the pipeline
 * may get another latency. */
static void
say (Test *test, ClockReply *reply)
{
  GRand *rand = test->run.rand;
  gsize size = clock_reply_get_size (reply);
  guint pieces = g_rand_int_range (rand, 1, 4);

  test->changed = FALSE;
  while (pieces-- > 0) {
    gsize until = g_rand_int_range (rand, 1, size + 1);

    if (g_rand_boolean (rand))
      until = size;
    clock_reply_send (reply, test->p->conn, rand, until);
    clock_run_barrier (&test->run);
    clock_run_advance (&test->run,
        clock_run_random_time (&test->run, size / RT_PCM_MS (2) + 100));
    test->changed |= g_rand_int_range (rand, 0, 8) == 0;
    if (test->changed)
      change_latency (test);
  }
}

/* The first message of the assistant's speech for this reason among those that
 * came since `from`: its time, or NONE. */
static GstClockTime
find_time (Test *test, guint from, const gchar *reason)
{
  const GPtrArray *messages = rt_pipeline_get_messages (test->p);
  guint64 time;

  for (; from < messages->len; from++) {
    const GstStructure *s
        = gst_message_get_structure (g_ptr_array_index (messages, from));

    if (s != NULL && gst_structure_has_name (s, "realtime-speech")
        && g_strcmp0 (gst_structure_get_string (s, "reason"), reason) == 0) {
      g_assert_true (gst_structure_get_uint64 (s, "running-time", &time));
      return time;
    }
  }
  return GST_CLOCK_TIME_NONE;
}

static void
assert_near (GstClockTime a, GstClockTime b)
{
  g_assert_true (GST_CLOCK_TIME_IS_VALID (a) && GST_CLOCK_TIME_IS_VALID (b));
  g_assert_cmpuint (MAX (a, b) - MIN (a, b), <=, 2 * SAMPLE);
}

/* What is said of when it was heard is when it was. */
static void
check_times (Test *test, guint from, gsize heard)
{
  GstElement *sink = test->p->out;
  GstClockTime began = find_time (test, from, "playing");
  GstClockTime cut = find_time (test, from, "interrupted");

  if (GST_CLOCK_TIME_IS_VALID (began))
    assert_near (began, rt_ear_sink_get_end (sink, test->heard->len + 2));
  if (GST_CLOCK_TIME_IS_VALID (cut))
    assert_near (cut, rt_ear_sink_get_end (sink, test->heard->len + heard));
}

/* Whatever is said of it later, no more of it is heard. */
static void
quieten (Test *test, ClockReply *reply)
{
  clock_reply_send_late (reply, test->p->conn, test->run.rand);
  clock_run_barrier (&test->run);
  clock_run_advance (&test->run, QUIET);
  assert_heard (test);
}

static void
finish_round (
    Test *test, ClockReply *reply, guint from, guint messages, gsize heard)
{
  guint to = clock_run_count_events (&test->run);
  guint flushes = rt_ear_sink_get_flushes (test->p->out);
  guint told = test->errors->len;

  /* once is enough, and without being asked to it is not done */
  g_assert_cmpuint (flushes - test->flushes, <=, test->flush ? 1 : 0);
  test->flushes = flushes;
  if (!test->changed)
    check_times (test, messages, heard);
  clock_reply_check (reply, heard, test->p->conn, from, to, test->errors);
  test->whole += test->errors->len == told;
  g_byte_array_append (test->heard, clock_reply_get_audio (reply), heard);
  quieten (test, reply);
}

/* All of it is said, and heard unless it is interrupted. */
static gsize
hear_out (Test *test, ClockReply *reply)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  guint64 interruptions = rt_pipeline_stat (test->p, "interruptions");
  gsize size = clock_reply_get_size (reply);

  clock_reply_send (reply, test->p->conn, test->run.rand, size);
  clock_run_barrier (&test->run);
  while (count_new (test, FALSE) < size
         && rt_pipeline_stat (test->p, "interruptions") == interruptions) {
    clock_run_advance (&test->run, 20 * GST_MSECOND);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  }
  settle (test);
  return count_new (test, !test->flush);
}

static void
play_round (Test *test, guint round)
{
  g_autoptr (ClockReply) reply = clock_reply_new (round, test->run.rand);
  Way way = g_rand_int_range (test->run.rand, 0, N_WAYS);
  guint from, messages;
  gsize heard;

  change_latency (test);
  from = clock_run_count_events (&test->run);
  messages = rt_pipeline_get_messages (test->p)->len;
  say (test, reply);
  interrupt (test, way, round);
  heard = count_new (test, !test->flush);
  if (test->ignore && way == BY_VOICE)
    heard = hear_out (test, reply);
  finish_round (test, reply, from, messages, heard);
}

static void
stop_speaking (Test *test, guint round, gboolean commit)
{
  rt_fake_conn_send_printf (test->p->conn,
      "{\"type\":\"input_audio_buffer.speech_stopped\",\"audio_end_ms\":9,"
      "\"item_id\":\"user_%u\"}",
      round);
  if (commit)
    rt_fake_conn_send_printf (test->p->conn,
        "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"user_%u\"}",
        round);
  settle (test);
}

/* On a busy machine it may last for longer than the hold, and is a turn then.
 */
static gsize
cough (Test *test, ClockReply *reply, guint round)
{
  gsize heard;

  rt_fake_conn_send_printf (test->p->conn,
      "{\"type\":\"input_audio_buffer.speech_started\","
      "\"audio_start_ms\":0,\"item_id\":\"user_%u\"}",
      round);
  stop_speaking (test, round, FALSE);
  heard = hear_out (test, reply);
  test->resumed += heard == clock_reply_get_size (reply);
  return heard;
}

/* A turn, or an interruption by other means; time passes before. */
static gsize
take_turn (Test *test, guint round)
{
  gsize heard;

  interrupt (test, BY_VOICE, round);
  heard = count_new (test, !test->flush);
  clock_run_advance (&test->run, clock_run_random_time (&test->run, 500));
  if (g_rand_boolean (test->run.rand))
    stop_speaking (test, round, TRUE);
  else
    interrupt (test, BY_ACTION, round);
  return heard;
}

static void
play_held_round (Test *test, guint round)
{
  g_autoptr (ClockReply) reply = clock_reply_new (round, test->run.rand);
  gboolean turn = g_rand_boolean (test->run.rand);
  guint from, messages;
  gsize heard;

  change_latency (test);
  g_object_set (
      test->p->rt, "barge-in-hold", turn ? LONG_HOLD : SHORT_HOLD, NULL);
  from = clock_run_count_events (&test->run);
  messages = rt_pipeline_get_messages (test->p)->len;
  say (test, reply);
  heard = turn ? take_turn (test, round) : cough (test, reply, round);
  finish_round (test, reply, from, messages, heard);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
print_errors (Test *test, const gchar *what)
{
  GArray *errors = test->errors;
  gint64 *e = (gint64 *) errors->data;
  guint n = errors->len;

  g_assert_cmpuint (n, >, ROUNDS / 8);
  g_array_sort (errors, compare);
  g_test_message (
      "%s: %u rounds, %u truncations; told - played in us: min %d, p10 %d, "
      "median %d, p90 %d, max %d; %u rounds without, %u went on",
      what, ROUNDS, n, (gint) (e[0] / 1000), (gint) (e[n / 10] / 1000),
      (gint) (e[n / 2] / 1000), (gint) (e[n * 9 / 10] / 1000),
      (gint) (e[n - 1] / 1000), test->whole, test->resumed);
}

/* Each track is counted in whole nanoseconds of its own. */
static void
check_stats (Test *test)
{
  guint64 played = rt_pipeline_stat (test->p, "audio-played");
  guint64 heard
      = gst_util_uint64_scale (test->heard->len / 2, GST_SECOND, RT_RATE);

  g_assert_cmpuint (played, <=, heard);
  g_assert_cmpuint (played + ROUNDS * 6, >, heard);
  g_assert_cmpuint (rt_pipeline_stat (test->p, "audio-received"), ==,
      played + rt_pipeline_stat (test->p, "audio-dropped-interrupted"));
  g_assert_cmpuint (rt_pipeline_stat (test->p, "playout-level"), ==, 0);
}

static void
run_test (const gchar *barge_in, const gchar *what,
    void (*play) (Test *test, guint round))
{
  g_autofree gchar *props = g_strdup_printf ("barge-in=%s", barge_in);
  Test test = {
    .flush = g_str_equal (barge_in, "flush"),
    .ignore = g_str_equal (barge_in, "ignore"),
    .heard = g_byte_array_new (),
    .errors = g_array_new (FALSE, FALSE, sizeof (gint64)),
  };
  guint i;

  clock_run_open (&test.run, props);
  test.p = test.run.p;
  for (i = 0; i < ROUNDS; i++)
    play (&test, i);
  print_errors (&test, what);
  if (play == play_held_round)
    g_assert_cmpuint (test.resumed, >, ROUNDS / 8);
  check_stats (&test);
  clock_run_close (&test.run);
  g_byte_array_unref (test.heard);
  g_array_unref (test.errors);
}

static void
test_truncation (gconstpointer barge_in)
{
  run_test (barge_in, barge_in, play_round);
}

static void
test_held (gconstpointer barge_in)
{
  g_autofree gchar *what = g_strconcat ("held, ", barge_in, NULL);

  run_test (barge_in, what, play_held_round);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  rt_ear_sink_register ();
  g_test_add_data_func ("/clockwork/flush", "flush", test_truncation);
  g_test_add_data_func ("/clockwork/drop", "drop", test_truncation);
  g_test_add_data_func ("/clockwork/ignore", "ignore", test_truncation);
  g_test_add_data_func ("/clockwork/held/flush", "flush", test_held);
  g_test_add_data_func ("/clockwork/held/drop", "drop", test_held);
  return g_test_run ();
}
