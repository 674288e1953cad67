/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A key goes to its server and nowhere else: not to a property, a log, a
 * message or a dump, and not to another host.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rtfakeproxy.h"
#include "rtpipeline.h"

#define CANARY "sk-canary-0123456789abcdefCANARY"
#define HEADER_CANARY "tenant-canary-98765"

/* All that GStreamer logs, at its loudest. */
static GMutex log_lock;
static GString *log_text;

static void
log_cb (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
    const gchar *function, gint line, GObject *object, GstDebugMessage *message,
    gpointer user_data)
{
  /* printing may log */
  const gchar *text = gst_debug_message_get (message);

  g_mutex_lock (&log_lock);
  if (log_text != NULL) {
    g_string_append (log_text, text);
    g_string_append_c (log_text, '\n');
  }
  g_mutex_unlock (&log_lock);
}

static void
begin_log (void)
{
  log_text = g_string_new (NULL);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (log_cb, NULL, NULL);
  gst_debug_set_active (TRUE);
  gst_debug_set_threshold_from_string ("*:9", TRUE);
}

static gchar *
end_log (void)
{
  gchar *text;

  gst_debug_set_threshold_from_string ("*:0", TRUE);
  gst_debug_remove_log_function (log_cb);
  g_mutex_lock (&log_lock);
  text = g_string_free (g_steal_pointer (&log_text), FALSE);
  g_mutex_unlock (&log_lock);
  return text;
}

/* Says where it was found, but not among megabytes. */
static void
assert_absent (const gchar *text, const gchar *secret)
{
  const gchar *at = strstr (text, secret);

  if (at != NULL)
    g_error ("\"%s\" shows in: %.*s", secret, 200,
        at - text > 100 ? at - 100 : text);
}

static void
assert_secret (const gchar *text)
{
  assert_absent (text, "CANARY");
  assert_absent (text, HEADER_CANARY);
}

static void
test_canary (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = NULL;
  g_autofree gchar *dump = NULL, *messages = NULL, *log = NULL;
  GstStructure *headers = gst_structure_new (
      "headers", "X-Tenant", G_TYPE_STRING, HEADER_CANARY, NULL);

  begin_log ();
  p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_ANY);
  g_object_set (p->rt, "api-key", CANARY, "extra-headers", headers,
      "post-events", TRUE, NULL);
  gst_structure_free (headers);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  g_assert_cmpstr (
      rt_fake_conn_get_header (p->conn, "authorization"), ==, "Bearer " CANARY);
  /* a server that repeats it, as real ones do */
  rt_fake_conn_send_error (p->conn, "invalid_request_error", "invalid_value",
      "Bad key " CANARY ", really.", NULL);
  rt_pipeline_expect (p, "realtime-error");
  dump = gst_debug_bin_to_dot_data (
      GST_BIN (p->pipeline), GST_DEBUG_GRAPH_SHOW_ALL);
  rt_fake_conn_send_error (p->conn, "invalid_request_error", "invalid_api_key",
      "Incorrect API key provided: " CANARY ".", NULL);
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  rt_pipeline_stop (p);
  messages = rt_pipeline_dup_messages (p);
  log = end_log ();

  g_assert_nonnull (strstr (dump, "GstRealtimeConversation"));
  assert_secret (dump);
  g_assert_nonnull (strstr (messages, "Incorrect API key provided: "));
  assert_secret (messages);
  /* the log is really what it should be */
  g_assert_nonnull (strstr (log, "server event error"));
  assert_secret (log);
}

static void
test_write_only (void)
{
  static const gchar *const names[] = { "api-key", "extra-headers", "proxy" };
  g_autoptr (RtPipeline) p
      = rt_pipeline_new ("ws://127.0.0.1:1", NULL, "api-key=" CANARY, NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GParamSpec *spec
        = g_object_class_find_property (G_OBJECT_GET_CLASS (p->rt), names[i]);

    g_assert_nonnull (spec);
    g_assert_true (spec->flags & G_PARAM_WRITABLE);
    g_assert_false (spec->flags & G_PARAM_READABLE);
  }
}

/* The headers that carried a key. */
static void
assert_key (RtFakeServer *server, RtPipeline *p, const gchar *header,
    const gchar *expected)
{
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  g_assert_cmpstr (rt_fake_conn_get_header (p->conn, header), ==, expected);
}

