/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session, its playout and its listener, made to do anything in any order;
 * what must hold whatever comes is checked at every effect.
 */
#include "rtjson.h"
#include "rtplayout.h"
#include "sessionchecks.h"
#include "sessionevents.h"

#include <string.h>

#define MAX_STEPS 400
#define NS_PER_MS G_GUINT64_CONSTANT (1000000)

typedef struct {
  RtSession *session;
  RtEffects *effects;
  RtPlayout *playout;
  SessionChecks *checks;
  const RtDialect *dialect;
  gboolean greeted; /* the session that is to follow was */
  guint repeats;
  guint64 now; /* ns */
  guint64 pts; /* of what leaves next */
} World;

static void
open_session (World *world, const RtSessionConfig *config)
{
  world->session = rt_session_new (world->dialect, config);
  world->effects = rt_effects_new ();
  world->checks = session_checks_new (world->dialect);
}

static void
close_session (World *world)
{
  rt_playout_drop (world->playout, G_MAXUINT64, NULL);
  g_assert_true (rt_playout_is_idle (world->playout));
  rt_effects_free (world->effects);
  session_checks_free (world->checks);
  rt_session_free (world->session);
}

static void
carry_out_play (World *world, const RtEffect *effect)
{
  RtPlayoutFormat format = {
    .frame_size = rt_audio_format_frame_size (&effect->format),
    .rate = effect->format.rate,
    .tag = effect->format.codec,
  };

  session_checks_play (world->checks, effect);
  g_assert_true (
      rt_playout_push (world->playout, effect->track, &format, effect->audio));
}

static void
carry_out_drop (World *world)
{
  g_autoptr (GArray) accounts
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutAccount));
  g_autoptr (GArray) heard = g_array_new (FALSE, FALSE, sizeof (RtHeard));
  guint i;

  rt_playout_drop (world->playout, world->now, accounts);
  session_checks_drop (world->checks);
  for (i = 0; i < accounts->len; i++) {
    RtPlayoutAccount *account = &g_array_index (accounts, RtPlayoutAccount, i);
    RtHeard entry = {
      .track = account->track,
      .rate = account->rate,
      .received = account->received,
      .heard = account->heard,
      .begin = account->begin,
      .end = account->finish,
    };

    session_checks_heard (world->checks, account->track, account->heard);
    g_array_append_val (heard, entry);
  }
  rt_session_dropped (
      world->session, (RtHeard *) heard->data, heard->len, world->effects);
}

static void
carry_out_send (World *world, const RtCommand *command)
{
  g_autofree gchar *text = world->dialect->encode (
      command, rt_session_get_config (world->session));

  /* nothing is said that the dialect has no words for */
  g_assert_nonnull (text);
  session_checks_command (world->checks, command);
}

static void
carry_out (World *world, const RtEffect *effect)
{
  switch (effect->type) {
    case RT_EFFECT_SEND:
      carry_out_send (world, effect->command);
      rt_session_sent (world->session, effect->command);
      break;
    case RT_EFFECT_PLAY:
      carry_out_play (world, effect);
      break;
    case RT_EFFECT_PLAY_END:
      rt_playout_end (world->playout, effect->track);
      break;
    case RT_EFFECT_DROP:
      carry_out_drop (world);
      break;
    case RT_EFFECT_HOLD:
      rt_playout_hold (world->playout, world->now);
      break;
    case RT_EFFECT_RESUME:
      rt_playout_resume (world->playout);
      break;
    case RT_EFFECT_CLEAR_INPUT:
      break;
    case RT_EFFECT_REPEAT:
      if ((world->dialect->flags & RT_DIALECT_COMMITS) != 0
          && world->repeats++ % 2 == 0)
        rt_session_repeat_commit (world->session, world->effects);
      rt_session_repeated (world->session, world->effects);
      break;
    default:
      session_checks_told (world->checks, effect);
      break;
  }
}

static void
drain_effects (World *world)
{
  RtEffect *effect;

  while ((effect = rt_effects_pop (world->effects)) != NULL) {
    carry_out (world, effect);
    rt_effect_free (effect);
  }
}

/* Once the connection is up.  Before that only the application says
 * something. */
static void
open_connection (World *world)
{
  if (session_checks_is_open (world->checks))
    return;
  rt_session_opened (world->session, world->greeted, world->effects);
  session_checks_opened (world->checks, world->greeted);
  world->greeted = FALSE;
}

/* The audio that an event becomes is of its item. */
static void
tell (World *world, FuzzInput *input)
{
  g_autoptr (RtEvent) event = fuzz_take_event (input, world->dialect);
  guint before;

  open_connection (world);
  if (event->type == RT_EVENT_OUTPUT_AUDIO_DELTA)
    drain_effects (world);
  before = rt_effects_length (world->effects);
  rt_session_event (world->session, event, world->effects);
  if (session_checks_has_failed (world->checks))
    g_assert_cmpuint (rt_effects_length (world->effects), ==, before);
  if (event->type == RT_EVENT_OUTPUT_AUDIO_DELTA) {
    session_checks_set_part (world->checks, event);
    drain_effects (world);
  }
}

/* Buffers of the reply leave; what is stamped is due at its stamp. */
static void
play (World *world, FuzzInput *input)
{
  guint8 buffer[256];
  RtPlayoutRead read;
  guint n = 1 + fuzz_take_below (input, 4);

  world->pts = MAX (world->pts, world->now);
  while (n-- > 0
         && rt_playout_read (
             world->playout, buffer, sizeof (buffer), world->pts, &read))
    world->pts += read.size / read.format.frame_size
                  * G_GUINT64_CONSTANT (1000000000) / read.format.rate;
}

