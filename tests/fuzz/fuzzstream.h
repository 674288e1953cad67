/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection whose other side is an input: it comes in pieces, now and then
 * with nothing to read between them, and then ends.  What is written is
 * counted and dropped.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FUZZ_TYPE_STREAM (fuzz_stream_get_type ())
G_DECLARE_FINAL_TYPE (FuzzStream, fuzz_stream, FUZZ, STREAM, GIOStream)

/* The data is borrowed; `seed` says how it is cut, 0: it is not. */
GIOStream *fuzz_stream_new (gconstpointer data, gsize size, guint seed);

G_END_DECLS
