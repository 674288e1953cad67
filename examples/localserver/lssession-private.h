/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session between lssession.c, which keeps its turns and replies going,
 * and lsrequests.c, which does what the client asks for. */
#pragma once

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

  LsResponse *response; /* NULL: none is active */
  GPtrArray *input;     /* LsItem the response is about; NULL: what is new */
  gboolean reply_due;   /* a turn ended while a response was active */
  gboolean spoke;       /* the model's voice was heard */
  gboolean silent_turn; /* the response is about a silence */
  guint64 quiet_since_ms;
  guint idle, expiry; /* sources */
};

void ls_session_send (LsSession *self, JsonObject *event);
/* takes the fault */
void ls_session_refuse (
    LsSession *self, LsFault *fault, const gchar *client_event_id);
/* request and input (taken) may be NULL */
void ls_session_respond (
    LsSession *self, JsonObject *request, GPtrArray *input);
/* puts it in the conversation and tells so; FALSE: it cannot be there */
gboolean ls_session_add_item (
    LsSession *self, LsItem *item, const gchar *after);
/* the turns to be heard have changed their rules */
void ls_session_stop_waiting (LsSession *self);

/* text is one message of the client */
void ls_requests_handle (LsSession *self, const gchar *text, gsize length);

G_END_DECLS
