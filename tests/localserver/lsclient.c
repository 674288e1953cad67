/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Runs the default main context while it waits; keeps all that ever came. */
#include "lsclient.h"

#include "lsresample.h"

#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define DEADLINE_S 60
#define PIECE_SAMPLES 2400
#define PREFIX "listening on "

struct _LsProcess {
  GSubprocess *process;
  gchar *url;
};

struct _LsClient {
  SoupSession *session;
  SoupWebsocketConnection *socket;
  GPtrArray *events; /* JsonNode */
  guint read;        /* of them */
  gboolean closed;
  gboolean connected; /* or failed to */
  GError *error;
};

static gint64
deadline_from_now (void)
{
  return g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* one round of the main context, which does not sleep past a deadline */
static void
iterate (gint64 deadline, const gchar *waiting_for)
{
  guint waker = g_timeout_add (200, wake_cb, NULL);

  if (g_get_monotonic_time () > deadline)
    g_error ("waited in vain for %s", waiting_for);
  g_main_context_iteration (NULL, TRUE);
  g_source_remove (waker);
}

/* a test that fails leaves no server behind */
static void
die_with_parent_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

LsProcess *
ls_process_start (const gchar *program, ...)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree gchar *line = NULL;
  LsProcess *self = g_new0 (LsProcess, 1);
  const gchar *arg;
  va_list list;

  g_ptr_array_add (args, (gpointer) program);
  va_start (list, program);
  while ((arg = va_arg (list, const gchar *)) != NULL)
    g_ptr_array_add (args, (gpointer) arg);
  va_end (list);
  g_ptr_array_add (args, NULL);
  g_subprocess_launcher_set_child_setup (
      launcher, die_with_parent_cb, NULL, NULL);
  self->process = g_subprocess_launcher_spawnv (
      launcher, (const gchar *const *) args->pdata, &error);
  g_assert_no_error (error);
  lines
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, PREFIX));
  self->url = g_strdup (line + strlen (PREFIX));
  return self;
}

/* it has to end well: a sanitizer's findings are in its exit status */
void
ls_process_stop (LsProcess *self)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait_check (self->process, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (self->process);
  g_free (self->url);
  g_free (self);
}

const gchar *
ls_process_get_url (const LsProcess *self)
{
  return self->url;
}

static void
message_cb (SoupWebsocketConnection *socket, gint type, GBytes *message,
    gpointer user_data)
{
  LsClient *self = user_data;
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  node = json_from_string (g_bytes_get_data (message, NULL), &error);
  g_assert_no_error (error);
  g_ptr_array_add (self->events, node);
}

static void
closed_cb (SoupWebsocketConnection *socket, gpointer user_data)
{
  LsClient *self = user_data;

  self->closed = TRUE;
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LsClient *self = user_data;

  self->socket = soup_session_websocket_connect_finish (
      SOUP_SESSION (source), result, &self->error);
  self->connected = TRUE;
  if (self->socket == NULL)
    return;
  soup_websocket_connection_set_max_incoming_payload_size (
      self->socket, 16 * 1024 * 1024);
  g_signal_connect (self->socket, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (closed_cb), self);
}

LsClient *
ls_client_connect (const LsProcess *server, const gchar *query,
    const gchar *authority, const gchar *header, GError **error)
{
  g_autofree gchar *url = g_strconcat (server->url, query, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  LsClient *self = g_new0 (LsClient, 1);
  gint64 deadline = deadline_from_now ();

  self->events
      = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  self->session = soup_session_new ();
  soup_session_set_proxy_resolver (self->session, NULL);
  if (authority != NULL) {
    g_autoptr (GTlsDatabase) trusted
        = g_tls_file_database_new (authority, error);

    g_assert_nonnull (trusted);
    soup_session_set_tls_database (self->session, trusted);
  }
  if (header != NULL) {
    g_auto (GStrv) parts = g_strsplit (header, ": ", 2);

    soup_message_headers_append (
        soup_message_get_request_headers (message), parts[0], parts[1]);
  }
  soup_session_websocket_connect_async (self->session, message, NULL, NULL,
      G_PRIORITY_DEFAULT, NULL, connected_cb, self);
  while (!self->connected)
    iterate (deadline, "a connection");
  if (self->socket == NULL) {
    g_propagate_error (error, g_steal_pointer (&self->error));
    ls_client_free (self);
    return NULL;
  }
  return self;
}

LsClient *
ls_client_join (const LsProcess *server)
{
  g_autoptr (GError) error = NULL;
  LsClient *self
      = ls_client_connect (server, "?model=gpt-realtime", NULL, NULL, &error);

  g_assert_no_error (error);
  ls_client_expect (self, "session.created");
  return self;
}

void
ls_client_free (LsClient *self)
{
  if (self->socket != NULL) {
    if (!self->closed) {
      if (soup_websocket_connection_get_state (self->socket)
          == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (self->socket, 1000, NULL);
      ls_client_wait_close (self);
    }
    g_signal_handlers_disconnect_by_data (self->socket, self);
    g_object_unref (self->socket);
  }
  g_object_unref (self->session);
  g_ptr_array_unref (self->events);
  g_free (self);
}

void
ls_client_send (LsClient *self, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  soup_websocket_connection_send_text (self->socket, text);
}

void
ls_client_update (LsClient *self, const gchar *fields)
{
  ls_client_send (self,
      "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",%s}}",
      fields);
}

