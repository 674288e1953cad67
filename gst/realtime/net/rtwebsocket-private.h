/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of the transport, for its files: rtwebsocket.c has its life, and
 * rtsender.c what goes out.  I/O thread only.
 */
#pragma once

#include "rtconnect.h"
#include "rtguard.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

struct _RtTransport {
  /* constant */
  RtLoop *loop;
  RtConnectParams *params;
  RtTransportCallbacks callbacks;
  gpointer user_data;

  /* I/O thread */
  guint refs; /* the owner's, one while libsoup's connection is up, callers' */
  gboolean freed;
  gboolean ended;
  gboolean close_requested;
  RtConnect *connect;
  SoupWebsocketConnection *socket;
  RtGuard *guard;
  GSocket *base_socket;
  GError *error;     /* libsoup's first, to be judged when all is over */
  gboolean breach;   /* … and it is the server's, not of its close frame */
  const gchar *lost; /* why we gave the connection up */

  GQueue backlog; /* of GBytes, for the kernel takes no more */
  gsize backlog_size;
  gboolean wants_room;
  GSource *output;
  GSource *deadline;
  GSource *watchdog;
};

/* rtwebsocket.c */
RtTransport *rt_transport_hold (RtTransport *self);
void rt_transport_drop (RtTransport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTransport, rt_transport_drop)
void rt_transport_stop_timer (GSource **timer);
gboolean rt_transport_is_open (RtTransport *self);
/* Nobody is there any more: the end follows at once. */
void rt_transport_give_up (RtTransport *self, const gchar *why);

/* rtsender.c */
void rt_transport_hand_over_first (RtTransport *self);
/* Sees to it that the backlog goes out when the kernel takes more. */
void rt_transport_await_room (RtTransport *self);

G_END_DECLS
