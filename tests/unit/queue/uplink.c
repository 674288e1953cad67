/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The uplink by one thread: row by row, and against a model that is too simple
 * to be wrong.
 */
#include "rtuplink.h"

#include <string.h>

#define MS G_GUINT64_CONSTANT (1000000)
#define ROUNDS 30000
#define MAX_PUSH 200

/* What was set last, which is what the reader believes in. */
static RtUplinkFormat format;

static gsize
set_format (RtUplink *self, guint frame_size, guint rate, guint tag)
{
  format = (RtUplinkFormat){ frame_size, rate, tag };
  return rt_uplink_set_format (self, &format);
}

/* Two bytes a frame and 1000 frames a second: a frame is a millisecond. */
static RtUplink *
uplink_of (guint64 limit_ms)
{
  RtUplink *self = rt_uplink_new ();

  g_assert_cmpuint (set_format (self, 2, 1000, 0), ==, 0);
  rt_uplink_set_limit (self, limit_ms * MS);
  return self;
}

static void
push (RtUplink *self, const gchar *text, gsize dropped, gsize level)
{
  gsize dropped_now = 100, level_now = 0;

  g_assert_cmpint (rt_uplink_push (self, (const guint8 *) text, strlen (text),
                       RT_NS_UNKNOWN, FALSE, &dropped_now, &level_now),
      ==, RT_UPLINK_OK);
  g_assert_cmpuint (dropped_now, ==, 100 + dropped);
  g_assert_cmpuint (level_now, ==, level);
  g_assert_cmpuint (rt_uplink_level (self), ==, level);
}

static void
pop (RtUplink *self, gsize size, gboolean rest, const gchar *expected)
{
  guint8 out[64];
  guint64 time;
  gsize n = rt_uplink_pop (self, &format, out, size, rest, &time);

  g_assert_cmpmem (out, n, expected, strlen (expected));
}

static void
test_in_order (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);

  push (uplink, "abcd", 0, 4);
  push (uplink, "ef", 0, 6);
  pop (uplink, 4, FALSE, "abcd");
  pop (uplink, 4, FALSE, "");
  pop (uplink, 4, TRUE, "ef");
  pop (uplink, 4, TRUE, "");
  pop (uplink, 0, TRUE, "");
}

static void
test_parts_of_frames (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);

  push (uplink, "a", 0, 0);
  pop (uplink, 2, TRUE, "");
  push (uplink, "", 0, 0);
  push (uplink, "bc", 0, 2);
  pop (uplink, 2, FALSE, "ab");
  pop (uplink, 2, TRUE, "");
  push (uplink, "d", 0, 2);
  /* a size that is no whole number of frames asks for those that are */
  pop (uplink, 3, FALSE, "cd");
}

static void
test_oldest_makes_room (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (3);

  push (uplink, "aabbcc", 0, 6);
  push (uplink, "dd", 2, 6);
  push (uplink, "e", 0, 6);
  push (uplink, "eff", 4, 6);
  pop (uplink, 2, FALSE, "dd");
  push (uplink, "g", 0, 4);
  push (uplink, "ghhiijjkkl", 8, 6);
  pop (uplink, 2, FALSE, "ii");
  push (uplink, "l", 0, 6);
  pop (uplink, 6, FALSE, "jjkkll");
}

static void
test_limit (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (3);

  push (uplink, "aabbcc", 0, 6);
  rt_uplink_set_limit (uplink, 2 * MS);
  g_assert_cmpuint (rt_uplink_level (uplink), ==, 6);
  push (uplink, "", 2, 4);
  rt_uplink_set_limit (uplink, 4 * MS);
  push (uplink, "ddee", 0, 8);
  pop (uplink, 8, TRUE, "bbccddee");
  /* nothing at all is not possible */
  rt_uplink_set_limit (uplink, 0);
  push (uplink, "ffgg", 2, 2);
}

/* A limit below what is popped at a time would keep all audio from leaving. */
static void
test_limit_below_portion (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (1);

  pop (uplink, 4, FALSE, "");
  push (uplink, "aabb", 0, 4);
  push (uplink, "ccdd", 0, 8);
  push (uplink, "ee", 2, 8);
  pop (uplink, 4, FALSE, "bbcc");
}

static void
test_clear (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);

  push (uplink, "aabbc", 0, 4);
  g_assert_cmpuint (rt_uplink_clear (uplink), ==, 4);
  g_assert_cmpuint (rt_uplink_clear (uplink), ==, 0);
  /* not by whole frames: who pushes knows nothing of it */
  push (uplink, "cdd", 0, 4);
  pop (uplink, 4, FALSE, "ccdd");
}

