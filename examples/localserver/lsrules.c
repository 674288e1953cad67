/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a client may say, one table a shape. An object without fields and
 * variants is open: nobody looks into it. */
#include "lsrules.h"

#define END LS_RULES_END
#define VALUES LS_RULES_VALUES
#define EVENT_ID LS_RULES_EVENT

/* formats */

static const LsRule pcm_format[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "rate", LS_INTEGER, .least = 24000, .most = 24000 },
  END,
};
static const LsRule g711_format[] = {
  { "type", LS_STRING | LS_REQUIRED },
  END,
};
static const LsVariant formats[] = {
  { "audio/pcm", pcm_format },
  { "audio/pcmu", g711_format },
  { "audio/pcma", g711_format },
  END,
};

/* what both kinds of session hear */

static const LsRule any_string = { "", LS_STRING };

static const LsRule transcription_fields[] = {
  { "model", LS_STRING },
  { "language", LS_STRING },
  { "languages", LS_ARRAY, .element = &any_string },
  { "keywords", LS_ARRAY, .element = &any_string },
  { "prompt", LS_STRING },
  { "delay", LS_STRING, VALUES ("minimal", "low", "medium", "high", "xhigh") },
  END,
};
static const LsRule noise_fields[] = {
  { "type", LS_STRING | LS_REQUIRED, VALUES ("near_field", "far_field") },
  { "strength", LS_NUMBER },
  END,
};
static const LsRule server_vad[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "threshold", LS_NUMBER, .least = 0, .most = 1 },
  { "prefix_padding_ms", LS_INTEGER, .least = 0, .most = 10000 },
  { "silence_duration_ms", LS_INTEGER, .least = 0, .most = 60000 },
  { "create_response", LS_BOOLEAN },
  { "interrupt_response", LS_BOOLEAN },
  { "idle_timeout_ms", LS_INTEGER | LS_NULL, .least = 5000, .most = 30000 },
  END,
};
static const LsRule semantic_vad[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "eagerness", LS_STRING, VALUES ("low", "medium", "high", "auto") },
  { "create_response", LS_BOOLEAN },
  { "interrupt_response", LS_BOOLEAN },
  END,
};
static const LsVariant turn_detections[] = {
  { "server_vad", server_vad },
  { "semantic_vad", semantic_vad },
  END,
};
static const LsRule input_fields[] = {
  { "format", LS_OBJECT, .tag = "type", .variants = formats },
  { "transcription", LS_OBJECT | LS_NULL, .fields = transcription_fields },
  { "noise_reduction", LS_OBJECT | LS_NULL, .fields = noise_fields },
  { "turn_detection", LS_OBJECT | LS_NULL, .tag = "type",
      .variants = turn_detections },
  END,
};
static const LsRule include_element
    = { "", LS_STRING, VALUES ("item.input_audio_transcription.logprobs") };

/* what only a conversation has */

static const LsRule voice_fields[] = {
  { "id", LS_STRING | LS_REQUIRED },
  END,
};
static const LsRule output_fields[] = {
  { "format", LS_OBJECT, .tag = "type", .variants = formats },
  { "voice", LS_STRING | LS_OBJECT, .fields = voice_fields },
  { "speed", LS_NUMBER, .least = 0.25, .most = 1.5 },
  END,
};
static const LsRule audio_fields[] = {
  { "input", LS_OBJECT, .fields = input_fields },
  { "output", LS_OBJECT, .fields = output_fields },
  END,
};
static const LsRule function_tool[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "name", LS_STRING | LS_REQUIRED, .longest = 64 },
  { "description", LS_STRING },
  { "parameters", LS_OBJECT },
  END,
};
static const LsVariant tools[] = { { "function", function_tool }, END };
static const LsRule tool_element
    = { "", LS_OBJECT, .tag = "type", .variants = tools };
static const LsRule chosen_function[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "name", LS_STRING | LS_REQUIRED },
  END,
};
static const LsVariant choices[] = { { "function", chosen_function }, END };
static const LsRule modality_element
    = { "", LS_STRING, VALUES ("text", "audio") };
