/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sends a reply in the order of the service: item, part, deltas, dones. What
 * was sent by the time of a cancel is what the item keeps. */
#include "lsresponse.h"

#include <string.h>

#define CHUNK_MS 200
/* how far ahead of the pace the first chunks may be */
#define HEAD_START_MS 400
#define TICK_MS 20
/* the service's own rates: tokens of a second of speech, in and out */
#define TOKENS_A_SECOND_HEARD 10
#define TOKENS_A_SECOND_SPOKEN 20

typedef struct {
  guint64 at; /* bytes of audio before the word is told */
  gchar *word;
} Mark;

struct _LsResponse {
  /* constant after init */
  LsResponseHost host;
  gchar *id;
  LsVoicing voicing;
  gboolean aside; /* leaves no trace in the conversation */
  JsonNode *metadata;
  gint64 words_read;
  guint64 heard_ms;

  LsReply *reply;     /* NULL: not begun */
  GPtrArray *outputs; /* LsItem; the last one is open or none is */
  gboolean open;
  GString *told; /* of the open message */
  guint words_told;

  LsSpeech *speech;
  GByteArray *audio; /* in the client's format, all of the open message */
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
emit (LsResponse *self, JsonObject *event)
{
  self->host.send (event, self->host.user_data);
}

static guint64
audio_ms (const LsResponse *self, guint64 bytes)
{
  return bytes * 1000
         / (ls_format_rate (self->voicing.format)
             * ls_format_sample_size (self->voicing.format));
}

guint64
ls_response_get_audio_ms (const LsResponse *self)
{
  return audio_ms (self, self->sent);
}

const gchar *
ls_response_get_id (const LsResponse *self)
{
  return self->id;
}

const LsVoicing *
ls_response_get_voicing (const LsResponse *self)
{
  return &self->voicing;
}

gboolean
ls_response_has_begun (const LsResponse *self)
{
  return self->reply != NULL;
}

static JsonObject *
usage_to_json (const LsResponse *self)
{
  JsonObject *usage = json_object_new ();
  JsonObject *input = json_object_new (), *output = json_object_new ();
  gint64 text_in = self->words_read * 4 / 3;
  gint64 audio_in = self->heard_ms * TOKENS_A_SECOND_HEARD / 1000;
  gint64 text_out = self->words_told * 4 / 3;
  gint64 audio_out
      = ls_response_get_audio_ms (self) * TOKENS_A_SECOND_SPOKEN / 1000;

  json_object_set_int_member (
      usage, "total_tokens", text_in + audio_in + text_out + audio_out);
  json_object_set_int_member (usage, "input_tokens", text_in + audio_in);
  json_object_set_int_member (usage, "output_tokens", text_out + audio_out);
  json_object_set_int_member (input, "text_tokens", text_in);
  json_object_set_int_member (input, "audio_tokens", audio_in);
  json_object_set_int_member (input, "image_tokens", 0);
  json_object_set_int_member (input, "cached_tokens", 0);
  json_object_set_object_member (usage, "input_token_details", input);
  json_object_set_int_member (output, "text_tokens", text_out);
  json_object_set_int_member (output, "audio_tokens", audio_out);
  json_object_set_object_member (usage, "output_token_details", output);
  return usage;
}

static void
add_voicing (const LsResponse *self, JsonObject *json)
{
  JsonArray *modalities = json_array_new ();
  JsonObject *audio = json_object_new (), *output = json_object_new ();

  json_array_add_string_element (
      modalities, self->voicing.text_only ? "text" : "audio");
  json_object_set_array_member (json, "output_modalities", modalities);
  if (self->voicing.max_tokens < 0)
    json_object_set_string_member (json, "max_output_tokens", "inf");
  else
    json_object_set_int_member (
        json, "max_output_tokens", self->voicing.max_tokens);
  json_object_set_object_member (
      output, "format", ls_format_to_json (self->voicing.format));
  json_object_set_string_member (output, "voice", self->voicing.voice);
  json_object_set_object_member (audio, "output", output);
  json_object_set_object_member (json, "audio", audio);
}

static JsonObject *
to_json (const LsResponse *self, const gchar *status, const gchar *reason)
{
  JsonObject *json = json_object_new (), *details;
  JsonArray *outputs = json_array_new ();
  gboolean running = g_str_equal (status, "in_progress");
  guint i;

  for (i = 0; i < self->outputs->len; i++)
    json_array_add_object_element (
        outputs, ls_item_to_json (g_ptr_array_index (self->outputs, i)));
  json_object_set_string_member (json, "object", "realtime.response");
  json_object_set_string_member (json, "id", self->id);
  json_object_set_string_member (json, "status", status);
  json_object_set_null_member (json, "status_details");
  if (reason != NULL) {
    details = json_object_new ();
    json_object_set_string_member (details, "type", status);
    json_object_set_string_member (details, "reason", reason);
    json_object_set_object_member (json, "status_details", details);
  }
  json_object_set_array_member (json, "output", outputs);
  json_object_set_string_member (json, "conversation_id",
      self->aside ? NULL : ls_conversation_get_id (self->host.conversation));
  add_voicing (self, json);
  if (running)
    json_object_set_null_member (json, "usage");
  else
    json_object_set_object_member (json, "usage", usage_to_json (self));
  if (self->metadata != NULL)
    json_object_set_member (json, "metadata", json_node_copy (self->metadata));
  else
    json_object_set_null_member (json, "metadata");
  return json;
}

LsResponse *
ls_response_new (
    const LsResponseHost *host, const LsConfig *config, JsonObject *request)
{
  LsResponse *self = g_new0 (LsResponse, 1);
  guint words;

  self->host = *host;
  self->id = ls_id_new ("resp");
  self->outputs
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ls_item_unref);
  self->told = g_string_new (NULL);
  self->audio = g_byte_array_new ();
  ls_config_voicing (config, request, &self->voicing);
  if (request != NULL) {
    JsonNode *metadata = json_object_get_member (request, "metadata");

    self->aside = g_strcmp0 (json_object_get_string_member_with_default (
                                 request, "conversation", NULL),
                      "none")
                  == 0;
    self->metadata = metadata != NULL ? json_node_copy (metadata) : NULL;
  }
  ls_conversation_measure (host->conversation, &words, &self->heard_ms);
  self->words_read = words;
  emit (self, ls_event_response (
                  "response.created", to_json (self, "in_progress", NULL)));
  return self;
}

