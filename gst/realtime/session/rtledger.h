/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which track of the playout is which part of which item, and what follows
 * for the server from how far each was heard.  Pure.
 */
#pragma once

#include "rtsession.h"

G_BEGIN_DECLS

/* Parts that may wait to be heard, those that were and whose item may go on
 * behind another one, and interrupted ones that late audio may still come for:
 * of what a server may make us keep. */
#define RT_LEDGER_MAX_TRACKS 1024
#define RT_LEDGER_MAX_HEARD 32
#define RT_LEDGER_MAX_INTERRUPTED 32

/* A part of such an item. */
typedef struct {
  guint content_index;
  guint64 received;  /* ns */
  guint64 heard;     /* ns */
  gboolean complete; /* that is all there is of it */
  guint64 begin;     /* running time, RT_TIME_UNKNOWN */
} RtCutPart;

/* An item of which not all was heard. */
typedef struct {
  gchar *item_id; /* NULL: the server named none */
  gchar *response_id;
  guint played;  /* ms */
  guint dropped; /* ms */
  gboolean truncates;
  guint content_index;
  guint audio_end_ms;
  gboolean deletes; /* nothing was heard */
  GArray *parts;    /* of RtCutPart, in the order in which they came */
  guint ago;        /* the item is of so many sessions before; 0: of this one */
} RtCut;

typedef struct _RtLedger RtLedger;

/* `open_ended`: the protocol names no certain end of a part, so that audio
 * behind what was taken for its end plays too. */
RtLedger *rt_ledger_new (gboolean open_ended);
void rt_ledger_free (RtLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtLedger, rt_ledger_free)

/* The track on which so many bytes of this part play; 0: on none, since its
 * turn is over.  A track has one format: *ended is the track that ends because
 * its part goes on in another one, or 0. */
guint rt_ledger_push (RtLedger *ledger, const gchar *response_id,
    const gchar *item_id, guint content_index, const RtAudioFormat *format,
    gsize size, guint *ended);
/* TRUE and *track, as long as there is one that had not ended and matches:
 * NULL matches any response or item, -1 any content index.  An open-ended part
 * without any id matches, too. */
gboolean rt_ledger_end (RtLedger *ledger, const gchar *response_id,
    const gchar *item_id, gint content_index, guint *track);
/* A part was heard to its end, of an item of so many sessions before.  Where
 * one is asked for, it may be NULL. */
typedef void (*RtLedgerFunc) (
    const gchar *item_id, guint ago, guint content_index, gpointer user_data);
/* The track is heard from this running time on.  FALSE when it is not known,
 * or over. */
gboolean rt_ledger_playing (
    RtLedger *ledger, guint track, guint64 time, const gchar **item_id);
/* The whole track was heard.  FALSE when it is not known. */
gboolean rt_ledger_drained (
    RtLedger *ledger, guint track, RtLedgerFunc func, gpointer user_data);
/* When the part began, or begins, to be heard; RT_TIME_UNKNOWN. */
guint64 rt_ledger_get_begin (RtLedger *ledger, const gchar *response_id,
    const gchar *item_id, guint content_index);
/* Of what was heard to its end last; NULL: unknown. */
const gchar *rt_ledger_get_last_item (RtLedger *ledger);
const gchar *rt_ledger_get_last_response (RtLedger *ledger);
/* TRUE while the end of a part, heard or interrupted, was not told. */
gboolean rt_ledger_is_open (RtLedger *ledger);
/* TRUE when there is something left to hear. */
gboolean rt_ledger_is_playing (RtLedger *ledger);

/* The response ends here: what comes of it later is not for any ear. */
void rt_ledger_interrupt_response (RtLedger *ledger, const gchar *response_id);
/* All tracks end here.  TRUE when that is to be told to playback now. */
gboolean rt_ledger_interrupt (RtLedger *ledger);
/* Without any id: whether the rest of a nameless part is. */
gboolean rt_ledger_is_interrupted (
    RtLedger *ledger, const gchar *response_id, const gchar *item_id);
/* The session is over: what came goes on playing, its names mean nothing any
 * more.  All tracks must have ended. */
void rt_ledger_retire (RtLedger *ledger);
/* Playback's answer.  The items that were cut, in order (RtCut); transfer
 * full.  Calls `func` for parts that turn out to have been heard whole. */
GPtrArray *rt_ledger_settle (RtLedger *ledger, const RtHeard *heard,
    guint n_heard, RtLedgerFunc func, gpointer user_data);

G_END_DECLS
