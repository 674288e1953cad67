/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two P-256 keys and two certificates by OpenSSL, good for a week. */
#include "lscertificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define SECONDS_VALID (7 * 24 * 60 * 60)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static gboolean
add_extension (X509 *certificate, X509 *issuer, gint nid, const gchar *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;
  gboolean added;

  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  if (extension == NULL)
    return FALSE;
  added = X509_add_ext (certificate, extension, -1) == 1;
  X509_EXTENSION_free (extension);
  return added;
}

/* issuer NULL: it signs itself */
static X509 *
issue (const gchar *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
  g_autoptr (X509) certificate = X509_new ();
  X509_NAME *subject = X509_get_subject_name (certificate);
  guint64 serial = 0;
  gboolean ok;

  ok = RAND_bytes ((guchar *) &serial, sizeof serial) == 1
       && X509_set_version (certificate, X509_VERSION_3) == 1
       && ASN1_INTEGER_set_uint64 (
              X509_get_serialNumber (certificate), serial >> 1)
              == 1
       && X509_gmtime_adj (X509_getm_notBefore (certificate), -3600) != NULL
       && X509_gmtime_adj (X509_getm_notAfter (certificate), SECONDS_VALID)
              != NULL
       && X509_NAME_add_entry_by_txt (
              subject, "CN", MBSTRING_ASC, (const guchar *) name, -1, -1, 0)
              == 1
       && X509_set_issuer_name (certificate,
              issuer != NULL ? X509_get_subject_name (issuer) : subject)
              == 1
       && X509_set_pubkey (certificate, key) == 1;
  if (issuer == NULL)
    ok = ok
         && add_extension (certificate, certificate, NID_basic_constraints,
             "critical,CA:TRUE,pathlen:0")
         && add_extension (certificate, certificate, NID_key_usage,
             "critical,keyCertSign,cRLSign")
         && add_extension (
             certificate, certificate, NID_subject_key_identifier, "hash");
  else
    ok = ok
         && add_extension (
             certificate, issuer, NID_basic_constraints, "critical,CA:FALSE")
         && add_extension (
             certificate, issuer, NID_key_usage, "critical,digitalSignature")
         && add_extension (certificate, issuer, NID_ext_key_usage, "serverAuth")
         && add_extension (
             certificate, issuer, NID_authority_key_identifier, "keyid")
         && add_extension (certificate, issuer, NID_subject_alt_name,
             "DNS:localhost,IP:127.0.0.1,IP:::1");
  ok = ok && X509_sign (certificate, issuer_key, EVP_sha256 ()) > 0;
  return ok ? g_steal_pointer (&certificate) : NULL;
}

static gchar *
read_all (BIO *bio)
{
  gchar *data = NULL;
  glong length = BIO_get_mem_data (bio, &data);

  return g_strndup (data, length);
}

GTlsCertificate *
ls_certificate_new (gchar **authority_pem, GError **error)
{
  g_autoptr (EVP_PKEY) authority_key = EVP_EC_gen ("P-256");
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) authority = NULL;
  g_autoptr (X509) certificate = NULL;
  g_autoptr (BIO) public_part = BIO_new (BIO_s_mem ());
  g_autoptr (BIO) whole = BIO_new (BIO_s_mem ());
  g_autofree gchar *pem = NULL;

  if (authority_key != NULL && key != NULL)
    authority = issue (
        "realtime-localserver authority", authority_key, NULL, authority_key);
  if (authority != NULL)
    certificate = issue ("localhost", key, authority, authority_key);
  if (certificate == NULL || PEM_write_bio_X509 (public_part, authority) != 1
      || PEM_write_bio_X509 (whole, certificate) != 1
      || PEM_write_bio_PrivateKey (whole, key, NULL, NULL, 0, NULL, NULL)
             != 1) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Could not make a certificate: %s",
        ERR_reason_error_string (ERR_get_error ()));
    return NULL;
  }
  pem = read_all (whole);
  *authority_pem = read_all (public_part);
  return g_tls_certificate_new_from_pem (pem, -1, error);
}
