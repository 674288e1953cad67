/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server whose kernel answers while it itself does not: only its silence
 * tells.  Over TCP and over TLS, with the intervals an element has by default.
 */
#include "netclient.h"
#include "rtpeer.h"

#include <string.h>

#define KEEPALIVE 5000
#define SPEECH "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAAA\"}"
#define SPEECH_INTERVAL 20 /* ms */
#define NAP (5 * G_TIME_SPAN_SECOND)
#define DEAD (15 * G_TIME_SPAN_SECOND)
/* A busy machine tells it later. */
#define LATE (2 * G_TIME_SPAN_SECOND)

typedef struct {
  RtPeer *peer;
  NetClient *client;
  gint64 stopped;
} Call;

static void
call_init (Call *self, gboolean tls)
{
  RtConnectParams *params = net_params_new (NULL);

  self->peer = rt_peer_new (tls ? "--tls" : NULL);
  net_params_set_url (params, rt_peer_get_uri (self->peer));
  params->tls_ca_file = g_strdup (rt_peer_get_ca_file (self->peer));
  params->keepalive_interval = KEEPALIVE;
  self->client = net_client_new (params);
  net_client_expect_open (self->client);
}

static void
call_clear (Call *self)
{
  net_client_free (self->client);
  rt_peer_free (self->peer);
}

static guint
count_messages (Call *self)
{
  guint n;

  g_mutex_lock (&self->client->lock);
  n = self->client->n_messages;
  g_mutex_unlock (&self->client->lock);
  return n;
}

/* It answers to this. */
static void
ask (Call *self)
{
  net_client_send (
      self->client, "{\"type\":\"session.update\",\"session\":{}}");
}

static void
speak (Call *calls, guint n, gint64 us)
{
  gint64 deadline = g_get_monotonic_time () + us;
  guint i;

  while (g_get_monotonic_time () < deadline) {
    for (i = 0; i < n; i++)
      net_client_send (calls[i].client, SPEECH);
    g_usleep (SPEECH_INTERVAL * 1000);
  }
}

static void
freeze (Call *self)
{
  rt_peer_stop (self->peer);
  self->stopped = g_get_monotonic_time ();
}

enum { NAPS, NAPS_TLS, SILENT, SPOKEN_TO, SPOKEN_TO_TLS, N_CALLS };

/* A nap is ridden out, with what was said meanwhile; a death is known in
 * time, whether or not somebody speaks to it. */
static void
test_frozen (void)
{
  Call calls[N_CALLS];
  gint64 after;
  guint i, before[2];

  for (i = 0; i < N_CALLS; i++)
    call_init (&calls[i], i == NAPS_TLS || i == SPOKEN_TO_TLS);
  for (i = 0; i <= NAPS_TLS; i++) {
    ask (&calls[i]);
    net_client_expect_messages (calls[i].client, 2);
    before[i] = count_messages (&calls[i]);
  }
  for (i = 0; i < N_CALLS; i++)
    freeze (&calls[i]);
  speak (&calls[NAPS], 2, NAP);
  for (i = 0; i <= NAPS_TLS; i++) {
    rt_peer_go_on (calls[i].peer);
    ask (&calls[i]);
    net_client_expect_messages (calls[i].client, before[i] + 1);
    g_assert_cmpuint (calls[i].client->n_ended, ==, 0);
  }
  speak (&calls[SPOKEN_TO], 2, DEAD - NAP);
  for (i = SILENT; i < N_CALLS; i++) {
    net_client_expect_end (calls[i].client, RT_END_LOST, NET_WAIT);
    g_assert_nonnull (
        strstr (calls[i].client->end.reason, "nothing was heard"));
    after = calls[i].client->ended_at - calls[i].stopped;
    g_test_message ("after %d ms", (gint) (after / 1000));
    g_assert_cmpint (after, <, DEAD + LATE);
    g_assert_cmpint (after, >, NAP);
  }
  for (i = 0; i < N_CALLS; i++)
    call_clear (&calls[i]);
}

int
main (int argc, char *argv[])
{
  net_test_init (&argc, &argv);
  g_test_add_func ("/net/frozen", test_frozen);
  return g_test_run ();
}
