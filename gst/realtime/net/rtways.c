/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A proxy that cannot be understood is an error: to go without it would be
 * what somebody forbade.  I/O thread; never waits.
 */
#include "rtways.h"

#include <string.h>

static GPtrArray *
ways_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) rt_proxy_free);
}

/* Adds what `text` says; `source` names whose word it is. */
static gboolean
add_way (
    GPtrArray *ways, const gchar *text, const gchar *source, GError **error)
{
  RtProxy *proxy;

  if (strcmp (text, "direct://") == 0) {
    g_ptr_array_add (ways, NULL);
    return TRUE;
  }
  proxy = rt_proxy_new (text, error);
  if (proxy == NULL) {
    g_prefix_error (error, "%s: ", source);
    return FALSE;
  }
  g_ptr_array_add (ways, proxy);
  return TRUE;
}

/* the environment */

static const gchar *
get_variable (const gchar *const *names, const gchar **found)
{
  const gchar *value;
  gsize i;

  for (i = 0; names[i] != NULL; i++) {
    value = g_getenv (names[i]);
    if (value != NULL && *value != '\0') {
      if (found != NULL)
        *found = names[i];
      return value;
    }
  }
  return NULL;
}

/* "host", ".host", "*.host", with a port perhaps; an address or a network. */
static gboolean
matches (const RtUrl *url, const gchar *entry)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (url->host);
  g_autoptr (GInetAddressMask) mask
      = g_inet_address_mask_new_from_string (entry, NULL);
  g_autofree gchar *name = NULL;
  gchar *colon, *end;

  if (strcmp (entry, "*") == 0)
    return TRUE;
  if (mask != NULL)
    return address != NULL && g_inet_address_mask_matches (mask, address);
  if (g_str_has_prefix (entry, "*."))
    entry++;
  name = g_strdup (entry + strspn (entry, ".["));
  colon = strrchr (name, ':');
  if (colon != NULL) {
    if (g_ascii_strtoull (colon + 1, &end, 10) != url->port || *end != '\0')
      return FALSE;
    *colon = '\0';
  }
  if (g_str_has_suffix (name, "]"))
    name[strlen (name) - 1] = '\0';
  if (address != NULL)
    return g_ascii_strcasecmp (name, url->host) == 0;
  return *name != '\0' && rt_host_is_within (url->host, name);
}

static gboolean
is_excepted (const RtUrl *url)
{
  static const gchar *const names[] = { "no_proxy", "NO_PROXY", NULL };
  const gchar *list = get_variable (names, NULL);
  g_auto (GStrv) entries = g_strsplit_set (list != NULL ? list : "", ", ", -1);
  gsize i;

  for (i = 0; entries[i] != NULL; i++)
    if (*entries[i] != '\0' && matches (url, entries[i]))
      return TRUE;
  return FALSE;
}

GPtrArray *
rt_ways_of_environment (const RtUrl *url, GError **error)
{
  static const gchar *const plain[]
      = { "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", NULL };
  static const gchar *const secure[] = { "https_proxy", "HTTPS_PROXY",
    "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY", NULL };
  const gchar *name, *value = get_variable (url->tls ? secure : plain, &name);
  g_autoptr (GPtrArray) ways = ways_new ();
  g_autofree gchar *text = NULL;

  if (value == NULL)
    return NULL;
  if (is_excepted (url))
    g_ptr_array_add (ways, NULL);
  else {
    /* often written without its scheme */
    text = strstr (value, "://") != NULL ? g_strdup (value)
                                         : g_strconcat ("http://", value, NULL);
    if (!add_way (ways, text, name, error))
      return NULL;
  }
  return g_steal_pointer (&ways);
}

/* the desktop */

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) ways = ways_new ();
  g_auto (GStrv) list = NULL;
  GError *error = NULL;
  gsize i;

  list = g_proxy_resolver_lookup_finish (
      G_PROXY_RESOLVER (source), result, &error);
  for (i = 0; list != NULL && list[i] != NULL && error == NULL; i++)
    add_way (ways, list[i], "the system's proxy settings", &error);
  if (error != NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (ways->len == 0)
    g_ptr_array_add (ways, NULL);
  g_task_return_pointer (
      task, g_steal_pointer (&ways), (GDestroyNotify) g_ptr_array_unref);
}

/* The settings' library starts a thread once, and ends the process when it
 * cannot. */
static gboolean
has_resolver (GError **error)
{
  static gint started; /* atomic */

  if (g_atomic_int_get (&started))
    return TRUE;
  if (!rt_loop_probe_process (error))
    return FALSE;
  g_proxy_resolver_get_default ();
  g_atomic_int_set (&started, TRUE);
  return TRUE;
}

/* The scheme tells which of the settings is meant. */
static void
ask_system (GTask *task, const RtUrl *url)
{
  GError *error = NULL;
  g_autofree gchar *uri = g_uri_join (G_URI_FLAGS_NONE,
      url->tls ? "https" : "http", NULL, url->host, url->port, "", NULL, NULL);

  if (has_resolver (&error))
    g_proxy_resolver_lookup_async (g_proxy_resolver_get_default (), uri,
        g_task_get_cancellable (task), looked_up_cb, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

void
rt_ways_find_async (const RtConnectParams *params, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GPtrArray *ways = NULL;
  GError *error = NULL;

  if (params->proxy != NULL) {
    ways = ways_new ();
    add_way (ways, params->proxy, "proxy", &error);
  } else {
    ways = rt_ways_of_environment (params->url, &error);
    if (ways == NULL && error == NULL) {
      ask_system (task, params->url);
      return;
    }
  }
  if (error == NULL) {
    g_task_return_pointer (task, ways, (GDestroyNotify) g_ptr_array_unref);
  } else {
    g_clear_pointer (&ways, g_ptr_array_unref);
    g_task_return_error (task, error);
  }
}

GPtrArray *
rt_ways_find_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
