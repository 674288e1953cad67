/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of a session, for its own files.
 */
#pragma once

#include "rtechoes.h"
#include "rthandoffs.h"
#include "rthistory.h"
#include "rtledger.h"
#include "rtrefusals.h"
#include "rtresponses.h"
#include "rtsent.h"
#include "rtsession.h"
#include "rttimeline.h"
#include "rttranscript.h"
#include "rtturns.h"
#include "rtutterances.h"

G_BEGIN_DECLS

typedef enum {
  RT_HOLD_NONE,
  RT_HOLD_ON,      /* the user makes a sound: a turn may come of it */
  RT_HOLD_RESUMED, /* none came in time, but still may */
} RtHold;

struct _RtSession {
  const RtDialect *dialect;
  RtSessionConfig *config; /* in force */
  RtSessionConfig *wanted; /* the same, but for what has to wait */
  gboolean barge_in;
  guint hold_time;   /* ms, 0: the user's voice interrupts at once */
  gboolean restores; /* a new session is told the conversation */

  gboolean opened;
  gboolean spoken; /* since then the model was heard */
  gboolean ready;
  gboolean failed;      /* its end is on its way … */
  gboolean over;        /* … and no session follows */
  gboolean began;       /* some connection was up once */
  gboolean resumed;     /* there was a session before this one */
  gboolean worked;      /* this one was of use */
  gboolean catching_up; /* no reply is asked for yet */
  gchar *greeting;      /* what a session that waits was told, or NULL … */
  gchar *greeting_id;   /* … and the event id of that */
  gchar *past;          /* the conversation, for one that takes no items */
  gchar *id;
  gchar *last_error;
  gboolean has_input_format; /* the server's word, and so the next */
  gboolean has_output_format;
  RtAudioFormat input_format;
  RtAudioFormat output_format;
  guint updates;        /* told and not answered */
  gchar *update_id;     /* of the last one … */
  gchar *update_before; /* … and what it followed, or NULL */
  gchar *refused_id;    /* of the last one that had an error, or NULL */
  gchar *taken;         /* the last one that was taken; NULL: none was */
  guint serial;         /* of our event ids */

  RtRefusals *refusals;
  RtResponses *responses;
  RtTranscript *transcript;
  RtHandoffs *handoffs;
  RtLedger *ledger;
  RtTurns *turns;
  RtSent *sent;
  RtEchoes *echoes;
  RtTimeline *timeline;
  RtUtterances *utterances;

  GQueue waiting;    /* requests until the session is ready */
  gboolean speaking; /* the assistant is heard */
  gboolean replied;  /* something came of the reply that is generated */
  guint64 heard_end; /* running time at which its last sample was */
  RtHold hold;
  gboolean gave_way; /* the active response was cancelled for the user's turn */
  gchar *cut_response;   /* generating when it was interrupted */
  guint64 late_duration; /* ns of audio that came after its interruption */
};

/* rtsession.c */
gboolean rt_session_can (RtSession *session, RtDialectFlags flag);
/* TRUE when the dialect has words for a command of this type. */
gboolean rt_session_can_say (RtSession *session, RtCommandType type);
/* What has no transcription mode is conversational whatever was asked for. */
gboolean rt_session_is_conversational (RtSession *session);
/* Sends a command with an event id that tells what it was; the caller fills
 * in the rest. */
RtCommand *rt_session_say (
    RtSession *session, RtCommandType type, RtEffects *effects);
/* The same without sending it; `purpose` is what its event id tells. */
RtCommand *rt_session_make (
    RtSession *session, RtCommandType type, const gchar *purpose);
/* A reply is asked for; it is, once it may be. */
void rt_session_want_reply (RtSession *session, RtEffects *effects);
void rt_session_send_due (RtSession *session, RtEffects *effects);
/* The note belongs to the effects. */
RtNote *rt_session_warn (RtSession *session, const gchar *code,
    const gchar *text, RtEffects *effects);

