/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One conversation in each protocol.  Whatever two threads could tell in
 * either order is waited for before the next.
 */
#include "goldenscripts.h"

#define SPEAKING(reason) GOLDEN_POSTED, "realtime-speech", "reason", reason
#define EMPTY_REPLY(id)                                                \
  { GOLDEN_SERVER, "{\"type\":\"response.created\",\"response\":{"     \
                   "\"id\":\"" id "\",\"status\":\"in_progress\"}}" }, \
  {                                                                    \
    GOLDEN_SERVER, "{\"type\":\"response.done\",\"response\":{"        \
                   "\"id\":\"" id "\",\"status\":\"completed\","       \
                   "\"output\":[]}}"                                   \
  }
#define V2_REPLY "\"response_id\":\"resp_1\",\"item_id\":\"item_2\","
#define V2_CALL                                             \
  "\"item\":{\"id\":\"item_3\",\"type\":\"function_call\"," \
  "\"status\":\"completed\",\"call_id\":\"call_1\","        \
  "\"name\":\"background_agent\",\"arguments\":"            \
  "\"{\\\"prompt\\\":\\\" how warm is it in Bern? \\\"}\"}}"

static const GoldenStep v2_steps[] = {
  { GOLDEN_SENT, "session.update" },
  { GOLDEN_SERVER, "{\"type\":\"session.created\",\"session\":{"
                   "\"id\":\"sess_1\",\"expires_at\":1900000000,"
                   "\"instructions\":\"Be helpful.\"}}" },
  { GOLDEN_SERVER, "{\"type\":\"session.updated\",\"session\":{"
                   "\"id\":\"sess_1\",\"expires_at\":1900000000,"
                   "\"instructions\":\"Be brief.\"}}" },
  { GOLDEN_POSTED, "realtime-session" },
  { GOLDEN_POSTED, "realtime-session" },

  { GOLDEN_SPEAK },
  { GOLDEN_SENT, "input_audio_buffer.append" },
  { GOLDEN_SENT, "input_audio_buffer.append" },
  { GOLDEN_SERVER, "{\"type\":\"input_audio_buffer.speech_started\","
                   "\"item_id\":\"item_1\",\"audio_start_ms\":0}" },
  { GOLDEN_SERVER, "{\"type\":\"input_audio_buffer.speech_stopped\","
                   "\"item_id\":\"item_1\",\"audio_end_ms\":20}" },
  { GOLDEN_SERVER, "{\"type\":\"input_audio_buffer.committed\","
                   "\"item_id\":\"item_1\",\"previous_item_id\":null}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.item.added\","
                   "\"previous_item_id\":null,\"item\":{\"id\":\"item_1\","
                   "\"type\":\"message\",\"role\":\"user\",\"content\":[{"
                   "\"type\":\"input_audio\",\"transcript\":null}]}}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.item."
                   "input_audio_transcription.delta\",\"item_id\":\"item_1\","
                   "\"content_index\":0,\"delta\":\"good mor\"}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.item."
                   "input_audio_transcription.completed\","
                   "\"item_id\":\"item_1\",\"content_index\":0,"
                   "\"transcript\":\"Good morning.\"}" },

  { GOLDEN_SERVER, "{\"type\":\"response.created\",\"response\":{"
                   "\"id\":\"resp_1\",\"status\":\"in_progress\"}}" },
  { GOLDEN_SERVER,
      "{\"type\":\"response.output_audio_transcript.delta\"," V2_REPLY
      "\"content_index\":0,\"delta\":\"Morning\"}" },
  { GOLDEN_SERVER,
      "{\"type\":\"response.output_audio_transcript.delta\"," V2_REPLY
      "\"content_index\":0,\"delta\":\" to you.\"}" },
  { GOLDEN_SERVER, "{\"type\":\"response.output_audio.delta\"," V2_REPLY
                   "\"content_index\":0,\"delta\":\"@AUDIO@\"}" },
  { SPEAKING ("playing") },
  { GOLDEN_SERVER, "{\"type\":\"response.output_audio.done\"," V2_REPLY
                   "\"content_index\":0}" },
  { GOLDEN_SERVER,
      "{\"type\":\"response.output_audio_transcript.done\"," V2_REPLY
      "\"content_index\":0,"
      "\"transcript\":\"Morning to you.\"}" },
  { GOLDEN_SERVER, "{\"type\":\"response.done\",\"response\":{"
                   "\"id\":\"resp_1\",\"status\":\"completed\","
                   "\"output\":[],\"usage\":{\"total_tokens\":30,"
                   "\"input_tokens\":10,\"output_tokens\":20}}}" },
  { SPEAKING ("drained") },

  { GOLDEN_TYPE, "How warm is it in Bern?" },
  { GOLDEN_SENT, "response.create" },
  { GOLDEN_SERVER, "{\"type\":\"response.created\",\"response\":{"
                   "\"id\":\"resp_2\",\"status\":\"in_progress\"}}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.item.done\","
                   "\"previous_item_id\":null," V2_CALL },
  { GOLDEN_SERVER, "{\"type\":\"response.output_item.done\","
                   "\"response_id\":\"resp_2\"," V2_CALL },
  { GOLDEN_SERVER, "{\"type\":\"response.done\",\"response\":{"
                   "\"id\":\"resp_2\",\"status\":\"completed\","
                   "\"output\":[]}}" },
  { GOLDEN_POSTED, "realtime-handoff" },
  { GOLDEN_POSTED, "realtime-response", "status", "completed" },
  { GOLDEN_POSTED, "realtime-response", "status", "completed" },
  { GOLDEN_PROGRESS, NULL, "I am looking it up." },
  { GOLDEN_SENT, "response.create" },
  EMPTY_REPLY ("resp_3"),
  { GOLDEN_POSTED, "realtime-response", "status", "completed" },
  { GOLDEN_FINAL, "call_1", "19 degrees." },
  { GOLDEN_SENT, "response.create" },
  EMPTY_REPLY ("resp_4"),
  { GOLDEN_POSTED, "realtime-response", "status", "completed" },
  { GOLDEN_REFUSED, "call_1", "20 degrees." },
  { GOLDEN_POSTED, "realtime-error" },

  { GOLDEN_PROMPT, "Be thorough." },
  { GOLDEN_SENT, "session.update" },
  { GOLDEN_SERVER, "{\"type\":\"session.updated\",\"session\":{"
                   "\"id\":\"sess_1\",\"expires_at\":1900000000,"
                   "\"instructions\":\"Be thorough.\"}}" },
  { GOLDEN_POSTED, "realtime-session" },
  { GOLDEN_CLOSE },
  { GOLDEN_POSTED, "realtime-closed" },
  { GOLDEN_END },
};

