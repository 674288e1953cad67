/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Three hundred conversations in one process whose server goes away and comes
 * back, or whose name server falls silent: all are back soon, and they do not
 * come all at once.
 */
#include "rtpipeline.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#define N 300
#define BACK_TIME 10000 /* ms */
#define MOST 50         /* connections in any second */
/* What the C library does of a name server that does not answer. */
#define RESOLVER_RETRY (5 * G_TIME_SPAN_SECOND)
#define RESOLVER_TIMEOUT (10 * G_TIME_SPAN_SECOND)

static struct {
  GMutex lock;
  GCond cond;
  gboolean healed;
} names;

/* A question that was asked in vain is asked again only after a while. */
static gboolean
resolve (void)
{
  gint64 began = g_get_monotonic_time ();
  gboolean answered;

  g_mutex_lock (&names.lock);
  for (;;) {
    gint64 retry = g_get_monotonic_time () + RESOLVER_RETRY;

    answered = names.healed;
    if (answered || retry - began > RESOLVER_TIMEOUT)
      break;
    while (g_cond_wait_until (&names.cond, &names.lock, retry))
      ;
  }
  g_mutex_unlock (&names.lock);
  return answered;
}

/* The C library's, for this program and the plugin. */
__attribute__ ((visibility ("default"))) int
getaddrinfo (const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
  struct addrinfo *item;
  struct sockaddr_in *address;

  if (!resolve ())
    return EAI_AGAIN;
  item = g_new0 (struct addrinfo, 1);
  address = g_new0 (struct sockaddr_in, 1);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  item->ai_family = AF_INET;
  item->ai_addr = (struct sockaddr *) address;
  item->ai_addrlen = sizeof (*address);
  *result = item;
  return 0;
}

__attribute__ ((visibility ("default"))) void
freeaddrinfo (struct addrinfo *list)
{
  g_free (list->ai_addr);
  g_free (list);
}

typedef struct {
  RtFakeServer *server;
  GstElement *pipelines[N];

  GMutex lock;
  GCond cond;
  /* lock */
  GArray *connects; /* of gint64, us */
  guint ready;
  guint failed;
} Herd;

/* On the I/O thread: what the machine does between there and the server is not
 * ours to pace. */
