/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is kept of what was said, until somebody is known to have understood
 * it: rows of words, and what is left in ms.
 */
#include "rtrecall.h"

#include <stdlib.h>
#include <string.h>

#define RATE 1000

typedef struct {
  const gchar *in;
  const gchar *left; /* "begin-end" in ms of the session, "c" behind commits */
} Row;

typedef struct {
  const gchar *name;
  RtRecallRules rules;
  const Row *rows;
  guint n_rows;
} Table;

#define MS(n) ((guint64) (n) *G_GUINT64_CONSTANT (1000000))
#define LATER 7000 /* ms: when it began */
#define SECONDS(n) ((guint64) (n) *G_GUINT64_CONSTANT (1000000000))

typedef struct {
  RtRecall *recall;
  guint64 said; /* ms */
  gint64 now;   /* us */
  gboolean fast;
  gboolean deaf; /* nothing comes of the server */
} Driver;

/* Each frame is its own number. */
static void
say (Driver *self, guint ms)
{
  const RtAudioFormat format = { RT_CODEC_PCM16, RATE, 1 };

  for (; ms > 0; ms -= 10, self->said += 10) {
    gint64 took = self->fast ? 10 : 10000;
    gint16 pcm[RATE / 100];
    guint i;

    for (i = 0; i < G_N_ELEMENTS (pcm); i++)
      pcm[i] = (gint16) (self->said * RATE / 1000 + i);
    if (!self->deaf)
      rt_recall_heard (self->recall, self->now);
    rt_recall_append (self->recall, &format, (const guint8 *) pcm, sizeof (pcm),
        MS (self->said + LATER), self->now);
    self->now += took;
  }
}

static void
tell (Driver *self, RtEventType type, const gchar *item_id, guint ms)
{
  g_autoptr (RtEvent) event = rt_event_new (type, "event");

  event->item_id = g_strcmp0 (item_id, "-") == 0 ? NULL : g_strdup (item_id);
  event->audio_ms = ms;
  if (type == RT_EVENT_ERROR)
    event->error = rt_error_info_new (item_id, "no");
  rt_recall_event (self->recall, event);
}

static void
act (Driver *self, gchar **words)
{
  static const struct {
    const gchar *word;
    RtEventType type;
  } events[] = {
    { "started", RT_EVENT_SPEECH_STARTED },
    { "stopped", RT_EVENT_SPEECH_STOPPED },
    { "committed", RT_EVENT_AUDIO_COMMITTED },
    { "heard", RT_EVENT_INPUT_TRANSCRIPT_DONE },
    { "failed", RT_EVENT_INPUT_TRANSCRIPT_FAILED },
    { "partial", RT_EVENT_INPUT_TRANSCRIPT_DELTA },
    { "created", RT_EVENT_RESPONSE_CREATED },
    { "reply", RT_EVENT_OUTPUT_AUDIO_DELTA },
    { "call", RT_EVENT_FUNCTION_ARGUMENTS_DONE },
    { "done", RT_EVENT_RESPONSE_DONE },
    { "error", RT_EVENT_ERROR },
  };
  guint i;

  if (g_str_equal (words[0], "say"))
    say (self, atoi (words[1]));
  else if (g_str_equal (words[0], "fast"))
    self->fast = TRUE;
  else if (g_str_equal (words[0], "deaf"))
    self->deaf = TRUE;
  else if (g_str_equal (words[0], "hears"))
    self->deaf = FALSE;
  else if (g_str_equal (words[0], "wait"))
    self->now += atoi (words[1]) * 1000;
  else if (g_str_equal (words[0], "commit"))
    rt_recall_commit (self->recall);
  else if (g_str_equal (words[0], "clear"))
    rt_recall_clear (self->recall);
  for (i = 0; i < G_N_ELEMENTS (events); i++)
    if (g_str_equal (words[0], events[i].word))
      tell (self, events[i].type, words[1],
          words[1] != NULL && words[2] != NULL ? atoi (words[2]) : 0);
}

/* A piece of the session. */
typedef struct {
  gint first;
  gint frames;
} Piece;

