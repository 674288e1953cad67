/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whole conversations in the protocols that reply by themselves, and what
 * cannot be said in them.
 */
#include "sessiondriver.h"

#define REFUSED(why) \
  "refused; note error warning not_possible 'the protocol " why "'"
#define NO_HANDOFF \
  "refused; note error warning not_possible 'no such handoff is open'"
#define START_V1                                              \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_updated id=s1", "ready; note session s1 updated" \
  }
#define START_CREATE                                          \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define MARKED "heard wire=conversation.input_transcript.turn_marked "
#define VOICE "rate=24000 audio=100"

static const Row v1[] = {
  { "opened", "send update; note started c1" },
  { "ask text early", "" },
  { "session_updated", "" },
  { "ready?", "no" },
  { "session_updated id=s1 instructions=kind",
      "ready; note session s1 updated 'kind'; send user 'early'" },
  /* the user's turn */
  { "heard_delta text='please '", "note user 'please '" },
  { "heard_delta text=turn", "note user 'turn'" },
  { MARKED "text='please turn left'", "note user final 'please turn left'" },
  /* the reply, spoken and written, none of it with a name */
  { "said_delta text='I '", "note assistant 'I '" },
  { "audio " VOICE, "play 1 4800@24000" },
  { "playing 1", "note speech assistant playing" },
  { "said_delta text=will", "note assistant 'will'" },
  { "audio " VOICE, "play 1 4800@24000" },
  { "busy?", "no" },
  { "awaits_pause?", "yes" },
  /* two handoffs of one item, progress and ends */
  { "handoff_requested item=i1 call=h1 text='turn left'",
      "note handoff h1 i1 'turn left' [user: early | user: please turn left | "
      "assistant: I will]" },
  { "busy?", "yes" },
  { "item_done item=i1 kind=call call=h1 name=background_agent "
    "istatus=completed args={}",
      "note item done i1" },
  { "handoff_requested item=i1 call=h1 text='turn left'", "" },
  { "handoff_requested item=i1 call=h2 text=stop",
      "note handoff h2 i1 'stop' []" },
  { "ask handoff h1 turning", "send handoff h1 'turning'" },
  { "ask handoff - stopping", "send handoff h2 'stopping'" },
  { "ask handoff - stopped final", "send handoff h2 'stopped' final" },
  { "ask handoff h2 again final", NO_HANDOFF },
  { "ask handoff - 'on my way'", "send handoff h1 'on my way'" },
  { "ask handoff - turned final", "send handoff h1 'turned' final" },
  { "ask handoff - more", NO_HANDOFF },
  { "busy?", "no" },
  /* the next turn ends what was said before */
  { MARKED "text=thanks", "end 1; note assistant final 'I will'; "
                          "note user final 'thanks'" },
  { "drained 1", "note speech assistant drained" },
  { "said_delta text=welcome", "note assistant 'welcome'" },
  { "config prompt=brief", "send update" },
  { "session_updated id=s1 instructions=brief",
      "note session s1 updated 'brief'" },
  { "handoff_requested item=i3 call=h3 text=wave",
      "note handoff h3 i3 'wave' [user: thanks | assistant: welcome]" },
  { "error msg=over code=session_expired",
      "fail lost fatal session_expired 'over'" },
  { "audio " VOICE, "" },
  { "ask handoff h3 waved final",
      "refused; note error warning not_possible 'the session has failed'" },
};

/* Where the protocol names items, they end as they are told. */
static const Row v1_named[] = {
  START_V1,
  { "heard_delta item=u1 text=go", "note user 'go' u1" },
  { "heard item=u1 text='go on' wire=conversation.item.input_audio_"
    "transcription.completed",
      "note user final 'go on' u1" },
  { "item_added item=a1 kind=message role=assistant", "note item added a1" },
  { "said_delta item=a1 text=so", "note assistant 'so' a1" },
  { "audio item=a1 " VOICE, "play 1 4800@24000" },
  { "item_done item=u1 kind=message role=user", "note item done u1" },
  { "said item=a1 text='so be it'",
      "end 1; note assistant final 'so be it' a1" },
  { "item_done item=a1 kind=message role=assistant", "note item done a1" },
  { "text_delta item=a2 resp=r2 text=wri", "note assistant 'wri' a2" },
  { "audio item=a2 " VOICE, "play 2 4800@24000" },
  { "item_done item=a2 kind=message role=assistant text=written",
      "note item done a2; end 2; note assistant final 'wri' a2" },
  { "awaits_pause?", "no" },
};

