/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Input by its stamps: what is missing is silence to the server, what is late
 * is not said twice, and nothing of it is a matter of rounding.
 */
#include "rtinput.h"

#include <sys/resource.h>

#define MULAW "audio/x-mulaw,rate=8000,channels=1"
#define ALAW "audio/x-alaw,rate=8000,channels=1"

static guint64
late (RtPipeline *p)
{
  return rt_pipeline_stat (p, "audio-dropped-uplink");
}

typedef struct {
  const gchar *caps;
  guint frame_size;
  const gchar *heard;
} Codec;

/* In the codec's own silence, and as long as it was. */
static void
test_hole (gconstpointer data)
{
  const Codec *codec = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, codec->caps, NULL, &in);

  rt_input_say (in, 7, 100, 500);
  rt_input_say (in, 8, 100, 1100);
  rt_input_say (in, 9, 40, 1220);
  rt_input_expect_heard (p, codec->frame_size, codec->heard);
  g_assert_cmpuint (late (p), ==, 0);
}

/* Stamps that are somewhat off, for a long time, and not always there. */
static void
test_rounding (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "uplink-buffer=60000", &in);
  guint i;

  for (i = 0; i < 1000; i++) {
    gdouble wobble = g_test_rand_double_range (-2, 2);

    rt_input_say (in, 7, 20, i % 10 == 9 ? -1 : 1000 + 20 * i + wobble);
  }
  rt_input_expect_heard (p, 2, "7*480000");
  g_assert_cmpuint (late (p), ==, 0);
}

static void
test_overlap (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);

  rt_input_say (in, 1, 100, 0);
  rt_input_take (in, rt_input_buffer (in, 2, 20, 90));
  g_assert_cmpuint (late (p), ==, 10 * GST_MSECOND);
  /* of long ago */
  rt_input_take (in, rt_input_buffer (in, 3, 20, 20));
  g_assert_cmpuint (late (p), ==, 30 * GST_MSECOND);
  rt_input_say (in, 4, 10, 110);
  rt_input_expect_heard (p, 2, "1*2400 2*240 4*240");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-overrun"), ==, 0);
}

/* An upstream that says that there is nothing. */
static void
test_gap_events (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  guint i;

  rt_input_say (in, 1, 40, 0);
  for (i = 40; i < 540; i += 20)
    rt_input_send (in, gst_event_new_gap (i * GST_MSECOND, 20 * GST_MSECOND));
  /* at once: nobody need say anything for that */
  rt_input_expect_heard (p, 2, "1*960 0*12000");
  /* how long, only the next buffer tells */
  rt_input_send (
      in, gst_event_new_gap (540 * GST_MSECOND, GST_CLOCK_TIME_NONE));
  rt_input_say (in, 2, 40, 640);
  rt_input_expect_heard (p, 2, "1*960 0*14400 2*960");
}

/* What is in a buffer that is a gap, nobody is to hear. */
static void
test_gap_buffers (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, MULAW, NULL, &in);
  GstBuffer *gap = rt_input_buffer (in, 77, 100, 20);

  rt_input_say (in, 1, 20, 0);
  GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
  rt_input_take (in, gap);
  rt_input_say (in, 2, 20, 120);
  rt_input_expect_heard (p, 1, "1*160 255*800 2*160");
}

/* Ten seconds of it are enough for any VAD. */
static void
test_endless_hole (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "uplink-buffer=60000", &in);

  rt_input_say (in, 1, 40, 0);
  rt_input_say (in, 2, 40, 3600000);
  rt_input_say (in, 3, 40, 3600040);
  rt_input_expect_heard (p, 2, "1*960 0*240000 2*960 3*960");
}

/* Silence takes no place of speech that waits for a session. */
static void
test_hole_while_connecting (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, "uplink-buffer=500", RT_OUT_ANY);
  g_autoptr (RtInput) in = rt_input_new (p, RT_PCM_CAPS, TRUE);

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_begin (in, RT_PCM_CAPS);
  rt_input_say (in, 1, 400, 0);
  rt_input_say (in, 2, 20, 5400);
  g_assert_cmpuint (late (p), ==, 0);
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_input_expect_heard (p, 2, "1*9600 0*1200 2*480");
}

/* Waits for so much more than `voice` ms, and that it is silence. */
static void
expect_silence (RtPipeline *p, guint voice, guint silence)
{
  g_autoptr (GByteArray) audio = NULL;
  guint i;

  g_assert_true (rt_fake_conn_wait_audio (
      p->conn, RT_PCM_MS (voice + silence), RT_WAIT_MS));
  audio = rt_fake_conn_get_audio (p->conn);
  for (i = RT_PCM_MS (voice); i < audio->len; i++)
    g_assert_cmpuint (audio->data[i], ==, 0);
}

