/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An upstream for tests: the test's own thread pushes buffers and events into
 * the `sink` pad of a pipeline's element, and so knows when each was taken.
 */
#pragma once

#include "rtpipeline.h"

G_BEGIN_DECLS

typedef struct {
  GstPad *pad;
  gboolean live;
  guint rate;
  guint frame_size;
} RtInput;

/* Linked to `p`, which has no input of its own.  Before it plays. */
RtInput *rt_input_new (RtPipeline *p, const gchar *caps, gboolean live);
void rt_input_free (RtInput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtInput, rt_input_free)
/* A pipeline that plays, with a session, and with a live input whose stream,
 * caps and segment were told. */
RtPipeline *rt_input_open (RtFakeServer *server, const gchar *caps,
    const gchar *props, RtInput **input);
/* stream-start, caps and a segment that begins at 0. */
void rt_input_begin (RtInput *self, const gchar *caps);
void rt_input_send (RtInput *self, GstEvent *event);

/* `ms` of bytes of this value at `pts_ms`; -1: without a stamp. */
GstBuffer *rt_input_buffer (
    RtInput *self, guint8 value, gdouble ms, gdouble pts_ms);
GstFlowReturn rt_input_take (RtInput *self, GstBuffer *buffer);
/* Both, by buffers of 20 ms, and it is taken. */
void rt_input_say (RtInput *self, guint8 value, guint ms, gdouble pts_ms);

/* What the server was sent, as runs of like bytes: "1*480 0*960" with the
 * length in frames of this size.  Transfer full. */
gchar *rt_input_dup_heard (RtPipeline *p, guint frame_size);
/* Waits until it is that. */
void rt_input_expect_heard (
    RtPipeline *p, guint frame_size, const gchar *expected);

G_END_DECLS
