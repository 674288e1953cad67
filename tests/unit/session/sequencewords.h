/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server may say, at random.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The words of an event, for session_driver_event(); transfer full. */
gchar *sequence_words (GRand *rand);

G_END_DECLS
