/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: a TLS connection that verifies what the parameters ask
 * for.  The only part that knows certificates.
 */
#pragma once

#include "rttransport.h"

#include <openssl/x509.h>

G_BEGIN_DECLS

/* The files and pins of `params` are usable; any thread. */
gboolean rt_tls_check (const RtConnectParams *params, GError **error);

/* A client connection over `base`, its handshake still to be made. */
GTlsConnection *rt_tls_new (GIOStream *base, GSocketConnectable *identity,
    const RtConnectParams *params, GError **error);
/* Version and pins; to be asked after the handshake and before any byte of
 * the request.  NULL when all is well, else what is wrong. */
const gchar *rt_tls_objection (
    GTlsConnection *connection, const RtConnectParams *params);
/* One of `pins` is the key of `leaf`, or of a CA that it leads to. */
gboolean rt_tls_is_pinned (GTlsCertificate *leaf, const gchar *pins);
/* NULL when OpenSSL cannot read it. */
X509 *rt_tls_to_x509 (GTlsCertificate *certificate);
/* What was wrong with the certificate, NULL if it was not that. */
const gchar *rt_tls_explain (GTlsConnection *connection);

G_END_DECLS
