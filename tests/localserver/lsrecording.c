/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Loads recordings and compares what was understood with what was said. */
#include "lsrecording.h"

#include "rtspeech.h"

#define SAMPLES_A_MS 16

GArray *
ls_recording_load (const gchar *file, guint before_ms, guint after_ms)
{
  g_autoptr (GBytes) speech = rt_speech_load (file);
  GArray *samples;

  if (speech == NULL)
    return NULL;
  samples = g_array_new (FALSE, TRUE, sizeof (gint16));
  g_array_set_size (samples, before_ms * SAMPLES_A_MS);
  g_array_append_vals (samples, g_bytes_get_data (speech, NULL),
      g_bytes_get_size (speech) / sizeof (gint16));
  g_array_set_size (samples, samples->len + after_ms * SAMPLES_A_MS);
  return samples;
}

gdouble
ls_recording_word_errors (const gchar *heard, const gchar *said)
{
  g_auto (GStrv) a = g_strsplit_set (heard, " ", -1);
  g_auto (GStrv) b = g_strsplit_set (said, " ", -1);
  guint n = g_strv_length (a), m = g_strv_length (b), i, j;
  g_autofree guint *row = g_new (guint, m + 1);

  for (j = 0; j <= m; j++)
    row[j] = j;
  for (i = 1; i <= n; i++) {
    guint diagonal = row[0];

    row[0] = i;
    for (j = 1; j <= m; j++) {
      guint wrong = diagonal + (g_str_equal (a[i - 1], b[j - 1]) ? 0 : 1);

      diagonal = row[j];
      row[j] = MIN (wrong, MIN (row[j], row[j - 1]) + 1);
    }
  }
  return (gdouble) row[m] / m;
}
