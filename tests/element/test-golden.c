/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A whole conversation in each protocol: the handshake, every text that is
 * sent and every message that is posted, as tests/data/golden has them.
 * RT_GOLDEN_UPDATE=1 writes those files anew.
 */
#include <string.h>

#include "goldenscripts.h"
#include "rtpipeline.h"
#include "rtspeech.h"

#define KEY "golden-key"
#define REPLY_MS 200
/* What is spoken by the script, wherever it says so. */
#define AUDIO_MARK "@AUDIO@"

typedef struct {
  const GoldenScript *script;
  RtPipeline *p;
} Play;

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static JsonNode *sorted (JsonNode *node);

static JsonNode *
sorted_object (JsonObject *object)
{
  g_autoptr (GList) names
      = g_list_sort (json_object_get_members (object), compare_names);
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *copy = json_object_new ();
  GList *l;

  for (l = names; l != NULL; l = l->next)
    json_object_set_member (
        copy, l->data, sorted (json_object_get_member (object, l->data)));
  json_node_take_object (node, copy);
  return node;
}

static JsonNode *
sorted_array (JsonArray *array)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *copy = json_array_new ();
  guint i;

  for (i = 0; i < json_array_get_length (array); i++)
    json_array_add_element (copy, sorted (json_array_get_element (array, i)));
  json_node_take_array (node, copy);
  return node;
}

/* The same with the members of every object in the order of their names;
 * transfer full. */
static JsonNode *
sorted (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return sorted_object (json_node_get_object (node));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return sorted_array (json_node_get_array (node));
  return json_node_copy (node);
}

static void
add_handshake (GString *out, RtFakeConn *conn)
{
  g_auto (GStrv) names = rt_fake_conn_dup_header_names (conn);
  guint i;

  g_string_append_printf (
      out, "# Handshake\n%s\n", rt_fake_conn_get_request_line (conn));
  for (i = 0; names[i] != NULL; i++) {
    const gchar *value = rt_fake_conn_get_header (conn, names[i]);

    if (g_str_equal (names[i], "host"))
      value = "HOST";
    else if (g_str_equal (names[i], "sec-websocket-key"))
      value = "NONCE";
    g_string_append_printf (out, "%s: %s\n", names[i], value);
  }
}

static void
add_sent (GString *out, RtFakeConn *conn)
{
  guint i;

  g_string_append (out, "# Sent\n");
  for (i = 0; i < rt_fake_conn_get_n_events (conn); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node
        = json_from_string (rt_fake_conn_get_event_text (conn, i), &error);
    g_autoptr (JsonNode) canonical = NULL;
    g_autofree gchar *text = NULL;

    g_assert_no_error (error);
    canonical = sorted (node);
    text = json_to_string (canonical, FALSE);
    g_string_append_printf (out, "%s\n", text);
  }
  g_string_append_printf (
      out, "# Closed with %u\n", rt_fake_conn_get_close_code (conn));
}

/* When it was is another time in each run. */
static void
add_message (GString *out, const GstStructure *message)
{
  g_autoptr (GstStructure) copy = gst_structure_copy (message);
  g_autofree gchar *text = NULL;

  if (gst_structure_has_field (copy, "running-time"))
    gst_structure_set (copy, "running-time", G_TYPE_STRING, "TIME", NULL);
  text = gst_structure_to_string (copy);
  g_string_append_printf (out, "%s\n", text);
}

static void
add_posted (GString *out, RtPipeline *p)
{
  const GPtrArray *messages = rt_pipeline_get_messages (p);
  guint i;

  g_string_append (out, "# Posted\n");
  for (i = 0; i < messages->len; i++) {
    GstMessage *message = g_ptr_array_index (messages, i);

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT
        && GST_MESSAGE_SRC (message) == GST_OBJECT (p->rt))
      add_message (out, gst_message_get_structure (message));
  }
}

static void
serve (Play *play, const gchar *json)
{
  g_auto (GStrv) parts = g_strsplit (json, AUDIO_MARK, -1);
  g_autoptr (GBytes) pcm
      = rt_pcm_ramp (play->script->rate / 1000 * REPLY_MS, 0);
  g_autofree gchar *base64
      = g_base64_encode (g_bytes_get_data (pcm, NULL), g_bytes_get_size (pcm));
  g_autofree gchar *text = g_strjoinv (base64, parts);

  g_assert_true (rt_fake_conn_send_text (play->p->conn, text));
}

