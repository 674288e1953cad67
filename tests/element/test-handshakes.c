/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a URL and the settings to the request that a server sees.
 */
#include <string.h>

#include "rtpipeline.h"

#define V2 "protocol=realtime-v2 "
#define V1 "protocol=realtime-v1 "
#define CREATE "protocol=session-create "
#define NO_MODEL "" /* is set to NULL in the test */

typedef struct {
  const gchar *props;
  const gchar *model; /* NULL: as it is by default */
  const gchar *scheme;
  const gchar *rest; /* of the URL, behind the port */
  const gchar *target;
} UrlRow;

static const UrlRow urls[] = {
  /* the path */
  { V2, "m", "ws", "", "/v1/realtime?model=m" },
  { V2, "m", "ws", "/", "/v1/realtime?model=m" },
  { V2, "m", "ws", "/v1", "/v1/realtime?model=m" },
  { V2, "m", "ws", "/v1/", "/v1/realtime?model=m" },
  { V2, "m", "ws", "/v1/realtime", "/v1/realtime?model=m" },
  { V2, "m", "http", "/v1/realtime/", "/v1/realtime?model=m" },
  { V2, "m", "http", "/api/realtime", "/api/realtime?model=m" },
  { V2, "m", "ws", "/api/other", "/api/other?model=m" },
  { V2, "m", "ws", "/a%20b#fragment", "/a%20b?model=m" },
  { V1, "m", "ws", "", "/v1/realtime?intent=quicksilver&model=m" },
  { V1, "m", "http", "/v1/", "/v1/realtime?intent=quicksilver&model=m" },
  { CREATE, "m", "ws", "", "/ws" },
  { CREATE, "m", "http", "/", "/ws" },
  { CREATE, "m", "ws", "/v1", "/v1" },
  { CREATE, "m", "ws", "/v1/realtime/", "/v1/realtime/" },
  /* the query */
  { V2, NULL, "ws", "", "/v1/realtime?model=gpt-realtime-2.1" },
  { V2, "a b&c", "ws", "", "/v1/realtime?model=a%20b%26c" },
  { V2, NO_MODEL, "ws", "", "/v1/realtime" },
  { V2, "m", "ws", "/?x=1&model=own&y=2", "/v1/realtime?x=1&y=2&model=m" },
  { V2, "m", "ws", "?intent=own", "/v1/realtime?model=m" },
  { V2, NO_MODEL, "ws", "?model=own&intent=own", "/v1/realtime?model=own" },
  { V2 "mode=transcription", "m", "ws", "",
      "/v1/realtime?intent=transcription" },
  { V2 "mode=transcription", "m", "ws", "?model=own&intent=own&x=1",
      "/v1/realtime?x=1&intent=transcription" },
  { V1, "snapshot", "http", "/v1/realtime?foo=bar",
      "/v1/realtime?foo=bar&intent=quicksilver&model=snapshot" },
  { V1, "m", "ws", "?model=own&intent=own",
      "/v1/realtime?intent=quicksilver&model=m" },
  { V1, NO_MODEL, "ws", "?model=own",
      "/v1/realtime?model=own&intent=quicksilver" },
  { V1 "mode=transcription", "m", "ws", "",
      "/v1/realtime?intent=quicksilver&model=m" },
  { CREATE, "m", "ws", "/x?model=own&intent=own", "/x?model=own&intent=own" },
};

static RtPipeline *
call (RtFakeServer *server, const gchar *props, const gchar *scheme,
    const gchar *rest)
{
  g_autofree gchar *uri = g_strdup_printf (
      "%s://127.0.0.1:%u%s", scheme, rt_fake_server_get_port (server), rest);
  RtPipeline *p = rt_pipeline_new ("ws://127.0.0.1", NULL, props, NULL);

  g_object_set (p->rt, "uri", uri, NULL);
  return p;
}

static void
test_urls (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (urls); i++) {
    const UrlRow *row = &urls[i];
    g_autoptr (RtPipeline) p
        = call (server, row->props, row->scheme, row->rest);

    g_test_message ("%u: %s%s", i, row->props, row->rest);
    if (row->model != NULL)
      g_object_set (
          p->rt, "model", *row->model != '\0' ? row->model : NULL, NULL);
    rt_pipeline_play (p);
    p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
    g_assert_cmpstr (rt_fake_conn_get_target (p->conn), ==, row->target);
  }
}

typedef struct {
  const gchar *props;
  /* in lower case and sorted, without those of every upgrade */
  const gchar *headers;
} HeaderRow;

