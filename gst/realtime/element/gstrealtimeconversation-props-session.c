/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The properties that the server is told.
 */
#include "gstrealtimeconversation-props.h"
#include "gstrealtimeconversation-enumtypes.h"

const GstRealtimeProp gst_realtime_session_props[] = {
  /**
   * GstRealtimeConversation:mode:
   *
   * What the session is for.
   *
   * Since: 0.1
   */
  { "mode", "Mode", "Conversation or transcription only",
      GST_REALTIME_PROP_ENUM,
      GST_REALTIME_PROP_STATIC | GST_REALTIME_PROP_SESSION
          | GST_REALTIME_PROP_CONVERSATION | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (mode), NULL, GST_REALTIME_MODE_CONVERSATIONAL, 0,
      0, gst_realtime_mode_get_type },
  /**
   * GstRealtimeConversation:model:
   *
   * Goes into the query of the URL in conversational mode; NULL leaves there
   * what the URL names itself.
   *
   * Since: 0.1
   */
  { "model", "Model", "Name of the model, NULL: none is named",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_STATIC | GST_REALTIME_PROP_SESSION
          | GST_REALTIME_PROP_CONVERSATION | GST_REALTIME_PROP_V1,
      GST_REALTIME_IN_SESSION (model), "gpt-realtime-2.1" },
  /**
   * GstRealtimeConversation:prompt:
   *
   * What the model is told about its task.
   *
   * Since: 0.1
   */
  { "prompt", "Prompt", "Instructions for the model", GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_V1 | GST_REALTIME_PROP_CREATE,
      GST_REALTIME_IN_SESSION (prompt), NULL },
  /**
   * GstRealtimeConversation:conversation-id:
   *
   * Sent to the server in the header x-session-id.
   *
   * Since: 0.1
   */
  { "conversation-id", "Conversation id", "Your own id of the conversation",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_STATIC | GST_REALTIME_PROP_SESSION
          | GST_REALTIME_PROP_CONVERSATION | GST_REALTIME_PROP_TRANSCRIPTION
          | GST_REALTIME_PROP_V1 | GST_REALTIME_PROP_CREATE,
      GST_REALTIME_IN_SESSION (conversation_id), NULL },
  /**
   * GstRealtimeConversation:voice:
   *
   * Once the model was heard a change is for the next session, and a warning
   * says so.
   *
   * Since: 0.1
   */
  { "voice", "Voice", "Voice of the model, NULL: marin",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_V1,
      GST_REALTIME_IN_SESSION (voice), NULL },
  /**
   * GstRealtimeConversation:speed:
   *
   * 1.0 is normal. A change waits for the end of a reply that is being made.
   *
   * Since: 0.1
   */
  { "speed", "Speed", "Speed of speech", GST_REALTIME_PROP_DOUBLE,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (speed), NULL, 1.0, 0.25, 1.5 },
  /**
   * GstRealtimeConversation:output-modality:
   *
   * Written replies come as transcripts on the bus.
   *
   * Since: 0.1
   */
  { "output-modality", "Output modality",
      "Whether replies are spoken or written", GST_REALTIME_PROP_ENUM,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (output_modality), NULL,
      GST_REALTIME_MODALITY_AUDIO, 0, 0, gst_realtime_modality_get_type },
  /**
   * GstRealtimeConversation:turn-detection:
   *
   * With none the application commits turns, see
   * #GstRealtimeConversation::commit-audio.
   *
   * Since: 0.1
   */
  { "turn-detection", "Turn detection",
      "Who decides that the user has finished", GST_REALTIME_PROP_ENUM,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (turn_detection), NULL,
      GST_REALTIME_TURN_DETECTION_SERVER_VAD, 0, 0,
      gst_realtime_turn_detection_get_type },
  /**
   * GstRealtimeConversation:vad-threshold:
   *
   * From 0 to 1; for server-vad.
   *
   * Since: 0.1
   */
  { "vad-threshold", "VAD threshold", "Loudness that counts as speech",
      GST_REALTIME_PROP_DOUBLE,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (vad_threshold), NULL, 0.5, 0, 1 },
  /**
   * GstRealtimeConversation:vad-prefix-padding:
   *
   * In milliseconds; for server-vad.
   *
   * Since: 0.1
   */
  { "vad-prefix-padding", "VAD prefix padding",
      "Audio kept before the speech (ms)", GST_REALTIME_PROP_UINT,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (vad_prefix_padding), NULL, 300, 0, G_MAXUINT },
  /**
   * GstRealtimeConversation:vad-silence-duration:
   *
   * In milliseconds; for server-vad.
   *
   * Since: 0.1
   */
  { "vad-silence-duration", "VAD silence duration",
      "Silence that ends a turn (ms)", GST_REALTIME_PROP_UINT,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (vad_silence_duration), NULL, 500, 0, G_MAXUINT },
  /**
   * GstRealtimeConversation:vad-idle-timeout:
   *
   * In milliseconds, counted from the end of the last reply; for server-vad.
   *
   * Since: 0.1
   */
  { "vad-idle-timeout", "VAD idle timeout",
      "Silence after which the model speaks by itself (ms), 0: never",
      GST_REALTIME_PROP_UINT,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (vad_idle_timeout), NULL, 0, 0, G_MAXUINT },
  /**
   * GstRealtimeConversation:vad-eagerness:
   *
   * For semantic-vad.
   *
   * Since: 0.1
   */
  { "vad-eagerness", "VAD eagerness", "How soon the model takes its turn",
      GST_REALTIME_PROP_ENUM,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (vad_eagerness), NULL,
      GST_REALTIME_EAGERNESS_AUTO, 0, 0, gst_realtime_eagerness_get_type },
  /**
   * GstRealtimeConversation:create-response:
   *
   * Otherwise use #GstRealtimeConversation::create-response.
   *
   * Since: 0.1
   */
  { "create-response", "Create response",
      "Whether the server answers each turn by itself",
      GST_REALTIME_PROP_BOOLEAN,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (create_response), NULL, TRUE },
  /**
   * GstRealtimeConversation:interrupt-response:
   *
   * See also #GstRealtimeConversation:barge-in.
   *
   * Since: 0.1
   */
  { "interrupt-response", "Interrupt response",
      "Whether speech of the user interrupts a reply at the server",
      GST_REALTIME_PROP_BOOLEAN,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (interrupt_response), NULL, TRUE },
  /**
   * GstRealtimeConversation:noise-reduction:
   *
   * Filtering of the input at the server, before turn detection.
   *
   * Since: 0.1
   */
  { "noise-reduction", "Noise reduction",
      "What the server takes the microphone for", GST_REALTIME_PROP_ENUM,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (noise_reduction), NULL,
      GST_REALTIME_NOISE_REDUCTION_NEAR_FIELD, 0, 0,
      gst_realtime_noise_reduction_get_type },
  /**
   * GstRealtimeConversation:transcription-model:
   *
   * Without one there are no transcripts of the user.
   *
   * Since: 0.1
   */
  { "transcription-model", "Transcription model",
      "Model that transcribes the user, NULL: no transcription",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (transcription_model), "gpt-transcribe" },
  /**
   * GstRealtimeConversation:transcription-language:
   *
   * A hint for the transcription.
   *
   * Since: 0.1
   */
  { "transcription-language", "Transcription language",
      "Language of the user (ISO 639-1), NULL: detected",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (transcription_language), NULL },
  /**
   * GstRealtimeConversation:transcription-prompt:
   *
   * A hint for the transcription.
   *
   * Since: 0.1
   */
  { "transcription-prompt", "Transcription prompt",
      "Words that the transcription should expect", GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION,
      GST_REALTIME_IN_SESSION (transcription_prompt), NULL },
  /**
   * GstRealtimeConversation:tools:
   *
   * Definitions as the server wants them. Calls are posted as realtime-
   * function-call and answered by #GstRealtimeConversation::function-output.
   *
   * Since: 0.1
   */
  { "tools", "Tools", "Tools of the application, a JSON array",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (tools), NULL },
  /**
   * GstRealtimeConversation:tool-choice:
   *
   * When the model may call tools.
   *
   * Since: 0.1
   */
  { "tool-choice", "Tool choice", "auto, none, required or the name of a tool",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (tool_choice), "auto" },
  /**
   * GstRealtimeConversation:handoff-tool:
   *
   * It is offered to the model beside #GstRealtimeConversation:tools. Calls
   * are posted as realtime-handoff and answered by
   * #GstRealtimeConversation::handoff-output.
   *
   * Since: 0.1
   */
  { "handoff-tool", "Handoff tool",
      "Name of the tool whose call is a handoff, NULL: none",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (handoff_tool), "background_agent" },
  /**
   * GstRealtimeConversation:max-output-tokens:
   *
   * A reply that reaches it ends with the status incomplete.
   *
   * Since: 0.1
   */
  { "max-output-tokens", "Max output tokens",
      "Limit of a reply in tokens, -1: none", GST_REALTIME_PROP_INT,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION,
      GST_REALTIME_IN_SESSION (max_output_tokens), NULL, -1, -1, G_MAXINT },
  /**
   * GstRealtimeConversation:session-options:
   *
   * Whatever the other properties lack.  In realtime-v2 a server that refuses
   * a parameter, of these or of the other properties, is told the rest without
   * it; a warning names it, and it is tried again when its value changes.
   *
   * Since: 0.1
   */
  { "session-options", "Session options",
      "JSON object that is merged last into the session",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_SESSION | GST_REALTIME_PROP_CONVERSATION
          | GST_REALTIME_PROP_TRANSCRIPTION | GST_REALTIME_PROP_V1
          | GST_REALTIME_PROP_CREATE,
      GST_REALTIME_IN_SESSION (session_options), NULL },
  { NULL },
};
