/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every message that the element posts: names, fields, severities.  Any
 * thread; with no lock held, since a sync handler may do anything.
 */
#pragma once

#include <gst/gst.h>

#include "rtconversation.h"

G_BEGIN_DECLS

/* The message of a note; what came from the server is redacted of `secret`. */
void gst_realtime_bus_post_note (GstElement *element, const RtNote *note,
    const gchar *mode, const gchar *protocol, const gchar *secret);
/* A realtime-error of our own making. */
void gst_realtime_bus_post_refusal (
    GstElement *element, const gchar *code, const gchar *text);
void gst_realtime_bus_post_overrun (GstElement *element, guint ms);
void gst_realtime_bus_post_event (
    GstElement *element, const gchar *type, GBytes *json, const gchar *secret);
/* The end of a conversation: realtime-error, realtime-closed, ERROR, as far
 * as each applies. */
void gst_realtime_bus_post_end (
    GstElement *element, const RtConversationEnd *end, const gchar *secret);
void gst_realtime_bus_post_progress (
    GstElement *element, GstProgressType type, const gchar *text);
/* An ERROR or a WARNING out of a GError of the domain GST_RESOURCE_ERROR. */
void gst_realtime_bus_post_error (GstElement *element, const GError *error);
void gst_realtime_bus_post_warning (GstElement *element, const GError *error);

G_END_DECLS
