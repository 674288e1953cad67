/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the scripted server says to an upgrade request, good and bad.  The
 * connection's thread.
 */
#include "rtfakeserver-private.h"

#include <string.h>

#define MAX_REQUEST 65536
#define KEY_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static gboolean
write_text (RtFakeConn *self, const gchar *text)
{
  return rt_fake_conn_write (self, text, strlen (text));
}

/* Reads on until the client hangs up; it gets nothing. */
static void
outwait (RtFakeConn *self)
{
  do
    g_byte_array_set_size (self->input, 0);
  while (rt_fake_conn_fill (self));
}

/* FALSE: the server is being freed. */
static gboolean
pause_for (RtFakeConn *self, guint ms)
{
  RtFakeServer *server = self->server;
  gint64 deadline = rt_fake_deadline (ms);
  gboolean go;

  g_mutex_lock (&server->lock);
  while (!server->stopping
         && g_cond_wait_until (&server->cond, &server->lock, deadline))
    ;
  go = !server->stopping;
  g_mutex_unlock (&server->lock);
  return go;
}

/* server->lock */
static void
take_header (RtFakeConn *self, const gchar *line)
{
  const gchar *colon = strchr (line, ':');
  gchar *name, *value;
  const gchar *before;

  if (colon == NULL || colon == line)
    return;
  name = g_ascii_strdown (line, colon - line);
  value = g_strstrip (g_strdup (colon + 1));
  before = g_hash_table_lookup (self->headers, name);
  if (before != NULL) {
    gchar *joined = g_strconcat (before, ", ", value, NULL);

    g_free (value);
    value = joined;
  }
  g_hash_table_replace (self->headers, name, value);
}

static void
take_request (RtFakeConn *self, const gchar *text, gsize size)
{
  RtFakeServer *server = self->server;
  g_autofree gchar *copy = g_strndup (text, size);
  g_auto (GStrv) lines = g_strsplit (copy, "\r\n", -1);
  g_auto (GStrv) words = g_strsplit (lines[0], " ", 3);
  guint i;

  g_mutex_lock (&server->lock);
  self->request_line = g_strdup (lines[0]);
  self->target
      = g_strdup (words[0] != NULL && words[1] != NULL ? words[1] : "");
  for (i = 1; lines[i] != NULL; i++)
    take_header (self, lines[i]);
  server->requests++;
  g_mutex_unlock (&server->lock);
}

static gboolean
read_request (RtFakeConn *self)
{
  GByteArray *input = self->input;
  const gchar *end = NULL;
  gsize size;

  while (end == NULL) {
    if (input->len > MAX_REQUEST || !rt_fake_conn_fill (self))
      return FALSE;
    end = g_strstr_len ((const gchar *) input->data, input->len, "\r\n\r\n");
  }
  size = end - (const gchar *) input->data;
  take_request (self, (const gchar *) input->data, size);
  g_byte_array_remove_range (input, 0, size + 4);
  return TRUE;
}

