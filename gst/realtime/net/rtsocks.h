/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: SOCKS4, SOCKS4a and SOCKS5, from our side.
 */
#pragma once

#include "rtproxy.h"

G_BEGIN_DECLS

/* As rt_proxy_connect_async(), for a proxy of these kinds. */
void rt_socks_connect_async (GIOStream *stream, const RtProxy *proxy,
    const gchar *host, guint16 port, GAsyncReadyCallback callback,
    gpointer user_data);
gboolean rt_socks_connect_finish (GAsyncResult *result, GError **error);

G_END_DECLS
