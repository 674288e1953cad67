/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the client says, frame by frame, held to the letter of the protocol.
 * The connection's thread.
 */
#include "rtfakeserver-private.h"

#include <string.h>

#define MAX_FRAME (64 * 1024 * 1024)

enum {
  OPCODE_CONTINUATION = 0,
  OPCODE_TEXT = 1,
  OPCODE_BINARY = 2,
  OPCODE_CLOSE = 8,
  OPCODE_PING = 9,
  OPCODE_PONG = 10,
};

typedef struct {
  gboolean fin;
  guint rsv;
  guint opcode;
  gboolean masked;
  gsize header;
  guint64 size;
  guint8 *data;
} Frame;

void
rt_fake_event_free (RtFakeEvent *event)
{
  g_free (event->type);
  g_free (event->text);
  g_clear_pointer (&event->node, json_node_unref);
  g_free (event);
}

static const gchar *
string_member (JsonNode *node, const gchar *name)
{
  JsonNode *member = node != NULL ? json_object_get_member (
                         json_node_get_object (node), name)
                                  : NULL;

  if (member == NULL || json_node_get_value_type (member) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (member);
}

/* NULL: nothing to answer. */
static gchar *
answer_to (RtFakeConn *self, JsonNode *event)
{
  JsonNode *session
      = json_object_get_member (json_node_get_object (event), "session");
  g_autofree gchar *text = NULL;
  g_autofree gchar *head = g_strdup_printf (
      "{\"id\":\"sess_fake_%u\",\"object\":\"realtime.session\"", self->number);

  if (session == NULL || !JSON_NODE_HOLDS_OBJECT (session))
    return NULL;
  text = json_to_string (session, FALSE);
  return g_strconcat (
      head, g_str_equal (text, "{}") ? "" : ",", text + 1, NULL);
}

static void
send_session (RtFakeConn *self, const gchar *session)
{
  if (!self->created)
    rt_fake_conn_send_printf (self,
        "{\"type\":\"session.created\",\"event_id\":\"event_created\","
        "\"session\":%s}",
        session);
  self->created = TRUE;
  rt_fake_conn_send_printf (self,
      "{\"type\":\"session.updated\",\"event_id\":\"event_updated\","
      "\"session\":%s}",
      session);
}

/* The audio of an append; transfer full. */
static GBytes *
audio_of (RtFakeConn *self, JsonNode *event)
{
  const gchar *text = string_member (event, "audio");
  g_autofree gchar *again = NULL;
  guchar *raw;
  gsize size = 0;

  if (text == NULL) {
    rt_fake_server_note_violation (self->server, "an append without audio");
    return g_bytes_new (NULL, 0);
  }
  raw = g_base64_decode (text, &size);
  again = g_base64_encode (raw, size);
  if (!g_str_equal (text, again))
    rt_fake_server_note_violation (
        self->server, "audio that is not base64: %.60s", text);
  return g_bytes_new_take (raw, size);
}

static JsonNode *
parse_object (const gchar *text, gsize size)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (!json_parser_load_from_data (parser, text, size, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_ref (root)
                                                       : NULL;
}

/* lock */
static void
keep (RtFakeConn *self, RtFakeEvent *event, GBytes *audio)
{
  gboolean forget = (self->server->flags & RT_FAKE_SERVER_FORGETFUL) != 0;

  if (audio != NULL)
    self->audio_size += g_bytes_get_size (audio);
  if (audio != NULL && forget) {
    rt_fake_event_free (event);
    return;
  }
  g_ptr_array_add (self->events, event);
  if (audio != NULL)
    g_byte_array_append (
        self->audio, g_bytes_get_data (audio, NULL), g_bytes_get_size (audio));
}

static void
take_text (RtFakeConn *self, const gchar *text, gsize size)
{
  RtFakeServer *server = self->server;
  RtFakeEvent *event = g_new0 (RtFakeEvent, 1);
  g_autofree gchar *session = NULL;
  g_autoptr (GBytes) audio = NULL;
  const gchar *type;

  event->text = g_strndup (text, size);
  event->node = parse_object (text, size);
  type = string_member (event->node, "type");
  event->type = g_strdup (type != NULL ? type : "");
  /* after it is handed over the event is the test's */
  if (self->script.automatic && g_str_equal (event->type, "session.update"))
    session = answer_to (self, event->node);
  if (g_str_equal (event->type, "input_audio_buffer.append"))
    audio = audio_of (self, event->node);

  g_mutex_lock (&server->lock);
  keep (self, event, audio);
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
  if (session != NULL)
    send_session (self, session);
}

static gboolean
breach (RtFakeConn *self, const gchar *what)
{
  rt_fake_server_note_violation (self->server, "%s", what);
  return FALSE;
}

static gboolean
take_data (RtFakeConn *self, const Frame *frame)
{
  if ((frame->opcode == OPCODE_CONTINUATION) != (self->message_opcode != 0))
    return breach (self, "a fragment out of order");
  if (frame->opcode == OPCODE_BINARY)
    return breach (self, "a binary message");
  if (frame->opcode == OPCODE_TEXT)
    self->message_opcode = OPCODE_TEXT;
  g_byte_array_append (self->message, frame->data, frame->size);
  if (!frame->fin)
    return TRUE;
  if (!g_utf8_validate_len (
          (const gchar *) self->message->data, self->message->len, NULL))
    return breach (self, "text that is not UTF-8");
  take_text (self, (const gchar *) self->message->data, self->message->len);
  g_byte_array_set_size (self->message, 0);
  self->message_opcode = 0;
  return TRUE;
}

static gboolean
take_close (RtFakeConn *self, const Frame *frame)
{
  RtFakeServer *server = self->server;
  guint code = frame->size >= 2 ? frame->data[0] << 8 | frame->data[1] : 1005;
  gboolean answer, end;

  if (frame->size == 1)
    return breach (self, "half a close code");
  g_mutex_lock (&server->lock);
  self->close_code = code;
  self->client_closed = TRUE;
  answer = !self->close_sent && !self->mute_close;
  end = self->close_sent || !self->mute_close;
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
  if (answer)
    rt_fake_conn_send_frame (
        self, OPCODE_CLOSE, TRUE, 0, FALSE, frame->data, MIN (frame->size, 2));
  return !end;
}

static void
take_ping (RtFakeConn *self, const Frame *frame)
{
  gboolean answer;

  g_mutex_lock (&self->server->lock);
  self->pings++;
  answer = !self->mute_ping;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  if (answer)
    rt_fake_conn_send_frame (
        self, OPCODE_PONG, TRUE, 0, FALSE, frame->data, frame->size);
}

static void
take_pong (RtFakeConn *self, const Frame *frame)
{
  g_mutex_lock (&self->server->lock);
  self->pongs++;
  g_clear_pointer (&self->pong, g_bytes_unref);
  self->pong = g_bytes_new (frame->data, frame->size);
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
}

static gboolean
take_frame (RtFakeConn *self, const Frame *frame)
{
  if (frame->opcode >= OPCODE_CLOSE && (!frame->fin || frame->size > 125))
    return breach (self, "a control frame that is long or in pieces");
  switch (frame->opcode) {
    case OPCODE_CONTINUATION:
    case OPCODE_TEXT:
    case OPCODE_BINARY:
      return take_data (self, frame);
    case OPCODE_CLOSE:
      return take_close (self, frame);
    case OPCODE_PING:
      take_ping (self, frame);
      return TRUE;
    case OPCODE_PONG:
      take_pong (self, frame);
      return TRUE;
    default:
      return breach (self, "an unknown opcode");
  }
}

/* FALSE: more bytes are needed. */
static gboolean
read_header (const GByteArray *input, Frame *frame)
{
  const guint8 *data = input->data;
  guint extra, i;

  if (input->len < 2)
    return FALSE;
  frame->fin = data[0] >> 7;
  frame->rsv = data[0] >> 4 & 7;
  frame->opcode = data[0] & 15;
  frame->masked = data[1] >> 7;
  frame->size = data[1] & 0x7f;
  extra = frame->size == 126 ? 2 : frame->size == 127 ? 8 : 0;
  frame->header = 2 + extra + (frame->masked ? 4 : 0);
  if (input->len < frame->header)
    return FALSE;
  if (extra > 0)
    for (frame->size = 0, i = 0; i < extra; i++)
      frame->size = frame->size << 8 | data[2 + i];
  return TRUE;
}

static gboolean
check_header (RtFakeConn *self, const Frame *frame)
{
  if (frame->rsv != 0)
    return breach (self, "a reserved bit");
  if (!frame->masked)
    return breach (self, "a frame without a mask");
  if (frame->size > MAX_FRAME)
    return breach (self, "a frame beyond all measure");
  return TRUE;
}

static void
unmask (GByteArray *input, Frame *frame)
{
  const guint8 *key = input->data + frame->header - 4;
  guint64 i;

  frame->data = input->data + frame->header;
  for (i = 0; i < frame->size; i++)
    frame->data[i] ^= key[i % 4];
}

gboolean
rt_fake_conn_parse_frames (RtFakeConn *self)
{
  GByteArray *input = self->input;
  Frame frame;

  while (read_header (input, &frame)) {
    if (!check_header (self, &frame))
      return FALSE;
    if (input->len - frame.header < frame.size)
      return TRUE;
    unmask (input, &frame);
    if (!take_frame (self, &frame))
      return FALSE;
    g_byte_array_remove_range (input, 0, frame.header + frame.size);
  }
  return TRUE;
}
