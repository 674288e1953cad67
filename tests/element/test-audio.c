/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Audio as no good server sends it: damaged, for nobody, in disorder, and more
 * of it than anybody can hear.
 */
#include "rtpipeline.h"
#include "rtspeech.h"

#include <string.h>

/* Every reply has another name. */
typedef struct {
  gchar response[16];
  gchar item[16];
} Name;

static void
make_name (Name *name)
{
  static guint number;

  g_snprintf (name->response, sizeof (name->response), "r%u", ++number);
  g_snprintf (name->item, sizeof (name->item), "i%u", number);
}

static void
send_delta (RtPipeline *p, const Name *name, const gchar *base64)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"response.output_audio.delta\",\"response_id\":\"%s\","
      "\"item_id\":\"%s\",\"content_index\":0,\"delta\":\"%s\"}",
      name->response, name->item, base64);
}

static void
send_pcm (RtPipeline *p, const Name *name, gconstpointer pcm, gsize size)
{
  g_autofree gchar *base64 = g_base64_encode (pcm, size);

  send_delta (p, name, base64);
}

static void
send_ramp (RtPipeline *p, const Name *name, guint ms)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp ((gsize) ms * RT_RATE / 1000, 0);

  send_pcm (p, name, g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
}

static void
send_event (RtPipeline *p, const Name *name, const gchar *type)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"%s\",\"response_id\":\"%s\",\"item_id\":\"%s\","
      "\"content_index\":0,\"transcript\":\"hm\",\"delta\":\"hm\","
      "\"response\":{\"id\":\"%s\",\"status\":\"completed\",\"output\":[]},"
      "\"item\":{\"id\":\"%s\",\"type\":\"message\",\"role\":\"assistant\"}}",
      type, name->response, name->item, name->response, name->item);
}

/* What left since `from` is a whole ramp of `ms`. */
static void
check_ramp (RtPipeline *p, gsize from, guint ms)
{
  g_autoptr (GByteArray) audio = rt_pipeline_get_audio (p);

  g_assert_cmpuint (audio->len - from, ==, RT_PCM_MS (ms));
  g_assert_cmpint (
      rt_pcm_check_ramp (audio->data + from, audio->len - from, 0), ==, -1);
}

/* A reply as it should be is played as it should be. */
static void
check_next (RtPipeline *p)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp (200 * RT_RATE / 1000, 0);
  gsize before = rt_pipeline_get_audio_size (p);
  Name name;

  make_name (&name);
  rt_fake_conn_send_reply (p->conn, name.response, name.item, "Next.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (20));
  g_assert_true (
      rt_pipeline_wait_audio (p, before + RT_PCM_MS (200), RT_WAIT_MS));
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", name.item);
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", name.item);
  check_ramp (p, before, 200);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

typedef struct {
  const gchar *deltas[4]; /* of one part */
  const gchar *hex;       /* what is played of them */
  guint errors;
} Base64Row;

static const Base64Row base64_rows[] = {
  { { "AAECAw==" }, "00010203", 0 },
  { { "AAECAw" }, "00010203", 0 },         /* no padding */
  { { "AAEC\\r\\nAw==" }, "00010203", 0 }, /* wrapped */
  { { "", "AAECAw==", "" }, "00010203", 0 },
  { { "AAEC", "Aw==" }, "00010203", 0 }, /* a sample in two messages */
  { { "AA==", "AQ==", "Ag==", "Aw==" }, "00010203", 0 },
  { { "AAECAwQ=" }, "00010203", 0 },             /* half a sample too much */
  { { "AAEC", "A?==", "Aw==" }, "00010203", 1 }, /* one between is damaged */
  { { "A", "AAECAw==" }, "00010203", 1 },
  { { "=AAE", "AAECAw==" }, "00010203", 1 },
  { { "AAE=AAE=", "AAECAw==" }, "00010203", 1 },
  { { "__--", "AAECAw==" }, "00010203", 1 }, /* another alphabet */
  { { "AAEC\\u00e9", "AAECAw==" }, "00010203", 1 },
  { { "AAEC\\u0000", "AAECAw==" }, "00010203", 1 },
  { { "\\u0041AECAw==" }, "00010203", 0 }, /* escaped, but right */
};

static gchar *
to_hex (const guint8 *data, gsize size)
{
  GString *out = g_string_new (NULL);
  gsize i;

  for (i = 0; i < size; i++)
    g_string_append_printf (out, "%02x", data[i]);
  return g_string_free (out, FALSE);
}

static void
check_base64 (RtPipeline *p, const Base64Row *row)
{
  gsize before = rt_pipeline_get_audio_size (p);
  guint errors = rt_pipeline_count (p, "realtime-error");
  g_autoptr (GByteArray) audio = NULL;
  g_autofree gchar *hex = NULL;
  Name name;
  guint i;

  make_name (&name);
  send_event (p, &name, "response.created");
  for (i = 0; i < G_N_ELEMENTS (row->deltas) && row->deltas[i] != NULL; i++)
    send_delta (p, &name, row->deltas[i]);
  send_event (p, &name, "response.output_audio.done");
  send_event (p, &name, "response.done");
  g_assert_true (
      rt_pipeline_wait_audio (p, before + strlen (row->hex) / 2, RT_WAIT_MS));
  /* it begins, and it ends */
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", name.item);
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", name.item);
  audio = rt_pipeline_get_audio (p);
  hex = to_hex (audio->data + before, audio->len - before);
  g_assert_cmpstr (hex, ==, row->hex);
  g_assert_cmpuint (
      rt_pipeline_count (p, "realtime-error"), ==, errors + row->errors);
}

static void
test_base64 (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (base64_rows); i++) {
    g_test_message ("row %u", i);
    check_base64 (p, &base64_rows[i]);
  }
  check_next (p);
}

