/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * URL validation and completion.  Pure; any thread.  No error repeats what was
 * typed: a key may have been pasted into the wrong place.
 */
#include "rturl.h"

#include <string.h>

G_DEFINE_QUARK (rt - url - error - quark, rt_url_error)

/* What may stand in a path or a query as it is; the rest is percent-encoded. */
#define TARGET_CHARS "-._~!$&'()*+,;=:@/?%"
#define MAX_DISPLAY 2048

static gboolean
scheme_lookup (const gchar *scheme, gboolean *tls)
{
  *tls = g_ascii_strcasecmp (scheme, "wss") == 0
         || g_ascii_strcasecmp (scheme, "https") == 0;
  return *tls || g_ascii_strcasecmp (scheme, "ws") == 0
         || g_ascii_strcasecmp (scheme, "http") == 0;
}

static gboolean
has_control_characters (const gchar *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text <= ' ' || *text == 0x7f)
      return TRUE;
  return FALSE;
}

static GUri *
parse (const gchar *uri, GError **error)
{
  g_autoptr (GUri) parsed = NULL;
  gboolean tls;

  if (uri == NULL || has_control_characters (uri)
      || !g_utf8_validate (uri, -1, NULL)) {
    g_set_error_literal (error, RT_URL_ERROR, RT_URL_ERROR_INVALID,
        "the URL has white space or control characters, or is not UTF-8");
    return NULL;
  }
  parsed = g_uri_parse (uri,
      G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY
          | G_URI_FLAGS_ENCODED_FRAGMENT,
      NULL);
  if (parsed == NULL) {
    g_set_error_literal (error, RT_URL_ERROR, RT_URL_ERROR_INVALID,
        "not a URL of the form wss://host/path");
    return NULL;
  }
  if (g_uri_get_userinfo (parsed) != NULL) {
    g_set_error_literal (error, RT_URL_ERROR, RT_URL_ERROR_USERINFO,
        "the URL has a user or a password in it: give the key by itself");
    return NULL;
  }
  if (!scheme_lookup (g_uri_get_scheme (parsed), &tls)) {
    g_set_error_literal (error, RT_URL_ERROR, RT_URL_ERROR_SCHEME,
        "the URL's scheme is none of wss, ws, https and http");
    return NULL;
  }
  return g_steal_pointer (&parsed);
}

static gboolean
is_host_name (const gchar *host)
{
  gsize i;

  for (i = 0; host[i] != '\0'; i++)
    if (!g_ascii_isalnum (host[i]) && strchr ("-._", host[i]) == NULL)
      return FALSE;
  return i > 0 && i <= 253 && host[0] != '.' && strstr (host, "..") == NULL;
}

/* The zone behind the address may be anything. */
static gboolean
is_ipv6_address (const gchar *host)
{
  gsize i;

  for (i = 0; host[i] != '\0'; i++)
    if (!g_ascii_isalnum (host[i]) && strchr (":.%-_~", host[i]) == NULL)
      return FALSE;
  return g_hostname_is_ip_address (host);
}

static gboolean
fill_host (RtUrl *url, GUri *parsed, GError **error)
{
  const gchar *host = g_uri_get_host (parsed);
  g_autofree gchar *ascii = NULL, *shown = NULL;
  gint port = g_uri_get_port (parsed);
  gint standard = url->tls ? 443 : 80;
  gboolean ipv6 = host != NULL && strchr (host, ':') != NULL;

  if (ipv6 && is_ipv6_address (host))
    ascii = g_ascii_strdown (host, -1);
  else if (host != NULL && !ipv6)
    ascii = g_hostname_to_ascii (host);
  if (ascii == NULL || (!ipv6 && !is_host_name (ascii))) {
    g_set_error_literal (error, RT_URL_ERROR, RT_URL_ERROR_HOST,
        "the URL has no host, or one that cannot be");
    return FALSE;
  }
  if (port == 0) {
    g_set_error_literal (
        error, RT_URL_ERROR, RT_URL_ERROR_INVALID, "the URL's port is 0");
    return FALSE;
  }
  url->host = g_ascii_strdown (ascii, -1);
  url->port = port < 0 ? standard : port;
  /* the zone of a link-local address means nothing to the other side */
  if (ipv6)
    shown
        = g_strdup_printf ("[%.*s]", (int) strcspn (url->host, "%"), url->host);
  else
    shown = g_strdup (url->host);
  url->host_header = url->port == standard
                         ? g_strdup (shown)
                         : g_strdup_printf ("%s:%u", shown, url->port);
  return TRUE;
}

static void
append_encoded (GString *out, const gchar *text)
{
  for (; *text != '\0'; text++) {
    if (g_ascii_isalnum (*text) || strchr (TARGET_CHARS, *text) != NULL)
      g_string_append_c (out, *text);
    else
      g_string_append_printf (out, "%%%02X", (guchar) *text);
  }
}

