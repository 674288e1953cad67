/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The client events of realtime-v2, one function each. They come validated;
 * what is checked here is what only the state of the session can tell. */
#include "lssession-private.h"

#include <string.h>

typedef LsFault *(*RequestFunc) (LsSession *self, JsonObject *event);

static LsFault *
update_session (LsSession *self, JsonObject *event)
{
  LsFault *fault = ls_session_configure (
      self, json_object_get_object_member (event, "session"));

  if (fault == NULL)
    ls_session_send (self, ls_event_session ("session.updated", self->config));
  return fault;
}

/* strict, where GLib's decoder takes anything */
static guint8 *
decode_base64 (const gchar *text, gsize *size)
{
  gsize length = strlen (text), i, padding = 0;

  if (length % 4 != 0)
    return NULL;
  for (i = 0; i < length; i++) {
    if (text[i] == '=' && i + 2 >= length)
      padding++;
    else if (padding > 0
             || !(
                 g_ascii_isalnum (text[i]) || text[i] == '+' || text[i] == '/'))
      return NULL;
  }
  if (length == 0) {
    *size = 0;
    return g_malloc0 (1);
  }
  return g_base64_decode (text, size);
}

GBytes *
ls_requests_decode_audio (
    JsonObject *event, const gchar *name, guint frame_size, LsFault **fault)
{
  gsize size = 0;
  g_autofree guint8 *bytes
      = decode_base64 (json_object_get_string_member (event, name), &size);

  if (bytes == NULL)
    *fault = ls_fault_new ("invalid_value", name,
        "Invalid '%s'. Expected base64-encoded audio bytes, but got an "
        "invalid value.",
        name);
  else if (size % frame_size != 0)
    *fault = ls_fault_new ("invalid_value", name,
        "Invalid '%s'. Expected whole samples of %u bytes, but got "
        "%" G_GSIZE_FORMAT " bytes.",
        name, frame_size, size);
  else
    return g_bytes_new_take (g_steal_pointer (&bytes), size);
  return NULL;
}

static LsFault *
append_audio (LsSession *self, JsonObject *event)
{
  LsFormat format = ls_config_hearing (self->config)->input;
  LsFault *fault = NULL;
  g_autoptr (GBytes) audio = ls_requests_decode_audio (
      event, "audio", ls_format_sample_size (format), &fault);

  if (audio == NULL)
    return fault;
  ls_listener_append (
      self->listener, g_bytes_get_data (audio, NULL), g_bytes_get_size (audio));
  return NULL;
}

static LsFault *
commit_audio (LsSession *self, JsonObject *event)
{
  gdouble available_ms;

  if (ls_listener_commit (self->listener, &available_ms))
    return NULL;
  return ls_fault_new ("input_audio_buffer_commit_empty", NULL,
      "Error committing input audio buffer: buffer too small. Expected at "
      "least 100ms of audio, but buffer only has %.2fms of audio.",
      available_ms);
}

static LsFault *
clear_audio (LsSession *self, JsonObject *event)
{
  ls_listener_clear (self->listener);
  ls_session_send (self, ls_event_new ("input_audio_buffer.cleared"));
  return NULL;
}

static LsFault *
only_in_conversations (LsSession *self, JsonObject *event)
{
  if (!ls_config_hearing (self->config)->transcription_only)
    return NULL;
  return ls_fault_new ("invalid_event", NULL,
      "The event '%s' is not allowed in a transcription session.",
      json_object_get_string_member (event, "type"));
}

