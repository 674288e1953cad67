/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings: their checks, and the road from them to connection parameters.
 * Any thread; keys are wiped where they were copied.
 */
#include "gstrealtimesettings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rtjson.h"

#define MAX_KEY_SIZE 16384

#define SET_SETTINGS_ERROR(error, ...) \
  g_set_error (                        \
      error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, __VA_ARGS__)

void
gst_realtime_settings_free_key (gchar *key)
{
  if (key != NULL)
    explicit_bzero (key, strlen (key));
  g_free (key);
}

static gboolean
wipe_field (GQuark field, const GValue *value, gpointer user_data)
{
  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    explicit_bzero ((gchar *) g_value_get_string (value),
        strlen (g_value_get_string (value)));
  return TRUE;
}

void
gst_realtime_settings_free_headers (GstStructure *headers)
{
  if (headers == NULL)
    return;
  gst_structure_foreach (headers, wipe_field, NULL);
  gst_structure_free (headers);
}

GstRealtimeSettings *
gst_realtime_settings_new (void)
{
  GstRealtimeSettings *settings = g_new0 (GstRealtimeSettings, 1);

  settings->config = rt_session_config_new ();
  return settings;
}

void
gst_realtime_settings_free (GstRealtimeSettings *settings)
{
  g_free (settings->uri);
  gst_realtime_settings_free_key (settings->api_key);
  g_free (settings->api_key_file);
  gst_realtime_settings_free_headers (settings->extra_headers);
  gst_realtime_settings_free_key (settings->proxy);
  g_free (settings->tls_ca_file);
  g_free (settings->tls_certificate);
  g_free (settings->tls_private_key);
  g_free (settings->tls_pins);
  rt_session_config_free (settings->config);
  g_free (settings);
}

GstRealtimeSettings *
gst_realtime_settings_copy (const GstRealtimeSettings *settings)
{
  GstRealtimeSettings *copy
      = g_memdup2 (settings, sizeof (GstRealtimeSettings));

  copy->uri = g_strdup (settings->uri);
  copy->api_key = g_strdup (settings->api_key);
  copy->api_key_file = g_strdup (settings->api_key_file);
  if (settings->extra_headers != NULL)
    copy->extra_headers = gst_structure_copy (settings->extra_headers);
  copy->proxy = g_strdup (settings->proxy);
  copy->tls_ca_file = g_strdup (settings->tls_ca_file);
  copy->tls_certificate = g_strdup (settings->tls_certificate);
  copy->tls_private_key = g_strdup (settings->tls_private_key);
  copy->tls_pins = g_strdup (settings->tls_pins);
  copy->config = rt_session_config_copy (settings->config);
  return copy;
}

const RtDialect *
gst_realtime_settings_dialect (const GstRealtimeSettings *settings)
{
  switch ((GstRealtimeProtocol) settings->protocol) {
    case GST_REALTIME_PROTOCOL_REALTIME_V2:
      return &rt_dialect_v2;
    case GST_REALTIME_PROTOCOL_REALTIME_V1:
      return &rt_dialect_v1;
    case GST_REALTIME_PROTOCOL_SESSION_CREATE:
      return &rt_dialect_create;
  }
  g_return_val_if_reached (&rt_dialect_v2);
}

static gboolean
check_text (const gchar *name, const gchar *value, GError **error)
{
  if (value == NULL || g_utf8_validate (value, -1, NULL))
    return TRUE;
  SET_SETTINGS_ERROR (error, "The property '%s' is not valid UTF-8", name);
  return FALSE;
}

static gboolean
check_header_text (const gchar *name, const gchar *value, GError **error)
{
  if (value == NULL || rt_header_value_is_valid (value))
    return TRUE;
  SET_SETTINGS_ERROR (
      error, "The property '%s' has a character that no header may have", name);
  return FALSE;
}

static gboolean
check_json (const gchar *name, const gchar *value,
    JsonNode *(*parse) (const gchar *, gsize, GError **), GError **error)
{
  g_autoptr (GError) why = NULL;
  JsonNode *node;

  if (value == NULL)
    return TRUE;
  node = parse (value, strlen (value), &why);
  if (node == NULL) {
    SET_SETTINGS_ERROR (
        error, "The property '%s' is malformed: %s", name, why->message);
    return FALSE;
  }
  json_node_unref (node);
  return TRUE;
}

