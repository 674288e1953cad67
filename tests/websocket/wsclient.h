/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A transport that keeps all that it was sent, and one server for it.
 */
#pragma once

#include "netclient.h"
#include "wsstream.h"

G_BEGIN_DECLS

typedef struct {
  RtFakeServer *server; /* borrowed */
  RtFakeConn *conn;
  NetClient *client;

  GMutex lock;
  GCond cond;
  /* lock */
  GPtrArray *messages; /* of WsMessage */
} WsClient;

/* Connected; `glued` (may be NULL) comes with the server's answer. */
WsClient *ws_client_new (RtFakeServer *server, const GByteArray *glued);
void ws_client_free (WsClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsClient, ws_client_free)

/* Returns when so many came; fails at a deadline. */
void ws_client_expect (WsClient *self, guint n);
/* The messages are these, in this order. */
void ws_client_check (WsClient *self, const GPtrArray *expected);

G_END_DECLS
