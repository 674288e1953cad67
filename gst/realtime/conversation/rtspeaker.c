/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's side of a conversation: chunks of the uplink to the server, and
 * the end of the input.  I/O thread only.
 */
#include "rtconversation-private.h"

/* How long after the input ended a server may stay silent before we believe
 * that it found no turn in what was said last. */
#define SETTLE_TIME 2000     /* ms */
#define EOS_RECHECK_TIME 500 /* ms, while a reply is still being played */
#define MAX_RECALL 30000     /* ms: it is sent at once */
#define NS_PER_MS 1000000
#define NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)

void
rt_conversation_get_chunking (
    RtConversation *self, RtAudioFormat *format, gsize *size)
{
  g_mutex_lock (&self->lock);
  *format = rt_session_get_config (self->session)->input_format;
  *size = (gsize) format->rate * self->chunk_duration / 1000
          * rt_audio_format_frame_size (format);
  g_mutex_unlock (&self->lock);
}

/* What is kept to be said again, and what of it the server will tell. */
static void
set_recall_rules (RtConversation *self)
{
  gboolean responds = (self->dialect->flags & RT_DIALECT_RESPONSES) != 0;
  RtRecallRules rules = { .by_output = !responds };

  g_mutex_lock (&self->lock);
  rules.told = responds
               && rt_session_get_config (self->session)->turn_detection
                      != RT_TURN_DETECTION_NONE;
  if (self->policy.reconnect || self->policy.max_session_duration > 0)
    rules.limit
        = MIN (self->policy.uplink_buffer, MAX_RECALL) * (guint64) NS_PER_MS;
  g_mutex_unlock (&self->lock);
  rt_recall_set_rules (self->recall, &rules);
}

/* Returns ns of it. */
static guint64
send_audio (RtConversation *self, const RtAudioFormat *format,
    const guint8 *data, gsize size, guint64 time)
{
  gsize frames = size / rt_audio_format_frame_size (format);
  guint64 duration = frames * NS_PER_SECOND / format->rate;

  self->dialect->encode_audio (format, data, size, self->frame);
  rt_connection_send (self->connection, self->frame->str, self->frame->len);
  rt_recall_heard (self->recall, rt_connection_last_told (self->connection));
  rt_recall_append (
      self->recall, format, data, size, time, g_get_monotonic_time ());
  g_mutex_lock (&self->lock);
  rt_session_appended (self->session, duration, time);
  g_mutex_unlock (&self->lock);
  return duration;
}

void
rt_conversation_append (RtConversation *self, const RtAudioFormat *format,
    const guint8 *data, gsize size, guint64 time)
{
  rt_stats_add (self->stats, RT_STAT_AUDIO_SENT,
      send_audio (self, format, data, size, time));
}

/* Sends at most `size` bytes of what is queued before `end`, or nothing when
 * there are less and not the `rest` is asked for.  FALSE: nothing was sent. */
static gboolean
send_some (RtConversation *self, guint64 end, const RtAudioFormat *format,
    gsize size, gboolean rest)
{
  /* audio whose caps have just changed waits until the server was told */
  const RtUplinkFormat expected
      = { rt_audio_format_frame_size (format), format->rate, format->codec };
  guint64 time;
  gsize n;

  g_byte_array_set_size (self->chunk, size);
  n = rt_uplink_pop_until (
      self->uplink, end, &expected, self->chunk->data, size, rest, &time);
  if (n == 0)
    return FALSE;
  rt_conversation_append (self, format, self->chunk->data, n, time);
  self->last_append = g_get_monotonic_time ();
  self->padded = 0;
  rt_conversation_watch_input (self);
  return TRUE;
}

/* What was asked for and not carried out yet may refer to the audio that is
 * queued, and comes before what is queued after it.  Behind an end that was
 * asked for it is of the next conversation. */
static gboolean
is_asked (RtConversation *self)
{
  gboolean asked;

  g_mutex_lock (&self->lock);
  asked = self->close_requested || rt_effects_length (self->outbox) > 0;
  g_mutex_unlock (&self->lock);
  return asked;
}

