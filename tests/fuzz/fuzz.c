/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What fuzz targets share.
 */
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (
      G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  return 0;
}

guint
fuzz_take_byte (FuzzInput *input)
{
  if (input->left == 0)
    return 0;
  input->left--;
  return *input->at++;
}

guint
fuzz_take_below (FuzzInput *input, guint n)
{
  return fuzz_take_byte (input) % n;
}

gchar *
fuzz_take_line (FuzzInput *input)
{
  const gchar *start = (const gchar *) input->at;
  gsize n = 0;
  gchar *line;

  while (n < input->left && start[n] != '\n' && start[n] != '\0')
    n++;
  line = g_strndup (start, n);
  n += n < input->left;
  input->at += n;
  input->left -= n;
  return line;
}

void
fuzz_run (gconstpointer data, gsize size)
{
  guint8 *copy = g_malloc (size > 0 ? size : 1);

  if (size > 0)
    memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
  g_free (copy);
}
