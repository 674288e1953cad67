/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The element's end of a conversation: starting one, and what comes back from
 * it.  Callbacks run on the I/O thread, everything else on any thread; no lock
 * is held while posting.
 */
#include "gstrealtimebus.h"
#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-enumtypes.h"
#include "gstrealtimeconversation-private.h"
#include "rturl.h"

#define MAX_LOGGED_TEXT 512
/* Many times what the I/O thread takes to come to us. */
#define MAX_END_TIME (400 * G_TIME_SPAN_MILLISECOND)

/* What a conversation keeps of us: it may outlive the element, which must not
 * wait for the network when it goes. */
typedef struct {
  GWeakRef element;
  gchar *secret;
  gchar *mode;
  const gchar *protocol;
  gboolean flushing; /* I/O thread: what is downstream, until the playout is */
} Link;

static void
link_free (gpointer data)
{
  Link *link = data;

  g_weak_ref_clear (&link->element);
  gst_realtime_settings_free_key (link->secret);
  g_free (link->mode);
  g_free (link);
}

static GstRealtimeConversation *
get_element (gpointer user_data)
{
  return g_weak_ref_get (&((Link *) user_data)->element);
}

RtConversation *
gst_realtime_conversation_get (GstRealtimeConversation *self)
{
  RtConversation *conversation = NULL;

  GST_OBJECT_LOCK (self);
  if (self->conversation != NULL)
    conversation = rt_conversation_ref (self->conversation);
  GST_OBJECT_UNLOCK (self);
  return conversation;
}

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

static void
set_state (GstRealtimeConversation *self, GstRealtimeConnectionState state)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->connection_state != state;
  self->connection_state = state;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_object_notify (G_OBJECT (self), "connection-state");
}

static void
set_session_id (GstRealtimeConversation *self, const gchar *id)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = g_strcmp0 (self->session_id, id) != 0;
  if (changed) {
    g_free (self->session_id);
    self->session_id = g_strdup (id);
  }
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_object_notify (G_OBJECT (self), "session-id");
}

static gboolean
is_current (GstRealtimeConversation *self, RtConversation *conversation)
{
  gboolean current;

  GST_OBJECT_LOCK (self);
  current = self->conversation == conversation;
  GST_OBJECT_UNLOCK (self);
  return current;
}

static void
progress_cb (
    RtConversation *conversation, const gchar *stage, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);

  if (self == NULL || !is_current (self, conversation))
    return;
  GST_DEBUG_OBJECT (self, "connection: %s", stage);
  if (g_str_equal (stage, "ready")) {
    GST_INFO_OBJECT (self, "the session is ready");
    set_state (self, GST_REALTIME_CONNECTION_STATE_READY);
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_COMPLETE, "session ready");
  } else
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_CONTINUE, stage);
}

static void
note_cb (RtConversation *conversation, const RtNote *note, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  Link *link = user_data;
  gboolean partials;

  if (self == NULL)
    return;
  GST_OBJECT_LOCK (self);
  partials = self->settings->post_partials;
  GST_OBJECT_UNLOCK (self);
  if (note->type == RT_NOTE_TRANSCRIPT && !note->flag && !partials)
    return;
  if (note->type == RT_NOTE_SESSION && is_current (self, conversation)) {
    g_autofree gchar *id = rt_redact_secret (note->session_id, link->secret);

    set_session_id (self, id);
  }
  gst_realtime_bus_post_note (
      GST_ELEMENT (self), note, link->mode, link->protocol, link->secret);
}

static void
received_cb (RtConversation *conversation, const gchar *type, GBytes *text,
    gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  const gchar *secret = ((Link *) user_data)->secret;
  gboolean wanted;

  if (self == NULL)
    return;
  if (gst_debug_category_get_threshold (GST_CAT_DEFAULT) >= GST_LEVEL_LOG) {
    g_autofree gchar *safe = rt_redact (type, secret, MAX_LOGGED_TEXT);

    GST_LOG_OBJECT (self, "server event %s", safe);
  }
  GST_OBJECT_LOCK (self);
  wanted = self->settings->post_events;
  GST_OBJECT_UNLOCK (self);
  if (wanted)
    gst_realtime_bus_post_event (GST_ELEMENT (self), type, text, secret);
}

static void
playout_cb (RtConversation *conversation, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);

  if (self != NULL)
    gst_realtime_conversation_wake_src (self, FALSE, FALSE);
}

/* What left the pad is heard, unless downstream is silenced, by a flush or
 * because we go down: then only what was due by then.  It falls silent first,
 * so that nothing is heard behind the time that counts.  One that is on its way
 * out has nothing to do with what is downstream. */
