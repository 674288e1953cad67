/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: the stream between the socket and libsoup.  It bounds what
 * libsoup does not, and reads in larger pieces than libsoup does.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RT_TYPE_GUARD (rt_guard_get_type ())
G_DECLARE_FINAL_TYPE (RtGuard, rt_guard, RT, GUARD, GIOStream)

/* `rest` is what was read from `base` already: it comes first. */
RtGuard *rt_guard_new (GIOStream *base, GByteArray *rest);
/* When the last byte came, monotonic µs. */
gint64 rt_guard_last_heard (RtGuard *guard);
/* The same of the last one behind which nothing waited, be it the rest of a
 * message: all that was said before was handed on. */
gint64 rt_guard_last_told (RtGuard *guard);
/* A frame was taken in part only: libsoup keeps it and waits. */
gboolean rt_guard_is_blocked (RtGuard *guard);
/* FALSE: nothing is read until it is TRUE again, so that the server has to
 * wait.  What was read stays. */
void rt_guard_set_reading (RtGuard *guard, gboolean reading);
/* 0, or the close code that the server deserves. */
guint rt_guard_violation (RtGuard *guard, const gchar **why);

G_END_DECLS
