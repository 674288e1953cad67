/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What libsoup does not bound: a message of many fragments, and control
 * frames, whose answers it queues in a list that it walks and whose words it
 * logs.  Pure.
 */
#include "rtframes.h"

#include <string.h>

#define PROTOCOL 1002
#define BAD_DATA 1007
#define POLICY 1008
#define TOO_BIG 1009
#define OPCODE_CLOSE 8
#define OPCODE_PING 9

static guint
header_size (const RtFrames *self)
{
  guint size = 2;

  if (self->have < 2)
    return size;
  if ((self->header[1] & 0x7f) == 126)
    size += 2;
  else if ((self->header[1] & 0x7f) == 127)
    size += 8;
  if (self->header[1] & 0x80)
    size += 4;
  return size;
}

static guint64
payload_size (const RtFrames *self)
{
  guint64 size = self->header[1] & 0x7f;
  guint bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
  guint i;

  for (i = 0; i < bytes; i++)
    size = (i == 0 ? 0 : size << 8) | self->header[2 + i];
  return size;
}

static guint
judge_control (RtFrames *self, gint64 now, const gchar **why)
{
  guint opcode = self->header[0] & 0x0f;

  if (self->payload > RT_FRAMES_CONTROL_SIZE || !(self->header[0] & 0x80)) {
    *why = "the server's control frame is too large, or in fragments";
    return PROTOCOL;
  }
  /* libsoup refuses masked ones without a look inside */
  self->closing = opcode == OPCODE_CLOSE && !(self->header[1] & 0x80);
  self->said_size = 0;
  self->pings += opcode == OPCODE_PING;
  if (now - self->window >= G_USEC_PER_SEC) {
    self->window = now;
    self->control = 0;
  }
  if (++self->control <= RT_FRAMES_MAX_CONTROL)
    return 0;
  *why = "the server floods the connection with control frames";
  return POLICY;
}

static guint
judge (RtFrames *self, gint64 now, const gchar **why)
{
  guint opcode = self->header[0] & 0x0f;

  if (opcode & 0x08)
    return judge_control (self, now, why);
  if (opcode != 0) {
    self->message = 0;
    self->fragments = 0;
  }
  /* the message is below the limit already, so the sum cannot overflow */
  if (self->payload > RT_FRAMES_MAX_MESSAGE
      || self->message + self->payload > RT_FRAMES_MAX_MESSAGE) {
    *why = "the server's message is larger than 16 MiB";
    return TOO_BIG;
  }
  if (++self->fragments > RT_FRAMES_MAX_FRAGMENTS) {
    *why = "the server's message has too many fragments";
    return TOO_BIG;
  }
  self->message += self->payload;
  self->parted = !(self->header[0] & 0x80);
  self->grown = TRUE;
  return 0;
}

/* A reason that is not text would be shown as it is in libsoup's log, and a
 * server may put there what it was told. */
static guint
judge_goodbye (
    RtFrames *self, const guint8 *data, gsize size, const gchar **why)
{
  memcpy (self->said + self->said_size, data, size);
  self->said_size += size;
  if (self->payload > 0)
    return 0;
  self->closing = FALSE;
  if (self->said_size <= 2
      || g_utf8_validate_len (
          (const gchar *) self->said + 2, self->said_size - 2, NULL))
    return 0;
  *why = "the server says goodbye in bytes that are not UTF-8";
  return BAD_DATA;
}

guint
rt_frames_scan (RtFrames *self, const guint8 *data, gsize size, gint64 now,
    const gchar **why)
{
  const guint8 *start = data;
  gsize n;
  guint code;

  self->good = 0;
  while (size > 0) {
    if (self->payload == 0 && self->have == 0)
      self->good = data - start;
    if (self->payload > 0) {
      n = MIN (self->payload, size);
      self->payload -= n;
      code = self->closing ? judge_goodbye (self, data, n, why) : 0;
      if (code != 0)
        return code;
    } else {
      n = MIN (header_size (self) - self->have, size);
      memcpy (self->header + self->have, data, n);
      self->have += n;
      if (self->have >= 2 && self->have == header_size (self)) {
        self->payload = payload_size (self);
        self->have = 0;
        self->count++;
        self->closing = FALSE;
        code = judge (self, now, why);
        if (code != 0)
          return code;
      }
    }
    data += n;
    size -= n;
  }
  return 0;
}

gboolean
rt_frames_is_between (const RtFrames *self)
{
  return self->payload == 0 && self->have == 0 && !self->parted;
}
