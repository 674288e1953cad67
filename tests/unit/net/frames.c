/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The counting of frames: headers of every size, cut at every byte, and the
 * limits.
 */
#include "rtframes.h"

#include <string.h>

static void
put_frame (GByteArray *out, guint8 first, guint64 size, gboolean with_payload)
{
  guint8 head[10] = { first };
  gsize n = 2;
  gint i;

  if (size < 126) {
    head[1] = size;
  } else if (size < 65536) {
    head[1] = 126;
    head[2] = size >> 8;
    head[3] = size & 0xff;
    n = 4;
  } else {
    head[1] = 127;
    for (i = 0; i < 8; i++)
      head[2 + i] = size >> (56 - 8 * i);
    n = 10;
  }
  g_byte_array_append (out, head, n);
  if (with_payload) {
    gsize old = out->len;

    g_byte_array_set_size (out, old + size);
    /* would be close frames, were it taken for headers */
    memset (out->data + old, 0x88, size);
  }
}

static guint
scan (RtFrames *frames, const GByteArray *data, gsize step)
{
  const gchar *why = NULL;
  guint code = 0;
  gsize at;

  for (at = 0; at < data->len && code == 0; at += step)
    code = rt_frames_scan (
        frames, data->data + at, MIN (step, data->len - at), 1, &why);
  g_assert_cmpint (code != 0, ==, why != NULL);
  return code;
}

static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 127, 65535, 65536, 70000 };
  static const gsize steps[] = { 1, 2, 3, 7, 1024, 1000000 };
  gsize i, j;

  for (j = 0; j < G_N_ELEMENTS (steps); j++) {
    g_autoptr (GByteArray) data = g_byte_array_new ();
    RtFrames frames = { { 0 } };

    for (i = 0; i < G_N_ELEMENTS (sizes); i++)
      put_frame (data, 0x81, sizes[i], TRUE);
    g_assert_cmpuint (scan (&frames, data, steps[j]), ==, 0);
    g_assert_cmpuint (frames.count, ==, G_N_ELEMENTS (sizes));
    g_assert_cmpuint (frames.payload, ==, 0);
    g_assert_cmpuint (frames.have, ==, 0);
  }
}

static void
test_too_big (void)
{
  static const guint64 sizes[] = { RT_FRAMES_MAX_MESSAGE + 1,
    G_GUINT64_CONSTANT (1) << 62, G_MAXUINT64 };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GByteArray) data = g_byte_array_new ();
    RtFrames frames = { { 0 } };

    put_frame (data, 0x81, sizes[i], FALSE);
    g_assert_cmpuint (scan (&frames, data, 1), ==, 1009);
  }
}

/* The sum counts, and starts anew with each message. */
static void
test_fragments (void)
{
  g_autoptr (GByteArray) first = g_byte_array_new ();
  g_autoptr (GByteArray) middle = g_byte_array_new ();
  g_autoptr (GByteArray) last = g_byte_array_new ();
  RtFrames frames = { { 0 } };
  guint i;

  put_frame (first, 0x01, 1024 * 1024, TRUE);
  put_frame (middle, 0x00, 1024 * 1024, TRUE);
  put_frame (last, 0x80, 0, TRUE);
  g_assert_cmpuint (scan (&frames, first, 4096), ==, 0);
  for (i = 0; i < 15; i++)
    g_assert_cmpuint (scan (&frames, middle, 4096), ==, 0);
  g_assert_cmpuint (scan (&frames, last, 4096), ==, 0);
  g_assert_cmpuint (scan (&frames, first, 4096), ==, 0);
  for (i = 0; i < 15; i++)
    g_assert_cmpuint (scan (&frames, middle, 4096), ==, 0);
  g_assert_cmpuint (scan (&frames, middle, 4096), ==, 1009);
}