void
ls_response_free (LsResponse *self)
{
  if (self->tick != 0)
    g_source_remove (self->tick);
  g_clear_pointer (&self->speech, ls_speech_free);
  g_queue_clear_full (&self->marks, mark_free);
  g_clear_pointer (&self->reply, ls_reply_free);
  g_clear_pointer (&self->metadata, json_node_unref);
  g_ptr_array_unref (self->outputs);
  g_string_free (self->told, TRUE);
  g_byte_array_unref (self->audio);
  ls_voicing_clear (&self->voicing);
  g_free (self->id);
  g_free (self);
}

/* the last thing that is done with a response: it may be gone after */
static void
finish (LsResponse *self, const gchar *status, const gchar *reason)
{
  JsonObject *json = to_json (self, status, reason);
  JsonObject *usage = json_object_get_object_member (json, "usage");
  gint64 tokens = json_object_get_int_member (usage, "total_tokens");

  if (self->tick != 0)
    g_source_remove (self->tick);
  self->tick = 0;
  g_clear_pointer (&self->speech, ls_speech_free);
  emit (self, ls_event_response ("response.done", json));
  emit (self, ls_event_rate_limits (tokens));
  self->host.ended (self, self->host.user_data);
}

static LsOutput
current (const LsResponse *self)
{
  guint last = self->outputs->len - 1;
  LsOutput output = { self->id, g_ptr_array_index (self->outputs, last), last };

  return output;
}

static void
open_item (LsResponse *self, LsItem *item)
{
  LsOutput output;

  item->status = LS_STATUS_IN_PROGRESS;
  g_ptr_array_add (self->outputs, item);
  self->open = TRUE;
  output = current (self);
  if (!self->aside)
    ls_conversation_insert (self->host.conversation, item, NULL);
  emit (self, ls_event_output_item ("response.output_item.added", &output));
  if (!self->aside)
    emit (self, ls_event_item (
                    "conversation.item.added", self->host.conversation, item));
}

static void
close_item (LsResponse *self, LsItemStatus status)
{
  LsOutput output = current (self);
  LsItem *item = g_ptr_array_index (self->outputs, output.index);

  item->status = status;
  self->open = FALSE;
  if (!self->aside)
    emit (self, ls_event_item (
                    "conversation.item.done", self->host.conversation, item));
  emit (self, ls_event_output_item ("response.output_item.done", &output));
}

static void
open_message (LsResponse *self)
{
  LsItem *item = ls_item_new (LS_ITEM_ASSISTANT);
  LsOutput output;

  item->spoken = !self->voicing.text_only;
  item->empty = TRUE;
  open_item (self, item);
  item->empty = FALSE;
  ls_item_set_text (item, "");
  output = current (self);
  emit (self, ls_event_part ("response.content_part.added", &output, ""));
}

static void
close_message (LsResponse *self, LsItemStatus status)
{
  LsOutput output = current (self);
  LsItem *item = g_ptr_array_index (self->outputs, output.index);
  const gchar *text = self->told->str;

  ls_item_set_text (item, text);
  if (item->spoken) {
    emit (self,
        ls_event_content ("response.output_audio.done", &output, NULL, NULL));
    emit (self, ls_event_content ("response.output_audio_transcript.done",
                    &output, "transcript", text));
  } else {
    emit (self,
        ls_event_content ("response.output_text.done", &output, "text", text));
  }
  emit (self, ls_event_part ("response.content_part.done", &output, text));
  close_item (self, status);
}