/* Sends whole chunks while the network takes them; with `rest` everything,
 * because what follows in the stream refers to it. */
gboolean
rt_conversation_pump (RtConversation *self, gboolean rest)
{
  /* before it is seen what was asked for: whoever asks and then says more is
   * not overtaken, and a quick talker lets us listen, too */
  guint64 end = rt_uplink_end (self->uplink);
  RtAudioFormat format;
  gsize size;

  if (!self->ready || self->connection == NULL
      || !g_queue_is_empty (&self->deferred) || is_asked (self))
    return FALSE;
  set_recall_rules (self);
  rt_conversation_get_chunking (self, &format, &size);
  while ((rest || rt_connection_is_writable (self->connection))
         && send_some (self, end, &format, size, rest))
    ;
  return TRUE;
}

gboolean
rt_conversation_pump_until (RtConversation *self, guint64 end)
{
  RtAudioFormat format;
  gsize size;

  if (!self->ready || self->connection == NULL)
    return TRUE;
  set_recall_rules (self);
  rt_conversation_get_chunking (self, &format, &size);
  while (rt_uplink_left (self->uplink, end) > 0) {
    if (!rt_connection_is_writable (self->connection))
      return FALSE;
    if (!send_some (self, end, &format, size, TRUE))
      break;
  }
  return TRUE;
}

/* Forgets what was not sent of what came before `end`, and counts it. */
void
rt_conversation_drop_input (RtConversation *self, guint64 end)
{
  RtAudioFormat format;
  gsize size;
  guint64 bytes = rt_uplink_clear_until (self->uplink, end);

  rt_recall_clear (self->recall);
  rt_conversation_get_chunking (self, &format, &size);
  rt_stats_add (self->stats, RT_STAT_AUDIO_DROPPED_UPLINK,
      bytes / rt_audio_format_frame_size (&format) * NS_PER_SECOND
          / format.rate);
}

static void
repeat_commit (RtConversation *self)
{
  g_autoptr (RtEffects) effects = rt_effects_new ();
  RtEffect *effect;

  rt_recall_commit (self->recall);
  g_mutex_lock (&self->lock);
  rt_session_repeat_commit (self->session, effects);
  g_mutex_unlock (&self->lock);
  while ((effect = rt_effects_pop (effects)) != NULL) {
    rt_conversation_send (self, self->connection, effect->command);
    g_mutex_lock (&self->lock);
    rt_session_sent (self->session, effect->command);
    g_mutex_unlock (&self->lock);
    rt_effect_free (effect);
  }
}

/* Whole and at once, before anything that was said after it: it is little.  It
 * was counted when it was sent first. */
static void
repeat_audio (RtConversation *self, RtRecall *said)
{
  RtAudioFormat format, old;
  gboolean commits;
  guint64 time;
  gsize size, n;

  rt_conversation_get_chunking (self, &format, &size);
  if (!rt_recall_get_format (said, &old))
    return;
  if (!rt_audio_format_equal (&old, &format)) {
    rt_stats_add (
        self->stats, RT_STAT_AUDIO_DROPPED_UPLINK, rt_recall_get_length (said));
    return;
  }
  g_byte_array_set_size (self->chunk, size);
  do {
    n = rt_recall_take (said, self->chunk->data, size, &time, &commits);
    if (n > 0)
      send_audio (self, &format, self->chunk->data, n, time);
    if (commits)
      repeat_commit (self);
  } while (n > 0 || commits);
}

void
rt_conversation_repeat (RtConversation *self)
{
  g_autoptr (RtRecall) said = NULL;

  if (self->connection == NULL)
    return;
  said = self->recall;
  self->recall = rt_recall_new ();
  set_recall_rules (self);
  repeat_audio (self, said);
  g_mutex_lock (&self->lock);
  rt_session_repeated (self->session, self->outbox);
  g_mutex_unlock (&self->lock);
}

static void
settle (RtConversation *self)
{
  if (self->settled)
    return;
  self->settled = TRUE;
  rt_conversation_cancel (&self->settle_timer);
  rt_conversation_cancel (&self->eos_timer);
  self->callbacks.settled (self, self->user_data);
}

