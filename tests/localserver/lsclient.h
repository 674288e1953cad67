/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The local server as a process, and clients of it over libsoup's WebSocket.
 * Every wait has a deadline and fails the test with what came instead. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _LsProcess LsProcess;
typedef struct _LsClient LsClient;

/* program and its options, NULL at the end; waits until it listens */
LsProcess *ls_process_start (const gchar *program, ...) G_GNUC_NULL_TERMINATED;
void ls_process_stop (LsProcess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsProcess, ls_process_stop)
const gchar *ls_process_get_url (const LsProcess *self);

/* query and what follows of the URL; authority: a PEM file to trust, header
 * "Name: value": both may be NULL. NULL: refused, error says why */
LsClient *ls_client_connect (const LsProcess *server, const gchar *query,
    const gchar *authority, const gchar *header, GError **error);
/* to a server that lets everybody in, as a conversation */
LsClient *ls_client_join (const LsProcess *server);
void ls_client_free (LsClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsClient, ls_client_free)

void ls_client_send (LsClient *self, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);
/* "session":{"type":"realtime", fields} */
void ls_client_update (LsClient *self, const gchar *fields);
/* gint16 mono at 16 kHz, sent at 24 kHz in pieces of 100 ms, each after
 * pause_ms; the client listens meanwhile */
void ls_client_speak (LsClient *self, const GArray *samples, guint pause_ms);
void ls_client_append (LsClient *self, const guint8 *bytes, gsize n);

/* the next event; borrowed */
JsonObject *ls_client_next (LsClient *self);
/* the next event of the type, those before it are passed over; borrowed */
JsonObject *ls_client_wait (LsClient *self, const gchar *type);
/* the next event, which has to be of the type */
JsonObject *ls_client_expect (LsClient *self, const gchar *type);
/* an error of this code, the next event */
JsonObject *ls_client_expect_error (LsClient *self, const gchar *code);
/* the code of the close */
gushort ls_client_wait_close (LsClient *self);
/* how many events of the type came so far */
guint ls_client_count (LsClient *self, const gchar *type);
/* the audio of all deltas, as it was sent; of a response, NULL: of all */
GByteArray *ls_client_collect_audio (LsClient *self, const gchar *response_id);

/* a member below, "a.b.c"; fails when it is not there or not a string */
const gchar *ls_json_string (JsonObject *object, const gchar *path);
gint64 ls_json_int (JsonObject *object, const gchar *path);
/* a member of the kind, NULL: it is not there or null */
JsonObject *ls_json_object (JsonObject *object, const gchar *path);

G_END_DECLS
