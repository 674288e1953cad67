/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reply to a turn that the user took while another one was being made, and
 * that the server, told not to interrupt, may or may not give by itself: one,
 * not two and not none, in whatever order it is told.
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
#define STOPPED                                                     \
  {                                                                 \
    "speech_stopped item=u1 ms=90", "note speech user ended u1 @90" \
  }
/* A turn over a reply that is being made, and of which nothing is there. */
#define TURN                                            \
  CREATED (1),                                          \
      { "speech_started item=u1 ms=50",                 \
        "note speech user detected u1 @50; hold 300" }, \
      STOPPED,                                          \
  {                                                     \
    "committed item=u1", "send cancel r1; resume"       \
  }
#define CANCELLED(then)                                    \
  {                                                        \
    "done id=r1 status=cancelled reason=client_cancelled", \
        "note response cancelled r1 client_cancelled" then \
  }
#define WORDS "Conversation already has an active response in progress: "
#define CONFLICT(id, event)                                                  \
  {                                                                          \
    "error code=conversation_already_has_active_response msg='" WORDS id     \
    "' event=" event,                                                        \
        "note error benign conversation_already_has_active_response '" WORDS \
            id "' " event                                                    \
  }
#define ONE_REPLY                                  \
  { "busy?", "yes" }, DONE (2), { "busy?", "no" }, \
  {                                                \
    "ask create", "send create"                    \
  }

static const Row given_up[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  CREATED (2),
  ONE_REPLY,
};

/* The refusal of what the server tried by itself names no event of ours. */
static const Row refused[] = {
  START,
  TURN,
  { "error code=conversation_already_has_active_response msg='" WORDS "r1'",
      "note error benign conversation_already_has_active_response '" WORDS
      "r1'" },
  CANCELLED ("; send create"),
  CREATED (2),
  ONE_REPLY,
};

/* It was told to us when ours was on its way. */
static const Row refused_late[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  { "error code=conversation_already_has_active_response msg='" WORDS "r1'",
      "note error benign conversation_already_has_active_response '" WORDS
      "r1'; send create" },
  CREATED (2),
  CONFLICT ("r2", "rt_create_4"),
  ONE_REPLY,
};

/* It waited for the end of the other one. */
static const Row by_itself[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  CREATED (2),
  CONFLICT ("r2", "rt_create_3"),
  ONE_REPLY,
};

static const Row conflict_first[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  CONFLICT ("r2", "rt_create_3"),
  CREATED (2),
  ONE_REPLY,
};

static const Row conflict_without_id[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  { "error code=conversation_already_has_active_response msg=no "
    "event=rt_create_3",
      "note error benign conversation_already_has_active_response 'no' "
      "rt_create_3" },
  CREATED (2),
  ONE_REPLY,
};

/* The server has not yet forgotten the one that it ended. */
static const Row conflict_with_the_cancelled[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  { "error code=conversation_already_has_active_response msg='" WORDS
    "r1' event=rt_create_3",
      "note error benign conversation_already_has_active_response '" WORDS
      "r1' rt_create_3; send create" },
  CREATED (2),
  ONE_REPLY,
};

/* The cancel and the end of the response crossed. */
static const Row cancelled_too_late[] = {
  START,
  TURN,
  { "done id=r1 status=completed", "note response completed r1; send create" },
  { "error code=response_cancel_not_active msg=none event=rt_cancel_2",
      "note error benign response_cancel_not_active 'none' rt_cancel_2" },
  CREATED (2),
  ONE_REPLY,
};

/* Before the end of the other one was told. */
static const Row created_first[] = {
  START,
  TURN,
  CREATED (2),
  CANCELLED (""),
  ONE_REPLY,
};

static const Row asked_as_well[] = {
  START,
  TURN,
  { "ask text hm", "send user 'hm'" },
  { "ask create", "" },
  CANCELLED ("; send create"),
  CREATED (2),
  ONE_REPLY,
};

/* Asked when the reply is on its way: that is another one. */
static const Row asked_behind[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  { "ask create", "" },
  CREATED (2),
  { "done id=r2 status=completed", "note response completed r2; send create" },
  CREATED (3),
  DONE (3),
  { "busy?", "no" },
};

/* Cancelled while the user still spoke, over before the turn was: the server
 * can reply. */
static const Row over_before_the_turn[] = {
  START,
  CREATED (1),
  { "speech_started item=u1 ms=50",
      "note speech user detected u1 @50; hold 300" },
  { "elapsed", "send cancel r1; resume" },
  CANCELLED (""),
  STOPPED,
  { "committed item=u1", "" },
  { "busy?", "yes" },
  CREATED (2),
  ONE_REPLY,
};

