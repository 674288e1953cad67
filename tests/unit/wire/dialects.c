/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What realtime-v1 and session-create say, and what they do not: their
 * handshakes, first messages, commands and audio, and when they are ready.
 */
#include <string.h>

#include "describe.h"
#include "rtdialect.h"

static const RtDialect *const v1 = &rt_dialect_v1;
static const RtDialect *const create = &rt_dialect_create;

typedef struct {
  const gchar *prompt;
  const gchar *conversation_id;
  const gchar *voice;
  const gchar *model;
  const gchar *options;
} Setup;

static RtSessionConfig *
make_config (const Setup *setup)
{
  RtSessionConfig *config = rt_session_config_new ();

  g_free (config->model);
  config->model = g_strdup (setup->model);
  config->prompt = g_strdup (setup->prompt);
  config->conversation_id = g_strdup (setup->conversation_id);
  config->voice = g_strdup (setup->voice);
  config->session_options = g_strdup (setup->options);
  return config;
}

static gchar *
update (const RtDialect *dialect, gboolean first, const RtSessionConfig *config)
{
  RtCommand command = { .type = RT_COMMAND_SESSION_UPDATE, .first = first };

  return dialect->encode (&command, config);
}

/* Of all settings only those of the protocol are sent. */
static void
test_v1_session (void)
{
#define V1_SESSION(instructions, voice)                                    \
  "{'type':'session.update','session':{'type':'quicksilver'," instructions \
  "'audio':{'input':{'format':{'type':'audio/pcm','rate':24000}},"         \
  "'output':{'voice':'" voice "'}}}}"
  static const struct {
    Setup setup;
    const gchar *expected;
  } rows[] = {
    { { .prompt = "Be \"kind\"." },
        V1_SESSION ("'instructions':'Be \\'kind\\'.',", "cove") },
    { { .prompt = "P", .conversation_id = "c", .voice = "juniper" },
        V1_SESSION ("'instructions':'P',", "juniper") },
    { { .model = "m", .voice = "" }, V1_SESSION ("", "cove") },
    { { .prompt = "P",
          .options = "{\"a\":1,\"audio\":{\"output\":{\"voice\":\"own\"}}}" },
        "{'type':'session.update','session':{'type':'quicksilver',"
        "'instructions':'P','a':1,'audio':{'input':{'format':{'type':"
        "'audio/pcm','rate':24000}},'output':{'voice':'own'}}}}" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtSessionConfig) config = make_config (&rows[i].setup);
    g_autofree gchar *first = update (v1, TRUE, config);
    g_autofree gchar *later = update (v1, FALSE, config);

    g_test_message ("row %u", i);
    rt_test_check_json (first, rows[i].expected);
    g_assert_cmpstr (later, ==, first);
  }
}

static void
test_create_session (void)
{
  static const struct {
    Setup setup;
    const gchar *session;
  } rows[] = {
    { { .prompt = "P", .conversation_id = "c" },
        "{'backend_prompt':'P','conversation_id':'c'}" },
    { { .prompt = "a\\b\n\303\244" },
        "{'backend_prompt':'a\\\\b\\n\303\244'}" },
    { { .prompt = "P", .conversation_id = "" }, "{'backend_prompt':'P'}" },
    { { .model = "m", .voice = "v" }, "{}" },
    { { .prompt = "P", .options = "{\"a\":{\"b\":2}}" },
        "{'backend_prompt':'P','a':{'b':2}}" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtSessionConfig) config = make_config (&rows[i].setup);
    g_autofree gchar *first = update (create, TRUE, config);
    g_autofree gchar *later = update (create, FALSE, config);
    g_autofree gchar *creates = g_strdup_printf (
        "{'type':'session.create','session':%s}", rows[i].session);
    g_autofree gchar *updates = g_strdup_printf (
        "{'type':'session.update','session':%s}", rows[i].session);

    g_test_message ("row %u", i);
    rt_test_check_json (first, creates);
    rt_test_check_json (later, updates);
  }
}

