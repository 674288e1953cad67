/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The properties of the media and of the bus.
 */
#include "gstrealtimeconversation-props.h"
#include "gstrealtimeconversation-enumtypes.h"

const GstRealtimeProp gst_realtime_media_props[] = {
  /**
   * GstRealtimeConversation:chunk-duration:
   *
   * In milliseconds.
   *
   * Since: 0.1
   */
  { "chunk-duration", "Chunk duration",
      "Audio in one message to the server (ms)", GST_REALTIME_PROP_UINT, 0,
      GST_REALTIME_IN_SETTINGS (chunk_duration), NULL, 20, 10, 500 },
  /**
   * GstRealtimeConversation:uplink-buffer:
   *
   * In milliseconds; also the most that is ever queued. When it is full the
   * oldest audio is dropped, counted and reported by realtime-overrun.
   *
   * Since: 0.1
   */
  { "uplink-buffer", "Uplink buffer",
      "Audio kept while there is no session (ms)", GST_REALTIME_PROP_UINT, 0,
      GST_REALTIME_IN_SETTINGS (uplink_buffer), NULL, 10000, 100, 600000 },
  /**
   * GstRealtimeConversation:latency:
   *
   * In milliseconds; what the source pad answers to LATENCY queries.
   *
   * Since: 0.1
   */
  { "latency", "Latency",
      "How much of a reply is gathered before it starts to play (ms)",
      GST_REALTIME_PROP_UINT, 0, GST_REALTIME_IN_SETTINGS (latency), NULL, 60,
      0, 10000 },
  /**
   * GstRealtimeConversation:pace:
   *
   * For replies, and for input from a source that is not live. FALSE: as
   * fast as it comes.
   *
   * Since: 0.1
   */
  { "pace", "Pace",
      "One second of audio per second, by the clock of the pipeline",
      GST_REALTIME_PROP_BOOLEAN, GST_REALTIME_PROP_STATIC,
      GST_REALTIME_IN_SETTINGS (pace), NULL, TRUE },
  /**
   * GstRealtimeConversation:gap-mode:
   *
   * GAP events suit GStreamer; buffers of silence suit what lies behind a
   * network.
   *
   * Since: 0.1
   */
  { "gap-mode", "Gap mode",
      "What leaves the source pad while the model is silent",
      GST_REALTIME_PROP_ENUM, GST_REALTIME_PROP_STATIC,
      GST_REALTIME_IN_SETTINGS (gap_mode), NULL, GST_REALTIME_GAP_MODE_GAP, 0,
      0, gst_realtime_gap_mode_get_type },
  /**
   * GstRealtimeConversation:barge-in:
   *
   * See also #GstRealtimeConversation:barge-in-hold and
   * #GstRealtimeConversation:interrupt-response. An interruption by the
   * application or by a command flushes only with `flush`, too.
   *
   * Since: 0.1
   */
  { "barge-in", "Barge-in", "What happens when the user speaks over the model",
      GST_REALTIME_PROP_ENUM, 0, GST_REALTIME_IN_SETTINGS (barge_in), NULL,
      GST_REALTIME_BARGE_IN_DROP, 0, 0, gst_realtime_barge_in_get_type },
  /**
   * GstRealtimeConversation:barge-in-hold:
   *
   * In milliseconds. 0: what the user says over a reply interrupts it at once.
   * Otherwise the reply stops and is kept for this long. It is dropped when the
   * server finds a turn in what was said, or when the user still speaks at the
   * end of that time; when it was but a noise, the reply goes on where it
   * stopped. The server, which cannot know, is told not to interrupt by
   * itself. A VAD tells the end of a noise only after its silence (see
   * #GstRealtimeConversation:vad-silence-duration), so that a hold should last
   * longer.
   *
   * Since: 0.1
   */
  { "barge-in-hold", "Barge-in hold",
      "How long a reply is held, instead of dropped, when the user makes a "
      "sound (ms)",
      GST_REALTIME_PROP_UINT, 0, GST_REALTIME_IN_SETTINGS (barge_in_hold), NULL,
      0, 0, 60000 },
  /**
   * GstRealtimeConversation:eos-timeout:
   *
   * In milliseconds. A reply that is being played is not cut.
   *
   * Since: 0.1
   */
  { "eos-timeout", "EOS timeout",
      "How long to wait after EOS for the last reply (ms)",
      GST_REALTIME_PROP_UINT, 0, GST_REALTIME_IN_SETTINGS (eos_timeout), NULL,
      10000, 0, G_MAXUINT },
  /**
   * GstRealtimeConversation:post-partials:
   *
   * An application that only wants whole texts turns them off.
   *
   * Since: 0.1
   */
  { "post-partials", "Post partials", "Post the increments of transcripts too",
      GST_REALTIME_PROP_BOOLEAN, 0, GST_REALTIME_IN_SETTINGS (post_partials),
      NULL, TRUE },
  /**
   * GstRealtimeConversation:post-events:
   *
   * As realtime-event messages.
   *
   * Since: 0.1
   */
  { "post-events", "Post events", "Post every event of the server raw",
      GST_REALTIME_PROP_BOOLEAN, 0, GST_REALTIME_IN_SETTINGS (post_events),
      NULL, FALSE },
  { NULL },
};
