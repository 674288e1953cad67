/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The playout against a model that remembers every frame on its own: which
 * track, when it is over.  At random, from the seed that the test prints.
 */
#include "rtplayout.h"

#include <string.h>

#define STEPS 400
#define GAMES 60
#define FRAME_NS 1000 /* at 1 MHz: stamps are exact, so the model can be */

static const RtPlayoutFormat format = { 3, 1000000, 5 };

typedef struct {
  guint number;
  GByteArray *bytes; /* all that was pushed */
  GArray *ends;      /* of guint64: when each frame that left is over */
  guint certain;     /* frames heard for certain */
  gboolean ended;
  gboolean reported;
} Track;

typedef struct {
  RtPlayout *playout;
  GPtrArray *tracks;
  guint last_number;
  guint64 next_pts;
  guint8 next_byte;
  gboolean held;
  guint64 received; /* frames */
  guint64 played;
  guint64 dropped;
} Game;

static void
track_free (Track *self)
{
  g_byte_array_unref (self->bytes);
  g_array_unref (self->ends);
  g_free (self);
}

static guint
received (const Track *self)
{
  return self->bytes->len / format.frame_size;
}

static guint
queued (const Track *self)
{
  return received (self) - self->ends->len;
}

static guint64
end_of (const Track *self, guint frames)
{
  return frames > 0 ? g_array_index (self->ends, guint64, frames - 1) : 0;
}

static guint
due (const Track *self, guint64 until)
{
  guint n = 0;
  guint i;

  for (i = 0; i < self->ends->len; i++)
    n += g_array_index (self->ends, guint64, i) <= until;
  return n;
}

static guint
heard (const Track *self, guint64 until)
{
  return MAX (due (self, until), self->certain);
}

static Track *
get (Game *game, guint i)
{
  return g_ptr_array_index (game->tracks, i);
}

static Track *
new_track (Game *game)
{
  Track *track = g_new0 (Track, 1);

  track->number = ++game->last_number;
  track->bytes = g_byte_array_new ();
  track->ends = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_ptr_array_add (game->tracks, track);
  return track;
}

static Track *
any_track (Game *game)
{
  if (game->tracks->len == 0 || g_test_rand_int_range (0, 8) == 0)
    return new_track (game);
  return get (game, g_test_rand_int_range (0, game->tracks->len));
}

static void
play_push (Game *game)
{
  Track *track = any_track (game);
  gsize size = g_test_rand_int_range (0, 40), i;
  g_autoptr (GBytes) data = NULL;
  guint8 bytes[40];

  for (i = 0; i < size; i++)
    bytes[i] = game->next_byte++;
  data = g_bytes_new (bytes, size);
  g_assert_cmpint (
      rt_playout_push (game->playout, track->number, &format, data), ==,
      !track->ended);
  if (track->ended)
    return;
  game->received -= received (track);
  g_byte_array_append (track->bytes, bytes, size);
  game->received += received (track);
}

static void
play_end (Game *game)
{
  Track *track = any_track (game);

  rt_playout_end (game->playout, track->number);
  g_byte_array_set_size (track->bytes, received (track) * format.frame_size);
  track->ended = TRUE;
}

static Track *
first_queued (Game *game)
{
  guint i;

  for (i = 0; i < game->tracks->len; i++)
    if (queued (get (game, i)) > 0)
      return get (game, i);
  return NULL;
}

static void
check_status (Game *game)
{
  Track *first = first_queued (game);
  RtPlayoutStatus status;
  guint64 level = 0;
  guint i;

  for (i = 0; i < game->tracks->len; i++)
    level += queued (get (game, i)) * FRAME_NS;
  rt_playout_peek (game->playout, &status);
  g_assert_cmpuint (status.level, ==, level);
  g_assert_cmpuint (status.received, ==, game->received * FRAME_NS);
  g_assert_cmpuint (status.played, ==, game->played * FRAME_NS);
  g_assert_cmpuint (status.dropped, ==, game->dropped * FRAME_NS);
  g_assert_cmpuint (
      status.received, ==, status.played + status.dropped + status.level);
  g_assert_cmpint (status.held, ==, game->held);
  g_assert_cmpuint (status.track, ==, first != NULL ? first->number : 0);
  if (first != NULL) {
    g_assert_cmpuint (status.bytes, ==, queued (first) * format.frame_size);
    g_assert_cmpint (status.complete, ==, first->ended);
  }
  g_assert_cmpint (
      rt_playout_is_idle (game->playout), ==, game->tracks->len == 0);
}

static void
play_read (Game *game)
{
  Track *track = first_queued (game);
  gsize size = g_test_rand_int_range (0, 60), frames, offset, i;
  RtPlayoutRead read;
  guint8 out[60];
  gboolean got;

  if (g_test_rand_int_range (0, 5) == 0)
    game->next_pts += g_test_rand_int_range (1, 20) * FRAME_NS;
  got = rt_playout_read (game->playout, out, size, game->next_pts, &read);
  frames = size / format.frame_size;
  if (track != NULL)
    frames = MIN (frames, queued (track));
  g_assert_cmpint (got, ==, track != NULL && frames > 0 && !game->held);
  if (!got)
    return;

  offset = track->ends->len * format.frame_size;
  g_assert_cmpuint (read.track, ==, track->number);
  g_assert_cmpint (read.first, ==, offset == 0);
  g_assert_cmpmem (
      out, read.size, track->bytes->data + offset, frames * format.frame_size);
  for (i = 0; i < frames; i++) {
    game->next_pts += FRAME_NS;
    g_array_append_val (track->ends, game->next_pts);
  }
  game->played += frames;
  g_assert_cmpint (read.last, ==, track->ended && queued (track) == 0);
}

