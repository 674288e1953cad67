/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Attempts that are given up, hundreds of times in each phase: at once, with
 * nothing said afterwards and nothing left.
 */
#include "netclient.h"

#include <string.h>

#define TIMES 500
#define TIMES_TLS 60 /* handshakes take their time */
#define PROMPT 50000 /* µs, for nine of ten: others use this machine too */
#define LATEST 1000000

typedef struct {
  const gchar *name;
  RtFakeServerFlags flags;
  RtFakeHandshake handshake;
  const gchar *stage; /* it is given up when this was said; "": at once */
  gboolean close;     /* asked to close instead of freed */
  guint times;
} Phase;

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a, second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

/* How long it took. */
static gint64
give_up (RtFakeServer *server, const Phase *phase)
{
  g_autoptr (NetClient) client = net_client_new (net_params_new (server));
  gint64 began;

  net_client_expect_stage (client, phase->stage);
  began = g_get_monotonic_time ();
  if (phase->close) {
    net_client_close (client, 1000, NULL);
    net_client_expect_end (client, RT_END_REQUESTED, NET_WAIT);
    return client->ended_at - began;
  }
  net_client_let_go (client);
  return g_get_monotonic_time () - began;
}

static void
test_phase (gconstpointer data)
{
  const Phase *phase = data;
  g_autoptr (RtFakeServer) server = rt_fake_server_new (phase->flags);
  const guint times = phase->times;
  g_autofree gint64 *spent = g_new0 (gint64, times);
  guint before, i;

  rt_fake_server_set_handshake (server, phase->handshake);
  /* what the process opens once */
  give_up (server, phase);
  g_assert_true (rt_fake_server_wait_idle (server, NET_WAIT));
  before = net_count_descriptors ();
  for (i = 0; i < times; i++)
    spent[i] = give_up (server, phase);
  g_assert_true (rt_fake_server_wait_idle (server, NET_WAIT));
  net_expect_descriptors (before);
  qsort (spent, times, sizeof (gint64), compare);
  g_test_message ("median %d us, last %d us", (gint) spent[times / 2],
      (gint) spent[times - 1]);
  g_assert_cmpint (spent[times * 9 / 10], <, PROMPT);
  g_assert_cmpint (spent[times - 1], <, LATEST);
}

int
main (int argc, char *argv[])
{
  static const Phase phases[] = {
    { "start", RT_FAKE_SERVER_PLAIN, RT_FAKE_HANDSHAKE_OK, "", FALSE, TIMES },
    { "connecting", RT_FAKE_SERVER_PLAIN, RT_FAKE_HANDSHAKE_OK, "connecting",
        FALSE, TIMES },
    { "tls", RT_FAKE_SERVER_TLS, RT_FAKE_HANDSHAKE_MUTE, "tls", FALSE, TIMES },
    { "tls-close", RT_FAKE_SERVER_TLS, RT_FAKE_HANDSHAKE_MUTE, "tls", TRUE,
        TIMES },
    { "tls-done", RT_FAKE_SERVER_TLS, RT_FAKE_HANDSHAKE_SILENT, "upgrading",
        FALSE, TIMES_TLS },
    { "upgrading", RT_FAKE_SERVER_PLAIN, RT_FAKE_HANDSHAKE_SILENT, "upgrading",
        FALSE, TIMES },
    { "upgrading-close", RT_FAKE_SERVER_PLAIN, RT_FAKE_HANDSHAKE_SILENT,
        "upgrading", TRUE, TIMES },
    { "body", RT_FAKE_SERVER_PLAIN, RT_FAKE_HANDSHAKE_ENDLESS_BODY, "upgrading",
        FALSE, TIMES },
  };
  gsize i;

  net_test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (phases); i++) {
    g_autofree gchar *path = g_strconcat ("/net/cancel/", phases[i].name, NULL);

    g_test_add_data_func (path, &phases[i], test_phase);
  }
  return g_test_run ();
}