static const GoldenStep v1_steps[] = {
  { GOLDEN_SENT, "session.update" },
  { GOLDEN_SERVER, "{\"type\":\"session.updated\",\"session\":{"
                   "\"id\":\"sess_1\",\"instructions\":\"Be brief.\"}}" },
  { GOLDEN_POSTED, "realtime-session" },

  { GOLDEN_SPEAK },
  { GOLDEN_SENT, "input_audio_buffer.append" },
  { GOLDEN_SENT, "input_audio_buffer.append" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.input_transcript.delta\","
                   "\"delta\":\"good mor\"}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.input_transcript.turn_marked\","
                   "\"transcript\":\"Good morning.\"}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.output_transcript.delta\","
                   "\"delta\":\"Morning\"}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.output_transcript.delta\","
                   "\"delta\":\" to you.\"}" },
  { GOLDEN_SERVER, "{\"type\":\"response.output_audio_transcript.done\","
                   "\"transcript\":\"Morning to you.\"}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.output_audio.delta\","
                   "\"sample_rate\":24000,\"channels\":1,"
                   "\"samples_per_channel\":4800,\"data\":\"@AUDIO@\"}" },
  { SPEAKING ("playing") },
  { SPEAKING ("drained") },

  { GOLDEN_TYPE, "How warm is it in Bern?" },
  { GOLDEN_SENT, "conversation.item.create" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.item.added\",\"item\":{"
                   "\"id\":\"item_2\",\"type\":\"message\","
                   "\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
                   "\"text\":\"How warm is it in Bern?\"}]}}" },
  { GOLDEN_POSTED, "realtime-item" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.handoff.requested\","
                   "\"handoff_id\":\"handoff_1\",\"item_id\":\"item_3\","
                   "\"input_transcript\":\"how warm is it in Bern?\"}" },
  { GOLDEN_POSTED, "realtime-handoff" },
  { GOLDEN_PROGRESS, NULL, "I am looking it up." },
  { GOLDEN_SENT, "conversation.handoff.append" },
  { GOLDEN_PROGRESS, "handoff_1", "It is being measured." },
  { GOLDEN_SENT, "conversation.handoff.append" },
  { GOLDEN_FINAL, "handoff_1", "19 degrees." },
  { GOLDEN_SENT, "conversation.handoff.append" },
  { GOLDEN_REFUSED, "handoff_1", "20 degrees." },
  { GOLDEN_POSTED, "realtime-error" },

  /* nothing tells that it is whole but that it was heard */
  { GOLDEN_SERVER, "{\"type\":\"conversation.output_transcript.delta\","
                   "\"delta\":\"It is 19 degrees.\"}" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.output_audio.delta\","
                   "\"sample_rate\":24000,\"num_channels\":1,"
                   "\"delta\":\"@AUDIO@\"}" },
  { SPEAKING ("playing") },
  { SPEAKING ("drained") },

  { GOLDEN_PROMPT, "Be thorough." },
  { GOLDEN_SENT, "session.update" },
  { GOLDEN_SERVER, "{\"type\":\"session.updated\",\"session\":{"
                   "\"id\":\"sess_1\",\"instructions\":\"Be thorough.\"}}" },
  { GOLDEN_POSTED, "realtime-session" },
  { GOLDEN_CLOSE },
  { GOLDEN_POSTED, "realtime-closed" },
  { GOLDEN_END },
};

