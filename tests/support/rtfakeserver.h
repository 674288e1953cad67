/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A scripted realtime server for tests: raw frames over TCP or TLS, in threads
 * of its own.  Functions may be called from any thread; every wait has a
 * deadline.  It answers nothing by itself but what a test asked it to.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _RtFakeServer RtFakeServer;
/* One accepted connection; belongs to the server and lives as long, or until
 * rt_fake_server_forget_ended(). */
typedef struct _RtFakeConn RtFakeConn;

typedef enum {
  RT_FAKE_SERVER_PLAIN = 0,
  RT_FAKE_SERVER_TLS = 1 << 0,
  /* Each implies TLS.  The CA is right, the certificate is for another host
   * or not valid any more. */
  RT_FAKE_SERVER_WRONG_HOST = 1 << 1,
  RT_FAKE_SERVER_EXPIRED = 1 << 2,
  /* Asks for a certificate of the same CA, as in the client files below. */
  RT_FAKE_SERVER_CLIENT_CERTIFICATE = 1 << 3,
  /* The kernel takes little, so that a stall is felt after some kB. */
  RT_FAKE_SERVER_SMALL_BUFFERS = 1 << 4,
  /* Implies TLS: no CA, right or wrong. */
  RT_FAKE_SERVER_SELF_SIGNED = 1 << 6,
  /* A client may break the protocol: see rt_fake_server_get_violation(). */
  RT_FAKE_SERVER_TOLERANT = 1 << 5,
  /* Of appended audio only the size is kept, so that it may go on for hours. */
  RT_FAKE_SERVER_FORGETFUL = 1 << 7,
} RtFakeServerFlags;

/* What becomes of a connection attempt. */
typedef enum {
  RT_FAKE_HANDSHAKE_OK,
  RT_FAKE_HANDSHAKE_TRICKLE,      /* OK, a byte at a time */
  RT_FAKE_HANDSHAKE_MUTE,         /* accepts; no TLS, no answer */
  RT_FAKE_HANDSHAKE_SILENT,       /* reads the request, no answer */
  RT_FAKE_HANDSHAKE_SLOWLORIS,    /* a header byte every 20 ms, no end */
  RT_FAKE_HANDSHAKE_GARBAGE,      /* answers, but not HTTP */
  RT_FAKE_HANDSHAKE_CLOSE_EARLY,  /* FIN instead of an answer */
  RT_FAKE_HANDSHAKE_BAD_ACCEPT,   /* 101 with another key's answer */
  RT_FAKE_HANDSHAKE_HUGE_HEADERS, /* 101, then headers without end */
  RT_FAKE_HANDSHAKE_ENDLESS_BODY, /* 500, then a body without end */
  RT_FAKE_HANDSHAKE_HTTP,         /* rt_fake_server_set_http() */
} RtFakeHandshake;

/* Listens on 127.0.0.1 at a free port. */
RtFakeServer *rt_fake_server_new (RtFakeServerFlags flags);
/* The same at another IPv4 address of this machine. */
RtFakeServer *rt_fake_server_new_at (
    const gchar *address, RtFakeServerFlags flags);
/* Ends all connections and joins all threads.  g_error()s when a client broke
 * the WebSocket protocol, unless the server is TOLERANT. */
void rt_fake_server_free (RtFakeServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtFakeServer, rt_fake_server_free)

/* "ws://127.0.0.1:PORT/v1/realtime", or wss. */
const gchar *rt_fake_server_get_uri (RtFakeServer *server);
guint16 rt_fake_server_get_port (RtFakeServer *server);
/* PEM files, there until the server is freed; NULL without TLS. */
const gchar *rt_fake_server_get_ca_file (RtFakeServer *server);
const gchar *rt_fake_server_get_client_certificate_file (RtFakeServer *server);
const gchar *rt_fake_server_get_client_key_file (RtFakeServer *server);
/* Base64 SHA-256 of the certificate's SubjectPublicKeyInfo. */
const gchar *rt_fake_server_get_pin (RtFakeServer *server);

/* These hold for connections accepted from now on. */
void rt_fake_server_set_handshake (
    RtFakeServer *server, RtFakeHandshake handshake);
/* Answers with this; `headers` is lines that end in CR LF, or NULL.
 * Content-Length is added, and the connection is closed behind `body`. */
