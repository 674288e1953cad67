/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Has the local server write down recordings through the element, and counts
 * the words that it got wrong.  Usage: transcription LOCALSERVER
 */
#include "lsclient.h"
#include "lsrecording.h"
#include "rtpipeline.h"
#include "rtspeech.h"

#include <string.h>

#define RECORDED_RATE 16000
/* So that the end of the turn is heard. */
#define SILENCE_MS 1000
#define DEADLINE_MS 60000
/* Measured: 0.22, most of it in the novel and the cards, whose words the
 * recogniser does not expect. */
#define MAX_WORD_ERRORS 0.3

typedef struct {
  gdouble wrong; /* words */
  guint words;
} Sum;

static GstBuffer *
load (const gchar *file)
{
  g_autoptr (GArray) samples = ls_recording_load (file, 0, SILENCE_MS);
  gsize size;

  if (samples == NULL)
    return NULL;
  size = samples->len * sizeof (gint16);
  return gst_buffer_new_wrapped (
      g_array_free (g_steal_pointer (&samples), FALSE), size);
}

/* What the user is said to have said, turn by turn; transfer full. */
static gchar *
collect (RtPipeline *p)
{
  const GPtrArray *messages = rt_pipeline_get_messages (p);
  GString *heard = g_string_new (NULL);
  guint i;

  for (i = 0; i < messages->len; i++) {
    const GstStructure *s
        = gst_message_get_structure (g_ptr_array_index (messages, i));
    gboolean final = FALSE;

    if (s == NULL || !gst_structure_has_name (s, "realtime-transcript"))
      continue;
    rt_assert_field (s, "role", "user");
    if (gst_structure_get_boolean (s, "final", &final) && final
        && *gst_structure_get_string (s, "text") != '\0')
      g_string_append_printf (heard, "%s%s", heard->len > 0 ? " " : "",
          gst_structure_get_string (s, "text"));
  }
  return g_string_free (heard, FALSE);
}

static gchar *
transcribe (const LsProcess *server, GstBuffer *recording)
{
  g_autoptr (RtPipeline) p = rt_pipeline_new (ls_process_get_url (server),
      "appsrc name=in format=time max-bytes=0 caps=audio/x-raw,format=S16LE,"
      "layout=interleaved,rate=16000,channels=1 ! audioconvert ! "
      "audioresample ! audio/x-raw,rate=24000,channels=1",
      "mode=transcription pace=false eos-timeout=60000", RT_OUT_ANY);
  GstFlowReturn flow;

  GST_BUFFER_PTS (recording) = 0;
  GST_BUFFER_DURATION (recording) = gst_util_uint64_scale (
      gst_buffer_get_size (recording) / 2, GST_SECOND, RECORDED_RATE);
  rt_pipeline_play (p);
  g_signal_emit_by_name (p->in, "push-buffer", recording, &flow);
  g_assert_cmpint (flow, ==, GST_FLOW_OK);
  rt_pipeline_push_eos (p);
  g_assert_nonnull (rt_pipeline_wait_type (p, GST_MESSAGE_EOS, DEADLINE_MS));
  rt_assert_field (
      rt_pipeline_expect (p, "realtime-started"), "mode", "transcription");
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-overrun"), ==, 0);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), ==, 0);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-response"), ==, 0);
  g_assert_cmpuint (rt_pipeline_get_audio_size (p), ==, 0);
  return collect (p);
}

static guint
count_words (const gchar *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  return g_strv_length (words);
}

/* FALSE: there are no recordings. */
static gboolean
try_one (const LsProcess *server, const RtSpeech *speech, Sum *sum)
{
  g_autoptr (GstBuffer) recording = load (speech->file);
  g_autofree gchar *heard = NULL;
  gdouble errors;

  if (recording == NULL)
    return FALSE;
  heard = transcribe (server, recording);
  errors = ls_recording_word_errors (heard, speech->text);
  g_test_message ("%s: word error rate %.2f: %s", speech->file, errors, heard);
  sum->words += count_words (speech->text);
  sum->wrong += errors * count_words (speech->text);
  return TRUE;
}

static void
test_recordings (gconstpointer data)
{
  g_autoptr (LsProcess) server
      = ls_process_start (data, "--pace", "burst", NULL);
  const RtSpeech *speech;
  Sum sum = { 0 };

  for (speech = rt_speech_table; speech->file != NULL; speech++)
    if (speech->text != NULL && !try_one (server, speech, &sum))
      return;
  g_test_message (
      "all %u words: word error rate %.3f", sum.words, sum.wrong / sum.words);
  g_assert_cmpfloat (sum.wrong / sum.words, <, MAX_WORD_ERRORS);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_assert_cmpint (argc, ==, 2);
  g_test_add_data_func ("/transcription/recordings", argv[1], test_recordings);
  return g_test_run ();
}
