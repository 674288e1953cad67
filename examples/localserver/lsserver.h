/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Listens, checks who comes with what key and query, and keeps the sessions.
 * Main thread only. */
#pragma once

#include "lssession.h"

G_BEGIN_DECLS

typedef struct {
  LsServices services;
  const gchar *host;
  guint port;                   /* 0: any that is free */
  gchar *key;                   /* NULL: anybody may come */
  GTlsCertificate *certificate; /* NULL: no TLS */
} LsServerSettings;

typedef struct _LsServer LsServer;

/* settings outlive the server */
LsServer *ls_server_new (const LsServerSettings *settings, GError **error);
/* tells the clients that it goes away */
void ls_server_free (LsServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsServer, ls_server_free)

/* where it is reached, ws:// or wss:// */
gchar *ls_server_get_url (const LsServer *self);

G_END_DECLS
