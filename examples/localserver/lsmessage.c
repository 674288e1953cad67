/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cuts the voice into chunks, tells the words along with them and keeps the
 * pace. What was sent is what the item keeps when it is cut off. */
#include "lsmessage.h"

#include <string.h>

#define CHUNK_MS 200
/* how far ahead of the pace the first chunks may be */
#define HEAD_START_MS 400
#define TICK_MS 20

typedef struct {
  guint64 at; /* bytes of audio before the word is told */
  gchar *word;
} Mark;

struct _LsMessage {
  /* constant after init */
  LsMessageHost host;
  const LsVoicing *voicing;
  LsItem *item;
  const LsOutput *output;

  GString *told;
  guint words;

  LsSpeech *speech;
  GByteArray *audio; /* in the client's format */
  guint64 sent;      /* bytes of it */
  GQueue marks;
  gboolean all_spoken;
  gint64 first_sent; /* monotonic; 0: nothing yet */
  guint tick;
};

static void
mark_free (gpointer data)
{
  Mark *mark = data;

  g_free (mark->word);
  g_free (mark);
}

static void
emit (LsMessage *self, JsonObject *event)
{
  self->host.send (event, self->host.send_data);
}

LsMessage *
ls_message_new (const LsMessageHost *host, const LsVoicing *voicing,
    LsItem *item, const LsOutput *output)
{
  LsMessage *self = g_new0 (LsMessage, 1);

  self->host = *host;
  self->voicing = voicing;
  self->item = ls_item_ref (item);
  self->output = output;
  self->told = g_string_new (NULL);
  self->audio = g_byte_array_new ();
  item->empty = FALSE;
  ls_item_set_text (item, "");
  emit (self, ls_event_part ("response.content_part.added", output, ""));
  return self;
}

static void
fall_silent (LsMessage *self)
{
  g_clear_pointer (&self->speech, ls_speech_free);
  g_clear_handle_id (&self->tick, g_source_remove);
}

void
ls_message_free (LsMessage *self)
{
  fall_silent (self);
  g_queue_clear_full (&self->marks, mark_free);
  g_byte_array_unref (self->audio);
  g_string_free (self->told, TRUE);
  ls_item_unref (self->item);
  g_free (self);
}

guint
ls_message_get_words (const LsMessage *self)
{
  return self->words;
}

static guint
bytes_a_second (const LsMessage *self)
{
  return ls_format_rate (self->voicing->format)
         * ls_format_sample_size (self->voicing->format);
}

/* the last thing that is done with a message: it may be gone after */
static void
end (LsMessage *self, LsMessageEnd how)
{
  fall_silent (self);
  self->host.ended (how, self->host.user_data);
}

static gboolean
spent (const LsMessage *self)
{
  guint64 tokens
      = self->voicing->text_only
            ? LS_TOKENS_OF_WORDS (self->words)
            : self->item->audio_ms * LS_TOKENS_A_SECOND_SPOKEN / 1000;

  return self->voicing->max_tokens >= 0
         && tokens >= (guint64) self->voicing->max_tokens;
}

static void
tell (LsMessage *self, const gchar *word)
{
  g_string_append (self->told, word);
  self->words++;
  emit (self, ls_event_content (self->voicing->text_only
                                    ? "response.output_text.delta"
                                    : "response.output_audio_transcript.delta",
                  self->output, "delta", word));
}

/* the bytes of the first word of text, with the space before it */
static guint
next_word (const gchar *text)
{
  guint i = 0;

  while (g_ascii_isspace (text[i]))
    i++;
  while (text[i] != '\0' && !g_ascii_isspace (text[i]))
    i++;
  return i;
}

static void
write_text (LsMessage *self, const gchar *text)
{
  while (*text != '\0' && !spent (self)) {
    guint length = next_word (text);
    g_autofree gchar *word = g_strndup (text, length);

    tell (self, word);
    text += length;
  }
  end (self, *text == '\0' ? LS_MESSAGE_SAID : LS_MESSAGE_RAN_OUT);
}