void rt_fake_server_set_http (RtFakeServer *server, guint status,
    const gchar *headers, const gchar *body);
/* Lines that end in CR LF for the 101, or NULL. */
void rt_fake_server_set_upgrade_headers (
    RtFakeServer *server, const gchar *headers);
/* Bytes that are written with the 101 in one go. */
void rt_fake_server_set_glued (
    RtFakeServer *server, gconstpointer data, gsize size);
/* Answers the first session.update of a connection with session.created and
 * session.updated, later ones with session.updated; the session is what the
 * client sent, with an id "sess_fake_N" (N counts connections from 1). */
void rt_fake_server_set_auto (RtFakeServer *server, gboolean enable);

/* FALSE: whoever comes is refused, until it is TRUE again, at the same port.
 * Connections that are up stay. */
void rt_fake_server_set_listening (RtFakeServer *server, gboolean listening);
/* Breaks all connections that are up. */
void rt_fake_server_break (RtFakeServer *server);

/* TCP connections accepted, and HTTP requests read in full, so far. */
guint rt_fake_server_get_accepted (RtFakeServer *server);
guint rt_fake_server_get_requests (RtFakeServer *server);
/* The first breach of protocol seen (a frame without mask, binary, text that
 * is not UTF-8, ...), or NULL. */
const gchar *rt_fake_server_get_violation (RtFakeServer *server);
/* The next connection not yet taken, once its request was read and answered
 * as far as it will be (MUTE: once accepted); NULL at the deadline. */
RtFakeConn *rt_fake_server_wait_connection (
    RtFakeServer *server, guint timeout_ms);
/* The same; g_error()s at the deadline. */
RtFakeConn *rt_fake_server_expect_connection (
    RtFakeServer *server, guint timeout_ms);
/* TRUE when none of the connections is up any more before the deadline. */
gboolean rt_fake_server_wait_idle (RtFakeServer *server, guint timeout_ms);
/* Frees the connections that ended and were taken. */
void rt_fake_server_forget_ended (RtFakeServer *server);

/* What the client asked for: "GET /v1/realtime?model=m HTTP/1.1". */
const gchar *rt_fake_conn_get_request_line (RtFakeConn *conn);
/* The path and query of it. */
const gchar *rt_fake_conn_get_target (RtFakeConn *conn);
/* Names in any case; a repeated header is joined by ", ". NULL: not sent. */
const gchar *rt_fake_conn_get_header (RtFakeConn *conn, const gchar *name);
/* The names of all headers in lower case, sorted, NULL-terminated.  Transfer
 * full. */
GStrv rt_fake_conn_dup_header_names (RtFakeConn *conn);

/* The next client event of `type` (NULL: any) that was not taken yet; events
 * of other types stay.  Valid as long as `conn`.  NULL at the deadline or when
 * the connection ended without it. */
JsonObject *rt_fake_conn_wait_event (
    RtFakeConn *conn, const gchar *type, guint timeout_ms);
/* The same; g_error()s instead of NULL and says what came. */
JsonObject *rt_fake_conn_expect_event (
    RtFakeConn *conn, const gchar *type, guint timeout_ms);
/* All messages so far, in order.  Type "" is text without a string `type`. */
guint rt_fake_conn_get_n_events (RtFakeConn *conn);
const gchar *rt_fake_conn_get_event_type (RtFakeConn *conn, guint index);
const gchar *rt_fake_conn_get_event_text (RtFakeConn *conn, guint index);
/* How many of `type` there were. */
guint rt_fake_conn_count_events (RtFakeConn *conn, const gchar *type);
/* The types so far, but for audio appends, joined by spaces. Transfer full. */
gchar *rt_fake_conn_dup_order (RtFakeConn *conn);

/* A copy of all audio appended so far, decoded. */
GByteArray *rt_fake_conn_get_audio (RtFakeConn *conn);
gsize rt_fake_conn_get_audio_size (RtFakeConn *conn);
/* TRUE once that many bytes came. */
gboolean rt_fake_conn_wait_audio (
    RtFakeConn *conn, gsize bytes, guint timeout_ms);

/* Sending: in the caller's thread.  FALSE: the connection is not up, or the
 * client took nothing for ten seconds. */
