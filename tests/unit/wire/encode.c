/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What realtime-v2 says but for its session: every command, the audio
 * message, the handshake; and the constants of the room.
 */
#include <string.h>

#include "describe.h"
#include "rtdialect.h"

static const RtDialect *const v2 = &rt_dialect_v2;

typedef struct {
  RtCommand command;
  const gchar *expected; /* NULL: cannot be said */
} CommandRow;

#define CREATE "{'type':'conversation.item.create','event_id':'e','item':"

static const CommandRow commands[] = {
  { { .type = RT_COMMAND_AUDIO_COMMIT, .event_id = "e" },
      "{'type':'input_audio_buffer.commit','event_id':'e'}" },
  { { .type = RT_COMMAND_AUDIO_CLEAR, .event_id = "e" },
      "{'type':'input_audio_buffer.clear','event_id':'e'}" },
  { { .type = RT_COMMAND_RESPONSE_CREATE, .event_id = "e" },
      "{'type':'response.create','event_id':'e'}" },
  { { .type = RT_COMMAND_RESPONSE_CANCEL, .event_id = "e" },
      "{'type':'response.cancel','event_id':'e'}" },
  { { .type = RT_COMMAND_RESPONSE_CANCEL, .event_id = "e", .response_id = "r" },
      "{'type':'response.cancel','event_id':'e','response_id':'r'}" },
  { { .type = RT_COMMAND_USER_TEXT, .event_id = "e", .text = "a\\b\n" },
      CREATE "{'type':'message','role':'user','content':"
             "[{'type':'input_text','text':'a\\\\b\\n'}]}}" },
  { { .type = RT_COMMAND_USER_TEXT, .event_id = "e", .text = "x\377" },
      CREATE "{'type':'message','role':'user','content':"
             "[{'type':'input_text','text':'x\357\277\275'}]}}" },
  { { .type = RT_COMMAND_SYSTEM_TEXT, .event_id = "e", .text = "a" },
      CREATE "{'type':'message','role':'system','content':"
             "[{'type':'input_text','text':'a'}]}}" },
  { { .type = RT_COMMAND_ASSISTANT_TEXT, .event_id = "e", .text = "a" },
      CREATE "{'type':'message','role':'assistant','content':"
             "[{'type':'output_text','text':'a'}]}}" },
  { { .type = RT_COMMAND_USER_TEXT,
        .event_id = "e",
        .item_id = "i",
        .text = "a" },
      CREATE "{'type':'message','role':'user','content':"
             "[{'type':'input_text','text':'a'}],'id':'i'}}" },
  { { .type = RT_COMMAND_ASSISTANT_TEXT,
        .event_id = "e",
        .item_id = "i",
        .text = "a" },
      CREATE "{'type':'message','role':'assistant','content':"
             "[{'type':'output_text','text':'a'}],'id':'i'}}" },
  { { .type = RT_COMMAND_FUNCTION_CALL,
        .event_id = "e",
        .item_id = "i",
        .call_id = "c",
        .name = "f",
        .text = "{\"a\":1}" },
      CREATE "{'id':'i','type':'function_call','call_id':'c','name':'f',"
             "'arguments':'{\\'a\\':1}'}}" },
  { { .type = RT_COMMAND_FUNCTION_CALL,
        .event_id = "e",
        .call_id = "c",
        .name = "f" },
      CREATE "{'type':'function_call','call_id':'c','name':'f',"
             "'arguments':'{}'}}" },
  { { .type = RT_COMMAND_FUNCTION_CALL, .event_id = "e", .call_id = "c" },
      NULL },
  { { .type = RT_COMMAND_FUNCTION_CALL, .event_id = "e", .name = "f" }, NULL },
  { { .type = RT_COMMAND_HANDOFF_OUTPUT,
        .event_id = "e",
        .call_id = "c",
        .text = "done",
        .final = TRUE },
      CREATE "{'type':'function_call_output','call_id':'c',"
             "'output':'done'}}" },
  { { .type = RT_COMMAND_HANDOFF_OUTPUT,
        .event_id = "e",
        .call_id = "c",
        .text = "half" },
      CREATE "{'type':'message','role':'system','content':"
             "[{'type':'input_text','text':'half'}]}}" },
  { { .type = RT_COMMAND_HANDOFF_OUTPUT,
        .event_id = "e",
        .text = "done",
        .final = TRUE },
      NULL },
  { { .type = RT_COMMAND_FUNCTION_OUTPUT, .event_id = "e", .call_id = "c" },
      CREATE "{'type':'function_call_output','call_id':'c','output':''}}" },
  { { .type = RT_COMMAND_FUNCTION_OUTPUT, .event_id = "e" }, NULL },
  { { .type = RT_COMMAND_ITEM_TRUNCATE,
        .event_id = "e",
        .item_id = "i",
        .content_index = 1,
        .audio_end_ms = 1500 },
      "{'type':'conversation.item.truncate','event_id':'e','item_id':'i',"
      "'content_index':1,'audio_end_ms':1500}" },
  { { .type = RT_COMMAND_ITEM_TRUNCATE, .event_id = "e" }, NULL },
  { { .type = RT_COMMAND_ITEM_DELETE, .event_id = "e", .item_id = "i" },
      "{'type':'conversation.item.delete','event_id':'e','item_id':'i'}" },
  { { .type = RT_COMMAND_ITEM_DELETE, .event_id = "e" }, NULL },
  { { .type = RT_COMMAND_RAW, .text = " {\"type\" :\"x.y\"}" },
      " {'type' :'x.y'}" },
  { { .type = RT_COMMAND_RAW, .text = "{\"type\":" }, NULL },
  { { .type = RT_COMMAND_RAW, .text = "[]" }, NULL },
  { { .type = RT_COMMAND_RAW, .text = "{\"a\":\"\377\"}" }, NULL },
  { { .type = RT_COMMAND_RAW }, NULL },
};

