/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whole turns as the real service words and orders them, for tests that only
 * want a reply to come.
 */
#include "rtfakeserver-private.h"

#include <string.h>

#define DELTA_CHARACTERS 6 /* of transcript before each piece of audio */

/* As a JSON string, with its quotation marks; transfer full. */
static gchar *
quote (const gchar *text)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);
  return json_to_string (node, FALSE);
}

/* The assistant's message item; transfer full. */
static gchar *
message_item (
    const gchar *item_id, const gchar *status, const gchar *transcript)
{
  g_autofree gchar *quoted = transcript != NULL ? quote (transcript) : NULL;
  g_autofree gchar *content
      = quoted != NULL ? g_strdup_printf (
            "{\"type\":\"output_audio\",\"transcript\":%s}", quoted)
                       : g_strdup ("");

  return g_strdup_printf ("{\"id\":\"%s\",\"object\":\"realtime.item\","
                          "\"type\":\"message\",\"status\":\"%s\","
                          "\"role\":\"assistant\",\"content\":[%s]}",
      item_id, status, content);
}

static gboolean
send_response_created (RtFakeConn *self, const gchar *response_id)
{
  return rt_fake_conn_send_printf (self,
      "{\"type\":\"response.created\",\"event_id\":\"event_%s_created\","
      "\"response\":{\"object\":\"realtime.response\",\"id\":\"%s\","
      "\"status\":\"in_progress\",\"status_details\":null,\"output\":[],"
      "\"conversation_id\":\"conv_fake\",\"usage\":null,\"metadata\":null}}",
      response_id, response_id);
}

static const gchar *
details_of (const gchar *status)
{
  if (g_str_equal (status, "cancelled"))
    return "{\"type\":\"cancelled\",\"reason\":\"turn_detected\"}";
  if (g_str_equal (status, "incomplete"))
    return "{\"type\":\"incomplete\",\"reason\":\"max_output_tokens\"}";
  if (g_str_equal (status, "failed"))
    return "{\"type\":\"failed\",\"error\":{\"type\":\"server_error\","
           "\"code\":\"server_error\"}}";
  return "null";
}

static gboolean
send_response_done (RtFakeConn *self, const gchar *response_id,
    const gchar *status, const gchar *item)
{
  return rt_fake_conn_send_printf (self,
             "{\"type\":\"response.done\",\"event_id\":\"event_%s_done\","
             "\"response\":{\"object\":\"realtime.response\",\"id\":\"%s\","
             "\"status\":\"%s\",\"status_details\":%s,\"output\":[%s],"
             "\"conversation_id\":\"conv_fake\",\"usage\":{"
             "\"total_tokens\":253,\"input_tokens\":132,"
             "\"output_tokens\":121,\"input_token_details\":{"
             "\"text_tokens\":119,\"audio_tokens\":13,\"image_tokens\":0,"
             "\"cached_tokens\":64},\"output_token_details\":{"
             "\"text_tokens\":30,\"audio_tokens\":91}},\"metadata\":null}}",
             response_id, response_id, status, details_of (status), item)
         && rt_fake_conn_send_text (self,
             "{\"type\":\"rate_limits.updated\","
             "\"event_id\":\"event_limits\",\"rate_limits\":[{"
             "\"name\":\"tokens\",\"limit\":50000,\"remaining\":49950,"
             "\"reset_seconds\":0.06}]}");
}

/* An event about an item as a whole. */
static gboolean
send_output_item (RtFakeConn *self, const gchar *stage,
    const gchar *response_id, const gchar *item)
{
  return rt_fake_conn_send_printf (self,
      "{\"type\":\"response.output_item.%s\","
      "\"event_id\":\"event_%s_item_%s\",\"response_id\":\"%s\","
      "\"output_index\":0,\"item\":%s}",
      stage, response_id, stage, response_id, item);
}

static gboolean
send_conversation_item (RtFakeConn *self, const gchar *stage, const gchar *item)
{
  return rt_fake_conn_send_printf (self,
      "{\"type\":\"conversation.item.%s\","
      "\"event_id\":\"event_conversation_item_%s\","
      "\"previous_item_id\":null,\"item\":%s}",
      stage, stage, item);
}

/* An event about the content part that is spoken; `extra` begins with a comma
 * or is empty. */
static gboolean
send_part (RtFakeConn *self, const gchar *type, const gchar *response_id,
    const gchar *item_id, const gchar *extra)
{
  return rt_fake_conn_send_printf (self,
      "{\"type\":\"response.%s\",\"event_id\":\"event_%s\","
      "\"response_id\":\"%s\",\"item_id\":\"%s\",\"output_index\":0,"
      "\"content_index\":0%s}",
      type, type, response_id, item_id, extra);
}