/* The source falls mute in the middle of a turn: the server hears silence as
 * long as it lasts, until it finds the end, and none of it twice. */
static void
test_mute (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  gint64 began = g_get_monotonic_time ();

  rt_input_say (in, 1, 110, 0);
  rt_input_expect_heard (p, 2, "1*2400");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  /* the rest of a chunk, too */
  expect_silence (p, 110, 1000);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_USEC_PER_SEC);
  expect_silence (p, 110, 2000);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 2 * G_USEC_PER_SEC);
  rt_fake_conn_send_user_turn (p->conn, "item_u", 900, "hello");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "ended");
  rt_input_say (in, 2, 20, 5110);
  rt_input_expect_heard (p, 2, "1*2640 0*120000 2*480");
  g_assert_cmpuint (late (p), ==, 0);
}

/* The source was only late: nothing of what it says is lost. */
static void
test_late_source (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  g_autofree gchar *heard = NULL, *all = NULL;

  rt_input_say (in, 1, 100, 0);
  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  expect_silence (p, 100, 1000);
  rt_fake_conn_send_user_turn (p->conn, "item_u", 900, "hello");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "ended");
  heard = rt_input_dup_heard (p, 2);
  rt_input_say (in, 2, 100, 100);
  g_assert_true (g_str_has_prefix (heard, "1*2400 0*"));
  all = g_strconcat (heard, " 2*2400", NULL);
  rt_input_expect_heard (p, 2, all);
}

/* A pause is no silence. */
static void
test_mute_in_pause (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  gint64 began;

  rt_input_say (in, 1, 100, 0);
  rt_input_expect_heard (p, 2, "1*2400");
  gst_element_set_state (p->pipeline, GST_STATE_PAUSED);
  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  g_assert_false (rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (100) + 1, 3500));
  rt_pipeline_play (p);
  began = g_get_monotonic_time ();
  expect_silence (p, 100, 1000);
  expect_silence (p, 100, 3000);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 2 * G_USEC_PER_SEC);
}

static glong
count_waits (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_nvcsw;
}

/* Silence does not overtake a commit that waits for the network, nor is it
 * asked again and again whether it may. */
static void
test_mute_while_blocked (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_SMALL_BUFFERS);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  g_autofree gchar *junk = g_strnfill (4 * 1024 * 1024, 'x');
  g_autofree gchar *event = g_strdup_printf ("{\"type\":\"%s\"}", junk);
  gboolean done = FALSE;
  glong waits;

  rt_input_say (in, 1, 100, 0);
  rt_input_expect_heard (p, 2, "1*2400");
  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect (p, "realtime-speech");
  rt_fake_conn_set_reading (p->conn, FALSE);
  g_signal_emit_by_name (p->rt, "send-event", event, &done);
  g_assert_true (done);
  rt_input_say (in, 2, 10, 100);
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  g_usleep (2500 * 1000);
  waits = count_waits ();
  g_usleep (G_USEC_PER_SEC);
  g_assert_cmpint (count_waits () - waits, <, 400);
  rt_fake_conn_set_reading (p->conn, TRUE);
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.commit", RT_WAIT_MS);
  g_assert_cmpuint (rt_fake_conn_get_audio_size (p->conn), ==, RT_PCM_MS (110));
}

/* Nothing, a sample, a part of one, ten seconds. */
static void
test_sizes (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p
      = rt_input_open (server, RT_PCM_CAPS, "uplink-buffer=15000", &in);
  gdouble sample = 1000.0 / RT_RATE;
  GstBuffer *odd;
  guint i;

  rt_input_take (in, gst_buffer_new ());
  rt_input_take (in, rt_input_buffer (in, 1, 0, 3000));
  for (i = 0; i < 480; i++)
    rt_input_take (in, rt_input_buffer (in, 1, sample, sample * i));
  for (i = 0; i < 320; i++) {
    odd = gst_buffer_new_allocate (NULL, 3, NULL);
    gst_buffer_memset (odd, 0, 2, 3);
    /* odd ones are rounded */
    GST_BUFFER_PTS (odd) = 20 * GST_MSECOND + i * 62500;
    rt_input_take (in, odd);
  }
  rt_input_take (in, rt_input_buffer (in, 3, 10000, 40));
  /* the part of a sample that is left is none */
  odd = gst_buffer_new_allocate (NULL, 1, NULL);
  gst_buffer_memset (odd, 0, 4, 1);
  rt_input_take (in, odd);
  rt_input_take (in, rt_input_buffer (in, 5, 20, 10140));
  rt_input_expect_heard (p, 2, "1*480 2*480 3*240000 0*2400 5*480");
  g_assert_cmpuint (late (p), ==, 0);
}

/* Bytes of a stream without stamps stay in step through the time in which
 * there is no conversation. */
