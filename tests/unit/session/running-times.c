/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When what the user says was said: the server's milliseconds and items in
 * running time, through jumps, commits and clears, and however late.
 */
#include "sessiondriver.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }

/* The server's time is not ours: we began to send at 5 s. */
static const Row speech[] = {
  START,
  { "append 1000 5000", "" },
  { "speech_started item=u1 ms=300",
      "note speech user detected u1 @300 t5300" },
  { "append 1000 6000", "" },
  { "speech_stopped item=u1 ms=1700", "note speech user ended u1 @1700 t6700" },
  { "committed item=u1", "" },
  { "heard_delta item=u1 text=hel", "note user 'hel' u1 t5300" },
  { "heard item=u1 text=hello", "note user final 'hello' u1 t5300" },
};

static const Row late_words[] = {
  START,
  { "append 1000 5000", "" },
  { "speech_started item=u1 ms=100",
      "note speech user detected u1 @100 t5100" },
  { "speech_stopped item=u1 ms=200", "note speech user ended u1 @200 t5200" },
  { "append 1000 6000", "" },
  { "speech_started item=u2 ms=1500",
      "note speech user detected u2 @1500 t6500" },
  { "speech_stopped item=u2 ms=1900", "note speech user ended u2 @1900 t6900" },
  { "heard item=u2 text=two", "note user final 'two' u2 t6500" },
  { "heard item=u1 text=one", "note user final 'one' u1 t5100" },
  { "heard item=u3 text=three", "note user final 'three' u3" },
  { "heard text=whose", "note user final 'whose'" },
};

/* Two seconds were dropped here, and the server never knew. */
static const Row jump[] = {
  START,
  { "append 1000 0", "" },
  { "append 1000 3000", "" },
  { "speech_started item=u1 ms=999", "note speech user detected u1 @999 t999" },
  { "speech_stopped item=u1 ms=1001", "note speech user ended u1 @1001 t3001" },
};

/* Silence that nobody said counts for the server, and not for us. */
static const Row padded[] = {
  START,
  { "append 1000 0", "" },
  { "append 800", "" },
  { "append 1000 1000", "" },
  { "speech_started item=u1 ms=1400",
      "note speech user detected u1 @1400 t1400" },
  { "speech_stopped item=u1 ms=2000", "note speech user ended u1 @2000 t1200" },
};

static const Row nothing_sent[] = {
  START,
  { "speech_started item=u1 ms=0", "note speech user detected u1 @0" },
  { "heard item=u1 text=hello", "note user final 'hello' u1" },
};

/* A server that counts nothing says nothing of it. */
static const Row not_counted[] = {
  START,
  { "append 1000 5000", "" },
  { "speech_started item=u1", "note speech user detected u1" },
  { "speech_stopped item=u1", "note speech user ended u1" },
  { "heard item=u1 text=hello", "note user final 'hello' u1" },
};

/* A server that counts otherwise is not believed. */
static const Row beyond[] = {
  START,
  { "append 1000 0", "" },
  { "speech_started item=u1 ms=1050",
      "note speech user detected u1 @1050 t1000" },
  { "speech_stopped item=u1 ms=1101", "note speech user ended u1 @1101" },
};

static const Row idle[] = {
  START,
  { "append 9000 100", "" },
  { "idle item=u1 ms=6000", "note speech user timeout u1 @6000 t6100" },
  { "committed item=u1", "" },
  { "heard item=u1", "note user final '' u1 t6100" },
};

/* What we commit begins where the commit before it ended. */
static const Row manual[] = {
  START,
  { "append 500 2000", "" },
  { "ask commit", "send commit" },
  { "append 700 2500", "" },
  { "ask commit", "send commit" },
  { "append 100 3200", "" },
  { "committed item=u1", "" },
  { "committed item=u2", "" },
  { "heard item=u2 text=two", "note user final 'two' u2 t2500" },
  { "heard item=u1 text=one", "note user final 'one' u1 t2000" },
  { "ended 100", "send commit @end; send create" },
  { "committed item=u3", "" },
  { "heard item=u3 text=three", "note user final 'three' u3 t3200" },
};

static const Row manual_cleared[] = {
  START,
  { "append 500 0", "" },
  { "ask clear", "send clear" },
  { "append 200 500", "" },
  { "cleared", "" },
  { "ended 0", "send commit @end; send create" },
  { "committed item=u1", "" },
  { "heard item=u1 text=one", "note user final 'one' u1 t500" },
};

/* A commit of too little leaves it there, for the next one. */
static const Row manual_refused[] = {
  START,
  { "append 60 0", "" },
  { "ask commit", "send commit" },
  { "error code=input_audio_buffer_commit_empty msg=few event=rt_commit_2",
      "note error warning input_audio_buffer_commit_empty 'few' rt_commit_2" },
  { "ended 60", "send commit @end; send create" },
  { "committed item=u1", "" },
  { "heard item=u1 text=one", "note user final 'one' u1 t0" },
};

/* What was said while a commit was on its way is still to be committed. */
static const Row manual_in_flight[] = {
  START,
  { "append 500 0", "" },
  { "ask commit", "send commit" },
  { "append 300 500", "" },
  { "committed item=u1", "" },
  { "ended 0", "send commit @end; send create" },
};

/* Turns of the server's own, and then of ours. */
static const Row handed_over[] = {
  START,
  { "append 500 0", "" },
  { "speech_started item=u1 ms=100", "note speech user detected u1 @100 t100" },
  { "speech_stopped item=u1 ms=400", "note speech user ended u1 @400 t400" },
  { "committed item=u1", "" },
  { "config turns=none", "send update" },
  { "ended 0", "" },
  { "ended 150", "send commit @end; send create" },
};

static const Table tables[] = {
  TABLE ("speech", "", speech),
  TABLE ("late-words", "", late_words),
  TABLE ("jump", "", jump),
  TABLE ("padded", "", padded),
  TABLE ("nothing-sent", "", nothing_sent),
  TABLE ("not-counted", "", not_counted),
  TABLE ("beyond", "", beyond),
  TABLE ("idle", "", idle),
  TABLE ("manual", "turns=none", manual),
  TABLE ("manual-cleared", "turns=none", manual_cleared),
  TABLE ("manual-refused", "turns=none", manual_refused),
  TABLE ("manual-in-flight", "turns=none", manual_in_flight),
  TABLE ("handed-over", "", handed_over),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/running-times", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
