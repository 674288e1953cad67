/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A proxy, good or bad, played by a thread that serves one connection.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  PROXY_HTTP,
  PROXY_HTTP_407,
  PROXY_HTTP_403,
  PROXY_HTTP_TALKS,
  PROXY_GARBAGE,
  PROXY_SILENT,
  PROXY_CLOSES,
  PROXY_SOCKS4,
  PROXY_SOCKS4_REFUSED,
  PROXY_SOCKS5,
  PROXY_SOCKS5_LOGIN,     /* "user", "pa:ss" */
  PROXY_SOCKS5_FORBIDDEN, /* by its rules */
} ProxyKind;

typedef struct {
  ProxyKind kind;
  GSocket *listener;
  guint16 port;
  GThread *thread;

  GMutex lock;
  GCond cond;
  /* lock */
  gboolean accepted;

  /* the thread's, until it is joined */
  GString *request;
  gchar *target; /* host:port asked for */
  /* where a tunnel leads instead of to the target, if not NULL */
  const gchar *origin;
} Proxy;

void proxy_init (Proxy *self, ProxyKind kind);
/* Until its client is there. */
void proxy_expect_client (Proxy *self);
/* Returns when its client is gone. */
void proxy_clear (Proxy *self);

G_END_DECLS
