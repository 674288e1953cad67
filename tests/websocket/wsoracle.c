/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a careful reader makes of a stream.
 */
#include "wsoracle.h"

#define MAX_MESSAGE (16 * 1024 * 1024)
#define MAX_CONTROLS 100 /* while nothing takes a second */

typedef struct {
  guint8 first;
  gboolean masked;
  guint64 size;
  gsize header;
  const guint8 *payload;
} Frame;

typedef struct {
  GPtrArray *messages;
  GByteArray *message;
  guint opcode; /* of the message that is going on, or 0 */
  guint controls;
} Reader;

/* FALSE: it is not all there. */
static gboolean
read_header (const guint8 *data, gsize size, Frame *frame)
{
  gsize extra, i;

  if (size < 2)
    return FALSE;
  frame->first = data[0];
  frame->masked = (data[1] & 0x80) != 0;
  frame->size = data[1] & 0x7f;
  extra = frame->size == 126 ? 2 : frame->size == 127 ? 8 : 0;
  frame->header = 2 + extra + (frame->masked ? 4 : 0);
  if (size < frame->header)
    return FALSE;
  for (i = 0; i < extra; i++)
    frame->size = (i == 0 ? 0 : frame->size << 8) | data[2 + i];
  frame->payload = data + frame->header;
  return TRUE;
}

static gboolean
length_is_short (const Frame *frame)
{
  gsize width = frame->header - 2;

  return width == 0 || (width == 2 && frame->size > 125)
         || (width == 8 && frame->size > G_MAXUINT16);
}

/* What the header alone shows. */
static gboolean
header_is_good (Reader *self, const Frame *frame)
{
  guint opcode = frame->first & 0x0f;
  gboolean fin = (frame->first & 0x80) != 0;

  if ((frame->first & 0x70) != 0 || frame->masked || !length_is_short (frame))
    return FALSE;
  if (opcode >= 8)
    return opcode <= 10 && fin && frame->size <= 125
           && ++self->controls <= MAX_CONTROLS;
  if (opcode > 2 || (opcode == 0) != (self->opcode != 0))
    return FALSE;
  return frame->size <= MAX_MESSAGE
         && self->message->len + frame->size <= MAX_MESSAGE;
}

/* FALSE: the text is none. */
static gboolean
take_data (Reader *self, const Frame *frame)
{
  WsMessage *message;

  if ((frame->first & 0x0f) != 0)
    self->opcode = frame->first & 0x0f;
  g_byte_array_append (self->message, frame->payload, frame->size);
  if ((frame->first & 0x80) == 0)
    return TRUE;
  if (self->opcode == 1) {
    g_autofree gchar *text
        = g_memdup2 (self->message->data, self->message->len);
    gsize i;

    /* a NUL is a character like another */
    for (i = 0; i < self->message->len; i++)
      if (text[i] == '\0')
        text[i] = ' ';
    if (!g_utf8_validate_len (text, self->message->len, NULL))
      return FALSE;
  }
  message = g_new0 (WsMessage, 1);
  message->binary = self->opcode == 2;
  message->data = g_bytes_new (self->message->data, self->message->len);
  g_ptr_array_add (self->messages, message);
  g_byte_array_set_size (self->message, 0);
  self->opcode = 0;
  return TRUE;
}

/* A code of one byte is none, and neither is zero; a reason is text. */
static WsVerdict
judge_close (const Frame *frame)
{
  guint code;

  if (frame->size == 0)
    return WS_ENDS_CLOSED;
  if (frame->size == 1)
    return WS_ENDS_BREACH;
  code = frame->payload[0] << 8 | frame->payload[1];
  if (code == 0
      || !g_utf8_validate_len (
          (const gchar *) frame->payload + 2, frame->size - 2, NULL))
    return WS_ENDS_BREACH;
  /* that is what it means */
  return code == 1006 ? WS_ENDS_LOST : WS_ENDS_CLOSED;
}

static WsVerdict
read_frames (Reader *self, const guint8 *data, gsize size)
{
  Frame frame;

  while (read_header (data, size, &frame)) {
    gboolean good = header_is_good (self, &frame);
    gboolean whole = frame.size <= size - frame.header;

    if (!whole)
      return good ? WS_ENDS_LOST : WS_ENDS_LOST_OR_BREACH;
    if (!good)
      return WS_ENDS_BREACH;
    if ((frame.first & 0x0f) == 8)
      return judge_close (&frame);
    if ((frame.first & 0x0f) <= 2 && !take_data (self, &frame))
      return WS_ENDS_BREACH;
    data += frame.header + frame.size;
    size -= frame.header + frame.size;
  }
  return size < 2 ? WS_ENDS_LOST : WS_ENDS_LOST_OR_BREACH;
}

WsVerdict
ws_oracle (const guint8 *data, gsize size, GPtrArray *messages)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  Reader self = { messages, message };

  return read_frames (&self, data, size);
}
