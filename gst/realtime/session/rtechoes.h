/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items that a new session was told, as it shows them back: they are news
 * to nobody.  Pure.
 */
#pragma once

#include "rtevent.h"

G_BEGIN_DECLS

typedef struct _RtEchoes RtEchoes;

RtEchoes *rt_echoes_new (void);
void rt_echoes_free (RtEchoes *echoes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtEchoes, rt_echoes_free)

/* We told a message (`role`, `text`) or a call (`call_id`), under the name
 * `item_id` or, with NULL, none; the server may give it another one. */
void rt_echoes_expect_message (RtEchoes *echoes, const gchar *item_id,
    const gchar *role, const gchar *text);
void rt_echoes_expect_call (
    RtEchoes *echoes, const gchar *item_id, const gchar *call_id);
/* TRUE: the item is one of those. */
gboolean rt_echoes_take (RtEchoes *echoes, const RtItem *item);
/* Something came that the server did later: what was not shown until now will
 * not be. */
void rt_echoes_settle (RtEchoes *echoes);
/* The server's name for what was told as `item_id`, or NULL. */
const gchar *rt_echoes_get_name (const RtEchoes *echoes, const gchar *item_id);

G_END_DECLS
