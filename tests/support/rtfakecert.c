/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A certificate authority for one test.
 */
#include "rtfakecert.h"

#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#define DAY (24 * 60 * 60)

typedef struct {
  const gchar *name;
  const gchar *alt_names; /* NULL: none */
  glong serial;
  gboolean authority;
  gboolean expired;
} Request;

static void
die (const gchar *what)
{
  g_error ("making a test certificate: %s: %s", what,
      ERR_error_string (ERR_get_error (), NULL));
}

static EVP_PKEY *
make_key (void)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");

  if (key == NULL)
    die ("key");
  return key;
}

static void
add_extension (X509 *cert, X509 *issuer, int nid, const gchar *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx (&context, issuer, cert, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  if (extension == NULL || !X509_add_ext (cert, extension, -1))
    die (value);
  X509_EXTENSION_free (extension);
}

/* `issuer` NULL: signs itself with `key`. */
static X509 *
make_cert (
    const Request *request, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
  X509 *cert = X509_new ();
  X509_NAME *name = X509_get_subject_name (cert);

  if (issuer == NULL) {
    issuer = cert;
    issuer_key = key;
  }
  X509_set_version (cert, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (cert), request->serial);
  X509_gmtime_adj (X509_getm_notBefore (cert), -2 * DAY);
  X509_gmtime_adj (X509_getm_notAfter (cert), request->expired ? -DAY : DAY);
  X509_set_pubkey (cert, key);
  X509_NAME_add_entry_by_txt (
      name, "CN", MBSTRING_ASC, (const guchar *) request->name, -1, -1, 0);
  X509_set_issuer_name (cert, X509_get_subject_name (issuer));
  add_extension (cert, issuer, NID_basic_constraints,
      request->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension (cert, issuer, NID_key_usage,
      request->authority ? "critical,keyCertSign,cRLSign"
                         : "critical,digitalSignature");
  add_extension (cert, issuer, NID_subject_key_identifier, "hash");
  if (request->alt_names != NULL)
    add_extension (cert, issuer, NID_subject_alt_name, request->alt_names);
  if (!X509_sign (cert, issuer_key, EVP_sha256 ()))
    die ("signature");
  return cert;
}

/* Either of `cert` and `key` may be NULL. */
static gchar *
write_pem (const gchar *folder, const gchar *file, X509 *cert, EVP_PKEY *key)
{
  gchar *path = g_build_filename (folder, file, NULL);
  FILE *out = g_fopen (path, "w");

  if (out == NULL || (cert != NULL && !PEM_write_X509 (out, cert))
      || (key != NULL
          && !PEM_write_PrivateKey (out, key, NULL, NULL, 0, NULL, NULL))
      || fclose (out) != 0)
    die (path);
  return path;
}

static gchar *
pin_of (X509 *cert)
{
  guchar digest[SHA256_DIGEST_LENGTH];
  guchar *der = NULL;
  int size = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (cert), &der);

  if (size <= 0)
    die ("pin");
  SHA256 (der, size, digest);
  OPENSSL_free (der);
  return g_base64_encode (digest, sizeof digest);
}

RtFakeCert *
rt_fake_cert_new (RtFakeCertFlags flags)
{
  const Request ca_request = { "Test CA", NULL, 1, TRUE, FALSE };
  const Request server_request = {
    .name = "Test server",
    .alt_names = flags & RT_FAKE_CERT_WRONG_HOST
                     ? "DNS:elsewhere.example,IP:192.0.2.1"
                     : "IP:127.0.0.1,DNS:localhost",
    .serial = 2,
    .expired = (flags & RT_FAKE_CERT_EXPIRED) != 0,
  };
  const Request client_request = { "Test client", NULL, 3, FALSE, FALSE };
  g_autoptr (GError) error = NULL;
  RtFakeCert *self = g_new0 (RtFakeCert, 1);
  EVP_PKEY *ca_key = make_key ();
  EVP_PKEY *server_key = make_key ();
  EVP_PKEY *client_key = make_key ();
  X509 *ca = make_cert (&ca_request, ca_key, NULL, NULL);
  gboolean alone = (flags & RT_FAKE_CERT_SELF_SIGNED) != 0;
  X509 *server
      = make_cert (&server_request, server_key, alone ? NULL : ca, ca_key);
  X509 *client = make_cert (&client_request, client_key, ca, ca_key);

  self->folder = g_dir_make_tmp ("rt-test-XXXXXX", &error);
  if (self->folder == NULL)
    g_error ("%s", error->message);
  self->ca_file = write_pem (self->folder, "ca.pem", ca, NULL);
  self->server_file
      = write_pem (self->folder, "server.pem", server, server_key);
  self->client_file = write_pem (self->folder, "client.pem", client, NULL);
  self->client_key_file
      = write_pem (self->folder, "client-key.pem", NULL, client_key);
  self->pin = pin_of (server);

  X509_free (ca);
  X509_free (server);
  X509_free (client);
  EVP_PKEY_free (ca_key);
  EVP_PKEY_free (server_key);
  EVP_PKEY_free (client_key);
  return self;
}

static void
remove_file (gchar *path)
{
  g_unlink (path);
  g_free (path);
}

void
rt_fake_cert_free (RtFakeCert *self)
{
  remove_file (self->ca_file);
  remove_file (self->server_file);
  remove_file (self->client_file);
  remove_file (self->client_key_file);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->pin);
  g_free (self);
}
