/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of a conversation, for the files of this room.
 */
#pragma once

#include "rtconversation.h"
#include "rtrecall.h"
#include "rtwait.h"
#include "rtthrottle.h"

G_BEGIN_DECLS

typedef struct _RtConnection RtConnection;

struct _RtConversation {
  gatomicrefcount refs;

  /* constant after init */
  RtLoop *loop;
  RtLoopTask *task;
  const RtDialect *dialect;
  RtUplink *uplink;
  RtPlayout *playout;
  RtStats *stats;
  RtConversationCallbacks callbacks;
  gpointer user_data;
  GDestroyNotify destroy;

  GMutex lock; /* a leaf: only the pure session is called under it */
  /* lock */
  RtSession *session;
  RtEffects *outbox;
  RtSessionConfig *pending_config; /* replaces the session's, or NULL */
  RtConversationPolicy policy;
  gboolean policy_changed;
  RtConnectParams *connect; /* for the next connection, or NULL … */
  gchar *refusal;           /* … and why there are none */
  guint chunk_duration;
  gboolean opens; /* it was told to begin */
  gboolean close_requested;
  RtClosedReason close_reason;
  gboolean input_ended;
  gboolean input_resumed; /* … and went on */
  guint eos_timeout;

  /* I/O thread */
  RtConnection *connection; /* the one that serves, or is to; or NULL */
  RtConnection *successor;  /* gets ready while that one serves, or NULL */
  RtWait *wait;             /* for the next attempt, or NULL */
  RtBackoff backoff;
  RtRecall *recall; /* of what was appended */
  gchar *secret;    /* of the connection that serves, or did last */
  GSource *pause_timer;
  GSource *hold_timer;
  GSource *settle_timer;
  GSource *eos_timer;
  GSource *starve_timer;
  GSource *room_timer; /* while the server is made to wait */
  GSource *stall_timer;
  GQueue deferred; /* of RtCommand: what is sent behind a commit that waits */
  GString *frame;  /* reused for every append */
  GByteArray *chunk;
  gint64 last_output; /* when the model last said something */
  gint64 input_sent;  /* when the last of the input was sent */
  gint64 last_sign;   /* the same of either side, as the server tells it */
  gint64 last_event;  /* when the server last said anything */
  gint64 last_append; /* when audio of the user was sent … */
  guint padded;       /* … and ms of silence since then */
  gint64 suspended;   /* us that the machine slept, since it runs */
  RtThrottle errors;  /* of the server's */
  RtThrottle rubbish; /* messages that could not be used */
  gboolean holding;   /* the playout, for this conversation */
  guint64 held_delay; /* of RtEar, when that began */
  gboolean begun;     /* the first connection was asked for */
  gboolean started;
  gboolean ready;
  gboolean away; /* there is no session, and the application knows */
  gboolean lost; /* … and there was one */
  gboolean input_finished;
  gboolean settled;
  gboolean ended;

  /* I/O thread: renewal */
  struct {
    gint64 began;       /* monotonic us, the session that serves */
    gint64 expiry;      /* … and ends; 0: unknown */
    gint64 ready_since; /* the successor; 0: it is not */
    gboolean asked;     /* for parameters */
    GSource *timer;
    RtBackoff backoff;
  } renewal;
};

/* rtconversation.c */
void rt_conversation_serve (gpointer self);
void rt_conversation_finish (RtConversation *self, RtConversationEnd *end);
void rt_conversation_get_policy (
    RtConversation *self, RtConversationPolicy *policy);
void rt_conversation_set_secret (RtConversation *self, const gchar *secret);
/* Frees it and leaves no trace of it. */
void rt_conversation_wipe (gchar *secret);

/* rtperformer.c: what the session wants done */
void rt_conversation_run_effects (RtConversation *self);
/* On the connection that serves. */
void rt_conversation_say (RtConversation *self, const RtCommand *command);
void rt_conversation_send (
    RtConversation *self, RtConnection *connection, const RtCommand *command);

/* rtcounter.c */
void rt_conversation_count_note (RtConversation *self, const RtNote *note);

/* rtorder.c: what refers to the audio before it, and so has to wait for it */
/* TRUE: it waits; the command is taken. */
gboolean rt_conversation_defer (RtConversation *self, RtEffect *effect);
void rt_conversation_serve_deferred (RtConversation *self);
void rt_conversation_forget_deferred (RtConversation *self);
void rt_conversation_return_deferred (RtConversation *self);

/* rtspeaker.c: what is sent of the user's voice, and the end of it */
void rt_conversation_get_chunking (
    RtConversation *self, RtAudioFormat *format, gsize *size);
/* `time` is the running time of the first frame, or RT_TIME_UNKNOWN. */
void rt_conversation_append (RtConversation *self, const RtAudioFormat *format,
    const guint8 *data, gsize size, guint64 time);