/* Is asked for again whenever a property changes under a running session. */
gboolean
gst_realtime_settings_check_session (
    const GstRealtimeSettings *settings, GError **error)
{
  const RtSessionConfig *config = settings->config;

  return check_text ("prompt", config->prompt, error)
         && check_text ("voice", config->voice, error)
         && check_text (
             "transcription-model", config->transcription_model, error)
         && check_text (
             "transcription-language", config->transcription_language, error)
         && check_text (
             "transcription-prompt", config->transcription_prompt, error)
         && check_text ("tool-choice", config->tool_choice, error)
         && check_text ("handoff-tool", config->handoff_tool, error)
         && check_json ("tools", config->tools, rt_json_parse_array, error)
         && check_json ("session-options", config->session_options,
             rt_json_parse_object, error);
}

typedef struct {
  GPtrArray *pairs;
  gchar *bad; /* why a header was refused */
} HeaderWalk;

static gboolean
add_header (GQuark field, const GValue *value, gpointer user_data)
{
  HeaderWalk *walk = user_data;
  const gchar *name = g_quark_to_string (field);
  const gchar *why = NULL;

  if (!G_VALUE_HOLDS_STRING (value) || g_value_get_string (value) == NULL)
    why = "its value is not a string";
  else if (!rt_header_value_is_valid (g_value_get_string (value)))
    why = "its value has a control character";
  else
    rt_header_name_is_allowed (name, &why);
  if (why != NULL) {
    walk->bad = g_strdup_printf ("'%s': %s", name, why);
    return FALSE;
  }
  g_ptr_array_add (walk->pairs, g_strdup (name));
  g_ptr_array_add (walk->pairs, g_value_dup_string (value));
  return TRUE;
}

/* The dialect's headers and then the user's, as name, value, …, NULL. */
static GStrv
collect_headers (const GstRealtimeSettings *settings, GError **error)
{
  HeaderWalk walk = { g_ptr_array_new_with_free_func (
                          (GDestroyNotify) gst_realtime_settings_free_key),
    NULL };
  g_auto (GStrv) own
      = gst_realtime_settings_dialect (settings)->headers (settings->config);
  guint i;

  for (i = 0; own != NULL && own[i] != NULL; i++)
    g_ptr_array_add (walk.pairs, g_strdup (own[i]));
  if (settings->extra_headers != NULL)
    gst_structure_foreach (settings->extra_headers, add_header, &walk);
  if (walk.bad != NULL) {
    SET_SETTINGS_ERROR (error,
        "The property 'extra-headers' is malformed: header %s", walk.bad);
    g_free (walk.bad);
    g_ptr_array_unref (walk.pairs);
    return NULL;
  }
  g_ptr_array_add (walk.pairs, NULL);
  return (GStrv) g_ptr_array_free (walk.pairs, FALSE);
}

static RtUrl *
build_url (const GstRealtimeSettings *settings, GError **error)
{
  const RtDialect *dialect = gst_realtime_settings_dialect (settings);
  g_autoptr (GError) why = NULL;
  g_auto (GStrv) query = dialect->query (settings->config);
  RtUrl *url;

  if (settings->uri == NULL) {
    SET_SETTINGS_ERROR (error, "The property 'uri' is not set");
    return NULL;
  }
  url = rt_url_build (settings->uri, dialect->default_path,
      (dialect->flags & RT_DIALECT_COMPLETE_URL) != 0,
      (const gchar *const *) query, dialect->query_barred (settings->config),
      &why);
  if (url == NULL)
    SET_SETTINGS_ERROR (
        error, "The property 'uri' is malformed: %s", why->message);
  return url;
}

