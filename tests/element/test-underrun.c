/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reply that comes more slowly than it plays: downstream hears silence in
 * the holes, not a word is lost, and each hole is counted.
 */
#include "rtoutput.h"
#include "rtspeech.h"

#define PIECE_MS 100

typedef struct {
  RtPipeline *p;
  GBytes *pcm;
  gsize sent;
} Reply;

static void
reply_begin (Reply *self, RtPipeline *p)
{
  self->p = p;
  self->pcm = rt_pcm_ramp (RT_RATE, 0);
  self->sent = 0;
  rt_fake_conn_send_reply_begin (p->conn, "resp", "item");
}

static void
reply_send (Reply *self, guint ms)
{
  const guint8 *data = g_bytes_get_data (self->pcm, NULL);

  rt_fake_conn_send_audio_delta (
      self->p->conn, "resp", "item", 0, data + self->sent, RT_PCM_MS (ms));
  self->sent += RT_PCM_MS (ms);
}

static guint
count_buffers (RtPipeline *p)
{
  guint count;

  g_mutex_lock (&p->lock);
  count = p->buffers->len;
  g_mutex_unlock (&p->lock);
  return count;
}

/* Waits until so much more silence left than before. */
static void
wait_silence (RtPipeline *p, guint before, guint buffers)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  while (rt_output_count_silence (p) < before + buffers) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    rt_pipeline_wait_buffers (p, count_buffers (p) + 1, 1000);
  }
}

static void
reply_end (Reply *self)
{
  g_autoptr (GByteArray) speech = NULL;

  rt_fake_conn_send_reply_end (
      self->p->conn, "resp", "item", "Slowly.", "completed");
  rt_pipeline_expect_with (self->p, "realtime-speech", "reason", "playing");
  rt_pipeline_expect_with (self->p, "realtime-speech", "reason", "drained");
  g_assert_cmpuint (rt_pipeline_count (self->p, "realtime-interrupted"), ==, 0);
  speech = rt_output_dup_speech (self->p, 0);
  g_assert_cmpuint (speech->len, ==, self->sent);
  g_assert_cmpint (rt_pcm_check_ramp (speech->data, speech->len, 0), ==, -1);
  g_bytes_unref (self->pcm);
}

static void
run_slowly (RtPipeline *p)
{
  g_autoptr (GArray) buffers = NULL;
  guint i, first = 0;
  Reply reply;

  reply_begin (&reply, p);
  reply_send (&reply, PIECE_MS);
  for (i = 0; i < 4; i++) {
    guint before;

    rt_pipeline_wait_stat (
        p, "audio-played", (i + 1) * PIECE_MS * GST_MSECOND, RT_WAIT_MS);
    before = rt_output_count_silence (p);
    wait_silence (p, before, 3);
    reply_send (&reply, PIECE_MS);
  }
  reply_end (&reply);
  g_assert_cmpuint (rt_pipeline_stat (p, "underruns"), ==, 4);

  /* from the first word to the last there is no seam */
  buffers = rt_pipeline_get_buffers (p);
  while (
      (g_array_index (buffers, RtOutBuffer, first).flags & GST_BUFFER_FLAG_GAP)
      != 0)
    first++;
  rt_output_assert_contiguous (buffers, first, buffers->len);
}

static void
test_gap_mode (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);

  run_slowly (p);
}

static void
test_silence_mode (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "gap-mode=silence", RT_OUT_SYNC);

  run_slowly (p);
}

/* A reply that stays away for long is a pause: gaps say so, and where it goes
 * on there is a jump. */
static void
test_long_hole (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GArray) buffers = NULL;
  RtOutBuffer *last;
  guint held;
  Reply reply;

  reply_begin (&reply, p);
  reply_send (&reply, PIECE_MS);
  wait_silence (p, 0, 50);
  held = count_buffers (p);
  g_assert_nonnull (
      rt_pipeline_wait_event (p, GST_EVENT_GAP, held, RT_WAIT_MS));
  reply_send (&reply, PIECE_MS);
  reply_end (&reply);
  g_assert_cmpuint (rt_pipeline_stat (p, "underruns"), ==, 1);
  g_assert_cmpuint (rt_output_count_silence (p), ==, 50);
  buffers = rt_pipeline_get_buffers (p);
  last = &g_array_index (buffers, RtOutBuffer, held);
  g_assert_true (last->flags & GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpuint (last->pts, >, last[-1].pts + last[-1].duration);
}

/* In silence mode a second reply is gathered like the first, while the silence
 * goes on: `latency` of it, as the pieces come no faster than they play. */
static void
test_prefill (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "gap-mode=silence latency=400", RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE, 0);
  const guint8 *data = g_bytes_get_data (pcm, NULL);
  g_autoptr (GArray) buffers = NULL;
  guint i, held;
  Reply reply;

  reply_begin (&reply, p);
  reply_send (&reply, PIECE_MS);
  reply_end (&reply);
  wait_silence (p, rt_output_count_silence (p), 5);

  held = count_buffers (p);
  rt_fake_conn_send_reply_begin (p->conn, "resp_2", "item_2");
  for (i = 0; i < 30; i++) {
    rt_fake_conn_send_audio_delta (p->conn, "resp_2", "item_2", 0,
        data + i * RT_PCM_MS (20), RT_PCM_MS (20));
    rt_pipeline_wait_buffers (p, count_buffers (p) + 1, RT_WAIT_MS);
  }
  rt_fake_conn_send_reply_end (
      p->conn, "resp_2", "item_2", "In time.", "completed");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");

  buffers = rt_pipeline_get_buffers (p);
  for (i = held; i < buffers->len; i++)
    if ((g_array_index (buffers, RtOutBuffer, i).flags & GST_BUFFER_FLAG_GAP)
        == 0)
      break;
  g_assert_cmpuint (i - held, >=, 10);
  rt_output_assert_contiguous (buffers, held, buffers->len);
}

/* The pause between two replies is no underrun, nor is an interruption. */
static void
test_no_underrun (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE / 10, 0);
  guint i;

  for (i = 0; i < 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("resp_%u", i);
    g_autofree gchar *item = g_strdup_printf ("item_%u", i);

    rt_fake_conn_send_reply (p->conn, id, item, "Text.",
        g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 4800);
    rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
  }
  g_assert_cmpuint (rt_output_count_silence (p), ==, 0);
  g_assert_cmpuint (rt_pipeline_stat (p, "underruns"), ==, 0);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/underrun/gap-mode", test_gap_mode);
  g_test_add_func ("/underrun/silence-mode", test_silence_mode);
  g_test_add_func ("/underrun/long-hole", test_long_hole);
  g_test_add_func ("/underrun/prefill", test_prefill);
  g_test_add_func ("/underrun/none", test_no_underrun);
  return g_test_run ();
}
