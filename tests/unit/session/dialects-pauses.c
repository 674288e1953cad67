/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a reply where the protocol does not tell it: by a pause, by a
 * text, by an item, by the user's next turn; and what goes on behind it.
 */
#include "sessiondriver.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_updated id=s1", "ready; note session s1 updated" \
  }
#define VOICE "rate=24000 audio=100"
#define PLAY(n)                              \
  {                                          \
    "audio " VOICE, "play " #n " 4800@24000" \
  }

static const Row pause_ends[] = {
  START,
  { "awaits_pause?", "no" },
  PLAY (1),
  { "awaits_pause?", "yes" },
  { "playing 1", "note speech assistant playing" },
  { "paused", "end 1" },
  { "awaits_pause?", "no" },
  { "paused", "" },
  { "drained 1", "note speech assistant drained" },
  /* it goes on, and so begins anew */
  PLAY (2),
  { "playing 2", "note speech assistant playing" },
  PLAY (2),
  { "paused", "end 2" },
  { "drained 2", "note speech assistant drained" },
};

/* What was said before the pause is no part of what is cut behind it. */
static const Row counts_anew[] = {
  START,
  PLAY (1),
  { "playing 1", "note speech assistant playing" },
  { "paused", "end 1" },
  { "drained 1", "note speech assistant drained" },
  PLAY (2),
  { "playing 2", "note speech assistant playing" },
  { "ask interrupt", "drop" },
  { "dropped 2=30/100",
      "note speech assistant interrupted; note interrupted  30+70" },
};

/* An item that has a name is one, however often it pauses. */
static const Row named_goes_on[] = {
  START,
  { "audio item=a1 " VOICE, "play 1 4800@24000" },
  { "playing 1", "note speech assistant playing a1" },
  { "paused", "end 1" },
  { "drained 1", "note speech assistant drained a1" },
  { "audio item=a1 " VOICE, "play 2 4800@24000" },
  { "playing 2", "note speech assistant playing a1" },
  { "ask interrupt", "drop" },
  { "dropped 2=30/100",
      "note speech assistant interrupted a1; note interrupted a1 130+70" },
  { "audio item=a1 " VOICE, "" },
  { "late?", "100" },
};

/* Behind an interruption the rest of the reply comes all the same: it is not
 * heard, nor read, until it is over. */
static const Row rest_is_late[] = {
  START,
  { "said_delta text=one", "note assistant 'one'" },
  PLAY (1),
  { "playing 1", "note speech assistant playing" },
  { "ask interrupt", "drop" },
  { "audio " VOICE, "" },
  { "dropped 1=40/100",
      "note speech assistant interrupted; note interrupted  40+60; "
      "note assistant final interrupted ''" },
  { "audio " VOICE, "" },
  { "said_delta text=two", "" },
  { "late?", "200" },
  { "awaits_pause?", "yes" },
  { "item_done item=u1 kind=message role=user", "note item done u1" },
  { "audio " VOICE, "" },
  { "paused", "" },
  { "awaits_pause?", "no" },
  { "said_delta text=three", "note assistant 'three'" },
  PLAY (2),
};

/* What was whole before it was cut has no rest. */
static const Row nothing_is_late[] = {
  START,
  PLAY (1),
  { "paused", "end 1" },
  { "ask interrupt", "drop" },
  { "dropped 1=40/100", "note interrupted  40+60" },
  PLAY (2),
};

static const Row next_turn[] = {
  START,
  PLAY (1),
  { "ask interrupt", "drop" },
  { "dropped 1=40/100", "note interrupted  40+60" },
  { "audio " VOICE, "" },
  { "heard text=stop wire=conversation.input_transcript.turn_marked",
      "note user final 'stop'" },
  PLAY (2),
  { "heard text=go wire=conversation.input_transcript.turn_marked",
      "end 2; note user final 'go'" },
  PLAY (3),
  /* a transcript that comes late ends nothing */
  { "heard item=u1 text=go", "note user final 'go' u1" },
  PLAY (3),
};

static const Row text_ends[] = {
  START,
  PLAY (1),
  { "said item=a1 text=hello", "end 1; note assistant final 'hello' a1" },
  { "said item=a1 text=hello", "" },
  PLAY (2),
  { "text item=a2 text=written", "note assistant final 'written' a2" },
  PLAY (2),
  { "item_done item=f1 kind=call call=c1", "note item done f1" },
  PLAY (2),
  { "item_done item=a2 kind=message role=assistant",
      "note item done a2; end 2" },
  { "item_done item=a2 kind=message role=assistant", "note item done a2" },
};

/* What names no item is of the one that ends next, be it sound or text. */
static const Row item_ends[] = {
  START,
  { "item_added item=a1 kind=message role=assistant", "note item added a1" },
  { "said_delta text=one", "note assistant 'one'" }, PLAY (1),
  { "item_done item=u1 kind=message role=user", "note item done u1" },
  { "item_done item=a1 kind=message role=assistant text=one",
      "note item done a1; end 1; note assistant final 'one'" },
  { "awaits_pause?", "no" }, { "said_delta text=two", "note assistant 'two'" },
  { "item_done item=a2 kind=message role=assistant text=two",
      "note item done a2; note assistant final 'two'" },
  { "said text=two", "" }, /* the server says so itself */
};

/* Text without a name and without sound has an end, too. */
static const Row text_only[] = {
  START,
  { "text_delta text='to '", "note assistant 'to '" },
  { "text_delta text=read", "note assistant 'read'" },
  { "awaits_pause?", "yes" },
  { "paused", "note assistant final 'to read'" },
  { "awaits_pause?", "no" },
  { "text_delta text=more", "note assistant 'more'" },
  { "paused", "note assistant final 'more'" },
  { "text text=more", "" }, /* the server says so itself, late */
  { "text text=more", "note assistant final 'more'" }, /* said again */
  { "text_delta item=a1 text=named", "note assistant 'named' a1" },
  { "awaits_pause?", "no" },
  { "paused", "" },
};

/* The general protocol tells all this itself. */
static const Row general[] = {
  { "opened", "send update; note started" },
  { "session_created id=s1", "ready; note session s1 created" },
  { "audio audio=100", "play 1 4800@24000" },
  { "said_delta text=hi", "note assistant 'hi'" },
  { "awaits_pause?", "no" },
  { "paused", "" },
  { "said text=hi", "note assistant final 'hi'" },
  { "audio audio=100", "play 1 4800@24000" },
  { "audio_done", "end 1" },
};

static const Table tables[] = {
  TABLE ("pause-ends", "v1", pause_ends),
  TABLE ("counts-anew", "v1", counts_anew),
  TABLE ("named-goes-on", "v1", named_goes_on),
  TABLE ("rest-is-late", "v1", rest_is_late),
  TABLE ("nothing-is-late", "v1", nothing_is_late),
  TABLE ("next-turn", "v1", next_turn),
  TABLE ("text-ends", "v1", text_ends),
  TABLE ("item-ends", "v1", item_ends),
  TABLE ("text-only", "v1", text_only),
  TABLE ("general", "", general),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add (
      "/session/dialects/pauses", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
