/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * G.711 to and from the server, byte for byte: each direction is what its caps
 * say, and an error when the server understood something else.
 */
#include <string.h>

#include "rtinput.h"
#include "rtspeech.h"

typedef struct {
  const gchar *name;
  const gchar *caps;
  const gchar *wire;
  guint rate;
  guint bytes_per_ms;
  guint8 silence;
} Codec;

static const Codec codecs[] = {
  { "pcm", RT_PCM_CAPS, "audio/pcm", 24000, 48, 0 },
  { "mulaw", "audio/x-mulaw,rate=8000,channels=1", "audio/pcmu", 8000, 8,
      0xff },
  { "alaw", "audio/x-alaw,rate=8000,channels=1", "audio/pcma", 8000, 8, 0xd5 },
};

typedef struct {
  const Codec *in;
  const Codec *out;
} Pair;

static const gchar *
asked_format (JsonObject *update, const gchar *direction)
{
  JsonObject *audio = json_object_get_object_member (
      json_object_get_object_member (update, "session"), "audio");
  JsonObject *format = json_object_get_object_member (
      json_object_get_object_member (audio, direction), "format");

  return json_object_get_string_member (format, "type");
}

/* The caps of the input may come when the session was asked for already. */
static void
expect_asked (RtPipeline *p, const gchar *in, const gchar *out)
{
  JsonObject *update;

  do {
    update = rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
    g_assert_cmpstr (asked_format (update, "output"), ==, out);
  } while (!g_str_equal (asked_format (update, "input"), in));
}

static RtPipeline *
make_pipeline (RtFakeServer *server, const Codec *out, const gchar *props)
{
  g_autofree gchar *sink
      = g_strdup_printf ("capsfilter caps=%s ! " RT_OUT_SYNC, out->caps);

  return rt_pipeline_new (rt_fake_server_get_uri (server), NULL, props, sink);
}

static void
assert_caps (RtPipeline *p, const Codec *codec)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (p->rt, "src");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (src);
  g_autoptr (GstCaps) expected = gst_caps_from_string (codec->caps);

  g_assert_true (gst_caps_is_equal (caps, expected));
}

/* Half a second up, with a hole in it, and half a second down. */
static void
test_both_ways (gconstpointer data)
{
  const Pair *pair = data;
  gsize up = 500 * pair->in->bytes_per_ms, down = 500 * pair->out->bytes_per_ms;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = make_pipeline (server, pair->out, NULL);
  g_autoptr (RtInput) in = rt_input_new (p, pair->in->caps, TRUE);
  g_autoptr (GBytes) voice = rt_pcm_noise (up / 2, 3);
  g_autoptr (GBytes) reply = rt_pcm_noise (down / 2, 4);
  g_autoptr (GByteArray) sent = NULL, played = NULL;
  g_autoptr (GArray) buffers = NULL;
  GstBuffer *buffer;
  guint i;

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  rt_input_begin (in, pair->in->caps);
  expect_asked (p, pair->in->wire, pair->out->wire);

  buffer = gst_buffer_new_wrapped_bytes (voice);
  GST_BUFFER_PTS (buffer) = 0;
  rt_input_take (in, buffer);
  rt_input_take (in, rt_input_buffer (in, 9, 20, 600));
  g_assert_true (rt_fake_conn_wait_audio (
      p->conn, up + 120 * pair->in->bytes_per_ms, RT_WAIT_MS));
  sent = rt_fake_conn_get_audio (p->conn);
  g_assert_cmpmem (sent->data, up, g_bytes_get_data (voice, NULL), up);
  for (i = 0; i < 100 * pair->in->bytes_per_ms; i++)
    g_assert_cmpuint (sent->data[up + i], ==, pair->in->silence);
  g_assert_cmpuint (sent->data[up + i], ==, 9);

  rt_fake_conn_send_reply (p->conn, "resp", "item", "Hi.",
      g_bytes_get_data (reply, NULL), down, 998);
  g_assert_true (rt_pipeline_wait_audio (p, down, RT_WAIT_MS));
  played = rt_pipeline_get_audio (p);
  g_assert_cmpmem (
      played->data, played->len, g_bytes_get_data (reply, NULL), down);
  assert_caps (p, pair->out);
  buffers = rt_pipeline_get_buffers (p);
  g_assert_cmpuint (g_array_index (buffers, RtOutBuffer, 0).size, ==,
      20 * pair->out->bytes_per_ms);
  g_assert_cmpuint (
      g_array_index (buffers, RtOutBuffer, 0).duration, ==, 20 * GST_MSECOND);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* The silence behind the end of the input is the codec's own, too. */
static void
test_end (gconstpointer data)
{
  const Codec *codec = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = make_pipeline (server, codec, "eos-timeout=500");
  g_autoptr (RtInput) in = rt_input_new (p, codec->caps, TRUE);
  g_autofree gchar *heard = g_strdup_printf ("7*800 %u*6400", codec->silence);

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  rt_input_begin (in, codec->caps);
  rt_input_say (in, 7, 100, 0);
  rt_input_send (in, gst_event_new_eos ());
  rt_input_expect_heard (p, 1, heard);
  rt_pipeline_expect_type (p, GST_MESSAGE_EOS);
}

/* One stream, two codecs: each part as it is, and told before. */
static void
test_caps_change (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = make_pipeline (server, &codecs[0], NULL);
  g_autoptr (RtInput) in = rt_input_new (p, codecs[0].caps, TRUE);
  g_autoptr (RtInput) law = NULL;

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  rt_input_begin (in, codecs[0].caps);
  expect_asked (p, "audio/pcm", "audio/pcm");
  rt_input_say (in, 7, 100, 0);
  rt_input_expect_heard (p, 1, "7*4800");
  g_clear_pointer (&in, rt_input_free);
  law = rt_input_new (p, codecs[2].caps, TRUE);
  rt_input_begin (law, codecs[2].caps);
  /* the hole between them is the newer one's */
  rt_input_say (law, 8, 100, 120);
  rt_input_expect_heard (p, 1, "7*4800 213*160 8*800");
  expect_asked (p, "audio/pcma", "audio/pcm");
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

typedef struct {
  const Codec *in;
  const Codec *out;
  const gchar *told; /* of audio */
  const gchar *direction;
  const gchar *asked;
  const gchar *is;
} Mismatch;

static void
test_mismatch (gconstpointer data)
{
  const Mismatch *row = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = make_pipeline (server, row->out, NULL);
  g_autoptr (RtInput) in = rt_input_new (p, row->in->caps, TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *order = NULL;
  const GstStructure *s, *details = NULL;
  GstMessage *message;
  guint8 noise[4800] = { 0 };
  guint n;

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_begin (in, row->in->caps);
  expect_asked (p, row->in->wire, row->out->wire);
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"session.created\",\"session\":{\"id\":\"s\",\"audio\":{"
      "\"input\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":24000}},"
      "\"output\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":24000}}}}}");
  rt_pipeline_expect (p, "realtime-session");
  /* an answer to each change, as of a server that takes none of them */
  for (n = rt_fake_conn_count_events (p->conn, "session.update"); n > 0; n--)
    rt_fake_conn_send_printf (p->conn,
        "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\",\"audio\":"
        "%s}}",
        row->told);
  rt_fake_conn_send_reply (
      p->conn, "resp", "item", "Noise.", noise, sizeof noise, sizeof noise);

  message = rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, row->direction));
  g_assert_nonnull (strstr (error->message, row->asked));
  g_assert_nonnull (strstr (error->message, row->is));
  gst_message_parse_error_details (message, &details);
  rt_assert_field (details, "code", "format_mismatch");
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "severity", "fatal");
  order = rt_pipeline_dup_order (p);
  g_assert_true (
      g_str_has_suffix (order, "realtime-error realtime-closed error"));
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, 0);
}

