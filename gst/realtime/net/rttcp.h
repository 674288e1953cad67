/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: a TCP connection to where the server is, through a proxy
 * or not; the first half of the road.
 */
#pragma once

#include "rtend.h"

G_BEGIN_DECLS

typedef void (*RtTcpStageFunc) (gpointer user_data, const gchar *stage);

/* `stage` gets `user_data` too.  `cancellable` is never polled; it is to be
 * cancelled on the loop's thread. */
void rt_tcp_connect_async (RtLoop *loop, RtConnectParams *params,
    RtTcpStageFunc stage, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data);
/* NULL: `end` says why. */
GSocketConnection *rt_tcp_connect_finish (GAsyncResult *result, RtEnd **end);

G_END_DECLS
