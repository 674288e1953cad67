/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The element's end of a conversation: what comes back from it.  Callbacks run
 * on the I/O thread, everything else on any thread; no lock is held while
 * posting.
 */
#include "gstrealtimebus.h"
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
  gchar *mode;
  const gchar *protocol;
  gboolean flushing; /* I/O thread: what is downstream, until the playout is */
} Link;

void
gst_realtime_link_free (gpointer data)
{
  Link *link = data;

  g_weak_ref_clear (&link->element);
  g_free (link->mode);
  g_free (link);
}

gpointer
gst_realtime_link_new (
    GstRealtimeConversation *self, const GstRealtimeSettings *settings)
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
  link->mode = g_strdup (g_enum_get_value (modes, mode)->value_nick);
  link->protocol = dialect->name;
  return link;
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

RtPlayout *
gst_realtime_conversation_get_playout (GstRealtimeConversation *self)
{
  RtPlayout *playout;

  GST_OBJECT_LOCK (self);
  playout = rt_playout_ref (self->playout);
  GST_OBJECT_UNLOCK (self);
  return playout;
}

/* OBJECT_LOCK */
static gboolean
shows (GstRealtimeConversation *self, const RtConversation *of)
{
  return of == NULL || self->conversation == of;
}

gboolean
gst_realtime_conversation_set_connection_state (GstRealtimeConversation *self,
    const RtConversation *of, GstRealtimeConnectionState state)
{
  gboolean shown, changed;

  GST_OBJECT_LOCK (self);
  shown = shows (self, of);
  changed = shown && self->connection_state != state;
  if (changed)
    self->connection_state = state;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_object_notify (G_OBJECT (self), "connection-state");
  return shown;
}

void
gst_realtime_conversation_set_session_id (
    GstRealtimeConversation *self, const RtConversation *of, const gchar *id)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = shows (self, of) && g_strcmp0 (self->session_id, id) != 0;
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
    if (gst_realtime_conversation_set_connection_state (
            self, conversation, GST_REALTIME_CONNECTION_STATE_READY))
      gst_realtime_bus_post_progress (
          GST_ELEMENT (self), GST_PROGRESS_TYPE_COMPLETE, "session ready");
  } else
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_CONTINUE, stage);
}

/* Before the message: a sync handler may look. */
static void
show_reconnecting (
    GstRealtimeConversation *self, const RtConversation *conversation)
{
  GstRealtimeConnectionState before;

  GST_OBJECT_LOCK (self);
  before = self->connection_state;
  GST_OBJECT_UNLOCK (self);
  if (!gst_realtime_conversation_set_connection_state (
          self, conversation, GST_REALTIME_CONNECTION_STATE_RECONNECTING))
    return;
  gst_realtime_conversation_set_session_id (self, conversation, NULL);
  if (before == GST_REALTIME_CONNECTION_STATE_READY)
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_START, "reconnecting");
}

static void
note_cb (RtConversation *conversation, const RtNote *note, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  const gchar *secret = rt_conversation_get_secret (conversation);
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
    g_autofree gchar *id = rt_redact_secret (note->session_id, secret);

    gst_realtime_conversation_set_session_id (self, conversation, id);
  }
  if (note->type == RT_NOTE_RECONNECTING && is_current (self, conversation)) {
    GST_INFO_OBJECT (self, "attempt %u to connect follows in %u ms",
        note->attempt, note->delay);
    show_reconnecting (self, conversation);
  }
  gst_realtime_bus_post_note (
      GST_ELEMENT (self), note, link->mode, link->protocol, secret);
}

static void
wants_connect_cb (RtConversation *conversation, gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);

  if (self != NULL && is_current (self, conversation))
    gst_realtime_conversation_offer_params (self, conversation);
  else
    rt_conversation_connect (conversation, NULL, "the element is gone");
}

