/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The scripted server itself, spoken to by a client that is nothing but a
 * socket: a test that stands on it must not stand on sand.
 */
#include "rtspeech.h"
#include "testclient.h"

#include <string.h>

#define WAIT 5000 /* ms */

static Client *
connected_client (RtFakeServer *server, RtFakeConn **conn)
{
  g_autoptr (Client) self = client_new (server);
  g_autofree gchar *head = NULL;

  client_ask (self);
  head = client_read_head (self);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  g_assert_nonnull (
      strstr (head, "Sec-WebSocket-Accept: " CLIENT_ACCEPT "\r\n"));
  *conn = rt_fake_server_expect_connection (server, WAIT);
  return g_steal_pointer (&self);
}

static void
assert_close_frame (Client *client, guint code)
{
  guint8 first;
  g_autofree gchar *data = client_read_frame (client, &first);

  g_assert_cmphex (first, ==, 0x88);
  g_assert_cmpuint ((guint8) data[0] << 8 | (guint8) data[1], ==, code);
}

static void
test_events (gconstpointer flags)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (GPOINTER_TO_INT (flags));
  g_autoptr (Client) client = NULL;
  g_autoptr (GByteArray) audio = NULL;
  g_autofree gchar *order = NULL;
  RtFakeConn *conn;
  JsonObject *event;

  client = connected_client (server, &conn);
  g_assert_cmpstr (rt_fake_conn_get_target (conn), ==, "/v1/realtime?model=m");
  g_assert_cmpstr (rt_fake_conn_get_header (conn, "X-Twice"), ==, "a, b");
  client_send_text (client, "{\"type\":\"a\",\"n\":1}");
  client_send_text (
      client, "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AQID\"}");
  client_send_frame (client, 0x01, "{\"type\":", 8);
  client_send_frame (client, 0x89, "hi", 2);
  client_send_frame (client, 0x80, "\"b\"}", 4);
  client_send_text (client, "{\"type\":\"a\",\"n\":2}");

  event = rt_fake_conn_expect_event (conn, "b", WAIT);
  g_assert_cmpstr (json_object_get_string_member (event, "type"), ==, "b");
  event = rt_fake_conn_expect_event (conn, "a", WAIT);
  g_assert_cmpint (json_object_get_int_member (event, "n"), ==, 1);
  event = rt_fake_conn_expect_event (conn, "a", WAIT);
  g_assert_cmpint (json_object_get_int_member (event, "n"), ==, 2);
  g_assert_null (rt_fake_conn_wait_event (conn, "a", 1));
  g_assert_true (rt_fake_conn_wait_audio (conn, 3, WAIT));
  audio = rt_fake_conn_get_audio (conn);
  g_assert_cmpmem (audio->data, audio->len, "\1\2\3", 3);
  order = rt_fake_conn_dup_order (conn);
  g_assert_cmpstr (order, ==, "a b a");
  g_assert_true (rt_fake_conn_wait_pings (conn, 1, WAIT));
  g_assert_false (rt_fake_conn_is_ended (conn));
}

static void
test_auto_session (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (Client) client = NULL;
  RtFakeConn *conn;
  guint8 first;
  guint i;

  rt_fake_server_set_auto (server, TRUE);
  client = connected_client (server, &conn);
  for (i = 0; i < 3; i++) {
    static const gchar *const types[]
        = { "session.created", "session.updated", "session.updated" };
    g_autofree gchar *text = NULL;
    g_autoptr (JsonNode) node = NULL;
    JsonObject *event, *session;

    if (i != 1)
      client_send_text (
          client, "{\"type\":\"session.update\",\"session\":{\"voice\":1}}");
    text = client_read_frame (client, &first);
    node = json_from_string (text, NULL);
    event = json_node_get_object (node);
    g_assert_cmpstr (
        json_object_get_string_member (event, "type"), ==, types[i]);
    session = json_object_get_object_member (event, "session");
    g_assert_cmpstr (
        json_object_get_string_member (session, "id"), ==, "sess_fake_1");
    g_assert_cmpint (json_object_get_int_member (session, "voice"), ==, 1);
  }
}

