/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model's calls.  Pure; its owner serialises the calls.
 */
#include "rthandoffs.h"

#include "rtjson.h"

#include <string.h>

struct _RtHandoffs {
  GPtrArray *calls; /* of RtCall, the one that was raised last is the last */
};

static void
call_free (RtCall *call)
{
  g_free (call->id);
  g_free (call->item_id);
  g_free (call->name);
  g_free (call->arguments);
  g_free (call);
}

RtHandoffs *
rt_handoffs_new (void)
{
  RtHandoffs *self = g_new0 (RtHandoffs, 1);

  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
  return self;
}

void
rt_handoffs_free (RtHandoffs *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->calls);
  g_free (self);
}

static gboolean
matches (const gchar *a, const gchar *b)
{
  return a != NULL && b != NULL && strcmp (a, b) == 0;
}

/* By its own id first: it may show as another item. */
static RtCall *
find (RtHandoffs *self, const gchar *item_id, const gchar *call_id)
{
  RtCall *found = NULL;
  guint i;

  for (i = self->calls->len; i > 0; i--) {
    RtCall *call = g_ptr_array_index (self->calls, i - 1);

    if (matches (call->id, call_id))
      return call;
    if (found == NULL && matches (call->item_id, item_id))
      found = call;
  }
  return found;
}

static void
make_room (RtHandoffs *self)
{
  guint i;

  if (self->calls->len < RT_HANDOFFS_MAX_CALLS)
    return;
  for (i = 0; i < self->calls->len; i++)
    if (((RtCall *) g_ptr_array_index (self->calls, i))->answered)
      break;
  g_ptr_array_remove_index (self->calls, i < self->calls->len ? i : 0);
}

static void
replace (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

RtCall *
rt_handoffs_learn (RtHandoffs *self, const gchar *item_id, const gchar *call_id,
    const gchar *name)
{
  RtCall *call;

  if (item_id == NULL && call_id == NULL)
    return NULL;
  call = find (self, item_id, call_id);
  if (call == NULL) {
    make_room (self);
    call = g_new0 (RtCall, 1);
    call->id = g_strdup (call_id != NULL ? call_id : item_id);
    g_ptr_array_add (self->calls, call);
  } else if (call_id != NULL && !call->raised) {
    replace (&call->id, call_id);
  }
  if (call->item_id == NULL)
    call->item_id = g_strdup (item_id);
  if (call->name == NULL)
    call->name = g_strdup (name);
  return call;
}

gboolean
rt_handoffs_raise (
    RtHandoffs *self, RtCall *call, RtCallKind kind, const gchar *arguments)
{
  guint i;

  if (call->raised || !g_ptr_array_find (self->calls, call, &i))
    return FALSE;
  g_ptr_array_add (self->calls, g_ptr_array_steal_index (self->calls, i));
  call->raised = TRUE;
  call->kind = kind;
  if (arguments != NULL && strlen (arguments) <= RT_HANDOFFS_MAX_ARGUMENTS)
    call->arguments = g_strdup (arguments);
  return TRUE;
}

RtCall *
rt_handoffs_find_open (RtHandoffs *self, RtCallKind kind, const gchar *id)
{
  guint i;

  for (i = self->calls->len; i > 0; i--) {
    RtCall *call = g_ptr_array_index (self->calls, i - 1);

    if (call->raised && !call->answered && call->kind == kind
        && (id == NULL || matches (call->id, id)))
      return call;
  }
  return NULL;
}

void
rt_handoffs_answer (RtCall *call)
{
  call->answered = TRUE;
}

RtCall *
rt_handoffs_find (RtHandoffs *self, const gchar *id)
{
  return find (self, NULL, id);
}

void
rt_handoffs_retire (RtHandoffs *self, RtCallFunc keep, gpointer user_data)
{
  guint i = 0;

  while (i < self->calls->len) {
    RtCall *call = g_ptr_array_index (self->calls, i);

    if (!call->raised || !keep (call, user_data)) {
      g_ptr_array_remove_index (self->calls, i);
    } else {
      call->retired = TRUE;
      i++;
    }
  }
}

guint
rt_handoffs_get_length (const RtHandoffs *self)
{
  return self->calls->len;
}

RtCall *
rt_handoffs_get (RtHandoffs *self, guint i)
{
  return g_ptr_array_index (self->calls, i);
}

gboolean
rt_handoffs_is_busy (RtHandoffs *self)
{
  return rt_handoffs_find_open (self, RT_CALL_HANDOFF, NULL) != NULL
         || rt_handoffs_find_open (self, RT_CALL_FUNCTION, NULL) != NULL;
}

static JsonNode *
parse (const gchar *arguments)
{
  return arguments != NULL
             ? rt_json_parse_object (arguments, strlen (arguments), NULL)
             : NULL;
}

gboolean
rt_handoffs_is_complete (const gchar *arguments)
{
  g_autoptr (JsonNode) node = parse (arguments);

  return node != NULL;
}

gchar *
rt_handoffs_dup_input (const gchar *arguments)
{
  static const gchar *const keys[]
      = { "input_transcript", "input", "text", "prompt", "query" };
  g_autoptr (JsonNode) node = parse (arguments);
  guint i;

  for (i = 0; node != NULL && i < G_N_ELEMENTS (keys); i++) {
    const gchar *value = rt_json_string (json_node_get_object (node), keys[i]);
    g_autofree gchar *trimmed
        = value != NULL ? g_strstrip (g_strdup (value)) : NULL;

    if (trimmed != NULL && *trimmed != '\0')
      return g_steal_pointer (&trimmed);
  }
  return g_strdup (arguments != NULL ? arguments : "");
}
