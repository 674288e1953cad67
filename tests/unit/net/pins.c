/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pinned keys: of the server, of a CA above it, and of those who only pretend
 * to be above it.
 */
#include "netclient.h"
#include "rtfakecert.h"
#include "rttls.h"
#include "rttrust.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SOME_PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void
test_pins (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  const gchar *pin = rt_fake_server_get_pin (server);
  RtConnectParams *good = net_params_new (server);
  RtConnectParams *among = net_params_new (server);
  RtConnectParams *bad = net_params_new (server);
  g_autoptr (NetClient) first = NULL;
  g_autoptr (NetClient) second = NULL;
  g_autoptr (NetClient) third = NULL;

  bad->tls_pins = g_strdup (SOME_PIN);
  first = net_client_new (bad);
  net_expect_refused (server, first, RT_END_TLS, "tls-pins");
  good->tls_pins = g_strdup (pin);
  second = net_client_new (good);
  net_client_expect_open (second);
  among->tls_pins = g_strdup_printf (SOME_PIN ", sha256//%s", pin);
  third = net_client_new (among);
  net_client_expect_open (third);
}

/* A pin does not replace the verification. */
static void
test_pin_of_unknown (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  RtConnectParams *params = net_params_new (server);
  g_autoptr (NetClient) client = NULL;

  g_clear_pointer (&params->tls_ca_file, g_free);
  params->tls_pins = g_strdup (rt_fake_server_get_pin (server));
  client = net_client_new (params);
  net_expect_refused (server, client, RT_END_TLS, "unknown CA");
}

static X509 *
load_x509 (const gchar *file)
{
  FILE *stream = fopen (file, "r");
  X509 *x509 = PEM_read_X509 (stream, NULL, NULL, NULL);

  fclose (stream);
  g_assert_nonnull (x509);
  return x509;
}

static gchar *
pin_of (X509 *x509)
{
  guint8 digest[SHA256_DIGEST_LENGTH];
  guint8 *spki = NULL;
  gint size = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (x509), &spki);

  SHA256 (spki, size, digest);
  OPENSSL_free (spki);
  return g_base64_encode (digest, sizeof (digest));
}

/* Whatever `issuer` is: a server may present any chain. */
static GTlsCertificate *
present (X509 *x509, GTlsCertificate *issuer)
{
  guint8 *der = NULL;
  gint size = i2d_X509 (x509, &der);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  GTlsCertificate *certificate;

  g_byte_array_append (bytes, der, size);
  OPENSSL_free (der);
  certificate = g_object_new (
      g_tls_backend_get_certificate_type (g_tls_backend_get_default ()),
      "certificate", bytes, "issuer", issuer, NULL);
  g_assert_nonnull (certificate);
  return certificate;
}

static void
check_chain (X509 *leaf, X509 *above, X509 *top, X509 *pinned, gboolean found)
{
  g_autoptr (GTlsCertificate) root = top != NULL ? present (top, NULL) : NULL;
  g_autoptr (GTlsCertificate) middle = present (above, root);
  g_autoptr (GTlsCertificate) chain = present (leaf, middle);
  g_autofree gchar *pin = pin_of (pinned);

  g_assert_cmpint (rt_tls_is_pinned (chain, pin), ==, found);
}

static EVP_PKEY *
load_key (const gchar *file)
{
  FILE *stream = fopen (file, "r");
  EVP_PKEY *key = PEM_read_PrivateKey (stream, NULL, NULL, NULL);

  fclose (stream);
  g_assert_nonnull (key);
  return key;
}

static void
add_extension (X509 *x509, gint nid, const gchar *value)
{
  X509_EXTENSION *extension;
  X509V3_CTX context;

  X509V3_set_ctx (&context, x509, x509, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (x509, extension, -1);
  X509_EXTENSION_free (extension);
}

/* Signed by `signer`, as if by `issuer`, which may be no CA, or NULL: itself.
 * `nid` and `value` are an extension. */
static X509 *
forge (
    X509 *issuer, EVP_PKEY *signer, EVP_PKEY *key, gint nid, const gchar *value)
{
  X509 *x509 = X509_new ();

  X509_set_version (x509, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), 7);
  X509_gmtime_adj (X509_getm_notBefore (x509), -60);
  X509_gmtime_adj (X509_getm_notAfter (x509), 3600);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (x509), "CN", MBSTRING_ASC,
      (const guchar *) (issuer == NULL ? "CA" : "leaf"), -1, -1, 0);
  X509_set_issuer_name (
      x509, X509_get_subject_name (issuer != NULL ? issuer : x509));
  X509_set_pubkey (x509, key);
  add_extension (x509, nid, value);
  g_assert_cmpint (X509_sign (x509, signer, EVP_sha256 ()), >, 0);
  return x509;
}

