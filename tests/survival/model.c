/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The thread of the server, its connections one after the other, and what is
 * known at the end.
 */
#include "model-private.h"

#include <string.h>

#define POLL_TIME 20   /* ms */
#define MAX_EVENTS 14  /* that still go out before a connection breaks */
#define MAX_LATER 2500 /* ms of tape that are still heard */

/* One in each part of the tape, so that each is another connection's. */
static void
choose_losses (Model *self, guint losses)
{
  guint part = tape_get_length (self->tape) / MAX (losses, 1);
  guint i;

  g_assert_cmpuint (part, >, 2 * MAX_LATER);
  self->losses = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (i = 0; i < losses; i++) {
    guint32 at
        = i * part + g_rand_int_range (self->chance, 0, part - MAX_LATER);

    g_array_append_val (self->losses, at);
  }
}

void
model_complain (Model *self, const gchar *format, ...)
{
  va_list args;

  if (self->complaint != NULL)
    return;
  va_start (args, format);
  self->complaint = g_strdup_vprintf (format, args);
  va_end (args);
}

/* The network between us, of the kind that chance chooses. */
void
line_break (Line *line)
{
  line->broken = TRUE;
  line->model->broke++;
  switch (g_rand_int_range (line->model->chance, 0, 6)) {
    case 0:
      rt_fake_conn_fin (line->conn);
      break;
    case 1:
      rt_fake_conn_close (line->conn, 1001, "maximum duration");
      break;
    case 2:
      rt_fake_conn_close (line->conn, 1011, "internal");
      break;
    case 3:
      rt_fake_conn_send_error (line->conn, "invalid_request_error",
          "session_expired", "An hour.", NULL);
      break;
    default:
      rt_fake_conn_rst (line->conn);
  }
}

static void
come_to (Line *line, guint32 ms)
{
  Model *self = line->model;

  if (self->next_loss < self->losses->len
      && ms >= g_array_index (self->losses, guint32, self->next_loss)) {
    self->next_loss++;
    line->breaks = TRUE;
    line->events_left = g_rand_int_range (self->chance, 0, MAX_EVENTS);
    line->ms_left = g_rand_int_range (self->chance, 0, MAX_LATER);
  }
  if (line->breaks && line->ms_left-- == 0)
    line_break (line);
}

static void
note_heard (Model *self, guint32 ms)
{
  self->heard[ms] = 1;
  g_mutex_lock (&self->lock);
  self->latest = MAX (self->latest, ms + 1);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* A chunk need not begin with a whole ms, but what follows a break in the tape
 * does. */
static void
hear (Line *line)
{
  g_autoptr (GByteArray) audio = rt_fake_conn_get_audio (line->conn);

  while (!line->broken && line->taken + TAPE_BYTES <= audio->len) {
    TapeFrame frame;

    if (audio->data[line->taken] == 0xff) {
      /* silence that was made up behind the end */
      memset (&frame, 0, sizeof (frame));
    } else if (!tape_read (audio->data + line->taken, &frame)
               || frame.ms >= tape_get_length (line->model->tape)) {
      model_complain (line->model, "what was heard is not of the tape");
      line_break (line);
      return;
    } else {
      note_heard (line->model, frame.ms);
    }
    line->taken += TAPE_BYTES;
    line->point++;
    line_hear (line, &frame);
    if (!line->broken)
      come_to (line, frame.ms);
  }
}

static void
read_events (Line *line)
{
  guint n = rt_fake_conn_get_n_events (line->conn);

  for (; !line->broken && line->events < n; line->events++) {
    const gchar *type = rt_fake_conn_get_event_type (line->conn, line->events);

    if (!g_str_equal (type, "input_audio_buffer.append"))
      line_told (
          line, type, rt_fake_conn_get_event_text (line->conn, line->events));
  }
}

/* Some find nobody, or somebody in a bad mood. */
static void
greet_next (Model *self)
{
  switch (g_rand_int_range (self->chance, 0, 4)) {
    case 0:
      rt_fake_server_set_http (self->server, 503, NULL, "Later.");
      break;
    case 1:
      rt_fake_server_set_handshake (
          self->server, RT_FAKE_HANDSHAKE_CLOSE_EARLY);
      break;
    default:
      rt_fake_server_set_handshake (self->server, RT_FAKE_HANDSHAKE_OK);
  }
}

static void
serve (Model *self, RtFakeConn *conn)
{
  Line line = { .model = self, .conn = conn, .number = ++self->lines };

  line.calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while (!line.broken && !rt_fake_conn_is_ended (conn)
         && !g_atomic_int_get (&self->stops)) {
    rt_fake_conn_wait_audio (conn, line.taken + TAPE_BYTES, POLL_TIME);
    /* first what was said first, as far as that can be told */
    read_events (&line);
    hear (&line);
  }
  g_hash_table_unref (line.calls);
}

static gpointer
model_run (gpointer data)
{
  Model *self = data;
  RtFakeConn *conn;

  while (!g_atomic_int_get (&self->stops)) {
    greet_next (self);
    conn = rt_fake_server_wait_connection (self->server, POLL_TIME);
    if (conn != NULL)
      serve (self, conn);
    rt_fake_server_forget_ended (self->server);
  }
  return NULL;
}

Model *
model_new (RtFakeServer *server, const Tape *tape, guint losses, guint32 seed)
{
  Model *self = g_new0 (Model, 1);

  self->server = server;
  self->tape = tape;
  self->chance = g_rand_new_with_seed (seed);
  self->heard = g_malloc0 (tape_get_length (tape));
  self->turns = g_new0 (ModelTurn, tape_get_turns (tape) + 1);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  choose_losses (self, losses);
  rt_fake_server_set_auto (server, TRUE);
  self->thread = g_thread_new ("model", model_run, self);
  return self;
}

void
model_stop (Model *self)
{
  g_atomic_int_set (&self->stops, TRUE);
  g_clear_pointer (&self->thread, g_thread_join);
}

void
model_free (Model *self)
{
  g_rand_free (self->chance);
  g_array_unref (self->losses);
  g_free (self->heard);
  g_free (self->turns);
  g_free (self->complaint);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint
model_wait_heard (Model *self, guint ms, guint timeout_ms)
{
  gint64 deadline
      = g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
  guint latest;

  g_mutex_lock (&self->lock);
  while (self->latest < ms
         && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  latest = self->latest;
  g_mutex_unlock (&self->lock);
  return latest;
}

guint
model_count_losses (Model *self)
{
  return self->broke;
}

guint
model_count_unheard (Model *self)
{
  guint n = 0, i;

  for (i = 0; i < tape_get_length (self->tape); i++)
    if (self->heard[i] == 0) {
      g_test_message ("ms %u was not heard", i);
      n++;
    }
  return n;
}

guint
model_count_outputs (Model *self, guint turn)
{
  return self->turns[turn].outputs;
}

gboolean
model_replied_first (Model *self, guint turn)
{
  return self->turns[turn].replied_first;
}

const gchar *
model_get_complaint (Model *self)
{
  return self->complaint;
}
