/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A transport that keeps all that it was sent.
 */
#include "wsclient.h"

#include <string.h>

static void
record_cb (NetClient *client, gpointer data)
{
  WsClient *self = data;
  WsMessage *message;

  if (strcmp (client->callback, "message") != 0)
    return;
  message = g_new0 (WsMessage, 1);
  message->binary = client->last_binary;
  message->data = g_bytes_ref (client->last);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->messages, message);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

WsClient *
ws_client_new (RtFakeServer *server, const GByteArray *glued)
{
  WsClient *self = g_new0 (WsClient, 1);

  self->server = server;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->messages
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_message_free);
  rt_fake_server_set_glued (server, glued != NULL ? glued->data : NULL,
      glued != NULL ? glued->len : 0);
  self->client
      = net_client_new_hooked (net_params_new (server), record_cb, self);
  self->conn = rt_fake_server_expect_connection (server, NET_WAIT);
  net_client_expect_open (self->client);
  return self;
}

void
ws_client_free (WsClient *self)
{
  net_client_free (self->client);
  g_ptr_array_unref (self->messages);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  rt_fake_server_forget_ended (self->server);
  g_free (self);
}

void
ws_client_expect (WsClient *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + NET_WAIT * 1000;

  g_mutex_lock (&self->lock);
  while (self->messages->len < n)
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
      g_error ("%u messages instead of %u", self->messages->len, n);
  g_mutex_unlock (&self->lock);
}

void
ws_client_check (WsClient *self, const GPtrArray *expected)
{
  guint i;

  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->messages->len, ==, expected->len);
  for (i = 0; i < expected->len; i++) {
    const WsMessage *seen = g_ptr_array_index (self->messages, i);
    const WsMessage *right = g_ptr_array_index (expected, i);

    g_assert_cmpint (seen->binary, ==, right->binary);
    g_assert_true (g_bytes_equal (seen->data, right->data));
  }
  g_mutex_unlock (&self->lock);
}
