/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One reply at a time: when a response.create is sent, and when not.
 */
#include "sessiondriver.h"

#include "rtresponses.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define CONFLICT                                         \
  "error code=conversation_already_has_active_response " \
  "msg='Conversation already has an active response in progress: "

static const Row coalesced[] = {
  START,
  { "ask text one", "send user 'one'; send create" },
  { "busy?", "yes" },
  { "ask text two", "send user 'two'" },
  { "ask create", "" },
  { "created id=r1", "note response created r1" },
  { "ask text three", "send user 'three'" },
  { "done id=r1 status=completed usage=7",
      "note response completed r1 7; send create" },
  { "created id=r2", "note response created r2" },
  { "done id=r2 status=incomplete reason=max_output_tokens",
      "note response incomplete r2 max_output_tokens" },
  { "busy?", "no" },
};

static const Row twice_told[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "created id=r1", "" },
  { "ask create", "" },
  { "done id=r1 status=completed", "note response completed r1; send create" },
  { "done id=r1 status=completed", "" },
  { "created id=r1", "" },
  { "created id=r2", "note response created r2" },
  { "done id=r1 status=completed", "" },
  { "busy?", "yes" },
  { "done id=r2", "note response completed r2" },
  { "busy?", "no" },
};

static const Row nameless[] = {
  START,
  { "ask create", "send create" },
  { "created", "note response created" },
  { "ask create", "" },
  { "done wire=response.cancelled", "note response cancelled; send create" },
  { "done", "note response completed" },
  { "busy?", "no" },
};

static const Row never_created[] = {
  START,
  { "ask create", "send create" },
  { "ask create", "" },
  { "done id=r1 status=completed", "note response completed r1; send create" },
};

static const Row conflict[] = {
  START,
  { "ask create", "send create" },
  { CONFLICT "resp_9. Wait until it is finished.' event=rt_create_2",
      "note error benign conversation_already_has_active_response "
      "'Conversation already has an active response in progress: resp_9. "
      "Wait until it is finished.' rt_create_2" },
  { "busy?", "yes" },
  { "ask create", "" },
  { "done id=resp_8 status=completed", "note response completed resp_8" },
  { "done id=resp_9 status=completed",
      "note response completed resp_9; send create" },
};

static const Row conflict_behind_created[] = {
  START,
  { "speech_started item=u1 ms=0", "note speech user detected u1 @0" },
  { "speech_stopped item=u1 ms=9", "note speech user ended u1 @9" },
  { "ask create", "send create" },
  { "created id=r1", "note response created r1" },
  { CONFLICT "r1.' event=rt_create_2",
      "note error benign conversation_already_has_active_response "
      "'Conversation already has an active response in progress: r1.' "
      "rt_create_2" },
  { "done id=r1 status=completed", "note response completed r1; send create" },
};

static const Row conflict_told_late[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=completed", "note response completed r1" },
  { "ask create", "send create" },
  { CONFLICT "r1.' event=rt_create_2",
      "note error benign conversation_already_has_active_response "
      "'Conversation already has an active response in progress: r1.' "
      "rt_create_2; send create" },
  /* not for ever */
  { CONFLICT "r1.' event=rt_create_3",
      "note error benign conversation_already_has_active_response "
      "'Conversation already has an active response in progress: r1.' "
      "rt_create_3" },
  { "busy?", "no" },
};

static const Row conflict_of_others[] = {
  START,
  { "created id=r1", "note response created r1" },
  { CONFLICT "r1.' event=mine",
      "note error benign conversation_already_has_active_response "
      "'Conversation already has an active response in progress: r1.' mine" },
  { "done id=r1 status=completed", "note response completed r1" },
};

static const Row conflict_by_words[] = {
  START,
  { "ask create", "send create" },
  { "error msg='Conversation already has an active response in progress: r7'",
      "note error warning 'Conversation already has an active response in "
      "progress: r7'" },
  { "done id=r7 status=completed", "note response completed r7; send create" },
};

/* The server knows better which one is active. */
static const Row conflict_with_another[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "ask create", "" },
  { "done id=r1", "note response completed r1; send create" },
  { "created id=r2", "note response created r2" },
  { CONFLICT "r3.' event=rt_create_2",
      "note error benign conversation_already_has_active_response "
      "'Conversation already has an active response in progress: r3.' "
      "rt_create_2" },
  { "done id=r2", "note response completed r2" },
  { "done id=r3", "note response completed r3; send create" },
};

static const Row create_refused[] = {
  START,
  { "ask create", "send create" },
  { "ask create", "" },
  { "error code=invalid_value msg=bad event=other",
      "note error warning invalid_value 'bad' other" },
  { "error code=invalid_value msg=bad event=rt_create_2",
      "note error warning invalid_value 'bad' rt_create_2; send create" },
  { "error code=server_error msg=oops",
      "note error warning server_error 'oops'" },
  { "busy?", "no" },
};

