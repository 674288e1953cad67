/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The benchmark's server: speaks to every session without a pause, as fast as
 * speech is, and counts how long appended audio took.  One thread.
 *
 * Prints "port N", then answers lines on stdin: "reset", "report"; ends with
 * its stdin.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "benchpeer.h"
#include "benchstamp.h"
#include "rtbase64.h"

#define RATE 24000
#define TICK_NS (2 * 1000 * 1000)
#define MAX_EVENTS 256

typedef struct {
  BenchPeer *peer;
  int fd;
  gint64 due; /* of the next delta, 0: nobody listens yet */
} Client;

typedef struct {
  int epoll;
  int listener;
  int timer;
  gint64 delta_us;
  GString *speech;
  BenchHistogram uplink;
  GPtrArray *clients;
} Server;

static void
client_free (gpointer data)
{
  Client *client = data;

  bench_peer_free (client->peer);
  g_free (client);
}

static void
watch (Server *server, int fd, gpointer data)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = data };

  if (epoll_ctl (server->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
    g_error ("epoll_ctl: %s", g_strerror (errno));
}

/* A blocked client is served again when its socket takes more. */
static void
rewatch (Server *server, Client *client)
{
  struct epoll_event event = { .data.ptr = client };

  event.events
      = EPOLLIN | (bench_peer_is_blocked (client->peer) ? EPOLLOUT : 0);
  epoll_ctl (server->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void
accept_clients (Server *server)
{
  const int on = 1;
  Client *client;
  int fd;

  while ((fd = accept4 (
              server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC))
         >= 0) {
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client = g_new0 (Client, 1);
    client->fd = fd;
    client->peer = bench_peer_new (fd, server->speech, &server->uplink);
    g_ptr_array_add (server->clients, client);
    watch (server, fd, client);
  }
}

static gboolean
serve_client (Server *server, Client *client, guint32 events)
{
  gboolean blocked = bench_peer_is_blocked (client->peer);

  if ((events & EPOLLOUT) && !bench_peer_writable (client->peer))
    return FALSE;
  if ((events & ~EPOLLOUT) && !bench_peer_readable (client->peer))
    return FALSE;
  if (client->due == 0 && bench_peer_is_listening (client->peer))
    client->due = bench_now () + server->delta_us;
  if (blocked != bench_peer_is_blocked (client->peer))
    rewatch (server, client);
  return TRUE;
}

static void
speak (Server *server)
{
  gint64 now = bench_now ();
  guint64 ticks;
  Client *client;
  guint i;

  if (read (server->timer, &ticks, sizeof ticks) < 0)
    return;
  for (i = 0; i < server->clients->len; i++) {
    client = g_ptr_array_index (server->clients, i);
    while (client->due != 0 && client->due <= now) {
      client->due += server->delta_us;
      /* What is wrong with the socket shows when it is read. */
      bench_peer_speak (client->peer, bench_now ());
    }
    if (bench_peer_is_blocked (client->peer))
      rewatch (server, client);
  }
}

/* FALSE at the end of stdin. */
static gboolean
obey (Server *server)
{
  gchar line[64] = "";
  gssize got = read (STDIN_FILENO, line, sizeof line - 1);

  if (got <= 0)
    return FALSE;
  if (g_str_has_prefix (line, "reset")) {
    bench_histogram_reset (&server->uplink);
  } else if (g_str_has_prefix (line, "report")) {
    printf ("stamps=%" G_GUINT64_FORMAT " p50=%.2f p99=%.2f\n",
        bench_histogram_total (&server->uplink),
        bench_histogram_quantile (&server->uplink, 0.5),
        bench_histogram_quantile (&server->uplink, 0.99));
    fflush (stdout);
  }
  return TRUE;
}

static void
serve (Server *server)
{
  struct epoll_event events[MAX_EVENTS];
  gboolean running = TRUE;
  Client *client;
  int n, i;

  while (running) {
    n = epoll_wait (server->epoll, events, MAX_EVENTS, -1);
    for (i = 0; i < n; i++) {
      if (events[i].data.ptr == &server->listener) {
        accept_clients (server);
      } else if (events[i].data.ptr == &server->timer) {
        speak (server);
      } else if (events[i].data.ptr == server) {
        running = obey (server);
      } else {
        client = events[i].data.ptr;
        if (!serve_client (server, client, events[i].events))
          g_ptr_array_remove_fast (server->clients, client);
      }
    }
  }
}

/* One delta of a soft sawtooth, which costs no more than silence to carry. */
static GString *
make_speech (gint64 delta_us)
{
  gsize samples = RATE * delta_us / G_USEC_PER_SEC;
  g_autofree gint16 *pcm = g_new (gint16, samples);
  gsize size = samples * sizeof *pcm, i;
  GString *speech = g_string_new (NULL);

  for (i = 0; i < samples; i++)
    pcm[i] = GINT16_TO_LE ((gint16) (i % 120 * 20));
  g_string_set_size (speech, rt_base64_encoded_size (size));
  rt_base64_encode ((const guint8 *) pcm, size, speech->str);
  return speech;
}

static guint
open_listener (Server *server)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;

  server->listener
      = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (server->listener < 0
      || bind (server->listener, (struct sockaddr *) &address, size) < 0
      || listen (server->listener, SOMAXCONN) < 0
      || getsockname (server->listener, (struct sockaddr *) &address, &size)
             < 0)
    g_error ("cannot listen: %s", g_strerror (errno));
  return ntohs (address.sin_port);
}

int
main (int argc, char **argv)
{
  const struct itimerspec tick = { { 0, TICK_NS }, { 0, TICK_NS } };
  g_autofree Server *server = g_new0 (Server, 1);
  guint delta_ms = argc == 2 ? atoi (argv[1]) : 0;
  guint port;

  if (delta_ms < 10 || delta_ms > 500) {
    fprintf (stderr, "Usage: %s DELTA-MS (10 to 500)\n", argv[0]);
    return 2;
  }
  server->delta_us = delta_ms * 1000;
  server->speech = make_speech (server->delta_us);
  server->clients = g_ptr_array_new_with_free_func (client_free);
  server->epoll = epoll_create1 (EPOLL_CLOEXEC);
  server->timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (server->epoll < 0 || server->timer < 0
      || timerfd_settime (server->timer, 0, &tick, NULL) < 0)
    g_error ("cannot start: %s", g_strerror (errno));
  port = open_listener (server);
  watch (server, server->listener, &server->listener);
  watch (server, server->timer, &server->timer);
  watch (server, STDIN_FILENO, server);
  printf ("port %u\n", port);
  fflush (stdout);
  serve (server);
  g_ptr_array_unref (server->clients);
  g_string_free (server->speech, TRUE);
  close (server->timer);
  close (server->listener);
  close (server->epoll);
  return 0;
}
