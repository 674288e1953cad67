/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From what a user types to what is called: URL validation and completion,
 * header validation, redaction.  Pure; any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  gboolean tls;
  gchar *host;        /* without brackets */
  guint16 port;       /* never 0 */
  gchar *host_header; /* host[:port] as the Host header has it */
  gchar *target;      /* path and query, percent-encoded */
  gchar *display;     /* the whole, safe to log: no userinfo, no fragment */
} RtUrl;

#define RT_URL_ERROR (rt_url_error_quark ())
GQuark rt_url_error_quark (void);
typedef enum {
  RT_URL_ERROR_INVALID,
  RT_URL_ERROR_SCHEME,
  RT_URL_ERROR_HOST,
  RT_URL_ERROR_USERINFO, /* a key in the URL is refused, and not repeated */
} RtUrlError;

/* `query` is pairs name, value, …, NULL appended to the URL's own query, from
 * which the names in `owned` (NULL-terminated, may be NULL) and the names of
 * `query` were taken.  `default_path` is used for an empty path; with
 * `complete` the path is completed to …/realtime too. */
RtUrl *rt_url_build (const gchar *uri, const gchar *default_path,
    gboolean complete, const gchar *const *query, const gchar *const *owned,
    GError **error);
void rt_url_free (RtUrl *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtUrl, rt_url_free)

/* 127/8, ::1, localhost and names below it. */
gboolean rt_host_is_loopback (const gchar *host);
/* TRUE when `host` is `domain` or below it, whatever the case. */
gboolean rt_host_is_within (const gchar *host, const gchar *domain);
/* A token that we do not set ourselves; `why` names the reason if not. */
gboolean rt_header_name_is_allowed (const gchar *name, const gchar **why);
/* No control characters, valid UTF-8. */
gboolean rt_header_value_is_valid (const gchar *value);
/* `text` (may be NULL) with `secret` (may be NULL) and all that looks like a
 * key replaced, made valid UTF-8 and cut at `max` bytes.  Transfer full. */
gchar *rt_redact (const gchar *text, const gchar *secret, gsize max);
/* For what people and models say, where only `secret` itself is replaced, and
 * only if it cannot be a word.  Transfer full; NULL of NULL. */
gchar *rt_redact_secret (const gchar *text, const gchar *secret);

G_END_DECLS
