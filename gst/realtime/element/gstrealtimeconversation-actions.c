/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Action signals and the commands that come as events.  Any thread; they
 * return at once.
 */
#include "gstrealtimebus.h"
#include "gstrealtimeconversation-private.h"

#include "rtjson.h"

#include <string.h>

static gboolean
refuse (GstRealtimeConversation *self, const gchar *code, const gchar *text)
{
  gst_realtime_bus_post_refusal (GST_ELEMENT (self), code, text);
  return FALSE;
}

static gboolean
request (GstRealtimeConversation *self, const RtRequest *wanted)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);
  RtAnswer answer = RT_ANSWER_ENDING;

  if (wanted->text != NULL && !g_utf8_validate (wanted->text, -1, NULL)) {
    g_clear_pointer (&conversation, rt_conversation_unref);
    return refuse (self, "invalid_value", "the text is not valid UTF-8");
  }
  if (conversation != NULL) {
    answer = rt_conversation_request (conversation, wanted);
    rt_conversation_unref (conversation);
  }
  if (answer == RT_ANSWER_ENDING)
    return refuse (self, "not_running", "conversation is not running");
  return answer == RT_ANSWER_YES;
}

static gboolean
request_plain (GstRealtimeConversation *self, RtRequestType type)
{
  RtRequest wanted = { .type = type };

  return request (self, &wanted);
}

static gboolean
on_start (GstRealtimeConversation *self)
{
  gboolean active;

  GST_OBJECT_LOCK (self);
  active = self->active;
  GST_OBJECT_UNLOCK (self);
  if (!active)
    return refuse (
        self, "not_running", "the element is not in PAUSED or PLAYING");
  return gst_realtime_conversation_start (self);
}

/* Hanging up ends what is being said, too. */
static gboolean
on_close (GstRealtimeConversation *self)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);
  gboolean closes = FALSE;

  if (conversation != NULL) {
    closes = rt_conversation_close (conversation, RT_CLOSED_REQUESTED);
    rt_conversation_unref (conversation);
  }
  if (!closes)
    return refuse (self, "not_running", "conversation is not running");
  return TRUE;
}

static gboolean
on_send_text (GstRealtimeConversation *self, const gchar *text)
{
  RtRequest wanted = { .type = RT_REQUEST_TEXT, .text = text };

  if (text == NULL || *text == '\0')
    return refuse (self, "invalid_value", "there is no text to send");
  return request (self, &wanted);
}

static gboolean
on_send_event (GstRealtimeConversation *self, const gchar *json)
{
  RtRequest wanted = { .type = RT_REQUEST_RAW, .text = json };
  g_autoptr (JsonNode) node = NULL;

  if (json != NULL)
    node = rt_json_parse_object (json, strlen (json), NULL);
  if (node == NULL)
    return refuse (
        self, "invalid_value", "the event to send is not a JSON object");
  return request (self, &wanted);
}

static gboolean
on_commit_audio (GstRealtimeConversation *self)
{
  return request_plain (self, RT_REQUEST_COMMIT);
}

static gboolean
on_clear_audio (GstRealtimeConversation *self)
{
  return request_plain (self, RT_REQUEST_CLEAR);
}

static gboolean
on_create_response (GstRealtimeConversation *self)
{
  return request_plain (self, RT_REQUEST_CREATE_RESPONSE);
}

static gboolean
on_interrupt (GstRealtimeConversation *self)
{
  return request_plain (self, RT_REQUEST_INTERRUPT);
}

static gboolean
on_handoff_output (GstRealtimeConversation *self, const gchar *id,
    const gchar *text, gboolean final)
{
  RtRequest wanted = {
    .type = RT_REQUEST_HANDOFF_OUTPUT,
    .id = id,
    .text = text != NULL ? text : "",
    .final = final,
  };

  return request (self, &wanted);
}

static gboolean
on_function_output (
    GstRealtimeConversation *self, const gchar *id, const gchar *output)
{
  RtRequest wanted = {
    .type = RT_REQUEST_FUNCTION_OUTPUT,
    .id = id,
    .text = output != NULL ? output : "",
  };

  if (id == NULL)
    return refuse (self, "invalid_value", "there is no call id");
  return request (self, &wanted);
}

static gboolean
on_update_session (GstRealtimeConversation *self)
{
  gst_realtime_conversation_settings_changed (self);
  return request_plain (self, RT_REQUEST_UPDATE);
}

static gboolean
take_first_key (GSignalInvocationHint *hint, GValue *result,
    const GValue *value, gpointer data)
{
  if (g_value_get_string (value) == NULL)
    return TRUE;
  g_value_copy (value, result);
  return FALSE;
}

static void
add_action (GObjectClass *klass, const gchar *name, GCallback handler,
    guint n_params, GType first, GType second, GType third)
{
  g_signal_new_class_handler (name, G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, handler, NULL, NULL, NULL,
      G_TYPE_BOOLEAN, n_params, first, second, third);
}

