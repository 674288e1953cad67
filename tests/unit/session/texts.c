/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Items and transcripts of both sides, in whatever order they are told.
 */
#include "sessiondriver.h"

#include "rttranscript.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
/* What has been said so far, without a mark of its own. */
#define HANDOFF(n, entries)                                               \
  {                                                                       \
    "item_done kind=call item=f" #n " call=c" #n                          \
    " name=background_agent istatus=completed args='{\"prompt\":\"x\"}'", \
        "note item done f" #n "; note handoff c" #n " f" #n               \
        " 'x' '{\"prompt\":\"x\"}' [" entries "]"                         \
  }

static const Row user[] = {
  START,
  { "heard_delta item=i1 text=go", "note user 'go' i1" },
  { "heard_delta item=i1 text=' forward'", "note user ' forward' i1" },
  { "heard_delta item=i1 text=''", "" },
  { "heard item=i1 text='go forward' usage=1500",
      "note user final 'go forward' i1 1500ms" },
  { "heard_delta item=i1 text=late", "" },
  { "heard item=i1 text='go forward'", "" },
  { "heard item=i2", "note user final '' i2" },
  HANDOFF (1, "user: go forward"),
};

static const Row assistant[] = {
  START,
  { "said_delta item=i1 resp=r1 text=hel", "note assistant 'hel' i1" },
  { "said_delta item=i1 resp=r1 ci=1 text=there",
      "note assistant 'there' i1 1" },
  { "said item=i1 resp=r1 text=hello", "note assistant final 'hello' i1" },
  { "said_delta item=i1 resp=r1 text=lo", "" },
  { "text_delta item=i2 resp=r1 text=wri", "note assistant 'wri' i2" },
  { "text item=i2 resp=r1 text=written", "note assistant final 'written' i2" },
  { "text item=i2 resp=r1 text=written", "" },
  /* a final without any increment, and before them */
  { "said item=i3 resp=r1 text=all", "note assistant final 'all' i3" },
  { "said_delta item=i3 resp=r1 text=al", "" },
  HANDOFF (1, "assistant: hello | assistant: there | assistant: written | "
              "assistant: all"),
};

static const Row nameless[] = {
  START,
  { "said_delta resp=r1 text=a", "note assistant 'a'" },
  { "heard_delta text=u", "note user 'u'" },
  { "said_delta resp=r1 text=b", "note assistant 'b'" },
  { "said resp=r1 text=ab", "note assistant final 'ab'" },
  { "said_delta resp=r2 text=c", "note assistant 'c'" },
  { "heard text=uv", "note user final 'uv'" },
  { "heard_delta text=w", "note user 'w'" },
  HANDOFF (1, "assistant: ab | user: uv | assistant: c | user: w"),
};

static const Row late_user[] = {
  START,
  { "speech_started item=u1 ms=0", "note speech user detected u1 @0" },
  { "speech_stopped item=u1 ms=900", "note speech user ended u1 @900" },
  { "committed item=u1", "" },
  { "item_added item=u1 kind=message role=user", "note item added u1" },
  { "created id=r1", "note response created r1" },
  { "output_added item=a1 resp=r1 kind=message role=assistant", "" },
  { "said item=a1 resp=r1 text='you are welcome'",
      "note assistant final 'you are welcome' a1" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "heard item=u1 text=thanks", "note user final 'thanks' u1" },
  HANDOFF (1, "user: thanks | assistant: you are welcome"),
};

static const Row place_told_late[] = {
  START,
  { "said item=a1 resp=r1 text=two", "note assistant final 'two' a1" },
  { "said item=a2 resp=r1 text=four", "note assistant final 'four' a2" },
  { "heard item=u2 text=three", "note user final 'three' u2" },
  { "committed item=u2 prev=a1", "" },
  { "heard item=u1 text=one", "note user final 'one' u1" },
  { "item_added item=a1 prev=u1 kind=message role=assistant",
      "note item added a1" },
  { "item_added item=u2 prev=a1 kind=message role=user", "note item added u2" },
  { "item_added item=a2 prev=u2 kind=message role=assistant",
      "note item added a2" },
  HANDOFF (1, "user: one | assistant: two | user: three | assistant: four"),
};