void
ls_client_append (LsClient *self, const guint8 *bytes, gsize n)
{
  g_autofree gchar *base64 = g_base64_encode (bytes, n);

  ls_client_send (self,
      "{\"type\":\"input_audio_buffer.append\",\"audio\":\"%s\"}", base64);
}

static gboolean
pause_over_cb (gpointer user_data)
{
  gboolean *over = user_data;

  *over = TRUE;
  return G_SOURCE_REMOVE;
}

void
ls_client_speak (LsClient *self, const GArray *samples, guint pause_ms)
{
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autoptr (LsResample) resample = ls_resample_new (16000, 24000);
  guint at;

  ls_resample_push (
      resample, (const gint16 *) samples->data, samples->len, out);
  ls_resample_flush (resample, out);
  for (at = 0; at < out->len; at += PIECE_SAMPLES) {
    gboolean over = FALSE;

    ls_client_append (self, (const guint8 *) (out->data + at * 2),
        MIN (PIECE_SAMPLES, out->len - at) * 2);
    g_timeout_add (pause_ms, pause_over_cb, &over);
    while (!over)
      g_main_context_iteration (NULL, TRUE);
  }
}

static JsonObject *
event_at (const LsClient *self, guint index)
{
  return json_node_get_object (g_ptr_array_index (self->events, index));
}

static const gchar *
type_at (const LsClient *self, guint index)
{
  return json_object_get_string_member (event_at (self, index), "type");
}

static void
print_events (const LsClient *self)
{
  guint i;

  for (i = 0; i < self->events->len; i++) {
    g_autofree gchar *text
        = json_to_string (g_ptr_array_index (self->events, i), FALSE);

    g_printerr ("%u %.300s\n", i, text);
  }
}

static JsonObject *
next_event (LsClient *self, gint64 deadline, const gchar *type)
{
  while (self->read == self->events->len) {
    if (self->closed || g_get_monotonic_time () > deadline)
      print_events (self);
    if (self->closed)
      g_error ("the server closed instead of sending %s", type);
    iterate (deadline, type);
  }
  return event_at (self, self->read++);
}

JsonObject *
ls_client_next (LsClient *self)
{
  return next_event (self, deadline_from_now (), "anything");
}

JsonObject *
ls_client_wait (LsClient *self, const gchar *type)
{
  gint64 deadline = deadline_from_now ();
  JsonObject *event;

  do
    event = next_event (self, deadline, type);
  while (!g_str_equal (json_object_get_string_member (event, "type"), type));
  return event;
}

JsonObject *
ls_client_expect (LsClient *self, const gchar *type)
{
  JsonObject *event = next_event (self, deadline_from_now (), type);

  if (!g_str_equal (json_object_get_string_member (event, "type"), type))
    print_events (self);
  g_assert_cmpstr (json_object_get_string_member (event, "type"), ==, type);
  return event;
}

JsonObject *
ls_client_expect_error (LsClient *self, const gchar *code)
{
  JsonObject *event = ls_client_expect (self, "error");

  g_assert_cmpstr (ls_json_string (event, "error.code"), ==, code);
  return event;
}

gushort
ls_client_wait_close (LsClient *self)
{
  gint64 deadline = deadline_from_now ();

  while (!self->closed)
    iterate (deadline, "the close");
  return soup_websocket_connection_get_close_code (self->socket);
}

guint
ls_client_count (LsClient *self, const gchar *type)
{
  guint i, count = 0;

  for (i = 0; i < self->events->len; i++)
    count += g_str_equal (type_at (self, i), type);
  return count;
}

GByteArray *
ls_client_collect_audio (LsClient *self, const gchar *response_id)
{
  GByteArray *audio = g_byte_array_new ();
  guint i;

  for (i = 0; i < self->events->len; i++) {
    JsonObject *event = event_at (self, i);
    g_autofree guchar *bytes = NULL;
    gsize n;

    if (!g_str_has_suffix (type_at (self, i), ".output_audio.delta")
        || (response_id != NULL
            && !g_str_equal (
                ls_json_string (event, "response_id"), response_id)))
      continue;
    bytes = g_base64_decode (ls_json_string (event, "delta"), &n);
    g_byte_array_append (audio, bytes, n);
  }
  return audio;
}

static JsonNode *
find_member (JsonObject *object, const gchar *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonNode *node = NULL;
  guint i;

  for (i = 0; names[i] != NULL; i++) {
    if (i > 0) {
      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        return NULL;
      object = json_node_get_object (node);
    }
    node = json_object_get_member (object, names[i]);
  }
  return node;
}

const gchar *
ls_json_string (JsonObject *object, const gchar *path)
{
  JsonNode *node = find_member (object, path);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    g_error ("there is no string %s", path);
  return json_node_get_string (node);
}

gint64
ls_json_int (JsonObject *object, const gchar *path)
{
  JsonNode *node = find_member (object, path);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_INT64)
    g_error ("there is no integer %s", path);
  return json_node_get_int (node);
}

JsonObject *
ls_json_object (JsonObject *object, const gchar *path)
{
  JsonNode *node = find_member (object, path);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}
