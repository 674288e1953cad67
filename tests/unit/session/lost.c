/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What ends with a session that is lost, what is still wanted, and what waits
 * for the next one.
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

/* A first connection that never became a session leaves nothing behind. */
static const Row nothing[] = {
  { "lost", "" },
  { "opened", "send update; note started" },
  { "lost", "" },
  { "ready?", "no" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s1", "ready; note session s1 created" },
  { "lost repeats", "" },
  { "id?", NULL },
  { "ready?", "no" },
  AGAIN,
  { "id?", "s2" },
  { "repeated", "" },
};

/* What was generated is over, once; what came of it plays on. */
static const Row generating[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "owed?", "yes" },
  { "said_delta item=i1 resp=r1 text='Your balance '",
      "note assistant 'Your balance ' i1" },
  { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },
  { "playing 1", "note speech assistant playing i1" },
  { "lost", "note response cancelled r1 session_lost; end 1; "
            "note assistant final interrupted 'Your balance ' i1" },
  { "owed?", "no" },
  { "drained 1", "note speech assistant drained i1" },
  AGAIN,
  { "repeated", "" },
  { "worked?", "no" },
};

/* All of it was heard when the end of it was lost. */
static const Row heard_all[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },
  { "audio_done item=i1 resp=r1", "end 1" },
  { "playing 1", "note speech assistant playing i1" },
  { "drained 1", "" },
  { "lost", "note response cancelled r1 session_lost; "
            "note speech assistant drained i1" },
};

/* Nothing came of it: the user still waits for an answer. */
static const Row not_begun[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "output_added item=i1 resp=r1 role=assistant", "" },
  { "lost", "note response cancelled r1 session_lost" },
  AGAIN,
  { "repeated", "send create" },
};

/* But not when the user cancelled it. */
static const Row cancelled[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "ask interrupt", "send cancel r1" },
  { "lost", "note response cancelled r1 session_lost" },
  AGAIN,
  { "repeated", "" },
};

static const Row asked[] = {
  FORGETFUL,
  { "ask create", "send create" },
  { "owed?", "yes" },
  { "lost", "" },
  AGAIN,
  { "repeated", "send create" },
  { "created id=r1", "note response created r1" },
  { "ask create", "" },
  { "audio item=i1 resp=r1 audio=20", "play 1 960@24000" },
  { "lost", "note response cancelled r1 session_lost; end 1" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s3", "ready; note session s3 created; repeat" },
  /* once */
  { "repeated", "send create" },
  { "created id=r1", "note response created r1" },
};

/* A server that says something before it has a session is asked for nothing
 * yet. */
static const Row too_early[] = {
  FORGETFUL,
  { "ask create", "send create" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "error code=server_error msg=oops",
      "note error warning server_error 'oops'" },
  { "session_created id=s2", "ready; note session s2 created; repeat" },
  { "repeated", "send create" },
};

static const Row stalled[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=20", "play 1 960@24000" },
  { "lost", "note response cancelled r1 session_lost; end 1" },
  { "ask_again", "" },
  AGAIN,
  { "repeated", "send create" },
};

/* The connection is not there: nothing is said into it. */
static const Row interrupted_meanwhile[] = {
  FORGETFUL,
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=100", "play 1 4800@24000" },
  { "said_delta item=i1 resp=r1 text='A b c d '",
      "note assistant 'A b c d ' i1" },
  { "lost", "note response cancelled r1 session_lost; end 1; "
            "note assistant final interrupted 'A b c d ' i1" },
  { "ask interrupt", "drop" },
  { "dropped 1=50/100", "note interrupted i1 50+50" },
  AGAIN,
};

static const Row speaking[] = {
  FORGETFUL,
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "heard_delta item=u1 text='I wa'", "note user 'I wa' u1" },
  { "busy?", "yes" },
  /* it will be said again */
  { "lost repeats", "note speech user ended u1" },
  { "busy?", "no" },
  AGAIN,
  { "repeated", "" },
  { "speech_started item=u1 ms=0", "note speech user detected u1 @0" },
  { "heard_delta item=u1 text='I want'", "note user 'I want' u1" },
  { "heard item=u1 text='I want it.'", "note user final 'I want it.' u1" },
  { "worked?", "yes" },
};

