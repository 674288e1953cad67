/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Servers that owe a response and fall silent, machines that sleep, and waits
 * that end before their time.
 */
#include "rtconversation.h"
#include "rtfakeserver.h"
#include "rtwait.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE 10000 /* ms */
#define STALL 400      /* ms */
#define SLEEP 60       /* s */

/* The machine of this test sleeps when it is told to. */
static gint slept; /* atomic, s */

int clock_gettime (clockid_t clock, struct timespec *now);

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  int result = syscall (SYS_clock_gettime, clock, now);

  if (clock == CLOCK_BOOTTIME)
    now->tv_sec += g_atomic_int_get (&slept);
  return result;
}

typedef struct {
  RtFakeServer *server;
  RtFakeConn *conn;
  RtLoop *loop;
  RtUplink *uplink;
  RtPlayout *playout;
  RtStats *stats;
  RtConversation *conversation;
  GAsyncQueue *told; /* of gchar * */
} Fixture;

static void
tell (Fixture *f, const gchar *what, const gchar *more)
{
  g_async_queue_push (
      f->told, g_strconcat (what, more != NULL ? ": " : NULL, more, NULL));
}

static void
progress_cb (RtConversation *conversation, const gchar *stage, gpointer data)
{
  if (g_str_equal (stage, "ready"))
    tell (data, "ready", NULL);
}

static void
note_cb (RtConversation *conversation, const RtNote *note, gpointer data)
{
  if (note->type == RT_NOTE_RECONNECTING)
    tell (data, "reconnecting", note->text);
  else if (note->type == RT_NOTE_ERROR)
    tell (data, note->code, note->text);
}

static RtConnectParams *
make_params (Fixture *f)
{
  RtConnectParams *params = rt_connect_params_new ();

  params->url = rt_url_build (rt_fake_server_get_uri (f->server),
      rt_dialect_v2.default_path, TRUE, NULL, NULL, NULL);
  g_assert_nonnull (params->url);
  return params;
}

static void
wants_connect_cb (RtConversation *conversation, gpointer data)
{
  rt_conversation_connect (conversation, make_params (data), NULL);
}

static void
received_cb (RtConversation *conversation, const gchar *type, GBytes *text,
    gpointer data)
{
}

static void
ignore_cb (RtConversation *conversation, gpointer data)
{
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
  return FALSE;
}

static void
silenced_cb (RtConversation *conversation, gboolean dropped, gpointer data)
{
}

static void
ended_cb (
    RtConversation *conversation, const RtConversationEnd *end, gpointer data)
{
  tell (data, "ended", NULL);
}

static const RtConversationCallbacks callbacks = {
  .progress = progress_cb,
  .note = note_cb,
  .wants_connect = wants_connect_cb,
  .received = received_cb,
  .playout = ignore_cb,
  .input_runs = input_runs_cb,
  .silence = silence_cb,
  .silenced = silenced_cb,
  .settled = ignore_cb,
  .ended = ended_cb,
};

static void
expect (Fixture *f, const gchar *what)
{
  g_autofree gchar *told
      = g_async_queue_timeout_pop (f->told, DEADLINE * G_TIME_SPAN_MILLISECOND);

  g_assert_cmpstr (told, ==, what);
}

static void
expect_nothing_for (Fixture *f, guint ms)
{
  g_assert_null (
      g_async_queue_timeout_pop (f->told, ms * G_TIME_SPAN_MILLISECOND));
}

static void
set_up (Fixture *f, gconstpointer reconnect)
{
  RtConversationParams params = {
    .dialect = &rt_dialect_v2,
    .config = rt_session_config_new (),
    .chunk_duration = 20,
    .policy = {
      .reconnect = GPOINTER_TO_INT (reconnect),
      .backoff = { 10, 10, -1 },
      .uplink_buffer = 1000,
      .stall_timeout = STALL,
    },
  };
  g_autoptr (GError) error = NULL;

  f->server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  rt_fake_server_set_auto (f->server, TRUE);
  f->loop = rt_loop_acquire (&error);
  g_assert_no_error (error);
  params.uplink = f->uplink = rt_uplink_new ();
  params.playout = f->playout = rt_playout_new (NULL);
  params.stats = f->stats = rt_stats_new ();
  params.connect = make_params (f);
  f->told = g_async_queue_new_full (g_free);
  f->conversation = rt_conversation_new (f->loop, &params, &callbacks, f, NULL);
  rt_conversation_begin (f->conversation);
  f->conn = rt_fake_server_expect_connection (f->server, DEADLINE);
  expect (f, "ready");
}