/* Who does not know of the new format gets nothing that he would misread. */
static void
test_other_format (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);
  const RtUplinkFormat old = format;
  guint8 out[8];
  guint64 time;

  push (uplink, "aa", 0, 2);
  g_assert_cmpuint (set_format (uplink, 2, 1000, 1), ==, 2);
  push (uplink, "bb", 0, 2);
  g_assert_cmpuint (rt_uplink_pop (uplink, &old, out, 2, FALSE, &time), ==, 0);
  g_assert_cmpuint (rt_uplink_pop (uplink, &old, out, 2, TRUE, &time), ==, 0);
  pop (uplink, 2, FALSE, "bb");
}

static void
test_format (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (3);

  push (uplink, "aab", 0, 2);
  g_assert_cmpuint (set_format (uplink, 2, 1000, 0), ==, 0);
  push (uplink, "b", 0, 4);
  g_assert_cmpuint (set_format (uplink, 3, 1000, 0), ==, 4);
  push (uplink, "cccddd", 0, 6);
  push (uplink, "eeefff", 3, 9);
  g_assert_cmpuint (set_format (uplink, 3, 2000, 0), ==, 9);
  push (uplink, "gggggghhhhhhiiiiiijjj", 3, 18);
  pop (uplink, 18, FALSE, "ggghhhhhhiiiiiijjj");
}

static void
test_flushing (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);
  gsize dropped = 0, level = 1;

  push (uplink, "aab", 0, 2);
  rt_uplink_set_flushing (uplink, TRUE);
  g_assert_cmpint (rt_uplink_push (uplink, (const guint8 *) "b", 1,
                       RT_NS_UNKNOWN, FALSE, &dropped, &level),
      ==, RT_UPLINK_FLUSHING);
  g_assert_cmpuint (dropped, ==, 0);
  g_assert_cmpuint (level, ==, 2);
  g_assert_cmpint (rt_uplink_push (uplink, (const guint8 *) "b", 1,
                       RT_NS_UNKNOWN, TRUE, &dropped, &level),
      ==, RT_UPLINK_FLUSHING);
  rt_uplink_set_flushing (uplink, FALSE);
  push (uplink, "cc", 0, 4);
  pop (uplink, 4, FALSE, "aacc");
}

typedef struct {
  RtUplink *uplink;
  GByteArray *bytes; /* what is queued */
  guint frame_size;
  gsize limit; /* frames */
  gsize portion;
  guint8 next;
} Model;

static void
model_push (Model *self)
{
  gsize size = g_test_rand_int_range (0, MAX_PUSH);
  gsize capacity, dropped = 0, dropped_now = 0, level, i;
  guint8 data[MAX_PUSH];

  for (i = 0; i < size; i++)
    data[i] = self->next++;
  g_byte_array_append (self->bytes, data, size);
  capacity = MAX (MAX (self->limit, 1) * self->frame_size, 2 * self->portion);
  while (self->bytes->len >= capacity + self->frame_size) {
    g_byte_array_remove_range (self->bytes, 0, self->frame_size);
    dropped += self->frame_size;
  }
  g_assert_cmpint (rt_uplink_push (self->uplink, data, size, RT_NS_UNKNOWN,
                       FALSE, &dropped_now, &level),
      ==, RT_UPLINK_OK);
  g_assert_cmpuint (dropped_now, ==, dropped);
  g_assert_cmpuint (
      level, ==, self->bytes->len - self->bytes->len % self->frame_size);
}

static void
model_pop (Model *self)
{
  gsize size = (gsize) g_test_rand_int_range (0, 40) * self->frame_size;
  gboolean rest = g_test_rand_bit ();
  gsize whole = self->bytes->len - self->bytes->len % self->frame_size;
  gsize n = MIN (size, whole);
  guint8 out[MAX_PUSH * 8];
  guint64 time;

  if (!rest) {
    self->portion = MAX (self->portion, size);
    if (n < size)
      n = 0;
  }
  g_assert_cmpuint (
      rt_uplink_pop (self->uplink, &format, out, size, rest, &time), ==, n);
  g_assert_cmpmem (out, n, self->bytes->data, n);
  if (n > 0)
    g_byte_array_remove_range (self->bytes, 0, n);
}

static void
model_set_format (Model *self)
{
  gsize whole = self->bytes->len - self->bytes->len % self->frame_size;
  guint frame_size = g_test_rand_int_range (1, 7);

  if (frame_size == self->frame_size)
    whole = 0;
  else {
    g_byte_array_set_size (self->bytes, 0);
    self->portion = 0;
  }
  g_assert_cmpuint (set_format (self->uplink, frame_size, 1000, 0), ==, whole);
  self->frame_size = frame_size;
}