static void
test_commands (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree gchar *seen = v2->encode (&commands[i].command, config);

    g_test_message ("row %u", i);
    if (commands[i].expected == NULL)
      g_assert_null (seen);
    else
      rt_test_check_json (seen, commands[i].expected);
  }
}

static void
test_raw_is_untouched (void)
{
  RtCommand command
      = { .type = RT_COMMAND_RAW, .text = " {\"b\" : 1.50,\"a\":\"\\/\"} " };
  g_autofree gchar *seen = v2->encode (&command, NULL);

  g_assert_cmpstr (seen, ==, command.text);
}

static void
test_audio (void)
{
  static const guint8 silence[960] = { 0 };
  const RtAudioFormat format = RT_AUDIO_FORMAT_DEFAULT;
  g_autoptr (GString) out = g_string_new ("what was there before");
  gchar *memory;
  gsize capacity;

  v2->encode_audio (&format, (const guint8 *) "\001\002\003", 3, out);
  g_assert_cmpstr (out->str, ==,
      "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AQID\"}");
  v2->encode_audio (&format, (const guint8 *) "\001\002", 2, out);
  g_assert_cmpstr (out->str, ==,
      "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AQI=\"}");
  g_assert_cmpuint (out->len, ==, strlen (out->str));

  v2->encode_audio (&format, silence, sizeof (silence), out);
  g_assert_cmpuint (out->len, ==, strlen (out->str));
  memory = out->str;
  capacity = out->allocated_len;
  v2->encode_audio (&format, silence, 480, out);
  v2->encode_audio (&format, silence, sizeof (silence), out);
  g_assert_true (out->str == memory);
  g_assert_cmpuint (out->allocated_len, ==, capacity);
}

static void
check_pairs (GStrv (*pairs) (const RtSessionConfig *),
    const RtSessionConfig *config, const gchar *expected)
{
  g_auto (GStrv) seen = pairs (config);
  g_autofree gchar *joined = g_strjoinv (" ", seen);

  g_assert_cmpstr (joined, ==, expected);
}

static void
set (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void
check_barred (const RtSessionConfig *config, const gchar *expected)
{
  g_autofree gchar *joined
      = g_strjoinv (" ", (GStrv) v2->query_barred (config));

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_handshake (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();

  check_pairs (v2->query, config, "model gpt-realtime-2.1");
  check_barred (config, "intent");
  check_pairs (v2->headers, config, "");
  set (&config->conversation_id, "c");
  check_pairs (v2->headers, config, "x-session-id c");
  config->mode = RT_MODE_TRANSCRIPTION;
  check_pairs (v2->query, config, "intent transcription");
  check_barred (config, "intent model");
  config->mode = RT_MODE_CONVERSATIONAL;
  set (&config->model, NULL);
  check_pairs (v2->query, config, "");
  set (&config->model, "");
  check_pairs (v2->query, config, "");
}

static void
test_ready (void)
{
  static const struct {
    const gchar *json;
    gboolean ready;
  } rows[] = {
    { "{'type':'session.created','session':{}}", TRUE },
    { "{'type':'session.updated','session':{'id':'s'}}", TRUE },
    { "{'type':'session.created'}", FALSE },
    { "{'type':'conversation.created','session':{}}", FALSE },
    { "{'type':'error','session':{}}", FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *json = rt_test_json (rows[i].json);
    g_autoptr (RtEvent) event = v2->decode (json, strlen (json), NULL);

    g_test_message ("%s", rows[i].json);
    g_assert_cmpint (v2->is_ready (event), ==, rows[i].ready);
  }
}

static void
test_find (void)
{
  g_assert_true (rt_dialect_find ("realtime-v2") == v2);
  g_assert_null (rt_dialect_find ("realtime-v3"));
  g_assert_null (rt_dialect_find (NULL));
}

static void
test_formats (void)
{
  const RtAudioFormat stereo = { RT_CODEC_PCM16, 48000, 2 };
  const RtAudioFormat law = { RT_CODEC_PCMA, 8000, 1 };
  RtCodec codec;
  guint i;

  g_assert_cmpuint (rt_audio_format_frame_size (&stereo), ==, 4);
  g_assert_cmpuint (rt_audio_format_frame_size (&law), ==, 1);
  g_assert_true (rt_audio_format_equal (&law, &law));
  g_assert_false (rt_audio_format_equal (&law, &stereo));
  for (i = RT_CODEC_PCM16; i <= RT_CODEC_PCMA; i++) {
    g_assert_true (rt_codec_from_wire (rt_codec_to_wire (i), &codec));
    g_assert_cmpint (codec, ==, i);
  }
  g_assert_false (rt_codec_from_wire ("audio/opus", &codec));
  g_assert_false (rt_codec_from_wire (NULL, &codec));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/encode/commands", test_commands);
  g_test_add_func ("/wire/encode/raw", test_raw_is_untouched);
  g_test_add_func ("/wire/encode/audio", test_audio);
  g_test_add_func ("/wire/encode/handshake", test_handshake);
  g_test_add_func ("/wire/encode/ready", test_ready);
  g_test_add_func ("/wire/encode/find", test_find);
  g_test_add_func ("/wire/encode/formats", test_formats);
  return g_test_run ();
}
