/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A transport under test.  Callbacks run on the loop's thread, the rest in
 * the test's; what they share is under the lock.
 */
#include "netclient.h"

#include <gmodule.h>
#include <string.h>

/* Less than the five seconds after which libsoup would help. */
#define DESCRIPTOR_WAIT 4000 /* ms */

/* With threads that used TLS (the cryptographic one) LeakSanitizer of GCC 12
 * dies of what it keeps about thread-local storage, and reports nothing. */
G_MODULE_EXPORT const gchar *__asan_default_options (void);

const gchar *
__asan_default_options (void)
{
  return "intercept_tls_get_addr=0";
}

static void
drop_log (const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer user_data)
{
}

/* Libraries say a line for each frame, and g_test prints them. */
void
net_test_init (int *argc, char ***argv)
{
  static const gchar *const domains[] = { "libsoup", "GLib-GIO", "GLib-Net" };
  gsize i;

  g_test_init (argc, argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (domains); i++)
    g_log_set_handler (domains[i], G_LOG_LEVEL_DEBUG, drop_log, NULL);
}

static void
lock_live (NetClient *self)
{
  g_assert_true (rt_loop_is_own_thread (self->loop));
  g_mutex_lock (&self->lock);
  g_assert_false (self->freed);
  g_assert_cmpuint (self->n_ended, ==, 0);
}

