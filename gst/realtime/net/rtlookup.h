/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: host names, looked up in threads of our own, once for all
 * who ask at the same time.  GIO's ten threads are not ours to block: a name
 * server that does not answer holds each for half a minute.
 */
#pragma once

#include "rtloop.h"

G_BEGIN_DECLS

#define RT_LOOKUP_THREADS 16
#define RT_LOOKUP_ADDRESSES 32 /* of a name; the others are not tried */
/* A resolver asks again so seldom that a name is found long after it could be:
 * after so much time it is asked by another thread, so many at a time and no
 * more while so many are busy; the first that finds it finds it for all. */
#define RT_LOOKUP_PATIENCE 2000 /* ms */
#define RT_LOOKUP_FLIGHTS 4
#define RT_LOOKUP_SPARE 8

typedef struct _RtLookup RtLookup;
/* The addresses in the order in which to try them, or `error`. */
typedef void (*RtLookupFunc) (
    gpointer user_data, GSocketConnectable *addresses, const GError *error);

/* `done` is called once, on the loop's thread, never from here. */
RtLookup *rt_lookup_start (RtLoop *loop, const gchar *host, guint16 port,
    RtLookupFunc done, gpointer user_data);
/* On the loop's thread, before or after `done`. */
void rt_lookup_free (RtLookup *self);

G_END_DECLS
