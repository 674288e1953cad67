/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The I/O threads of the process: few, shared, started on first use and never
 * joined.  Work is batched: however many ask, a loop wakes at most every few
 * milliseconds while it is busy.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RtLoop RtLoop;

/* The least used loop of the pool; NULL and error when no thread can be had
 * (EAGAIN, EMFILE): never aborts.  Give it back with rt_loop_release(). */
RtLoop *rt_loop_acquire (GError **error);
/* That loop once more: what is marked there now comes behind what was before.
 * FALSE and error: there is none in this process. */
gboolean rt_loop_acquire_again (RtLoop *loop, GError **error);
void rt_loop_release (RtLoop *loop);
GMainContext *rt_loop_context (RtLoop *loop);
/* Whether there is room for the threads and descriptors of a library that ends
 * the process when there is none.  Any thread. */
gboolean rt_loop_probe_process (GError **error);
/* TRUE on the loop's own thread. */
gboolean rt_loop_is_own_thread (RtLoop *loop);

/* Something to be served on the loop's thread when it was marked.  Marking is
 * cheap, coalesced and allowed from any thread. */
typedef struct _RtLoopTask RtLoopTask;
typedef void (*RtLoopTaskFunc) (gpointer user_data);

RtLoopTask *rt_loop_task_new (RtLoop *loop, RtLoopTaskFunc func,
    gpointer user_data, GDestroyNotify destroy);
void rt_loop_task_mark (RtLoopTask *task);
/* Any thread.  `func` is not called any more once this ran on the loop's own
 * thread; `destroy` is called later on the loop's thread, never from
 * inside a call of it. */
void rt_loop_task_destroy (RtLoopTask *task);

/* A GSource timer on the loop, transfer full; call on its own thread. */
GSource *rt_loop_add_timeout (
    RtLoop *loop, guint ms, GSourceFunc func, gpointer user_data);

G_END_DECLS
