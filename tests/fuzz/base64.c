/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64 by vector against a character at a time, and there and back.
 */
#include "fuzz.h"
#include "rtbase64.h"
#include "rtbase64vector.h"

static void
check_encoded (const guint8 *data, gsize size)
{
  gsize length = rt_base64_encoded_size (size);
  g_autofree gchar *text = g_malloc (length + 1);
  g_autofree gchar *plain = g_malloc (length + 1);
  gsize bound = rt_base64_decoded_bound (length);
  g_autofree guint8 *back = g_malloc (bound + 1);

  g_assert_cmpuint (rt_base64_encode (data, size, text), ==, length);
  g_assert_cmpuint (rt_base64_encode_scalar (data, size, plain), ==, length);
  g_assert_cmpmem (text, length, plain, length);
  g_assert_cmpint (rt_base64_decode (text, length, back), ==, size);
  g_assert_cmpmem (back, size, data, size);
}

static void
check_decoded (const gchar *text, gsize length)
{
  gsize bound = rt_base64_decoded_bound (length);
  /* exactly: a sanitizer sees what is written beyond */
  g_autofree guint8 *data = g_malloc (MAX (bound, 1));
  g_autofree guint8 *plain = g_malloc (MAX (bound, 1));
  gssize size = rt_base64_decode (text, length, data);
  gssize plain_size = rt_base64_decode_scalar (text, length, plain);

  g_assert_cmpint (size, ==, plain_size);
  g_assert_cmpint (size, <=, (gssize) bound);
  if (size > 0)
    g_assert_cmpmem (data, size, plain, size);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  check_encoded (data, size);
  check_decoded ((const gchar *) data, size);
  return 0;
}
