/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of each section, as they are, cut into octets, and glued to the
 * server's answer.  Nothing crashes, nothing is delivered behind a breach, and
 * the connection ends in time.
 */
#include "wsclient.h"
#include "wsrows.h"

#include <stdlib.h>
#include <string.h>

#define END_TIME 3000 /* ms */
#define MAX_OCTETS 1024
#define LAST "and it goes on"

typedef enum { WHOLE, OCTETS, GLUED, N_WAYS } Way;

static RtFakeServer *server;

static void
send (WsClient *self, const GByteArray *stream, Way way)
{
  guint i;

  if (way == WHOLE)
    rt_fake_conn_send_bytes (self->conn, stream->data, stream->len);
  else if (way == OCTETS)
    for (i = 0; i < stream->len; i++)
      rt_fake_conn_send_bytes (self->conn, stream->data + i, 1);
}

/* As often as asked, and with what the last ping carried. */
static void
check_pongs (WsClient *self, const WsRow *row)
{
  g_autoptr (GBytes) asked = ws_stream_dup_ping (row->stream);
  g_autoptr (GBytes) answered = NULL;

  g_assert_cmpuint (rt_fake_conn_get_pongs (self->conn), ==, row->pongs);
  answered = rt_fake_conn_dup_pong (self->conn);
  g_assert_cmpint (answered != NULL, ==, row->pongs > 0);
  if (answered != NULL)
    g_assert_true (g_bytes_equal (answered, asked));
}

static void
check_open (WsClient *self, const WsRow *row, GPtrArray *expected)
{
  WsMessage *last = g_new0 (WsMessage, 1);

  last->data = g_bytes_new_static (LAST, strlen (LAST));
  g_ptr_array_add (expected, last);
  rt_fake_conn_send_text (self->conn, LAST);
  ws_client_expect (self, expected->len);
  ws_client_check (self, expected);
  g_assert_true (rt_fake_conn_wait_pongs (self->conn, row->pongs, NET_WAIT));
  net_client_close (self->client, 1000, NULL);
  net_client_expect_end (self->client, RT_END_REQUESTED, END_TIME);
  check_pongs (self, row);
}

static void
check_end (WsClient *self, const WsRow *row, const GPtrArray *expected)
{
  const RtEnd *end = net_client_wait_end (self->client, END_TIME);
  g_auto (GStrv) words = g_strsplit (row->end, " ", -1);
  RtEndKind kind = RT_END_PROTOCOL;
  guint code = atoi (words[1]);

  if (strcmp (words[0], "closed") == 0)
    kind = RT_END_CLOSED;
  else if (strcmp (words[0], "lost") == 0)
    kind = RT_END_LOST;
  g_assert_cmpint (end->kind, ==, (gint) kind);
  g_assert_cmpuint (end->close_code, ==, code);
  ws_client_check (self, expected);
  /* who is told goodbye says it too */
  if (kind == RT_END_PROTOCOL)
    return;
  if (words[2] != NULL)
    code = atoi (words[2]);
  g_assert_true (rt_fake_conn_wait_closed (self->conn, NET_WAIT));
  g_assert_cmpuint (rt_fake_conn_get_close_code (self->conn), ==, code);
}

static void
check_row (const WsRow *row, Way way)
{
  g_autoptr (GByteArray) stream = ws_stream_new (row->stream);
  g_autoptr (GPtrArray) expected = ws_messages_new (row->messages);
  g_autoptr (WsClient) self = NULL;

  if (way == OCTETS && stream->len > MAX_OCTETS)
    return;
  self = ws_client_new (server, way == GLUED ? stream : NULL);
  send (self, stream, way);
  if (strcmp (row->end, "open") == 0)
    check_open (self, row, expected);
  else
    check_end (self, row, expected);
}

static void
test_section (gconstpointer data)
{
  const WsSection *section = data;
  Way way;
  guint i;

  for (i = 0; i < section->n_rows; i++) {
    g_test_message ("%s", section->rows[i].name);
    for (way = WHOLE; way < N_WAYS; way++)
      check_row (&section->rows[i], way);
  }
}

int
main (int argc, char **argv)
{
  static const WsSection *const sections[] = { &ws_framing, &ws_pings,
    &ws_reserved, &ws_fragments, &ws_utf8, &ws_closing };
  gint result;
  guint i;

  net_test_init (&argc, &argv);
  server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  for (i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_autofree gchar *path
        = g_strconcat ("/websocket/", sections[i]->name, NULL);

    g_test_add_data_func (path, sections[i], test_section);
  }
  result = g_test_run ();
  rt_fake_server_free (server);
  return result;
}
