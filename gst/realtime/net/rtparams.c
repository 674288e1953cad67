/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes into a connection attempt and what comes out of it.  Any thread.
 */
#include "rtend.h"
#include "rtproxy.h"
#include "rttls.h"

#include <openssl/crypto.h>
#include <string.h>

#define MAX_REASON 512

RtConnectParams *
rt_connect_params_new (void)
{
  return g_atomic_rc_box_new0 (RtConnectParams);
}

RtConnectParams *
rt_connect_params_share (RtConnectParams *params)
{
  return g_atomic_rc_box_acquire (params);
}

static void
wipe (gchar *secret)
{
  if (secret != NULL)
    OPENSSL_cleanse (secret, strlen (secret));
  g_free (secret);
}

static void
params_clear (gpointer data)
{
  RtConnectParams *params = data;
  gsize i;

  /* extra headers and a proxy's password are secrets as well */
  for (i = 0; params->headers != NULL && params->headers[i] != NULL; i++)
    OPENSSL_cleanse (params->headers[i], strlen (params->headers[i]));
  g_strfreev (params->headers);
  wipe (params->secret);
  wipe (params->proxy);
  rt_url_free (params->url);
  g_free (params->auth_header);
  g_free (params->tls_ca_file);
  g_free (params->tls_certificate);
  g_free (params->tls_private_key);
  g_free (params->tls_pins);
}

void
rt_connect_params_free (RtConnectParams *params)
{
  if (params != NULL)
    g_atomic_rc_box_release_full (params, params_clear);
}

static gboolean
refuse (GError **error, const gchar *text)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, text);
  return FALSE;
}

static gboolean
check_headers (const RtConnectParams *params, GError **error)
{
  const gchar *why;
  gsize i;

  for (i = 0; params->headers != NULL && params->headers[i] != NULL; i += 2) {
    if (!rt_header_name_is_allowed (params->headers[i], &why)) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "extra-headers: a name is refused: %s", why);
      return FALSE;
    }
    if (params->headers[i + 1] == NULL
        || !rt_header_value_is_valid (params->headers[i + 1]))
      return refuse (error,
          "extra-headers: a value has control characters or is not UTF-8");
  }
  if (params->auth_header != NULL
      && !rt_header_name_is_allowed (params->auth_header, NULL))
    return refuse (error, "auth: not a header name");
  if (params->secret != NULL && !rt_header_value_is_valid (params->secret))
    return refuse (error, "api-key: it has control characters or is not UTF-8");
  return TRUE;
}

static gboolean
check_proxy (const RtConnectParams *params, GError **error)
{
  g_autoptr (RtProxy) proxy = NULL;

  if (params->proxy == NULL || strcmp (params->proxy, "direct://") == 0)
    return TRUE;
  proxy = rt_proxy_new (params->proxy, error);
  if (proxy == NULL)
    g_prefix_error (error, "proxy: ");
  return proxy != NULL;
}

gboolean
rt_connect_params_check (const RtConnectParams *params, GError **error)
{
  if (params->url == NULL)
    return refuse (error, "uri: none given");
  return check_headers (params, error) && check_proxy (params, error)
         && rt_tls_check (params, error);
}

RtEnd *
rt_end_new (
    const RtConnectParams *params, RtEndKind kind, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  RtEnd *end = g_new0 (RtEnd, 1);
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  end->kind = kind;
  end->reason = rt_redact (text, params->secret, MAX_REASON);
  return end;
}

void
rt_end_free (RtEnd *end)
{
  if (end == NULL)
    return;
  g_free (end->reason);
  g_free (end);
}