static void
test_empty_fragments (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  RtFrames frames = { { 0 } };
  guint i;

  put_frame (data, 0x01, 1, TRUE);
  for (i = 1; i < RT_FRAMES_MAX_FRAGMENTS; i++)
    put_frame (data, 0x00, 0, TRUE);
  g_assert_cmpuint (scan (&frames, data, 1024), ==, 0);
  put_frame (data, 0x00, 0, TRUE);
  memset (&frames, 0, sizeof (frames));
  g_assert_cmpuint (scan (&frames, data, 1024), ==, 1009);
}

static void
test_control (void)
{
  g_autoptr (GByteArray) ping = g_byte_array_new ();
  const gint64 second = G_USEC_PER_SEC;
  const gchar *why = NULL;
  RtFrames frames = { { 0 } };
  guint i, code = 0;

  put_frame (ping, 0x89, 4, TRUE);
  /* within a fragmented message, and as many as are allowed each second */
  for (i = 0; i < 10 * RT_FRAMES_MAX_CONTROL; i++)
    g_assert_cmpuint (rt_frames_scan (&frames, ping->data, ping->len,
                          (1 + i / RT_FRAMES_MAX_CONTROL) * second, &why),
        ==, 0);
  for (i = 0; i <= RT_FRAMES_MAX_CONTROL && code == 0; i++)
    code = rt_frames_scan (
        &frames, ping->data, ping->len, 12 * second + i, &why);
  g_assert_cmpuint (code, ==, 1008);
  g_assert_cmpuint (i, ==, RT_FRAMES_MAX_CONTROL + 1);
}

/* What a control frame may be, cut at every byte. */
static void
test_control_frames (void)
{
  static const struct {
    const gchar *bytes;
    gsize size;
    guint code;
  } rows[] = {
    { "\x88\x00", 2, 0 },
    { "\x88\x02\x03\xe8", 4, 0 },
    { "\x88\x05\x03\xe8"
      "a\xc3\xa4",
        7, 0 },
    /* cut in a character */
    { "\x88\x04\x03\xe8"
      "a\xc3",
        6, 1007 },
    { "\x88\x03\x03\xe8\xff\x81\x01z", 8, 1007 },
    /* what libsoup refuses by itself */
    { "\x88\x01\x03", 3, 0 },
    { "\x88\x83\x01\x02\x03\x04\xff\xff\xff", 9, 0 },
    { "\x08\x00", 2, 1002 },
    { "\x09\x00", 2, 1002 },
    { "\x89\x7e\x00\x7e", 4, 1002 },
    { "\x88\x7f\0\0\0\0\x01\0\0\0", 10, 1002 },
  };
  g_autofree gchar *largest = g_strnfill (127, 'x');
  g_autoptr (GByteArray) data = g_byte_array_new ();
  RtFrames frames = { { 0 } };
  gsize i, step;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    for (step = 1; step < 12; step++) {
      memset (&frames, 0, sizeof (frames));
      g_byte_array_set_size (data, 0);
      g_byte_array_append (data, (const guint8 *) rows[i].bytes, rows[i].size);
      g_assert_cmpuint (scan (&frames, data, step), ==, rows[i].code);
    }
  memset (&frames, 0, sizeof (frames));
  g_byte_array_set_size (data, 0);
  largest[0] = (gchar) 0x88;
  largest[1] = 125;
  g_byte_array_append (data, (const guint8 *) largest, 127);
  g_assert_cmpuint (scan (&frames, data, 7), ==, 0);
  largest[0] = (gchar) 0x89;
  g_byte_array_append (data, (const guint8 *) largest, 127);
  g_assert_cmpuint (scan (&frames, data, 7), ==, 0);
  g_assert_cmpuint (frames.pings, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/frames/sizes", test_sizes);
  g_test_add_func ("/net/frames/too-big", test_too_big);
  g_test_add_func ("/net/frames/fragments", test_fragments);
  g_test_add_func ("/net/frames/empty-fragments", test_empty_fragments);
  g_test_add_func ("/net/frames/control", test_control);
  g_test_add_func ("/net/frames/control-frames", test_control_frames);
  return g_test_run ();
}
