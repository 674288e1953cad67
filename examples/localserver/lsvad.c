/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Energy-gated voice detection with a floor that falls at once and rises
 * slowly, so that a pause in speech does not become the new silence. */
#include "lsvad.h"

#include <math.h>

#define FLOOR_MIN_DB -75.0
#define FLOOR_MAX_DB -35.0
#define FLOOR_RISE_DB 0.02 /* per frame: 2 dB a second */
/* the end of a word is softer than its beginning */
#define HYSTERESIS_DB 4.0
#define ONSET_FRAMES (LS_VAD_ONSET_MS / 10)
/* of the frames of the onset: a stop consonant is a hole in it */
#define ONSET_LOUD 6

struct _LsVad {
  gdouble margin_db;
  gdouble least_db;
  guint silence_frames;

  gdouble floor_db;
  gboolean primed;
  guint32 loud_history; /* a bit a frame, the newest is the lowest */
  guint quiet_frames;
  gboolean speaking;
};

LsVad *
ls_vad_new (void)
{
  LsVad *self = g_new0 (LsVad, 1);

  ls_vad_configure (self, 0.5, 500);
  return self;
}

void
ls_vad_free (LsVad *self)
{
  g_free (self);
}

void
ls_vad_configure (LsVad *self, gdouble threshold, guint silence_ms)
{
  self->margin_db = 6.0 + 12.0 * threshold;
  self->least_db = -60.0 + 24.0 * threshold;
  self->silence_frames = MAX (silence_ms / 10, 1);
}

gboolean
ls_vad_is_speaking (const LsVad *self)
{
  return self->speaking;
}

void
ls_vad_reset (LsVad *self)
{
  self->loud_history = 0;
  self->quiet_frames = 0;
  self->speaking = FALSE;
}

static gdouble
level_db (const gint16 *frame)
{
  gdouble sum = 0.0, square = 0.0, mean;
  guint i;

  for (i = 0; i < LS_VAD_FRAME; i++) {
    sum += frame[i];
    square += (gdouble) frame[i] * frame[i];
  }
  /* cheap microphones add a constant, which is not a sound */
  mean = sum / LS_VAD_FRAME;
  square = square / LS_VAD_FRAME - mean * mean;
  return 10.0 * log10 (MAX (square, 1.0) / (32768.0 * 32768.0));
}

static void
follow_noise (LsVad *self, gdouble level)
{
  if (!self->primed) {
    self->floor_db = level;
    self->primed = TRUE;
  } else if (level < self->floor_db) {
    self->floor_db += 0.3 * (level - self->floor_db);
  } else {
    self->floor_db += FLOOR_RISE_DB;
  }
  self->floor_db = CLAMP (self->floor_db, FLOOR_MIN_DB, FLOOR_MAX_DB);
}

LsVadEvent
ls_vad_frame (LsVad *self, const gint16 *frame)
{
  gdouble level = level_db (frame);
  gdouble gate;
  gboolean loud;

  follow_noise (self, level);
  gate = MAX (self->floor_db + self->margin_db, self->least_db);
  if (self->speaking)
    gate -= HYSTERESIS_DB;
  loud = level > gate;
  self->loud_history = self->loud_history << 1 | (loud ? 1 : 0);

  if (!self->speaking) {
    guint32 recent = self->loud_history & ((1u << ONSET_FRAMES) - 1);

    if (__builtin_popcount (recent) < ONSET_LOUD)
      return LS_VAD_UNCHANGED;
    self->speaking = TRUE;
    self->quiet_frames = 0;
    return LS_VAD_STARTED;
  }
  self->quiet_frames = loud ? 0 : self->quiet_frames + 1;
  if (self->quiet_frames < self->silence_frames)
    return LS_VAD_UNCHANGED;
  ls_vad_reset (self);
  return LS_VAD_STOPPED;
}
