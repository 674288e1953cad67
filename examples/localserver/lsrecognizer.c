/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A bounded pool of pocketsphinx decoders and the queue of who gets one.
 * Decoding runs in pool threads; the lock is never held while it does. */
#include "lsrecognizer.h"

#include <gio/gio.h>
#include <pocketsphinx.h>
#include <sphinxbase/cmn.h>
#include <sphinxbase/err.h>
#include <sphinxbase/fe.h>
#include <sphinxbase/feat.h>

#define MODEL_DIR LS_MODEL_DIR
/* samples decoded between two looks at the queue: 100 ms */
#define SLICE 1600
/* samples between two guesses: 300 ms */
#define PARTIAL_EVERY 4800
#define CEPSTRA_MAX 64
/* samples that tell how a voice sounds: 2 s */
#define VOICE_SAMPLES 32000
/* frames that the model's mean counts beside those of the voice: 300 ms */
#define MODEL_FRAMES 30

typedef struct {
  ps_decoder_t *ps;
  mfcc_t cepstral_mean[CEPSTRA_MAX]; /* as the model has it */
} Decoder;

struct _LsRecognizer {
  gatomicrefcount refs;
  /* constant after init */
  guint max_decoders;
  GThreadPool *threads;

  GMutex lock;
  /* lock */
  GQueue idle;  /* Decoder */
  guint busy;   /* decoders held by an utterance */
  GQueue ended; /* LsUtterance, complete, waiting for a decoder */
};

struct _LsUtterance {
  gatomicrefcount refs;
  /* constant after init */
  LsRecognizer *recognizer;
  GMainContext *context;
  gboolean partials;

  /* main thread */
  LsHeardFunc heard;
  gpointer user_data;

  /* the recognizer's lock */
  GArray *pending; /* gint16 */
  guint enough;    /* of them to begin or to go on with */
  gboolean finished, freed;
  gboolean running; /* a pool thread has it */
  gboolean holds;   /* a decoder is set aside for it */
  gboolean queued;

  /* the pool thread that runs it */
  Decoder *decoder;
  gsize since_partial;
};

typedef struct {
  LsUtterance *utterance;
  gchar *text;
  gboolean final;
} Report;

static void
decoder_free (Decoder *decoder)
{
  ps_free (decoder->ps);
  g_free (decoder);
}

static Decoder *
decoder_new (void)
{
  Decoder *decoder;
  cmd_ln_t *config;
  ps_decoder_t *ps;

  /* its noise removal costs more words of clean speech than it saves */
  config = cmd_ln_init (NULL, ps_args (), TRUE, "-hmm", MODEL_DIR "/en-us",
      "-lm", MODEL_DIR "/en-us.lm.bin", "-dict",
      MODEL_DIR "/cmudict-en-us.dict", "-remove_noise", "no", NULL);
  if (config == NULL)
    return NULL;
  ps = ps_init (config);
  cmd_ln_free_r (config);
  if (ps == NULL)
    return NULL;
  decoder = g_new0 (Decoder, 1);
  decoder->ps = ps;
  cmn_live_get (ps_get_feat (ps)->cmn_struct, decoder->cepstral_mean);
  return decoder;
}

