/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: asking a proxy for a tunnel.  GIO does this in a thread
 * that waits, with a cancellable that polls; a process full of conversations
 * can afford neither.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A proxy's address in the form that GIO understands: what it does not, it
 * would leave out, and connect directly.  NULL and `error` if it is none. */
gchar *rt_proxy_uri (const gchar *proxy, GError **error);

/* What is done here; GIO does socks5, without a thread. */
extern const gchar *const rt_proxy_protocols[];

void rt_proxy_connect_async (GIOStream *stream, GProxyAddress *address,
    GAsyncReadyCallback callback, gpointer user_data);
/* FALSE: `error` is for people. */
gboolean rt_proxy_connect_finish (
    GAsyncResult *result, guint *http_status, GError **error);

G_END_DECLS
