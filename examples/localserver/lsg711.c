/* SPDX-License-Identifier: LGPL-2.1-or-later
 * G.711: eight segments a sign, each twice as coarse as the one below it. */
#include "lsg711.h"

#define MULAW_BIAS 132
#define MULAW_CLIP 32635
#define ALAW_TOGGLE 0x55

static guint
segment_of (guint magnitude, guint lowest_bit)
{
  guint top = g_bit_storage (magnitude >> lowest_bit);

  return top > 0 ? top - 1 : 0;
}

guint8
ls_mulaw_encode (gint16 sample)
{
  guint sign = sample < 0 ? 0x80 : 0;
  guint magnitude = MIN (ABS ((gint) sample), MULAW_CLIP) + MULAW_BIAS;
  guint segment = segment_of (magnitude, 7);

  return ~(sign | segment << 4 | (magnitude >> (segment + 3) & 0x0f));
}

gint16
ls_mulaw_decode (guint8 code)
{
  guint8 plain = ~code;
  guint segment = plain >> 4 & 7;
  gint magnitude
      = ((((plain & 0x0f) << 1 | 0x21) << (segment + 2))) - MULAW_BIAS;

  return plain & 0x80 ? -magnitude : magnitude;
}

guint8
ls_alaw_encode (gint16 sample)
{
  /* A-law has no zero: -1 is the first step below it, hence ~ and not - */
  guint magnitude = sample < 0 ? ~sample : sample;
  guint sign = sample < 0 ? 0 : 0x80;
  guint segment = segment_of (magnitude, 7);
  guint shift = segment == 0 ? 4 : segment + 3;

  return (sign | segment << 4 | (magnitude >> shift & 0x0f)) ^ ALAW_TOGGLE;
}

gint16
ls_alaw_decode (guint8 code)
{
  guint8 plain = code ^ ALAW_TOGGLE;
  guint segment = plain >> 4 & 7;
  gint magnitude = (plain & 0x0f) << 4 | 8;

  if (segment > 0)
    magnitude = (magnitude + 0x100) << (segment - 1);
  return plain & 0x80 ? magnitude : -magnitude;
}
