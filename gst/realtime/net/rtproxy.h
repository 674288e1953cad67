/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: a proxy, and asking it for a tunnel.  GIO would do this in
 * threads that wait, leave out what it does not understand and go directly,
 * and keep copies of the password.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  const gchar *scheme; /* static: "http", "socks4", "socks4a", "socks5" */
  gchar *host;
  guint16 port;
  gchar *user;     /* NULL: none */
  gchar *password; /* wiped when freed; NULL: none */
} RtProxy;

/* NULL and `error` when that is no proxy that can be used; the error does not
 * repeat it. */
RtProxy *rt_proxy_new (const gchar *text, GError **error);
void rt_proxy_free (RtProxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtProxy, rt_proxy_free)

/* SOCKS4 knows no names: it is to be told an IPv4 address. */
gboolean rt_proxy_wants_address (const RtProxy *proxy, const gchar *host);

/* Asks for a tunnel to `host`; `proxy` has to stay.  I/O thread; never waits
 * and has no deadline of its own. */
void rt_proxy_connect_async (GIOStream *stream, const RtProxy *proxy,
    const gchar *host, guint16 port, GAsyncReadyCallback callback,
    gpointer user_data);
/* FALSE: `error` is for people, and `http_status` is what a proxy said, or
 * what one that speaks HTTP would have: 407 of credentials, 403 of rules. */
gboolean rt_proxy_connect_finish (
    GAsyncResult *result, guint *http_status, GError **error);

G_END_DECLS
