/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The faulty half of the soak: a process of its own that serves, talks, and
 * breaks connections at random instants.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint32 seed;
  guint fault_ms; /* a fault somewhere so often, on average; 0: none */
  guint talk_ms;  /* a reply somewhere so often */
} SoakServerOptions;

/* Writes "uri=URI\n" to stdout, serves until stdin ends, then writes what it
 * did.  The process's exit status. */
int soak_server_run (const SoakServerOptions *options);

G_END_DECLS
