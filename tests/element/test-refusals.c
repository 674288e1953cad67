/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server that refuses a parameter of an update: it is told the rest.
 */
#include <string.h>

#include "rtpipeline.h"

#define NOISE "session.audio.input.noise_reduction"
#define MODEL "session.audio.input.transcription.model"
#define TRANSCRIPTION "session.audio.input.transcription"
#define SPEED "session.audio.output.speed"
#define INPUT_FORMAT "session.audio.input.format"

/* Takes the connection and begins a session, whose first update is left to be
 * answered. */
static void
begin_session (RtPipeline *p, RtFakeServer *server)
{
  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.created\",\"session\":{\"id\":\"s\"}}");
  rt_pipeline_expect (p, "realtime-session");
}

static RtPipeline *
open_session (RtFakeServer *server, const gchar *props)
{
  RtPipeline *p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, props, RT_OUT_ANY);

  begin_session (p, server);
  return p;
}

static JsonObject *
expect_update (RtPipeline *p)
{
  return rt_fake_conn_expect_event (p->conn, "session.update", RT_WAIT_MS);
}

static void
expect_no_update (RtPipeline *p)
{
  g_assert_null (rt_fake_conn_wait_event (p->conn, "session.update", 200));
}

static void
take (RtPipeline *p)
{
  rt_fake_conn_send_text (
      p->conn, "{\"type\":\"session.updated\",\"session\":{\"id\":\"s\"}}");
  rt_pipeline_expect (p, "realtime-session");
}

static void
refuse (RtPipeline *p, JsonObject *update, const gchar *param)
{
  rt_fake_conn_send_printf (p->conn,
      "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
      "\"code\":\"unknown_parameter\",\"message\":\"Unknown: '%s'.\","
      "\"param\":\"%s\",\"event_id\":\"%s\"}}",
      param, param, json_object_get_string_member (update, "event_id"));
}

/* The text of a member, or NULL. */
static gchar *
dup_member (JsonObject *update, const gchar *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  guint i;

  for (i = 0; names[i + 1] != NULL; i++) {
    if (!json_object_has_member (update, names[i]))
      return NULL;
    update = json_object_get_object_member (update, names[i]);
  }
  if (!json_object_has_member (update, names[i]))
    return NULL;
  return json_to_string (json_object_get_member (update, names[i]), FALSE);
}

static void
assert_member (JsonObject *update, const gchar *path, const gchar *expected)
{
  g_autofree gchar *text = dup_member (update, path);

  g_test_message ("%s", path);
  g_assert_cmpstr (text, ==, expected);
}

/* `second` is `first` without the member at `path`, under another name. */
static void
assert_rest (JsonObject *first, JsonObject *second, const gchar *path)
{
  g_autoptr (JsonNode) wanted = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) seen = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *text = NULL;
  g_autoptr (JsonNode) copy = NULL;
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonObject *object;
  guint i;

  json_node_set_object (wanted, first);
  json_node_set_object (seen, second);
  text = json_to_string (wanted, FALSE);
  copy = json_from_string (text, NULL);
  object = json_node_get_object (copy);
  json_object_set_string_member (
      object, "event_id", json_object_get_string_member (second, "event_id"));
  for (i = 0; names[i + 1] != NULL; i++)
    object = json_object_get_object_member (object, names[i]);
  json_object_remove_member (object, names[i]);
  g_assert_true (json_node_equal (copy, seen));
  g_assert_cmpstr (json_object_get_string_member (first, "event_id"), !=,
      json_object_get_string_member (second, "event_id"));
}

/* One, which names it, and no other. */
static void
expect_warning (RtPipeline *p, const gchar *param)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (
      rt_pipeline_expect_type (p, GST_MESSAGE_WARNING), &error, NULL);
  g_assert_nonnull (strstr (error->message, param));
}

static void
expect_no_warning (RtPipeline *p)
{
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_WARNING, 0));
  g_assert_null (rt_pipeline_wait_type (p, GST_MESSAGE_ERROR, 0));
}

