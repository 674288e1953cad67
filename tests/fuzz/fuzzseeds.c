/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Seeds and dictionaries, from files.
 */
#include "fuzzseeds.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

static gchar *
read_file (const gchar *path, gsize *size)
{
  g_autoptr (GError) error = NULL;
  gchar *data = NULL;

  if (!g_file_get_contents (path, &data, size, &error))
    g_error ("%s", error->message);
  return data;
}

static void
load_lines (GPtrArray *seeds, const gchar *path)
{
  g_autofree gchar *text = read_file (path, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    GBytes *seed;

    if (*lines[i] == '\0' || *lines[i] == '#')
      continue;
    seed = g_uri_unescape_bytes (lines[i], -1, NULL, &error);
    if (seed == NULL)
      g_error ("%s:%u: %s", path, i + 1, error->message);
    g_ptr_array_add (seeds, seed);
  }
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

/* In the order of their names: what a directory lists is in none. */
static void
load_directory (GPtrArray *seeds, const gchar *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;
  guint i;

  while ((name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (i = 0; i < names->len; i++) {
    gsize size;
    gchar *data = read_file (g_ptr_array_index (names, i), &size);

    g_ptr_array_add (seeds, g_bytes_new_take (data, size));
  }
}

void
fuzz_seeds_load (GPtrArray *seeds, const gchar *path)
{
  gsize size;
  gchar *data;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    load_directory (seeds, path);
  } else if (g_str_has_suffix (path, ".seeds")) {
    load_lines (seeds, path);
  } else {
    data = read_file (path, &size);
    g_ptr_array_add (seeds, g_bytes_new_take (data, size));
  }
}

/* Behind the opening quote. */
static GBytes *
parse_word (const gchar *at)
{
  g_autoptr (GByteArray) word = g_byte_array_new ();

  for (; *at != '\0' && *at != '"'; at++) {
    guint8 byte = (guint8) *at;

    if (at[0] == '\\' && at[1] == 'x' && g_ascii_isxdigit (at[2])
        && g_ascii_isxdigit (at[3])) {
      byte = (guint8) (g_ascii_xdigit_value (at[2]) << 4
                       | g_ascii_xdigit_value (at[3]));
      at += 3;
    } else if (at[0] == '\\' && at[1] != '\0') {
      byte = (guint8) * ++at;
    }
    g_byte_array_append (word, &byte, 1);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&word));
}

void
fuzz_words_load (GPtrArray *words, const gchar *path)
{
  g_autofree gchar *text = read_file (path, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    const gchar *quote = strchr (lines[i], '"');

    if (*lines[i] != '#' && quote != NULL)
      g_ptr_array_add (words, parse_word (quote + 1));
  }
}

void
fuzz_seeds_unpack (const GPtrArray *seeds, const gchar *directory)
{
  guint i;

  if (g_mkdir_with_parents (directory, 0755) != 0)
    g_error ("%s: %s", directory, g_strerror (errno));
  for (i = 0; i < seeds->len; i++) {
    GBytes *seed = g_ptr_array_index (seeds, i);
    g_autofree gchar *name
        = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, seed);
    g_autofree gchar *path = g_build_filename (directory, name, NULL);
    g_autoptr (GError) error = NULL;

    if (!g_file_set_contents (path, g_bytes_get_data (seed, NULL),
            g_bytes_get_size (seed), &error))
      g_error ("%s", error->message);
  }
}
