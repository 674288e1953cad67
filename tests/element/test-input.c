/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes into `sink`: sample for sample to the server, paced or not, and
 * what becomes of what cannot be sent.
 */
#include <string.h>

#include "rtpipeline.h"
#include "rtspeech.h"

/* Fourteen seconds of people speaking, or of noise where the recordings are
 * not installed; 24 kHz. */
static GBytes *
make_input (void)
{
  static const gchar *const files[]
      = { "goforward.raw", "something.raw", "numbers.raw", "cards/005.wav" };
  GByteArray *all = g_byte_array_new ();
  gsize wanted = RT_PCM_MS (14000), have;
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (files) && all->len < wanted; i++) {
    g_autofree gchar *path = rt_speech_path (files[i]);
    g_autoptr (GBytes) pcm = NULL;
    const gint16 *samples;
    gsize size;

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      break;
    pcm = rt_speech_load (files[i]);
    samples = g_bytes_get_data (pcm, &size);
    /* 16 to 24 kHz: two samples become three, between neighbours */
    for (j = 0; j + 2 < size / 2; j += 2) {
      gint16 three[3] = { samples[j], (samples[j] + 2 * samples[j + 1]) / 3,
        (2 * samples[j + 1] + samples[j + 2]) / 3 };

      g_byte_array_append (all, (guint8 *) three, sizeof (three));
    }
  }
  if (all->len < wanted) {
    g_autoptr (GBytes) noise = rt_pcm_noise ((wanted - all->len) / 2 + 1, 14);

    g_byte_array_append (
        all, g_bytes_get_data (noise, NULL), g_bytes_get_size (noise));
  }
  have = MIN (all->len, wanted);
  g_byte_array_set_size (all, have);
  return g_byte_array_free_to_bytes (all);
}

static void
assert_sent (RtPipeline *p, GBytes *pcm)
{
  g_autoptr (GByteArray) audio = rt_fake_conn_get_audio (p->conn);
  gsize size;
  gconstpointer data = g_bytes_get_data (pcm, &size);

  g_assert_cmpuint (audio->len, >=, size);
  g_assert_cmpmem (audio->data, size, data, size);
}

/* A file is as fast as a disk; the server hears one second a second. */
static void
test_recording_paced (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_FILE, "eos-timeout=1000", RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = make_input ();
  gsize size = g_bytes_get_size (pcm);
  GstClockTime now;

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), size);
  rt_pipeline_push_eos (p);
  rt_pipeline_connect (p, server);
  /* half way: neither much more nor much less than the clock says */
  g_assert_true (rt_fake_conn_wait_audio (p->conn, size / 2, 15000));
  now = rt_pipeline_now (p);
  g_assert_cmpuint (now, >, 6800 * GST_MSECOND);
  g_assert_cmpuint (now, <, 8 * GST_SECOND);
  g_assert_true (rt_fake_conn_wait_audio (p->conn, size, 15000));
  now = rt_pipeline_now (p);
  g_assert_cmpuint (now, >, 13800 * GST_MSECOND);
  g_assert_cmpuint (now, <, 15 * GST_SECOND);
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  assert_sent (p, pcm);
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 0);
}

/* The same without pace, through an uplink that is much smaller than it. */
static void
test_recording_unpaced (gconstpointer props)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_FILE, props, RT_OUT_ANY);
  g_autoptr (GBytes) pcm = make_input ();
  gint64 began = g_get_monotonic_time ();

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
  rt_pipeline_push_eos (p);
  rt_pipeline_connect (p, server);
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, g_bytes_get_size (pcm), RT_WAIT_MS));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 8 * G_USEC_PER_SEC);
  assert_sent (p, pcm);
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 0);
}

/* Live input that finds no session: the newest is kept, the rest is counted
 * and told. */
static void
test_overrun (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, "uplink-buffer=500", RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE, 0);
  const guint8 *data = g_bytes_get_data (pcm, NULL);
  g_autoptr (GByteArray) audio = NULL;
  const GstStructure *s;
  guint dropped = 0;

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_pipeline_push (p, data, RT_PCM_MS (1000));
  g_assert_true (rt_pipeline_wait_stat (
      p, "audio-dropped-uplink", 500 * GST_MSECOND, RT_WAIT_MS));
  s = rt_pipeline_expect (p, "realtime-overrun");
  rt_assert_field (s, "direction", "uplink");
  g_assert_true (gst_structure_get_uint (s, "dropped", &dropped));
  g_assert_cmpuint (dropped, >, 0);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-overrun"), ==, 1);

  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (500), RT_WAIT_MS));
  audio = rt_fake_conn_get_audio (p->conn);
  g_assert_cmpmem (
      audio->data, audio->len, data + RT_PCM_MS (500), RT_PCM_MS (500));
}

/* Odd sizes: halves of samples are joined, chunks are as asked for. */
static void
test_odd_sizes (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "chunk-duration=50", RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE, 0);
  const guint8 *data = g_bytes_get_data (pcm, NULL);
  gsize done, n;
  guint i, appends = 0;

  for (done = 0, i = 1; done < RT_PCM_MS (1000); done += n, i = i * 7 % 1999) {
    n = MIN (i, RT_PCM_MS (1000) - done);
    rt_pipeline_push_buffer (
        p, data + done, n, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  }
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (1000), RT_WAIT_MS));
  assert_sent (p, pcm);
  appends = rt_fake_conn_count_events (p->conn, "input_audio_buffer.append");
  g_assert_cmpuint (appends, ==, 20);
}

/* FLUSH on the sink pad voids what was said and not sent. */
static void
test_flush (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (p->rt, "sink");
  static const guint8 voice[RT_PCM_MS (110)] = { 1 };

  rt_pipeline_push (p, voice, sizeof (voice));
  g_assert_true (
      rt_fake_conn_wait_audio (p->conn, RT_PCM_MS (100), RT_WAIT_MS));
  while (rt_pipeline_stat (p, "uplink-level") != 10 * GST_MSECOND)
    g_usleep (1000);
  g_assert_true (gst_pad_send_event (sink, gst_event_new_flush_start ()));
  g_assert_true (gst_pad_send_event (sink, gst_event_new_flush_stop (FALSE)));
  rt_fake_conn_expect_event (p->conn, "input_audio_buffer.clear", RT_WAIT_MS);
  g_assert_cmpuint (rt_pipeline_stat (p, "uplink-level"), ==, 0);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 10 * GST_MSECOND);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/input/recording/paced", test_recording_paced);
  g_test_add_data_func ("/input/recording/unpaced",
      "pace=false uplink-buffer=500 eos-timeout=1000", test_recording_unpaced);
  /* there is room for two chunks, however large, whatever was asked for */
  g_test_add_data_func ("/input/recording/large-chunks",
      "pace=false uplink-buffer=100 chunk-duration=500 eos-timeout=1000",
      test_recording_unpaced);
  g_test_add_func ("/input/overrun", test_overrun);
  g_test_add_func ("/input/odd-sizes", test_odd_sizes);
  g_test_add_func ("/input/flush", test_flush);
  return g_test_run ();
}
