/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A few small changes of a seed at a time.
 */
#include "fuzzmutate.h"

#include <string.h>

#define MAX_CHANGES 6
#define MAX_PIECE 64

void
fuzz_mutator_init (FuzzMutator *self, const GPtrArray *seeds,
    const GPtrArray *words, gsize max_size, guint64 seed)
{
  self->state = seed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + 1;
  self->seeds = seeds;
  self->words = words;
  self->max_size = max_size;
}

/* xorshift64*: the C library's would differ between libraries. */
static guint64
next (FuzzMutator *self)
{
  self->state ^= self->state >> 12;
  self->state ^= self->state << 25;
  self->state ^= self->state >> 27;
  return self->state * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d);
}

static gsize
below (FuzzMutator *self, gsize n)
{
  return (next (self) >> 16) % n;
}

static void
insert (GByteArray *out, gsize at, gconstpointer data, gsize size)
{
  gsize rest = out->len - at;

  g_byte_array_set_size (out, out->len + size);
  memmove (out->data + at + size, out->data + at, rest);
  memcpy (out->data + at, data, size);
}

static GBytes *
pick (FuzzMutator *self, const GPtrArray *from)
{
  return g_ptr_array_index (from, below (self, from->len));
}

static void
change_byte (FuzzMutator *self, GByteArray *out)
{
  static const guint8 special[]
      = { 0, 1, 0x7f, 0x80, 0xff, '"', '\\', '{', '[', '0', '=', '\n', '\r' };
  guint8 *byte;

  if (out->len == 0)
    return;
  byte = out->data + below (self, out->len);
  switch (below (self, 4)) {
    case 0:
      *byte ^= 1 << below (self, 8);
      break;
    case 1:
      *byte = special[below (self, sizeof (special))];
      break;
    case 2:
      *byte += below (self, 2) == 0 ? 1 : 0xff;
      break;
    default:
      *byte = (guint8) below (self, 256);
      break;
  }
}

static void
remove_piece (FuzzMutator *self, GByteArray *out)
{
  gsize at, size;

  if (out->len == 0)
    return;
  at = below (self, out->len);
  size = 1 + below (self, MIN (out->len - at, MAX_PIECE));
  g_byte_array_remove_range (out, at, size);
}

static void
repeat_piece (FuzzMutator *self, GByteArray *out)
{
  guint8 piece[MAX_PIECE];
  gsize at, size;

  if (out->len == 0)
    return;
  at = below (self, out->len);
  size = 1 + below (self, MIN (out->len - at, MAX_PIECE));
  memcpy (piece, out->data + at, size);
  insert (out, below (self, out->len + 1), piece, size);
}

static void
insert_word (FuzzMutator *self, GByteArray *out)
{
  guint8 byte = (guint8) below (self, 256);
  GBytes *word;

  if (self->words->len == 0) {
    insert (out, below (self, out->len + 1), &byte, 1);
    return;
  }
  word = pick (self, self->words);
  insert (out, below (self, out->len + 1), g_bytes_get_data (word, NULL),
      g_bytes_get_size (word));
}

/* The rest of another seed. */
static void
splice (FuzzMutator *self, GByteArray *out)
{
  gsize size, from;
  const guint8 *data = g_bytes_get_data (pick (self, self->seeds), &size);

  if (size == 0)
    return;
  from = below (self, size);
  g_byte_array_set_size (out, below (self, out->len + 1));
  g_byte_array_append (out, data + from, size - from);
}

static void
change (FuzzMutator *self, GByteArray *out)
{
  switch (below (self, 8)) {
    case 0:
      remove_piece (self, out);
      break;
    case 1:
      repeat_piece (self, out);
      break;
    case 2:
      splice (self, out);
      break;
    case 3:
    case 4:
      insert_word (self, out);
      break;
    default:
      change_byte (self, out);
      break;
  }
}

void
fuzz_mutate (FuzzMutator *self, GByteArray *out)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (pick (self, self->seeds), &size);
  gsize i, changes = 1 + below (self, MAX_CHANGES);

  g_byte_array_set_size (out, 0);
  g_byte_array_append (out, data, size);
  for (i = 0; i < changes; i++)
    change (self, out);
  if (out->len > self->max_size)
    g_byte_array_set_size (out, self->max_size);
}