static const Row over_behind_the_turn[] = {
  START,
  CREATED (1),
  { "speech_started item=u1 ms=50",
      "note speech user detected u1 @50; hold 300" },
  { "elapsed", "send cancel r1; resume" },
  STOPPED,
  { "committed item=u1", "" },
  CANCELLED ("; send create"),
  CREATED (2),
  ONE_REPLY,
};

/* Nobody interrupts, and the turn gets its reply behind the one it was over. */
static const Row not_interrupted[] = {
  START,
  CREATED (1),
  { "speech_started item=u1 ms=50", "note speech user detected u1 @50" },
  STOPPED,
  { "committed item=u1", "" },
  { "done id=r1 status=completed", "note response completed r1; send create" },
  CREATED (2),
  ONE_REPLY,
};

/* The server replies to no turn, or to none that the application ended. */
static const Row nothing_owed[] = {
  START,
  CREATED (1),
  { "speech_started item=u1 ms=50", "note speech user detected u1 @50" },
  STOPPED,
  { "committed item=u1", "" },
  DONE (1),
  { "busy?", "no" },
};

static const Row committed_by_hand[] = {
  START,
  CREATED (1),
  { "ask commit", "send commit" },
  { "committed item=u1", "" },
  DONE (1),
  { "busy?", "no" },
};

/* It cancels by itself, and so it can reply by itself. */
static const Row server_interrupts[] = {
  START,
  CREATED (1),
  { "speech_started item=u1 ms=50", "note speech user detected u1 @50" },
  STOPPED,
  { "committed item=u1", "" },
  { "done id=r1 status=cancelled reason=turn_detected",
      "note response cancelled r1 turn_detected" },
  CREATED (2),
  ONE_REPLY,
};

#define AGAIN                                                         \
  { "opened", "send update; note started resumed" },                  \
  {                                                                   \
    "session_created id=s2", "ready; note session s2 created; repeat" \
  }

/* What was said is said again, and the server replies to that by itself. */
static const Row lost_and_said_again[] = {
  START,
  TURN,
  { "lost repeats", "note response cancelled r1 session_lost" },
  AGAIN,
  { "repeated", "" },
};

/* The next session knows of the turn as a text, and has to be asked. */
static const Row lost_and_told[] = {
  START,
  TURN,
  { "heard item=u1 text=hi", "note user final 'hi' u1" },
  { "lost", "note response cancelled r1 session_lost" },
  { "opened", "send update; note started resumed" },
  { "session_created id=s2", "ready; note session s2 created; "
                             "send restored user u1 'hi'; repeat" },
  { "repeated", "send create" },
};

static const Row lost_on_its_way[] = {
  START,
  TURN,
  CANCELLED ("; send create"),
  { "lost repeats", "" },
  AGAIN,
  { "repeated", "" },
};

static const Table tables[] = {
  TABLE ("given-up", "hold=300", given_up),
  TABLE ("refused", "hold=300", refused),
  TABLE ("refused-late", "hold=300", refused_late),
  TABLE ("by-itself", "hold=300", by_itself),
  TABLE ("conflict-first", "hold=300", conflict_first),
  TABLE ("conflict-without-id", "hold=300", conflict_without_id),
  TABLE (
      "conflict-with-the-cancelled", "hold=300", conflict_with_the_cancelled),
  TABLE ("cancelled-too-late", "hold=300", cancelled_too_late),
  TABLE ("created-first", "hold=300", created_first),
  TABLE ("asked-as-well", "hold=300", asked_as_well),
  TABLE ("asked-behind", "hold=300", asked_behind),
  TABLE ("over-before-the-turn", "hold=300", over_before_the_turn),
  TABLE ("over-behind-the-turn", "hold=300", over_behind_the_turn),
  TABLE ("not-interrupted", "mute interrupt=0", not_interrupted),
  TABLE (
      "nothing-owed", "mute interrupt=0 create=0 transcriber=-", nothing_owed),
  TABLE ("committed-by-hand", "interrupt=0", committed_by_hand),
  TABLE ("server-interrupts", "", server_interrupts),
  TABLE ("lost-and-said-again", "hold=300", lost_and_said_again),
  TABLE ("lost-and-told", "hold=300", lost_and_told),
  TABLE ("lost-on-its-way", "hold=300", lost_on_its_way),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/owed", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
