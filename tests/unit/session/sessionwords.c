/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words to events, and effects to words.  One thread.
 */
#include "sessiondriver.h"

#include <stdlib.h>
#include <string.h>

static const struct {
  const gchar *word;
  RtEventType type;
} verbs[] = {
  { "unknown", RT_EVENT_UNKNOWN },
  { "session_created", RT_EVENT_SESSION_CREATED },
  { "session_updated", RT_EVENT_SESSION_UPDATED },
  { "conversation_created", RT_EVENT_CONVERSATION_CREATED },
  { "speech_started", RT_EVENT_SPEECH_STARTED },
  { "speech_stopped", RT_EVENT_SPEECH_STOPPED },
  { "committed", RT_EVENT_AUDIO_COMMITTED },
  { "cleared", RT_EVENT_AUDIO_CLEARED },
  { "idle", RT_EVENT_IDLE_TIMEOUT },
  { "heard_delta", RT_EVENT_INPUT_TRANSCRIPT_DELTA },
  { "heard", RT_EVENT_INPUT_TRANSCRIPT_DONE },
  { "heard_failed", RT_EVENT_INPUT_TRANSCRIPT_FAILED },
  { "item_added", RT_EVENT_ITEM_ADDED },
  { "item_done", RT_EVENT_ITEM_DONE },
  { "item_retrieved", RT_EVENT_ITEM_RETRIEVED },
  { "item_deleted", RT_EVENT_ITEM_DELETED },
  { "item_truncated", RT_EVENT_ITEM_TRUNCATED },
  { "created", RT_EVENT_RESPONSE_CREATED },
  { "done", RT_EVENT_RESPONSE_DONE },
  { "output_added", RT_EVENT_OUTPUT_ITEM_ADDED },
  { "output_done", RT_EVENT_OUTPUT_ITEM_DONE },
  { "part_added", RT_EVENT_CONTENT_PART_ADDED },
  { "part_done", RT_EVENT_CONTENT_PART_DONE },
  { "audio", RT_EVENT_OUTPUT_AUDIO_DELTA },
  { "audio_done", RT_EVENT_OUTPUT_AUDIO_DONE },
  { "said_delta", RT_EVENT_OUTPUT_TRANSCRIPT_DELTA },
  { "said", RT_EVENT_OUTPUT_TRANSCRIPT_DONE },
  { "text_delta", RT_EVENT_OUTPUT_TEXT_DELTA },
  { "text", RT_EVENT_OUTPUT_TEXT_DONE },
  { "arguments_delta", RT_EVENT_FUNCTION_ARGUMENTS_DELTA },
  { "arguments", RT_EVENT_FUNCTION_ARGUMENTS_DONE },
  { "handoff_requested", RT_EVENT_HANDOFF_REQUESTED },
  { "rate_limits", RT_EVENT_RATE_LIMITS },
  { "error", RT_EVENT_ERROR },
};

static const gchar *
get (GHashTable *words, const gchar *key)
{
  return g_hash_table_lookup (words, key);
}

static guint
get_uint (GHashTable *words, const gchar *key)
{
  return get (words, key) != NULL ? atoi (get (words, key)) : 0;
}

static RtItem *
make_item (GHashTable *words)
{
  RtItem *item = rt_item_new ();
  const gchar *kind = get (words, "kind");

  item->type = RT_ITEM_MESSAGE;
  if (g_strcmp0 (kind, "call") == 0)
    item->type = RT_ITEM_FUNCTION_CALL;
  else if (g_strcmp0 (kind, "output") == 0)
    item->type = RT_ITEM_FUNCTION_CALL_OUTPUT;
  else if (g_strcmp0 (kind, "other") == 0)
    item->type = RT_ITEM_OTHER;
  item->id = g_strdup (get (words, "item"));
  item->role = g_strdup (get (words, "role"));
  item->status = g_strdup (get (words, "istatus"));
  item->call_id = g_strdup (get (words, "call"));
  item->name = g_strdup (get (words, "name"));
  item->arguments = g_strdup (get (words, "args"));
  item->cut = get (words, "cut") != NULL;
  item->text = g_strdup (get (words, "text"));
  item->json = g_strdup ("{}");
  return item;
}

