/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The count of frames: the verdict on a stream is the same however it is cut
 * into pieces, and the same as that of a plain reading of the whole.
 */
#include "fuzz.h"
#include "rtframes.h"

#define TOO_BIG 1009
#define POLICY 1008
#define PROTOCOL_ERROR 1002
#define BAD_DATA 1007

typedef struct {
  guint64 message;
  guint fragments;
  guint control;
} Count;

static guint
judge (Count *self, guint8 head, guint64 payload)
{
  if ((head & 0x08) != 0 && (payload > 125 || (head & 0x80) == 0))
    return PROTOCOL_ERROR;
  if ((head & 0x08) != 0)
    return ++self->control > RT_FRAMES_MAX_CONTROL ? POLICY : 0;
  if ((head & 0x0f) != 0)
    self->message = self->fragments = 0;
  if (payload > RT_FRAMES_MAX_MESSAGE
      || self->message + payload > RT_FRAMES_MAX_MESSAGE
      || ++self->fragments > RT_FRAMES_MAX_FRAGMENTS)
    return TOO_BIG;
  self->message += payload;
  return 0;
}

/* A code and a text, or less. */
static gboolean
is_goodbye (const guint8 *payload, gsize size)
{
  return size <= 2
         || g_utf8_validate_len ((const gchar *) payload + 2, size - 2, NULL);
}

/* RFC 6455, section 5.2. */
static guint
read_plainly (const guint8 *data, gsize size, guint *frames)
{
  Count count = { 0 };
  gsize at = 0;

  *frames = 0;
  while (size - at >= 2) {
    guint64 payload = data[at + 1] & 0x7f;
    gsize extra = payload == 126 ? 2 : payload == 127 ? 8 : 0;
    gsize mask = (data[at + 1] & 0x80) != 0 ? 4 : 0;
    guint8 head = data[at];
    guint code;
    gsize i;

    if (size - at < 2 + extra + mask)
      break;
    if (extra > 0)
      payload = 0;
    for (i = 0; i < extra; i++)
      payload = payload << 8 | data[at + 2 + i];
    ++*frames;
    code = judge (&count, head, payload);
    if (code != 0)
      return code;
    at += 2 + extra + mask;
    if (payload > size - at)
      break;
    if ((head & 0x8f) == 0x88 && mask == 0 && !is_goodbye (data + at, payload))
      return BAD_DATA;
    at += payload;
  }
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint seed = fuzz_take_byte (&input) + 1;
  const guint8 *stream = input.at;
  gsize length = input.left;
  RtFrames whole = { 0 }, pieces = { 0 };
  const gchar *why = NULL;
  guint expected, frames, code = 0;

  expected = read_plainly (stream, length, &frames);
  g_assert_cmpuint (
      rt_frames_scan (&whole, stream, length, 0, &why), ==, expected);
  g_assert_cmpint (why != NULL, ==, expected != 0);
  g_assert_cmpuint (whole.count, ==, frames);
  while (code == 0 && length > 0) {
    gsize n = MIN (seed % 7 + 1, length);

    code = rt_frames_scan (&pieces, stream, n, 0, &why);
    stream += n;
    length -= n;
    seed = seed * 1103515245 + 12345;
  }
  g_assert_cmpuint (code, ==, expected);
  g_assert_cmpuint (pieces.count, ==, frames);
  return 0;
}
