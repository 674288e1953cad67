/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the model hears, writes down, is told and says on one connection, event
 * by event, since the connection may break behind each.
 */
#include "model-private.h"

#include <stdio.h>
#include <string.h>

#define TURN_SILENCE 300 /* ms that end a turn */

static void say (Line *line, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (Line *line, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  if (line->broken)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (!rt_fake_conn_send_text (line->conn, text))
    line->broken = TRUE;
  else if (line->breaks && line->events_left-- == 0)
    line_break (line);
}

static gboolean
toss (Line *line)
{
  return g_rand_boolean (line->model->chance);
}

/* replies */

static void
say_words (Line *line, const gchar *id, const gchar *words)
{
  static const guint8 pcm[960];
  g_autofree gchar *base64 = g_base64_encode (pcm, sizeof (pcm));
  g_autofree gchar *part
      = g_strdup_printf ("\"response_id\":\"resp_%s\",\"item_id\":\"item_%s\","
                         "\"content_index\":0",
          id, id);
  guint i;

  say (line,
      "{\"type\":\"response.output_item.added\",\"response_id\":"
      "\"resp_%s\",\"item\":{\"id\":\"item_%s\",\"type\":\"message\","
      "\"role\":\"assistant\",\"content\":[]}}",
      id, id);
  for (i = 0; i < 3; i++) {
    say (line,
        "{\"type\":\"response.output_audio_transcript.delta\",%s,"
        "\"delta\":\"%s \"}",
        part, words);
    say (line, "{\"type\":\"response.output_audio.delta\",%s,\"delta\":\"%s\"}",
        part, base64);
  }
  say (line, "{\"type\":\"response.output_audio.done\",%s}", part);
  say (line,
      "{\"type\":\"response.output_audio_transcript.done\",%s,"
      "\"transcript\":\"%s %s %s \"}",
      part, words, words, words);
}

static void
hand_over (Line *line, const gchar *id, guint turn)
{
  g_autofree gchar *call = g_strdup_printf ("call_%s", id);
  g_autofree gchar *item = g_strdup_printf (
      "{\"id\":\"item_%s\",\"type\":\"function_call\",\"status\":"
      "\"completed\",\"call_id\":\"%s\",\"name\":\"background_agent\","
      "\"arguments\":\"{\\\"prompt\\\":\\\"turn %u\\\"}\"}",
      id, call, turn);

  say (line,
      "{\"type\":\"response.output_item.added\",\"response_id\":"
      "\"resp_%s\",\"item\":{\"id\":\"item_%s\",\"type\":"
      "\"function_call\",\"status\":\"in_progress\",\"call_id\":"
      "\"%s\",\"name\":\"background_agent\",\"arguments\":\"\"}}",
      id, id, call);
  say (line,
      "{\"type\":\"response.function_call_arguments.done\","
      "\"response_id\":\"resp_%s\",\"item_id\":\"item_%s\","
      "\"call_id\":\"%s\",\"name\":\"background_agent\","
      "\"arguments\":\"{\\\"prompt\\\":\\\"turn %u\\\"}\"}",
      id, id, call, turn);
  say (line, "{\"type\":\"conversation.item.done\",\"item\":%s}", item);
  g_hash_table_insert (
      line->calls, g_steal_pointer (&call), GUINT_TO_POINTER (turn));
}

static gboolean
was_handed_over (Line *line, guint turn)
{
  GHashTableIter iter;
  gpointer of;

  g_hash_table_iter_init (&iter, line->calls);
  while (g_hash_table_iter_next (&iter, NULL, &of))
    if (GPOINTER_TO_UINT (of) == turn)
      return TRUE;
  return FALSE;
}

/* To what was said last, as it is known here. */
static void
reply (Line *line)
{
  g_autofree gchar *id
      = g_strdup_printf ("%u_%u", line->number, ++line->serial);
  g_autofree gchar *words = g_strdup_printf ("Answer to %u.", line->asked);
  guint turn = line->asked;

  if (line->output != 0) {
    g_free (words);
    words = g_strdup_printf ("Done %u.", line->output);
    turn = 0;
  }
  line->output = 0;
  line->asked = 0;
  say (line,
      "{\"type\":\"response.created\",\"response\":{\"id\":"
      "\"resp_%s\"}}",
      id);
  if (turn > 0 && turn % MODEL_HANDOFF_EVERY == 0
      && !was_handed_over (line, turn))
    hand_over (line, id, turn);
  else
    say_words (line, id, words);
  say (line,
      "{\"type\":\"response.done\",\"response\":{\"id\":\"resp_%s\","
      "\"status\":\"completed\",\"output\":[]}}",
      id);
}

/* turns */

static void
write_down (Line *line)
{
  const Tape *tape = line->model->tape;
  gboolean whole = !line->gaps && line->first == 0
                   && line->next == tape_get_turn_length (tape, line->turn);
  g_autofree gchar *text = whole ? g_strdup_printf ("turn %u", line->turn)
                                 : g_strdup_printf ("piece %u (%u to %u of %u)",
                                     line->turn, line->first, line->next,
                                     tape_get_turn_length (tape, line->turn));
  const gchar *kind = "conversation.item.input_audio_transcription";

  say (line,
      "{\"type\":\"%s.delta\",\"item_id\":\"%s\",\"content_index\":0,"
      "\"delta\":\"%.4s\"}",
      kind, line->item, text);
  say (line,
      "{\"type\":\"%s.completed\",\"item_id\":\"%s\","
      "\"content_index\":0,\"transcript\":\"%s\"}",
      kind, line->item, text);
}

static void
end_turn (Line *line)
{
  gboolean first = toss (line);

  line->speaking = FALSE;
  say (line,
      "{\"type\":\"input_audio_buffer.speech_stopped\","
      "\"audio_end_ms\":%u,\"item_id\":\"%s\"}",
      line->point - line->silence + 100, line->item);
  say (line, "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"%s\"}",
      line->item);
  say (line,
      "{\"type\":\"conversation.item.added\",\"item\":{\"id\":\"%s\","
      "\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
      "\"input_audio\",\"transcript\":null}]}}",
      line->item);
  line->asked = line->turn;
  line->output = 0;
  if (first)
    write_down (line);
  reply (line);
  line->model->turns[line->turn].replied_first |= !first;
  if (!first)
    write_down (line);
}

static void
begin_turn (Line *line, const TapeFrame *frame)
{
  line->speaking = TRUE;
  line->turn = frame->turn;
  line->first = line->next = frame->index;
  line->gaps = FALSE;
  g_snprintf (line->item, sizeof (line->item), "user_%u_%u", line->number,
      ++line->serial);
  say (line,
      "{\"type\":\"input_audio_buffer.speech_started\","
      "\"audio_start_ms\":%u,\"item_id\":\"%s\"}",
      line->point > 300 ? line->point - 300 : 0, line->item);
}

void
line_hear (Line *line, const TapeFrame *frame)
{
  if (frame->turn > 0) {
    if (!line->speaking)
      begin_turn (line, frame);
    line->gaps |= frame->turn != line->turn || frame->index != line->next;
    line->next = frame->index + 1;
    line->silence = 0;
  } else if (line->speaking && ++line->silence == TURN_SILENCE) {
    end_turn (line);
  }
}

/* what the client says */

static void
show_item (Line *line, JsonObject *item, const gchar *id)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *text = NULL;

  if (!json_object_has_member (item, "id"))
    json_object_set_string_member (item, "id", id);
  json_node_set_object (node, item);
  text = json_to_string (node, FALSE);
  say (line, "{\"type\":\"conversation.item.added\",\"item\":%s}", text);
  say (line, "{\"type\":\"conversation.item.done\",\"item\":%s}", text);
}

