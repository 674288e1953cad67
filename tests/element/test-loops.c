/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One conversation follows another, on the same I/O thread or on another one,
 * while the old one is not over: its server says more and more, does not take
 * the goodbye, or its thread is kept.  Nothing of it is in the new one.
 */
#include "rtpipeline.h"
#include "rtspeech.h"

#define VOICE_MS 100
#define VOICE_BYTES RT_PCM_MS (VOICE_MS)
#define FLOOD_BIT 0x4000
#define FLOOD_MS 40 /* in a piece */
#define CONTESTS 30
#define STARTS 5 /* of each side */
#define REFUSALS 200
#define INTERRUPTIONS 40

/* In the place of GLib's: as on a machine that is worth two I/O threads. */
__attribute__ ((visibility ("default"))) guint
g_get_num_processors (void)
{
  return 8;
}

/* connection-state */
enum { STATE_READY = 2, STATE_CLOSED = 4, STATE_FAILED = 5 };

typedef enum {
  RESTART_SIGNAL,
  RESTART_NULL,
  RESTART_READY,
  RESTART_HELD, /* NULL, while the application keeps the old thread */
  N_RESTARTS
} Restart;

typedef struct {
  const gchar *name;
  const gchar *props;
  guint rounds;
} Kind;

static const Kind kinds[] = {
  { "unpaced", "pace=false", 200 },
  { "paced", "latency=20", 40 },
};

/* Sound that says whose it is. */
static GBytes *
voice_new (guint16 mark, guint ms)
{
  gsize samples = (gsize) ms * RT_RATE / 1000, i;
  guint16 *pcm = g_new (guint16, samples);

  for (i = 0; i < samples; i++)
    pcm[i] = GUINT16_TO_LE (mark);
  return g_bytes_new_take (pcm, samples * 2);
}

/* A server that talks until it is told to stop, or nobody is there. */
typedef struct {
  RtFakeConn *conn;
  guint16 mark;
  GThread *thread;
  gint stopped; /* atomic */
} Flood;