gboolean
rt_fake_conn_send_audio_delta (RtFakeConn *self, const gchar *response_id,
    const gchar *item_id, guint content_index, gconstpointer pcm, gsize size)
{
  g_autofree gchar *delta = g_base64_encode (pcm, size);

  return rt_fake_conn_send_printf (self,
      "{\"type\":\"response.output_audio.delta\","
      "\"event_id\":\"event_audio\",\"response_id\":\"%s\","
      "\"item_id\":\"%s\",\"output_index\":0,\"content_index\":%u,"
      "\"delta\":\"%s\"}",
      response_id, item_id, content_index, delta);
}

gboolean
rt_fake_conn_send_reply_begin (
    RtFakeConn *self, const gchar *response_id, const gchar *item_id)
{
  g_autofree gchar *item = message_item (item_id, "in_progress", NULL);

  return send_response_created (self, response_id)
         && send_output_item (self, "added", response_id, item)
         && send_conversation_item (self, "added", item)
         && send_part (self, "content_part.added", response_id, item_id,
             ",\"part\":{\"type\":\"audio\",\"transcript\":\"\"}");
}

/* The next few characters of the transcript, in whole characters. */
static gboolean
send_transcript_delta (RtFakeConn *self, const gchar *response_id,
    const gchar *item_id, const gchar **rest, glong characters)
{
  const gchar *end = g_utf8_offset_to_pointer (
      *rest, MIN (characters, g_utf8_strlen (*rest, -1)));
  g_autofree gchar *piece = g_strndup (*rest, end - *rest);
  g_autofree gchar *quoted = quote (piece);
  g_autofree gchar *extra = g_strdup_printf (",\"delta\":%s", quoted);

  *rest = end;
  return *piece == '\0'
         || send_part (self, "output_audio_transcript.delta", response_id,
             item_id, extra);
}

gboolean
rt_fake_conn_send_reply_audio (RtFakeConn *self, const gchar *response_id,
    const gchar *item_id, const gchar *transcript, gconstpointer pcm,
    gsize size, gsize delta_bytes)
{
  const gchar *rest = transcript;
  const guint8 *data = pcm;
  gboolean up = TRUE;
  gsize n;

  for (; up && size > 0; data += n, size -= n) {
    n = MIN (size, delta_bytes);
    up = send_transcript_delta (
             self, response_id, item_id, &rest, DELTA_CHARACTERS)
         && rt_fake_conn_send_audio_delta (
             self, response_id, item_id, 0, data, n);
  }
  return up
         && send_transcript_delta (
             self, response_id, item_id, &rest, G_MAXLONG);
}

gboolean
rt_fake_conn_send_reply_end (RtFakeConn *self, const gchar *response_id,
    const gchar *item_id, const gchar *transcript, const gchar *status)
{
  const gchar *item_status
      = g_str_equal (status, "completed") ? "completed" : "incomplete";
  g_autofree gchar *item = message_item (item_id, item_status, transcript);
  g_autofree gchar *quoted = quote (transcript);
  g_autofree gchar *said = g_strdup_printf (",\"transcript\":%s", quoted);
  g_autofree gchar *part = g_strdup_printf (
      ",\"part\":{\"type\":\"audio\",\"transcript\":%s}", quoted);

  return send_part (self, "output_audio.done", response_id, item_id, "")
         && send_part (
             self, "output_audio_transcript.done", response_id, item_id, said)
         && send_part (self, "content_part.done", response_id, item_id, part)
         && send_conversation_item (self, "done", item)
         && send_output_item (self, "done", response_id, item)
         && send_response_done (self, response_id, status, item);
}

gboolean
rt_fake_conn_send_reply (RtFakeConn *self, const gchar *response_id,
    const gchar *item_id, const gchar *transcript, gconstpointer pcm,
    gsize size, gsize delta_bytes)
{
  return rt_fake_conn_send_reply_begin (self, response_id, item_id)
         && rt_fake_conn_send_reply_audio (
             self, response_id, item_id, transcript, pcm, size, delta_bytes)
         && rt_fake_conn_send_reply_end (
             self, response_id, item_id, transcript, "completed");
}

static gchar *
call_item (const gchar *item_id, const gchar *call_id, const gchar *name,
    const gchar *arguments, const gchar *status)
{
  g_autofree gchar *quoted = quote (arguments);

  return g_strdup_printf ("{\"id\":\"%s\",\"object\":\"realtime.item\","
                          "\"type\":\"function_call\",\"status\":\"%s\","
                          "\"call_id\":\"%s\",\"name\":\"%s\","
                          "\"arguments\":%s}",
      item_id, status, call_id, name, quoted);
}

