/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session between lssession.c, which keeps its turns and replies going,
 * lsrequests.c, which does what the client asks for, and the dialects. */
#pragma once

#include "lsdialect.h"
#include "lslistener.h"
#include "lsresponse.h"
#include "lssession.h"

G_BEGIN_DECLS

struct _LsSession {
  /* constant after init */
  const LsServices *services;
  SoupWebsocketConnection *socket;
  LsSessionClosedFunc closed;
  gpointer user_data;

  LsConfig *config;
  LsConversation *conversation;
  LsListener *listener;
  GPtrArray *turns; /* LsTurn, committed and not yet understood */
  gboolean opened;  /* the client may say more than its first event */

  LsResponse *response; /* NULL: none is active */
  GPtrArray *input;     /* LsItem the response is about; NULL: what is new */
  gboolean reply_due;   /* a turn ended while a response was active */
  gboolean spoke;       /* the model's voice was heard */
  gboolean silent_turn; /* the response is about a silence */
  guint64 quiet_since_ms;
  guint idle, expiry; /* sources */
};

/* takes an event of realtime-v2; the dialect says it in its own words */
void ls_session_send (LsSession *self, JsonObject *event);
/* takes the fault; the end of a session where errors are that */
void ls_session_refuse (
    LsSession *self, LsFault *fault, const gchar *client_event_id);
/* request and input (taken) may be NULL */
void ls_session_respond (
    LsSession *self, JsonObject *request, GPtrArray *input);
/* a reply to what is new: now, or after the one that is active */
void ls_session_owe_reply (LsSession *self);
/* all or nothing; tells nobody */
LsFault *ls_session_configure (LsSession *self, JsonObject *settings);
/* puts it in the conversation and tells so; FALSE: it cannot be there */
gboolean ls_session_add_item (
    LsSession *self, LsItem *item, const gchar *after);
/* the turns to be heard have changed their rules */
void ls_session_stop_waiting (LsSession *self);

/* text is one message of the client */
void ls_requests_handle (LsSession *self, const gchar *text, gsize length);
/* a valid event of realtime-v2 */
LsFault *ls_requests_do (LsSession *self, JsonObject *event);
/* the audio in a member of an event, as whole frames; NULL: the fault says
 * what is wrong with it */
GBytes *ls_requests_decode_audio (
    JsonObject *event, const gchar *name, guint frame_size, LsFault **fault);

G_END_DECLS