static const Row speaking_lost[] = {
  FORGETFUL,
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "heard_delta item=u1 text='I wa'", "note user 'I wa' u1" },
  /* that is all there will ever be of it */
  { "lost",
      "note user final interrupted 'I wa' u1; note speech user ended u1" },
};

/* The model answered, so it is not said again. */
static const Row answered[] = {
  FORGETFUL,
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "heard_delta item=u1 text='I wa'", "note user 'I wa' u1" },
  { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" },
  { "committed item=u1", "" },
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=20", "play 1 960@24000" },
  { "lost repeats", "note response cancelled r1 session_lost; end 1; "
                    "note user final interrupted 'I wa' u1" },
};

/* It was about to: what is said again gets its answer from the next server
 * by itself, and no other. */
static const Row about_to_answer[] = {
  FORGETFUL,
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" },
  { "committed item=u1", "" },
  { "created id=r1", "note response created r1" },
  { "lost repeats", "note response cancelled r1 session_lost" },
  AGAIN,
  { "repeated", "" },
};

/* Where the application asks for replies it is asked for again. */
static const Row about_to_answer_manually[] = {
  FORGETFUL,
  { "ask commit", "send commit" },
  { "committed item=u1", "" },
  { "ask create", "send create" },
  { "created id=r1", "note response created r1" },
  { "lost repeats", "note response cancelled r1 session_lost" },
  AGAIN,
  { "commit_again", "send again commit" },
  { "repeated", "send create" },
};

/* Somebody speaks while another turn is answered. */
static const Row speaking_over[] = {
  FORGETFUL,
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "heard_delta item=u1 text=a", "note user 'a' u1" },
  { "ask create", "send create" },
  { "created id=r1", "note response created r1" },
  { "audio item=i1 resp=r1 audio=20", "play 1 960@24000" },
  { "lost repeats", "note response cancelled r1 session_lost; end 1; "
                    "note speech user ended u1" },
};

/* A turn that is a text by now gets its reply from the next session. */
static const Row reply_owed[] = {
  START,
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" },
  { "committed item=u1", "" },
  { "heard item=u1 text=Well?", "note user final 'Well?' u1" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s2", "ready; note session s2 created; "
                             "send restored user u1 'Well?'; repeat" },
  { "repeated", "send create" },
};

/* One that is not will be said again, and the server replies by itself. */
static const Row reply_not_owed[] = {
  START,
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" },
  { "committed item=u1", "" },
  { "lost repeats", "" },
  AGAIN,
  { "repeated", "" },
};

/* Turns of the application's own. */
static const Row committed[] = {
  START,
  { "ask commit", "send commit" },
  { "ask create", "send create" },
  { "busy?", "yes" },
  { "lost repeats", "" },
  AGAIN,
  { "commit_again", "send again commit" },
  { "busy?", "yes" },
  { "repeated", "send create" },
  { "committed item=u1", "" },
};

/* What was not sent yet is of the same audio in the next session. */
static const Row unsent[] = {
  START,
  { "unsent commit 500", "" },
  { "unsent clear 600", "" },
  { "unsent text hi", "" },
  { "lost", "" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s2",
      "ready; note session s2 created; send again user 'hi'; repeat" },
  { "repeated", "send commit @500; send clear @600; send create" },
};

/* A clear is not of what was committed before it. */
static const Row cleared[] = {
  START,
  { "lost", "" },
  { "ask clear 100", "clear-input @100" },
  { "ask commit 500", "" },
  { "ask clear 600", "" },
  { "ask create", "" },
  AGAIN,
  { "repeated", "send commit @500; send clear @600; send create" },
};