/* One buffer, which becomes two messages. */
static void
speak (Play *play)
{
  g_autoptr (GBytes) pcm
      = rt_pcm_ramp (play->script->rate / 50 * play->script->channels, 1);

  rt_pipeline_push_buffer (play->p, g_bytes_get_data (pcm, NULL),
      g_bytes_get_size (pcm), 0, 20 * GST_MSECOND);
}

static void
answer (Play *play, const GoldenStep *step)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (play->p->rt, "handoff-output", step->a, step->b,
      step->op == GOLDEN_FINAL || step->op == GOLDEN_REFUSED, &done);
  g_assert_cmpint (done, ==, step->op != GOLDEN_REFUSED);
}

static void
perform (Play *play, const GoldenStep *step)
{
  RtPipeline *p = play->p;
  gboolean done = FALSE;

  switch (step->op) {
    case GOLDEN_SERVER:
      serve (play, step->a);
      break;
    case GOLDEN_SENT:
      rt_fake_conn_expect_event (p->conn, step->a, RT_WAIT_MS);
      break;
    case GOLDEN_POSTED:
      if (step->b == NULL)
        rt_pipeline_expect (p, step->a);
      else
        rt_pipeline_expect_with (p, step->a, step->b, step->c);
      break;
    case GOLDEN_SPEAK:
      speak (play);
      break;
    case GOLDEN_TYPE:
      g_signal_emit_by_name (p->rt, "send-text", step->a, &done);
      g_assert_true (done);
      break;
    case GOLDEN_PROGRESS:
    case GOLDEN_FINAL:
    case GOLDEN_REFUSED:
      answer (play, step);
      break;
    case GOLDEN_PROMPT:
      g_object_set (p->rt, "prompt", step->a, NULL);
      break;
    case GOLDEN_CLOSE:
      g_assert_true (rt_pipeline_act (p, "close"));
      g_assert_true (rt_fake_conn_wait_closed (p->conn, RT_WAIT_MS));
      break;
    default:
      g_assert_not_reached ();
  }
}

/* What was said and shown; transfer full. */
static gchar *
play_script (const GoldenScript *script)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autofree gchar *in = g_strdup_printf (
      "appsrc name=in format=time is-live=true "
      "caps=audio/x-raw,format=S16LE,layout=interleaved,rate=%u,channels=%u",
      script->rate, script->channels);
  g_autofree gchar *props
      = g_strdup_printf ("protocol=%s api-key=" KEY " chunk-duration=10 "
                         "conversation-id=conv-7 prompt=\"Be brief.\"",
          script->protocol);
  g_autofree gchar *uri
      = g_strdup_printf ("ws://127.0.0.1:%u", rt_fake_server_get_port (server));
  g_autoptr (RtPipeline) p = rt_pipeline_new (uri, in, props, RT_OUT_SYNC);
  GString *out = g_string_new (NULL);
  Play play = { script, p };
  const GoldenStep *step;

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  for (step = script->steps; step->op != GOLDEN_END; step++)
    perform (&play, step);
  add_handshake (out, p->conn);
  add_sent (out, p->conn);
  add_posted (out, p);
  return g_string_free (out, FALSE);
}

static void
compare (const gchar *path, const gchar *expected, const gchar *got)
{
  g_auto (GStrv) a = g_strsplit (expected, "\n", -1);
  g_auto (GStrv) b = g_strsplit (got, "\n", -1);
  guint i = 0;

  while (a[i] != NULL && g_strcmp0 (a[i], b[i]) == 0)
    i++;
  if (a[i] == NULL && b[i] == NULL)
    return;
  g_test_message ("all that came:\n%s", got);
  g_error ("%s:%u: expected\n%s\nbut got\n%s", path, i + 1, a[i], b[i]);
}

static void
test_script (gconstpointer data)
{
  const GoldenScript *script = data;
  g_autofree gchar *name = g_strconcat (script->protocol, ".txt", NULL);
  g_autofree gchar *path
      = g_test_build_filename (G_TEST_DIST, "golden", name, NULL);
  g_autofree gchar *got = play_script (script), *expected = NULL;
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (g_getenv ("RT_GOLDEN_UPDATE"), "1") == 0) {
    g_file_set_contents (path, got, -1, &error);
    g_assert_no_error (error);
    g_test_skip ("written anew");
    return;
  }
  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  compare (path, expected, got);
}

int
main (int argc, char **argv)
{
  const GoldenScript *script;

  rt_element_test_init (&argc, &argv);
  for (script = golden_scripts; script->protocol != NULL; script++) {
    g_autofree gchar *path = g_strconcat ("/golden/", script->protocol, NULL);

    g_test_add_data_func (path, script, test_script);
  }
  return g_test_run ();
}
