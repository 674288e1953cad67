/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The session that a session.update asks for.  Pure; any thread.
 */
#pragma once

#include "rtjson.h"
#include "rtsessionconfig.h"

G_BEGIN_DECLS

/* The silence tool: its call says that the model has nothing to say. */
#define RT_SILENCE_TOOL "remain_silent"

/* As each dialect has it, the options merged in.  `past`, which may be NULL,
 * goes behind the prompt.  Transfer full. */
JsonObject *rt_session_json_v1 (const RtSessionConfig *config,
    const gchar *default_voice, const gchar *past);
JsonObject *rt_session_json_v2 (
    const RtSessionConfig *config, const gchar *default_voice);
JsonObject *rt_session_json_create (
    const RtSessionConfig *config, const gchar *past);
/* A server keeps what an update does not mention: what `before`, an earlier
 * message, set in its session and `session` does not is taken back there. */
void rt_session_json_take_back (JsonObject *session, const gchar *before);

G_END_DECLS
