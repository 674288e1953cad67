/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * SOCKS: each word of ours has an answer of a known size.  I/O thread; never
 * waits.
 */
#include "rtsocks.h"

#include <openssl/crypto.h>
#include <string.h>

#define SOCKS4_GRANTED 90
#define SOCKS4_REPLY_SIZE 8
#define SOCKS5_REPLY_HEAD 5 /* up to the first byte of the address */

enum { BY_IPV4 = 1, BY_NAME = 3, BY_IPV6 = 4 };

typedef void (*NextFunc) (GTask *task);

typedef struct {
  GIOStream *stream;
  const RtProxy *proxy;
  gchar *host;
  guint16 port;
  GByteArray *out; /* never NULL; has credentials at times */
  guint8 in[260];
  gsize expected; /* bytes of the answer */
  NextFunc next;  /* what to do with it */
} Talk;

static void
clear_out (Talk *self)
{
  OPENSSL_cleanse (self->out->data, self->out->len);
  g_byte_array_set_size (self->out, 0);
}

static void
talk_free (gpointer data)
{
  Talk *self = data;

  clear_out (self);
  g_byte_array_unref (self->out);
  g_object_unref (self->stream);
  g_free (self->host);
  g_free (self);
}

static void
put (Talk *self, gconstpointer data, gsize size)
{
  g_byte_array_append (self->out, data, size);
}

static void
put_byte (Talk *self, guint8 byte)
{
  put (self, &byte, 1);
}

static void
put_counted (Talk *self, const gchar *text)
{
  put_byte (self, strlen (text));
  put (self, text, strlen (text));
}

static void
put_port (Talk *self)
{
  put_byte (self, self->port >> 8);
  put_byte (self, self->port & 0xff);
}

static void
refuse (GTask *task, gint code, const gchar *text)
{
  g_task_return_new_error (task, G_IO_ERROR, code, "%s", text);
}

static void
heard_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Talk *self = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n;

  if (!g_input_stream_read_all_finish (
          G_INPUT_STREAM (source), result, &n, &error))
    g_task_return_error (task, error);
  else if (n < self->expected)
    refuse (task, G_IO_ERROR_PROXY_FAILED,
        "the proxy hung up, or does not speak this SOCKS");
  else
    self->next (task);
}

static void
listen_for (GTask *task, gsize expected, NextFunc next)
{
  Talk *self = g_task_get_task_data (task);

  self->expected = expected;
  self->next = next;
  g_input_stream_read_all_async (g_io_stream_get_input_stream (self->stream),
      self->in, expected, G_PRIORITY_DEFAULT, NULL, heard_cb,
      g_object_ref (task));
}

static void
said_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Talk *self = g_task_get_task_data (task);
  GError *error = NULL;

  clear_out (self);
  if (g_output_stream_write_all_finish (
          G_OUTPUT_STREAM (source), result, NULL, &error))
    listen_for (task, self->expected, self->next);
  else
    g_task_return_error (task, error);
}

/* Says what was put, and does `next` with so many bytes of an answer. */
static void
say (GTask *task, gsize expected, NextFunc next)
{
  Talk *self = g_task_get_task_data (task);

  self->expected = expected;
  self->next = next;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream),
      self->out->data, self->out->len, G_PRIORITY_DEFAULT, NULL, said_cb,
      g_object_ref (task));
}

/* SOCKS4 */

static void
judge_socks4 (GTask *task)
{
  Talk *self = g_task_get_task_data (task);

  if (self->in[0] != 0)
    refuse (task, G_IO_ERROR_PROXY_FAILED, "the proxy does not speak SOCKS4");
  else if (self->in[1] != SOCKS4_GRANTED)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED,
        "the proxy refuses the tunnel (SOCKS4 code %u)", self->in[1]);
  else
    g_task_return_boolean (task, TRUE);
}

static void
begin_socks4 (GTask *task)
{
  static const guint8 by_name[] = { 0, 0, 0, 1 };
  Talk *self = g_task_get_task_data (task);
  const gchar *user = self->proxy->user != NULL ? self->proxy->user : "";
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string (self->host);
  gboolean named
      = ip == NULL || g_inet_address_get_family (ip) != G_SOCKET_FAMILY_IPV4;

  if (named && strcmp (self->proxy->scheme, "socks4") == 0) {
    refuse (task, G_IO_ERROR_PROXY_FAILED,
        "a SOCKS4 proxy reaches IPv4 addresses only");
    return;
  }
  put_byte (self, 4);
  put_byte (self, 1);
  put_port (self);
  put (self, named ? by_name : g_inet_address_to_bytes (ip), 4);
  put (self, user, strlen (user) + 1);
  if (named)
    put (self, self->host, strlen (self->host) + 1);
  say (task, SOCKS4_REPLY_SIZE, judge_socks4);
}

