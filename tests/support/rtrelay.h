/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A box in the middle of a TCP connection: it delays what passes, and hangs up
 * on who is silent for too long.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RtRelay RtRelay;

/* From a free port of 127.0.0.1 to `address`:`port`.  `delay` ms each way;
 * `idle` ms of silence in both directions are the end, 0: they are not. */
RtRelay *rt_relay_new (
    const gchar *address, guint16 port, guint delay, guint idle);
void rt_relay_free (RtRelay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRelay, rt_relay_free)

guint16 rt_relay_get_port (RtRelay *relay);
/* Connections that were silent for too long. */
guint rt_relay_get_cuts (RtRelay *relay);

G_END_DECLS
