/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection of the benchmark's server: handshake, frames, the few events
 * of a session, and speech that it is told to send.  The server's thread.
 */
#pragma once

#include "benchhistogram.h"

G_BEGIN_DECLS

typedef struct _BenchPeer BenchPeer;

/* `speech` is the base64 text of one delta, of which the first characters are
 * replaced by a stamp; `uplink` counts how long appended audio took.  Both
 * outlive the peer, which owns `fd`, a socket that does not block. */
BenchPeer *bench_peer_new (
    int fd, const GString *speech, BenchHistogram *uplink);
void bench_peer_free (BenchPeer *peer);
/* FALSE: the connection is over. */
gboolean bench_peer_readable (BenchPeer *peer);
gboolean bench_peer_writable (BenchPeer *peer);
/* The session is open: it wants to be spoken to. */
gboolean bench_peer_is_listening (const BenchPeer *peer);
gboolean bench_peer_speak (BenchPeer *peer, gint64 now);
/* Something is left to write. */
gboolean bench_peer_is_blocked (const BenchPeer *peer);

G_END_DECLS