/* The call has its instructions, its voice and its turns all the same. */
static void
test_first (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = open_session (server, "prompt=\"Be kind.\" voice=cedar");
  JsonObject *first = expect_update (p), *second, *third, *fourth;

  refuse (p, first, NOISE);
  second = expect_update (p);
  assert_rest (first, second, NOISE);
  assert_member (second, "session.instructions", "\"Be kind.\"");
  expect_warning (p, NOISE);
  take (p);

  /* nothing brings it back … */
  g_object_set (p->rt, "prompt", "Be brief.", NULL);
  third = expect_update (p);
  assert_member (third, NOISE, NULL);
  assert_member (third, "session.instructions", "\"Be brief.\"");
  take (p);
  /* … but another value of it */
  gst_util_set_object_arg (G_OBJECT (p->rt), "noise-reduction", "far-field");
  fourth = expect_update (p);
  assert_member (fourth, NOISE, "{\"type\":\"far_field\"}");
  expect_no_warning (p);
  refuse (p, fourth, NOISE);
  assert_rest (fourth, expect_update (p), NOISE);
  expect_warning (p, NOISE);
  expect_no_update (p);
  expect_no_warning (p);
}

/* What lacks a member that it cannot do without goes as a whole. */
static void
test_parent (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, NULL);
  JsonObject *first = expect_update (p), *second;

  refuse (p, first, MODEL);
  second = expect_update (p);
  assert_member (second, TRANSCRIPTION, "{}");
  refuse (p, second, MODEL);
  assert_rest (first, expect_update (p), TRANSCRIPTION);
  expect_warning (p, MODEL);
  take (p);
  expect_no_warning (p);
  g_object_set (p->rt, "transcription-model", "whisper-1", NULL);
  assert_member (expect_update (p), TRANSCRIPTION, "{\"model\":\"whisper-1\"}");
}

/* What was never taken cannot be taken back, what was can. */
static void
test_taken_back (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (
      server, "max-output-tokens=100 session-options={\\\"odd\\\":1}");
  JsonObject *update = expect_update (p);

  refuse (p, update, "session.odd");
  expect_update (p);
  take (p);
  g_object_set (p->rt, "max-output-tokens", 7, NULL);
  update = expect_update (p);
  refuse (p, update, "session.max_output_tokens");
  assert_rest (update, expect_update (p), "session.max_output_tokens");
  take (p);
  g_object_set (p->rt, "session-options", NULL, "prompt", "Be kind.", NULL);
  update = expect_update (p);
  assert_member (update, "session.odd", NULL);
  assert_member (update, "session.max_output_tokens", NULL);
  take (p);
  g_object_set (p->rt, "max-output-tokens", -1, NULL);
  assert_member (expect_update (p), "session.max_output_tokens", "\"inf\"");
}

/* What changes meanwhile is in the update that is on its way: no other. */
static void
test_meanwhile (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, NULL);
  JsonObject *first = expect_update (p), *second, *third;

  g_object_set (p->rt, "prompt", "Be kind.", NULL);
  second = expect_update (p);
  refuse (p, first, NOISE);
  expect_warning (p, NOISE);
  expect_no_update (p);
  refuse (p, second, NOISE);
  third = expect_update (p);
  assert_rest (second, third, NOISE);
  take (p);
  expect_no_update (p);
}

/* The first member that is left of an object, and so on below it. */
static gchar *
dup_first_path (JsonObject *update)
{
  g_autoptr (GString) path = g_string_new ("session");
  JsonObject *object = json_object_get_object_member (update, "session");

  for (;;) {
    g_autoptr (GList) names = json_object_get_members (object);
    GList *link;
    JsonNode *node = NULL;

    for (link = names; link != NULL; link = link->next)
      if (!g_str_equal (link->data, "type")
          && !g_str_equal (link->data, "format"))
        break;
    if (link == NULL)
      return g_string_free (g_steal_pointer (&path), FALSE);
    g_string_append_printf (path, ".%s", (const gchar *) link->data);
    node = json_object_get_member (object, link->data);
    if (!JSON_NODE_HOLDS_OBJECT (node))
      return g_string_free (g_steal_pointer (&path), FALSE);
    object = json_node_get_object (node);
  }
}

/* Refuses what `next` names until there is no update any more. */
static guint
refuse_all (
    RtPipeline *p, gchar *(*next) (JsonObject *update), JsonObject *update)
{
  guint n = 0;

  while (update != NULL) {
    g_autofree gchar *path = next (update);

    g_assert_cmpuint (++n, <, 20);
    refuse (p, update, path);
    expect_warning (p, path);
    update = rt_fake_conn_wait_event (p->conn, "session.update", 300);
  }
  expect_no_warning (p);
  return n;
}

