/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who has the word: turns that end, replies that begin, are interrupted by
 * the next turn or wait for it, and the silence after which one is due. */
#include "lssession-private.h"

#include <string.h>

#define PAYLOAD_MAX (16 * 1024 * 1024)
#define PING_INTERVAL 20
#define CLOSE_GOING_AWAY SOUP_WEBSOCKET_CLOSE_GOING_AWAY

void
ls_session_send (LsSession *self, JsonObject *event)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *text = NULL;

  event = self->services->dialect->say (event);
  if (event == NULL)
    return;
  json_node_take_object (node, event);
  if (soup_websocket_connection_get_state (self->socket)
      != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  text = json_to_string (node, FALSE);
  soup_websocket_connection_send_text (self->socket, text);
  if (self->services->verbose)
    g_printerr ("<- %.160s%s\n", text, strlen (text) > 160 ? "…" : "");
  if (self->services->dump != NULL)
    fprintf (self->services->dump, "%s\n", text);
}

void
ls_session_refuse (
    LsSession *self, LsFault *fault, const gchar *client_event_id)
{
  g_autofree gchar *reason
      = g_strconcat ("invalid_request_error.", fault->code, NULL);

  ls_session_send (self, ls_event_error (fault, client_event_id));
  ls_fault_free (fault);
  if (self->services->dialect->errors_end)
    ls_session_close (self, LS_CLOSE_BAD_REQUEST, reason);
}

static void
send_event (JsonObject *event, gpointer user_data)
{
  ls_session_send (user_data, event);
}

void
ls_session_stop_waiting (LsSession *self)
{
  if (self->idle != 0)
    g_source_remove (self->idle);
  self->idle = 0;
}

LsFault *
ls_session_configure (LsSession *self, JsonObject *settings)
{
  LsFault *fault = ls_config_apply (self->config, settings, self->spoke);

  if (fault != NULL)
    return fault;
  ls_listener_reconfigure (self->listener);
  if (ls_config_hearing (self->config)->idle_ms == 0)
    ls_session_stop_waiting (self);
  return NULL;
}

gboolean
ls_session_add_item (LsSession *self, LsItem *item, const gchar *after)
{
  if (!ls_conversation_insert (self->conversation, item, after))
    return FALSE;
  ls_session_send (self,
      ls_event_item ("conversation.item.added", self->conversation, item));
  ls_session_send (
      self, ls_event_item ("conversation.item.done", self->conversation, item));
  return TRUE;
}

static gboolean
all_ready (GPtrArray *items)
{
  guint i;

  for (i = 0; i < items->len; i++)
    if (!((LsItem *) g_ptr_array_index (items, i))->ready)
      return FALSE;
  return TRUE;
}

static void
append_words (GString *text, const gchar *words)
{
  if (text->len > 0 && *words != '\0')
    g_string_append_c (text, ' ');
  g_string_append (text, words);
}

/* to what the application reports, then to what the user said */
static LsReply *
plan (LsSession *self, GPtrArray *items)
{
  const LsVoicing *voicing = ls_response_get_voicing (self->response);
  g_autoptr (GString) reports = g_string_new (NULL);
  g_autoptr (GString) words = g_string_new (NULL);
  gboolean asked = FALSE;
  LsReply *reply;
  guint i;

  for (i = 0; i < items->len; i++) {
    LsItem *item = g_ptr_array_index (items, i);

    item->handled = TRUE;
    asked = asked || item->kind == LS_ITEM_USER;
    append_words (item->kind == LS_ITEM_USER ? words : reports, item->text);
  }
  if (self->silent_turn && words->len == 0 && reports->len == 0)
    return ls_dialogue_break_silence ();
  if (!asked)
    return reports->len > 0 ? ls_dialogue_report (reports->str)
                            : ls_dialogue_open ();
  reply = ls_dialogue_answer (words->str, voicing->tools, voicing->choice);
  if (reports->len > 0) {
    append_words (reports, reply->say != NULL ? reply->say : "");
    g_free (reply->say);
    reply->say = g_strdup (reports->str);
  }
  return reply;
}