static void
test_reply_is_json (void)
{
  static const gchar *const types[] = { "response.created",
    "response.output_item.added", "conversation.item.added",
    "response.content_part.added", "response.output_audio_transcript.delta",
    "response.output_audio.delta", "response.output_audio_transcript.delta",
    "response.output_audio.delta", "response.output_audio_transcript.delta",
    "response.output_audio.done", "response.output_audio_transcript.done",
    "response.content_part.done", "conversation.item.done",
    "response.output_item.done", "response.done", "rate_limits.updated" };
  const gchar *said = "He said \"f\303\274r \342\202\254 5\\\".";
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (Client) client = NULL;
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (GBytes) pcm = rt_pcm_ramp (3000, 7);
  g_autoptr (GByteArray) audio = g_byte_array_new ();
  RtFakeConn *conn;
  guint i;

  client = connected_client (server, &conn);
  g_assert_true (rt_fake_conn_send_reply (conn, "resp_1", "item_1", said,
      g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm), 4000));
  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    guint8 first;
    g_autofree gchar *text = client_read_frame (client, &first);
    g_autoptr (JsonNode) node = json_from_string (text, NULL);
    const gchar *delta, *type;

    g_assert_nonnull (node);
    type = json_object_get_string_member (json_node_get_object (node), "type");
    g_assert_cmpstr (type, ==, types[i]);
    delta = json_object_get_string_member_with_default (
        json_node_get_object (node), "delta", "");
    if (g_str_has_suffix (type, "transcript.delta"))
      g_string_append (heard, delta);
    if (g_str_has_suffix (type, "audio.delta")) {
      g_autofree gchar *copy = g_strdup (delta);
      gsize size;
      guchar *raw = g_base64_decode_inplace (copy, &size);

      g_byte_array_append (audio, raw, size);
    }
  }
  g_assert_cmpstr (heard->str, ==, said);
  g_assert_cmpuint (audio->len, ==, 6000);
  g_assert_cmpint (rt_pcm_check_ramp (audio->data, audio->len, 7), ==, -1);
}

static void
test_closes (gconstpointer flags)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (GPOINTER_TO_INT (flags));
  RtFakeConn *conn;

  {
    g_autoptr (Client) client = connected_client (server, &conn);

    client_send_frame (client, 0x88, "\003\350bye", 5);
    assert_close_frame (client, 1000);
    g_assert_true (client_at_end (client));
    g_assert_true (rt_fake_conn_wait_closed (conn, WAIT));
    g_assert_cmpuint (rt_fake_conn_get_close_code (conn), ==, 1000);
  }
  {
    g_autoptr (Client) client = connected_client (server, &conn);

    rt_fake_conn_close (conn, 1011, "over");
    assert_close_frame (client, 1011);
    g_assert_false (rt_fake_conn_wait_closed (conn, 1));
    client_send_frame (client, 0x88, "\003\363", 2);
    g_assert_true (rt_fake_conn_wait_closed (conn, WAIT));
    g_assert_true (client_at_end (client));
    g_assert_cmpuint (rt_fake_conn_get_close_code (conn), ==, 1011);
  }
  {
    g_autoptr (Client) client = connected_client (server, &conn);

    rt_fake_conn_fin (conn);
    g_assert_true (client_at_end (client));
    client_send_text (client, "{\"type\":\"still\"}");
    rt_fake_conn_expect_event (conn, "still", WAIT);
  }
  g_assert_true (rt_fake_server_wait_idle (server, WAIT));
  rt_fake_server_forget_ended (server);
  g_assert_cmpuint (rt_fake_server_get_requests (server), ==, 3);
}