gboolean rt_fake_conn_send_text (RtFakeConn *conn, const gchar *text);
gboolean rt_fake_conn_send_printf (RtFakeConn *conn, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);
/* `rsv` is the three reserved bits, 0 to 7. */
gboolean rt_fake_conn_send_frame (RtFakeConn *conn, guint opcode, gboolean fin,
    guint rsv, gboolean masked, gconstpointer data, gsize size);
gboolean rt_fake_conn_send_bytes (
    RtFakeConn *conn, gconstpointer data, gsize size);

/* Says goodbye and hangs up when the client answered; code 0: a close frame
 * without a code. */
void rt_fake_conn_close (RtFakeConn *conn, guint code, const gchar *reason);
/* Ends our direction without a close frame and without TLS's close_notify. */
void rt_fake_conn_fin (RtFakeConn *conn);
/* Breaks the connection; returns when the reset is on its way. */
void rt_fake_conn_rst (RtFakeConn *conn);
/* FALSE: reads no more from the socket until it is TRUE again. */
void rt_fake_conn_set_reading (RtFakeConn *conn, gboolean reading);
/* Reads no more than that in a second; 0: no limit. */
void rt_fake_conn_set_read_rate (RtFakeConn *conn, guint bytes);
/* FALSE: a close frame of the client gets no answer and no end; a ping gets
 * no pong. */
void rt_fake_conn_set_answer_close (RtFakeConn *conn, gboolean answer);
void rt_fake_conn_set_answer_ping (RtFakeConn *conn, gboolean answer);

/* TRUE once the client sent a close frame, hung up or broke off. */
gboolean rt_fake_conn_wait_closed (RtFakeConn *conn, guint timeout_ms);
/* The client's close frame: 0 when there was none, 1005 without a code. */
guint rt_fake_conn_get_close_code (RtFakeConn *conn);
/* The connection is gone, whoever ended it. */
gboolean rt_fake_conn_is_ended (RtFakeConn *conn);
guint rt_fake_conn_get_pings (RtFakeConn *conn);
guint rt_fake_conn_get_pongs (RtFakeConn *conn);
/* What the last pong carried, or NULL; transfer full. */
GBytes *rt_fake_conn_dup_pong (RtFakeConn *conn);
gboolean rt_fake_conn_wait_pings (
    RtFakeConn *conn, guint count, guint timeout_ms);
gboolean rt_fake_conn_wait_pongs (
    RtFakeConn *conn, guint count, guint timeout_ms);

/* Scripts, in the order of events of the real service. */
gboolean rt_fake_conn_send_audio_delta (RtFakeConn *conn,
    const gchar *response_id, const gchar *item_id, guint content_index,
    gconstpointer pcm, gsize size);
/* A whole spoken reply, its audio in pieces of `delta_bytes`, and the three
 * parts of which it is made. */
gboolean rt_fake_conn_send_reply (RtFakeConn *conn, const gchar *response_id,
    const gchar *item_id, const gchar *transcript, gconstpointer pcm,
    gsize size, gsize delta_bytes);
gboolean rt_fake_conn_send_reply_begin (
    RtFakeConn *conn, const gchar *response_id, const gchar *item_id);
gboolean rt_fake_conn_send_reply_audio (RtFakeConn *conn,
    const gchar *response_id, const gchar *item_id, const gchar *transcript,
    gconstpointer pcm, gsize size, gsize delta_bytes);
/* `status`: "completed", "cancelled", "incomplete", "failed". */
gboolean rt_fake_conn_send_reply_end (RtFakeConn *conn,
    const gchar *response_id, const gchar *item_id, const gchar *transcript,
    const gchar *status);
/* A response that is one function call. */
gboolean rt_fake_conn_send_call (RtFakeConn *conn, const gchar *response_id,
    const gchar *item_id, const gchar *call_id, const gchar *name,
    const gchar *arguments);
gboolean rt_fake_conn_send_speech_started (
    RtFakeConn *conn, const gchar *item_id, guint audio_start_ms);
/* speech_stopped, committed, the item and its transcript. */
gboolean rt_fake_conn_send_user_turn (RtFakeConn *conn, const gchar *item_id,
    guint audio_end_ms, const gchar *transcript);
gboolean rt_fake_conn_send_error (RtFakeConn *conn, const gchar *type,
    const gchar *code, const gchar *message, const gchar *event_id);

G_END_DECLS
