/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The values behind the element's properties: a plain value, guarded by
 * whoever holds it (the element: its OBJECT_LOCK).
 */
#pragma once

#include <gst/gst.h>

#include "gstrealtimeconversation-enums.h"
#include "rtdialect.h"
#include "rttransport.h"

G_BEGIN_DECLS

typedef struct {
  /* connection */
  gchar *uri;
  gchar *api_key;
  gchar *api_key_file;
  gint auth; /* GstRealtimeAuth */
  gboolean allow_insecure_auth;
  GstStructure *extra_headers;
  gchar *proxy;
  gchar *tls_ca_file;
  gchar *tls_certificate;
  gchar *tls_private_key;
  gchar *tls_pins;
  guint connect_timeout;    /* ms */
  guint keepalive_interval; /* ms */
  gboolean reconnect;
  gint reconnect_attempts;   /* -1: without end */
  guint reconnect_delay;     /* ms */
  guint reconnect_max_delay; /* ms */
  gboolean restore_history;
  guint max_session_duration; /* s */
  gint protocol;              /* GstRealtimeProtocol */

  /* what the session is asked to be */
  RtSessionConfig *config;

  /* media */
  guint chunk_duration; /* ms, and so the next two */
  guint uplink_buffer;
  guint latency;
  gboolean pace;
  gint gap_mode;       /* GstRealtimeGapMode */
  gint barge_in;       /* GstRealtimeBargeIn */
  guint barge_in_hold; /* ms, and so the next */
  guint eos_timeout;
  gboolean post_partials;
  gboolean post_events;
} GstRealtimeSettings;

/* Zeros and the session's defaults; the properties' own defaults are set by
 * their table. */
GstRealtimeSettings *gst_realtime_settings_new (void);
GstRealtimeSettings *gst_realtime_settings_copy (
    const GstRealtimeSettings *settings);
void gst_realtime_settings_free (GstRealtimeSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstRealtimeSettings, gst_realtime_settings_free)

/* Frees a key and leaves no trace of it. */
void gst_realtime_settings_free_key (gchar *key);
void gst_realtime_settings_free_headers (GstStructure *headers);

const RtDialect *gst_realtime_settings_dialect (
    const GstRealtimeSettings *settings);
/* FALSE and an error that names the property when a value is malformed. */
gboolean gst_realtime_settings_check (
    const GstRealtimeSettings *settings, GError **error);
/* The part that may change while a session runs. */
gboolean gst_realtime_settings_check_session (
    const GstRealtimeSettings *settings, GError **error);
/* How to connect now, with the key of `asked` (may be NULL), else of the key
 * file, the property or the environment.  Reads files.  *warning, when not
 * NULL, is something that the user should know (transfer full). */
RtConnectParams *gst_realtime_settings_connect_params (
    const GstRealtimeSettings *settings, const gchar *asked, gchar **warning,
    GError **error);

G_END_DECLS
