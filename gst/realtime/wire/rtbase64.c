/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64, a character at a time where vectors end or stumble.  Pure; any
 * thread.
 */
#include "rtbase64.h"

#include "rtbase64vector.h"

enum { STRAY = 0, SPACE = 65, PAD = 66 };

static const gchar alphabet[64]
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* One more than the value of a character, or what else it is. */
/* clang-format off */
static const guint8 kinds[256] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 65, 65, 0, 65, 65, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  65, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 63, 0, 0, 0, 64,
  53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 0, 0, 0, 66, 0, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0, 0, 0, 0, 0,
  0, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
  42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 0, 0, 0, 0, 0,
};
/* clang-format on */

gsize
rt_base64_encoded_size (gsize size)
{
  return (size + 2) / 3 * 4;
}

gsize
rt_base64_decoded_bound (gsize length)
{
  return length / 4 * 3 + length % 4;
}

gsize
rt_base64_encode_scalar (const guint8 *data, gsize size, gchar *out)
{
  gchar *to = out;

  for (; size >= 3; size -= 3, data += 3, to += 4) {
    guint32 v = (guint32) data[0] << 16 | (guint32) data[1] << 8 | data[2];

    to[0] = alphabet[v >> 18];
    to[1] = alphabet[v >> 12 & 63];
    to[2] = alphabet[v >> 6 & 63];
    to[3] = alphabet[v & 63];
  }
  if (size > 0) {
    guint32 v = (guint32) data[0] << 16;

    if (size == 2)
      v |= (guint32) data[1] << 8;
    to[0] = alphabet[v >> 18];
    to[1] = alphabet[v >> 12 & 63];
    to[2] = size == 2 ? alphabet[v >> 6 & 63] : '=';
    to[3] = '=';
    to += 4;
  }
  return to - out;
}

/* What follows the first padding: more of it and white space. */
static gboolean
is_end (const gchar *text, gsize length, guint pads_left)
{
  gsize i;

  for (i = 0; i < length; i++) {
    guint8 kind = kinds[(guchar) text[i]];

    if (kind == PAD && pads_left > 0)
      pads_left--;
    else if (kind != SPACE)
      return FALSE;
  }
  return TRUE;
}

/* Groups of four characters as long as they are pure; returns their number. */
static gsize
decode_groups (const gchar *text, gsize length, guint8 *out)
{
  const guchar *from = (const guchar *) text;
  gsize n;

  for (n = 0; n < length / 4; n++, from += 4, out += 3) {
    guint32 a = kinds[from[0]] - 1u, b = kinds[from[1]] - 1u;
    guint32 c = kinds[from[2]] - 1u, d = kinds[from[3]] - 1u;

    if ((a | b | c | d) > 63)
      break;
    out[0] = (guint8) (a << 2 | b >> 4);
    out[1] = (guint8) (b << 4 | c >> 2);
    out[2] = (guint8) (c << 6 | d);
  }
  return n;
}

gssize
rt_base64_decode_scalar (const gchar *text, gsize length, guint8 *out)
{
  gsize i = decode_groups (text, length, out) * 4;
  guint8 *to = out + i / 4 * 3;
  guint32 bits = 0;
  guint n = 0; /* characters held in `bits` */

  for (; i < length; i++) {
    guint8 kind = kinds[(guchar) text[i]];

    if (kind == SPACE)
      continue;
    if (kind == STRAY)
      return -1;
    if (kind == PAD) {
      if (n < 2 || !is_end (text + i + 1, length - i - 1, 3 - n))
        return -1;
      break;
    }
    bits = bits << 6 | (kind - 1);
    if (++n == 4) {
      *to++ = (guint8) (bits >> 16);
      *to++ = (guint8) (bits >> 8);
      *to++ = (guint8) bits;
      n = 0;
    }
  }
  if (n == 1)
    return -1;
  if (n >= 2)
    *to++ = (guint8) (bits >> (n == 2 ? 4 : 10));
  if (n == 3)
    *to++ = (guint8) (bits >> 2);
  return to - out;
}

gsize
rt_base64_encode (const guint8 *data, gsize size, gchar *out)
{
  gsize done = rt_base64_encode_blocks (data, size, out);
  gsize written = done / 3 * 4;

  return written
         + rt_base64_encode_scalar (data + done, size - done, out + written);
}

gssize
rt_base64_decode (const gchar *text, gsize length, guint8 *out)
{
  gsize done = rt_base64_decode_blocks (text, length, out);
  gsize written = done / 4 * 3;
  gssize rest
      = rt_base64_decode_scalar (text + done, length - done, out + written);

  return rest < 0 ? -1 : (gssize) written + rest;
}
