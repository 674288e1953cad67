/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's turns, the end of the input, and when there is more to come.
 */
#include "sessiondriver.h"

#include "rtturns.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define SPEECH(n)                                                           \
  { "speech_started item=u" #n " ms=1",                                     \
    "note speech user detected u" #n " @1" },                               \
  {                                                                         \
    "speech_stopped item=u" #n " ms=9", "note speech user ended u" #n " @9" \
  }

static const Row answered[] = {
  START,
  { "speaking?", "no" },
  { "speech_started item=u1 ms=1", "note speech user detected u1 @1" },
  { "speech_started item=u1 ms=1", "" },
  { "speaking?", "yes" },
  { "busy?", "yes" },
  { "speech_stopped item=u1 ms=9", "note speech user ended u1 @9" },
  { "speech_stopped item=u1 ms=9", "" },
  { "speaking?", "no" },
  { "busy?", "yes" },
  { "committed item=u1", "" },
  { "busy?", "yes" },
  { "created id=r1", "note response created r1" },
  { "busy?", "yes" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "busy?", "no" },
};

static const Row nothing_said[] = {
  START,
  SPEECH (1),
  { "heard item=u0", "note user final '' u0" },
  { "busy?", "yes" },
  { "heard item=u1", "note user final '' u1" },
  { "busy?", "no" },
};

static const Row cleared[] = {
  START,
  { "speech_started item=u1 ms=1", "note speech user detected u1 @1" },
  { "ask clear", "send clear" },
  { "cleared", "note speech user ended" },
  { "busy?", "no" },
  { "cleared", "" },
  { "speech_started item=u2 ms=1", "note speech user detected u2 @1" },
  { "speech_stopped ms=2", "note speech user ended @2" },
  { "cleared", "" },
  { "busy?", "no" },
};

static const Row timeout[] = {
  START,
  { "idle item=u1 ms=6000", "note speech user timeout u1 @6000" },
  { "busy?", "yes" },
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "busy?", "no" },
};

static const Row only_transcribed[] = {
  START,
  SPEECH (1),
  { "committed item=u1", "" },
  SPEECH (2),
  { "committed item=u2", "" },
  { "heard item=u2 text=two", "note user final 'two' u2" },
  { "busy?", "yes" },
  { "heard_failed item=u1 msg=no", "note error warning 'no' u1" },
  { "busy?", "no" },
  /* told before the turn is */
  { "heard item=u3 text=three", "note user final 'three' u3" },
  SPEECH (3),
  { "committed item=u3", "" },
  { "busy?", "no" },
};

static const Row not_transcribed[] = {
  START,
  SPEECH (1),
  { "committed item=u1", "" },
  { "busy?", "no" },
};

static const Row nameless_transcript[] = {
  START,
  { "speech_started ms=1", "note speech user detected @1" },
  { "speech_stopped ms=9", "note speech user ended @9" },
  { "busy?", "yes" },
  { "heard text=one", "note user final 'one'" },
  { "busy?", "no" },
};

static const Row input_ended_under_vad[] = {
  START,
  { "ended 500", "" },
  { "busy?", "no" },
};

static const Row input_ended[] = {
  START,
  { "ended 0", "" },
  { "ended 99", "send clear @end" },
  { "ended 100", "send commit @end; send create" },
  { "busy?", "yes" },
  { "committed item=u1", "" },
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "busy?", "no" },
};

/* A server that acknowledges no commit is done when its reply is. */
static const Row commit_not_told[] = {
  START,
  { "ended 100", "send commit @end; send create" },
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "busy?", "no" },
};

static const Row input_ended_early[] = {
  { "ended 100", "" },
  { "busy?", "yes" },
  { "opened", "send update; note started" },
  { "session_created id=s1",
      "ready; note session s1 created; send commit @end; send create" },
};

static const Row transcription_ended[] = {
  START,
  { "ended 100", "send commit @end" },
  { "busy?", "yes" },
  { "committed item=u1", "" },
  { "busy?", "yes" },
  { "heard item=u1 text=bye", "note user final 'bye' u1" },
  { "busy?", "no" },
};

static const Row open_calls[] = {
  START,
  { "item_done kind=call item=f1 call=c1 name=background_agent args={}",
      "note item done f1; note handoff c1 f1 '{}' '{}' []" },
  { "item_done kind=call item=f2 call=c2 name=look_up args={}",
      "note item done f2; note call c2 f2 look_up '{}'" },
  { "busy?", "yes" },
  { "ask handoff c1 ok final", "send handoff c1 'ok' final; send create" },
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "busy?", "yes" },
  { "ask function c2 ok", "send function c2 'ok'; send create" },
  { "created id=r2", "note response created r2" },
  { "done id=r2 status=completed", "note response completed r2" },
  { "busy?", "no" },
};

/* Transcripts that never come are given up, the oldest first. */
static void
bounds (void)
{
  g_autoptr (RtTurns) turns = rt_turns_new ();
  guint i;

  for (i = 0; i < RT_TURNS_MAX_AWAITED * 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("u%u", i);

    rt_turns_committed (turns, id, TRUE);
    rt_turns_committed (turns, id, TRUE);
  }
  for (i = RT_TURNS_MAX_AWAITED; i < RT_TURNS_MAX_AWAITED * 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("u%u", i);

    g_assert_true (rt_turns_is_open (turns));
    rt_turns_transcribed (turns, id, FALSE);
  }
  g_assert_false (rt_turns_is_open (turns));
}

static const Table tables[] = {
  TABLE ("answered", "", answered),
  TABLE ("nothing-said", "", nothing_said),
  TABLE ("cleared", "", cleared),
  TABLE ("timeout", "", timeout),
  TABLE ("only-transcribed", "create=0", only_transcribed),
  TABLE ("not-transcribed", "create=0 transcriber=-", not_transcribed),
  TABLE ("nameless-transcript", "create=0", nameless_transcript),
  TABLE ("input-ended-under-vad", "", input_ended_under_vad),
  TABLE ("input-ended", "turns=none", input_ended),
  TABLE ("commit-not-told", "turns=none", commit_not_told),
  TABLE ("input-ended-early", "turns=none", input_ended_early),
  TABLE ("transcription-ended", "turns=none mode=transcription",
      transcription_ended),
  TABLE ("open-calls", "", open_calls),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/turns", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/session/turns/bounds", bounds);
  return g_test_run ();
}