/* What is asked for during the outage. */
static const Row meanwhile[] = {
  START,
  { "item_done kind=call item=i1 call=c1 name=f args={\"a\":1}",
      "note item done i1; note call c1 i1 f '{a:1}'" },
  { "item_done kind=call item=i2 call=c2 name=background_agent args={}",
      "note item done i2; note handoff c2 i2 '{}' '{}' []" },
  { "lost", "" },
  { "ask text hi", "" },
  { "ask function c1 yes", "" },
  { "ask function c1 twice", "refused; note error warning not_possible "
                             "'no such function call is open'" },
  { "ask handoff - done final", "" },
  { "ask handoff - again final",
      "refused; note error warning not_possible 'no such handoff is open'" },
  { "ask clear", "clear-input" },
  { "ask update", "" },
  { "config voice=sage", "" },
  { "busy?", "yes" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s2",
      "ready; note session s2 created; send restored call i1 c1 f '{a:1}'; "
      "send restored call i2 c2 background_agent '{}'; repeat" },
  { "repeated", "send user 'hi'; send function c1 'yes'; "
                "send handoff c2 'done' final; send create" },
};

/* Calls that were begun, answered or silent do not survive. */
static const Row calls_over[] = {
  START,
  { "item_added kind=call item=i1 call=c1 name=f", "note item added i1" },
  { "item_done kind=call item=i2 call=c2 name=remain_silent args={}",
      "note item done i2; send function c2 ''" },
  { "item_done kind=call item=i3 call=c3 name=f args={}",
      "note item done i3; note call c3 i3 f '{}'" },
  { "ask function c3 yes", "send function c3 'yes'; send create" },
  { "item_added kind=output item=i4 call=c3", "note item added i4" },
  { "created id=r1", "note response created r1" },
  { "audio item=i5 resp=r1 audio=20", "play 1 960@24000" },
  { "lost", "note response cancelled r1 session_lost; end 1" },
  AGAIN,
};

static const Row failed[] = {
  START,
  { "error code=session_expired msg='An hour.'",
      "fail lost reconnect session_expired 'An hour.'" },
  { "last_error?", "session_expired" },
  { "lost", "" },
  { "last_error?", NULL },
  { "ask text hi", "" },
  AGAIN,
  { "repeated", "send user 'hi'; send create" },
};

static const Row between[] = {
  { "between?", "no" },
  START,
  { "between?", "yes" },
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100" },
  { "between?", "no" },
  { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" },
  { "between?", "no" },
  { "created id=r1", "note response created r1" },
  { "between?", "no" },
  { "audio item=i1 resp=r1 audio=20", "play 1 960@24000" },
  { "done id=r1", "end 1; note response completed r1" },
  /* not heard yet */
  { "between?", "no" },
  { "drained 1", "" },
  { "between?", "yes" },
  /* a task may take long */
  { "item_done kind=call item=i2 call=c2 name=background_agent args={}",
      "note item done i2; note handoff c2 i2 '{}' '{}' []" },
  { "between?", "yes" },
  { "ask create", "send create" },
  { "between?", "no" },
};

static const Table tables[] = {
  TABLE ("nothing", "", nothing),
  TABLE ("generating", "", generating),
  TABLE ("heard-all", "", heard_all),
  TABLE ("not-begun", "", not_begun),
  TABLE ("cancelled", "", cancelled),
  TABLE ("asked", "", asked),
  TABLE ("too-early", "", too_early),
  TABLE ("stalled", "", stalled),
  TABLE ("interrupted-meanwhile", "", interrupted_meanwhile),
  TABLE ("speaking", "", speaking),
  TABLE ("speaking-lost", "", speaking_lost),
  TABLE ("answered", "", answered),
  TABLE ("about-to-answer", "", about_to_answer),
  TABLE ("about-to-answer-manually", "turns=none", about_to_answer_manually),
  TABLE ("speaking-over", "", speaking_over),
  TABLE ("reply-owed", "", reply_owed),
  TABLE ("reply-not-owed", "", reply_not_owed),
  TABLE ("committed", "turns=none", committed),
  TABLE ("unsent", "turns=none", unsent),
  TABLE ("cleared", "turns=none", cleared),
  TABLE ("meanwhile", "", meanwhile),
  TABLE ("calls-over", "", calls_over),
  TABLE ("failed", "", failed),
  TABLE ("between", "", between),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/lost", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
