/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may come in and how: options, keys, queries, TLS and the time limit. */
#include "lsclient.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#define KEY_VARIABLE "LS_TEST_KEY"

static const gchar *program;

static void
expect_exit (
    gint status, const gchar *says, const gchar *option, const gchar *value)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *out = NULL, *err = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
      program, option, value, NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, status);
  g_assert_nonnull (strstr (status == 0 ? out : err, says));
}

static void
test_options (void)
{
  expect_exit (0, "--port", "--help", NULL);
  expect_exit (2, "--port", "--port", "70000");
  expect_exit (2, "--bogus", "--bogus", NULL);
  expect_exit (2, "Unexpected argument 'stray'", "stray", NULL);
  expect_exit (2, "--protocol", "--protocol", "realtime-v3");
  expect_exit (2, "--pace", "--pace", "0.5");
  expect_exit (2, "--pace", "--pace", "nan");
  expect_exit (2, "--decoders", "--decoders", "0");
  expect_exit (2, "--session-seconds", "--session-seconds", "0");
  expect_exit (2, "--tls", "--tls-ca-out", "unused.pem");
  expect_exit (2, "--api-key-env", "--api-key-env", "LS_TEST_NO_SUCH");
  expect_exit (1, "/nonexistent/key", "--require-key-file", "/nonexistent/key");
  expect_exit (1, "localhost", "--host", "localhost");
}

static void
test_port_in_use (void)
{
  g_autoptr (LsProcess) server = ls_process_start (program, NULL);
  g_autoptr (GUri) uri
      = g_uri_parse (ls_process_get_url (server), G_URI_FLAGS_NONE, NULL);
  g_autofree gchar *port = g_strdup_printf ("%d", g_uri_get_port (uri));

  g_assert_cmpstr (g_uri_get_scheme (uri), ==, "ws");
  g_assert_cmpstr (g_uri_get_host (uri), ==, "127.0.0.1");
  g_assert_cmpstr (g_uri_get_path (uri), ==, "/v1/realtime");
  expect_exit (1, "in use", "--port", port);
}

/* the socket opens, an error says why, and it closes */
static void
expect_turned_away (const LsProcess *server, const gchar *query,
    const gchar *header, const gchar *code, gushort close_code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LsClient) client
      = ls_client_connect (server, query, NULL, header, &error);

  g_assert_no_error (error);
  ls_client_expect_error (client, code);
  g_assert_cmpuint (ls_client_wait_close (client), ==, close_code);
}

static void
test_queries (void)
{
  g_autoptr (LsProcess) server = ls_process_start (program, NULL);

  expect_turned_away (server, "", NULL, "missing_model", 4000);
  expect_turned_away (server, "/below?model=m", NULL, "invalid_value", 4000);
  expect_turned_away (server, "?model=", NULL, "missing_model", 4000);
  expect_turned_away (
      server, "?intent=quicksilver&model=m", NULL, "invalid_value", 4000);
  expect_turned_away (
      server, "?intent=transcription&model=m", NULL, "invalid_model", 4000);
  expect_turned_away (server, "?model=m", "OpenAI-Beta: realtime=v1",
      "beta_api_shape_disabled", 4000);
}

static void
let_in (const LsProcess *server, const gchar *authority, const gchar *header)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LsClient) client
      = ls_client_connect (server, "?model=m", authority, header, &error);

  g_assert_no_error (error);
  ls_client_expect (client, "session.created");
}

static void
check_keys (const LsProcess *server)
{
  expect_turned_away (server, "?model=m", NULL, "invalid_api_key", 3000);
  expect_turned_away (server, "?model=m", "Authorization: Bearer wrong",
      "invalid_api_key", 3000);
  expect_turned_away (server, "?model=m", "Authorization: Basic open-sesame",
      "invalid_api_key", 3000);
  expect_turned_away (
      server, "?model=m", "api-key: open-sesame-2", "invalid_api_key", 3000);
  let_in (server, NULL, "Authorization: Bearer open-sesame");
  let_in (server, NULL, "api-key: open-sesame");
}

static void
test_keys (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("localserver-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "key", NULL);
  g_autoptr (LsProcess) by_file = NULL;
  g_autoptr (LsProcess) by_variable = NULL;

  g_assert_true (g_file_set_contents (file, "open-sesame\n", -1, NULL));
  by_file = ls_process_start (program, "--require-key-file", file, NULL);
  check_keys (by_file);
  g_setenv (KEY_VARIABLE, "open-sesame", TRUE);
  by_variable = ls_process_start (program, "--api-key-env", KEY_VARIABLE, NULL);
  check_keys (by_variable);
  g_unlink (file);
  g_rmdir (folder);
}

static void
test_tls (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("localserver-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "ca.pem", NULL);
  g_autofree gchar *other = g_build_filename (folder, "other.pem", NULL);
  g_autoptr (LsProcess) server = NULL;
  g_autoptr (LsProcess) stranger = NULL;
  g_autoptr (GError) error = NULL;

  /* LeakSanitizer dies of the thread-local memory of GnuTLS in a server */
  g_setenv ("LSAN_OPTIONS", "detect_leaks=0", TRUE);
  server = ls_process_start (program, "--tls", "--tls-ca-out", file, NULL);
  stranger = ls_process_start (program, "--tls", "--tls-ca-out", other, NULL);
  g_unsetenv ("LSAN_OPTIONS");
  g_assert_true (g_str_has_prefix (ls_process_get_url (server), "wss://"));
  let_in (server, file, NULL);
  g_assert_null (ls_client_connect (server, "?model=m", other, NULL, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_unlink (file);
  g_unlink (other);
  g_rmdir (folder);
}

static void
test_time_limit (void)
{
  g_autoptr (LsProcess) server
      = ls_process_start (program, "--session-seconds", "1", NULL);
  g_autoptr (LsClient) client = ls_client_join (server);

  ls_client_expect_error (client, "session_expired");
  g_assert_cmpuint (ls_client_wait_close (client), ==, 1001);
}

static void
test_stop (void)
{
  LsProcess *server = ls_process_start (program, NULL);
  g_autoptr (LsClient) client = ls_client_join (server);

  ls_process_stop (server);
  g_assert_cmpuint (ls_client_wait_close (client), ==, 1001);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  g_test_add_func ("/door/options", test_options);
  g_test_add_func ("/door/port-in-use", test_port_in_use);
  g_test_add_func ("/door/queries", test_queries);
  g_test_add_func ("/door/keys", test_keys);
  g_test_add_func ("/door/tls", test_tls);
  g_test_add_func ("/door/time-limit", test_time_limit);
  g_test_add_func ("/door/stop", test_stop);
  return g_test_run ();
}
