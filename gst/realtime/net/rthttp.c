/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One HTTP exchange over a stream.  I/O thread; never waits.  Has no deadline
 * of its own: its caller shuts the socket down.
 */
#include "rthttp.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HEAD (64 * 1024)
#define MAX_BODY (16 * 1024)
#define READ_SIZE 4096
#define TLS_ALERT 0x15
#define TLS_HANDSHAKE 0x16

G_DEFINE_QUARK (rt - http - error - quark, rt_http_error)

typedef struct {
  GIOStream *stream;
  GString *request;
  GByteArray *in;
  gsize searched;     /* of `in`: no end of the header in here */
  RtHttpReply *reply; /* borrowed, while its body is read */
  guint8 buffer[READ_SIZE];
} Exchange;

static void read_more (GTask *task);

static void
exchange_free (gpointer data)
{
  Exchange *self = data;

  if (self->request != NULL) {
    OPENSSL_cleanse (self->request->str, self->request->allocated_len);
    g_string_free (self->request, TRUE);
  }
  g_clear_pointer (&self->in, g_byte_array_unref);
  g_object_unref (self->stream);
  g_free (self);
}

static GTask *
exchange_new (
    GIOStream *stream, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Exchange *self = g_new0 (Exchange, 1);

  self->stream = g_object_ref (stream);
  g_task_set_task_data (task, self, exchange_free);
  return task;
}

void
rt_http_reply_free (RtHttpReply *reply)
{
  if (reply == NULL)
    return;
  g_free (reply->phrase);
  soup_message_headers_unref (reply->headers);
  g_byte_array_unref (reply->rest);
  g_free (reply);
}

/* With a NUL behind it, which does not count: the C library's and libsoup's
 * functions on numbers take no size. */
static void
append (GByteArray *array, const guint8 *data, gsize size)
{
  g_byte_array_append (array, data, size);
  g_byte_array_append (array, (const guint8 *) "", 1);
  g_byte_array_set_size (array, array->len - 1);
}

/* The position behind the empty line, 0 when it has not come yet. */
static gsize
find_end_of_head (Exchange *self)
{
  const guint8 *data = self->in->data;
  gsize size = self->in->len;
  gsize i;

  for (i = self->searched; i < size; i++) {
    if (data[i] != '\n')
      continue;
    if (i + 1 < size && data[i + 1] == '\n')
      return i + 2;
    if (i + 2 < size && data[i + 1] == '\r' && data[i + 2] == '\n')
      return i + 3;
  }
  self->searched = size > 2 ? size - 2 : 0;
  return 0;
}

/* Tells garbage as soon as it can be told, whether or not a line ever ends. */
static gboolean
looks_like_http (GByteArray *in, GError **error)
{
  static const gchar start[] = "HTTP/1.";
  gsize n = MIN (in->len, sizeof (start) - 1);

  if (memcmp (in->data, start, n) == 0)
    return TRUE;
  if (in->data[0] == TLS_ALERT || in->data[0] == TLS_HANDSHAKE)
    g_set_error_literal (error, RT_HTTP_ERROR, RT_HTTP_ERROR_TLS,
        "the answer is TLS: the server wants wss, not ws");
  else
    g_set_error_literal (
        error, RT_HTTP_ERROR, RT_HTTP_ERROR_GARBAGE, "the answer is not HTTP");
  return FALSE;
}

/* One line, single spaces. */
static void
squeeze (gchar *text)
{
  gchar *in, *out = text;

  for (in = text; *in != '\0'; in++) {
    gboolean space = (guchar) *in <= ' ' || *in == 0x7f;

    if (!space)
      *out++ = *in;
    else if (out > text && out[-1] != ' ')
      *out++ = ' ';
  }
  while (out > text && out[-1] == ' ')
    out--;
  *out = '\0';
}

