/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: the writing half of the guard, which knows whether the
 * network took all that libsoup had to say.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RT_TYPE_GUARD_OUTPUT (rt_guard_output_get_type ())
G_DECLARE_FINAL_TYPE (
    RtGuardOutput, rt_guard_output, RT, GUARD_OUTPUT, GOutputStream)

RtGuardOutput *rt_guard_output_new (GOutputStream *base);
/* The last write was not taken whole. */
gboolean rt_guard_output_is_blocked (RtGuardOutput *self);
/* All that went out. */
guint rt_guard_output_get_pongs (RtGuardOutput *self);

G_END_DECLS