/* A key of the environment goes only to the host that it belongs to. */
static gchar *
key_of_environment (const gchar *host)
{
  static const struct {
    const gchar *domain;
    const gchar *variable;
  } table[] = {
    { "openai.com", "OPENAI_API_KEY" },
    { "azure.com", "AZURE_OPENAI_API_KEY" },
    { NULL, "REALTIME_API_KEY" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    const gchar *key = g_getenv (table[i].variable);

    if (key != NULL && *key != '\0'
        && (table[i].domain == NULL
            || rt_host_is_within (host, table[i].domain)))
      return g_strdup (key);
  }
  return NULL;
}

/* What is in the file, up to a byte more than a key may have; -1: errno. */
static gssize
read_file (const gchar *path, gchar *buffer, struct stat *info)
{
  /* a pipe that nobody fills must not hold up a state change */
  gint fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gsize size = 0;
  gssize n = -1;
  gint saved;

  if (fd < 0)
    return -1;
  if (fstat (fd, info) == 0)
    do {
      n = read (fd, buffer + size, MAX_KEY_SIZE + 1 - size);
      size += MAX (n, 0);
    } while (n > 0 || (n < 0 && errno == EINTR));
  saved = errno;
  close (fd);
  errno = saved;
  return n < 0 ? -1 : (gssize) size;
}

/* Read into one buffer, all of which is wiped. */
static gchar *
key_of_file (const gchar *path, gchar **warning, GError **error)
{
  gchar *buffer = g_malloc0 (MAX_KEY_SIZE + 2);
  struct stat info = { 0 };
  gssize size = read_file (path, buffer, &info);
  gchar *key = NULL;

  if (size < 0)
    SET_SETTINGS_ERROR (
        error, "The property 'api-key-file': %s: %s", path, g_strerror (errno));
  else if (size > MAX_KEY_SIZE)
    SET_SETTINGS_ERROR (
        error, "The property 'api-key-file': %s is too large", path);
  else if (*g_strstrip (buffer) == '\0')
    SET_SETTINGS_ERROR (
        error, "The property 'api-key-file': %s is empty", path);
  else
    key = g_strdup (buffer);
  explicit_bzero (buffer, MAX_KEY_SIZE + 2);
  g_free (buffer);
  if (key != NULL && warning != NULL && (info.st_mode & S_IROTH) != 0)
    *warning = g_strdup_printf (
        "The key file %s can be read by every user of this machine", path);
  return key;
}

static gboolean
find_key (const GstRealtimeSettings *settings, const gchar *asked,
    const RtUrl *url, gchar **key, gchar **warning, GError **error)
{
  *key = NULL;
  if (settings->auth == GST_REALTIME_AUTH_NONE)
    return TRUE;
  if (asked != NULL)
    *key = g_strdup (asked);
  else if (settings->api_key_file != NULL) {
    *key = key_of_file (settings->api_key_file, warning, error);
    if (*key == NULL)
      return FALSE;
  } else if (settings->api_key != NULL)
    *key = g_strdup (settings->api_key);
  else
    *key = key_of_environment (url->host);

  if (*key == NULL) {
    /* servers of one's own often want none; these are known to want one */
    if (!rt_host_is_within (url->host, "openai.com")
        && !rt_host_is_within (url->host, "azure.com"))
      return TRUE;
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
        "There is no API key for %s: set 'api-key-file', 'api-key' or the "
        "environment",
        url->host);
    return FALSE;
  }
  if (!rt_header_value_is_valid (*key)) {
    SET_SETTINGS_ERROR (error,
        "The API key has a character that no header may have (property "
        "'api-key' or its source)");
    return FALSE;
  }
  if (!url->tls && !settings->allow_insecure_auth
      && !rt_host_is_loopback (url->host)) {
    SET_SETTINGS_ERROR (error,
        "A key is not sent in the clear to %s: use wss:// or set "
        "'allow-insecure-auth'",
        url->host);
    return FALSE;
  }
  return TRUE;
}

static RtConnectParams *
params_without_key (const GstRealtimeSettings *settings, GError **error)
{
  g_autoptr (RtConnectParams) params = rt_connect_params_new ();

  params->url = build_url (settings, error);
  if (params->url == NULL)
    return NULL;
  params->headers = collect_headers (settings, error);
  if (params->headers == NULL)
    return NULL;
  params->tls_ca_file = g_strdup (settings->tls_ca_file);
  params->tls_certificate = g_strdup (settings->tls_certificate);
  params->tls_private_key = g_strdup (settings->tls_private_key);
  params->tls_pins = g_strdup (settings->tls_pins);
  params->proxy = g_strdup (settings->proxy);
  params->connect_timeout = settings->connect_timeout;
  params->keepalive_interval = settings->keepalive_interval;
  return g_steal_pointer (&params);
}

RtConnectParams *
gst_realtime_settings_connect_params (const GstRealtimeSettings *settings,
    const gchar *asked, gchar **warning, GError **error)
{
  g_autoptr (RtConnectParams) params = params_without_key (settings, error);

  if (params == NULL)
    return NULL;
  if (!find_key (settings, asked, params->url, &params->secret, warning, error))
    return NULL;
  if (params->secret != NULL)
    params->auth_header = g_strdup (settings->auth == GST_REALTIME_AUTH_API_KEY
                                        ? "api-key"
                                        : "Authorization");
  return g_steal_pointer (&params);
}

gboolean
gst_realtime_settings_check (
    const GstRealtimeSettings *settings, GError **error)
{
  g_autoptr (RtConnectParams) params = NULL;
  g_autoptr (GError) why = NULL;

  if (!gst_realtime_settings_check_session (settings, error)
      || !check_text ("model", settings->config->model, error)
      || !check_header_text (
          "conversation-id", settings->config->conversation_id, error)
      || !check_header_text ("api-key", settings->api_key, error))
    return FALSE;
  params = params_without_key (settings, error);
  if (params == NULL)
    return FALSE;
  if (!rt_connect_params_check (params, &why)) {
    SET_SETTINGS_ERROR (error, "%s", why->message);
    return FALSE;
  }
  return TRUE;
}