static void
received_cb (RtConversation *conversation, const gchar *type, GBytes *text,
    gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  const gchar *secret = rt_conversation_get_secret (conversation);
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
    gst_realtime_conversation_want_eos (self, TRUE, conversation);
}

void
gst_realtime_conversation_count_untold (
    GstRealtimeConversation *self, gint change)
{
  g_mutex_lock (&self->wait_lock);
  self->untold += change;
  g_cond_broadcast (&self->wait_cond);
  g_mutex_unlock (&self->wait_lock);
}

gboolean
gst_realtime_conversation_has_untold (GstRealtimeConversation *self)
{
  gboolean untold;

  g_mutex_lock (&self->wait_lock);
  untold = self->untold > 0;
  g_mutex_unlock (&self->wait_lock);
  return untold;
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
post_end_of_progress (GstRealtimeConversation *self,
    const RtConversationEnd *end, GstRealtimeConnectionState before)
{
  if (before != GST_REALTIME_CONNECTION_STATE_CONNECTING
      && before != GST_REALTIME_CONNECTION_STATE_RECONNECTING)
    return;
  if (end->failed)
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_ERROR, "no session");
  else
    gst_realtime_bus_post_progress (
        GST_ELEMENT (self), GST_PROGRESS_TYPE_CANCELED, "closed");
}

/* What the element was when a conversation ended. */
typedef struct {
  gboolean active;
  gboolean current; /* that one was the running one */
  GstRealtimeConnectionState state;
} Scene;

/* It is not the running one any more, and its end is what is shown: from here on
 * the next one may begin, from a sync handler or another thread, and what that
 * shows stays. */
static Scene
let_go (GstRealtimeConversation *self, RtConversation *conversation,
    gboolean failed)
{
  Scene scene;

  GST_OBJECT_LOCK (self);
  scene.active = self->active;
  scene.current = self->conversation == conversation;
  scene.state = self->connection_state;
  if (scene.current) {
    self->conversation = NULL;
    self->connection_state = failed ? GST_REALTIME_CONNECTION_STATE_FAILED
                                    : GST_REALTIME_CONNECTION_STATE_CLOSED;
  }
  GST_OBJECT_UNLOCK (self);
  return scene;
}

static void
ended_cb (RtConversation *conversation, const RtConversationEnd *end,
    gpointer user_data)
{
  g_autoptr (GstRealtimeConversation) self = get_element (user_data);
  const gchar *secret = rt_conversation_get_secret (conversation);
  g_autofree gchar *why = NULL;
  guint64 said;
  Scene scene;

  if (self == NULL)
    return;
  /* while it is the running one: what is said later is the next one's */
  said = rt_uplink_end (self->uplink);
  scene = let_go (self, conversation, end->failed);

  /* servers repeat the key that they refuse */
  why = rt_redact (end->detail, secret, MAX_LOGGED_TEXT);
  GST_INFO_OBJECT (self, "the conversation ended: %s", why);
  if (scene.current) {
    gst_realtime_conversation_drop_input (self, said);
    post_end_of_progress (self, end, scene.state);
    g_object_notify (G_OBJECT (self), "connection-state");
    /* it comes of this thread: the next one has none yet */
    gst_realtime_conversation_set_session_id (self, NULL, NULL);
  }
  gst_realtime_bus_post_end (GST_ELEMENT (self), end, secret);
  gst_realtime_conversation_count_untold (self, -1);
  /* it failed while we went down, and so it dropped nothing */
  if (!scene.active)
    rt_conversation_discard (conversation);
  if (!scene.current)
    return;
  rt_conversation_unref (conversation);
  gst_realtime_conversation_pass_end (self);
}

const RtConversationCallbacks gst_realtime_link_callbacks = {
  .progress = progress_cb,
  .wants_connect = wants_connect_cb,
  .note = note_cb,
  .received = received_cb,
  .playout = playout_cb,
  .silence = silence_cb,
  .silenced = silenced_cb,
  .input_runs = input_runs_cb,
  .settled = settled_cb,
  .ended = ended_cb,
};
