/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The `stats` property: counters and levels as a structure.  Any thread.
 */
#pragma once

#include "gstrealtimeconversation.h"

G_BEGIN_DECLS

GstStructure *gst_realtime_stats_to_structure (GstRealtimeConversation *self);

G_END_DECLS
