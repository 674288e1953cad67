/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Properties: their defaults, what is refused, what may change when, and what
 * the server is told of a change.
 */
#include <string.h>

#include "rtpipeline.h"

typedef struct {
  const gchar *name;  /* of the test and of the property */
  const gchar *value; /* as a launch line has it */
} Bad;

static const Bad bad[] = {
  { "uri", NULL },
  { "uri", "ftp://127.0.0.1/" },
  { "uri", "ws://user:pass@127.0.0.1/" },
  { "uri", "ws://" },
  { "uri", "ws://127.0.0.1:99999/" },
  { "tools", "{\"type\":\"function\"}" },
  { "tools", "[" },
  { "session-options", "[1]" },
  { "api-key", "abc\r\nX-Other: 1" },
  { "conversation-id", "a\nb" },
  { "tls-ca-file", "/nonexistent/ca.pem" },
  { "proxy", "gopher://127.0.0.1" },
  { "prompt", "Say \xff" },
  { "voice", "\xc3" },
  { "model", "\xff" },
  { "tls-pins", "AAAA" },
  { "tls-certificate", "/nonexistent/client.pem" },
};

static void
assert_refused (RtPipeline *p, const gchar *property)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gst_element_set_state (p->pipeline, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  gst_message_parse_error (
      rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, property));
}

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_new (rt_fake_server_get_uri (server), NULL, NULL, NULL);

  g_object_set (p->rt, row->name, row->value, NULL);
  assert_refused (p, row->name);
  g_assert_cmpuint (rt_fake_server_get_accepted (server), ==, 0);
  /* set right, it works */
  if (g_str_equal (row->name, "uri"))
    g_object_set (p->rt, "uri", rt_fake_server_get_uri (server), NULL);
  else
    g_object_set (p->rt, row->name, NULL, NULL);
  g_assert_cmpint (gst_element_set_state (p->pipeline, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
}

static void
test_bad_headers (void)
{
  static const gchar *const names[] = { "Host", "Connection",
    "Sec-WebSocket-Key", "Content-Length", "Bad Name" };
  g_autoptr (RtPipeline) p = NULL;
  GstStructure *headers;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_clear_pointer (&p, rt_pipeline_free);
    p = rt_pipeline_new ("ws://127.0.0.1:1", NULL, NULL, NULL);
    headers = gst_structure_new_empty ("headers");
    gst_structure_set (headers, names[i], G_TYPE_STRING, "x", NULL);
    g_object_set (p->rt, "extra-headers", headers, NULL);
    gst_structure_free (headers);
    assert_refused (p, "extra-headers");
  }
}

static void
test_headers (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      NULL, "api-key=sk-abc extra-headers=\"h,X-Tenant=seven\"", NULL);

  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  g_assert_cmpstr (rt_fake_conn_get_header (p->conn, "x-tenant"), ==, "seven");
  g_assert_cmpstr (
      rt_fake_conn_get_header (p->conn, "authorization"), ==, "Bearer sk-abc");
}

/* A host that is known to want a key is not called without one. */
static void
test_missing_key (void)
{
  g_autoptr (RtPipeline) p
      = rt_pipeline_new ("wss://api.openai.com/v1", NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  g_assert_cmpint (gst_element_set_state (p->pipeline, GST_STATE_PLAYING), ==,
      GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);
  gst_message_parse_error (
      rt_pipeline_expect_type (p, GST_MESSAGE_ERROR), &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED);
}

/* The same, in print. */
static gchar *
dup_value (GstElement *element, const GParamSpec *spec)
{
  GValue value = G_VALUE_INIT;
  gchar *text;

  g_value_init (&value, spec->value_type);
  g_object_get_property (G_OBJECT (element), spec->name, &value);
  text = gst_value_serialize (&value);
  g_value_unset (&value);
  return text;
}

/* Another value than the present one. */
static void
change (GstElement *element, const GParamSpec *spec)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  if (G_IS_PARAM_SPEC_STRING (spec))
    g_value_set_string (&value, "changed");
  else if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    g_value_set_boolean (&value, !((GParamSpecBoolean *) spec)->default_value);
  else if (G_IS_PARAM_SPEC_UINT (spec))
    g_value_set_uint (&value, ((GParamSpecUInt *) spec)->default_value + 1);
  else if (G_IS_PARAM_SPEC_ENUM (spec))
    g_value_set_enum (&value,
        ((GParamSpecEnum *) spec)
            ->enum_class
            ->values[((GParamSpecEnum *) spec)->enum_class->n_values - 1]
            .value);
  g_object_set_property (G_OBJECT (element), spec->name, &value);
  g_value_unset (&value);
}

