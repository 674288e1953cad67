/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server's side of a conversation: what the transport brings becomes
 * events for the session.  I/O thread only.
 */
#include "rtconversation-private.h"

static void
note_error (RtConversation *self, const gchar *code, const gchar *text)
{
  g_autofree gchar *said = g_strdup (text);
  RtNote *note;

  if (!rt_throttle_pass (&self->rubbish, &said)) {
    rt_stats_add (self->stats, RT_STAT_ERRORS, 1);
    return;
  }
  note = rt_note_new (RT_NOTE_ERROR);
  note->code = g_strdup (code);
  note->text = g_steal_pointer (&said);
  note->severity = RT_SEVERITY_WARNING;
  note->flag = TRUE;
  g_mutex_lock (&self->lock);
  rt_effects_note (self->outbox, note);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
}

static gboolean
ready_timeout_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  RtConversationEnd end = {
    .reason = RT_CLOSED_ERROR,
    .failed = TRUE,
    .cause = RT_CAUSE_TIMEOUT,
  };

  end.detail = g_strdup_printf (
      "the server opened no session within %u ms", self->connect_timeout);
  rt_conversation_finish (self, &end);
  return G_SOURCE_REMOVE;
}

static void
progress_cb (gpointer user_data, const gchar *stage)
{
  RtConversation *self = user_data;

  self->callbacks.progress (self, stage, self->user_data);
}

/* `connect-timeout` runs until the session is ready, since a server takes the
 * handshake even with a bad key: what the handshake left of it goes on. */
static void
opened_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  gint64 spent = (g_get_monotonic_time () - self->connect_began) / 1000;

  if (self->connect_timeout > 0)
    self->ready_timer = rt_conversation_timer (self,
        MAX (1, (gint64) self->connect_timeout - spent), ready_timeout_cb);
  self->callbacks.progress (self, "opening", self->user_data);
  g_mutex_lock (&self->lock);
  rt_session_opened (self->session, self->outbox);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
}

static void
handle_text (RtConversation *self, GBytes *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtEvent) event = NULL;
  gsize size;
  const gchar *text = g_bytes_get_data (data, &size);
  gboolean awaits_pause;
  guint64 late;

  event = self->dialect->decode (text, size, &error);
  if (event == NULL) {
    note_error (self, "invalid_event", error->message);
    return;
  }
  self->callbacks.received (self, event->name, data, self->user_data);

  rt_conversation_heard (self, event);
  g_mutex_lock (&self->lock);
  rt_session_event (self->session, event, self->outbox);
  late = rt_session_take_late_audio (self->session);
  awaits_pause
      = self->pause_timer == NULL && rt_session_awaits_pause (self->session);
  g_mutex_unlock (&self->lock);
  if (late > 0)
    rt_playout_refuse (self->playout, late);
  if (awaits_pause)
    rt_conversation_watch_pause (self);
  if (event->type == RT_EVENT_SPEECH_STARTED)
    rt_conversation_watch_input (self);
  rt_conversation_run_effects (self);
}

static void
message_cb (gpointer user_data, GBytes *data, gboolean binary)
{
  RtConversation *self = user_data;

  rt_stats_add (self->stats, RT_STAT_MESSAGES_RECEIVED, 1);
  rt_stats_add (self->stats, RT_STAT_BYTES_RECEIVED, g_bytes_get_size (data));
  if (binary)
    note_error (self, "binary_frame", "the server sent a binary frame");
  else
    handle_text (self, data);
}

static void
classify (const RtEnd *end, const gchar *last_error, RtCause *cause)
{
  switch (end->kind) {
    case RT_END_CLOSED:
    case RT_END_LOST:
    case RT_END_REQUESTED:
      rt_errors_of_close (end->close_code, last_error, cause);
      break;
    case RT_END_REFUSED:
      rt_errors_of_http (end->http_status, cause);
      break;
    case RT_END_UNREACHABLE:
      *cause = RT_CAUSE_NOT_FOUND;
      break;
    case RT_END_TLS:
      *cause = RT_CAUSE_NOT_AUTHORIZED;
      break;
    case RT_END_PROTOCOL:
      *cause = RT_CAUSE_PROTOCOL;
      break;
    case RT_END_TIMEOUT:
      *cause = RT_CAUSE_TIMEOUT;
      break;
    case RT_END_SETTINGS:
      *cause = RT_CAUSE_SETTINGS;
      break;
    case RT_END_PROXY:
      *cause = RT_CAUSE_GENERIC;
      break;
  }
}

static void
ended_cb (gpointer user_data, const RtEnd *ended)
{
  RtConversation *self = user_data;
  RtConversationEnd end = {
    .failed = TRUE,
    .close_code = ended->close_code,
    .http_status = ended->http_status,
    .retry_after = ended->retry_after,
    .detail = g_strdup (ended->reason),
  };
  g_autofree gchar *last_error = NULL;

  end.reason = ended->kind == RT_END_CLOSED || ended->kind == RT_END_LOST
                   ? RT_CLOSED_TRANSPORT
                   : RT_CLOSED_ERROR;
  g_mutex_lock (&self->lock);
  last_error = g_strdup (rt_session_get_last_error (self->session));
  g_mutex_unlock (&self->lock);
  classify (ended, last_error, &end.cause);
  rt_conversation_finish (self, &end);
}

const RtTransportCallbacks rt_conversation_transport_callbacks = {
  .progress = progress_cb,
  .opened = opened_cb,
  .message = message_cb,
  /* not only the pump: new settings go before the audio that needs them */
  .writable = rt_conversation_serve,
  .ended = ended_cb,
};
