/* SPDX-License-Identifier: LGPL-2.1-or-later
 * realtime-localserver: a realtime speech service on this machine.
 * Options, signals and the main loop; everything else is in the ls files. */
#include "lscertificate.h"
#include "lsdialect.h"
#include "lsserver.h"

#include <errno.h>
#include <glib-unix.h>
#include <locale.h>
#include <string.h>

#define EXIT_USAGE 2
#define MINUTES_DEFAULT 60
#define PACE_DEFAULT 4.0
#define DECODERS_MOST 8
#define DUMP_VARIABLE "RT_LOCALSERVER_DUMP"

typedef struct {
  gchar *host;
  gint port;
  gchar *protocol;
  gboolean tls;
  gchar *tls_ca_out;
  gchar *api_key_env;
  gchar *require_key_file;
  gchar *pace;
  gint decoders;
  gint session_seconds;
  gboolean verbose;
} Options;

static gboolean
parse_options (Options *options, gint *argc, gchar ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "host", 0, 0, G_OPTION_ARG_STRING, &options->host,
        "IP address to listen on (127.0.0.1)", "ADDRESS" },
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port,
        "Port to listen on (0: one that is free)", "PORT" },
    { "protocol", 0, 0, G_OPTION_ARG_STRING, &options->protocol,
        "realtime-v2, realtime-v1 or session-create (realtime-v2)", "NAME" },
    { "tls", 0, 0, G_OPTION_ARG_NONE, &options->tls,
        "Speak wss, with a certificate made for this run", NULL },
    { "tls-ca-out", 0, 0, G_OPTION_ARG_FILENAME, &options->tls_ca_out,
        "Write the authority that clients have to trust here", "FILE" },
    { "api-key-env", 0, 0, G_OPTION_ARG_STRING, &options->api_key_env,
        "Ask for the key in this environment variable", "NAME" },
    { "require-key-file", 0, 0, G_OPTION_ARG_FILENAME,
        &options->require_key_file, "Ask for the key in this file", "FILE" },
    { "pace", 0, 0, G_OPTION_ARG_STRING, &options->pace,
        "How fast replies are sent: realtime, burst, or times realtime (4)",
        "PACE" },
    { "decoders", 0, 0, G_OPTION_ARG_INT, &options->decoders,
        "Speech recognisers, 100 MB each (one a processor, 2 to 8)", "N" },
    { "session-seconds", 0, 0, G_OPTION_ARG_INT, &options->session_seconds,
        "How long a session may last (3600)", "SECONDS" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose,
        "Print the events that come and go", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context
      = g_option_context_new ("- realtime speech service on this machine");

  g_option_context_set_summary (context,
      "Hears with pocketsphinx, speaks with flite, and answers by a few "
      "rules. Prints\n\"listening on URL\" when it can be reached. Ends on "
      "SIGINT and SIGTERM.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "Unexpected argument '%s'", (*argv)[1]);
    return FALSE;
  }
  return TRUE;
}

