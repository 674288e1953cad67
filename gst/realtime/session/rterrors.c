/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables of what is how bad: codes of error events, close codes and HTTP
 * statuses.  Pure; any thread.
 */
#include "rterrors.h"

#include <string.h>

typedef struct {
  const gchar *code;
  RtSeverity severity;
  RtCause cause;
} CodeRow;

static const CodeRow code_table[] = {
  { "conversation_already_has_active_response", RT_SEVERITY_BENIGN,
      RT_CAUSE_GENERIC },
  { "response_cancel_not_active", RT_SEVERITY_BENIGN, RT_CAUSE_GENERIC },
  { "input_audio_buffer_commit_empty", RT_SEVERITY_BENIGN, RT_CAUSE_GENERIC },

  { "invalid_value", RT_SEVERITY_WARNING, RT_CAUSE_SETTINGS },
  { "unknown_parameter", RT_SEVERITY_WARNING, RT_CAUSE_SETTINGS },
  { "missing_required_parameter", RT_SEVERITY_WARNING, RT_CAUSE_SETTINGS },
  { "invalid_event", RT_SEVERITY_WARNING, RT_CAUSE_PROTOCOL },
  { "rate_limit_exceeded", RT_SEVERITY_WARNING, RT_CAUSE_BUSY },
  { "item_not_found", RT_SEVERITY_WARNING, RT_CAUSE_GENERIC },
  { "server_error", RT_SEVERITY_WARNING, RT_CAUSE_GENERIC },

  { "session_expired", RT_SEVERITY_RECONNECT, RT_CAUSE_LOST },

  { "invalid_api_key", RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED },
  { "account_deactivated", RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED },
  { "missing_model", RT_SEVERITY_FATAL, RT_CAUSE_SETTINGS },
  { "invalid_model", RT_SEVERITY_FATAL, RT_CAUSE_NOT_FOUND },
  { "model_not_found", RT_SEVERITY_FATAL, RT_CAUSE_NOT_FOUND },
  { "insufficient_quota", RT_SEVERITY_FATAL, RT_CAUSE_BUSY },
  { "billing_hard_limit_reached", RT_SEVERITY_FATAL, RT_CAUSE_BUSY },
  { "beta_api_shape_disabled", RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL },
};

typedef struct {
  guint number;
  RtSeverity severity;
  RtCause cause;
} NumberRow;

static const NumberRow close_table[] = {
  { 1002, RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL },
  { 1003, RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL },
  { 1007, RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL },
  { 1008, RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED },
  { 1009, RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL },
  { 1010, RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL },
  { 3000, RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED },
  { 4000, RT_SEVERITY_FATAL, RT_CAUSE_GENERIC },
  { 4004, RT_SEVERITY_FATAL, RT_CAUSE_NOT_FOUND },
  { 4429, RT_SEVERITY_FATAL, RT_CAUSE_BUSY },
};

static const NumberRow http_table[] = {
  { 400, RT_SEVERITY_FATAL, RT_CAUSE_SETTINGS },
  { 401, RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED },
  { 402, RT_SEVERITY_FATAL, RT_CAUSE_BUSY },
  { 403, RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED },
  { 404, RT_SEVERITY_FATAL, RT_CAUSE_NOT_FOUND },
  { 408, RT_SEVERITY_RECONNECT, RT_CAUSE_TIMEOUT },
  { 429, RT_SEVERITY_RECONNECT, RT_CAUSE_BUSY },
  { 503, RT_SEVERITY_RECONNECT, RT_CAUSE_BUSY },
  { 504, RT_SEVERITY_RECONNECT, RT_CAUSE_TIMEOUT },
};

const gchar *
rt_severity_to_string (RtSeverity severity)
{
  static const gchar *const names[]
      = { "benign", "warning", "reconnect", "fatal" };

  return names[severity];
}

static const CodeRow *
find_code (const gchar *code)
{
  guint i;

  for (i = 0; code != NULL && i < G_N_ELEMENTS (code_table); i++)
    if (strcmp (code_table[i].code, code) == 0)
      return &code_table[i];
  return NULL;
}

static const NumberRow *
find_number (const NumberRow *table, guint n_rows, guint number)
{
  guint i;

  for (i = 0; i < n_rows; i++)
    if (table[i].number == number)
      return &table[i];
  return NULL;
}

static RtSeverity
result (RtSeverity severity, RtCause cause, RtCause *out)
{
  if (out != NULL)
    *out = cause;
  return severity;
}

