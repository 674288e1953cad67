/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A whole life with a key that is looked for everywhere afterwards: in all
 * that is logged at the loudest, dumped and posted, and in the memory that is
 * left.  The one who lives is a process of its own.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rtpipeline.h"

#define CANARY "sk-canary/0123456789abcdefCANARY"
/* Parts of it, of which none may show either. */
#define HEAD "sk-canary/0123"
#define TAIL "9abcdefCANARY"
#define VARIABLE_URI "RT_TEST_URI"
#define VARIABLE_CA "RT_TEST_CA"
#define VARIABLE_KEY "RT_TEST_KEY_FILE"
#define LIFE_WAIT 60000
#define RETURN_WAIT 5000

static const gchar *program;

/* the one who lives */

static RtPipeline *
begin (void)
{
  RtPipeline *p = rt_pipeline_new (
      g_getenv (VARIABLE_URI), RT_IN_LIVE, "post-events=true", RT_OUT_ANY);

  g_object_set (p->rt, "api-key-file", g_getenv (VARIABLE_KEY), "tls-ca-file",
      g_getenv (VARIABLE_CA), NULL);
  rt_pipeline_play (p);
  return p;
}

static void
dump (RtPipeline *p, const gchar *name)
{
  GST_DEBUG_BIN_TO_DOT_FILE_WITH_TS (
      GST_BIN (p->pipeline), GST_DEBUG_GRAPH_SHOW_ALL, name);
}

/* Each line of the input is another conversation, which will fail. */
static int
live (void)
{
  gchar byte;

  gst_init (NULL, NULL);
  while (read (STDIN_FILENO, &byte, 1) == 1) {
    RtPipeline *p = begin ();
    g_autofree gchar *messages = NULL;

    dump (p, "begin");
    rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
    dump (p, "end");
    messages = rt_pipeline_dup_messages (p);
    g_print ("%s\n", messages);
    rt_pipeline_free (p);
  }
  gst_deinit ();
  return 0;
}

/* who looks at it */

typedef struct {
  RtFakeServer *server;
  RtFakeConn *conn;
  GSubprocess *child;
  gchar *folder, *key, *log;
} Life;

static gchar *
write_key (const gchar *folder)
{
  gchar *path = g_build_filename (folder, "key", NULL);

  g_assert_true (g_file_set_contents_full (
      path, "  " CANARY "\n", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  return path;
}

static GSubprocess *
spawn (Life *self, const gchar *mode)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_set_stdout_file_path (launcher, self->log);
  g_subprocess_launcher_setenv (
      launcher, VARIABLE_URI, rt_fake_server_get_uri (self->server), TRUE);
  if (rt_fake_server_get_ca_file (self->server) != NULL)
    g_subprocess_launcher_setenv (
        launcher, VARIABLE_CA, rt_fake_server_get_ca_file (self->server), TRUE);
  g_subprocess_launcher_setenv (launcher, VARIABLE_KEY, self->key, TRUE);
  g_subprocess_launcher_setenv (
      launcher, "GST_DEBUG_DUMP_DOT_DIR", self->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_DEBUG", "*:9", TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_DEBUG_NO_COLOR", "1", TRUE);
  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "all", TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, program, mode, NULL);
  g_assert_no_error (error);
  return child;
}

static void
life_init (Life *self, RtFakeServerFlags flags)
{
  g_autoptr (GError) error = NULL;

  self->server = rt_fake_server_new (flags);
  rt_fake_server_set_auto (self->server, TRUE);
  self->folder = g_dir_make_tmp ("rt-canary-XXXXXX", &error);
  g_assert_no_error (error);
  self->key = write_key (self->folder);
  self->log = g_build_filename (self->folder, "log", NULL);
  self->child = spawn (self, "--live");
}

static void
go_on (Life *self)
{
  g_assert_true (g_output_stream_write_all (
      g_subprocess_get_stdin_pipe (self->child), "\n", 1, NULL, NULL, NULL));
}