static RtResponse *
make_response (GHashTable *words)
{
  RtResponse *response = rt_response_new ();

  response->id = g_strdup (get (words, "id"));
  response->status = g_strdup (get (words, "status"));
  response->reason = g_strdup (get (words, "reason"));
  response->error_code = g_strdup (get (words, "code"));
  response->error_type = g_strdup (get (words, "type"));
  response->error_message = g_strdup (get (words, "msg"));
  response->usage.present = get (words, "usage") != NULL;
  response->usage.output_audio = get_uint (words, "usage");
  if (get (words, "kind") != NULL)
    g_ptr_array_add (response->output, make_item (words));
  return response;
}

static RtErrorInfo *
make_error (GHashTable *words)
{
  RtErrorInfo *error
      = rt_error_info_new (get (words, "code"), get (words, "msg"));

  error->type = g_strdup (get (words, "type"));
  error->param = g_strdup (get (words, "param"));
  error->event_id = g_strdup (get (words, "event"));
  return error;
}

RtAudioFormat
session_driver_format (const gchar *word)
{
  RtAudioFormat format = RT_AUDIO_FORMAT_DEFAULT;

  if (g_str_has_prefix (word, "pcm@")) {
    format.rate = atoi (word + 4);
    return format;
  }
  format.codec = g_str_equal (word, "pcmu") ? RT_CODEC_PCMU : RT_CODEC_PCMA;
  format.rate = 8000;
  return format;
}

static RtSessionInfo *
make_session (GHashTable *words)
{
  RtSessionInfo *info = rt_session_info_new ();

  info->id = g_strdup (get (words, "id"));
  info->instructions = g_strdup (get (words, "instructions"));
  info->expires_at = get_uint (words, "expires");
  if (get (words, "out") != NULL) {
    info->has_output_format = TRUE;
    info->output_format = session_driver_format (get (words, "out"));
  }
  if (get (words, "in") != NULL) {
    info->has_input_format = TRUE;
    info->input_format = session_driver_format (get (words, "in"));
  }
  return info;
}

static void
fill (RtEvent *event, GHashTable *words)
{
  event->item_id = g_strdup (get (words, "item"));
  event->response_id = g_strdup (get (words, "resp"));
  event->previous_item_id = g_strdup (get (words, "prev"));
  event->call_id = g_strdup (get (words, "call"));
  event->function_name = g_strdup (get (words, "name"));
  event->text = g_strdup (get (words, "text"));
  event->content_index = get_uint (words, "ci");
  event->has_audio_ms = get (words, "ms") != NULL;
  event->audio_ms = get_uint (words, "ms");
  event->usage.present = get (words, "usage") != NULL;
  event->usage.duration_ms = get_uint (words, "usage");
  if (get (words, "bytes") != NULL)
    event->audio = g_bytes_new_take (
        g_malloc0 (get_uint (words, "bytes")), get_uint (words, "bytes"));
  if (get (words, "audio") != NULL) {
    gsize rate = 24000, size;

    if (get (words, "rate") != NULL) {
      rate = get_uint (words, "rate");
      event->audio_rate = rate;
      event->audio_channels = MAX (get_uint (words, "channels"), 1);
    }
    size = get_uint (words, "audio") * rate / 1000 * 2
           * MAX (event->audio_channels, 1);
    event->audio = g_bytes_new_take (g_malloc0 (size), size);
  }
}

static void
add_parts (RtEvent *event, GHashTable *words)
{
  switch (event->type) {
    case RT_EVENT_SESSION_CREATED:
    case RT_EVENT_SESSION_UPDATED:
      if (get (words, "id") != NULL)
        event->session = make_session (words);
      break;
    case RT_EVENT_ITEM_ADDED:
    case RT_EVENT_ITEM_DONE:
    case RT_EVENT_ITEM_RETRIEVED:
    case RT_EVENT_OUTPUT_ITEM_ADDED:
    case RT_EVENT_OUTPUT_ITEM_DONE:
      event->item = make_item (words);
      break;
    case RT_EVENT_RESPONSE_CREATED:
    case RT_EVENT_RESPONSE_DONE:
      event->response = make_response (words);
      break;
    case RT_EVENT_ERROR:
    case RT_EVENT_INPUT_TRANSCRIPT_FAILED:
      event->error = make_error (words);
      break;
    default:
      break;
  }
}

