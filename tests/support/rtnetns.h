/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A network of the test's own: two namespaces, here and there, joined by two
 * cables whose ends can be unplugged, filtered and slowed down.  Nothing of it
 * is seen outside, and it is gone with the process.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cable N: interfaces hereN and thereN. */
#define RT_NETNS_HERE "10.77.0.1"
#define RT_NETNS_THERE "10.77.0.2"
#define RT_NETNS_THERE_IPV6 "fd77::2"
#define RT_NETNS_HERE_1 "10.77.1.1"
#define RT_NETNS_THERE_1 "10.77.1.2"

/* Before any thread is started: from now on the process is here.  FALSE: it
 * has no right to, or a program is missing; tests skip then. */
gboolean rt_netns_enter (void);
/* For the beginning of a test: skips it and returns FALSE when there is no
 * such network. */
gboolean rt_netns_require (void);

/* A command line, here or there: "ip", "nft" (table inet test has the chains
 * `in` and `out`) or "tc".  It has to succeed. */
void rt_netns_run_here (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
void rt_netns_run_there (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

/* Sockets that the calling thread makes between these two are there. */
void rt_netns_go_there (void);
void rt_netns_come_back (void);

/* The process sees `text` instead of that file of /etc. */
void rt_netns_replace_file (const gchar *path, const gchar *text);

G_END_DECLS