static gboolean
header_has (RtFakeConn *self, const gchar *name, const gchar *token)
{
  const gchar *value = rt_fake_conn_get_header (self, name);
  g_auto (GStrv) tokens = g_strsplit (value != NULL ? value : "", ",", -1);
  guint i;

  for (i = 0; tokens[i] != NULL; i++)
    if (g_ascii_strcasecmp (g_strstrip (tokens[i]), token) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
key_is_valid (const gchar *key)
{
  g_autofree guchar *raw = NULL;
  g_autofree gchar *again = NULL;
  gsize size = 0;

  if (key == NULL || *key == '\0')
    return FALSE;
  raw = g_base64_decode (key, &size);
  again = g_base64_encode (raw, size);
  return size == 16 && g_str_equal (again, key);
}

/* RFC 6455, 4.1. */
static void
check_request (RtFakeConn *self)
{
  const gchar *line = rt_fake_conn_get_request_line (self);

  if (!g_str_has_prefix (line, "GET /") || !g_str_has_suffix (line, " HTTP/1.1")
      || rt_fake_conn_get_header (self, "host") == NULL
      || !header_has (self, "upgrade", "websocket")
      || !header_has (self, "connection", "upgrade")
      || !header_has (self, "sec-websocket-version", "13")
      || !key_is_valid (rt_fake_conn_get_header (self, "sec-websocket-key")))
    rt_fake_server_note_violation (
        self->server, "'%s' is not a valid upgrade request", line);
}

static gchar *
accept_of (RtFakeConn *self)
{
  const gchar *key = rt_fake_conn_get_header (self, "sec-websocket-key");
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;

  if (self->script.handshake == RT_FAKE_HANDSHAKE_BAD_ACCEPT)
    key = "AAAAAAAAAAAAAAAAAAAAAA==";
  g_checksum_update (sha1, (const guchar *) (key != NULL ? key : ""), -1);
  g_checksum_update (sha1, (const guchar *) KEY_GUID, -1);
  g_checksum_get_digest (sha1, digest, &size);
  return g_base64_encode (digest, size);
}

static gboolean
upgrade (RtFakeConn *self)
{
  const RtFakeScript *script = &self->script;
  g_autofree gchar *answer_key = accept_of (self);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree gchar *head = g_strdup_printf (
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
      answer_key,
      script->upgrade_headers != NULL ? script->upgrade_headers : "");
  guint i;

  g_byte_array_append (out, (const guint8 *) head, strlen (head));
  g_byte_array_append (out, script->glued->data, script->glued->len);
  if (script->handshake != RT_FAKE_HANDSHAKE_TRICKLE)
    return rt_fake_conn_write (self, out->data, out->len);
  for (i = 0; i < out->len; i++)
    if (!rt_fake_conn_write (self, out->data + i, 1) || !pause_for (self, 1))
      return FALSE;
  return TRUE;
}

static void
refuse (RtFakeConn *self)
{
  const RtFakeScript *script = &self->script;
  const gchar *body = script->body != NULL ? script->body : "";
  g_autofree gchar *answer = g_strdup_printf (
      "HTTP/1.1 %u Answer of a test\r\n%s"
      "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      script->status, script->http_headers != NULL ? script->http_headers : "",
      strlen (body), body);

  write_text (self, answer);
}

static void
write_without_end (RtFakeConn *self, const gchar *head, const gchar *more)
{
  g_autoptr (GString) piece = g_string_new (NULL);

  while (piece->len < 4096)
    g_string_append (piece, more);
  if (write_text (self, head))
    while (rt_fake_conn_write (self, piece->str, piece->len))
      ;
}

static void
answer_slowly (RtFakeConn *self)
{
  gboolean up
      = write_text (self, "HTTP/1.1 101 Switching Protocols\r\nX-Slow: ");

  while (up)
    up = pause_for (self, 20) && write_text (self, "a");
}

static void
misbehave (RtFakeConn *self)
{
  switch (self->script.handshake) {
    case RT_FAKE_HANDSHAKE_SLOWLORIS:
      answer_slowly (self);
      break;
    case RT_FAKE_HANDSHAKE_GARBAGE:
      write_text (self, "SSH-2.0-OpenSSH_9.2\r\n\r\n\001\002\377\r\n\r\n");
      outwait (self);
      break;
    case RT_FAKE_HANDSHAKE_HUGE_HEADERS:
      write_without_end (self, "HTTP/1.1 101 Switching Protocols\r\n",
          "X-Fill: 0123456789012345678901234567890123456789\r\n");
      break;
    case RT_FAKE_HANDSHAKE_ENDLESS_BODY:
      write_without_end (self,
          "HTTP/1.1 500 Internal Server Error\r\n"
          "Content-Type: text/plain\r\n\r\n",
          "There is no end of it. ");
      break;
    case RT_FAKE_HANDSHAKE_HTTP:
      refuse (self);
      break;
    case RT_FAKE_HANDSHAKE_CLOSE_EARLY:
      break;
    default:
      outwait (self);
  }
}

gboolean
rt_fake_conn_handshake (RtFakeConn *self)
{
  RtFakeHandshake handshake = self->script.handshake;
  gboolean up;

  if (handshake == RT_FAKE_HANDSHAKE_MUTE) {
    rt_fake_conn_offer (self);
    outwait (self);
    return FALSE;
  }
  if (!read_request (self))
    return FALSE;
  check_request (self);
  if (handshake != RT_FAKE_HANDSHAKE_OK
      && handshake != RT_FAKE_HANDSHAKE_TRICKLE
      && handshake != RT_FAKE_HANDSHAKE_BAD_ACCEPT) {
    rt_fake_conn_offer (self);
    misbehave (self);
    return FALSE;
  }
  up = upgrade (self);
  rt_fake_conn_offer (self);
  return up;
}
