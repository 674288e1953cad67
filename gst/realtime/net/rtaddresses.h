/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: addresses that were looked up, as GSocketClient wants them.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RT_TYPE_ADDRESSES (rt_addresses_get_type ())
G_DECLARE_FINAL_TYPE (RtAddresses, rt_addresses, RT, ADDRESSES, GObject)

/* `list` is GInetSocketAddress, whose ports do not count.  The families take
 * turns, so that one that leads nowhere costs one attempt (RFC 8305). */
GSocketConnectable *rt_addresses_new (GPtrArray *list, guint16 port);

G_END_DECLS
