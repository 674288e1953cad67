/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The door. As with the service, a bad key or query is not refused by HTTP:
 * the socket opens, an error says why, and it is closed again. */
#include "lsserver.h"

#include "lsdialect.h"
#include "lsevents.h"

#include <openssl/crypto.h>
#include <string.h>

#define GOODBYE_MS 1000
#define CLOSE_UNAUTHORISED 3000

struct _LsServer {
  const LsServerSettings *settings;
  SoupServer *soup;
  GPtrArray *sessions;
};

static void
session_closed (LsSession *session, gpointer user_data)
{
  LsServer *self = user_data;

  g_ptr_array_remove_fast (self->sessions, session);
}

/* takes the fault; the socket keeps itself until it is closed */
static void
turn_away (LsServer *self, SoupWebsocketConnection *socket, LsFault *fault,
    gushort code)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *text = NULL;
  g_autofree gchar *reason
      = g_strconcat ("invalid_request_error.", fault->code, NULL);

  json_node_take_object (node,
      self->settings->services.dialect->say (ls_event_error (fault, NULL)));
  text = json_to_string (node, FALSE);
  g_signal_connect (
      g_object_ref (socket), "closed", G_CALLBACK (g_object_unref), NULL);
  soup_websocket_connection_send_text (socket, text);
  soup_websocket_connection_close (socket, code, reason);
  ls_fault_free (fault);
}

static gboolean
has_key (const LsServer *self, const LsHandshake *handshake)
{
  const gchar *given = ls_handshake_header (handshake, "api-key");
  const gchar *bearer = ls_handshake_header (handshake, "Authorization");
  gsize length = strlen (self->settings->key);

  if (given == NULL && bearer != NULL
      && g_ascii_strncasecmp (bearer, "Bearer ", 7) == 0)
    given = bearer + 7;
  return given != NULL && strlen (given) == length
         && CRYPTO_memcmp (given, self->settings->key, length) == 0;
}

static void
socket_opened_cb (SoupServer *soup, SoupServerMessage *message,
    const char *path, SoupWebsocketConnection *socket, gpointer user_data)
{
  LsServer *self = user_data;
  const LsDialect *dialect = self->settings->services.dialect;
  const gchar *asked = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) query
      = asked != NULL ? soup_form_decode (asked) : NULL;
  const LsHandshake handshake
      = { query, soup_server_message_get_request_headers (message) };
  const gchar *model = NULL;
  LsFault *fault;

  /* libsoup gives a handler everything below its path as well */
  if (!g_str_equal (path, dialect->path)) {
    turn_away (self, socket,
        ls_fault_new (
            "invalid_value", "path", "Unknown request URL: '%s'.", path),
        LS_CLOSE_BAD_REQUEST);
    return;
  }
  if (self->settings->key != NULL && !has_key (self, &handshake)) {
    turn_away (self, socket,
        ls_fault_new ("invalid_api_key", NULL, "Incorrect API key provided."),
        CLOSE_UNAUTHORISED);
    return;
  }
  fault = dialect->admit (&handshake, &model);
  if (fault != NULL) {
    turn_away (self, socket, fault, LS_CLOSE_BAD_REQUEST);
    return;
  }
  g_ptr_array_add (
      self->sessions, ls_session_new (socket, &self->settings->services, model,
                          session_closed, self));
}

static gboolean
listen (LsServer *self, GError **error)
{
  const LsServerSettings *settings = self->settings;
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string (settings->host, settings->port);

  if (address == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "'%s' is not an IP address to listen on", settings->host);
    return FALSE;
  }
  return soup_server_listen (self->soup, address,
      settings->certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0, error);
}

LsServer *
ls_server_new (const LsServerSettings *settings, GError **error)
{
  g_autoptr (LsServer) self = g_new0 (LsServer, 1);
  gchar *protocols[] = { (gchar *) "realtime", NULL };

  self->settings = settings;
  self->sessions
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ls_session_free);
  self->soup = soup_server_new ("tls-certificate", settings->certificate,
      "server-header", "realtime-localserver", NULL);
  /* a compressed frame would slip past the limit of the payload */
  soup_server_remove_websocket_extension (
      self->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_websocket_handler (self->soup,
      settings->services.dialect->path, NULL, protocols, socket_opened_cb, self,
      NULL);
  return listen (self, error) ? g_steal_pointer (&self) : NULL;
}

static gboolean
goodbye_over_cb (gpointer user_data)
{
  gboolean *over = user_data;

  *over = TRUE;
  return G_SOURCE_REMOVE;
}

/* the close frames go out and are answered, by whoever still listens */
static void
wait_for_goodbyes (LsServer *self)
{
  gboolean over = FALSE;
  guint deadline = g_timeout_add (GOODBYE_MS, goodbye_over_cb, &over);

  while (self->sessions->len > 0 && !over)
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (deadline);
}

void
ls_server_free (LsServer *self)
{
  guint i;

  soup_server_disconnect (self->soup); /* nobody else may come */
  for (i = 0; i < self->sessions->len; i++)
    ls_session_close (g_ptr_array_index (self->sessions, i),
        SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "The server is stopped.");
  wait_for_goodbyes (self);
  g_ptr_array_unref (self->sessions);
  g_object_unref (self->soup);
  g_free (self);
}

gchar *
ls_server_get_url (const LsServer *self)
{
  GSList *uris = soup_server_get_uris (self->soup);
  GUri *uri = uris->data;
  gchar *url;

  url = g_strdup_printf (strchr (g_uri_get_host (uri), ':') != NULL
                             ? "%s://[%s]:%d%s"
                             : "%s://%s:%d%s",
      self->settings->certificate != NULL ? "wss" : "ws", g_uri_get_host (uri),
      g_uri_get_port (uri), self->settings->services.dialect->path);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return url;
}
