/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Audio whose format changes inside a part: nothing is lost, and the account
 * of what was heard goes over all tracks of the part.
 */
#include "sessiondriver.h"

#include "rtledger.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }

static const Row changes[] = {
  START,
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
  { "playing 1", "note speech assistant playing" },
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
  { "audio rate=24000 audio=100", "end 1; play 2 4800@24000" },
  { "audio rate=24000 channels=2 audio=100", "end 2; play 3 9600@24000*2" },
  { "audio rate=16000 audio=100", "end 3; play 4 3200@16000" },
  { "drained 1", "" },
  { "playing 2", "" },
  { "drained 2", "" },
  { "drained 3", "" },
  { "paused", "end 4" },
  { "drained 4", "note speech assistant drained" },
};

/* Cut on the second of two, both still known to playback. */
static const Row cut_on_second[] = {
  START,
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
  { "audio rate=48000 audio=100", "end 1; play 2 9600@48000" },
  { "playing 1", "note speech assistant playing" },
  { "ask interrupt", "drop" },
  { "dropped 1=100/100@16000 2=25/100@48000",
      "note speech assistant interrupted; note interrupted  125+75" },
};

/* The first was reported as heard before. */
static const Row cut_behind_drained[] = {
  START,
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
  { "audio rate=48000 audio=100", "end 1; play 2 9600@48000" },
  { "playing 1", "note speech assistant playing" },
  { "drained 1", "" },
  { "audio rate=8000 audio=100", "end 2; play 3 1600@8000" },
  { "ask interrupt", "drop" },
  { "dropped 2=25/100@48000 3=0/100@8000",
      "note speech assistant interrupted; note interrupted  125+175" },
};

static const Row cut_on_first[] = {
  START,
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
  { "audio rate=48000 audio=100", "end 1; play 2 9600@48000" },
  { "playing 1", "note speech assistant playing" },
  { "ask interrupt", "drop" },
  { "dropped 1=99/100@16000 2=0/100@48000",
      "note speech assistant interrupted; note interrupted  99+101" },
};

/* Two halves of a millisecond are one. */
static const Row fractions[] = {
  START,
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
  { "audio rate=48000 audio=100", "end 1; play 2 9600@48000" },
  { "ask interrupt", "drop" },
  { "dropped 1=10.5/100@16000 2=10.5/100@48000", "note interrupted  21+179" },
};

/* Where it can be told, the part is truncated as one. */
static const Row truncated[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "audio item=a1 resp=r1 rate=16000 audio=100", "play 1 3200@16000" },
  { "audio item=a1 resp=r1 rate=24000 audio=100", "end 1; play 2 4800@24000" },
  { "audio item=a1 resp=r1 ci=1 rate=24000 audio=100", "play 3 4800@24000" },
  { "audio_done item=a1 resp=r1", "end 2" },
  { "playing 1", "note speech assistant playing a1" },
  { "drained 1", "" },
  { "ask interrupt", "send cancel r1; drop" },
  { "dropped 2=50/100 3=0/100",
      "note speech assistant interrupted a1; send truncate a1 0 150; "
      "note interrupted a1 150+150" },
};

/* Two replies without a name that wait to be heard are two. */
static const Row two_nameless[] = {
  START,
  { "audio rate=24000 audio=100", "play 1 4800@24000" },
  { "paused", "end 1" },
  { "audio rate=24000 audio=200", "play 2 9600@24000" },
  { "ask interrupt", "drop" },
  { "dropped 1=60/100 2=0/200",
      "note interrupted  60+40; note interrupted  0+200" },
};

/* Of nameless parts that were heard nothing is kept, and of a part that
 * changes its format all the time, not more than is still to be heard. */
static void
bounds (void)
{
  g_autoptr (RtLedger) ledger = rt_ledger_new (TRUE);
  const RtAudioFormat formats[] = {
    { RT_CODEC_PCM16, 16000, 1 },
    { RT_CODEC_PCM16, 24000, 2 },
  };
  guint i, ended, track, expected = 0;

  for (i = 0; i < RT_LEDGER_MAX_TRACKS * 2; i++) {
    track = rt_ledger_push (ledger, NULL, NULL, 0, &formats[0], 1, &ended);
    g_assert_cmpuint (track, ==, ++expected);
    g_assert_cmpuint (ended, ==, 0);
    g_assert_true (rt_ledger_end (ledger, NULL, NULL, -1, &ended));
    g_assert_true (rt_ledger_drained (ledger, track, NULL, NULL));
  }
  for (i = 0; i < RT_LEDGER_MAX_TRACKS * 2; i++) {
    track = rt_ledger_push (ledger, NULL, "a", 0, &formats[i % 2], 1, &ended);
    g_assert_cmpuint (track, ==, ++expected);
    g_assert_cmpuint (ended, ==, i == 0 ? 0 : track - 1);
    if (ended > 0)
      g_assert_true (rt_ledger_drained (ledger, ended, NULL, NULL));
  }
  for (i = 0; i < RT_LEDGER_MAX_TRACKS * 2; i++)
    rt_ledger_push (ledger, NULL, "b", 0, &formats[i % 2], 1, &ended);
  g_assert_cmpuint (ended, ==, 0);
  g_assert_cmpuint (
      rt_ledger_push (ledger, NULL, "b", 0, &formats[0], 1, &ended)
          + rt_ledger_push (ledger, NULL, "b", 0, &formats[1], 1, &ended),
      ==, expected + RT_LEDGER_MAX_TRACKS + RT_LEDGER_MAX_HEARD - 1);
}

static const Table tables[] = {
  TABLE ("changes", "session-create", changes),
  TABLE ("cut-on-second", "session-create", cut_on_second),
  TABLE ("cut-behind-drained", "session-create", cut_behind_drained),
  TABLE ("cut-on-first", "session-create", cut_on_first),
  TABLE ("fractions", "session-create", fractions),
  TABLE ("truncated", "", truncated),
  TABLE ("two-nameless", "session-create", two_nameless),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/dialects/rates", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/session/dialects/rates/bounds", bounds);
  return g_test_run ();
}