static void
end_piece (Piece *piece, const gchar *mark, GString *out)
{
  if (piece->frames > 0)
    g_string_append_printf (out, "%s%d-%d%s", out->len > 0 ? " " : "",
        piece->first * 1000 / RATE,
        (piece->first + piece->frames) * 1000 / RATE, mark);
  piece->frames = 0;
}

/* What would be said again; takes it all. */
static gchar *
take_all (Driver *self)
{
  GString *out = g_string_new (NULL);
  guint8 pcm[2 * 777];
  Piece piece = { 0, 0 };
  gboolean commits;
  gsize n, i;
  guint64 time;

  do {
    n = rt_recall_take (self->recall, pcm, sizeof (pcm), &time, &commits);
    if (n > 0)
      g_assert_cmpuint (
          (guint16) (time / MS (1) - LATER), ==, pcm[0] | pcm[1] << 8);
    for (i = 0; i < n; i += 2) {
      guint16 frame = (guint16) (pcm[i] | pcm[i + 1] << 8);

      if (piece.frames > 0 && frame != ((piece.first + piece.frames) & 0xffff))
        end_piece (&piece, "", out);
      if (piece.frames++ == 0)
        piece.first = frame;
    }
    if (commits)
      end_piece (&piece, "c", out);
  } while (n > 0 || commits);
  end_piece (&piece, "", out);
  return g_string_free (out, FALSE);
}

static void
run_until (const Table *table, guint n, gchar **left)
{
  Driver driver = { rt_recall_new (), 0 };
  guint i;

  rt_recall_set_rules (driver.recall, &table->rules);
  for (i = 0; i <= n; i++) {
    g_auto (GStrv) words = g_strsplit (table->rows[i].in, " ", -1);

    act (&driver, words);
  }
  *left = take_all (&driver);
  g_assert_true (rt_recall_is_empty (driver.recall));
  rt_recall_free (driver.recall);
}

/* Taking changes it: every row is reached from the beginning. */
static void
run_table (gconstpointer data)
{
  const Table *table = data;
  guint i;

  for (i = 0; i < table->n_rows; i++) {
    g_autofree gchar *left = NULL;

    run_until (table, i, &left);
    if (g_strcmp0 (left, table->rows[i].left) != 0)
      g_error ("row %u, \"%s\": wanted %s, got %s", i, table->rows[i].in,
          table->rows[i].left, left);
  }
}

/* While nobody speaks little is kept, and of a turn all of it. */
static const Row vad[] = {
  { "say 1000", "0-1000" },
  { "say 4000", "1500-5000" },
  { "started u1 4800", "4300-5000" },
  { "say 3000", "4300-8000" },
  { "partial u1", "4300-8000" },
  { "stopped u1 7500", "4300-8000" },
  { "committed u1", "4300-8000" },
  { "say 2500", "4300-10500" },
  { "heard u1", "7500-10500" },
  { "say 4000", "11500-14500" },
};

/* However fast it is said: it is the server that takes its time. */
static const Row fast[] = {
  { "fast", "" },
  { "say 9000", "0-9000" },
  { "wait 1900", "0-9000" },
  { "say 10", "0-9010" },
  { "wait 200", "0-9010" },
  { "say 10", "0-9020" },
  { "wait 1900", "0-9020" },
  { "say 10", "0-9030" },
  { "wait 1900", "0-9030" },
  { "say 10", "9000-9040" },
};

/* A reply says as much as a transcript: it was understood. */
static const Row answered[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 800", "0-1000" },
  { "say 500", "0-1500" },
  { "started u2 1200", "0-1500" },
  { "created", "0-1500" },
  { "reply", "800-1500" },
  { "say 500", "800-2000" },
  { "heard u1", "800-2000" },
  { "stopped u2 1900", "800-2000" },
  { "failed u2", "1900-2000" },
  { "started u3 1950", "1900-2000" },
  { "stopped u3 1960", "1900-2000" },
  { "created", "1900-2000" },
  { "call", "1960-2000" },
  { "started u4 1970", "1960-2000" },
  { "stopped u4 1980", "1960-2000" },
  { "created", "1960-2000" },
  { "done", "1980-2000" },
};

