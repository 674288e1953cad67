/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A random reply of a scripted server.
 */
#include "clockreply.h"

#include <string.h>

#include "rtspeech.h"

#define RATE 24000
#define BYTES_A_MS (RATE / 1000 * 2)
#define MAX_PARTS 6
#define MIN_PART 20 /* ms */
#define MAX_PART 900
#define MAX_DELTA 9600 /* bytes */
#define NS_A_MS 1000000
#define NS_A_SECOND G_GUINT64_CONSTANT (1000000000)

typedef struct {
  guint item; /* 0 is the first */
  guint index;
  gsize start; /* into the audio */
  gsize size;
  gboolean ended;
} Part;

struct _ClockReply {
  gchar *id;
  Part parts[MAX_PARTS];
  guint n_parts;
  GBytes *audio;
  gsize size;
  gsize sent;
  gboolean begun;
  gboolean done;
};

ClockReply *
clock_reply_new (guint number, GRand *rand)
{
  ClockReply *self = g_new0 (ClockReply, 1);
  guint n_items = g_rand_int_range (rand, 1, 4), item, index;

  self->id = g_strdup_printf ("resp_%u", number);
  for (item = 0; item < n_items; item++) {
    guint n = g_rand_int_range (rand, 1, 3);

    for (index = 0; index < n; index++) {
      Part part = { item, index, self->size };

      part.size = 2
                  * g_rand_int_range (rand, MIN_PART * BYTES_A_MS / 2,
                      MAX_PART * BYTES_A_MS / 2);
      self->parts[self->n_parts++] = part;
      self->size += part.size;
    }
  }
  self->audio = rt_pcm_noise (self->size / 2, g_rand_int (rand));
  return self;
}

void
clock_reply_free (ClockReply *self)
{
  g_free (self->id);
  g_bytes_unref (self->audio);
  g_free (self);
}

gsize
clock_reply_get_size (const ClockReply *self)
{
  return self->size;
}

const guint8 *
clock_reply_get_audio (const ClockReply *self)
{
  return g_bytes_get_data (self->audio, NULL);
}

static gchar *
dup_item (const ClockReply *self, guint item)
{
  return g_strdup_printf ("%s_item_%u", self->id, item);
}

static void
begin (ClockReply *self, RtFakeConn *conn)
{
  if (self->begun)
    return;
  self->begun = TRUE;
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"response.created\",\"response\":{\"id\":\"%s\","
      "\"status\":\"in_progress\"}}",
      self->id);
}

static void
finish (ClockReply *self, RtFakeConn *conn, const gchar *status)
{
  self->done = TRUE;
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"response.done\",\"response\":{\"id\":\"%s\","
      "\"status\":\"%s\",\"output\":[]}}",
      self->id, status);
}

static Part *
find_part (ClockReply *self, gsize offset)
{
  guint i = 0;

  while (offset >= self->parts[i].start + self->parts[i].size)
    i++;
  return &self->parts[i];
}

static void
send_delta (ClockReply *self, RtFakeConn *conn, GRand *rand)
{
  Part *part = find_part (self, self->sent);
  g_autofree gchar *item = dup_item (self, part->item);
  gsize left = part->start + part->size - self->sent;
  gsize n = g_rand_int_range (rand, 1, MAX_DELTA);

  n = MIN (n, left);
  rt_fake_conn_send_audio_delta (conn, self->id, item, part->index,
      clock_reply_get_audio (self) + self->sent, n);
  self->sent += n;
  if (n < left)
    return;
  part->ended = TRUE;
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"response.output_audio.done\",\"response_id\":\"%s\","
      "\"item_id\":\"%s\",\"content_index\":%u}",
      self->id, item, part->index);
}

void
clock_reply_send (ClockReply *self, RtFakeConn *conn, GRand *rand, gsize until)
{
  begin (self, conn);
  while (self->sent < MIN (until, self->size))
    send_delta (self, conn, rand);
  if (self->sent == self->size && !self->done)
    finish (self, conn, "completed");
}

void
clock_reply_send_late (ClockReply *self, RtFakeConn *conn, GRand *rand)
{
  gsize sent = self->sent;

  if (!self->begun || self->done)
    return;
  while (self->sent < self->size && g_rand_int_range (rand, 0, 4) > 0)
    send_delta (self, conn, rand);
  finish (self, conn, "cancelled");
  self->sent = sent;
}

