/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A WebSocket client that is nothing but a socket, to try the scripted server.
 * What it reads it waits for, five seconds at most.
 */
#pragma once

#include "rtfakeserver.h"

G_BEGIN_DECLS

/* Any client key and its answer. */
#define CLIENT_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define CLIENT_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

typedef struct {
  GSocketConnection *connection;
  GInputStream *in;
  GOutputStream *out;
} Client;

/* Over TLS when the server has it, trusting its CA. */
Client *client_new (RtFakeServer *server);
void client_free (Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

gboolean client_write (Client *client, gconstpointer data, gsize size);
/* Asks for an upgrade. */
void client_ask (Client *client);
void client_send_frame (
    Client *client, guint8 first, const gchar *data, gsize size);
void client_send_text (Client *client, const gchar *text);

/* FALSE: the stream ended before. */
gboolean client_read (Client *client, gpointer data, gsize size);
gboolean client_at_end (Client *client);
/* Up to the empty line; transfer full. */
gchar *client_read_head (Client *client);
/* The payload of the next unmasked frame; transfer full. */
gchar *client_read_frame (Client *client, guint8 *first);

G_END_DECLS