RtEvent *
session_driver_event (const gchar *in)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) parts = NULL;
  RtEvent *event = NULL;
  guint i;

  g_assert_true (g_shell_parse_argv (in, NULL, &parts, NULL));
  for (i = 1; parts[i] != NULL; i++) {
    gchar *value = strchr (parts[i], '=');

    g_assert_nonnull (value);
    *value = '\0';
    g_hash_table_insert (words, parts[i], value + 1);
  }
  for (i = 0; i < G_N_ELEMENTS (verbs) && event == NULL; i++)
    if (g_str_equal (parts[0], verbs[i].word))
      event = rt_event_new (verbs[i].type,
          get (words, "wire") != NULL ? get (words, "wire") : parts[0]);
  if (event == NULL)
    return NULL;
  fill (event, words);
  add_parts (event, words);
  return event;
}

static void
add (GString *out, const gchar *word)
{
  if (word != NULL)
    g_string_append_printf (out, " %s", word);
}

static void
add_quoted (GString *out, const gchar *text)
{
  if (text != NULL)
    g_string_append_printf (out, " '%s'", text);
}

static void
add_position (GString *out, guint64 position)
{
  if (position == G_MAXUINT64)
    add (out, "@end");
  else if (position > 0)
    g_string_append_printf (out, " @%" G_GUINT64_FORMAT, position);
}

static void
add_left_out (GString *out, const RtCommand *command)
{
  guint i;

  for (i = 0; command->left_out != NULL && command->left_out[i] != NULL; i++) {
    add (out, i == 0 ? "without" : "and");
    add (out, command->left_out[i]);
  }
}

static void
add_command (GString *out, const RtCommand *command)
{
  static const gchar *const names[RT_COMMAND_LAST] = { "update", "commit",
    "clear", "create", "cancel", "user", "system", "assistant", "call",
    "handoff", "function", "truncate", "delete", "raw" };
  g_autofree gchar *prefix = NULL;
  gboolean restores = command->event_id != NULL
                      && g_str_has_prefix (command->event_id, "rt_restore_");

  if (restores)
    add (out, "restored");
  else if (command->again)
    add (out, "again");
  add (out, names[command->type]);
  add (out, command->response_id);
  add (out, command->item_id);
  add (out, command->call_id);
  add (out, command->name);
  add_quoted (out, command->text);
  if (command->final)
    add (out, "final");
  add_position (out, command->position);
  add_left_out (out, command);
  if (command->type == RT_COMMAND_ITEM_TRUNCATE)
    g_string_append_printf (
        out, " %u %u", command->content_index, command->audio_end_ms);
  if (command->type == RT_COMMAND_RAW && !command->again)
    g_assert_null (command->event_id);
  if (command->type == RT_COMMAND_RAW || restores)
    return;
  /* an answer in other words */
  prefix = g_strdup_printf ("rt_%s_",
      command->type == RT_COMMAND_USER_TEXT && command->call_id != NULL
          ? "handoff"
          : names[command->type]);
  g_assert_true (g_str_has_prefix (command->event_id, prefix));
}

static void
add_entries (GString *out, const GPtrArray *entries)
{
  guint i;

  g_string_append (out, " [");
  for (i = 0; i < entries->len; i++) {
    const RtTranscriptEntry *entry = g_ptr_array_index (entries, i);

    g_string_append_printf (
        out, "%s%s: %s", i > 0 ? " | " : "", entry->role, entry->text);
  }
  g_string_append (out, "]");
}

static void
add_time (GString *out, const RtNote *note)
{
  if (note->running_time != RT_TIME_UNKNOWN)
    g_string_append_printf (
        out, " t%" G_GUINT64_FORMAT, note->running_time / 1000000);
}

static void
add_speech (GString *out, const RtNote *note)
{
  gboolean begins = g_str_equal (note->reason, "detected")
                    || g_str_equal (note->reason, "playing");

  g_assert_cmpint (note->flag, ==, begins);
  add (out, "speech");
  add (out, note->role);
  add (out, note->reason);
  add (out, note->item_id);
  if (note->has_audio_ms)
    g_string_append_printf (out, " @%u", note->audio_ms);
  add_time (out, note);
}

static void
add_transcript (GString *out, const RtNote *note)
{
  add (out, note->role);
  if (note->flag)
    add (out, "final");
  if (note->interrupted)
    add (out, "interrupted");
  add_quoted (out, note->text);
  add (out, note->item_id);
  if (note->content_index > 0)
    g_string_append_printf (out, " %u", note->content_index);
  if (note->usage.present)
    g_string_append_printf (
        out, " %" G_GUINT64_FORMAT "ms", note->usage.duration_ms);
  add_time (out, note);
}

