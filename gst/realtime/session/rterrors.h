/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one place that says how bad an error, a close code or an HTTP status
 * is.  Pure tables.
 */
#pragma once

#include "rtdialect.h"

G_BEGIN_DECLS

typedef enum {
  RT_SEVERITY_BENIGN,
  RT_SEVERITY_WARNING,
  RT_SEVERITY_RECONNECT,
  RT_SEVERITY_FATAL,
} RtSeverity;

/* What a fatal end is about; the element maps it to a GError. */
typedef enum {
  RT_CAUSE_GENERIC,        /* RESOURCE/OPEN_READ_WRITE */
  RT_CAUSE_NOT_AUTHORIZED, /* key, permission, TLS identity */
  RT_CAUSE_NOT_FOUND,      /* model, path, host */
  RT_CAUSE_BUSY,           /* rate, quota */
  RT_CAUSE_SETTINGS,       /* a property is at fault */
  RT_CAUSE_PROTOCOL,       /* the server does not speak the protocol */
  RT_CAUSE_TIMEOUT,
  RT_CAUSE_LOST,   /* the connection broke */
  RT_CAUSE_FORMAT, /* STREAM/FORMAT: the audio is not what was asked for */
} RtCause;

/* How a connection failed that no server's word tells of. */
typedef enum {
  RT_FAILURE_UNREACHABLE, /* name, route, port */
  RT_FAILURE_TLS,         /* certificate, version */
  RT_FAILURE_PROXY,       /* with the proxy's status, or 0 */
  RT_FAILURE_PROTOCOL,    /* with the close code that fits it, or 0 */
  RT_FAILURE_TIMEOUT,
  RT_FAILURE_SETTINGS, /* a file or value cannot be used */
} RtFailure;

const gchar *rt_severity_to_string (RtSeverity severity);

/* `error` of an error event, in a dialect with these flags. */
RtSeverity rt_errors_of_event (
    const RtErrorInfo *error, RtDialectFlags flags, RtCause *cause);
/* A close; `last_code` is the code of the last error event, or NULL: a close
 * without quota is retried, one after insufficient_quota is not. */
RtSeverity rt_errors_of_close (
    guint close_code, const gchar *last_code, RtCause *cause);
RtSeverity rt_errors_of_http (guint status, RtCause *cause);
/* `code` is a status or a close code, as RtFailure says. */
RtSeverity rt_errors_of_failure (RtFailure failure, guint code, RtCause *cause);

G_END_DECLS
