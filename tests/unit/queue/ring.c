/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ring of bytes and the arithmetic of frames.
 */
#include "rtduration.h"
#include "rtring.h"

#include <string.h>

#define ROUNDS 20000
/* What an idle ring may keep. */
#define IDLE_SIZE 16384

static void
test_duration_rows (void)
{
  static const struct {
    guint64 frames;
    guint rate;
    guint64 ns;
  } rows[] = {
    { 0, 24000, 0 },
    { 1, 24000, 41666 },
    { 24000, 24000, 1000000000 },
    { 1, 44100, 22675 },
    { 44100, 44100, 1000000000 },
    { 1, 1, 1000000000 },
    { 1000000000, 48000, 20833333333333 },
    { 48000 * G_GUINT64_CONSTANT (31536000) * 100, 48000,
        G_GUINT64_CONSTANT (3153600000000000000) },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint64 ns = rows[i].ns, frames = rows[i].frames;
    guint rate = rows[i].rate;

    g_assert_cmpuint (rt_frames_to_ns (frames, rate), ==, ns);
    g_assert_cmpuint (rt_ns_to_frames_over (ns, rate), ==, frames);
    g_assert_cmpuint (rt_ns_to_frames_over (ns + 1, rate), ==, frames);
    if (ns > 0)
      g_assert_cmpuint (rt_ns_to_frames_over (ns - 1, rate), ==, frames - 1);
  }
}

static void
test_duration_inverse (void)
{
  static const guint rates[]
      = { 8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000, 12347 };
  guint i;

  for (i = 0; i < ROUNDS; i++) {
    guint rate = rates[g_test_rand_int_range (0, G_N_ELEMENTS (rates))];
    guint64 frames = (guint64) g_test_rand_int_range (0, G_MAXINT32)
                     * g_test_rand_int_range (1, 1000);
    guint64 ns = rt_frames_to_ns (frames, rate);

    /* the next whole nanosecond is within the frame: rounded down, no more */
    g_assert_cmpuint (rt_ns_to_frames (ns + 1, rate), ==, frames);
    g_assert_cmpuint (rt_ns_to_frames_over (ns, rate), ==, frames);
  }
}

static void
push (RtRing *ring, GByteArray *model, gsize size)
{
  g_autofree guint8 *data = g_malloc (size + 1);
  gsize i;

  for (i = 0; i < size; i++)
    data[i] = g_test_rand_int ();
  rt_ring_push (ring, data, size);
  g_byte_array_append (model, data, size);
}

static void
pop (RtRing *ring, GByteArray *model, gsize size)
{
  g_autofree guint8 *data = g_malloc (size + 1);

  rt_ring_pop (ring, data, size);
  g_assert_cmpmem (data, size, model->data, size);
  if (size > 0)
    g_byte_array_remove_range (model, 0, size);
}

/* Against an array that is simply appended to and cut. */
static void
test_ring_model (void)
{
  g_autoptr (GByteArray) model = g_byte_array_new ();
  RtRing ring = { NULL };
  guint i;

  for (i = 0; i < ROUNDS; i++) {
    gsize most = g_test_rand_int_range (0, 100) == 0 ? 100000 : 3000;
    gsize size = g_test_rand_int_range (0, most);
    int what = g_test_rand_int_range (0, 8);

    if (what < 3) {
      push (&ring, model, size);
    } else if (what < 7) {
      pop (&ring, model, MIN (size, model->len));
    } else {
      size = MIN (size, model->len);
      rt_ring_unpush (&ring, size);
      g_byte_array_set_size (model, model->len - size);
    }
    g_assert_cmpuint (ring.used, ==, model->len);
  }
  pop (&ring, model, model->len);
  rt_ring_clear (&ring);
  g_assert_null (ring.data);
}

static void
test_ring_memory (void)
{
  g_autoptr (GByteArray) model = g_byte_array_new ();
  RtRing ring = { NULL };
  guint i;

  g_assert_cmpuint (ring.size, ==, 0);
  push (&ring, model, 960);
  g_assert_cmpuint (ring.size, <=, 4096);
  for (i = 0; i < 500; i++) {
    push (&ring, model, 960);
    g_assert_cmpuint (ring.size, <=, MAX (2 * ring.used, 4096));
  }
  while (model->len > 960)
    pop (&ring, model, 960);
  /* not only when it is empty: less than a portion may stay for ever */
  g_assert_cmpuint (ring.used, ==, 960);
  g_assert_cmpuint (ring.size, <=, IDLE_SIZE);
  pop (&ring, model, 960);
  g_assert_cmpuint (ring.size, <=, IDLE_SIZE);
  rt_ring_clear (&ring);
}

/* The common case, a push and a pop of some milliseconds, allocates at first
 * and then no more. */
static void
test_ring_is_steady (gconstpointer portion)
{
  const gsize size = GPOINTER_TO_SIZE (portion);
  g_autoptr (GByteArray) model = g_byte_array_new ();
  RtRing ring = { NULL };
  const guint8 *data;
  guint i;

  push (&ring, model, size);
  push (&ring, model, size);
  data = ring.data;
  for (i = 0; i < 1000; i++) {
    pop (&ring, model, 2 * size);
    push (&ring, model, size);
    push (&ring, model, size);
    g_assert_true (ring.data == data);
  }
  rt_ring_clear (&ring);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/duration/rows", test_duration_rows);
  g_test_add_func ("/duration/inverse", test_duration_inverse);
  g_test_add_func ("/ring/model", test_ring_model);
  g_test_add_func ("/ring/memory", test_ring_memory);
  g_test_add_data_func (
      "/ring/steady/20-ms", GSIZE_TO_POINTER (960), test_ring_is_steady);
  g_test_add_data_func (
      "/ring/steady/150-ms", GSIZE_TO_POINTER (7200), test_ring_is_steady);
  return g_test_run ();
}
