/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Frames that are their own numbers, so that what is lost or doubled shows.
 */
#pragma once

#include <glib.h>
#include <string.h>

#define FRAMES 60000
#define FRAME_SIZE 4 /* the frame's number, little-endian */

static inline void
number_frames (guint8 *data, guint32 first, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    guint32 value = GUINT32_TO_LE (first + i);

    memcpy (data + i * FRAME_SIZE, &value, FRAME_SIZE);
  }
}

/* Strictly increasing; returns the next that may come. */
static inline guint32
check_frames (const guint8 *data, gsize size, guint32 next, gboolean exact)
{
  gsize i;

  for (i = 0; i < size; i += FRAME_SIZE) {
    guint32 value;

    memcpy (&value, data + i, FRAME_SIZE);
    value = GUINT32_FROM_LE (value);
    if (exact)
      g_assert_cmpuint (value, ==, next);
    g_assert_cmpuint (value, >=, next);
    g_assert_cmpuint (value, <, FRAMES);
    next = value + 1;
  }
  return next;
}
