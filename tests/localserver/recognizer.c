/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The recogniser on recorded voices, alone, side by side and given up. */
#include "lsrecognizer.h"
#include "lsrecording.h"
#include "lsspoken.h"
#include "rtspeech.h"

#include <string.h>

#define DEADLINE_S 120
#define PIECE 800

typedef struct {
  gchar *text;
  guint partials;
  gboolean done;
} Heard;

static LsRecognizer *recognizer;

static void
heard_cb (const gchar *text, gboolean final, gpointer user_data)
{
  Heard *heard = user_data;

  g_assert_false (heard->done);
  g_assert_nonnull (text);
  if (!final) {
    heard->partials++;
    return;
  }
  heard->text = g_strdup (text);
  heard->done = TRUE;
}

static void
wait_for (const gboolean *done)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;

  while (!*done) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_main_context_iteration (NULL, TRUE);
  }
}

static void
feed (LsUtterance *utterance, const GArray *samples)
{
  guint at;

  for (at = 0; at < samples->len; at += PIECE)
    ls_utterance_feed (utterance, &g_array_index (samples, gint16, at),
        MIN (PIECE, samples->len - at));
}

static gchar *
understand (const GArray *samples, guint *partials)
{
  Heard heard = { 0 };
  g_autoptr (LsUtterance) utterance
      = ls_utterance_new (recognizer, partials != NULL, heard_cb, &heard);

  feed (utterance, samples);
  ls_utterance_finish (utterance);
  wait_for (&heard.done);
  if (partials != NULL)
    *partials = heard.partials;
  return heard.text;
}

static gchar *
recognise (const gchar *file, guint *partials)
{
  g_autoptr (GArray) samples = ls_recording_load (file, 200, 200);

  return samples != NULL ? understand (samples, partials) : NULL;
}

static void
test_exact (void)
{
  static const gchar *const files[]
      = { "goforward.raw", "something.raw", "tidigits/dhd.2934z.raw" };
  guint i, partials;

  for (i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree gchar *text = recognise (files[i], &partials);

    if (text == NULL)
      return;
    g_assert_cmpstr (text, ==, rt_speech_text (files[i]));
    g_assert_cmpuint (partials, >, 0);
  }
}

/* A sentence is over before the decoder would know the voice by itself. */
static void
test_short (void)
{
  static const gchar *const voices[] = { "marin", "cedar", "verse" };
  g_autofree gchar *recorded = recognise ("cards/001.wav", NULL);
  guint i;

  if (recorded != NULL)
    g_assert_cmpstr (recorded, ==, rt_speech_text ("cards/001.wav"));
  for (i = 0; i < G_N_ELEMENTS (voices); i++) {
    g_autoptr (GArray) samples
        = ls_spoken_say ("I heard: go forward ten meters.", voices[i], 16000);
    g_autofree gchar *text = understand (samples, NULL);

    g_test_message ("%s: %s", voices[i], text);
    g_assert_cmpfloat (
        ls_recording_word_errors (text, "i heard go forward ten meters"), <,
        0.4);
  }
}

/* measured with this model: 31 % on the novel, nothing on the commands */
static void
test_word_errors (void)
{
  gdouble errors = 0.0;
  guint i, files = 0;

  for (i = 0; rt_speech_table[i].file != NULL; i++) {
    const RtSpeech *speech = &rt_speech_table[i];
    g_autofree gchar *text = NULL;

    if (speech->text == NULL || g_str_has_prefix (speech->file, "cards"))
      continue;
    text = recognise (speech->file, NULL);
    if (text == NULL)
      return;
    g_test_message ("%s: %s", speech->file, text);
    errors += ls_recording_word_errors (text, speech->text);
    files++;
  }
  g_assert_cmpfloat (errors / files, <, 0.4);
}

/* what was said before by somebody else does not change what is understood */
static void
test_independent (void)
{
  g_autofree gchar *first = recognise (
      "librivox/sense_and_sensibility_01_austen_64kb-0880.wav", NULL);
  g_autofree gchar *between = recognise ("cards/005.wav", NULL);
  g_autofree gchar *again = recognise (
      "librivox/sense_and_sensibility_01_austen_64kb-0880.wav", NULL);

  if (between != NULL)
    g_assert_cmpstr (first, ==, again);
}