/* What was said before goes behind the prompt. */
static void
test_past (void)
{
  static const struct {
    const gchar *prompt;
    const gchar *past;
    const gchar *expected;
  } rows[] = {
    { "P", "He said: x", "'P\\n\\nHe said: x'" },
    { NULL, "He said: x", "'He said: x'" },
    { "P", "", "'P'" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Setup setup = { .prompt = rows[i].prompt };
    g_autoptr (RtSessionConfig) config = make_config (&setup);
    RtCommand command = {
      .type = RT_COMMAND_SESSION_UPDATE,
      .first = TRUE,
      .text = (gchar *) rows[i].past,
    };
    g_autofree gchar *seen_v1 = v1->encode (&command, config);
    g_autofree gchar *seen_create = create->encode (&command, config);
    g_autofree gchar *instructions
        = g_strdup_printf ("'instructions':%s,", rows[i].expected);
    g_autofree gchar *creates = g_strdup_printf (
        "{'type':'session.create','session':{'backend_prompt':%s}}",
        rows[i].expected);
    g_autofree gchar *updates = g_strconcat (
        "{'type':'session.update','session':{'type':'quicksilver',",
        instructions, "'audio':{'input':{'format':{'type':'audio/pcm',",
        "'rate':24000}},'output':{'voice':'cove'}}}}", NULL);

    rt_test_check_json (seen_v1, updates);
    rt_test_check_json (seen_create, creates);
  }
}

typedef struct {
  RtCommand command;
  const gchar *v1;     /* NULL: cannot be said */
  const gchar *create; /* the same */
} CommandRow;

#define USER(content_type, text)                                      \
  "{'type':'conversation.item.create','event_id':'e','item':"         \
  "{'type':'message','role':'user','content':[{'type':'" content_type \
  "','text':'" text "'}]}}"
#define HANDOFF(text)                                     \
  "{'type':'conversation.handoff.append','event_id':'e'," \
  "'handoff_id':'h','output_text':'" text "'}"

static const CommandRow commands[] = {
  { { .type = RT_COMMAND_USER_TEXT, .event_id = "e", .text = "a\\b\n" },
      USER ("input_text", "a\\\\b\\n"), USER ("text", "a\\\\b\\n") },
  { { .type = RT_COMMAND_USER_TEXT, .event_id = "e", .text = "x\377" },
      USER ("input_text", "x\357\277\275"), USER ("text", "x\357\277\275") },
  { { .type = RT_COMMAND_USER_TEXT, .event_id = "e" }, USER ("input_text", ""),
      USER ("text", "") },
  { { .type = RT_COMMAND_HANDOFF_OUTPUT,
        .event_id = "e",
        .call_id = "h",
        .text = "half" },
      HANDOFF ("half"), NULL },
  { { .type = RT_COMMAND_HANDOFF_OUTPUT,
        .event_id = "e",
        .call_id = "h",
        .text = "all\ndone",
        .final = TRUE },
      HANDOFF ("\\'Agent Final Message\\':\\n\\nall\\ndone"), NULL },
  { { .type = RT_COMMAND_HANDOFF_OUTPUT,
        .event_id = "e",
        .call_id = "h",
        .final = TRUE },
      HANDOFF ("\\'Agent Final Message\\':\\n\\n"), NULL },
  { { .type = RT_COMMAND_HANDOFF_OUTPUT, .event_id = "e", .text = "lost" } },
  { { .type = RT_COMMAND_RAW, .text = " {\"type\" :\"x.y\"}" },
      " {'type' :'x.y'}", " {'type' :'x.y'}" },
  { { .type = RT_COMMAND_RAW, .text = "[]" } },
  { { .type = RT_COMMAND_RAW } },
  { { .type = RT_COMMAND_AUDIO_COMMIT, .event_id = "e" } },
  { { .type = RT_COMMAND_AUDIO_CLEAR, .event_id = "e" } },
  { { .type = RT_COMMAND_RESPONSE_CREATE, .event_id = "e" } },
  { { .type = RT_COMMAND_RESPONSE_CANCEL, .response_id = "r" } },
  { { .type = RT_COMMAND_SYSTEM_TEXT, .event_id = "e", .text = "a" } },
  { { .type = RT_COMMAND_ASSISTANT_TEXT, .event_id = "e", .text = "a" } },
  { { .type = RT_COMMAND_FUNCTION_CALL, .call_id = "c", .name = "f" } },
  { { .type = RT_COMMAND_FUNCTION_OUTPUT, .call_id = "c", .text = "a" } },
  { { .type = RT_COMMAND_ITEM_TRUNCATE, .item_id = "i", .audio_end_ms = 9 } },
  { { .type = RT_COMMAND_ITEM_DELETE, .item_id = "i" } },
};

static void
check_command (const RtDialect *dialect, const RtCommand *command,
    const RtSessionConfig *config, const gchar *expected)
{
  g_autofree gchar *seen = dialect->encode (command, config);

  if (expected == NULL)
    g_assert_null (seen);
  else
    rt_test_check_json (seen, expected);
}

static void
test_commands (void)
{
  g_autoptr (RtSessionConfig) config = rt_session_config_new ();
  gboolean met[RT_COMMAND_LAST] = { FALSE };
  guint i;

  met[RT_COMMAND_SESSION_UPDATE] = TRUE; /* above */
  for (i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_test_message ("row %u", i);
    check_command (v1, &commands[i].command, config, commands[i].v1);
    check_command (create, &commands[i].command, config, commands[i].create);
    met[commands[i].command.type] = TRUE;
  }
  for (i = 0; i < RT_COMMAND_LAST; i++)
    g_assert_true (met[i]);
}

static void
test_audio (void)
{
#define CREATE_AUDIO(data, rate, channels, samples)            \
  "{\"type\":\"response.input_audio.delta\",\"delta\":\"" data \
  "\",\"sample_rate\":" rate ",\"num_channels\":" channels     \
  ",\"samples_per_channel\":" samples "}"
#define V1_AUDIO(data) \
  "{\"type\":\"input_audio_buffer.append\",\"audio\":\"" data "\"}"
  static const struct {
    RtAudioFormat format;
    gsize size;
    const gchar *v1;
    const gchar *create;
  } rows[] = {
    { { RT_CODEC_PCM16, 24000, 1 }, 6, V1_AUDIO ("AAECAwQF"),
        CREATE_AUDIO ("AAECAwQF", "24000", "1", "3") },
    { { RT_CODEC_PCM16, 48000, 2 }, 4, V1_AUDIO ("AAECAw=="),
        CREATE_AUDIO ("AAECAw==", "48000", "2", "1") },
    { { RT_CODEC_PCM16, 8000, 1 }, 2, V1_AUDIO ("AAE="),
        CREATE_AUDIO ("AAE=", "8000", "1", "1") },
    { { RT_CODEC_PCM16, 8000, 2 }, 0, V1_AUDIO (""),
        CREATE_AUDIO ("", "8000", "2", "0") },
  };
  static const guint8 data[] = { 0, 1, 2, 3, 4, 5 };
  g_autoptr (GString) out = g_string_new ("what was there before");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    v1->encode_audio (&rows[i].format, data, rows[i].size, out);
    g_assert_cmpstr (out->str, ==, rows[i].v1);
    g_assert_cmpuint (out->len, ==, strlen (out->str));
    create->encode_audio (&rows[i].format, data, rows[i].size, out);
    g_assert_cmpstr (out->str, ==, rows[i].create);
    g_assert_cmpuint (out->len, ==, strlen (out->str));
  }
}