static void
test_reset (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (Client) client = NULL;
  g_autoptr (GError) error = NULL;
  RtFakeConn *conn;
  guint8 byte;

  client = connected_client (server, &conn);
  rt_fake_conn_rst (conn);
  g_assert_true (rt_fake_conn_is_ended (conn));
  g_assert_cmpint (
      g_input_stream_read (client->in, &byte, 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

/* The same port again, and everybody thrown out. */
static void
test_restart (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (GSocketClient) socket_client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Client) client = NULL, next = NULL;
  guint16 port = rt_fake_server_get_port (server);
  RtFakeConn *conn;

  client = connected_client (server, &conn);
  rt_fake_server_set_listening (server, FALSE);
  g_assert_null (g_socket_client_connect_to_host (
      socket_client, "127.0.0.1", port, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_false (rt_fake_conn_is_ended (conn));
  rt_fake_server_break (server);
  g_assert_true (rt_fake_conn_is_ended (conn));
  rt_fake_server_set_listening (server, TRUE);
  g_assert_cmpuint (rt_fake_server_get_port (server), ==, port);
  next = connected_client (server, &conn);
  rt_fake_server_set_listening (server, FALSE);
}

static void
test_stall (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_SMALL_BUFFERS);
  g_autoptr (Client) client = NULL;
  GSocket *socket;
  gchar fill[4096] = { 0 };
  gsize sent = 0;
  gssize n;
  RtFakeConn *conn;

  client = connected_client (server, &conn);
  rt_fake_conn_set_reading (conn, FALSE);
  socket = g_socket_connection_get_socket (client->connection);
  g_socket_set_blocking (socket, FALSE);
  /* one long frame, so that what is not read is not missed either */
  client_send_frame (client, 0x01, fill, sizeof fill);
  do {
    n = g_socket_send (socket, fill, sizeof fill, NULL, NULL);
    sent += MAX (n, 0);
  } while (n > 0 && sent < 64 * 1024 * 1024);
  g_assert_cmpint (n, ==, -1);
  g_assert_cmpuint (rt_fake_conn_get_n_events (conn), ==, 0);
}

static void
test_breaches (void)
{
  static const struct {
    guint8 bytes[8];
    gsize size;
    const gchar *why;
  } rows[] = {
    { { 0x81, 0x01, 'a' }, 3, "a frame without a mask" },
    { { 0x82, 0x80, 0, 0, 0, 0 }, 6, "a binary message" },
    { { 0xc1, 0x80, 0, 0, 0, 0 }, 6, "a reserved bit" },
    { { 0x80, 0x80, 0, 0, 0, 0 }, 6, "a fragment out of order" },
    { { 0x09, 0x80, 0, 0, 0, 0 }, 6,
        "a control frame that is long or in pieces" },
    { { 0x83, 0x80, 0, 0, 0, 0 }, 6, "an unknown opcode" },
    { { 0x81, 0x81, 0, 0, 0, 0, 0xff }, 7, "text that is not UTF-8" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtFakeServer) server
        = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
    g_autoptr (Client) client = NULL;
    RtFakeConn *conn;

    client = connected_client (server, &conn);
    g_assert_null (rt_fake_server_get_violation (server));
    g_assert_true (client_write (client, rows[i].bytes, rows[i].size));
    g_assert_true (client_at_end (client));
    g_assert_cmpstr (rt_fake_server_get_violation (server), ==, rows[i].why);
  }
}

static void
test_audio_must_be_base64 (void)
{
  g_autoptr (RtFakeServer) server
      = rt_fake_server_new (RT_FAKE_SERVER_TOLERANT);
  g_autoptr (Client) client = NULL;
  RtFakeConn *conn;

  client = connected_client (server, &conn);
  client_send_text (
      client, "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AQI\"}");
  rt_fake_conn_expect_event (conn, "input_audio_buffer.append", WAIT);
  g_assert_cmpstr (rt_fake_server_get_violation (server), ==,
      "audio that is not base64: AQI");
}

static void
test_handshakes (void)
{
  static const struct {
    RtFakeHandshake handshake;
    const gchar *begins;
  } rows[] = {
    { RT_FAKE_HANDSHAKE_TRICKLE, "HTTP/1.1 101 Switching" },
    { RT_FAKE_HANDSHAKE_SLOWLORIS, "HTTP/1.1 101 Switching" },
    { RT_FAKE_HANDSHAKE_GARBAGE, "SSH-2.0" },
    { RT_FAKE_HANDSHAKE_BAD_ACCEPT, "HTTP/1.1 101 Switching" },
    { RT_FAKE_HANDSHAKE_HUGE_HEADERS, "HTTP/1.1 101 Switching" },
    { RT_FAKE_HANDSHAKE_ENDLESS_BODY, "HTTP/1.1 500 " },
    { RT_FAKE_HANDSHAKE_HTTP, "HTTP/1.1 429 " },
  };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  guint i;

  rt_fake_server_set_http (server, 429, "Retry-After: 7\r\n", "{\"error\":1}");
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Client) client = NULL;
    gchar head[64] = "";

    rt_fake_server_set_handshake (server, rows[i].handshake);
    client = client_new (server);
    client_ask (client);
    g_assert_true (client_read (client, head, strlen (rows[i].begins)));
    g_assert_cmpstr (head, ==, rows[i].begins);
    g_assert_nonnull (rt_fake_server_wait_connection (server, WAIT));
  }
  g_assert_true (rt_fake_server_wait_idle (server, WAIT));
}

static void
test_silences (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (Client) early = NULL;
  g_autoptr (Client) mute = NULL;
  g_autoptr (Client) silent = NULL;
  RtFakeConn *conn;

  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_CLOSE_EARLY);
  early = client_new (server);
  client_ask (early);
  g_assert_true (client_at_end (early));
  rt_fake_server_expect_connection (server, WAIT);

  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_MUTE);
  mute = client_new (server);
  conn = rt_fake_server_expect_connection (server, WAIT);
  g_assert_null (rt_fake_conn_get_request_line (conn));
  g_assert_false (
      g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (mute->in)));
  rt_fake_server_set_handshake (server, RT_FAKE_HANDSHAKE_SILENT);
  silent = client_new (server);
  client_ask (silent);
  conn = rt_fake_server_expect_connection (server, WAIT);
  g_assert_cmpstr (rt_fake_conn_get_request_line (conn), ==,
      "GET /v1/realtime?model=m HTTP/1.1");
  g_assert_false (rt_fake_server_wait_idle (server, 1));
  g_assert_false (g_pollable_input_stream_is_readable (
      G_POLLABLE_INPUT_STREAM (silent->in)));
}

