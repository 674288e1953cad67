/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The scripted server in a process of its own (peer.c), found by the variable
 * RT_TEST_PEER.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RtPeer RtPeer;

/* `options` as peer.c has them, separated by spaces; NULL: none. */
RtPeer *rt_peer_new (const gchar *options);
void rt_peer_free (RtPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPeer, rt_peer_free)

const gchar *rt_peer_get_uri (RtPeer *peer);
/* NULL without TLS. */
const gchar *rt_peer_get_ca_file (RtPeer *peer);
/* SIGSTOP and SIGCONT; returns when the process has stopped. */
void rt_peer_stop (RtPeer *peer);
void rt_peer_go_on (RtPeer *peer);

G_END_DECLS
