/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An application that never reads its bus, or does so late: what is kept for
 * it is bounded, nothing of worth is left out, and who reads notices nothing.
 */
#include <stdio.h>

#include "rtmemory.h"
#include "rtpipeline.h"

#ifdef __SANITIZE_ADDRESS__
#define PARTIALS 40000
#else
#define PARTIALS 200000
#endif
#define ROUNDS 10
/* What waits, of each kind, as docs/messages.md has it. */
#define MOST_INCREMENTS 4096
#define MOST_MOMENTS 8192
#define MOST_RECORDS 32768
/* Messages of GStreamer's own and of the start. */
#define OTHERS 64
/* The limit of what is kept, and what a heap makes of it. */
#define MAX_GROWTH (24 * 1024 * 1024)

/* What was on the bus. */
typedef struct {
  guint all, partials, finals, handoffs, calls, speech, events;
  guint warnings; /* of the server */
  guint closed;
  guint notices; /* that something was left out … */
  guint64 told;  /* … and how much, together */
} Tally;

static void
tally_error (Tally *tally, const GstStructure *s)
{
  guint64 told = 0;

  if (g_strcmp0 (gst_structure_get_string (s, "code"), "bus_not_read") != 0) {
    tally->warnings++;
    return;
  }
  rt_assert_field (s, "severity", "warning");
  g_assert_cmpint (sscanf (gst_structure_get_string (s, "message"),
                       "%" G_GUINT64_FORMAT " messages", &told),
      ==, 1);
  tally->notices++;
  tally->told += told;
}

static void
tally_message (Tally *tally, GstMessage *message)
{
  const GstStructure *s = gst_message_get_structure (message);
  gboolean final = FALSE;

  tally->all++;
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT)
    return;
  if (gst_structure_has_name (s, "realtime-transcript")) {
    gst_structure_get_boolean (s, "final", &final);
    tally->finals += final;
    tally->partials += !final;
  }
  tally->handoffs += gst_structure_has_name (s, "realtime-handoff");
  tally->calls += gst_structure_has_name (s, "realtime-function-call");
  tally->speech += gst_structure_has_name (s, "realtime-speech");
  tally->events += gst_structure_has_name (s, "realtime-event");
  tally->closed += gst_structure_has_name (s, "realtime-closed");
  if (gst_structure_has_name (s, "realtime-error"))
    tally_error (tally, s);
}

static void
read_bus (GstBus *bus, Tally *tally)
{
  GstMessage *message;

  while ((message = gst_bus_pop (bus)) != NULL) {
    tally_message (tally, message);
    gst_message_unref (message);
  }
}

static void
send_partial (RtPipeline *p, guint item)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"conversation.item.input_audio_transcription.delta\","
      "\"item_id\":\"item_%u\",\"content_index\":0,\"delta\":\"word \"}",
      item);
}

static void
send_final (RtPipeline *p, guint item)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"conversation.item.input_audio_transcription.completed\","
      "\"item_id\":\"item_%u\",\"content_index\":0,\"transcript\":\"words\"}",
      item);
}

static void
send_call (RtPipeline *p, const gchar *name, guint number)
{
  g_autofree gchar *response = g_strdup_printf ("resp_%s_%u", name, number);
  g_autofree gchar *item = g_strdup_printf ("item_%s_%u", name, number);
  g_autofree gchar *call = g_strdup_printf ("call_%s_%u", name, number);

  rt_fake_conn_send_call (
      p->conn, response, item, call, name, "{\"prompt\":\"go on\"}");
}

/* All that was sent before has been acted on; the mark is a warning itself. */
static void
await_all (RtPipeline *p)
{
  guint64 before = rt_pipeline_stat (p, "errors");

  rt_fake_conn_send_error (
      p->conn, "invalid_request_error", "invalid_value", "no", NULL);
  g_assert_true (rt_pipeline_wait_stat (p, "errors", before + 1, 60000));
}

static void
send_round (RtPipeline *p, guint round)
{
  guint i;

  for (i = 0; i < PARTIALS / ROUNDS; i++)
    send_partial (p, round);
  send_final (p, round);
  send_call (p, "background_agent", round);
  send_call (p, "look_up", round);
  await_all (p);
}

static void
check_promises (const Tally *tally, guint n)
{
  g_assert_cmpuint (tally->finals, ==, n);
  g_assert_cmpuint (tally->handoffs, ==, n);
  g_assert_cmpuint (tally->calls, ==, n);
}

/* Weeks of increments, and then it is read after all. */
static void
test_partials (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstBus) bus = gst_element_get_bus (p->pipeline);
  Tally tally = { 0 }, late = { 0 };
  gsize before = rt_memory_get_resident ();
  guint64 dropped;
  guint i;

  for (i = 0; i < ROUNDS; i++)
    send_round (p, i);
  rt_memory_assert_growth (before, MAX_GROWTH);
  read_bus (bus, &tally);
  g_test_message ("%u messages, %u partials", tally.all, tally.partials);
  g_assert_cmpuint (tally.all, <, MOST_MOMENTS);
  g_assert_cmpuint (tally.partials, <=, MOST_INCREMENTS);
  g_assert_cmpuint (tally.partials, >, MOST_INCREMENTS / 2);
  check_promises (&tally, ROUNDS);
  g_assert_cmpuint (tally.warnings, ==, ROUNDS);
  /* nothing else is left out before there are twice as many */
  dropped = rt_pipeline_stat (p, "messages-dropped-bus");
  g_assert_cmpuint (tally.partials + dropped, ==, PARTIALS);
  g_assert_cmpuint (tally.notices, ==, 0);

  /* there is room again, and that is told once, before anything else */
  send_partial (p, ROUNDS);
  send_partial (p, ROUNDS);
  await_all (p);
  read_bus (bus, &late);
  g_assert_cmpuint (late.partials, ==, 2);
  g_assert_cmpuint (late.notices, ==, 1);
  g_assert_cmpuint (late.told, ==, dropped);
  g_assert_cmpuint (rt_pipeline_stat (p, "messages-dropped-bus"), ==, dropped);
}