static const HeaderRow headers[] = {
  { V2, "" },
  { V2 "api-key=k", "authorization: Bearer k" },
  { V2 "api-key=k auth=api-key", "api-key: k" },
  { V2 "api-key=k auth=none", "" },
  { V2 "api-key=k conversation-id=c",
      "authorization: Bearer k|x-session-id: c" },
  { V2 "mode=transcription conversation-id=c", "x-session-id: c" },
  { V1, "openai-alpha: quicksilver=v1" },
  { V1 "api-key=k conversation-id=c",
      "authorization: Bearer k|openai-alpha: quicksilver=v1|x-session-id: c" },
  { V1 "api-key=k auth=api-key", "api-key: k|openai-alpha: quicksilver=v1" },
  { CREATE "api-key=k conversation-id=c", "authorization: Bearer k" },
  { CREATE "auth=api-key api-key=k", "api-key: k" },
};

static gchar *
dup_headers (RtFakeConn *conn)
{
  static const gchar *const usual[] = { "host", "connection", "upgrade",
    "sec-websocket-key", "sec-websocket-version", NULL };
  g_auto (GStrv) names = rt_fake_conn_dup_header_names (conn);
  GString *out = g_string_new (NULL);
  guint i;

  for (i = 0; names[i] != NULL; i++)
    if (!g_strv_contains (usual, names[i]))
      g_string_append_printf (out, "%s%s: %s", out->len > 0 ? "|" : "",
          names[i], rt_fake_conn_get_header (conn, names[i]));
  return g_string_free (out, FALSE);
}

static void
test_headers (void)
{
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autoptr (RtPipeline) p = call (server, headers[i].props, "ws", "");
    g_autofree gchar *seen = NULL;

    g_test_message ("%s", headers[i].props);
    rt_pipeline_play (p);
    p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
    seen = dup_headers (p->conn);
    g_assert_cmpstr (seen, ==, headers[i].headers);
  }
}

/* What is set in vain is said, by name, when the session is opened. */
static void
test_ignored (void)
{
  static const struct {
    const gchar *props;
    const gchar *ignored; /* NULL: nothing */
    const gchar *mode;
  } rows[] = {
    { V2 "prompt=p voice=cedar speed=1.25 max-output-tokens=7", NULL,
        "conversational" },
    { V2 "mode=transcription transcription-language=de", NULL,
        "transcription" },
    { V2 "mode=transcription prompt=p voice=cedar speed=1.25 "
         "output-modality=text vad-idle-timeout=6000 create-response=false "
         "interrupt-response=false tools=[] tool-choice=none handoff-tool=x "
         "max-output-tokens=7",
        "prompt, voice, speed, output-modality, vad-idle-timeout, "
        "create-response, interrupt-response, tools, tool-choice, "
        "handoff-tool, max-output-tokens",
        "transcription" },
    { V1 "mode=transcription voice=juniper prompt=p conversation-id=c "
         "session-options={}",
        "mode", "conversational" },
    { V1 "speed=1.25 turn-detection=none", "speed, turn-detection",
        "conversational" },
    { CREATE "prompt=p conversation-id=c session-options={}", NULL,
        "conversational" },
    { CREATE "mode=transcription model=m voice=juniper", "mode, model, voice",
        "conversational" },
  };
  g_autoptr (RtFakeServer) server = rt_fake_server_new (0);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtPipeline) p = call (server, rows[i].props, "ws", "");
    g_autofree gchar *end = g_strdup_printf (": %s", rows[i].ignored);
    g_autoptr (GError) error = NULL;
    GstMessage *message;

    g_test_message ("%s", rows[i].props);
    rt_pipeline_play (p);
    p->conn = rt_fake_server_expect_connection (server, RT_WAIT_MS);
    rt_assert_field (
        rt_pipeline_expect (p, "realtime-started"), "mode", rows[i].mode);
    message = rt_pipeline_wait_type (p, GST_MESSAGE_WARNING, 0);
    g_assert_cmpint (message != NULL, ==, rows[i].ignored != NULL);
    if (message == NULL)
      continue;
    gst_message_parse_warning (message, &error, NULL);
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    if (!g_str_has_suffix (error->message, end))
      g_error ("'%s' does not end in '%s'", error->message, end);
  }
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add_func ("/handshakes/urls", test_urls);
  g_test_add_func ("/handshakes/headers", test_headers);
  g_test_add_func ("/handshakes/ignored", test_ignored);
  return g_test_run ();
}
