/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The `stats` property: counters and levels as a structure.  Any thread.
 */
#include "gstrealtimestats.h"

#include "gstrealtimeconversation-enumtypes.h"
#include "gstrealtimeconversation-private.h"

static const gchar *
state_nick (GstRealtimeConnectionState state)
{
  g_autoptr (GEnumClass) klass
      = g_type_class_ref (gst_realtime_connection_state_get_type ());

  return g_enum_get_value (klass, state)->value_nick;
}

GstStructure *
gst_realtime_stats_to_structure (GstRealtimeConversation *self)
{
  g_autoptr (RtPlayout) playout = gst_realtime_conversation_get_playout (self);
  GstStructure *stats
      = gst_structure_new_empty ("application/x-realtimeconversation-stats");
  GstRealtimeConnectionState state;
  RtAudioFormat format;
  RtStatsSnapshot snapshot;
  RtPlayoutStatus voice;
  GstRealtimeBacklogStatus backlog;
  guint64 uplink;
  guint i;

  GST_OBJECT_LOCK (self);
  state = self->connection_state;
  format = self->input_format;
  GST_OBJECT_UNLOCK (self);

  rt_stats_snapshot (self->stats, &snapshot);
  rt_playout_peek (playout, &voice);
  gst_realtime_backlog_peek (self->backlog, &backlog);
  uplink = gst_util_uint64_scale (rt_uplink_level (self->uplink), GST_SECOND,
      (guint64) rt_audio_format_frame_size (&format) * format.rate);

  gst_structure_set (
      stats, "connection-state", G_TYPE_STRING, state_nick (state), NULL);
  for (i = 0; i < RT_STAT_LAST; i++) {
    /* the counts that the field table has as uint */
    if (i == RT_STAT_SESSIONS || i == RT_STAT_RECONNECTS)
      gst_structure_set (stats, rt_stat_name (i), G_TYPE_UINT,
          (guint) snapshot.value[i], NULL);
    else
      gst_structure_set (
          stats, rt_stat_name (i), G_TYPE_UINT64, snapshot.value[i], NULL);
  }
  gst_structure_set (stats, "audio-received", G_TYPE_UINT64, voice.received,
      "audio-played", G_TYPE_UINT64, voice.played, "audio-dropped-interrupted",
      G_TYPE_UINT64, voice.dropped, "playout-level", G_TYPE_UINT64, voice.level,
      NULL);
  gst_structure_set (stats, "uplink-level", G_TYPE_UINT64, uplink,
      "response-latency-last", G_TYPE_UINT64, snapshot.latency_last,
      "response-latency-min", G_TYPE_UINT64, snapshot.latency_min,
      "response-latency-max", G_TYPE_UINT64, snapshot.latency_max,
      "response-latency-avg", G_TYPE_UINT64, snapshot.latency_avg, "bus-level",
      G_TYPE_UINT, backlog.level, "messages-dropped-bus", G_TYPE_UINT64,
      backlog.dropped, NULL);
  return stats;
}
