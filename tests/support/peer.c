/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The scripted server as a process of its own, which can be stopped, measured
 * apart and searched apart.  Lives until its standard input ends.
 */
#include "rtfakeserver.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

typedef struct {
  gboolean tls;
  gboolean small;
  gboolean stall;
  gint rate;
  gboolean refuse;
  gchar *address;
} Options;

/* TRUE: our owner closed it, or is gone. */
static gboolean
input_has_ended (gint timeout_ms)
{
  struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
  gchar bytes[64];

  return poll (&fd, 1, timeout_ms) > 0
         && read (STDIN_FILENO, bytes, sizeof (bytes)) <= 0;
}

/* Reads the latest connection slowly, or not at all, once audio came. */
static void
slow_down (RtFakeServer *server, gint rate)
{
  RtFakeConn *conn = NULL, *next;

  while (!input_has_ended (20)) {
    next = rt_fake_server_wait_connection (server, 0);
    conn = next != NULL ? next : conn;
    if (conn == NULL || rt_fake_conn_get_audio_size (conn) == 0)
      continue;
    if (rate > 0)
      rt_fake_conn_set_read_rate (conn, rate);
    else
      rt_fake_conn_set_reading (conn, FALSE);
    conn = NULL;
  }
}

static RtFakeServer *
make_server (const Options *options)
{
  RtFakeServer *server = rt_fake_server_new_at (options->address,
      RT_FAKE_SERVER_TOLERANT | (options->tls ? RT_FAKE_SERVER_TLS : 0)
          | (options->small ? RT_FAKE_SERVER_SMALL_BUFFERS : 0));

  rt_fake_server_set_auto (server, TRUE);
  if (options->refuse)
    rt_fake_server_set_http (
        server, 401, "Content-Type: text/plain\r\n", "You are not known here.");
  return server;
}

int
main (int argc, char *argv[])
{
  Options options = { 0 };
  const GOptionEntry entries[]
      = { { "tls", 0, 0, G_OPTION_ARG_NONE, &options.tls, "wss", NULL },
          { "small-buffers", 0, 0, G_OPTION_ARG_NONE, &options.small,
              "little is taken by the kernel", NULL },
          { "stall", 0, 0, G_OPTION_ARG_NONE, &options.stall,
              "read nothing behind the first audio", NULL },
          { "rate", 0, 0, G_OPTION_ARG_INT, &options.rate,
              "read so many bytes in a second behind the first audio", "N" },
          { "refuse", 0, 0, G_OPTION_ARG_NONE, &options.refuse,
              "answer with 401", NULL },
          { "address", 0, 0, G_OPTION_ARG_STRING, &options.address,
              "where to listen (127.0.0.1)", "IP" },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  RtFakeServer *server;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  server = make_server (&options);
  g_print ("%s %s\n", rt_fake_server_get_uri (server),
      options.tls ? rt_fake_server_get_ca_file (server) : "-");
  fflush (stdout);
  if (options.stall || options.rate > 0)
    slow_down (server, options.rate);
  else
    while (!input_has_ended (-1))
      ;
  rt_fake_server_free (server);
  g_free (options.address);
  return 0;
}
