/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way into and out of json-glib.  Pure; any thread.  Must not call a
 * typed getter of json-glib before the node's type was checked.
 */
#include "rtjson.h"

#include <string.h>

#include "rtjsonguard.h"

G_DEFINE_QUARK (rt - json - error - quark, rt_json_error)

static JsonNode *
parse (const gchar *data, gsize size, JsonNodeType type, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *mended = NULL;
  JsonNode *root;

  if (size > G_MAXSSIZE) {
    g_set_error_literal (
        error, RT_JSON_ERROR, RT_JSON_ERROR_SYNTAX, "too large");
    return NULL;
  }
  if (!rt_json_guard (data, size, &mended, error))
    return NULL;
  parser = json_parser_new ();
  if (!json_parser_load_from_data (
          parser, mended != NULL ? mended : data, (gssize) size, &cause)) {
    g_set_error_literal (
        error, RT_JSON_ERROR, RT_JSON_ERROR_SYNTAX, cause->message);
    return NULL;
  }
  root = json_parser_steal_root (parser);
  if (root == NULL || json_node_get_node_type (root) != type) {
    g_clear_pointer (&root, json_node_unref);
    g_set_error (error, RT_JSON_ERROR, RT_JSON_ERROR_TYPE, "not an %s",
        type == JSON_NODE_OBJECT ? "object" : "array");
  }
  return root;
}

JsonNode *
rt_json_parse_object (const gchar *data, gsize size, GError **error)
{
  return parse (data, size, JSON_NODE_OBJECT, error);
}

JsonNode *
rt_json_parse_array (const gchar *data, gsize size, GError **error)
{
  return parse (data, size, JSON_NODE_ARRAY, error);
}

static JsonNode *
member_of_type (JsonObject *object, const gchar *name, JsonNodeType type)
{
  JsonNode *node = NULL;

  if (object != NULL)
    node = json_object_get_member (object, name);
  if (node == NULL || json_node_get_node_type (node) != type)
    return NULL;
  return node;
}

const gchar *
rt_json_string (JsonObject *object, const gchar *name)
{
  JsonNode *node = member_of_type (object, name, JSON_NODE_VALUE);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

JsonObject *
rt_json_object (JsonObject *object, const gchar *name)
{
  JsonNode *node = member_of_type (object, name, JSON_NODE_OBJECT);

  return node != NULL ? json_node_get_object (node) : NULL;
}

JsonArray *
rt_json_array (JsonObject *object, const gchar *name)
{
  JsonNode *node = member_of_type (object, name, JSON_NODE_ARRAY);

  return node != NULL ? json_node_get_array (node) : NULL;
}

gboolean
rt_json_number (JsonObject *object, const gchar *name, gdouble *value)
{
  JsonNode *node = member_of_type (object, name, JSON_NODE_VALUE);
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_NONE;

  if (type == G_TYPE_INT64)
    *value = (gdouble) json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    *value = json_node_get_double (node);
  else
    return FALSE;
  return TRUE;
}

gboolean
rt_json_int64 (JsonObject *object, const gchar *name, gint64 *value)
{
  JsonNode *node = member_of_type (object, name, JSON_NODE_VALUE);
  gdouble number;

  if (node != NULL && json_node_get_value_type (node) == G_TYPE_INT64) {
    *value = json_node_get_int (node);
    return TRUE;
  }
  /* 2^63 is exact as a double, G_MAXINT64 is not. */
  if (!rt_json_number (object, name, &number) || number < -0x1p63
      || number >= 0x1p63 || (gdouble) (gint64) number != number)
    return FALSE;
  *value = (gint64) number;
  return TRUE;
}

gboolean
rt_json_uint (JsonObject *object, const gchar *name, guint *value)
{
  gint64 number;

  if (!rt_json_int64 (object, name, &number) || number < 0
      || number > G_MAXUINT)
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

JsonObject *
rt_json_array_object (JsonArray *array, guint i)
{
  JsonNode *node;

  if (array == NULL || i >= json_array_get_length (array))
    return NULL;
  node = json_array_get_element (array, i);
  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

void
rt_json_set_string (JsonObject *object, const gchar *name, const gchar *value)
{
  g_autofree gchar *valid = NULL;

  if (!g_utf8_validate (value, -1, NULL))
    value = valid = g_utf8_make_valid (value, -1);
  json_object_set_string_member (object, name, value);
}

/* json-glib 1.6 makes 1e+30.0 of 1e30, and leaves U+001F as it is: neither is
 * JSON. */
static gchar *
mend_text (const gchar *text)
{
  GString *out = g_string_sized_new (strlen (text) + 8);
  gboolean quoted = FALSE, exponent = FALSE;
  const gchar *in = text;

  for (; *in != '\0'; in++) {
    if (exponent && *in == '.') {
      in++; /* and the zero behind it */
      continue;
    }
    exponent
        = !quoted
          && (*in == 'e' || (exponent && strchr ("+-0123456789", *in) != NULL));
    if (*in == 0x1f) {
      g_string_append (out, "\\u001f");
      continue;
    }
    if (quoted && *in == '\\')
      g_string_append_c (out, *in++);
    else if (*in == '"')
      quoted = !quoted;
    g_string_append_c (out, *in);
  }
  return g_string_free (out, FALSE);
}

gchar *
rt_json_to_text (JsonNode *node)
{
  g_autofree gchar *text = json_to_string (node, FALSE);

  if (strchr (text, 0x1f) == NULL && strstr (text, "e+") == NULL
      && strstr (text, "e-") == NULL)
    return g_steal_pointer (&text);
  return mend_text (text);
}
