/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of the scripted server, for its files.  One lock guards what threads
 * share; it is not held while reading or writing.
 */
#pragma once

#include "rtfakecert.h"
#include "rtfakeserver.h"

G_BEGIN_DECLS

typedef struct {
  gchar *type;
  gchar *text;
  JsonNode *node; /* NULL: not a JSON object */
  gboolean taken;
} RtFakeEvent;

/* How a connection is to be treated; a copy of the server's at accept. */
typedef struct {
  RtFakeHandshake handshake;
  guint status;
  gchar *http_headers;
  gchar *body;
  gchar *upgrade_headers;
  GByteArray *glued; /* never NULL */
  gboolean automatic;
} RtFakeScript;

struct _RtFakeServer {
  /* constant after init */
  RtFakeServerFlags flags;
  RtFakeCert *cert; /* NULL without TLS */
  GTlsCertificate *identity;
  gchar *uri;
  guint16 port;

  /* whoever makes and frees the server, or has it listen */
  GSocket *listener;
  GCancellable *stop;
  GThread *thread; /* NULL: it does not listen */

  GMutex lock;
  GCond cond; /* anything changed */
  /* lock */
  RtFakeScript script;
  GPtrArray *conns; /* of RtFakeConn, in order of accept */
  guint accepted;
  guint requests;
  gboolean stopping;
  gchar *violation;
};

struct _RtFakeConn {
  /* constant after init */
  RtFakeServer *server;
  guint number;
  RtFakeScript script;
  GSocket *socket;
  GThread *thread;

  GMutex write_lock; /* one frame at a time; taken before `server->lock` */
  /* write_lock */
  GIOStream *stream; /* NULL before TLS is up and after the end */

  /* server->lock */
  gchar *request_line;
  gchar *target;
  GHashTable *headers;
  GPtrArray *events; /* of RtFakeEvent */
  GByteArray *audio;
  gsize audio_size; /* what is kept of it may be less */
  gboolean offered; /* may be handed out by wait_connection */
  gboolean taken;
  gboolean opened; /* the 101 was written */
  gboolean paused; /* reading */
  guint rate;      /* of reading, bytes in a second; 0: no limit */
  gboolean mute_close;
  gboolean mute_ping;
  gboolean close_sent;
  gboolean reset; /* end with a RST */
  gboolean client_closed;
  gboolean closing; /* nobody else may touch the socket any more */
  gboolean ended;
  guint close_code;
  guint pings;
  guint pongs;
  GBytes *pong; /* what the last one carried */

  /* connection's thread */
  GByteArray *input; /* bytes not yet understood */
  GByteArray *message;
  guint message_opcode; /* 0: between messages */
  gboolean created;     /* session.created was sent */
};

/* rtfakeserver.c */
void rt_fake_server_note_violation (
    RtFakeServer *server, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
gint64 rt_fake_deadline (guint timeout_ms);
void rt_fake_script_clear (RtFakeScript *script);

/* rtfakehandshake.c: the connection's thread.  TRUE: it is a WebSocket now. */
gboolean rt_fake_conn_handshake (RtFakeConn *conn);

/* rtfakeconn.c */
RtFakeConn *rt_fake_conn_new (
    RtFakeServer *server, GSocket *socket, guint number);
/* server->lock: nobody may look before `thread` is set. */
void rt_fake_conn_start (RtFakeConn *conn);
void rt_fake_conn_free (RtFakeConn *conn);
/* Hands it to rt_fake_server_wait_connection(). */
void rt_fake_conn_offer (RtFakeConn *conn);
/* More of `conn->input`; FALSE at the end of the connection. */
gboolean rt_fake_conn_fill (RtFakeConn *conn);

/* rtfakeframes.c: the connection's thread.  FALSE: hang up. */
gboolean rt_fake_conn_parse_frames (RtFakeConn *conn);
void rt_fake_event_free (RtFakeEvent *event);

/* rtfakesend.c */
gboolean rt_fake_conn_write (RtFakeConn *conn, gconstpointer data, gsize size);

G_END_DECLS
