/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of one session mean nothing in the next, which may use them again.
 */
#include "sessiondriver.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
/* Forgetful, so that only what is wanted is seen. */
#define FORGETFUL   \
  START,            \
  {                 \
    "forgetful", "" \
  }
#define AGAIN                                                         \
  { "opened", "send update; note started resumed" },                  \
  {                                                                   \
    "session_created id=s2", "ready; note session s2 created; repeat" \
  }

/* The next session may use the same names for other things. */
static const Row again[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },
  { "said item=i1 resp=r1 text=One.", "note assistant final 'One.' i1" },
  { "done id=r1", "end 1; note response completed r1" },
  { "item_done kind=call item=i2 call=c1 name=f args={}",
      "note item done i2; note call c1 i2 f '{}'" },
  { "ask function c1 yes", "send function c1 'yes'; send create" },
  { "item_added kind=output item=i3 call=c1", "note item added i3" },
  { "created id=r2", "note response created r2" },
  { "done id=r2", "note response completed r2" },
  { "worked?", "yes" },
  { "lost", "" },
  AGAIN,
  { "repeated", "" },
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=50", "play 2 2400@24000" },
  { "said item=i1 resp=r1 text=Two.", "note assistant final 'Two.' i1" },
  { "done id=r1", "end 2; note response completed r1" },
  { "item_done kind=call item=i2 call=c1 name=f args={}",
      "note item done i2; note call c1 i2 f '{}'" },
  { "playing 1", "note speech assistant playing i1" },
  { "ask interrupt", "drop" },
  /* of the first, which is gone, and of the second */
  { "dropped 1=40/100 2=0/50",
      "note speech assistant interrupted i1; note interrupted i1 40+60; "
      "note assistant final interrupted '' i1; send delete i1; "
      "note interrupted i1 0+50; "
      "note assistant final interrupted '' i1" },
};

/* What is told of an item that outlived its session ends none of the same name
 * in the next. */
static const Row cut_again[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },
  { "said item=i1 resp=r1 text=One.", "note assistant final 'One.' i1" },
  { "done id=r1", "end 1; note response completed r1" },
  { "lost", "" },
  AGAIN,
  { "repeated", "" },
  { "created id=r2", "note response created r2" },
  { "said_delta item=i1 resp=r2 text=Tw", "note assistant 'Tw' i1" },
  { "playing 1", "note speech assistant playing i1" },
  { "done id=r2", "note response completed r2" },
  { "ask interrupt", "drop" },
  { "dropped 1=40/100",
      "note speech assistant interrupted i1; note interrupted i1 40+60; "
      "note assistant final interrupted '' i1" },
  { "said_delta item=i1 resp=r2 text=o.", "note assistant 'o.' i1" },
  { "said item=i1 resp=r2 text=Two.", "note assistant final 'Two.' i1" },
};

/* What was interrupted in one session does not silence the next. */
static const Row interrupted_before[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },
  { "ask interrupt", "send cancel r1; drop" },
  { "dropped 1=40/100", "send truncate i1 0 40; note interrupted i1 40+60" },
  { "lost", "note response cancelled r1 session_lost" },
  AGAIN,
  { "repeated", "" },
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=50", "play 2 2400@24000" },
};

/* What outlives its session twice is not what the one between called so. */
static const Row cut_twice[] = {
  FORGETFUL,
  { "audio item=i1 resp=r1 audio=1000", "play 1 48000@24000" },
  { "said item=i1 resp=r1 text='one two three four five'",
      "note assistant final 'one two three four five' i1" },
  { "audio_done item=i1 resp=r1", "end 1" },
  { "lost", "" },
  AGAIN,
  { "repeated", "" },
  { "audio item=i1 resp=r1 audio=1000", "play 2 48000@24000" },
  { "said item=i1 resp=r1 text='six seven'",
      "note assistant final 'six seven' i1" },
  { "audio_done item=i1 resp=r1", "end 2" },
  { "lost", "" },
  AGAIN,
  { "repeated", "" },
  { "playing 1", "note speech assistant playing i1" },
  { "ask interrupt", "drop" },
  { "dropped 1=500/1000 2=0/1000",
      "note speech assistant interrupted i1; note interrupted i1 500+500; "
      "note assistant final interrupted 'one two' i1; "
      "note interrupted i1 0+1000; note assistant final interrupted '' i1" },
};