static guint
number_in (const gchar *text, const gchar *format)
{
  guint number = 0;

  return text != NULL && sscanf (text, format, &number) == 1 ? number : 0;
}

static void
told_message (Line *line, JsonObject *item)
{
  const gchar *role = json_object_get_string_member (item, "role");
  JsonObject *part = json_array_get_object_element (
      json_object_get_array_member (item, "content"), 0);
  const gchar *text = json_object_get_string_member (part, "text");

  if (g_str_equal (role, "user"))
    line->asked = number_in (text, "turn %u");
  else
    line->asked = 0;
  line->output = 0;
}

static void
told_output (Line *line, JsonObject *item)
{
  const gchar *call = json_object_get_string_member (item, "call_id");
  guint turn
      = number_in (json_object_get_string_member (item, "output"), "done %u");

  if (!g_hash_table_contains (line->calls, call))
    model_complain (
        line->model, "an answer to %s, of which nobody knows", call);
  line->model->turns[turn].outputs++;
  line->output = turn;
}

static void
told_call (Line *line, JsonObject *item)
{
  guint turn = number_in (json_object_get_string_member (item, "arguments"),
      "{\"prompt\":\"turn %u");

  if (was_handed_over (line, turn))
    model_complain (line->model, "task %u is there twice", turn);
  g_hash_table_insert (line->calls,
      g_strdup (json_object_get_string_member (item, "call_id")),
      GUINT_TO_POINTER (turn));
}

void
line_told (Line *line, const gchar *type, const gchar *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (node), *item;
  const gchar *kind;
  g_autofree gchar *id = NULL;

  if (g_str_equal (type, "response.create"))
    reply (line);
  if (!g_str_equal (type, "conversation.item.create"))
    return;
  item = json_object_get_object_member (object, "item");
  kind = json_object_get_string_member (item, "type");
  id = g_strdup_printf ("told_%u_%u", line->number, ++line->serial);
  if (g_str_equal (kind, "message"))
    told_message (line, item);
  else if (g_str_equal (kind, "function_call"))
    told_call (line, item);
  else
    told_output (line, item);
  show_item (line, item, id);
}
