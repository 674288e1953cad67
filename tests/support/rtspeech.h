/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sound for tests: real recorded speech as 16 kHz mono S16, where Debian's
 * pocketsphinx-testdata is installed, and PCM that is the same on every run.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const gchar *file; /* below the package's folder */
  const gchar *text; /* what is said, in lower case; NULL: not documented */
} RtSpeech;

/* All recordings, ended by one whose `file` is NULL. */
extern const RtSpeech rt_speech_table[];

/* RT_SPEECH_DIR overrides where the package keeps them. */
gchar *rt_speech_path (const gchar *file);
/* The samples, little-endian; NULL when the package is not there, and then
 * the running g_test is marked as skipped. */
GBytes *rt_speech_load (const gchar *file);
const gchar *rt_speech_text (const gchar *file);

/* White noise, the same for the same seed. */
GBytes *rt_pcm_noise (gsize samples, guint32 seed);
/* Sample n is `first` + n, modulo 65536: what is lost or doubled shows. */
GBytes *rt_pcm_ramp (gsize samples, guint16 first);
/* Samples of `size` bytes that go on from `first` as rt_pcm_ramp() does; the
 * index of the first that does not is returned, -1 when all do. */
gssize rt_pcm_check_ramp (gconstpointer pcm, gsize size, guint16 first);

G_END_DECLS
