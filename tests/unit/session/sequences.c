/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Random sequences of events, requests and playback, in any order and twice:
 * whatever comes, these things hold, and in the end nothing is left open.
 */
#include "sequencewords.h"
#include "sessiondriver.h"

#define N_SEEDS 1000
#define N_STEPS 120
#define RATE 24000
#define FRAMES_PER_MS (RATE / 1000)

typedef struct {
  gchar *item_id;
  guint64 received; /* frames */
  gboolean ended;
  gboolean over; /* heard, or dropped */
} Track;

typedef struct {
  GRand *rand;
  RtSession *session;
  RtEffects *effects;
  GPtrArray *delayed; /* events told out of order */

  GHashTable *finals; /* parts that are final; and those, interrupted */
  GHashTable *raised; /* calls */
  GHashTable *event_ids;
  GPtrArray *tracks; /* of Track; number 1 is the first */
  gboolean create_open;
  gboolean assistant_speaking;
  gboolean held;
  const gchar *audio_item; /* of the event that is told */
  guint n_ready;
  guint n_commits;
} World;

static void
track_free (Track *track)
{
  g_free (track->item_id);
  g_free (track);
}

static Track *
get_track (World *world, guint number)
{
  g_assert_cmpuint (number, >, 0);
  while (world->tracks->len < number)
    g_ptr_array_add (world->tracks, g_new0 (Track, 1));
  return g_ptr_array_index (world->tracks, number - 1);
}

static Track *
first_track (World *world, guint *number)
{
  guint i;

  for (i = 0; i < world->tracks->len; i++) {
    Track *track = g_ptr_array_index (world->tracks, i);

    if (!track->over && track->received > 0) {
      *number = i + 1;
      return track;
    }
  }
  return NULL;
}

static void
check_transcript (World *world, const RtNote *note)
{
  g_autofree gchar *part = g_strdup_printf (
      "%s %s %u", note->role, note->item_id, note->content_index);
  g_autofree gchar *cut = g_strconcat (part, " interrupted", NULL);

  if (note->item_id == NULL)
    return;
  g_assert_false (g_hash_table_contains (world->finals, cut));
  if (note->interrupted) {
    g_assert_true (note->flag);
    g_hash_table_add (world->finals, g_steal_pointer (&cut));
    return;
  }
  g_assert_false (g_hash_table_contains (world->finals, part));
  if (note->flag)
    g_hash_table_add (world->finals, g_steal_pointer (&part));
}

static void
check_note (World *world, const RtNote *note)
{
  switch (note->type) {
    case RT_NOTE_TRANSCRIPT:
      check_transcript (world, note);
      break;
    case RT_NOTE_HANDOFF:
    case RT_NOTE_FUNCTION_CALL:
      g_assert_nonnull (note->call_id);
      g_assert_true (
          g_hash_table_add (world->raised, g_strdup (note->call_id)));
      break;
    case RT_NOTE_SPEECH:
      if (g_str_equal (note->role, "assistant")) {
        g_assert_cmpint (note->flag, !=, world->assistant_speaking);
        world->assistant_speaking = note->flag;
      }
      break;
    default:
      break;
  }
}

/* No more than was received of a part of that item. */
static void
check_truncate (World *world, const RtCommand *command)
{
  guint64 most = 0;
  guint i;

  for (i = 0; i < world->tracks->len; i++) {
    Track *track = g_ptr_array_index (world->tracks, i);

    if (g_strcmp0 (track->item_id, command->item_id) == 0)
      most = MAX (most, track->received);
  }
  g_assert_cmpuint (command->audio_end_ms, >, 0);
  g_assert_cmpuint (command->audio_end_ms, <=, most / FRAMES_PER_MS);
}

static void
check_command (World *world, const RtCommand *command)
{
  if (command->event_id != NULL)
    g_assert_true (
        g_hash_table_add (world->event_ids, g_strdup (command->event_id)));
  if (command->type == RT_COMMAND_RESPONSE_CREATE) {
    g_assert_false (world->create_open);
    world->create_open = TRUE;
  }
  world->n_commits += command->type == RT_COMMAND_AUDIO_COMMIT;
  if (command->type == RT_COMMAND_ITEM_TRUNCATE)
    check_truncate (world, command);
}