/* What was heard to its end is not what is called so now. */
static const Row heard_before[] = {
  FORGETFUL,
  { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },
  { "said item=i1 resp=r1 text=One.", "note assistant final 'One.' i1" },
  { "audio_done item=i1 resp=r1", "end 1" },
  { "lost", "" },
  AGAIN,
  { "repeated", "" },
  { "audio item=i1 resp=r1 audio=1000", "play 2 48000@24000" },
  { "said item=i1 resp=r1 text='one two'",
      "note assistant final 'one two' i1" },
  { "playing 1", "note speech assistant playing i1" },
  { "drained 1", "" },
  { "ask interrupt", "drop" },
  { "dropped 2=500/1000",
      "note speech assistant interrupted i1; send truncate i1 0 500; "
      "note interrupted i1 500+500; "
      "note assistant final interrupted 'one' i1" },
};

/* Of two items the last is told under the name, and amended by it. */
static const Row told_once[] = {
  START,
  { "audio item=i1 resp=r1 audio=1000", "play 1 48000@24000" },
  { "said item=i1 resp=r1 text='one two'",
      "note assistant final 'one two' i1" },
  { "audio_done item=i1 resp=r1", "end 1" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s2", "ready; note session s2 created; "
                             "send restored assistant i1 'one two'; repeat" },
  { "repeated", "" },
  { "audio item=i1 resp=r1 audio=1000", "play 2 48000@24000" },
  { "said item=i1 resp=r1 text='six seven'",
      "note assistant final 'six seven' i1" },
  { "audio_done item=i1 resp=r1", "end 2" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s3", "ready; note session s3 created; "
                             "send restored assistant 'one two'; "
                             "send restored assistant i1 'six seven'; repeat" },
  { "repeated", "" },
  { "item_added item=x1 role=assistant text='one two'", "" },
  { "item_added item=x2 role=assistant text='six seven'", "" },
  { "playing 1", "note speech assistant playing i1" },
  { "ask interrupt", "drop" },
  { "dropped 1=500/1000 2=500/1000",
      "note speech assistant interrupted i1; note interrupted i1 500+500; "
      "note assistant final interrupted 'one' i1; "
      "send delete x2; send restored assistant 'six'; "
      "note interrupted i1 500+500; "
      "note assistant final interrupted 'six' i1" },
};

/* An answer that is told in words, and told again, tells no name. */
static const Row answered_in_words[] = {
  { "opened", "send update; note started" },
  { "session_updated id=s1", "ready; note session s1 updated" },
  { "handoff_requested call=h1 item=i1 text=task",
      "note handoff h1 i1 'task' []" },
  { "ask handoff h1 half no", "send handoff h1 'half'" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "session_updated id=s2",
      "ready; note session s2 updated; "
      "send again user h1 'Message of the background agent: half'; repeat" },
  { "repeated", "" },
  { "ask handoff h1 done final",
      "send user h1 'Final message of the background agent: done' final" },
  /* it is open until the session that it was answered in is over */
  { "handoff_requested call=h1 item=i1 text=task", "" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "session_updated id=s3",
      "ready; note session s3 updated; "
      "send again user h1 'Message of the background agent: half'; "
      "send again user h1 "
      "'Final message of the background agent: done' final; repeat" },
  { "repeated", "" },
  { "handoff_requested call=h1 item=i1 text=other",
      "note handoff h1 i1 'other' []" },
};

static const Row answered_before[] = {
  { "opened", "send update; note started" },
  { "session_updated id=s1", "ready; note session s1 updated" },
  { "handoff_requested call=h1 item=i1 text=task",
      "note handoff h1 i1 'task' []" },
  { "ask handoff h1 done final", "send handoff h1 'done' final" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "session_updated id=s2",
      "ready; note session s2 updated; send again user h1 "
      "'Final message of the background agent: done' final; repeat" },
  { "repeated", "" },
  { "handoff_requested call=h1 item=i1 text=other",
      "note handoff h1 i1 'other' []" },
  { "ask handoff h1 ready final", "send handoff h1 'ready' final" },
};

static const Table tables[] = {
  TABLE ("again", "", again),
  TABLE ("cut-again", "", cut_again),
  TABLE ("interrupted-before", "", interrupted_before),
  TABLE ("cut-twice", "", cut_twice),
  TABLE ("heard-before", "", heard_before),
  TABLE ("told-once", "", told_once),
  TABLE ("answered-in-words", "v1", answered_in_words),
  TABLE ("answered-before", "v1", answered_before),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/names", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
