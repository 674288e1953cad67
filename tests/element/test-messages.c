/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages that no good server sends: each is refused or mended, said so, and
 * the conversation goes on.
 */
#include "rtpipeline.h"
#include "rtspeech.h"
#include "wirerows.h"

#include <string.h>

#define DEEP 100000
/* What a flood may make the bus say at once, and what may come by and by. */
#define MAX_SAID 64
#define SLACK 100

/* The conversation goes on: something is said, and told. */
static void
check_alive (RtPipeline *p)
{
  static guint number;
  g_autofree gchar *text = g_strdup_printf ("alive %u", ++number);

  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"conversation.item.input_audio_transcription.completed\","
      "\"item_id\":\"alive_%u\",\"content_index\":0,\"transcript\":\"%s\"}",
      number, text);
  rt_pipeline_expect_with (p, "realtime-transcript", "text", text);
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

static void
check_refused (RtPipeline *p, const gchar *text, gsize size)
{
  guint before = rt_pipeline_count (p, "realtime-error");
  const GstStructure *s;

  rt_fake_conn_send_frame (p->conn, 1, TRUE, 0, FALSE, text, size);
  s = rt_pipeline_expect (p, "realtime-error");
  rt_assert_field (s, "code", "invalid_event");
  rt_assert_field (s, "severity", "warning");
  check_alive (p);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), ==, before + 1);
}

static void
repeat (GString *out, const gchar *text, guint n)
{
  while (n-- > 0)
    g_string_append (out, text);
}

/* The parser behind the guard would overflow the stack. */
static void
test_nesting (void)
{
  static const struct {
    const gchar *head, *open, *middle, *close, *tail;
  } rows[] = {
    { "", "[", "", "]", "" },
    { "", "[", "", "", "" },
    { "{\"type\":\"x\",\"a\":", "[", "1", "]", "}" },
    { "", "{\"type\":", "\"x\"", "}", "" },
    { "", "{\"a\":", "", "", "" },
    { "{\"type\":\"x\",\"a\":", "[{\"b\":", "null", "}]", "}" },
  };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) text = g_string_new (rows[i].head);

    repeat (text, rows[i].open, DEEP);
    g_string_append (text, rows[i].middle);
    repeat (text, rows[i].close, DEEP);
    g_string_append (text, rows[i].tail);
    check_refused (p, text->str, text->len);
  }
}

typedef struct {
  const gchar *text;
  gsize size;
} Text;

#define TEXT(text)          \
  {                         \
    text, sizeof (text) - 1 \
  }

static const Text bad[] = {
  TEXT (""),
  TEXT (" \r\n\t"),
  TEXT ("{"),
  TEXT ("}"),
  TEXT ("{}"),
  TEXT ("[]"),
  TEXT ("null"),
  TEXT ("42"),
  TEXT ("\"type\""),
  TEXT ("{\"type\":\"a\"}{\"type\":\"b\"}"),
  TEXT ("{\"type\":\"a\"} x"),
  TEXT ("{\"type\":\"a\",}"),
  TEXT ("{\"type\" \"a\"}"),
  TEXT ("{type:\"a\"}"),
  TEXT ("{'type':'a'}"),
  TEXT ("var x={\"type\":\"a\"};"),
  TEXT ("\xef\xbb\xbf{\"type\":\"a\"}"),
  TEXT ("{\"type\":\"a\n\"}"),
  TEXT ("{\"type\":\"a\0\"}"),
  TEXT ("{\"type\":\"a\",\"b\":01}"),
  TEXT ("{\"type\":\"a\",\"b\":0x10}"),
  TEXT ("{\"type\":\"a\",\"b\":NaN}"),
  TEXT ("{\"type\":\"a\",\"b\":\"\\q\"}"),
  TEXT ("{\"type\":\"a\",\"b\":\"\\u12g4\"}"),
  TEXT ("{\"type\":7}"),
  TEXT ("{\"type\":null}"),
  TEXT ("{\"type\":[\"error\"]}"),
};

static void
test_bad_json (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_test_message ("row %u", i);
    check_refused (p, bad[i].text, bad[i].size);
  }
}