static gboolean
contains (const gchar *text, const gchar *part)
{
  return text != NULL && strstr (text, part) != NULL;
}

/* We and the server differ by some milliseconds on the end of an item: it
 * comes as an `invalid_value`, so that only its words tell. */
static gboolean
is_truncate_error (const RtErrorInfo *error)
{
  return contains (error->param, "audio_end_ms")
         || contains (error->message, "audio_end_ms")
         || contains (error->message, "already shorter than");
}

RtSeverity
rt_errors_of_event (
    const RtErrorInfo *error, RtDialectFlags flags, RtCause *cause)
{
  const CodeRow *row = find_code (error->code);

  if (row == NULL)
    row = find_code (error->type);
  if ((flags & RT_DIALECT_ERRORS_END) != 0
      && (row == NULL || row->severity != RT_SEVERITY_FATAL))
    return result (
        RT_SEVERITY_FATAL, row != NULL ? row->cause : RT_CAUSE_GENERIC, cause);
  if ((row == NULL || row->severity == RT_SEVERITY_WARNING)
      && is_truncate_error (error))
    return result (RT_SEVERITY_BENIGN, RT_CAUSE_GENERIC, cause);
  if (row == NULL)
    return result (RT_SEVERITY_WARNING, RT_CAUSE_GENERIC, cause);
  return result (row->severity, row->cause, cause);
}

RtSeverity
rt_errors_of_close (guint close_code, const gchar *last_code, RtCause *cause)
{
  const CodeRow *last = find_code (last_code);
  const NumberRow *row
      = find_number (close_table, G_N_ELEMENTS (close_table), close_code);

  if (last != NULL && last->severity == RT_SEVERITY_FATAL)
    return result (RT_SEVERITY_FATAL, last->cause, cause);
  if (row != NULL)
    return result (row->severity, row->cause, cause);
  /* 3000 and above are the application's own codes: its answer would be the
   * same again */
  if (close_code >= 3000)
    return result (RT_SEVERITY_FATAL, RT_CAUSE_GENERIC, cause);
  return result (RT_SEVERITY_RECONNECT, RT_CAUSE_LOST, cause);
}

RtSeverity
rt_errors_of_http (guint status, RtCause *cause)
{
  const NumberRow *row
      = find_number (http_table, G_N_ELEMENTS (http_table), status);

  if (row != NULL)
    return result (row->severity, row->cause, cause);
  if (status >= 500)
    return result (RT_SEVERITY_RECONNECT, RT_CAUSE_GENERIC, cause);
  if (status >= 400)
    return result (RT_SEVERITY_FATAL, RT_CAUSE_GENERIC, cause);
  /* a redirect is never followed: the URL is at fault */
  if (status >= 300)
    return result (RT_SEVERITY_FATAL, RT_CAUSE_SETTINGS, cause);
  return result (RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL, cause);
}

RtSeverity
rt_errors_of_failure (RtFailure failure, guint code, RtCause *cause)
{
  static const struct {
    RtSeverity severity;
    RtCause cause;
  } rows[] = {
    [RT_FAILURE_UNREACHABLE] = { RT_SEVERITY_RECONNECT, RT_CAUSE_NOT_FOUND },
    [RT_FAILURE_TLS] = { RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED },
    [RT_FAILURE_PROXY] = { RT_SEVERITY_RECONNECT, RT_CAUSE_GENERIC },
    [RT_FAILURE_PROTOCOL] = { RT_SEVERITY_RECONNECT, RT_CAUSE_PROTOCOL },
    [RT_FAILURE_TIMEOUT] = { RT_SEVERITY_RECONNECT, RT_CAUSE_TIMEOUT },
    [RT_FAILURE_SETTINGS] = { RT_SEVERITY_FATAL, RT_CAUSE_SETTINGS },
  };

  /* credentials and rules of a proxy do not change by asking again */
  if (failure == RT_FAILURE_PROXY && code == 407)
    return result (RT_SEVERITY_FATAL, RT_CAUSE_NOT_AUTHORIZED, cause);
  if (failure == RT_FAILURE_PROXY && code != 0)
    return result (rt_errors_of_http (code, NULL), RT_CAUSE_GENERIC, cause);
  /* a message too large would come again */
  if (failure == RT_FAILURE_PROTOCOL && code == 1009)
    return result (RT_SEVERITY_FATAL, RT_CAUSE_PROTOCOL, cause);
  return result (rows[failure].severity, rows[failure].cause, cause);
}
