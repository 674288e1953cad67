/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a session begins, what waits for it, and how its settings change.
 */
#include "sessiondriver.h"

#include <string.h>

#define OPEN                              \
  {                                       \
    "opened", "send update; note started" \
  }
#define READY                                                 \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }

static const Row first_word[] = {
  { "ready?", "no" },
  { "opened", "send update; note started c1" },
  { "ready?", "no" },
  { "conversation_created", "" },
  { "session_created id=s1 instructions='be kind' expires=99",
      "ready; note session s1 created 'be kind' until 99" },
  { "ready?", "yes" },
  { "id?", "s1" },
  { "session_updated id=s1 instructions=hello",
      "note session s1 updated 'hello'" },
  { "busy?", "no" },
};

static const Row updated_first[] = {
  OPEN,
  { "session_updated id=s2", "ready; note session s2 updated" },
  { "session_created id=s2", "note session s2 created" },
};

static const Row no_session_in_it[] = {
  OPEN,
  { "session_created", "" },
  { "ready?", "no" },
};

static const Row nothing_to_say[] = {
  OPEN,
  READY,
  { "unknown wire=ping", "" },
  { "rate_limits", "" },
  { "item_retrieved item=i1 kind=message role=user text=hi", "" },
  { "item_deleted item=i1", "" },
  { "item_truncated item=i1 ms=10", "" },
  { "arguments_delta item=i1 call=c1 text={", "" },
  { "part_added item=i1 resp=r1", "" },
  { "busy?", "no" },
};

static const Row waiting[] = {
  { "ask text hello", "" },
  { "busy?", "yes" },
  OPEN,
  { "ask raw '{\"type\":\"x\"}'", "" },
  { "ask commit", "" },
  { "ask create", "" },
  { "ask update", "send update" },
  { "ask clear", "" },
  { "ask interrupt", "" },
  { "ask handoff - text final",
      "refused; note error warning not_possible 'no such handoff is open'" },
  { "session_created id=s1",
      "ready; note session s1 created; send user 'hello'; send create; "
      "send raw '{\"type\":\"x\"}'; send commit; send clear" },
  /* the second reply waits for the first */
  { "created id=r1", "note response created r1" },
  { "done id=r1 status=completed", "note response completed r1; send create" },
};

static const Row settings_before[] = {
  { "config voice=sage", "" },
  { "config prompt=hello", "" },
  { "ask update", "" },
  { "opened", "send update; note started" },
};

static const Row settings_after[] = {
  OPEN,
  { "config voice=sage prompt=hello", "send update" },
  { "config voice=sage", "" },
  READY,
  { "config voice=sage", "" },
  /* told in the URL and the headers, not in the session */
  { "config model=other conversation=c9", "" },
  { "config create=0", "send update" },
  { "ask update", "send update" },
};

#define VOICE_STAYS(next)                                                  \
  "note error warning cannot_update_voice 'the voice of a session cannot " \
  "change once it was heard: '" next "' speaks in the next session'"

/* The server would refuse all of the update, and each one after it. */
static const Row voice_heard[] = {
  OPEN,
  READY,
  { "config voice=sage", "send update" },
  { "created id=r1", "note response created r1" },
  { "audio item=a1 resp=r1 audio=10", "play 1 480@24000" },
  { "config voice=cedar", VOICE_STAYS ("cedar") },
  { "config prompt=hello", "send update" },
  { "config voice=marin prompt=bye", VOICE_STAYS ("marin") "; send update" },
  /* by another name it is the same one */
  { "config voice=-", "" },
  { "config voice=sage", "" },
  { "config voice=cedar", VOICE_STAYS ("cedar") },
  { "done id=r1 status=completed", "end 1; note response completed r1" },
};

static const Row voice_heard_v1[] = {
  OPEN,
  { "session_updated id=s1", "ready; note session s1 updated" },
  { "config voice=juniper", "send update" },
  { "audio rate=24000 audio=10", "play 1 480@24000" },
  { "config voice=sol", VOICE_STAYS ("sol") },
};

