/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a new session is told of the conversation before it: texts, as many of
 * the newest as fit.  Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A model's context is not ours to fill. */
#define RT_HISTORY_MAX_ITEMS 128
#define RT_HISTORY_MAX_BYTES (64 * 1024)

typedef struct {
  const gchar *role; /* static */
  gchar *item_id;    /* or NULL */
  gchar *text;
} RtHistoryItem;

typedef struct _RtHistory RtHistory;

RtHistory *rt_history_new (guint max_items, gsize max_bytes);
void rt_history_free (RtHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtHistory, rt_history_free)

/* In the order of the conversation; the oldest go when there is no room, and
 * of one that is too long by itself its beginning.  A blank one is none.  Of
 * two that have the same name only the last keeps it. */
void rt_history_add (RtHistory *history, const gchar *role,
    const gchar *item_id, const gchar *text);
guint rt_history_get_length (const RtHistory *history);
const RtHistoryItem *rt_history_get (const RtHistory *history, guint i);
/* All of it in prose, for a model that takes no items; NULL: nothing.
 * Transfer full. */
gchar *rt_history_dup_prose (const RtHistory *history);

/* What was heard of a text when so many ms of it were played and so many were
 * not: whole words.  Transfer full. */
gchar *rt_history_dup_heard (const gchar *text, guint played, guint dropped);

G_END_DECLS
