/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may go out in a header, and what may be shown of what came in.  Pure;
 * any thread.
 */
#include "rturl.h"

#include <string.h>

#define MARK "[redacted]"
#define MIN_KEY 8 /* characters after the prefix of what looks like a key */
/* What is shorter may be a word: it is not looked for in what people said,
 * nor are its first letters where a text was cut. */
#define MIN_SECRET 8
#define MAX_WORD 15 /* "bearer authentication" */

static const gchar *const own_headers[]
    = { "host", "connection", "upgrade", "content-length", "transfer-encoding",
        "content-encoding", "te", "trailer", "keep-alive", "expect", NULL };

static const gchar *const own_prefixes[] = { "sec-websocket-", "proxy-", NULL };

static gboolean
is_token (const gchar *name)
{
  const gchar *p;

  for (p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("!#$%&'*+-.^_`|~", *p) == NULL)
      return FALSE;
  return p > name;
}

gboolean
rt_header_name_is_allowed (const gchar *name, const gchar **why)
{
  const gchar *reason = NULL;
  gsize i;

  if (name == NULL || !is_token (name)) {
    reason = "not a header name";
  } else {
    g_autofree gchar *lower = g_ascii_strdown (name, -1);

    if (g_strv_contains (own_headers, lower))
      reason = "belongs to the connection itself";
    for (i = 0; own_prefixes[i] != NULL; i++)
      if (g_str_has_prefix (lower, own_prefixes[i]))
        reason = "belongs to the connection itself";
  }
  if (why != NULL)
    *why = reason;
  return reason == NULL;
}

gboolean
rt_header_value_is_valid (const gchar *value)
{
  const gchar *p;

  if (value == NULL || !g_utf8_validate (value, -1, NULL))
    return FALSE;
  for (p = value; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;
  return TRUE;
}

/* In JSON a letter may stand before a key and yet not belong to it: \nsk-… */
static gboolean
is_boundary (const gchar *text, const gchar *at)
{
  if (at == text || !g_ascii_isalnum (at[-1]))
    return TRUE;
  return at - text >= 2 && at[-2] == '\\';
}

/* The length of "sk-…" or "ek_…" at `at`, or 0.  In the middle of a word
 * ("risk-assessment") only what has a digit is a key. */
static gsize
match_key (const gchar *text, const gchar *at)
{
  gboolean digit = FALSE;
  gsize n = 3;

  if (strncmp (at, "sk-", 3) != 0 && strncmp (at, "ek_", 3) != 0)
    return 0;
  for (; g_ascii_isalnum (at[n]) || at[n] == '-' || at[n] == '_'; n++)
    digit |= g_ascii_isdigit (at[n]);
  if (n < 3 + MIN_KEY || (!digit && !is_boundary (text, at)))
    return 0;
  return n;
}

/* The length of the credentials after "Bearer ", and where they start.  What
 * reads like a word is one. */
static gsize
match_bearer (const gchar *at, gsize *prefix)
{
  gsize n = 6, size, letters;

  if (g_ascii_strncasecmp (at, "bearer", 6) != 0
      || (at[6] != ' ' && at[6] != '\t'))
    return 0;
  n += strspn (at + n, " \t");
  size = strcspn (at + n, " \t\r\n\f\v\"'<>,;\\");
  for (letters = 0; g_ascii_isalpha (at[n + letters]); letters++)
    ;
  if (letters <= MAX_WORD
      && strspn (at + n + letters, ".:!?)") == size - letters)
    return 0;
  *prefix = n;
  return size;
}

/* How long `c` is at `at`, or 0 when it is something else: JSON may write any
 * character as \uXXXX, and a slash as \/. */
static gsize
match_char (const gchar *at, gchar c)
{
  static const gchar *const digits = "0123456789abcdef";
  guchar byte = (guchar) c;

  if (*at == c)
    return 1;
  if (*at != '\\')
    return 0;
  if (at[1] == '/' && c == '/')
    return 2;
  if (strncmp (at + 1, "u00", 3) == 0
      && g_ascii_tolower (at[4]) == digits[byte >> 4]
      && g_ascii_tolower (at[5]) == digits[byte & 0xf])
    return 6;
  return 0;
}

/* The length of `secret` at `at`, or 0.  A text may have been cut in the
 * middle. */
static gsize
match_secret (const gchar *at, const gchar *secret)
{
  const gchar *p = at, *s;
  gsize n;

  for (s = secret; *s != '\0' && *p != '\0'; s++, p += n) {
    n = match_char (p, *s);
    if (n == 0)
      return 0;
  }
  return *s == '\0' || s - secret >= MIN_SECRET ? p - at : 0;
}

/* What of `secret` or, with `all`, of anybody's is at `at`. */
static gsize
match (const gchar *text, const gchar *at, const gchar *secret, gboolean all,
    gsize *prefix)
{
  gsize n = 0;

  *prefix = 0;
  if (secret != NULL && (*at == *secret || *at == '\\'))
    n = match_secret (at, secret);
  if (n == 0 && all && (*at == 's' || *at == 'e'))
    n = match_key (text, at);
  if (n == 0 && all && (*at == 'b' || *at == 'B'))
    n = match_bearer (at, prefix);
  return n;
}

static gchar *
replace_secrets (const gchar *text, const gchar *secret, gboolean all)
{
  GString *out = g_string_sized_new (strlen (text) + 1);
  const gchar *at = text;
  gsize n, prefix;

  if (secret != NULL && *secret == '\0')
    secret = NULL;
  while (*at != '\0') {
    n = match (text, at, secret, all, &prefix);
    if (n > 0) {
      g_string_append_len (out, at, prefix);
      g_string_append (out, MARK);
      at += prefix + n;
    } else {
      g_string_append_c (out, *at++);
    }
  }
  return g_string_free (out, FALSE);
}

gchar *
rt_redact_secret (const gchar *text, const gchar *secret)
{
  if (text == NULL || secret == NULL || strlen (secret) < MIN_SECRET)
    return g_strdup (text);
  return replace_secrets (text, secret, FALSE);
}

gchar *
rt_redact (const gchar *text, const gchar *secret, gsize max)
{
  g_autofree gchar *rid = NULL, *valid = NULL, *safe = NULL;
  gsize length;

  if (text == NULL)
    return g_strdup ("");
  /* the secret first, bytes for bytes, before what only looks like one takes a
   * part of it */
  rid = replace_secrets (text, secret, FALSE);
  valid = g_utf8_make_valid (rid, -1);
  safe = replace_secrets (valid, NULL, TRUE);
  length = strlen (safe);
  if (length > max) {
    length = max;
    while (length > 0 && ((guchar) safe[length] & 0xc0) == 0x80)
      length--;
    safe[length] = '\0';
  }
  return g_steal_pointer (&safe);
}