/* Member after member, and then what it was a member of: until nothing is left
 * that can be left out. */
static void
test_refuses_everything (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, NULL);

  g_assert_cmpuint (refuse_all (p, dup_first_path, expect_update (p)), >, 8);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
}

/* One of the options that are left, which are last in no order. */
static gchar *
dup_last_path (JsonObject *update)
{
  JsonObject *session = json_object_get_object_member (update, "session");
  g_autoptr (GList) names = json_object_get_members (session);

  return g_strconcat (
      "session.", (const gchar *) g_list_last (names)->data, NULL);
}

/* Eight of them, and it has its way no more; the session goes on as it is. */
static void
test_refuses_many (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_ANY);
  g_autofree gchar *path = NULL;
  JsonObject *update;

  g_object_set (p->rt, "session-options",
      "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,"
      "\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1}",
      NULL);
  begin_session (p, server);
  g_assert_cmpuint (refuse_all (p, dup_last_path, expect_update (p)), ==, 9);
  g_object_set (p->rt, "prompt", "Be kind.", NULL);
  update = expect_update (p);
  path = dup_last_path (update);
  g_assert_cmpuint (strlen (path), ==, strlen ("session.a"));
  refuse (p, update, path);
  expect_warning (p, path);
  expect_no_update (p);
  g_assert_cmpuint (rt_pipeline_count (p, "realtime-closed"), ==, 0);
}

/* What is no parameter, or was not told, is not followed. */
static void
test_not_followed (void)
{
  static const gchar *const params[] = { "session", "session.type",
    "session.audio", "session.audio.input", "session.audio.input.format.rate",
    "session.unheard_of", "session.audio..input", "audio.output.speed",
    "session.audio.output.speed ", "response.instructions" };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = open_session (server, NULL);
  JsonObject *update = expect_update (p);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (params); i++) {
    refuse (p, update, params[i]);
    expect_warning (p, params[i]);
  }
  expect_no_update (p);
}

/* The formats are never left to the server. */
static void
test_format (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p = rt_pipeline_new (
      rt_fake_server_get_uri (server), RT_IN_LIVE, NULL, RT_OUT_ANY);
  JsonObject *first, *second;

  rt_pipeline_play (p);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  first = expect_update (p);
  rt_fake_conn_send_text (p->conn,
      "{\"type\":\"session.created\",\"session\":{\"id\":\"s\",\"audio\":"
      "{\"input\":{\"format\":{\"type\":\"audio/pcmu\"}}}}}");
  refuse (p, first, NOISE);
  second = expect_update (p);
  assert_rest (first, second, NOISE);
  refuse (p, second, INPUT_FORMAT);
  rt_pipeline_expect_with (p, "realtime-error", "code", "format_mismatch");
  rt_pipeline_expect_type (p, GST_MESSAGE_ERROR);
  g_assert_cmpuint (
      rt_fake_conn_count_events (p->conn, "session.update"), ==, 2);
}

/* The same server would refuse it again. */
static void
test_reconnect (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  g_autoptr (RtPipeline) p
      = open_session (server, "reconnect=true reconnect-delay=1");
  JsonObject *first = expect_update (p);

  refuse (p, first, SPEED);
  assert_rest (first, expect_update (p), SPEED);
  take (p);
  rt_fake_conn_rst (p->conn);
  p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
  assert_rest (first, expect_update (p), SPEED);
  expect_warning (p, SPEED);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/refusals/first", test_first);
  g_test_add_func ("/refusals/parent", test_parent);
  g_test_add_func ("/refusals/taken-back", test_taken_back);
  g_test_add_func ("/refusals/meanwhile", test_meanwhile);
  g_test_add_func ("/refusals/refuses-everything", test_refuses_everything);
  g_test_add_func ("/refusals/refuses-many", test_refuses_many);
  g_test_add_func ("/refusals/not-followed", test_not_followed);
  g_test_add_func ("/refusals/format", test_format);
  g_test_add_func ("/refusals/reconnect", test_reconnect);
  return g_test_run ();
}
