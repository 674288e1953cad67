/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A certificate authority for one test, made on the spot: a server's and a
 * client's certificate of it in a temporary folder.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gchar *folder;
  gchar *ca_file;
  gchar *server_file; /* certificate and key */
  gchar *client_file;
  gchar *client_key_file;
  gchar *pin; /* base64 SHA-256 of the server's SubjectPublicKeyInfo */
} RtFakeCert;

typedef enum {
  RT_FAKE_CERT_WRONG_HOST = 1 << 0, /* not for 127.0.0.1 and localhost */
  RT_FAKE_CERT_EXPIRED = 1 << 1,    /* yesterday */
  RT_FAKE_CERT_SELF_SIGNED = 1 << 2,
} RtFakeCertFlags;

/* g_error()s when it cannot be made. */
RtFakeCert *rt_fake_cert_new (RtFakeCertFlags flags);
/* Removes the files. */
void rt_fake_cert_free (RtFakeCert *cert);

G_END_DECLS