static LsUtterance *
utterance_ref (LsUtterance *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void recognizer_unref (LsRecognizer *self);

static void
utterance_unref (LsUtterance *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_array_unref (self->pending);
  g_main_context_unref (self->context);
  recognizer_unref (self->recognizer);
  g_free (self);
}

static void
report_free (gpointer data)
{
  Report *report = data;

  utterance_unref (report->utterance);
  g_free (report->text);
  g_free (report);
}

static gboolean
deliver_report (gpointer data)
{
  Report *report = data;

  if (report->utterance->heard != NULL)
    report->utterance->heard (
        report->text, report->final, report->utterance->user_data);
  return G_SOURCE_REMOVE;
}

static void
report (LsUtterance *self, const gchar *text, gboolean final)
{
  Report *news = g_new (Report, 1);

  news->utterance = utterance_ref (self);
  news->text = g_strdup (text);
  news->final = final;
  g_main_context_invoke_full (
      self->context, G_PRIORITY_DEFAULT, deliver_report, news, report_free);
}

/* lock held. A decoder for who has ended is always left: someone who never
 * stops speaking must not keep the others from being understood. */
static gboolean
claim_decoder (LsUtterance *self)
{
  LsRecognizer *recognizer = self->recognizer;
  guint limit = recognizer->max_decoders;

  if (self->holds)
    return TRUE;
  if (!self->finished && limit > 1)
    limit--;
  if (recognizer->busy >= limit)
    return FALSE;
  recognizer->busy++;
  self->holds = TRUE;
  return TRUE;
}

/* lock held */
static void
schedule (LsUtterance *self)
{
  if (self->running)
    return;
  if (!claim_decoder (self)) {
    if (self->finished && !self->queued) {
      self->queued = TRUE;
      g_queue_push_tail (&self->recognizer->ended, utterance_ref (self));
    }
    return;
  }
  self->running = TRUE;
  g_thread_pool_push (self->recognizer->threads, utterance_ref (self), NULL);
}

/* The decoder learns what to subtract of a voice only after some eight
 * seconds, and a short sentence is misheard until then: so it is told, by how
 * the voice begins. And whose voice came before must not colour this one. */
static void
tune (Decoder *decoder, const gint16 *samples, gsize n)
{
  fe_t *fe = ps_get_fe (decoder->ps);
  cmn_t *cmn = ps_get_feat (decoder->ps)->cmn_struct;
  mfcc_t mean[CEPSTRA_MAX], **cepstra = NULL;
  gint32 n_frames = 0, frames = MODEL_FRAMES, i, j;

  for (j = 0; j < cmn->veclen; j++)
    mean[j] = decoder->cepstral_mean[j] * MODEL_FRAMES;
  fe_start_stream (fe);
  fe_start_utt (fe);
  fe_process_utt (fe, samples, n, &cepstra, &n_frames);
  for (i = 0; i < n_frames; i++) {
    if (cepstra[i][0] < 0) /* digital silence is no voice */
      continue;
    frames++;
    for (j = 0; j < cmn->veclen; j++)
      mean[j] += cepstra[i][j];
  }
  for (j = 0; j < cmn->veclen; j++)
    mean[j] /= frames;
  fe_free_2d (cepstra);
  cmn_live_set (cmn, mean);
}

static gboolean
begin (LsUtterance *self, const GArray *samples)
{
  LsRecognizer *recognizer = self->recognizer;
  Decoder *decoder;

  g_mutex_lock (&recognizer->lock);
  decoder = g_queue_pop_head (&recognizer->idle);
  g_mutex_unlock (&recognizer->lock);
  if (decoder == NULL)
    decoder = decoder_new ();
  if (decoder == NULL)
    return FALSE;
  self->decoder = decoder;
  /* who wants guesses does not wait for better ones */
  tune (decoder, (const gint16 *) samples->data,
      self->partials ? 0 : MIN (samples->len, VOICE_SAMPLES));
  ps_start_stream (decoder->ps);
  return ps_start_utt (decoder->ps) == 0;
}

static void
decode (LsUtterance *self, const GArray *samples)
{
  ps_decoder_t *ps = self->decoder->ps;
  gsize at;

  for (at = 0; at < samples->len; at += SLICE) {
    gsize n = MIN (SLICE, samples->len - at);

    ps_process_raw (ps, &g_array_index (samples, gint16, at), n, FALSE, FALSE);
    self->since_partial += n;
  }
  if (self->partials && self->since_partial >= PARTIAL_EVERY) {
    const gchar *guess = ps_get_hyp (ps, NULL);

    self->since_partial = 0;
    report (self, guess != NULL ? guess : "", FALSE);
  }
}

/* the decoder goes back, and to the first who waits for one */
static void
release (LsUtterance *self)
{
  LsRecognizer *recognizer = self->recognizer;
  LsUtterance *next;

  g_mutex_lock (&recognizer->lock);
  if (self->decoder != NULL)
    g_queue_push_head (&recognizer->idle, self->decoder);
  self->decoder = NULL;
  self->holds = FALSE;
  recognizer->busy--;
  next = g_queue_pop_head (&recognizer->ended);
  if (next != NULL) {
    next->queued = FALSE;
    schedule (next);
  }
  g_mutex_unlock (&recognizer->lock);
  if (next != NULL)
    utterance_unref (next);
}

static void
end (LsUtterance *self, gboolean wanted, gboolean understood)
{
  ps_decoder_t *ps = self->decoder != NULL ? self->decoder->ps : NULL;
  g_autofree gchar *text = NULL;

  if (ps != NULL && understood) {
    const gchar *best;

    ps_end_utt (ps);
    best = ps_get_hyp (ps, NULL);
    text = g_strdup (best != NULL ? best : "");
  }
  release (self);
  if (wanted)
    report (self, text, TRUE);
}

/* lock held. What to decode now, if only to learn that there is nothing; NULL:
 * nothing more has come. */
static GArray *
take_pending (LsUtterance *self, gboolean begun)
{
  GArray *batch;

  if (self->freed || (self->pending->len == 0 && (begun || !self->finished)))
    return NULL;
  batch = self->pending;
  self->pending = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->enough = SLICE;
  return batch;
}

static void
run_utterance (gpointer data, gpointer user_data)
{
  LsUtterance *self = data;
  LsRecognizer *recognizer = self->recognizer;
  gboolean begun = self->decoder != NULL, understood = TRUE;

  for (;;) {
    g_autoptr (GArray) batch = NULL;
    gboolean ended, freed;

    g_mutex_lock (&recognizer->lock);
    freed = self->freed;
    ended = self->finished || freed;
    batch = take_pending (self, begun);
    if (batch == NULL && !ended)
      self->running = FALSE;
    g_mutex_unlock (&recognizer->lock);

    if (batch != NULL) {
      if (!begun)
        understood = begin (self, batch);
      begun = TRUE;
      if (understood)
        decode (self, batch);
      continue;
    }
    if (ended)
      end (self, !freed, understood);
    break;
  }
  utterance_unref (self);
}

LsRecognizer *
ls_recognizer_new (guint max_decoders, GError **error)
{
  LsRecognizer *self;
  Decoder *first;

  err_set_logfp (NULL);
  first = decoder_new ();
  if (first == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "Could not load the speech model in %s (Debian package "
        "pocketsphinx-en-us)",
        MODEL_DIR);
    return NULL;
  }
  self = g_new0 (LsRecognizer, 1);
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->max_decoders = MAX (max_decoders, 1);
  self->threads = g_thread_pool_new (
      run_utterance, NULL, self->max_decoders, FALSE, NULL);
  g_queue_push_head (&self->idle, first);
  return self;
}