/* Every property says when it may change, and keeps to it. */
static void
test_mutability (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autofree GParamSpec **specs = NULL;
  guint n, i, fixed = 0, changing = 0;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (p->rt), &n);
  for (i = 0; i < n; i++) {
    GParamSpec *spec = specs[i];
    g_autofree gchar *before = NULL, *after = NULL;

    if (spec->owner_type != G_OBJECT_TYPE (p->rt)
        || (spec->flags & G_PARAM_WRITABLE) == 0)
      continue;
    g_assert_true (!(spec->flags & GST_PARAM_MUTABLE_READY)
                   != !(spec->flags & GST_PARAM_MUTABLE_PLAYING));
    changing += (spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0;
    if ((spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0
        || (spec->flags & G_PARAM_READABLE) == 0)
      continue;
    before = dup_value (p->rt, spec);
    change (p->rt, spec);
    after = dup_value (p->rt, spec);
    g_assert_cmpstr (after, ==, before);
    fixed++;
    if (G_IS_PARAM_SPEC_ENUM (spec)
        && ((GParamSpecEnum *) spec)->enum_class->n_values < 2)
      continue;
    rt_pipeline_stop (p);
    g_free (g_steal_pointer (&after));
    change (p->rt, spec);
    after = dup_value (p->rt, spec);
    g_assert_cmpstr (after, !=, before);
    g_clear_pointer (&p, rt_pipeline_free);
    p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  }
  g_assert_cmpuint (fixed, >=, 13);
  g_assert_cmpuint (changing, >=, 20);
}

/* Many changes at once are one session.update. */
static void
test_coalesced (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  const gchar *text;

  rt_pipeline_hold (p);

  g_object_set (p->rt, "prompt", "Be brief.", "voice", "cedar", "vad-threshold",
      0.75, "vad-silence-duration", 321, "tools",
      "[{\"type\":\"function\",\"name\":\"f\"}]", NULL);
  rt_pipeline_let_go (p);

  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  text = rt_fake_conn_get_event_text (p->conn, 1);
  g_assert_nonnull (strstr (text, "\"Be brief.\""));
  g_assert_nonnull (strstr (text, "\"cedar\""));
  g_assert_nonnull (strstr (text, "0.75"));
  g_assert_nonnull (strstr (text, "321"));
  g_assert_nonnull (strstr (text, "\"f\""));
  rt_assert_flag (rt_pipeline_expect (p, "realtime-session"), "created", FALSE);
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 200));
  g_assert_cmpuint (
      rt_fake_conn_count_events (p->conn, "session.update"), ==, 2);
}

#define ROUNDS 50

/* What is set by one call is told by one update, … */
static void
test_one_call (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autofree gchar *words = g_strnfill (200000, 'x');
  g_autofree gchar *big = g_strdup_printf ("{\"x\":\"%s\"}", words);
  guint i;

  /* much to look at takes its time */
  g_object_set (p->rt, "session-options", big, NULL);
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  for (i = 0; i < ROUNDS; i++) {
    g_autofree gchar *prompt = g_strdup_printf ("p%u", i);

    g_object_set (p->rt, "prompt", prompt, "vad-silence-duration", i, "tools",
        "[]", "transcription-prompt", prompt, "vad-prefix-padding", i, NULL);
    rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  }
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 100));
}

/* … and what is set by many calls in a row by few. */
static void
test_many_calls (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  JsonObject *update;
  guint i;

  for (i = 1; i <= ROUNDS; i++)
    g_object_set (p->rt, "max-output-tokens", i, NULL);
  do {
    update = json_object_get_object_member (
        rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS),
        "session");
  } while (
      json_object_get_int_member_with_default (update, "max_output_tokens", 0)
      != ROUNDS);
  g_assert_cmpuint (
      rt_fake_conn_count_events (p->conn, "session.update"), <=, ROUNDS / 5);
}

/* What is asked for next is asked of the new settings. */
static void
test_before_a_request (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autofree gchar *order = NULL;
  guint i;

  for (i = 0; i < 3; i++) {
    g_autofree gchar *prompt = g_strdup_printf ("p%u", i);

    g_object_set (p->rt, "prompt", prompt, NULL);
    g_assert_true (rt_pipeline_act (p, "clear-audio"));
  }
  for (i = 0; i < 3; i++)
    rt_fake_conn_expect_event (p->conn, "input_audio_buffer.clear", RT_WAIT_MS);
  order = rt_fake_conn_dup_order (p->conn);
  g_assert_cmpstr (order, ==,
      "session.update session.update input_audio_buffer.clear "
      "session.update input_audio_buffer.clear session.update "
      "input_audio_buffer.clear");
}

#define RACES 60

typedef struct {
  RtPipeline *p;
  const gchar *property;
  gint *turn; /* atomic: how far both threads may go */
} Racer;

