/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reply that is held while nobody knows whether the user takes the turn:
 * dropped when a turn comes of the sound, gone on with when none does.
 */
#include "sessiondriver.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define CREATED(n)                                  \
  {                                                 \
    "created id=r" #n, "note response created r" #n \
  }
#define DONE(n)                                                        \
  {                                                                    \
    "done id=r" #n " status=completed", "note response completed r" #n \
  }
/* 100 ms of item a of response r on track t; the same, and that is all. */
#define AUDIO(r, a, t)                                                    \
  {                                                                       \
    "audio resp=r" #r " item=a" #a " audio=100", "play " #t " 4800@24000" \
  }
#define AUDIO_DONE(r, a, t)                        \
  {                                                \
    "audio_done resp=r" #r " item=a" #a, "end " #t \
  }
#define PLAYING(t, a)                                   \
  {                                                     \
    "playing " #t, "note speech assistant playing a" #a \
  }
#define STARTED(n)                                        \
  {                                                       \
    "speech_started item=u" #n " ms=50",                  \
        "note speech user detected u" #n " @50; hold 300" \
  }
#define STOPPED(n)                                                            \
  {                                                                           \
    "speech_stopped item=u" #n " ms=90", "note speech user ended u" #n " @90" \
  }
/* Its end was heard after 40 of 100 ms. */
#define DROPPED                                                         \
  {                                                                     \
    "dropped 1=40/100",                                                 \
        "note speech assistant interrupted a1; send truncate a1 0 40; " \
        "note interrupted a1 40+60"                                     \
  }

/* The usual one: speech, its end, and the turn, while it is generated. */
static const Row turn[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  STARTED (1),
  AUDIO (1, 1, 1),
  STOPPED (1),
  { "committed item=u1", "send cancel r1; drop" },
  { "audio_done resp=r1 item=a1", "" },
  DROPPED,
  { "done id=r1 status=cancelled reason=client_cancelled",
      "note response cancelled r1 client_cancelled; send create" },
  { "elapsed", "" },
  CREATED (2),
  AUDIO (2, 2, 2),
  PLAYING (2, 2),
  AUDIO_DONE (2, 2, 2),
  DONE (2),
  { "busy?", "no" },
};

/* It was generated long ago: the server replies by itself. */
static const Row turn_when_complete[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  PLAYING (1, 1),
  STARTED (1),
  STOPPED (1),
  { "committed item=u1", "drop" },
  DROPPED,
  { "busy?", "yes" },
  CREATED (2),
  DONE (2),
  { "busy?", "no" },
};

/* Speaks on: it is a turn in the making. */
static const Row still_speaking[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  STARTED (1),
  { "elapsed", "send cancel r1; drop" },
  DROPPED,
  { "elapsed", "" },
  { "done id=r1 status=cancelled reason=client_cancelled",
      "note response cancelled r1 client_cancelled" },
  STOPPED (1),
  { "committed item=u1", "" },
  CREATED (2),
  DONE (2),
  { "busy?", "no" },
};

/* A cough: it goes on, and to its end. */
static const Row no_turn[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  STARTED (1),
  STOPPED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  { "elapsed", "resume" },
  { "elapsed", "" },
  { "drained 1", "note speech assistant drained a1" },
};

/* The server forgot the sound before its time was over. */
static const Row cleared[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  { "cleared", "note speech user ended" },
  { "elapsed", "resume" },
};

static const Row turn_told_late[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  STARTED (1),
  STOPPED (1),
  { "elapsed", "resume" },
  AUDIO (1, 1, 1),
  { "committed item=u1", "send cancel r1; drop" },
};

/* What is committed later has nothing to do with that cough. */
static const Row turn_of_another_reply[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  STOPPED (1),
  { "elapsed", "resume" },
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  CREATED (2),
  AUDIO (2, 2, 2),
  { "ask commit", "send commit" },
  { "committed item=u2", "" },
};

static const Row two_sounds[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  { "speech_started item=u1 ms=50", "" },
  STOPPED (1),
  STARTED (2),
  STOPPED (2),
  { "elapsed", "resume" },
  STARTED (3),
  { "elapsed", "send cancel r1; drop" },
};

static const Row nothing_to_hold[] = {
  START,
  { "speech_started item=u1 ms=50", "note speech user detected u1 @50" },
  STOPPED (1),
  { "committed item=u1", "" },
  { "elapsed", "" },
  CREATED (1),
  AUDIO (1, 1, 1),
};

/* Not a sample is there yet. */
static const Row generating[] = {
  START,
  CREATED (1),
  STARTED (1),
  STOPPED (1),
  { "elapsed", "resume" },
  STARTED (2),
  { "elapsed", "send cancel r1; resume" },
  { "audio resp=r1 item=a1 audio=100", "" },
};

/* It was heard to its end behind the hold. */
static const Row drained[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  PLAYING (1, 1),
  STARTED (1),
  { "drained 1", "note speech assistant drained a1" },
  STOPPED (1),
  { "committed item=u1", "resume" },
};

