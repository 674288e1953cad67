/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Losing a connection, and having another one.
 */
#include "rtoutage.h"

/* The next connection, with its session. */
void
rt_outage_expect_again (RtPipeline *p, RtFakeServer *server)
{
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_assert_flag (rt_pipeline_expect (p, "realtime-started"), "resumed", TRUE);
  rt_pipeline_expect (p, "realtime-session");
  rt_pipeline_expect (p, "realtime-session");
}

RtPipeline *
rt_outage_open (RtFakeServer *server, const gchar *props, const gchar *out)
{
  RtPipeline *p = rt_pipeline_open (server, props, out);

  rt_assert_flag (rt_pipeline_expect (p, "realtime-started"), "resumed", FALSE);
  return p;
}

guint
rt_outage_get_uint (const GstStructure *s, const gchar *field)
{
  guint value = G_MAXUINT;

  g_assert_true (gst_structure_get_uint (s, field, &value));
  return value;
}

const GstStructure *
rt_outage_expect (RtPipeline *p, guint attempt)
{
  const GstStructure *s = rt_pipeline_expect (p, "realtime-reconnecting");

  g_assert_cmpuint (rt_outage_get_uint (s, "attempt"), ==, attempt);
  g_assert_nonnull (gst_structure_get_string (s, "reason"));
  return s;
}

gint
rt_outage_get_state (RtPipeline *p)
{
  gint state;

  g_object_get (p->rt, "connection-state", &state, NULL);
  return state;
}

void
rt_outage_wait_state (RtPipeline *p, gint state)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  while (rt_outage_get_state (p) != state) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (1000);
  }
}

/* The pads and the pipeline did not see it. */
void
rt_outage_assert_unseen (RtPipeline *p)
{
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_EOS), ==, 0);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_FLUSH_START), ==, 0);
  g_assert_cmpuint (
      rt_pipeline_count_events (p, GST_EVENT_STREAM_START), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_CAPS), ==, 1);
  g_assert_cmpuint (rt_pipeline_count_events (p, GST_EVENT_SEGMENT), ==, 1);
}
