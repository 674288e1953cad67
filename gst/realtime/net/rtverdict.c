/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which end an error on the road is, and what a user can do about it.  Pure.
 */
#include "rtverdict.h"
#include "rthttp.h"
#include "rttls.h"

RtEnd *
rt_verdict_on_connect (
    const RtConnectParams *params, gboolean proxy, const GError *error)
{
  return rt_end_new (params, proxy ? RT_END_PROXY : RT_END_UNREACHABLE, "%s%s",
      proxy ? "proxy: " : "", error->message);
}

static RtEnd *
lost (const RtConnectParams *params, const gchar *text)
{
  RtEnd *end = rt_end_new (params, RT_END_LOST, "%s%s", text,
      params->url->tls ? "" : " (does the server want wss?)");

  end->close_code = 1006;
  return end;
}

static RtEnd *
certificate_wanted (const RtConnectParams *params)
{
  return rt_end_new (params, RT_END_TLS,
      "the server wants a client certificate (tls-certificate)");
}

RtEnd *
rt_verdict_on_handshake (
    const RtConnectParams *params, GTlsConnection *tls, const GError *error)
{
  const gchar *text = rt_tls_explain (tls);

  if (text != NULL)
    return rt_end_new (params, RT_END_TLS, "%s", text);
  /* what HTTP is to GnuTLS depends on its first bytes */
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS)
      || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC))
    return rt_end_new (params, RT_END_PROTOCOL, "%s (does the server want ws?)",
        error->message);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED))
    return certificate_wanted (params);
  if (error->domain == G_IO_ERROR
      || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return lost (params, error->message);
  return rt_end_new (params, RT_END_TLS, "%s", error->message);
}

/* A missing client certificate is told only now with TLS 1.3. */
RtEnd *
rt_verdict_on_upgrade (const RtConnectParams *params, const GError *error)
{
  if (g_error_matches (error, RT_HTTP_ERROR, RT_HTTP_ERROR_GARBAGE)
      || g_error_matches (error, RT_HTTP_ERROR, RT_HTTP_ERROR_TLS))
    return rt_end_new (params, RT_END_PROTOCOL, "%s", error->message);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED))
    return certificate_wanted (params);
  return lost (params, error->message);
}