static void
silence_cb (RtConversation *conversation, RtEar *ear, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  Link *link = user_data;
  gboolean active, flush;

  ear->until = G_MAXUINT64;
  ear->delay = 0;
  if (self == NULL)
    return;
  ear->delay = gst_realtime_conversation_due (self);
  GST_OBJECT_LOCK (self);
  active = self->active;
  flush = active && self->conversation == conversation
          && self->settings->barge_in == GST_REALTIME_BARGE_IN_FLUSH;
  GST_OBJECT_UNLOCK (self);
  link->flushing = flush && gst_realtime_conversation_begin_flush (self);
  if (link->flushing || !active)
    ear->until = gst_realtime_conversation_heard_until (self);
}

static gboolean
input_runs_cb (RtConversation *conversation, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);

  return self != NULL && gst_realtime_conversation_input_runs (self);
}

static void
silenced_cb (RtConversation *conversation, gboolean dropped, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  Link *link = user_data;
  gboolean flushing = link->flushing;

  link->flushing = FALSE;
  if (self == NULL)
    return;
  if (flushing)
    gst_realtime_conversation_end_flush (self);
  else if (dropped && is_current (self, conversation))
    gst_realtime_conversation_wake_src (self, TRUE, FALSE);
}

static void
settled_cb (RtConversation *conversation, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);

  if (self != NULL && is_current (self, conversation))
    gst_realtime_conversation_want_eos (self, TRUE);
}

static void
count_untold (GstRealtimeConversation *self, gint change)
{
  g_mutex_lock (&self->wait_lock);
  self->untold += change;
  g_cond_broadcast (&self->wait_cond);
  g_mutex_unlock (&self->wait_lock);
}

void
gst_realtime_conversation_await_ends (GstRealtimeConversation *self)
{
  gint64 deadline = g_get_monotonic_time () + MAX_END_TIME;

  if (rt_loop_is_own_thread (self->loop))
    return;
  g_mutex_lock (&self->wait_lock);
  while (self->untold > 0
         && g_cond_wait_until (&self->wait_cond, &self->wait_lock, deadline))
    ;
  g_mutex_unlock (&self->wait_lock);
}

static void
post_end_of_progress (
    GstRealtimeConversation *self, const RtConversationEnd *end)
{
  GstRealtimeConnectionState state;

  GST_OBJECT_LOCK (self);
  state = self->connection_state;
  GST_OBJECT_UNLOCK (self);
  if (state != GST_REALTIME_CONNECTION_STATE_CONNECTING)
    return;
  if (end->failed)
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_ERROR, "no session");
  else
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_CANCELED, "closed");
}

static void
ended_cb (RtConversation *conversation, const RtConversationEnd *end,
    gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  const gchar *secret = ((Link *) user_data)->secret;
  g_autofree gchar *why = NULL;
  gboolean current, active;

  if (self == NULL)
    return;
  GST_OBJECT_LOCK (self);
  active = self->active;
  current = self->conversation == conversation;
  if (current)
    self->conversation = NULL;
  GST_OBJECT_UNLOCK (self);

  /* servers repeat the key that they refuse */
  why = rt_redact (end->detail, secret, MAX_LOGGED_TEXT);
  GST_INFO_OBJECT (self, "the conversation ended: %s", why);
  if (current) {
    gst_realtime_conversation_drop_input (self);
    post_end_of_progress (self, end);
    /* before the messages: a sync handler may start the next one */
    set_state (self, end->failed ? GST_REALTIME_CONNECTION_STATE_FAILED
                                 : GST_REALTIME_CONNECTION_STATE_CLOSED);
    set_session_id (self, NULL);
  }
  gst_realtime_bus_post_end (GST_ELEMENT (self), end, secret);
  count_untold (self, -1);
  /* it failed while we went down, and so it dropped nothing */
  if (!active)
    rt_conversation_discard (self->playout);
  if (!current)
    return;
  rt_conversation_unref (conversation);
  gst_realtime_conversation_pass_end (self);
}

static const RtConversationCallbacks callbacks = {
  .progress = progress_cb,
  .note = note_cb,
  .received = received_cb,
  .playout = playout_cb,
  .silence = silence_cb,
  .silenced = silenced_cb,
  .input_runs = input_runs_cb,
  .settled = settled_cb,
  .ended = ended_cb,
};

/* Only an application that connected to the signal is asked. */
static gchar *
ask_for_key (GstRealtimeConversation *self)
{
  gchar *key = NULL;

  g_signal_emit_by_name (self, "request-api-key", &key);
  return key;
}

