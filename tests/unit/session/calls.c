/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Handoffs, functions and silence: told once, answered once.
 */
#include "sessiondriver.h"

#include "rthandoffs.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define ARGS "'{\"prompt\":\" go home \"}'"
#define CALL "item=f1 call=c1 name=background_agent kind=call "
#define TOLD "note handoff c1 f1 'go home' " ARGS " []"

static const Row by_arguments[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "output_added " CALL "resp=r1 istatus=in_progress args=''", "" },
  { "item_added " CALL "istatus=in_progress", "note item added f1" },
  { "arguments item=f1 call=c1 resp=r1 text=" ARGS, TOLD },
  { "item_done " CALL "istatus=completed args=" ARGS, "note item done f1" },
  { "output_done " CALL "resp=r1 istatus=completed args=" ARGS, "" },
  { "done id=r1 status=completed " CALL "istatus=completed args=" ARGS,
      "note response completed r1" },
  { "busy?", "yes" },
  { "ask handoff c1 done final", "send handoff c1 'done' final; send create" },
};

static const Row by_output_done[] = {
  START,
  { "output_done " CALL "resp=r1 istatus=completed args=" ARGS, TOLD },
  { "item_done " CALL "istatus=completed args=" ARGS, "note item done f1" },
  { "arguments item=f1 call=c1 name=background_agent text=" ARGS, "" },
};

static const Row by_item_done[] = {
  START,
  { "item_done " CALL "istatus=completed args=" ARGS,
      "note item done f1; " TOLD },
  { "item_done " CALL "istatus=completed args=" ARGS, "note item done f1" },
  { "output_done " CALL "args=" ARGS, "" },
};

static const Row by_response[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=completed " CALL "args=" ARGS,
      TOLD "; note response completed r1" },
  { "item_done " CALL "args=" ARGS, "note item done f1" },
};

/* The name comes with the item, or with the arguments, or in the end. */
static const Row name_told_late[] = {
  START,
  { "arguments item=f1 call=c1 text=" ARGS, "" },
  { "item_done " CALL "args=" ARGS, "note item done f1; " TOLD },
  { "arguments item=f2 call=c2 name=look_up text={}",
      "note call c2 f2 look_up '{}'" },
};

/* A call's own id tells it, whatever item the server says it is. */
static const Row another_item[] = {
  START,
  { "item_done " CALL "args=" ARGS, "note item done f1; " TOLD },
  { "output_added item=f2 kind=call istatus=in_progress", "" },
  { "item_done item=f2 call=c1 name=background_agent kind=call args={}",
      "note item done f2" },
};

/* More than is kept of a call is a call all the same, and said to be one. */
static const Row too_long[] = {
  START,
  { "arguments item=f1 call=c1 resp=r1 name=background_agent text='{\"pro'",
      "" },
  { "item_done " CALL "cut=yes args=" ARGS,
      "note item done f1; note error warning arguments_too_long 'the "
      "arguments of call c1 (background_agent) are too long and were "
      "cut'; " TOLD },
  { "output_done " CALL "cut=yes args=" ARGS, "" },
};

static const Row cut_off[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "output_added " CALL "resp=r1 istatus=in_progress", "" },
  { "arguments item=f1 call=c1 resp=r1 text='{\"pro'", "" },
  { "item_done " CALL "istatus=incomplete args='{\"pro'", "note item done f1" },
  { "output_done " CALL "resp=r1 istatus=incomplete args='{\"pro'", "" },
  { "done id=r1 status=cancelled " CALL "istatus=incomplete args='{\"pro'",
      "note response cancelled r1" },
  { "busy?", "no" },
};

/* The reply was cut off behind a call that was whole. */
static const Row not_cut_off[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=cancelled " CALL "istatus=completed args=" ARGS,
      TOLD "; note response cancelled r1" },
  { "created id=r2", "note response created r2" },
  { "done id=r2 status=cancelled kind=call item=f2 call=c2 "
    "name=background_agent args={}",
      "note response cancelled r2" },
};

