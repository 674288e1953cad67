/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The formats of `src`: as each event of the server declares them, or as
 * whatever is linked there takes them, and when that changes on the way.
 */
#include <string.h>

#include "rtpipeline.h"
#include "rtspeech.h"

#define RAW(rate, channels)                                            \
  "audio/x-raw,format=S16LE,layout=interleaved,rate=" rate ",channels" \
  "=" channels
#define MULAW "audio/x-mulaw,rate=8000,channels=1"

static void
send_declared (RtPipeline *p, const gchar *type, guint rate, guint channels,
    guint ms, guint16 first)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp (rate / 1000 * ms * channels, first);
  g_autofree gchar *base64
      = g_base64_encode (g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));

  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"%s\",\"sample_rate\":%u,\"num_channels\":%u,"
      "\"delta\":\"%s\"}",
      type, rate, channels, base64);
}

static void
assert_format (JsonObject *audio, const gchar *side, const gchar *type)
{
  JsonObject *format = json_object_get_object_member (
      json_object_get_object_member (audio, side), "format");

  g_assert_cmpstr (json_object_get_string_member (format, "type"), ==, type);
}

static RtPipeline *
open_protocol (RtFakeServer *server, const gchar *props, const gchar *ready,
    const gchar *out)
{
  RtPipeline *p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, props, out);

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_fake_conn_send_printf (
      p->conn, "{\"type\":\"session.%s\",\"session\":{\"id\":\"s\"}}", ready);
  rt_pipeline_expect (p, "realtime-session");
  return p;
}

/* Caps that were sent, from the one with this index on; transfer full. */
static GstCaps *
get_caps (RtPipeline *p, guint index)
{
  GstCaps *caps = NULL;
  guint i;

  g_mutex_lock (&p->lock);
  for (i = 0; i < p->events->len; i++) {
    GstEvent *event = g_array_index (p->events, RtOutEvent, i).event;

    if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS || index-- > 0)
      continue;
    gst_event_parse_caps (event, &caps);
    gst_caps_ref (caps);
    break;
  }
  g_mutex_unlock (&p->lock);
  return caps;
}

static void
assert_caps (RtPipeline *p, guint index, const gchar *expected)
{
  g_autoptr (GstCaps) caps = get_caps (p, index);
  g_autoptr (GstCaps) wanted = gst_caps_from_string (expected);

  g_assert_nonnull (caps);
  if (!gst_caps_is_equal (caps, wanted))
    g_error ("%s instead of %s", gst_caps_to_string (caps), expected);
}

typedef struct {
  const gchar *name;
  const gchar *props;
  const gchar *ready;
  const gchar *audio;
} Protocol;

static const Protocol declaring[] = {
  { "realtime-v1", "protocol=realtime-v1", "updated",
      "conversation.output_audio.delta" },
  { "session-create", "protocol=session-create", "created",
      "response.output_audio.delta" },
  { "realtime-v2", "protocol=realtime-v2", "created",
      "response.output_audio.delta" },
};

/* Every sample as it came, behind caps that say what it is. */
static void
test_declared (gconstpointer data)
{
  const Protocol *protocol = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = open_protocol (server, protocol->props, protocol->ready, RT_OUT_SYNC);
  g_autoptr (GByteArray) audio = NULL;
  g_autoptr (GArray) buffers = NULL;
  const gsize bytes[] = { 100 * 16 * 2, 100 * 48 * 4, 100 * 24 * 2 };
  GstClockTime total = 0;
  guint i;

  send_declared (p, protocol->audio, 16000, 1, 100, 0);
  send_declared (p, protocol->audio, 48000, 2, 100, 1600);
  send_declared (p, protocol->audio, 24000, 1, 100, 11200);
  g_assert_true (
      rt_pipeline_wait_audio (p, bytes[0] + bytes[1] + bytes[2], RT_WAIT_MS));
  audio = rt_pipeline_get_audio (p);
  g_assert_cmpuint (audio->len, ==, bytes[0] + bytes[1] + bytes[2]);
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 0), ==, -1);
  assert_caps (p, 0, RAW ("24000", "1"));
  assert_caps (p, 1, RAW ("16000", "1"));
  assert_caps (p, 2, RAW ("48000", "2"));
  assert_caps (p, 3, RAW ("24000", "1"));
  buffers = rt_pipeline_get_buffers (p);
  for (i = 0; i < buffers->len; i++)
    total += g_array_index (buffers, RtOutBuffer, i).duration;
  g_assert_cmpuint (total, ==, 300 * GST_MSECOND);
}

