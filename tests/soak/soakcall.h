/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One of the calls of the soak: a pipeline around the element, and the books
 * of its samples.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  GstElement *pipeline;
  GstElement *element;
  GstBus *bus;
  gint64 fed; /* atomic; ns that went into `sink` */
  guint errors;
  guint handoffs;
  guint restarts;
} SoakCall;

/* What does not add up, ns. */
typedef struct {
  guint64 sent;
  guint64 dropped;
  guint64 received;
  guint64 played;
  guint64 interrupted;
  guint reconnects;
  gint64 lost_up;   /* fed, and neither sent, dropped nor queued */
  gint64 lost_down; /* received, and neither played, dropped nor queued */
} SoakBooks;

SoakCall *soak_call_new (const gchar *uri);
/* Reads its bus; a call that failed is begun anew, as a server that hangs up
 * for good would have it. */
void soak_call_serve (SoakCall *call);
/* Adds to `books`.  Exact once the call stands still. */
void soak_call_add (SoakCall *call, SoakBooks *books);
/* Stops the input, and with it what is still on its way. */
void soak_call_stop (SoakCall *call);
void soak_call_free (SoakCall *call);

G_END_DECLS