static const Row ids_missing[] = {
  START,
  { "item_done kind=call item=f1 name=background_agent args=" ARGS,
      "note item done f1; note handoff f1 f1 'go home' " ARGS " []" },
  { "item_done kind=call item=f1 name=background_agent args=" ARGS,
      "note item done f1" },
  { "ask handoff f1 ok final", "send handoff f1 'ok' final; send create" },
  { "item_done kind=call name=background_agent args={}",
      "note item done; note error warning invalid_event 'the server sent a "
      "function call without an id'" },
  { "arguments name=look_up text={}", "" },
  { "item_done kind=call call=c2 name=look_up args={}",
      "note item done; note call c2 look_up '{}'" },
};

static const Row not_arguments[] = {
  START,
  { "item_done " CALL "istatus=completed args='go home'",
      "note item done f1; note handoff c1 f1 'go home' 'go home' []" },
  { "item_done kind=call item=f2 call=c2 name=background_agent",
      "note item done f2; note handoff c2 f2 '' []" },
};

static const Row answers[] = {
  START,
  { "item_done " CALL "args=" ARGS, "note item done f1; " TOLD },
  { "item_done kind=call item=f2 call=c2 name=background_agent args={}",
      "note item done f2; note handoff c2 f2 '{}' '{}' []" },
  { "ask handoff - 'on my way' progress",
      "send handoff c2 'on my way'; send create" },
  { "created id=r1", "note response created r1" },
  { "ask handoff - there final", "send handoff c2 'there' final" },
  { "ask handoff c2 again final",
      "refused; note error warning not_possible 'no such handoff is open'" },
  { "ask handoff c2 again progress",
      "refused; note error warning not_possible 'no such handoff is open'" },
  { "ask handoff - first final", "send handoff c1 'first' final" },
  { "ask handoff - more final",
      "refused; note error warning not_possible 'no such handoff is open'" },
  { "done id=r1 status=completed", "note response completed r1; send create" },
  { "created id=r2", "note response created r2" },
  { "done id=r2 status=completed", "note response completed r2" },
  { "busy?", "no" },
};

/* The latest is the one that was told last, whichever was begun first. */
static const Row latest[] = {
  START,
  { "output_added " CALL "istatus=in_progress", "" },
  { "item_done kind=call item=f2 call=c2 name=background_agent args={}",
      "note item done f2; note handoff c2 f2 '{}' '{}' []" },
  { "item_done " CALL "args=" ARGS, "note item done f1; " TOLD },
  { "ask handoff - 'on my way' progress",
      "send handoff c1 'on my way'; send create" },
  { "ask handoff - there final", "send handoff c1 'there' final" },
  { "ask handoff - too final", "send handoff c2 'too' final" },
  { "ask handoff - more final",
      "refused; note error warning not_possible 'no such handoff is open'" },
};

static const Row functions[] = {
  START,
  { "item_done kind=call item=f1 call=c1 name=look_up args='{\"a\":1}'",
      "note item done f1; note call c1 f1 look_up '{\"a\":1}'" },
  { "busy?", "yes" },
  { "ask handoff c1 x final",
      "refused; note error warning not_possible 'no such handoff is open'" },
  { "ask function c2 x", "refused; note error warning not_possible "
                         "'no such function call is open'" },
  { "ask function - x", "refused; note error warning not_possible "
                        "'no such function call is open'" },
  { "ask function c1 '{\"b\":2}'",
      "send function c1 '{\"b\":2}'; send create" },
  { "ask function c1 again", "refused; note error warning not_possible "
                             "'no such function call is open'" },
};

static const Row silence[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "output_done kind=call item=f1 call=c1 name=remain_silent args={}",
      "send function c1 ''" },
  { "item_done kind=call item=f1 call=c1 name=remain_silent args={}",
      "note item done f1" },
  { "done id=r1 status=completed kind=call item=f1 call=c1 "
    "name=remain_silent args={}",
      "note response completed r1" },
  { "busy?", "no" },
};

