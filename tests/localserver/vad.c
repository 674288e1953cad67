/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Voice detection on recorded voices, on silence and on noise. */
#include "lsrecording.h"
#include "lsvad.h"
#include "rtspeech.h"

#define BEFORE_MS 1000
#define SILENCE_MS 500
#define AFTER_MS 1500

typedef struct {
  guint starts, stops;
  guint first_start_ms, last_stop_ms;
} Turns;

static Turns
find_turns (LsVad *vad, const GArray *samples)
{
  Turns turns = { 0 };
  guint at;

  for (at = 0; at + LS_VAD_FRAME <= samples->len; at += LS_VAD_FRAME) {
    guint ms = (at + LS_VAD_FRAME) / 16;

    switch (ls_vad_frame (vad, &g_array_index (samples, gint16, at))) {
      case LS_VAD_STARTED:
        if (turns.starts++ == 0)
          turns.first_start_ms = ms;
        break;
      case LS_VAD_STOPPED:
        turns.stops++;
        turns.last_stop_ms = ms;
        break;
      default:
        break;
    }
  }
  return turns;
}

/* one turn each, begun in time and not ended before its last word */
static void
test_recordings (void)
{
  guint i;

  for (i = 0; rt_speech_table[i].file != NULL; i++) {
    const gchar *file = rt_speech_table[i].file;
    g_autoptr (GArray) samples = ls_recording_load (file, BEFORE_MS, AFTER_MS);
    g_autoptr (LsVad) vad = ls_vad_new ();
    guint end_ms;
    Turns turns;

    if (samples == NULL)
      return;
    end_ms = samples->len / 16 - AFTER_MS;
    ls_vad_configure (vad, 0.5, SILENCE_MS);
    turns = find_turns (vad, samples);
    g_test_message ("%s: %u turns, %u to %u ms, speech until %u ms", file,
        turns.starts, turns.first_start_ms, turns.last_stop_ms, end_ms);
    g_assert_cmpuint (turns.starts, ==, 1);
    g_assert_cmpuint (turns.stops, ==, 1);
    g_assert_cmpuint (turns.first_start_ms, >=, BEFORE_MS);
    g_assert_cmpuint (turns.first_start_ms, <, BEFORE_MS + 900);
    g_assert_cmpuint (turns.last_stop_ms, <=, end_ms + SILENCE_MS + 20);
    g_assert_cmpuint (turns.last_stop_ms, >, end_ms - 600);
  }
}

static GArray *
noise (guint ms, gint amplitude)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  guint i;

  for (i = 0; i < ms * 16; i++) {
    gint16 sample = amplitude == 0
                        ? 0
                        : g_rand_int_range (rand, -amplitude, amplitude + 1);

    g_array_append_val (samples, sample);
  }
  return samples;
}

static void
test_no_speech (void)
{
  static const gint amplitudes[] = { 0, 1, 30, 300, 1500 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (amplitudes); i++) {
    g_autoptr (GArray) samples = noise (20000, amplitudes[i]);
    g_autoptr (LsVad) vad = ls_vad_new ();

    g_assert_cmpuint (find_turns (vad, samples).starts, ==, 0);
  }
}

static void
test_click (void)
{
  g_autoptr (GArray) samples = noise (3000, 30);
  g_autoptr (LsVad) vad = ls_vad_new ();
  guint i;

  for (i = 0; i < 40 * 16; i++)
    g_array_index (samples, gint16, 16000 + i) = i % 2 != 0 ? 20000 : -20000;
  g_assert_cmpuint (find_turns (vad, samples).starts, ==, 0);
}

static void
test_silence_duration (void)
{
  g_autoptr (GArray) first
      = ls_recording_load ("goforward.raw", BEFORE_MS, 800);
  g_autoptr (GArray) second = NULL;
  g_autoptr (LsVad) eager = ls_vad_new ();
  g_autoptr (LsVad) patient = ls_vad_new ();

  if (first == NULL)
    return;
  second = ls_recording_load ("something.raw", 0, 3000);
  g_array_append_vals (first, second->data, second->len);
  ls_vad_configure (eager, 0.5, 500);
  ls_vad_configure (patient, 0.5, 2000);
  g_assert_cmpuint (find_turns (eager, first).stops, ==, 2);
  g_assert_cmpuint (find_turns (patient, first).stops, ==, 1);
}

/* a threshold of 1 does not hear a voice that one of 0 hears */
static void
test_threshold (void)
{
  g_autoptr (GArray) samples
      = ls_recording_load ("goforward.raw", BEFORE_MS, AFTER_MS);
  g_autoptr (LsVad) keen = ls_vad_new ();
  g_autoptr (LsVad) deaf = ls_vad_new ();
  guint i;

  if (samples == NULL)
    return;
  for (i = 0; i < samples->len; i++)
    g_array_index (samples, gint16, i) /= 16;
  ls_vad_configure (keen, 0.0, SILENCE_MS);
  ls_vad_configure (deaf, 1.0, SILENCE_MS);
  g_assert_cmpuint (find_turns (keen, samples).starts, ==, 1);
  g_assert_cmpuint (find_turns (deaf, samples).starts, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vad/recordings", test_recordings);
  g_test_add_func ("/vad/no-speech", test_no_speech);
  g_test_add_func ("/vad/click", test_click);
  g_test_add_func ("/vad/silence-duration", test_silence_duration);
  g_test_add_func ("/vad/threshold", test_threshold);
  return g_test_run ();
}
