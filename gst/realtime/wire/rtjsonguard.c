/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The strict pass: a pushdown automaton whose stack is one 64-bit word, so
 * that no input makes it recurse or allocate.  Pure; any thread.
 */
#include "rtjsonguard.h"

#include <math.h>
#include <string.h>

#include "rtjson.h"

/* Longer number tokens exist only in attacks; this bounds the copy that
 * g_ascii_strtod() needs. */
#define MAX_NUMBER 64

typedef struct {
  const gchar *start;
  const gchar *p;
  const gchar *end;
  gchar *mended;
  guint depth;
  guint64 objects; /* bit 0: the innermost container is an object */
  GError **error;
} Guard;

static gboolean
refuse (Guard *g, RtJsonError code, const gchar *what)
{
  g_set_error (g->error, RT_JSON_ERROR, code, "%s at byte %" G_GSIZE_FORMAT,
      what, (gsize) (g->p - g->start));
  return FALSE;
}

static gboolean
refuse_here (Guard *g)
{
  gunichar c;

  if (g->p == g->end)
    return refuse (g, RT_JSON_ERROR_SYNTAX, "unexpected end");
  if ((guchar) *g->p < 0x20)
    return refuse (g, RT_JSON_ERROR_ENCODING, "raw control character");
  c = g_utf8_get_char_validated (g->p, g->end - g->p);
  if (c == (gunichar) -1 || c == (gunichar) -2)
    return refuse (g, RT_JSON_ERROR_ENCODING, "invalid UTF-8");
  return refuse (g, RT_JSON_ERROR_SYNTAX, "unexpected character");
}

static void
mend (Guard *g, const gchar *at, gsize length, const gchar *by)
{
  gsize n = strlen (by);
  gchar *target;

  if (g->mended == NULL)
    g->mended = g_memdup2 (g->start, g->end - g->start);
  target = g->mended + (at - g->start);
  memset (target, ' ', length);
  memcpy (target, by, n);
}

static void
skip_space (Guard *g)
{
  while (g->p < g->end
         && (*g->p == ' ' || *g->p == '\n' || *g->p == '\t' || *g->p == '\r'))
    g->p++;
}

