/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an application does with the element: builds a pipeline, reads the bus,
 * shows who said what, and answers the handoff.  One thread, one main loop.
 */
#include <stdlib.h>

#include <gst/gst.h>
#include <json-glib/json-glib.h>

static gchar *uri, *input, *output, *agent, *voice, *prompt, *text, *ca_file,
    *protocol;
static gboolean live;

static GOptionEntry entries[] = {
  { "uri", 'u', 0, G_OPTION_ARG_STRING, &uri,
      "Server (default: that of the element)", "URI" },
  { "protocol", 0, 0, G_OPTION_ARG_STRING, &protocol,
      "Its protocol: realtime-v2 (default), realtime-v1 or session-create",
      "NAME" },
  { "input", 'i', 0, G_OPTION_ARG_FILENAME, &input,
      "Recording that is spoken to the model", "FILE.wav" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
      "Where the speech of the model is written", "FILE.wav" },
  { "talk", 't', 0, G_OPTION_ARG_NONE, &live,
      "Use microphone and loudspeaker instead", NULL },
  { "text", 0, 0, G_OPTION_ARG_STRING, &text,
      "Type this as soon as the session is ready", "TEXT" },
  { "agent", 'a', 0, G_OPTION_ARG_STRING, &agent,
      "Program that answers handoffs: gets the task as its argument, its "
      "output is the answer (default: says that it is done)",
      "PROGRAM" },
  { "voice", 'v', 0, G_OPTION_ARG_STRING, &voice, "Voice", "NAME" },
  { "prompt", 'p', 0, G_OPTION_ARG_STRING, &prompt, "Instructions", "TEXT" },
  { "tls-ca-file", 0, 0, G_OPTION_ARG_FILENAME, &ca_file,
      "Extra trusted certificate authorities", "FILE.pem" },
  { NULL },
};

typedef struct {
  GMainLoop *loop;
  GstElement *pipeline;
  GstElement *conversation;
  gboolean failed;
} Talk;

static void
set_location (GstElement *pipeline, const gchar *name, const gchar *location)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);

  g_object_set (element, "location", location, NULL);
  gst_object_unref (element);
}

static GstElement *
build_pipeline (GError **error)
{
  GstElement *pipeline;

  if (live)
    return gst_parse_launch ("autoaudiosrc ! audioconvert ! audioresample ! "
                             "realtimeconversation name=conversation "
                             "barge-in=flush ! "
                             "audioconvert ! audioresample ! autoaudiosink",
        error);
  pipeline = gst_parse_launch (
      "filesrc name=input ! wavparse ! audioconvert ! audioresample ! "
      "realtimeconversation name=conversation ! audioconvert ! wavenc ! "
      "filesink name=output",
      error);
  if (*error == NULL) {
    set_location (pipeline, "input", input);
    set_location (pipeline, "output", output);
  }
  return pipeline;
}

/* The application's part of a handoff: do the task, say how it went. */
static gchar *
do_task (const gchar *task)
{
  const gchar *argv[] = { agent, task, NULL };
  g_autoptr (GError) error = NULL;
  gchar *answer = NULL;

  if (agent == NULL)
    return g_strdup_printf ("It is done: %s", task);
  if (!g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
          NULL, &answer, NULL, NULL, &error))
    return g_strdup_printf ("It did not work: %s", error->message);
  return g_strstrip (answer);
}

static void
answer_handoff (Talk *talk, const GstStructure *handoff)
{
  const gchar *task = gst_structure_get_string (handoff, "input-transcript");
  const gchar *id = gst_structure_get_string (handoff, "handoff-id");
  g_autofree gchar *answer = NULL;
  gboolean done;

  g_print ("handoff:    %s\n", task);
  answer = do_task (task);
  g_print ("answer:     %s\n", answer);
  g_signal_emit_by_name (
      talk->conversation, "handoff-output", id, answer, TRUE, &done);
}

static void
show_words (const gchar *role, const gchar *words)
{
  g_print (
      "%-11s %s\n", g_str_equal (role, "user") ? "user:" : "assistant:", words);
}

static void
show_transcript (const GstStructure *transcript)
{
  gboolean final = FALSE;

  gst_structure_get_boolean (transcript, "final", &final);
  if (final)
    show_words (gst_structure_get_string (transcript, "role"),
        gst_structure_get_string (transcript, "text"));
}

static gchar *
find_string (JsonNode *item, const gchar *path)
{
  g_autoptr (JsonNode) found = json_path_query (path, item, NULL);
  JsonArray *matches = json_node_get_array (found);

  return json_array_get_length (matches) > 0
             ? g_strdup (json_array_get_string_element (matches, 0))
             : NULL;
}

