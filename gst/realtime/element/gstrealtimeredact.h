/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The key, hidden in all that a message says.  Any thread.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* In each text, however deep it lies.  NULL: there is no key. */
void gst_realtime_redact (GstStructure *structure, const gchar *secret);

G_END_DECLS
