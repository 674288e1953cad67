/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tables of words for tests of what is kept to be said again.
 */
#include "recallwords.h"

#include <stdlib.h>
#include <string.h>

#define RATE 1000
#define LATER 7000 /* ms: when it began */

/* Each frame is its own number. */
void
recall_say (Driver *self, guint ms)
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

void
recall_tell (Driver *self, RtEventType type, const gchar *item_id, guint ms)
{
  g_autoptr (RtEvent) event = rt_event_new (type, "event");

  event->item_id = g_strcmp0 (item_id, "-") == 0 ? NULL : g_strdup (item_id);
  event->audio_ms = ms;
  event->has_audio_ms = ms > 0;
  if (type == RT_EVENT_ERROR)
    event->error = rt_error_info_new (item_id, "no");
  if (type == RT_EVENT_RESPONSE_CREATED || type == RT_EVENT_RESPONSE_DONE) {
    event->response = rt_response_new ();
    event->response->id = g_strdup (item_id);
    event->response->status = g_strdup (item_id);
    event->response->reason = g_strdup (item_id);
  }
  event->response_id = g_strdup (item_id);
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
    recall_say (self, atoi (words[1]));
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
      recall_tell (self, events[i].type, words[1],
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
gchar *
recall_take_all (Driver *self)
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
  *left = recall_take_all (&driver);
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

void
recall_add_tables (const Table *tables, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *path
        = g_strconcat ("/conversation/recall/", tables[i].name, NULL);

    g_test_add_data_func (path, &tables[i], run_table);
  }
}
