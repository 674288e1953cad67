/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of what the server refused of the settings.  Pure; its owner
 * serialises the calls.
 */
#include "rtrefusals.h"

#include <string.h>

#include "rtsessionpath.h"

typedef struct {
  gchar *path;
  gchar *value; /* JSON; NULL: none was wanted, it could not be taken back */
  gboolean taken;
} Refusal;

struct _RtRefusals {
  GPtrArray *refusals; /* of Refusal */
};

static void
refusal_free (Refusal *refusal)
{
  g_free (refusal->path);
  g_free (refusal->value);
  g_free (refusal);
}

RtRefusals *
rt_refusals_new (void)
{
  RtRefusals *self = g_new0 (RtRefusals, 1);

  self->refusals
      = g_ptr_array_new_with_free_func ((GDestroyNotify) refusal_free);
  return self;
}

void
rt_refusals_free (RtRefusals *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->refusals);
  g_free (self);
}

static Refusal *
get (const RtRefusals *self, guint i)
{
  return g_ptr_array_index (self->refusals, i);
}

gboolean
rt_refusals_is_empty (const RtRefusals *self)
{
  return self->refusals->len == 0;
}

static JsonNode *
parse (const gchar *update)
{
  return rt_json_parse_object (update, strlen (update), NULL);
}

/* Transfer full. */
static gchar *
dup_value (JsonNode *update, const gchar *path)
{
  return update != NULL
             ? rt_session_path_dup_text (json_node_get_object (update), path)
             : NULL;
}

gboolean
rt_refusals_add (
    RtRefusals *self, const gchar *path, const gchar *wanted, gboolean taken)
{
  g_autoptr (JsonNode) update = parse (wanted);
  Refusal *refusal;
  guint i;

  for (i = self->refusals->len; i > 0; i--)
    if (rt_session_path_holds (path, get (self, i - 1)->path))
      g_ptr_array_remove_index (self->refusals, i - 1);
  if (self->refusals->len >= RT_REFUSALS_MAX)
    return FALSE;
  refusal = g_new0 (Refusal, 1);
  refusal->path = g_strdup (path);
  refusal->value = dup_value (update, path);
  refusal->taken = taken;
  g_ptr_array_add (self->refusals, refusal);
  return TRUE;
}

void
rt_refusals_review (RtRefusals *self, const gchar *wanted)
{
  g_autoptr (JsonNode) update = parse (wanted);
  guint i;

  for (i = self->refusals->len; i > 0; i--) {
    Refusal *refusal = get (self, i - 1);
    g_autofree gchar *value = dup_value (update, refusal->path);

    if (g_strcmp0 (value, refusal->value) != 0)
      g_ptr_array_remove_index (self->refusals, i - 1);
  }
}

void
rt_refusals_renew (RtRefusals *self)
{
  guint i;

  for (i = 0; i < self->refusals->len; i++)
    get (self, i)->taken = FALSE;
}

const gchar *
rt_refusals_find (const RtRefusals *self, const gchar *path)
{
  guint i;

  for (i = 0; i < self->refusals->len; i++)
    if (rt_session_path_holds (get (self, i)->path, path))
      return get (self, i)->path;
  return NULL;
}

static GStrv
dup_paths (const RtRefusals *self, gboolean taken_too)
{
  GPtrArray *paths = g_ptr_array_new ();
  guint i;

  for (i = 0; i < self->refusals->len; i++)
    if (taken_too || !get (self, i)->taken)
      g_ptr_array_add (paths, g_strdup (get (self, i)->path));
  if (paths->len > 0)
    g_ptr_array_add (paths, NULL);
  return (GStrv) g_ptr_array_free (paths, paths->len == 0);
}

GStrv
rt_refusals_dup_paths (const RtRefusals *self)
{
  return dup_paths (self, TRUE);
}

GStrv
rt_refusals_dup_never_taken (const RtRefusals *self)
{
  return dup_paths (self, FALSE);
}
