/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What leaves `src`: every sample, in order, at the right time, with a sink
 * that waits for the clock.
 */
#include <string.h>

#include "rtoutput.h"
#include "rtspeech.h"

static void
send_ramp (RtPipeline *p, const gchar *id, guint ms, guint16 first)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, first);
  g_autofree gchar *item = g_strconcat ("item_", id, NULL);
  gsize size;
  gconstpointer data = g_bytes_get_data (pcm, &size);

  g_assert_true (
      rt_fake_conn_send_reply (p->conn, id, item, "Text.", data, size, 8192));
}

static guint64
sink_count (RtPipeline *p, const gchar *field)
{
  GstStructure *stats = NULL;
  guint64 value = G_MAXUINT64;

  g_object_get (p->out, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, field, &value));
  gst_structure_free (stats);
  return value;
}

/* Twelve seconds that come at once are played in twelve. */
static void
test_burst (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GArray) buffers = NULL;
  g_autoptr (GByteArray) audio = NULL;
  gsize whole = RT_PCM_MS (12000);
  guint i;

  send_ramp (p, "resp", 12000, 7);
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  g_assert_true (rt_pipeline_wait_audio (p, whole, 20000));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");

  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, whole);
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 7), ==, -1);

  buffers = rt_pipeline_get_buffers (p);
  rt_output_assert_contiguous (buffers, 0, buffers->len);
  g_assert_cmpuint (
      g_array_index (buffers, RtOutBuffer, buffers->len - 1).pts
          + g_array_index (buffers, RtOutBuffer, buffers->len - 1).duration
          - g_array_index (buffers, RtOutBuffer, 0).pts,
      ==, 12 * GST_SECOND);
  for (i = 0; i < buffers->len; i++) {
    RtOutBuffer *buffer = &g_array_index (buffers, RtOutBuffer, i);

    /* never ahead of the clock, late only as far as the machine is busy */
    g_assert_cmpuint (buffer->at, >=, buffer->pts);
    g_assert_cmpuint (buffer->at, <, buffer->pts + 500 * GST_MSECOND);
  }
  g_assert_cmpuint (sink_count (p, "rendered"), ==, buffers->len);
  g_assert_cmpuint (sink_count (p, "dropped"), ==, 0);
  /* pieces of 8 kB are no whole number of nanoseconds */
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-received"), >=, 12 * GST_SECOND - 100);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-received"), <=, 12 * GST_SECOND);
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-played"), ==, 12 * GST_SECOND);
}

/* Without pace it leaves as fast as it came, stamped just the same. */
static void
test_burst_unpaced (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "pace=false", RT_OUT_ANY);
  g_autoptr (GArray) buffers = NULL;
  g_autoptr (GByteArray) audio = NULL;
  gint64 began = g_get_monotonic_time ();

  send_ramp (p, "resp", 60000, 0);
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (60000), RT_WAIT_MS));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_USEC_PER_SEC);
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  buffers = rt_pipeline_get_buffers (p);
  rt_output_assert_contiguous (buffers, 0, buffers->len);
}

static void
assert_state (RtPipeline *p, GstState expected, guint timeout_ms)
{
  GstState state, pending;
  GstStateChangeReturn ret = gst_element_get_state (
      p->pipeline, &state, &pending, timeout_ms * GST_MSECOND);

  g_assert_cmpint (ret, !=, GST_STATE_CHANGE_ASYNC);
  g_assert_cmpint (ret, !=, GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (state, ==, expected);
}

/* A sink that waits for data is PLAYING long before the model speaks, and is
 * told all the time that there is nothing. */
static void
test_silence (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  GstClockTime end = 0, stamp, duration;
  guint gaps = 0, i;

  /* not a word from the server, not even of a session */
  rt_pipeline_play (p);
  assert_state (p, GST_STATE_PLAYING, 1000);
  while (rt_pipeline_count_events (p, GST_EVENT_GAP) < 5) {
    g_assert_cmpuint (rt_pipeline_now (p), <, 5 * GST_SECOND);
    g_usleep (5000);
  }
  g_mutex_lock (&p->lock);
  for (i = 0; i < p->events->len; i++) {
    GstEvent *event = g_array_index (p->events, RtOutEvent, i).event;

    if (GST_EVENT_TYPE (event) != GST_EVENT_GAP)
      continue;
    gst_event_parse_gap (event, &stamp, &duration);
    if (gaps++ > 0)
      g_assert_cmpuint (stamp, ==, end);
    end = stamp + duration;
  }
  g_mutex_unlock (&p->lock);
  g_assert_cmpuint (
      rt_pipeline_count_events (p, GST_EVENT_STREAM_START), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_CAPS), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_SEGMENT), ==, 1);
}

/* Buffers of silence for what knows no gaps: an unbroken line of stamps with
 * the speech in the middle. */
static void
test_silence_buffers (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "gap-mode=silence", RT_OUT_SYNC);
  g_autoptr (GArray) buffers = NULL;
  g_autoptr (GByteArray) speech = NULL;
  guint at;

  g_assert_true (rt_pipeline_wait_buffers (p, 10, RT_WAIT_MS));
  send_ramp (p, "resp", 200, 1);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  at = rt_pipeline_get_audio_size (p);
  g_assert_true (rt_pipeline_wait_audio (p, at + RT_PCM_MS (100), RT_WAIT_MS));

  buffers = rt_pipeline_get_buffers (p);
  rt_output_assert_contiguous (buffers, 0, buffers->len);
  speech = rt_output_dup_speech (p, 0);
  g_assert_cmpuint (speech->len, ==, RT_PCM_MS (200));
  g_assert_cmpint (rt_pcm_check_ramp (speech->data, speech->len, 1), ==, -1);
  g_assert_cmpuint (sink_count (p, "dropped"), ==, 0);
}