/* The place of an item is told by one that is not known yet. */
static const Row previous_told_first[] = {
  START,
  { "item_added item=a2 prev=u2 kind=message role=assistant",
      "note item added a2" },
  { "said item=a2 resp=r1 text=four", "note assistant final 'four' a2" },
  { "heard item=u9 text=last", "note user final 'last' u9" },
  { "committed item=u2 prev=a1", "" },
  { "heard item=u2 text=three", "note user final 'three' u2" },
  { "said item=a1 resp=r1 text=two", "note assistant final 'two' a1" },
  { "item_added item=a1 prev=u1 kind=message role=assistant",
      "note item added a1" },
  { "heard item=u1 text=one", "note user final 'one' u1" },
  { "item_added item=a1 prev=u1 kind=message role=assistant",
      "note item added a1" },
  HANDOFF (1, "user: one | assistant: two | user: three | assistant: four | "
              "user: last"),
};

/* What makes no sense does no harm. */
static const Row previous_in_a_ring[] = {
  START,
  { "item_added item=a prev=b kind=message role=user text=one",
      "note item added a" },
  { "item_added item=b prev=a kind=message role=user text=two",
      "note item added b" },
  { "item_added item=c prev=c kind=message role=user text=three",
      "note item added c" },
  HANDOFF (1, "user: two | user: one | user: three"),
};

/* Parts and their ends in any order, and more than once. */
static const Row any_order[] = {
  START,
  { "said_delta item=i1 ci=1 text=there", "note assistant 'there' i1 1" },
  { "said item=i1 ci=2 text=friend", "note assistant final 'friend' i1 2" },
  { "said_delta item=i1 text=hel", "note assistant 'hel' i1" },
  { "said item=i1 ci=2 text=foe", "" },
  { "said item=i1 ci=1 text=There", "note assistant final 'There' i1 1" },
  { "said_delta item=i1 ci=1 text=!", "" },
  { "said item=i1 text=hello", "note assistant final 'hello' i1" },
  HANDOFF (1, "assistant: hello | assistant: There | assistant: friend"),
};

/* An end that repeats nothing ends what was told. */
static const Row end_without_text[] = {
  START,
  { "said_delta item=i1 text=hel", "note assistant 'hel' i1" },
  { "said_delta item=i1 text=lo", "note assistant 'lo' i1" },
  { "said item=i1", "note assistant final 'hello' i1" },
  { "heard_delta item=u1 text=hi", "note user 'hi' u1" },
  { "heard item=u1", "note user final 'hi' u1" },
  { "text_delta item=i2 text=written", "note assistant 'written' i2" },
  { "text item=i2 text=''", "note assistant final '' i2" },
  HANDOFF (1, "assistant: hello | user: hi"),
};

static const Row since_the_last[] = {
  START,
  { "heard item=u1 text=first", "note user final 'first' u1" },
  { "speech_started item=u2 ms=1", "note speech user detected u2 @1" },
  HANDOFF (1, "user: first"),
  HANDOFF (2, ""),
  { "heard item=u2 text=second", "note user final 'second' u2" },
  { "said_delta item=a1 resp=r1 text=thi", "note assistant 'thi' a1" },
  { "said_delta item=a2 resp=r1 text='  '", "note assistant '  ' a2" },
  HANDOFF (3, "user: second | assistant: thi"),
  /* was handed off as far as it was known */
  { "said item=a1 resp=r1 text='third one'",
      "note assistant final 'third one' a1" },
  { "said item=a2 resp=r1 text=fourth", "note assistant final 'fourth' a2" },
  HANDOFF (4, "assistant: rd one | assistant: fourth"),
  HANDOFF (5, ""),
  { "heard_delta item=u3 text='turn '", "note user 'turn ' u3" },
  { "said_delta item=a3 resp=r2 text='all right'",
      "note assistant 'all right' a3" },
  { "heard_delta item=u4 text='to night'", "note user 'to night' u4" },
  HANDOFF (6, "user: turn  | assistant: all right | user: to night"),
  { "heard_delta item=u3 text='it off'", "note user 'it off' u3" },
  HANDOFF (7, "user: it off"),
  /* nothing new, another wording, and one that says more */
  { "heard item=u3 text='turn it off'", "note user final 'turn it off' u3" },
  { "said item=a3 resp=r2 text='All right'",
      "note assistant final 'All right' a3" },
  { "heard item=u4 text='Tonight at ten.'",
      "note user final 'Tonight at ten.' u4" },
  HANDOFF (8, "user: Tonight at ten."),
};