static void
report (World *world)
{
  g_autoptr (GArray) playing
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  g_autoptr (GArray) drained
      = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  guint i;

  rt_playout_report (world->playout, world->now, playing, drained);
  for (i = 0; i < playing->len; i++) {
    RtPlayoutMoment *moment = &g_array_index (playing, RtPlayoutMoment, i);

    rt_session_playing (
        world->session, moment->track, moment->time, world->effects);
  }
  for (i = 0; i < drained->len; i++) {
    RtPlayoutMoment *moment = &g_array_index (drained, RtPlayoutMoment, i);

    session_checks_drained (world->checks, moment->track);
    rt_session_drained (
        world->session, moment->track, moment->time, world->effects);
  }
}

static void
ask (World *world, FuzzInput *input)
{
  RtRequest request = { 0 };

  fuzz_take_request (input, &request);
  if (session_checks_is_over (world->checks))
    g_assert_false (
        rt_session_request (world->session, &request, world->effects));
  else
    rt_session_request (world->session, &request, world->effects);
}

static void
configure (World *world, FuzzInput *input)
{
  RtSessionConfig *config = fuzz_take_session_config (input);

  rt_session_set_config (world->session, config, world->effects);
  rt_session_config_free (config);
}

/* Another conversation, and nothing of this one. */
static void
begin_anew (World *world)
{
  RtSessionConfig *config
      = rt_session_config_copy (rt_session_get_config (world->session));

  close_session (world);
  open_session (world, config);
  world->greeted = FALSE;
  rt_session_config_free (config);
}

/* The connection is lost: another session goes on with the conversation. */
static void
lose (World *world, FuzzInput *input)
{
  guint how = fuzz_take_byte (input);

  if (how == 0 || session_checks_is_over (world->checks)) {
    begin_anew (world);
    return;
  }
  drain_effects (world);
  if (session_checks_is_over (world->checks)
      || !session_checks_is_open (world->checks))
    return;
  rt_session_lost (world->session, (how & 1) != 0, world->effects);
  drain_effects (world);
  session_checks_lost (world->checks);
}

/* Another connection is made before this one goes. */
static void
greet (World *world)
{
  g_autoptr (RtCommand) greeting = NULL;
  g_autofree gchar *text = NULL;

  if (session_checks_is_over (world->checks))
    return;
  greeting = rt_session_greet (world->session);
  g_assert_true (greeting->first);
  text = world->dialect->encode (
      greeting, rt_session_get_config (world->session));
  g_assert_nonnull (text);
  world->greeted = TRUE;
}

static void
change_course (World *world, FuzzInput *input, guint what)
{
  switch (what % 4) {
    case 0:
      lose (world, input);
      break;
    case 1:
      rt_session_hold_elapsed (world->session, world->effects);
      break;
    case 2:
      greet (world);
      break;
    default:
      if (fuzz_take_byte (input) & 1)
        rt_session_ask_again (world->session);
      else
        rt_session_set_restores (world->session, fuzz_take_byte (input) & 1);
      break;
  }
}

/* The user's voice, of any time. */
static void
say (World *world, FuzzInput *input)
{
  guint64 duration = fuzz_take_byte (input) * NS_PER_MS;
  guint64 time = fuzz_take_byte (input);

  rt_session_appended (world->session, duration,
      time == 0 ? RT_TIME_UNKNOWN : time * time * NS_PER_MS);
}

static void
step (World *world, FuzzInput *input)
{
  guint what = fuzz_take_byte (input);

  switch (what % 16) {
    case 0:
      rt_session_audio_paused (world->session, world->effects);
      break;
    case 1:
      ask (world, input);
      break;
    case 2:
      play (world, input);
      break;
    case 3:
      world->now += fuzz_take_byte (input) * NS_PER_MS;
      report (world);
      break;
    case 4:
      configure (world, input);
      break;
    case 5:
      rt_session_set_barge_in (
          world->session, fuzz_take_byte (input) & 1, fuzz_take_byte (input));
      break;
    case 6:
      say (world, input);
      if ((what & 0x10) != 0)
        rt_session_input_ended (world->session, world->effects);
      break;
    case 7:
      open_connection (world);
      break;
    case 8:
      change_course (world, input, what / 16);
      break;
    default:
      tell (world, input);
      break;
  }
  /* now and then something else happens first */
  if ((what & 0x30) != 0x30)
    drain_effects (world);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const RtDialect *const dialects[]
      = { &rt_dialect_v2, &rt_dialect_v1, &rt_dialect_create };
  FuzzInput input = { data, size };
  World world = { 0 };
  RtSessionConfig *config;
  guint i;

  world.dialect = dialects[fuzz_take_below (&input, G_N_ELEMENTS (dialects))];
  world.playout = rt_playout_new (NULL);
  config = fuzz_take_session_config (&input);
  open_session (&world, config);
  rt_session_config_free (config);
  for (i = 0; i < MAX_STEPS && input.left > 0; i++)
    step (&world, &input);
  drain_effects (&world);
  rt_session_is_busy (world.session);
  rt_session_is_between_turns (world.session);
  rt_session_awaits_response (world.session);
  rt_session_has_worked (world.session);
  rt_session_awaits_pause (world.session);
  rt_session_take_late_audio (world.session);
  close_session (&world);
  rt_playout_unref (world.playout);
  return 0;
}
