/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Properties as rows: what a row says and the tables that make up the whole.
 */
#pragma once

#include "gstrealtimesettings.h"

G_BEGIN_DECLS

typedef enum {
  GST_REALTIME_PROP_STRING,
  GST_REALTIME_PROP_BOOLEAN,
  GST_REALTIME_PROP_UINT,
  GST_REALTIME_PROP_INT,
  GST_REALTIME_PROP_DOUBLE,
  GST_REALTIME_PROP_ENUM,
  GST_REALTIME_PROP_STRUCTURE,
} GstRealtimePropKind;

typedef enum {
  /* may only change in NULL or READY; the others change at any time */
  GST_REALTIME_PROP_STATIC = 1 << 0,
  GST_REALTIME_PROP_SECRET = 1 << 1, /* write-only */
  /* a member of RtSessionConfig: the running session is told */
  GST_REALTIME_PROP_SESSION = 1 << 2,
  /* where such a member means something */
  GST_REALTIME_PROP_CONVERSATION = 1 << 3,  /* realtime-v2 */
  GST_REALTIME_PROP_TRANSCRIPTION = 1 << 4, /* realtime-v2 */
  GST_REALTIME_PROP_V1 = 1 << 5,
  GST_REALTIME_PROP_CREATE = 1 << 6,
} GstRealtimePropFlags;

typedef struct {
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  GstRealtimePropKind kind;
  GstRealtimePropFlags flags;
  gsize offset; /* in RtSessionConfig for SESSION rows, else in the settings */
  const gchar *text; /* default of a string */
  gdouble number;    /* default of the others */
  gdouble minimum;
  gdouble maximum;
  GType (*enum_type) (void);
} GstRealtimeProp;

#define GST_REALTIME_IN_SETTINGS(member) \
  G_STRUCT_OFFSET (GstRealtimeSettings, member)
#define GST_REALTIME_IN_SESSION(member) \
  G_STRUCT_OFFSET (RtSessionConfig, member)

/* Each ends with a row without a name. */
extern const GstRealtimeProp gst_realtime_connection_props[];
extern const GstRealtimeProp gst_realtime_session_props[];
extern const GstRealtimeProp gst_realtime_media_props[];

G_END_DECLS
