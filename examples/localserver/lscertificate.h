/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A certificate for this machine's loopback, and the authority that signs it.
 * Made anew at each start; no key is ever written. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* authority_pem: what a client has to trust */
GTlsCertificate *ls_certificate_new (gchar **authority_pem, GError **error);

G_END_DECLS
