/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the guard accepts json-glib parses, whatever is asked of its members,
 * and what is written of it the guard accepts again.
 */
#include "fuzz.h"
#include "rtjson.h"
#include "rtjsonguard.h"

#include <string.h>

static void walk (JsonNode *node, guint depth);

static void
ask_object (JsonObject *object, guint depth)
{
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;
  gdouble number;
  gint64 integer;
  guint natural;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node)) {
    const gchar *text = rt_json_string (object, name);

    g_assert_true (g_utf8_validate (name, -1, NULL));
    g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
    rt_json_object (object, name);
    rt_json_array (object, name);
    rt_json_number (object, name, &number);
    if (rt_json_uint (object, name, &natural)) {
      g_assert_true (rt_json_int64 (object, name, &integer));
      g_assert_cmpint (integer, ==, natural);
    }
    walk (node, depth + 1);
  }
}

static void
ask_array (JsonArray *array, guint depth)
{
  guint n = json_array_get_length (array);
  guint i;

  g_assert_null (rt_json_array_object (array, n));
  for (i = 0; i < n; i++) {
    rt_json_array_object (array, i);
    walk (json_array_get_element (array, i), depth + 1);
  }
}

static void
walk (JsonNode *node, guint depth)
{
  g_assert_cmpuint (depth, <=, RT_JSON_MAX_DEPTH);
  if (JSON_NODE_HOLDS_OBJECT (node))
    ask_object (json_node_get_object (node), depth);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    ask_array (json_node_get_array (node), depth);
}

static void
check_root (JsonNode *root)
{
  g_autofree gchar *text = rt_json_to_text (root);
  g_autofree gchar *again = NULL, *mended = NULL;
  g_autoptr (JsonNode) twin = NULL;

  walk (root, 0);
  g_assert_true (rt_json_guard (text, strlen (text), &mended, NULL));
  g_assert_null (mended);
  twin = JSON_NODE_HOLDS_OBJECT (root)
             ? rt_json_parse_object (text, strlen (text), NULL)
             : rt_json_parse_array (text, strlen (text), NULL);
  g_assert_nonnull (twin);
  again = rt_json_to_text (twin);
  g_assert_cmpstr (text, ==, again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const gchar *text = (const gchar *) data;
  g_autofree gchar *mended = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) object = NULL;
  g_autoptr (JsonNode) array = NULL;

  if (!rt_json_guard (text, size, &mended, &error)) {
    g_assert_cmpuint (error->domain, ==, RT_JSON_ERROR);
    return 0;
  }
  g_assert_no_error (error);
  object = rt_json_parse_object (text, size, &error);
  if (object != NULL) {
    check_root (object);
    return 0;
  }
  /* it is JSON, of another type */
  g_assert_error (error, RT_JSON_ERROR, RT_JSON_ERROR_TYPE);
  g_clear_error (&error);
  array = rt_json_parse_array (text, size, &error);
  if (array != NULL)
    check_root (array);
  else
    g_assert_error (error, RT_JSON_ERROR, RT_JSON_ERROR_TYPE);
  return 0;
}
