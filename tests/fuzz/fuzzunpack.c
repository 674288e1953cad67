/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes a directory of inputs, as libFuzzer wants it, of seeds.
 */
#include "fuzzseeds.h"

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) seeds
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gint i;

  if (argc < 3) {
    g_printerr ("Usage: %s DIRECTORY SEEDS...\n", argv[0]);
    return 2;
  }
  for (i = 2; i < argc; i++)
    fuzz_seeds_load (seeds, argv[i]);
  fuzz_seeds_unpack (seeds, argv[1]);
  return 0;
}
