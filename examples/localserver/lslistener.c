/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Decodes and resamples what is appended, finds the turns in it and keeps
 * just enough of the silence before one to give it its first consonant. */
#include "lslistener.h"

#include "lsresample.h"
#include "lsvad.h"

#define SAMPLES_A_MS (LS_VAD_RATE / 1000)
#define TELEPHONE_RATE (LS_VAD_RATE / 2)
#define COMMIT_LEAST_MS 100

struct _LsListener {
  LsListenerHost host;
  const LsHearing *hearing;

  gboolean detecting;
  guint rate;           /* of what was appended last; 0: nothing was */
  LsResample *resample; /* NULL: a telephone's rate is unfolded */
  LsVad *vad;
  GArray *samples;  /* gint16 at 16 kHz, less than a frame between calls */
  GArray *preroll;  /* the same, before a turn began */
  guint64 position; /* samples that were listened to */
  LsTurn *turn;     /* NULL: nobody speaks */
};

static void
change_rate (LsListener *self, guint rate)
{
  if (self->resample != NULL)
    ls_resample_flush (self->resample, self->samples);
  g_clear_pointer (&self->resample, ls_resample_free);
  self->rate = rate;
  if (rate != TELEPHONE_RATE)
    self->resample = ls_resample_new (rate, LS_VAD_RATE);
}

LsListener *
ls_listener_new (const LsListenerHost *host, const LsHearing *hearing)
{
  LsListener *self = g_new0 (LsListener, 1);

  self->host = *host;
  self->hearing = hearing;
  self->vad = ls_vad_new ();
  self->samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->preroll = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->detecting = hearing->detect_turns;
  ls_listener_reconfigure (self);
  return self;
}

void
ls_listener_free (LsListener *self)
{
  g_clear_pointer (&self->turn, ls_turn_free);
  g_clear_pointer (&self->resample, ls_resample_free);
  ls_vad_free (self->vad);
  g_array_unref (self->samples);
  g_array_unref (self->preroll);
  g_free (self);
}

void
ls_listener_reconfigure (LsListener *self)
{
  ls_vad_configure (
      self->vad, self->hearing->threshold, self->hearing->silence_ms);
  if (self->hearing->detect_turns && !self->detecting)
    ls_listener_clear (self); /* nobody announced the turn it holds */
  self->detecting = self->hearing->detect_turns;
}

guint64
ls_listener_get_position_ms (const LsListener *self)
{
  return self->position / SAMPLES_A_MS;
}

static void
announce (LsListener *self, const gchar *type, const gchar *ms_name, guint64 ms)
{
  self->host.turns.send (
      ls_event_speech (type, ms_name, ms, ls_turn_get_item (self->turn)->id),
      self->host.turns.user_data);
}

static void
open_turn (LsListener *self)
{
  self->turn = ls_turn_new (&self->host.turns, self->hearing);
  ls_turn_feed (
      self->turn, (const gint16 *) self->preroll->data, self->preroll->len);
  g_array_set_size (self->preroll, 0);
}

static void
close_turn (LsListener *self, gboolean detected)
{
  LsTurn *turn = g_steal_pointer (&self->turn);

  ls_vad_reset (self->vad);
  self->host.committed (turn, detected, self->host.turns.user_data);
}

static void
remember (LsListener *self, const gint16 *frame)
{
  guint keep = (self->hearing->prefix_ms + LS_VAD_ONSET_MS) * SAMPLES_A_MS;

  g_array_append_vals (self->preroll, frame, LS_VAD_FRAME);
  if (self->preroll->len > keep)
    g_array_remove_range (self->preroll, 0, self->preroll->len - keep);
}

static void
detect (LsListener *self, const gint16 *frame)
{
  LsVadEvent event = ls_vad_frame (self->vad, frame);

  if (self->turn != NULL)
    ls_turn_feed (self->turn, frame, LS_VAD_FRAME);
  else
    remember (self, frame);

  if (event == LS_VAD_STARTED && self->turn == NULL) {
    guint64 start = self->position - self->preroll->len;

    open_turn (self);
    announce (self, "input_audio_buffer.speech_started", "audio_start_ms",
        start / SAMPLES_A_MS);
    self->host.started (self->host.turns.user_data);
  } else if (event == LS_VAD_STOPPED && self->turn != NULL) {
    announce (self, "input_audio_buffer.speech_stopped", "audio_end_ms",
        self->position / SAMPLES_A_MS);
    close_turn (self, TRUE);
  }
}

static void
listen (LsListener *self)
{
  gsize at = 0;

  if (!self->hearing->detect_turns) {
    if (self->turn == NULL && self->samples->len > 0)
      open_turn (self);
    if (self->samples->len > 0)
      ls_turn_feed (
          self->turn, (const gint16 *) self->samples->data, self->samples->len);
    self->position += self->samples->len;
    g_array_set_size (self->samples, 0);
    return;
  }
  while (at + LS_VAD_FRAME <= self->samples->len) {
    self->position += LS_VAD_FRAME;
    detect (self, &g_array_index (self->samples, gint16, at));
    at += LS_VAD_FRAME;
  }
  if (at > 0)
    g_array_remove_range (self->samples, 0, at);
}

void
ls_listener_hear (LsListener *self, const gint16 *samples, gsize n, guint rate)
{
  if (rate != self->rate)
    change_rate (self, rate);
  if (self->resample == NULL)
    ls_resample_unfold (samples, n, self->samples);
  else
    ls_resample_push (self->resample, samples, n, self->samples);
  listen (self);
}

void
ls_listener_append (LsListener *self, const guint8 *bytes, gsize n)
{
  LsFormat format = self->hearing->input;
  g_autoptr (GArray) decoded = g_array_new (FALSE, FALSE, sizeof (gint16));

  ls_format_decode (format, bytes, n, decoded);
  ls_listener_hear (self, (const gint16 *) decoded->data, decoded->len,
      ls_format_rate (format));
}

gboolean
ls_listener_commit (LsListener *self, gdouble *available_ms)
{
  guint64 held;

  if (!self->hearing->detect_turns) {
    if (self->resample != NULL)
      ls_resample_flush (self->resample, self->samples);
    listen (self);
  }
  held = self->turn != NULL ? ls_turn_get_item (self->turn)->audio_ms
                            : self->preroll->len / SAMPLES_A_MS;
  *available_ms = held;
  if (held < COMMIT_LEAST_MS)
    return FALSE;
  if (self->turn == NULL)
    open_turn (self);
  close_turn (self, FALSE);
  return TRUE;
}

void
ls_listener_clear (LsListener *self)
{
  g_clear_pointer (&self->turn, ls_turn_free);
  g_array_set_size (self->preroll, 0);
  g_array_set_size (self->samples, 0);
  ls_vad_reset (self->vad);
}
