/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The element `realtimeconversation`.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_REALTIME_CONVERSATION (gst_realtime_conversation_get_type ())
G_DECLARE_FINAL_TYPE (GstRealtimeConversation, gst_realtime_conversation, GST,
    REALTIME_CONVERSATION, GstElement)

GST_ELEMENT_REGISTER_DECLARE (realtimeconversation);

G_END_DECLS