static RtHttpReply *
parse_reply (Exchange *self, gsize end)
{
  g_autoptr (RtHttpReply) reply = g_new0 (RtHttpReply, 1);
  g_autofree gchar *phrase = NULL;

  reply->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  reply->rest = g_byte_array_new ();
  if (!soup_headers_parse_response ((const gchar *) self->in->data, end,
          reply->headers, NULL, &reply->status, &phrase))
    return NULL;
  reply->phrase = g_utf8_make_valid (phrase, -1);
  squeeze (reply->phrase);
  append (reply->rest, self->in->data + end, self->in->len - end);
  return g_steal_pointer (&reply);
}

/* Returns when the answer is decided; else more is to be read. */
static gboolean
consume_head (GTask *task)
{
  Exchange *self = g_task_get_task_data (task);
  GError *error = NULL;
  RtHttpReply *reply;
  gsize end;

  if (!looks_like_http (self->in, &error)) {
    g_task_return_error (task, error);
    return TRUE;
  }
  end = find_end_of_head (self);
  if (end == 0 && self->in->len < MAX_HEAD)
    return FALSE;
  reply = end > 0 && end <= MAX_HEAD ? parse_reply (self, end) : NULL;
  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify) rt_http_reply_free);
  else if (end == 0)
    g_task_return_new_error (task, RT_HTTP_ERROR, RT_HTTP_ERROR_GARBAGE,
        "the header of the answer is larger than %u KiB", MAX_HEAD / 1024);
  else
    g_task_return_new_error (task, RT_HTTP_ERROR, RT_HTTP_ERROR_GARBAGE,
        "the header of the answer cannot be read");
  return TRUE;
}

/* Reads a chunk's size and goes to its data; FALSE when it is not whole. */
static gboolean
next_chunk (const guint8 *data, gsize size, gsize *at, gsize *chunk)
{
  const guint8 *line, *end;

  if (*at >= size)
    return FALSE;
  line = data + *at;
  end = memchr (line, '\n', size - *at);
  if (end == NULL || !g_ascii_isxdigit (*line))
    return FALSE;
  /* stops at the line's end at the latest */
  *chunk = strtoul ((const gchar *) line, NULL, 16);
  *at = end + 1 - data;
  return *chunk <= size - *at;
}

/* Takes the chunks' frames out; TRUE when the last one was seen. */
static gboolean
dechunk (const GByteArray *in, GByteArray *out)
{
  gsize at = 0, chunk;

  while (next_chunk (in->data, in->len, &at, &chunk)) {
    if (chunk == 0)
      return TRUE;
    g_byte_array_append (out, in->data + at, chunk);
    at += chunk;
    while (at < in->len && (in->data[at] == '\r' || in->data[at] == '\n'))
      at++;
    if (at >= in->len)
      break;
  }
  if (at < in->len)
    g_byte_array_append (out, in->data + at, in->len - at);
  return FALSE;
}

static gboolean
body_is_whole (RtHttpReply *reply)
{
  if (reply->rest->len >= MAX_BODY)
    return TRUE;
  switch (soup_message_headers_get_encoding (reply->headers)) {
    case SOUP_ENCODING_NONE:
      return TRUE;
    case SOUP_ENCODING_CONTENT_LENGTH:
      return reply->rest->len
             >= (guint64) soup_message_headers_get_content_length (
                 reply->headers);
    case SOUP_ENCODING_CHUNKED: {
      g_autoptr (GByteArray) out = g_byte_array_new ();

      return dechunk (reply->rest, out);
    }
    default:
      return FALSE;
  }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gssize n
      = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (self->reply != NULL) {
    if (n > 0)
      append (self->reply->rest, self->buffer, n);
    if (n <= 0 || body_is_whole (self->reply))
      g_task_return_boolean (task, TRUE);
    else
      read_more (task);
    return;
  }
  if (n < 0) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  if (n == 0) {
    g_task_return_new_error (task, RT_HTTP_ERROR, RT_HTTP_ERROR_EMPTY,
        "the connection was closed %s",
        self->in->len == 0 ? "without an answer"
                           : "in the middle of the answer");
    return;
  }
  append (self->in, self->buffer, n);
  if (!consume_head (task))
    read_more (task);
}

