/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the server refused of the settings: members of an update, by their
 * paths, and the values that were wanted there.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* More than that is a server that refuses everything. */
#define RT_REFUSALS_MAX 8

typedef struct _RtRefusals RtRefusals;

RtRefusals *rt_refusals_new (void);
void rt_refusals_free (RtRefusals *refusals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRefusals, rt_refusals_free)

gboolean rt_refusals_is_empty (const RtRefusals *refusals);
/* The member at `path` was refused with the value that it has in `wanted`, an
 * update that tells all settings.  `taken`: before that the server had taken
 * another value.  What was refused within it is one
 * with it now.  FALSE: there are too many. */
gboolean rt_refusals_add (RtRefusals *refusals, const gchar *path,
    const gchar *wanted, gboolean taken);
/* The settings have changed: what is another value now may be tried again. */
void rt_refusals_review (RtRefusals *refusals, const gchar *wanted);
/* Another session has taken nothing yet. */
void rt_refusals_renew (RtRefusals *refusals);

/* The path that holds this one, or NULL. */
const gchar *rt_refusals_find (const RtRefusals *refusals, const gchar *path);
/* What an update leaves out.  NULL: nothing.  Transfer full. */
GStrv rt_refusals_dup_paths (const RtRefusals *refusals);
/* The same of which the server took no value, ever. */
GStrv rt_refusals_dup_never_taken (const RtRefusals *refusals);

G_END_DECLS