/* Some time around the present, between frames and on their edges. */
static guint64
any_time (Game *game)
{
  guint64 back = g_test_rand_int_range (0, 60 * FRAME_NS);

  if (g_test_rand_int_range (0, 4) == 0)
    return G_MAXUINT64;
  if (g_test_rand_bit ())
    back -= back % FRAME_NS;
  return game->next_pts + 10 * FRAME_NS - back;
}

static void
take_moment (GArray *moments, guint *at, guint number, guint64 time)
{
  RtPlayoutMoment *moment = &g_array_index (moments, RtPlayoutMoment, *at);

  g_assert_cmpuint (*at, <, moments->len);
  g_assert_cmpuint (moment->track, ==, number);
  g_assert_cmpuint (moment->time, ==, time);
  ++*at;
}

/* FALSE: nothing is said of the tracks behind it. */
static gboolean
check_reported (Track *track, guint64 until, GArray *playing, guint *began,
    gboolean *drained, guint64 *next)
{
  guint64 at = G_MAXUINT64;

  if (track->ends->len > 0 && !track->reported) {
    at = end_of (track, 1) - FRAME_NS;
    if (at <= until) {
      track->reported = TRUE;
      take_moment (playing, began, track->number, at);
      at = G_MAXUINT64;
    }
  }
  *drained = FALSE;
  if (track->ended && queued (track) == 0) {
    *drained = due (track, until) == track->ends->len;
    if (!*drained)
      at = MIN (at, end_of (track, track->ends->len));
  }
  *next = MIN (*next, at);
  return queued (track) == 0;
}

static void
play_report (Game *game)
{
  g_autoptr (GArray) playing
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  g_autoptr (GArray) drained
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  guint64 until = any_time (game), next = G_MAXUINT64, reported;
  guint began = 0, over = 0, i = 0;
  gboolean gone, more = TRUE;

  reported = rt_playout_report (game->playout, until, playing, drained);
  while (more && i < game->tracks->len) {
    Track *track = get (game, i);

    more = check_reported (track, until, playing, &began, &gone, &next);
    track->certain = heard (track, until);
    if (gone) {
      take_moment (drained, &over, track->number,
          received (track) > 0 ? end_of (track, track->ends->len)
                               : G_MAXUINT64);
      g_ptr_array_remove_index (game->tracks, i);
    } else
      i++;
  }
  g_assert_cmpuint (playing->len, ==, began);
  g_assert_cmpuint (drained->len, ==, over);
  g_assert_cmpuint (reported, ==, next);
}

static void
play_drop (Game *game)
{
  g_autoptr (GArray) accounts
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
  guint64 until = any_time (game);
  guint i;

  rt_playout_drop (game->playout, until, accounts);
  g_assert_cmpuint (accounts->len, ==, game->tracks->len);
  for (i = 0; i < accounts->len; i++) {
    RtPlayoutAccount *account = &g_array_index (accounts, RtPlayoutAccount, i);
    Track *track = get (game, i);

    g_assert_cmpuint (account->track, ==, track->number);
    g_assert_cmpuint (account->received, ==, received (track));
    g_assert_cmpuint (account->left, ==, track->ends->len);
    g_assert_cmpuint (account->heard, ==, heard (track, until));
    g_assert_cmpuint (account->finish, ==, end_of (track, account->heard));
    g_assert_cmpuint (account->begin, ==,
        track->ends->len > 0 ? end_of (track, 1) - FRAME_NS : G_MAXUINT64);
    g_assert_cmpint (account->ended, ==, track->ended);
    game->played -= track->ends->len - account->heard;
    game->dropped += received (track) - account->heard;
  }
  game->held = FALSE;
  g_ptr_array_set_size (game->tracks, 0);
}

/* What was not heard comes again, from the next read on. */
static void
play_hold (Game *game)
{
  guint64 until = any_time (game);
  guint i;

  rt_playout_hold (game->playout, until);
  game->held = TRUE;
  for (i = 0; i < game->tracks->len; i++) {
    Track *track = get (game, i);

    track->certain = heard (track, until);
    game->played -= track->ends->len - track->certain;
    g_array_set_size (track->ends, track->certain);
  }
}

static void
play_resume (Game *game)
{
  rt_playout_resume (game->playout);
  game->held = FALSE;
}

static void
play_refuse (Game *game)
{
  guint frames = g_test_rand_int_range (0, 50);

  rt_playout_refuse (game->playout, frames * FRAME_NS);
  game->received += frames;
  game->dropped += frames;
}

static void
play (void)
{
  Game game = {
    .playout = rt_playout_new (NULL),
    .tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) track_free),
    .next_pts = 1000 * FRAME_NS,
  };
  guint i;

  for (i = 0; i < STEPS; i++) {
    int what = g_test_rand_int_range (0, 100);

    if (what < 40)
      play_push (&game);
    else if (what < 75)
      play_read (&game);
    else if (what < 85)
      play_end (&game);
    else if (what < 92)
      play_report (&game);
    else if (what < 94)
      play_hold (&game);
    else if (what < 98)
      play_resume (&game);
    else if (what < 99)
      play_refuse (&game);
    else
      play_drop (&game);
    check_status (&game);
  }
  rt_playout_unref (game.playout);
  g_ptr_array_unref (game.tracks);
}

static void
test_model (void)
{
  guint i;

  for (i = 0; i < GAMES; i++)
    play ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/playout/model", test_model);
  return g_test_run ();
}
