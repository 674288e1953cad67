/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the name of a refused parameter to the member of an update that it
 * means.  Pure; any thread.
 */
#include "rtsessionpath.h"

#include <string.h>

#define PREFIX "session."
/* The deepest of ours have four names; the options may have more. */
#define MAX_NAMES 8
#define MAX_NAME 64

static gboolean
is_odd (const gchar *name, gsize length)
{
  gsize i;

  for (i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '_' && name[i] != '-')
      return TRUE;
  return length == 0 || length > MAX_NAME;
}

/* "tools[0].name" of some servers is "tools.0.name" of others. */
static gboolean
is_index (const gchar *name)
{
  return *name != '\0' && strspn (name, "0123456789") == strlen (name);
}

gchar *
rt_session_path_parse (const gchar *param)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_auto (GStrv) names = NULL;
  guint i;

  if (param == NULL || !g_str_has_prefix (param, PREFIX))
    return NULL;
  names = g_strsplit (param, ".", MAX_NAMES + 1);
  for (i = 0; names[i] != NULL && !is_index (names[i]); i++) {
    gsize length = strcspn (names[i], "[");

    if (i == MAX_NAMES || is_odd (names[i], length))
      return NULL;
    if (i > 0)
      g_string_append_c (path, '.');
    g_string_append_len (path, names[i], length);
    if (names[i][length] != '\0')
      break;
  }
  return g_string_free (g_steal_pointer (&path), FALSE);
}

gboolean
rt_session_path_is_spare (const gchar *path)
{
  static const gchar *const needed[] = { "session.type",
    "session.audio.input.format", "session.audio.output.format" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++)
    if (rt_session_path_holds (path, needed[i])
        || rt_session_path_holds (needed[i], path))
      return FALSE;
  return TRUE;
}

gboolean
rt_session_path_holds (const gchar *path, const gchar *inner)
{
  gsize length = strlen (path);

  return strncmp (path, inner, length) == 0
         && (inner[length] == '\0' || inner[length] == '.');
}

gchar *
rt_session_path_dup_parent (const gchar *path)
{
  const gchar *dot = strrchr (path, '.');

  return dot != NULL ? g_strndup (path, dot - path) : NULL;
}

/* The object in which the member is looked for, or NULL; `name` is what it is
 * called there. */
static JsonObject *
find_holder (JsonObject *message, const gchar *path, const gchar **name)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  guint i;

  *name = strrchr (path, '.') != NULL ? strrchr (path, '.') + 1 : path;
  for (i = 0; message != NULL && names[i + 1] != NULL; i++)
    message = rt_json_object (message, names[i]);
  return message;
}

gchar *
rt_session_path_dup_text (JsonObject *message, const gchar *path)
{
  const gchar *name;
  JsonObject *holder = find_holder (message, path, &name);
  JsonNode *node
      = holder != NULL ? json_object_get_member (holder, name) : NULL;

  return node != NULL ? rt_json_to_text (node) : NULL;
}

void
rt_session_path_drop (JsonObject *message, const gchar *path)
{
  const gchar *name;
  JsonObject *holder = find_holder (message, path, &name);

  if (holder != NULL)
    json_object_remove_member (holder, name);
}
