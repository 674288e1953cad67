/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The faulty half of the soak: a process of its own that serves, talks, and
 * breaks connections at random instants.
 */
#include "soakserver.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "rtfakeserver.h"
#include "rtspeech.h"

#define TICK_MS 5
#define STALL_MS 2000

typedef struct {
  RtFakeServer *server;
  GPtrArray *conns; /* of RtFakeConn, up or ended and not yet forgotten */
  GPtrArray *stalled;
  gint64 stalled_until;
  GRand *rand;
  GBytes *voice;
  guint replies;
  guint faults;
  guint64 heard; /* bytes of audio that came on connections that are gone */
} Server;

static void
send_noise (Server *self, RtFakeConn *conn)
{
  static const gchar *const texts[] = { "", "{", "[]", "{\"type\":7}",
    "{\"type\":\"response.done\"}", "{\"type\":\"nothing.known\"}",
    "{\"type\":\"response.output_audio.delta\",\"delta\":\"!\"}",
    "{\"type\":\"error\",\"error\":{\"code\":\"server_error\","
    "\"message\":\"Oops.\"}}" };

  rt_fake_conn_send_text (
      conn, texts[g_rand_int_range (self->rand, 0, G_N_ELEMENTS (texts))]);
}

static void
stall (Server *self, RtFakeConn *conn)
{
  if (self->stalled->len > 0)
    return;
  rt_fake_conn_set_reading (conn, FALSE);
  g_ptr_array_add (self->stalled, conn);
  self->stalled_until = g_get_monotonic_time () + STALL_MS * 1000;
}

static void
end_stall (Server *self)
{
  if (self->stalled->len == 0 || g_get_monotonic_time () < self->stalled_until)
    return;
  rt_fake_conn_set_reading (g_ptr_array_index (self->stalled, 0), TRUE);
  g_ptr_array_set_size (self->stalled, 0);
}

static void
break_one (Server *self, RtFakeConn *conn)
{
  static const guint codes[] = { 0, 1000, 1001, 1011, 1012, 1013 };

  self->faults++;
  switch (g_rand_int_range (self->rand, 0, 7)) {
    case 0:
      rt_fake_conn_fin (conn);
      break;
    case 1:
      rt_fake_conn_rst (conn);
      break;
    case 2:
    case 3:
      rt_fake_conn_close (conn,
          codes[g_rand_int_range (self->rand, 0, G_N_ELEMENTS (codes))],
          "a fault");
      break;
    case 4:
      stall (self, conn);
      break;
    case 5:
      rt_fake_conn_send_frame (conn, 1, TRUE, 4, FALSE, "x", 1);
      break;
    default:
      send_noise (self, conn);
      break;
  }
}

static void
talk (Server *self, RtFakeConn *conn)
{
  guint n = ++self->replies;
  g_autofree gchar *response = g_strdup_printf ("resp_%u", n);
  g_autofree gchar *item = g_strdup_printf ("item_%u", n);
  g_autofree gchar *user = g_strdup_printf ("user_%u", n);
  gsize size = g_bytes_get_size (self->voice);

  size -= g_rand_int_range (self->rand, 0, size / 2) & ~1;
  rt_fake_conn_send_speech_started (conn, user, 0);
  rt_fake_conn_send_user_turn (conn, user, 100, "Hello?");
  if (n % 8 == 0)
    rt_fake_conn_send_call (
        conn, response, item, item, "background_agent", "{\"prompt\":\"x\"}");
  else
    rt_fake_conn_send_reply (conn, response, item, "Hello.",
        g_bytes_get_data (self->voice, NULL), size, 9600);
}

static void
collect (Server *self)
{
  RtFakeConn *conn;
  guint i;

  while ((conn = rt_fake_server_wait_connection (self->server, 0)) != NULL)
    g_ptr_array_add (self->conns, conn);
  for (i = self->conns->len; i > 0; i--) {
    conn = g_ptr_array_index (self->conns, i - 1);
    if (!rt_fake_conn_is_ended (conn))
      continue;
    self->heard += rt_fake_conn_get_audio_size (conn);
    g_ptr_array_remove_fast (self->stalled, conn);
    g_ptr_array_remove_index_fast (self->conns, i - 1);
  }
  rt_fake_server_forget_ended (self->server);
}

static RtFakeConn *
any_conn (Server *self)
{
  return g_ptr_array_index (
      self->conns, g_rand_int_range (self->rand, 0, self->conns->len));
}

/* TRUE with a chance of TICK_MS in `every_ms`. */
static gboolean
is_time (Server *self, guint every_ms)
{
  return every_ms > 0 && self->conns->len > 0
         && g_rand_double (self->rand) * every_ms < TICK_MS;
}

int
soak_server_run (const SoakServerOptions *options)
{
  struct pollfd input = { .fd = 0, .events = POLLIN };
  Server self = {
    .server
    = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT | RT_FAKE_SERVER_FORGETFUL),
    .conns = g_ptr_array_new (),
    .stalled = g_ptr_array_new (),
    .rand = g_rand_new_with_seed (options->seed),
    .voice = rt_pcm_noise (24000, 1),
  };
  guint i;

  rt_fake_server_set_auto (self.server, TRUE);
  printf ("uri=%s\n", rt_fake_server_get_uri (self.server));
  fflush (stdout);
  while (poll (&input, 1, TICK_MS) == 0) {
    collect (&self);
    end_stall (&self);
    if (is_time (&self, options->talk_ms))
      talk (&self, any_conn (&self));
    if (is_time (&self, options->fault_ms))
      break_one (&self, any_conn (&self));
  }
  for (i = 0; i < self.conns->len; i++)
    self.heard
        += rt_fake_conn_get_audio_size (g_ptr_array_index (self.conns, i));
  printf ("faults=%u replies=%u heard=%" G_GUINT64_FORMAT "\n", self.faults,
      self.replies, self.heard);
  rt_fake_server_free (self.server);
  g_ptr_array_unref (self.conns);
  g_ptr_array_unref (self.stalled);
  g_rand_free (self.rand);
  g_bytes_unref (self.voice);
  return 0;
}
