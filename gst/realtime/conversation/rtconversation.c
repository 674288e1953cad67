/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The life of a conversation, which is longer than that of its connections.
 * Public functions: any thread.  The rest: the I/O thread.
 */
#include "rtconversation-private.h"

#include <string.h>

static void
end_clear (RtConversationEnd *end)
{
  g_free (end->detail);
  g_clear_pointer (&end->error, rt_note_free);
}

void
rt_conversation_wipe (gchar *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
rt_conversation_set_secret (RtConversation *self, const gchar *secret)
{
  rt_conversation_wipe (self->secret);
  self->secret = g_strdup (secret);
}

const gchar *
rt_conversation_get_secret (RtConversation *self)
{
  return self->secret;
}

/* Takes what `end` owns.  Reports once and lets the connections say goodbye by
 * themselves: nothing of this conversation is heard afterwards. */
void
rt_conversation_finish (RtConversation *self, RtConversationEnd *end)
{
  if (!self->ended) {
    self->ended = TRUE;
    self->ready = FALSE;
    g_mutex_lock (&self->lock);
    self->close_requested = TRUE; /* what is asked for now comes too late */
    g_mutex_unlock (&self->lock);
    rt_conversation_resume (self);
    rt_conversation_forget_timers (self);
    rt_conversation_return_deferred (self);
    rt_conversation_forget_renewal (self);
    g_clear_pointer (&self->wait, rt_wait_free);
    g_clear_pointer (&self->connection, rt_connection_free);
    end->started = self->started;
    self->callbacks.ended (self, end, self->user_data);
    /* the reference of the running conversation; the memory stays until the
     * loop's next round, so our callers on the stack may go on */
    rt_conversation_unref (self);
  }
  end_clear (end);
}

/* lock.  Settings that changed many times between two looks become one
 * session.update. */
static void
apply_pending_config (RtConversation *self)
{
  if (self->pending_config == NULL)
    return;
  rt_session_set_config (self->session, self->pending_config, self->outbox);
  g_clear_pointer (&self->pending_config, rt_session_config_free);
}

/* What is being said is cut, and told so. */
static void
hang_up (RtConversation *self)
{
  const RtRequest request = { .type = RT_REQUEST_INTERRUPT };

  g_mutex_lock (&self->lock);
  rt_session_request (self->session, &request, self->outbox);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
  if (!rt_playout_is_idle (self->playout))
    rt_conversation_drop (self);
}

void
rt_conversation_serve (gpointer user_data)
{
  RtConversation *self = user_data;
  RtConversationEnd end = { 0 };
  gboolean close, resumed, replan;

  if (self->ended)
    return;
  g_mutex_lock (&self->lock);
  if (!self->opens && !self->close_requested) {
    g_mutex_unlock (&self->lock);
    return;
  }
  resumed = self->input_resumed;
  self->input_resumed = FALSE;
  replan = self->policy_changed;
  self->policy_changed = FALSE;
  close = self->close_requested;
  end.reason = self->close_reason;
  apply_pending_config (self);
  g_mutex_unlock (&self->lock);

  if (resumed)
    rt_conversation_resume_speaking (self);
  if (!close) {
    rt_conversation_open (self);
    rt_conversation_watch_clock (self);
  }
  if (replan)
    rt_conversation_heed_policy (self);
  rt_conversation_run_effects (self);
  if (self->ended)
    return;
  if (close) {
    if (end.reason == RT_CLOSED_REQUESTED)
      hang_up (self);
    end.close_code = self->started ? 1000 : 0;
    rt_conversation_finish (self, &end);
    return;
  }
  rt_conversation_serve_deferred (self);
  rt_conversation_pump (self, FALSE);
  rt_conversation_serve_input_end (self);
}

static void
conversation_free (gpointer data)
{
  RtConversation *self = data;

  rt_session_free (self->session);
  rt_effects_free (self->outbox);
  rt_recall_free (self->recall);
  rt_conversation_wipe (self->secret);
  g_free (self->refusal);
  g_clear_pointer (&self->pending_config, rt_session_config_free);
  g_clear_pointer (&self->connect, rt_connect_params_free);
  g_string_free (self->frame, TRUE);
  g_byte_array_unref (self->chunk);
  rt_uplink_unref (self->uplink);
  rt_playout_unref (self->playout);
  rt_stats_unref (self->stats);
  g_mutex_clear (&self->lock);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

RtConversation *
rt_conversation_new (RtLoop *loop, const RtConversationParams *params,
    const RtConversationCallbacks *callbacks, gpointer user_data,
    GDestroyNotify destroy)
{
  RtConversation *self = g_new0 (RtConversation, 1);

  /* the caller's reference, and the running conversation's own */
  g_atomic_ref_count_init (&self->refs);
  g_atomic_ref_count_inc (&self->refs);
  g_mutex_init (&self->lock);
  self->loop = loop;
  self->dialect = params->dialect;
  self->uplink = rt_uplink_ref (params->uplink);
  self->playout = rt_playout_ref (params->playout);
  self->stats = rt_stats_ref (params->stats);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->destroy = destroy;
  self->session = rt_session_new (params->dialect, params->config);
  rt_session_config_free (params->config);
  rt_session_set_barge_in (
      self->session, params->barge_in, params->barge_in_hold);
  self->outbox = rt_effects_new ();
  self->chunk_duration = params->chunk_duration;
  self->policy = params->policy;
  rt_session_set_restores (self->session, params->policy.restore_history);
  self->connect = params->connect;
  self->away = TRUE;
  self->recall = rt_recall_new ();
  self->frame = g_string_new (NULL);
  self->chunk = g_byte_array_new ();
  self->task
      = rt_loop_task_new (loop, rt_conversation_serve, self, conversation_free);
  return self;
}

void
rt_conversation_begin (RtConversation *self)
{
  g_mutex_lock (&self->lock);
  self->opens = TRUE;
  g_mutex_unlock (&self->lock);
  rt_loop_task_mark (self->task);
}

RtConversation *
rt_conversation_ref (RtConversation *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* The task frees us on the I/O thread: it may be serving us right now. */
void
rt_conversation_unref (RtConversation *self)
{
  if (g_atomic_ref_count_dec (&self->refs))
    rt_loop_task_destroy (self->task);
}

gboolean
rt_conversation_close (RtConversation *self, RtClosedReason reason)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !self->close_requested;
  if (first) {
    self->close_requested = TRUE;
    self->close_reason = reason;
  }
  g_mutex_unlock (&self->lock);
  rt_loop_task_mark (self->task);
  return first;
}

RtAnswer
rt_conversation_request (RtConversation *self, const RtRequest *request)
{
  RtAnswer answer = RT_ANSWER_ENDING;
  RtRequest placed = *request;

  placed.position = rt_uplink_end (self->uplink);
  g_mutex_lock (&self->lock);
  if (!self->close_requested) {
    apply_pending_config (self);
    answer = rt_session_request (self->session, &placed, self->outbox)
                 ? RT_ANSWER_YES
                 : RT_ANSWER_NO;
  }
  g_mutex_unlock (&self->lock);
  rt_loop_task_mark (self->task);
  return answer;
}

void
rt_conversation_set_config (RtConversation *self, RtSessionConfig *config)
{
  RtSessionConfig *old;

  g_mutex_lock (&self->lock);
  old = self->pending_config;
  self->pending_config = config;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, rt_session_config_free);
  rt_loop_task_mark (self->task);
}

void
rt_conversation_connect (
    RtConversation *self, RtConnectParams *params, const gchar *refusal)
{
  RtConnectParams *old;

  g_mutex_lock (&self->lock);
  old = self->connect;
  self->connect = params;
  g_free (self->refusal);
  self->refusal = params == NULL ? g_strdup (refusal) : NULL;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, rt_connect_params_free);
  rt_loop_task_mark (self->task);
}

