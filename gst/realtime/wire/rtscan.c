/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The scan of a flat object.  Pure; any thread.  Must not accept what the
 * full parser refuses: in doubt it gives up.
 */
#include "rtscan.h"

#include <string.h>

/* Nine digits are below every limit that a wider number could meet. */
#define MAX_DIGITS 9

typedef struct {
  const gchar *p;
  const gchar *end;
} Cursor;

#define NAME(text) text, sizeof (text) - 1

static const struct {
  const gchar *name;
  gsize length;
} string_names[RT_SCAN_N_STRINGS] = {
  [RT_SCAN_TYPE] = { NAME ("type") },
  [RT_SCAN_EVENT_ID] = { NAME ("event_id") },
  [RT_SCAN_ITEM_ID] = { NAME ("item_id") },
  [RT_SCAN_RESPONSE_ID] = { NAME ("response_id") },
  [RT_SCAN_DELTA] = { NAME ("delta") },
  [RT_SCAN_DATA] = { NAME ("data") },
}, number_names[RT_SCAN_N_NUMBERS] = {
  [RT_SCAN_CONTENT_INDEX] = { NAME ("content_index") },
  [RT_SCAN_OUTPUT_INDEX] = { NAME ("output_index") },
  [RT_SCAN_SAMPLE_RATE] = { NAME ("sample_rate") },
  [RT_SCAN_CHANNELS] = { NAME ("channels") },
  [RT_SCAN_NUM_CHANNELS] = { NAME ("num_channels") },
};

static gboolean
is_named (const RtScanSpan *span, const gchar *name, gsize length)
{
  return span->length == length && memcmp (span->start, name, length) == 0;
}

static gint
string_index (const RtScanSpan *name)
{
  gint i;

  for (i = 0; i < RT_SCAN_N_STRINGS; i++) {
    if (is_named (name, string_names[i].name, string_names[i].length))
      return i;
  }
  return -1;
}

static gint
number_index (const RtScanSpan *name)
{
  gint i;

  for (i = 0; i < RT_SCAN_N_NUMBERS; i++) {
    if (is_named (name, number_names[i].name, number_names[i].length))
      return i;
  }
  return -1;
}

static void
skip_space (Cursor *c)
{
  while (c->p < c->end
         && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r'))
    c->p++;
}

static gboolean
take (Cursor *c, gchar what)
{
  skip_space (c);
  if (c->p == c->end || *c->p != what)
    return FALSE;
  c->p++;
  return TRUE;
}

/* Behind the opening quote; the span ends before the closing one. */
static gboolean
take_plain (Cursor *c, RtScanSpan *span)
{
  span->start = c->p;
  for (; c->p < c->end; c->p++) {
    guchar ch = (guchar) *c->p;

    if (ch == '"') {
      span->length = c->p++ - span->start;
      return TRUE;
    }
    if (ch < 0x20 || ch >= 0x80 || ch == '\\')
      return FALSE;
  }
  return FALSE;
}

static gboolean
take_unseen (Cursor *c, RtScanSpan *span)
{
  const gchar *quote = memchr (c->p, '"', c->end - c->p);

  if (quote == NULL)
    return FALSE;
  span->start = c->p;
  span->length = quote - c->p;
  c->p = quote + 1;
  return TRUE;
}

static gboolean
take_number (Cursor *c, gint *number)
{
  const gchar *start = c->p;

  *number = 0;
  while (c->p < c->end && g_ascii_isdigit (*c->p)) {
    if (c->p - start == MAX_DIGITS)
      return FALSE;
    *number = *number * 10 + (*c->p++ - '0');
  }
  return c->p > start && (*start != '0' || c->p == start + 1);
}

static gboolean
take_string_member (Cursor *c, const RtScanSpan *name, RtScan *scan)
{
  gint index = string_index (name);
  RtScanSpan ignored;

  if (index < 0)
    return number_index (name) < 0 && take_plain (c, &ignored);
  if (scan->strings[index].start != NULL)
    return FALSE;
  if (index < RT_SCAN_DELTA) {
    return take_plain (c, &scan->strings[index])
           && scan->strings[index].length <= RT_SCAN_MAX_ID;
  }
  return take_unseen (c, &scan->strings[index]);
}

static gboolean
take_number_member (Cursor *c, const RtScanSpan *name, RtScan *scan)
{
  gint index = number_index (name);
  gint ignored;

  if (index < 0)
    return string_index (name) < 0 && take_number (c, &ignored);
  if (scan->numbers[index] >= 0)
    return FALSE;
  return take_number (c, &scan->numbers[index]);
}

static gboolean
take_member (Cursor *c, RtScan *scan)
{
  RtScanSpan name;

  if (!take (c, '"') || !take_plain (c, &name) || !take (c, ':'))
    return FALSE;
  skip_space (c);
  if (c->p < c->end && *c->p == '"') {
    c->p++;
    return take_string_member (c, &name, scan);
  }
  return take_number_member (c, &name, scan);
}

gboolean
rt_scan (const gchar *message, gsize size, RtScan *scan)
{
  Cursor c = { message, message + size };
  gint i;

  memset (scan->strings, 0, sizeof (scan->strings));
  for (i = 0; i < RT_SCAN_N_NUMBERS; i++)
    scan->numbers[i] = -1;
  if (!take (&c, '{'))
    return FALSE;
  do {
    if (!take_member (&c, scan))
      return FALSE;
  } while (take (&c, ','));
  if (!take (&c, '}'))
    return FALSE;
  skip_space (&c);
  return c.p == c.end
         && (scan->strings[RT_SCAN_DELTA].start == NULL
             || scan->strings[RT_SCAN_DATA].start == NULL);
}
