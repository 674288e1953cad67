/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two elements talk to each other, each with a local server of its own, and
 * interrupt each other: nothing stands still, and every sample is accounted
 * for.  RT_SOAK_SECONDS is how long; RT_RANDOM_SEED replays what we do to them.
 */
#include <stdlib.h>

#include "lsclient.h"
#include "rtpipeline.h"

#define SECONDS 25
#define STEP_US 100000
#define MAX_STILL_MS 15000
#define MAX_STOP_MS 3000
/* What a flush leaves for the listener to take for silence. */
#define MAX_HOLE (150 * GST_MSECOND)
/* A machine that is late makes holes of its own. */
#define MAX_LATE GST_SECOND
/* One plays when the clock says so, and the other hears it then. */
#define LOUDSPEAKER "appsink name=out sync=true emit-signals=true max-buffers=0"

typedef struct _Talker Talker;

struct _Talker {
  RtPipeline *p;
  Talker *other;
  GMutex lock;
  /* lock */
  guint64 spoken; /* ns that left `src` as speech */
  guint64 taken;  /* ns that came into `sink` */
};

typedef struct {
  Talker talkers[2]; /* the first one is flushed, the second one holds */
  GRand *rand;
  gint64 next_text; /* monotonic us */
  guint texts;
} Talk;

static guint64
duration_of (GstBuffer *buffer)
{
  return gst_util_uint64_scale (
      gst_buffer_get_size (buffer) / 2, GST_SECOND, RT_RATE);
}

static void
count (Talker *talker, guint64 *counter, GstBuffer *buffer)
{
  g_mutex_lock (&talker->lock);
  *counter += duration_of (buffer);
  g_mutex_unlock (&talker->lock);
}

static GstPadProbeReturn
src_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Talker *talker = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP))
    count (talker, &talker->spoken, buffer);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
sink_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Talker *talker = user_data;

  count (talker, &talker->taken, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

/* What is played is heard, at the running time that both have in common. */
static GstFlowReturn
played_cb (GstElement *sink, gpointer user_data)
{
  Talker *talker = user_data;
  GstSample *sample = NULL;
  GstBuffer *buffer;
  GstFlowReturn flow;

  g_signal_emit_by_name (sink, "pull-sample", &sample);
  if (sample == NULL)
    return GST_FLOW_EOS;
  buffer = gst_buffer_copy (gst_sample_get_buffer (sample));
  gst_sample_unref (sample);
  GST_BUFFER_PTS (buffer)
      += gst_pipeline_get_latency (GST_PIPELINE (talker->p->pipeline))
                 != GST_CLOCK_TIME_NONE
             ? gst_pipeline_get_latency (GST_PIPELINE (talker->p->pipeline))
             : 0;
  g_signal_emit_by_name (talker->other->p->in, "push-buffer", buffer, &flow);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static void
add_probe (RtPipeline *p, const gchar *name, GstPadProbeCallback callback,
    Talker *talker)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, talker, NULL);
}

static void
open_talker (Talker *talker, const LsProcess *server, const gchar *props)
{
  g_autofree gchar *all
      = g_strdup_printf ("gap-mode=silence vad-silence-duration=300 %s", props);

  g_mutex_init (&talker->lock);
  talker->p = rt_pipeline_new (
      ls_process_get_url (server), RT_IN_LIVE, all, LOUDSPEAKER);
  add_probe (talker->p, "src", src_cb, talker);
  add_probe (talker->p, "sink", sink_cb, talker);
  g_signal_connect (
      talker->p->out, "new-sample", G_CALLBACK (played_cb), talker);
}

/* Both have the same time. */
static void
play (Talk *talk)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstClockTime now = gst_clock_get_time (clock);
  guint i;

  for (i = 0; i < 2; i++) {
    GstElement *pipeline = talk->talkers[i].p->pipeline;

    gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
    gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time (pipeline, now);
  }
  for (i = 0; i < 2; i++)
    rt_pipeline_play (talk->talkers[i].p);
  for (i = 0; i < 2; i++)
    rt_pipeline_expect (talk->talkers[i].p, "realtime-session");
}

static guint64
stat_of (Talker *talker, const gchar *name)
{
  return rt_pipeline_stat (talker->p, name);
}

/* By turns each is told something, mostly while the other one speaks; and now
 * and then one is cut short. */
static void
meddle (Talk *talk)
{
  static const gchar *const texts[] = { "hello, how are you", "go on",
    "what did the other one say", "tell me more about the weather" };
  gint64 now = g_get_monotonic_time ();
  Talker *talker;
  gboolean done;

  if (now >= talk->next_text) {
    g_signal_emit_by_name (talk->talkers[talk->texts++ % 2].p->rt, "send-text",
        texts[g_rand_int_range (talk->rand, 0, G_N_ELEMENTS (texts))], &done);
    talk->next_text = now + g_rand_int_range (talk->rand, 1500, 4500) * 1000;
  }
  talker = &talk->talkers[g_rand_int_range (talk->rand, 0, 2)];
  if (stat_of (talker, "playout-level") > 0
      && g_rand_int_range (talk->rand, 0, 15) == 0)
    rt_pipeline_act (talker->p, "interrupt");
}

static void
check_bus (Talker *talker)
{
  g_assert_null (rt_pipeline_wait_type (talker->p, GST_MESSAGE_ERROR, 0));
  g_assert_null (rt_pipeline_wait_type (talker->p, GST_MESSAGE_EOS, 0));
}

