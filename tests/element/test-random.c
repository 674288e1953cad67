/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Anything at any time: what users, applications and servers do, in random
 * order, against what messages promise.  RT_RANDOM_SEED replays the run of
 * that seed, RT_RANDOM_RUNS of them one after another.
 */
#include <string.h>

#include "randomcheck.h"
#include "randomevents.h"
#include "rtpipeline.h"

#ifdef __SANITIZE_ADDRESS__
#define RUNS 300
#define SLOWER 5
#else
#define RUNS 1000
#define SLOWER 1
#endif
#define THREADS 6
#define MAX_STEPS 150
#define MAX_CONNS 24
#define MAX_PAUSE_US 3000
#define POLL_US 500
#define MAX_STOP_MS (1000 * SLOWER)

typedef struct {
  guint32 seed;
  RandomDialect dialect;
  GRand *rand;
  RtFakeServer *server;
  RtPipeline *p;
  RtFakeConn *conns[MAX_CONNS];
  guint n_conns;
  guint starts;
} Run;

typedef struct {
  guint32 seed;
  gint runs;
  gint next;          /* atomic */
  gint conversations; /* atomic */
  gint slowest;       /* to stop, ms; lock */
  GMutex lock;
} Campaign;

static gboolean
chance (Run *run, guint percent)
{
  return (guint) g_rand_int_range (run->rand, 0, 100) < percent;
}

static const gchar *
pick (Run *run, const gchar *const *from, guint n)
{
  return from[g_rand_int_range (run->rand, 0, n)];
}

static void
adopt (Run *run, RtFakeConn *conn)
{
  g_assert_cmpuint (run->n_conns, <, MAX_CONNS);
  run->conns[run->n_conns++] = conn;
  if (chance (run, 90))
    random_send_session (conn, run->dialect, 'A' + run->n_conns - 1);
}

/* Mostly the newest; those before may have something to say, too. */
static void
serve (Run *run)
{
  guint i;

  if (run->n_conns == 0)
    return;
  i = chance (run, 90) ? run->n_conns - 1
                       : (guint) g_rand_int_range (run->rand, 0, run->n_conns);
  random_send_event (run->conns[i], run->dialect, 'A' + i, run->rand);
}

static void
hang_up (Run *run)
{
  static const guint codes[] = { 0, 1000, 1001, 1008, 1011, 1013, 4000 };
  RtFakeConn *conn;

  if (run->n_conns == 0)
    return;
  conn = run->conns[run->n_conns - 1];
  switch (g_rand_int_range (run->rand, 0, 3)) {
    case 0:
      rt_fake_conn_close (conn,
          codes[g_rand_int_range (run->rand, 0, G_N_ELEMENTS (codes))], "end");
      break;
    case 1:
      rt_fake_conn_fin (conn);
      break;
    default:
      rt_fake_conn_rst (conn);
      break;
  }
}

static void
start (Run *run)
{
  if (run->starts < MAX_CONNS) {
    run->starts++;
    rt_pipeline_act (run->p, "start");
  }
}

static void
speak (Run *run)
{
  static const guint8 voice[RT_PCM_MS (60)] = { 1, 2, 3 };

  rt_pipeline_push (
      run->p, voice, RT_PCM_MS (g_rand_int_range (run->rand, 1, 61)));
}

static void
type (Run *run)
{
  static const gchar *const texts[] = { "hello", "", "wie spät?", "\xff" };
  gboolean done;

  g_signal_emit_by_name (
      run->p->rt, "send-text", pick (run, texts, G_N_ELEMENTS (texts)), &done);
}

static void
answer (Run *run)
{
  g_autofree gchar *id = NULL;
  gboolean done;

  if (chance (run, 70))
    id = g_strdup_printf ("%c-%s-%d", 'A' + MAX (run->n_conns, 1) - 1,
        chance (run, 50) ? "call" : "function",
        g_rand_int_range (run->rand, 1, 4));
  if (chance (run, 70))
    g_signal_emit_by_name (
        run->p->rt, "handoff-output", id, "it is so", chance (run, 50), &done);
  else
    g_signal_emit_by_name (
        run->p->rt, "function-output", id, "{\"n\":1}", &done);
}

static void
act (Run *run)
{
  static const gchar *const actions[] = { "commit-audio", "clear-audio",
    "create-response", "interrupt", "interrupt", "update-session" };

  rt_pipeline_act (run->p, pick (run, actions, G_N_ELEMENTS (actions)));
}