/* Between replies only. */
static const Row speed[] = {
  OPEN,
  READY,
  { "config speed=1.25", "send update" },
  { "created id=r1", "note response created r1" },
  { "config speed=1.5", "" },
  { "config prompt=hello", "send update" },
  { "ask create", "" },
  { "done id=r1 status=completed",
      "note response completed r1; send update; send create" },
  { "config speed=1.0", "" },
  { "config speed=1.5", "" },
  { "created id=r2", "note response created r2" },
  { "done id=r2 status=completed", "note response completed r2" },
};

static const Row voice_refused[] = {
  OPEN,
  READY,
  { "config voice=sage", "send update" },
  { "error code=invalid_value msg='Cannot update a voice now.' "
    "param=session.audio.output.voice event=rt_update_2",
      "note error warning invalid_value 'Cannot update a voice now. "
      "(session.audio.output.voice)' rt_update_2; "
      "send update without session.audio.output.voice" },
};

static const Row bad_requests[] = {
  OPEN,
  READY,
  { "ask text ''",
      "refused; note error warning not_possible 'there is no text'" },
  { "ask raw '[1]'", "refused; note error warning not_possible "
                     "'the event is not a JSON object'" },
  { "ask raw nonsense", "refused; note error warning not_possible "
                        "'the event is not a JSON object'" },
  { "ask text \xff", "refused; note error warning not_possible "
                     "'the text is not valid UTF-8'" },
  { "ask function c1 x", "refused; note error warning not_possible "
                         "'no such function call is open'" },
};

static const Row transcription[] = {
  OPEN,
  READY,
  { "ask text hello", "refused; note error warning not_possible "
                      "'a transcription session takes no text'" },
  { "ask create", "refused; note error warning not_possible "
                  "'a transcription session gives no replies'" },
  { "speech_started item=i1 ms=100", "note speech user detected i1 @100" },
  { "busy?", "yes" },
  { "speech_stopped item=i1 ms=900", "note speech user ended i1 @900" },
  { "committed item=i1", "" },
  { "busy?", "yes" },
  { "heard_delta item=i1 text=good", "note user 'good' i1" },
  { "heard item=i1 text='good morning' usage=800",
      "note user final 'good morning' i1 800ms" },
  { "busy?", "no" },
};

static const Row other_dialect[] = {
  OPEN,
  READY,
  { "ask text hello", "send user 'hello'" },
  { "ask create", "refused; note error warning not_possible "
                  "'the protocol cannot ask for a reply'" },
  { "ask commit", "refused; note error warning not_possible "
                  "'the protocol has no commit'" },
  { "ask clear", "refused; clear-input; note error warning not_possible "
                 "'the protocol cannot clear what the server heard'" },
  { "handoff_requested item=i1 call=h1 text='go home'",
      "note handoff h1 i1 'go home' [user: hello]" },
  { "handoff_requested item=i1 call=h1 text='go home'", "" },
  { "ask handoff h1 'I went' final", "send handoff h1 'I went' final" },
  { "audio resp=r1 audio=10", "play 1 480@24000" },
  { "playing 1", "note speech assistant playing" },
  { "ask interrupt", "drop" },
  { "dropped 1=5/10",
      "note speech assistant interrupted; note interrupted  5+5" },
  { "error msg=no", "fail generic fatal 'no'" },
  { "ask text again", "refused; note error warning not_possible "
                      "'the session has failed'" },
  { "audio resp=r2 audio=10", "" },
};

static void
too_many_wait (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autoptr (RtSession) session = rt_session_new (&rt_dialect_v2, config);
  g_autoptr (RtEffects) effects = rt_effects_new ();
  const RtRequest request = { RT_REQUEST_TEXT, NULL, "hello", FALSE };
  guint i;

  for (i = 0; i < 256; i++)
    g_assert_true (rt_session_request (session, &request, effects));
  g_assert_cmpuint (rt_effects_length (effects), ==, 0);
  g_assert_false (rt_session_request (session, &request, effects));
  g_assert_cmpuint (rt_effects_length (effects), ==, 1);
}

static gboolean
pop_first (RtEffects *effects)
{
  g_autoptr (RtEffect) effect = rt_effects_pop (effects);

  g_assert_cmpint (effect->type, ==, RT_EFFECT_SEND);
  g_assert_cmpint (effect->command->type, ==, RT_COMMAND_SESSION_UPDATE);
  return effect->command->first;
}