/* The next connection, which has the key. */
static void
expect (Life *self)
{
  self->conn = rt_fake_server_expect_connection (self->server, LIFE_WAIT);
  g_assert_cmpstr (rt_fake_conn_get_header (self->conn, "authorization"), ==,
      "Bearer " CANARY);
}

static void
be_refused (Life *self, guint status, const gchar *headers, const gchar *body)
{
  rt_fake_server_set_http (self->server, status, headers, body);
  go_on (self);
  expect (self);
  g_assert_true (rt_fake_conn_wait_closed (self->conn, LIFE_WAIT));
}

static void
be_let_in (Life *self)
{
  rt_fake_server_set_handshake (self->server, RT_FAKE_HANDSHAKE_OK);
  go_on (self);
  expect (self);
  rt_fake_conn_expect_event (self->conn, "session.update", LIFE_WAIT);
}

/* The same after a loss: the element comes again by itself, if it may. */
static void
be_let_in_again (Life *self)
{
  RtFakeConn *conn = rt_fake_server_wait_connection (self->server, RETURN_WAIT);

  if (conn == NULL) {
    be_let_in (self);
    return;
  }
  self->conn = conn;
  rt_fake_conn_expect_event (self->conn, "session.update", LIFE_WAIT);
}

/* Wherever a server can put a word, there is the key. */
static void
be_told (RtFakeConn *conn)
{
  static const gchar *const events[] = {
    "{\"type\":\"" CANARY "\",\"" CANARY "\":\"" CANARY "\"}",
    "{\"type\":\"session.updated\",\"event_id\":\"" CANARY "\",\"session\":"
    "{\"type\":\"realtime\",\"id\":\"" CANARY
    "\",\"instructions\":\"Say " CANARY "\"}}",
    "{\"type\":\"response.created\",\"response\":{\"id\":\"" CANARY "\"}}",
    "{\"type\":\"response.output_item.added\",\"response_id\":\"" CANARY
    "\",\"item\":{\"id\":\"" CANARY
    "\",\"type\":\"message\",\"role\":\"assistant\"}}",
    "{\"type\":\"response.output_audio_transcript.delta\",\"response_id\":"
    "\"" CANARY "\",\"item_id\":\"" CANARY
    "\",\"content_index\":0,\"delta\":\"It is " CANARY "\"}",
    "{\"type\":\"response.output_audio_transcript.done\",\"response_id\":"
    "\"" CANARY "\",\"item_id\":\"" CANARY
    "\",\"content_index\":0,\"transcript\":\"It is " CANARY "\"}",
    "{\"type\":\"response.done\",\"response\":{\"id\":\"" CANARY
    "\",\"status\":\"failed\",\"status_details\":{\"error\":{\"code\":\"" CANARY
    "\",\"message\":\"" CANARY "\"}}}}",
    "{\"type\":\"conversation.item.input_audio_transcription.completed\","
    "\"item_id\":\"" CANARY "\",\"content_index\":0,\"transcript\":\"" CANARY
    "\"}",
    "{\"type\":\"rate_limits.updated\",\"rate_limits\":\"" CANARY "\"}",
    "{\"type\":\"error\",\"error\":{\"type\":\"" CANARY "\",\"code\":\"" CANARY
    "\",\"message\":\"Bad: " CANARY "\",\"param\":\"" CANARY
    "\",\"event_id\":\"" CANARY "\"}}",
    "{\"type\":" CANARY "}",
    CANARY,
    "[\"" CANARY "\"",
    "{\"type\":\"error\",\"error\":\"" CANARY "\"}",
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (events); i++)
    rt_fake_conn_send_text (conn, events[i]);
  rt_fake_conn_send_call (
      conn, "resp_2", CANARY, CANARY, CANARY, "{\"key\":\"" CANARY "\"}");
  rt_fake_conn_send_call (conn, "resp_3", "item_3", CANARY, "background_agent",
      "{\"task\":\"" CANARY "\"}");
  rt_fake_conn_send_frame (conn, 2, TRUE, 0, FALSE, CANARY, strlen (CANARY));
}