/* A frame after another one of its size takes no memory. */
static void
test_audio_memory (void)
{
  static const RtDialect *const dialects[]
      = { &rt_dialect_v1, &rt_dialect_v2, &rt_dialect_create };
  static const guint8 silence[1920] = { 0 };
  const RtAudioFormat format = RT_AUDIO_FORMAT_DEFAULT;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (dialects); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    gchar *memory;
    gsize capacity;

    dialects[i]->encode_audio (&format, silence, sizeof (silence), out);
    memory = out->str;
    capacity = out->allocated_len;
    dialects[i]->encode_audio (&format, silence, 960, out);
    dialects[i]->encode_audio (&format, silence, sizeof (silence), out);
    g_assert_true (out->str == memory);
    g_assert_cmpuint (out->allocated_len, ==, capacity);
  }
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
test_handshake (void)
{
  static const struct {
    Setup setup;
    const gchar *query;
    const gchar *headers;
  } rows[] = {
    { { NULL }, "intent quicksilver", "openai-alpha quicksilver=v1" },
    { { .model = "", .conversation_id = "" }, "intent quicksilver",
        "openai-alpha quicksilver=v1" },
    { { .model = "snapshot", .conversation_id = "c" },
        "intent quicksilver model snapshot",
        "x-session-id c openai-alpha quicksilver=v1" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RtSessionConfig) config = make_config (&rows[i].setup);

    check_pairs (v1->query, config, rows[i].query);
    check_pairs (v1->headers, config, rows[i].headers);
    check_pairs (create->query, config, "");
    check_pairs (create->headers, config, "");
  }
  /* The URL keeps what it has, but for what the element says itself. */
  g_assert_null (v1->query_barred (NULL)[0]);
  g_assert_null (create->query_barred (NULL)[0]);
}

