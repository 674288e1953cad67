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
  gboolean spoken;
  gboolean heard; /* to its end */
  gboolean final;
  gboolean interrupted;
  gboolean presumed; /* final by a pause: the server may yet say so itself */
  gsize taken;       /* bytes of the text that were handed off */
} RtTranscriptPart;

typedef struct {
  gchar *id;       /* NULL: not told, or not yet */
  gchar *previous; /* the id of the one before it, known or not; or NULL */
  const gchar *role;
  GPtrArray *parts; /* of RtTranscriptPart, by content_index */
  gchar *echo;      /* what the server's copy says; used when no part does */
  gboolean typed;   /* by the application; the server's copy gives the id … */
  gchar *event_id;  /* … and this said it */
  gboolean interrupted; /* the server's copy says more than was heard */
  gboolean taken;       /* it was handed off, or a part of it */
  guint ago;            /* it is of so many sessions before this one */
  gboolean answered;    /* the model heard it, whatever is told of it */
  gboolean cut;         /* not heard to its end: */
  guint played;         /* ms */
  guint dropped;        /* ms */
} RtTranscriptItem;

struct _RtTranscript {
  GPtrArray
      *items; /* of RtTranscriptItem, owned, in the order of the conversation */
  GHashTable *by_id; /* those of this session */
  gsize bytes;
};

RtTranscriptPart *rt_transcript_find_part (
    const RtTranscriptItem *item, guint content_index);

/* The texts that have no end yet end as they are. */
void rt_transcript_end_item (RtTranscriptItem *item, gboolean interrupted,
    RtTranscriptFunc func, gpointer user_data);
/* The last one of that role that has no name and was not typed. */
RtTranscriptItem *rt_transcript_find_nameless (
    RtTranscript *transcript, const gchar *role);

/* rttranscriptcuts.c */
void rt_transcript_cut_item (RtTranscript *transcript, RtTranscriptItem *item,
    RtTranscriptCutFunc func, gpointer user_data);

/* rttranscriptplaces.c: which items there are, and in what order */
/* Of more than is to be kept the oldest goes; the newest stays. */
void rt_transcript_forget_oldest (RtTranscript *transcript);
void rt_transcript_remove (RtTranscript *transcript, RtTranscriptItem *item);
/* One of so many sessions before, or of this one; NULL: not known. */
RtTranscriptItem *rt_transcript_find_past (
    RtTranscript *transcript, const gchar *id, guint ago);
/* NULL: not known. */
RtTranscriptItem *rt_transcript_find_item (
    RtTranscript *transcript, const gchar *id);
void rt_transcript_set_id (
    RtTranscript *transcript, RtTranscriptItem *item, const gchar *id);
/* One without a name. */
RtTranscriptItem *rt_transcript_append_item (
    RtTranscript *transcript, const gchar *role);
/* The item of that name, new or not; `previous_id` NULL: as it was told. */
RtTranscriptItem *rt_transcript_place_item (RtTranscript *transcript,
    const gchar *role, const gchar *id, const gchar *previous_id);

G_END_DECLS
