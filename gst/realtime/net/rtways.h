/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: which ways lead to a server: by a proxy of the property, of
 * the environment, of the desktop's settings, or directly.
 */
#pragma once

#include "rtend.h"
#include "rtproxy.h"

G_BEGIN_DECLS

/* What the environment says of that URL: RtProxy, NULL for a direct way; NULL
 * when it says nothing or, with `error`, what cannot be used.  Pure. */
GPtrArray *rt_ways_of_environment (const RtUrl *url, GError **error);

/* On the loop's thread, and never polls `cancellable`. */
void rt_ways_find_async (const RtConnectParams *params,
    GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data);
/* At least one, in the order of trying.  NULL: there is no way that is
 * allowed. */
GPtrArray *rt_ways_find_finish (GAsyncResult *result, GError **error);

G_END_DECLS
