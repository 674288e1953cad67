/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A real sink, `rtdevicesink`: GstAudioBaseSink with its ring buffer, its
 * thread and its clock, in front of a device that plays in real time and writes
 * down what it played when.  16 bits, mono.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What the device has fetched cannot be taken back. */
#define RT_DEVICE_FETCHED (5 * GST_MSECOND)

typedef struct {
  guint frames;
  GstClockTime last; /* monotonic: the end of the last one */
} RtDevicePlayed;

void rt_device_sink_register (void);
/* Waits until so many samples of this value were played; FALSE at the
 * deadline. */
gboolean rt_device_sink_wait (GstElement *sink, gint16 value, guint frames,
    guint timeout_ms, RtDevicePlayed *played);

G_END_DECLS
