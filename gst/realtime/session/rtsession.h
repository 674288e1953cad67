/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a conversation is: server events, the application's requests and the
 * progress of playback in, effects out.  Pure: no I/O, no clock, no lock; its
 * owner serialises the calls.
 */
#pragma once

#include "rteffects.h"

G_BEGIN_DECLS

typedef struct _RtSession RtSession;

typedef enum {
  RT_REQUEST_TEXT,   /* text */
  RT_REQUEST_RAW,    /* text: a JSON object */
  RT_REQUEST_COMMIT, /* position, and so the next */
  RT_REQUEST_CLEAR,
  RT_REQUEST_CREATE_RESPONSE,
  RT_REQUEST_INTERRUPT,
  RT_REQUEST_HANDOFF_OUTPUT,  /* id or NULL, text, final */
  RT_REQUEST_FUNCTION_OUTPUT, /* id, text */
  RT_REQUEST_UPDATE,          /* send the present settings now */
} RtRequestType;

typedef struct {
  RtRequestType type;
  const gchar *id;
  const gchar *text;
  gboolean final;
  guint64 position; /* of the input; means nothing to the session */
} RtRequest;

/* What playback knows of one track when it was dropped. */
typedef struct {
  guint track;
  guint rate;
  guint64 received; /* frames */
  guint64 heard;    /* frames */
  /* running time at which the first one is heard, and at which the last one
   * of those that were is over; RT_TIME_UNKNOWN: there is none */
  guint64 begin;
  guint64 end;
} RtHeard;

RtSession *rt_session_new (
    const RtDialect *dialect, const RtSessionConfig *config);
void rt_session_free (RtSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtSession, rt_session_free)

/* FALSE: what the user says over the model is not an interruption here.
 * Default TRUE.  `hold` ms, unless 0: it is one when a turn comes of it within
 * that time, during which the reply is held. */
void rt_session_set_barge_in (
    RtSession *session, gboolean barge_in, guint hold);
/* The time of RT_EFFECT_HOLD is over. */
void rt_session_hold_elapsed (RtSession *session, RtEffects *effects);
/* New settings.  While the session runs and they differ in what the server
 * is told, one session.update follows. */
void rt_session_set_config (
    RtSession *session, const RtSessionConfig *config, RtEffects *effects);
/* The settings in force; what commands are encoded with. */
const RtSessionConfig *rt_session_get_config (RtSession *session);

/* Whether a session that follows another one is told the conversation as
 * text.  Default TRUE. */
void rt_session_set_restores (RtSession *session, gboolean restores);

/* The connection is up: says the first word.  `greeted`: it was, by the last
 * rt_session_greet(), and is told only what changed since. */
void rt_session_opened (
    RtSession *session, gboolean greeted, RtEffects *effects);
/* The first word for a session that is to follow this one; transfer full. */
RtCommand *rt_session_greet (RtSession *session);
/* RT_EFFECT_SEND was carried out. */
void rt_session_sent (RtSession *session, const RtCommand *command);
/* The session is gone, and with it all that it was about to say or do; what
 * of `effects` was to be sent will not be.  `repeats`: what the user said last will be said again, so what was told of
 * that is void. */
void rt_session_lost (RtSession *session, gboolean repeats, RtEffects *effects);
/* A commit behind what was said again. */
void rt_session_repeat_commit (RtSession *session, RtEffects *effects);
/* The answer to RT_EFFECT_REPEAT. */
void rt_session_repeated (RtSession *session, RtEffects *effects);
void rt_session_event (
    RtSession *session, const RtEvent *event, RtEffects *effects);
/* FALSE: not possible now; an error note says why. */
gboolean rt_session_request (
    RtSession *session, const RtRequest *request, RtEffects *effects);
/* The first sample of `track` is being heard, the last one was heard: at this
 * running time, or RT_TIME_UNKNOWN. */
void rt_session_playing (
    RtSession *session, guint track, guint64 time, RtEffects *effects);
void rt_session_drained (
    RtSession *session, guint track, guint64 time, RtEffects *effects);
/* No output came for a while and all that had come was handed out: in a
 * protocol that does not tell the end of a reply, that was it. */
void rt_session_audio_paused (RtSession *session, RtEffects *effects);
/* TRUE while only such a pause tells the end of the reply. */
gboolean rt_session_awaits_pause (RtSession *session);
/* The answer to RT_EFFECT_DROP: how far each track was heard. */
void rt_session_dropped (RtSession *session, const RtHeard *heard,
    guint n_heard, RtEffects *effects);
/* `duration` ns of audio were sent, which begin at this running time
 * (RT_TIME_UNKNOWN: which follow). */
void rt_session_appended (RtSession *session, guint64 duration, guint64 time);
/* ns that were sent and that no commit, clear or item of the server's is of. */
guint64 rt_session_get_uncommitted (RtSession *session);
/* The input has ended (EOS): commits when the application owns the turns and
 * something was said since the last commit. */
void rt_session_input_ended (RtSession *session, RtEffects *effects);

gboolean rt_session_is_ready (RtSession *session);
/* TRUE while a turn, a response, a handoff or a function call is open: there
 * is more to come.  (What is still playing is not counted.) */
gboolean rt_session_is_busy (RtSession *session);
/* The server heard the start of a turn and not yet its end. */
gboolean rt_session_user_is_speaking (RtSession *session);
/* Nobody says anything, and nothing is about to be said or heard. */
gboolean rt_session_is_between_turns (RtSession *session);
/* TRUE while the server owes us the rest of a response. */
gboolean rt_session_awaits_response (RtSession *session);
/* A reply is asked for, now or once there is a session. */
void rt_session_ask_again (RtSession *session);
/* A response was completed in this session, or the user understood. */
gboolean rt_session_has_worked (RtSession *session);
const gchar *rt_session_get_id (RtSession *session);
/* Code of the last error event, or NULL: what a close that follows means. */
const gchar *rt_session_get_last_error (RtSession *session);
/* ns of audio that came for what had been interrupted before and so was never
 * played; counted anew from here. */
guint64 rt_session_take_late_audio (RtSession *session);

G_END_DECLS
