/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Prints every kind of message that realtime-v2 sends, one a line, for those
 * who check them against what others published.
 */
#include <stdio.h>

#include "rtdialect.h"

static guint serial;

static void
print_command (RtCommand *command, const RtSessionConfig *config)
{
  g_autofree gchar *text = NULL;

  g_free (command->event_id);
  command->event_id = g_strdup_printf ("event_%u", ++serial);
  text = rt_dialect_v2.encode (command, config);
  if (text == NULL)
    g_error ("command %d cannot be said", command->type);
  puts (text);
}

/* Each command but the raw one, which says what the application wants. */
static void
print_commands (const RtSessionConfig *config)
{
  guint type;

  for (type = 0; type < RT_COMMAND_RAW; type++) {
    g_autoptr (RtCommand) command = rt_command_new (type);

    command->item_id = g_strdup ("item_1");
    command->call_id = g_strdup ("call_1");
    command->name = g_strdup ("look_up");
    command->text = g_strdup ("Zehn Meter \342\200\223 \"vorw\303\244rts\"\n");
    command->content_index = 1;
    command->audio_end_ms = 1500;
    print_command (command, config);
    if (type == RT_COMMAND_RESPONSE_CANCEL) {
      command->response_id = g_strdup ("resp_1");
      print_command (command, config);
    } else if (type == RT_COMMAND_HANDOFF_OUTPUT) {
      command->final = TRUE;
      print_command (command, config);
    }
  }
}

static void
print_audio (void)
{
  const RtAudioFormat format = RT_AUDIO_FORMAT_DEFAULT;
  g_autoptr (GString) out = g_string_new (NULL);
  guint8 data[960];
  guint i;

  for (i = 0; i < sizeof (data); i++)
    data[i] = (guint8) (i * 7);
  rt_dialect_v2.encode_audio (&format, data, sizeof (data), out);
  puts (out->str);
}

static void
print_session (const RtSessionConfig *config)
{
  g_autoptr (RtCommand) command = rt_command_new (RT_COMMAND_SESSION_UPDATE);

  print_command (command, config);
}

static void
set (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

/* Every value of every enumeration, with and without what is optional. */
static void
print_turn_detections (RtSessionConfig *config)
{
  guint i;

  config->vad_idle_timeout = 6000;
  print_session (config);
  config->vad_idle_timeout = 0;
  config->create_response = FALSE;
  config->interrupt_response = FALSE;
  print_session (config);
  config->turn_detection = RT_TURN_DETECTION_SEMANTIC_VAD;
  for (i = RT_EAGERNESS_AUTO; i <= RT_EAGERNESS_HIGH; i++) {
    config->vad_eagerness = i;
    print_session (config);
  }
  config->turn_detection = RT_TURN_DETECTION_NONE;
  print_session (config);
}

static void
print_inputs (RtSessionConfig *config)
{
  config->input_format = (RtAudioFormat){ RT_CODEC_PCMU, 8000, 1 };
  config->output_format = (RtAudioFormat){ RT_CODEC_PCMA, 8000, 1 };
  config->noise_reduction = RT_NOISE_REDUCTION_FAR_FIELD;
  set (&config->transcription_language, "en");
  set (&config->transcription_prompt, "names of places");
  print_session (config);
  config->input_format.codec = RT_CODEC_PCMA;
  config->output_format.codec = RT_CODEC_PCMU;
  config->noise_reduction = RT_NOISE_REDUCTION_NONE;
  set (&config->transcription_model, NULL);
  print_session (config);
}

static void
print_outputs (RtSessionConfig *config)
{
  set (&config->prompt, "Be kind.");
  set (&config->voice, "cedar");
  config->speed = 1.5;
  config->output_modality = RT_MODALITY_TEXT;
  config->max_output_tokens = 4096;
  set (&config->tool_choice, "none");
  set (&config->handoff_tool, NULL);
  print_session (config);
  set (&config->tools,
      "[{\"type\":\"function\",\"name\":\"weather\",\"description\":\"The "
      "weather\",\"parameters\":{\"type\":\"object\",\"properties\":"
      "{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}}]");
  set (&config->tool_choice, "required");
  set (&config->handoff_tool, "transfer");
  print_session (config);
  set (&config->tool_choice, "weather");
  set (&config->session_options,
      "{\"tracing\":\"auto\",\"truncation\":{\"type\":\"retention_ratio\","
      "\"retention_ratio\":0.5},\"audio\":{\"output\":{\"voice\":"
      "{\"id\":\"voice_1\"}}}}");
  print_session (config);
}

static void
print_mode (RtMode mode)
{
  void (*const groups[]) (RtSessionConfig *)
      = { print_turn_detections, print_inputs, print_outputs };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (groups); i++) {
    g_autoptr (RtSessionConfig) config = rt_session_config_new ();

    config->mode = mode;
    print_session (config);
    /* What a transcription cannot have is the application's own affair. */
    if (mode == RT_MODE_CONVERSATIONAL || groups[i] != print_outputs)
      groups[i](config);
  }
}

int
main (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();

  print_commands (config);
  print_audio ();
  print_mode (RT_MODE_CONVERSATIONAL);
  print_mode (RT_MODE_TRANSCRIPTION);
  return 0;
}
