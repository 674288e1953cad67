/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A random reply of a scripted server: items of one or two parts, of which no
 * two samples are alike, sent as far as a test wants; and what the server is to
 * be told when so much of it was heard.
 */
#pragma once

#include "rtfakeserver.h"

G_BEGIN_DECLS

typedef struct _ClockReply ClockReply;

ClockReply *clock_reply_new (guint number, GRand *rand);
void clock_reply_free (ClockReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClockReply, clock_reply_free)

/* The audio, whether sent or not; its bytes. */
gsize clock_reply_get_size (const ClockReply *reply);
const guint8 *clock_reply_get_audio (const ClockReply *reply);
/* Sends on until at least so many bytes are sent; with all of them, the end. */
void clock_reply_send (
    ClockReply *reply, RtFakeConn *conn, GRand *rand, gsize until);
/* The rest, as a server that was too late to stop: a part of it, and that it
 * was cancelled. */
void clock_reply_send_late (ClockReply *reply, RtFakeConn *conn, GRand *rand);

/* Checks the client's events `from` to `to` against what follows from having
 * heard `heard` bytes.  Appends to `errors` (of gint64, ns) how far the server's
 * idea of it is from that, for each truncation. */
void clock_reply_check (const ClockReply *reply, gsize heard, RtFakeConn *conn,
    guint from, guint to, GArray *errors);

G_END_DECLS