static void
install_life_signals (GObjectClass *klass)
{
  /**
   * GstRealtimeConversation::start:
   *
   * Opens a conversation; a running one is replaced. When EOS has left the
   * source pad already, its stream begins anew behind a flush.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (klass, "start", G_CALLBACK (on_start), 0, 0, 0, 0);
  /**
   * GstRealtimeConversation::close:
   *
   * Ends the conversation; the pipeline stays up.
   *
   * Returns: FALSE when none is running.
   * Since: 0.1
   */
  add_action (klass, "close", G_CALLBACK (on_close), 0, 0, 0, 0);
  /**
   * GstRealtimeConversation::update-session:
   *
   * Sends the present settings now.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (
      klass, "update-session", G_CALLBACK (on_update_session), 0, 0, 0, 0);
}

static void
install_turn_signals (GObjectClass *klass)
{
  /**
   * GstRealtimeConversation::commit-audio:
   *
   * Ends the user's turn, when the application owns the turns.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (klass, "commit-audio", G_CALLBACK (on_commit_audio), 0, 0, 0, 0);
  /**
   * GstRealtimeConversation::clear-audio:
   *
   * Forgets what was said since the last turn.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (klass, "clear-audio", G_CALLBACK (on_clear_audio), 0, 0, 0, 0);
  /**
   * GstRealtimeConversation::create-response:
   *
   * Asks for a reply; waits while another one is active.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (
      klass, "create-response", G_CALLBACK (on_create_response), 0, 0, 0, 0);
  /**
   * GstRealtimeConversation::interrupt:
   *
   * Cancels the reply, drops what is not yet heard of it, and has the server
   * forget that.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (klass, "interrupt", G_CALLBACK (on_interrupt), 0, 0, 0, 0);
}

static void
install_text_signals (GObjectClass *klass)
{
  /**
   * GstRealtimeConversation::send-text:
   * @text: what the user typed
   *
   * A user message; then a reply is asked for.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (
      klass, "send-text", G_CALLBACK (on_send_text), 1, G_TYPE_STRING, 0, 0);
  /**
   * GstRealtimeConversation::send-event:
   * @json: a JSON object
   *
   * Any event of a client, as it is.
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (
      klass, "send-event", G_CALLBACK (on_send_event), 1, G_TYPE_STRING, 0, 0);
  /**
   * GstRealtimeConversation::handoff-output:
   * @handoff_id: (nullable): the handoff, NULL for the latest open one
   * @text: the answer, or how far it is
   * @final: whether this is the answer
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (klass, "handoff-output", G_CALLBACK (on_handoff_output), 3,
      G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN);
  /**
   * GstRealtimeConversation::function-output:
   * @call_id: the call
   * @output: its result
   *
   * Returns: FALSE when not possible now; a message says why.
   * Since: 0.1
   */
  add_action (klass, "function-output", G_CALLBACK (on_function_output), 2,
      G_TYPE_STRING, G_TYPE_STRING, 0);
}

void
gst_realtime_conversation_install_signals (GObjectClass *klass)
{
  install_life_signals (klass);
  install_turn_signals (klass);
  install_text_signals (klass);
  /**
   * GstRealtimeConversation::request-api-key:
   *
   * Asked at every attempt to connect, before the key file and the property.
   * Emitted from the thread that starts the conversation, and for every
   * further attempt from a thread that nothing else waits for.
   *
   * Returns: (nullable) (transfer full): the key.
   * Since: 0.1
   */
  g_signal_new ("request-api-key", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
      0, take_first_key, NULL, NULL, G_TYPE_STRING, 0);
}

static gboolean
run_command (GstRealtimeConversation *self, const GstStructure *command)
{
  const gchar *action = gst_structure_get_string (command, "action");
  const gchar *text = gst_structure_get_string (command, "text");
  gboolean final = TRUE;

  if (g_strcmp0 (action, "start") == 0)
    return on_start (self);
  if (g_strcmp0 (action, "close") == 0)
    return on_close (self);
  if (g_strcmp0 (action, "send-text") == 0)
    return on_send_text (self, text);
  if (g_strcmp0 (action, "send-event") == 0)
    return on_send_event (self, gst_structure_get_string (command, "json"));
  if (g_strcmp0 (action, "commit-audio") == 0)
    return on_commit_audio (self);
  if (g_strcmp0 (action, "clear-audio") == 0)
    return on_clear_audio (self);
  if (g_strcmp0 (action, "create-response") == 0)
    return on_create_response (self);
  if (g_strcmp0 (action, "interrupt") == 0)
    return on_interrupt (self);
  if (g_strcmp0 (action, "update-session") == 0)
    return on_update_session (self);
  if (g_strcmp0 (action, "handoff-output") == 0) {
    gst_structure_get_boolean (command, "final", &final);
    return on_handoff_output (
        self, gst_structure_get_string (command, "handoff-id"), text, final);
  }
  if (g_strcmp0 (action, "function-output") == 0)
    return on_function_output (self,
        gst_structure_get_string (command, "call-id"),
        gst_structure_get_string (command, "output"));
  return refuse (
      self, "invalid_value", "a realtime-command names no known action");
}

/* A key of a telephone, as rtpdtmfdepay tells of it. */
static void
send_dtmf (GstRealtimeConversation *self, const GstStructure *event)
{
  static const gchar keys[] = "0123456789*#ABCD";
  gboolean start = TRUE;
  gchar text[] = "DTMF: ?";
  gint number;

  gst_structure_get_boolean (event, "start", &start);
  if (!start || !gst_structure_get_int (event, "number", &number) || number < 0
      || number >= (gint) strlen (keys))
    return;
  text[strlen (text) - 1] = keys[number];
  on_send_text (self, text);
}

gboolean
gst_realtime_conversation_handle_command (
    GstRealtimeConversation *self, const GstStructure *command)
{
  if (command == NULL)
    return FALSE;
  if (gst_structure_has_name (command, "realtime-command"))
    run_command (self, command);
  else if (gst_structure_has_name (command, "dtmf-event"))
    send_dtmf (self, command);
  else
    return FALSE;
  return TRUE;
}
