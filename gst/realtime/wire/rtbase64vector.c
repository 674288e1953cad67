/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64 by AVX2, 24 bytes to and from 32 characters at a time, where the
 * processor that runs it has it.  Pure; any thread.
 */
#include "rtbase64vector.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define BLOCK_BYTES 24
#define BLOCK_CHARS 32
/* Two overlapping loads of 16 bytes reach this far. */
#define ENCODE_READS 28
/* A store writes 8 bytes more than it means; so much text must be left that
 * the bound of the output covers them. */
#define DECODE_NEEDS 44

#define AVX2 __attribute__ ((target ("avx2")))

/* Six-bit values to characters, by the class of the value. */
AVX2 static inline __m256i
to_characters (__m256i values)
{
  /* The class: 13 A-Z, 0 a-z, 1 to 10 the digits, 11 '+', 12 '/'. */
  const __m256i offsets = _mm256_setr_epi8 ('a' - 26, '0' - 52, '0' - 52,
      '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
      '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0, 'a' - 26, '0' - 52, '0' - 52,
      '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
      '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  __m256i class = _mm256_subs_epu8 (values, _mm256_set1_epi8 (51));
  __m256i upper = _mm256_cmpgt_epi8 (_mm256_set1_epi8 (26), values);

  class = _mm256_or_si256 (
      class, _mm256_and_si256 (upper, _mm256_set1_epi8 (13)));
  return _mm256_add_epi8 (values, _mm256_shuffle_epi8 (offsets, class));
}

AVX2 static gsize
encode_avx2 (const guint8 *data, gsize size, gchar *out)
{
  /* Every three bytes a b c become the four b a c b, so that the two upper
   * and the two lower values each lie in a half word of their own. */
  const __m256i spread = _mm256_setr_epi8 (1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7,
      10, 9, 11, 10, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const __m256i high_mask = _mm256_set1_epi32 (0x0fc0fc00);
  const __m256i low_mask = _mm256_set1_epi32 (0x003f03f0);
  gsize done = 0;

  for (; size - done >= ENCODE_READS; done += BLOCK_BYTES) {
    __m256i v = _mm256_inserti128_si256 (
        _mm256_castsi128_si256 (
            _mm_loadu_si128 ((const __m128i *) (data + done))),
        _mm_loadu_si128 ((const __m128i *) (data + done + 12)), 1);
    __m256i high, low;

    v = _mm256_shuffle_epi8 (v, spread);
    /* Multiplying shifts each half word by its own distance. */
    high = _mm256_mulhi_epu16 (
        _mm256_and_si256 (v, high_mask), _mm256_set1_epi32 (0x04000040));
    low = _mm256_mullo_epi16 (
        _mm256_and_si256 (v, low_mask), _mm256_set1_epi32 (0x01000010));
    v = to_characters (_mm256_or_si256 (high, low));
    _mm256_storeu_si256 ((__m256i *) out, v);
    out += BLOCK_CHARS;
  }
  return done;
}

/* Characters to six-bit values; FALSE when one is not of the 64. */
AVX2 static inline gboolean
to_values (__m256i *text)
{
  /* A character is good when its upper and its lower half share a bit:
   * 1 '+' and '/', 2 the digits, 4 @ABC… without @, 8 P…Z. */
  const __m256i upper_kind = _mm256_setr_epi8 (0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i lower_kinds
      = _mm256_setr_epi8 (10, 14, 14, 14, 14, 14, 14, 14, 14, 14, 12, 5, 4, 4,
          4, 5, 10, 14, 14, 14, 14, 14, 14, 14, 14, 14, 12, 5, 4, 4, 4, 5);
  /* By upper half; '/' takes the place before that of '+'. */
  const __m256i offsets
      = _mm256_setr_epi8 (0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a',
          26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 63 - '/', 62 - '+', 52 - '0',
          -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i nibble = _mm256_set1_epi8 (0x0f);
  __m256i upper = _mm256_and_si256 (_mm256_srli_epi16 (*text, 4), nibble);
  __m256i lower = _mm256_and_si256 (*text, nibble);
  __m256i good = _mm256_and_si256 (_mm256_shuffle_epi8 (upper_kind, upper),
      _mm256_shuffle_epi8 (lower_kinds, lower));
  __m256i bad = _mm256_cmpeq_epi8 (good, _mm256_setzero_si256 ());
  __m256i slash = _mm256_cmpeq_epi8 (*text, _mm256_set1_epi8 ('/'));

  if (_mm256_movemask_epi8 (bad) != 0)
    return FALSE;
  *text = _mm256_add_epi8 (
      *text, _mm256_shuffle_epi8 (offsets, _mm256_add_epi8 (upper, slash)));
  return TRUE;
}

AVX2 static gsize
decode_avx2 (const gchar *text, gsize length, guint8 *out)
{
  const __m256i gather
      = _mm256_setr_epi8 (2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1,
          -1, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i close = _mm256_setr_epi32 (0, 1, 2, 4, 5, 6, 3, 7);
  gsize done = 0;

  for (; length - done >= DECODE_NEEDS; done += BLOCK_CHARS) {
    __m256i v = _mm256_loadu_si256 ((const __m256i *) (text + done));

    if (!to_values (&v))
      break;
    /* Pairs of 6 bits to 12, pairs of 12 to 24, then the bytes in order. */
    v = _mm256_maddubs_epi16 (v, _mm256_set1_epi32 (0x01400140));
    v = _mm256_madd_epi16 (v, _mm256_set1_epi32 (0x00011000));
    v = _mm256_shuffle_epi8 (v, gather);
    v = _mm256_permutevar8x32_epi32 (v, close);
    _mm256_storeu_si256 ((__m256i *) out, v);
    out += BLOCK_BYTES;
  }
  return done;
}

gsize
rt_base64_encode_blocks (const guint8 *data, gsize size, gchar *out)
{
  return __builtin_cpu_supports ("avx2") ? encode_avx2 (data, size, out) : 0;
}

gsize
rt_base64_decode_blocks (const gchar *text, gsize length, guint8 *out)
{
  return __builtin_cpu_supports ("avx2") ? decode_avx2 (text, length, out) : 0;
}

#else

gsize
rt_base64_encode_blocks (const guint8 *data, gsize size, gchar *out)
{
  return 0;
}

gsize
rt_base64_decode_blocks (const gchar *text, gsize length, guint8 *out)
{
  return 0;
}

#endif
