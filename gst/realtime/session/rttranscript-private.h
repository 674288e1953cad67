/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of a transcript, for its own files.
 */
#pragma once

#include "rttranscript.h"

G_BEGIN_DECLS

typedef struct {
  guint content_index;
  gchar *response_id;
  GString *text;
  gboolean final;
  gboolean interrupted;
  gboolean presumed; /* final by a pause: the server may yet say so itself */
} RtTranscriptPart;

typedef struct {
  gchar *id; /* NULL: not told, or not yet */
  const gchar *role;
  GPtrArray *parts; /* of RtTranscriptPart, by content_index */
  gchar *echo;      /* what the server's copy says; used when no part does */
  gboolean typed;   /* by the application; the server's copy gives the id */
  gchar *event_id;  /* … and this said it */
  gboolean taken;
  gboolean retired;  /* of a session before this one */
  gboolean answered; /* the model heard it, whatever is told of it */
  gboolean cut;      /* not heard to its end: */
  guint played;      /* ms */
  guint dropped;     /* ms */
} RtTranscriptItem;

struct _RtTranscript {
  GPtrArray *items;  /* of RtTranscriptItem, in the conversation's order */
  GHashTable *by_id; /* those of this session */
  gsize bytes;
};

/* rttranscript.c */
RtTranscriptItem *rt_transcript_find (
    RtTranscript *transcript, const gchar *id);
/* The last one of that role that has no name and was not typed. */
RtTranscriptItem *rt_transcript_find_nameless (
    RtTranscript *transcript, const gchar *role);
void rt_transcript_remove (RtTranscript *transcript, RtTranscriptItem *item);
void rt_transcript_interrupt_item (RtTranscriptItem *item,
    const gchar *response_id, RtTranscriptFunc func, gpointer user_data);
void rt_transcript_end_item (RtTranscriptItem *item, gboolean interrupted,
    RtTranscriptFunc func, gpointer user_data);

G_END_DECLS
