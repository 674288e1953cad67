/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Going down: in no time whatever the server does, and leaving nothing
 * behind.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "rtmemory.h"
#include "rtpipeline.h"
#include "rtspeech.h"

/* From any state to NULL. */
#define LIMIT_MS 1000

typedef struct {
  const gchar *name;
  RtFakeHandshake handshake;
  gboolean tls;
} Stall;

static const Stall stalls[] = {
  { "mute", RT_FAKE_HANDSHAKE_MUTE, FALSE },
  { "mute-tls", RT_FAKE_HANDSHAKE_MUTE, TRUE },
  { "silent", RT_FAKE_HANDSHAKE_SILENT, FALSE },
  { "silent-tls", RT_FAKE_HANDSHAKE_SILENT, TRUE },
  { "slowloris", RT_FAKE_HANDSHAKE_SLOWLORIS, FALSE },
  { "huge-headers", RT_FAKE_HANDSHAKE_HUGE_HEADERS, FALSE },
  { "endless-body", RT_FAKE_HANDSHAKE_ENDLESS_BODY, FALSE },
  { "no-session", RT_FAKE_HANDSHAKE_OK, FALSE },
};

static void
test_handshake (gconstpointer data)
{
  const Stall *stall = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (
      RT_FAKE_SERVER_TOLERANT
      | (stall->tls ? RT_FAKE_SERVER_TLS : RT_FAKE_SERVER_PLAIN));
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  GstState state;

  rt_fake_server_set_handshake (server, stall->handshake);
  if (stall->tls)
    g_object_set (
        p->rt, "tls-ca-file", rt_fake_server_get_ca_file (server), NULL);
  /* the way up does not wait for the server either */
  rt_pipeline_play (p);
  g_assert_cmpint (
      gst_element_get_state (p->pipeline, &state, NULL, LIMIT_MS * GST_MSECOND),
      !=, GST_STATE_CHANGE_ASYNC);
  g_assert_cmpint (state, ==, GST_STATE_PLAYING);
  rt_fake_server_expect_connection (server, RT_WAIT_MS);
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
  g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
}

/* The close is never answered. */
static void
test_never_closes (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  rt_fake_conn_set_answer_close (p->conn, FALSE);
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
  g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
  g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
}

/* The server reads nothing while we have much to say. */
static void
test_stalled_reading (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (
      RT_FAKE_SERVER_SMALL_BUFFERS | RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_noise (RT_RATE * 60, 1);

  rt_fake_conn_set_reading (p->conn, FALSE);
  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
  rt_pipeline_expect (p, "realtime-overrun");
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
}

/* Input that is not live and not paced waits in the chain. */
static void
test_blocked_chain (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_FILE, "pace=false uplink-buffer=200", RT_OUT_ANY);
  g_autoptr (GBytes) pcm = rt_pcm_noise (RT_RATE * 5, 1);

  rt_pipeline_push (p, g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
  rt_pipeline_play (p);
  g_assert_true (
      rt_pipeline_wait_stat (p, "uplink-level", 200 * GST_MSECOND, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
}

/* … and paced input waits for the clock. */
static void
test_pacing_chain (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_FILE, NULL, RT_OUT_ANY);
  static const guint8 pcm[RT_PCM_MS (100)];

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_push_buffer (
      p, pcm, sizeof (pcm), 3600 * GST_SECOND, GST_CLOCK_TIME_NONE);
  rt_pipeline_connect (p, server);
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
}

static void
play_reply (RtPipeline *p)
{
  g_autoptr (GBytes) pcm = rt_pcm_noise (RT_RATE * 10, 3);

  rt_fake_conn_send_reply (p->conn, "resp", "item", "Long.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  g_assert_true (rt_pipeline_wait_buffers (p, 5, RT_WAIT_MS));
}

static GstPadProbeReturn
block_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
  return GST_PAD_PROBE_OK;
}

static void
test_blocked_downstream (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->out, "sink");
  gint blocked = 0;

  play_reply (p);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER,
      block_cb, &blocked, NULL);
  while (g_atomic_int_get (&blocked) == 0)
    g_usleep (1000);
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
}

/* The element alone goes down, and the blocked one behind it does not. */
static void
test_blocked_downstream_alone (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (p->out, "sink");
  gint blocked = 0;
  gint64 began;

  play_reply (p);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER,
      block_cb, &blocked, NULL);
  while (g_atomic_int_get (&blocked) == 0)
    g_usleep (1000);
  began = g_get_monotonic_time ();
  g_assert_cmpint (gst_element_set_state (p->rt, GST_STATE_NULL), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (
      g_get_monotonic_time () - began, <, LIMIT_MS * G_TIME_SPAN_MILLISECOND);
}

static void
test_playing_reply (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  gsize before;

  play_reply (p);
  g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
  before = rt_pipeline_get_audio_size (p);
  /* the next run begins with nothing of this one */
  rt_pipeline_connect (p, server);
  g_assert_nonnull (rt_pipeline_wait_event (
      p, GST_EVENT_GAP, before / RT_PCM_MS (20), RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, before);
  play_reply (p);
  g_assert_true (
      rt_pipeline_wait_audio (p, before + RT_PCM_MS (100), RT_WAIT_MS));
}

/* In ms; an hour is for whoever has it. */
static guint
get_pause (void)
{
  const gchar *seconds = g_getenv ("RT_PAUSE_SECONDS");

  return seconds != NULL ? 1000 * (guint) atoi (seconds) : 300;
}

/* PAUSED holds the reply and the session, PLAYING goes on with both. */
static void
test_pause (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE, 0);
  g_autoptr (GByteArray) audio = NULL;
  gsize held;

  rt_fake_conn_send_reply (p->conn, "resp", "item", "Long.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 9600);
  g_assert_true (rt_pipeline_wait_buffers (p, 10, RT_WAIT_MS));
  g_assert_cmpint (gst_element_set_state (p->pipeline, GST_STATE_PAUSED), ==,
      GST_STATE_CHANGE_NO_PREROLL);
  held = rt_pipeline_get_audio_size (p);
  /* one buffer may have been on its way */
  g_assert_false (
      rt_pipeline_wait_audio (p, held + RT_PCM_MS (40), get_pause ()));
  g_assert_false (rt_fake_conn_is_ended (p->conn));
  rt_pipeline_play (p);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, RT_PCM_MS (1000));
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  g_assert_cmpuint (rt_pipeline_stat (p, "reconnects"), ==, 0);
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 1);
}