static void
try_to_begin (LsSession *self)
{
  g_autoptr (GPtrArray) items = NULL;

  if (self->response == NULL || ls_response_has_begun (self->response))
    return;
  items = self->input != NULL ? g_ptr_array_ref (self->input)
                              : ls_conversation_unhandled (self->conversation);
  if (!all_ready (items))
    return;
  if (self->input == NULL)
    self->reply_due = FALSE; /* this one is about all that is new */
  ls_response_begin (self->response, plan (self, items));
}

static void
ask_again_after_silence (LsSession *self)
{
  const LsHearing *hearing = ls_config_hearing (self->config);
  LsItem *item = ls_item_new (LS_ITEM_USER);

  item->spoken = TRUE;
  ls_item_set_text (item, "");
  ls_session_send (
      self, ls_event_timeout (self->quiet_since_ms,
                ls_listener_get_position_ms (self->listener), item->id));
  ls_session_send (
      self, ls_event_committed (
                ls_conversation_last_id (self->conversation), item->id));
  ls_session_add_item (self, item, NULL);
  ls_item_unref (item);
  self->silent_turn = TRUE;
  if (hearing->create_response)
    ls_session_respond (self, NULL, NULL);
}

static gboolean
idle_expired (gpointer user_data)
{
  LsSession *self = user_data;

  self->idle = 0;
  if (self->response == NULL)
    ask_again_after_silence (self);
  return G_SOURCE_REMOVE;
}

/* the reply is still being heard for about as long as it is */
static void
wait_for_the_user (LsSession *self, guint64 spoken_ms)
{
  const LsHearing *hearing = ls_config_hearing (self->config);

  ls_session_stop_waiting (self);
  if (!hearing->detect_turns || hearing->idle_ms == 0)
    return;
  self->quiet_since_ms = ls_listener_get_position_ms (self->listener);
  self->idle = g_timeout_add (spoken_ms + hearing->idle_ms, idle_expired, self);
}

static void
response_ended (LsResponse *response, gpointer user_data)
{
  LsSession *self = user_data;
  guint64 spoken_ms = ls_response_get_audio_ms (response);

  self->response = NULL;
  self->silent_turn = FALSE;
  self->spoke = self->spoke || spoken_ms > 0;
  g_clear_pointer (&self->input, g_ptr_array_unref);
  ls_response_free (response);
  if (self->reply_due)
    ls_session_respond (self, NULL, NULL);
  else
    wait_for_the_user (self, spoken_ms);
}

void
ls_session_respond (LsSession *self, JsonObject *request, GPtrArray *input)
{
  const LsResponseHost host = { self->services->voice, self->services->pace,
    self->conversation, send_event, response_ended, self };

  self->reply_due = FALSE;
  self->input = input;
  ls_session_stop_waiting (self);
  self->response = ls_response_new (&host, self->config, request);
  try_to_begin (self);
}

void
ls_session_owe_reply (LsSession *self)
{
  if (self->response != NULL)
    self->reply_due = TRUE;
  else
    ls_session_respond (self, NULL, NULL);
}

static void
speech_started (gpointer user_data)
{
  LsSession *self = user_data;

  if (self->response != NULL
      && ls_config_hearing (self->config)->interrupt_response)
    ls_response_cancel (self->response, "turn_detected");
  ls_session_stop_waiting (self);
}

static void
turn_committed (LsTurn *turn, gboolean detected, gpointer user_data)
{
  LsSession *self = user_data;
  const LsHearing *hearing = ls_config_hearing (self->config);
  LsItem *item = ls_turn_get_item (turn);

  ls_session_send (
      self, ls_event_committed (
                ls_conversation_last_id (self->conversation), item->id));
  ls_session_add_item (self, item, NULL);
  g_ptr_array_add (self->turns, turn);
  ls_turn_finish (turn);
  if (detected && hearing->create_response && !hearing->transcription_only)
    ls_session_owe_reply (self);
}