static void
call_tool (LsResponse *self)
{
  LsItem *item = ls_item_new (LS_ITEM_CALL);
  LsOutput output;

  item->name = g_strdup (self->reply->tool);
  item->call_id = ls_id_new ("call");
  open_item (self, item);
  ls_item_set_text (item, self->reply->arguments);
  output = current (self);
  emit (self, ls_event_arguments (
                  "response.function_call_arguments.delta", &output, FALSE));
  emit (self, ls_event_arguments (
                  "response.function_call_arguments.done", &output, TRUE));
  close_item (self, LS_STATUS_COMPLETED);
}

/* the message was given in full */
static void
complete (LsResponse *self)
{
  if (self->open)
    close_message (self, LS_STATUS_COMPLETED);
  if (self->reply->tool != NULL)
    call_tool (self);
  finish (self, "completed", NULL);
}

static void
tell (LsResponse *self, const gchar *word)
{
  LsOutput output = current (self);

  g_string_append (self->told, word);
  self->words_told++;
  emit (self, ls_event_content (self->voicing.text_only
                                    ? "response.output_text.delta"
                                    : "response.output_audio_transcript.delta",
                  &output, "delta", word));
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

static gboolean
spent (const LsResponse *self)
{
  guint64 tokens
      = self->voicing.text_only
            ? self->words_told * 4 / 3
            : ls_response_get_audio_ms (self) * TOKENS_A_SECOND_SPOKEN / 1000;

  return self->voicing.max_tokens >= 0
         && tokens >= (guint64) self->voicing.max_tokens;
}

static void
run_out (LsResponse *self)
{
  close_message (self, LS_STATUS_INCOMPLETE);
  finish (self, "incomplete", "max_output_tokens");
}

static void
write_text (LsResponse *self, const gchar *text)
{
  while (*text != '\0') {
    guint length = next_word (text);
    g_autofree gchar *word = g_strndup (text, length);

    if (spent (self)) {
      run_out (self);
      return;
    }
    tell (self, word);
    text += length;
  }
  complete (self);
}

static void
send_chunk (LsResponse *self, guint size)
{
  LsOutput output = current (self);
  LsItem *item = g_ptr_array_index (self->outputs, output.index);
  g_autofree gchar *base64 = NULL;
  Mark *mark;

  while ((mark = g_queue_peek_head (&self->marks)) != NULL
         && mark->at < self->sent + size) {
    tell (self, mark->word);
    mark_free (g_queue_pop_head (&self->marks));
  }
  base64 = g_base64_encode (self->audio->data + self->sent, size);
  emit (self, ls_event_content (
                  "response.output_audio.delta", &output, "delta", base64));
  self->sent += size;
  item->audio_ms = ls_response_get_audio_ms (self);
  if (self->first_sent == 0)
    self->first_sent = g_get_monotonic_time ();
}

/* the pace allows the next chunk now */
static gboolean
is_due (const LsResponse *self)
{
  gdouble allowed;

  if (self->host.pace <= 0.0 || self->first_sent == 0)
    return TRUE;
  allowed
      = (g_get_monotonic_time () - self->first_sent) / 1000.0 * self->host.pace
        + HEAD_START_MS;
  return audio_ms (self, self->sent) + CHUNK_MS <= allowed;
}

static gboolean pump_again (gpointer user_data);

static void
pump (LsResponse *self)
{
  guint chunk = ls_format_rate (self->voicing.format)
                * ls_format_sample_size (self->voicing.format) * CHUNK_MS
                / 1000;

  for (;;) {
    guint left = self->audio->len - self->sent;

    if (left == 0 && self->all_spoken) {
      complete (self);
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
      run_out (self);
      return;
    }
  }
}

static gboolean
pump_again (gpointer user_data)
{
  LsResponse *self = user_data;

  self->tick = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* the words are told evenly along the audio of their sentence */
static void
mark_words (
    LsResponse *self, const gchar *sentence, guint64 start, guint64 bytes)
{
  guint total = strlen (sentence), at = 0;

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
  LsResponse *self = user_data;

  if (sentence == NULL) {
    self->all_spoken = TRUE;
  } else {
    guint64 start = self->audio->len;

    ls_format_encode (self->voicing.format, (const gint16 *) samples->data,
        samples->len, self->audio);
    mark_words (self, sentence, start, self->audio->len - start);
  }
  pump (self);
}

void
ls_response_begin (LsResponse *self, LsReply *reply)
{
  self->reply = reply;
  if (reply->say == NULL) {
    complete (self);
    return;
  }
  open_message (self);
  if (self->voicing.text_only) {
    write_text (self, reply->say);
    return;
  }
  self->speech = ls_voice_speak (self->host.voice, reply->say,
      self->voicing.voice, self->voicing.speed,
      ls_format_rate (self->voicing.format), spoken, self);
}

void
ls_response_cancel (LsResponse *self, const gchar *reason)
{
  if (self->open)
    close_message (self, LS_STATUS_INCOMPLETE);
  finish (self, "cancelled", reason);
}