static void
carry_out_drop (World *world)
{
  g_autoptr (GArray) heard = g_array_new (FALSE, FALSE, sizeof (RtHeard));
  gboolean first = TRUE;
  guint i;

  for (i = 0; i < world->tracks->len; i++) {
    Track *track = g_ptr_array_index (world->tracks, i);
    RtHeard entry
        = { i + 1, RATE, track->received, 0, RT_TIME_UNKNOWN, RT_TIME_UNKNOWN };

    if (track->over || track->received == 0)
      continue;
    if (first)
      entry.heard = g_rand_int_range (world->rand, 0, track->received + 1);
    first = FALSE;
    track->over = TRUE;
    g_array_append_val (heard, entry);
  }
  rt_session_dropped (
      world->session, (RtHeard *) heard->data, heard->len, world->effects);
}

static void
carry_out (World *world, const RtEffect *effect)
{
  Track *track;

  switch (effect->type) {
    case RT_EFFECT_SEND:
      check_command (world, effect->command);
      break;
    case RT_EFFECT_READY:
      g_assert_cmpuint (++world->n_ready, ==, 1);
      break;
    case RT_EFFECT_PLAY:
      track = get_track (world, effect->track);
      g_assert_false (track->ended || track->over);
      if (track->item_id == NULL)
        track->item_id = g_strdup (world->audio_item);
      g_assert_cmpstr (track->item_id, ==, world->audio_item);
      track->received += g_bytes_get_size (effect->audio) / 2;
      break;
    case RT_EFFECT_PLAY_END:
      track = get_track (world, effect->track);
      g_assert_false (track->ended || track->over);
      track->ended = TRUE;
      break;
    case RT_EFFECT_DROP:
      world->held = FALSE;
      carry_out_drop (world);
      break;
    case RT_EFFECT_HOLD:
      world->held = TRUE;
      break;
    case RT_EFFECT_RESUME:
      g_assert_true (world->held);
      world->held = FALSE;
      break;
    case RT_EFFECT_NOTE:
      check_note (world, effect->note);
      break;
    case RT_EFFECT_CLEAR_INPUT:
      break;
    default:
      g_assert_not_reached ();
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

static void
tell (World *world, const RtEvent *event)
{
  /* a create that was decided before the event is still on its way */
  drain_effects (world);
  if (event->type == RT_EVENT_RESPONSE_DONE || event->type == RT_EVENT_ERROR)
    world->create_open = FALSE;
  rt_session_event (world->session, event, world->effects);
  if (event->type == RT_EVENT_OUTPUT_AUDIO_DELTA) {
    world->audio_item = event->item_id;
    drain_effects (world);
  }
}

static void
say (World *world, const gchar *words)
{
  g_autoptr (RtEvent) event = session_driver_event (words);

  g_assert_nonnull (event);
  tell (world, event);
}

static guint
pick (World *world, guint n)
{
  return g_rand_int_range (world->rand, 0, n);
}

static void
random_event (World *world)
{
  g_autofree gchar *words = sequence_words (world->rand);
  RtEvent *event = session_driver_event (words);
  guint fate = pick (world, 8);

  if (fate == 0) {
    g_ptr_array_add (world->delayed, event);
    return;
  }
  if (fate == 1)
    tell (world, event);
  tell (world, event);
  rt_event_free (event);
}

static void
random_request (World *world)
{
  static const RtRequestType types[] = { RT_REQUEST_TEXT, RT_REQUEST_TEXT,
    RT_REQUEST_CREATE_RESPONSE, RT_REQUEST_INTERRUPT, RT_REQUEST_HANDOFF_OUTPUT,
    RT_REQUEST_FUNCTION_OUTPUT, RT_REQUEST_COMMIT, RT_REQUEST_CLEAR,
    RT_REQUEST_UPDATE };
  g_autofree gchar *id = g_strdup_printf ("c%u", pick (world, 9));
  RtRequest request = { types[pick (world, G_N_ELEMENTS (types))], id, "x" };

  request.final = pick (world, 2);
  rt_session_request (world->session, &request, world->effects);
}

/* Tracks are heard one after the other, as they came. */
static void
random_playback (World *world)
{
  guint number;
  Track *track;

  drain_effects (world);
  track = first_track (world, &number);
  if (track == NULL)
    return;
  rt_session_playing (world->session, number, RT_TIME_UNKNOWN, world->effects);
  if (track->ended && pick (world, 2)) {
    track->over = TRUE;
    rt_session_drained (
        world->session, number, RT_TIME_UNKNOWN, world->effects);
  }
}

static void
random_step (World *world)
{
  guint choice = pick (world, 21);

  if (choice < 12)
    random_event (world);
  else if (choice < 15)
    random_request (world);
  else if (choice < 18)
    random_playback (world);
  else if (choice < 19)
    rt_session_hold_elapsed (world->session, world->effects);
  else if (world->delayed->len > 0) {
    g_autoptr (RtEvent) event = g_ptr_array_steal_index (
        world->delayed, pick (world, world->delayed->len));

    tell (world, event);
  }
  if (pick (world, 4) > 0)
    drain_effects (world);
}

static void
answer_all (World *world)
{
  RtRequest handoff = { RT_REQUEST_HANDOFF_OUTPUT, NULL, "x", TRUE };
  gboolean more = TRUE;
  guint i;

  for (i = 0; i < 9; i++) {
    g_autofree gchar *id = g_strdup_printf ("c%u", i);
    RtRequest request = { RT_REQUEST_FUNCTION_OUTPUT, id, "x" };

    rt_session_request (world->session, &request, world->effects);
  }
  while (more)
    more = rt_session_request (world->session, &handoff, world->effects);
}

/* The server says all that it owes, and all is heard. */
static void
wind_down (World *world)
{
  guint i, number;
  Track *track;

  answer_all (world);
  for (i = 0; i < 9; i++) {
    g_autofree gchar *heard = g_strdup_printf ("heard item=u%u text=x", i);

    say (world, heard);
  }
  drain_effects (world);
  for (i = 0; i < world->n_commits; i++)
    say (world, "error code=input_audio_buffer_commit_empty msg=empty");
  say (world, "cleared");
  rt_session_hold_elapsed (world->session, world->effects);
  for (i = 0; i < 4; i++)
    say (world, "done");
  drain_effects (world);
  while ((track = first_track (world, &number)) != NULL) {
    g_assert_true (track->ended);
    track->over = TRUE;
    rt_session_drained (
        world->session, number, RT_TIME_UNKNOWN, world->effects);
  }
  drain_effects (world);
  g_assert_false (rt_session_is_busy (world->session));
  g_assert_false (rt_session_user_is_speaking (world->session));
  g_assert_false (world->assistant_speaking);
  g_assert_false (world->held);
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
run_seed (guint32 seed)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  World world = { 0 };
  guint i;

  world.rand = g_rand_new_with_seed (seed);
  config->create_response = seed % 5 != 0;
  config->interrupt_response = seed % 7 != 0;
  if (seed % 3 == 0)
    config->turn_detection = RT_TURN_DETECTION_NONE;
  if (seed % 2 == 0)
    config->interrupt_response = FALSE;
  world.session = rt_session_new (&rt_dialect_v2, config);
  rt_session_set_barge_in (
      world.session, seed % 11 != 0, seed % 2 == 0 ? 100 : 0);
  world.effects = rt_effects_new ();
  world.delayed
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_event_free);
  world.finals = new_set ();
  world.raised = new_set ();
  world.event_ids = new_set ();
  world.tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) track_free);

  rt_session_opened (world.session, FALSE, world.effects);
  if (seed % 4 != 0)
    say (&world, "session_created id=s1");
  for (i = 0; i < N_STEPS; i++)
    random_step (&world);
  say (&world, "session_created id=s1");
  wind_down (&world);

  rt_session_free (world.session);
  rt_effects_free (world.effects);
  g_ptr_array_unref (world.delayed);
  g_ptr_array_unref (world.tracks);
  g_hash_table_unref (world.finals);
  g_hash_table_unref (world.raised);
  g_hash_table_unref (world.event_ids);
  g_rand_free (world.rand);
}

static void
sequences (void)
{
  guint32 seed;

  for (seed = 0; seed < N_SEEDS; seed++) {
    g_test_message ("seed %u", seed);
    run_seed (seed);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/sequences", sequences);
  return g_test_run ();
}
