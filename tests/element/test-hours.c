/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An hour of a telephone line, in the time of a test clock: silence without
 * end, replies in between, and not a nanosecond of drift.
 */
#include <gst/check/gsttestclock.h>

#include "rtoutput.h"
#include "rtspeech.h"

#define SIMULATED (GST_SECOND * 3600)
/* One for each half of a minute; odd lengths, so that no buffer is full. */
#define REPLIES 120
#define REPLY_EVERY (SIMULATED / REPLIES)
#define MULAW_SILENCE 0xff

/* A sample that no silence holds. */
static GBytes *
reply_of (guint n)
{
  gsize size = 4000 + n * 37;
  guint8 *data = g_malloc (size);
  gsize i;

  for (i = 0; i < size; i++)
    data[i] = (n + i) % 0xff;
  return g_bytes_new_take (data, size);
}

static void
send_reply (RtPipeline *p, guint n, GByteArray *said)
{
  g_autoptr (GBytes) reply = reply_of (n);
  g_autofree gchar *response = g_strdup_printf ("resp_%u", n);
  g_autofree gchar *item = g_strdup_printf ("item_%u", n);
  gsize size;
  const guint8 *data = g_bytes_get_data (reply, &size);

  rt_fake_conn_send_reply (p->conn, response, item, "Text.", data, size, 1000);
  g_byte_array_append (said, data, size);
  g_assert_true (rt_pipeline_wait_stat (p, "audio-received",
      gst_util_uint64_scale (said->len, GST_SECOND, 8000), RT_WAIT_MS));
}

/* Lets time go on from one wait to the next. */
static void
run_until (GstTestClock *clock, GstClockTime until)
{
  while (gst_clock_get_time (GST_CLOCK (clock)) < until)
    g_assert_true (gst_test_clock_crank (clock));
}

static RtPipeline *
open_line (RtFakeServer *server, GstTestClock *clock)
{
  RtPipeline *p = rt_pipeline_new (rt_fake_server_get_uri (server),
      "appsrc name=in format=time is-live=true "
      "caps=audio/x-mulaw,rate=8000,channels=1",
      "gap-mode=silence turn-detection=none",
      "audio/x-mulaw,rate=8000,channels=1 ! " RT_OUT_ANY);

  gst_pipeline_use_clock (GST_PIPELINE (p->pipeline), GST_CLOCK (clock));
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  return p;
}

static void
test_an_hour (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (GstTestClock) clock = GST_TEST_CLOCK (gst_test_clock_new ());
  g_autoptr (RtPipeline) p = open_line (server, clock);
  g_autoptr (GByteArray) said = g_byte_array_new ();
  g_autoptr (GByteArray) heard = NULL;
  g_autoptr (GArray) buffers = NULL;
  RtOutBuffer *first, *last;
  guint n;

  for (n = 0; n < REPLIES; n++) {
    run_until (clock, n * REPLY_EVERY + GST_SECOND);
    send_reply (p, n, said);
  }
  run_until (clock, SIMULATED);

  buffers = rt_pipeline_get_buffers (p);
  rt_output_assert_contiguous (buffers, 0, buffers->len);
  first = &g_array_index (buffers, RtOutBuffer, 0);
  last = &g_array_index (buffers, RtOutBuffer, buffers->len - 1);
  g_test_message ("%u buffers from %" GST_TIME_FORMAT " to %" GST_TIME_FORMAT
                  ", %" G_GSIZE_FORMAT " samples",
      buffers->len, GST_TIME_ARGS (first->pts),
      GST_TIME_ARGS (last->pts + last->duration), last->offset + last->size);
  /* the samples are the time: 8000 a second, the last buffer about to leave
   * or just left */
  g_assert_cmpuint (
      gst_util_uint64_scale (last->offset + last->size, GST_SECOND, 8000), ==,
      last->pts + last->duration - first->pts);
  g_assert_cmpuint (first->pts, ==, 20 * GST_MSECOND);
  g_assert_cmpuint (
      last->pts + last->duration + 60 * GST_MSECOND, >=, SIMULATED);
  g_assert_cmpuint (last->pts + last->duration, <=, SIMULATED);

  heard = rt_output_dup_speech (p, MULAW_SILENCE);
  g_assert_cmpmem (heard->data, heard->len, said->data, said->len);
  g_assert_cmpuint (rt_pipeline_stat (p, "underruns"), ==, 0);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/hours/one", test_an_hour);
  return g_test_run ();
}
