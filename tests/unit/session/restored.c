/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a session that follows another one is told, and what of its echoes is
 * news.
 */
#include "sessiondriver.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define OPENED                                    \
  {                                               \
    "opened", "send update; note started resumed" \
  }
#define TALK                                                                 \
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },  \
      { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" }, \
      { "committed item=u1", "" },                                           \
      { "heard item=u1 text=Hello?", "note user final 'Hello?' u1" },        \
      { "created id=r1", "note response created r1" },                       \
      { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },            \
      { "said item=i1 resp=r1 text='one two three four'",                    \
        "note assistant final 'one two three four' i1" },                    \
  {                                                                          \
    "done id=r1", "end 1; note response completed r1"                        \
  }

static const Row whole[] = {
  START,
  TALK,
  { "drained 1", "" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'Hello?'; "
      "send restored assistant i1 'one two three four'; repeat" },
  { "repeated", "" },
  /* the echoes raise nothing, whatever names the server gives them */
  { "item_added item=u1 role=user text=Hello?", "" },
  { "item_done item=u1 role=user text=Hello?", "" },
  { "item_added item=x7 role=assistant text='one two three four'", "" },
  { "item_done item=x7 role=assistant text='one two three four'", "" },
  { "item_added item=u2 role=user text=Hello?", "note item added u2" },
  /* and are told to the third session, too, in their place */
  { "lost", "" },
  OPENED,
  { "session_created id=s3",
      "ready; note session s3 created; send restored user u1 'Hello?'; "
      "send restored assistant i1 'one two three four'; "
      "send restored user u2 'Hello?'; repeat" },
};

/* It may still have them, or want none. */
static const Row refused[] = {
  START,
  { "heard item=u1 text=Hello?", "note user final 'Hello?' u1" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2", "ready; note session s2 created; "
                             "send restored user u1 'Hello?'; repeat" },
  { "error code=invalid_value msg=known event=rt_restore_3",
      "note error benign invalid_value 'known' rt_restore_3" },
};

/* Only what was heard. */
static const Row cut[] = {
  START,
  TALK,
  { "playing 1", "note speech assistant playing i1" },
  { "ask interrupt", "drop" },
  { "dropped 1=50/100",
      "note speech assistant interrupted i1; send truncate i1 0 50; "
      "note interrupted i1 50+50; "
      "note assistant final interrupted 'one two' i1" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'Hello?'; "
      "send restored assistant i1 'one two'; repeat" },
};

static const Row unheard[] = {
  START,
  TALK,
  { "ask interrupt", "drop" },
  { "dropped 1=0/100", "send delete i1; note interrupted i1 0+100; "
                       "note assistant final interrupted '' i1" },
  { "item_deleted item=i1", "" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'Hello?'; "
      "repeat" },
};

/* The application had the server forget it. */
static const Row deleted[] = {
  START,
  TALK,
  { "item_deleted item=u1", "" },
  { "item_deleted item=never", "" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; "
      "send restored assistant i1 'one two three four'; repeat" },
};

/* It was told whole and then heard in part: a shorter one takes its place. */
static const Row amended[] = {
  START,
  TALK,
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'Hello?'; "
      "send restored assistant i1 'one two three four'; repeat" },
  { "repeated", "" },
  { "item_added item=x1 role=user text=Hello?", "" },
  { "item_added item=x2 role=assistant text='one two three four'", "" },
  { "ask interrupt", "drop" },
  { "dropped 1=50/100", "send delete x2; send restored assistant 'one two'; "
                        "note interrupted i1 50+50; "
                        "note assistant final interrupted 'one two' i1" },
  { "item_deleted item=x2", "" },
  { "item_added item=x3 role=assistant text='one two'", "" },
};

/* A server that does not show what it was told: its name for it is unknown. */
static const Row not_amended[] = {
  START,
  TALK,
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'Hello?'; "
      "send restored assistant i1 'one two three four'; repeat" },
  { "repeated", "" },
  { "speech_started item=u9 ms=0", "note speech user detected u9 @0; drop" },
  { "dropped 1=50/100", "note interrupted i1 50+50; "
                        "note assistant final interrupted 'one two' i1" },
};

