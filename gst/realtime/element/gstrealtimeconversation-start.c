/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Starting a conversation, its settings while it runs, and its end.  Any
 * thread; no lock is held while posting or asking.
 */
#include "gstrealtimebus.h"
#include "gstrealtimeconversation-private.h"
#include "rturl.h"

/* Longer than any model thinks without a word. */
#define STALL_TIMEOUT 30000 /* ms */

GstRealtimeSettings *
gst_realtime_conversation_dup_settings (GstRealtimeConversation *self)
{
  GstRealtimeSettings *settings;

  GST_OBJECT_LOCK (self);
  settings = gst_realtime_settings_copy (self->settings);
  settings->config->input_format = self->input_format;
  settings->config->output_format = self->output_format;
  GST_OBJECT_UNLOCK (self);
  /* both sides honour it, and a hold leaves the decision to us */
  if (settings->barge_in == GST_REALTIME_BARGE_IN_IGNORE
      || !settings->config->interrupt_response)
    settings->barge_in_hold = 0;
  if (settings->barge_in == GST_REALTIME_BARGE_IN_IGNORE
      || settings->barge_in_hold > 0)
    settings->config->interrupt_response = FALSE;
  return settings;
}

/* Only an application that connected to the signal is asked. */
static gchar *
ask_for_key (GstRealtimeConversation *self)
{
  gchar *key = NULL;

  g_signal_emit_by_name (self, "request-api-key", &key);
  return key;
}

/* Puts `conversation` with its playout into the place of the running one; FALSE:
 * the element is on its way down.  Who has to go is closed before who stays may
 * begin: one thread serves all, in the order in which they are marked, so that
 * the last message of one comes before the first of the next. */
static gboolean
replace (GstRealtimeConversation *self, RtConversation *conversation,
    RtPlayout *playout)
{
  RtConversation *loser = conversation;
  RtPlayout *rest = playout;
  g_autofree gchar *session_id = NULL;
  gboolean active;

  GST_OBJECT_LOCK (self);
  active = self->active;
  if (active) {
    loser = self->conversation;
    self->conversation = rt_conversation_ref (conversation);
    rest = self->playout;
    self->playout = rt_playout_ref (playout);
    self->connection_state = GST_REALTIME_CONNECTION_STATE_CONNECTING;
    session_id = g_steal_pointer (&self->session_id);
  }
  GST_OBJECT_UNLOCK (self);
  if (loser != NULL)
    rt_conversation_close (loser, RT_CLOSED_REQUESTED);
  if (active) {
    g_clear_pointer (&loser, rt_conversation_unref);
    rt_playout_unref (rest);
    /* before it can be over: what it does to the stream then stays */
    gst_realtime_conversation_revive_src (self);
    rt_conversation_begin (conversation);
  }
  if (session_id != NULL)
    g_object_notify (G_OBJECT (self), "session-id");
  return active;
}

