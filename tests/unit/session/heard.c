/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the application is told of a reply that was cut: no more than was
 * heard, and when it was.
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
#define BARGE_IN                                                             \
  {                                                                          \
    "speech_started item=u1 ms=50", "note speech user detected u1 @50; drop" \
  }
#define SECOND(a, t)                                                   \
  {                                                                    \
    "audio resp=r1 item=a" #a " audio=1000", "play " #t " 48000@24000" \
  }
#define HANDOFF(n, entries)                                               \
  {                                                                       \
    "item_done kind=call item=f" #n " call=c" #n                          \
    " name=background_agent istatus=completed args='{\"prompt\":\"x\"}'", \
        "note item done f" #n "; note handoff c" #n " f" #n               \
        " 'x' '{\"prompt\":\"x\"}' [" entries "]"                         \
  }

/* Generated, told as final, and then half of it is heard. */
static const Row complete[] = {
  START,
  CREATED (1),
  SECOND (1, 1),
  { "audio_done resp=r1 item=a1", "end 1" },
  { "said resp=r1 item=a1 text='one two three'",
      "note assistant final 'one two three' a1" },
  DONE (1),
  { "playing 1:700", "note speech assistant playing a1 t700" },
  BARGE_IN,
  { "dropped 1=600/1000:700",
      "note speech assistant interrupted a1 t1300; send truncate a1 0 600; "
      "note interrupted a1 600+400; "
      "note assistant final interrupted 'one two' a1 t700" },
  /* the server's copy knows it better, and is wrong */
  { "item_done item=a1 kind=message role=assistant text='one two three'",
      "note item done a1" },
  HANDOFF (1, "assistant: one two"),
};

