/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside the room: whom we trust, as a GTlsDatabase: the system's CAs, loaded
 * once for all connections, and those of a file.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RT_TYPE_TRUST (rt_trust_get_type ())
G_DECLARE_FINAL_TYPE (RtTrust, rt_trust, RT, TRUST, GTlsDatabase)

/* `file` is a PEM file of extra CAs, or NULL. */
GTlsDatabase *rt_trust_new (const gchar *file, GError **error);

G_END_DECLS
