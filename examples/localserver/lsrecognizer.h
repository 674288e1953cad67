/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Speech to text: a few decoders, shared by all conversations.
 * Called on the main thread, which also gets the text; decoding is elsewhere. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LsRecognizer LsRecognizer;
typedef struct _LsUtterance LsUtterance;

/* what was understood so far; the last call says final, and its text is NULL
 * when nothing could be decoded at all */
typedef void (*LsHeardFunc) (
    const gchar *text, gboolean final, gpointer user_data);

/* loads the first decoder, so that a missing model is known at once */
LsRecognizer *ls_recognizer_new (guint max_decoders, GError **error);
void ls_recognizer_free (LsRecognizer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsRecognizer, ls_recognizer_free)

/* audio is mono at 16 kHz; partials: report guesses while it is spoken */
LsUtterance *ls_utterance_new (LsRecognizer *recognizer, gboolean partials,
    LsHeardFunc heard, gpointer user_data);
void ls_utterance_feed (LsUtterance *self, const gint16 *samples, gsize n);
void ls_utterance_finish (LsUtterance *self);
/* gives the utterance back; heard is not called any more */
void ls_utterance_free (LsUtterance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsUtterance, ls_utterance_free)

G_END_DECLS
