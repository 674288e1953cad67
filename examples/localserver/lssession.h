/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One client's session, from session.created to the close of its socket.
 * Main thread only; never blocks. */
#pragma once

#include "lsrecognizer.h"
#include "lsvoice.h"

#include <libsoup/soup.h>
#include <stdio.h>

G_BEGIN_DECLS

/* of a client that asks for what cannot be */
#define LS_CLOSE_BAD_REQUEST 4000

typedef struct _LsDialect LsDialect;

/* what all sessions share; outlives them */
typedef struct {
  const LsDialect *dialect;
  LsRecognizer *recognizer;
  LsVoice *voice;
  gdouble pace;
  guint duration; /* seconds a session may last */
  gboolean verbose;
  FILE *dump; /* every event sent, a line each; NULL: none */
} LsServices;

typedef struct _LsSession LsSession;
typedef void (*LsSessionClosedFunc) (LsSession *session, gpointer user_data);

/* model NULL: a transcription session */
LsSession *ls_session_new (SoupWebsocketConnection *socket,
    const LsServices *services, const gchar *model, LsSessionClosedFunc closed,
    gpointer user_data);
void ls_session_free (LsSession *self);
/* the server goes away */
void ls_session_close (LsSession *self, gushort code, const gchar *reason);

G_END_DECLS
