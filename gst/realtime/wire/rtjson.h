/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON from strangers: a guard before json-glib's recursive parser, and
 * getters that never complain of a wrong type.  Pure; any thread.
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define RT_JSON_MAX_DEPTH 64

#define RT_JSON_ERROR (rt_json_error_quark ())
GQuark rt_json_error_quark (void);

typedef enum {
  RT_JSON_ERROR_SYNTAX,   /* not JSON, or more than one value */
  RT_JSON_ERROR_DEPTH,    /* nested deeper than RT_JSON_MAX_DEPTH */
  RT_JSON_ERROR_ENCODING, /* invalid UTF-8, or a raw control or NUL */
  RT_JSON_ERROR_TYPE,     /* valid, but not of the type asked for */
} RtJsonError;

/* Parses `size` bytes (no terminator needed) whose root must be an object.
 * Lone surrogates and \u0000 escapes become U+FFFD, numbers that nothing can
 * hold become null.  Nesting beyond RT_JSON_MAX_DEPTH, trailing data, raw
 * controls, raw NUL and invalid UTF-8 are refused before json-glib sees them.
 * Transfer full. */
JsonNode *rt_json_parse_object (const gchar *data, gsize size, GError **error);
/* The same for a root that must be an array. */
JsonNode *rt_json_parse_array (const gchar *data, gsize size, GError **error);

/* NULL or FALSE when the member is absent, null or of another type, and when
 * `object` is NULL. */
const gchar *rt_json_string (JsonObject *object, const gchar *name);
JsonObject *rt_json_object (JsonObject *object, const gchar *name);
JsonArray *rt_json_array (JsonObject *object, const gchar *name);
gboolean rt_json_number (JsonObject *object, const gchar *name, gdouble *value);
/* Integers, and doubles that are whole and in range. */
gboolean rt_json_int64 (JsonObject *object, const gchar *name, gint64 *value);
gboolean rt_json_uint (JsonObject *object, const gchar *name, guint *value);
/* Element `i` when it is an object, else NULL. */
JsonObject *rt_json_array_object (JsonArray *array, guint i);

/* Sets a string member; `value` need not be valid UTF-8, what is sent is. */
void rt_json_set_string (
    JsonObject *object, const gchar *name, const gchar *value);
/* Compact text of a node; transfer full. */
gchar *rt_json_to_text (JsonNode *node);

G_END_DECLS