/* What is said while a reply comes is not what it answers. */
static const Row said_meanwhile[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 800", "0-1000" },
  { "created", "0-1000" },
  { "started u2 900", "0-1000" },
  { "stopped u2 950", "0-1000" },
  { "reply", "800-1000" },
  { "done", "800-1000" },
  { "created", "800-1000" },
  { "reply", "950-1000" },
};

/* That nobody says anything tells nothing while nothing can be heard. */
static const Row cut_off[] = {
  { "say 1000", "0-1000" },
  { "deaf", "0-1000" },
  { "say 6000", "0-7000" },
  { "hears", "0-7000" },
  { "say 10", "0-7010" },
  { "started u1 500", "0-7010" },
  { "stopped u1 800", "0-7010" },
};

/* A server that counts something else. */
static const Row odd_counts[] = {
  { "say 1000", "0-1000" },
  { "started u1 999999", "0-1000" },
  { "say 1000", "0-2000" },
  { "stopped u1 999999", "0-2000" },
  { "heard u1", "" },
};

static const Row in_order[] = {
  { "say 3000", "0-3000" },
  { "started u1 1200", "700-3000" },
  { "stopped u1 1500", "700-3000" },
  { "started u2 1800", "700-3000" },
  { "stopped u2 2200", "700-3000" },
  /* what was said before it was understood, too */
  { "heard u2", "2200-3000" },
  { "heard u1", "2200-3000" },
};

static const Row too_long[] = {
  { "say 1000", "0-1000" },
  { "started u1 500", "0-1000" },
  { "say 20000", "11000-21000" },
  { "stopped u1 20500", "11000-21000" },
  { "say 9000", "20000-30000" },
  { "say 1000", "21000-31000" },
  { "say 4000", "31500-35000" },
};

/* Turns of the application's own: said again with their commits. */
static const Row manual[] = {
  { "say 1000", "0-1000" },
  { "say 4000", "0-5000" },
  { "commit", "0-5000c" },
  { "say 1000", "0-5000c 5000-6000" },
  { "committed u1", "0-5000c 5000-6000" },
  { "commit", "0-5000c 5000-6000c" },
  { "heard u1", "5000-6000c" },
  { "say 500", "5000-6000c 6000-6500" },
  /* not of the commit that the server has not answered */
  { "reply", "5000-6000c 6000-6500" },
  { "committed u2", "5000-6000c 6000-6500" },
  { "reply", "6000-6500" },
  { "clear", "" },
  { "say 200", "6500-6700" },
  { "commit", "6500-6700c" },
  { "error input_audio_buffer_commit_empty", "6500-6700" },
  { "error something_else", "6500-6700" },
};

/* A clear is of what no turn has taken. */
static const Row cleared[] = {
  { "say 1000", "0-1000" },
  { "commit", "0-1000c" },
  { "clear", "0-1000c" },
  { "say 500", "0-1000c 1000-1500" },
  { "clear", "0-1000c" },
  { "clear", "0-1000c" },
  { "say 200", "0-1000c 1500-1700" },
  { "commit", "0-1000c 1500-1700c" },
  { "say 300", "0-1000c 1500-1700c 1700-2000" },
  { "clear", "0-1000c 1500-1700c" },
  { "say 100", "0-1000c 1500-1700c 2000-2100" },
  { "reply", "0-1000c 1500-1700c 2000-2100" },
  { "committed u1", "0-1000c 1500-1700c 2000-2100" },
  { "heard u1", "1500-1700c 2000-2100" },
  { "error input_audio_buffer_commit_empty", "2000-2100" },
  { "clear", "" },
};

/* Turns that the server ended are no commits of ours. */
static const Row cleared_behind[] = {
  { "say 1000", "0-1000" },
  { "started u1 200", "0-1000" },
  { "stopped u1 900", "0-1000" },
  { "say 100", "0-1100" },
  { "clear", "0-900" },
  { "say 100", "0-900 1100-1200" },
  { "heard u1", "1100-1200" },
};