static void
tear_down (Fixture *f, gconstpointer reconnect)
{
  rt_conversation_close (f->conversation, RT_CLOSED_REQUESTED);
  expect (f, "ended");
  rt_conversation_unref (f->conversation);
  rt_fake_server_free (f->server);
  rt_loop_release (f->loop);
  rt_uplink_unref (f->uplink);
  rt_playout_unref (f->playout);
  rt_stats_unref (f->stats);
  g_async_queue_unref (f->told);
}

static void
begin_reply (Fixture *f, const gchar *id)
{
  rt_fake_conn_send_printf (f->conn,
      "{\"type\":\"response.created\",\"response\":{\"id\":\"%s\"}}", id);
}

static void
expect_another (Fixture *f, const gchar *why)
{
  g_autofree gchar *note = g_strconcat ("reconnecting: ", why, NULL);

  expect (f, note);
  f->conn = rt_fake_server_expect_connection (f->server, DEADLINE);
  expect (f, "ready");
}

/* Who waits for an answer gets one of another session. */
static void
stalled (Fixture *f, gconstpointer reconnect)
{
  gint64 began;

  expect_nothing_for (f, 2 * STALL);
  began = g_get_monotonic_time ();
  begin_reply (f, "r1");
  expect_another (f, "the response does not go on");
  g_assert_cmpint ((g_get_monotonic_time () - began) / 1000, >=, STALL);
  rt_fake_conn_expect_event (f->conn, "response.create", DEADLINE);
  /* not even begun: the same */
  expect_another (f, "the response does not go on");
  rt_fake_conn_expect_event (f->conn, "response.create", DEADLINE);
  begin_reply (f, "r2");
  rt_fake_conn_send_text (
      f->conn, "{\"type\":\"response.done\",\"response\":{\"id\":\"r2\"}}");
  expect_nothing_for (f, 2 * STALL);
}

/* Slow is not stalled. */
static void
slow (Fixture *f, gconstpointer reconnect)
{
  guint i;

  begin_reply (f, "r1");
  for (i = 0; i < 6; i++) {
    expect_nothing_for (f, STALL / 2);
    rt_fake_conn_send_text (f->conn, "{\"type\":\"still.thinking\"}");
  }
  rt_fake_conn_send_text (
      f->conn, "{\"type\":\"response.done\",\"response\":{\"id\":\"r1\"}}");
  expect_nothing_for (f, 2 * STALL);
}

/* There is something left to hear: who hears it does not wait. */
static void
heard (Fixture *f, gconstpointer reconnect)
{
  static const gint16 pcm[2400];
  guint8 out[sizeof (pcm)];
  RtPlayoutRead read;

  begin_reply (f, "r1");
  rt_fake_conn_send_audio_delta (f->conn, "r1", "i1", 0, pcm, sizeof (pcm));
  expect_nothing_for (f, 3 * STALL);
  g_assert_true (rt_playout_read (f->playout, out, sizeof (out), 0, &read));
  expect_another (f, "the response does not go on");
  rt_fake_conn_expect_event (f->conn, "response.create", DEADLINE);
}

/* Without another session to go to it is only said. */
static void
stalled_only (Fixture *f, gconstpointer reconnect)
{
  begin_reply (f, "r1");
  expect (f, "response_stalled: the response does not go on");
  expect_nothing_for (f, 2 * STALL);
  g_assert_false (rt_fake_conn_is_ended (f->conn));
}

static void
say (Fixture *f)
{
  static const guint8 pcm[960];
  gsize dropped = 0, level;

  rt_uplink_push (
      f->uplink, pcm, sizeof (pcm), RT_NS_UNKNOWN, FALSE, &dropped, &level);
  rt_conversation_kick (f->conversation);
}