/* Where no event says it, the session does. */
static void
test_of_the_session (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = open_protocol (server, NULL, "created", RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (1600, 0);

  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\",\"audio\":"
      "{\"output\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":16000}}}}}");
  rt_fake_conn_send_reply (p->conn, "r", "i", "Hi.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 3200);
  g_assert_true (rt_pipeline_wait_audio (p, 3200, RT_WAIT_MS));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  assert_caps (p, 1, RAW ("16000", "1"));
  g_assert_cmpuint (
      rt_pipeline_stat (p, "audio-played"), ==, 100 * GST_MSECOND);
}

/* Telephone audio in, and none out. */
static void
test_mixed (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      "appsrc name=in format=time is-live=true caps=" MULAW " ! capsfilter "
      "caps=" MULAW,
      NULL, RT_OUT_SYNC);
  JsonObject *audio;

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  audio = json_object_get_object_member (
      json_object_get_object_member (
          rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS),
          "session"),
      "audio");
  assert_format (audio, "input", "audio/pcmu");
  assert_format (audio, "output", "audio/pcm");
  assert_caps (p, 0, RAW ("24000", "1"));
}

/* The pads say what the protocol can carry, and nothing else. */
static void
test_pads (void)
{
#define ANY_RAW RAW ("[8000,48000]", "[1,2]")
#define ONE_RAW RAW ("24000", "1")
#define G711 ";" MULAW ";audio/x-alaw,rate=8000,channels=1"
  static const struct {
    const gchar *props;
    const gchar *sink;
    const gchar *src;
  } rows[] = {
    { "protocol=realtime-v2", ONE_RAW G711, ONE_RAW G711 },
    { "protocol=realtime-v1", ONE_RAW, ANY_RAW },
    { "protocol=session-create", ANY_RAW, ANY_RAW },
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const gchar *const names[] = { "sink", "src" };
    const gchar *const expected[] = { rows[i].sink, rows[i].src };
    g_autoptr (RtPipeline) p
        = rt_pipeline_new ("ws://127.0.0.1:1", NULL, rows[i].props, NULL);

    for (j = 0; j < 2; j++) {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (p->rt, names[j]);
      g_autoptr (GstCaps) seen = gst_pad_query_caps (pad, NULL);
      g_autoptr (GstCaps) wanted = gst_caps_from_string (expected[j]);

      if (!gst_caps_is_equal (seen, wanted))
        g_error (
            "%s %s: %s", rows[i].props, names[j], gst_caps_to_string (seen));
    }
  }
}

/* Whoever knows what a server speaks may say so. */
static void
test_only_declared (gconstpointer data)
{
  const Protocol *protocol = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_protocol (server, protocol->props,
      protocol->ready, "capsfilter caps=" RAW ("16000", "2") " ! " RT_OUT_SYNC);

  send_declared (p, protocol->audio, 16000, 2, 100, 0);
  g_assert_true (rt_pipeline_wait_audio (p, 100 * 16 * 4, RT_WAIT_MS));
  assert_caps (p, 0, RAW ("16000", "2"));
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static void
expect_format_error (RtPipeline *p, const gchar *part)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (
      rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
  g_assert_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, part));
}

/* What cannot be had is said. */
static void
test_not_taken (gconstpointer data)
{
  const Protocol *protocol = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_protocol (server, protocol->props,
      protocol->ready, "capsfilter caps=" RAW ("24000", "1") " ! " RT_OUT_SYNC);

  send_declared (p, protocol->audio, 16000, 1, 100, 0);
  expect_format_error (p, "16000");
}

static void
unlink_src (RtPipeline *p)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (p->rt, "src");
  g_autoptr (GstPad) peer = gst_pad_get_peer (src);

  if (peer != NULL)
    gst_pad_unlink (src, peer);
}

/* What is behind `src` from now on. */
static void
link_src (RtPipeline *p, const gchar *out, GstPadLinkCheck checks,
    GstPadLinkReturn expected)
{
  GstElement *bin = gst_parse_bin_from_description (out, TRUE, NULL);
  g_autoptr (GstPad) src = gst_element_get_static_pad (p->rt, "src");
  g_autoptr (GstPad) sink = gst_element_get_static_pad (bin, "sink");

  gst_bin_add (GST_BIN (p->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  g_assert_cmpint (gst_pad_link_full (src, sink, checks), ==, expected);
}

static void
expect_output (RtPipeline *p, const gchar *type)
{
  JsonObject *session = json_object_get_object_member (
      rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS),
      "session");

  assert_format (
      json_object_get_object_member (session, "audio"), "output", type);
}

static void
send_reply (RtPipeline *p, const gchar *id, gsize bytes)
{
  g_autofree guint8 *audio = g_malloc (bytes);

  memset (audio, 'x', bytes);
  rt_fake_conn_send_reply (p->conn, id, id, "Hi.", audio, bytes, bytes);
}

/* A peer that comes late and takes G.711 only: the server is asked for it. */
static void
test_linked_late (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, NULL);

  expect_output (p, "audio/pcm");
  link_src (p, "capsfilter caps=" MULAW " ! fakesink async=false",
      GST_PAD_LINK_CHECK_DEFAULT, GST_PAD_LINK_OK);
  expect_output (p, "audio/pcmu");
  rt_pipeline_expect (p, "realtime-session");
  send_reply (p, "one", 1600);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, 1600);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* Another peer while a reply plays: what it cannot take is cut, and the next
 * reply is what it can. */