/* A commit whose audio is gone is void. */
static const Row commit_gone[] = {
  { "say 1000", "0-1000" },
  { "commit", "0-1000c" },
  { "say 9500", "500-1000c 1000-10500" },
  { "say 500", "1000-11000" },
  { "clear", "" },
  { "commit", "" },
};

/* Nothing is told but what the model says. */
static const Row by_output[] = {
  { "say 4000", "0-4000" },
  { "reply", "" },
  { "say 1000", "4000-5000" },
  { "heard -", "" },
  { "say 500", "5000-5500" },
  { "partial -", "5000-5500" },
};

static const Row nothing[] = {
  { "say 4000", "" },
  { "started u1 100", "" },
  { "say 100", "" },
};

#define TABLE(name, rows, ...)                       \
  {                                                  \
    name, { __VA_ARGS__ }, rows, G_N_ELEMENTS (rows) \
  }

static const Table tables[] = {
  TABLE ("vad", vad, SECONDS (10), TRUE),
  TABLE ("fast", fast, SECONDS (10), TRUE),
  TABLE ("answered", answered, SECONDS (10), TRUE),
  TABLE ("said-meanwhile", said_meanwhile, SECONDS (10), TRUE),
  TABLE ("cut-off", cut_off, SECONDS (10), TRUE),
  TABLE ("odd-counts", odd_counts, SECONDS (10), TRUE),
  TABLE ("in-order", in_order, SECONDS (10), TRUE),
  TABLE ("too-long", too_long, SECONDS (10), TRUE),
  TABLE ("manual", manual, SECONDS (10), FALSE),
  TABLE ("cleared", cleared, SECONDS (10), FALSE),
  TABLE ("cleared-behind", cleared_behind, SECONDS (10), TRUE),
  TABLE ("commit-gone", commit_gone, SECONDS (10), FALSE),
  TABLE ("by-output", by_output, SECONDS (10), FALSE, TRUE),
  TABLE ("nothing", nothing, 0, TRUE),
};

/* Any sizes, and the server says what it likes: never more than the limit, and
 * what is left is the end of what was said. */
static void
random_words (void)
{
  const RtRecallRules rules = { SECONDS (1), TRUE };
  static const RtEventType types[]
      = { RT_EVENT_SPEECH_STARTED, RT_EVENT_SPEECH_STOPPED,
          RT_EVENT_AUDIO_COMMITTED, RT_EVENT_INPUT_TRANSCRIPT_DONE,
          RT_EVENT_RESPONSE_CREATED, RT_EVENT_OUTPUT_TEXT_DELTA };
  guint i;

  for (i = 0; i < 500; i++) {
    Driver driver = { rt_recall_new (), 0 };
    g_autofree gchar *left = NULL;
    guint j, begin, end;

    rt_recall_set_rules (driver.recall, &rules);
    for (j = 0; j < 60; j++) {
      g_autofree gchar *item
          = g_strdup_printf ("u%d", g_test_rand_int_range (0, 4));

      say (&driver, 10 * g_test_rand_int_range (0, 30));
      if (g_test_rand_int_range (0, 8) == 0)
        rt_recall_commit (driver.recall);
      tell (&driver, types[g_test_rand_int_range (0, G_N_ELEMENTS (types))],
          item, g_test_rand_int_range (0, 2 * (gint) driver.said + 1));
      g_assert_cmpuint (rt_recall_get_length (driver.recall), <=, SECONDS (1));
    }
    left = take_all (&driver);
    g_strdelimit (left, "c", ' ');
    if (*left != '\0') {
      g_auto (GStrv) parts = g_strsplit_set (left, "- ", -1);

      begin = atoi (parts[0]);
      end = atoi (parts[g_strv_length (parts) - 1]);
      if (end > 0) {
        g_assert_cmpuint (begin, <=, end);
        g_assert_cmpuint (end, ==, driver.said);
      }
    }
    rt_recall_free (driver.recall);
  }
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (tables); i++) {
    g_autofree gchar *path
        = g_strconcat ("/conversation/recall/", tables[i].name, NULL);

    g_test_add_data_func (path, &tables[i], run_table);
  }
  g_test_add_func ("/conversation/recall/random", random_words);
  return g_test_run ();
}
