/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Large messages, many small ones, messages in many pieces, and streams that
 * end anywhere.
 */
#include "wsclient.h"
#include "wsoracle.h"

#include <string.h>

#define KIB 1024
#define MIB (1024 * KIB)
#define END_TIME 3000 /* ms */

static RtFakeServer *server;

static guint8 *
make_payload (gsize size, guint seed)
{
  guint8 *data = g_malloc (MAX (size, 1));
  gsize i;

  for (i = 0; i < size; i++)
    data[i] = ' ' + (i * 7 + i / 251 + seed) % 95;
  return data;
}

/* FALSE: the client did not take it all. */
static gboolean
send_fragments (
    WsClient *self, guint opcode, const guint8 *data, gsize size, gsize piece)
{
  gsize at = 0;

  do {
    gsize n = MIN (piece, size - at);

    if (!rt_fake_conn_send_frame (self->conn, at == 0 ? opcode : 0,
            at + n == size, 0, FALSE, data + at, n))
      return FALSE;
    at += n;
  } while (at < size);
  return TRUE;
}

static void
check_message (guint opcode, gsize size, gsize piece)
{
  g_autoptr (WsClient) self = ws_client_new (server, NULL);
  g_autofree guint8 *data = make_payload (size, opcode);
  const WsMessage *message;

  g_test_message ("%" G_GSIZE_FORMAT " in %" G_GSIZE_FORMAT, size, piece);
  g_assert_true (send_fragments (self, opcode, data, size, piece));
  ws_client_expect (self, 1);
  message = g_ptr_array_index (self->messages, 0);
  g_assert_cmpint (message->binary, ==, opcode == 2);
  g_assert_cmpmem (g_bytes_get_data (message->data, NULL),
      g_bytes_get_size (message->data), data, size);
}

static void
test_large (void)
{
  static const gsize sizes[] = { 64 * KIB, 256 * KIB, MIB, 4 * MIB, 16 * MIB };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    check_message (1, sizes[i], sizes[i]);
    check_message (2, sizes[i], sizes[i]);
  }
}

static void
test_fragmented (void)
{
  static const gsize pieces[]
      = { 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pieces); i++)
    check_message (1 + i % 2, 4 * MIB, pieces[i]);
}

/* As many pieces as a message may have, and one more. */
static void
test_pieces (void)
{
  const gsize most = 65536;
  g_autofree guint8 *data = make_payload (most + 1, 0);
  g_autoptr (WsClient) self = ws_client_new (server, NULL);
  const RtEnd *end;

  g_assert_true (send_fragments (self, 1, data, most, 1));
  ws_client_expect (self, 1);
  send_fragments (self, 1, data, most + 1, 1);
  end = net_client_expect_end (self->client, RT_END_PROTOCOL, END_TIME);
  g_assert_cmpuint (end->close_code, ==, 1009);
}

static void
test_small (void)
{
  static const gsize sizes[] = { 0, 16, 64, 256, KIB };
  const guint n = 5000;
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (WsClient) self = ws_client_new (server, NULL);
    g_autofree guint8 *data = make_payload (sizes[i], i);

    for (j = 0; j < n; j++)
      rt_fake_conn_send_frame (self->conn, 1, TRUE, 0, FALSE, data, sizes[i]);
    ws_client_expect (self, n);
    for (j = 0; j < n; j++) {
      const WsMessage *message = g_ptr_array_index (self->messages, j);

      g_assert_cmpuint (g_bytes_get_size (message->data), ==, sizes[i]);
    }
  }
}

/* What was whole before the stream ended was delivered, and nothing else. */
static void
check_cut (const GByteArray *stream, gsize at, gboolean reset)
{
  g_autoptr (GPtrArray) expected
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_message_free);
  g_autoptr (WsClient) self = ws_client_new (server, NULL);
  const RtEnd *end;

  ws_oracle (stream->data, at, expected);
  rt_fake_conn_send_bytes (self->conn, stream->data, at);
  ws_client_expect (self, expected->len);
  if (reset)
    rt_fake_conn_rst (self->conn);
  else
    rt_fake_conn_fin (self->conn);
  end = net_client_expect_end (self->client, RT_END_LOST, END_TIME);
  g_assert_cmpuint (end->close_code, ==, 1006);
  ws_client_check (self, expected);
}

static void
test_cuts (void)
{
  g_autoptr (GByteArray) stream
      = ws_stream_new ("T:whole t:%CE P:x C:%BA%20 B:*126 X:1000,bye");
  gsize at;

  /* up to the last byte of the goodbye */
  for (at = 0; at < stream->len; at++) {
    if (at > 24 && at < stream->len - 12)
      continue;
    check_cut (stream, at, FALSE);
    check_cut (stream, at, TRUE);
  }
}

/* Nobody is asked for compression, so that nothing can be inflated. */
static void
test_no_extensions (void)
{
  g_autoptr (WsClient) self = ws_client_new (server, NULL);
  g_auto (GStrv) names = rt_fake_conn_dup_header_names (self->conn);

  g_assert_false (g_strv_contains (
      (const gchar *const *) names, "sec-websocket-extensions"));
}

int
main (int argc, char **argv)
{
  gint result;

  net_test_init (&argc, &argv);
  server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_test_add_func ("/websocket/limits/large", test_large);
  g_test_add_func ("/websocket/limits/fragmented", test_fragmented);
  g_test_add_func ("/websocket/limits/pieces", test_pieces);
  g_test_add_func ("/websocket/limits/small", test_small);
  g_test_add_func ("/websocket/limits/cuts", test_cuts);
  g_test_add_func ("/websocket/limits/no-extensions", test_no_extensions);
  result = g_test_run ();
  rt_fake_server_free (server);
  return result;
}