static gboolean
has_begun (const ClockReply *self, const Part *part)
{
  return self->sent > part->start;
}

/* Whole frames of the first `bytes` of the reply that are the part's. */
static gsize
bytes_in (const Part *part, gsize bytes)
{
  bytes = CLAMP (bytes, part->start, part->start + part->size) - part->start;
  return bytes - bytes % 2;
}

static guint64
to_ns (gsize bytes)
{
  return bytes / 2 * NS_A_SECOND / RATE;
}

/* What one item makes the server be told. */
typedef struct {
  gboolean cut;
  guint64 heard; /* ns */
  const Part *truncated;
  guint64 truncated_at; /* ns */
} Verdict;

static Verdict
judge (const ClockReply *self, guint item, gsize heard)
{
  Verdict verdict = { 0 };
  guint i;

  for (i = 0; i < self->n_parts; i++) {
    const Part *part = &self->parts[i];
    guint64 received_ns = to_ns (bytes_in (part, self->sent));
    guint64 heard_ns = to_ns (bytes_in (part, heard));
    gboolean whole = part->ended && heard_ns / NS_A_MS == received_ns / NS_A_MS;

    if (part->item != item || !has_begun (self, part))
      continue;
    verdict.heard += heard_ns;
    verdict.cut |= !whole;
    if (whole || heard_ns < NS_A_MS)
      continue;
    verdict.truncated = part;
    verdict.truncated_at = heard_ns;
  }
  return verdict;
}

/* The event of `type` for the item, or NULL. */
static JsonObject *
find_event (RtFakeConn *conn, guint from, guint to, const gchar *type,
    const gchar *item, JsonNode **owner)
{
  guint i;

  for (i = from; i < to; i++) {
    g_autoptr (JsonNode) node = NULL;
    JsonObject *event;

    if (!g_str_equal (rt_fake_conn_get_event_type (conn, i), type))
      continue;
    node = json_from_string (rt_fake_conn_get_event_text (conn, i), NULL);
    event = json_node_get_object (node);
    if (g_str_equal (json_object_get_string_member (event, "item_id"), item)) {
      *owner = g_steal_pointer (&node);
      return event;
    }
  }
  return NULL;
}

static void
check_truncate (const Verdict *verdict, JsonObject *event, GArray *errors)
{
  gint64 told, error;

  g_assert_cmpint (json_object_get_int_member (event, "content_index"), ==,
      verdict->truncated->index);
  told = json_object_get_int_member (event, "audio_end_ms");
  g_assert_cmpint (told, >, 0);
  error = told * NS_A_MS - (gint64) verdict->truncated_at;
  /* never beyond what was received is never beyond what was heard of it */
  g_assert_cmpint (error, <=, 0);
  g_assert_cmpint (error, >, -NS_A_MS);
  g_array_append_val (errors, error);
}

static guint
count_events (RtFakeConn *conn, guint from, guint to, const gchar *type)
{
  guint count = 0;

  for (; from < to; from++)
    count += g_str_equal (rt_fake_conn_get_event_type (conn, from), type);
  return count;
}

void
clock_reply_check (const ClockReply *self, gsize heard, RtFakeConn *conn,
    guint from, guint to, GArray *errors)
{
  guint n_truncates = 0, n_deletes = 0, i;

  for (i = 0; i <= self->parts[self->n_parts - 1].item; i++) {
    Verdict verdict = judge (self, i, heard);
    g_autofree gchar *item = dup_item (self, i);
    g_autoptr (JsonNode) owner = NULL;

    if (!verdict.cut)
      continue;
    if (verdict.heard < NS_A_MS) {
      g_assert_nonnull (find_event (
          conn, from, to, "conversation.item.delete", item, &owner));
      n_deletes++;
    } else if (verdict.truncated != NULL) {
      JsonObject *event = find_event (
          conn, from, to, "conversation.item.truncate", item, &owner);

      g_assert_nonnull (event);
      check_truncate (&verdict, event, errors);
      n_truncates++;
    }
  }
  g_assert_cmpuint (count_events (conn, from, to, "conversation.item.truncate"),
      ==, n_truncates);
  g_assert_cmpuint (
      count_events (conn, from, to, "conversation.item.delete"), ==, n_deletes);
}
