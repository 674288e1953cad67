/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the process has in memory.
 */
#include "rtmemory.h"

#include <stdio.h>
#include <unistd.h>

static void
read_pages (gulong *all, gulong *resident)
{
  g_autofree gchar *text = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      || sscanf (text, "%lu %lu", all, resident) != 2)
    g_error ("no /proc/self/statm");
}

gsize
rt_memory_get_resident (void)
{
  gulong all, resident;

  read_pages (&all, &resident);
  return resident * sysconf (_SC_PAGESIZE);
}

gsize
rt_memory_get_address_space (void)
{
  gulong all, resident;

  read_pages (&all, &resident);
  return all * sysconf (_SC_PAGESIZE);
}

void
rt_memory_assert_growth (gsize before, gsize limit)
{
#ifndef __SANITIZE_ADDRESS__
  gsize now = rt_memory_get_resident ();

  g_test_message (
      "%" G_GSIZE_FORMAT " kB more", now > before ? (now - before) / 1024 : 0);
  g_assert_cmpuint (now, <, before + limit);
#endif
}