/* JSON that one reads so and another so: nothing comes of it but what must. */
static void
test_odd_json (void)
{
  static const gchar *const rows[] = {
    "{\"type\":\"ping\",\"type\":\"pong\"}",
    "{\"type\":\"x\",\"a\":1e999,\"b\":-1e999,\"c\":99999999999999999999}",
    "{\"type\":\"rate_limits.updated\",\"rate_limits\":[{\"limit\":1e400}]}",
    "{\"type\":\"input_audio_buffer.speech_started\","
    "\"audio_start_ms\":18446744073709551616,\"item_id\":\"u1\"}",
    "{\"type\":\"input_audio_buffer.speech_stopped\","
    "\"audio_end_ms\":-1,\"item_id\":\"u1\"}",
    "{\"type\":\"session.updated\",\"session\":{\"expires_at\":1e300}}",
    "\n{ \"type\" : \"x\" }\n",
  };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    rt_fake_conn_send_text (p->conn, rows[i]);
    check_alive (p);
  }
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), ==, 0);
}

static guint
count_warnings (RtPipeline *p)
{
  const GPtrArray *messages = rt_pipeline_get_messages (p);
  guint i, n = 0;

  for (i = 0; i < messages->len; i++)
    n += GST_MESSAGE_TYPE (g_ptr_array_index (messages, i))
         == GST_MESSAGE_WARNING;
  return n;
}

/* What was left out is counted, once something is said again. */
static void
expect_count (RtPipeline *p, const gchar *text)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;
  gboolean counted = FALSE;

  while (!counted) {
    g_autofree gchar *messages = NULL;

    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    rt_fake_conn_send_text (p->conn, text);
    check_alive (p);
    messages = rt_pipeline_dup_messages (p);
    counted = strstr (messages, "left\\ out") != NULL;
  }
}

static void
check_flood (const gchar *text, const gchar *other, const gchar *other_code)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  const guint n = 5000;
  gboolean done = TRUE;
  guint i, said;

  for (i = 0; i < n; i++)
    rt_fake_conn_send_text (p->conn, text);
  /* one of the other kind is not left out for that */
  rt_fake_conn_send_text (p->conn, other);
  check_alive (p);
  said = rt_pipeline_count (p, "realtime-error");
  g_test_message ("%u of %u", said, n);
  g_assert_cmpuint (said, >=, MAX_SAID);
  g_assert_cmpuint (said, <, MAX_SAID + SLACK);
  g_assert_cmpuint (count_warnings (p), <=, said);
  g_assert_cmpuint (rt_pipeline_stat (p, "errors"), ==, n + 1);
  rt_pipeline_expect_with (p, "realtime-error", "code", other_code);
  expect_count (p, text);
  /* what the application asks for is answered all the same */
  g_signal_emit_by_name (p->rt, "function-output", "none", "x", &done);
  g_assert_false (done);
  rt_pipeline_expect_with (p, "realtime-error", "code", "not_possible");
}

static void
test_flood (void)
{
  const gchar *error = "{\"type\":\"error\",\"error\":{\"code\":"
                       "\"invalid_value\",\"message\":\"no\"}}";

  check_flood ("{", error, "invalid_value");
  check_flood (error, "{", "invalid_event");
}

/* Half a character in JSON's own words, and what C takes for an end. */
static void
test_escapes (void)
{
  static const struct {
    const gchar *sent, *told;
  } rows[] = {
    { "a\\ud800b", "a\357\277\275b" },
    { "a\\udc00\\ud800b", "a\357\277\275\357\277\275b" },
    { "a\\u0000b", "a\357\277\275b" },
    { "\\ud83d\\ude00", "\360\237\230\200" },
    { "\\ud83d", "\357\277\275" },
  };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    rt_fake_conn_send_printf (p->conn,
        "{\"type\":\"response.output_audio_transcript.delta\","
        "\"response_id\":\"r%u\",\"item_id\":\"i%u\",\"delta\":\"%s\"}",
        i, i, rows[i].sent);
    rt_pipeline_expect_with (p, "realtime-transcript", "text", rows[i].told);
  }
  check_alive (p);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-error"), ==, 0);
}

static const gchar *const values[]
    = { "null", "true", "-1", "1.5", "1e300", "9223372036854775807", "\"x\"",
        "\"\"", "[]", "[null,{}]", "{}", "{\"id\":[],\"type\":{},\"a\":null}" };