static const LsRule reasoning_fields[] = {
  { "effort", LS_STRING, VALUES ("minimal", "low", "medium", "high", "xhigh") },
  END,
};
static const LsRule limit_fields[] = {
  { "post_instructions", LS_INTEGER, .least = 0, .most = G_MAXINT },
  END,
};
static const LsRule ratio_truncation[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "retention_ratio", LS_NUMBER | LS_REQUIRED, .least = 0, .most = 1 },
  { "token_limits", LS_OBJECT, .fields = limit_fields },
  END,
};
static const LsVariant truncations[] = {
  { "retention_ratio", ratio_truncation },
  END,
};
static const LsRule tracing_fields[] = {
  { "workflow_name", LS_STRING },
  { "group_id", LS_STRING },
  { "metadata", LS_OBJECT },
  END,
};
static const LsRule prompt_fields[] = {
  { "id", LS_STRING | LS_REQUIRED },
  { "version", LS_STRING | LS_NULL },
  { "variables", LS_OBJECT | LS_NULL },
  END,
};

#define MODEL_SETTINGS                                               \
  { "output_modalities", LS_ARRAY, .element = &modality_element },   \
      { "instructions", LS_STRING },                                 \
      { "tools", LS_ARRAY, .element = &tool_element },               \
      { "tool_choice", LS_STRING | LS_OBJECT,                        \
        VALUES ("none", "auto", "required"), .tag = "type",          \
        .variants = choices },                                       \
      { "parallel_tool_calls", LS_BOOLEAN },                         \
      { "reasoning", LS_OBJECT, .fields = reasoning_fields },        \
      { "max_output_tokens", LS_INTEGER | LS_STRING, VALUES ("inf"), \
        .least = 1, .most = 4096 },                                  \
  {                                                                  \
    "prompt", LS_OBJECT | LS_NULL, .fields = prompt_fields           \
  }

/* sessions */

static const LsRule realtime_session[] = {
  { "type", LS_STRING | LS_REQUIRED },
  MODEL_SETTINGS,
  { "model", LS_STRING },
  { "audio", LS_OBJECT, .fields = audio_fields },
  { "include", LS_ARRAY | LS_NULL, .element = &include_element },
  { "tracing", LS_STRING | LS_OBJECT | LS_NULL, VALUES ("auto"),
      .fields = tracing_fields },
  { "truncation", LS_STRING | LS_OBJECT, VALUES ("auto", "disabled"),
      .tag = "type", .variants = truncations },
  END,
};
static const LsRule transcription_audio[] = {
  { "input", LS_OBJECT, .fields = input_fields },
  END,
};
static const LsRule transcription_session[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "audio", LS_OBJECT, .fields = transcription_audio },
  { "include", LS_ARRAY | LS_NULL, .element = &include_element },
  END,
};
static const LsVariant sessions[] = {
  { "realtime", realtime_session },
  { "transcription", transcription_session },
  END,
};

/* items */

static const LsRule input_text_part[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "text", LS_STRING | LS_REQUIRED },
  END,
};
static const LsRule input_audio_part[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "audio", LS_STRING },
  { "transcript", LS_STRING },
  END,
};
static const LsRule input_image_part[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "image_url", LS_STRING | LS_REQUIRED },
  { "detail", LS_STRING, VALUES ("auto", "low", "high") },
  END,
};
static const LsRule output_audio_part[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "audio", LS_STRING },
  { "transcript", LS_STRING | LS_REQUIRED },
  END,
};
static const LsVariant user_parts[] = {
  { "input_text", input_text_part },
  { "input_audio", input_audio_part },
  { "input_image", input_image_part },
  END,
};
static const LsVariant system_parts[] = {
  { "input_text", input_text_part },
  END,
};
static const LsVariant assistant_parts[] = {
  { "output_text", input_text_part },
  { "output_audio", output_audio_part },
  END,
};
static const LsRule user_part
    = { "", LS_OBJECT, .tag = "type", .variants = user_parts };
static const LsRule system_part
    = { "", LS_OBJECT, .tag = "type", .variants = system_parts };
static const LsRule assistant_part
    = { "", LS_OBJECT, .tag = "type", .variants = assistant_parts };

#define ITEM_FIELDS                                                        \
  { "type", LS_STRING | LS_REQUIRED }, { "id", LS_STRING, .longest = 64 }, \
      { "object", LS_STRING, VALUES ("realtime.item") },                   \
  {                                                                        \
    "status", LS_STRING, VALUES ("completed", "incomplete", "in_progress") \
  }
#define MESSAGE_FIELDS(part)                                         \
  {                                                                  \
    ITEM_FIELDS, { "role", LS_STRING | LS_REQUIRED },                \
        { "content", LS_ARRAY | LS_REQUIRED, .element = &part }, END \
  }