static Link *
link_new (GstRealtimeConversation *self, const GstRealtimeSettings *settings,
    const RtConnectParams *connect)
{
  const RtDialect *dialect = gst_realtime_settings_dialect (settings);
  g_autoptr (GEnumClass) modes
      = g_type_class_ref (gst_realtime_mode_get_type ());
  RtMode mode = RT_MODE_CONVERSATIONAL;
  Link *link = g_new0 (Link, 1);

  /* the other protocols know no other mode, whatever was asked for */
  if ((dialect->flags & RT_DIALECT_TRANSCRIBES) != 0)
    mode = settings->config->mode;
  g_weak_ref_init (&link->element, self);
  link->secret = g_strdup (connect->secret);
  link->mode = g_strdup (g_enum_get_value (modes, mode)->value_nick);
  link->protocol = dialect->name;
  return link;
}

/* Puts `conversation` (transfer full, or NULL) into the place of the running
 * one; FALSE: the element is on its way down. */
static gboolean
replace (GstRealtimeConversation *self, RtConversation *conversation)
{
  RtConversation *old;
  gboolean active;

  GST_OBJECT_LOCK (self);
  active = self->active;
  old = self->conversation;
  self->conversation = active ? conversation : NULL;
  if (active && conversation != NULL)
    self->connection_state = GST_REALTIME_CONNECTION_STATE_CONNECTING;
  GST_OBJECT_UNLOCK (self);

  if (old != NULL) {
    rt_conversation_close (old, RT_CLOSED_REQUESTED);
    rt_conversation_unref (old);
  }
  if (!active && conversation != NULL) {
    rt_conversation_close (conversation, RT_CLOSED_REQUESTED);
    rt_conversation_unref (conversation);
  }
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

gboolean
gst_realtime_conversation_start (GstRealtimeConversation *self)
{
  g_autoptr (GstRealtimeSettings) settings = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *warning = NULL;
  gchar *asked = ask_for_key (self);
  RtConversationParams params = {
    .uplink = self->uplink,
    .playout = self->playout,
    .stats = self->stats,
  };
  Link *link;
  guint serial = gst_realtime_conversation_get_settings_serial (self);

  settings = gst_realtime_conversation_dup_settings (self);
  if (gst_realtime_settings_check (settings, &error))
    params.connect = gst_realtime_settings_connect_params (
        settings, asked, &warning, &error);
  gst_realtime_settings_free_key (asked);
  if (params.connect == NULL) {
    gst_realtime_bus_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }
  warn_of_settings (self, settings, warning);

  /* The old one is closed first: both are served by one thread in the order
   * of these calls, so that its last message comes before our first. */
  replace (self, NULL);
  link = link_new (self, settings, params.connect);
  GST_INFO_OBJECT (self, "connecting to %s", params.connect->url->display);
  gst_realtime_bus_post_progress (
      GST_ELEMENT (self), GST_PROGRESS_TYPE_START, "connecting");
  params.dialect = gst_realtime_settings_dialect (settings);
  params.config = rt_session_config_copy (settings->config);
  params.chunk_duration = settings->chunk_duration;
  params.barge_in = settings->barge_in != GST_REALTIME_BARGE_IN_IGNORE;
  count_untold (self, 1);
  params.barge_in_hold = settings->barge_in_hold;
  if (!replace (self, rt_conversation_new (
                          self->loop, &params, &callbacks, link, link_free)))
    return FALSE;
  /* what changed meanwhile found nobody to tell */
  if (serial != gst_realtime_conversation_get_settings_serial (self))
    gst_realtime_conversation_settings_changed (self);
  g_object_notify (G_OBJECT (self), "connection-state");
  gst_realtime_conversation_revive_src (self);
  gst_realtime_conversation_pass_end (self);
  return TRUE;
}

gboolean
gst_realtime_conversation_close (
    GstRealtimeConversation *self, RtClosedReason reason)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);

  if (conversation == NULL)
    return FALSE;
  rt_conversation_close (conversation, reason);
  rt_conversation_unref (conversation);
  return TRUE;
}

void
gst_realtime_conversation_forget (GstRealtimeConversation *self)
{
  RtConversation *conversation;

  GST_OBJECT_LOCK (self);
  conversation = g_steal_pointer (&self->conversation);
  GST_OBJECT_UNLOCK (self);
  /* a running one drops and tells the server what was not heard */
  if (conversation == NULL)
    rt_conversation_discard (self->playout);
  g_clear_pointer (&conversation, rt_conversation_unref);
  gst_realtime_conversation_drop_input (self);
  set_session_id (self, NULL);
  set_state (self, GST_REALTIME_CONNECTION_STATE_DISCONNECTED);
}