static const Row cancel[] = {
  START,
  { "ask interrupt", "" },
  { "created id=r1", "note response created r1" },
  { "ask interrupt", "send cancel r1" },
  { "ask interrupt", "" },
  { "done id=r1 status=cancelled reason=client_cancelled",
      "note response cancelled r1 client_cancelled" },
  { "ask interrupt", "" },
  { "busy?", "no" },
};

static const Row cancel_before_created[] = {
  START,
  { "ask create", "send create" },
  { "ask interrupt", "send cancel" },
  { "ask interrupt", "" },
  { "created id=r1", "note response created r1" },
  { "audio resp=r1 item=a1 audio=20", "" },
  { "late?", "20" },
  { "late?", "0" },
  { "said_delta resp=r1 item=a1 text=x", "" },
  { "done id=r1 status=cancelled", "note response cancelled r1" },
  { "busy?", "no" },
};

static const Row cancel_too_late[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "ask interrupt", "send cancel r1" },
  { "error code=response_cancel_not_active msg=none event=rt_cancel_2",
      "note error benign response_cancel_not_active 'none' rt_cancel_2" },
  { "busy?", "no" },
};

static const Row cancel_of_others[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "error code=response_cancel_not_active msg=none event=mine",
      "note error benign response_cancel_not_active 'none' mine" },
  { "busy?", "yes" },
};

static const Row asked_after_interrupt[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "ask interrupt", "send cancel r1" },
  { "ask text next", "send user 'next'" },
  { "done id=r1 status=cancelled", "note response cancelled r1; send create" },
};

/* What is asked for while the user interrupts is part of the reply to that. */
static const Row superseded[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "ask text one", "send user 'one'" },
  { "speech_started item=u1 ms=0", "note speech user detected u1 @0" },
  { "done id=r1 status=cancelled reason=turn_detected",
      "note response cancelled r1 turn_detected" },
  { "speech_stopped item=u1 ms=9", "note speech user ended u1 @9" },
  { "created id=r2", "note response created r2" },
  { "done id=r2 status=completed", "note response completed r2" },
  { "busy?", "no" },
};

static const Row superseded_for_nothing[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "ask text one", "send user 'one'" },
  { "speech_started item=u1 ms=0", "note speech user detected u1 @0" },
  { "done id=r1 status=cancelled reason=turn_detected",
      "note response cancelled r1 turn_detected" },
  { "cleared", "note speech user ended; send create" },
};

static const Row superseded_and_asked[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "ask create", "" },
  { "speech_started item=u1 ms=0", "note speech user detected u1 @0" },
  { "done id=r1 status=cancelled reason=turn_detected",
      "note response cancelled r1 turn_detected" },
  { "ask create", "send create" },
};

static const Row failed[] = {
  START,
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=failed reason=failed code=rate_limit_exceeded "
    "type=invalid_request_error msg='Slow down.'",
      "note response failed r1 failed; "
      "note error warning rate_limit_exceeded 'Slow down.'" },
  { "created id=r2", "note response created r2" },
  { "done id=r2 status=failed",
      "note response failed r2; note error warning 'the response failed'" },
  { "created id=r3", "note response created r3" },
  { "ask create", "" },
  { "done id=r3 status=failed code=insufficient_quota msg='No money.'",
      "note response failed r3; "
      "fail busy fatal insufficient_quota 'No money.'" },
  { "created id=r4", "" },
};

static void
bounds (void)
{
  g_autoptr (RtResponses) responses = rt_responses_new ();
  guint i;

  for (i = 0; i <= RT_RESPONSES_MAX_ENDED; i++) {
    g_autofree gchar *id = g_strdup_printf ("r%u", i);

    g_assert_true (rt_responses_created (responses, id));
    g_assert_true (rt_responses_done (responses, id, FALSE));
    g_assert_false (rt_responses_done (responses, id, FALSE));
  }
  g_assert_false (rt_responses_done (responses, "r1", FALSE));
  g_assert_true (rt_responses_done (responses, "r0", FALSE));
}

static const Table tables[] = {
  TABLE ("coalesced", "", coalesced),
  TABLE ("twice-told", "", twice_told),
  TABLE ("nameless", "", nameless),
  TABLE ("never-created", "", never_created),
  TABLE ("conflict", "", conflict),
  TABLE ("conflict-behind-created", "", conflict_behind_created),
  TABLE ("conflict-told-late", "", conflict_told_late),
  TABLE ("conflict-of-others", "", conflict_of_others),
  TABLE ("conflict-by-words", "", conflict_by_words),
  TABLE ("conflict-with-another", "", conflict_with_another),
  TABLE ("create-refused", "", create_refused),
  TABLE ("cancel", "", cancel),
  TABLE ("cancel-before-created", "", cancel_before_created),
  TABLE ("cancel-too-late", "", cancel_too_late),
  TABLE ("cancel-of-others", "", cancel_of_others),
  TABLE ("asked-after-interrupt", "", asked_after_interrupt),
  TABLE ("superseded", "", superseded),
  TABLE ("superseded-for-nothing", "", superseded_for_nothing),
  TABLE ("superseded-and-asked", "", superseded_and_asked),
  TABLE ("failed", "", failed),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/replies", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/session/replies/bounds", bounds);
  return g_test_run ();
}
