/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64 against GLib's, with and without vectors, and what it tolerates.
 */
#include <string.h>

#include "rtbase64.h"
#include "rtbase64vector.h"

#define LONGEST 3000

static guint8 *
random_bytes (gsize size)
{
  guint8 *data = g_malloc (size + 1);
  gsize i;

  for (i = 0; i < size; i++)
    data[i] = (guint8) g_test_rand_int_range (0, 256);
  return data;
}

/* Exact allocations, so that a sanitizer sees a byte too much. */
static void
check_length (gsize size)
{
  g_autofree guint8 *data = random_bytes (size);
  g_autofree gchar *expected = g_base64_encode (data, size);
  gsize length = rt_base64_encoded_size (size);
  g_autofree gchar *text = g_malloc (MAX (length, 1));
  g_autofree guint8 *back
      = g_malloc (MAX (rt_base64_decoded_bound (length), 1));

  g_assert_cmpuint (length, ==, strlen (expected));
  g_assert_cmpuint (rt_base64_encode (data, size, text), ==, length);
  g_assert_cmpmem (text, length, expected, length);
  memset (text, '#', length);
  g_assert_cmpuint (rt_base64_encode_scalar (data, size, text), ==, length);
  g_assert_cmpmem (text, length, expected, length);

  g_assert_cmpint (rt_base64_decode (text, length, back), ==, size);
  g_assert_cmpmem (back, size, data, size);
  memset (back, 0, size);
  g_assert_cmpint (rt_base64_decode_scalar (text, length, back), ==, size);
  g_assert_cmpmem (back, size, data, size);
}

static void
test_lengths (void)
{
  gsize size;

  for (size = 0; size <= LONGEST; size++)
    check_length (size);
}

static void
test_unpadded (void)
{
  gsize size;

  for (size = 0; size <= 200; size++) {
    g_autofree guint8 *data = random_bytes (size);
    g_autofree gchar *text = g_base64_encode (data, size);
    gsize length = strlen (text);
    g_autofree guint8 *back = NULL;

    while (length > 0 && text[length - 1] == '=')
      length--;
    back = g_malloc (MAX (rt_base64_decoded_bound (length), 1));
    g_assert_cmpint (rt_base64_decode (text, length, back), ==, size);
    g_assert_cmpmem (back, size, data, size);
  }
}

/* Lines of every width, also such as a vector meets in its middle. */
static void
test_wrapped (void)
{
  const gsize size = 500;
  g_autofree guint8 *data = random_bytes (size);
  g_autofree gchar *text = g_base64_encode (data, size);
  gsize width, i;

  for (width = 1; width <= 100; width++) {
    g_autoptr (GString) wrapped = g_string_new (NULL);
    g_autofree guint8 *back = NULL;

    for (i = 0; text[i] != '\0'; i++) {
      g_string_append_c (wrapped, text[i]);
      if (i % width == width - 1)
        g_string_append (wrapped, i % 2 ? "\r\n" : " \t");
    }
    back = g_malloc (rt_base64_decoded_bound (wrapped->len));
    g_assert_cmpint (
        rt_base64_decode (wrapped->str, wrapped->len, back), ==, size);
    g_assert_cmpmem (back, size, data, size);
  }
}

/* Every byte in every place of a text of two vectors. */
static void
test_every_byte (void)
{
  static const gchar good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu"
                              "vwxyz0123456789+/";
  gsize length = 96, at;
  gchar text[96];
  guint8 back[72];
  guint byte;

  for (at = 0; at < length; at++) {
    for (byte = 0; byte < 256; byte++) {
      gboolean is_good = byte != 0 && strchr (good, (int) byte) != NULL;
      gboolean is_space = byte != 0 && strchr (" \t\r\n\f", (int) byte);
      /* One character less than a whole group can still be read. */
      gssize expected = is_good ? 72 : is_space ? 71 : -1;

      memset (text, 'q', length);
      text[at] = (gchar) byte;
      if (byte == '=')
        expected = at == length - 1 ? 71 : -1;
      g_assert_cmpint (rt_base64_decode (text, length, back), ==, expected);
      g_assert_cmpint (
          rt_base64_decode_scalar (text, length, back), ==, expected);
    }
  }
}

static void
test_refused (void)
{
  static const gchar *const rows[] = {
    "A",
    "AAAAA",
    "=",
    "==",
    "A=",
    "A==",
    "A===",
    "AA=A",
    "AA==AA==",
    "AA===",
    "AAA==",
    "AAAA=",
    "AA=\n=x",
    "AA-_",
    "AAA\303\244",
    "A =",
    "AAA*",
  };
  static const struct {
    const gchar *text;
    gssize size;
  } accepted[] = {
    { "", 0 },
    { " \n", 0 },
    { "AA", 1 },
    { "AAA", 2 },
    { "AA==", 1 },
    { "AA=", 1 },
    { "AA= \n=", 1 },
    { "AAA=", 2 },
    { "A A A A ", 3 },
  };
  guint8 out[16];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *shown = g_strescape (rows[i], NULL);

    g_test_message ("%s", shown);
    g_assert_cmpint (rt_base64_decode (rows[i], strlen (rows[i]), out), ==, -1);
  }
  for (i = 0; i < G_N_ELEMENTS (accepted); i++) {
    g_assert_cmpint (
        rt_base64_decode (accepted[i].text, strlen (accepted[i].text), out), ==,
        accepted[i].size);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/base64/lengths", test_lengths);
  g_test_add_func ("/wire/base64/unpadded", test_unpadded);
  g_test_add_func ("/wire/base64/wrapped", test_wrapped);
  g_test_add_func ("/wire/base64/every-byte", test_every_byte);
  g_test_add_func ("/wire/base64/refused", test_refused);
  return g_test_run ();
}
