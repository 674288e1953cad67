/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Caps and the audio formats of the wire.  Any thread.
 */
#pragma once

#include "gstrealtimeconversation.h"
#include "rtdialect.h"
#include "rtplayout.h"
#include "rtuplink.h"

G_BEGIN_DECLS

/* What the pads can ever carry. */
#define GST_REALTIME_CAPS                                                 \
  "audio/x-raw, format = (string) S16LE, layout = (string) interleaved, " \
  "rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 2 ]; "             \
  "audio/x-mulaw, rate = (int) 8000, channels = (int) 1; "                \
  "audio/x-alaw, rate = (int) 8000, channels = (int) 1"

/* FALSE: not fixed, or not of the template. */
gboolean gst_realtime_caps_parse (const GstCaps *caps, RtAudioFormat *format);
GstCaps *gst_realtime_caps_of_format (const RtAudioFormat *format);
/* The same as the playout has them. */
RtPlayoutFormat gst_realtime_caps_to_playout (const RtAudioFormat *format);
RtAudioFormat gst_realtime_caps_from_playout (const RtPlayoutFormat *format);
GstCaps *gst_realtime_caps_of_playout (const RtPlayoutFormat *format);
/* As rt_uplink_set_format(), for audio of `format`. */
gsize gst_realtime_caps_set_uplink (
    RtUplink *uplink, const RtAudioFormat *format);
/* What `dialect` can carry, in or out. */
GstCaps *gst_realtime_caps_of_dialect (
    const RtDialect *dialect, gboolean output);
/* Answers a CAPS query on one of our pads. */
void gst_realtime_caps_answer (
    GstRealtimeConversation *self, GstPad *pad, GstQuery *query);
/* What the peer of `pad` likes best of what the protocol carries. */
RtAudioFormat gst_realtime_caps_preferred (
    GstRealtimeConversation *self, GstPad *pad);

G_END_DECLS
