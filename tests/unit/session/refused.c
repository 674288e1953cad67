/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A parameter of an update is refused: what is told again, and what is not.
 */
#include "sessiondriver.h"

#include <string.h>

#define SPEED "session.audio.output.speed"
#define VOICE "session.audio.output.voice"
#define MODEL "session.audio.input.transcription.model"
#define TRANSCRIPTION "session.audio.input.transcription"
#define FORMAT "session.audio.input.format"

#define OPEN                                                  \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }
#define UPDATED                                        \
  {                                                    \
    "session_updated id=s1", "note session s1 updated" \
  }
#define REFUSE(param, n) \
  "error code=invalid_value msg=no param=" param " event=rt_update_" n
#define NOTE(severity, param, n) \
  "note error " severity " invalid_value 'no (" param ")' rt_update_" n
#define WARNED(param, n) NOTE ("warning", param, n)
#define WITHOUT(param) "send update without " param

static const Row once[] = {
  OPEN,
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") "; " WITHOUT (SPEED) },
  UPDATED,
  { "config prompt=hello", WITHOUT (SPEED) },
  { "ask update", WITHOUT (SPEED) },
  { "config prompt=hello", "" },
  /* another value is tried, and warned of anew */
  { "config speed=1.5", "send update" },
  { REFUSE (SPEED, "5"), WARNED (SPEED, "5") "; " WITHOUT (SPEED) },
  { "config speed=1.0", "send update" },
  UPDATED,
  { "config speed=1.5", "send update" },
};

static const Row several[] = {
  OPEN,
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") "; " WITHOUT (SPEED) },
  { REFUSE (VOICE, "2"),
      WARNED (VOICE, "2") "; " WITHOUT (SPEED) " and " VOICE },
  UPDATED,
  { "config voice=sage", WITHOUT (SPEED) },
};

/* Its absence is our doing: of that only a message tells. */
static const Row parent[] = {
  OPEN,
  { REFUSE (MODEL, "1"), WARNED (MODEL, "1") "; " WITHOUT (MODEL) },
  { REFUSE (MODEL, "2"),
      NOTE ("benign", MODEL, "2") "; " WITHOUT (TRANSCRIPTION) },
  UPDATED,
  { "config transcriber=other", "send update" },
};

/* What was left out and is refused all the same cannot be helped. */
static const Row stubborn[] = {
  OPEN,
  { REFUSE (TRANSCRIPTION, "1"),
      WARNED (TRANSCRIPTION, "1") "; " WITHOUT (TRANSCRIPTION) },
  { REFUSE (TRANSCRIPTION, "2"), WARNED (TRANSCRIPTION, "2") },
  { REFUSE (MODEL, "2"), WARNED (MODEL, "2") },
};

/* What is behind it says all of it again. */
static const Row overtaken[] = {
  OPEN,
  { "config prompt=hello", "send update" },
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") },
  { REFUSE (SPEED, "2"), WARNED (SPEED, "2") "; " WITHOUT (SPEED) },
  /* said twice */
  { REFUSE (SPEED, "2"), WARNED (SPEED, "2") },
  UPDATED,
  { "config prompt=bye", WITHOUT (SPEED) },
};

/* The one behind it has another value. */
static const Row changed_meanwhile[] = {
  OPEN,
  { "config speed=1.5", "send update" },
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") },
  UPDATED,
  { "config prompt=hello", "send update" },
};

static const Row not_followed[] = {
  OPEN,
  { REFUSE ("session", "1"), WARNED ("session", "1") },
  { REFUSE ("session.type", "1"), WARNED ("session.type", "1") },
  { REFUSE ("session.audio.input", "1"), WARNED ("session.audio.input", "1") },
  { REFUSE ("session.unheard_of", "1"), WARNED ("session.unheard_of", "1") },
  { REFUSE ("session.instructions", "1"),
      WARNED ("session.instructions", "1") },
  { REFUSE ("session.a--b;", "1"), WARNED ("session.a--b;", "1") },
  { REFUSE (SPEED, "7"), WARNED (SPEED, "7") },
  { "error code=invalid_value msg=no param=" SPEED,
      "note error warning invalid_value 'no (" SPEED ")'" },
  { "error code=invalid_value msg=no event=rt_update_1",
      "note error warning invalid_value 'no' rt_update_1" },
};

