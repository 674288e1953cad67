/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The answer to the request for a WebSocket: what we make of it does not
 * depend on the pieces in which it comes, and is fit to be shown.
 */
#include "fuzz.h"
#include "fuzzstream.h"
#include "rtupgrade.h"

#include <string.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define MAX_REASON 512
#define MAX_BODY (20 * 1024)

typedef struct {
  RtHttpReply *reply;
  GError *error;
  gboolean done;
} Exchange;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *self = user_data;

  self->reply = rt_http_exchange_finish (result, &self->error);
  self->done = TRUE;
}

static void
body_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *self = user_data;

  rt_http_read_body_finish (result);
  self->done = TRUE;
}

static void
wait_for (Exchange *self)
{
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
  self->done = FALSE;
}

static void
check_end (const RtEnd *end)
{
  g_assert_true (end->kind == RT_END_REFUSED || end->kind == RT_END_PROTOCOL);
  g_assert_cmpuint (strlen (end->reason), <=, MAX_REASON);
  g_assert_true (g_utf8_validate (end->reason, -1, NULL));
  g_assert_null (strpbrk (end->reason, "\r\n"));
}

/* In words; transfer full. */
static gchar *
judge (GIOStream *stream, Exchange *self)
{
  g_autoptr (RtConnectParams) params = rt_connect_params_new ();
  g_autoptr (RtEnd) end = NULL;

  if (self->reply == NULL)
    return g_strdup_printf ("%d", self->error->code);
  if (rt_upgrade_wants_body (self->reply)) {
    rt_http_read_body_async (stream, self->reply, body_cb, self);
    wait_for (self);
  }
  g_assert_cmpuint (self->reply->rest->len, <=, MAX_BODY);
  end = rt_upgrade_judge (params, self->reply, KEY);
  if (end == NULL)
    return g_strdup ("open");
  check_end (end);
  return g_strdup_printf ("%u %s", self->reply->status, end->reason);
}

static gchar *
run (const guint8 *data, gsize size, guint seed)
{
  g_autoptr (GIOStream) stream = fuzz_stream_new (data, size, seed);
  Exchange self = { 0 };
  gchar *verdict;

  rt_http_exchange_async (
      stream, g_string_new ("GET / HTTP/1.1\r\n\r\n"), answered_cb, &self);
  wait_for (&self);
  g_assert_true ((self.reply != NULL) != (self.error != NULL));
  verdict = judge (stream, &self);
  g_clear_pointer (&self.reply, rt_http_reply_free);
  g_clear_error (&self.error);
  return verdict;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint seed = fuzz_take_byte (&input);
  g_autofree gchar *whole = run (input.at, input.left, 0);
  g_autofree gchar *pieces = run (input.at, input.left, seed + 1);

  g_assert_cmpstr (whole, ==, pieces);
  return 0;
}
