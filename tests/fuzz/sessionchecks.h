/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What holds of the effects of a session, whatever made it have them.
 */
#pragma once

#include "rtsession.h"

G_BEGIN_DECLS

typedef struct _SessionChecks SessionChecks;

SessionChecks *session_checks_new (const RtDialect *dialect);
void session_checks_free (SessionChecks *self);

/* What was done to the session. */
/* `greeted`: its first word was said before. */
void session_checks_opened (SessionChecks *self, gboolean greeted);
/* Another session follows. */
void session_checks_lost (SessionChecks *self);
/* The audio that plays next is of this event's item. */
void session_checks_set_part (SessionChecks *self, const RtEvent *event);
/* Playback ends: what follows is how far each track was heard. */
void session_checks_drop (SessionChecks *self);
void session_checks_heard (SessionChecks *self, guint track, guint64 frames);
void session_checks_drained (SessionChecks *self, guint track);

/* What it wants done. */
void session_checks_play (SessionChecks *self, const RtEffect *effect);
void session_checks_command (SessionChecks *self, const RtCommand *command);
/* A note, that it is ready, or that it has failed. */
void session_checks_told (SessionChecks *self, const RtEffect *effect);

gboolean session_checks_is_open (SessionChecks *self);
gboolean session_checks_has_failed (SessionChecks *self);
/* It failed, and no session follows. */
gboolean session_checks_is_over (SessionChecks *checks);

G_END_DECLS