/* Sends `root` with every member of `object`, however deep it lies, of every
 * wrong type. */
static void
send_wrong (RtPipeline *p, JsonNode *root, JsonObject *object, guint *n)
{
  g_autoptr (GList) list = json_object_get_members (object);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GList *l;
  guint i, j;

  /* the object's own go when a member is replaced */
  for (l = list; l != NULL; l = l->next)
    g_ptr_array_add (names, g_strdup (l->data));
  for (j = 0; j < names->len; j++) {
    const gchar *name = g_ptr_array_index (names, j);
    g_autoptr (JsonNode) right
        = json_node_copy (json_object_get_member (object, name));

    for (i = 0; i < G_N_ELEMENTS (values); i++) {
      g_autofree gchar *text = NULL;

      json_object_set_member (object, name, json_from_string (values[i], NULL));
      text = json_to_string (root, FALSE);
      /* json-glib writes half characters as they are */
      if (!g_utf8_validate (text, -1, NULL))
        continue;
      rt_fake_conn_send_text (p->conn, text);
      ++*n;
    }
    json_object_set_member (object, name, json_node_copy (right));
    if (JSON_NODE_HOLDS_OBJECT (right))
      send_wrong (p, root, json_object_get_object_member (object, name), n);
  }
}

static void
send_row (RtPipeline *p, const WireRow *row, guint *n)
{
  g_autoptr (GString) text = g_string_new (row->json);
  g_autoptr (JsonNode) root = NULL;

  g_string_replace (text, "'", "\"", 0);
  /* audio of another format than was asked for ends it as well */
  g_string_replace (text, "audio/pcma", "audio/pcm", 0);
  g_string_replace (text, "audio/pcmu", "audio/pcm", 0);
  g_string_replace (text, "g711_alaw", "pcm16", 0);
  g_string_replace (text, "g711_ulaw", "pcm16", 0);
  root = json_from_string (text->str, NULL);
  /* one that is meant to end it all is another test's */
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)
      || strstr (text->str, "\"error\"") != NULL)
    return;
  send_wrong (p, root, json_node_get_object (root), n);
  check_alive (p);
}

static void
test_wrong_types (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_ANY);
  guint i, n = 0;

  for (i = 0; i < wire_n_published; i++)
    send_row (p, &wire_published[i], &n);
  for (i = 0; i < wire_n_older; i++)
    send_row (p, &wire_older[i], &n);
  g_test_message ("%u messages", n);
  g_assert_cmpuint (n, >, 1000);
}

static void
test_unknown (void)
{
  static const gchar *const rows[] = {
    "{\"type\":\"some.news\",\"item_id\":\"i1\",\"delta\":\"x\"}",
    "{\"type\":\"warning\",\"warning\":{\"message\":\"m\"}}",
    "{\"type\":\"ping\"}",
    "{\"type\":\"\"}",
    "{\"type\":\"response.output_audio.delta.x\",\"delta\":\"AAAA\"}",
    "{\"type\":\"RESPONSE.DONE\"}",
  };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_open (server, NULL, RT_OUT_SYNC);
  guint i, before;

  before = rt_pipeline_get_messages (p)->len;
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    rt_fake_conn_send_text (p->conn, rows[i]);
  check_alive (p);
  /* that is all: the words of check_alive() */
  g_assert_cmpuint (rt_pipeline_get_messages (p)->len, ==, before + 1);

  g_object_set (p->rt, "post-events", TRUE, NULL);
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    rt_fake_conn_send_text (p->conn, rows[i]);
    rt_pipeline_expect_with (p, "realtime-event", "json", rows[i]);
  }
  check_alive (p);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/messages/nesting", test_nesting);
  g_test_add_func ("/messages/bad-json", test_bad_json);
  g_test_add_func ("/messages/odd-json", test_odd_json);
  g_test_add_func ("/messages/flood", test_flood);
  g_test_add_func ("/messages/escapes", test_escapes);
  g_test_add_func ("/messages/wrong-types", test_wrong_types);
  g_test_add_func ("/messages/unknown", test_unknown);
  return g_test_run ();
}