/* In the outage it was heard in part, and so it is told. */
static const Row cut_meanwhile[] = {
  START,
  TALK,
  { "lost", "" },
  { "ask interrupt", "drop" },
  { "dropped 1=50/100", "note interrupted i1 50+50; "
                        "note assistant final interrupted 'one two' i1" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'Hello?'; "
      "send restored assistant i1 'one two'; repeat" },
};

/* What was typed is told as history once it is known to have arrived, and
 * else again as it was; either way in the order of its saying. */
static const Row typed[] = {
  START,
  { "ask text one", "send user 'one'; send create" },
  { "item_added item=u1 role=user text=one", "note item added u1" },
  { "created id=r1", "note response created r1" },
  { "text item=i1 resp=r1 text=Yes.", "note assistant final 'Yes.' i1" },
  { "done id=r1", "note response completed r1" },
  { "ask text two", "send user 'two'; send create" },
  { "lost", "" },
  { "ask text three", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'one'; "
      "send restored assistant i1 'Yes.'; send again user 'two'; repeat" },
  { "item_added item=u1 role=user text=one", "" },
  /* this one was never shown before */
  { "item_added item=u2 role=user text=two", "note item added u2" },
  { "repeated", "send user 'three'; send create" },
  { "lost", "" },
  OPENED,
  { "session_created id=s3",
      "ready; note session s3 created; send restored user u1 'one'; "
      "send restored assistant i1 'Yes.'; send restored user u2 'two'; "
      "send again user 'three'; repeat" },
  { "repeated", "send create" },
};

/* A server that shows nothing replied to it. */
static const Row typed_unseen[] = {
  START,
  { "ask text one", "send user 'one'; send create" },
  { "created id=r1", "note response created r1" },
  { "text item=i1 resp=r1 text=Yes.", "note assistant final 'Yes.' i1" },
  { "done id=r1", "note response completed r1" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send restored user 'one'; "
      "send restored assistant i1 'Yes.'; repeat" },
  { "item_added item=x1 role=user text=one", "" },
};

/* A call that was not whole went with its session, and what a server calls
 * before it has one is its own. */
static const Row calls_begun[] = {
  START,
  { "output_added kind=call item=i1 call=c1 istatus=in_progress", "" },
  { "lost", "" },
  OPENED,
  { "output_added kind=call item=i2 call=c2 istatus=in_progress", "" },
  { "item_done kind=call item=i3 call=c3 name=look_up args={}",
      "note item done i3; note call c3 i3 look_up '{}'" },
  { "session_created id=s2", "ready; note session s2 created; repeat" },
};

static const Row open_calls[] = {
  START,
  { "heard item=u1 text='Look it up.'", "note user final 'Look it up.' u1" },
  { "item_done kind=call item=i1 call=c1 name=background_agent "
    "args='{\"prompt\":\"x\"}'",
      "note item done i1; note handoff c1 i1 'x' '{\"prompt\":\"x\"}' "
      "[user: Look it up.]" },
  { "ask handoff c1 half no", "send handoff c1 'half'; send create" },
  { "item_added item=n1 role=system text=half", "note item added n1" },
  { "created id=r1", "note response created r1" },
  { "done id=r1", "note response completed r1" },
  { "lost", "" },
  { "busy?", "yes" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; "
      "send restored user u1 'Look it up.'; "
      "send restored call i1 c1 background_agent '{\"prompt\":\"x\"}'; "
      "repeat" },
  { "repeated", "" },
  { "item_added kind=call item=i1 call=c1 name=background_agent", "" },
  { "item_done kind=call item=i1 call=c1 name=background_agent "
    "args='{\"prompt\":\"x\"}'",
      "" },
  { "ask handoff c1 done final", "send handoff c1 'done' final; send create" },
  /* it did not arrive: the call and then what answers it */
  { "lost", "" },
  OPENED,
  { "session_created id=s3",
      "ready; note session s3 created; "
      "send restored user u1 'Look it up.'; "
      "send restored call i1 c1 background_agent '{\"prompt\":\"x\"}'; "
      "send again handoff c1 'done' final; repeat" },
  { "repeated", "send create" },
  { "item_added kind=output item=x call=c1", "note item added x" },
  { "created id=r2", "note response created r2" },
  { "audio item=i2 resp=r2 audio=20", "play 1 960@24000" },
  { "lost", "note response cancelled r2 session_lost; end 1" },
  OPENED,
  { "session_created id=s4", "ready; note session s4 created; "
                             "send restored user u1 'Look it up.'; repeat" },
};