/* Two replies: each contiguous, the second on time and marked as a jump. */
static void
test_two_replies (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GArray) buffers = NULL;
  g_autoptr (GByteArray) audio = NULL;
  GstClockTime sent;
  RtOutBuffer *second;

  send_ramp (p, "one", 400, 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  /* silence for a while */
  g_assert_nonnull (rt_pipeline_wait_event (p, GST_EVENT_GAP, 20, RT_WAIT_MS));
  sent = rt_pipeline_now (p);
  send_ramp (p, "two", 400, 9600);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");

  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, RT_PCM_MS (800));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  buffers = rt_pipeline_get_buffers (p);
  g_assert_cmpuint (buffers->len, ==, 40);
  rt_output_assert_contiguous (buffers, 0, 20);
  rt_output_assert_contiguous (buffers, 20, 40);
  second = &g_array_index (buffers, RtOutBuffer, 20);
  g_assert_true (second->flags & GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpuint (second->pts, >=, sent);
  g_assert_cmpuint (second->pts, <, sent + 400 * GST_MSECOND);
  g_assert_cmpuint (sink_count (p, "rendered"), ==, 40);
}

/* Two replies that come together play one after the other, whole. */
static void
test_back_to_back (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GArray) buffers = NULL;
  g_autoptr (GByteArray) audio = NULL;
  const GstStructure *s;

  send_ramp (p, "one", 310, 0);
  send_ramp (p, "two", 310, 7440);
  /* to the listener they are one */
  s = rt_pipeline_expect (p, "realtime-speech");
  rt_assert_field (s, "reason", "playing");
  rt_assert_field (s, "item-id", "item_one");
  s = rt_pipeline_expect (p, "realtime-speech");
  rt_assert_field (s, "reason", "drained");
  rt_assert_field (s, "item-id", "item_two");
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, RT_PCM_MS (620));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  buffers = rt_pipeline_get_buffers (p);
  rt_output_assert_contiguous (buffers, 0, buffers->len);
}

/* EOS goes in while the reply is still to come; it leaves behind its last
 * sample. */
static void
test_eos_drains (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  static const guint8 voice[RT_PCM_MS (200)];
  g_autofree gchar *order = NULL;
  GstClockTime now;
  g_autoptr (GArray) buffers = NULL;
  RtOutBuffer *last;

  rt_pipeline_push (p, voice, sizeof (voice));
  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  rt_pipeline_push_eos (p);
  /* all that was said, and silence for the server's turn detection */
  g_assert_true (rt_fake_conn_wait_audio (
      p->conn, sizeof (voice) + RT_PCM_MS (800), RT_WAIT_MS));
  rt_fake_conn_send_user_turn (p->conn, "item_u", 200, "hello");
  send_ramp (p, "resp", 1500, 0);

  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  now = rt_pipeline_now (p);
  buffers = rt_pipeline_get_buffers (p);
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, RT_PCM_MS (1500));
  last = &g_array_index (buffers, RtOutBuffer, buffers->len - 1);
  g_assert_cmpuint (now, >=, last->pts + last->duration);
  rt_assert_field (rt_pipeline_expect (p, "realtime-closed"), "reason", "eos");
  order = rt_pipeline_dup_order (p);
  g_assert_true (g_str_has_suffix (order, "realtime-closed eos"));
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  g_assert_cmpuint (rt_fake_conn_get_close_code (p->conn), ==, 1000);
}

/* A server that owes an answer and gives none is left after eos-timeout. */
static void
test_eos_silent_server (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "eos-timeout=700", RT_OUT_SYNC);
  gint64 began;

  rt_fake_conn_send_speech_started (p->conn, "item_u", 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "detected");
  began = g_get_monotonic_time ();
  rt_pipeline_push_eos (p);
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 690000);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 3 * G_USEC_PER_SEC);
  rt_assert_field (rt_pipeline_expect (p, "realtime-closed"), "reason", "eos");
}

/* A reply that is longer than eos-timeout is not cut. */
static void
test_eos_long_reply (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "eos-timeout=200", RT_OUT_SYNC);

  send_ramp (p, "resp", 1500, 0);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  rt_pipeline_push_eos (p);
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, RT_PCM_MS (1500));
}

static void
test_latency (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "latency=130", RT_OUT_SYNC);
  g_autoptr (GstPad) src = gst_element_get_static_pad (p->rt, "src");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live = FALSE;

  g_assert_true (gst_pad_query (src, query));
  gst_query_parse_latency (query, &live, &min, &max);
  gst_query_unref (query);
  g_assert_true (live);
  g_assert_cmpuint (min, ==, 130 * GST_MSECOND);
  g_assert_false (GST_CLOCK_TIME_IS_VALID (max));
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/media/burst", test_burst);
  g_test_add_func ("/media/burst-unpaced", test_burst_unpaced);
  g_test_add_func ("/media/silence", test_silence);
  g_test_add_func ("/media/silence-buffers", test_silence_buffers);
  g_test_add_func ("/media/two-replies", test_two_replies);
  g_test_add_func ("/media/back-to-back", test_back_to_back);
  g_test_add_func ("/media/eos-drains", test_eos_drains);
  g_test_add_func ("/media/eos-silent-server", test_eos_silent_server);
  g_test_add_func ("/media/eos-long-reply", test_eos_long_reply);
  g_test_add_func ("/media/latency", test_latency);
  return g_test_run ();
}
