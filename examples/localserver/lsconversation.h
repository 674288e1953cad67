/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The items of one conversation, in their order.
 * Main thread only; sends nothing. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  LS_ITEM_USER,
  LS_ITEM_SYSTEM,
  LS_ITEM_ASSISTANT,
  LS_ITEM_CALL,
  LS_ITEM_CALL_OUTPUT,
} LsItemKind;

typedef enum {
  LS_STATUS_IN_PROGRESS,
  LS_STATUS_COMPLETED,
  LS_STATUS_INCOMPLETE,
} LsItemStatus;

typedef struct {
  gchar *id;
  LsItemKind kind;
  LsItemStatus status;
  gboolean spoken;  /* its content is audio, the text its transcript */
  gboolean ready;   /* the text is known: nothing is being recognised */
  gboolean handled; /* a reply took it up */
  gboolean empty;   /* has no content (yet) */
  gchar *text;      /* message, transcript, arguments or output */
  gchar *name;      /* of the function called */
  gchar *call_id;
  guint64 audio_ms;
} LsItem;

LsItem *ls_item_new (LsItemKind kind);
LsItem *ls_item_ref (LsItem *self);
void ls_item_unref (LsItem *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsItem, ls_item_unref)
void ls_item_set_text (LsItem *self, const gchar *text);
/* from a client's item that was validated before */
LsItem *ls_item_from_json (JsonObject *json);
JsonObject *ls_item_to_json (const LsItem *self);

/* "item" gives item_ and 21 letters and digits that are nobody else's */
gchar *ls_id_new (const gchar *kind);

typedef struct _LsConversation LsConversation;

LsConversation *ls_conversation_new (void);
void ls_conversation_free (LsConversation *self);
const gchar *ls_conversation_get_id (const LsConversation *self);

/* after: an item's id, "root" for the front, NULL for the end.
 * FALSE: there is no such item, or there is one of the same id */
gboolean ls_conversation_insert (
    LsConversation *self, LsItem *item, const gchar *after);
gboolean ls_conversation_remove (LsConversation *self, const gchar *id);
LsItem *ls_conversation_find (const LsConversation *self, const gchar *id);
LsItem *ls_conversation_find_call (
    const LsConversation *self, const gchar *call_id);
/* NULL: it is the first */
const gchar *ls_conversation_previous_id (
    const LsConversation *self, const LsItem *item);
const gchar *ls_conversation_last_id (const LsConversation *self);
/* what a model would have to read and to hear of it */
void ls_conversation_measure (
    const LsConversation *self, guint *words, guint64 *audio_ms);
/* what no reply took up yet, oldest first; items are borrowed */
GPtrArray *ls_conversation_unhandled (const LsConversation *self);

G_END_DECLS
