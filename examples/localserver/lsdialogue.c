/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of the small talk. Every answer says what was heard, so that a
 * listener can tell that it was. */
#include "lsdialogue.h"

#include <string.h>

#define HANDOFF_TOOL "background_agent"
#define HANDOFF_ARGUMENT "prompt"
#define SILENCE_TOOL "remain_silent"

/* words that ask for something to be done */
static const gchar *const task_words[] = { "ask", "book", "buy", "call",
  "cancel", "check", "close", "dial", "find", "go", "look", "make", "move",
  "open", "order", "play", "put", "read", "remind", "search", "send", "set",
  "show", "start", "switch", "take", "transfer", "turn", "write", NULL };

static const gchar *const silence_phrases[]
    = { "be quiet", "be silent", "hold on", "quiet", "shut up", "silence",
        "stop", "stop it", "stop talking", NULL };

static const struct {
  const gchar *phrase;
  const gchar *answer;
} small_talk[] = {
  { "how are you", "I am well, thank you." },
  { "who are you", "I am the local server." },
  { "your name", "I am the local server." },
  { "thank you", "You are welcome." },
  { "thanks", "You are welcome." },
  { "good bye", "Good bye." },
  { "goodbye", "Good bye." },
  { "good morning", "Good morning." },
  { "good evening", "Good evening." },
  { "hello", "Hello." },
  { "hi", "Hello." },
  { "hey", "Hello." },
};

static LsReply *
reply_new (gchar *say)
{
  LsReply *self = g_new0 (LsReply, 1);

  self->say = say;
  return self;
}

void
ls_reply_free (LsReply *self)
{
  g_free (self->say);
  g_free (self->tool);
  g_free (self->arguments);
  g_free (self);
}

/* lower case words with one space between them and around them all */
static gchar *
plain_words (const gchar *text)
{
  g_autofree gchar *lower = g_utf8_strdown (text, -1);
  GString *words = g_string_new (" ");
  const gchar *at;

  for (at = lower; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    if (g_unichar_isalnum (c) || c == '\'')
      g_string_append_unichar (words, c);
    else if (words->str[words->len - 1] != ' ')
      g_string_append_c (words, ' ');
  }
  if (words->str[words->len - 1] != ' ')
    g_string_append_c (words, ' ');
  return g_string_free (words, FALSE);
}

static gboolean
has_phrase (const gchar *words, const gchar *phrase)
{
  g_autofree gchar *padded = g_strdup_printf (" %s ", phrase);

  return strstr (words, padded) != NULL;
}

static gboolean
asks_for_a_deed (const gchar *words)
{
  guint i;

  for (i = 0; task_words[i] != NULL; i++)
    if (has_phrase (words, task_words[i]))
      return TRUE;
  return FALSE;
}

static gboolean
asks_for_silence (const gchar *words)
{
  g_autofree gchar *bare = g_strstrip (g_strdup (words));

  if (g_str_has_prefix (bare, "please "))
    memmove (bare, bare + 7, strlen (bare + 7) + 1);
  return g_strv_contains (silence_phrases, bare);
}

static JsonObject *
object_member (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}

