/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What follows the end of a connection: the end of the conversation, or
 * another attempt, at once or later.  I/O thread only.
 */
#include "rtconversation-private.h"

void
rt_loss_clear (RtLoss *loss)
{
  g_clear_pointer (&loss->end.detail, g_free);
  g_clear_pointer (&loss->end.error, rt_note_free);
}

/* Waits until what the application or a file says is there. */
static void
ask_for_params (gpointer user_data)
{
  RtConversation *self = user_data;

  g_clear_pointer (&self->wait, rt_wait_free);
  self->callbacks.wants_connect (self, self->user_data);
}

static void
note_reconnecting (RtConversation *self, guint delay, const gchar *reason)
{
  RtNote *note = rt_note_new (RT_NOTE_RECONNECTING);

  note->attempt = MAX (1, self->backoff.attempt);
  note->delay = delay;
  note->text = g_strdup (reason);
  g_mutex_lock (&self->lock);
  rt_effects_note (self->outbox, note);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
}

/* Takes what `loss` owns. */
static void
try_again (RtConversation *self, RtLoss *loss, const gchar *host)
{
  RtConversationPolicy policy;
  guint delay;

  rt_conversation_get_policy (self, &policy);
  if (!policy.reconnect
      || !rt_backoff_next (&self->backoff, &policy.backoff,
          MIN (loss->end.retry_after, G_MAXINT / 1000) * 1000,
          g_random_double (), &delay)) {
    rt_conversation_finish (self, &loss->end);
    return;
  }
  self->wait = rt_wait_new (
      self->loop, delay, loss->unreached ? host : NULL, ask_for_params, self);
  note_reconnecting (self, delay, loss->end.detail);
  rt_loss_clear (loss);
}

/* What was about to be said is not sent any more, and so is told to the next
 * session, behind all that was said before it. */
void
rt_conversation_leave_session (RtConversation *self)
{
  gboolean repeats = !rt_recall_is_empty (self->recall);

  self->ready = FALSE;
  rt_conversation_cancel (&self->pause_timer);
  rt_conversation_cancel (&self->stall_timer);
  rt_conversation_forget_room (self);
  g_mutex_lock (&self->lock);
  rt_conversation_return_deferred (self);
  if (rt_session_has_worked (self->session))
    self->backoff.attempt = 0;
  rt_session_lost (self->session, repeats, self->outbox);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
}

/* A session that was to take over later does so now, or once it is ready. */
static void
promote (RtConversation *self, RtConnection *successor, const gchar *reason)
{
  if (!rt_connection_is_ready (successor)) {
    self->away = TRUE;
    note_reconnecting (self, 0, reason);
  }
  if (self->ended)
    rt_connection_free (successor);
  else
    rt_conversation_hand_over (self, successor);
}

void
rt_conversation_lost (RtConversation *self, RtLoss *loss)
{
  RtConversationPolicy policy;
  RtConnection *successor;
  g_autofree gchar *host = NULL;

  rt_conversation_get_policy (self, &policy);
  if (self->ended || loss->severity != RT_SEVERITY_RECONNECT
      || !policy.reconnect) {
    rt_conversation_finish (self, &loss->end);
    return;
  }
  if (loss->end.error != NULL)
    self->callbacks.note (self, loss->end.error, self->user_data);
  if (self->connection != NULL)
    host = g_strdup (rt_connection_get_host (self->connection));
  g_clear_pointer (&self->connection, rt_connection_free);
  successor = g_steal_pointer (&self->successor);
  rt_conversation_forget_renewal (self);
  self->lost |= self->ready;
  rt_conversation_leave_session (self);
  if (successor != NULL) {
    promote (self, successor, loss->end.detail);
    rt_loss_clear (loss);
  } else {
    self->away = TRUE;
    try_again (self, loss, host);
  }
}

void
rt_conversation_give_up (RtConversation *self, const gchar *why)
{
  RtLoss loss = {
    .severity = RT_SEVERITY_RECONNECT,
    .end = {
      .reason = RT_CLOSED_TRANSPORT,
      .failed = TRUE,
      .cause = RT_CAUSE_LOST,
      .close_code = 1006,
      .detail = g_strdup (why),
    },
  };

  rt_conversation_lost (self, &loss);
}