static void
test_glued (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (Client) client = NULL;
  g_autofree gchar *text = NULL;
  RtFakeConn *conn;
  guint8 first;

  rt_fake_server_set_glued (server, "\201\002{}", 4);
  client = connected_client (server, &conn);
  text = client_read_frame (client, &first);
  g_assert_cmpstr (text, ==, "{}");
}

static void
test_speech (void)
{
  const RtSpeech *speech;

  for (speech = rt_speech_table; speech->file != NULL; speech++) {
    g_autoptr (GBytes) pcm = rt_speech_load (speech->file);

    if (pcm == NULL)
      return;
    /* each is between one and eight seconds long */
    g_assert_cmpuint (g_bytes_get_size (pcm), >, 1 * 32000);
    g_assert_cmpuint (g_bytes_get_size (pcm), <, 8 * 32000);
  }
}

int
main (int argc, char **argv)
{
  const gconstpointer plain = GINT_TO_POINTER (RT_FAKE_SERVER_PLAIN);
  const gconstpointer tls = GINT_TO_POINTER (RT_FAKE_SERVER_TLS);

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/fakeserver/events/plain", plain, test_events);
  g_test_add_data_func ("/fakeserver/events/tls", tls, test_events);
  g_test_add_func ("/fakeserver/auto-session", test_auto_session);
  g_test_add_func ("/fakeserver/reply-is-json", test_reply_is_json);
  g_test_add_data_func ("/fakeserver/closes/plain", plain, test_closes);
  g_test_add_func ("/fakeserver/reset", test_reset);
  g_test_add_func ("/fakeserver/restart", test_restart);
  g_test_add_func ("/fakeserver/stall", test_stall);
  g_test_add_func ("/fakeserver/breaches", test_breaches);
  g_test_add_func (
      "/fakeserver/audio-must-be-base64", test_audio_must_be_base64);
  g_test_add_func ("/fakeserver/handshakes", test_handshakes);
  g_test_add_func ("/fakeserver/silences", test_silences);
  g_test_add_func ("/fakeserver/glued", test_glued);
  g_test_add_func ("/speech/recordings", test_speech);
  return g_test_run ();
}