/* SOCKS5 */

static void
finish_socks5 (GTask *task)
{
  g_task_return_boolean (task, TRUE);
}

static void
judge_socks5 (GTask *task)
{
  static const gchar *const reasons[] = { NULL, "it has a failure",
    "its rules forbid it", "the network cannot be reached",
    "the host cannot be reached", "the host refuses", "it took too long" };
  Talk *self = g_task_get_task_data (task);
  guint code = self->in[1];
  gsize rest;

  if (self->in[0] != 5) {
    refuse (task, G_IO_ERROR_PROXY_FAILED, "the proxy does not speak SOCKS5");
  } else if (code != 0) {
    g_task_return_new_error (task, G_IO_ERROR,
        code == 2 ? G_IO_ERROR_PROXY_NOT_ALLOWED : G_IO_ERROR_PROXY_FAILED,
        "the proxy refuses the tunnel: %s (SOCKS5 code %u)",
        code < G_N_ELEMENTS (reasons) ? reasons[code] : "no reason given",
        code);
  } else {
    /* an address that nobody needs, and a port */
    rest = self->in[3] == BY_NAME   ? self->in[4] + 2u
           : self->in[3] == BY_IPV6 ? 17
                                    : 5;
    listen_for (task, rest, finish_socks5);
  }
}

static void
ask_socks5 (GTask *task)
{
  Talk *self = g_task_get_task_data (task);
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string (self->host);

  put_byte (self, 5);
  put_byte (self, 1);
  put_byte (self, 0);
  if (ip == NULL) {
    put_byte (self, BY_NAME);
    put_counted (self, self->host);
  } else {
    put_byte (self, g_inet_address_get_family (ip) == G_SOCKET_FAMILY_IPV4
                        ? BY_IPV4
                        : BY_IPV6);
    put (self, g_inet_address_to_bytes (ip),
        g_inet_address_get_native_size (ip));
  }
  put_port (self);
  say (task, SOCKS5_REPLY_HEAD, judge_socks5);
}

static void
judge_login (GTask *task)
{
  Talk *self = g_task_get_task_data (task);

  if (self->in[1] == 0)
    ask_socks5 (task);
  else
    refuse (task, G_IO_ERROR_PROXY_AUTH_FAILED,
        "the proxy wants other credentials");
}

static void
choose_method (GTask *task)
{
  Talk *self = g_task_get_task_data (task);
  const RtProxy *proxy = self->proxy;

  if (self->in[0] != 5) {
    refuse (task, G_IO_ERROR_PROXY_FAILED, "the proxy does not speak SOCKS5");
  } else if (self->in[1] == 0) {
    ask_socks5 (task);
  } else if (self->in[1] == 2 && proxy->user != NULL) {
    put_byte (self, 1);
    put_counted (self, proxy->user);
    put_counted (self, proxy->password != NULL ? proxy->password : "");
    say (task, 2, judge_login);
  } else {
    refuse (task, G_IO_ERROR_PROXY_NEED_AUTH, "the proxy wants credentials");
  }
}

static void
begin_socks5 (GTask *task)
{
  Talk *self = g_task_get_task_data (task);
  gboolean login = self->proxy->user != NULL;

  put_byte (self, 5);
  put_byte (self, login ? 2 : 1);
  put_byte (self, 0);
  if (login)
    put_byte (self, 2);
  say (task, 2, choose_method);
}

void
rt_socks_connect_async (GIOStream *stream, const RtProxy *proxy,
    const gchar *host, guint16 port, GAsyncReadyCallback callback,
    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Talk *self = g_new0 (Talk, 1);

  self->stream = g_object_ref (stream);
  self->proxy = proxy;
  self->host = g_strdup (host);
  self->port = port;
  /* more than is ever said: what grows leaves copies */
  self->out = g_byte_array_sized_new (1024);
  g_task_set_task_data (task, self, talk_free);
  if (strcmp (proxy->scheme, "socks5") == 0)
    begin_socks5 (task);
  else
    begin_socks4 (task);
}

gboolean
rt_socks_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