static const Row typed[] = {
  START,
  { "ask text hello", "send user 'hello'; send create" },
  { "ask text hello", "send user 'hello'" },
  { "item_added item=u1 kind=message role=user text=hello",
      "note item added u1" },
  { "item_done item=u1 kind=message role=user text=hello",
      "note item done u1" },
  { "item_added item=u2 prev=u1 kind=message role=user text=hello",
      "note item added u2" },
  /* typed by others, or by a raw event */
  { "item_done item=u3 kind=message role=user text=raw", "note item done u3" },
  { "item_done item=s1 kind=message role=system text=rules",
      "note item done s1" },
  HANDOFF (1, "user: hello | user: hello | user: raw"),
};

static const Row echoes[] = {
  START,
  { "item_added item=a1 kind=message role=assistant", "note item added a1" },
  { "said_delta item=a1 resp=r1 text='so it'", "note assistant 'so it' a1" },
  { "item_done item=a1 kind=message role=assistant text='so it is'",
      "note item done a1" },
  { "item_done item=a2 kind=message role=assistant text=untold",
      "note item done a2" },
  { "item_done kind=message role=user text=nameless", "note item done" },
  { "item_added item=x1 kind=other", "note item added x1" },
  { "item_done item=x2 kind=output call=c1", "note item done x2" },
  HANDOFF (1, "assistant: so it | assistant: untold"),
};

static const Row failed[] = {
  START,
  { "heard_delta item=u1 text=go", "note user 'go' u1" },
  { "heard_failed item=u1 code=audio_unintelligible msg='Cannot be heard.'",
      "note error warning audio_unintelligible 'Cannot be heard.' u1" },
  { "heard_failed item=u2", "note error warning 'unknown error' u2" },
};

static void
count_entries (
    const RtTranscriptKey *key, const gchar *text, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* The newest are kept, whatever a server sends. */
static void
bounds (void)
{
  g_autoptr (RtTranscript) transcript = rt_transcript_new ();
  g_autofree gchar *big = g_strnfill (RT_TRANSCRIPT_MAX_PART_BYTES, 'x');
  RtTranscriptKey key = { RT_ROLE_USER, NULL, NULL, 0 };
  guint i, n = 0;

  for (i = 0; i < RT_TRANSCRIPT_MAX_ITEMS * 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("i%u", i);

    key.item_id = id;
    g_assert_nonnull (rt_transcript_finish (transcript, &key, "x"));
  }
  rt_transcript_take (transcript, count_entries, &n);
  g_assert_cmpuint (n, ==, RT_TRANSCRIPT_MAX_ITEMS);

  for (i = 0; i < 10; i++) {
    g_autofree gchar *id = g_strdup_printf ("big%u", i);

    key.item_id = id;
    g_assert_true (rt_transcript_add (transcript, &key, big));
    g_assert_true (rt_transcript_add (transcript, &key, "more"));
  }
  n = 0;
  rt_transcript_take (transcript, count_entries, &n);
  g_assert_cmpuint (
      n, ==, RT_TRANSCRIPT_MAX_BYTES / RT_TRANSCRIPT_MAX_PART_BYTES);

  key.item_id = "many";
  for (key.content_index = 0; key.content_index < RT_TRANSCRIPT_MAX_PARTS;
       key.content_index++)
    g_assert_true (rt_transcript_add (transcript, &key, "x"));
  g_assert_false (rt_transcript_add (transcript, &key, "x"));
  g_assert_null (rt_transcript_finish (transcript, &key, "x"));
}

static const Table tables[] = {
  TABLE ("user", "", user),
  TABLE ("assistant", "", assistant),
  TABLE ("nameless", "", nameless),
  TABLE ("late-user", "", late_user),
  TABLE ("place-told-late", "", place_told_late),
  TABLE ("previous-told-first", "", previous_told_first),
  TABLE ("previous-in-a-ring", "", previous_in_a_ring),
  TABLE ("any-order", "", any_order),
  TABLE ("end-without-text", "", end_without_text),
  TABLE ("since-the-last", "", since_the_last),
  TABLE ("typed", "", typed),
  TABLE ("echoes", "", echoes),
  TABLE ("failed", "", failed),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/texts", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/session/texts/bounds", bounds);
  return g_test_run ();
}
