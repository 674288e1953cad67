/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Losing a connection, and having another one: what tests of that ask again
 * and again.  For the test's own thread.
 */
#pragma once

#include "rtpipeline.h"

G_BEGIN_DECLS

/* As `connection-state` has them. */
enum {
  RT_STATE_DISCONNECTED,
  RT_STATE_CONNECTING,
  RT_STATE_READY,
  RT_STATE_RECONNECTING,
  RT_STATE_CLOSED,
  RT_STATE_FAILED,
};

/* rt_pipeline_open(), and its realtime-started was taken. */
RtPipeline *rt_outage_open (
    RtFakeServer *server, const gchar *props, const gchar *out);
/* The next connection becomes `conn`; it is a resumed one, and has a session. */
void rt_outage_expect_again (RtPipeline *pipeline, RtFakeServer *server);
/* The next realtime-reconnecting, which is of that attempt. */
const GstStructure *rt_outage_expect (RtPipeline *pipeline, guint attempt);
guint rt_outage_get_uint (const GstStructure *structure, const gchar *field);
gint rt_outage_get_state (RtPipeline *pipeline);
void rt_outage_wait_state (RtPipeline *pipeline, gint state);
/* The pads and the pipeline did not see it. */
void rt_outage_assert_unseen (RtPipeline *pipeline);

G_END_DECLS
