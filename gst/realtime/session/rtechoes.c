/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was told to a new session, until and after it was shown.  Pure; its
 * owner serialises the calls.
 */
#include "rtechoes.h"

#include <string.h>

typedef struct {
  gchar *item_id; /* as we told it */
  gchar *name;    /* as the server shows it; NULL: not yet */
  gchar *role;    /* of a message */
  gchar *text;
  gchar *call_id; /* of a call */
} Echo;

struct _RtEchoes {
  GPtrArray *echoes; /* of Echo */
};

static void
echo_free (Echo *echo)
{
  g_free (echo->item_id);
  g_free (echo->name);
  g_free (echo->role);
  g_free (echo->text);
  g_free (echo->call_id);
  g_free (echo);
}

RtEchoes *
rt_echoes_new (void)
{
  RtEchoes *self = g_new0 (RtEchoes, 1);

  self->echoes = g_ptr_array_new_with_free_func ((GDestroyNotify) echo_free);
  return self;
}

void
rt_echoes_free (RtEchoes *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->echoes);
  g_free (self);
}

static Echo *
add (RtEchoes *self, const gchar *item_id)
{
  Echo *echo = g_new0 (Echo, 1);

  echo->item_id = g_strdup (item_id);
  g_ptr_array_add (self->echoes, echo);
  return echo;
}

void
rt_echoes_expect_message (
    RtEchoes *self, const gchar *item_id, const gchar *role, const gchar *text)
{
  Echo *echo = add (self, item_id);

  echo->role = g_strdup (role);
  echo->text = g_strdup (text);
}

void
rt_echoes_expect_call (
    RtEchoes *self, const gchar *item_id, const gchar *call_id)
{
  add (self, item_id)->call_id = g_strdup (call_id);
}

static gboolean
is_same_kind (const Echo *echo, const RtItem *item)
{
  if (echo->call_id != NULL)
    return item->type == RT_ITEM_FUNCTION_CALL
           && g_strcmp0 (item->call_id, echo->call_id) == 0;
  return item->type == RT_ITEM_MESSAGE
         && g_strcmp0 (item->role, echo->role) == 0;
}

/* Some servers keep the name that was told, others give one of their own: the
 * first that says the same is it. */
static gboolean
matches (const Echo *echo, const RtItem *item)
{
  if (!is_same_kind (echo, item))
    return FALSE;
  if (echo->name != NULL)
    return g_strcmp0 (echo->name, item->id) == 0;
  return echo->call_id != NULL
         || (item->id != NULL && g_strcmp0 (echo->item_id, item->id) == 0)
         || g_strcmp0 (echo->text, item->text) == 0;
}

gboolean
rt_echoes_take (RtEchoes *self, const RtItem *item)
{
  guint i;

  for (i = 0; i < self->echoes->len; i++) {
    Echo *echo = g_ptr_array_index (self->echoes, i);

    if (!matches (echo, item))
      continue;
    if (echo->name == NULL)
      echo->name = g_strdup (item->id);
    return TRUE;
  }
  return FALSE;
}

void
rt_echoes_settle (RtEchoes *self)
{
  guint i = 0;

  while (i < self->echoes->len)
    if (((Echo *) g_ptr_array_index (self->echoes, i))->name == NULL)
      g_ptr_array_remove_index (self->echoes, i);
    else
      i++;
}

const gchar *
rt_echoes_get_name (const RtEchoes *self, const gchar *item_id)
{
  guint i;

  for (i = 0; i < self->echoes->len; i++) {
    const Echo *echo = g_ptr_array_index (self->echoes, i);

    if (echo->item_id != NULL && g_strcmp0 (echo->item_id, item_id) == 0)
      return echo->name;
  }
  return NULL;
}
