/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A child process that is a server.
 */
#include "rtpeer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct _RtPeer {
  GPid pid;
  gint input; /* its standard input, whose end is its end */
  gchar *uri;
  gchar *ca_file;
};

static gchar *
read_line (gint fd)
{
  GString *line = g_string_new (NULL);
  gchar byte;

  while (read (fd, &byte, 1) == 1 && byte != '\n')
    g_string_append_c (line, byte);
  return g_string_free (line, FALSE);
}

RtPeer *
rt_peer_new (const gchar *options)
{
  const gchar *program = g_getenv ("RT_TEST_PEER");
  RtPeer *self = g_new0 (RtPeer, 1);
  g_autofree gchar *command = NULL, *line = NULL;
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  gint output;

  if (program == NULL)
    g_error ("RT_TEST_PEER is not set");
  command = g_strjoin (" ", program, options, NULL);
  argv = g_strsplit (command, " ", -1);
  if (!g_spawn_async_with_pipes (NULL, argv, NULL,
          G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES, NULL, NULL,
          &self->pid, &self->input, &output, NULL, &error))
    g_error ("%s", error->message);
  line = read_line (output);
  close (output);
  words = g_strsplit (line, " ", 2);
  if (words[0] == NULL || words[1] == NULL)
    g_error ("%s does not say where it listens", program);
  self->uri = g_strdup (words[0]);
  if (strcmp (words[1], "-") != 0)
    self->ca_file = g_strdup (words[1]);
  return self;
}

void
rt_peer_free (RtPeer *self)
{
  kill (self->pid, SIGCONT);
  close (self->input);
  while (waitpid (self->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  g_spawn_close_pid (self->pid);
  g_free (self->uri);
  g_free (self->ca_file);
  g_free (self);
}

const gchar *
rt_peer_get_uri (RtPeer *self)
{
  return self->uri;
}

const gchar *
rt_peer_get_ca_file (RtPeer *self)
{
  return self->ca_file;
}

void
rt_peer_stop (RtPeer *self)
{
  gint status;

  kill (self->pid, SIGSTOP);
  if (waitpid (self->pid, &status, WUNTRACED) != self->pid
      || !WIFSTOPPED (status))
    g_error ("the peer did not stop");
}

void
rt_peer_go_on (RtPeer *self)
{
  kill (self->pid, SIGCONT);
}
