/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Changes the sampling rate of mono speech by a rational factor, as a stream.
 * One owner at a time; what comes out is aligned with what went in. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LsResample LsResample;

LsResample *ls_resample_new (guint from, guint to);
void ls_resample_free (LsResample *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsResample, ls_resample_free)

/* appends gint16 samples to out */
void ls_resample_push (
    LsResample *self, const gint16 *samples, gsize n, GArray *out);
/* the tail that still waits for its neighbours; then as new */
void ls_resample_flush (LsResample *self, GArray *out);

/* Twice the rate for a recogniser's ears. It was taught with sounds up to
 * 8 kHz and takes their absence for other sounds; zeros between the samples
 * mirror what is below 4 kHz above it, which does for the real thing. */
void ls_resample_unfold (const gint16 *samples, gsize n, GArray *out);

G_END_DECLS
