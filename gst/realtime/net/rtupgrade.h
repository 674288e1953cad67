/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: asking for a WebSocket, and whether the answer is one.
 */
#pragma once

#include "rtend.h"
#include "rthttp.h"

G_BEGIN_DECLS

gchar *rt_upgrade_key (void);
/* Carries the API key: rt_http_exchange_async() wipes it. */
GString *rt_upgrade_request (const RtConnectParams *params, const gchar *key);
/* What an answer's header says: TRUE when a body is to be read before
 * rt_upgrade_judge() can tell why. */
gboolean rt_upgrade_wants_body (RtHttpReply *reply);
/* NULL when frames may follow. */
RtEnd *rt_upgrade_judge (
    const RtConnectParams *params, RtHttpReply *reply, const gchar *key);

G_END_DECLS