static LsFault *
create_item (LsSession *self, JsonObject *event)
{
  const gchar *after = json_object_get_string_member_with_default (
      event, "previous_item_id", NULL);
  g_autoptr (LsItem) item = NULL;
  LsFault *fault = only_in_conversations (self, event);

  if (fault != NULL)
    return fault;
  item = ls_item_from_json (json_object_get_object_member (event, "item"));
  if (item->kind == LS_ITEM_CALL_OUTPUT
      && ls_conversation_find_call (self->conversation, item->call_id) == NULL)
    return ls_fault_new ("invalid_tool_call_id", NULL,
        "Tool call ID '%s' not found in conversation.", item->call_id);
  if (ls_conversation_find (self->conversation, item->id) != NULL)
    return ls_fault_new ("item_create_duplicate_item_id", "item.id",
        "Error adding item: an item with id '%s' already exists.", item->id);
  if (!ls_session_add_item (self, item, after))
    return ls_fault_new ("item_not_found", "previous_item_id",
        "Error adding item: the previous item with id '%s' does not exist.",
        after);
  return NULL;
}

static LsItem *
find_item (
    LsSession *self, JsonObject *event, const gchar *deed, LsFault **fault)
{
  const gchar *id = json_object_get_string_member (event, "item_id");
  LsItem *item = ls_conversation_find (self->conversation, id);

  if (item == NULL)
    *fault = ls_fault_new ("item_not_found", "item_id",
        "Error %s item: the item with id '%s' does not exist.", deed, id);
  return item;
}

static LsFault *
retrieve_item (LsSession *self, JsonObject *event)
{
  LsFault *fault = NULL;
  LsItem *item = find_item (self, event, "retrieving", &fault);

  if (item != NULL)
    ls_session_send (
        self, ls_event_item ("conversation.item.retrieved", NULL, item));
  return fault;
}

static LsFault *
delete_item (LsSession *self, JsonObject *event)
{
  const gchar *id = json_object_get_string_member (event, "item_id");
  LsFault *fault = NULL;

  if (find_item (self, event, "deleting", &fault) == NULL)
    return fault;
  ls_conversation_remove (self->conversation, id);
  ls_session_send (self, ls_event_item_id ("conversation.item.deleted", id));
  return NULL;
}

static LsFault *
truncate_item (LsSession *self, JsonObject *event)
{
  gint64 index = json_object_get_int_member (event, "content_index");
  gint64 end_ms = json_object_get_int_member (event, "audio_end_ms");
  LsFault *fault = NULL;
  LsItem *item = find_item (self, event, "truncating", &fault);

  if (item == NULL)
    return fault;
  if (item->kind != LS_ITEM_ASSISTANT || !item->spoken || item->audio_ms == 0)
    return ls_fault_new ("invalid_value", "item_id",
        "Only model output audio messages can be truncated");
  if (index != 0)
    return ls_fault_new ("invalid_value", "content_index",
        "Content index %" G_GINT64_FORMAT " is out of range: the item has 1 "
        "content part.",
        index);
  if ((guint64) end_ms > item->audio_ms)
    return ls_fault_new ("invalid_value", "audio_end_ms",
        "Audio content of %" G_GUINT64_FORMAT
        "ms is already shorter than %" G_GINT64_FORMAT "ms",
        item->audio_ms, end_ms);
  item->audio_ms = end_ms;
  /* nobody knows which of the words were heard, so none is kept */
  ls_item_set_text (item, "");
  ls_session_send (self, ls_event_truncated (item->id, end_ms));
  return NULL;
}

static LsItem *
input_item (LsSession *self, JsonObject *json, guint index, LsFault **fault)
{
  const gchar *id;
  LsItem *item;

  if (!g_str_equal (
          json_object_get_string_member (json, "type"), "item_reference"))
    return ls_item_from_json (json);
  id = json_object_get_string_member (json, "id");
  item = ls_conversation_find (self->conversation, id);
  if (item != NULL)
    return ls_item_ref (item);
  *fault = ls_fault_new ("item_not_found", NULL,
      "The item 'response.input[%u]' refers to, '%s', does not exist.", index,
      id);
  return NULL;
}