static void
unlock (NetClient *self)
{
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
leave (NetClient *self, const gchar *callback)
{
  self->callback = callback;
  unlock (self);
  if (self->hook != NULL)
    self->hook (self, self->hook_data);
}

static void
progress_cb (gpointer user_data, const gchar *stage)
{
  NetClient *self = user_data;

  lock_live (self);
  g_assert_false (self->opened);
  g_string_append_printf (
      self->stages, "%s%s", self->stages->len > 0 ? " " : "", stage);
  leave (self, "progress");
}

static void
opened_cb (gpointer user_data)
{
  NetClient *self = user_data;

  lock_live (self);
  g_assert_false (self->opened);
  self->opened = TRUE;
  leave (self, "opened");
}

static void
message_cb (gpointer user_data, GBytes *data, gboolean binary)
{
  NetClient *self = user_data;

  lock_live (self);
  g_assert_true (self->opened);
  g_clear_pointer (&self->last, g_bytes_unref);
  self->last = g_bytes_ref (data);
  self->last_binary = binary;
  self->n_messages++;
  self->n_bytes += g_bytes_get_size (data);
  leave (self, "message");
}

static void
writable_cb (gpointer user_data)
{
  NetClient *self = user_data;

  lock_live (self);
  self->n_writable++;
  leave (self, "writable");
}

static void
ended_cb (gpointer user_data, const RtEnd *end)
{
  NetClient *self = user_data;

  lock_live (self);
  self->n_ended++;
  self->ended_at = g_get_monotonic_time ();
  self->end = *end;
  g_assert_nonnull (end->reason);
  self->end.reason = g_strdup (end->reason);
  leave (self, "ended");
}

static const RtTransportCallbacks callbacks = {
  .progress = progress_cb,
  .opened = opened_cb,
  .message = message_cb,
  .writable = writable_cb,
  .ended = ended_cb,
};

typedef struct {
  NetClient *client;
  NetFunc func;
  gpointer data;
  guint number;
} Call;

static gboolean
call_cb (gpointer user_data)
{
  Call *call = user_data;
  NetClient *self = call->client;

  call->func (self, call->data);
  g_mutex_lock (&self->lock);
  self->n_calls++;
  unlock (self);
  return G_SOURCE_REMOVE;
}

static gint64
deadline_of (guint ms)
{
  return g_get_monotonic_time () + (gint64) ms * 1000;
}

void
net_client_run (NetClient *self, NetFunc func, gpointer data)
{
  gint64 deadline = deadline_of (NET_WAIT);
  Call call = { self, func, data, self->n_calls };

  g_main_context_invoke (rt_loop_context (self->loop), call_cb, &call);
  g_mutex_lock (&self->lock);
  while (self->n_calls == call.number)
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
      g_error ("the loop does not serve us");
  g_mutex_unlock (&self->lock);
}

RtConnectParams *
net_params_new (RtFakeServer *server)
{
  RtConnectParams *params = rt_connect_params_new ();

  if (server != NULL) {
    net_params_set_url (params, rt_fake_server_get_uri (server));
    params->tls_ca_file = g_strdup (rt_fake_server_get_ca_file (server));
  }
  params->proxy = g_strdup ("direct://");
  params->connect_timeout = NET_WAIT;
  return params;
}

void
net_params_set_url (RtConnectParams *params, const gchar *uri)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&params->url, rt_url_free);
  params->url = rt_url_build (uri, "/v1/realtime", TRUE, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
open_func (NetClient *self, gpointer data)
{
  self->transport = rt_transport_open (self->loop, data, &callbacks, self);
  /* never from the call itself */
  g_assert_cmpuint (self->stages->len, ==, 0);
  g_assert_cmpuint (self->n_ended, ==, 0);
}

NetClient *
net_client_new (RtConnectParams *params)
{
  return net_client_new_hooked (params, NULL, NULL);
}

NetClient *
net_client_new_hooked (RtConnectParams *params, NetFunc hook, gpointer data)
{
  NetClient *self = g_new0 (NetClient, 1);
  g_autoptr (GError) error = NULL;

  self->hook = hook;
  self->hook_data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->stages = g_string_new (NULL);
  self->loop = rt_loop_acquire (&error);
  g_assert_no_error (error);
  net_client_run (self, open_func, params);
  return self;
}

void
net_client_let_go_here (NetClient *self)
{
  g_mutex_lock (&self->lock);
  self->freed = TRUE;
  unlock (self);
  g_clear_pointer (&self->transport, rt_transport_free);
}

static void
let_go_func (NetClient *self, gpointer data)
{
  net_client_let_go_here (self);
}

void
net_client_let_go (NetClient *self)
{
  net_client_run (self, let_go_func, NULL);
}

void
net_client_free (NetClient *self)
{
  net_client_let_go (self);
  rt_loop_release (self->loop);
  g_clear_pointer (&self->last, g_bytes_unref);
  g_string_free (self->stages, TRUE);
  g_free (self->end.reason);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
send_func (NetClient *self, gpointer data)
{
  rt_transport_send (self->transport, data, strlen (data));
}

void
net_client_send (NetClient *self, const gchar *text)
{
  net_client_run (self, send_func, (gpointer) text);
}

typedef struct {
  guint code;
  const gchar *reason;
} Goodbye;

static void
close_func (NetClient *self, gpointer data)
{
  Goodbye *goodbye = data;

  rt_transport_close (self->transport, goodbye->code, goodbye->reason);
}

void
net_client_close (NetClient *self, guint code, const gchar *reason)
{
  Goodbye goodbye = { code, reason };

  net_client_run (self, close_func, &goodbye);
}

/* lock */
static void
wait (NetClient *self, gint64 deadline, const gchar *what)
{
  if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
    g_error ("no %s; stages: %s, ended: %s", what, self->stages->str,
        self->n_ended > 0 ? self->end.reason : "no");
}

void
net_client_expect_open (NetClient *self)
{
  gint64 deadline = deadline_of (NET_WAIT);

  g_mutex_lock (&self->lock);
  while (!self->opened) {
    if (self->n_ended > 0)
      g_error ("not opened: %d %s", self->end.kind, self->end.reason);
    wait (self, deadline, "opening");
  }
  g_mutex_unlock (&self->lock);
}

void
net_client_expect_messages (NetClient *self, guint n)
{
  gint64 deadline = deadline_of (NET_WAIT);

  g_mutex_lock (&self->lock);
  while (self->n_messages < n) {
    if (self->n_ended > 0)
      g_error ("ended: %d %s", self->end.kind, self->end.reason);
    wait (self, deadline, "message");
  }
  g_mutex_unlock (&self->lock);
}

void
net_client_expect_stage (NetClient *self, const gchar *stage)
{
  gint64 deadline = deadline_of (NET_WAIT);

  g_mutex_lock (&self->lock);
  while (strstr (self->stages->str, stage) == NULL)
    wait (self, deadline, stage);
  g_mutex_unlock (&self->lock);
}

const RtEnd *
net_client_wait_end (NetClient *self, guint ms)
{
  gint64 deadline = deadline_of (ms);

  g_mutex_lock (&self->lock);
  while (self->n_ended == 0)
    wait (self, deadline, "end");
  g_mutex_unlock (&self->lock);
  g_test_message ("ended: %s", self->end.reason);
  return &self->end;
}

const RtEnd *
net_client_expect_end (NetClient *self, RtEndKind kind, guint ms)
{
  const RtEnd *end = net_client_wait_end (self, ms);

  g_assert_cmpint (end->kind, ==, (gint) kind);
  return end;
}

const RtEnd *
net_expect_refused (
    RtFakeServer *server, NetClient *client, RtEndKind kind, const gchar *part)
{
  const RtEnd *end = net_client_expect_end (client, kind, NET_WAIT);

  if (strstr (end->reason, part) == NULL)
    g_error ("no \"%s\" in \"%s\"", part, end->reason);
  /* nobody saw a key */
  g_assert_cmpuint (rt_fake_server_get_requests (server), ==, 0);
  return end;
}

void
net_expect_bad_settings (RtConnectParams *params, const gchar *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NetClient) client = NULL;
  const RtEnd *end;

  g_assert_false (rt_connect_params_check (params, &error));
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, name));
  client = net_client_new (params);
  end = net_client_expect_end (client, RT_END_SETTINGS, NET_WAIT);
  g_assert_true (g_str_has_prefix (end->reason, name));
}

/* But eventfds, which the scripted server's cancellable has while it polls. */
static GPtrArray *
list_descriptors (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename ("/proc/self/fd", name, NULL);
    gchar *target = g_file_read_link (path, NULL);

    if (target != NULL && strstr (target, "[eventfd]") == NULL)
      g_ptr_array_add (list, target);
    else
      g_free (target);
  }
  return list;
}

guint
net_count_descriptors (void)
{
  g_autoptr (GPtrArray) list = list_descriptors ();

  return list->len;
}

void
net_expect_descriptors (guint n)
{
  gint64 deadline = deadline_of (DESCRIPTOR_WAIT);

  while (net_count_descriptors () > n) {
    if (g_get_monotonic_time () > deadline) {
      GPtrArray *list = list_descriptors ();

      g_ptr_array_add (list, NULL);
      g_error ("more than %u descriptors: %s", n,
          g_strjoinv (", ", (gchar **) list->pdata));
    }
    g_usleep (5000);
  }
}
