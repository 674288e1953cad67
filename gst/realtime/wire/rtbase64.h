/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64 for the hot path: into and out of memory that the caller owns.
 * Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Characters that `size` bytes become, padding included, no terminator. */
gsize rt_base64_encoded_size (gsize size);
/* Writes exactly rt_base64_encoded_size() characters, no terminator. */
gsize rt_base64_encode (const guint8 *data, gsize size, gchar *out);
/* An upper bound of the bytes that `length` characters become. */
gsize rt_base64_decoded_bound (gsize length);
/* Tolerant of missing padding and of ASCII white space (servers that wrap);
 * -1 for any other stray character, for padding in the middle and for a
 * lone last character.  `out` has room for rt_base64_decoded_bound(). */
gssize rt_base64_decode (const gchar *text, gsize length, guint8 *out);

G_END_DECLS