static void
recognizer_unref (LsRecognizer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_queue_clear_full (&self->idle, (GDestroyNotify) decoder_free);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
ls_recognizer_free (LsRecognizer *self)
{
  /* waits for what is being decoded */
  g_thread_pool_free (self->threads, FALSE, TRUE);
  recognizer_unref (self);
}

LsUtterance *
ls_utterance_new (LsRecognizer *recognizer, gboolean partials,
    LsHeardFunc heard, gpointer user_data)
{
  LsUtterance *self = g_new0 (LsUtterance, 1);

  g_atomic_ref_count_init (&self->refs);
  g_atomic_ref_count_inc (&recognizer->refs);
  self->recognizer = recognizer;
  self->context = g_main_context_ref_thread_default ();
  self->partials = partials;
  self->heard = heard;
  self->user_data = user_data;
  self->pending = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->enough = partials ? SLICE : VOICE_SAMPLES;
  return self;
}

void
ls_utterance_feed (LsUtterance *self, const gint16 *samples, gsize n)
{
  g_mutex_lock (&self->recognizer->lock);
  g_array_append_vals (self->pending, samples, n);
  if (self->pending->len >= self->enough)
    schedule (self);
  g_mutex_unlock (&self->recognizer->lock);
}

void
ls_utterance_finish (LsUtterance *self)
{
  g_mutex_lock (&self->recognizer->lock);
  self->finished = TRUE;
  schedule (self);
  g_mutex_unlock (&self->recognizer->lock);
}

void
ls_utterance_free (LsUtterance *self)
{
  LsRecognizer *recognizer = self->recognizer;

  self->heard = NULL;
  g_mutex_lock (&recognizer->lock);
  self->freed = TRUE;
  if (self->queued && g_queue_remove (&recognizer->ended, self)) {
    self->queued = FALSE;
    utterance_unref (self);
  }
  if (self->holds)
    schedule (self); /* only to give the decoder back */
  g_mutex_unlock (&recognizer->lock);
  utterance_unref (self);
}