static gpointer
race (gpointer data)
{
  Racer *racer = data;
  gint i;

  for (i = 1; i <= RACES; i++) {
    g_autofree gchar *value = g_strdup_printf ("v%d", i);

    while (g_atomic_int_get (racer->turn) < i)
      g_thread_yield ();
    g_object_set (racer->p->rt, racer->property, value, NULL);
  }
  return NULL;
}

/* Two threads change two settings at the same time: the server hears of
 * both, whoever was faster. */
static void
test_two_threads (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  gint turn = 0;
  Racer a = { p, "prompt", &turn }, b = { p, "transcription-prompt", &turn };
  /* much to say takes its time */
  g_autofree gchar *words = g_strnfill (200000, 'x');
  g_autofree gchar *big = g_strdup_printf ("{\"x\":\"%s\"}", words);
  GThread *threads[2]
      = { g_thread_new ("a", race, &a), g_thread_new ("b", race, &b) };
  gint i;

  g_object_set (p->rt, "session-options", big, NULL);
  for (i = 1; i <= RACES; i++) {
    g_autofree gchar *prompt = g_strdup_printf ("\"instructions\":\"v%d\"", i);
    g_autofree gchar *hint = g_strdup_printf ("\"prompt\":\"v%d\"", i);
    gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
    const gchar *text = NULL;

    g_atomic_int_set (&turn, i);
    do {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (200);
      text = rt_fake_conn_get_event_text (
          p->conn, rt_fake_conn_get_n_events (p->conn) - 1);
    } while (strstr (text, prompt) == NULL || strstr (text, hint) == NULL);
  }
  for (i = 0; i < 2; i++)
    g_thread_join (threads[i]);
}

static GstBusSyncReply
change_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    g_object_set (user_data, "transcription-prompt", "Bern", NULL);
  return GST_BUS_PASS;
}

/* A change while a conversation is being opened is not lost. */
static void
test_change_in_start (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (rt_fake_server_get_uri (server),
      RT_IN_LIVE, "mode=transcription voice=cedar", RT_OUT_ANY);
  JsonObject *update;
  g_autofree gchar *text = NULL;
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  gst_bus_set_sync_handler (p->bus, change_cb, p->rt, NULL);
  rt_fake_server_set_auto (server, TRUE);
  rt_pipeline_connect (p, server);
  do {
    g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    update = rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
    json_node_set_object (node, update);
    g_free (text);
    text = json_to_string (node, FALSE);
  } while (strstr (text, "\"Bern\"") == NULL);
  gst_bus_set_sync_handler (p->bus, NULL, NULL, NULL);
}

/* What the server is not told of, and what is the same, is no update. */
static void
test_no_update (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "prompt=same", RT_OUT_ANY);

  g_object_set (p->rt, "prompt", "same", "latency", 80, "eos-timeout", 5,
      "chunk-duration", 40, "post-partials", FALSE, NULL);
  g_assert_true (rt_pipeline_act (p, "update-session"));
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 200));
}

/* A malformed change under a running session is said and not sent. */
static void
test_bad_change (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  g_autoptr (GError) error = NULL;

  g_object_set (p->rt, "tools", "{", NULL);
  gst_message_parse_warning (
      rt_pipeline_expect_type (p, GST_MESSAGE_WARNING), &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, "tools"));
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 200));
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* Neither is one that the session can make nothing of. */
static void
test_idle_change (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = rt_pipeline_open (server, "mode=transcription", RT_OUT_ANY);
  g_autoptr (GError) error = NULL;

  g_object_set (p->rt, "speed", 1.25, NULL);
  gst_message_parse_warning (
      rt_pipeline_expect_type (p, GST_MESSAGE_WARNING), &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, "'speed'"));
  rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 200));
}

int
main (int argc, char **argv)
{
  guint i;

  rt_element_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree gchar *path
        = g_strdup_printf ("/properties/bad/%s/%u", bad[i].name, i);

    g_test_add_data_func (path, &bad[i], test_bad);
  }
  g_test_add_func ("/properties/bad/extra-headers", test_bad_headers);
  g_test_add_func ("/properties/headers", test_headers);
  g_test_add_func ("/properties/missing-key", test_missing_key);
  g_test_add_func ("/properties/mutability", test_mutability);
  g_test_add_func ("/properties/coalesced", test_coalesced);
  g_test_add_func ("/properties/one-call", test_one_call);
  g_test_add_func ("/properties/many-calls", test_many_calls);
  g_test_add_func ("/properties/before-a-request", test_before_a_request);
  g_test_add_func ("/properties/two-threads", test_two_threads);
  g_test_add_func ("/properties/change-in-start", test_change_in_start);
  g_test_add_func ("/properties/no-update", test_no_update);
  g_test_add_func ("/properties/bad-change", test_bad_change);
  g_test_add_func ("/properties/idle-change", test_idle_change);
  return g_test_run ();
}
