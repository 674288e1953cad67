/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the dialects' messages have in common.  Pure; any thread.
 */
#pragma once

#include "rtcommand.h"
#include "rtjson.h"
#include "rtsessionconfig.h"

G_BEGIN_DECLS

/* Adds to `message` what `command` says beyond its type.  FALSE when it
 * cannot be said so. */
typedef gboolean (*RtMessageFill) (JsonObject *message,
    const RtCommand *command, const RtSessionConfig *config);

/* One message of that type, with the command's event id; NULL for a command
 * of no type or that `fill` refuses.  The raw command needs none of that.
 * Transfer full. */
gchar *rt_message_encode (const RtCommand *command,
    const RtSessionConfig *config, const gchar *type, RtMessageFill fill);
/* A message item of one content part.  `text` may be NULL.  Transfer full. */
JsonObject *rt_message_item (
    const gchar *role, const gchar *content_type, const gchar *text);

/* Replaces the contents of `out` by base64 between head and tail; reuses its
 * memory. */
void rt_message_wrap (const gchar *head, const gchar *tail, const guint8 *data,
    gsize size, GString *out);
/* The append of realtime-v1 and -v2, as RtDialect.encode_audio. */
void rt_message_append (
    const RtAudioFormat *format, const guint8 *data, gsize size, GString *out);

/* Names and values, NULL-terminated; those without a value are left out.
 * Transfer full. */
GStrv rt_message_pairs (const gchar *name, ...) G_GNUC_NULL_TERMINATED;
/* As RtDialect.query_barred: none. */
const gchar *const *rt_message_none (const RtSessionConfig *config);

G_END_DECLS
