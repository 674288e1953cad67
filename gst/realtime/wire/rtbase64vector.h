/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The two halves of rtbase64.c: whole blocks by vector, the rest a character
 * at a time.  Internal to base64 and its test.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Encodes or decodes as many whole blocks from the beginning as the processor
 * can, perhaps none, and returns the bytes or characters consumed: 3 bytes for
 * every 4 characters.  Decoding stops before a block that holds anything but
 * the 64 characters.  Decoding may write beyond what it reports, within
 * rt_base64_decoded_bound(). */
gsize rt_base64_encode_blocks (const guint8 *data, gsize size, gchar *out);
gsize rt_base64_decode_blocks (const gchar *text, gsize length, guint8 *out);

/* The whole, without vectors. */
gsize rt_base64_encode_scalar (const guint8 *data, gsize size, gchar *out);
gssize rt_base64_decode_scalar (const gchar *text, gsize length, guint8 *out);

G_END_DECLS