static const Row create[] = {
  { "opened", "send update; note started c1" },
  { "session_created id=s1", "ready; note session s1 created" },
  { "ask text hello", "send user 'hello'" },
  { "audio rate=16000 audio=100", "play 1 3200@16000" },
  { "playing 1", "note speech assistant playing" },
  { "item_added item=a1 kind=message role=assistant text='hi there'",
      "note item added a1" },
  { "item_added item=f1 kind=call call=c1 name=background_agent args={}",
      "note item added f1" },
  { "item_added kind=other", "note item added" },
  { "paused", "end 1" },
  { "drained 1", "note speech assistant drained" },
  { "audio rate=48000 channels=2 audio=10", "play 2 1920@48000*2" },
  { "config prompt=brief", "send update" },
  { "session_updated id=s1 instructions=brief",
      "note session s1 updated 'brief'" },
  { "config voice=sage", "" },
  { "busy?", "no" },
  { "error msg=over", "fail generic fatal 'over'" },
  { "audio rate=16000 audio=100", "" },
};

static const Row lacks_v1[] = {
  START_V1,
  { "ask commit", REFUSED ("has no commit") },
  { "ask clear", "refused; clear-input; note error warning not_possible "
                 "'the protocol cannot clear what the server heard'" },
  { "ask create", REFUSED ("cannot ask for a reply") },
  { "ask function c1 x", REFUSED ("has no function calls") },
  { "ask handoff h1 x", NO_HANDOFF },
  { "ask interrupt", "" },
  { "audio " VOICE, "play 1 4800@24000" },
  { "ask interrupt", "drop" },
  /* neither its truncation nor its cancellation can be told */
  { "dropped 1=40/100", "note interrupted  40+60" },
  { "ended 500", "" },
};

static const Row lacks_create[] = {
  START_CREATE,
  { "ask commit", REFUSED ("has no commit") },
  { "ask create", REFUSED ("cannot ask for a reply") },
  { "ask function c1 x", REFUSED ("has no function calls") },
  { "ask handoff - x final", REFUSED ("has no handoffs") },
  { "ask update", "send update" },
  { "ask raw '{\"type\":\"x\"}'", "send raw '{\"type\":\"x\"}'" },
};

/* Asked for transcription, they stay conversational; asked for telephone
 * audio, they send what they send. */
static const Row conversational_v1[] = {
  START_V1,
  { "ask text hello", "send user 'hello'" },
  { "audio " VOICE, "play 1 4800@24000" },
  { "audio audio=100", "play 1 4800@24000" },
};

static const Row conversational_create[] = {
  START_CREATE,
  { "ask text hello", "send user 'hello'" },
};

static const Row handoff_incomplete[] = {
  START_V1,
  { "handoff_requested call=h1 text=x", "" },
  { "handoff_requested item=i1 text=x", "" },
  { "handoff_requested item=i1 call=h1", "" },
  { "handoff_requested item=i1 call=h1 text=''", "note handoff h1 i1 '' []" },
};

static const Table tables[] = {
  TABLE ("v1", "v1 conversation=c1", v1),
  TABLE ("v1-named", "v1", v1_named),
  TABLE ("session-create", "session-create conversation=c1", create),
  TABLE ("lacks-v1", "v1 turns=none", lacks_v1),
  TABLE ("lacks-create", "session-create", lacks_create),
  TABLE ("conversational-v1", "v1 mode=transcription", conversational_v1),
  TABLE ("conversational-create", "session-create mode=transcription",
      conversational_create),
  TABLE ("handoff-incomplete", "v1 handoff=-", handoff_incomplete),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/dialects", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