static RtSeverity
classify (const RtEnd *end, const gchar *last_error, RtCause *cause)
{
  switch (end->kind) {
    case RT_END_CLOSED:
    case RT_END_LOST:
    case RT_END_REQUESTED:
      return rt_errors_of_close (end->close_code, last_error, cause);
    case RT_END_REFUSED:
      return rt_errors_of_http (end->http_status, cause);
    case RT_END_UNREACHABLE:
      return rt_errors_of_failure (RT_FAILURE_UNREACHABLE, 0, cause);
    case RT_END_TLS:
      return rt_errors_of_failure (RT_FAILURE_TLS, 0, cause);
    case RT_END_PROTOCOL:
      return rt_errors_of_failure (RT_FAILURE_PROTOCOL, end->close_code, cause);
    case RT_END_TIMEOUT:
      return rt_errors_of_failure (RT_FAILURE_TIMEOUT, 0, cause);
    case RT_END_SETTINGS:
      return rt_errors_of_failure (RT_FAILURE_SETTINGS, 0, cause);
    case RT_END_PROXY:
      return rt_errors_of_failure (RT_FAILURE_PROXY, end->http_status, cause);
  }
  g_return_val_if_reached (RT_SEVERITY_FATAL);
}

static gboolean
is_unreached (RtConnection *connection, const RtEnd *end)
{
  return !rt_connection_is_opened (connection)
         && (end->kind == RT_END_UNREACHABLE || end->kind == RT_END_TIMEOUT
             || end->kind == RT_END_LOST);
}

void
rt_conversation_ended (
    RtConversation *self, RtConnection *connection, const RtEnd *ended)
{
  gboolean serves = connection == self->connection;
  RtLoss loss = {
    .unreached = is_unreached (connection, ended),
    .end = {
      .failed = TRUE,
      .close_code = ended->close_code,
      .http_status = ended->http_status,
      .retry_after = ended->retry_after,
      .detail = g_strdup (ended->reason),
    },
  };
  g_autofree gchar *last_error = NULL;

  loss.end.reason = ended->kind == RT_END_CLOSED || ended->kind == RT_END_LOST
                        ? RT_CLOSED_TRANSPORT
                        : RT_CLOSED_ERROR;
  g_mutex_lock (&self->lock);
  if (serves)
    last_error = g_strdup (rt_session_get_last_error (self->session));
  g_mutex_unlock (&self->lock);
  loss.severity = classify (ended, last_error, &loss.end.cause);
  if (serves)
    rt_conversation_lost (self, &loss);
  else
    rt_conversation_renewal_failed (self, &loss);
}

void
rt_conversation_heed_policy (RtConversation *self)
{
  RtConversationPolicy policy;

  rt_conversation_get_policy (self, &policy);
  if (self->wait != NULL && !policy.reconnect)
    rt_conversation_give_up (self, "there is to be no other connection");
  else
    rt_conversation_plan_renewal (self);
}

/* A key file that is being replaced, say. */
static void
refused (RtConversation *self, const gchar *why)
{
  RtLoss loss = {
    .severity = RT_SEVERITY_RECONNECT,
    .end = {
      .reason = RT_CLOSED_ERROR,
      .failed = TRUE,
      .cause = RT_CAUSE_SETTINGS,
      .detail = g_strdup (why),
    },
  };

  try_again (self, &loss, NULL);
}

/* Parameters came, or the word that there are none. */
void
rt_conversation_open (RtConversation *self)
{
  g_autoptr (RtConnectParams) params = NULL;
  g_autofree gchar *refusal = NULL;

  g_mutex_lock (&self->lock);
  params = g_steal_pointer (&self->connect);
  refusal = g_steal_pointer (&self->refusal);
  g_mutex_unlock (&self->lock);
  /* of an earlier question, whose connection broke meanwhile */
  if ((params == NULL && refusal == NULL) || self->wait != NULL)
    return;
  if (self->connection != NULL) {
    rt_conversation_begin_renewal (self, g_steal_pointer (&params), refusal);
  } else if (params != NULL) {
    params->paced = self->begun;
    self->begun = TRUE;
    rt_conversation_set_secret (self, params->secret);
    self->connection
        = rt_connection_new (self, g_steal_pointer (&params), TRUE);
  } else {
    refused (self, refusal);
  }
}