/* more at once than there are decoders: they take turns */
static void
test_side_by_side (void)
{
  g_autoptr (GArray) one = ls_recording_load ("goforward.raw", 100, 100);
  g_autoptr (GArray) other = ls_recording_load ("something.raw", 100, 100);
  Heard heard[8] = { 0 };
  LsUtterance *utterances[8];
  guint i;

  if (one == NULL)
    return;
  for (i = 0; i < G_N_ELEMENTS (heard); i++) {
    utterances[i] = ls_utterance_new (recognizer, FALSE, heard_cb, &heard[i]);
    feed (utterances[i], i % 2 == 0 ? one : other);
  }
  for (i = 0; i < G_N_ELEMENTS (heard); i++)
    ls_utterance_finish (utterances[G_N_ELEMENTS (heard) - 1 - i]);
  for (i = 0; i < G_N_ELEMENTS (heard); i++) {
    wait_for (&heard[i].done);
    g_assert_cmpstr (heard[i].text, ==,
        rt_speech_text (i % 2 == 0 ? "goforward.raw" : "something.raw"));
    ls_utterance_free (utterances[i]);
    g_free (heard[i].text);
  }
}

/* speakers who never end leave a decoder to the one who does */
static void
test_endless_speakers (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 100, 100);
  LsUtterance *endless[6];
  g_autofree gchar *text = NULL;
  Heard nothing = { 0 };
  guint i;

  if (samples == NULL)
    return;
  for (i = 0; i < G_N_ELEMENTS (endless); i++) {
    endless[i] = ls_utterance_new (recognizer, FALSE, heard_cb, &nothing);
    feed (endless[i], samples);
  }
  text = recognise ("something.raw", NULL);
  g_assert_cmpstr (text, ==, rt_speech_text ("something.raw"));
  for (i = 0; i < G_N_ELEMENTS (endless); i++)
    ls_utterance_free (endless[i]);
  g_assert_false (nothing.done);
}

static void
test_given_up (void)
{
  g_autoptr (GArray) samples = ls_recording_load ("goforward.raw", 0, 0);
  Heard heard = { 0 };
  guint i;

  if (samples == NULL)
    return;
  for (i = 0; i < 20; i++) {
    LsUtterance *utterance
        = ls_utterance_new (recognizer, TRUE, heard_cb, &heard);

    feed (utterance, samples);
    if (i % 2 == 0)
      ls_utterance_finish (utterance);
    ls_utterance_free (utterance);
  }
  g_free (recognise ("something.raw", NULL));
  g_assert_false (heard.done);
}

static void
test_nothing (void)
{
  Heard heard = { 0 };
  g_autoptr (LsUtterance) utterance
      = ls_utterance_new (recognizer, FALSE, heard_cb, &heard);

  ls_utterance_finish (utterance);
  wait_for (&heard.done);
  g_assert_cmpstr (heard.text, ==, "");
  g_free (heard.text);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gint failed;

  g_test_init (&argc, &argv, NULL);
  recognizer = ls_recognizer_new (2, &error);
  if (recognizer == NULL) {
    g_print ("1..0 # SKIP %s\n", error->message);
    return 0;
  }
  g_test_add_func ("/recognizer/exact", test_exact);
  g_test_add_func ("/recognizer/short", test_short);
  g_test_add_func ("/recognizer/word-errors", test_word_errors);
  g_test_add_func ("/recognizer/independent", test_independent);
  g_test_add_func ("/recognizer/side-by-side", test_side_by_side);
  g_test_add_func ("/recognizer/endless-speakers", test_endless_speakers);
  g_test_add_func ("/recognizer/given-up", test_given_up);
  g_test_add_func ("/recognizer/nothing", test_nothing);
  failed = g_test_run ();
  ls_recognizer_free (recognizer);
  return failed;
}
