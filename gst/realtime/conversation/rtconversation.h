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
  /* What is due at the listener's ear now, ns of running time. */
  guint64 (*heard_until) (RtConversation *conversation, gpointer user_data);
  /* The playout was dropped: what is downstream may be stale. */
  void (*dropped) (RtConversation *conversation, gpointer user_data);
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
  RtPlayout *playout;
  RtStats *stats;
  guint chunk_duration; /* ms */
  gboolean barge_in;
  RtConversationPolicy policy;
} RtConversationParams;

/* Opens at once, and again as `policy` says.  Takes what `params` owns.  Callbacks come from the thread of
 * `loop`, never from this call. */
RtConversation *rt_conversation_new (RtLoop *loop,
    const RtConversationParams *params,
    const RtConversationCallbacks *callbacks, gpointer user_data,
    GDestroyNotify destroy);
RtConversation *rt_conversation_ref (RtConversation *conversation);
void rt_conversation_unref (RtConversation *conversation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtConversation, rt_conversation_unref)

/* Asks for the end; `ended` follows from the I/O thread, the goodbye to the
 * server goes on behind it. */
void rt_conversation_close (
    RtConversation *conversation, RtClosedReason reason);
/* The answer to `wants_connect`; takes `params`.  NULL: there are none for now,
 * because of `refusal`. */
void rt_conversation_connect (RtConversation *conversation,
    RtConnectParams *params, const gchar *refusal);
void rt_conversation_set_policy (
    RtConversation *conversation, const RtConversationPolicy *policy);
/* I/O thread: the key with which what comes from the server was asked for, or
 * NULL. */
const gchar *rt_conversation_get_secret (RtConversation *conversation);
/* FALSE: not possible now; an error note says why. */
gboolean rt_conversation_request (
    RtConversation *conversation, const RtRequest *request);
/* New settings; takes them.  What changes in quick succession is told to the
 * server once. */
void rt_conversation_set_config (
    RtConversation *conversation, RtSessionConfig *config);
void rt_conversation_set_chunk_duration (
    RtConversation *conversation, guint ms);
void rt_conversation_set_barge_in (
    RtConversation *conversation, gboolean barge_in);
/* There is audio in the uplink. */
void rt_conversation_kick (RtConversation *conversation);
/* EOS on the way in.  `settled` follows when the last reply is complete, or
 * `timeout` ms from now when none comes. */
void rt_conversation_end_input (RtConversation *conversation, guint timeout);
/* A flush took the EOS back. */
void rt_conversation_resume_input (RtConversation *conversation);
/* From rt_playout_report(). */
void rt_conversation_report (
    RtConversation *conversation, GArray *playing, GArray *drained);
/* Forgets what nobody plays any more, and counts it. */
void rt_conversation_discard (RtPlayout *playout, RtStats *stats);
/* The server's id of the session, or NULL; transfer full. */
gchar *rt_conversation_dup_session_id (RtConversation *conversation);

G_END_DECLS