/* Turns without end.  What tells of a moment goes before a text does, and a
 * call never goes. */
static void
test_turns (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstBus) bus = gst_element_get_bus (p->pipeline);
  const guint turns = MOST_RECORDS + 2000, every = 1000;
  Tally tally = { 0 };
  guint i;

  for (i = 0; i < turns; i++) {
    g_autofree gchar *item = g_strdup_printf ("item_%u", i);

    rt_fake_conn_send_speech_started (p->conn, item, 0);
    send_final (p, i);
    if (i % every == 0)
      send_call (p, "background_agent", i);
  }
  await_all (p);
  read_bus (bus, &tally);
  g_test_message ("%u messages, %u of speech, %u texts", tally.all,
      tally.speech, tally.finals);
  g_assert_cmpuint (tally.handoffs, ==, (turns + every - 1) / every);
  g_assert_cmpuint (tally.speech, <=, MOST_MOMENTS);
  g_assert_cmpuint (tally.finals, >, MOST_RECORDS - MOST_MOMENTS - OTHERS);
  g_assert_cmpuint (tally.all, <=, MOST_RECORDS + tally.handoffs + OTHERS);
}

/* Few, but large. */
static void
test_large (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "post-events=true", RT_OUT_ANY);
  g_autoptr (GstBus) bus = gst_element_get_bus (p->pipeline);
  const guint n = 100, megabyte = 1024 * 1024;
  g_autofree gchar *text = g_strnfill (megabyte, 'x');
  Tally tally = { 0 };
  guint i;

  for (i = 0; i < n; i++)
    rt_fake_conn_send_printf (
        p->conn, "{\"type\":\"news\",\"text\":\"%s\"}", text);
  send_call (p, "background_agent", 0);
  await_all (p);
  read_bus (bus, &tally);
  g_test_message ("%u of %u", tally.events, n);
  g_assert_cmpuint (tally.events, >=, 16);
  g_assert_cmpuint (tally.events, <, 16 + OTHERS);
  g_assert_cmpuint (tally.handoffs, ==, 1);
  g_assert_cmpuint (rt_pipeline_stat (p, "messages-dropped-bus"), >=, n - 17);
}

static GstBusSyncReply
watch_cb (GstBus *bus, GstMessage *message, gpointer closed)
{
  if (gst_message_has_name (message, "realtime-closed"))
    g_atomic_int_set ((gint *) closed, TRUE);
  return GST_BUS_PASS;
}

/* What was left out is told before the end, whether there is room or not; and
 * messages outlive their element. */
static void
test_end (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  RtPipeline *p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstBus) bus = gst_element_get_bus (p->pipeline);
  const guint n = MOST_INCREMENTS + 1000;
  Tally tally = { 0 };
  gint closed = FALSE; /* atomic */
  guint i;

  for (i = 0; i < n; i++)
    send_partial (p, 0);
  await_all (p);
  gst_pipeline_set_auto_flush_bus (GST_PIPELINE (p->pipeline), FALSE);
  gst_bus_set_sync_handler (bus, watch_cb, &closed, NULL);
  rt_pipeline_act (p, "close");
  for (i = 0; !g_atomic_int_get (&closed) && i < RT_WAIT_MS; i++)
    g_usleep (1000);
  rt_pipeline_free (p);
  read_bus (bus, &tally);
  g_assert_cmpuint (tally.closed, ==, 1);
  g_assert_cmpuint (tally.notices, ==, 1);
  g_assert_cmpuint (tally.told + tally.partials, ==, n);
}

static GstBusSyncReply
drop_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Tally *tally = user_data;

  tally_message (tally, message);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* Whoever takes messages gets all of them. */
static void
test_sync_handler (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstBus) bus = gst_element_get_bus (p->pipeline);
  const guint n = 4 * MOST_INCREMENTS;
  Tally tally = { 0 };
  guint i;

  gst_bus_set_sync_handler (bus, drop_cb, &tally, NULL);
  for (i = 0; i < n; i++)
    send_partial (p, 0);
  await_all (p);
  gst_element_set_state (p->pipeline, GST_STATE_READY);
  g_assert_cmpuint (tally.partials, ==, n);
  g_assert_cmpuint (tally.notices, ==, 0);
  g_assert_cmpuint (rt_pipeline_stat (p, "messages-dropped-bus"), ==, 0);
  g_assert_cmpuint (rt_pipeline_stat (p, "bus-level"), <, OTHERS);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
}

/* A thousand messages late, again and again. */
static void
test_reader (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GstBus) bus = gst_element_get_bus (p->pipeline);
  const guint late = 1000, times = 12;
  Tally tally = { 0 };
  guint i;

  for (i = 0; i < late * times; i++) {
    send_partial (p, 0);
    if (i % late == late - 1) {
      await_all (p);
      read_bus (bus, &tally);
    }
  }
  read_bus (bus, &tally);
  g_assert_cmpuint (tally.partials, ==, late * times);
  g_assert_cmpuint (tally.notices, ==, 0);
  g_assert_cmpuint (rt_pipeline_stat (p, "messages-dropped-bus"), ==, 0);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/unread/partials", test_partials);
  g_test_add_func ("/unread/turns", test_turns);
  g_test_add_func ("/unread/large", test_large);
  g_test_add_func ("/unread/end", test_end);
  g_test_add_func ("/unread/sync-handler", test_sync_handler);
  g_test_add_func ("/unread/reader", test_reader);
  return g_test_run ();
}
