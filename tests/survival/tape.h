/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user says, as bytes that say of themselves which they are: turns of
 * speech with silence between them, millisecond by millisecond.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One ms of G.711. */
#define TAPE_BYTES 8
#define TAPE_CAPS "audio/x-mulaw,rate=8000,channels=1"

typedef struct {
  guint32 ms;    /* since the beginning */
  guint16 turn;  /* from 1; 0: silence */
  guint16 index; /* ms since the turn began */
} TapeFrame;

typedef struct _Tape Tape;

/* `turns` of random lengths. */
Tape *tape_new (GRand *chance, guint turns);
void tape_free (Tape *tape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tape, tape_free)
guint tape_get_length (const Tape *tape); /* ms */
guint tape_get_turns (const Tape *tape);
/* ms that a turn has, from 1. */
guint tape_get_turn_length (const Tape *tape, guint turn);

/* The bytes of one ms. */
void tape_write (const Tape *tape, guint ms, guint8 *out);
/* FALSE: these are not the bytes of any ms. */
gboolean tape_read (const guint8 *data, TapeFrame *frame);

G_END_DECLS
