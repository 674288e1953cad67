/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether messages came in the order that docs/messages.md promises.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is wrong with those that `element` posted, or NULL; transfer full.  The
 * first letter of what a server says tells its connection; later ones have
 * later letters.  The conversations are counted. */
gchar *random_check (
    const GPtrArray *messages, GstElement *element, guint *conversations);

G_END_DECLS