static gboolean
bad_option (GError **error, const gchar *message)
{
  g_set_error_literal (
      error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

static gboolean
read_protocol (const gchar *name, const LsDialect **dialect, GError **error)
{
  *dialect = ls_dialect_find (name != NULL ? name : "realtime-v2");
  return *dialect != NULL
         || bad_option (error,
             "--protocol is 'realtime-v2', 'realtime-v1' or 'session-create'");
}

static gboolean
read_pace (const gchar *text, gdouble *pace, GError **error)
{
  gchar *end;

  if (text == NULL || g_str_equal (text, "")) {
    *pace = PACE_DEFAULT;
  } else if (g_str_equal (text, "burst")) {
    *pace = 0.0;
  } else if (g_str_equal (text, "realtime")) {
    *pace = 1.0;
  } else {
    *pace = g_ascii_strtod (text, &end);
    if (*end != '\0' || !(*pace >= 1.0 && *pace <= 1000.0))
      return bad_option (
          error, "--pace is 'realtime', 'burst' or a number from 1 to 1000");
  }
  return TRUE;
}

static gboolean
read_key (const Options *options, gchar **key, GError **error)
{
  if (options->api_key_env != NULL && options->require_key_file != NULL)
    return bad_option (
        error, "--api-key-env and --require-key-file exclude each other");
  if (options->api_key_env != NULL) {
    *key = g_strdup (g_getenv (options->api_key_env));
    if (*key == NULL)
      return bad_option (
          error, "The environment variable of --api-key-env is not set");
  } else if (options->require_key_file != NULL
             && !g_file_get_contents (
                 options->require_key_file, key, NULL, error)) {
    return FALSE;
  }
  if (*key != NULL && *g_strstrip (*key) == '\0')
    return bad_option (error, "The key to ask for is empty");
  return TRUE;
}

static gboolean
check_options (const Options *options, GError **error)
{
  if (options->port < 0 || options->port > 65535)
    return bad_option (error, "--port is a number from 0 to 65535");
  if (options->decoders < 1 || options->decoders > 64)
    return bad_option (error, "--decoders is a number from 1 to 64");
  if (options->session_seconds < 1)
    return bad_option (error, "--session-seconds is at least 1");
  if (options->tls_ca_out != NULL && !options->tls)
    return bad_option (error, "--tls-ca-out needs --tls");
  return TRUE;
}

static GTlsCertificate *
make_certificate (const Options *options, GError **error)
{
  g_autofree gchar *authority = NULL;
  g_autoptr (GTlsCertificate) certificate
      = ls_certificate_new (&authority, error);

  if (certificate == NULL)
    return NULL;
  if (options->tls_ca_out != NULL
      && !g_file_set_contents (options->tls_ca_out, authority, -1, error))
    return NULL;
  return g_steal_pointer (&certificate);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
serve (const LsServerSettings *settings, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (LsServer) server = ls_server_new (settings, error);
  g_autofree gchar *url = NULL;
  guint interrupted, terminated;

  if (server == NULL)
    return FALSE;
  url = ls_server_get_url (server);
  interrupted = g_unix_signal_add (SIGINT, quit, loop);
  terminated = g_unix_signal_add (SIGTERM, quit, loop);
  g_print ("listening on %s\n", url);
  fflush (stdout);
  g_main_loop_run (loop);
  g_source_remove (interrupted);
  g_source_remove (terminated);
  return TRUE;
}

static FILE *
open_dump (GError **error)
{
  const gchar *name = g_getenv (DUMP_VARIABLE);
  FILE *file;

  if (name == NULL)
    return NULL;
  file = fopen (name, "a");
  if (file == NULL)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
        "Could not open %s of " DUMP_VARIABLE ": %s", name, g_strerror (errno));
  else
    setvbuf (file, NULL, _IOLBF, 0);
  return file;
}

static gboolean
run (const Options *options, GError **error)
{
  LsServerSettings settings = { .host = options->host, .port = options->port };
  LsServices *services = &settings.services;
  g_autoptr (LsRecognizer) recognizer = NULL;
  g_autoptr (LsVoice) voice = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autofree gchar *key = NULL;
  GError *dump_error = NULL;
  gboolean served;

  if (!check_options (options, error)
      || !read_protocol (options->protocol, &services->dialect, error)
      || !read_pace (options->pace, &services->pace, error)
      || !read_key (options, &key, error))
    return FALSE;
  if (options->tls) {
    certificate = make_certificate (options, error);
    if (certificate == NULL)
      return FALSE;
  }
  recognizer = ls_recognizer_new (options->decoders, error);
  if (recognizer == NULL)
    return FALSE;
  voice = ls_voice_new ();
  settings.key = key;
  settings.certificate = certificate;
  services->recognizer = recognizer;
  services->voice = voice;
  services->duration = options->session_seconds;
  services->verbose = options->verbose;
  services->dump = open_dump (&dump_error);
  if (dump_error != NULL) {
    g_propagate_error (error, dump_error);
    return FALSE;
  }
  served = serve (&settings, error);
  if (services->dump != NULL)
    fclose (services->dump);
  return served;
}

int
main (int argc, char **argv)
{
  Options options
      = { .decoders = CLAMP (g_get_num_processors (), 2, DECODERS_MOST),
          .session_seconds = MINUTES_DEFAULT * 60 };
  g_autoptr (GError) error = NULL;
  gint status = EXIT_SUCCESS;

  setlocale (LC_ALL, "");
  if (!parse_options (&options, &argc, &argv, &error)) {
    status = EXIT_USAGE;
  } else {
    if (options.host == NULL)
      options.host = g_strdup ("127.0.0.1");
    if (!run (&options, &error))
      status = g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE)
                   ? EXIT_USAGE
                   : EXIT_FAILURE;
  }
  if (error != NULL)
    g_printerr ("%s: %s\n", g_get_prgname (), error->message);
  g_free (options.host);
  g_free (options.protocol);
  g_free (options.tls_ca_out);
  g_free (options.api_key_env);
  g_free (options.require_key_file);
  g_free (options.pace);
  return status;
}
