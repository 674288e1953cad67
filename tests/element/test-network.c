/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversations over networks that are narrow, lossy and far.  In namespaces
 * of the test's own.
 */
#include <string.h>

#include "rtnetns.h"
#include "rtpipeline.h"
#include "rtrelay.h"
#include "rtspeech.h"

#define BUFFER_MS 20

static RtFakeServer *
server_there (void)
{
  RtFakeServer *server;

  rt_netns_go_there ();
  server = rt_fake_server_new_at (RT_NETNS_THERE, RT_FAKE_SERVER_PLAIN);
  rt_netns_come_back ();
  return server;
}

/* A live source: every 20 ms a buffer, full of its number. */
static void
speak (RtPipeline *p, guint buffers)
{
  gint64 due = g_get_monotonic_time ();
  gint16 pcm[RT_RATE * BUFFER_MS / 1000];
  guint i, j;

  for (i = 0; i < buffers; i++) {
    for (j = 0; j < G_N_ELEMENTS (pcm); j++)
      pcm[j] = i;
    rt_pipeline_push (p, pcm, sizeof (pcm));
    due += BUFFER_MS * 1000;
    g_usleep (MAX (due - g_get_monotonic_time (), 0));
  }
}

/* The number of the buffer that the server heard last. */
static guint
last_heard (RtPipeline *p)
{
  g_autoptr (GByteArray) audio = rt_fake_conn_get_audio (p->conn);

  g_assert_cmpuint (audio->len, >=, 2);
  return ((gint16 *) audio->data)[audio->len / 2 - 1];
}

/* 200 kbit/s for speech that needs 550: what cannot be said is counted and
 * told of, and what is said is not old. */
static void
test_narrow (void)
{
  const guint buffers = 300, lag = 3000 / BUFFER_MS;
  g_autoptr (RtFakeServer) server = NULL;
  g_autoptr (RtPipeline) p = NULL;

  if (!rt_netns_require ())
    return;
  server = server_there ();
  p = rt_pipeline_open (server, "uplink-buffer=1000", RT_OUT_ANY);
  rt_netns_run_here (
      "tc qdisc add dev here0 root tbf rate 200kbit burst 4kb latency 100ms");
  speak (p, buffers);
  g_test_message ("%u of %u, %u ms dropped", last_heard (p), buffers,
      (guint) (rt_pipeline_stat (p, "audio-dropped-uplink") / GST_MSECOND));
  g_assert_cmpuint (last_heard (p), >=, buffers - lag);
  g_assert_cmpuint (rt_pipeline_stat (p, "uplink-level"), <=, GST_SECOND);
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-dropped-uplink"), >, GST_SECOND);
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-overrun"), "direction", "uplink");
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
  g_assert_cmpuint (rt_pipeline_stop (p), <, 1000);
  rt_netns_run_here ("tc qdisc del dev here0 root");
}

/* One packet of twenty is lost each way, and a word takes 200 ms there and
 * back: nothing is missing. */
static void
test_lossy (void)
{
  const guint buffers = 150, reply = 2000;
  g_autoptr (RtFakeServer) server = NULL;
  g_autoptr (RtRelay) relay = NULL;
  g_autoptr (RtPipeline) p = NULL;
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) reply * RT_RATE / 1000, 0);
  g_autofree gchar *uri = NULL;

  if (!rt_netns_require ())
    return;
  rt_netns_run_here (
      "nft add rule inet test in iif here0 numgen random mod 100 < 5 drop");
  rt_netns_run_there (
      "nft add rule inet test in iif there0 numgen random mod 100 < 5 drop");
  server = server_there ();
  rt_fake_server_set_auto (server, TRUE);
  relay
      = rt_relay_new (RT_NETNS_THERE, rt_fake_server_get_port (server), 100, 0);
  uri = g_strdup_printf ("ws://127.0.0.1:%u/v1", rt_relay_get_port (relay));
  p = rt_pipeline_new (uri, RT_IN_LIVE, NULL, RT_OUT_SYNC);
  rt_pipeline_connect (p, server);
  speak (p, buffers);
  rt_fake_conn_send_reply (p->conn, "r", "i", "Something.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (100));
  g_assert_true (rt_fake_conn_wait_audio (
      p->conn, RT_PCM_MS (buffers * BUFFER_MS), RT_WAIT_MS));
  g_assert_cmpuint (last_heard (p), ==, buffers - 1);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), >=, RT_PCM_MS (reply));
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-dropped-uplink"), ==, 0);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
  rt_pipeline_stop (p);
  rt_netns_run_here ("nft flush chain inet test in");
  rt_netns_run_there ("nft flush chain inet test in");
}

int
main (int argc, char **argv)
{
  gboolean networks = rt_netns_enter ();

  rt_element_test_init (&argc, &argv);
  if (!networks)
    g_test_message ("they will be skipped");
  g_test_add_func ("/network/narrow", test_narrow);
  g_test_add_func ("/network/lossy", test_lossy);
  return g_test_run ();
}
