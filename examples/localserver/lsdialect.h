/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A wire dialect: who may come in, what a client may say and how the server
 * says it. The session speaks realtime-v2; the others are translated. */
#pragma once

#include "lssession.h"
#include "lsvalidate.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  GHashTable *query; /* NULL: there is none */
  SoupMessageHeaders *headers;
} LsHandshake;

struct _LsDialect {
  const gchar *name;
  const gchar *path;
  const LsRule *rules; /* what a client may say */
  /* the client's first event; NULL: the server speaks first */
  const gchar *opening;
  /* settings of realtime-v2 that the client need not ask for; NULL: none */
  const gchar *granted;
  gboolean errors_end; /* an error is the end of the session */

  /* NULL: the client may come in; *model, borrowed, is what it wants to talk
   * to, NULL when it only wants to have something written down */
  LsFault *(*admit) (const LsHandshake *handshake, const gchar **model);
  /* does what a valid event of the client asks for */
  LsFault *(*handle) (LsSession *session, JsonObject *event);
  /* takes an event of realtime-v2; NULL: the dialect has no word for it */
  JsonObject *(*say) (JsonObject *event);
};

extern const LsDialect ls_dialect_v2;
extern const LsDialect ls_dialect_v1;
extern const LsDialect ls_dialect_create;

/* NULL: there is none of this name */
const LsDialect *ls_dialect_find (const gchar *name);

/* of the query or the headers; NULL: it is not there */
const gchar *ls_handshake_parameter (
    const LsHandshake *self, const gchar *name);
const gchar *ls_handshake_header (const LsHandshake *self, const gchar *name);

G_END_DECLS
