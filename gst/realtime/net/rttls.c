/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A TLS connection, its client certificate, its pins and its version.  I/O
 * thread but for rt_tls_check().
 */
#include "rttls.h"
#include "rttrust.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#define PIN_SIZE SHA256_DIGEST_LENGTH
#define PIN_TEXT_SIZE 44
#define MAX_CHAIN 10
#define OBJECTION_KEY "rt-tls-objection"

static gboolean
parse_pin (const gchar *text, guint8 *digest)
{
  g_autofree guchar *data = NULL;
  gsize size;

  /* curl and others write one or two slashes, and a digest may begin with one */
  if (g_str_has_prefix (text, "sha256/")) {
    text += 7;
    if (*text == '/' && strlen (text) == PIN_TEXT_SIZE + 1)
      text++;
  }
  if (strlen (text) != PIN_TEXT_SIZE)
    return FALSE;
  data = g_base64_decode (text, &size);
  if (size != PIN_SIZE)
    return FALSE;
  memcpy (digest, data, PIN_SIZE);
  return TRUE;
}

/* One digest after the other; NULL when one cannot be read. */
static GByteArray *
parse_pins (const gchar *pins)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_auto (GStrv) list = g_strsplit (pins, ",", -1);
  guint8 digest[PIN_SIZE];
  gsize i;

  for (i = 0; list[i] != NULL; i++) {
    if (!parse_pin (g_strstrip (list[i]), digest))
      return NULL;
    g_byte_array_append (out, digest, PIN_SIZE);
  }
  return out->len > 0 ? g_steal_pointer (&out) : NULL;
}

/* GLib's file database takes a relative or unreadable path without a word and
 * trusts nobody then. */
static gboolean
check_ca_file (const gchar *path, GError **error)
{
  g_autofree gchar *full = g_canonicalize_filename (path, NULL);
  g_autoptr (GError) why = NULL;
  GList *list = g_tls_certificate_list_new_from_file (full, &why);

  if (list == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "tls-ca-file: %s", why != NULL ? why->message : "no certificate in it");
    return FALSE;
  }
  g_list_free_full (list, g_object_unref);
  return TRUE;
}

static GTlsCertificate *
load_certificate (const RtConnectParams *params, GError **error)
{
  const gchar *key = params->tls_private_key;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) why = NULL;

  if (key == NULL)
    key = params->tls_certificate;
  certificate
      = g_tls_certificate_new_from_files (params->tls_certificate, key, &why);
  if (certificate == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: %s",
        params->tls_private_key != NULL ? "tls-certificate or tls-private-key"
                                        : "tls-certificate",
        why->message);
    return NULL;
  }
  return g_steal_pointer (&certificate);
}

gboolean
rt_tls_check (const RtConnectParams *params, GError **error)
{
  const gchar *text = NULL;

  if (params->url->tls
      && !g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    text = "uri: there is no TLS here; glib-networking is not installed";
  else if (params->tls_private_key != NULL && params->tls_certificate == NULL)
    text = "tls-private-key: there is no tls-certificate to it";
  else if (params->tls_pins != NULL && !params->url->tls)
    text = "tls-pins: the connection would not be encrypted";
  if (text != NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, text);
    return FALSE;
  }
  if (params->tls_pins != NULL) {
    g_autoptr (GByteArray) pins = parse_pins (params->tls_pins);

    if (pins == NULL) {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "tls-pins: not a list of base64 SHA-256 digests");
      return FALSE;
    }
  }
  if (params->tls_ca_file != NULL
      && !check_ca_file (params->tls_ca_file, error))
    return FALSE;
  if (params->tls_certificate != NULL) {
    g_autoptr (GTlsCertificate) certificate = load_certificate (params, error);

    return certificate != NULL;
  }
  return TRUE;
}

static gboolean
is_self_signed (GTlsCertificate *certificate)
{
  X509 *x509 = rt_tls_to_x509 (certificate);
  gboolean result = x509 != NULL && X509_self_signed (x509, FALSE) == 1;

  X509_free (x509);
  return result;
}

static const gchar *
explain (GTlsCertificate *peer, GTlsCertificateFlags errors)
{
  static const struct {
    GTlsCertificateFlags flag;
    const gchar *text;
  } table[] = {
    { G_TLS_CERTIFICATE_REVOKED, "the server's certificate was revoked" },
    { G_TLS_CERTIFICATE_EXPIRED, "the server's certificate has expired" },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED,
        "the server's certificate is not valid yet" },
    { G_TLS_CERTIFICATE_UNKNOWN_CA,
        "the server's certificate is of an unknown CA (tls-ca-file adds one)" },
    { G_TLS_CERTIFICATE_BAD_IDENTITY,
        "the server's certificate is for another host" },
    { G_TLS_CERTIFICATE_INSECURE,
        "the server's certificate uses an insecure algorithm" },
  };
  gsize i;

  if (errors & G_TLS_CERTIFICATE_UNKNOWN_CA && is_self_signed (peer))
    return "the server's certificate is self-signed (tls-ca-file may name it)";
  for (i = 0; i < G_N_ELEMENTS (table); i++)
    if (errors & table[i].flag)
      return table[i].text;
  return "the server's certificate is not valid";
}

