/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Opens and closes the items of a reply in the order of the service, and
 * sums it up in the end. */
#include "lsresponse.h"

/* the service's own rate */
#define TOKENS_A_SECOND_HEARD 10

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
  LsOutput output;    /* that one */
  LsMessage *message; /* what is being said in it; NULL: nothing */
  guint64 spoken_ms;
  guint words_told;
};

static void
emit (LsResponse *self, JsonObject *event)
{
  self->host.send (event, self->host.user_data);
}

guint64
ls_response_get_audio_ms (const LsResponse *self)
{
  return self->spoken_ms;
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
  gint64 text_in = LS_TOKENS_OF_WORDS (self->words_read);
  gint64 audio_in = self->heard_ms * TOKENS_A_SECOND_HEARD / 1000;
  gint64 text_out = LS_TOKENS_OF_WORDS (self->words_told);
  gint64 audio_out = self->spoken_ms * LS_TOKENS_A_SECOND_SPOKEN / 1000;

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
  g_clear_pointer (&self->message, ls_message_free);
  g_clear_pointer (&self->reply, ls_reply_free);
  g_clear_pointer (&self->metadata, json_node_unref);
  g_ptr_array_unref (self->outputs);
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

  emit (self, ls_event_response ("response.done", json));
  emit (self, ls_event_rate_limits (tokens));
  self->host.ended (self, self->host.user_data);
}

static void
open_item (LsResponse *self, LsItem *item)
{
  const LsOutput output = { self->id, item, self->outputs->len };

  item->status = LS_STATUS_IN_PROGRESS;
  g_ptr_array_add (self->outputs, item);
  self->output = output;
  if (!self->aside)
    ls_conversation_insert (self->host.conversation, item, NULL);
  emit (
      self, ls_event_output_item ("response.output_item.added", &self->output));
  if (!self->aside)
    emit (self, ls_event_item (
                    "conversation.item.added", self->host.conversation, item));
}

static void
close_item (LsResponse *self, LsItemStatus status)
{
  LsItem *item = g_ptr_array_index (self->outputs, self->output.index);

  item->status = status;
  if (!self->aside)
    emit (self, ls_event_item (
                    "conversation.item.done", self->host.conversation, item));
  emit (
      self, ls_event_output_item ("response.output_item.done", &self->output));
}

static void
close_message (LsResponse *self, LsItemStatus status)
{
  LsItem *item = g_ptr_array_index (self->outputs, self->output.index);

  ls_message_close (self->message);
  self->spoken_ms = item->audio_ms;
  self->words_told = ls_message_get_words (self->message);
  g_clear_pointer (&self->message, ls_message_free);
  close_item (self, status);
}

static void
call_tool (LsResponse *self)
{
  LsItem *item = ls_item_new (LS_ITEM_CALL);

  item->name = g_strdup (self->reply->tool);
  item->call_id = ls_id_new ("call");
  open_item (self, item);
  ls_item_set_text (item, self->reply->arguments);
  emit (self, ls_event_arguments ("response.function_call_arguments.delta",
                  &self->output, FALSE));
  emit (self, ls_event_arguments ("response.function_call_arguments.done",
                  &self->output, TRUE));
  close_item (self, LS_STATUS_COMPLETED);
}

/* what was to be said is said */
static void
complete (LsResponse *self)
{
  if (self->reply->tool != NULL)
    call_tool (self);
  finish (self, "completed", NULL);
}

static void
message_ended (LsMessageEnd end, gpointer user_data)
{
  LsResponse *self = user_data;

  if (end == LS_MESSAGE_RAN_OUT) {
    close_message (self, LS_STATUS_INCOMPLETE);
    finish (self, "incomplete", "max_output_tokens");
    return;
  }
  close_message (self, LS_STATUS_COMPLETED);
  complete (self);
}

static void
open_message (LsResponse *self)
{
  const LsMessageHost host = { self->host.voice, self->host.pace,
    self->host.send, self->host.user_data, message_ended, self };
  LsItem *item = ls_item_new (LS_ITEM_ASSISTANT);

  item->spoken = !self->voicing.text_only;
  item->empty = TRUE;
  open_item (self, item);
  self->message = ls_message_new (&host, &self->voicing, item, &self->output);
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
  ls_message_say (self->message, reply->say);
}

void
ls_response_cancel (LsResponse *self, const gchar *reason)
{
  if (self->message != NULL)
    close_message (self, LS_STATUS_INCOMPLETE);
  finish (self, "cancelled", reason);
}
