/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What tests wait for and set of a connection of the scripted server, beyond
 * its events.  Any thread.
 */
#include "rtfakeserver-private.h"

/* server->lock */
typedef gboolean (*Condition) (RtFakeConn *self, gsize amount);

static gboolean
wait_for (RtFakeConn *self, Condition condition, gsize amount, guint timeout_ms)
{
  RtFakeServer *server = self->server;
  gint64 deadline = rt_fake_deadline (timeout_ms);
  gboolean late = FALSE, met;

  g_mutex_lock (&server->lock);
  while (!(met = condition (self, amount)) && !self->ended && !late)
    late = !g_cond_wait_until (&server->cond, &server->lock, deadline);
  g_mutex_unlock (&server->lock);
  return met;
}

static gboolean
has_audio (RtFakeConn *self, gsize bytes)
{
  return self->audio_size >= bytes;
}

gboolean
rt_fake_conn_wait_audio (RtFakeConn *self, gsize bytes, guint timeout_ms)
{
  return wait_for (self, has_audio, bytes, timeout_ms);
}

static gboolean
has_closed (RtFakeConn *self, gsize unused)
{
  return self->client_closed;
}

gboolean
rt_fake_conn_wait_closed (RtFakeConn *self, guint timeout_ms)
{
  return wait_for (self, has_closed, 0, timeout_ms);
}

static gboolean
has_pings (RtFakeConn *self, gsize count)
{
  return self->pings >= count;
}

gboolean
rt_fake_conn_wait_pings (RtFakeConn *self, guint count, guint timeout_ms)
{
  return wait_for (self, has_pings, count, timeout_ms);
}

static gboolean
has_pongs (RtFakeConn *self, gsize count)
{
  return self->pongs >= count;
}

gboolean
rt_fake_conn_wait_pongs (RtFakeConn *self, guint count, guint timeout_ms)
{
  return wait_for (self, has_pongs, count, timeout_ms);
}

static void
set (RtFakeConn *self, gboolean *field, gboolean value)
{
  g_mutex_lock (&self->server->lock);
  *field = value;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
}

void
rt_fake_conn_set_reading (RtFakeConn *self, gboolean reading)
{
  set (self, &self->paused, !reading);
}

void
rt_fake_conn_set_read_rate (RtFakeConn *self, guint bytes)
{
  g_mutex_lock (&self->server->lock);
  self->rate = bytes;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
}

void
rt_fake_conn_set_answer_close (RtFakeConn *self, gboolean answer)
{
  set (self, &self->mute_close, !answer);
}

void
rt_fake_conn_set_answer_ping (RtFakeConn *self, gboolean answer)
{
  set (self, &self->mute_ping, !answer);
}

static guint
get (RtFakeConn *self, const guint *field)
{
  guint value;

  g_mutex_lock (&self->server->lock);
  value = *field;
  g_mutex_unlock (&self->server->lock);
  return value;
}

guint
rt_fake_conn_get_close_code (RtFakeConn *self)
{
  return get (self, &self->close_code);
}

guint
rt_fake_conn_get_pings (RtFakeConn *self)
{
  return get (self, &self->pings);
}

guint
rt_fake_conn_get_pongs (RtFakeConn *self)
{
  return get (self, &self->pongs);
}

GBytes *
rt_fake_conn_dup_pong (RtFakeConn *self)
{
  GBytes *pong = NULL;

  g_mutex_lock (&self->server->lock);
  if (self->pong != NULL)
    pong = g_bytes_ref (self->pong);
  g_mutex_unlock (&self->server->lock);
  return pong;
}

gboolean
rt_fake_conn_is_ended (RtFakeConn *self)
{
  gboolean ended;

  g_mutex_lock (&self->server->lock);
  ended = self->ended;
  g_mutex_unlock (&self->server->lock);
  return ended;
}
