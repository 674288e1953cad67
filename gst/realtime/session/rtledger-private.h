/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of a ledger, for its own files.
 */
#pragma once

#include "rtledger.h"

G_BEGIN_DECLS

typedef struct {
  guint number;
  gchar *response_id;
  gchar *item_id;
  guint content_index;
  guint part;    /* number of the first track of the part */
  guint session; /* of those that there were */
  RtAudioFormat format;
  guint64 received; /* bytes: a frame may come in two pieces */
  guint64 before;   /* ns of the part that were heard on earlier tracks */
  guint64 begin;    /* running time at which the part is heard first */
  gboolean ended;
  gboolean drained;
  gboolean dropping; /* playback was told to drop it */
} RtLedgerTrack;

struct _RtLedger {
  gboolean open_ended;
  /* of RtLedgerTrack, in the order of their first audio */
  GPtrArray *tracks;
  guint last_number;
  guint session; /* the present one */
  gchar *last_item;
  gchar *last_response;
  GQueue interrupted; /* ids of responses and items, newest first */
  gboolean nameless_interrupted;
};

/* ns of all that was received of it */
guint64 rt_ledger_track_ns (const RtLedgerTrack *track);
/* The track on which the part went on, or NULL. */
RtLedgerTrack *rt_ledger_find_next (
    RtLedger *ledger, const RtLedgerTrack *track);
/* A track that was heard whole goes on in the account of the next one. */
void rt_ledger_fold (
    RtLedger *ledger, RtLedgerTrack *track, RtLedgerTrack *next, guint64 heard);
/* Of items without a name, what belongs to one response is one. */
gboolean rt_ledger_is_same_item (
    const RtLedgerTrack *a, const RtLedgerTrack *b);
/* Of what was heard, the item heard last may still go on (NULL: none), and now
 * and then another one that has a name: the newest parts stay. */
void rt_ledger_forget_heard (RtLedger *ledger, const RtLedgerTrack *last);
/* It was heard to its end. */
void rt_ledger_set_last (RtLedger *ledger, const RtLedgerTrack *track);

G_END_DECLS
