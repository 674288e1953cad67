/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session driven by words: a row is what goes in and what must come out.
 *
 * In: an event (`audio item=i1 resp=r1 audio=100`), a request (`ask text hi`;
 * `unsent text hi`: and what it wants stays in the list),
 * playback (`playing 1`, `drained 1:500`, `dropped 1=40/100`, `paused`,
 * `elapsed`), `opened`, `append 100 2000` (ms, running time), `ended 150` (ms
 * more, and then the end), `config voice=sage`, `barge-in 1 300`,
 * what passes between sessions (`lost`, `lost repeats`, `greet`, `opened greeted`,
 * `commit_again`, `repeated`, `ask_again`, `forgetful`: without history), or a
 * question (`busy?`, `speaking?`, `ready?`, `between?`, `owed?`, `worked?`,
 * `late?`, `awaits_pause?`, `last_error?`, `id?`).  Out: the effects, joined by
 * "; ".
 */
#pragma once

#include "rtsession.h"

G_BEGIN_DECLS

typedef struct {
  const gchar *in;
  const gchar *out;
} Row;

typedef struct {
  const gchar *name;
  const gchar *setup; /* words as of `config`, a dialect, "bare", "mute" */
  const Row *rows;
  guint n_rows;
} Table;

#define TABLE(name, setup, rows)           \
  {                                        \
    name, setup, rows, G_N_ELEMENTS (rows) \
  }

/* Each as a test of its own below `prefix`. */
void session_driver_add (
    const gchar *prefix, const Table *tables, guint n_tables);

/* "pcmu", "pcma", "pcm@16000". */
RtAudioFormat session_driver_format (const gchar *word);
/* The words of an event, made one; NULL when they are none. */
RtEvent *session_driver_event (const gchar *words);
/* Transfer full. */
gchar *session_driver_effect_to_string (const RtEffect *effect);

G_END_DECLS