static gpointer
flood_run (gpointer data)
{
  Flood *self = data;
  g_autoptr (GBytes) pcm = voice_new (self->mark | FLOOD_BIT, FLOOD_MS);
  guint i;

  rt_fake_conn_send_reply_begin (self->conn, "flood", "flooded");
  for (i = 0; !g_atomic_int_get (&self->stopped)
              && rt_fake_conn_send_audio_delta (self->conn, "flood", "flooded",
                  0, g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
       i++)
    g_usleep (i < 50 ? 0 : 2000);
  return NULL;
}

static Flood *
flood_new (RtFakeConn *conn, guint16 mark)
{
  Flood *self = g_new0 (Flood, 1);

  self->conn = conn;
  self->mark = mark;
  rt_fake_conn_set_answer_close (conn, FALSE);
  self->thread = g_thread_new ("flood", flood_run, self);
  return self;
}

static void
flood_free (Flood *self)
{
  g_atomic_int_set (&self->stopped, TRUE);
  g_thread_join (self->thread);
  g_free (self);
}

/* Another element, that makes one of the two threads the busier one. */
typedef struct {
  RtFakeServer *server;
  RtPipeline *p;
} Ballast;

static void
ballast_init (Ballast *self)
{
  self->server = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  rt_fake_server_set_handshake (self->server, RT_FAKE_HANDSHAKE_SILENT);
  self->p = rt_pipeline_new (
      rt_fake_server_get_uri (self->server), NULL, NULL, NULL);
}

static void
ballast_clear (Ballast *self)
{
  rt_pipeline_free (self->p);
  rt_fake_server_free (self->server);
}

static void
ballast_set (Ballast *self, gboolean on)
{
  if (on)
    rt_pipeline_play (self->p);
  else
    rt_pipeline_stop (self->p);
}

/* How much had left when nothing of the old one did any more. */
static gsize
go_down_and_up (RtPipeline *p, GstState low, Ballast *ballast, guint round)
{
  gsize before;

  /* on the first thread in even rounds, and on the second one in odd ones */
  if (round % 2 == 0)
    ballast_set (ballast, FALSE);
  gst_element_set_state (p->pipeline, low);
  before = rt_pipeline_get_audio_size (p);
  if (round % 2 != 0)
    ballast_set (ballast, TRUE);
  rt_pipeline_play (p);
  return before;
}

static gsize
restart (RtPipeline *p, Restart how, Ballast *ballast, guint round)
{
  if (how == RESTART_SIGNAL) {
    g_assert_true (rt_pipeline_act (p, "start"));
    return 0;
  }
  if (how == RESTART_HELD)
    rt_pipeline_hold (p);
  return go_down_and_up (p,
      how == RESTART_READY ? GST_STATE_READY : GST_STATE_NULL, ballast, round);
}

static guint16
sample_at (const GByteArray *audio, gsize index)
{
  return audio->data[index * 2] | (guint16) audio->data[index * 2 + 1] << 8;
}

/* From the `from`th sample on there is all of the mark, silence, and nothing
 * of anybody else's but, `behind_old`, before it. */
static void
assert_voice (RtPipeline *p, gsize from, guint16 mark, gboolean behind_old)
{
  g_autoptr (GByteArray) audio = rt_pipeline_get_audio (p);
  gsize own = 0, i;

  for (i = from / 2; i < audio->len / 2; i++) {
    guint16 sample = sample_at (audio, i);

    if (sample == mark)
      own++;
    else if (sample != 0 && (own > 0 || !behind_old))
      g_error ("%#x is heard in %#x, %" G_GSIZE_FORMAT
               " behind %" G_GSIZE_FORMAT " of its own",
          sample, mark, i - from / 2, own);
  }
  g_assert_cmpuint (own * 2, ==, VOICE_BYTES);
}

static void
forget_output (RtPipeline *p)
{
  g_mutex_lock (&p->lock);
  g_array_set_size (p->buffers, 0);
  g_array_set_size (p->events, 0);
  g_byte_array_set_size (p->audio, 0);
  g_mutex_unlock (&p->lock);
}

static void
speak (RtPipeline *p, guint16 mark)
{
  g_autoptr (GBytes) pcm = voice_new (mark, VOICE_MS);

  rt_fake_conn_send_reply (p->conn, "resp", "item", "Text.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 960);
  rt_pipeline_expect_with (p, "realtime-speech", "item-id", "item");
  rt_pipeline_expect_with (p, "realtime-speech", "reason", "drained");
}

static void
await_flood (RtPipeline *p)
{
  gsize before = rt_pipeline_get_audio_size (p);

  g_assert_true (rt_pipeline_wait_audio (p, before + 1, RT_WAIT_MS));
}

static void
assert_sums (RtPipeline *p)
{
  g_assert_true (rt_pipeline_wait_stat (p, "playout-level", 0, RT_WAIT_MS));
  g_assert_cmpuint (rt_pipeline_stat (p, "audio-received"), ==,
      rt_pipeline_stat (p, "audio-played")
          + rt_pipeline_stat (p, "audio-dropped-interrupted"));
}

/* The old one has said its last word before the new one says its first. */
static void
assert_order (RtPipeline *p)
{
  g_autofree gchar *order = rt_pipeline_dup_order (p);
  const gchar *closed = g_strrstr (order, "realtime-closed");
  const gchar *started = g_strrstr (order, "realtime-started");

  g_assert_nonnull (started);
  g_assert_true (closed == NULL || closed < started);
}

static void
play_round (RtPipeline *p, RtFakeServer *server, Ballast *ballast, guint round)
{
  Flood *flood = flood_new (p->conn, round);
  Restart how = round % N_RESTARTS;
  gsize before;

  await_flood (p);
  forget_output (p);
  before = restart (p, how, ballast, round);
  if (how == RESTART_HELD)
    rt_pipeline_let_go (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_pipeline_expect (p, "realtime-session");
  rt_pipeline_expect (p, "realtime-session");
  speak (p, round + 1);
  assert_voice (p, before, round + 1, how == RESTART_SIGNAL);
  assert_order (p);
  flood_free (flood);
  rt_fake_server_forget_ended (server);
}

static void
test_restarts (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = NULL;
  Ballast ballast;
  guint round;

  ballast_init (&ballast);
  ballast_set (&ballast, TRUE);
  p = rt_pipeline_open (server, kind->props, RT_OUT_ANY);
  for (round = 0; round < kind->rounds; round++)
    play_round (p, server, &ballast, round);
  rt_pipeline_stop (p);
  assert_sums (p);
  ballast_clear (&ballast);
}

/* The user interrupts the old one while the new one takes its place: what is
 * downstream is not left flushing, nor is the new one held. */
static void
test_interrupted (gconstpointer props)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, props, RT_OUT_ANY);
  guint round;

  for (round = 0; round < INTERRUPTIONS; round++) {
    Flood *flood = flood_new (p->conn, round);

    await_flood (p);
    rt_fake_conn_send_text (p->conn,
        "{\"type\":\"input_audio_buffer.speech_started\","
        "\"audio_start_ms\":0,\"item_id\":\"user\"}");
    g_usleep (g_random_int_range (0, 2000));
    g_assert_true (rt_pipeline_act (p, "start"));
    p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
    rt_pipeline_expect (p, "realtime-session");
    rt_pipeline_expect (p, "realtime-session");
    forget_output (p);
    speak (p, round + 1);
    assert_voice (p, 0, round + 1, TRUE);
    flood_free (flood);
    rt_fake_server_forget_ended (server);
  }
  rt_pipeline_stop (p);
  assert_sums (p);
}

/* The state that is not going to change by itself. */
static void
await_state (RtPipeline *p, gint wanted)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  gint state;

  for (;;) {
    g_object_get (p->rt, "connection-state", &state, NULL);
    if (state == wanted)
      return;
    if (g_get_monotonic_time () > deadline)
      g_error ("connection-state is %d and not %d", state, wanted);
    g_usleep (200);
  }
}

