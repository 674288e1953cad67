/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a media server does with `src`: G.711 in RTP packets over a socket.
 * Sequence numbers and timestamps go on through silence, replies, holes and
 * interruptions, and the other end hears all of it.
 */
#include <gio/gio.h>

#include "rtoutput.h"

#define MULAW_CAPS "audio/x-mulaw,rate=8000,channels=1"
#define SILENCE 0xff

typedef struct {
  RtPipeline *p;
  GstElement *far_end;
  GMutex lock;
  /* lock */
  guint packets;
  guint16 sequence;
  guint32 timestamp; /* of the next packet */
  guint breaks;
  guint marks;
  GByteArray *heard;
} Call;

static GstPadProbeReturn
packet_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Call *call = user_data;
  guint8 header[12];
  guint16 sequence;
  guint32 timestamp;

  g_assert_cmpuint (gst_buffer_extract (buffer, 0, header, 12), ==, 12);
  sequence = GST_READ_UINT16_BE (header + 2);
  timestamp = GST_READ_UINT32_BE (header + 4);
  g_mutex_lock (&call->lock);
  if (call->packets > 0
      && (sequence != (guint16) (call->sequence + 1)
          || timestamp != call->timestamp))
    call->breaks++;
  call->packets++;
  call->marks += header[1] >> 7;
  call->sequence = sequence;
  call->timestamp = timestamp + gst_buffer_get_size (buffer) - sizeof header;
  g_mutex_unlock (&call->lock);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
heard_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Call *call = user_data;
  GstMapInfo map;

  gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ);
  g_mutex_lock (&call->lock);
  g_byte_array_append (call->heard, map.data, map.size);
  g_mutex_unlock (&call->lock);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

static void
watch (GstElement *bin, const gchar *name, const gchar *pad_name,
    GstPadProbeCallback func, Call *call)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (bin), name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, func, call, NULL);
}

/* The far end listens first: it chooses the port. */
static gint
listen_far (Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) source = NULL;
  gint port = 0;

  call->far_end = gst_parse_launch (
      "udpsrc name=in address=127.0.0.1 port=0 buffer-size=1000000 "
      "caps=application/x-rtp,media=audio,clock-rate=8000,"
      "encoding-name=PCMU,payload=0 ! rtppcmudepay name=depay ! "
      "fakesink sync=false",
      &error);
  g_assert_no_error (error);
  watch (call->far_end, "depay", "src", heard_cb, call);
  gst_element_set_state (call->far_end, GST_STATE_PLAYING);
  source = gst_bin_get_by_name (GST_BIN (call->far_end), "in");
  g_object_get (source, "port", &port, NULL);
  g_assert_cmpint (port, >, 0);
  return port;
}

static void
call_open (Call *call, RtFakeServer *server)
{
  g_autofree gchar *out = NULL;

  g_mutex_init (&call->lock);
  call->heard = g_byte_array_new ();
  out = g_strdup_printf (MULAW_CAPS
      " ! rtppcmupay name=pay min-ptime=20000000 "
      "max-ptime=20000000 ! udpsink name=out host=127.0.0.1 "
      "port=%d sync=true",
      listen_far (call));
  call->p = rt_pipeline_new (rt_fake_server_get_uri (server),
      "appsrc name=in format=time is-live=true caps=" MULAW_CAPS,
      "gap-mode=silence", out);
  watch (call->p->pipeline, "pay", "src", packet_cb, call);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (call->p, server);
}

static void
call_close (Call *call)
{
  rt_pipeline_free (call->p);
  gst_element_set_state (call->far_end, GST_STATE_NULL);
  gst_object_unref (call->far_end);
  g_byte_array_unref (call->heard);
  g_mutex_clear (&call->lock);
}

/* Speech that says where it is: sample n is n modulo 250. */
static GBytes *
speech_of (gsize samples)
{
  guint8 *data = g_malloc (samples);
  gsize i;

  for (i = 0; i < samples; i++)
    data[i] = i % 250;
  return g_bytes_new_take (data, samples);
}

static void
wait_packets (Call *call, guint more)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  guint had, now;

  g_mutex_lock (&call->lock);
  had = call->packets;
  g_mutex_unlock (&call->lock);
  do {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (5000);
    g_mutex_lock (&call->lock);
    now = call->packets;
    g_mutex_unlock (&call->lock);
  } while (now < had + more);
}

static void
say (Call *call, const gchar *id, gsize samples, gsize piece)
{
  g_autoptr (GBytes) pcm = speech_of (samples);
  g_autofree gchar *item = g_strconcat ("item_", id, NULL);

  rt_fake_conn_send_reply (call->p->conn, id, item, "Text.",
      g_bytes_get_data (pcm, NULL), samples, piece);
}

/* Packets on their way are heard, too. */
static void
check_heard (Call *call, gsize speech)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  gsize found, i;

  do {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (5000);
    found = 0;
    g_mutex_lock (&call->lock);
    for (i = 0; i < call->heard->len; i++)
      found += call->heard->data[i] != SILENCE;
    g_mutex_unlock (&call->lock);
  } while (found < speech);
  g_assert_cmpuint (found, ==, speech);
}

static void
test_call (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  Call call = { 0 };
  gsize speech = 8001;

  call_open (&call, server);
  wait_packets (&call, 10);
  /* a length that is no whole number of packets, then a hole, then more */
  say (&call, "resp_1", speech, 799);
  rt_pipeline_expect_with (call.p, "realtime-speech", "reason", "drained");
  wait_packets (&call, 10);
  say (&call, "resp_2", 80000, 8000);
  speech += 80000;
  rt_pipeline_expect_with (call.p, "realtime-speech", "reason", "playing");
  wait_packets (&call, 25);
  rt_fake_conn_send_speech_started (call.p->conn, "item_u", 100);
  rt_pipeline_expect (call.p, "realtime-interrupted");
  speech -= gst_util_uint64_scale (
      rt_pipeline_stat (call.p, "audio-dropped-interrupted"), 8000, GST_SECOND);
  say (&call, "resp_3", 4000, 4000);
  speech += 4000;
  rt_pipeline_expect_with (call.p, "realtime-speech", "reason", "drained");
  wait_packets (&call, 10);

  check_heard (&call, speech);
  g_mutex_lock (&call.lock);
  g_test_message (
      "%u packets, %u breaks, %u marks", call.packets, call.breaks, call.marks);
  g_assert_cmpuint (call.breaks, ==, 0);
  g_mutex_unlock (&call.lock);
  call_close (&call);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/rtp/call", test_call);
  return g_test_run ();
}
