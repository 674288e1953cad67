/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection of the benchmark's server.  Bytes and frames by hand, so that
 * the server costs little beside what is measured; the server's thread.
 */
#include "benchpeer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "benchstamp.h"
#include "rtbase64.h"

#define MAX_REQUEST 16384
#define MAX_FRAME (1 << 20)
#define READ_SIZE 65536
#define WEBSOCKET_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

enum { OP_TEXT = 1, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

struct _BenchPeer {
  int fd;
  const GString *speech;
  BenchHistogram *uplink;
  GByteArray *in;
  GByteArray *out;
  GByteArray *pcm;
  gboolean upgraded;
  gboolean listening;
};

static const gchar delta_head[]
    = "{\"type\":\"response.output_audio.delta\",\"event_id\":\"event_d\","
      "\"response_id\":\"resp_1\",\"item_id\":\"item_1\",\"output_index\":0,"
      "\"content_index\":0,\"delta\":\"";
static const gchar delta_tail[] = "\"}";

static const gchar session_created[]
    = "{\"type\":\"session.created\",\"event_id\":\"event_1\",\"session\":{"
      "\"type\":\"realtime\",\"id\":\"sess_1\",\"object\":\"realtime.session\","
      "\"model\":\"bench\"}}";

/* What the server says once the session was set up: the reply opens, and
 * stays open. */
static const gchar *const opening[] = {
  "{\"type\":\"session.updated\",\"event_id\":\"event_2\",\"session\":{"
  "\"type\":\"realtime\",\"id\":\"sess_1\",\"object\":\"realtime.session\","
  "\"model\":\"bench\"}}",
  "{\"type\":\"response.created\",\"event_id\":\"event_3\",\"response\":{"
  "\"object\":\"realtime.response\",\"id\":\"resp_1\","
  "\"status\":\"in_progress\",\"output\":[]}}",
  "{\"type\":\"response.output_item.added\",\"event_id\":\"event_4\","
  "\"response_id\":\"resp_1\",\"output_index\":0,\"item\":{\"id\":\"item_1\","
  "\"type\":\"message\",\"status\":\"in_progress\",\"role\":\"assistant\","
  "\"content\":[]}}",
  "{\"type\":\"conversation.item.added\",\"event_id\":\"event_5\","
  "\"previous_item_id\":null,\"item\":{\"id\":\"item_1\","
  "\"type\":\"message\",\"status\":\"in_progress\",\"role\":\"assistant\","
  "\"content\":[]}}",
  "{\"type\":\"response.content_part.added\",\"event_id\":\"event_6\","
  "\"response_id\":\"resp_1\",\"item_id\":\"item_1\",\"output_index\":0,"
  "\"content_index\":0,\"part\":{\"type\":\"audio\",\"transcript\":\"\"}}",
};

BenchPeer *
bench_peer_new (int fd, const GString *speech, BenchHistogram *uplink)
{
  BenchPeer *peer = g_new0 (BenchPeer, 1);

  peer->fd = fd;
  peer->speech = speech;
  peer->uplink = uplink;
  peer->in = g_byte_array_new ();
  peer->out = g_byte_array_new ();
  peer->pcm = g_byte_array_new ();
  return peer;
}

void
bench_peer_free (BenchPeer *peer)
{
  close (peer->fd);
  g_byte_array_unref (peer->in);
  g_byte_array_unref (peer->out);
  g_byte_array_unref (peer->pcm);
  g_free (peer);
}

gboolean
bench_peer_is_listening (const BenchPeer *peer)
{
  return peer->listening;
}

gboolean
bench_peer_is_blocked (const BenchPeer *peer)
{
  return peer->out->len > 0;
}

gboolean
bench_peer_writable (BenchPeer *peer)
{
  gssize sent;

  while (peer->out->len > 0) {
    sent = send (peer->fd, peer->out->data, peer->out->len, MSG_NOSIGNAL);
    if (sent < 0)
      return errno == EAGAIN || errno == EINTR;
    g_byte_array_remove_range (peer->out, 0, sent);
  }
  return TRUE;
}

static void
put_header (BenchPeer *peer, guint8 opcode, gsize size)
{
  guint8 head[4] = { 0x80 | opcode, size, size >> 8, size };

  g_assert (size <= G_MAXUINT16);
  if (size >= 126)
    head[1] = 126;
  g_byte_array_append (peer->out, head, size >= 126 ? 4 : 2);
}

static void
put_frame (BenchPeer *peer, guint8 opcode, const void *data, gsize size)
{
  put_header (peer, opcode, size);
  g_byte_array_append (peer->out, data, size);
}

gboolean
bench_peer_speak (BenchPeer *peer, gint64 now)
{
  const gsize head = strlen (delta_head), tail = strlen (delta_tail);
  guint8 stamp[BENCH_STAMP_SIZE];
  gchar coded[BENCH_STAMP_SIZE / 3 * 4];

  bench_stamp_write (stamp, now);
  rt_base64_encode (stamp, sizeof stamp, coded);
  put_header (peer, OP_TEXT, head + peer->speech->len + tail);
  g_byte_array_append (peer->out, (const guint8 *) delta_head, head);
  g_byte_array_append (peer->out, (const guint8 *) coded, sizeof coded);
  g_byte_array_append (peer->out,
      (const guint8 *) peer->speech->str + sizeof coded,
      peer->speech->len - sizeof coded);
  g_byte_array_append (peer->out, (const guint8 *) delta_tail, tail);
  return bench_peer_writable (peer);
}

static void
take_audio (BenchPeer *peer, const gchar *text, gsize length)
{
  gsize offset = 0;
  gssize size;
  gint64 when;

  g_byte_array_set_size (peer->pcm, rt_base64_decoded_bound (length));
  size = rt_base64_decode (text, length, peer->pcm->data);
  while (size > 0 && bench_stamp_find (peer->pcm->data, size, &offset, &when))
    bench_histogram_add (peer->uplink, bench_now () - when);
}

static void
take_message (BenchPeer *peer, const gchar *text, gsize length)
{
  static const gchar key[] = "\"audio\":\"";
  const gchar *audio, *end;
  guint i;

  if (g_strstr_len (text, MIN (length, 80), "input_audio_buffer.append")) {
    audio = g_strstr_len (text, length, key);
    if (audio == NULL)
      return;
    audio += strlen (key);
    end = memchr (audio, '"', text + length - audio);
    if (end != NULL)
      take_audio (peer, audio, end - audio);
  } else if (!peer->listening
             && g_strstr_len (text, length, "\"session.update\"")) {
    for (i = 0; i < G_N_ELEMENTS (opening); i++)
      put_frame (peer, OP_TEXT, opening[i], strlen (opening[i]));
    peer->listening = TRUE;
  }
}

/* A frame at `data`: its size when it is complete, 0 when it is not yet, -1
 * when it ends the connection. */
static gssize
take_frame (BenchPeer *peer, guint8 *data, gsize size)
{
  gsize head = 6, length, i;
  guint8 *payload, *mask;

  if (size < 2)
    return 0;
  length = data[1] & 0x7f;
  if ((data[1] & 0x80) == 0 || (data[0] & 0x80) == 0 || length == 127)
    return -1;
  if (length == 126) {
    head = 8;
    length = size < 4 ? 0 : (gsize) data[2] << 8 | data[3];
  }
  if (size < head + length)
    return 0;
  mask = data + head - 4;
  payload = data + head;
  for (i = 0; i < length; i++)
    payload[i] ^= mask[i & 3];
  switch (data[0] & 0x0f) {
    case OP_TEXT:
      take_message (peer, (const gchar *) payload, length);
      break;
    case OP_PING:
      put_frame (peer, OP_PONG, payload, length);
      break;
    case OP_PONG:
      break;
    case OP_CLOSE:
      put_frame (peer, OP_CLOSE, payload, MIN (length, 2));
      bench_peer_writable (peer);
      return -1;
    default:
      return -1;
  }
  return head + length;
}

/* The request at the head of `in`: its size, 0 when incomplete, -1 when it is
 * none for us. */
static gssize
take_request (BenchPeer *peer)
{
  const gchar *text = (const gchar *) peer->in->data;
  const gchar *end = g_strstr_len (text, peer->in->len, "\r\n\r\n");
  g_autofree gchar *request = NULL, *joined = NULL, *accept = NULL;
  g_autofree gchar *answer = NULL;
  g_autoptr (GRegex) pattern = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree gchar *key = NULL;
  guint8 digest[20];
  gsize size = sizeof digest;

  if (end == NULL)
    return peer->in->len > MAX_REQUEST ? -1 : 0;
  request = g_strndup (text, end + 2 - text);
  pattern = g_regex_new (
      "\r\nSec-WebSocket-Key: *([^ \r]+)", G_REGEX_CASELESS, 0, NULL);
  if (!g_regex_match (pattern, request, 0, &match))
    return -1;
  key = g_match_info_fetch (match, 1);
  joined = g_strconcat (key, WEBSOCKET_GUID, NULL);
  g_checksum_update (sum, (const guchar *) joined, -1);
  g_checksum_get_digest (sum, digest, &size);
  accept = g_base64_encode (digest, size);
  answer = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\n"
                            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: %s\r\n\r\n",
      accept);
  g_byte_array_append (peer->out, (const guint8 *) answer, strlen (answer));
  put_frame (peer, OP_TEXT, session_created, strlen (session_created));
  peer->upgraded = TRUE;
  return end + 4 - text;
}

gboolean
bench_peer_readable (BenchPeer *peer)
{
  guint8 buffer[READ_SIZE];
  gssize got = recv (peer->fd, buffer, sizeof buffer, 0);
  gsize done = 0;
  gssize taken;

  if (got < 0)
    return errno == EAGAIN || errno == EINTR;
  if (got == 0 || peer->in->len + got > MAX_FRAME)
    return FALSE;
  g_byte_array_append (peer->in, buffer, got);
  do {
    taken = peer->upgraded
                ? take_frame (peer, peer->in->data + done, peer->in->len - done)
                : take_request (peer);
    done += MAX (taken, 0);
  } while (taken > 0);
  g_byte_array_remove_range (peer->in, 0, done);
  return taken == 0 && bench_peer_writable (peer);
}