static void
read_more (GTask *task)
{
  Exchange *self = g_task_get_task_data (task);

  g_input_stream_read_async (g_io_stream_get_input_stream (self->stream),
      self->buffer, sizeof (self->buffer), G_PRIORITY_DEFAULT, NULL, read_cb,
      g_object_ref (task));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (
          G_OUTPUT_STREAM (source), result, NULL, &error))
    read_more (task);
  else
    g_task_return_error (task, error);
}

void
rt_http_exchange_async (GIOStream *stream, GString *request,
    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = exchange_new (stream, callback, user_data);
  Exchange *self = g_task_get_task_data (task);

  self->request = request;
  self->in = g_byte_array_new ();
  g_output_stream_write_all_async (g_io_stream_get_output_stream (stream),
      request->str, request->len, G_PRIORITY_DEFAULT, NULL, written_cb,
      g_object_ref (task));
}

RtHttpReply *
rt_http_exchange_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
rt_http_read_body_async (GIOStream *stream, RtHttpReply *reply,
    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = exchange_new (stream, callback, user_data);
  Exchange *self = g_task_get_task_data (task);

  self->reply = reply;
  if (body_is_whole (reply))
    g_task_return_boolean (task, TRUE);
  else
    read_more (task);
}

void
rt_http_read_body_finish (GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}

/* Drops tags, and the contents of what is not for reading. */
static gchar *
strip_markup (const gchar *html)
{
  GString *out = g_string_new (NULL);
  const gchar *p = html, *end;

  while (*p != '\0') {
    if (*p != '<') {
      g_string_append_c (out, *p++);
      continue;
    }
    end = NULL;
    if (g_ascii_strncasecmp (p, "<style", 6) == 0)
      end = strstr (p, "</");
    else if (g_ascii_strncasecmp (p, "<script", 7) == 0)
      end = strstr (p, "</");
    else if (g_str_has_prefix (p, "<!--"))
      end = strstr (p, "-->");
    end = strchr (end != NULL ? end : p, '>');
    g_string_append_c (out, ' ');
    p = end != NULL ? end + 1 : p + strlen (p);
  }
  return g_string_free (out, FALSE);
}

/* What came behind a body of a declared length is not of it. */
static gsize
plain_size (RtHttpReply *reply)
{
  if (soup_message_headers_get_encoding (reply->headers)
      != SOUP_ENCODING_CONTENT_LENGTH)
    return reply->rest->len;
  return MIN (reply->rest->len,
      (guint64) soup_message_headers_get_content_length (reply->headers));
}

gchar *
rt_http_reply_text (RtHttpReply *reply)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autofree gchar *text = NULL;
  gchar *line;

  if (soup_message_headers_get_encoding (reply->headers)
      == SOUP_ENCODING_CHUNKED)
    dechunk (reply->rest, body);
  else
    g_byte_array_append (body, reply->rest->data, plain_size (reply));
  if (body->len == 0)
    return g_strdup ("");
  text = g_utf8_make_valid (
      (const gchar *) body->data, MIN (body->len, MAX_BODY));
  g_strstrip (text);
  line = *text == '<' ? strip_markup (text) : g_strdup (text);
  squeeze (line);
  return line;
}

guint
rt_http_reply_retry_after (RtHttpReply *reply)
{
  const gchar *value
      = soup_message_headers_get_one (reply->headers, "Retry-After");
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;
  gint64 wait;

  if (value == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT, &seconds, NULL))
    return seconds;
  date = soup_date_time_new_from_http_string (value);
  if (date == NULL)
    return 0;
  wait = g_date_time_to_unix (date) - g_get_real_time () / G_USEC_PER_SEC;
  return CLAMP (wait, 0, G_MAXUINT);
}