/* Both are still coming, in step. */
static const Row generating[] = {
  START,
  CREATED (1),
  { "said_delta resp=r1 item=a1 text=one", "note assistant 'one' a1" },
  SECOND (1, 1),
  { "said_delta resp=r1 item=a1 text=' two'", "note assistant ' two' a1" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  { "said_delta resp=r1 item=a1 text=' three'",
      "note assistant ' three' a1 t700" },
  SECOND (1, 1),
  BARGE_IN,
  { "dropped 1=1200/2000:700",
      "note speech assistant interrupted a1 t1900; send truncate a1 0 1200; "
      "note interrupted a1 1200+800; "
      "note assistant final interrupted 'one two' a1 t700" },
  { "said resp=r1 item=a1 text='one two three four'", "" },
  HANDOFF (1, "assistant: one two"),
};

/* All of the text is there and little of the audio. */
static const Row text_ahead[] = {
  START,
  CREATED (1),
  { "said resp=r1 item=a1 text='one two three four five six seven eight'",
      "note assistant final 'one two three four five six seven eight' a1" },
  { "audio resp=r1 item=a1 audio=400", "play 1 19200@24000" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  BARGE_IN,
  { "dropped 1=400/400:700",
      "note speech assistant interrupted a1 t1100; send truncate a1 0 400; "
      "note interrupted a1 400+0; "
      "note assistant final interrupted 'one two' a1 t700" },
};

/* No word of it is told yet: nothing can be said of what was heard. */
static const Row text_behind[] = {
  START,
  CREATED (1),
  SECOND (1, 1),
  { "playing 1:700", "note speech assistant playing a1 t700" },
  BARGE_IN,
  { "dropped 1=500/1000:700",
      "note speech assistant interrupted a1 t1200; send truncate a1 0 500; "
      "note interrupted a1 500+500" },
  { "said_delta resp=r1 item=a1 text=one", "" },
  { "said resp=r1 item=a1 text='one two'", "" },
  { "item_done item=a1 kind=message role=assistant text='one two'",
      "note item done a1" },
  HANDOFF (1, ""),
};

/* Told, and not a sample of it came. */
static const Row no_audio[] = {
  START,
  CREATED (1),
  { "said_delta resp=r1 item=a1 text='one two'",
      "note assistant 'one two' a1" },
  { "ask interrupt", "send cancel r1; note assistant final interrupted '' a1" },
  HANDOFF (1, ""),
};

static const Row nothing_heard[] = {
  START,
  CREATED (1),
  { "said_delta resp=r1 item=a1 text='one two'",
      "note assistant 'one two' a1" },
  SECOND (1, 1),
  BARGE_IN,
  { "dropped 1=0/1000", "send delete a1; note interrupted a1 0+1000; "
                        "note assistant final interrupted '' a1" },
  { "item_done item=a1 kind=message role=assistant text='one two'",
      "note item done a1" },
  HANDOFF (1, ""),
};

/* The first item was heard to its end, the second in part, the third not. */
static const Row several_items[] = {
  START,
  CREATED (1),
  SECOND (1, 1),
  { "audio_done resp=r1 item=a1", "end 1" },
  { "said resp=r1 item=a1 text='one one'",
      "note assistant final 'one one' a1" },
  SECOND (2, 2),
  { "audio_done resp=r1 item=a2", "end 2" },
  { "said resp=r1 item=a2 text='two two'",
      "note assistant final 'two two' a2" },
  SECOND (3, 3),
  { "said_delta resp=r1 item=a3 text=three", "note assistant 'three' a3" },
  { "said_delta resp=r1 item=a4 text=four", "note assistant 'four' a4" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  { "drained 1:1700", "" },
  { "playing 2:1700", "" },
  BARGE_IN,
  { "dropped 2=500/1000:1700 3=0/1000",
      "note speech assistant interrupted a2 t2200; send truncate a2 0 500; "
      "note interrupted a2 500+500; "
      "note assistant final interrupted 'two' a2 t1700; "
      "send delete a3; note interrupted a3 0+1000; "
      "note assistant final interrupted '' a3; "
      "note assistant final interrupted '' a4" },
  HANDOFF (1, "assistant: one one | assistant: two"),
};

/* All that was said of it was heard, but its text is not final. */
static const Row heard_and_not_final[] = {
  START,
  CREATED (1),
  SECOND (1, 1),
  { "audio_done resp=r1 item=a1", "end 1" },
  { "said_delta resp=r1 item=a1 text='one one'",
      "note assistant 'one one' a1" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  { "drained 1:1700", "" },
  SECOND (2, 2),
  BARGE_IN,
  { "dropped 2=0/1000",
      "note speech assistant interrupted a2 t1700; send delete a2; "
      "note interrupted a2 0+1000; "
      "note assistant final interrupted 'one one' a1" },
  HANDOFF (1, "assistant: one one"),
};

static const Row heard_by_the_drop[] = {
  START,
  CREATED (1),
  SECOND (1, 1),
  { "audio_done resp=r1 item=a1", "end 1" },
  { "said_delta resp=r1 item=a1 text='one one'",
      "note assistant 'one one' a1" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  BARGE_IN,
  { "dropped 1=1000/1000:700",
      "note assistant final interrupted 'one one' a1" },
  { "done id=r1 status=cancelled",
      "note response cancelled r1; note speech assistant drained a1 t1700" },
};

/* The parts of an item: heard, half heard, not heard, and to be read. */
static const Row several_parts[] = {
  START,
  CREATED (1),
  SECOND (1, 1),
  { "audio resp=r1 item=a1 ci=1 audio=1000", "play 2 48000@24000" },
  { "audio resp=r1 item=a1 ci=2 audio=1000", "play 3 48000@24000" },
  { "audio_done resp=r1 item=a1", "end 1" },
  { "audio_done resp=r1 item=a1 ci=1", "end 2" },
  { "said resp=r1 item=a1 text='one one'",
      "note assistant final 'one one' a1" },
  { "said_delta resp=r1 item=a1 ci=1 text='two two'",
      "note assistant 'two two' a1 1" },
  { "said_delta resp=r1 item=a1 ci=2 text='three'",
      "note assistant 'three' a1 2" },
  { "text_delta resp=r1 item=a1 ci=3 text='see below'",
      "note assistant 'see below' a1 3" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  { "drained 1:1700", "" },
  BARGE_IN,
  { "dropped 2=500/1000:1700 3=0/1000",
      "note speech assistant interrupted a1 t2200; send truncate a1 1 500; "
      "note interrupted a1 1500+1500; "
      "note assistant final interrupted 'two' a1 1 t1700; "
      "note assistant final interrupted '' a1 2; "
      "note assistant final interrupted 'see below' a1 3" },
  HANDOFF (1, "assistant: one one | assistant: two | assistant: see below"),
};

/* A frame that came in two pieces was received. */
static const Row split_frames[] = {
  START,
  CREATED (1),
  { "audio resp=r1 item=a1 bytes=2401", "play 1 2401@24000" },
  { "audio resp=r1 item=a1 bytes=2399", "play 1 2399@24000" },
  { "audio_done resp=r1 item=a1", "end 1" },
  { "audio resp=r1 item=a1 ci=1 audio=100", "play 2 4800@24000" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  { "drained 1:800", "" },
  BARGE_IN,
  { "dropped 2=50/100:800",
      "note speech assistant interrupted a1 t850; send truncate a1 1 50; "
      "note interrupted a1 150+50" },
};

/* A part that changed its rate is one part. */
static const Row two_rates[] = {
  START,
  CREATED (1),
  { "audio resp=r1 item=a1 audio=1000 rate=24000", "play 1 48000@24000" },
  { "audio resp=r1 item=a1 audio=1000 rate=16000",
      "end 1; play 2 32000@16000" },
  { "audio_done resp=r1 item=a1", "end 2" },
  { "said resp=r1 item=a1 text='one two three four five'",
      "note assistant final 'one two three four five' a1" },
  { "playing 1:700", "note speech assistant playing a1 t700" },
  BARGE_IN,
  { "dropped 1=1000/1000:700 2=200/1000@16000:1700",
      "note speech assistant interrupted a1 t1900; send truncate a1 0 1200; "
      "note interrupted a1 1200+800; "
      "note assistant final interrupted 'one two three' a1 t700" },
};

/* A server that names responses and no items. */
static const Row nameless_item[] = {
  START,
  CREATED (1),
  { "audio resp=r1 audio=1000", "play 1 48000@24000" },
  { "said_delta resp=r1 text='one two'", "note assistant 'one two'" },
  { "playing 1:700", "note speech assistant playing t700" },
  BARGE_IN,
  { "dropped 1=700/1000:700",
      "note speech assistant interrupted t1400; note interrupted  700+300; "
      "note assistant final interrupted 'one' t700" },
};

/* One that names nothing: what was said last is what is open. */
static const Row nameless[] = {
  { "opened", "send update; note started" },
  { "session_updated id=s1", "ready; note session s1 updated" },
  { "audio audio=1000 rate=24000", "play 1 48000@24000" },
  { "said_delta text='zero'", "note assistant 'zero'" },
  { "said text='zero'", "end 1; note assistant final 'zero'" },
  { "audio audio=1000 rate=24000", "play 2 48000@24000" },
  { "said_delta text='one two'", "note assistant 'one two'" },
  { "playing 1:700", "note speech assistant playing t700" },
  { "ask interrupt", "drop" },
  { "dropped 1=1000/1000:700 2=700/1000:1700",
      "note speech assistant interrupted t2400; note interrupted  700+300; "
      "note assistant final interrupted 'one' t1700" },
};

/* When it is known by then. */
static const Row times[] = {
  START,
  CREATED (1),
  { "said_delta resp=r1 item=a1 text=one", "note assistant 'one' a1" },
  SECOND (1, 1),
  { "playing 1:700", "note speech assistant playing a1 t700" },
  { "said_delta resp=r1 item=a1 text=' two'", "note assistant ' two' a1 t700" },
  { "text_delta resp=r1 item=a1 ci=1 text=x", "note assistant 'x' a1 1" },
  SECOND (2, 2),
  { "said_delta resp=r1 item=a2 text=three", "note assistant 'three' a2" },
  { "audio_done resp=r1 item=a1", "end 1" },
  { "drained 1:1700", "" },
  { "playing 2:1700", "" },
  { "said resp=r1 item=a1 text='one two'",
      "note assistant final 'one two' a1 t700" },
  { "said resp=r1 item=a2 text=three",
      "note assistant final 'three' a2 t1700" },
  { "audio_done resp=r1 item=a2", "end 2" },
  DONE (1),
  { "drained 2:2700", "note speech assistant drained a2 t2700" },
  /* the next one has its own */
  CREATED (2),
  { "audio resp=r2 item=a3 audio=1000", "play 3 48000@24000" },
  { "playing 3", "note speech assistant playing a3" },
  BARGE_IN,
  { "dropped 3=0/1000", "note speech assistant interrupted a3; send delete a3; "
                        "note interrupted a3 0+1000" },
};

/* What was heard of an item counts when it goes on behind another one, also
 * when that was cut. */
static const Row goes_on[] = {
  START,
  CREATED (1),
  SECOND (1, 1),
  { "audio_done resp=r1 item=a1", "end 1" },
  SECOND (2, 2),
  { "audio_done resp=r1 item=a2", "end 2" },
  DONE (1),
  { "playing 1:700", "note speech assistant playing a1 t700" },
  { "drained 1:1700", "" },
  { "drained 2:2700", "note speech assistant drained a2 t2700" },
  { "audio resp=r2 item=a3 audio=1000", "play 3 48000@24000" },
  { "playing 3:2700", "note speech assistant playing a3 t2700" },
  BARGE_IN,
  { "dropped 3=500/1000:2700",
      "note speech assistant interrupted a3 t3200; send truncate a3 0 500; "
      "note interrupted a3 500+500" },
  { "audio resp=r1 item=a1 ci=1 audio=1000", "play 4 48000@24000" },
  { "ask interrupt", "drop" },
  { "dropped 4=0/1000", "note interrupted a1 1000+1000" },
};

static const Table tables[] = {
  TABLE ("complete", "", complete),
  TABLE ("generating", "", generating),
  TABLE ("text-ahead", "", text_ahead),
  TABLE ("text-behind", "", text_behind),
  TABLE ("no-audio", "", no_audio),
  TABLE ("nothing-heard", "", nothing_heard),
  TABLE ("several-items", "", several_items),
  TABLE ("heard-and-not-final", "", heard_and_not_final),
  TABLE ("heard-by-the-drop", "", heard_by_the_drop),
  TABLE ("several-parts", "", several_parts),
  TABLE ("split-frames", "", split_frames),
  TABLE ("two-rates", "", two_rates),
  TABLE ("nameless-item", "", nameless_item),
  TABLE ("nameless", "v1", nameless),
  TABLE ("times", "", times),
  TABLE ("goes-on", "", goes_on),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/heard", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
