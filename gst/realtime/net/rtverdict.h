/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: what an error at a stage of the road means.  Pure.
 */
#pragma once

#include "rtend.h"

G_BEGIN_DECLS

/* `proxy`: it is a proxy that was to be reached. */
RtEnd *rt_verdict_on_connect (
    const RtConnectParams *params, gboolean proxy, const GError *error);
RtEnd *rt_verdict_on_handshake (
    const RtConnectParams *params, GTlsConnection *tls, const GError *error);
RtEnd *rt_verdict_on_upgrade (
    const RtConnectParams *params, const GError *error);

G_END_DECLS