static const GoldenStep create_steps[] = {
  { GOLDEN_SENT, "session.create" },
  { GOLDEN_SERVER, "{\"type\":\"session.created\",\"session_id\":\"sess_1\"}" },
  { GOLDEN_POSTED, "realtime-session" },

  { GOLDEN_SPEAK },
  { GOLDEN_SENT, "response.input_audio.delta" },
  { GOLDEN_SENT, "response.input_audio.delta" },
  { GOLDEN_SERVER, "{\"type\":\"response.output_audio.delta\","
                   "\"sample_rate\":16000,\"num_channels\":1,"
                   "\"samples_per_channel\":3200,\"delta\":\"@AUDIO@\"}" },
  { SPEAKING ("playing") },
  { SPEAKING ("drained") },

  { GOLDEN_TYPE, "How warm is it in Bern?" },
  { GOLDEN_SENT, "conversation.item.create" },
  { GOLDEN_SERVER, "{\"type\":\"conversation.item.added\",\"item\":{"
                   "\"id\":\"item_1\",\"kind\":\"question\"}}" },
  { GOLDEN_POSTED, "realtime-item" },
  { GOLDEN_REFUSED, NULL, "19 degrees." },
  { GOLDEN_POSTED, "realtime-error" },

  { GOLDEN_PROMPT, "Be thorough." },
  { GOLDEN_SENT, "session.update" },
  { GOLDEN_SERVER, "{\"type\":\"session.updated\",\"session\":{"
                   "\"id\":\"sess_1\","
                   "\"backend_prompt\":\"Be thorough.\"}}" },
  { GOLDEN_POSTED, "realtime-session" },
  { GOLDEN_CLOSE },
  { GOLDEN_POSTED, "realtime-closed" },
  { GOLDEN_END },
};

const GoldenScript golden_scripts[] = {
  { "realtime-v2", 24000, 1, v2_steps },
  { "realtime-v1", 24000, 1, v1_steps },
  { "session-create", 16000, 2, create_steps },
  { NULL },
};