/* One message of 10 MB: more than three minutes. */
static void
test_large_delta (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "pace=false", RT_OUT_ANY);
  const guint ms = 10 * 1000 * 1000 / 48;
  Name name;

  make_name (&name);
  send_event (p, &name, "response.created");
  send_ramp (p, &name, ms);
  send_event (p, &name, "response.output_audio.done");
  send_event (p, &name, "response.done");
  g_assert_true (rt_pipeline_wait_audio (p, RT_PCM_MS (ms), 30000));
  check_ramp (p, 0, ms);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  check_next (p);
}

/* What comes of a reply that was cancelled is for no ear, before its end was
 * told and after. */
static void
test_cancelled (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint64 dropped;
  gsize played;
  Name name;

  make_name (&name);
  send_event (p, &name, "response.created");
  send_ramp (p, &name, 5000);
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "playing");
  g_assert_true (rt_pipeline_act (p, "interrupt"));
  rt_fake_conn_expect_event (p->conn, "response.cancel", RT_WAIT_MS);
  rt_pipeline_expect (p, "realtime-interrupted");
  played = rt_pipeline_get_audio_size (p);
  dropped = rt_pipeline_stat (p, "audio-dropped-interrupted");

  send_ramp (p, &name, 1000);
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"response.done\",\"response\":{\"id\":\"%s\","
      "\"status\":\"cancelled\",\"output\":[]}}",
      name.response);
  rt_pipeline_expect_with (p, "realtime-response", "status", "cancelled");
  send_ramp (p, &name, 1000);
  g_assert_true (rt_pipeline_wait_stat (p, "audio-dropped-interrupted",
      dropped + 2000 * GST_MSECOND, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, played);
  check_next (p);
}

/* Some servers announce no response: theirs is heard, too. */
static void
test_unannounced (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  Name name;

  make_name (&name);
  send_ramp (p, &name, 200);
  send_event (p, &name, "response.output_audio.done");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  check_ramp (p, 0, 200);
  check_next (p);
}

/* Letters: c created, a added, d delta, t and T transcript, e the end of the
 * audio, i the item done, D response done. */
static const gchar *event_types[] = { ['c'] = "response.created",
  ['a'] = "response.output_item.added",
  ['t'] = "response.output_audio_transcript.delta",
  ['T'] = "response.output_audio_transcript.done",
  ['e'] = "response.output_audio.done",
  ['i'] = "response.output_item.done",
  ['D'] = "response.done" };

typedef struct {
  const gchar *order;
  guint heard; /* pieces of 20 ms */
} OrderRow;

static const OrderRow order_rows[] = {
  { "catdtdTeiD", 2 },
  { "ccaattddTTeeiiDD", 2 }, /* twice each */
  { "catdeD", 1 },
  { "cateiDd", 1 },   /* all is done before the audio comes */
  { "cadeditTD", 1 }, /* audio behind its end */
  { "catdTeiDcatd", 1 },
  { "Deitadc", 1 }, /* backwards */
  { "ddd", 3 },
  { "dDcD", 1 },
  { "TtTtd", 1 },
  { "iecadD", 1 },
  { "D", 0 },
  { "c", 0 },
};

static void
check_order (RtPipeline *p, const OrderRow *row)
{
  gsize before = rt_pipeline_get_audio_size (p);
  const gchar *letter;
  Name name;

  make_name (&name);
  for (letter = row->order; *letter != '\0'; letter++)
    if (*letter == 'd')
      send_ramp (p, &name, 20);
    else
      send_event (p, &name, event_types[(guint) *letter]);
  /* whatever it left open ends here */
  send_event (p, &name, "response.output_audio.done");
  send_event (p, &name, "response.done");
  g_assert_true (rt_pipeline_wait_audio (
      p, before + RT_PCM_MS (20) * row->heard, RT_WAIT_MS));
  if (row->heard > 0)
    rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  check_next (p);
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==,
      before + RT_PCM_MS (20) * row->heard + RT_PCM_MS (200));
}

static void
test_order (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (order_rows); i++) {
    g_test_message ("%s", order_rows[i].order);
    check_order (p, &order_rows[i]);
  }
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/audio/base64", test_base64);
  g_test_add_func ("/audio/large-delta", test_large_delta);
  g_test_add_func ("/audio/cancelled", test_cancelled);
  g_test_add_func ("/audio/unannounced", test_unannounced);
  g_test_add_func ("/audio/order", test_order);
  return g_test_run ();
}
