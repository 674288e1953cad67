/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plugin `realtime`.
 */
#include "gstrealtimeconversation.h"

#define PACKAGE "gst-realtime"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (realtimeconversation, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, realtime,
    "Realtime speech conversation", plugin_init, VERSION, "LGPL",
    "gst-realtime", "https://gstreamer.freedesktop.org")
