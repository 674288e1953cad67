/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Turns guesses into deltas that never take a word back: only words on which
 * two guesses in a row agree are told, and not the last, which still grows. */
#include "lsturn.h"

#include <string.h>

#define SAMPLES_A_MS 16

struct _LsTurn {
  LsTurnHost host;
  gboolean transcribe, by_duration;
  LsItem *item;
  LsUtterance *utterance;
  guint64 samples;
  gchar *guess;  /* the one before */
  GString *told; /* the deltas so far */
};

static void
tell (LsTurn *self, const gchar *delta)
{
  g_string_append (self->told, delta);
  self->host.send (
      ls_event_heard_delta (self->item->id, delta), self->host.user_data);
}

/* the bytes of whole words that both have at their beginning */
static gsize
agreement (const gchar *a, const gchar *b)
{
  gsize i, words = 0;

  for (i = 0; a[i] == b[i] && a[i] != '\0'; i++)
    if (a[i] == ' ')
      words = i;
  return words;
}

static void
follow_guess (LsTurn *self, const gchar *guess)
{
  gsize sure = self->guess != NULL ? agreement (self->guess, guess) : 0;

  if (sure > self->told->len
      && strncmp (guess, self->told->str, self->told->len) == 0) {
    g_autofree gchar *news
        = g_strndup (guess + self->told->len, sure - self->told->len);

    tell (self, news);
  }
  g_free (self->guess);
  self->guess = g_strdup (guess);
}

static void
tell_rest (LsTurn *self, const gchar *text)
{
  const gchar *at, *end;

  if (!g_str_has_prefix (text, self->told->str))
    return; /* told too early; the completed transcript is the right one */
  for (at = text + self->told->len; *at != '\0'; at = end) {
    g_autofree gchar *word = NULL;

    end = strchr (at + 1, ' ');
    if (end == NULL)
      end = at + strlen (at);
    word = g_strndup (at, end - at);
    tell (self, word);
  }
}

static void
heard (const gchar *text, gboolean final, gpointer user_data)
{
  LsTurn *self = user_data;

  if (!final) {
    follow_guess (self, text);
    return;
  }
  ls_item_set_text (self->item, text != NULL ? text : "");
  self->item->ready = TRUE;
  if (self->transcribe && text == NULL) {
    self->host.send (ls_event_not_heard (self->item->id), self->host.user_data);
  } else if (self->transcribe) {
    tell_rest (self, text);
    self->host.send (
        ls_event_heard (self->item, self->by_duration), self->host.user_data);
  }
  self->host.understood (self, self->host.user_data);
}

LsTurn *
ls_turn_new (const LsTurnHost *host, const LsHearing *hearing)
{
  LsTurn *self = g_new0 (LsTurn, 1);

  self->host = *host;
  self->transcribe = hearing->transcribe;
  self->by_duration = hearing->transcribe_by_duration;
  self->told = g_string_new (NULL);
  self->item = ls_item_new (LS_ITEM_USER);
  self->item->spoken = TRUE;
  self->item->ready = FALSE;
  self->utterance = ls_utterance_new (host->recognizer,
      hearing->transcribe && hearing->transcribe_live, heard, self);
  return self;
}

void
ls_turn_free (LsTurn *self)
{
  ls_utterance_free (self->utterance);
  ls_item_unref (self->item);
  g_string_free (self->told, TRUE);
  g_free (self->guess);
  g_free (self);
}

void
ls_turn_feed (LsTurn *self, const gint16 *samples, gsize n)
{
  self->samples += n;
  self->item->audio_ms = self->samples / SAMPLES_A_MS;
  ls_utterance_feed (self->utterance, samples, n);
}

void
ls_turn_finish (LsTurn *self)
{
  ls_utterance_finish (self->utterance);
}

LsItem *
ls_turn_get_item (LsTurn *self)
{
  return self->item;
}