/* The silence counts from the last sign that somebody spoke, so that a reply
 * that no protocol announced is not cut while it comes. */
static gboolean
settle_timeout_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  guint quiet = rt_conversation_get_quiet (self);
  gboolean awaits_pause;

  g_mutex_lock (&self->lock);
  awaits_pause = rt_session_awaits_pause (self->session);
  g_mutex_unlock (&self->lock);
  rt_conversation_cancel (&self->settle_timer);
  if (quiet < SETTLE_TIME)
    self->settle_timer
        = rt_conversation_timer (self, SETTLE_TIME - quiet, settle_timeout_cb);
  else if (awaits_pause)
    self->settle_timer
        = rt_conversation_timer (self, EOS_RECHECK_TIME, settle_timeout_cb);
  else
    settle (self);
  return G_SOURCE_REMOVE;
}

/* The patience of `eos-timeout` is for a reply to come, not for its end: one
 * that is still coming or being played is not cut. */
static gboolean
eos_timeout_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  RtPlayoutStatus status;

  rt_conversation_cancel (&self->eos_timer);
  rt_playout_peek (self->playout, &status);
  if (status.bytes > 0 || rt_conversation_get_quiet (self) < SETTLE_TIME)
    self->eos_timer
        = rt_conversation_timer (self, EOS_RECHECK_TIME, eos_timeout_cb);
  else
    settle (self);
  return G_SOURCE_REMOVE;
}

/* The input had ended, and then it went on. */
void
rt_conversation_resume_speaking (RtConversation *self)
{
  self->input_finished = FALSE;
  self->settled = FALSE;
  rt_conversation_cancel (&self->settle_timer);
  rt_conversation_cancel (&self->eos_timer);
}

/* Where the protocol does not tell that the user was heard, nothing but the
 * reply does, and a model may think for longer than any turn is looked for. */
static gboolean
may_be_answered (RtConversation *self)
{
  return (self->dialect->flags & RT_DIALECT_RESPONSES) == 0
         && self->last_output < self->input_sent;
}

void
rt_conversation_check_settled (RtConversation *self)
{
  gboolean busy;

  if (!self->input_finished || self->settled || self->ended)
    return;
  /* what was said last may be said again */
  if (!self->ready) {
    rt_conversation_cancel (&self->settle_timer);
    return;
  }
  g_mutex_lock (&self->lock);
  busy = rt_session_is_busy (self->session);
  g_mutex_unlock (&self->lock);

  if (busy || may_be_answered (self))
    rt_conversation_cancel (&self->settle_timer);
  else if (self->settle_timer == NULL)
    self->settle_timer
        = rt_conversation_timer (self, SETTLE_TIME, settle_timeout_cb);
}

/* After the pump: the network takes no more for now. */
gboolean
rt_conversation_has_chunk (RtConversation *self)
{
  RtAudioFormat format;
  gsize size;

  rt_conversation_get_chunking (self, &format, &size);
  return rt_uplink_level (self->uplink) >= size;
}

/* Called whenever the task is served: the end of the input is acted upon once
 * there is a session, and once all that was said before it is on its way. */
void
rt_conversation_serve_input_end (RtConversation *self)
{
  gboolean asked;
  guint timeout;

  g_mutex_lock (&self->lock);
  asked = self->input_ended;
  timeout = self->eos_timeout;
  g_mutex_unlock (&self->lock);
  if (!asked || self->ended || self->settled)
    return;

  if (self->eos_timer == NULL)
    self->eos_timer = rt_conversation_timer (self, timeout, eos_timeout_cb);
  if (self->input_finished || !self->ready || rt_conversation_has_chunk (self)
      || !g_queue_is_empty (&self->deferred))
    return;

  if (!rt_conversation_pump (self, TRUE))
    return;
  rt_conversation_append_trailing_silence (self);
  self->input_finished = TRUE;
  self->input_sent = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  rt_session_input_ended (self->session, self->outbox);
  g_mutex_unlock (&self->lock);
  rt_conversation_run_effects (self);
}
