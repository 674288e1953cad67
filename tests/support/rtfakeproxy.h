/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A proxy, good or bad, played by a thread that serves one connection.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  RT_FAKE_PROXY_HTTP,
  RT_FAKE_PROXY_HTTP_407,
  RT_FAKE_PROXY_HTTP_403,
  RT_FAKE_PROXY_HTTP_TALKS,
  RT_FAKE_PROXY_GARBAGE,
  RT_FAKE_PROXY_SILENT,
  RT_FAKE_PROXY_CLOSES,
  RT_FAKE_PROXY_SOCKS4,
  RT_FAKE_PROXY_SOCKS4_REFUSED,
  RT_FAKE_PROXY_SOCKS5,
  RT_FAKE_PROXY_SOCKS5_LOGIN,     /* "user", "pa:ss" */
  RT_FAKE_PROXY_SOCKS5_FORBIDDEN, /* by its rules */
} RtFakeProxyKind;

typedef struct {
  RtFakeProxyKind kind;
  GSocket *listener;
  guint16 port;
  GThread *thread;

  GMutex lock;
  GCond cond;
  /* lock */
  gboolean accepted;

  /* the thread's, until it is joined */
  GString *request;
  GByteArray *heard; /* of the client, within the tunnel */
  gchar *target;     /* host:port asked for */
  /* where a tunnel leads instead of to the target, if not NULL */
  const gchar *origin;
} RtFakeProxy;

void rt_fake_proxy_init (RtFakeProxy *self, RtFakeProxyKind kind);
/* Until its client is there. */
void rt_fake_proxy_expect_client (RtFakeProxy *self);
/* Returns when its client is gone. */
void rt_fake_proxy_clear (RtFakeProxy *self);

G_END_DECLS