static const gchar *
string_member (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* a function that wants one string, the prompt, and nothing else */
static gboolean
takes_a_prompt (JsonObject *tool)
{
  JsonObject *parameters = object_member (tool, "parameters");
  JsonObject *properties, *prompt;
  JsonNode *required;
  JsonArray *names;

  if (parameters == NULL)
    return FALSE;
  properties = object_member (parameters, "properties");
  prompt = properties != NULL ? object_member (properties, HANDOFF_ARGUMENT)
                              : NULL;
  required = json_object_get_member (parameters, "required");
  if (prompt == NULL || required == NULL || !JSON_NODE_HOLDS_ARRAY (required)
      || g_strcmp0 (string_member (prompt, "type"), "string") != 0)
    return FALSE;
  names = json_node_get_array (required);
  return json_array_get_length (names) == 1
         && json_node_get_value_type (json_array_get_element (names, 0))
                == G_TYPE_STRING
         && g_str_equal (
             json_array_get_string_element (names, 0), HANDOFF_ARGUMENT);
}

static JsonObject *
find_tool (JsonArray *tools, const gchar *name)
{
  guint i;

  for (i = 0; tools != NULL && i < json_array_get_length (tools); i++) {
    JsonObject *tool = json_array_get_object_element (tools, i);

    if (g_strcmp0 (string_member (tool, "name"), name) == 0)
      return tool;
  }
  return NULL;
}

static JsonObject *
find_handoff (JsonArray *tools)
{
  JsonObject *named = find_tool (tools, HANDOFF_TOOL);
  guint i;

  if (named != NULL)
    return named;
  for (i = 0; tools != NULL && i < json_array_get_length (tools); i++) {
    JsonObject *tool = json_array_get_object_element (tools, i);

    if (string_member (tool, "name") != NULL && takes_a_prompt (tool))
      return tool;
  }
  return NULL;
}

static void
call (LsReply *reply, JsonObject *tool, const gchar *heard)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *arguments = json_object_new ();
  const gchar *name = string_member (tool, "name");

  if (takes_a_prompt (tool) || g_str_equal (name, HANDOFF_TOOL))
    json_object_set_string_member (arguments, HANDOFF_ARGUMENT, heard);
  json_node_take_object (node, arguments);
  reply->tool = g_strdup (name);
  reply->arguments = json_to_string (node, FALSE);
}

/* the tool the session insists on; *none: it forbids them all */
static JsonObject *
forced_tool (JsonArray *tools, JsonNode *choice, gboolean *none)
{
  const gchar *mode;

  *none = FALSE;
  if (choice == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (choice))
    return find_tool (
        tools, string_member (json_node_get_object (choice), "name"));
  mode = json_node_get_string (choice);
  *none = g_strcmp0 (mode, "none") == 0;
  return g_strcmp0 (mode, "required") == 0 ? find_handoff (tools) : NULL;
}

static gchar *
chat (const gchar *words, const gchar *heard)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (small_talk); i++)
    if (has_phrase (words, small_talk[i].phrase))
      return g_strdup_printf ("%s I heard: %s.", small_talk[i].answer, heard);
  return g_strdup_printf ("I heard: %s.", heard);
}

LsReply *
ls_dialogue_answer (const gchar *heard, JsonArray *tools, JsonNode *choice)
{
  g_autofree gchar *trimmed = g_strstrip (g_strdup (heard));
  g_autofree gchar *words = plain_words (trimmed);
  gboolean forbidden;
  JsonObject *tool = forced_tool (tools, choice, &forbidden);
  LsReply *reply;

  if (forbidden)
    tools = NULL;
  if (*trimmed == '\0')
    return reply_new (g_strdup ("Sorry, I did not hear what you said."));

  /* an end mark of its own would be doubled by the one of the sentence */
  while (
      *trimmed != '\0' && strchr (".!?", trimmed[strlen (trimmed) - 1]) != NULL)
    trimmed[strlen (trimmed) - 1] = '\0';

  if (tool == NULL && asks_for_silence (words)) {
    JsonObject *silence = find_tool (tools, SILENCE_TOOL);

    if (silence != NULL) {
      reply = reply_new (NULL);
      call (reply, silence, trimmed);
      return reply;
    }
  }
  if (tool == NULL && asks_for_a_deed (words))
    tool = find_handoff (tools);
  if (tool == NULL)
    return reply_new (chat (words, trimmed));

  reply = reply_new (
      g_strdup_printf ("You asked me to %s. I will pass that on.", trimmed));
  call (reply, tool, trimmed);
  return reply;
}

LsReply *
ls_dialogue_report (const gchar *text)
{
  return reply_new (g_strdup (text));
}

LsReply *
ls_dialogue_open (void)
{
  return reply_new (g_strdup ("Hello. How can I help you?"));
}

LsReply *
ls_dialogue_break_silence (void)
{
  return reply_new (g_strdup ("Are you still there? I am listening."));
}
