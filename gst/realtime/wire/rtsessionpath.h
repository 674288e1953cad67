/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a member of the session is in an update, as errors name it: names
 * parted by dots, "session.audio.output.speed".  Pure; any thread.
 */
#pragma once

#include "rtjson.h"

G_BEGIN_DECLS

/* What a server calls a parameter, as a path: of what is in an array, that of
 * the array.  NULL when it is none, or an odd one.  Transfer full. */
gchar *rt_session_path_parse (const gchar *param);
/* FALSE: without it an update would be no update, or the audio would be left
 * to the server. */
gboolean rt_session_path_is_spare (const gchar *path);
/* TRUE when `inner` is the same or within it. */
gboolean rt_session_path_holds (const gchar *path, const gchar *inner);
/* Of what it is a member, or NULL; transfer full. */
gchar *rt_session_path_dup_parent (const gchar *path);

/* The text of the member of `message`, an update; NULL when there is none.
 * Transfer full. */
gchar *rt_session_path_dup_text (JsonObject *message, const gchar *path);
void rt_session_path_drop (JsonObject *message, const gchar *path);

G_END_DECLS
