/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: turns at what GIO does in its ten shared threads.  Servers
 * that stay silent in a handshake would hold them all, and with them every
 * file and every name that anybody in the process asks for.
 */
#pragma once

#include "rtloop.h"

G_BEGIN_DECLS

#define RT_GATE_ALL 8  /* handshakes at a time */
#define RT_GATE_HOST 6 /* … with one host */

typedef struct _RtTicket RtTicket;

/* `granted` is called on the loop's thread, in order of asking, never from
 * here. */
RtTicket *rt_ticket_new (RtLoop *loop, const gchar *host,
    RtLoopTaskFunc granted, gpointer user_data);
/* Gives the turn back, or the place in the queue; on the loop's thread. */
void rt_ticket_free (RtTicket *self);

G_END_DECLS
