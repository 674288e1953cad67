/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Audio keeps its time on its way through the uplink, whatever is dropped of
 * it; and the silence that goes with it.  One thread.
 */
#include "rtuplink.h"

#include <string.h>

#define MS G_GUINT64_CONSTANT (1000000)
#define ROUNDS 30000
#define SIZE 4 /* of a frame, which is a number */

/* A frame is a millisecond. */
static const RtUplinkFormat format = { SIZE, 1000, 0 };

static RtUplink *
uplink_of (guint limit_ms)
{
  RtUplink *self = rt_uplink_new ();

  rt_uplink_set_format (self, &format);
  rt_uplink_set_limit (self, limit_ms * MS);
  return self;
}

static gsize
push (RtUplink *self, guint frames, guint64 time)
{
  static const guint8 data[64 * SIZE];
  gsize dropped = 0, level;

  g_assert_cmpuint (frames, <=, 64);
  g_assert_cmpint (
      rt_uplink_push (self, data, frames * SIZE, time, FALSE, &dropped, &level),
      ==, RT_UPLINK_OK);
  return dropped / SIZE;
}

static void
pop (RtUplink *self, guint asked, gboolean rest, guint frames, guint64 time)
{
  guint8 out[64 * SIZE];
  guint64 got = 1;
  gsize n = rt_uplink_pop (self, &format, out, asked * SIZE, rest, &got);

  g_assert_cmpuint (n, ==, frames * SIZE);
  if (n > 0)
    g_assert_cmpuint (got, ==, time);
}

static void
test_rows (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);

  push (uplink, 10, RT_NS_UNKNOWN);
  pop (uplink, 5, FALSE, 5, RT_NS_UNKNOWN);
  push (uplink, 10, 500 * MS);
  push (uplink, 10, 510 * MS);
  push (uplink, 10, RT_NS_UNKNOWN);
  pop (uplink, 10, FALSE, 5, RT_NS_UNKNOWN);
  pop (uplink, 15, FALSE, 15, 500 * MS);
  /* a jump: what is before it leaves by itself, and behind it nothing does */
  push (uplink, 8, 900 * MS);
  pop (uplink, 20, FALSE, 15, 515 * MS);
  pop (uplink, 20, FALSE, 0, 0);
  pop (uplink, 20, TRUE, 8, 900 * MS);
  /* time goes on through an empty queue */
  push (uplink, 3, RT_NS_UNKNOWN);
  pop (uplink, 3, FALSE, 3, 908 * MS);
}

static void
test_dropped (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (10);

  g_assert_cmpuint (push (uplink, 8, 100 * MS), ==, 0);
  g_assert_cmpuint (push (uplink, 8, 200 * MS), ==, 6);
  pop (uplink, 10, FALSE, 2, 106 * MS);
  /* the limit is never less than two of what is popped */
  g_assert_cmpuint (push (uplink, 25, 300 * MS), ==, 13);
  pop (uplink, 10, TRUE, 10, 305 * MS);
  push (uplink, 5, 400 * MS);
  rt_uplink_clear (uplink);
  push (uplink, 5, RT_NS_UNKNOWN);
  pop (uplink, 5, TRUE, 5, 405 * MS);
  rt_uplink_set_flushing (uplink, TRUE);
  rt_uplink_clear (uplink);
  rt_uplink_set_flushing (uplink, FALSE);
  push (uplink, 5, 7 * MS);
  pop (uplink, 5, TRUE, 5, 7 * MS);
}

/* A frame that came in two parts has the time of the first. */
static void
test_parts (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);
  static const guint8 data[3 * SIZE] = "aaaabbbbcccc";
  gsize dropped = 0, level;

  rt_uplink_push (uplink, data, 6, 10 * MS, FALSE, &dropped, &level);
  rt_uplink_push (uplink, data + 6, 6, 11 * MS, FALSE, &dropped, &level);
  pop (uplink, 3, TRUE, 3, 10 * MS);
  rt_uplink_push (uplink, data, 2, 13 * MS, FALSE, &dropped, &level);
  rt_uplink_forget_part (uplink);
  push (uplink, 1, 50 * MS);
  pop (uplink, 1, TRUE, 1, 50 * MS);
  pop (uplink, 1, TRUE, 0, 0);
}

