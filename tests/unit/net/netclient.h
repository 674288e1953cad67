/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A transport under test: opened on a loop, recorded, and asked from the
 * test's thread.
 */
#pragma once

#include "rttransport.h"
#include "rtfakeserver.h"

G_BEGIN_DECLS

#define NET_WAIT 30000 /* ms: a test that waits so long has failed */

typedef struct _NetClient NetClient;
typedef void (*NetFunc) (NetClient *client, gpointer data);

struct _NetClient {
  RtLoop *loop;
  RtTransport *transport; /* loop's thread */
  /* Called by each callback, with its name, after it was recorded. */
  NetFunc hook;
  gpointer hook_data;

  GMutex lock;
  GCond cond;
  /* lock */
  GString *stages;
  gboolean opened;
  guint n_messages;
  guint64 n_bytes;
  GBytes *last; /* message */
  gboolean last_binary;
  guint n_writable;
  guint n_ended;
  RtEnd end;
  gboolean freed;
  const gchar *callback; /* the last */
  gint64 ended_at;
  guint n_calls; /* done by net_client_run() */
};

void net_test_init (int *argc, char ***argv);

/* Parameters for that server, with its CA; NULL: url is to be set. */
RtConnectParams *net_params_new (RtFakeServer *server);
void net_params_set_url (RtConnectParams *params, const gchar *uri);

/* Takes `params`.  Callbacks after the end, or after free, are failures. */
NetClient *net_client_new (RtConnectParams *params);
NetClient *net_client_new_hooked (
    RtConnectParams *params, NetFunc hook, gpointer data);
void net_client_free (NetClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetClient, net_client_free)

/* Runs `func` on the loop's thread and returns when it was. */
void net_client_run (NetClient *client, NetFunc func, gpointer data);
void net_client_send (NetClient *client, const gchar *text);
void net_client_close (NetClient *client, guint code, const gchar *reason);
/* rt_transport_free(), with the client itself still there; the second is for
 * hooks. */
void net_client_let_go (NetClient *client);
void net_client_let_go_here (NetClient *client);

void net_client_expect_open (NetClient *client);
void net_client_expect_messages (NetClient *client, guint n);
void net_client_expect_stage (NetClient *client, const gchar *stage);
/* The end, within `ms`. */
const RtEnd *net_client_wait_end (NetClient *client, guint ms);
const RtEnd *net_client_expect_end (
    NetClient *client, RtEndKind kind, guint ms);

/* … before the server saw a request, and `part` is in the reason. */
const RtEnd *net_expect_refused (
    RtFakeServer *server, NetClient *client, RtEndKind kind, const gchar *part);
/* Takes `params`: both the check and the attempt blame `name`. */
void net_expect_bad_settings (RtConnectParams *params, const gchar *name);

/* Open descriptors of the process. */
guint net_count_descriptors (void);
/* … are not more than `n`, soon. */
void net_expect_descriptors (guint n);

G_END_DECLS
