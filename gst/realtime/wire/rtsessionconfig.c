/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Defaults, copies and the end of a session's configuration.  Pure; any
 * thread.
 */
#include "rtsessionconfig.h"

RtSessionConfig *
rt_session_config_new (void)
{
  RtSessionConfig *config = g_new0 (RtSessionConfig, 1);

  config->mode = RT_MODE_CONVERSATIONAL;
  config->model = g_strdup ("gpt-realtime-2.1");
  config->speed = 1.0;
  config->output_modality = RT_MODALITY_AUDIO;
  config->turn_detection = RT_TURN_DETECTION_SERVER_VAD;
  config->vad_threshold = 0.5;
  config->vad_prefix_padding = 300;
  config->vad_silence_duration = 500;
  config->vad_eagerness = RT_EAGERNESS_AUTO;
  config->create_response = TRUE;
  config->interrupt_response = TRUE;
  config->noise_reduction = RT_NOISE_REDUCTION_NEAR_FIELD;
  config->transcription_model = g_strdup ("gpt-transcribe");
  config->tool_choice = g_strdup ("auto");
  config->handoff_tool = g_strdup ("background_agent");
  config->max_output_tokens = -1;
  config->input_format = RT_AUDIO_FORMAT_DEFAULT;
  config->output_format = RT_AUDIO_FORMAT_DEFAULT;
  return config;
}

RtSessionConfig *
rt_session_config_copy (const RtSessionConfig *config)
{
  RtSessionConfig *copy = g_new (RtSessionConfig, 1);

  *copy = *config;
  copy->model = g_strdup (config->model);
  copy->prompt = g_strdup (config->prompt);
  copy->conversation_id = g_strdup (config->conversation_id);
  copy->voice = g_strdup (config->voice);
  copy->transcription_model = g_strdup (config->transcription_model);
  copy->transcription_language = g_strdup (config->transcription_language);
  copy->transcription_prompt = g_strdup (config->transcription_prompt);
  copy->tools = g_strdup (config->tools);
  copy->tool_choice = g_strdup (config->tool_choice);
  copy->handoff_tool = g_strdup (config->handoff_tool);
  copy->session_options = g_strdup (config->session_options);
  return copy;
}

void
rt_session_config_free (RtSessionConfig *config)
{
  if (config == NULL)
    return;
  g_free (config->model);
  g_free (config->prompt);
  g_free (config->conversation_id);
  g_free (config->voice);
  g_free (config->transcription_model);
  g_free (config->transcription_language);
  g_free (config->transcription_prompt);
  g_free (config->tools);
  g_free (config->tool_choice);
  g_free (config->handoff_tool);
  g_free (config->session_options);
  g_free (config);
}
