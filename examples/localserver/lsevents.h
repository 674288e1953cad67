/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Builders of the server events: the one place that knows their shapes.
 * Pure; every event is new and belongs to the caller. */
#pragma once

#include "lsconfig.h"
#include "lsconversation.h"

G_BEGIN_DECLS

/* takes the event */
typedef void (*LsSendFunc) (JsonObject *event, gpointer user_data);

JsonObject *ls_event_new (const gchar *type);
JsonObject *ls_event_error (const LsFault *fault, const gchar *client_event_id);
JsonObject *ls_event_session (const gchar *type, const LsConfig *config);

/* of the input buffer */
JsonObject *ls_event_speech (
    const gchar *type, const gchar *ms_name, guint64 ms, const gchar *item_id);
JsonObject *ls_event_timeout (
    guint64 start_ms, guint64 end_ms, const gchar *item_id);
JsonObject *ls_event_committed (const gchar *previous_id, const gchar *item_id);

/* of the conversation */
JsonObject *ls_event_item (
    const gchar *type, const LsConversation *in, const LsItem *item);
JsonObject *ls_event_item_id (const gchar *type, const gchar *item_id);
JsonObject *ls_event_truncated (const gchar *item_id, gint64 audio_end_ms);

/* of a transcription */
JsonObject *ls_event_heard_delta (const gchar *item_id, const gchar *delta);
JsonObject *ls_event_heard (const LsItem *item, gboolean by_duration);
JsonObject *ls_event_not_heard (const gchar *item_id);

/* of a response: all of one output item */
typedef struct {
  const gchar *response_id;
  const LsItem *item;
  guint index;
} LsOutput;

JsonObject *ls_event_output_item (const gchar *type, const LsOutput *output);
/* part: NULL for none, else its transcript or text */
JsonObject *ls_event_part (
    const gchar *type, const LsOutput *output, const gchar *text);
/* name: the member that holds value, NULL for none */
JsonObject *ls_event_content (const gchar *type, const LsOutput *output,
    const gchar *name, const gchar *value);
JsonObject *ls_event_arguments (
    const gchar *type, const LsOutput *output, gboolean done);
JsonObject *ls_event_response (const gchar *type, JsonObject *response);
JsonObject *ls_event_rate_limits (guint64 tokens_used);

G_END_DECLS
