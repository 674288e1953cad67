/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The voice: sentences in order, their length, their speed, their end. */
#include "lsvoice.h"

#include <string.h>

#define DEADLINE_S 60
#define TEXT "Hello there. I heard: go forward ten meters. Is that right?"

typedef struct {
  GString *text;
  guint sentences;
  gsize samples;
  gboolean done;
} Spoken;

static LsVoice *voice;

static void
spoken_cb (const gchar *sentence, GArray *samples, gpointer user_data)
{
  Spoken *spoken = user_data;

  g_assert_false (spoken->done);
  if (sentence == NULL) {
    spoken->done = TRUE;
    return;
  }
  g_string_append (spoken->text, sentence);
  spoken->sentences++;
  spoken->samples += samples->len;
}

static Spoken
speak (const gchar *text, const gchar *speaker, gdouble speed, guint rate)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;
  Spoken spoken = { g_string_new (NULL) };
  LsSpeech *speech
      = ls_voice_speak (voice, text, speaker, speed, rate, spoken_cb, &spoken);

  while (!spoken.done) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_main_context_iteration (NULL, TRUE);
  }
  ls_speech_free (speech);
  return spoken;
}

static void
test_sentences (void)
{
  Spoken spoken = speak (TEXT, "marin", 1.0, 24000);

  g_assert_cmpuint (spoken.sentences, ==, 4);
  g_assert_cmpstr (spoken.text->str, ==, TEXT);
  g_assert_cmpuint (spoken.samples, >, 24000 * 2);
  g_assert_cmpuint (spoken.samples, <, 24000 * 8);
  g_string_free (spoken.text, TRUE);
}

/* neither rate nor a strange text changes what is told of it */
static void
test_rates (void)
{
  Spoken high = speak (TEXT, "cedar", 1.0, 24000);
  Spoken low = speak (TEXT, "cedar", 1.0, 8000);

  g_assert_cmpuint (high.samples / 3, >=, low.samples - 4);
  g_assert_cmpuint (high.samples / 3, <=, low.samples + 4);
  g_string_free (high.text, TRUE);
  g_string_free (low.text, TRUE);
}

static void
test_speed (void)
{
  Spoken slow = speak (TEXT, "marin", 0.5, 16000);
  Spoken fast = speak (TEXT, "marin", 1.5, 16000);

  g_assert_cmpuint (slow.samples, >, fast.samples * 2);
  g_string_free (slow.text, TRUE);
  g_string_free (fast.text, TRUE);
}

static void
test_speakers (void)
{
  static const gchar *const speakers[] = { "alloy", "ash", "ballad", "cedar",
    "coral", "echo", "marin", "sage", "shimmer", "verse", "nobody", NULL };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (speakers); i++) {
    Spoken spoken = speak ("One, two.", speakers[i], 1.0, 24000);

    g_assert_cmpuint (spoken.samples, >, 24000 / 4);
    g_string_free (spoken.text, TRUE);
  }
}

static void
test_strange_text (void)
{
  g_autofree gchar *endless = g_strnfill (5000, 'a');
  static const gchar *const texts[] = { "", " ", "...", "!?", "\n\n\n",
    "Grüße aus Köln 😀, 12:30!", "3.14 e.g. a.b" };
  Spoken spoken;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    spoken = speak (texts[i], "marin", 1.0, 24000);
    g_assert_true (g_utf8_validate (spoken.text->str, -1, NULL));
    g_string_free (spoken.text, TRUE);
  }
  memset (endless + 2000, ' ', 1);
  spoken = speak (endless, "marin", 1.0, 24000);
  g_assert_cmpstr (spoken.text->str, ==, endless);
  g_assert_cmpuint (spoken.sentences, >, 10);
  g_string_free (spoken.text, TRUE);
}

static void
test_given_up (void)
{
  Spoken never = { g_string_new (NULL) };
  Spoken after;
  guint i;

  for (i = 0; i < 10; i++)
    ls_speech_free (
        ls_voice_speak (voice, TEXT, "marin", 1.0, 24000, spoken_cb, &never));
  after = speak ("Yes.", "marin", 1.0, 24000);
  g_assert_cmpuint (after.sentences, ==, 1);
  g_assert_cmpuint (never.sentences, ==, 0);
  g_string_free (after.text, TRUE);
  g_string_free (never.text, TRUE);
}

int
main (int argc, char **argv)
{
  gint failed;

  g_test_init (&argc, &argv, NULL);
  voice = ls_voice_new ();
  g_test_add_func ("/voice/sentences", test_sentences);
  g_test_add_func ("/voice/rates", test_rates);
  g_test_add_func ("/voice/speed", test_speed);
  g_test_add_func ("/voice/speakers", test_speakers);
  g_test_add_func ("/voice/strange-text", test_strange_text);
  g_test_add_func ("/voice/given-up", test_given_up);
  failed = g_test_run ();
  ls_voice_free (voice);
  return failed;
}