static const Row no_handoff_offered[] = {
  START,
  { "item_done " CALL "args={}",
      "note item done f1; note call c1 f1 background_agent '{}'" },
};

static void
input (void)
{
  static const struct {
    const gchar *arguments;
    const gchar *input;
  } rows[] = {
    { "{\"prompt\":\"p\",\"query\":\"q\"}", "p" },
    { "{\"query\":\"q\",\"text\":\" t \\n\"}", "t" },
    { "{\"input_transcript\":\" \",\"input\":\"i\"}", "i" },
    { "{\"input_transcript\":\"x\",\"input\":\"i\"}", "x" },
    { "{\"prompt\":5,\"query\":\"q\"}", "q" },
    { "{\"prompt\":{\"prompt\":\"p\"}}", "{\"prompt\":{\"prompt\":\"p\"}}" },
    { "{\"other\":\"o\"}", "{\"other\":\"o\"}" },
    { "[\"prompt\"]", "[\"prompt\"]" },
    { "{\"prompt\":\"p\"", "{\"prompt\":\"p\"" },
    { "", "" },
    { NULL, "" },
  };
  g_autofree gchar *deep = g_strnfill (100000, '[');
  g_autofree gchar *deep_input = rt_handoffs_dup_input (deep);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *got = rt_handoffs_dup_input (rows[i].arguments);

    g_assert_cmpstr (got, ==, rows[i].input);
  }
  g_assert_cmpstr (deep_input, ==, deep);
}

/* A server cannot make us keep more calls than these; those that still want
 * an answer go last. */
static void
bounds (void)
{
  g_autoptr (RtHandoffs) handoffs = rt_handoffs_new ();
  RtCall *call;
  guint i;

  for (i = 0; i < RT_HANDOFFS_MAX_CALLS; i++) {
    g_autofree gchar *id = g_strdup_printf ("c%u", i);

    call = rt_handoffs_learn (handoffs, NULL, id, "f");
    g_assert_true (rt_handoffs_raise (handoffs, call, RT_CALL_FUNCTION, NULL));
    if (i == 7)
      rt_handoffs_answer (call);
  }
  call = rt_handoffs_learn (handoffs, NULL, "x1", "f");
  g_assert_true (rt_handoffs_raise (handoffs, call, RT_CALL_FUNCTION, NULL));
  g_assert_nonnull (rt_handoffs_find_open (handoffs, RT_CALL_FUNCTION, "c0"));
  g_assert_null (rt_handoffs_find_open (handoffs, RT_CALL_FUNCTION, "c7"));
  rt_handoffs_learn (handoffs, NULL, "x2", "f");
  g_assert_null (rt_handoffs_find_open (handoffs, RT_CALL_FUNCTION, "c0"));
  g_assert_nonnull (rt_handoffs_find_open (handoffs, RT_CALL_FUNCTION, "c1"));
}

static const Table tables[] = {
  TABLE ("by-arguments", "", by_arguments),
  TABLE ("by-output-done", "", by_output_done),
  TABLE ("by-item-done", "", by_item_done),
  TABLE ("by-response", "", by_response),
  TABLE ("name-told-late", "", name_told_late),
  TABLE ("another-item", "", another_item),
  TABLE ("too-long", "", too_long),
  TABLE ("cut-off", "", cut_off),
  TABLE ("not-cut-off", "", not_cut_off),
  TABLE ("ids-missing", "", ids_missing),
  TABLE ("not-arguments", "", not_arguments),
  TABLE ("answers", "", answers),
  TABLE ("latest", "", latest),
  TABLE ("functions", "", functions),
  TABLE ("silence", "", silence),
  TABLE ("no-handoff-offered", "handoff=-", no_handoff_offered),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/calls", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/session/calls/input", input);
  g_test_add_func ("/session/calls/bounds", bounds);
  return g_test_run ();
}
