/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tells speech from silence by its energy over the noise floor.
 * Works on frames of 10 ms at 16 kHz; one owner, no thread, no clock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LS_VAD_RATE 16000
#define LS_VAD_FRAME (LS_VAD_RATE / 100)
/* how long a sound lasts before it is taken for speech */
#define LS_VAD_ONSET_MS 80

typedef enum {
  LS_VAD_UNCHANGED,
  LS_VAD_STARTED,
  LS_VAD_STOPPED,
} LsVadEvent;

typedef struct _LsVad LsVad;

LsVad *ls_vad_new (void);
void ls_vad_free (LsVad *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsVad, ls_vad_free)

/* threshold 0 to 1: how far above the noise a voice has to be */
void ls_vad_configure (LsVad *self, gdouble threshold, guint silence_ms);
LsVadEvent ls_vad_frame (LsVad *self, const gint16 *frame);
gboolean ls_vad_is_speaking (const LsVad *self);
/* forgets the turn, not the noise */
void ls_vad_reset (LsVad *self);

G_END_DECLS
