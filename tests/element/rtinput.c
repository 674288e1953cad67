/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An upstream for tests.
 */
#include "rtinput.h"

#include <string.h>

#define BUFFER_MS 20
#define POLL_US 2000

static gboolean
query_cb (GstPad *pad, GstObject *parent, GstQuery *query)
{
  RtInput *self = gst_pad_get_element_private (pad);

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, self->live, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

RtInput *
rt_input_new (RtPipeline *p, const gchar *caps, gboolean live)
{
  RtInput *self = g_new0 (RtInput, 1);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (p->rt, "sink");
  g_autoptr (GstCaps) parsed = gst_caps_from_string (caps);
  GstStructure *structure = gst_caps_get_structure (parsed, 0);
  gint rate, channels;

  g_assert_true (gst_structure_get_int (structure, "rate", &rate));
  g_assert_true (gst_structure_get_int (structure, "channels", &channels));
  self->live = live;
  self->rate = rate;
  self->frame_size
      = channels * (gst_structure_has_name (structure, "audio/x-raw") ? 2 : 1);
  self->pad = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_element_private (self->pad, self);
  gst_pad_set_query_function (self->pad, query_cb);
  g_assert_true (gst_pad_set_active (self->pad, TRUE));
  g_assert_cmpint (gst_pad_link (self->pad, sink), ==, GST_PAD_LINK_OK);
  return self;
}

void
rt_input_free (RtInput *self)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (self->pad);

  if (peer != NULL)
    gst_pad_unlink (self->pad, peer);
  gst_pad_set_active (self->pad, FALSE);
  gst_object_unref (self->pad);
  g_free (self);
}

void
rt_input_send (RtInput *self, GstEvent *event)
{
  g_assert_true (gst_pad_push_event (self->pad, event));
}

void
rt_input_begin (RtInput *self, const gchar *caps)
{
  g_autoptr (GstCaps) parsed = gst_caps_from_string (caps);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  rt_input_send (self, gst_event_new_stream_start ("test"));
  rt_input_send (self, gst_event_new_caps (parsed));
  rt_input_send (self, gst_event_new_segment (&segment));
}

RtPipeline *
rt_input_open (RtFakeServer *server, const gchar *caps, const gchar *props,
    RtInput **input)
{
  RtPipeline *p = rt_pipeline_new (
      rt_fake_server_get_uri (server), NULL, props, RT_OUT_ANY);

  rt_fake_server_set_auto (server, TRUE);
  *input = rt_input_new (p, caps, TRUE);
  rt_pipeline_connect (p, server);
  rt_input_begin (*input, caps);
  return p;
}

static GstClockTime
time_of (gdouble ms)
{
  return ms < 0 ? GST_CLOCK_TIME_NONE : (GstClockTime) (ms * GST_MSECOND + 0.5);
}

GstBuffer *
rt_input_buffer (RtInput *self, guint8 value, gdouble ms, gdouble pts_ms)
{
  gsize size = (gsize) (ms * self->rate / 1000 + 0.5) * self->frame_size;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, value, size);
  GST_BUFFER_PTS (buffer) = time_of (pts_ms);
  return buffer;
}

GstFlowReturn
rt_input_take (RtInput *self, GstBuffer *buffer)
{
  return gst_pad_push (self->pad, buffer);
}

void
rt_input_say (RtInput *self, guint8 value, guint ms, gdouble pts_ms)
{
  guint done, n;

  for (done = 0; done < ms; done += n) {
    n = MIN (ms - done, BUFFER_MS);
    g_assert_cmpint (rt_input_take (self, rt_input_buffer (self, value, n,
                                              pts_ms < 0 ? -1 : pts_ms + done)),
        ==, GST_FLOW_OK);
  }
}

gchar *
rt_input_dup_heard (RtPipeline *p, guint frame_size)
{
  g_autoptr (GByteArray) audio = rt_fake_conn_get_audio (p->conn);
  GString *heard = g_string_new (NULL);
  guint i, from = 0;

  for (i = 1; i <= audio->len; i++) {
    if (i < audio->len && audio->data[i] == audio->data[from])
      continue;
    g_string_append_printf (heard, "%s%u*%g", heard->len > 0 ? " " : "",
        audio->data[from], (gdouble) (i - from) / frame_size);
    from = i;
  }
  return g_string_free (heard, FALSE);
}

void
rt_input_expect_heard (RtPipeline *p, guint frame_size, const gchar *expected)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  for (;;) {
    g_autofree gchar *heard = rt_input_dup_heard (p, frame_size);

    if (g_str_equal (heard, expected))
      break;
    if (g_get_monotonic_time () > deadline)
      g_error ("the server heard\n  %s\ninstead of\n  %s", heard, expected);
    g_usleep (POLL_US);
  }
}
