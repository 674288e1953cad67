/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Half an hour of talk in as short a time as it can be said, and connections
 * that break at any moment of it: everything was heard, nothing is told twice,
 * and no task is lost.
 */
#include "model.h"
#include "rtpipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS 400 /* half an hour */
#define LOSSES 60
#define STEP 100  /* ms in one buffer */
#define AHEAD 800 /* ms that may be on their way */
/* At this pace more is on its way than a talk at its own would have there. */
#define PROPS                                                                 \
  "pace=false uplink-buffer=30000  reconnect-delay=5 reconnect-max-delay=20 " \
  "reconnect-attempts=-1 connect-timeout=5000 chunk-duration=20"

typedef struct {
  RtPipeline *p;
  Tape *tape;
  Model *model;
  guint pushed; /* ms */
  guint looked; /* messages */
  GRand *chance;
  GQueue tasks;           /* of handoff ids that are not answered */
  GHashTable *answers;    /* handoff id → turn */
  GHashTable *finals;     /* item ids that are over */
  GHashTable *cuts;       /* those of them that were cut */
  guint *transcripts;     /* by turn: how often it was told whole */
  guint *handoffs;        /* by turn */
  guint pieces, speaking; /* pieces of turns; who speaks */
} Talk;

static guint
number_in (const gchar *text, const gchar *format)
{
  guint number = 0;

  return text != NULL && sscanf (text, format, &number) == 1 ? number : 0;
}

static void
saw_transcript (Talk *talk, const GstStructure *s)
{
  const gchar *item = gst_structure_get_string (s, "item-id");
  const gchar *text = gst_structure_get_string (s, "text");
  gboolean final = FALSE, interrupted = FALSE;
  guint turn;

  gst_structure_get_boolean (s, "final", &final);
  gst_structure_get_boolean (s, "interrupted", &interrupted);
  /* that it was not heard to its end is known later, and told once */
  if (g_hash_table_contains (talk->finals, item)
      && !(final && interrupted && !g_hash_table_contains (talk->cuts, item)))
    g_error ("%s '%s' of %s, which was final", final ? "a final" : "more", text,
        item);
  if (!final)
    return;
  g_hash_table_add (talk->finals, g_strdup (item));
  if (interrupted)
    g_hash_table_add (talk->cuts, g_strdup (item));
  if (strcmp (gst_structure_get_string (s, "role"), "user") != 0)
    return;
  turn = number_in (text, "turn %u");
  if (turn == 0) {
    g_test_message ("only %s: %s", item, text);
    talk->pieces += g_str_has_prefix (text, "piece");
  } else if (talk->transcripts[turn]++ > 0) {
    g_error ("turn %u was told twice", turn);
  }
}

static void
saw_handoff (Talk *talk, const GstStructure *s)
{
  const gchar *id = gst_structure_get_string (s, "handoff-id");
  guint turn
      = number_in (gst_structure_get_string (s, "input-transcript"), "turn %u");

  if (turn == 0 || talk->handoffs[turn]++ > 0)
    g_error ("task %u was handed over twice", turn);
  g_queue_push_tail (&talk->tasks, g_strdup (id));
  g_hash_table_insert (talk->answers, g_strdup (id), GUINT_TO_POINTER (turn));
}

/* Speech begins and ends in turns. */
static void
saw_speech (Talk *talk, const GstStructure *s)
{
  gboolean speaking = FALSE;

  if (strcmp (gst_structure_get_string (s, "role"), "user") != 0)
    return;
  gst_structure_get_boolean (s, "speaking", &speaking);
  if (speaking == (talk->speaking != 0))
    g_error ("the user %s twice", speaking ? "began" : "ended");
  talk->speaking = speaking;
}

static void
look_at_bus (Talk *talk)
{
  const GPtrArray *messages = rt_pipeline_get_messages (talk->p);

  for (; talk->looked < messages->len; talk->looked++) {
    GstMessage *message = g_ptr_array_index (messages, talk->looked);
    const GstStructure *s = gst_message_get_structure (message);

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      g_error ("the conversation broke");
    if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT)
      continue;
    if (gst_structure_has_name (s, "realtime-transcript"))
      saw_transcript (talk, s);
    else if (gst_structure_has_name (s, "realtime-handoff"))
      saw_handoff (talk, s);
    else if (gst_structure_has_name (s, "realtime-speech"))
      saw_speech (talk, s);
    else if (gst_structure_has_name (s, "realtime-closed"))
      g_error ("the conversation was closed");
  }
}

/* Whenever it is done, whether there is a connection or not. */
static void
answer_one (Talk *talk)
{
  g_autofree gchar *id = g_queue_pop_head (&talk->tasks);
  g_autofree gchar *text = NULL;
  gboolean done = FALSE;

  if (id == NULL)
    return;
  text = g_strdup_printf (
      "done %u", GPOINTER_TO_UINT (g_hash_table_lookup (talk->answers, id)));
  g_signal_emit_by_name (talk->p->rt, "handoff-output", id, text, TRUE, &done);
  g_assert_true (done);
}

