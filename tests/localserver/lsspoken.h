/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the server's voice says, without a server. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* gint16 samples, mono */
GArray *ls_spoken_say (const gchar *text, const gchar *voice, guint rate);

G_END_DECLS
