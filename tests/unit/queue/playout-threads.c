/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The playout between threads: nothing lost, nothing doubled.  Made for
 * ThreadSanitizer.
 */
#include "numberedframes.h"
#include "rtplayout.h"

#define RATE 1000
#define MS G_GUINT64_CONSTANT (1000000)
#define TRACKS 300
#define TRACK_FRAMES 200

static const RtPlayoutFormat format = { FRAME_SIZE, RATE, 0 };

typedef struct {
  RtPlayout *playout;
  gboolean whole; /* frames are pushed: a drop may fall between pushes */
  /* what was pushed, kept to the end: the counts of GLib's references order
   * who frees behind who reads, but ThreadSanitizer cannot see them */
  GPtrArray *pieces;
} Speaker;

static gpointer
speak (gpointer data)
{
  Speaker *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  guint8 all[TRACK_FRAMES * FRAME_SIZE];
  guint track;

  for (track = 1; track <= TRACKS; track++) {
    gsize done = 0, n;

    number_frames (all, (track - 1) * TRACK_FRAMES, TRACK_FRAMES);
    for (; done < sizeof all; done += n) {
      GBytes *bytes;

      n = g_rand_int_range (rand, 1, 150);
      if (self->whole)
        n *= FRAME_SIZE;
      n = MIN (n, sizeof all - done);
      bytes = g_bytes_new (all + done, n);
      g_ptr_array_add (self->pieces, bytes);
      g_assert_true (rt_playout_push (self->playout, track, &format, bytes));
    }
    rt_playout_end (self->playout, track);
  }
  return NULL;
}

static GThread *
start_speaking (Speaker *self, RtPlayout *playout, gboolean whole)
{
  self->playout = rt_playout_ref (playout);
  self->whole = whole;
  self->pieces
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return g_thread_new ("speaker", speak, self);
}

static void
stop_speaking (Speaker *self, GThread *thread)
{
  g_thread_join (thread);
  rt_playout_unref (self->playout);
  g_ptr_array_unref (self->pieces);
}

/* All tracks in order and whole, each reported once at its begin and end. */
static void
test_playout (void)
{
  RtPlayout *playout = rt_playout_new (NULL);
  Speaker self;
  GThread *speaker = start_speaking (&self, playout, FALSE);
  g_autoptr (GArray) playing
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  g_autoptr (GArray) drained
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  guint8 out[64 * FRAME_SIZE];
  RtPlayoutRead read;
  RtPlayoutStatus status;
  guint32 next = 0;
  guint i;

  while (drained->len < TRACKS) {
    rt_playout_peek (playout, &status);
    if (rt_playout_read (playout, out, sizeof out, next * MS, &read))
      next = check_frames (out, read.size, next, TRUE);
    else
      g_thread_yield ();
    rt_playout_report (playout, G_MAXUINT64, playing, drained);
  }
  stop_speaking (&self, speaker);
  g_assert_cmpuint (next, ==, TRACKS * TRACK_FRAMES);
  g_assert_true (rt_playout_is_idle (playout));
  g_assert_cmpuint (playing->len, ==, TRACKS);
  for (i = 0; i < TRACKS; i++) {
    g_assert_cmpuint (
        g_array_index (playing, RtPlayoutMoment, i).track, ==, i + 1);
    g_assert_cmpuint (
        g_array_index (drained, RtPlayoutMoment, i).track, ==, i + 1);
  }
  rt_playout_unref (playout);
}

/* The I/O thread also drops: what left and what did not are all there was. */
static void
test_playout_drops (void)
{
  g_autoptr (GArray) accounts
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
  RtPlayout *playout = rt_playout_new (NULL);
  Speaker self;
  GThread *speaker = start_speaking (&self, playout, TRUE);
  guint8 out[16 * FRAME_SIZE];
  RtPlayoutRead read;
  guint64 got = 0, received = 0, left = 0;
  guint32 next = 0;
  guint i;

  for (i = 0; received < TRACKS * TRACK_FRAMES; i++) {
    if (rt_playout_read (playout, out, sizeof out, got * MS, &read)) {
      next = check_frames (out, read.size, next, FALSE);
      got += read.size / FRAME_SIZE;
    }
    if (i % 7 != 0)
      continue;
    g_array_set_size (accounts, 0);
    rt_playout_drop (playout, G_MAXUINT64, accounts);
    while (accounts->len > 0) {
      RtPlayoutAccount *account
          = &g_array_index (accounts, RtPlayoutAccount, accounts->len - 1);

      g_assert_cmpuint (account->heard, ==, account->left);
      received += account->received;
      left += account->left;
      g_array_set_size (accounts, accounts->len - 1);
    }
  }
  stop_speaking (&self, speaker);
  g_assert_cmpuint (received, ==, TRACKS * TRACK_FRAMES);
  g_assert_cmpuint (left, ==, got);
  rt_playout_unref (playout);
}

typedef struct {
  RtPlayout *playout;
  gint done; /* atomic */
} Holder;

static gpointer
hold_and_resume (gpointer data)
{
  Holder *holder = data;
  RtPlayoutStatus status;

  while (!g_atomic_int_get (&holder->done)) {
    rt_playout_hold (holder->playout, G_MAXUINT64);
    rt_playout_peek (holder->playout, &status);
    g_assert_true (status.held);
    g_assert_cmpuint (status.played, <=, status.received);
    rt_playout_resume (holder->playout);
    g_thread_yield ();
  }
  return NULL;
}

/* Held again and again while it is spoken and played: nothing is lost or
 * doubled. */
static void
test_playout_held (void)
{
  RtPlayout *playout = rt_playout_new (NULL);
  Holder holder = { playout, FALSE };
  Speaker self;
  GThread *speaker = start_speaking (&self, playout, FALSE);
  GThread *thread = g_thread_new ("holder", hold_and_resume, &holder);
  guint8 out[64 * FRAME_SIZE];
  RtPlayoutRead read;
  RtPlayoutStatus status;
  guint32 next = 0;

  while (next < TRACKS * TRACK_FRAMES) {
    if (rt_playout_read (playout, out, sizeof out, next * MS, &read))
      next = check_frames (out, read.size, next, TRUE);
    rt_playout_peek (playout, &status);
    g_assert_cmpuint (status.played, <=, status.received);
  }
  g_atomic_int_set (&holder.done, TRUE);
  g_thread_join (thread);
  stop_speaking (&self, speaker);
  rt_playout_unref (playout);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/playout/threads/in-order", test_playout);
  g_test_add_func ("/playout/threads/drops", test_playout_drops);
  g_test_add_func ("/playout/threads/held", test_playout_held);
  return g_test_run ();
}
