/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The time of day hidden in audio.  Pure; any thread.
 */
#define _GNU_SOURCE
#include "benchstamp.h"

#include <string.h>

/* Full-scale noise that neither silence nor a tone contains. */
static const guint8 magic[BENCH_STAMP_SIZE - sizeof (gint64)]
    = { 0x7f, 0x93, 0x81, 0x5a, 0x7e, 0xc5, 0x82, 0x39, 0x7d, 0xa7, 0x83, 0x6c,
        0x7c, 0xd1, 0x84, 0x1b };

void
bench_stamp_write (guint8 *data, gint64 now)
{
  memcpy (data, magic, sizeof magic);
  memcpy (data + sizeof magic, &now, sizeof now);
}

gboolean
bench_stamp_find (const guint8 *data, gsize size, gsize *offset, gint64 *when)
{
  const guint8 *found;

  if (*offset + BENCH_STAMP_SIZE > size)
    return FALSE;
  found = memmem (data + *offset, size - *offset, magic, sizeof magic);
  if (found == NULL || found + BENCH_STAMP_SIZE > data + size)
    return FALSE;
  memcpy (when, found + sizeof magic, sizeof *when);
  *offset = found - data + BENCH_STAMP_SIZE;
  return TRUE;
}
