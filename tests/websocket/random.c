/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Streams with some damage: what is delivered, and whether it was a breach,
 * is what a careful reader says.
 */
#include "fuzzmutate.h"
#include "wsclient.h"
#include "wsoracle.h"

#include <stdlib.h>

#define N_STREAMS 500
#define MAX_SIZE 4096
#define END_TIME 5000 /* ms */

static RtFakeServer *server;

static const gchar *const streams[] = {
  "T:{} T:[] T:%CE%BA%E1%BD%B9%CF%83%CE%BC%CE%B5 B:%00%FF T: T:end",
  "T:*125 T:*126 B:*127 T:*300 P:*125 O:x T:end",
  "t:a c:b P:x C:c t:%F0%9F c:%98 O:y C:%80 b:1 c:2 c: C:3",
  "P: P:1 P:22 T:x O: O:1 T:y P:333 X:1000,bye",
  "T:one X:",
  "t:open c:and c:going",
  "T:one X:1001,%C3%A9 T:behind",
};

static gboolean
is_right (const RtEnd *end, WsVerdict verdict)
{
  switch (verdict) {
    case WS_ENDS_LOST:
      return end->kind == RT_END_LOST;
    case WS_ENDS_CLOSED:
      return end->kind == RT_END_CLOSED;
    case WS_ENDS_BREACH:
      return end->kind == RT_END_PROTOCOL;
    default:
      return end->kind == RT_END_LOST || end->kind == RT_END_PROTOCOL;
  }
}

static void
check_stream (const GByteArray *stream, gboolean glued)
{
  g_autoptr (GPtrArray) expected
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_message_free);
  WsVerdict verdict = ws_oracle (stream->data, stream->len, expected);
  g_autoptr (WsClient) self = ws_client_new (server, glued ? stream : NULL);
  const RtEnd *end;

  if (!glued)
    rt_fake_conn_send_bytes (self->conn, stream->data, stream->len);
  rt_fake_conn_fin (self->conn);
  end = net_client_wait_end (self->client, END_TIME);
  if (!is_right (end, verdict))
    g_error (
        "kind %d, %s; the reader says %d", end->kind, end->reason, verdict);
  ws_client_check (self, expected);
}

/* WEBSOCKET_STREAMS=N tries as many. */
static guint
count_streams (void)
{
  const gchar *wanted = g_getenv ("WEBSOCKET_STREAMS");

  return wanted != NULL ? strtoul (wanted, NULL, 10) : N_STREAMS;
}

static void
test_random (void)
{
  g_autoptr (GPtrArray) seeds
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  FuzzMutator mutator;
  guint i, n = count_streams ();

  for (i = 0; i < G_N_ELEMENTS (streams); i++)
    g_ptr_array_add (
        seeds, g_byte_array_free_to_bytes (ws_stream_new (streams[i])));
  fuzz_mutator_init (&mutator, seeds, words, MAX_SIZE, 1);
  for (i = 0; i < n; i++) {
    fuzz_mutate (&mutator, stream);
    g_test_message ("stream %u, %u bytes", i, stream->len);
    check_stream (stream, i % 4 == 0);
  }
}

int
main (int argc, char **argv)
{
  gint result;

  net_test_init (&argc, &argv);
  server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_test_add_func ("/websocket/random", test_random);
  result = g_test_run ();
  rt_fake_server_free (server);
  return result;
}