static void
test_environment (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_new (rt_fake_server_get_uri (server), NULL, NULL, NULL);

  /* not of this host */
  g_setenv ("OPENAI_API_KEY", "sk-openai", TRUE);
  g_setenv ("AZURE_OPENAI_API_KEY", "sk-azure", TRUE);
  assert_key (server, p, "authorization", NULL);
  rt_pipeline_stop (p);
  g_setenv ("REALTIME_API_KEY", "sk-any", TRUE);
  assert_key (server, p, "authorization", "Bearer sk-any");
  rt_pipeline_stop (p);
  g_object_set (p->rt, "api-key", "sk-own", NULL);
  assert_key (server, p, "authorization", "Bearer sk-own");
  rt_pipeline_stop (p);
  gst_util_set_object_arg (G_OBJECT (p->rt), "auth", "api-key");
  assert_key (server, p, "api-key", "sk-own");
  g_assert_null (rt_fake_conn_get_header (p->conn, "authorization"));
  rt_pipeline_stop (p);
  gst_util_set_object_arg (G_OBJECT (p->rt), "auth", "none");
  assert_key (server, p, "api-key", NULL);
  g_assert_null (rt_fake_conn_get_header (p->conn, "authorization"));
  g_unsetenv ("OPENAI_API_KEY");
  g_unsetenv ("AZURE_OPENAI_API_KEY");
  g_unsetenv ("REALTIME_API_KEY");
}

