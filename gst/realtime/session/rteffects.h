/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the session wants done: sent, played, told.  A list that the session
 * appends to and its owner carries out in order, outside any lock.
 */
#pragma once

#include "rterrors.h"

G_BEGIN_DECLS

typedef enum {
  RT_NOTE_STARTED,       /* conversation_id, resumed */
  RT_NOTE_SESSION,       /* session_id, instructions, created, expires_at */
  RT_NOTE_TRANSCRIPT,    /* role, text, final, item_id, response_id,
                            content_index, interrupted */
  RT_NOTE_HANDOFF,       /* call_id, item_id, input (transcript), arguments,
                            entries */
  RT_NOTE_FUNCTION_CALL, /* call_id, item_id, name, arguments */
  RT_NOTE_SPEECH,        /* role, speaking, item_id, reason, audio_ms */
  RT_NOTE_INTERRUPTED,   /* item_id, played, dropped (ms) */
  RT_NOTE_RESPONSE,      /* response_id, status, reason, usage */
  RT_NOTE_ITEM,          /* item_id, state, json */
  RT_NOTE_ERROR,         /* code, error_type, text, event_id, severity */
  RT_NOTE_RECONNECTING,  /* attempt, delay, text (the reason) */
  RT_NOTE_LAST
} RtNoteType;

/* As GST_CLOCK_TIME_NONE. */
#define RT_TIME_UNKNOWN G_MAXUINT64

typedef struct {
  gchar *role;
  gchar *text;
} RtTranscriptEntry;

/* Bare strings of the kind named in the comment are static, the others own
 * their memory; NULL means unknown. */
typedef struct {
  RtNoteType type;
  const gchar *role;   /* "user", "assistant" */
  const gchar *reason; /* static: detected ended timeout playing drained
                          interrupted */
  const gchar *state;  /* static: added done; created completed cancelled
                          failed incomplete */
  gchar *item_id;
  gchar *response_id;
  gchar *call_id;
  gchar *session_id; /* or the conversation's id */
  gchar *name;
  gchar *text;
  gchar *arguments;
  gchar *detail; /* a response's reason, a session's instructions */
  gchar *json;
  gchar *code;
  gchar *error_type;
  gchar *event_id;
  gboolean flag; /* final, speaking, created, resumed; of an error: it is to be
                    told however many there were before */
  gboolean interrupted;
  gboolean has_audio_ms;
  guint audio_ms;
  guint64 running_time; /* ns; RT_TIME_UNKNOWN */
  guint content_index;
  guint played;
  guint dropped;
  guint attempt;
  guint delay; /* ms */
  gint64 expires_at;
  RtSeverity severity;
  RtUsage usage;
  GPtrArray *entries; /* of RtTranscriptEntry; handoffs only */
} RtNote;

RtNote *rt_note_new (RtNoteType type);
void rt_note_free (RtNote *note);
RtTranscriptEntry *rt_transcript_entry_new (
    const gchar *role, const gchar *text);
void rt_transcript_entry_free (RtTranscriptEntry *entry);

typedef enum {
  RT_EFFECT_SEND,        /* command */
  RT_EFFECT_READY,       /* audio may flow */
  RT_EFFECT_PLAY,        /* track, format, audio */
  RT_EFFECT_PLAY_END,    /* track: that was all of it */
  RT_EFFECT_DROP,        /* stop what is playing; then rt_session_dropped() */
  RT_EFFECT_HOLD,        /* ms: play nothing until RESUME or DROP; when they are
                            over without, rt_session_hold_elapsed() */
  RT_EFFECT_RESUME,      /* go on with what is held */
  RT_EFFECT_CLEAR_INPUT, /* position: forget audio before it, not sent yet */
  RT_EFFECT_REPEAT,      /* say again what the user said last; then
                            rt_session_repeated() */
  RT_EFFECT_NOTE,        /* note */
  RT_EFFECT_FAIL, /* severity RECONNECT or FATAL, cause, note (the error):
                         the conversation cannot go on */
  RT_EFFECT_LAST
} RtEffectType;

typedef struct {
  RtEffectType type;
  RtCommand *command;
  RtNote *note;
  GBytes *audio;
  RtAudioFormat format;
  guint track;
  guint ms;
  guint64 position;
  RtSeverity severity;
  RtCause cause;
} RtEffect;

typedef struct _RtEffects RtEffects; /* a queue */

RtEffects *rt_effects_new (void);
void rt_effects_free (RtEffects *effects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtEffects, rt_effects_free)
guint rt_effects_length (const RtEffects *effects);
/* The oldest one, transfer full; NULL when empty. */
RtEffect *rt_effects_pop (RtEffects *effects);
void rt_effect_free (RtEffect *effect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtEffect, rt_effect_free)

/* Takes the next command that was not sent yet out of the list; transfer full,
 * NULL: there is none. */
RtCommand *rt_effects_unsend (RtEffects *effects);
/* The first one again; takes it. */
void rt_effects_return (RtEffects *effects, RtCommand *command);

/* For the session's own files: each takes ownership of what it is given. */
RtEffect *rt_effects_add (RtEffects *effects, RtEffectType type);
void rt_effects_send (RtEffects *effects, RtCommand *command);
void rt_effects_note (RtEffects *effects, RtNote *note);

G_END_DECLS