/* Where there are no transcripts, items say what was said. */
static void
show_item (const GstStructure *structure)
{
  g_autoptr (JsonNode) item
      = json_from_string (gst_structure_get_string (structure, "json"), NULL);
  g_autofree gchar *role = find_string (item, "$.role");
  g_autofree gchar *words = find_string (item, "$.content[0].text");

  if (role != NULL && words != NULL)
    show_words (role, words);
}

static void
handle_element_message (Talk *talk, const GstStructure *structure)
{
  if (gst_structure_has_name (structure, "realtime-session")) {
    gboolean done, created = FALSE;

    gst_structure_get_boolean (structure, "created", &created);
    if (created && text != NULL)
      g_signal_emit_by_name (talk->conversation, "send-text", text, &done);
  } else if (gst_structure_has_name (structure, "realtime-transcript"))
    show_transcript (structure);
  else if (gst_structure_has_name (structure, "realtime-item")
           && g_strcmp0 (protocol, "session-create") == 0)
    show_item (structure);
  else if (gst_structure_has_name (structure, "realtime-handoff"))
    answer_handoff (talk, structure);
  else if (gst_structure_has_name (structure, "realtime-error"))
    g_printerr (
        "error:      %s\n", gst_structure_get_string (structure, "message"));
}

static gboolean
bus_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Talk *talk = user_data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      if (GST_MESSAGE_SRC (message) == GST_OBJECT (talk->conversation))
        handle_element_message (talk, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_ERROR: {
      g_autoptr (GError) error = NULL;

      gst_message_parse_error (message, &error, NULL);
      g_printerr ("talk: %s\n", error->message);
      talk->failed = TRUE;
      g_main_loop_quit (talk->loop);
      break;
    }
    case GST_MESSAGE_EOS:
      g_main_loop_quit (talk->loop);
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (talk->pipeline));
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
choose_protocol (GstElement *conversation)
{
  GParamSpec *spec = g_object_class_find_property (
      G_OBJECT_GET_CLASS (conversation), "protocol");
  GEnumValue *value = g_enum_get_value_by_nick (
      G_PARAM_SPEC_ENUM (spec)->enum_class, protocol);

  if (value == NULL) {
    g_printerr ("talk: there is no protocol %s\n", protocol);
    return FALSE;
  }
  g_object_set (conversation, "protocol", value->value, NULL);
  return TRUE;
}

static gboolean
configure (GstElement *conversation)
{
  if (uri != NULL)
    g_object_set (conversation, "uri", uri, NULL);
  if (voice != NULL)
    g_object_set (conversation, "voice", voice, NULL);
  if (prompt != NULL)
    g_object_set (conversation, "prompt", prompt, NULL);
  if (ca_file != NULL)
    g_object_set (conversation, "tls-ca-file", ca_file, NULL);
  return protocol == NULL || choose_protocol (conversation);
}

static gboolean
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new ("- a spoken conversation with a realtime model");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("talk: %s\n", error->message);
    return FALSE;
  }
  if (!live && (input == NULL || output == NULL)) {
    g_printerr ("talk: either --talk, or --input and --output\n");
    return FALSE;
  }
  return TRUE;
}

static void
run (Talk *talk)
{
  GstBus *bus = gst_element_get_bus (talk->pipeline);
  guint watch = gst_bus_add_watch (bus, bus_cb, talk);

  talk->loop = g_main_loop_new (NULL, FALSE);
  /* a failure comes as a message, too */
  gst_element_set_state (talk->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (talk->loop);
  gst_element_set_state (talk->pipeline, GST_STATE_NULL);
  g_source_remove (watch);
  gst_object_unref (bus);
  g_main_loop_unref (talk->loop);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Talk talk = { 0 };

  if (!parse_options (&argc, &argv))
    return EXIT_FAILURE;
  talk.pipeline = build_pipeline (&error);
  if (error != NULL) {
    g_printerr ("talk: %s\n", error->message);
    g_clear_pointer (&talk.pipeline, gst_object_unref);
    return EXIT_FAILURE;
  }
  talk.conversation
      = gst_bin_get_by_name (GST_BIN (talk.pipeline), "conversation");
  if (configure (talk.conversation))
    run (&talk);
  else
    talk.failed = TRUE;
  gst_object_unref (talk.conversation);
  gst_object_unref (talk.pipeline);
  return talk.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