void
rt_conversation_set_policy (
    RtConversation *self, const RtConversationPolicy *policy)
{
  g_mutex_lock (&self->lock);
  self->policy = *policy;
  rt_session_set_restores (self->session, policy->restore_history);
  self->policy_changed = TRUE;
  g_mutex_unlock (&self->lock);
  rt_loop_task_mark (self->task);
}

void
rt_conversation_get_policy (RtConversation *self, RtConversationPolicy *policy)
{
  g_mutex_lock (&self->lock);
  *policy = self->policy;
  g_mutex_unlock (&self->lock);
}

void
rt_conversation_set_chunk_duration (RtConversation *self, guint ms)
{
  g_mutex_lock (&self->lock);
  self->chunk_duration = ms;
  g_mutex_unlock (&self->lock);
}

void
rt_conversation_set_barge_in (
    RtConversation *self, gboolean barge_in, guint hold)
{
  g_mutex_lock (&self->lock);
  rt_session_set_barge_in (self->session, barge_in, hold);
  g_mutex_unlock (&self->lock);
}

void
rt_conversation_kick (RtConversation *self)
{
  rt_loop_task_mark (self->task);
}

void
rt_conversation_end_input (RtConversation *self, guint timeout)
{
  g_mutex_lock (&self->lock);
  self->input_ended = TRUE;
  self->eos_timeout = timeout;
  g_mutex_unlock (&self->lock);
  rt_loop_task_mark (self->task);
}

void
rt_conversation_resume_input (RtConversation *self)
{
  g_mutex_lock (&self->lock);
  self->input_resumed |= self->input_ended;
  self->input_ended = FALSE;
  g_mutex_unlock (&self->lock);
  rt_loop_task_mark (self->task);
}

gchar *
rt_conversation_dup_session_id (RtConversation *self)
{
  gchar *id;

  g_mutex_lock (&self->lock);
  id = g_strdup (rt_session_get_id (self->session));
  g_mutex_unlock (&self->lock);
  return id;
}
