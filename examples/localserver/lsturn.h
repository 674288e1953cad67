/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a user says in one go: its utterance, its item, its transcript.
 * Main thread only. */
#pragma once

#include "lsevents.h"
#include "lsrecognizer.h"

G_BEGIN_DECLS

typedef struct _LsTurn LsTurn;

typedef struct {
  LsRecognizer *recognizer;
  LsSendFunc send;
  /* the text of the item is there; the turn may be freed now */
  void (*understood) (LsTurn *turn, gpointer user_data);
  gpointer user_data;
} LsTurnHost;

LsTurn *ls_turn_new (const LsTurnHost *host, const LsHearing *hearing);
void ls_turn_free (LsTurn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsTurn, ls_turn_free)

/* mono, 16 kHz */
void ls_turn_feed (LsTurn *self, const gint16 *samples, gsize n);
/* nothing more is fed; before the item was announced its text is unknown */
void ls_turn_finish (LsTurn *self);
/* borrowed; its id is known from the beginning */
LsItem *ls_turn_get_item (LsTurn *self);

G_END_DECLS
