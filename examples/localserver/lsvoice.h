/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text to speech: one thread that speaks for all conversations.
 * Called on the main thread, which also gets the audio. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LsVoice LsVoice;
typedef struct _LsSpeech LsSpeech;

/* a sentence as mono samples at the rate asked for; NULL: there is no more */
typedef void (*LsSpokenFunc) (
    const gchar *sentence, GArray *samples, gpointer user_data);

LsVoice *ls_voice_new (void);
void ls_voice_free (LsVoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsVoice, ls_voice_free)

/* speaker is the name of the service's voice, any; speed 1 is normal */
LsSpeech *ls_voice_speak (LsVoice *self, const gchar *text,
    const gchar *speaker, gdouble speed, guint rate, LsSpokenFunc spoken,
    gpointer user_data);
/* stops it; spoken is not called any more */
void ls_speech_free (LsSpeech *self);

G_END_DECLS
