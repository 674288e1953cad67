/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was said, by item and content part, in the order of the conversation,
 * whatever the order and number of the events that tell it.  Pure.
 */
#pragma once

#include "rtevent.h"

G_BEGIN_DECLS

#define RT_ROLE_USER "user"
#define RT_ROLE_ASSISTANT "assistant"

/* Of what a server may make us keep.  The oldest goes first. */
#define RT_TRANSCRIPT_MAX_ITEMS 1024
#define RT_TRANSCRIPT_MAX_PARTS 64 /* of one item */
#define RT_TRANSCRIPT_MAX_BYTES (4 * 1024 * 1024)
#define RT_TRANSCRIPT_MAX_PART_BYTES (1024 * 1024)

typedef struct {
  const gchar *role;    /* static */
  const gchar *item_id; /* NULL: unknown, and so the next */
  const gchar *response_id;
  guint content_index;
  gboolean spoken; /* it is heard, and not read */
} RtTranscriptKey;

typedef struct _RtTranscript RtTranscript;

RtTranscript *rt_transcript_new (void);
void rt_transcript_free (RtTranscript *transcript);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTranscript, rt_transcript_free)

/* The item exists: its text, which may come later, belongs here. */
void rt_transcript_place (RtTranscript *transcript, const gchar *role,
    const gchar *item_id, const gchar *previous_item_id);
/* The application typed it; `event_id` tells the server so. */
void rt_transcript_type (
    RtTranscript *transcript, const gchar *text, const gchar *event_id);
/* The server's copy of a message. */
void rt_transcript_echo (RtTranscript *transcript, const RtItem *item,
    const gchar *previous_item_id);

/* TRUE: `text` is a new increment, to be told. */
gboolean rt_transcript_add (
    RtTranscript *transcript, const RtTranscriptKey *key, const gchar *text);
/* The final, to be told: `text`, which replaces the increments, or with NULL
 * these.  NULL: it was told.  Valid until the next call. */
const gchar *rt_transcript_finish (
    RtTranscript *transcript, const RtTranscriptKey *key, const gchar *text);
/* TRUE when any part of the item is final. */
gboolean rt_transcript_is_final (
    RtTranscript *transcript, const gchar *item_id);

typedef void (*RtTranscriptFunc) (
    const RtTranscriptKey *key, const gchar *text, gpointer user_data);
/* The texts of the model that have a beginning and no end, of the item (NULL:
 * of items without a name), are final then; calls `func` for each. */
void rt_transcript_end (RtTranscript *transcript, const gchar *item_id,
    RtTranscriptFunc func, gpointer user_data);
/* TRUE when there is one in an item without a name. */
gboolean rt_transcript_is_open (RtTranscript *transcript);

/* All of the part was heard.  Where `ago` is asked for, the item is of so many
 * sessions before; 0: of this one. */
void rt_transcript_set_heard (RtTranscript *transcript, const gchar *item_id,
    guint ago, guint content_index);
/* Tells, and returns, what was heard of `text`: transfer full.  Not `spoken`
 * in the key: all of it was, or it was read. */
typedef gchar *(*RtTranscriptCutFunc) (
    const RtTranscriptKey *key, const gchar *text, gpointer user_data);
/* What was not heard to its end.  Calls `func` once for each part that has
 * text: with `item_id` for the parts of that item, whether final or not; else
 * for those parts of the response that are not final.  They are final then, and
 * what `func` returns is all that was said. */
void rt_transcript_interrupt (RtTranscript *transcript, const gchar *item_id,
    const gchar *response_id, RtTranscriptCutFunc func, gpointer user_data);
/* The same for all texts of the model that are not final. */
void rt_transcript_interrupt_open (
    RtTranscript *transcript, RtTranscriptCutFunc func, gpointer user_data);

/* Calls `func` for all that was said and not yet taken, in order; of a text
 * that was taken before its end, for the rest. */
void rt_transcript_take (
    RtTranscript *transcript, RtTranscriptFunc func, gpointer user_data);

/* What a session leaves behind when another one follows. */

/* The model answers: it heard what the user said until now, but for the item
 * `unless`, which may be NULL. */
void rt_transcript_answered (RtTranscript *transcript, const gchar *unless);
/* The item was cut: so many ms of it were played and so many not; NULL: the
 * last one of the model's that has no name. */
void rt_transcript_heard (RtTranscript *transcript, const gchar *item_id,
    guint ago, guint played, guint dropped);
/* The session is over, and its names mean nothing any more.  What has no end
 * yet ends here, by `func`, once each; but `repeated`: what the user said and
 * the model did not hear will be said again, and is forgotten instead. */
void rt_transcript_retire (RtTranscript *transcript, gboolean repeated,
    RtTranscriptFunc func, gpointer user_data);
/* TRUE while there is something that would be forgotten so. */
gboolean rt_transcript_is_unanswered (RtTranscript *transcript);
/* What was typed with this event id is told to the new session. */
void rt_transcript_revive (RtTranscript *transcript, const gchar *event_id);
/* rt_transcript_interrupt() for an item of a session before. */
void rt_transcript_interrupt_retired (RtTranscript *transcript,
    const gchar *item_id, guint ago, RtTranscriptCutFunc func,
    gpointer user_data);
/* The server forgot the item because it was told to: as if nothing of it had
 * been heard. */
void rt_transcript_forget (RtTranscript *transcript, const gchar *item_id);

typedef struct {
  const gchar *role;
  const gchar *item_id;
  guint ago;             /* sessions */
  const gchar *event_id; /* that told the server what was typed, else NULL */
  gchar *text;           /* all of it, heard or not */
  gboolean cut;
  guint played;
  guint dropped;
} RtTranscriptText;
typedef void (*RtTranscriptTextFunc) (
    const RtTranscriptText *text, gpointer user_data);
/* All that was said, in order. */
void rt_transcript_foreach (
    RtTranscript *transcript, RtTranscriptTextFunc func, gpointer user_data);

G_END_DECLS