static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer data)
{
  Herd *self = data;
  g_autofree gchar *text = NULL;
  GstProgressType type;
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_PROGRESS) {
    gst_message_parse_progress (message, &type, NULL, &text);
    if (type == GST_PROGRESS_TYPE_CONTINUE && g_str_equal (text, "connecting"))
      g_array_append_val (self->connects, now);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    self->failed++;
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* A state is told after it was left again, perhaps, but each change is told. */
static void
state_cb (GstElement *rt, GParamSpec *pspec, gpointer data)
{
  Herd *self = data;
  gpointer was_ready = g_object_get_data (G_OBJECT (rt), "ready");
  gint state;
  gboolean ready;

  g_object_get (rt, "connection-state", &state, NULL);
  ready = state == 2;
  if (ready == (was_ready != NULL))
    return;
  g_object_set_data (G_OBJECT (rt), "ready", ready ? rt : NULL);
  g_mutex_lock (&self->lock);
  self->ready += ready ? 1 : -1;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
add_one (Herd *self, guint i, const gchar *uri)
{
  GstElement *rt = gst_element_factory_make ("realtimeconversation", NULL);
  g_autoptr (GstBus) bus = NULL;

  g_object_set (rt, "uri", uri, NULL);
  g_signal_connect (
      rt, "notify::connection-state", G_CALLBACK (state_cb), self);
  self->pipelines[i] = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (self->pipelines[i]), rt);
  bus = gst_element_get_bus (self->pipelines[i]);
  gst_bus_set_sync_handler (bus, message_cb, self, NULL);
  gst_element_set_state (self->pipelines[i], GST_STATE_PLAYING);
}

static void
set_up (Herd *self, gconstpointer host)
{
  g_autofree gchar *uri = NULL;
  guint i;

  self->server = rt_fake_server_new (RT_FAKE_SERVER_PLAIN);
  rt_fake_server_set_auto (self->server, TRUE);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->connects = g_array_new (FALSE, FALSE, sizeof (gint64));
  uri = g_strdup_printf ("ws://%s:%u", (const gchar *) host,
      rt_fake_server_get_port (self->server));
  for (i = 0; i < N; i++)
    add_one (self, i, uri);
}

static void
tear_down (Herd *self, gconstpointer host)
{
  guint i;

  g_assert_cmpuint (self->failed, ==, 0);
  for (i = 0; i < N; i++) {
    g_autoptr (GstBus) bus = gst_element_get_bus (self->pipelines[i]);

    gst_element_set_state (self->pipelines[i], GST_STATE_NULL);
    gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
    gst_object_unref (self->pipelines[i]);
  }
  rt_fake_server_free (self->server);
  g_array_unref (self->connects);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

/* How long it took, in ms. */
static guint
wait_ready (Herd *self, guint n, guint timeout)
{
  gint64 began = g_get_monotonic_time ();
  gint64 deadline = began + timeout * G_TIME_SPAN_MILLISECOND;

  g_mutex_lock (&self->lock);
  while (self->ready != n
         && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  if (self->ready != n)
    g_error ("%u of %u are ready after %u ms", self->ready, n, timeout);
  g_mutex_unlock (&self->lock);
  return (g_get_monotonic_time () - began) / 1000;
}

/* The greatest number within any second since `begin`. */
static guint
busiest_second (Herd *self, guint begin)
{
  guint most = 0, i, j;

  g_mutex_lock (&self->lock);
  for (i = begin; i < self->connects->len; i++) {
    for (j = i; j < self->connects->len
                && g_array_index (self->connects, gint64, j)
                           - g_array_index (self->connects, gint64, i)
                       < G_USEC_PER_SEC;
         j++)
      ;
    most = MAX (most, j - i);
  }
  g_mutex_unlock (&self->lock);
  return most;
}

static void
lose_server (Herd *self, guint outage)
{
  guint begin = self->connects->len, took, most;

  rt_fake_server_set_listening (self->server, FALSE);
  rt_fake_server_break (self->server);
  wait_ready (self, 0, BACK_TIME);
  rt_fake_server_forget_ended (self->server);
  g_usleep (outage * 1000);
  rt_fake_server_set_listening (self->server, TRUE);
  took = wait_ready (self, N, 60000);
  most = busiest_second (self, begin);
  g_print ("# %u ms without a server: all back after %u ms, at most %u "
           "connections in a second\n",
      outage, took, most);
  g_assert_cmpuint (took, <=, BACK_TIME);
  g_assert_cmpuint (most, <=, MOST);
}

static void
server_restarts (Herd *self, gconstpointer host)
{
  names.healed = TRUE;
  wait_ready (self, N, 60000);
  lose_server (self, 1000);
  /* long enough for the delays between attempts to be long */
  lose_server (self, 9000);
}

/* From the first moment on. */
static void
names_hang (Herd *self, gconstpointer host)
{
  guint took;

  g_usleep (14 * G_USEC_PER_SEC);
  g_assert_cmpuint (self->ready, ==, 0);
  g_mutex_lock (&names.lock);
  names.healed = TRUE;
  g_mutex_unlock (&names.lock);
  took = wait_ready (self, N, 60000);
  g_print ("# 14 s without names: all up after %u ms, at most %u connections "
           "in a second\n",
      took, busiest_second (self, 0));
  g_assert_cmpuint (took, <=, BACK_TIME);
}

int
main (int argc, char **argv)
{
  rt_element_test_init (&argc, &argv);
  g_test_add (
      "/herd/names-hang", Herd, "herd.test", set_up, names_hang, tear_down);
  g_test_add ("/herd/server-restarts", Herd, "127.0.0.1", set_up,
      server_restarts, tear_down);
  return g_test_run ();
}