/* Whatever the connection may still look like. */
static void
asleep (Fixture *f, gconstpointer reconnect)
{
  RtFakeConn *old = f->conn;

  say (f);
  g_assert_true (rt_fake_conn_wait_audio (f->conn, 960, DEADLINE));
  g_atomic_int_add (&slept, 5);
  say (f);
  g_assert_true (rt_fake_conn_wait_audio (f->conn, 2 * 960, DEADLINE));
  expect_nothing_for (f, 100);
  g_atomic_int_add (&slept, SLEEP);
  say (f);
  expect_another (f, "the machine was asleep");
  g_assert_true (rt_fake_conn_wait_closed (old, DEADLINE));
  /* once */
  say (f);
  expect_nothing_for (f, 100);
}

typedef struct {
  RtLoop *loop;
  RtWait *wait;
  const gchar *host;
  guint ms;
  GAsyncQueue *told;
} Waiting;

static void
over_cb (gpointer data)
{
  Waiting *waiting = data;

  g_assert_true (rt_loop_is_own_thread (waiting->loop));
  g_async_queue_push (waiting->told, waiting);
}

static gboolean
wait_cb (gpointer data)
{
  Waiting *waiting = data;

  waiting->wait = rt_wait_new (
      waiting->loop, waiting->ms, waiting->host, over_cb, waiting);
  g_async_queue_push (waiting->told, waiting);
  return G_SOURCE_REMOVE;
}

static gboolean
leave_cb (gpointer data)
{
  Waiting *waiting = data;

  rt_wait_free (waiting->wait);
  g_async_queue_push (waiting->told, waiting);
  return G_SOURCE_REMOVE;
}

static void
run (Waiting *waiting, GSourceFunc func)
{
  g_main_context_invoke (rt_loop_context (waiting->loop), func, waiting);
  g_assert_true (g_async_queue_timeout_pop (
                     waiting->told, DEADLINE * G_TIME_SPAN_MILLISECOND)
                 == waiting);
}

static gboolean
is_over_within (Waiting *waiting, guint ms)
{
  return g_async_queue_timeout_pop (waiting->told, ms * G_TIME_SPAN_MILLISECOND)
         == waiting;
}

static void
waits (void)
{
  RtLoop *loop = rt_loop_acquire (NULL);
  Waiting hopes = { loop, NULL, "a:1", 60000, g_async_queue_new () };
  Waiting other = { loop, NULL, "b:1", 60000, g_async_queue_new () };
  Waiting patient = { loop, NULL, NULL, 60000, g_async_queue_new () };
  Waiting leaves = { loop, NULL, "a:1", 60000, g_async_queue_new () };
  Waiting brief = { loop, NULL, "b:1", 50, g_async_queue_new () };
  Waiting *all[] = { &hopes, &other, &patient, &leaves, &brief };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (all); i++)
    run (all[i], wait_cb);
  g_assert_true (is_over_within (&brief, DEADLINE));
  run (&leaves, leave_cb);
  rt_wait_host_answers ("a:1");
  g_assert_true (is_over_within (&hopes, DEADLINE));
  rt_wait_host_answers ("a:1");
  g_assert_false (is_over_within (&hopes, 100));
  g_assert_false (is_over_within (&leaves, 0));
  g_assert_false (is_over_within (&other, 0));
  g_assert_false (is_over_within (&patient, 0));
  for (i = 0; i < G_N_ELEMENTS (all); i++) {
    if (all[i] != &leaves)
      run (all[i], leave_cb);
    g_async_queue_unref (all[i]->told);
  }
  rt_loop_release (loop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, reconnect, func)                     \
  g_test_add ("/conversation/liveness/" name, Fixture, \
      GINT_TO_POINTER (reconnect), set_up, func, tear_down)
  ADD ("stalled", TRUE, stalled);
  ADD ("slow", TRUE, slow);
  ADD ("heard", TRUE, heard);
  ADD ("stalled-only", FALSE, stalled_only);
  ADD ("asleep", TRUE, asleep);
  g_test_add_func ("/conversation/liveness/waits", waits);
  return g_test_run ();
}
