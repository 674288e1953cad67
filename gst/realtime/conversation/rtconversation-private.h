/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of a conversation, for the files of this room.
 */
#pragma once

#include "rtconversation.h"
#include "rtthrottle.h"

G_BEGIN_DECLS

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
  guint chunk_duration;
  gboolean close_requested;
  RtClosedReason close_reason;
  gboolean input_ended;
  gboolean input_resumed; /* … and went on */
  guint eos_timeout;

  /* I/O thread */
  RtConnectParams *connect; /* until the transport takes it */
  RtTransport *transport;
  GSource *ready_timer;
  GSource *pause_timer;
  GSource *hold_timer;
  GSource *settle_timer;
  GSource *eos_timer;
  GSource *starve_timer;
  GSource *room_timer; /* while the server is made to wait */
  GQueue deferred; /* of RtDeferred: what is sent behind a commit that waits */
  GString *frame;  /* reused for every append */
  GByteArray *chunk;
  guint connect_timeout;
  gint64 connect_began;
  gint64 last_output; /* when the model last said something */
  gint64 input_sent;  /* when the last of the input was sent */
  gint64 last_sign;   /* the same of either side, as the server tells it */
  gint64 last_append; /* when audio of the user was sent … */
  guint padded;       /* … and ms of silence since then */
  RtThrottle errors;  /* of the server's */
  RtThrottle rubbish; /* messages that could not be used */
  gboolean holding;   /* the playout, for this conversation */
  guint64 held_delay; /* of RtEar, when that began */
  gboolean started;
  gboolean ready;
  gboolean input_finished;
  gboolean settled;
  gboolean ended;
};

/* rtconversation.c */
void rt_conversation_serve (gpointer self);
void rt_conversation_run_effects (RtConversation *self);
void rt_conversation_send (RtConversation *self, const RtCommand *command);
void rt_conversation_finish (RtConversation *self, RtConversationEnd *end);

/* rtcounter.c */
void rt_conversation_count_note (RtConversation *self, const RtNote *note);

/* rtorder.c: what refers to the audio before it, and so has to wait for it */
/* TRUE: it waits; the command is taken. */
gboolean rt_conversation_defer (RtConversation *self, RtEffect *effect);
void rt_conversation_serve_deferred (RtConversation *self);
void rt_conversation_forget_deferred (RtConversation *self);

/* rtspeaker.c: what is sent of the user's voice, and the end of it */
void rt_conversation_get_chunking (
    RtConversation *self, RtAudioFormat *format, gsize *size);
/* `time` is the running time of the first frame, or RT_TIME_UNKNOWN. */
void rt_conversation_append (RtConversation *self, const RtAudioFormat *format,
    const guint8 *data, gsize size, guint64 time);
gboolean rt_conversation_has_chunk (RtConversation *self);
void rt_conversation_pump (RtConversation *self, gboolean rest);
/* FALSE: the network takes no more for now. */
gboolean rt_conversation_pump_until (RtConversation *self, guint64 end);
void rt_conversation_serve_input_end (RtConversation *self);
void rt_conversation_resume_speaking (RtConversation *self);
void rt_conversation_check_settled (RtConversation *self);
void rt_conversation_drop_input (RtConversation *self, guint64 end);
void rt_conversation_forget_timers (RtConversation *self);
GSource *rt_conversation_timer (
    RtConversation *self, guint ms, GSourceFunc func);
void rt_conversation_cancel (GSource **timer);

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

/* rtreceiver.c: what the transport brings */
extern const RtTransportCallbacks rt_conversation_transport_callbacks;

G_END_DECLS