/* An open call is the same one whichever session names it: the application has
 * it.  One that is done went with its session, and the next may use its name,
 * even before it is told of anything. */
static const Row calls_named_again[] = {
  START,
  { "item_done kind=call item=i1 call=c1 name=background_agent args={}",
      "note item done i1; note handoff c1 i1 '{}' '{}' []" },
  { "item_done kind=call item=i2 call=c2 name=look_up args={}",
      "note item done i2; note call c2 i2 look_up '{}'" },
  { "ask handoff c1 done final", "send handoff c1 'done' final; send create" },
  { "item_added kind=output item=x call=c1", "note item added x" },
  { "created id=r1", "note response created r1" },
  { "done id=r1", "note response completed r1" },
  { "lost", "" },
  OPENED,
  { "arguments item=i2 call=c2 name=look_up text={}", "" },
  { "arguments item=i1 call=c1 name=background_agent text='{\"input\":\"x\"}'",
      "note handoff c1 i1 'x' '{\"input\":\"x\"}' []" },
  { "session_created id=s2", "ready; note session s2 created; "
                             "send restored call i2 c2 look_up '{}'; repeat" },
  { "repeated", "" },
  { "arguments item=i2 call=c2 name=look_up text={}", "" },
  { "ask handoff c1 more final", "send handoff c1 'more' final; send create" },
  /* and while its answer may be lost it is not done */
  { "lost", "" },
  OPENED,
  { "arguments item=i1 call=c1 name=background_agent text={}", "" },
  { "session_created id=s3",
      "ready; note session s3 created; "
      "send restored call i2 c2 look_up '{}'; "
      "send restored call i1 c1 background_agent '{\"input\":\"x\"}'; "
      "send again handoff c1 'more' final; repeat" },
  { "arguments item=i1 call=c1 name=background_agent text={}", "" },
};

static const Row raw[] = {
  START,
  { "ask raw '{\"type\":\"x.y\"}'", "send raw '{\"type\":\"x.y\"}'" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2", "ready; note session s2 created; "
                             "send again raw '{\"type\":\"x.y\"}'; repeat" },
  { "repeated", "" },
  { "lost", "" },
  OPENED,
  { "session_created id=s3", "ready; note session s3 created; "
                             "send again raw '{\"type\":\"x.y\"}'; repeat" },
  { "rate_limits", "" },
  { "lost", "" },
  OPENED,
  { "session_created id=s4", "ready; note session s4 created; repeat" },
};

static const Row forgetful[] = {
  START,
  TALK,
  { "ask text two", "send user 'two'; send create" },
  { "forgetful", "" },
  { "lost", "" },
  OPENED,
  { "session_created id=s2",
      "ready; note session s2 created; send again user 'two'; repeat" },
  { "repeated", "send create" },
};

/* No conversation there that could be told. */
static const Row transcription[] = {
  START,
  { "heard item=u1 text=Hello?", "note user final 'Hello?' u1" },
  { "lost repeats", "" },
  OPENED,
  { "session_created id=s2", "ready; note session s2 created; repeat" },
};

/* The next session is greeted while this one goes on. */
static const Row greeted[] = {
  START,
  { "greet", "send update" },
  { "heard item=u1 text=Hello?", "note user final 'Hello?' u1" },
  { "lost repeats", "" },
  { "opened greeted", "note started resumed" },
  { "session_created id=s2",
      "ready; note session s2 created; send restored user u1 'Hello?'; "
      "repeat" },
};

static const Row greeted_before_change[] = {
  START,
  { "greet", "send update" },
  { "config voice=sage", "send update" },
  { "lost repeats", "" },
  { "opened greeted", "send update; note started resumed" },
};

/* The one that was greeted came to nothing. */
static const Row greeted_in_vain[] = {
  START,
  { "greet", "send update" },
  { "lost repeats", "" },
  { "opened", "send update; note started resumed" },
};

