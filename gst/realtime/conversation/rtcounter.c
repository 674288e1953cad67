/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the counters hear of what is told.  I/O thread only.
 */
#include "rtconversation-private.h"

static void
count_usage (RtStats *stats, const RtUsage *usage)
{
  if (!usage->present)
    return;
  rt_stats_add (stats, RT_STAT_TOKENS_INPUT_TEXT, usage->input_text);
  rt_stats_add (stats, RT_STAT_TOKENS_INPUT_AUDIO, usage->input_audio);
  rt_stats_add (stats, RT_STAT_TOKENS_INPUT_CACHED, usage->input_cached);
  rt_stats_add (stats, RT_STAT_TOKENS_OUTPUT_TEXT, usage->output_text);
  rt_stats_add (stats, RT_STAT_TOKENS_OUTPUT_AUDIO, usage->output_audio);
}

void
rt_conversation_count_note (RtConversation *self, const RtNote *note)
{
  RtStats *stats = self->stats;

  switch (note->type) {
    case RT_NOTE_STARTED:
      self->started = TRUE;
      rt_stats_add (stats, RT_STAT_SESSIONS, 1);
      break;
    case RT_NOTE_ERROR:
      rt_stats_add (stats, RT_STAT_ERRORS, 1);
      break;
    case RT_NOTE_INTERRUPTED:
      rt_stats_add (stats, RT_STAT_INTERRUPTIONS, 1);
      break;
    case RT_NOTE_RESPONSE:
      if (g_strcmp0 (note->state, "created") == 0)
        rt_stats_add (stats, RT_STAT_RESPONSES, 1);
      break;
    case RT_NOTE_SPEECH:
      if (g_strcmp0 (note->role, "user") == 0 && !note->flag) {
        rt_stats_add (stats, RT_STAT_TURNS, 1);
        rt_stats_turn_ended (stats, g_get_monotonic_time () * 1000);
      }
      break;
    default:
      break;
  }
  count_usage (stats, &note->usage);
}
