/* SPDX-License-Identifier: LGPL-2.1-or-later
 * G.711 by its segments: one 16 bit sample to one byte and back.
 * Pure functions; the tables of the codec are not kept anywhere. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint8 ls_mulaw_encode (gint16 sample);
gint16 ls_mulaw_decode (guint8 code);
guint8 ls_alaw_encode (gint16 sample);
gint16 ls_alaw_decode (guint8 code);

G_END_DECLS
