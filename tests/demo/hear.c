/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Listens to a recording (16 kHz, mono, raw) and tells how much of what it is
 * said to say can be understood.
 */
#include <stdlib.h>

#include "lsrecognizer.h"
#include "lsrecording.h"

#define MAX_WORD_ERRORS 0.35
#define DEADLINE_S 120

typedef struct {
  GMainLoop *loop;
  gchar *text;
} Heard;

static void
heard_cb (const gchar *text, gboolean final, gpointer user_data)
{
  Heard *heard = user_data;

  if (!final)
    return;
  heard->text = g_strdup (text);
  g_main_loop_quit (heard->loop);
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_printerr ("hear: the recogniser did not finish\n");
  exit (EXIT_FAILURE);
}

/* The words only, as the recogniser writes them. */
static gchar *
plain (const gchar *text)
{
  gchar *words = g_ascii_strdown (text, -1);

  g_strcanon (words, "abcdefghijklmnopqrstuvwxyz'", ' ');
  return g_strstrip (words);
}

static gchar *
squeeze (gchar *words)
{
  g_auto (GStrv) all = g_strsplit (words, " ", -1);
  GString *out = g_string_new (NULL);
  guint i;

  for (i = 0; all[i] != NULL; i++)
    if (*all[i] != '\0')
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", all[i]);
  g_free (words);
  return g_string_free (out, FALSE);
}

static gchar *
understand (const gint16 *samples, gsize n, GError **error)
{
  g_autoptr (LsRecognizer) recognizer = ls_recognizer_new (1, error);
  g_autoptr (LsUtterance) utterance = NULL;
  Heard heard = { 0 };

  if (recognizer == NULL)
    return NULL;
  heard.loop = g_main_loop_new (NULL, FALSE);
  utterance = ls_utterance_new (recognizer, FALSE, heard_cb, &heard);
  ls_utterance_feed (utterance, samples, n);
  ls_utterance_finish (utterance);
  g_timeout_add_seconds (DEADLINE_S, deadline_cb, NULL);
  g_main_loop_run (heard.loop);
  g_main_loop_unref (heard.loop);
  return heard.text != NULL ? heard.text : g_strdup ("");
}

int
main (int argc, char **argv)
{
  g_autofree gchar *data = NULL, *heard = NULL, *said = NULL;
  g_autoptr (GError) error = NULL;
  gdouble errors;
  gsize size;

  if (argc != 3) {
    g_printerr ("Usage: hear FILE.raw WORDS\n");
    return EXIT_FAILURE;
  }
  if (g_file_get_contents (argv[1], &data, &size, &error))
    heard = understand (
        (const gint16 *) (gconstpointer) data, size / sizeof (gint16), &error);
  if (heard == NULL) {
    g_printerr ("hear: %s\n", error->message);
    return EXIT_FAILURE;
  }
  said = squeeze (plain (argv[2]));
  errors = ls_recording_word_errors (heard, said);
  g_print ("said:  %s\nheard: %s\nword errors: %.0f %%\n", said, heard,
      errors * 100);
  return errors <= MAX_WORD_ERRORS ? EXIT_SUCCESS : EXIT_FAILURE;
}