/* In the clear a key goes to this machine only, unless it is asked for. */
static void
test_insecure (void)
{
  static const gchar *const remote[] = { "ws://192.0.2.1/",
    "ws://localhost.example.invalid/", "http://127.0.0.1.example.invalid/" };
  static const gchar *const sources[] = { "api-key", "api-key-file" };
  g_autofree gchar *path = NULL;
  guint i;

  close (g_file_open_tmp ("rt-key-XXXXXX", &path, NULL));
  g_assert_true (g_file_set_contents (path, CANARY, -1, NULL));
  for (i = 0; i < G_N_ELEMENTS (remote) * G_N_ELEMENTS (sources); i++) {
    g_autoptr (RtPipeline) p
        = rt_pipeline_new (remote[i / 2], NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;

    g_object_set (p->rt, sources[i % 2], i % 2 == 0 ? CANARY : path, NULL);
    g_assert_cmpint (gst_element_set_state (p->pipeline, GST_STATE_PLAYING), ==,
        GST_STATE_CHANGE_FAILURE);
    gst_message_parse_error (
        rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull (strstr (error->message, "in the clear"));
    assert_secret (error->message);
  }
  g_unlink (path);
}

/* What a server of that name is told, by a proxy that leads to ours. */
static void
assert_told (RtFakeServer *server, const gchar *host, const gchar *expected)
{
  g_autofree gchar *uri = g_strdup_printf ("ws://%s/v1", host);
  g_autofree gchar *origin
      = g_strdup_printf ("127.0.0.1:%u", rt_fake_server_get_port (server));
  g_autoptr (RtPipeline) p
      = rt_pipeline_new (uri, NULL, "allow-insecure-auth=true", NULL);
  g_autofree gchar *by = NULL;
  RtFakeProxy proxy;

  g_test_message ("%s", host);
  rt_fake_proxy_init (&proxy, RT_FAKE_PROXY_HTTP);
  proxy.origin = origin;
  by = g_strdup_printf ("http://127.0.0.1:%u", proxy.port);
  g_object_set (p->rt, "proxy", by, NULL);
  assert_key (server, p, "authorization", expected);
  rt_pipeline_stop (p);
  rt_fake_proxy_clear (&proxy);
}

/* A key of the environment goes to its own host. */
static void
test_environment_hosts (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);

  g_setenv ("OPENAI_API_KEY", "sk-openai", TRUE);
  g_setenv ("AZURE_OPENAI_API_KEY", "sk-azure", TRUE);
  assert_told (server, "api.openai.com", "Bearer sk-openai");
  assert_told (server, "API.OPENAI.COM", "Bearer sk-openai");
  assert_told (server, "mine.openai.azure.com", "Bearer sk-azure");
  assert_told (server, "api.openai.com.example", NULL);
  assert_told (server, "notopenai.com", NULL);
  g_setenv ("REALTIME_API_KEY", "sk-any", TRUE);
  assert_told (server, "api.openai.com.example", "Bearer sk-any");
  assert_told (server, "api.openai.com", "Bearer sk-openai");
  g_unsetenv ("OPENAI_API_KEY");
  g_unsetenv ("AZURE_OPENAI_API_KEY");
  g_unsetenv ("REALTIME_API_KEY");
}

/* What would be another header is no header. */
static void
test_injection (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_new (rt_fake_server_get_uri (server), NULL, NULL, NULL);

  g_object_set (p->rt, "model", "a\r\nX-Evil: 1", NULL);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  g_assert_null (rt_fake_conn_get_header (p->conn, "x-evil"));
  g_assert_nonnull (
      strstr (rt_fake_conn_get_target (p->conn), "model=a%0D%0AX-Evil"));
}

/* A file that is no key file is an error that names it, and no wait. */
static void
test_bad_key_files (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("rt-keys-XXXXXX", NULL);
  g_autofree gchar *missing = g_build_filename (folder, "missing", NULL);
  g_autofree gchar *empty = g_build_filename (folder, "empty", NULL);
  g_autofree gchar *large = g_build_filename (folder, "large", NULL);
  g_autofree gchar *lines = g_build_filename (folder, "lines", NULL);
  g_autofree gchar *pipe = g_build_filename (folder, "pipe", NULL);
  g_autofree gchar *fill = g_strnfill (20000, 'k');
  const gchar *const bad[] = { missing, empty, large, lines, pipe, folder };
  guint i;

  g_assert_true (g_file_set_contents (empty, " \n", -1, NULL));
  g_assert_true (g_file_set_contents (large, fill, -1, NULL));
  g_assert_true (g_file_set_contents (lines, "sk-a\nX-Evil: 1\n", -1, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (RtPipeline) p
        = rt_pipeline_new ("ws://127.0.0.1:1", NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;

    g_object_set (p->rt, "api-key-file", bad[i], NULL);
    g_assert_cmpint (gst_element_set_state (p->pipeline, GST_STATE_PLAYING), ==,
        GST_STATE_CHANGE_FAILURE);
    gst_message_parse_error (
        rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_null (strstr (error->message, "Evil"));
    if (bad[i] != lines)
      g_assert_nonnull (strstr (error->message, bad[i]));
  }
  for (i = 0; i < G_N_ELEMENTS (bad); i++)
    g_remove (bad[i]);
}

/* Read anew each time; one that everybody can read is a warning. */
static void
test_key_file (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, "api-key=sk-not", NULL);
  g_autofree gchar *path = NULL;
  g_autoptr (GError) error = NULL;
  gint fd = g_file_open_tmp ("rt-key-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents_full (
      path, " sk-one\n", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_object_set (p->rt, "api-key-file", path, NULL);
  assert_key (server, p, "authorization", "Bearer sk-one");
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_WARNING, 0));
  rt_pipeline_stop (p);
  g_assert_true (g_file_set_contents_full (
      path, "sk-two", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  assert_key (server, p, "authorization", "Bearer sk-two");
  rt_pipeline_expect_type (p, GST_MESSAGE_WARNING);
  rt_pipeline_stop (p);
  g_remove (path);
  g_assert_cmpint (gst_element_set_state (p->pipeline, GST_STATE_PLAYING), ==,
      GST_STATE_CHANGE_FAILURE);
  gst_message_parse_error (
      rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
}

/* A key that is changed while there is no connection is the next one's. */
static void
test_rotated (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_new (rt_fake_server_get_uri (server), NULL, NULL, NULL);
  g_autofree gchar *path = NULL;

  close (g_file_open_tmp ("rt-key-XXXXXX", &path, NULL));
  g_assert_true (g_file_set_contents (path, "sk-old", -1, NULL));
  g_object_set (p->rt, "api-key-file", path, NULL);
  assert_key (server, p, "authorization", "Bearer sk-old");
  g_assert_true (g_file_set_contents (path, "sk-new", -1, NULL));
  rt_fake_conn_rst (p->conn);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  g_assert_cmpstr (
      rt_fake_conn_get_header (p->conn, "authorization"), ==, "Bearer sk-new");
  g_unlink (path);
}

static gchar *
key_cb (GstElement *element, gpointer user_data)
{
  return g_strdup ((const gchar *) user_data);
}

static void
test_signal (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, "api-key=sk-not", NULL);
  gchar key[] = "sk-asked";

  g_signal_connect (p->rt, "request-api-key", G_CALLBACK (key_cb), key);
  assert_key (server, p, "authorization", "Bearer sk-asked");
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/secrets/canary", test_canary);
  g_test_add_func ("/secrets/write-only", test_write_only);
  g_test_add_func ("/secrets/environment", test_environment);
  g_test_add_func ("/secrets/environment-hosts", test_environment_hosts);
  g_test_add_func ("/secrets/insecure", test_insecure);
  g_test_add_func ("/secrets/injection", test_injection);
  g_test_add_func ("/secrets/key-file", test_key_file);
  g_test_add_func ("/secrets/bad-key-files", test_bad_key_files);
  g_test_add_func ("/secrets/rotated", test_rotated);
  g_test_add_func ("/secrets/signal", test_signal);
  return g_test_run ();
}