/* Where there are no items, in what opens the session. */
static const Row v1[] = {
  { "opened", "send update; note started" },
  { "session_updated id=s1", "ready; note session s1 updated" },
  { "heard wire=conversation.input_transcript.turn_marked text=Hello?",
      "note user final 'Hello?'" },
  { "said_delta text='Hi '", "note assistant 'Hi '" },
  { "worked?", "yes" },
  { "lost", "note assistant final interrupted 'Hi '" },
  { "opened", "send update 'The conversation until now, which goes on:\nuser: "
              "Hello?\nassistant: Hi '; note started resumed" },
  { "session_updated id=s2", "ready; note session s2 updated; repeat" },
  { "repeated", "" },
  /* what changes later does not make it forget */
  { "config prompt=P",
      "send update 'The conversation until now, which goes on:\nuser: "
      "Hello?\nassistant: Hi '" },
  { "lost", "" },
  { "forgetful", "" },
  { "opened", "send update; note started resumed" },
};

/* Also where none is told of a call. */
static const Row v1_handoffs_named_again[] = {
  { "opened", "send update; note started" },
  { "session_updated id=s1", "ready; note session s1 updated" },
  { "handoff_requested call=h1 item=i1 text=task",
      "note handoff h1 i1 'task' []" },
  { "handoff_requested call=h2 item=i2 text=more",
      "note handoff h2 i2 'more' []" },
  { "ask handoff h1 done final", "send handoff h1 'done' final" },
  { "said_delta text='Done '", "note assistant 'Done '" },
  { "forgetful", "" },
  { "lost", "note assistant final interrupted 'Done '" },
  { "opened", "send update; note started resumed" },
  { "session_updated id=s2", "ready; note session s2 updated; repeat" },
  { "handoff_requested call=h2 item=i1 text=more", "" },
  { "handoff_requested call=h1 item=i1 text=other",
      "note handoff h1 i1 'other' [assistant: Done ]" },
};

/* A new session knows of no handoff of the old one. */
static const Row v1_handoffs[] = {
  { "opened", "send update; note started" },
  { "session_updated id=s1", "ready; note session s1 updated" },
  { "handoff_requested call=h1 item=i1 text=task",
      "note handoff h1 i1 'task' []" },
  { "handoff_requested call=h2 item=i2 text=more",
      "note handoff h2 i2 'more' []" },
  { "ask handoff h1 half no", "send handoff h1 'half'" },
  { "lost", "" },
  { "ask handoff h1 done final", "" },
  { "opened", "send update; note started resumed" },
  { "session_updated id=s2",
      "ready; note session s2 updated; "
      "send again user h1 'Message of the background agent: half'; repeat" },
  { "repeated",
      "send user h1 'Final message of the background agent: done' final" },
  { "ask handoff - all final",
      "send user h2 'Final message of the background agent: all' final" },
};

static const Table tables[] = {
  TABLE ("whole", "", whole),
  TABLE ("refused", "", refused),
  TABLE ("cut", "", cut),
  TABLE ("unheard", "", unheard),
  TABLE ("deleted", "", deleted),
  TABLE ("amended", "", amended),
  TABLE ("not-amended", "", not_amended),
  TABLE ("cut-meanwhile", "", cut_meanwhile),
  TABLE ("typed", "", typed),
  TABLE ("typed-unseen", "", typed_unseen),
  TABLE ("calls-begun", "", calls_begun),
  TABLE ("open-calls", "", open_calls),
  TABLE ("calls-named-again", "", calls_named_again),
  TABLE ("raw", "", raw),
  TABLE ("forgetful", "", forgetful),
  TABLE ("transcription", "mode=transcription", transcription),
  TABLE ("greeted", "", greeted),
  TABLE ("greeted-before-change", "", greeted_before_change),
  TABLE ("greeted-in-vain", "", greeted_in_vain),
  TABLE ("v1", "v1", v1),
  TABLE ("v1-handoffs", "v1", v1_handoffs),
  TABLE ("v1-handoffs-named-again", "v1", v1_handoffs_named_again),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/restored", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
