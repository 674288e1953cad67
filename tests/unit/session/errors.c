/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How bad an error is, code by code, and what a session does about it.
 */
#include "sessiondriver.h"

#define START                                                 \
  { "opened", "send update; note started" },                  \
  {                                                           \
    "session_created id=s1", "ready; note session s1 created" \
  }

#define BENIGN RT_SEVERITY_BENIGN
#define WARNING RT_SEVERITY_WARNING
#define RECONNECT RT_SEVERITY_RECONNECT
#define FATAL RT_SEVERITY_FATAL

static void
events (void)
{
  static const struct {
    RtErrorInfo error;
    RtSeverity severity;
    RtCause cause;
  } rows[] = {
    { { "conversation_already_has_active_response" }, BENIGN },
    { { "response_cancel_not_active" }, BENIGN },
    { { "input_audio_buffer_commit_empty" }, BENIGN },
    { { "invalid_value", NULL,
          "Audio content of 900ms is already shorter than 1000ms" },
        BENIGN },
    { { "invalid_value", NULL, "bad", "audio_end_ms" }, BENIGN },
    { { NULL, "invalid_request_error", "audio_end_ms is too large" }, BENIGN },
    { { "invalid_value" }, WARNING, RT_CAUSE_SETTINGS },
    { { "unknown_parameter" }, WARNING, RT_CAUSE_SETTINGS },
    { { "missing_required_parameter" }, WARNING, RT_CAUSE_SETTINGS },
    { { "invalid_event" }, WARNING, RT_CAUSE_PROTOCOL },
    { { "rate_limit_exceeded" }, WARNING, RT_CAUSE_BUSY },
    { { "item_not_found" }, WARNING },
    { { "server_error" }, WARNING },
    { { NULL, "server_error" }, WARNING },
    { { "never_heard_of" }, WARNING },
    { { NULL, NULL, "something" }, WARNING },
    { { "session_expired" }, RECONNECT, RT_CAUSE_LOST },
    { { "invalid_api_key" }, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { { "account_deactivated" }, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { { "missing_model" }, FATAL, RT_CAUSE_SETTINGS },
    { { "invalid_model" }, FATAL, RT_CAUSE_NOT_FOUND },
    { { "model_not_found" }, FATAL, RT_CAUSE_NOT_FOUND },
    { { "insufficient_quota" }, FATAL, RT_CAUSE_BUSY },
    { { "odd", "insufficient_quota" }, FATAL, RT_CAUSE_BUSY },
    { { "billing_hard_limit_reached" }, FATAL, RT_CAUSE_BUSY },
    { { "beta_api_shape_disabled" }, FATAL, RT_CAUSE_PROTOCOL },
  };
  RtCause cause;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (
        rt_errors_of_event (&rows[i].error, 0, &cause), ==, rows[i].severity);
    g_assert_cmpint (cause, ==, rows[i].cause);
    g_assert_cmpint (
        rt_errors_of_event (&rows[i].error, RT_DIALECT_ERRORS_END, NULL), ==,
        FATAL);
  }
}

static void
closes (void)
{
  static const struct {
    guint code;
    const gchar *last;
    RtSeverity severity;
    RtCause cause;
  } rows[] = {
    { 0, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1000, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1001, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1005, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1006, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1011, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1012, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1013, NULL, RECONNECT, RT_CAUSE_LOST },
    { 1013, "rate_limit_exceeded", RECONNECT, RT_CAUSE_LOST },
    { 1013, "insufficient_quota", FATAL, RT_CAUSE_BUSY },
    { 1001, "session_expired", RECONNECT, RT_CAUSE_LOST },
    { 1000, "invalid_api_key", FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { 1002, NULL, FATAL, RT_CAUSE_PROTOCOL },
    { 1003, NULL, FATAL, RT_CAUSE_PROTOCOL },
    { 1007, NULL, FATAL, RT_CAUSE_PROTOCOL },
    { 1008, NULL, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { 1009, NULL, FATAL, RT_CAUSE_PROTOCOL },
    { 1010, NULL, FATAL, RT_CAUSE_PROTOCOL },
    { 3000, NULL, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { 4000, NULL, FATAL, RT_CAUSE_GENERIC },
    { 4001, NULL, FATAL, RT_CAUSE_GENERIC },
    { 4004, NULL, FATAL, RT_CAUSE_NOT_FOUND },
    { 4429, NULL, FATAL, RT_CAUSE_BUSY },
  };
  RtCause cause;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (rt_errors_of_close (rows[i].code, rows[i].last, &cause),
        ==, rows[i].severity);
    g_assert_cmpint (cause, ==, rows[i].cause);
  }
}

static void
http (void)
{
  static const struct {
    guint status;
    RtSeverity severity;
    RtCause cause;
  } rows[] = {
    { 200, FATAL, RT_CAUSE_PROTOCOL },
    { 301, FATAL, RT_CAUSE_SETTINGS },
    { 400, FATAL, RT_CAUSE_SETTINGS },
    { 401, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { 402, FATAL, RT_CAUSE_BUSY },
    { 403, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { 404, FATAL, RT_CAUSE_NOT_FOUND },
    { 405, FATAL, RT_CAUSE_GENERIC },
    { 408, RECONNECT, RT_CAUSE_TIMEOUT },
    { 429, RECONNECT, RT_CAUSE_BUSY },
    { 500, RECONNECT, RT_CAUSE_GENERIC },
    { 502, RECONNECT, RT_CAUSE_GENERIC },
    { 503, RECONNECT, RT_CAUSE_BUSY },
    { 504, RECONNECT, RT_CAUSE_TIMEOUT },
    { 599, RECONNECT, RT_CAUSE_GENERIC },
  };
  RtCause cause;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (
        rt_errors_of_http (rows[i].status, &cause), ==, rows[i].severity);
    g_assert_cmpint (cause, ==, rows[i].cause);
  }
}

static void
failures (void)
{
  static const struct {
    RtFailure failure;
    guint code;
    RtSeverity severity;
    RtCause cause;
  } rows[] = {
    { RT_FAILURE_UNREACHABLE, 0, RECONNECT, RT_CAUSE_NOT_FOUND },
    { RT_FAILURE_TLS, 0, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { RT_FAILURE_PROXY, 0, RECONNECT, RT_CAUSE_GENERIC },
    { RT_FAILURE_PROXY, 407, FATAL, RT_CAUSE_NOT_AUTHORIZED },
    { RT_FAILURE_PROXY, 403, FATAL, RT_CAUSE_GENERIC },
    { RT_FAILURE_PROXY, 502, RECONNECT, RT_CAUSE_GENERIC },
    { RT_FAILURE_PROTOCOL, 0, RECONNECT, RT_CAUSE_PROTOCOL },
    { RT_FAILURE_PROTOCOL, 1002, RECONNECT, RT_CAUSE_PROTOCOL },
    { RT_FAILURE_PROTOCOL, 1009, FATAL, RT_CAUSE_PROTOCOL },
    { RT_FAILURE_TIMEOUT, 0, RECONNECT, RT_CAUSE_TIMEOUT },
    { RT_FAILURE_SETTINGS, 0, FATAL, RT_CAUSE_SETTINGS },
  };
  RtCause cause;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (
        rt_errors_of_failure (rows[i].failure, rows[i].code, &cause), ==,
        rows[i].severity);
    g_assert_cmpint (cause, ==, rows[i].cause);
  }
}

static void
names (void)
{
  g_assert_cmpstr (rt_severity_to_string (BENIGN), ==, "benign");
  g_assert_cmpstr (rt_severity_to_string (WARNING), ==, "warning");
  g_assert_cmpstr (rt_severity_to_string (RECONNECT), ==, "reconnect");
  g_assert_cmpstr (rt_severity_to_string (FATAL), ==, "fatal");
}

static const Row told[] = {
  START,
  { "last_error?", NULL },
  { "error code=server_error type=server_error msg=oops event=x",
      "note error warning server_error 'oops' x" },
  { "last_error?", "server_error" },
  { "error type=odd", "note error warning 'unknown error'" },
  { "last_error?", "odd" },
  { "error code=odd", "note error warning odd 'odd'" },
  { "error code=unknown_parameter msg='Unknown: a.b' param=a.b",
      "note error warning unknown_parameter 'Unknown: a.b'" },
};

static const Row fatal[] = {
  { "opened", "send update; note started" },
  { "error code=invalid_api_key msg='Wrong key.'",
      "fail not-authorized fatal invalid_api_key 'Wrong key.'" },
  { "last_error?", "invalid_api_key" },
  { "session_created id=s1", "" },
  { "ready?", "no" },
};

static const Row expired[] = {
  START,
  { "error code=session_expired msg='An hour.'",
      "fail lost reconnect session_expired 'An hour.'" },
};

static const Row ends_the_session[] = {
  START,
  { "error code=server_error msg=oops",
      "fail generic fatal server_error 'oops'" },
};

static const Row commit_empty[] = {
  START,
  { "error code=input_audio_buffer_commit_empty msg=empty",
      "note error benign input_audio_buffer_commit_empty 'empty'" },
  { "config turns=none", "send update" },
  { "ask commit", "send commit" },
  { "busy?", "yes" },
  { "error code=input_audio_buffer_commit_empty msg=empty event=rt_commit_3",
      "note error warning input_audio_buffer_commit_empty 'empty' "
      "rt_commit_3" },
  { "busy?", "no" },
};

/* Of an item that is gone there is nothing left to truncate. */
static const Row truncate_refused[] = {
  START,
  { "error code=item_not_found msg=none event=rt_truncate_9",
      "note error benign item_not_found 'none' rt_truncate_9" },
  { "error code=item_not_found msg=none event=rt_delete_9",
      "note error benign item_not_found 'none' rt_delete_9" },
  { "error code=item_not_found msg=none event=x",
      "note error warning item_not_found 'none' x" },
};

static const Table tables[] = {
  TABLE ("told", "", told),
  TABLE ("fatal", "", fatal),
  TABLE ("expired", "", expired),
  TABLE ("ends-the-session", "bare", ends_the_session),
  TABLE ("commit-empty", "", commit_empty),
  TABLE ("truncate-refused", "", truncate_refused),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/errors/events", events);
  g_test_add_func ("/session/errors/closes", closes);
  g_test_add_func ("/session/errors/http", http);
  g_test_add_func ("/session/errors/failures", failures);
  g_test_add_func ("/session/errors/names", names);
  session_driver_add ("/session/errors", tables, G_N_ELEMENTS (tables));
  return g_test_run ();
}
