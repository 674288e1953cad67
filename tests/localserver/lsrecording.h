/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Recorded speech with silence around it, and how well it was understood.
 * Mono, 16 kHz. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* NULL, and the test is skipped: the recordings are not installed */
GArray *ls_recording_load (const gchar *file, guint before_ms, guint after_ms);

/* words that are wrong, missing or too many, over the words that were said */
gdouble ls_recording_word_errors (const gchar *heard, const gchar *said);

G_END_DECLS
