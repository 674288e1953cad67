/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is a client event what the protocol has, down to its last field?
 * Pure; the errors are worded as the service words them. */
#pragma once

#include "lsrules.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  gchar *code;
  gchar *message;
  gchar *param; /* NULL: none */
} LsFault;

LsFault *ls_fault_new (const gchar *code, const gchar *param,
    const gchar *format, ...) G_GNUC_PRINTF (3, 4);
void ls_fault_free (LsFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LsFault, ls_fault_free)

/* text to a JSON object, without recursion into what is nested too deep */
JsonNode *ls_validate_parse (const gchar *text, gsize length, LsFault **fault);
/* NULL: there is nothing wrong with the event, by the rules of a dialect */
LsFault *ls_validate_event (JsonNode *event, const LsRule *rules);

G_END_DECLS