/* Only the first word opens the session, for dialects that tell it apart. */
static void
opens_once (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autoptr (RtSession) session = rt_session_new (&rt_dialect_v2, config);
  g_autoptr (RtEffects) effects = rt_effects_new ();

  rt_session_opened (session, FALSE, effects);
  g_assert_true (pop_first (effects));
  rt_effect_free (rt_effects_pop (effects)); /* the note of it */
  config->prompt = g_strdup ("hello");
  rt_session_set_config (session, config, effects);
  g_assert_false (pop_first (effects));
}

static void
settings_in_force (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autoptr (RtSession) session = rt_session_new (&rt_dialect_v2, config);
  g_autoptr (RtEffects) effects = rt_effects_new ();

  config->vad_silence_duration = 123;
  rt_session_set_config (session, config, effects);
  config->vad_silence_duration = 456;
  g_assert_cmpuint (
      rt_session_get_config (session)->vad_silence_duration, ==, 123);
}

static const gchar *
voice_told (RtSession *session, RtEffects *effects)
{
  static const gchar *const voices[] = { "marin", "cedar", "sage" };
  g_autoptr (RtEffect) effect = rt_effects_pop (effects);
  g_autofree gchar *text = NULL;
  guint i;

  g_assert_cmpint (effect->type, ==, RT_EFFECT_SEND);
  text
      = rt_dialect_v2.encode (effect->command, rt_session_get_config (session));
  for (i = 0; i < G_N_ELEMENTS (voices); i++)
    if (strstr (text, voices[i]) != NULL)
      return voices[i];
  return NULL;
}

/* What had to wait is told to the next session. */
static void
next_session (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  g_autoptr (RtSession) session = rt_session_new (&rt_dialect_v2, config);
  g_autoptr (RtEffects) effects = rt_effects_new ();
  g_autoptr (RtEvent) audio
      = session_driver_event ("audio item=a1 resp=r1 audio=10");

  rt_session_opened (session, FALSE, effects);
  g_assert_cmpstr (voice_told (session, effects), ==, "marin");
  rt_effect_free (rt_effects_pop (effects)); /* the note of it */
  rt_session_event (session, audio, effects);
  rt_effect_free (rt_effects_pop (effects)); /* it is played */
  config->voice = g_strdup ("cedar");
  rt_session_set_config (session, config, effects);
  rt_effect_free (rt_effects_pop (effects)); /* the warning */
  config->prompt = g_strdup ("hello");
  rt_session_set_config (session, config, effects);
  g_assert_cmpstr (voice_told (session, effects), ==, "marin");
  rt_session_opened (session, FALSE, effects);
  g_assert_cmpstr (voice_told (session, effects), ==, "cedar");
  rt_effect_free (rt_effects_pop (effects)); /* the note of it */
  g_free (config->voice);
  config->voice = g_strdup ("sage");
  rt_session_set_config (session, config, effects);
  g_assert_cmpstr (voice_told (session, effects), ==, "sage");
}

static const Table tables[] = {
  TABLE ("first-word", "conversation=c1", first_word),
  TABLE ("updated-first", "", updated_first),
  TABLE ("no-session-in-it", "", no_session_in_it),
  TABLE ("nothing-to-say", "", nothing_to_say),
  TABLE ("waiting", "", waiting),
  TABLE ("settings-before", "", settings_before),
  TABLE ("settings-after", "", settings_after),
  TABLE ("voice-heard", "", voice_heard),
  TABLE ("voice-heard-v1", "v1", voice_heard_v1),
  TABLE ("speed", "", speed),
  TABLE ("voice-refused", "", voice_refused),
  TABLE ("bad-requests", "", bad_requests),
  TABLE ("transcription", "mode=transcription", transcription),
  TABLE ("other-dialect", "bare", other_dialect),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/session/opening", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/session/opening/too-many-wait", too_many_wait);
  g_test_add_func ("/session/opening/settings-in-force", settings_in_force);
  g_test_add_func ("/session/opening/opens-once", opens_once);
  g_test_add_func ("/session/opening/next-session", next_session);
  return g_test_run ();
}
