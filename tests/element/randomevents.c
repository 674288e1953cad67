/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events of a server that has lost its mind.  In the templates # stands for
 * the connection's tag, ~ for one of three numbers, and @ for some audio.
 */
#include "randomevents.h"

#include <string.h>

#define AUDIO_MS 40

const gchar *const random_dialects[RANDOM_N_DIALECTS]
    = { "realtime-v2", "realtime-v1", "session-create" };

#define IN_REPLY                                        \
  "\"response_id\":\"#-resp-~\",\"item_id\":\"#-item-~" \
  "\",\"content_index\":0,"
#define OF_USER "\"item_id\":\"#-user-~\",\"content_index\":0,"
#define CALL(id, name)                                                   \
  "\"item\":{\"id\":\"#-" id "-~\",\"type\":\"function_call\","          \
  "\"status\":\"completed\",\"call_id\":\"#-" id "-~\",\"name\":\"" name \
  "\",\"arguments\":\"{\\\"prompt\\\":\\\"#\\\"}\"}"
#define MESSAGE(role, id)                                                 \
  "\"item\":{\"id\":\"#-" id "-~\",\"type\":\"message\",\"role\":\"" role \
  "\",\"content\":[{\"type\":\"text\",\"text\":\"#\"}]}"
#define TRANSCRIPTION "conversation.item.input_audio_transcription."
#define RESPONSE(status)                                         \
  "\"response\":{\"id\":\"#-resp-~\",\"status\":\"" status "\"," \
  "\"output\":[]}"

static const gchar *const v2_events[] = {
  "{\"type\":\"input_audio_buffer.speech_started\",\"audio_start_ms\":~,"
  "\"item_id\":\"#-user-~\"}",
  "{\"type\":\"input_audio_buffer.speech_stopped\",\"audio_end_ms\":~00,"
  "\"item_id\":\"#-user-~\"}",
  "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"#-user-~\"}",
  "{\"type\":\"input_audio_buffer.cleared\"}",
  "{\"type\":\"" TRANSCRIPTION "delta\"," OF_USER "\"delta\":\"#\"}",
  "{\"type\":\"" TRANSCRIPTION "completed\"," OF_USER "\"transcript\":\"#\"}",
  "{\"type\":\"" TRANSCRIPTION "failed\"," OF_USER
  "\"error\":{\"code\":\"audio_unintelligible\",\"message\":\"#\"}}",
  "{\"type\":\"response.created\"," RESPONSE ("in_progress") "}",
  "{\"type\":\"response.output_audio.delta\"," IN_REPLY "\"delta\":\"@\"}",
  "{\"type\":\"response.output_audio.delta\"," IN_REPLY "\"delta\":\"@\"}",
  "{\"type\":\"response.audio.delta\"," IN_REPLY "\"delta\":\"@\"}",
  "{\"type\":\"response.output_audio.delta\"," IN_REPLY
  "\"sample_rate\":16000,\"channels\":2,\"data\":\"@\"}",
  "{\"type\":\"response.output_audio.done\"," IN_REPLY "\"x\":null}",
  "{\"type\":\"response.output_audio_transcript.delta\"," IN_REPLY
  "\"delta\":\"#\"}",
  "{\"type\":\"response.output_audio_transcript.delta\"," IN_REPLY
  "\"delta\":\"#\"}",
  "{\"type\":\"response.output_audio_transcript.done\"," IN_REPLY
  "\"transcript\":\"#\"}",
  "{\"type\":\"response.text.delta\"," IN_REPLY "\"delta\":\"#\"}",
  "{\"type\":\"response.output_text.done\"," IN_REPLY "\"text\":\"#\"}",
  "{\"type\":\"response.output_item.added\",\"response_id\":\"#-resp-~"
  "\"," MESSAGE ("assistant", "item") "}",
  "{\"type\":\"response.output_item.done\",\"response_id\":\"#-resp-~\"," CALL (
      "call", "background_agent") "}",
  "{\"type\":\"conversation.item.added\"," MESSAGE ("user", "user") "}",
  "{\"type\":\"conversation.item.done\"," MESSAGE ("assistant", "item") "}",
  "{\"type\":\"conversation.item.done\"," CALL ("call", "background_agent") "}",
  "{\"type\":\"conversation.item.done\"," CALL ("function", "count") "}",
  "{\"type\":\"conversation.item.done\"," CALL ("silence", "remain_silent") "}",
  "{\"type\":\"conversation.item.deleted\",\"item_id\":\"#-item-~\"}",
  "{\"type\":\"conversation.item.truncated\",\"item_id\":\"#-item-~\","
  "\"content_index\":0,\"audio_end_ms\":~}",
  "{\"type\":\"response.done\"," RESPONSE ("completed") "}",
  "{\"type\":\"response.done\"," RESPONSE ("cancelled") "}",
  "{\"type\":\"response.done\"," RESPONSE ("failed") "}",
  "{\"type\":\"session.updated\",\"session\":{\"id\":\"#-session\"}}",
  "{\"type\":\"error\",\"error\":{\"code\":\"invalid_value\","
  "\"message\":\"#\",\"event_id\":\"rt_update_~\"}}",
  "{\"type\":\"error\",\"error\":{\"message\":\"#\",\"event_id\":"
  "\"rt_create_~\",\"code\":"
  "\"conversation_already_has_active_response\"}}",
};

