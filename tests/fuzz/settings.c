/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an application sets and says: whatever it is, what goes out is one
 * JSON object.
 */
#include "fuzz.h"
#include "rtdialect.h"
#include "rtjson.h"

#include <string.h>

static const RtDialect *const dialects[]
    = { &rt_dialect_v2, &rt_dialect_v1, &rt_dialect_create };

static gchar *
take_setting (FuzzInput *input)
{
  gchar *line = fuzz_take_line (input);

  /* NULL is a value too */
  if (*line != '\0')
    return line;
  g_free (line);
  return NULL;
}

static RtSessionConfig *
take_config (FuzzInput *input)
{
  RtSessionConfig *config = g_new0 (RtSessionConfig, 1);
  guint flags = fuzz_take_byte (input);

  config->mode
      = (flags & 1) != 0 ? RT_MODE_TRANSCRIPTION : RT_MODE_CONVERSATIONAL;
  config->turn_detection = (flags >> 1) % 3;
  config->output_modality
      = (flags & 8) != 0 ? RT_MODALITY_TEXT : RT_MODALITY_AUDIO;
  config->noise_reduction = (flags >> 4) % 3;
  config->create_response = (flags & 64) != 0;
  config->interrupt_response = (flags & 128) != 0;
  config->speed = fuzz_take_byte (input) / 100.0;
  config->vad_threshold = fuzz_take_byte (input) / 255.0;
  config->max_output_tokens = (gint) fuzz_take_byte (input) - 1;
  config->input_format = RT_AUDIO_FORMAT_DEFAULT;
  config->output_format = RT_AUDIO_FORMAT_DEFAULT;
  config->tools = take_setting (input);
  config->session_options = take_setting (input);
  config->tool_choice = take_setting (input);
  config->handoff_tool = take_setting (input);
  config->model = take_setting (input);
  config->prompt = take_setting (input);
  config->conversation_id = take_setting (input);
  config->voice = take_setting (input);
  config->transcription_model = take_setting (input);
  config->transcription_language = take_setting (input);
  config->transcription_prompt = take_setting (input);
  return config;
}

/* NULL: there are no words for it. */
static void
check_message (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = NULL;

  if (text == NULL)
    return;
  root = rt_json_parse_object (text, strlen (text), &error);
  /* what is as deep as can be lies deeper in the message */
  if (!g_error_matches (error, RT_JSON_ERROR, RT_JSON_ERROR_DEPTH))
    g_assert_no_error (error);
}

static void
check_pairs (GStrv pairs)
{
  g_assert_cmpuint (g_strv_length (pairs) % 2, ==, 0);
  g_strfreev (pairs);
}

static void
check_dialect (
    const RtDialect *dialect, const RtSessionConfig *config, RtCommand *command)
{
  g_autofree gchar *update = NULL, *text = NULL;
  const RtCommand first = { .type = RT_COMMAND_SESSION_UPDATE, .first = TRUE };

  update = dialect->encode (&first, config);
  g_assert_nonnull (update);
  check_message (update);
  text = dialect->encode (command, config);
  check_message (text);
  check_pairs (dialect->query (config));
  check_pairs (dialect->headers (config));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (RtCommand) command
      = rt_command_new (fuzz_take_below (&input, RT_COMMAND_LAST));
  const RtDialect *dialect;
  RtSessionConfig *config, *copy;
  guint flags;

  flags = fuzz_take_byte (&input);
  command->final = flags & 1;
  dialect = dialects[(flags >> 1) % G_N_ELEMENTS (dialects)];
  config = take_config (&input);
  command->event_id = take_setting (&input);
  command->item_id = take_setting (&input);
  command->call_id = take_setting (&input);
  command->response_id = take_setting (&input);
  command->text = take_setting (&input);
  copy = rt_session_config_copy (config);
  rt_session_config_free (config);
  check_dialect (dialect, copy, command);
  rt_session_config_free (copy);
  return 0;
}
