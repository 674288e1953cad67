/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The wait between two attempts.  It may end before its time: when one
 * conversation of the process reaches a host, those that could not do not wait
 * any longer.
 */
#pragma once

#include "rtloop.h"

G_BEGIN_DECLS

typedef struct _RtWait RtWait;

/* `over` is called once, on the loop's thread, never from here.  `host` NULL:
 * only the time counts. */
RtWait *rt_wait_new (RtLoop *loop, guint ms, const gchar *host,
    RtLoopTaskFunc over, gpointer user_data);
/* Before or after that; on the loop's thread. */
void rt_wait_free (RtWait *wait);
/* Any thread. */
void rt_wait_host_answers (const gchar *host);

G_END_DECLS
