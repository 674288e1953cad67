/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When a reply is over that nobody says is over, against a server that speaks
 * realtime-v1.  The test's thread is the one that plays.
 */
#include "rtconversation.h"
#include "rtfakeserver.h"

#define DEADLINE 10000 /* ms */
#define PAUSE 1000     /* ms */
#define SETTLE 2000    /* ms */

typedef struct {
  RtFakeServer *server;
  RtFakeConn *conn;
  RtLoop *loop;
  RtUplink *uplink;
  RtPlayout *playout;
  RtStats *stats;
  RtConversation *conversation;
  GArray *drained;
  GAsyncQueue *told; /* of static strings */
} Fixture;

static void
progress_cb (RtConversation *conversation, const gchar *stage, gpointer data)
{
  Fixture *f = data;

  if (g_str_equal (stage, "ready"))
    g_async_queue_push (f->told, (gpointer) "ready");
}

static void
note_cb (RtConversation *conversation, const RtNote *note, gpointer data)
{
  Fixture *f = data;

  if (note->type == RT_NOTE_SPEECH)
    g_async_queue_push (f->told, (gpointer) note->reason);
}

static void
received_cb (RtConversation *conversation, const gchar *type, GBytes *text,
    gpointer data)
{
}

static void
playout_cb (RtConversation *conversation, gpointer data)
{
  g_async_queue_push (((Fixture *) data)->told, (gpointer) "playout");
}

static void
silence_cb (RtConversation *conversation, RtEar *ear, gpointer data)
{
  ear->until = G_MAXUINT64;
  ear->delay = 0;
}

static gboolean
input_runs_cb (RtConversation *conversation, gpointer data)
{
  return TRUE;
}

static void
silenced_cb (RtConversation *conversation, gboolean dropped, gpointer data)
{
}

static void
settled_cb (RtConversation *conversation, gpointer data)
{
  g_async_queue_push (((Fixture *) data)->told, (gpointer) "settled");
}

static void
ended_cb (
    RtConversation *conversation, const RtConversationEnd *end, gpointer data)
{
  g_async_queue_push (((Fixture *) data)->told, (gpointer) "ended");
}

static const RtConversationCallbacks callbacks = {
  .progress = progress_cb,
  .note = note_cb,
  .received = received_cb,
  .playout = playout_cb,
  .silence = silence_cb,
  .silenced = silenced_cb,
  .input_runs = input_runs_cb,
  .settled = settled_cb,
  .ended = ended_cb,
};

static void
expect (Fixture *f, const gchar *what)
{
  const gchar *told
      = g_async_queue_timeout_pop (f->told, DEADLINE * G_TIME_SPAN_MILLISECOND);

  g_assert_cmpstr (told, ==, what);
}

static void
expect_nothing_for (Fixture *f, guint ms)
{
  g_assert_null (
      g_async_queue_timeout_pop (f->told, ms * G_TIME_SPAN_MILLISECOND));
}

static RtConversation *
open_conversation (Fixture *f)
{
  const RtDialect *dialect = &rt_dialect_v1;
  g_autoptr (GError) error = NULL;
  RtConversationParams params = {
    .dialect = dialect,
    .config = rt_session_config_new (),
    .connect = rt_connect_params_new (),
    .uplink = f->uplink,
    .playout = f->playout,
    .stats = f->stats,
    .chunk_duration = 20,
    .barge_in = TRUE,
  };
  RtConversation *conversation;

  params.connect->url = rt_url_build (rt_fake_server_get_uri (f->server),
      dialect->default_path, TRUE, NULL, NULL, &error);
  g_assert_no_error (error);
  conversation = rt_conversation_new (f->loop, &params, &callbacks, f, NULL);
  rt_conversation_begin (conversation);
  return conversation;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  f->loop = rt_loop_acquire (&error);
  g_assert_no_error (error);
  f->uplink = rt_uplink_new ();
  f->playout = rt_playout_new (NULL);
  f->stats = rt_stats_new ();
  f->drained = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  f->told = g_async_queue_new ();
  f->conversation = open_conversation (f);
  f->conn = rt_fake_server_expect_connection (f->server, DEADLINE);
  rt_fake_conn_expect_event (f->conn, "session.update", DEADLINE);
  rt_fake_conn_send_text (
      f->conn, "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\"}}");
  expect (f, "ready");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  rt_conversation_close (f->conversation, RT_CLOSED_REQUESTED);
  expect (f, "ended");
  rt_conversation_unref (f->conversation);
  rt_fake_server_free (f->server);
  rt_loop_release (f->loop);
  rt_uplink_unref (f->uplink);
  rt_playout_unref (f->playout);
  rt_stats_unref (f->stats);
  g_array_unref (f->drained);
  g_async_queue_unref (f->told);
}