static void
test_relinked (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  gsize before;

  expect_output (p, "audio/pcm");
  send_reply (p, "one", RT_PCM_MS (5000));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  unlink_src (p);
  link_src (p, "capsfilter caps=" MULAW " ! fakesink async=false",
      GST_PAD_LINK_CHECK_DEFAULT, GST_PAD_LINK_OK);
  expect_output (p, "audio/pcmu");
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-interrupted"), "item-id", "one");
  rt_fake_conn_expect_event (p->conn, "conversation.item.truncate", RT_WAIT_MS);
  rt_pipeline_expect (p, "realtime-session");
  before = rt_pipeline_get_audio_size (p);
  send_reply (p, "two", 1600);
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", "two");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, before + 1600);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* A reply that the server had begun before it heard of that is not for this
 * peer either. */
static void
test_relinked_too_late (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = open_protocol (server, NULL, "created", RT_OUT_ANY);
  gsize before;

  expect_output (p, "audio/pcm");
  unlink_src (p);
  link_src (p, "capsfilter caps=" MULAW " ! fakesink async=false",
      GST_PAD_LINK_CHECK_DEFAULT, GST_PAD_LINK_OK);
  expect_output (p, "audio/pcmu");
  before = rt_pipeline_get_audio_size (p);
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\",\"audio\":"
      "{\"output\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":24000}}}}}");
  send_reply (p, "one", RT_PCM_MS (300));
  rt_pipeline_expect (p, "realtime-interrupted");
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\",\"audio\":"
      "{\"output\":{\"format\":{\"type\":\"audio/pcmu\"}}}}}");
  send_reply (p, "two", 1600);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, before + 1600);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* The same again is nothing new. */
static void
test_relinked_to_the_same (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstPad) src = gst_element_get_static_pad (p->rt, "src");

  expect_output (p, "audio/pcm");
  unlink_src (p);
  link_src (
      p, "fakesink async=false", GST_PAD_LINK_CHECK_DEFAULT, GST_PAD_LINK_OK);
  gst_pad_send_event (src, gst_event_new_reconfigure ());
  send_reply (p, "one", RT_PCM_MS (200));
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 200));
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-interrupted"), ==, 0);
}

/* What takes none of ours is not linked, or is told of. */
static void
test_relinked_in_vain (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const gchar *out
      = "capsfilter caps=" RAW ("44100", "1") " ! fakesink async=false";

  unlink_src (p);
  link_src (p, out, GST_PAD_LINK_CHECK_DEFAULT, GST_PAD_LINK_NOFORMAT);
  link_src (p, out, GST_PAD_LINK_CHECK_NOTHING, GST_PAD_LINK_OK);
  send_reply (p, "one", RT_PCM_MS (200));
  expect_format_error (p, "24000");
}

int
main (int argc, char **argv)
{
  guint i;

  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (declaring); i++) {
    g_autofree gchar *path
        = g_strconcat ("/formats/declared/", declaring[i].name, NULL);

    g_test_add_data_func (path, &declaring[i], test_declared);
  }
  for (i = 0; i < 2; i++) {
    g_autofree gchar *only
        = g_strconcat ("/formats/only-declared/", declaring[i].name, NULL);
    g_autofree gchar *not_taken
        = g_strconcat ("/formats/not-taken/", declaring[i].name, NULL);

    g_test_add_data_func (only, &declaring[i], test_only_declared);
    g_test_add_data_func (not_taken, &declaring[i], test_not_taken);
  }
  g_test_add_func ("/formats/of-the-session", test_of_the_session);
  g_test_add_func ("/formats/mixed", test_mixed);
  g_test_add_func ("/formats/pads", test_pads);
  g_test_add_func ("/formats/linked-late", test_linked_late);
  g_test_add_func ("/formats/relinked", test_relinked);
  g_test_add_func ("/formats/relinked-too-late", test_relinked_too_late);
  g_test_add_func ("/formats/relinked-to-the-same", test_relinked_to_the_same);
  g_test_add_func ("/formats/relinked-in-vain", test_relinked_in_vain);
  return g_test_run ();
}
