/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An application around the element, told by its options what to say and what
 * to wait for: prints every message of the bus as a line.
 */
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  gchar *uri;
  gchar *properties; /* of the element, as gst-launch has them */
  gchar *say;        /* sent once there is a session */
  gchar *output;     /* the answer to calls and handoffs */
  gchar **until;     /* patterns of lines, each to be seen, in any order */
  gint commit;       /* ms of audio after which to commit; 0: never */
  gint timeout;      /* s */
} Options;

typedef struct {
  Options options;
  GMainLoop *loop;
  GstElement *pipeline;
  GstElement *conversation;
  gboolean said;
  gboolean *seen; /* of options.until */
  gint status;
} Client;

static gboolean
commit_cb (gpointer user_data)
{
  Client *client = user_data;
  gboolean accepted = FALSE;

  g_signal_emit_by_name (client->conversation, "commit-audio", &accepted);
  g_print ("commit-audio %s\n", accepted ? "accepted" : "refused");
  return G_SOURCE_REMOVE;
}

static void
session_is_there (Client *client)
{
  gboolean accepted = FALSE;

  if (client->said)
    return;
  client->said = TRUE;
  if (client->options.commit > 0)
    g_timeout_add (client->options.commit, commit_cb, client);
  if (client->options.say != NULL) {
    g_signal_emit_by_name (
        client->conversation, "send-text", client->options.say, &accepted);
    g_print ("send-text %s\n", accepted ? "accepted" : "refused");
  }
}

/* Looks for what is waited for, and leaves when that was all. */
static void
look_at (Client *client, const gchar *line)
{
  gchar **until = client->options.until;
  gboolean all = TRUE;
  guint i;

  g_print ("%s\n", line);
  for (i = 0; until[i] != NULL; i++) {
    client->seen[i] |= g_pattern_match_simple (until[i], line);
    all &= client->seen[i];
  }
  if (all) {
    client->status = 0;
    g_main_loop_quit (client->loop);
  }
}

static void
answer (Client *client, const gchar *signal, const GstStructure *structure,
    const gchar *id_field)
{
  const gchar *id = gst_structure_get_string (structure, id_field);
  gboolean accepted = FALSE;

  if (client->options.output == NULL)
    return;
  if (strcmp (signal, "handoff-output") == 0)
    g_signal_emit_by_name (client->conversation, signal, id,
        client->options.output, TRUE, &accepted);
  else
    g_signal_emit_by_name (
        client->conversation, signal, id, client->options.output, &accepted);
  g_print ("%s %s\n", signal, accepted ? "accepted" : "refused");
}

/* " name=value": strings as they are, so that they can be looked for. */
static gboolean
append_field (GQuark field, const GValue *value, gpointer user_data)
{
  g_autofree gchar *text = G_VALUE_HOLDS_STRING (value)
                               ? g_value_dup_string (value)
                               : gst_value_serialize (value);

  g_string_append_printf (user_data, " %s=%s", g_quark_to_string (field), text);
  return TRUE;
}

static gchar *
describe (const GstStructure *structure)
{
  GString *line = g_string_new (gst_structure_get_name (structure));

  gst_structure_foreach (structure, append_field, line);
  return g_string_free (line, FALSE);
}

static void
element_message (Client *client, const GstStructure *structure)
{
  g_autofree gchar *line = describe (structure);

  if (gst_structure_has_name (structure, "realtime-session"))
    session_is_there (client);
  else if (gst_structure_has_name (structure, "realtime-function-call"))
    answer (client, "function-output", structure, "call-id");
  else if (gst_structure_has_name (structure, "realtime-handoff"))
    answer (client, "handoff-output", structure, "handoff-id");
  look_at (client, line);
}

static gboolean
bus_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      element_message (client, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      line = g_strdup_printf ("ERROR %s %d %s",
          g_quark_to_string (error->domain), error->code, error->message);
      look_at (client, line);
      g_main_loop_quit (client->loop);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      line = g_strdup_printf ("WARNING %s", error->message);
      look_at (client, line);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
timeout_cb (gpointer user_data)
{
  Client *client = user_data;

  g_printerr ("not all was seen in %d s\n", client->options.timeout);
  g_main_loop_quit (client->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
make_pipeline (Client *client)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line
      = g_strdup_printf ("audiotestsrc is-live=true wave=silence "
                         "samplesperbuffer=480 "
                         "! realtimeconversation name=conversation %s "
                         "! fakesink sync=true",
          client->options.properties ? client->options.properties : "");

  client->pipeline
      = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (client->pipeline == NULL) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  client->conversation
      = gst_bin_get_by_name (GST_BIN (client->pipeline), "conversation");
  g_object_set (client->conversation, "uri", client->options.uri, NULL);
  return TRUE;
}

static void
run (Client *client)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (client->pipeline);
  guint watch = gst_bus_add_watch (bus, bus_cb, client);
  guint timeout
      = g_timeout_add_seconds (client->options.timeout, timeout_cb, client);

  if (gst_element_set_state (client->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE)
    g_printerr ("the pipeline does not start\n");
  else
    g_main_loop_run (client->loop);
  gst_element_set_state (client->pipeline, GST_STATE_NULL);
  g_source_remove (watch);
  /* A timeout that has run is gone already. */
  if (g_main_context_find_source_by_id (NULL, timeout) != NULL)
    g_source_remove (timeout);
}

static gboolean
parse_options (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "uri", 0, 0, G_OPTION_ARG_STRING, &options->uri, "Server", "URI" },
    { "properties", 0, 0, G_OPTION_ARG_STRING, &options->properties,
        "Properties of the element", "NAME=VALUE…" },
    { "say", 0, 0, G_OPTION_ARG_STRING, &options->say,
        "Text to send once there is a session", "TEXT" },
    { "output", 0, 0, G_OPTION_ARG_STRING, &options->output,
        "Answer to calls and handoffs", "TEXT" },
    { "until", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->until,
        "Line to wait for, may be repeated", "PATTERN" },
    { "commit", 0, 0, G_OPTION_ARG_INT, &options->commit,
        "Commit the audio after so long", "MS" },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options->timeout,
        "Give up after so long (15)", "S" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  if (options->uri == NULL || options->until == NULL) {
    g_printerr ("--uri and --until are needed\n");
    return FALSE;
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  Client client = { .options = { .timeout = 15 }, .status = 1 };

  if (!parse_options (&client.options, &argc, &argv)
      || !make_pipeline (&client))
    return 2;
  client.loop = g_main_loop_new (NULL, FALSE);
  client.seen = g_new0 (gboolean, g_strv_length (client.options.until));
  run (&client);
  gst_object_unref (client.conversation);
  gst_object_unref (client.pipeline);
  g_main_loop_unref (client.loop);
  g_free (client.seen);
  return client.status;
}