static void
test_format_change (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (100);
  const RtUplinkFormat other = { SIZE, 2000, 1 };
  guint8 out[4 * SIZE];
  guint64 time;

  push (uplink, 10, 500 * MS);
  rt_uplink_set_format (uplink, &other);
  push (uplink, 4, 510 * MS);
  g_assert_cmpuint (rt_uplink_pop (uplink, &other, out, 2 * SIZE, FALSE, &time),
      ==, 2 * SIZE);
  g_assert_cmpuint (time, ==, 510 * MS);
  rt_uplink_pop (uplink, &other, out, 2 * SIZE, FALSE, &time);
  g_assert_cmpuint (time, ==, 511 * MS);
}

static guint
silence_due (RtUplink *self, guint frames, gboolean wait)
{
  gsize padded;
  gsize due = rt_uplink_silence_due (self, frames * SIZE, wait, &padded);

  g_assert_cmpuint (due + padded, <=, frames * SIZE);
  if (wait)
    g_assert_cmpuint (due + padded, ==, frames * SIZE);
  return due / SIZE;
}

/* Silence takes the room that there is, and not what was made up of it. */
static void
test_silence (void)
{
  g_autoptr (RtUplink) uplink = uplink_of (50);

  push (uplink, 20, 0);
  g_assert_cmpuint (silence_due (uplink, 10, FALSE), ==, 10);
  g_assert_cmpuint (silence_due (uplink, 40, FALSE), ==, 15);
  g_assert_cmpuint (silence_due (uplink, 40, TRUE), ==, 40);
  rt_uplink_pad (uplink, 25 * SIZE);
  g_assert_cmpuint (silence_due (uplink, 10, TRUE), ==, 0);
  g_assert_cmpuint (silence_due (uplink, 20, TRUE), ==, 5);
  /* audio came: what was made up is paid */
  rt_uplink_pad (uplink, 25 * SIZE);
  push (uplink, 1, 0);
  g_assert_cmpuint (silence_due (uplink, 20, TRUE), ==, 20);
  push (uplink, 40, 0);
  g_assert_cmpuint (silence_due (uplink, 20, FALSE), ==, 0);
}

/* Every frame carries its number; the model knows the time of each. */
typedef struct {
  RtUplink *uplink;
  GArray *times; /* of all that were ever pushed */
  guint64 time;
} Model;

static void
model_push (Model *self)
{
  guint32 data[64];
  guint n = g_test_rand_int_range (1, 64), i;
  gsize dropped = 0, level;

  if (g_test_rand_int_range (0, 4) == 0)
    self->time += g_test_rand_int_range (1, 100) * MS;
  for (i = 0; i < n; i++) {
    guint64 time = self->time + i * MS;

    data[i] = self->times->len;
    g_array_append_val (self->times, time);
  }
  rt_uplink_push (self->uplink, (guint8 *) data, n * SIZE, self->time, FALSE,
      &dropped, &level);
  self->time += n * MS;
}

static void
model_pop (Model *self)
{
  guint32 out[64];
  guint64 time;
  gsize n = rt_uplink_pop (self->uplink, &format, (guint8 *) out,
      g_test_rand_int_range (1, 65) * SIZE, g_test_rand_bit (), &time);
  guint i;

  for (i = 0; i < n / SIZE; i++)
    g_assert_cmpuint (
        g_array_index (self->times, guint64, out[i]), ==, time + i * MS);
}

static void
test_model (void)
{
  Model self
      = { uplink_of (200), g_array_new (FALSE, FALSE, sizeof (guint64)), 0 };
  guint i;

  for (i = 0; i < ROUNDS; i++) {
    switch (g_test_rand_int_range (0, 9)) {
      case 0:
        if (g_test_rand_int_range (0, 20) == 0)
          rt_uplink_clear (self.uplink);
        break;
      case 1:
        rt_uplink_set_limit (self.uplink, g_test_rand_int_range (0, 400) * MS);
        break;
      case 2:
      case 3:
      case 4:
        model_push (&self);
        break;
      default:
        model_pop (&self);
        break;
    }
  }
  rt_uplink_unref (self.uplink);
  g_array_unref (self.times);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uplink-times/rows", test_rows);
  g_test_add_func ("/uplink-times/dropped", test_dropped);
  g_test_add_func ("/uplink-times/parts", test_parts);
  g_test_add_func ("/uplink-times/format", test_format_change);
  g_test_add_func ("/uplink-times/silence", test_silence);
  g_test_add_func ("/uplink-times/model", test_model);
  return g_test_run ();
}