/* With one tool that is refused all of them are. */
static const Row index_of_array[] = {
  OPEN,
  { REFUSE ("session.tools[0].name", "1"),
      WARNED ("session.tools[0].name", "1") "; " WITHOUT ("session.tools") },
  { "config handoff=transfer", "send update" },
};

static const Row parent_of_several[] = {
  OPEN,
  { "config 'options={\"x\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,"
    "\"g\":1,\"h\":1,\"i\":1}}'",
      "send update" },
  { REFUSE ("session.x.a", "2"),
      WARNED ("session.x.a", "2") "; " WITHOUT ("session.x.a") },
  { REFUSE ("session.x.b", "3"), WARNED ("session.x.b", "3") "; " WITHOUT (
                                     "session.x.a and session.x.b") },
  { REFUSE ("session.x.c", "4"),
      WARNED ("session.x.c", "4") "; " WITHOUT (
          "session.x.a and session.x.b and session.x.c") },
  { REFUSE ("session.x", "5"),
      WARNED ("session.x", "5") "; " WITHOUT ("session.x") },
};

/* The next session of this conversation is another one's of the same server. */
static const Row next_session[] = {
  OPEN,
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") "; " WITHOUT (SPEED) },
  UPDATED,
  { "lost", "" },
  { "opened", WITHOUT (SPEED) "; note started resumed" },
  { "session_created id=s2", "ready; note session s2 created; repeat" },
  { "lost", "" },
  { "config speed=1.5", "" },
  { "opened", "send update; note started resumed" },
};

/* The session that waits was told what the one that serves refused then. */
static const Row greeted[] = {
  OPEN,
  { "greet", "send update" },
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") "; " WITHOUT (SPEED) },
  UPDATED,
  { "lost", "" },
  { "opened greeted", WITHOUT (SPEED) "; note started resumed" },
  { REFUSE (SPEED, "2"), WARNED (SPEED, "2") },
  { REFUSE (VOICE, "5"),
      WARNED (VOICE, "5") "; " WITHOUT (SPEED) " and " VOICE },
};

/* … and its own refusal is heard once it serves. */
static const Row greeting_refused[] = {
  OPEN,
  UPDATED,
  { "greet", "send update" },
  { "lost", "" },
  { "opened greeted", "note started resumed" },
  { REFUSE (SPEED, "2"), WARNED (SPEED, "2") "; " WITHOUT (SPEED) },
};

#define MISMATCH                                                             \
  "fail format fatal format_mismatch 'the input was asked for as audio/pcmu" \
  " at 8000 Hz, but is audio/pcm at 24000 Hz to the server'"

/* What the audio is to the server is asked of the answer that decides. */
static const Row format_refused[] = {
  { "opened", "send update; note started" },
  { "session_created id=s1 in=pcm@24000 out=pcm@24000",
      "ready; note session s1 created" },
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") "; " WITHOUT (SPEED) },
  { REFUSE (FORMAT ".type", "2"), WARNED (FORMAT ".type", "2") "; " MISMATCH },
};

static const Row format_taken[] = {
  { "opened", "send update; note started" },
  { "session_created id=s1 in=pcm@24000 out=pcm@24000",
      "ready; note session s1 created" },
  { REFUSE (SPEED, "1"), WARNED (SPEED, "1") "; " WITHOUT (SPEED) },
  /* the same update had two errors */
  { REFUSE (VOICE, "1"), WARNED (VOICE, "1") },
  { "session_updated id=s1 in=pcmu", "note session s1 updated" },
};

