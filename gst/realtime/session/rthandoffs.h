/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model's calls: handoffs, functions of the application and the silence
 * tool; each told once and answered once.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The built-in function by which the model chooses to say nothing. */
#define RT_SILENCE_TOOL "remain_silent"
/* Of what a server may make us keep.  The oldest answered goes first. */
#define RT_HANDOFFS_MAX_CALLS 256
#define RT_HANDOFFS_MAX_ARGUMENTS (64 * 1024)

typedef enum {
  RT_CALL_UNKNOWN, /* announced, its name not known yet */
  RT_CALL_FUNCTION,
  RT_CALL_HANDOFF,
  RT_CALL_SILENCE,
} RtCallKind;

typedef struct {
  RtCallKind kind;
  gchar *id; /* the call's, else the item's: what an answer names */
  gchar *item_id;
  gchar *name;
  gchar *arguments; /* NULL: too long to be told again */
  gboolean raised;
  gboolean answered; /* by the application */
  gboolean retired;  /* the session that made it is over */
} RtCall;

typedef struct _RtHandoffs RtHandoffs;

RtHandoffs *rt_handoffs_new (void);
void rt_handoffs_free (RtHandoffs *handoffs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtHandoffs, rt_handoffs_free)

/* A call shows, perhaps again: any of the three may be NULL.  The call, or
 * NULL when it has no id at all. */
RtCall *rt_handoffs_learn (RtHandoffs *handoffs, const gchar *item_id,
    const gchar *call_id, const gchar *name);
/* TRUE once for a call: it is of this kind and open from now on, the latest. */
gboolean rt_handoffs_raise (RtHandoffs *handoffs, RtCall *call, RtCallKind kind,
    const gchar *arguments);

/* The open call of this id, or with NULL the latest open one, of this kind. */
RtCall *rt_handoffs_find_open (
    RtHandoffs *handoffs, RtCallKind kind, const gchar *id);
void rt_handoffs_answer (RtCall *call);
/* The latest of this id, open or not. */
RtCall *rt_handoffs_find (RtHandoffs *handoffs, const gchar *id);
/* The session is over: what was not told whole will not be, and what was
 * answered is done, but for those that `keep` says yes to. */
typedef gboolean (*RtCallFunc) (const RtCall *call, gpointer user_data);
void rt_handoffs_retire (
    RtHandoffs *handoffs, RtCallFunc keep, gpointer user_data);
guint rt_handoffs_get_length (const RtHandoffs *handoffs);
/* In order. */
RtCall *rt_handoffs_get (RtHandoffs *handoffs, guint i);
/* TRUE while a call is open. */
gboolean rt_handoffs_is_busy (RtHandoffs *handoffs);

/* TRUE when the text is one whole JSON object: a call cut off is not. */
gboolean rt_handoffs_is_complete (const gchar *arguments);
/* What is handed off: the first argument that says it, trimmed, else the
 * arguments as they are.  Transfer full. */
gchar *rt_handoffs_dup_input (const gchar *arguments);

G_END_DECLS