static const gchar *const v1_events[] = {
  "{\"type\":\"conversation.output_audio.delta\",\"sample_rate\":24000,"
  "\"channels\":1,\"delta\":\"@\"}",
  "{\"type\":\"conversation.output_audio.delta\",\"sample_rate\":16000,"
  "\"num_channels\":1,\"item_id\":\"#-item-~\",\"data\":\"@\"}",
  "{\"type\":\"conversation.output_audio.delta\",\"delta\":\"@\"}",
  "{\"type\":\"conversation.input_transcript.delta\",\"delta\":\"#\"}",
  "{\"type\":\"conversation.input_transcript.delta\",\"delta\":\"#\"}",
  "{\"type\":\"conversation.input_transcript.turn_marked\","
  "\"transcript\":\"#\"}",
  "{\"type\":\"conversation.output_transcript.delta\",\"delta\":\"#\"}",
  "{\"type\":\"conversation.output_transcript.delta\","
  "\"item_id\":\"#-item-~\",\"delta\":\"#\"}",
  "{\"type\":\"" TRANSCRIPTION "delta\"," OF_USER "\"delta\":\"#\"}",
  "{\"type\":\"" TRANSCRIPTION "completed\"," OF_USER "\"transcript\":\"#\"}",
  "{\"type\":\"response.output_text.delta\"," IN_REPLY "\"delta\":\"#\"}",
  "{\"type\":\"response.output_audio_transcript.delta\"," IN_REPLY
  "\"delta\":\"#\"}",
  "{\"type\":\"response.output_audio_transcript.done\"," IN_REPLY
  "\"transcript\":\"#\"}",
  "{\"type\":\"response.output_audio_transcript.done\",\"transcript\":\"#\"}",
  "{\"type\":\"conversation.item.added\"," MESSAGE ("user", "user") "}",
  "{\"type\":\"conversation.item.done\"," MESSAGE ("assistant", "item") "}",
  "{\"type\":\"conversation.handoff.requested\",\"item_id\":\"#-item-~\","
  "\"handoff_id\":\"#-call-~\",\"input_transcript\":\"#\"}",
  "{\"type\":\"conversation.handoff.requested\",\"item_id\":\"#-item-~\","
  "\"handoff_id\":\"#-call-~\",\"input_transcript\":\"#\"}",
  "{\"type\":\"session.updated\",\"session\":{\"id\":\"#-session\"}}",
};

static const gchar *const create_events[] = {
  "{\"type\":\"response.output_audio.delta\",\"sample_rate\":24000,"
  "\"num_channels\":1,\"delta\":\"@\"}",
  "{\"type\":\"response.output_audio.delta\",\"sample_rate\":48000,"
  "\"num_channels\":2,\"data\":\"@\"}",
  "{\"type\":\"response.output_audio.delta\",\"sample_rate\":8000,"
  "\"num_channels\":1,\"delta\":\"@\"}",
  "{\"type\":\"response.output_audio.delta\",\"delta\":\"@\"}",
  "{\"type\":\"conversation.item.added\"," MESSAGE ("user", "user") "}",
  "{\"type\":\"conversation.item.added\",\"item\":{\"id\":\"#-item-~\"}}",
  "{\"type\":\"session.updated\",\"session\":{\"id\":\"#-session\","
  "\"backend_prompt\":\"#\"}}",
};

/* Nobody's words, and what ends a session in one or another protocol. */
static const gchar *const any_events[] = {
  "{\"type\":\"ping\"}",
  "{\"type\":\"rate_limits.updated\",\"rate_limits\":null}",
  "{\"type\":[]}",
  "[]",
  "{\"type\":\"conversation.item.done\",\"item\":7}",
  "{\"type\":\"response.output_audio.delta\",\"delta\":\"?\"}",
  "{\"type\":\"error\",\"error\":{\"code\":\"rate_limit_exceeded\","
  "\"message\":\"#\"}}",
};

static const gchar *const fatal_event
    = "{\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\","
      "\"message\":\"#\"}}";

static gchar *
make_audio (GRand *rand)
{
  gsize size = g_rand_int_range (rand, 1, AUDIO_MS + 1) * 96;
  g_autofree guint8 *pcm = g_malloc0 (size);

  return g_base64_encode (pcm, size);
}

static void
send_template (RtFakeConn *conn, const gchar *template, gchar tag, GRand *rand)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const gchar *c;

  for (c = template; *c != '\0'; c++) {
    g_autofree gchar *audio = *c == '@' ? make_audio (rand) : NULL;

    if (audio != NULL)
      g_string_append (text, audio);
    else if (*c == '#')
      g_string_append_c (text, tag);
    else if (*c == '~')
      g_string_append_printf (text, "%d", g_rand_int_range (rand, 1, 4));
    else
      g_string_append_c (text, *c);
  }
  rt_fake_conn_send_text (conn, text->str);
}

void
random_send_session (RtFakeConn *conn, RandomDialect dialect, gchar tag)
{
  rt_fake_conn_send_printf (conn,
      "{\"type\":\"session.%s\",\"session\":{\"id\":\"%c-session\"}}",
      dialect == RANDOM_V1 ? "updated" : "created", tag);
}

void
random_send_event (
    RtFakeConn *conn, RandomDialect dialect, gchar tag, GRand *rand)
{
  static const struct {
    const gchar *const *events;
    guint n;
  } tables[RANDOM_N_DIALECTS] = {
    { v2_events, G_N_ELEMENTS (v2_events) },
    { v1_events, G_N_ELEMENTS (v1_events) },
    { create_events, G_N_ELEMENTS (create_events) },
  };
  gint dice = g_rand_int_range (rand, 0, 100);
  const gchar *event;

  if (dice == 0) {
    event = fatal_event;
  } else if (dice < 5) {
    event = any_events[g_rand_int_range (rand, 0, G_N_ELEMENTS (any_events))];
  } else {
    event
        = tables[dialect].events[g_rand_int_range (rand, 0, tables[dialect].n)];
  }
  send_template (conn, event, tag, rand);
}