static void
test_pinned_chains (void)
{
  RtFakeCert *ours = rt_fake_cert_new (0);
  RtFakeCert *theirs = rt_fake_cert_new (0);
  X509 *leaf = load_x509 (ours->server_file);
  X509 *ca = load_x509 (ours->ca_file);
  X509 *other_ca = load_x509 (theirs->ca_file);
  EVP_PKEY *server_key = load_key (ours->server_file);
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *forged = forge (
      leaf, server_key, key, NID_basic_constraints, "critical,CA:FALSE");

  check_chain (leaf, ca, NULL, leaf, TRUE);
  check_chain (leaf, ca, NULL, ca, TRUE);
  check_chain (leaf, ca, NULL, other_ca, FALSE);
  /* it did not sign what it stands above */
  check_chain (leaf, other_ca, NULL, other_ca, FALSE);
  check_chain (leaf, other_ca, ca, ca, FALSE);
  /* it did, but is no CA */
  check_chain (forged, leaf, ca, forged, TRUE);
  check_chain (forged, leaf, ca, leaf, FALSE);
  check_chain (forged, leaf, ca, ca, FALSE);

  X509_free (forged);
  EVP_PKEY_free (key);
  EVP_PKEY_free (server_key);
  X509_free (other_ca);
  X509_free (ca);
  X509_free (leaf);
  rt_fake_cert_free (theirs);
  rt_fake_cert_free (ours);
}

static GTlsCertificateFlags
judge (GTlsDatabase *trust, X509 *leaf, X509 *ca)
{
  g_autoptr (GTlsCertificate) root = present (ca, NULL);
  g_autoptr (GTlsCertificate) chain = present (leaf, root);

  return g_tls_database_verify_chain (trust, chain,
      G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, NULL, NULL,
      G_TLS_DATABASE_VERIFY_NONE, NULL, NULL);
}

/* The CA is trusted, but what it signed is a client's certificate. */
static void
test_purpose (void)
{
  EVP_PKEY *ca_key = EVP_EC_gen ("P-256");
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *ca
      = forge (NULL, ca_key, ca_key, NID_basic_constraints, "critical,CA:TRUE");
  X509 *server = forge (ca, ca_key, key, NID_ext_key_usage, "serverAuth");
  X509 *client = forge (ca, ca_key, key, NID_ext_key_usage, "clientAuth");
  g_autofree gchar *file = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;
  gint fd = g_file_open_tmp ("rt-test-ca-XXXXXX", &file, NULL);
  FILE *out = fdopen (fd, "w");

  g_assert_true (PEM_write_X509 (out, ca));
  fclose (out);
  trust = rt_trust_new (file, NULL);
  g_assert_nonnull (trust);
  g_assert_cmpuint (judge (trust, server, ca), ==, 0);
  g_assert_cmpuint (judge (trust, client, ca), !=, 0);
  g_unlink (file);
  X509_free (client);
  X509_free (server);
  X509_free (ca);
  EVP_PKEY_free (key);
  EVP_PKEY_free (ca_key);
}

/* As curl writes them, and whatever a digest begins with. */
static void
test_forms (void)
{
  static const gchar *const pins[]
      = { SOME_PIN, "/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          "//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" };
  static const gchar *const prefixes[] = { "", "sha256/", "sha256//", " " };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  gsize i, j;

  for (i = 0; i < G_N_ELEMENTS (pins); i++)
    for (j = 0; j < G_N_ELEMENTS (prefixes); j++) {
      g_autoptr (RtConnectParams) params = net_params_new (server);
      g_autoptr (GError) error = NULL;

      params->tls_pins = g_strconcat (prefixes[j], pins[i], NULL);
      g_assert_true (rt_connect_params_check (params, &error));
    }
}

static void
test_bad_pins (void)
{
  static const gchar *const bad[]
      = { "", "foo", SOME_PIN ",", "," SOME_PIN, "AAAA", SOME_PIN SOME_PIN };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_TLS);
  g_autoptr (RtFakeServer) plain = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  RtConnectParams *params;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    params = net_params_new (server);
    params->tls_pins = g_strdup (bad[i]);
    net_expect_bad_settings (params, "tls-pins");
  }
  params = net_params_new (plain);
  params->tls_pins = g_strdup (SOME_PIN);
  net_expect_bad_settings (params, "tls-pins");
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/pins/match", test_pins);
  g_test_add_func ("/net/pins/unknown-ca", test_pin_of_unknown);
  g_test_add_func ("/net/pins/chains", test_pinned_chains);
  g_test_add_func ("/net/pins/purpose", test_purpose);
  g_test_add_func ("/net/pins/forms", test_forms);
  g_test_add_func ("/net/pins/malformed", test_bad_pins);
  return g_test_run ();
}
