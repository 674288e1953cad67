/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The input audio buffer: bytes come in, turns come out.
 * Main thread only; the turns are decoded elsewhere. */
#pragma once

#include "lsturn.h"

G_BEGIN_DECLS

typedef struct _LsListener LsListener;

typedef struct {
  LsTurnHost turns;
  /* the user began to speak over whatever is going on */
  void (*started) (gpointer user_data);
  /* takes the turn, which is finished; detected: by its end, not by request */
  void (*committed) (LsTurn *turn, gboolean detected, gpointer user_data);
} LsListenerHost;

/* host and hearing outlive the listener */
LsListener *ls_listener_new (
    const LsListenerHost *host, const LsHearing *hearing);
void ls_listener_free (LsListener *self);
/* hearing has changed */
void ls_listener_reconfigure (LsListener *self);

/* in the format of the session */
void ls_listener_append (LsListener *self, const guint8 *bytes, gsize n);
/* mono, of any rate */
void ls_listener_hear (
    LsListener *self, const gint16 *samples, gsize n, guint rate);
/* FALSE: less than 100 ms are there, *available says how much */
gboolean ls_listener_commit (LsListener *self, gdouble *available_ms);
void ls_listener_clear (LsListener *self);
/* of all that was ever appended */
guint64 ls_listener_get_position_ms (const LsListener *self);

G_END_DECLS
