/* SPDX-License-Identifier: LGPL-2.1-or-later
 * flite behind a queue: it keeps its state in globals, so one thread of this
 * file calls it and nobody else does. */
#include "lsvoice.h"

#include "lsresample.h"

#include <flite/flite.h>
#include <string.h>

#define SENTENCE_ENDS ".!?;:\n"
/* longer ones are cut between words, so that the first sound comes soon */
#define SENTENCE_MAX 160

cst_voice *register_cmu_us_slt (const char *voxdir);
cst_voice *register_cmu_us_rms (const char *voxdir);
cst_voice *register_cmu_us_awb (const char *voxdir);
cst_voice *register_cmu_us_kal16 (const char *voxdir);

typedef cst_voice *(*RegisterFunc) (const char *voxdir);

static const struct {
  const gchar *speaker;
  RegisterFunc load;
} speakers[] = {
  { "marin", register_cmu_us_slt },
  { "coral", register_cmu_us_slt },
  { "sage", register_cmu_us_slt },
  { "shimmer", register_cmu_us_slt },
  { "alloy", register_cmu_us_slt },
  { "cedar", register_cmu_us_rms },
  { "ash", register_cmu_us_rms },
  { "echo", register_cmu_us_rms },
  { "cove", register_cmu_us_rms },
  { "verse", register_cmu_us_awb },
  { "ballad", register_cmu_us_kal16 },
};

struct _LsVoice {
  GThreadPool *thread;
};

struct _LsSpeech {
  gatomicrefcount refs;
  /* constant after init */
  GMainContext *context;
  gchar *text;
  RegisterFunc load;
  gdouble speed;
  guint rate;

  gint stopped; /* atomic */

  /* main thread */
  LsSpokenFunc spoken;
  gpointer user_data;
};

typedef struct {
  LsSpeech *speech;
  gchar *sentence;
  GArray *samples;
} Piece;

static void
speech_unref (LsSpeech *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_main_context_unref (self->context);
  g_free (self->text);
  g_free (self);
}

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  speech_unref (piece->speech);
  g_free (piece->sentence);
  g_clear_pointer (&piece->samples, g_array_unref);
  g_free (piece);
}

static gboolean
deliver_piece (gpointer data)
{
  Piece *piece = data;
  LsSpeech *speech = piece->speech;

  if (speech->spoken != NULL)
    speech->spoken (piece->sentence, piece->samples, speech->user_data);
  return G_SOURCE_REMOVE;
}

static void
deliver (LsSpeech *self, const gchar *sentence, GArray *samples)
{
  Piece *piece = g_new (Piece, 1);

  g_atomic_ref_count_inc (&self->refs);
  piece->speech = self;
  piece->sentence = g_strdup (sentence);
  piece->samples = samples;
  g_main_context_invoke_full (
      self->context, G_PRIORITY_DEFAULT, deliver_piece, piece, piece_free);
}

static GArray *
synthesise (LsSpeech *self, const gchar *sentence)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  cst_voice *voice = self->load (NULL); /* the same one each time */
  cst_wave *wave;

  flite_feat_set_float (voice->features, "duration_stretch", 1.0 / self->speed);
  wave = flite_text_to_wave (sentence, voice);
  if (wave != NULL) {
    g_autoptr (LsResample) resample
        = ls_resample_new (wave->sample_rate, self->rate);

    ls_resample_push (resample, wave->samples, wave->num_samples, samples);
    ls_resample_flush (resample, samples);
    delete_wave (wave);
  }
  return samples;
}

/* the bytes of the first sentence of text, its end mark included */
static gsize
sentence_length (const gchar *text)
{
  gsize i, gap = 0;

  for (i = 0; text[i] != '\0'; i++) {
    if (strchr (SENTENCE_ENDS, text[i]) != NULL
        && (text[i + 1] == '\0' || g_ascii_isspace (text[i + 1])))
      return i + 1;
    if (g_ascii_isspace (text[i])) {
      if (i >= SENTENCE_MAX)
        return i;
      gap = i;
    }
    if (i >= 2 * SENTENCE_MAX)
      return gap > 0 ? gap : i;
  }
  return i;
}

/* flite knows English only and stumbles over bytes above ASCII */
static gchar *
speakable (const gchar *sentence)
{
  g_autofree gchar *ascii = g_str_to_ascii (sentence, "C");

  return g_strstrip (g_steal_pointer (&ascii));
}

static void
speak_all (gpointer data, gpointer user_data)
{
  LsSpeech *self = data;
  const gchar *rest = self->text;

  while (*rest != '\0' && !g_atomic_int_get (&self->stopped)) {
    gsize length = sentence_length (rest);
    g_autofree gchar *sentence = g_utf8_make_valid (rest, length);
    g_autofree gchar *clean = speakable (sentence);

    rest += length;
    if (*clean != '\0')
      deliver (self, sentence, synthesise (self, clean));
  }
  if (!g_atomic_int_get (&self->stopped))
    deliver (self, NULL, NULL);
  speech_unref (self);
}

LsVoice *
ls_voice_new (void)
{
  LsVoice *self = g_new0 (LsVoice, 1);

  flite_init ();
  self->thread = g_thread_pool_new (speak_all, NULL, 1, FALSE, NULL);
  return self;
}

void
ls_voice_free (LsVoice *self)
{
  g_thread_pool_free (self->thread, FALSE, TRUE);
  g_free (self);
}

static RegisterFunc
find_speaker (const gchar *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (speakers); i++)
    if (g_strcmp0 (speakers[i].speaker, name) == 0)
      return speakers[i].load;
  return register_cmu_us_slt;
}

LsSpeech *
ls_voice_speak (LsVoice *self, const gchar *text, const gchar *speaker,
    gdouble speed, guint rate, LsSpokenFunc spoken, gpointer user_data)
{
  LsSpeech *speech = g_new0 (LsSpeech, 1);

  g_atomic_ref_count_init (&speech->refs);
  g_atomic_ref_count_inc (&speech->refs); /* the thread's */
  speech->context = g_main_context_ref_thread_default ();
  speech->text = g_strdup (text);
  speech->load = find_speaker (speaker);
  speech->speed = speed;
  speech->rate = rate;
  speech->spoken = spoken;
  speech->user_data = user_data;
  g_thread_pool_push (self->thread, speech, NULL);
  return speech;
}

void
ls_speech_free (LsSpeech *self)
{
  self->spoken = NULL;
  g_atomic_int_set (&self->stopped, TRUE);
  speech_unref (self);
}