static void
send_event (Run *run)
{
  static const gchar *const events[]
      = { "{\"type\":\"input_audio_buffer.clear\"}", "{}", "[]", "{" };
  gboolean done;

  g_signal_emit_by_name (run->p->rt, "send-event",
      pick (run, events, G_N_ELEMENTS (events)), &done);
}

static void
change (Run *run)
{
  static const gchar *const values[][2] = { { "prompt", "Be brief." },
    { "prompt", "Be thorough." }, { "voice", "cedar" }, { "speed", "1.25" },
    { "output-modality", "text" }, { "output-modality", "audio" },
    { "turn-detection", "none" }, { "turn-detection", "semantic-vad" },
    { "turn-detection", "server-vad" }, { "vad-threshold", "0.7" },
    { "vad-eagerness", "high" }, { "create-response", "false" },
    { "interrupt-response", "false" }, { "noise-reduction", "none" },
    { "transcription-language", "de" }, { "tools", "[]" },
    { "tools", "[{\"type\":\"function\",\"name\":\"count\"}]" },
    { "tools", "nonsense" }, { "tool-choice", "required" },
    { "handoff-tool", "count" }, { "handoff-tool", "background_agent" },
    { "max-output-tokens", "100" }, { "session-options", "{\"a\":{}}" },
    { "chunk-duration", "10" }, { "chunk-duration", "100" },
    { "uplink-buffer", "100" }, { "latency", "20" }, { "barge-in", "flush" },
    { "barge-in", "drop" }, { "barge-in", "ignore" }, { "barge-in-hold", "0" },
    { "barge-in-hold", "1" }, { "barge-in-hold", "30" },
    { "eos-timeout", "50" }, { "post-partials", "false" },
    { "post-partials", "true" }, { "post-events", "true" } };
  const gchar *const *value
      = values[g_rand_int_range (run->rand, 0, G_N_ELEMENTS (values))];

  gst_util_set_object_arg (G_OBJECT (run->p->rt), value[0], value[1]);
}

static void
close_it (Run *run)
{
  rt_pipeline_act (run->p, "close");
}

static void
tell_sink (Run *run, GstEvent *event)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (run->p->rt, "sink");

  gst_pad_send_event (pad, event);
}

/* The source has its own thread, and must not find the pad between the two:
 * its segment would be missed. */
static void
flush (Run *run)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (run->p->rt, "sink");
  g_autoptr (GstEvent) begun = NULL;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  GST_PAD_STREAM_LOCK (pad);
  begun = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  if (begun == NULL) {
    GST_PAD_STREAM_UNLOCK (pad);
    return;
  }
  tell_sink (run, gst_event_new_flush_start ());
  tell_sink (run, gst_event_new_flush_stop (FALSE));
  tell_sink (run, gst_event_new_segment (&segment));
  GST_PAD_STREAM_UNLOCK (pad);
}

static void
end_input (Run *run)
{
  tell_sink (run, gst_event_new_eos ());
}

static void
pause_it (Run *run)
{
  gst_element_set_state (run->p->pipeline, GST_STATE_PAUSED);
  gst_element_set_state (run->p->pipeline, GST_STATE_PLAYING);
}

static void
step (Run *run)
{
  static const struct {
    guint weight;
    void (*perform) (Run *run);
  } table[] = {
    { 48, serve },
    { 12, speak },
    { 6, type },
    { 8, answer },
    { 6, act },
    { 6, change },
    { 4, start },
    { 3, close_it },
    { 2, send_event },
    { 1, hang_up },
    { 2, flush },
    { 1, end_input },
    { 1, pause_it },
  };
  gint dice = g_rand_int_range (run->rand, 0, 100);
  RtFakeConn *conn;
  guint i = 0;

  while ((conn = rt_fake_server_wait_connection (run->server, 0)) != NULL)
    adopt (run, conn);
  while (dice >= (gint) table[i].weight)
    dice -= table[i++].weight;
  table[i].perform (run);
  /* no wait: this is how the threads come to meet anywhere */
  if (chance (run, 30))
    g_usleep (g_rand_int_range (run->rand, 1, MAX_PAUSE_US));
}

static void
fail (Run *run, const gchar *why)
{
  g_autofree gchar *all = rt_pipeline_dup_messages (run->p);

  g_error ("RT_RANDOM_SEED=%u (%s): %s\n%s", run->seed,
      random_dialects[run->dialect], why, all);
}