gboolean
rt_fake_conn_send_call (RtFakeConn *self, const gchar *response_id,
    const gchar *item_id, const gchar *call_id, const gchar *name,
    const gchar *arguments)
{
  g_autofree gchar *begun
      = call_item (item_id, call_id, name, "", "in_progress");
  g_autofree gchar *item
      = call_item (item_id, call_id, name, arguments, "completed");
  g_autofree gchar *quoted = quote (arguments);
  g_autofree gchar *ids = g_strdup_printf (
      "\"event_id\":\"event_%s\",\"response_id\":\"%s\",\"item_id\":\"%s\","
      "\"output_index\":0,\"call_id\":\"%s\"",
      call_id, response_id, item_id, call_id);

  return send_response_created (self, response_id)
         && send_output_item (self, "added", response_id, begun)
         && send_conversation_item (self, "added", begun)
         && rt_fake_conn_send_printf (self,
             "{\"type\":\"response.function_call_arguments.delta\",%s,"
             "\"delta\":%s}",
             ids, quoted)
         && rt_fake_conn_send_printf (self,
             "{\"type\":\"response.function_call_arguments.done\",%s,"
             "\"name\":\"%s\",\"arguments\":%s}",
             ids, name, quoted)
         && send_conversation_item (self, "done", item)
         && send_output_item (self, "done", response_id, item)
         && send_response_done (self, response_id, "completed", item);
}

gboolean
rt_fake_conn_send_speech_started (
    RtFakeConn *self, const gchar *item_id, guint audio_start_ms)
{
  return rt_fake_conn_send_printf (self,
      "{\"type\":\"input_audio_buffer.speech_started\","
      "\"event_id\":\"event_started\",\"audio_start_ms\":%u,"
      "\"item_id\":\"%s\"}",
      audio_start_ms, item_id);
}

static gboolean
send_transcription (RtFakeConn *self, const gchar *item_id, const gchar *quoted)
{
  return rt_fake_conn_send_printf (self,
             "{\"type\":\"conversation.item.input_audio_transcription."
             "delta\",\"event_id\":\"event_heard\",\"item_id\":\"%s\","
             "\"content_index\":0,\"delta\":%s}",
             item_id, quoted)
         && rt_fake_conn_send_printf (self,
             "{\"type\":\"conversation.item.input_audio_transcription."
             "completed\",\"event_id\":\"event_understood\","
             "\"item_id\":\"%s\",\"content_index\":0,\"transcript\":%s,"
             "\"usage\":{\"type\":\"duration\",\"seconds\":1.5}}",
             item_id, quoted);
}

gboolean
rt_fake_conn_send_user_turn (RtFakeConn *self, const gchar *item_id,
    guint audio_end_ms, const gchar *transcript)
{
  g_autofree gchar *quoted = quote (transcript);
  g_autofree gchar *item = g_strdup_printf (
      "{\"id\":\"%s\",\"object\":\"realtime.item\",\"type\":\"message\","
      "\"status\":\"completed\",\"role\":\"user\",\"content\":[{"
      "\"type\":\"input_audio\",\"transcript\":null}]}",
      item_id);

  return rt_fake_conn_send_printf (self,
             "{\"type\":\"input_audio_buffer.speech_stopped\","
             "\"event_id\":\"event_stopped\",\"audio_end_ms\":%u,"
             "\"item_id\":\"%s\"}",
             audio_end_ms, item_id)
         && rt_fake_conn_send_printf (self,
             "{\"type\":\"input_audio_buffer.committed\","
             "\"event_id\":\"event_committed\",\"previous_item_id\":null,"
             "\"item_id\":\"%s\"}",
             item_id)
         && send_conversation_item (self, "added", item)
         && send_conversation_item (self, "done", item)
         && send_transcription (self, item_id, quoted);
}

gboolean
rt_fake_conn_send_error (RtFakeConn *self, const gchar *type, const gchar *code,
    const gchar *message, const gchar *event_id)
{
  g_autofree gchar *quoted_code = code != NULL ? quote (code) : NULL;
  g_autofree gchar *quoted_id = event_id != NULL ? quote (event_id) : NULL;
  g_autofree gchar *quoted = quote (message);

  return rt_fake_conn_send_printf (self,
      "{\"type\":\"error\",\"event_id\":\"event_error\",\"error\":{"
      "\"type\":\"%s\",\"code\":%s,\"message\":%s,\"param\":null,"
      "\"event_id\":%s}}",
      type, quoted_code != NULL ? quoted_code : "null", quoted,
      quoted_id != NULL ? quoted_id : "null");
}