static void
append_path (GString *out, const gchar *path, const gchar *default_path,
    gboolean complete)
{
  if (*path == '\0' || strcmp (path, "/") == 0)
    path = default_path != NULL && *default_path != '\0' ? default_path : "/";
  append_encoded (out, path);
  if (!complete)
    return;
  if (g_str_has_suffix (out->str, "/realtime/"))
    g_string_truncate (out, out->len - 1);
  else if (g_str_has_suffix (out->str, "/v1"))
    g_string_append (out, "/realtime");
  else if (g_str_has_suffix (out->str, "/v1/"))
    g_string_append (out, "realtime");
}

static gboolean
is_taken (
    const gchar *name, const gchar *const *query, const gchar *const *owned)
{
  gsize i;

  for (i = 0; owned != NULL && owned[i] != NULL; i++)
    if (strcmp (owned[i], name) == 0)
      return TRUE;
  for (i = 0; query != NULL && query[i] != NULL; i += 2)
    if (strcmp (query[i], name) == 0)
      return TRUE;
  return FALSE;
}

static gchar *
name_of (const gchar *pair)
{
  return g_uri_unescape_segment (pair, pair + strcspn (pair, "="), NULL);
}

static void
append_query (GString *out, const gchar *present, const gchar *const *query,
    const gchar *const *owned)
{
  gchar mark = '?';
  gsize i;

  if (present != NULL) {
    g_auto (GStrv) pairs = g_strsplit (present, "&", -1);

    for (i = 0; pairs[i] != NULL; i++) {
      g_autofree gchar *name = name_of (pairs[i]);

      if (*pairs[i] == '\0' || (name != NULL && is_taken (name, query, owned)))
        continue;
      g_string_append_c (out, mark);
      append_encoded (out, pairs[i]);
      mark = '&';
    }
  }
  for (i = 0; query != NULL && query[i] != NULL; i += 2) {
    g_autofree gchar *name = g_uri_escape_string (query[i], NULL, FALSE);
    g_autofree gchar *value = g_uri_escape_string (query[i + 1], NULL, FALSE);

    g_string_append_printf (out, "%c%s=%s", mark, name, value);
    mark = '&';
  }
}

static gboolean
is_secret_name (const gchar *name)
{
  static const gchar *const words[]
      = { "key", "token", "secret", "sig", "pass", "auth", "code", NULL };
  g_autofree gchar *lower = g_ascii_strdown (name, -1);
  gsize i;

  for (i = 0; words[i] != NULL; i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* Some servers want their key in the query: its name is shown, not itself. */
static gchar *
make_display (const RtUrl *url)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) halves = g_strsplit (url->target, "?", 2);
  gsize i;

  g_string_printf (
      out, "%s://%s%s", url->tls ? "wss" : "ws", url->host_header, halves[0]);
  if (halves[1] != NULL) {
    g_auto (GStrv) pairs = g_strsplit (halves[1], "&", -1);

    for (i = 0; pairs[i] != NULL; i++) {
      g_autofree gchar *name = name_of (pairs[i]);

      g_string_append_c (out, i == 0 ? '?' : '&');
      if (name == NULL || is_secret_name (name))
        g_string_append_printf (
            out, "%.*s=...", (int) strcspn (pairs[i], "="), pairs[i]);
      else
        g_string_append (out, pairs[i]);
    }
  }
  return rt_redact (out->str, NULL, MAX_DISPLAY);
}

RtUrl *
rt_url_build (const gchar *uri, const gchar *default_path, gboolean complete,
    const gchar *const *query, const gchar *const *owned, GError **error)
{
  g_autoptr (GUri) parsed = NULL;
  g_autoptr (RtUrl) url = g_new0 (RtUrl, 1);
  g_autoptr (GString) target = g_string_new (NULL);

  parsed = parse (uri, error);
  if (parsed == NULL)
    return NULL;
  scheme_lookup (g_uri_get_scheme (parsed), &url->tls);
  if (!fill_host (url, parsed, error))
    return NULL;
  append_path (target, g_uri_get_path (parsed), default_path, complete);
  append_query (target, g_uri_get_query (parsed), query, owned);
  url->target = g_strdup (target->str);
  url->display = make_display (url);
  return g_steal_pointer (&url);
}

void
rt_url_free (RtUrl *url)
{
  if (url == NULL)
    return;
  g_free (url->host);
  g_free (url->host_header);
  g_free (url->target);
  g_free (url->display);
  g_free (url);
}

gboolean
rt_host_is_loopback (const gchar *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL)
    return FALSE;
  address = g_inet_address_new_from_string (host);
  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return rt_host_is_within (host, "localhost");
}

gboolean
rt_host_is_within (const gchar *host, const gchar *domain)
{
  gsize length, domain_length = strlen (domain);

  if (host == NULL)
    return FALSE;
  length = strlen (host);
  if (length > 0 && host[length - 1] == '.')
    length--;
  if (length < domain_length
      || g_ascii_strncasecmp (
             host + length - domain_length, domain, domain_length)
             != 0)
    return FALSE;
  return length == domain_length || host[length - domain_length - 1] == '.';
}