typedef struct {
  RtPipeline *p;
  gint *ready; /* atomic */
} Side;

static gpointer
contend (gpointer data)
{
  Side *side = data;
  guint i;

  g_atomic_int_inc (side->ready);
  while (g_atomic_int_get (side->ready) < 2)
    ;
  for (i = 0; i < STARTS; i++)
    g_assert_true (rt_pipeline_act (side->p, "start"));
  return NULL;
}

static void
contest (RtPipeline *p)
{
  gint ready = 0;
  Side side = { p, &ready };
  GThread *other = g_thread_new ("contend", contend, &side);

  contend (&side);
  g_thread_join (other);
}

/* The connection that stays, when all others were left. */
static RtFakeConn *
await_only (RtFakeServer *server, GPtrArray *conns)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  RtFakeConn *conn;
  guint i;

  do {
    g_usleep (1000);
    while ((conn = rt_fake_server_wait_connection (server, 0)) != NULL)
      g_ptr_array_add (conns, conn);
    for (i = conns->len; i > 0; i--)
      if (rt_fake_conn_is_ended (g_ptr_array_index (conns, i - 1)))
        g_ptr_array_remove_index (conns, i - 1);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  } while (conns->len != 1);
  return g_ptr_array_index (conns, 0);
}

/* Each that was started is closed before the next one, and one stays. */
static void
test_contest (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "pace=false", RT_OUT_ANY);
  g_autoptr (GPtrArray) conns = g_ptr_array_new ();
  guint round;

  g_ptr_array_add (conns, p->conn);
  for (round = 1; round <= CONTESTS; round++) {
    contest (p);
    await_state (p, STATE_READY);
    g_assert_cmpuint (rt_pipeline_count (p, "realtime-started"), ==,
        rt_pipeline_count (p, "realtime-closed") + 1);
    p->conn = await_only (server, conns);
    forget_output (p);
    speak (p, round);
    assert_voice (p, 0, round, FALSE);
  }
  g_assert_true (rt_pipeline_act (p, "close"));
  await_state (p, STATE_CLOSED);
  rt_pipeline_expect (p, "realtime-closed");
  assert_sums (p);
}

/* One that ends as soon as it begins is over, and not the running one. */
static void
test_refused (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "reconnect=false", RT_OUT_ANY);
  guint i;

  rt_fake_server_set_listening (server, FALSE);
  for (i = 0; i < REFUSALS; i++) {
    g_assert_true (rt_pipeline_act (p, "start"));
    await_state (p, STATE_FAILED);
    g_assert_false (rt_pipeline_act (p, "close"));
  }
}

int
main (int argc, char **argv)
{
  guint i;

  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree gchar *path
        = g_strconcat ("/loops/restarts/", kinds[i].name, NULL);

    g_test_add_data_func (path, &kinds[i], test_restarts);
  }
  g_test_add_data_func ("/loops/interrupted", "latency=20", test_interrupted);
  g_test_add_data_func ("/loops/interrupted/held",
      "latency=20 barge-in-hold=60000", test_interrupted);
  g_test_add_func ("/loops/contest", test_contest);
  g_test_add_func ("/loops/refused", test_refused);
  return g_test_run ();
}