static void
add_error (GString *out, const RtNote *note)
{
  add (out, rt_severity_to_string (note->severity));
  add (out, note->code);
  add_quoted (out, note->text);
  add (out, note->event_id);
  add (out, note->item_id);
}

static void
add_response (GString *out, const RtNote *note)
{
  add (out, note->state);
  add (out, note->response_id);
  add (out, note->detail);
  if (note->usage.present)
    g_string_append_printf (
        out, " %" G_GUINT64_FORMAT, note->usage.output_audio);
}

static void
add_session (GString *out, const RtNote *note)
{
  add (out, note->session_id);
  add (out, note->flag ? "created" : "updated");
  add_quoted (out, note->detail);
  if (note->expires_at > 0)
    g_string_append_printf (out, " until %d", (gint) note->expires_at);
}

static void
add_call (GString *out, const RtNote *note)
{
  add (out, note->call_id);
  add (out, note->item_id);
  if (note->type == RT_NOTE_FUNCTION_CALL)
    add (out, note->name);
  add_quoted (out, note->text);
  add_quoted (out, note->arguments);
  if (note->type == RT_NOTE_HANDOFF)
    add_entries (out, note->entries);
}

static void
add_note (GString *out, const RtNote *note)
{
  static const gchar *const names[RT_NOTE_LAST] = { "started", "session", NULL,
    "handoff", "call", NULL, "interrupted", "response", "item", "error" };

  add (out, names[note->type]);
  switch (note->type) {
    case RT_NOTE_STARTED:
      add (out, note->session_id);
      if (note->flag)
        add (out, "resumed");
      break;
    case RT_NOTE_SESSION:
      add_session (out, note);
      break;
    case RT_NOTE_TRANSCRIPT:
      add_transcript (out, note);
      break;
    case RT_NOTE_HANDOFF:
    case RT_NOTE_FUNCTION_CALL:
      add_call (out, note);
      break;
    case RT_NOTE_SPEECH:
      add_speech (out, note);
      break;
    case RT_NOTE_INTERRUPTED:
      add (out, note->item_id);
      g_string_append_printf (out, " %u+%u", note->played, note->dropped);
      break;
    case RT_NOTE_RESPONSE:
      add_response (out, note);
      break;
    case RT_NOTE_ITEM:
      add (out, note->state);
      add (out, note->item_id);
      g_assert_nonnull (note->json);
      break;
    case RT_NOTE_ERROR:
      add_error (out, note);
      break;
    default:
      g_assert_not_reached ();
  }
}

gchar *
session_driver_effect_to_string (const RtEffect *effect)
{
  static const gchar *const names[RT_EFFECT_LAST] = { "send", "ready", "play",
    "end", "drop", "hold", "resume", "clear-input", "repeat", "note", "fail" };
  static const gchar *const causes[] = { "generic", "not-authorized",
    "not-found", "busy", "settings", "protocol", "timeout", "lost", "format" };
  GString *out = g_string_new (names[effect->type]);

  if (effect->type == RT_EFFECT_SEND)
    add_command (out, effect->command);
  if (effect->type == RT_EFFECT_NOTE)
    add_note (out, effect->note);
  if (effect->track > 0)
    g_string_append_printf (out, " %u", effect->track);
  add_position (out, effect->position);
  if (effect->type == RT_EFFECT_HOLD)
    g_string_append_printf (out, " %u", effect->ms);
  if (effect->type == RT_EFFECT_PLAY) {
    g_string_append_printf (out, " %" G_GSIZE_FORMAT "@%u",
        g_bytes_get_size (effect->audio), effect->format.rate);
    if (effect->format.channels != 1)
      g_string_append_printf (out, "*%u", effect->format.channels);
    if (effect->format.codec != RT_CODEC_PCM16)
      g_string_append_printf (
          out, " %s", rt_codec_to_wire (effect->format.codec));
  }
  if (effect->type == RT_EFFECT_FAIL) {
    g_assert_cmpint (effect->note->type, ==, RT_NOTE_ERROR);
    g_assert_cmpint (effect->note->severity, ==, effect->severity);
    add (out, causes[effect->cause]);
    add_error (out, effect->note);
  }
  return g_string_free (out, FALSE);
}