/* An error is the end there. */
static const Row v1[] = {
  { "opened", "send update; note started" },
  { REFUSE (VOICE, "1"),
      "fail settings fatal invalid_value 'no (" VOICE ")' rt_update_1" },
};

typedef struct {
  RtSessionConfig *config;
  RtSession *session;
  RtEffects *effects;
} Talk;

static void
tell (Talk *talk, const gchar *words)
{
  g_autoptr (RtEvent) event = session_driver_event (words);

  rt_session_event (talk->session, event, talk->effects);
}

/* The text of the only update that is sent, or NULL; what else there is
 * matters elsewhere. */
static gchar *
dup_update (Talk *talk)
{
  gchar *text = NULL;

  while (rt_effects_length (talk->effects) > 0) {
    g_autoptr (RtEffect) effect = rt_effects_pop (talk->effects);

    if (effect->type != RT_EFFECT_SEND)
      continue;
    g_assert_null (text);
    text = rt_dialect_v2.encode (
        effect->command, rt_session_get_config (talk->session));
    rt_session_sent (talk->session, effect->command);
  }
  return text;
}

/* It says that, or, with "!" before it, says it not. */
static void
check_update (Talk *talk, const gchar *first, ...)
{
  g_autofree gchar *text = dup_update (talk);
  const gchar *part;
  va_list more;

  g_assert_nonnull (text);
  va_start (more, first);
  for (part = first; part != NULL; part = va_arg (more, const gchar *)) {
    gboolean absent = *part == '!';

    g_test_message ("%s in %s", part, text);
    g_assert_cmpint (strstr (text, part + absent) == NULL, ==, absent);
  }
  va_end (more);
}

static void
set_up (Talk *talk, const gchar *options)
{
  talk->config = rt_session_config_new ();
  talk->config->session_options = g_strdup (options);
  talk->session = rt_session_new (&rt_dialect_v2, talk->config);
  talk->effects = rt_effects_new ();
  rt_session_opened (talk->session, FALSE, talk->effects);
  tell (talk, "session_created id=s1");
}

static void
tear_down (Talk *talk)
{
  rt_effects_free (talk->effects);
  rt_session_free (talk->session);
  rt_session_config_free (talk->config);
}

static void
set_options (Talk *talk, const gchar *options)
{
  g_free (talk->config->session_options);
  talk->config->session_options = g_strdup (options);
  rt_session_set_config (talk->session, talk->config, talk->effects);
}

/* It was never taken: there is nothing to take back, and nothing to say. */
static void
never_taken (void)
{
  Talk talk;

  set_up (&talk, "{\"odd\":1}");
  check_update (&talk, "\"odd\":1", NULL);
  tell (&talk, REFUSE ("session.odd", "1"));
  check_update (&talk, "!\"odd\"", NULL);
  tell (&talk, "session_updated id=s1");
  set_options (&talk, NULL);
  g_assert_null (dup_update (&talk));
  /* it is tried again */
  set_options (&talk, "{\"odd\":1}");
  check_update (&talk, "\"odd\":1", NULL);
  tear_down (&talk);
}

/* The value before the refused one is in force until it is taken back. */
static void
taken_before (void)
{
  Talk talk;

  set_up (&talk, "{\"odd\":1,\"even\":2}");
  check_update (&talk, "\"odd\":1", NULL);
  tell (&talk, "session_updated id=s1");
  set_options (&talk, "{\"odd\":3}");
  check_update (&talk, "\"odd\":3", "\"even\":null", NULL);
  tell (&talk, REFUSE ("session.odd", "2"));
  check_update (&talk, "!\"odd\"", "\"even\":null", NULL);
  tell (&talk, "session_updated id=s1");
  set_options (&talk, "{\"odd\":3}");
  g_assert_null (dup_update (&talk));
  set_options (&talk, NULL);
  check_update (&talk, "\"odd\":null", "!\"even\"", NULL);
  tell (&talk, "session_updated id=s1");
  set_options (&talk, "{\"odd\":3}");
  check_update (&talk, "\"odd\":3", NULL);
  tear_down (&talk);
}