/* A server that does not say what it takes is believed. */
static void
test_nothing_said (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = make_pipeline (server, &codecs[1], NULL);
  g_autoptr (RtInput) in = rt_input_new (p, codecs[1].caps, TRUE);
  guint8 noise[800];
  g_autoptr (GByteArray) played = NULL;

  memset (noise, 0x55, sizeof noise);
  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_input_begin (in, codecs[1].caps);
  expect_asked (p, "audio/pcmu", "audio/pcmu");
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\"}}");
  rt_input_say (in, 7, 100, 0);
  rt_input_expect_heard (p, 1, "7*800");
  rt_fake_conn_send_reply (
      p->conn, "resp", "item", "Hi.", noise, sizeof noise, sizeof noise);
  g_assert_true (rt_pipeline_wait_audio (p, sizeof noise, RT_WAIT_MS));
  played = rt_pipeline_get_audio (p);
  g_assert_cmpmem (played->data, played->len, noise, sizeof noise);
  assert_caps (p, &codecs[1]);
}

#define FORMAT(type) "{\"format\":{\"type\":\"audio/" type "\"}}"
#define TOLD(in, out) "{\"input\":" FORMAT (in) ",\"output\":" FORMAT (out) "}"

static const Mismatch mismatches[] = {
  { &codecs[1], &codecs[1], TOLD ("pcm", "pcmu"), "input",
      "audio/pcmu at 8000 Hz", "audio/pcm at 24000 Hz" },
  { &codecs[1], &codecs[1], TOLD ("pcma", "pcmu"), "input",
      "audio/pcmu at 8000 Hz", "audio/pcma at 8000 Hz" },
  { &codecs[0], &codecs[2], TOLD ("pcm", "pcm"), "output",
      "audio/pcma at 8000 Hz", "audio/pcm at 24000 Hz" },
  { &codecs[0], &codecs[0], TOLD ("pcm", "pcmu"), "output",
      "audio/pcm at 24000 Hz", "audio/pcmu at 8000 Hz" },
  { &codecs[0], &codecs[0],
      "{\"input\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":16000}}}",
      "input", "audio/pcm at 24000 Hz", "audio/pcm at 16000 Hz" },
};

int
main (int argc, char **argv)
{
  static Pair pairs[G_N_ELEMENTS (codecs) * G_N_ELEMENTS (codecs)];
  guint i;

  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autofree gchar *path = NULL;

    pairs[i].in = &codecs[i / G_N_ELEMENTS (codecs)];
    pairs[i].out = &codecs[i % G_N_ELEMENTS (codecs)];
    path = g_strdup_printf (
        "/g711/both-ways/%s-%s", pairs[i].in->name, pairs[i].out->name);
    g_test_add_data_func (path, &pairs[i], test_both_ways);
  }
  g_test_add_data_func ("/g711/end/mulaw", &codecs[1], test_end);
  g_test_add_data_func ("/g711/end/alaw", &codecs[2], test_end);
  g_test_add_func ("/g711/caps-change", test_caps_change);
  for (i = 0; i < G_N_ELEMENTS (mismatches); i++) {
    g_autofree gchar *path = g_strdup_printf ("/g711/mismatch/%u", i);

    g_test_add_data_func (path, &mismatches[i], test_mismatch);
  }
  g_test_add_func ("/g711/nothing-said", test_nothing_said);
  return g_test_run ();
}
