/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pipeline around one realtimeconversation for tests: the bus, the counters
 * and the actions.
 */
#include "rtpipeline.h"

#define POLL_US 2000

static const gchar *
name_of (GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);

  return structure != NULL ? gst_structure_get_name (structure) : "";
}

/* What a test wants of the bus; NULL and 0 are anything. */
typedef struct {
  const gchar *name;
  const gchar *field;
  const gchar *value;
  GstMessageType type;
} Wish;

static gboolean
is_wanted (GstMessage *message, const Wish *wish)
{
  if (wish->type != 0 && GST_MESSAGE_TYPE (message) != wish->type)
    return FALSE;
  if (wish->name == NULL)
    return TRUE;
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT
      || !g_str_equal (name_of (message), wish->name))
    return FALSE;
  return wish->field == NULL
         || g_strcmp0 (gst_structure_get_string (
                           gst_message_get_structure (message), wish->field),
                wish->value)
                == 0;
}

/* One more message of the bus; FALSE: none before the deadline. */
static gboolean
fetch (RtPipeline *self, gint64 deadline)
{
  gint64 left = deadline - g_get_monotonic_time ();
  GstMessage *message
      = gst_bus_timed_pop (self->bus, left > 0 ? left * GST_USECOND : 0);
  gboolean taken = FALSE;

  if (message == NULL)
    return FALSE;
  /* a message that is kept passes for one that nobody reads */
  g_ptr_array_add (self->messages, gst_message_copy (message));
  gst_message_unref (message);
  g_array_append_val (self->taken, taken);
  return TRUE;
}

static GstMessage *
take (RtPipeline *self, const Wish *wish, guint timeout_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  guint i = 0;

  do {
    for (; i < self->messages->len; i++) {
      GstMessage *message = g_ptr_array_index (self->messages, i);

      if (!g_array_index (self->taken, gboolean, i)
          && is_wanted (message, wish)) {
        g_array_index (self->taken, gboolean, i) = TRUE;
        return message;
      }
    }
  } while (fetch (self, deadline));
  return NULL;
}

static GstMessage *
insist (RtPipeline *self, const Wish *wish)
{
  GstMessage *message = take (self, wish, RT_WAIT_MS);

  if (message == NULL) {
    g_autofree gchar *all = rt_pipeline_dup_messages (self);

    g_error ("no message %s (%s = %s) came but\n%s",
        wish->name != NULL ? wish->name
                           : gst_message_type_get_name (wish->type),
        wish->field, wish->value, all);
  }
  return message;
}

const GstStructure *
rt_pipeline_wait (RtPipeline *self, const gchar *name, guint timeout_ms)
{
  Wish wish = { .name = name };
  GstMessage *message = take (self, &wish, timeout_ms);

  return message != NULL ? gst_message_get_structure (message) : NULL;
}

const GstStructure *
rt_pipeline_expect (RtPipeline *self, const gchar *name)
{
  Wish wish = { .name = name };

  return gst_message_get_structure (insist (self, &wish));
}

const GstStructure *
rt_pipeline_expect_with (
    RtPipeline *self, const gchar *name, const gchar *field, const gchar *value)
{
  Wish wish = { .name = name, .field = field, .value = value };

  return gst_message_get_structure (insist (self, &wish));
}

GstMessage *
rt_pipeline_wait_type (RtPipeline *self, GstMessageType type, guint timeout_ms)
{
  Wish wish = { .type = type };

  return take (self, &wish, timeout_ms);
}

GstMessage *
rt_pipeline_expect_type (RtPipeline *self, GstMessageType type)
{
  Wish wish = { .type = type };

  return insist (self, &wish);
}

static void
fetch_all (RtPipeline *self)
{
  while (fetch (self, 0))
    ;
}

