/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The times and formats of what is said again.
 */
#include "rtrecall.h"

#define RATE 1000
#define MS(n) ((guint64) (n) *G_GUINT64_CONSTANT (1000000))
#define SECONDS(n) MS (1000 * (n))

static void
take (RtRecall *recall, gsize bytes, guint64 time)
{
  guint8 pcm[400];
  gboolean commits;
  guint64 got;

  g_assert_cmpuint (
      rt_recall_take (recall, pcm, sizeof (pcm), &got, &commits), ==, bytes);
  g_assert_cmpuint (got, ==, time);
}

/* Audio has its own time when it is said again, and what was made up between
 * has none that would hide it. */
static void
jumps (void)
{
  const RtAudioFormat format = { RT_CODEC_PCM16, RATE, 1 };
  const RtRecallRules rules = { SECONDS (10), TRUE };
  g_autoptr (RtRecall) recall = rt_recall_new ();
  guint8 pcm[200] = { 0 };

  rt_recall_set_rules (recall, &rules);
  rt_recall_append (recall, &format, pcm, 200, MS (5000), 0);
  rt_recall_append (recall, &format, pcm, 200, MS (5100), 0);
  rt_recall_append (recall, &format, pcm, 200, RT_NS_UNKNOWN, 0);
  rt_recall_append (recall, &format, pcm, 200, MS (5200), 0);
  rt_recall_append (recall, &format, pcm, 200, MS (9000), 0);
  take (recall, 400, MS (5000));
  take (recall, 200, MS (5200));
  take (recall, 200, MS (5200));
  take (recall, 200, MS (9000));
  g_assert_true (rt_recall_is_empty (recall));
}

/* The count goes on, the audio does not. */
static void
format_changes (void)
{
  const RtAudioFormat old = { RT_CODEC_PCM16, 8000, 1 };
  const RtAudioFormat new = { RT_CODEC_PCM16, 44100, 2 };
  const RtRecallRules rules = { SECONDS (10), TRUE };
  g_autoptr (RtRecall) recall = rt_recall_new ();
  g_autofree guint8 *pcm = g_malloc0 (44100 * 4);
  g_autoptr (RtEvent) event = rt_event_new (RT_EVENT_SPEECH_STARTED, "event");
  RtAudioFormat format;

  rt_recall_set_rules (recall, &rules);
  g_assert_false (rt_recall_get_format (recall, &format));
  rt_recall_append (recall, &old, pcm, 16000, 0, 0);
  g_assert_true (rt_recall_get_format (recall, &format));
  g_assert_cmpuint (format.rate, ==, 8000);
  rt_recall_append (recall, &new, pcm, 44100 * 4, 0, 0);
  g_assert_true (rt_recall_get_format (recall, &format));
  g_assert_cmpuint (format.rate, ==, 44100);
  g_assert_cmpuint (rt_recall_get_length (recall), ==, SECONDS (1));
  /* the server counts from the beginning of the session */
  event->audio_ms = 1800;
  rt_recall_event (recall, event);
  g_assert_cmpuint (rt_recall_get_length (recall), ==, SECONDS (7) / 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conversation/recall-format/jumps", jumps);
  g_test_add_func ("/conversation/recall-format/changes", format_changes);
  return g_test_run ();
}
