/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a WebSocket server says, in words.
 *
 * A word is KIND[/FLAG...]:PAYLOAD.  Kinds: T text, B binary, C continuation,
 * P ping, O pong, X close; in lower case without FIN; a number is an opcode
 * that nobody knows; R is bytes as they are.  Flags: m masked, 16 and 64 the
 * width of the length whatever it is, r1 to r7 the reserved bits.  The payload
 * is text with %XX for bytes, "*N" for N letters, or of a close "1000,text".
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gboolean binary;
  GBytes *data;
} WsMessage;

void ws_message_free (WsMessage *message);

/* The bytes of some words. */
GByteArray *ws_stream_new (const gchar *words);
/* What the last ping of them carries; transfer full, or NULL. */
GBytes *ws_stream_dup_ping (const gchar *words);
/* Words of kind T and B as messages. */
GPtrArray *ws_messages_new (const gchar *words);

G_END_DECLS