/* rtsessionerrors.c */
void rt_session_handle_error (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_handle_transcript_failed (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_reply_failed (
    RtSession *session, const RtResponse *response, RtEffects *effects);

/* rtsessionsettings.c */
/* A session opens: nothing has to wait any more. */
void rt_session_take_settings (RtSession *session);
/* What had to wait for the end of a reply is told. */
void rt_session_settle_settings (RtSession *session, RtEffects *effects);

/* rtsessionrefusals.c: updates, and what the server refuses of them */
/* The present settings as the server was told them, but for what it never
 * took: of that nothing has to be taken back.  Transfer full. */
gchar *rt_session_dup_told (RtSession *session);
/* The settings have changed. */
void rt_session_review_refusals (RtSession *session);
/* Sends an update, and keeps in mind that it is the last one. */
void rt_session_send_update (
    RtSession *session, RtCommand *command, RtEffects *effects);
/* The same with an update of the present settings.  Takes `before`, which may
 * be NULL. */
void rt_session_tell_settings (
    RtSession *session, gchar *before, RtEffects *effects);
/* One that was sent by another way is the last one.  Takes both. */
void rt_session_note_update (
    RtSession *session, gchar *event_id, gchar *before);
/* The last one was taken. */
void rt_session_note_taken (RtSession *session);
/* TRUE: it names what was left out of the last update, and more will be. */
gboolean rt_session_is_refused_again (
    RtSession *session, const RtErrorInfo *error);
/* The last update was refused: it is told again without what the error names.
 * FALSE: there is nothing to leave out. */
gboolean rt_session_tell_rest (
    RtSession *session, const RtErrorInfo *error, RtEffects *effects);

/* rtsessionformats.c: what the audio is to the server */
void rt_session_learn_formats (RtSession *session, const RtSessionInfo *info);
void rt_session_update_taken (
    RtSession *session, const RtSessionInfo *info, RtEffects *effects);
void rt_session_update_refused (
    RtSession *session, const RtErrorInfo *error, RtEffects *effects);

/* rtsessionrequests.c */
void rt_session_serve_waiting (RtSession *session, RtEffects *effects);
void rt_session_forget_waiting (RtSession *session);
/* TRUE when an answer to this call waits. */
gboolean rt_session_has_waiting_answer (
    RtSession *session, const gchar *call_id);
/* In a protocol that knows only its own handoffs one of a session before is
 * answered by a message. */
void rt_session_reword_answer (RtSession *session, RtCommand *command);

/* rtsessionrestore.c */
/* A session is ready that follows another one. */
void rt_session_restore (RtSession *session, RtEffects *effects);
/* Less was heard of an item of so many sessions before than this session was
 * told. */
void rt_session_amend (
    RtSession *session, const gchar *item_id, guint ago, RtEffects *effects);

/* rtsessionreplies.c */
void rt_session_handle_response_created (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_handle_response_done (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_handle_arguments_done (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_handle_handoff (
    RtSession *session, const RtEvent *event, RtEffects *effects);
/* An item of a call shows; `done`: it is whole. */
void rt_session_learn_call (
    RtSession *session, const RtItem *item, gboolean done, RtEffects *effects);

/* rtsessiontexts.c */
void rt_session_handle_item (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_handle_output_item (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_handle_text (
    RtSession *session, const RtEvent *event, RtEffects *effects);
/* The reply is over: its texts that no event of their own ends are final.
 * NULL: of items without a name. */
void rt_session_end_texts (
    RtSession *session, const gchar *item_id, RtEffects *effects);
/* The texts of an item that was cut: final, once, marked, and no more than
 * what was heard. */
void rt_session_cut_texts (
    RtSession *session, const RtCut *cut, RtEffects *effects);
/* The same of an item of a session before. */
void rt_session_cut_retired_texts (
    RtSession *session, const RtCut *cut, RtEffects *effects);
/* The same of a response of which nothing was heard that is not known to be;
 * NULL: of none. */
void rt_session_cut_response_texts (
    RtSession *session, const gchar *response_id, RtEffects *effects);
/* The same where nothing names them: all that are not final. */
void rt_session_cut_open_texts (
    RtSession *session, const RtCut *cut, RtEffects *effects);
/* The session is over, and so are all its texts. */
void rt_session_retire_texts (
    RtSession *session, gboolean repeated, RtEffects *effects);

/* rtsessionturns.c: the user's voice */
/* Of a session to which nothing was sent yet. */
void rt_session_begin_audio (RtSession *session);
/* The audio that was sent before belongs to it. */
void rt_session_audio_sent (RtSession *session, const RtCommand *command);
void rt_session_handle_speech (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_handle_buffer (
    RtSession *session, const RtEvent *event, RtEffects *effects);
/* The session is over, and so is what the user was saying. */
void rt_session_retire_turns (RtSession *session, RtEffects *effects);

/* rtsessionhold.c: whether the user interrupts */
void rt_session_user_began (RtSession *session, RtEffects *effects);
void rt_session_user_took_turn (RtSession *session, RtEffects *effects);

/* rtsessionvoice.c: the model's voice */
/* Something came of a reply: the model heard what was said before. */
void rt_session_note_reply (RtSession *session);
void rt_session_handle_audio (
    RtSession *session, const RtEvent *event, RtEffects *effects);
void rt_session_end_tracks (RtSession *session, const gchar *response_id,
    const gchar *item_id, gint content_index, RtEffects *effects);
void rt_session_interrupt (RtSession *session, RtEffects *effects);
void rt_session_check_drained (RtSession *session, RtEffects *effects);

G_END_DECLS
