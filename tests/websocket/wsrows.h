/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server may do to a client: the sections of the test suite that
 * clients of WebSocket are measured by, a table each.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const gchar *name;
  const gchar *stream;   /* words of wsstream.h */
  const gchar *messages; /* what must come of it, in words */
  /* "open": it goes on.  "closed N": the server closed with code N and was
   * answered the same, or as "closed N ANSWER" says.  "lost N ANSWER": it said
   * what means that nobody closed.  "breach N": it broke the protocol, code N
   * is what it deserves. */
  const gchar *end;
  guint pongs; /* that the client must have said */
} WsRow;

typedef struct {
  const gchar *name;
  const WsRow *rows;
  guint n_rows;
} WsSection;

extern const WsSection ws_framing;
extern const WsSection ws_pings;
extern const WsSection ws_reserved;
extern const WsSection ws_fragments;
extern const WsSection ws_utf8;
extern const WsSection ws_closing;

#define WS_SECTION(variable, name, rows) \
  const WsSection variable = { name, rows, G_N_ELEMENTS (rows) }

G_END_DECLS