/* Asked for transcription, both stay conversational. */
static void
test_mode (void)
{
  static const RtDialect *const dialects[]
      = { &rt_dialect_v1, &rt_dialect_create };
  const Setup setup = { .prompt = "P", .conversation_id = "c", .model = "m" };
  g_autoptr (RtSessionConfig) talks = make_config (&setup);
  g_autoptr (RtSessionConfig) transcribes = make_config (&setup);
  guint i;

  transcribes->mode = RT_MODE_TRANSCRIPTION;
  for (i = 0; i < G_N_ELEMENTS (dialects); i++) {
    g_autofree gchar *a = update (dialects[i], TRUE, talks);
    g_autofree gchar *b = update (dialects[i], TRUE, transcribes);
    g_auto (GStrv) query = dialects[i]->query (talks);
    g_autofree gchar *joined = g_strjoinv (" ", query);

    g_assert_cmpstr (a, ==, b);
    check_pairs (dialects[i]->query, transcribes, joined);
  }
}

static void
test_ready (void)
{
  static const struct {
    const gchar *json;
    gboolean v1, create;
  } rows[] = {
    { "{'type':'session.updated','session':{'id':'s'}}", TRUE, FALSE },
    { "{'type':'session.updated','session':{'id':null}}", FALSE, FALSE },
    { "{'type':'session.updated','session':{}}", FALSE, FALSE },
    { "{'type':'session.updated','session_id':'s'}", FALSE, FALSE },
    { "{'type':'session.updated'}", FALSE, FALSE },
    { "{'type':'session.created','session':{'id':'s'}}", FALSE, TRUE },
    { "{'type':'session.created','session_id':'s'}", FALSE, TRUE },
    { "{'type':'session.created'}", FALSE, TRUE },
    { "{'type':'conversation.created','session':{'id':'s'}}", FALSE, FALSE },
    { "{'type':'error','session':{'id':'s'}}", FALSE, FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *json = rt_test_json (rows[i].json);
    g_autoptr (RtEvent) one = v1->decode (json, strlen (json), NULL);
    g_autoptr (RtEvent) other = create->decode (json, strlen (json), NULL);

    g_test_message ("%s", rows[i].json);
    g_assert_cmpint (v1->is_ready (one), ==, rows[i].v1);
    g_assert_cmpint (create->is_ready (other), ==, rows[i].create);
  }
}

static void
test_row (void)
{
  g_assert_true (rt_dialect_find ("realtime-v1") == v1);
  g_assert_cmpuint (v1->flags, ==,
      RT_DIALECT_ERRORS_END | RT_DIALECT_COMPLETE_URL | RT_DIALECT_DECLARES);
  g_assert_cmpstr (v1->default_path, ==, "/v1/realtime");
  g_assert_cmpstr (v1->default_voice, ==, "cove");

  g_assert_true (rt_dialect_find ("session-create") == create);
  g_assert_cmpuint (create->flags, ==,
      RT_DIALECT_ERRORS_END | RT_DIALECT_ANY_RATE | RT_DIALECT_DECLARES);
  g_assert_cmpstr (create->default_path, ==, "/ws");
  g_assert_null (create->default_voice);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/dialects/v1-session", test_v1_session);
  g_test_add_func ("/wire/dialects/create-session", test_create_session);
  g_test_add_func ("/wire/dialects/past", test_past);
  g_test_add_func ("/wire/dialects/commands", test_commands);
  g_test_add_func ("/wire/dialects/audio", test_audio);
  g_test_add_func ("/wire/dialects/audio-memory", test_audio_memory);
  g_test_add_func ("/wire/dialects/handshake", test_handshake);
  g_test_add_func ("/wire/dialects/mode", test_mode);
  g_test_add_func ("/wire/dialects/ready", test_ready);
  g_test_add_func ("/wire/dialects/row", test_row);
  return g_test_run ();
}
