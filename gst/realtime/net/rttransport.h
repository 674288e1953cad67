/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection that carries messages.  It belongs to the thread of its RtLoop:
 * every call and every callback is made there, but for what says otherwise.
 */
#pragma once

#include "rtloop.h"
#include "rturl.h"

G_BEGIN_DECLS

/* How a connection attempt or a connection ended. */
typedef enum {
  RT_END_REQUESTED,   /* rt_transport_close() */
  RT_END_CLOSED,      /* the server closed: close_code, reason */
  RT_END_LOST,        /* the connection broke: close_code 1006 */
  RT_END_REFUSED,     /* HTTP: http_status, reason (of the body), retry_after */
  RT_END_UNREACHABLE, /* DNS, route, connection refused */
  RT_END_TLS,         /* certificate or TLS version: reason says which */
  RT_END_PROXY,       /* not the server; http_status 407: of its credentials */
  RT_END_PROTOCOL,    /* the answer is not HTTP, or not a WebSocket */
  RT_END_TIMEOUT,     /* the deadline passed */
  RT_END_SETTINGS,    /* a file or value is unusable: reason names it */
} RtEndKind;

typedef struct {
  RtEndKind kind;
  guint close_code;
  guint http_status;
  guint retry_after; /* seconds, 0: not said */
  gchar *reason;     /* redacted; never NULL */
} RtEnd;

typedef struct {
  RtUrl *url;         /* owned */
  GStrv headers;      /* pairs name, value, …, NULL, without the key */
  gchar *auth_header; /* "Authorization" or "api-key"; NULL: none */
  gchar *secret;      /* its whole value's secret part; wiped when freed */
  gchar *tls_ca_file;
  gchar *tls_certificate;
  gchar *tls_private_key;
  gchar *tls_pins;
  gchar *proxy;             /* NULL: the environment's; "direct://": none */
  guint connect_timeout;    /* ms, handshake included, but not the wait for a
                               turn; 0: none */
  guint keepalive_interval; /* ms, 0: off */
  gboolean paced; /* others may come at the same moment: one after another */
} RtConnectParams;

RtConnectParams *rt_connect_params_new (void);
void rt_connect_params_free (RtConnectParams *params);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtConnectParams, rt_connect_params_free)
/* Looks at what can be seen without a connection: the CA and key files, pins,
 * proxy, header values.  FALSE names the property. Any thread. */
gboolean rt_connect_params_check (
    const RtConnectParams *params, GError **error);

typedef struct {
  /* Where the attempt stands: "resolving" "waiting" (for its turn)
   * "connecting" "tls" "upgrading". */
  void (*progress) (gpointer user_data, const gchar *stage);
  void (*opened) (gpointer user_data);
  /* Text, complete, valid UTF-8 when `binary` is FALSE. */
  void (*message) (gpointer user_data, GBytes *data, gboolean binary);
  /* There is room again after rt_transport_is_writable() answered FALSE. */
  void (*writable) (gpointer user_data);
  /* Exactly once, also without `opened`; nothing follows. */
  void (*ended) (gpointer user_data, const RtEnd *end);
} RtTransportCallbacks;

typedef struct _RtTransport RtTransport;

/* Starts at once; callbacks come from the loop, never from this call.
 * Takes `params`. */
RtTransport *rt_transport_open (RtLoop *loop, RtConnectParams *params,
    const RtTransportCallbacks *callbacks, gpointer user_data);
/* How much may be handed over now: FALSE asks to wait for `writable`.
 * Control messages may be sent all the same; audio should wait. */
gboolean rt_transport_is_writable (RtTransport *self);
/* When anything came last of a connection that is up, be it a pong, before
 * which nothing is that was not told yet; monotonic us. */
gint64 rt_transport_last_told (RtTransport *self);
/* One text message of `size` bytes, copied.  Ignored after the end. */
void rt_transport_send (RtTransport *self, const gchar *text, gsize size);
/* Of a connection that is up.  FALSE: nothing is read, and so the server made to wait, until it is TRUE
 * again or the connection is closed from here.  The keepalive goes on; that the
 * server left is found out when what it said before was read. */
void rt_transport_set_reading (RtTransport *self, gboolean reading);
/* Says goodbye; `ended` follows within a second whatever the server does. */
void rt_transport_close (RtTransport *self, guint code, const gchar *reason);
/* No callback is made after this.  A connection that is still up is closed
 * in the background, as rt_transport_close() would. */
void rt_transport_free (RtTransport *self);

G_END_DECLS