static void
warn_of_settings (GstRealtimeConversation *self, GstRealtimeSettings *settings,
    const gchar *warning)
{
  g_autofree gchar *ignored
      = gst_realtime_conversation_dup_ignored (self, settings);

  if (warning != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", warning), (NULL));
  if (ignored != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("These properties mean nothing in this protocol and mode and are "
         "ignored: %s",
            ignored),
        (NULL));
}

RtConversationPolicy
gst_realtime_conversation_get_policy (const GstRealtimeSettings *settings)
{
  RtConversationPolicy policy = {
    .reconnect = settings->reconnect,
    .backoff = {
      .delay = settings->reconnect_delay,
      .max_delay = settings->reconnect_max_delay,
      .attempts = settings->reconnect_attempts,
    },
    .restore_history = settings->restore_history,
    .max_session_duration = settings->max_session_duration,
    .uplink_buffer = settings->uplink_buffer,
    .stall_timeout = STALL_TIMEOUT,
  };

  return policy;
}

/* Of the settings as they are now, with the key as it is now. */
static void
offer_params (GstRealtimeConversation *self, RtConversation *conversation)
{
  g_autoptr (GstRealtimeSettings) settings
      = gst_realtime_conversation_dup_settings (self);
  g_autoptr (GError) error = NULL;
  gchar *asked = ask_for_key (self);
  RtConnectParams *params
      = gst_realtime_settings_connect_params (settings, asked, NULL, &error);

  gst_realtime_settings_free_key (asked);
  rt_conversation_connect (
      conversation, params, params == NULL ? error->message : NULL);
}

static void
offer_async (GstElement *element, gpointer conversation)
{
  offer_params (GST_REALTIME_CONVERSATION (element), conversation);
}

/* An application may take its time to find a key: not on the I/O thread. */
void
gst_realtime_conversation_offer_params (
    GstRealtimeConversation *self, RtConversation *conversation)
{
  guint id = g_signal_lookup ("request-api-key", G_OBJECT_TYPE (self));

  if (g_signal_has_handler_pending (self, id, 0, TRUE))
    gst_element_call_async (GST_ELEMENT (self), offer_async,
        rt_conversation_ref (conversation),
        (GDestroyNotify) rt_conversation_unref);
  else
    offer_params (self, conversation);
}

/* Takes `connect`; FALSE: the element is on its way down. */
static gboolean
begin (GstRealtimeConversation *self, const GstRealtimeSettings *settings,
    RtConnectParams *connect)
{
  g_autoptr (RtPlayout) before = gst_realtime_conversation_get_playout (self);
  g_autoptr (RtPlayout) playout = rt_playout_new (before);
  const RtConversationParams params = {
    .dialect = gst_realtime_settings_dialect (settings),
    .config = rt_session_config_copy (settings->config),
    .connect = connect,
    .uplink = self->uplink,
    .playout = playout,
    .stats = self->stats,
    .chunk_duration = settings->chunk_duration,
    .barge_in = settings->barge_in != GST_REALTIME_BARGE_IN_IGNORE,
    .barge_in_hold = settings->barge_in_hold,
    .policy = gst_realtime_conversation_get_policy (settings),
  };

  g_autoptr (RtConversation) conversation
      = rt_conversation_new (self->loop, &params, &gst_realtime_link_callbacks,
          gst_realtime_link_new (self, settings), gst_realtime_link_free);

  gst_realtime_conversation_count_untold (self, 1);
  return replace (self, conversation, playout);
}

gboolean
gst_realtime_conversation_start (GstRealtimeConversation *self)
{
  g_autoptr (GstRealtimeSettings) settings = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *warning = NULL;
  gchar *asked = ask_for_key (self);
  RtConnectParams *connect = NULL;
  guint serial = gst_realtime_conversation_get_settings_serial (self);

  settings = gst_realtime_conversation_dup_settings (self);
  if (gst_realtime_settings_check (settings, &error))
    connect = gst_realtime_settings_connect_params (
        settings, asked, &warning, &error);
  gst_realtime_settings_free_key (asked);
  if (connect == NULL) {
    gst_realtime_bus_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }
  warn_of_settings (self, settings, warning);

  GST_INFO_OBJECT (self, "connecting to %s", connect->url->display);
  gst_realtime_bus_post_progress (
      GST_ELEMENT (self), GST_PROGRESS_TYPE_START, "connecting");
  if (!begin (self, settings, connect))
    return FALSE;
  /* what changed meanwhile found nobody to tell */
  if (serial != gst_realtime_conversation_get_settings_serial (self))
    gst_realtime_conversation_settings_changed (self);
  g_object_notify (G_OBJECT (self), "connection-state");
  gst_realtime_conversation_pass_end (self);
  return TRUE;
}

void
gst_realtime_conversation_close (GstRealtimeConversation *self)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);

  if (conversation == NULL)
    return;
  rt_conversation_close (conversation, RT_CLOSED_REQUESTED);
  rt_conversation_unref (conversation);
}

void
gst_realtime_conversation_forget (GstRealtimeConversation *self)
{
  g_autoptr (RtPlayout) playout = NULL;
  RtConversation *conversation;

  GST_OBJECT_LOCK (self);
  conversation = g_steal_pointer (&self->conversation);
  playout = rt_playout_ref (self->playout);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&self->out.playout, rt_playout_unref);
  /* a running one drops and tells the server what was not heard */
  if (conversation == NULL)
    rt_playout_drop (playout, G_MAXUINT64, NULL);
  g_clear_pointer (&conversation, rt_conversation_unref);
  gst_realtime_conversation_drop_input (self, G_MAXUINT64);
  gst_realtime_conversation_set_session_id (self, NULL, NULL);
  gst_realtime_conversation_set_connection_state (
      self, NULL, GST_REALTIME_CONNECTION_STATE_DISCONNECTED);
}