/* 100 ms */
static gint64
speak (Fixture *f, guint rate)
{
  g_autofree guint8 *silence = g_malloc0 (rate / 5);
  g_autofree gchar *text = g_base64_encode (silence, rate / 5);
  gint64 now = g_get_monotonic_time ();

  rt_fake_conn_send_printf (f->conn,
      "{\"type\":\"conversation.output_audio.delta\",\"delta\":\"%s\","
      "\"sample_rate\":%u,\"channels\":1}",
      text, rate);
  return now;
}

/* Plays all there is; returns how many tracks were heard to their end. */
static guint
play (Fixture *f)
{
  g_autoptr (GArray) playing
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  g_autofree guint8 *out = g_malloc (48000);
  RtPlayoutRead read;

  while (rt_playout_read (f->playout, out, 48000, 0, &read))
    ;
  g_array_set_size (f->drained, 0);
  rt_playout_report (f->playout, G_MAXUINT64, playing, f->drained);
  rt_conversation_report (f->conversation, playing, f->drained, 0);
  return f->drained->len;
}

static void
assert_elapsed (gint64 since, guint ms)
{
  g_assert_cmpint ((g_get_monotonic_time () - since) / 1000, >=, ms);
}

/* Silence alone is no pause while there is something to hand out. */
static void
pause_waits_for_playback (Fixture *f, gconstpointer data)
{
  speak (f, 16000);
  expect (f, "playout");
  speak (f, 24000);
  expect (f, "playout"); /* the end of the first track */
  expect (f, "playout");
  expect_nothing_for (f, PAUSE + 300);
  g_assert_cmpuint (play (f), ==, 1);
  expect (f, "playing");
  expect (f, "playout");
  g_assert_cmpuint (play (f), ==, 1);
  expect (f, "drained");
}

/* What comes before the pause is over moves its end. */
static void
pause_counts_from_last (Fixture *f, gconstpointer data)
{
  gint64 spoke;

  speak (f, 24000);
  expect (f, "playout");
  play (f);
  expect (f, "playing");
  expect_nothing_for (f, PAUSE / 2);
  spoke = speak (f, 24000);
  expect (f, "playout");
  g_assert_cmpuint (play (f), ==, 0);
  expect (f, "playout");
  assert_elapsed (spoke, PAUSE);
  g_assert_cmpuint (play (f), ==, 1);
  expect (f, "drained");
}

/* The end of the input waits for a reply: until it comes, however long the
 * model thinks, and as long as it comes. */
static void
settled_counts_from_last (Fixture *f, gconstpointer data)
{
  gint64 spoke;

  rt_conversation_end_input (f->conversation, DEADLINE);
  expect_nothing_for (f, SETTLE + 500);
  spoke = speak (f, 24000);
  expect (f, "playout");
  play (f);
  expect (f, "playing");
  expect (f, "playout");
  play (f);
  expect (f, "drained");
  expect (f, "settled");
  assert_elapsed (spoke, SETTLE);
}

/* But not for ever. */
static void
settled_without_reply (Fixture *f, gconstpointer data)
{
  gint64 ended = g_get_monotonic_time ();

  rt_conversation_end_input (f->conversation, PAUSE / 2);
  expect (f, "settled");
  assert_elapsed (ended, PAUSE / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add (          \
      "/conversation/pauses/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("waits-for-playback", pause_waits_for_playback);
  ADD ("counts-from-last", pause_counts_from_last);
  ADD ("settled", settled_counts_from_last);
  ADD ("settled-without-reply", settled_without_reply);
  return g_test_run ();
}
