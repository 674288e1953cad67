/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session that gives way to the next one before its end, between two turns.
 */
#include "rtoutage.h"
#include "rtspeech.h"

#include <string.h>

#define BY_AGE "max-session-duration=2 reconnect-delay=100 "

typedef struct {
  RtFakeServer *server;
  RtPipeline *p;
  gint left_ready; /* atomic: how often it was anything but ready */
} Fixture;

static void
state_cb (GstElement *rt, GParamSpec *pspec, gpointer data)
{
  Fixture *f = data;
  gint state;

  g_object_get (rt, "connection-state", &state, NULL);
  if (state != RT_STATE_READY)
    g_atomic_int_inc (&f->left_ready);
}

static void
set_up (Fixture *f, gconstpointer props)
{
  f->server = rt_fake_server_new (0);
  f->p = rt_outage_open (f->server, props, RT_OUT_SYNC);
  rt_outage_wait_state (f->p, RT_STATE_READY);
  g_signal_connect (
      f->p->rt, "notify::connection-state", G_CALLBACK (state_cb), f);
}

static void
tear_down (Fixture *f, gconstpointer props)
{
  g_signal_handlers_disconnect_by_data (f->p->rt, f);
  rt_pipeline_free (f->p);
  rt_fake_server_free (f->server);
}

/* Nobody was told of an end, since there was none. */
static void
assert_seamless (Fixture *f)
{
  rt_outage_assert_unseen (f->p);
  g_assert_cmpint (g_atomic_int_get (&f->left_ready), ==, 0);
  g_assert_cmpuint (rt_pipeline_count (f->p, "realtime-reconnecting"), ==, 0);
  g_assert_null (rt_pipeline_wait_type (f->p, GST_MESSAGE_WARNING, 0));
}

/* The next session is there, and does not serve yet. */
static RtFakeConn *
expect_successor (Fixture *f)
{
  RtFakeConn *conn = rt_fake_server_expect_connection (f->server, RT_WAIT_MS);

  rt_fake_conn_expect_event (conn, "session.update", RT_WAIT_MS);
  return conn;
}

static void
expect_switch (Fixture *f, RtFakeConn *next, const gchar *id)
{
  RtFakeConn *old = f->p->conn;

  rt_assert_flag (
      rt_pipeline_expect (f->p, "realtime-started"), "resumed", TRUE);
  rt_pipeline_expect_with (f->p, "realtime-session", "session-id", id);
  rt_pipeline_expect_with (f->p, "realtime-session", "session-id", id);
  g_assert_true (rt_fake_conn_wait_closed (old, RT_WAIT_MS));
  g_assert_cmpuint (rt_fake_conn_get_close_code (old), ==, 1000);
  f->p->conn = next;
}

static void
talk (Fixture *f, const gchar *id)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE / 5, 0);
  g_autofree gchar *user = g_strconcat ("user_", id, NULL);
  g_autofree gchar *item = g_strconcat ("item_", id, NULL);

  rt_fake_conn_send_user_turn (f->p->conn, user, 0, "Question.");
  rt_fake_conn_send_reply (f->p->conn, id, item, "Answer.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (100));
  rt_pipeline_expect_with (f->p, "realtime-speech", "reason", "drained");
}

static void
by_age (Fixture *f, gconstpointer props)
{
  RtFakeConn *next;
  guint i;

  for (i = 0; i < 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("sess_fake_%u", i + 2);
    g_autofree gchar *order = NULL;

    talk (f, "r");
    next = expect_successor (f);
    g_assert_false (rt_fake_conn_is_ended (f->p->conn));
    expect_switch (f, next, id);
    rt_fake_conn_expect_event (next, "conversation.item.create", RT_WAIT_MS);
    rt_fake_conn_expect_event (next, "conversation.item.create", RT_WAIT_MS);
  }
  assert_seamless (f);
  /* nothing was lost, so nothing was regained */
  g_assert_cmpuint (rt_pipeline_count (f->p, "realtime-started"), ==, 3);
}

/* Of a session that runs. */
static void
by_age_of_late (Fixture *f, gconstpointer props)
{
  RtFakeConn *next;

  g_assert_null (rt_fake_server_wait_connection (f->server, 300));
  g_object_set (f->p->rt, "max-session-duration", 1, NULL);
  next = expect_successor (f);
  expect_switch (f, next, "sess_fake_2");
  g_object_set (f->p->rt, "max-session-duration", 0, NULL);
  g_assert_null (rt_fake_server_wait_connection (f->server, 1500));
  assert_seamless (f);
}

