/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's turns: speaking, waiting for the server's own reply, waiting for
 * the transcript.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Transcripts that are awaited at once; the oldest is given up. */
#define RT_TURNS_MAX_AWAITED 64

/* What ends a turn whose speech has ended. */
typedef enum {
  RT_TURN_ENDS,
  RT_TURN_ENDS_BY_REPLY,
  RT_TURN_ENDS_BY_TRANSCRIPT,
} RtTurnEnd;

typedef struct _RtTurns RtTurns;

RtTurns *rt_turns_new (void);
void rt_turns_free (RtTurns *turns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTurns, rt_turns_free)

/* FALSE when that was known. */
gboolean rt_turns_started (RtTurns *turns, const gchar *item_id);
/* FALSE when that was known. */
gboolean rt_turns_stopped (RtTurns *turns, const gchar *item_id, RtTurnEnd end);
/* TRUE when the user was speaking: no end of that will be told. */
gboolean rt_turns_cleared (RtTurns *turns);
/* We committed; the server took it, or not. */
void rt_turns_commit_sent (RtTurns *turns);
void rt_turns_committed (
    RtTurns *turns, const gchar *item_id, gboolean transcribes);
void rt_turns_commit_failed (RtTurns *turns);
/* The transcript is there, or will not come; `empty`: there was nothing. */
void rt_turns_transcribed (
    RtTurns *turns, const gchar *item_id, gboolean empty);
void rt_turns_replied (RtTurns *turns);

/* The session is over, and all turns with it.  TRUE: the user was speaking. */
gboolean rt_turns_retire (RtTurns *turns);

gboolean rt_turns_is_speaking (RtTurns *turns);
/* Of the turn that is spoken, or was last; NULL: none, or it has no name. */
const gchar *rt_turns_get_item (RtTurns *turns);
/* The server is about to reply by itself. */
gboolean rt_turns_awaits_reply (RtTurns *turns);
gboolean rt_turns_is_open (RtTurns *turns);

G_END_DECLS