static void
live_through (Life *self)
{
  static const gchar not_text[] = "\x88\x26\x03\xf0" CANARY "\xff\xfe\xfd\xfc";

  be_refused (self, 401, "Content-Type: application/json\r\n",
      "{\"error\":{\"message\":\"Incorrect API key provided: " CANARY
      ". Authorization: Bearer " CANARY "\"}}");
  be_refused (
      self, 403, "X-Echo: " CANARY "\r\n", "<html><b>" CANARY "</b></html>");
  be_refused (self, 302, "Location: wss://" CANARY ".example/?k=" CANARY "\r\n",
      CANARY);
  be_refused (self, 302, "Location: " CANARY "\r\n", CANARY);
  be_let_in (self);
  be_told (self->conn);
  rt_fake_conn_close (self->conn, 1008, "It was " CANARY);
  be_let_in (self);
  rt_fake_conn_send_bytes (self->conn, not_text, sizeof (not_text) - 1);
  be_let_in_again (self);
  rt_fake_conn_rst (self->conn);
  be_let_in_again (self);
  rt_fake_conn_send_error (self->conn, "invalid_request_error",
      "invalid_api_key", "Incorrect API key provided: " CANARY ".", NULL);
}

static void
expect_absent (const gchar *path)
{
  static const gchar *const parts[] = { HEAD, TAIL };
  g_autofree gchar *text = NULL;
  const gchar *at;
  gsize size, i;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  for (i = 0; i < G_N_ELEMENTS (parts); i++) {
    at = memmem (text, size, parts[i], strlen (parts[i]));
    if (at != NULL)
      g_error ("%s: %.*s", path, 300, at - MIN (at - text, 200));
  }
}

static void
expect_in_log (Life *self, const gchar *part)
{
  g_autofree gchar *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (self->log, &text, &size, NULL));
  if (memmem (text, size, part, strlen (part)) == NULL)
    g_error ("no \"%s\" in %s", part, self->log);
}

/* Looks at all that is left behind, and removes it. */
static void
life_clear (Life *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const gchar *name;
  guint dumps = 0;

  g_output_stream_close (g_subprocess_get_stdin_pipe (self->child), NULL, NULL);
  if (!g_subprocess_wait_check (self->child, NULL, &error))
    g_error ("%s; see %s", error->message, self->log);
  /* it is as loud as it should be */
  expect_in_log (self, "realtimeconversation");
  expect_in_log (self, "libsoup");
  expect_in_log (self, "Incorrect API key provided: [redacted]");
  expect_in_log (self, "realtime-event");
  g_unlink (self->key);
  dir = g_dir_open (self->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (self->folder, name, NULL);

    dumps += g_str_has_suffix (name, ".dot");
    expect_absent (path);
    g_unlink (path);
  }
  g_assert_cmpuint (dumps, >, 5);
  g_rmdir (self->folder);
  g_object_unref (self->child);
  rt_fake_server_free (self->server);
  g_free (self->folder);
  g_free (self->key);
  g_free (self->log);
}

static void
test_life (gconstpointer flags)
{
  Life life = { 0 };

  life_init (&life, GPOINTER_TO_UINT (flags) | RT_FAKE_SERVER_TOLERANT);
  live_through (&life);
  life_clear (&life);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 2 && g_str_equal (argv[1], "--live"))
    return live ();
  rt_element_test_init (&argc, &argv);
  g_test_add_data_func (
      "/canary/life/ws", GUINT_TO_POINTER (RT_FAKE_SERVER_PLAIN), test_life);
  g_test_add_data_func (
      "/canary/life/wss", GUINT_TO_POINTER (RT_FAKE_SERVER_TLS), test_life);
  return g_test_run ();
}
