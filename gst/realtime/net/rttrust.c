/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GnuTLS's own database parses all of the system's CAs anew for every
 * connection, 12 ms of an I/O thread; asked for a verdict it does not.
 */
#include "rttrust.h"
#include "rttls.h"

#include <openssl/x509v3.h>

#define MAX_CHAIN 10

struct _RtTrust {
  GTlsDatabase parent;

  /* constant after init */
  GTlsDatabase *system;
  GTlsDatabase *extra; /* may be NULL */
};

G_DEFINE_TYPE (RtTrust, rt_trust, G_TYPE_TLS_DATABASE)

/* What GnuTLS's database does not look at: a certificate that is for other
 * things than servers. */
static gboolean
is_for_servers (GTlsCertificate *chain)
{
  gboolean good = TRUE;
  guint depth;

  for (depth = 0; depth < MAX_CHAIN && chain != NULL && good; depth++) {
    X509 *x509 = rt_tls_to_x509 (chain);

    good
        = x509 != NULL
          && X509_check_purpose (x509, X509_PURPOSE_SSL_SERVER, depth > 0) != 0;
    X509_free (x509);
    chain = g_tls_certificate_get_issuer (chain);
  }
  return good;
}

/* Of the file's verdict only what it says of a CA that it knows counts. */
static GTlsCertificateFlags
trust_verify_chain (GTlsDatabase *database, GTlsCertificate *chain,
    const gchar *purpose, GSocketConnectable *identity,
    GTlsInteraction *interaction, GTlsDatabaseVerifyFlags flags,
    GCancellable *cancellable, GError **error)
{
  const guint unknown
      = G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_GENERIC_ERROR;
  RtTrust *self = RT_TRUST (database);
  GTlsCertificateFlags verdict, extra;

  verdict = g_tls_database_verify_chain (self->system, chain, purpose, identity,
      interaction, flags, cancellable, error);
  if (verdict != 0 && self->extra != NULL) {
    g_clear_error (error);
    extra = g_tls_database_verify_chain (self->extra, chain, purpose, identity,
        interaction, flags, cancellable, error);
    if ((extra & unknown) == 0)
      verdict = extra;
  }
  if (verdict == 0 && !is_for_servers (chain))
    verdict = G_TLS_CERTIFICATE_GENERIC_ERROR;
  return verdict;
}

static void
rt_trust_finalize (GObject *object)
{
  RtTrust *self = RT_TRUST (object);

  g_clear_object (&self->system);
  g_clear_object (&self->extra);
  G_OBJECT_CLASS (rt_trust_parent_class)->finalize (object);
}

static void
rt_trust_class_init (RtTrustClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_trust_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = trust_verify_chain;
}

static void
rt_trust_init (RtTrust *self)
{
}

GTlsDatabase *
rt_trust_new (const gchar *file, GError **error)
{
  g_autoptr (RtTrust) self = g_object_new (RT_TYPE_TRUST, NULL);

  self->system
      = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  if (file != NULL) {
    self->extra = g_tls_file_database_new (file, error);
    if (self->extra == NULL)
      return NULL;
  }
  return G_TLS_DATABASE (g_steal_pointer (&self));
}