/* Not in the middle of a word, nor while somebody listens. */
static void
between_turns (Fixture *f, gconstpointer props)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp (2 * RT_RATE, 0);
  RtFakeConn *next;

  rt_fake_conn_send_speech_started (f->p->conn, "user_1", 0);
  rt_pipeline_expect_with (f->p, "realtime-speech", "reason", "detected");
  next = expect_successor (f);
  g_assert_null (rt_pipeline_wait (f->p, "realtime-started", 1500));
  rt_fake_conn_send_user_turn (f->p->conn, "user_1", 0, "Question.");
  rt_fake_conn_send_reply (f->p->conn, "r", "item", "Answer.",
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), RT_PCM_MS (100));
  rt_pipeline_expect_with (f->p, "realtime-speech", "reason", "playing");
  g_assert_cmpuint (rt_pipeline_count (f->p, "realtime-started"), ==, 1);
  rt_pipeline_expect_with (f->p, "realtime-speech", "reason", "drained");
  expect_switch (f, next, "sess_fake_2");
  assert_seamless (f);
}

/* The user says something all the time that no server finds worth a turn. */
static void
no_word_lost (Fixture *f, gconstpointer props)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp (65520, 0);
  const guint8 *data = g_bytes_get_data (pcm, NULL);
  gsize step = RT_PCM_MS (20), sent = 0, size = 65520 * 2;
  g_autoptr (GByteArray) first = NULL, second = NULL;
  RtFakeConn *old = f->p->conn, *next;
  guint16 begin;

  rt_fake_conn_send_text (old,
      "{\"type\":\"session.updated\",\"session\":{\"id\":\"sess_fake_1\"}}");
  while (rt_pipeline_wait (f->p, "realtime-started", 20) == NULL) {
    if (sent + step <= size)
      rt_pipeline_push (f->p, data + sent, step);
    sent += sent + step <= size ? step : 0;
  }
  next = rt_fake_server_expect_connection (f->server, RT_WAIT_MS);
  rt_pipeline_push (f->p, data + sent, step);
  sent += step;
  g_assert_true (rt_fake_conn_wait_closed (old, RT_WAIT_MS));
  first = rt_fake_conn_get_audio (old);
  /* what the old one heard last, and then the rest */
  g_assert_true (rt_fake_conn_wait_audio (next, step, RT_WAIT_MS));
  second = rt_fake_conn_get_audio (next);
  begin = second->data[0] | second->data[1] << 8;
  g_assert_cmpuint (begin * 2, <=, first->len);
  g_assert_true (rt_fake_conn_wait_audio (next, sent - begin * 2, RT_WAIT_MS));
  g_byte_array_unref (second);
  second = rt_fake_conn_get_audio (next);
  g_assert_cmpint (
      rt_pcm_check_ramp (second->data, second->len, begin), ==, -1);
  g_assert_cmpuint (second->len, ==, sent - begin * 2);
  assert_seamless (f);
}