static void
let_talk (Talk *talk, guint seconds)
{
  gint64 now = g_get_monotonic_time ();
  gint64 end = now + (gint64) seconds * G_USEC_PER_SEC;
  gint64 alive[2] = { now, now };
  guint64 sent[2] = { 0 };
  guint i;

  for (; now < end; now = g_get_monotonic_time ()) {
    meddle (talk);
    for (i = 0; i < 2; i++) {
      Talker *talker = &talk->talkers[i];
      guint64 life = stat_of (talker, "audio-sent");

      if (life != sent[i])
        alive[i] = now;
      sent[i] = life;
      g_assert_cmpint (now - alive[i], <, MAX_STILL_MS * 1000);
      g_assert_cmpuint (stat_of (talker, "audio-played"), <=,
          stat_of (talker, "audio-received"));
      check_bus (talker);
    }
    g_usleep (STEP_US);
  }
}

static guint
count_flushes (Talker *talker)
{
  return rt_pipeline_count_events (talker->p, GST_EVENT_FLUSH_START);
}

static void
check_voice (Talker *talker, const gchar *name)
{
  guint64 received = stat_of (talker, "audio-received");
  guint64 played = stat_of (talker, "audio-played");
  guint64 dropped = stat_of (talker, "audio-dropped-interrupted");
  guint64 level = stat_of (talker, "playout-level");
  guint flushes = count_flushes (talker);

  g_test_message ("%s: received %.6f s = played %.6f + dropped %.6f + level "
                  "%.6f; left %.6f, %u flushes, %u interruptions, %u turns",
      name, received / 1e9, played / 1e9, dropped / 1e9, level / 1e9,
      talker->spoken / 1e9, flushes, (guint) stat_of (talker, "interruptions"),
      (guint) stat_of (talker, "turns"));
  g_assert_cmpuint (received, ==, played + dropped + level);
  /* what left was played, but for what a flush threw away; a buffer and a
   * track are each counted in whole nanoseconds */
  g_assert_cmpuint (played, <=, talker->spoken + GST_USECOND);
  if (flushes == 0)
    g_assert_cmpuint (played + GST_MSECOND, >=, talker->spoken);
  g_assert_cmpuint (received, >, 0);
}

/* All that came in was sent, dropped or waits: nothing is lost.  What is more
 * than that is silence in holes, which most of all the other one's flushes
 * leave. */
static gboolean
ears_add_up (Talker *talker, const gchar *name)
{
  guint64 sent = stat_of (talker, "audio-sent");
  guint64 dropped = stat_of (talker, "audio-dropped-uplink");
  guint64 level = stat_of (talker, "uplink-level");
  guint64 sum = sent + dropped + level, taken;

  g_mutex_lock (&talker->lock);
  taken = talker->taken;
  g_mutex_unlock (&talker->lock);
  if (name != NULL)
    g_test_message ("%s: pushed %.6f s = sent %.6f + dropped %.6f + level "
                    "%.6f, with %.6f of silence in holes",
        name, taken / 1e9, sent / 1e9, dropped / 1e9, level / 1e9,
        ((gdouble) sum - taken) / 1e9);
  return sum >= taken
         && sum <= taken + count_flushes (talker->other) * MAX_HOLE + MAX_LATE;
}

static void
check_ears (Talker *talker, const gchar *name)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  while (!ears_add_up (talker, NULL) && g_get_monotonic_time () < deadline)
    g_usleep (STEP_US / 10);
  g_assert_true (ears_add_up (talker, name));
}

static guint32
get_number (const gchar *name, guint32 fallback)
{
  const gchar *text = g_getenv (name);

  return text != NULL ? strtoul (text, NULL, 10) : fallback;
}

static void
check (Talk *talk)
{
  static const gchar *const names[] = { "flush", "drop and hold" };
  guint i;

  /* nothing leaves any more, and what left arrives */
  for (i = 0; i < 2; i++)
    gst_element_set_state (talk->talkers[i].p->pipeline, GST_STATE_PAUSED);
  for (i = 0; i < 2; i++) {
    check_ears (&talk->talkers[i], names[i]);
    check_voice (&talk->talkers[i], names[i]);
  }
  g_assert_cmpuint (stat_of (&talk->talkers[0], "turns")
                        + stat_of (&talk->talkers[1], "turns"),
      >, 0);
  g_assert_cmpuint (stat_of (&talk->talkers[0], "interruptions")
                        + stat_of (&talk->talkers[1], "interruptions"),
      >, 0);
  for (i = 0; i < 2; i++)
    g_assert_cmpuint (rt_pipeline_stop (talk->talkers[i].p), <, MAX_STOP_MS);
}

static void
test_talk (gconstpointer program)
{
  g_autoptr (LsProcess) first = ls_process_start (program, NULL);
  g_autoptr (LsProcess) second = ls_process_start (program, NULL);
  guint32 seed = get_number ("RT_RANDOM_SEED", g_random_int ());
  Talk talk = { .rand = g_rand_new_with_seed (seed) };
  guint i;

  g_test_message ("RT_RANDOM_SEED=%u", seed);
  open_talker (&talk.talkers[0], first, "barge-in=flush");
  open_talker (&talk.talkers[1], second, "barge-in=drop barge-in-hold=800");
  for (i = 0; i < 2; i++)
    talk.talkers[i].other = &talk.talkers[1 - i];
  play (&talk);
  let_talk (&talk, get_number ("RT_SOAK_SECONDS", SECONDS));
  check (&talk);
  for (i = 0; i < 2; i++) {
    rt_pipeline_free (talk.talkers[i].p);
    g_mutex_clear (&talk.talkers[i].lock);
  }
  g_rand_free (talk.rand);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_assert_cmpint (argc, ==, 2);
  g_test_add_data_func ("/talkers/talk", argv[1], test_talk);
  return g_test_run ();
}
