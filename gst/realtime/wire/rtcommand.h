/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is said to the server, free of any dialect: one command becomes one
 * message.  Audio has a road of its own (RtDialect.encode_audio).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RT_COMMAND_SESSION_UPDATE, /* first; before, left_out, or NULL; text: what
                                was said before, for those that cannot be told
                                in items, or NULL */
  RT_COMMAND_AUDIO_COMMIT,   /* position */
  RT_COMMAND_AUDIO_CLEAR,    /* position: and what was not sent before it */
  RT_COMMAND_RESPONSE_CREATE,
  RT_COMMAND_RESPONSE_CANCEL, /* response_id, may be NULL */
  RT_COMMAND_USER_TEXT,       /* text, item_id (of the new item) or NULL */
  RT_COMMAND_SYSTEM_TEXT,     /* text */
  RT_COMMAND_ASSISTANT_TEXT,  /* as USER_TEXT: history only */
  RT_COMMAND_FUNCTION_CALL,   /* call_id, name, text (arguments), item_id or
                                 NULL: history only */
  RT_COMMAND_HANDOFF_OUTPUT,  /* call_id (the handoff's id), text, final */
  RT_COMMAND_FUNCTION_OUTPUT, /* call_id, text */
  RT_COMMAND_ITEM_TRUNCATE,   /* item_id, content_index, audio_end_ms */
  RT_COMMAND_ITEM_DELETE,     /* item_id */
  RT_COMMAND_RAW,             /* text: a JSON object, sent as it is */
  RT_COMMAND_LAST
} RtCommandType;

typedef struct {
  RtCommandType type;
  gchar *event_id; /* NULL only for RT_COMMAND_RAW */
  gchar *item_id;
  gchar *call_id;
  gchar *response_id;
  gchar *name;
  gchar *text;
  gchar *before;  /* the SESSION_UPDATE before this one, as it was encoded */
  GStrv left_out; /* paths of members that it does not have */
  gboolean first; /* it opens the session */
  gboolean again; /* a session before this one was told it, too */
  gboolean final;
  guint content_index;
  guint audio_end_ms;
  guint64 position; /* of the input; is not sent */
} RtCommand;

RtCommand *rt_command_new (RtCommandType type);
RtCommand *rt_command_copy (const RtCommand *command);
void rt_command_free (RtCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtCommand, rt_command_free)

G_END_DECLS