static GPtrArray *
collect_input (LsSession *self, JsonArray *input, LsFault **fault)
{
  g_autoptr (GPtrArray) items
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ls_item_unref);
  guint i;

  for (i = 0; i < json_array_get_length (input); i++) {
    g_autoptr (LsItem) item
        = input_item (self, json_array_get_object_element (input, i), i, fault);

    if (item == NULL)
      return NULL;
    if (item->kind == LS_ITEM_ASSISTANT)
      g_ptr_array_set_size (items, 0);
    else if (item->kind != LS_ITEM_CALL)
      g_ptr_array_add (items, g_steal_pointer (&item));
  }
  return g_steal_pointer (&items);
}

static LsFault *
create_response (LsSession *self, JsonObject *event)
{
  JsonNode *node = json_object_get_member (event, "response");
  JsonObject *request = NULL;
  GPtrArray *input = NULL;
  LsFault *fault = only_in_conversations (self, event);

  if (fault != NULL)
    return fault;
  if (self->response != NULL)
    return ls_fault_new ("conversation_already_has_active_response", NULL,
        "Conversation already has an active response in progress: %s. Wait "
        "until the response is finished before creating a new one.",
        ls_response_get_id (self->response));
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    request = json_node_get_object (node);
  if (request != NULL && json_object_has_member (request, "input")) {
    input = collect_input (
        self, json_object_get_array_member (request, "input"), &fault);
    if (input == NULL)
      return fault;
  }
  ls_session_respond (self, request, input);
  return NULL;
}

static LsFault *
cancel_response (LsSession *self, JsonObject *event)
{
  const gchar *id
      = json_object_get_string_member_with_default (event, "response_id", NULL);

  if (self->response == NULL
      || (id != NULL && !g_str_equal (id, ls_response_get_id (self->response))))
    return ls_fault_new ("response_cancel_not_active", NULL,
        "Cancellation failed: no active response found");
  ls_response_cancel (self->response, "client_cancelled");
  return NULL;
}

static const struct {
  const gchar *type;
  RequestFunc handle;
} requests[] = {
  { "input_audio_buffer.append", append_audio },
  { "session.update", update_session },
  { "input_audio_buffer.commit", commit_audio },
  { "input_audio_buffer.clear", clear_audio },
  { "conversation.item.create", create_item },
  { "conversation.item.retrieve", retrieve_item },
  { "conversation.item.truncate", truncate_item },
  { "conversation.item.delete", delete_item },
  { "response.create", create_response },
  { "response.cancel", cancel_response },
};

LsFault *
ls_requests_do (LsSession *self, JsonObject *event)
{
  const gchar *type = json_object_get_string_member (event, "type");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (requests); i++)
    if (g_str_equal (requests[i].type, type))
      return requests[i].handle (self, event);
  g_assert_not_reached (); /* the tables of lsrules.c name these and no more */
}

static LsFault *
handle (LsSession *self, JsonNode *node)
{
  const LsDialect *dialect = self->services->dialect;
  JsonObject *event = json_node_get_object (node);
  LsFault *fault = ls_validate_event (node, dialect->rules);

  if (fault != NULL)
    return fault;
  if (!self->opened
      && !g_str_equal (
          json_object_get_string_member (event, "type"), dialect->opening))
    return ls_fault_new ("invalid_event", NULL,
        "The first event of a session is '%s', but got '%s'.", dialect->opening,
        json_object_get_string_member (event, "type"));
  return dialect->handle (self, event);
}

void
ls_requests_handle (LsSession *self, const gchar *text, gsize length)
{
  LsFault *fault = NULL;
  g_autoptr (JsonNode) node = ls_validate_parse (text, length, &fault);
  JsonObject *event = node != NULL ? json_node_get_object (node) : NULL;
  JsonNode *id
      = event != NULL ? json_object_get_member (event, "event_id") : NULL;

  if (event != NULL)
    fault = handle (self, node);
  if (fault != NULL)
    ls_session_refuse (self, fault,
        id != NULL && json_node_get_value_type (id) == G_TYPE_STRING
            ? json_node_get_string (id)
            : NULL);
}
