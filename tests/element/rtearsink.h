/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A simulated sink, `rtearsink`: it never waits, but knows of each sample when
 * it is heard, namely at its stamp plus the pipeline's latency, by the
 * pipeline's clock; and that a flush leaves nothing of what was not.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

void rt_ear_sink_register (void);
/* What it adds to the latency of the pipeline, which is told. */
void rt_ear_sink_set_latency (GstElement *sink, GstClockTime latency);
/* All speech that was over by now, 16 bits a sample at 24 kHz. */
GByteArray *rt_ear_sink_dup_heard (GstElement *sink);
/* The same, and what will be heard if nothing flushes it. */
gsize rt_ear_sink_get_due (GstElement *sink);
/* Running time at which the sample before this byte is over, once it was
 * taken. */
GstClockTime rt_ear_sink_get_end (GstElement *sink, gsize offset);
guint rt_ear_sink_get_flushes (GstElement *sink);

G_END_DECLS
