/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One strict pass over JSON from strangers, before a lax and recursive parser
 * sees it.  Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE when the `size` bytes are exactly one JSON value (RFC 8259) nested no
 * deeper than RT_JSON_MAX_DEPTH; `error` is of RT_JSON_ERROR.  What is JSON
 * but cannot be held is mended in a copy of the same size that *mended
 * (transfer full) becomes, else NULL: lone surrogates and \u0000 become
 * \ufffd, numbers beyond 64 bits or beyond a double become null. */
gboolean rt_json_guard (
    const gchar *data, gsize size, gchar **mended, GError **error);

G_END_DECLS
