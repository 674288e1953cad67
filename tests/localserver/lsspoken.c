/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The same voice without a server and a socket. */
#include "lsspoken.h"

#include "lsvoice.h"

typedef struct {
  GArray *samples;
  gboolean done;
} Said;

static void
said_cb (const gchar *sentence, GArray *samples, gpointer user_data)
{
  Said *said = user_data;

  said->done = sentence == NULL;
  if (sentence != NULL)
    g_array_append_vals (said->samples, samples->data, samples->len);
}

GArray *
ls_spoken_say (const gchar *text, const gchar *voice, guint rate)
{
  g_autoptr (LsVoice) speaker = ls_voice_new ();
  Said said = { g_array_new (FALSE, FALSE, sizeof (gint16)) };
  LsSpeech *speech
      = ls_voice_speak (speaker, text, voice, 1.0, rate, said_cb, &said);

  while (!said.done)
    g_main_context_iteration (NULL, TRUE);
  ls_speech_free (speech);
  return said.samples;
}
