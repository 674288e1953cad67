/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inputs to begin with, and words that make sense to a target.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Adds to `seeds` (of GBytes) what lies at `path`: the inputs of a directory;
 * those of a file NAME.seeds, where each line that does not begin with # is
 * one, with %XX for the byte XX; or any other file, which is one itself. */
void fuzz_seeds_load (GPtrArray *seeds, const gchar *path);
/* Adds the words of a dictionary of libFuzzer's, "a\x00" a line. */
void fuzz_words_load (GPtrArray *words, const gchar *path);
/* Writes each into a file of `directory`, as libFuzzer wants them. */
void fuzz_seeds_unpack (const GPtrArray *seeds, const gchar *directory);

G_END_DECLS
