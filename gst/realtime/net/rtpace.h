/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: turns in time, a host at a time.  What many conversations
 * lost at one moment they do not all ask for again at one moment.
 */
#pragma once

#include "rtloop.h"

G_BEGIN_DECLS

/* Not fifty within any second. */
#define RT_PACE_INTERVAL 20500 /* us */

typedef struct _RtPace RtPace;

/* `granted` is called once, on the loop's thread, in order of asking, never
 * from here. */
RtPace *rt_pace_new (RtLoop *loop, const gchar *host, RtLoopTaskFunc granted,
    gpointer user_data);
/* Before or after that; on the loop's thread. */
void rt_pace_free (RtPace *pace);

G_END_DECLS