static void
test_model (void)
{
  Model model = { uplink_of (50), g_byte_array_new (), 2, 50, 0, 0 };
  guint i;

  for (i = 0; i < ROUNDS; i++) {
    int what = g_test_rand_int_range (0, 1000);

    if (what < 500) {
      model_push (&model);
    } else if (what < 990) {
      model_pop (&model);
    } else if (what < 995) {
      model_set_format (&model);
    } else {
      model.limit = g_test_rand_int_range (0, 300);
      rt_uplink_set_limit (model.uplink, model.limit * MS);
    }
  }
  rt_uplink_unref (model.uplink);
  g_byte_array_unref (model.bytes);
}

/* A position stays where it is, whatever becomes of what is before it. */
static void
test_positions (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (5);
  guint64 first, second;

  g_assert_cmpuint (rt_uplink_end (uplink), ==, 0);
  push (uplink, "aabbc", 0, 4);
  first = rt_uplink_end (uplink);
  g_assert_cmpuint (rt_uplink_left (uplink, first), ==, 4);
  push (uplink, "cddee", 0, 10);
  second = rt_uplink_end (uplink);
  g_assert_cmpuint (rt_uplink_left (uplink, first), ==, 4);
  g_assert_cmpuint (rt_uplink_left (uplink, second), ==, 10);
  /* sent, dropped, cleared */
  pop (uplink, 2, FALSE, "aa");
  g_assert_cmpuint (rt_uplink_left (uplink, first), ==, 2);
  push (uplink, "ffgg", 2, 10);
  g_assert_cmpuint (rt_uplink_left (uplink, first), ==, 0);
  g_assert_cmpuint (rt_uplink_left (uplink, second), ==, 6);
  g_assert_cmpuint (rt_uplink_clear_until (uplink, first), ==, 0);
  g_assert_cmpuint (rt_uplink_clear_until (uplink, second), ==, 6);
  pop (uplink, 4, FALSE, "ffgg");
  second = rt_uplink_end (uplink);
  push (uplink, "hhii", 0, 4);
  g_assert_cmpuint (rt_uplink_left (uplink, G_MAXUINT64), ==, 4);
  /* of another format all is behind it */
  g_assert_cmpuint (set_format (uplink, 1, 1000, 1), ==, 4);
  push (uplink, "jj", 0, 2);
  g_assert_cmpuint (rt_uplink_left (uplink, second + 4), ==, 0);
  g_assert_cmpuint (rt_uplink_left (uplink, second + 5), ==, 1);
}

/* What is behind a position is not taken, and there is room for a portion that
 * did not come together before it. */
static void
test_pop_until (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (1);
  guint8 out[8];
  guint64 time, end = rt_uplink_end (uplink);

  g_assert_cmpuint (
      rt_uplink_pop_until (uplink, end, &format, out, 4, FALSE, &time), ==, 0);
  push (uplink, "aabb", 0, 4);
  end = rt_uplink_end (uplink);
  push (uplink, "ccdd", 0, 8);
  g_assert_cmpuint (
      rt_uplink_pop_until (uplink, end, &format, out, 6, FALSE, &time), ==, 0);
  push (uplink, "eeff", 0, 12);
  g_assert_cmpuint (
      rt_uplink_pop_until (uplink, end, &format, out, 6, TRUE, &time), ==, 4);
  g_assert_cmpmem (out, 4, "aabb", 4);
  g_assert_cmpuint (
      rt_uplink_pop_until (uplink, end, &format, out, 6, TRUE, &time), ==, 0);
  pop (uplink, 8, FALSE, "ccddeeff");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uplink/in-order", test_in_order);
  g_test_add_func ("/uplink/parts-of-frames", test_parts_of_frames);
  g_test_add_func ("/uplink/oldest-makes-room", test_oldest_makes_room);
  g_test_add_func ("/uplink/limit", test_limit);
  g_test_add_func ("/uplink/limit-below-portion", test_limit_below_portion);
  g_test_add_func ("/uplink/clear", test_clear);
  g_test_add_func ("/uplink/format", test_format);
  g_test_add_func ("/uplink/other-format", test_other_format);
  g_test_add_func ("/uplink/flushing", test_flushing);
  g_test_add_func ("/uplink/positions", test_positions);
  g_test_add_func ("/uplink/pop-until", test_pop_until);
  g_test_add_func ("/uplink/model", test_model);
  return g_test_run ();
}
