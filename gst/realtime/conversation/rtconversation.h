/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One conversation with one server: where the pure session meets the sockets
 * and the queues.  Runs on the I/O thread of its loop; the functions below may
 * be called from any thread and never wait for the network.
 */
#pragma once

#include "rtbackoff.h"
#include "rtloop.h"
#include "rtplayout.h"
#include "rtsession.h"
#include "rtstats.h"
#include "rttransport.h"
#include "rtuplink.h"

G_BEGIN_DECLS

typedef struct _RtConversation RtConversation;

typedef enum {
  RT_CLOSED_REQUESTED,
  RT_CLOSED_TRANSPORT,
  RT_CLOSED_ERROR,
  RT_CLOSED_EOS,
} RtClosedReason;

typedef struct {
  RtClosedReason reason;
  gboolean started; /* the `started` note was given */
  gboolean failed;  /* nobody asked for this end */
  RtCause cause;
  guint close_code;  /* 0: the connection never was one */
  guint http_status; /* 0: not refused by HTTP */
  guint retry_after; /* seconds, 0: not said */
  gchar *detail;     /* never NULL when failed */
  RtNote *error;     /* the note of a session that failed, or NULL */
} RtConversationEnd;

/* What is at the listener's ear: samples whose stamps are over by `until` were
 * heard, `delay` after their stamps (ns). */
typedef struct {
  guint64 until; /* G_MAXUINT64: all that left will be */
  guint64 delay;
} RtEar;
/* What is done so that the conversation outlives its connections. */
typedef struct {
  gboolean reconnect;
  RtBackoffPolicy backoff;
  gboolean restore_history;
  guint max_session_duration; /* s; 0: as long as the server lets it be */
  guint uplink_buffer;        /* ms: at most so much is said again */
  guint stall_timeout;        /* ms without a word, in a response; 0: any */
} RtConversationPolicy;

/* All are called on the I/O thread with no lock held. */
typedef struct {
  /* "resolving" "waiting" "connecting" "tls" "upgrading" "opening" "ready" */
  void (*progress) (
      RtConversation *conversation, const gchar *stage, gpointer user_data);
  void (*note) (
      RtConversation *conversation, const RtNote *note, gpointer user_data);
  /* There is to be another connection: rt_conversation_connect() is to follow,
   * from any thread, now or later. */
  void (*wants_connect) (RtConversation *conversation, gpointer user_data);
  /* Each message of the server, before it is acted on. */
  void (*received) (RtConversation *conversation, const gchar *type,
      GBytes *text, gpointer user_data);
  /* The playout changed. */
  void (*playout) (RtConversation *conversation, gpointer user_data);
  /* The reply stops here: silences what is downstream, where that is how it
   * is done, and says how far it was heard. */
  void (*silence) (
      RtConversation *conversation, RtEar *ear, gpointer user_data);
  /* Follows: the playout was emptied (`dropped`) or is held. */
  void (*silenced) (
      RtConversation *conversation, gboolean dropped, gpointer user_data);
  /* The time of the input goes on: if nothing comes, there is nothing. */
  gboolean (*input_runs) (RtConversation *conversation, gpointer user_data);
  /* After rt_conversation_end_input(): nothing more will be said. */
  void (*settled) (RtConversation *conversation, gpointer user_data);
  /* Once; nothing follows. */
  void (*ended) (RtConversation *conversation, const RtConversationEnd *end,
      gpointer user_data);
} RtConversationCallbacks;

typedef struct {
  const RtDialect *dialect;
  RtSessionConfig *config;  /* owned */
  RtConnectParams *connect; /* owned */
  RtUplink *uplink;         /* borrowed, and so the next two */
  RtPlayout *playout;       /* of this conversation and no other */
  RtStats *stats;
  guint chunk_duration; /* ms */
  gboolean barge_in;
  guint barge_in_hold; /* ms */
  RtConversationPolicy policy;
} RtConversationParams;

/* Takes what `params` owns.  Nothing comes of it before it is begun. */
RtConversation *rt_conversation_new (RtLoop *loop,
    const RtConversationParams *params,
    const RtConversationCallbacks *callbacks, gpointer user_data,
    GDestroyNotify destroy);
/* It opens, unless it was asked to close, and again as `policy` says.  Callbacks
 * come from the thread of `loop`, never from this call. */
void rt_conversation_begin (RtConversation *conversation);
RtConversation *rt_conversation_ref (RtConversation *conversation);
void rt_conversation_unref (RtConversation *conversation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtConversation, rt_conversation_unref)

/* Asks for the end; `ended` follows from the I/O thread, the goodbye to the
 * server goes on behind it.  FALSE: it is ending already. */
gboolean rt_conversation_close (
    RtConversation *conversation, RtClosedReason reason);
typedef enum {
  RT_ANSWER_YES,
  RT_ANSWER_NO,     /* not possible now; an error note says why */
  RT_ANSWER_ENDING, /* too late, and no note follows */
} RtAnswer;
/* The answer to `wants_connect`; takes `params`.  NULL: there are none for now,
 * because of `refusal`. */
void rt_conversation_connect (RtConversation *conversation,
    RtConnectParams *params, const gchar *refusal);
void rt_conversation_set_policy (
    RtConversation *conversation, const RtConversationPolicy *policy);
/* I/O thread: the key with which what comes from the server was asked for, or
 * NULL. */
const gchar *rt_conversation_get_secret (RtConversation *conversation);
/* A commit is of what is in the uplink now. */
RtAnswer rt_conversation_request (
    RtConversation *conversation, const RtRequest *request);
/* New settings; takes them.  What changes in quick succession is told to the
 * server once. */
void rt_conversation_set_config (
    RtConversation *conversation, RtSessionConfig *config);
void rt_conversation_set_chunk_duration (
    RtConversation *conversation, guint ms);
/* See rt_session_set_barge_in(). */
void rt_conversation_set_barge_in (
    RtConversation *conversation, gboolean barge_in, guint hold);
/* There is audio in the uplink. */
void rt_conversation_kick (RtConversation *conversation);
/* EOS on the way in.  `settled` follows when the last reply is complete, or
 * `timeout` ms from now when none comes. */
void rt_conversation_end_input (RtConversation *conversation, guint timeout);
/* A flush took the EOS back. */
void rt_conversation_resume_input (RtConversation *conversation);
/* From rt_playout_report(); it is heard `delay` ns after its stamp. */
void rt_conversation_report (RtConversation *conversation,
    const GArray *playing, const GArray *drained, guint64 delay);
/* Forgets what nobody plays any more. */
void rt_conversation_discard (RtConversation *conversation);
/* The server's id of the session, or NULL; transfer full. */
gchar *rt_conversation_dup_session_id (RtConversation *conversation);

G_END_DECLS