guint
rt_pipeline_count (RtPipeline *self, const gchar *name)
{
  Wish wish = { .name = name };
  guint count = 0, i;

  fetch_all (self);
  for (i = 0; i < self->messages->len; i++)
    count += is_wanted (g_ptr_array_index (self->messages, i), &wish);
  return count;
}

const GPtrArray *
rt_pipeline_get_messages (RtPipeline *self)
{
  fetch_all (self);
  return self->messages;
}

gchar *
rt_pipeline_dup_order (RtPipeline *self)
{
  GString *order = g_string_new (NULL);
  guint i;

  fetch_all (self);
  for (i = 0; i < self->messages->len; i++) {
    GstMessage *message = g_ptr_array_index (self->messages, i);
    const gchar *name = GST_MESSAGE_TYPE_NAME (message);

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
      name = name_of (message);
    else if ((GST_MESSAGE_TYPE (message)
                 & (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_EOS))
             == 0)
      continue;
    g_string_append_printf (order, "%s%s", order->len > 0 ? " " : "", name);
  }
  return g_string_free (order, FALSE);
}

/* What a structure does not show of itself in print; transfer full. */
static gchar *
dup_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, &debug);
  return error != NULL ? g_strdup_printf ("%s (%s)", error->message, debug)
                       : g_strdup ("");
}

gchar *
rt_pipeline_dup_messages (RtPipeline *self)
{
  GString *all = g_string_new (NULL);
  guint i;

  fetch_all (self);
  for (i = 0; i < self->messages->len; i++) {
    GstMessage *message = g_ptr_array_index (self->messages, i);
    const GstStructure *structure = gst_message_get_structure (message);
    g_autofree gchar *text
        = structure != NULL ? gst_structure_to_string (structure) : NULL;
    g_autofree gchar *error = dup_error (message);

    g_string_append_printf (all, "%s %s: %s%s\n",
        GST_MESSAGE_SRC_NAME (message), GST_MESSAGE_TYPE_NAME (message),
        text != NULL ? text : "", error);
  }
  return g_string_free (all, FALSE);
}

guint64
rt_pipeline_stat (RtPipeline *self, const gchar *name)
{
  GstStructure *stats = NULL;
  guint64 value = 0;
  guint small;

  g_object_get (self->rt, "stats", &stats, NULL);
  if (gst_structure_get_uint (stats, name, &small))
    value = small;
  else
    g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

gboolean
rt_pipeline_wait_stat (
    RtPipeline *self, const gchar *name, guint64 value, guint timeout_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  while (rt_pipeline_stat (self, name) != value) {
    if (g_get_monotonic_time () > deadline)
      return FALSE;
    g_usleep (POLL_US);
  }
  return TRUE;
}

gboolean
rt_pipeline_act (RtPipeline *self, const gchar *action)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (self->rt, action, &done);
  return done;
}

static GstBusSyncReply
hold_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  RtPipeline *self = user_data;

  if (!gst_message_has_name (message, "realtime-event"))
    return GST_BUS_PASS;
  g_mutex_lock (&self->lock);
  self->held = TRUE;
  g_cond_broadcast (&self->cond);
  while (self->holding)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return GST_BUS_PASS;
}

void
rt_pipeline_hold (RtPipeline *self)
{
  gint64 deadline = g_get_monotonic_time () + RT_WAIT_MS * 1000;

  self->holding = TRUE;
  self->held = FALSE;
  gst_bus_set_sync_handler (self->bus, hold_cb, self, NULL);
  g_object_set (self->rt, "post-events", TRUE, NULL);
  rt_fake_conn_send_text (self->conn, "{\"type\":\"hold\"}");
  g_mutex_lock (&self->lock);
  while (!self->held)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, deadline));
  g_mutex_unlock (&self->lock);
  g_object_set (self->rt, "post-events", FALSE, NULL);
}

void
rt_pipeline_let_go (RtPipeline *self)
{
  g_mutex_lock (&self->lock);
  self->holding = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_bus_set_sync_handler (self->bus, NULL, NULL, NULL);
}
