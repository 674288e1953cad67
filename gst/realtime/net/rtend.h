/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: making an RtEnd, and sharing the parameters of an attempt
 * between the road and the transport.
 */
#pragma once

#include "rttransport.h"

G_BEGIN_DECLS

/* The reason is redacted and made short. */
RtEnd *rt_end_new (const RtConnectParams *params, RtEndKind kind,
    const gchar *format, ...) G_GNUC_PRINTF (3, 4);
void rt_end_free (RtEnd *end);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtEnd, rt_end_free)

/* Another owner; each calls rt_connect_params_free(). */
RtConnectParams *rt_connect_params_share (RtConnectParams *params);

G_END_DECLS
