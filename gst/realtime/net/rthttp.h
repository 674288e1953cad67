/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: one HTTP request and the head of its answer, for the
 * upgrade and for CONNECT.  Everything that is read has a limit.
 */
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define RT_HTTP_ERROR (rt_http_error_quark ())
GQuark rt_http_error_quark (void);
typedef enum {
  RT_HTTP_ERROR_GARBAGE, /* the answer is not HTTP */
  RT_HTTP_ERROR_TLS,     /* … but TLS */
  RT_HTTP_ERROR_EMPTY,   /* the connection ended before the answer did */
} RtHttpError;

typedef struct {
  guint status;
  gchar *phrase;
  SoupMessageHeaders *headers;
  GByteArray *rest; /* what came behind the header; then the body */
} RtHttpReply;

void rt_http_reply_free (RtHttpReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtHttpReply, rt_http_reply_free)

/* Takes `request` and wipes it, for it carries the key. */
void rt_http_exchange_async (GIOStream *stream, GString *request,
    GAsyncReadyCallback callback, gpointer user_data);
RtHttpReply *rt_http_exchange_finish (GAsyncResult *result, GError **error);

/* Reads on into `reply->rest` until the body, the connection or the limit
 * ends.  A connection that breaks is an end like another. */
void rt_http_read_body_async (GIOStream *stream, RtHttpReply *reply,
    GAsyncReadyCallback callback, gpointer user_data);
void rt_http_read_body_finish (GAsyncResult *result);

/* What the body says, as a line for people: neither markup nor chunks.  Not
 * cut, for half a key would not be known for one. */
gchar *rt_http_reply_text (RtHttpReply *reply);
/* Seconds, 0 when the server does not say. */
guint rt_http_reply_retry_after (RtHttpReply *reply);

G_END_DECLS