/* NULL does not wait for the good-bye, which is said in a thread of its own. */
static void
wait_closed (Run *run)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  if (!rt_fake_server_wait_idle (run->server, RT_WAIT_MS))
    fail (run, "a connection is still up");
  while (rt_pipeline_count (run->p, "realtime-closed")
             != rt_pipeline_count (run->p, "realtime-started")
         && g_get_monotonic_time () < deadline)
    g_usleep (POLL_US);
}

static void
finish (Run *run, Campaign *campaign)
{
  g_autofree gchar *wrong = NULL;
  guint conversations = 0, ms;

  ms = rt_pipeline_stop (run->p);
  if (ms > MAX_STOP_MS) {
    g_autofree gchar *slow = g_strdup_printf ("NULL took %u ms", ms);

    fail (run, slow);
  }
  wait_closed (run);
  if (!rt_pipeline_wait_stat (run->p, "playout-level", 0, RT_WAIT_MS))
    fail (run, "audio is neither played nor dropped");
  wrong = random_check (
      rt_pipeline_get_messages (run->p), run->p->rt, &conversations);
  if (wrong != NULL)
    fail (run, wrong);
  g_atomic_int_add (&campaign->conversations, conversations);
  g_mutex_lock (&campaign->lock);
  campaign->slowest = MAX (campaign->slowest, (gint) ms);
  g_mutex_unlock (&campaign->lock);
}

static void
run_one (Campaign *campaign, guint32 seed)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (RtPipeline) p = NULL;
  g_autofree gchar *props = NULL;
  Run run = { .seed = seed, .rand = rand, .server = server, .starts = 1 };
  guint steps;

  run.dialect = seed % RANDOM_N_DIALECTS;
  props = g_strdup_printf ("protocol=%s", random_dialects[run.dialect]);
  p = rt_pipeline_new (rt_fake_server_get_uri (server), RT_IN_LIVE, props,
      chance (&run, 50) ? RT_OUT_ANY : RT_OUT_SYNC);
  run.p = p;
  /* what is posted on the way down counts, too */
  g_object_set (p->pipeline, "auto-flush-bus", FALSE, NULL);
  rt_pipeline_play (p);
  if (chance (&run, 80))
    adopt (&run, rt_fake_server_expect_connection (server, RT_WAIT_MS));
  for (steps = g_rand_int_range (rand, 1, MAX_STEPS); steps > 0; steps--)
    step (&run);
  if (chance (&run, 10))
    rt_pipeline_push_eos (p);
  finish (&run, campaign);
}

static gpointer
work (gpointer data)
{
  Campaign *campaign = data;
  gint i;

  while ((i = g_atomic_int_add (&campaign->next, 1)) < campaign->runs) {
    g_test_message ("RT_RANDOM_SEED=%u", campaign->seed + i);
    run_one (campaign, campaign->seed + i);
  }
  return NULL;
}

/* A number of the environment; FALSE: it is not set. */
static gboolean
read_number (const gchar *name, guint64 max, guint64 *value)
{
  g_autoptr (GError) error = NULL;
  const gchar *text = g_getenv (name);

  if (text == NULL)
    return FALSE;
  g_ascii_string_to_unsigned (text, 10, 0, max, value, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
test_random (void)
{
  guint64 seed = g_random_int () / 2, runs = RUNS;
  guint n_threads = THREADS, i;
  GThread *threads[THREADS];
  Campaign campaign = { 0 };

  if (read_number ("RT_RANDOM_SEED", G_MAXINT32, &seed)) {
    runs = 1;
    n_threads = 1;
  }
  read_number ("RT_RANDOM_RUNS", G_MAXINT32 / 2, &runs);
  campaign.seed = seed;
  campaign.runs = runs;
  g_mutex_init (&campaign.lock);
  for (i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("random", work, &campaign);
  for (i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&campaign.lock);
  g_test_message ("%d runs from RT_RANDOM_SEED=%u on: %d conversations, NULL "
                  "in %d ms at most",
      campaign.runs, campaign.seed, campaign.conversations, campaign.slowest);
  g_assert_cmpint (
      campaign.conversations, >, n_threads > 1 ? campaign.runs / 2 : -1);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/random/interleavings", test_random);
  return g_test_run ();
}