static gint
hex4 (const gchar *p, const gchar *end)
{
  gint value = 0;
  guint i;

  if (end - p < 4)
    return -1;
  for (i = 0; i < 4; i++) {
    gint digit = g_ascii_xdigit_value (p[i]);

    if (digit < 0)
      return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* At the backslash of \uXXXX. */
static gboolean
pass_unicode_escape (Guard *g)
{
  const gchar *at = g->p;
  gint unit = hex4 (at + 2, g->end);
  gint low = -1;

  if (unit < 0)
    return refuse (g, RT_JSON_ERROR_SYNTAX, "bad \\u escape");
  g->p += 6;
  if (unit >= 0xd800 && unit <= 0xdbff && g->end - g->p >= 2 && g->p[0] == '\\'
      && g->p[1] == 'u')
    low = hex4 (g->p + 2, g->end);
  if (low >= 0xdc00 && low <= 0xdfff)
    g->p += 6;
  else if (unit == 0 || (unit >= 0xd800 && unit <= 0xdfff))
    mend (g, at, 6, "\\ufffd");
  return TRUE;
}

static gboolean
pass_escape (Guard *g)
{
  if (g->end - g->p < 2)
    return refuse (g, RT_JSON_ERROR_SYNTAX, "unexpected end");
  switch (g->p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      g->p += 2;
      return TRUE;
    case 'u':
      return pass_unicode_escape (g);
    default:
      return refuse (g, RT_JSON_ERROR_SYNTAX, "unknown escape");
  }
}

/* At the opening quote. */
static gboolean
pass_string (Guard *g)
{
  g->p++;
  while (g->p < g->end) {
    guchar c = (guchar) *g->p;

    if (c == '"') {
      g->p++;
      return TRUE;
    }
    if (c == '\\') {
      if (!pass_escape (g))
        return FALSE;
    } else if (c < 0x20) {
      return refuse_here (g);
    } else if (c < 0x80) {
      g->p++;
    } else {
      gunichar u = g_utf8_get_char_validated (g->p, g->end - g->p);

      if (u == (gunichar) -1 || u == (gunichar) -2)
        return refuse_here (g);
      g->p = g_utf8_next_char (g->p);
    }
  }
  return refuse (g, RT_JSON_ERROR_SYNTAX, "unterminated string");
}

static gsize
skip_digits (Guard *g)
{
  const gchar *from = g->p;

  while (g->p < g->end && g_ascii_isdigit (*g->p))
    g->p++;
  return g->p - from;
}

static gboolean
number_fits (const gchar *token, gsize length, gboolean integer)
{
  gchar text[MAX_NUMBER + 1];
  gint64 ignored;

  if (length > MAX_NUMBER)
    return FALSE;
  memcpy (text, token, length);
  text[length] = '\0';
  if (integer)
    return g_ascii_string_to_signed (
        text, 10, -G_MAXINT64, G_MAXINT64, &ignored, NULL);
  return isfinite (g_ascii_strtod (text, NULL));
}

static gboolean
pass_number (Guard *g)
{
  const gchar *at = g->p;
  gboolean integer = TRUE;
  gsize digits;

  if (*g->p == '-')
    g->p++;
  if (g->p < g->end && *g->p == '0') {
    g->p++;
    digits = 1;
  } else {
    digits = skip_digits (g);
  }
  if (digits == 0)
    return refuse_here (g);
  if (g->p < g->end && *g->p == '.') {
    integer = FALSE;
    g->p++;
    if (skip_digits (g) == 0)
      return refuse_here (g);
  }
  if (g->p < g->end && (*g->p == 'e' || *g->p == 'E')) {
    integer = FALSE;
    g->p++;
    if (g->p < g->end && (*g->p == '+' || *g->p == '-'))
      g->p++;
    if (skip_digits (g) == 0)
      return refuse_here (g);
  }
  /* Up to 18 digits fit whatever they are. */
  if ((!integer || digits > 18) && !number_fits (at, g->p - at, integer))
    mend (g, at, g->p - at, "null");
  return TRUE;
}

static gboolean
pass_word (Guard *g, const gchar *word)
{
  gsize n = strlen (word);

  if ((gsize) (g->end - g->p) < n || memcmp (g->p, word, n) != 0)
    return refuse_here (g);
  g->p += n;
  return TRUE;
}

static gboolean
pass_scalar (Guard *g)
{
  if (g->p == g->end)
    return refuse_here (g);
  switch (*g->p) {
    case '"':
      return pass_string (g);
    case 't':
      return pass_word (g, "true");
    case 'f':
      return pass_word (g, "false");
    case 'n':
      return pass_word (g, "null");
    default:
      if (*g->p == '-' || g_ascii_isdigit (*g->p))
        return pass_number (g);
      return refuse_here (g);
  }
}

static gboolean
pass_name (Guard *g)
{
  skip_space (g);
  if (g->p == g->end || *g->p != '"')
    return refuse_here (g);
  if (!pass_string (g))
    return FALSE;
  skip_space (g);
  if (g->p == g->end || *g->p != ':')
    return refuse_here (g);
  g->p++;
  return TRUE;
}

/* At '{' or '['.  Leaves the guard before the first value of the container,
 * or with *empty after its end. */
static gboolean
enter (Guard *g, gboolean *empty)
{
  gboolean object = *g->p == '{';

  if (g->depth == RT_JSON_MAX_DEPTH)
    return refuse (g, RT_JSON_ERROR_DEPTH, "nested too deep");
  g->p++;
  skip_space (g);
  *empty = g->p < g->end && *g->p == (object ? '}' : ']');
  if (*empty) {
    g->p++;
    return TRUE;
  }
  g->depth++;
  g->objects = g->objects << 1 | (object ? 1 : 0);
  return !object || pass_name (g);
}

/* After a value: over the ends of containers, to the next value or, with
 * *done, to the end of the document. */
static gboolean
leave (Guard *g, gboolean *done)
{
  for (;;) {
    gboolean object = (g->objects & 1) != 0;

    skip_space (g);
    *done = g->depth == 0;
    if (*done)
      return g->p == g->end || refuse_here (g);
    if (g->p < g->end && *g->p == ',') {
      g->p++;
      return !object || pass_name (g);
    }
    if (g->p == g->end || *g->p != (object ? '}' : ']'))
      return refuse_here (g);
    g->p++;
    g->depth--;
    g->objects >>= 1;
  }
}

static gboolean
pass_document (Guard *g)
{
  gboolean done = FALSE;

  while (!done) {
    gboolean complete = TRUE;

    skip_space (g);
    if (g->p < g->end && (*g->p == '{' || *g->p == '[')) {
      if (!enter (g, &complete))
        return FALSE;
    } else if (!pass_scalar (g)) {
      return FALSE;
    }
    if (complete && !leave (g, &done))
      return FALSE;
  }
  return TRUE;
}

gboolean
rt_json_guard (const gchar *data, gsize size, gchar **mended, GError **error)
{
  Guard g = { .start = data, .p = data, .end = data + size, .error = error };

  *mended = NULL;
  if (!pass_document (&g)) {
    g_free (g.mended);
    return FALSE;
  }
  *mended = g.mended;
  return TRUE;
}