static const Row interrupted[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  STARTED (1),
  { "ask interrupt", "send cancel r1; drop" },
  { "elapsed", "" },
  DROPPED,
  { "done id=r1 status=cancelled", "note response cancelled r1" },
  STOPPED (1),
  { "committed item=u1", "" },
  CREATED (2),
  { "busy?", "yes" },
};

static const Row interrupted_in_silence[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  STARTED (1),
  { "playing 1", "note speech assistant playing a1" },
  { "drained 1", "note speech assistant drained a1" },
  { "ask interrupt", "resume" },
  { "elapsed", "" },
};

/* The server cancelled all the same. */
static const Row cancelled[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  PLAYING (1, 1),
  STARTED (1),
  { "done id=r1 status=cancelled reason=turn_detected",
      "end 1; note response cancelled r1 turn_detected" },
  STOPPED (1),
  { "committed item=u1", "drop" },
  DROPPED,
  CREATED (2),
  DONE (2),
  { "busy?", "no" },
};

/* The application changed its mind while it was held. */
static const Row ignored[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  { "barge-in 0 0", "" },
  { "elapsed", "resume" },
  { "speech_started item=u2 ms=60", "note speech user detected u2 @60" },
};

static const Row not_held_any_more[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  STOPPED (1),
  { "barge-in 1 0", "" },
  { "config interrupt=1", "send update" },
  { "speech_started item=u2 ms=60", "note speech user detected u2 @60; drop" },
  { "elapsed", "" },
};

/* What the application asks for while the user speaks is part of the reply to
 * that. */
static const Row asked_meanwhile[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  { "ask text hm", "send user 'hm'" },
  { "elapsed", "send cancel r1; drop" },
  { "done id=r1 status=cancelled reason=client_cancelled",
      "note response cancelled r1 client_cancelled" },
  STOPPED (1),
  { "committed item=u1", "" },
  CREATED (2),
  DONE (2),
  { "busy?", "no" },
};

/* Two replies wait to be heard: both give way. */
static const Row next_reply[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  AUDIO_DONE (1, 1, 1),
  DONE (1),
  PLAYING (1, 1),
  STARTED (1),
  { "ask create", "send create" },
  CREATED (2),
  AUDIO (2, 2, 2),
  STOPPED (1),
  { "committed item=u1", "send cancel r2; drop" },
  { "dropped 1=40/100 2=0/100",
      "note speech assistant interrupted a1; send truncate a1 0 40; "
      "note interrupted a1 40+60; send delete a2; note interrupted a2 0+100" },
};

static const Row written[] = {
  START,
  CREATED (1),
  { "text_delta item=a1 resp=r1 text=hal", "note assistant 'hal' a1" },
  STARTED (1),
  { "text_delta item=a1 resp=r1 text=f", "note assistant 'f' a1" },
  { "elapsed",
      "send cancel r1; resume; note assistant final interrupted 'half' a1" },
};

/* The connection is lost while it is held: what came of it is heard, unless
 * what was said is said again and becomes a turn. */
static const Row lost[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  { "lost", "note response cancelled r1 session_lost; end 1; "
            "note speech user ended u1" },
  { "elapsed", "resume" },
};

static const Row lost_and_said_again[] = {
  START,
  CREATED (1),
  AUDIO (1, 1, 1),
  STARTED (1),
  { "lost repeats", "note response cancelled r1 session_lost; end 1; "
                    "note speech user ended u1" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s2", "ready; note session s2 created; repeat" },
  { "repeated", "" },
  { "speech_started item=u1 ms=50", "note speech user detected u1 @50; "
                                    "hold 300" },
  STOPPED (1),
  { "committed item=u1", "drop" },
};

static const Table tables[] = {
  TABLE ("turn", "hold=300", turn),
  TABLE ("turn-when-complete", "hold=300", turn_when_complete),
  TABLE ("still-speaking", "hold=300", still_speaking),
  TABLE ("no-turn", "hold=300", no_turn),
  TABLE ("cleared", "hold=300", cleared),
  TABLE ("turn-told-late", "hold=300", turn_told_late),
  TABLE ("turn-of-another-reply", "hold=300", turn_of_another_reply),
  TABLE ("two-sounds", "hold=300", two_sounds),
  TABLE ("nothing-to-hold", "hold=300", nothing_to_hold),
  TABLE ("generating", "hold=300", generating),
  TABLE ("drained", "hold=300", drained),
  TABLE ("interrupted", "hold=300", interrupted),
  TABLE ("interrupted-in-silence", "hold=300", interrupted_in_silence),
  TABLE ("cancelled", "hold=300", cancelled),
  TABLE ("ignored", "hold=300", ignored),
  TABLE ("not-held-any-more", "hold=300", not_held_any_more),
  TABLE ("asked-meanwhile", "hold=300", asked_meanwhile),
  TABLE ("next-reply", "hold=300", next_reply),
  TABLE ("written", "hold=300", written),
  TABLE ("lost", "hold=300", lost),
  TABLE ("lost-and-said-again", "hold=300", lost_and_said_again),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/holds", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
