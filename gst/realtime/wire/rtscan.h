/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The top level of a flat JSON object, without a tree: what nearly every
 * audio message is.  Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer values of these strings are for the full parser, which cuts them. */
#define RT_SCAN_MAX_ID 512

typedef enum {
  RT_SCAN_TYPE,
  RT_SCAN_EVENT_ID,
  RT_SCAN_ITEM_ID,
  RT_SCAN_RESPONSE_ID,
  RT_SCAN_DELTA, /* from here on they are long */
  RT_SCAN_DATA,
  RT_SCAN_N_STRINGS
} RtScanString;

typedef enum {
  RT_SCAN_CONTENT_INDEX,
  RT_SCAN_OUTPUT_INDEX,
  RT_SCAN_SAMPLE_RATE,
  RT_SCAN_CHANNELS,
  RT_SCAN_NUM_CHANNELS,
  RT_SCAN_N_NUMBERS
} RtScanNumber;

typedef struct {
  const gchar *start; /* into the message; NULL: absent */
  gsize length;
} RtScanSpan;

typedef struct {
  RtScanSpan strings[RT_SCAN_N_STRINGS];
  gint numbers[RT_SCAN_N_NUMBERS]; /* -1: absent */
} RtScan;

/* TRUE when the message is an object whose members are all strings of plain
 * ASCII without escapes or small natural numbers, the ones above each at most
 * once and of their own type; others are passed over.  Anything else, right
 * or wrong, is for the full parser.  `delta` and `data`, of which there is at
 * most one, are not looked at but for their end: who decodes them must refuse
 * what is not base64 to the byte. */
gboolean rt_scan (const gchar *message, gsize size, RtScan *scan);

G_END_DECLS
