/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The upgrade, written and verified by us: libsoup's helpers want a session's
 * message, which copies the key and hides the body of a refusal.  Pure.
 */
#include "rtupgrade.h"

#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define NONCE_SIZE 16
/* Big enough that a growing buffer leaves no copy of the key behind. */
#define REQUEST_SIZE 16384

gchar *
rt_upgrade_key (void)
{
  guint8 nonce[NONCE_SIZE];
  gsize i;

  if (RAND_bytes (nonce, sizeof (nonce)) != 1)
    for (i = 0; i < sizeof (nonce); i++)
      nonce[i] = g_random_int_range (0, 256);
  return g_base64_encode (nonce, sizeof (nonce));
}

static gsize
size_of_headers (const RtConnectParams *params)
{
  gsize size = strlen (params->url->target) + strlen (params->url->host_header);
  gsize i;

  for (i = 0; params->headers != NULL && params->headers[i] != NULL; i++)
    size += strlen (params->headers[i]) + 4;
  return size + (params->secret != NULL ? strlen (params->secret) : 0);
}

static void
append_auth (GString *request, const RtConnectParams *params)
{
  gboolean bearer;

  if (params->auth_header == NULL || params->secret == NULL)
    return;
  bearer = g_ascii_strcasecmp (params->auth_header, "Authorization") == 0;
  g_string_append (request, params->auth_header);
  g_string_append (request, bearer ? ": Bearer " : ": ");
  g_string_append (request, params->secret);
  g_string_append (request, "\r\n");
}

GString *
rt_upgrade_request (const RtConnectParams *params, const gchar *key)
{
  GString *request
      = g_string_sized_new (REQUEST_SIZE + size_of_headers (params));
  gsize i;

  g_string_append_printf (request,
      "GET %s HTTP/1.1\r\n"
      "Host: %s\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Key: %s\r\n"
      "Sec-WebSocket-Version: 13\r\n",
      params->url->target, params->url->host_header, key);
  for (i = 0; params->headers != NULL && params->headers[i] != NULL; i += 2) {
    /* the key's own header is not sent twice */
    if (params->auth_header != NULL && params->secret != NULL
        && g_ascii_strcasecmp (params->headers[i], params->auth_header) == 0)
      continue;
    g_string_append (request, params->headers[i]);
    g_string_append (request, ": ");
    g_string_append (request, params->headers[i + 1]);
    g_string_append (request, "\r\n");
  }
  append_auth (request, params);
  return g_string_append (request, "\r\n");
}

static gboolean
accept_is_right (const gchar *accept, const gchar *key)
{
  g_autofree gchar *text = g_strconcat (key, GUID, NULL);
  g_autofree gchar *expected = NULL;
  guint8 digest[SHA_DIGEST_LENGTH];

  SHA1 ((const guchar *) text, strlen (text), digest);
  expected = g_base64_encode (digest, sizeof (digest));
  return accept != NULL && strcmp (accept, expected) == 0;
}

/* What in a 101 is not as it must be. */
static const gchar *
find_fault (SoupMessageHeaders *headers, const gchar *key)
{
  if (!soup_message_headers_header_contains (headers, "Upgrade", "websocket"))
    return "the server switches to something else than a WebSocket";
  if (!soup_message_headers_header_contains (headers, "Connection", "upgrade"))
    return "the server's answer has no Connection: upgrade";
  if (!accept_is_right (
          soup_message_headers_get_one (headers, "Sec-WebSocket-Accept"), key))
    return "the server's Sec-WebSocket-Accept is wrong";
  if (soup_message_headers_get_list (headers, "Sec-WebSocket-Extensions")
      != NULL)
    return "the server uses an extension that nobody asked for";
  if (soup_message_headers_get_one (headers, "Sec-WebSocket-Protocol") != NULL)
    return "the server chose a subprotocol that nobody asked for";
  return NULL;
}

static gboolean
is_redirect (guint status)
{
  return status >= 300 && status < 400 && status != 304;
}

gboolean
rt_upgrade_wants_body (RtHttpReply *reply)
{
  return reply->status != 101 && !is_redirect (reply->status);
}

static RtEnd *
end_of_redirect (const RtConnectParams *params, RtHttpReply *reply)
{
  const gchar *location
      = soup_message_headers_get_one (reply->headers, "Location");
  g_autoptr (GUri) uri = NULL;

  if (location != NULL)
    uri = g_uri_parse (location, G_URI_FLAGS_NONE, NULL);
  if (uri != NULL && g_uri_get_host (uri) != NULL)
    return rt_end_new (params, RT_END_REFUSED,
        "the server redirects to %s, which is not followed",
        g_uri_get_host (uri));
  return rt_end_new (
      params, RT_END_REFUSED, "the server redirects, which is not followed");
}

static RtEnd *
end_of_refusal (const RtConnectParams *params, RtHttpReply *reply)
{
  g_autofree gchar *text = rt_http_reply_text (reply);
  const gchar *phrase = reply->phrase != NULL ? reply->phrase : "";

  if (*text == '\0')
    return rt_end_new (
        params, RT_END_REFUSED, "HTTP %u %s", reply->status, phrase);
  return rt_end_new (
      params, RT_END_REFUSED, "HTTP %u %s: %s", reply->status, phrase, text);
}

RtEnd *
rt_upgrade_judge (
    const RtConnectParams *params, RtHttpReply *reply, const gchar *key)
{
  const gchar *fault;
  RtEnd *end;

  if (reply->status == 101) {
    fault = find_fault (reply->headers, key);
    if (fault == NULL)
      return NULL;
    end = rt_end_new (params, RT_END_PROTOCOL, "%s", fault);
  } else if (is_redirect (reply->status)) {
    end = end_of_redirect (params, reply);
  } else {
    end = end_of_refusal (params, reply);
  }
  end->http_status = reply->status;
  end->retry_after = rt_http_reply_retry_after (reply);
  return end;
}
