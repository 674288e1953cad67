/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sound for tests.
 */
#include "rtspeech.h"

#include <string.h>

#define DEFAULT_DIR "/usr/share/pocketsphinx/test/data"
#define LIBRIVOX "librivox/sense_and_sensibility_01_austen_64kb-"
#define RATE 16000

const RtSpeech rt_speech_table[] = {
  { "goforward.raw", "go forward ten meters" },
  { "something.raw", "go somewhere and do something" },
  { "numbers.raw", NULL },
  { "tidigits/dhd.2934z.raw", "two nine three four zero" },
  { "cards/001.wav", "ten of clubs" },
  { "cards/002.wav", "four queen of clubs" },
  { "cards/003.wav", "seven of clubs" },
  { "cards/004.wav", "five five" },
  { "cards/005.wav", "eight of spades four of clubs seven of hearts" },
  { LIBRIVOX "0870.wav",
      "and mister john dashwood had then leisure to consider how much there "
      "might be prudently in his power to do for them" },
  { LIBRIVOX "0880.wav", "he was not an ill disposed young man" },
  { LIBRIVOX "0890.wav",
      "unless to be rather cold hearted and rather selfish is to be ill "
      "disposed" },
  { LIBRIVOX "0920.wav",
      "had he married a more a amiable woman he might have been made still "
      "more respectable than he was" },
  { LIBRIVOX "0930.wav", "he might even have been made amiable himself" },
  { NULL, NULL },
};

gchar *
rt_speech_path (const gchar *file)
{
  const gchar *folder = g_getenv ("RT_SPEECH_DIR");

  return g_build_filename (folder != NULL ? folder : DEFAULT_DIR, file, NULL);
}

static guint32
read_le32 (const guint8 *data)
{
  return data[0] | data[1] << 8 | data[2] << 16 | (guint32) data[3] << 24;
}

/* The samples of a WAV file; FALSE when it is not 16 kHz mono S16. */
static gboolean
find_samples (const guint8 *data, gsize size, gsize *start, gsize *length)
{
  static const guint8 pcm_mono[] = { 1, 0, 1, 0 };
  gboolean fits = FALSE;
  gsize pos = 12;

  if (size < pos || memcmp (data, "RIFF", 4) != 0
      || memcmp (data + 8, "WAVE", 4) != 0)
    return FALSE;
  while (size - pos >= 8) {
    const guint8 *chunk = data + pos;
    gsize n = MIN (read_le32 (chunk + 4), size - pos - 8);

    if (memcmp (chunk, "fmt ", 4) == 0 && n >= 16)
      fits = memcmp (chunk + 8, pcm_mono, sizeof pcm_mono) == 0
             && read_le32 (chunk + 12) == RATE && chunk[22] == 16;
    if (memcmp (chunk, "data", 4) == 0) {
      *start = pos + 8;
      *length = n & ~(gsize) 1;
      return fits;
    }
    pos += MIN (8 + n + (n & 1), size - pos);
  }
  return FALSE;
}

GBytes *
rt_speech_load (const gchar *file)
{
  g_autofree gchar *path = rt_speech_path (file);
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GError) error = NULL;
  gchar *data;
  gsize size, start = 0;

  if (!g_file_get_contents (path, &data, &size, &error)) {
    if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      g_error ("%s", error->message);
    g_test_skip ("pocketsphinx-testdata is not installed");
    return NULL;
  }
  whole = g_bytes_new_take (data, size);
  if (g_str_has_suffix (file, ".wav")
      && !find_samples ((const guint8 *) data, size, &start, &size))
    g_error ("%s is not a WAV file of 16 kHz, mono, S16", path);
  return g_bytes_new_from_bytes (whole, start, size & ~(gsize) 1);
}

const gchar *
rt_speech_text (const gchar *file)
{
  const RtSpeech *speech;

  for (speech = rt_speech_table; speech->file != NULL; speech++)
    if (g_str_equal (speech->file, file))
      return speech->text;
  g_error ("no recording %s", file);
}

GBytes *
rt_pcm_noise (gsize samples, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint16 *pcm = g_new (guint16, samples);
  gsize i;

  for (i = 0; i < samples; i++)
    pcm[i] = GUINT16_TO_LE ((guint16) g_rand_int (rand));
  return g_bytes_new_take (pcm, samples * sizeof *pcm);
}

GBytes *
rt_pcm_ramp (gsize samples, guint16 first)
{
  guint16 *pcm = g_new (guint16, samples);
  gsize i;

  for (i = 0; i < samples; i++)
    pcm[i] = GUINT16_TO_LE ((guint16) (first + i));
  return g_bytes_new_take (pcm, samples * sizeof *pcm);
}

gssize
rt_pcm_check_ramp (gconstpointer pcm, gsize size, guint16 first)
{
  const guint8 *data = pcm;
  gsize i;

  for (i = 0; i < size / 2; i++)
    if ((data[2 * i] | data[2 * i + 1] << 8) != (guint16) (first + i))
      return i;
  return -1;
}