static void
turn_understood (LsTurn *turn, gpointer user_data)
{
  LsSession *self = user_data;

  g_ptr_array_remove (self->turns, turn);
  try_to_begin (self);
}

static void
message_cb (SoupWebsocketConnection *socket, gint type, GBytes *message,
    gpointer user_data)
{
  LsSession *self = user_data;
  gsize length;
  const gchar *text = g_bytes_get_data (message, &length);

  if (type != SOUP_WEBSOCKET_DATA_TEXT) {
    ls_session_refuse (self,
        ls_fault_new (
            "invalid_event", NULL, "Events are sent as text, not as binary."),
        NULL);
    return;
  }
  if (self->services->verbose)
    g_printerr (
        "-> %.*s%s\n", (gint) MIN (length, 160), text, length > 160 ? "…" : "");
  ls_requests_handle (self, text != NULL ? text : "", length);
}

static void
closed_cb (SoupWebsocketConnection *socket, gpointer user_data)
{
  LsSession *self = user_data;

  self->closed (self, self->user_data);
}

static gboolean
session_expired (gpointer user_data)
{
  LsSession *self = user_data;
  g_autoptr (LsFault) fault = ls_fault_new ("session_expired", NULL,
      "Your session hit the maximum duration of %u minutes.",
      self->services->duration / 60);

  self->expiry = 0;
  ls_session_send (self, ls_event_error (fault, NULL));
  ls_session_close (self, CLOSE_GOING_AWAY, "session_expired");
  return G_SOURCE_REMOVE;
}

static void
grant (LsSession *self, const gchar *settings)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (LsFault) fault = NULL;

  if (settings == NULL)
    return;
  node = json_from_string (settings, NULL);
  fault = ls_session_configure (self, json_node_get_object (node));
  g_assert (fault == NULL);
}

LsSession *
ls_session_new (SoupWebsocketConnection *socket, const LsServices *services,
    const gchar *model, LsSessionClosedFunc closed, gpointer user_data)
{
  LsSession *self = g_new0 (LsSession, 1);
  const LsListenerHost host
      = { { services->recognizer, send_event, turn_understood, self },
          speech_started, turn_committed };

  self->services = services;
  self->socket = g_object_ref (socket);
  self->closed = closed;
  self->user_data = user_data;
  self->config = ls_config_new (
      model, g_get_real_time () / G_USEC_PER_SEC + services->duration);
  self->conversation = ls_conversation_new ();
  self->turns = g_ptr_array_new_with_free_func ((GDestroyNotify) ls_turn_free);
  self->listener = ls_listener_new (&host, ls_config_hearing (self->config));
  self->expiry
      = g_timeout_add_seconds (services->duration, session_expired, self);
  soup_websocket_connection_set_max_incoming_payload_size (socket, PAYLOAD_MAX);
  soup_websocket_connection_set_keepalive_interval (socket, PING_INTERVAL);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), self);
  grant (self, services->dialect->granted);
  self->opened = services->dialect->opening == NULL;
  if (self->opened)
    ls_session_send (self, ls_event_session ("session.created", self->config));
  return self;
}

void
ls_session_free (LsSession *self)
{
  g_signal_handlers_disconnect_by_data (self->socket, self);
  ls_session_stop_waiting (self);
  if (self->expiry != 0)
    g_source_remove (self->expiry);
  g_clear_pointer (&self->response, ls_response_free);
  g_clear_pointer (&self->input, g_ptr_array_unref);
  ls_listener_free (self->listener);
  g_ptr_array_unref (self->turns);
  ls_conversation_free (self->conversation);
  ls_config_free (self->config);
  g_object_unref (self->socket);
  g_free (self);
}

void
ls_session_close (LsSession *self, gushort code, const gchar *reason)
{
  if (soup_websocket_connection_get_state (self->socket)
      == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->socket, code, reason);
}