static void
push_step (Talk *talk)
{
  guint8 data[STEP * TAPE_BYTES];
  guint n = MIN (STEP, tape_get_length (talk->tape) - talk->pushed), i;

  for (i = 0; i < n; i++)
    tape_write (talk->tape, talk->pushed + i, data + i * TAPE_BYTES);
  rt_pipeline_push_buffer (talk->p, data, n * TAPE_BYTES,
      talk->pushed * GST_MSECOND, n * GST_MSECOND);
  talk->pushed += n;
}

static void
speak (Talk *talk)
{
  while (talk->pushed < tape_get_length (talk->tape)) {
    guint heard;

    push_step (talk);
    heard = model_wait_heard (
        talk->model, talk->pushed - MIN (talk->pushed, AHEAD), 20000);
    if (heard + AHEAD < talk->pushed)
      g_error ("only %u of %u ms were heard", heard, talk->pushed);
    look_at_bus (talk);
    if (g_rand_int_range (talk->chance, 0, 20) == 0)
      answer_one (talk);
  }
}

/* Until the last answers were given to somebody. */
static void
wait_for_rest (Talk *talk)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  guint length = tape_get_length (talk->tape);
  guint turn;

  model_wait_heard (talk->model, length, 20000);
  for (turn = MODEL_HANDOFF_EVERY; turn <= tape_get_turns (talk->tape);
       turn += MODEL_HANDOFF_EVERY) {
    for (;;) {
      look_at_bus (talk);
      answer_one (talk);
      if (talk->handoffs[turn] > 0)
        break;
      if (g_get_monotonic_time () > deadline)
        g_error ("task %u was never handed over", turn);
      g_usleep (1000);
    }
  }
  while (talk->tasks.length > 0)
    answer_one (talk);
  while (g_get_monotonic_time () < deadline
         && rt_pipeline_stat (talk->p, "uplink-level") > 0)
    g_usleep (1000);
  g_usleep (500000);
  look_at_bus (talk);
}

static void
check (Talk *talk, guint losses)
{
  guint untold = 0, turn;

  if (model_get_complaint (talk->model) != NULL)
    g_error ("%s", model_get_complaint (talk->model));
  g_assert_cmpuint (model_count_losses (talk->model), ==, losses);
  g_assert_cmpuint (model_count_unheard (talk->model), ==, 0);
  g_assert_cmpuint (rt_pipeline_stat (talk->p, "audio-dropped-uplink"), ==, 0);
  g_assert_cmpuint (talk->pieces, ==, 0);
  for (turn = 1; turn <= tape_get_turns (talk->tape); turn++) {
    if (turn % MODEL_HANDOFF_EVERY == 0) {
      g_assert_cmpuint (talk->handoffs[turn], ==, 1);
      if (model_count_outputs (talk->model, turn) == 0)
        g_error ("what was done of task %u was never told", turn);
    }
    if (talk->transcripts[turn] > 0)
      continue;
    /* what was answered before it was written down is not said again */
    untold++;
    if (!model_replied_first (talk->model, turn))
      g_error ("turn %u was never told", turn);
  }
  g_assert_cmpuint (
      rt_pipeline_count_events (talk->p, GST_EVENT_STREAM_START), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (talk->p, GST_EVENT_EOS), ==, 0);
  g_print ("# %u s, %u turns, %u connections broke, %u turns were answered "
           "and not written down\n",
      tape_get_length (talk->tape) / 1000, tape_get_turns (talk->tape),
      model_count_losses (talk->model), untold);
}

static void
run (guint turns, guint losses, guint32 seed)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  g_autoptr (GRand) chance = g_rand_new_with_seed (seed);
  g_autoptr (Tape) tape = tape_new (chance, turns);
  Talk talk = { .tape = tape, .chance = chance };

  g_test_message ("seed %u", seed);
  talk.answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  talk.finals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  talk.cuts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  talk.transcripts = g_new0 (guint, turns + 1);
  talk.handoffs = g_new0 (guint, turns + 1);
  talk.model = model_new (server, tape, losses, seed);
  talk.p = rt_pipeline_new (rt_fake_server_get_uri (server),
      "appsrc name=in format=time is-live=false max-bytes=0 caps=" TAPE_CAPS,
      PROPS, RT_OUT_ANY);
  rt_pipeline_play (talk.p);
  speak (&talk);
  wait_for_rest (&talk);
  model_stop (talk.model);
  check (&talk, losses);
  rt_pipeline_free (talk.p);
  model_free (talk.model);
  g_queue_clear_full (&talk.tasks, g_free);
  g_hash_table_unref (talk.answers);
  g_hash_table_unref (talk.finals);
  g_hash_table_unref (talk.cuts);
  g_free (talk.transcripts);
  g_free (talk.handoffs);
}

static void
half_an_hour (void)
{
  const gchar *seed = g_getenv ("SURVIVAL_SEED");

  run (TURNS, LOSSES, seed != NULL ? (guint32) atoi (seed) : 20260801);
}

/* Another one each time: its seed is told. */
static void
any_minute (void)
{
  run (40, 15, (guint32) g_test_rand_int ());
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/survival/half-an-hour", half_an_hour);
  g_test_add_func ("/survival/any-minute", any_minute);
  return g_test_run ();
}