/* Its server gave up the old one when the new one was ready but waited. */
static void
lost_before (Fixture *f, gconstpointer props)
{
  g_autoptr (GBytes) pcm = rt_pcm_ramp (RT_RATE / 2, 0);
  RtFakeConn *next;

  rt_pipeline_push (f->p, g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
  g_assert_true (
      rt_fake_conn_wait_audio (f->p->conn, RT_PCM_MS (500), RT_WAIT_MS));
  rt_fake_conn_send_speech_started (f->p->conn, "user_1", 0);
  rt_pipeline_expect_with (f->p, "realtime-speech", "reason", "detected");
  next = expect_successor (f);
  g_assert_null (rt_pipeline_wait (f->p, "realtime-started", 300));
  rt_fake_conn_rst (f->p->conn);
  rt_assert_flag (
      rt_pipeline_expect (f->p, "realtime-started"), "resumed", TRUE);
  g_assert_true (rt_fake_conn_wait_audio (next, RT_PCM_MS (500), RT_WAIT_MS));
  f->p->conn = next;
  talk (f, "r");
  assert_seamless (f);
}

/* The old one serves as long as it may. */
static void
refused (Fixture *f, gconstpointer props)
{
  rt_fake_server_set_http (f->server, 503, NULL, "Busy.");
  rt_pipeline_expect_with (f->p, "realtime-error", "code", "renewal_failed");
  talk (f, "r1");
  rt_pipeline_expect_with (f->p, "realtime-error", "code", "renewal_failed");
  rt_fake_server_set_handshake (f->server, RT_FAKE_HANDSHAKE_OK);
  rt_assert_flag (
      rt_pipeline_expect (f->p, "realtime-started"), "resumed", TRUE);
  rt_outage_assert_unseen (f->p);
  g_assert_cmpint (g_atomic_int_get (&f->left_ready), ==, 0);
}

/* The next one is told what changed while it waited. */
static void
changed (Fixture *f, gconstpointer props)
{
  RtFakeConn *next;

  rt_fake_conn_send_speech_started (f->p->conn, "user_1", 0);
  rt_pipeline_expect_with (f->p, "realtime-speech", "reason", "detected");
  next = expect_successor (f);
  g_object_set (f->p->rt, "prompt", "Anew.", NULL);
  rt_fake_conn_expect_event (f->p->conn, "session.update", RT_WAIT_MS);
  rt_fake_conn_expect_event (f->p->conn, "session.update", RT_WAIT_MS);
  rt_fake_conn_send_user_turn (f->p->conn, "user_1", 0, "Question.");
  rt_fake_conn_send_reply (
      f->p->conn, "r", "item", "Answer.", "", 0, RT_PCM_MS (100));
  rt_assert_flag (
      rt_pipeline_expect (f->p, "realtime-started"), "resumed", TRUE);
  rt_fake_conn_expect_event (next, "session.update", RT_WAIT_MS);
  g_assert_nonnull (strstr (rt_fake_conn_get_event_text (next, 1), "Anew."));
}

/* The next one was greeted and came to nothing: who follows is greeted, too. */
static void
in_vain (Fixture *f, gconstpointer props)
{
  g_autofree gchar *order = NULL;

  rt_fake_conn_send_speech_started (f->p->conn, "user_1", 0);
  rt_pipeline_expect_with (f->p, "realtime-speech", "reason", "detected");
  rt_fake_conn_rst (expect_successor (f));
  rt_pipeline_expect_with (f->p, "realtime-error", "code", "renewal_failed");
  rt_fake_conn_rst (f->p->conn);
  rt_outage_expect_again (f->p, f->server);
  order = rt_fake_conn_dup_order (f->p->conn);
  g_assert_cmpstr (order, ==, "session.update");
}

static void
say_expiry (RtFakeConn *conn, gint64 seconds)
{
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"session.updated\",\"session\":{\"type\":\"realtime\","
      "\"id\":\"sess_fake_1\",\"expires_at\":%" G_GINT64_FORMAT "}}",
      g_get_real_time () / G_USEC_PER_SEC + seconds);
}

static void
before_expiry (Fixture *f, gconstpointer props)
{
  RtFakeConn *next;

  say_expiry (f->p->conn, 122);
  rt_pipeline_expect (f->p, "realtime-session");
  g_assert_null (rt_fake_server_wait_connection (f->server, 300));
  next = expect_successor (f);
  expect_switch (f, next, "sess_fake_2");
  assert_seamless (f);
}

/* A clock that is wrong by hours, a session of ten seconds: no reason to do
 * nothing but renew. */
static void
no_expiry (Fixture *f, gconstpointer props)
{
  static const gint64 seconds[] = { -7200, 0, 9, G_MAXINT32 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (seconds); i++) {
    say_expiry (f->p->conn, seconds[i]);
    rt_pipeline_expect (f->p, "realtime-session");
  }
  g_assert_null (rt_fake_server_wait_connection (f->server, 1000));
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
#define ADD(name, props, func) \
  g_test_add ("/renewal/" name, Fixture, props, set_up, func, tear_down)
  ADD ("by-age", BY_AGE, by_age);
  ADD ("by-age-of-late", NULL, by_age_of_late);
  ADD ("between-turns", BY_AGE, between_turns);
  ADD ("no-word-lost", BY_AGE, no_word_lost);
  ADD ("lost-before", BY_AGE, lost_before);
  ADD ("refused", BY_AGE, refused);
  ADD ("changed", BY_AGE, changed);
  ADD ("in-vain", BY_AGE, in_vain);
  ADD ("before-expiry", NULL, before_expiry);
  ADD ("no-expiry", NULL, no_expiry);
  ADD ("no-expiry-without", "reconnect=false", no_expiry);
  return g_test_run ();
}