/* Called when there is no trust: never to be convinced, but to remember why. */
static gboolean
accept_certificate_cb (GTlsConnection *connection, GTlsCertificate *peer,
    GTlsCertificateFlags errors, gpointer user_data)
{
  g_object_set_data (
      G_OBJECT (connection), OBJECTION_KEY, (gpointer) explain (peer, errors));
  return FALSE;
}

/* The database has to be there from the beginning: GnuTLS's own would be
 * loaded for a moment. */
GTlsConnection *
rt_tls_new (GIOStream *base, GSocketConnectable *identity,
    const RtConnectParams *params, GError **error)
{
  GType type
      = g_tls_backend_get_client_connection_type (g_tls_backend_get_default ());
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;
  g_autofree gchar *file = NULL;

  if (params->tls_ca_file != NULL)
    file = g_canonicalize_filename (params->tls_ca_file, NULL);
  trust = rt_trust_new (file, error);
  if (trust == NULL)
    return NULL;
  connection = g_initable_new (type, NULL, error, "base-io-stream", base,
      "server-identity", identity, "database", trust, NULL);
  if (connection == NULL)
    return NULL;
  g_signal_connect (connection, "accept-certificate",
      G_CALLBACK (accept_certificate_cb), NULL);
  if (params->tls_certificate != NULL) {
    g_autoptr (GTlsCertificate) certificate = load_certificate (params, error);

    if (certificate == NULL)
      return NULL;
    g_tls_connection_set_certificate (connection, certificate);
  }
  return g_steal_pointer (&connection);
}

X509 *
rt_tls_to_x509 (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  const guint8 *p;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return NULL;
  p = der->data;
  return d2i_X509 (NULL, &p, der->len);
}

static gboolean
has_pinned_key (X509 *certificate, GByteArray *pins)
{
  guint8 digest[PIN_SIZE];
  guint8 *spki = NULL;
  gint size = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (certificate), &spki);
  gboolean found = FALSE;
  gsize i;

  if (size <= 0)
    return FALSE;
  SHA256 (spki, size, digest);
  OPENSSL_free (spki);
  for (i = 0; i < pins->len; i += PIN_SIZE)
    found |= CRYPTO_memcmp (pins->data + i, digest, PIN_SIZE) == 0;
  return found;
}

/* The presented chain is the server's word: a link counts only when it is a
 * CA that really signed the one before. */
gboolean
rt_tls_is_pinned (GTlsCertificate *leaf, const gchar *pins)
{
  g_autoptr (GByteArray) digests = parse_pins (pins);
  GTlsCertificate *certificate = digests != NULL ? leaf : NULL;
  X509 *previous = NULL, *current;
  gboolean found = FALSE;
  guint depth;

  for (depth = 0; depth < MAX_CHAIN && certificate != NULL && !found; depth++) {
    current = rt_tls_to_x509 (certificate);
    if (current == NULL)
      break;
    if (previous != NULL
        && (X509_check_ca (current) == 0
            || X509_verify (previous, X509_get0_pubkey (current)) != 1)) {
      X509_free (current);
      break;
    }
    found = has_pinned_key (current, digests);
    X509_free (previous);
    previous = current;
    certificate = g_tls_certificate_get_issuer (certificate);
  }
  X509_free (previous);
  return found;
}

const gchar *
rt_tls_objection (GTlsConnection *connection, const RtConnectParams *params)
{
  GTlsProtocolVersion version
      = g_tls_connection_get_protocol_version (connection);
  GTlsCertificate *peer = g_tls_connection_get_peer_certificate (connection);

  if (version != G_TLS_PROTOCOL_VERSION_TLS_1_2
      && version != G_TLS_PROTOCOL_VERSION_TLS_1_3)
    return "the server speaks no TLS newer than 1.1";
  if (params->tls_pins != NULL
      && (peer == NULL || !rt_tls_is_pinned (peer, params->tls_pins)))
    return "the server's key is none of tls-pins";
  return NULL;
}

const gchar *
rt_tls_explain (GTlsConnection *connection)
{
  return g_object_get_data (G_OBJECT (connection), OBJECTION_KEY);
}
