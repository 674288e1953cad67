/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a careful reader of RFC 6455 makes of a stream: slow and plain, to
 * compare with.
 */
#pragma once

#include "wsstream.h"

G_BEGIN_DECLS

typedef enum {
  WS_ENDS_LOST,   /* the stream is over, and nobody said goodbye */
  WS_ENDS_CLOSED, /* the server said goodbye, in whatever words */
  WS_ENDS_BREACH, /* the server broke the protocol */
  /* … in a frame that did not come whole: either of the two */
  WS_ENDS_LOST_OR_BREACH,
} WsVerdict;

/* Appends the messages that are delivered. */
WsVerdict ws_oracle (const guint8 *data, gsize size, GPtrArray *messages);

G_END_DECLS
