/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What to answer: small talk by rules, over what was really heard.
 * Pure; knows no socket, no session and no recording. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  gchar *say;       /* NULL: nothing is said */
  gchar *tool;      /* NULL: nothing is called */
  gchar *arguments; /* JSON, with tool */
} LsReply;

/* tools: the session's, NULL when it has none; choice: its tool_choice */
LsReply *ls_dialogue_answer (
    const gchar *heard, JsonArray *tools, JsonNode *choice);
/* to what an application reports: a result or its progress */
LsReply *ls_dialogue_report (const gchar *text);
/* to nothing at all: a reply was asked for before anything was said */
LsReply *ls_dialogue_open (void);
/* to a silence after which a reply was due */
LsReply *ls_dialogue_break_silence (void);

void ls_reply_free (LsReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsReply, ls_reply_free)

G_END_DECLS