static void
test_parts_while_closed (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  const guint8 three[] = { 1, 2, 1 }, more[] = { 2, 1, 2 };

  g_assert_true (rt_pipeline_act (p, "close"));
  rt_pipeline_expect (p, "realtime-closed");
  rt_input_take (in, gst_buffer_new_memdup (three, 3));
  g_assert_true (rt_pipeline_act (p, "start"));
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_take (in, gst_buffer_new_memdup (more, 3));
  g_assert_true (rt_pipeline_act (p, "commit-audio"));
  rt_input_expect_heard (p, 1, "1*1 2*1 1*1 2*1");
}

static void
send_segment (
    RtInput *in, gdouble rate, guint start_ms, guint stop_ms, guint base_ms)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = rate;
  segment.start = segment.time = segment.position = start_ms * GST_MSECOND;
  if (stop_ms > 0)
    segment.stop = stop_ms * GST_MSECOND;
  segment.base = base_ms * GST_MSECOND;
  rt_input_send (in, gst_event_new_segment (&segment));
}

/* The stamps are of their segment, the time is that of the pipeline. */
static void
test_segments (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  GstBuffer *outside;

  rt_input_say (in, 1, 100, 0);
  send_segment (in, 1.0, 70000, 70060, 100);
  /* before, half before, half behind, behind */
  rt_input_take (in, rt_input_buffer (in, 9, 20, 69900));
  rt_input_take (in, rt_input_buffer (in, 2, 20, 69990));
  rt_input_take (in, rt_input_buffer (in, 3, 40, 70010));
  rt_input_take (in, rt_input_buffer (in, 4, 20, 70050));
  outside = rt_input_buffer (in, 9, 20, 70060);
  rt_input_take (in, outside);
  /* a hole between segments, and one that begins anew */
  send_segment (in, 1.0, 0, 0, 260);
  rt_input_say (in, 5, 20, 0);
  send_segment (in, 1.0, 0, 0, 0);
  rt_input_say (in, 6, 100, 0);
  rt_input_say (in, 7, 200, 100);
  rt_input_expect_heard (p, 2, "1*2400 2*240 3*960 4*240 0*2400 5*480 7*480");
  /* of what was over, all but 20 ms was said before */
  g_assert_cmpuint (late (p), ==, 280 * GST_MSECOND);
}

static void
test_rate (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtInput) in = NULL;
  g_autoptr (RtPipeline) p = rt_input_open (server, RT_PCM_CAPS, NULL, &in);
  g_autoptr (GError) error = NULL;

  send_segment (in, 2.0, 0, 0, 0);
  gst_message_parse_error (
      rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
  g_assert_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "rate of 2"));
  g_assert_cmpint (
      rt_input_take (in, rt_input_buffer (in, 1, 20, 0)), ==, GST_FLOW_ERROR);
  /* what follows may be taken again */
  send_segment (in, 1.0, 0, 0, 0);
  rt_input_say (in, 2, 20, 0);
  rt_input_expect_heard (p, 2, "2*480");
}

int
main (int argc, char **argv)
{
  static const Codec pcm
      = { RT_PCM_CAPS, 2, "7*2400 0*12000 8*2400 0*480 9*960" };
  static const Codec mulaw = { MULAW, 1, "7*800 255*4000 8*800 255*160 9*320" };
  static const Codec alaw = { ALAW, 1, "7*800 213*4000 8*800 213*160 9*320" };

  rt_element_test_init (&argc, &argv);
  g_test_add_data_func ("/input-time/hole/pcm", &pcm, test_hole);
  g_test_add_data_func ("/input-time/hole/mulaw", &mulaw, test_hole);
  g_test_add_data_func ("/input-time/hole/alaw", &alaw, test_hole);
  g_test_add_func ("/input-time/rounding", test_rounding);
  g_test_add_func ("/input-time/overlap", test_overlap);
  g_test_add_func ("/input-time/gap-events", test_gap_events);
  g_test_add_func ("/input-time/gap-buffers", test_gap_buffers);
  g_test_add_func ("/input-time/endless-hole", test_endless_hole);
  g_test_add_func (
      "/input-time/hole-while-connecting", test_hole_while_connecting);
  g_test_add_func ("/input-time/mute", test_mute);
  g_test_add_func ("/input-time/late-source", test_late_source);
  g_test_add_func ("/input-time/mute-in-pause", test_mute_in_pause);
  g_test_add_func ("/input-time/mute-while-blocked", test_mute_while_blocked);
  g_test_add_func ("/input-time/sizes", test_sizes);
  g_test_add_func ("/input-time/parts-while-closed", test_parts_while_closed);
  g_test_add_func ("/input-time/segments", test_segments);
  g_test_add_func ("/input-time/rate", test_rate);
  return g_test_run ();
}