static void
test_closed_is_last (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autofree gchar *order = NULL;

  play_reply (p);
  rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
  gst_element_set_state (p->pipeline, GST_STATE_READY);
  /* all that there is now */
  while (rt_pipeline_wait_type (p, GST_MESSAGE_ELEMENT, 0) != NULL)
    ;
  order = rt_pipeline_dup_order (p);
  g_test_message ("%s", order);
  g_assert_true (g_str_has_suffix (order,
      " realtime-speech realtime-interrupted realtime-transcript "
      "realtime-closed"));
}

/* The last words of a conversation may come while its pipeline is freed. */
static void
test_freed_at_once (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  guint i;

  rt_fake_server_set_auto (server, TRUE);
  for (i = 0; i < 200; i++) {
    RtPipeline *p
        = rt_pipeline_new (rt_fake_server_get_uri (server), NULL, NULL, NULL);

    rt_pipeline_connect (p, server);
    rt_pipeline_free (p);
    rt_fake_server_forget_ended (server);
  }
  g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
}

static guint
count_entries (const gchar *folder)
{
  DIR *dir = opendir (folder);
  guint count = 0;

  g_assert_nonnull (dir);
  while (readdir (dir) != NULL)
    count++;
  closedir (dir);
  return count;
}

/* Ends of threads and closes of sockets come a moment later. */
static void
assert_settles_at (const gchar *folder, guint expected)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  while (
      count_entries (folder) > expected && g_get_monotonic_time () < deadline)
    g_usleep (10000);
  g_assert_cmpuint (count_entries (folder), <=, expected);
}

static void
cycle (RtPipeline *p, RtFakeServer *server, guint times)
{
  static const guint8 pcm[RT_PCM_MS (40)];

  for (; times > 0; times--) {
    rt_pipeline_connect (p, server);
    rt_pipeline_push (p, pcm, sizeof (pcm));
    g_assert_true (rt_fake_conn_wait_audio (p->conn, 1, RT_WAIT_MS));
    rt_fake_conn_send_reply (
        p->conn, "r", "i", "Hi.", pcm, sizeof (pcm), sizeof (pcm));
    rt_pipeline_expect_with (p, "realtime-response", "status", "completed");
    g_assert_cmpuint (rt_pipeline_stop (p), <, LIMIT_MS);
    g_assert_true (rt_fake_server_wait_idle (server, RT_WAIT_MS));
    rt_fake_server_forget_ended (server);
    g_ptr_array_set_size (p->messages, 0);
    g_array_set_size (p->taken, 0);
    gst_bus_set_flushing (p->bus, TRUE);
    gst_bus_set_flushing (p->bus, FALSE);
    g_mutex_lock (&p->lock);
    g_array_set_size (p->buffers, 0);
    g_array_set_size (p->events, 0);
    g_byte_array_set_size (p->audio, 0);
    g_mutex_unlock (&p->lock);
  }
}

static void
test_cycles (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_SYNC);
  guint threads, descriptors;
  gsize before;

  rt_fake_server_set_auto (server, TRUE);
  cycle (p, server, 20);
  threads = count_entries ("/proc/self/task");
  descriptors = count_entries ("/proc/self/fd");
  before = rt_memory_get_resident () / 1024;
  cycle (p, server, 100);
  assert_settles_at ("/proc/self/task", threads);
  assert_settles_at ("/proc/self/fd", descriptors);
  g_test_message ("resident: %" G_GSIZE_FORMAT
                  " kB, after 100 cycles %" G_GSIZE_FORMAT " kB",
      before, rt_memory_get_resident () / 1024);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
  g_assert_cmpuint (rt_memory_get_resident () / 1024, <, before + 2048);
#endif
}

int
main (int argc, char **argv)
{
  guint i;

  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (stalls); i++) {
    g_autofree gchar *path
        = g_strconcat ("/states/handshake/", stalls[i].name, NULL);

    g_test_add_data_func (path, &stalls[i], test_handshake);
  }
  g_test_add_func ("/states/never-closes", test_never_closes);
  g_test_add_func ("/states/stalled-reading", test_stalled_reading);
  g_test_add_func ("/states/blocked-chain", test_blocked_chain);
  g_test_add_func ("/states/pacing-chain", test_pacing_chain);
  g_test_add_func ("/states/blocked-downstream", test_blocked_downstream);
  g_test_add_func (
      "/states/blocked-downstream-alone", test_blocked_downstream_alone);
  g_test_add_func ("/states/playing-reply", test_playing_reply);
  g_test_add_func ("/states/pause", test_pause);
  g_test_add_func ("/states/closed-is-last", test_closed_is_last);
  g_test_add_func ("/states/freed-at-once", test_freed_at_once);
  g_test_add_func ("/states/cycles", test_cycles);
  return g_test_run ();
}
