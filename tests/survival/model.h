/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server that hears the turns of a tape, writes down and answers them as the
 * real service would, and breaks its connections when chance says so.  It runs
 * in a thread of its own.
 */
#pragma once

#include "rtfakeserver.h"
#include "tape.h"

G_BEGIN_DECLS

/* Every so many turns the model hands a task over. */
#define MODEL_HANDOFF_EVERY 4

typedef struct _Model Model;

/* Connections break at `losses` random points of the tape. */
Model *model_new (
    RtFakeServer *server, const Tape *tape, guint losses, guint32 seed);
/* Joins the thread. */
void model_stop (Model *model);
void model_free (Model *model);

/* ms of the tape that were heard, from its beginning to the last. */
guint model_wait_heard (Model *model, guint ms, guint timeout_ms);
/* After model_stop(): */
guint model_count_losses (Model *model);
guint model_count_unheard (Model *model); /* ms that no connection heard */
/* How often the answer of a task was given to a model that knew of it. */
guint model_count_outputs (Model *model, guint turn);
/* Something of a reply to the turn had gone out before its transcript. */
gboolean model_replied_first (Model *model, guint turn);
/* The first thing that no server may be told, or NULL. */
const gchar *model_get_complaint (Model *model);

G_END_DECLS
