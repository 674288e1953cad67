/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A recording that is made up.
 */
#include "tape.h"

#define MIN_SPEECH 400   /* ms */
#define MAX_SPEECH 4000  /* ms */
#define MIN_SILENCE 600  /* ms */
#define MAX_SILENCE 4000 /* ms */
#define CHUNK 20         /* ms */
#define MARK 0x80

typedef struct {
  guint begin;
  guint end;
} Turn;

struct _Tape {
  GArray *turns; /* of Turn */
  guint length;
};

Tape *
tape_new (GRand *chance, guint turns)
{
  Tape *self = g_new0 (Tape, 1);
  guint i;

  self->turns = g_array_new (FALSE, FALSE, sizeof (Turn));
  for (i = 0; i < turns; i++) {
    Turn turn;

    self->length += g_rand_int_range (chance, MIN_SILENCE, MAX_SILENCE);
    turn.begin = self->length;
    self->length += g_rand_int_range (chance, MIN_SPEECH, MAX_SPEECH);
    turn.end = self->length;
    g_array_append_val (self->turns, turn);
  }
  /* no part of a chunk at its end, which would wait for the rest of it */
  self->length += MAX_SILENCE + CHUNK - (self->length + MAX_SILENCE) % CHUNK;
  return self;
}

void
tape_free (Tape *self)
{
  g_array_unref (self->turns);
  g_free (self);
}

guint
tape_get_length (const Tape *self)
{
  return self->length;
}

guint
tape_get_turns (const Tape *self)
{
  return self->turns->len;
}

guint
tape_get_turn_length (const Tape *self, guint turn)
{
  const Turn *it = &g_array_index (self->turns, Turn, turn - 1);

  return it->end - it->begin;
}

/* The turn that is spoken then, or 0. */
static guint
find_turn (const Tape *self, guint ms)
{
  guint low = 0, high = self->turns->len;

  while (low < high) {
    guint middle = (low + high) / 2;
    const Turn *turn = &g_array_index (self->turns, Turn, middle);

    if (ms < turn->begin)
      high = middle;
    else if (ms >= turn->end)
      low = middle + 1;
    else
      return middle + 1;
  }
  return 0;
}

/* A mark and 56 bits, the last of them a sum. */
void
tape_write (const Tape *self, guint ms, guint8 *out)
{
  guint turn = find_turn (self, ms);
  guint index
      = turn > 0 ? ms - g_array_index (self->turns, Turn, turn - 1).begin : 0;
  guint8 sum = 0;
  guint i;

  out[0] = MARK;
  out[1] = ms >> 16;
  out[2] = ms >> 8;
  out[3] = ms;
  out[4] = turn;
  out[5] = turn >> 8 | index >> 8 << 4;
  out[6] = index;
  for (i = 1; i < TAPE_BYTES - 1; i++)
    sum = (guint8) (sum * 31 + out[i]);
  out[7] = sum;
}

gboolean
tape_read (const guint8 *data, TapeFrame *frame)
{
  guint8 sum = 0;
  guint i;

  for (i = 1; i < TAPE_BYTES - 1; i++)
    sum = (guint8) (sum * 31 + data[i]);
  frame->ms = (guint32) data[1] << 16 | data[2] << 8 | data[3];
  frame->turn = (guint16) (data[4] | (data[5] & 0x0f) << 8);
  frame->index = (guint16) ((data[5] >> 4) << 8 | data[6]);
  return data[0] == MARK && data[7] == sum;
}