static const LsRule user_message[] = MESSAGE_FIELDS (user_part);
static const LsRule system_message[] = MESSAGE_FIELDS (system_part);
static const LsRule assistant_message[] = MESSAGE_FIELDS (assistant_part);
static const LsVariant roles[] = {
  { "user", user_message },
  { "system", system_message },
  { "assistant", assistant_message },
  END,
};
/* a message's fields depend on its role, and are looked up by it */
static const LsRule message_item[] = {
  { "", LS_OBJECT, .tag = "role", .variants = roles },
  END,
};
static const LsRule call_item[] = {
  ITEM_FIELDS,
  { "call_id", LS_STRING, .longest = 64 },
  { "name", LS_STRING | LS_REQUIRED },
  { "arguments", LS_STRING | LS_REQUIRED },
  END,
};
static const LsRule output_item[] = {
  ITEM_FIELDS,
  { "call_id", LS_STRING | LS_REQUIRED, .longest = 64 },
  { "output", LS_STRING | LS_REQUIRED },
  END,
};
static const LsRule item_reference[] = {
  { "type", LS_STRING | LS_REQUIRED },
  { "id", LS_STRING | LS_REQUIRED },
  END,
};
static const LsVariant items[] = {
  { "message", message_item },
  { "function_call", call_item },
  { "function_call_output", output_item },
  END,
};
static const LsVariant inputs[] = {
  { "message", message_item },
  { "function_call", call_item },
  { "function_call_output", output_item },
  { "item_reference", item_reference },
  END,
};
static const LsRule input_element
    = { "", LS_OBJECT, .tag = "type", .variants = inputs };

/* responses */

static const LsRule response_output[] = {
  { "format", LS_OBJECT, .tag = "type", .variants = formats },
  { "voice", LS_STRING | LS_OBJECT, .fields = voice_fields },
  END,
};
static const LsRule response_audio[] = {
  { "output", LS_OBJECT, .fields = response_output },
  END,
};
static const LsRule response_fields[] = {
  MODEL_SETTINGS,
  { "audio", LS_OBJECT, .fields = response_audio },
  { "conversation", LS_STRING, VALUES ("auto", "none") },
  { "metadata", LS_OBJECT | LS_NULL },
  { "input", LS_ARRAY, .element = &input_element },
  END,
};

/* events */

static const LsRule session_update[] = {
  EVENT_ID,
  { "session", LS_OBJECT | LS_REQUIRED, .tag = "type", .variants = sessions },
  END,
};
static const LsRule buffer_append[] = {
  EVENT_ID,
  { "audio", LS_STRING | LS_REQUIRED, .longest = LS_RULES_AUDIO_LONGEST },
  END,
};
static const LsRule bare_event[] = { EVENT_ID, END };
static const LsRule item_create[] = {
  EVENT_ID,
  { "previous_item_id", LS_STRING | LS_NULL },
  { "item", LS_OBJECT | LS_REQUIRED, .tag = "type", .variants = items },
  END,
};
static const LsRule item_by_id[] = {
  EVENT_ID,
  { "item_id", LS_STRING | LS_REQUIRED },
  END,
};
static const LsRule item_truncate[] = {
  EVENT_ID,
  { "item_id", LS_STRING | LS_REQUIRED },
  { "content_index", LS_INTEGER | LS_REQUIRED, .least = 0, .most = G_MAXINT },
  { "audio_end_ms", LS_INTEGER | LS_REQUIRED, .least = 0, .most = G_MAXINT },
  END,
};
static const LsRule response_create[] = {
  EVENT_ID,
  { "response", LS_OBJECT | LS_NULL, .fields = response_fields },
  END,
};
static const LsRule response_cancel[] = {
  EVENT_ID,
  { "response_id", LS_STRING },
  END,
};
static const LsVariant events[] = {
  { "session.update", session_update },
  { "input_audio_buffer.append", buffer_append },
  { "input_audio_buffer.commit", bare_event },
  { "input_audio_buffer.clear", bare_event },
  { "conversation.item.create", item_create },
  { "conversation.item.retrieve", item_by_id },
  { "conversation.item.truncate", item_truncate },
  { "conversation.item.delete", item_by_id },
  { "response.create", response_create },
  { "response.cancel", response_cancel },
  END,
};

const LsRule ls_rules_v2 = { "", LS_OBJECT, .tag = "type", .variants = events };