gboolean rt_conversation_has_chunk (RtConversation *self);
/* FALSE: there is no session to send it to, or something else comes first. */
gboolean rt_conversation_pump (RtConversation *self, gboolean rest);
/* FALSE: the network takes no more for now. */
gboolean rt_conversation_pump_until (RtConversation *self, guint64 end);
/* What was said last is said again in a new session. */
void rt_conversation_repeat (RtConversation *self);
void rt_conversation_serve_input_end (RtConversation *self);
void rt_conversation_resume_speaking (RtConversation *self);
void rt_conversation_check_settled (RtConversation *self);
void rt_conversation_drop_input (RtConversation *self, guint64 end);

/* rttimers.c */
void rt_conversation_forget_timers (RtConversation *self);
GSource *rt_conversation_timer (
    RtConversation *self, guint ms, GSourceFunc func);
void rt_conversation_cancel (GSource **timer);
/* ms since then */
guint rt_conversation_since (gint64 then);

/* rtsilence.c: what is sent when nothing comes in */
void rt_conversation_append_trailing_silence (RtConversation *self);
void rt_conversation_watch_input (RtConversation *self);

/* rtplayer.c: the model's voice */
void rt_conversation_play (RtConversation *self, const RtEffect *effect);
void rt_conversation_play_end (RtConversation *self, guint track);
void rt_conversation_drop (RtConversation *self);
void rt_conversation_hold (RtConversation *self, guint ms);
void rt_conversation_resume (RtConversation *self);

/* rtlistener.c: whether the server is still saying something */
void rt_conversation_heard (RtConversation *self, const RtEvent *event);
void rt_conversation_watch_pause (RtConversation *self);
/* ms since the last sign of a turn of either side */
guint rt_conversation_get_quiet (RtConversation *self);

/* rtpressure.c: after something was queued to be played */
void rt_conversation_check_room (RtConversation *self);
/* Another connection serves. */
void rt_conversation_forget_room (RtConversation *self);

/* rtliveness.c: whether it is still there */
void rt_conversation_watch_response (RtConversation *self);
void rt_conversation_watch_clock (RtConversation *self);

/* rtreceiver.c: what a server says in a session that serves */
void rt_conversation_receive (
    RtConversation *self, RtEvent *event, GBytes *data);
/* A message that cannot be used. */
void rt_conversation_warn (
    RtConversation *self, const gchar *code, const gchar *text);

/* rtconnection.c: one connection and the session on it */

/* Takes `params`.  It serves from its beginning, or when it is told to. */
RtConnection *rt_connection_new (
    RtConversation *self, RtConnectParams *params, gboolean serves);
/* Says goodbye in the background; nothing is heard of it any more. */
void rt_connection_free (RtConnection *connection);
/* What it held until now is told. */
void rt_connection_serve (RtConnection *connection);
void rt_connection_send (
    RtConnection *connection, const gchar *text, gsize size);
gboolean rt_connection_is_writable (RtConnection *connection);
/* When anything came of the server, and all that had come was told; monotonic
 * us. */
gint64 rt_connection_last_told (RtConnection *connection);
/* FALSE: what the server says waits in the network. */
void rt_connection_set_reading (RtConnection *connection, gboolean reading);
/* The session is there: the deadline is met. */
void rt_connection_set_ready (RtConnection *connection);
gboolean rt_connection_is_ready (RtConnection *connection);
/* The server took the handshake. */
gboolean rt_connection_is_opened (RtConnection *connection);
/* monotonic us */
gint64 rt_connection_get_began (RtConnection *connection);
const gchar *rt_connection_get_host (RtConnection *connection);
const gchar *rt_connection_get_secret (RtConnection *connection);

/* rtreconnect.c: what follows the end of a connection */
typedef struct {
  RtConversationEnd end; /* as it would end the conversation */
  RtSeverity severity;
  gboolean unreached; /* nobody answered: it may be the network */
} RtLoss;
/* Takes what `loss` owns. */
void rt_conversation_lost (RtConversation *self, RtLoss *loss);
/* The session on the connection that served is over, for the session. */
void rt_conversation_leave_session (RtConversation *self);
/* We give it up. */
void rt_conversation_give_up (RtConversation *self, const gchar *why);
void rt_conversation_ended (
    RtConversation *self, RtConnection *connection, const RtEnd *end);
void rt_conversation_open (RtConversation *self);
/* The policy has changed. */
void rt_conversation_heed_policy (RtConversation *self);
void rt_loss_clear (RtLoss *loss);

/* rtrenewal.c: the next session before the end of this one */
void rt_conversation_learn_session (
    RtConversation *self, const RtSessionInfo *info);
void rt_conversation_plan_renewal (RtConversation *self);
/* `params` NULL: there are none, see `why`; else takes them. */
void rt_conversation_begin_renewal (
    RtConversation *self, RtConnectParams *params, const gchar *why);
/* Takes what `loss` owns. */
void rt_conversation_renewal_failed (RtConversation *self, RtLoss *loss);
/* Hands over to the successor, if that is ready and may begin. */
void rt_conversation_try_switch (RtConversation *self);
/* Takes `successor`, which serves from now on. */
void rt_conversation_hand_over (RtConversation *self, RtConnection *successor);
void rt_conversation_forget_renewal (RtConversation *self);

G_END_DECLS