/* A server that cannot take it back is not told so again. */
static void
cannot_be_taken_back (void)
{
  Talk talk;

  set_up (&talk, "{\"odd\":1}");
  check_update (&talk, "\"odd\":1", NULL);
  tell (&talk, "session_updated id=s1");
  set_options (&talk, NULL);
  check_update (&talk, "\"odd\":null", NULL);
  tell (&talk, REFUSE ("session.odd", "2"));
  check_update (&talk, "!\"odd\"", NULL);
  set_options (&talk, "{\"even\":2}");
  check_update (&talk, "!\"odd\"", "\"even\":2", NULL);
  set_options (&talk, "{\"odd\":1}");
  check_update (&talk, "\"odd\":1", "\"even\":null", NULL);
  tear_down (&talk);
}

/* What the server took of a session before means nothing to the next one. */
static void
taken_by_another (void)
{
  Talk talk;

  set_up (&talk, "{\"odd\":1}");
  check_update (&talk, "\"odd\":1", NULL);
  tell (&talk, "session_updated id=s1");
  set_options (&talk, "{\"odd\":3}");
  check_update (&talk, "\"odd\":3", NULL);
  tell (&talk, REFUSE ("session.odd", "2"));
  check_update (&talk, "!\"odd\"", NULL);
  rt_session_lost (talk.session, FALSE, talk.effects);
  rt_session_opened (talk.session, FALSE, talk.effects);
  check_update (&talk, "!\"odd\"", NULL);
  set_options (&talk, NULL);
  g_assert_null (dup_update (&talk));
  tear_down (&talk);
}

/* While the first update is under way nothing is known to be taken. */
static void
under_way (void)
{
  Talk talk;

  set_up (&talk, "{\"odd\":1}");
  check_update (&talk, "\"odd\":1", NULL);
  set_options (&talk, "{\"odd\":1,\"even\":2}");
  check_update (&talk, "\"odd\":1", "\"even\":2", NULL);
  tell (&talk, REFUSE ("session.odd", "1"));
  g_assert_null (dup_update (&talk));
  tell (&talk, REFUSE ("session.odd", "2"));
  check_update (&talk, "!\"odd\"", "\"even\":2", NULL);
  tell (&talk, "session_updated id=s1");
  set_options (&talk, NULL);
  check_update (&talk, "!\"odd\"", "\"even\":null", NULL);
  tear_down (&talk);
}

static const Table tables[] = {
  TABLE ("once", "", once),
  TABLE ("several", "", several),
  TABLE ("parent", "", parent),
  TABLE ("stubborn", "", stubborn),
  TABLE ("overtaken", "", overtaken),
  TABLE ("changed-meanwhile", "", changed_meanwhile),
  TABLE ("not-followed", "", not_followed),
  TABLE ("index-of-array", "", index_of_array),
  TABLE ("parent-of-several", "", parent_of_several),
  TABLE ("next-session", "", next_session),
  TABLE ("greeted", "", greeted),
  TABLE ("greeting-refused", "", greeting_refused),
  TABLE ("format-refused", "input=pcmu codec=pcmu", format_refused),
  TABLE ("format-taken", "input=pcmu codec=pcmu", format_taken),
  TABLE ("v1", "v1", v1),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_driver_add ("/refused", tables, G_N_ELEMENTS (tables));
  g_test_add_func ("/refused/never-taken", never_taken);
  g_test_add_func ("/refused/taken-before", taken_before);
  g_test_add_func ("/refused/cannot-be-taken-back", cannot_be_taken_back);
  g_test_add_func ("/refused/taken-by-another", taken_by_another);
  g_test_add_func ("/refused/under-way", under_way);
  return g_test_run ();
}