static void
send_chunk (LsMessage *self, guint size)
{
  g_autofree gchar *base64 = NULL;
  Mark *mark;

  while ((mark = g_queue_peek_head (&self->marks)) != NULL
         && mark->at < self->sent + size) {
    tell (self, mark->word);
    mark_free (g_queue_pop_head (&self->marks));
  }
  base64 = g_base64_encode (self->audio->data + self->sent, size);
  emit (self, ls_event_content ("response.output_audio.delta", self->output,
                  "delta", base64));
  self->sent += size;
  self->item->audio_ms = self->sent * 1000 / bytes_a_second (self);
  if (self->first_sent == 0)
    self->first_sent = g_get_monotonic_time ();
}

/* the pace allows the next chunk now */
static gboolean
is_due (const LsMessage *self)
{
  gdouble allowed_ms;

  if (self->host.pace <= 0.0 || self->first_sent == 0)
    return TRUE;
  allowed_ms
      = (g_get_monotonic_time () - self->first_sent) / 1000.0 * self->host.pace
        + HEAD_START_MS;
  return self->sent * 1000 / bytes_a_second (self) + CHUNK_MS <= allowed_ms;
}

static gboolean pump_again (gpointer user_data);

static void
pump (LsMessage *self)
{
  guint chunk = bytes_a_second (self) * CHUNK_MS / 1000;

  for (;;) {
    guint left = self->audio->len - self->sent;

    if (left == 0 && self->all_spoken) {
      end (self, LS_MESSAGE_SAID);
      return;
    }
    if (left == 0 || (left < chunk && !self->all_spoken))
      return; /* the voice will call */
    if (!is_due (self)) {
      if (self->tick == 0)
        self->tick = g_timeout_add (TICK_MS, pump_again, self);
      return;
    }
    send_chunk (self, MIN (left, chunk));
    if (spent (self)) {
      end (self, LS_MESSAGE_RAN_OUT);
      return;
    }
  }
}

static gboolean
pump_again (gpointer user_data)
{
  LsMessage *self = user_data;

  self->tick = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* the words are told evenly along the audio of their sentence */
static void
mark_words (
    LsMessage *self, const gchar *sentence, guint64 start, guint64 bytes)
{
  gsize total = strlen (sentence), at = 0;

  while (at < total) {
    Mark *mark = g_new (Mark, 1);
    guint length = next_word (sentence + at);

    mark->at = start + bytes * at / total;
    mark->word = g_strndup (sentence + at, length);
    g_queue_push_tail (&self->marks, mark);
    at += length;
  }
}

static void
spoken (const gchar *sentence, GArray *samples, gpointer user_data)
{
  LsMessage *self = user_data;

  if (sentence == NULL) {
    self->all_spoken = TRUE;
  } else {
    guint64 start = self->audio->len;

    ls_format_encode (self->voicing->format, (const gint16 *) samples->data,
        samples->len, self->audio);
    mark_words (self, sentence, start, self->audio->len - start);
  }
  pump (self);
}

void
ls_message_say (LsMessage *self, const gchar *text)
{
  if (self->voicing->text_only) {
    write_text (self, text);
    return;
  }
  self->speech = ls_voice_speak (self->host.voice, text, self->voicing->voice,
      self->voicing->speed, ls_format_rate (self->voicing->format), spoken,
      self);
}

void
ls_message_close (LsMessage *self)
{
  const gchar *text = self->told->str;

  fall_silent (self);
  ls_item_set_text (self->item, text);
  if (self->item->spoken) {
    emit (self, ls_event_content (
                    "response.output_audio.done", self->output, NULL, NULL));
    emit (self, ls_event_content ("response.output_audio_transcript.done",
                    self->output, "transcript", text));
  } else {
    emit (self, ls_event_content (
                    "response.output_text.done", self->output, "text", text));
  }
  emit (self, ls_event_part ("response.content_part.done", self->output, text));
}
