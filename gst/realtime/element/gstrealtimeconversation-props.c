/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Installing, setting and getting properties by their tables.  Any thread;
 * values are guarded by the OBJECT_LOCK.
 */
#include "gstrealtimeconversation-props.h"

#include "gstrealtimeconversation-enumtypes.h"
#include "gstrealtimeconversation-private.h"
#include "gstrealtimestats.h"

static const GstRealtimeProp *const tables[] = {
  gst_realtime_connection_props,
  gst_realtime_session_props,
  gst_realtime_media_props,
};

enum {
  PROP_0,
  PROP_CONNECTION_STATE,
  PROP_SESSION_ID,
  PROP_STATS,
  PROP_FIRST_ROW,
};

/* Row of property `id`, or NULL. */
static const GstRealtimeProp *
find_row (guint id)
{
  guint n = PROP_FIRST_ROW, i;

  for (i = 0; i < G_N_ELEMENTS (tables); i++) {
    const GstRealtimeProp *row;

    for (row = tables[i]; row->name != NULL; row++, n++) {
      if (n == id)
        return row;
    }
  }
  return NULL;
}

static gpointer
locate (GstRealtimeSettings *settings, const GstRealtimeProp *row)
{
  gpointer base = (row->flags & GST_REALTIME_PROP_SESSION) != 0
                      ? (gpointer) settings->config
                      : (gpointer) settings;

  return G_STRUCT_MEMBER_P (base, row->offset);
}

static GParamSpec *
make_spec (const GstRealtimeProp *row)
{
  GParamFlags flags
      = G_PARAM_STATIC_STRINGS
        | ((row->flags & GST_REALTIME_PROP_SECRET) != 0 ? G_PARAM_WRITABLE
                                                        : G_PARAM_READWRITE)
        | ((row->flags & GST_REALTIME_PROP_STATIC) != 0
                ? GST_PARAM_MUTABLE_READY
                : GST_PARAM_MUTABLE_PLAYING);

  switch (row->kind) {
    case GST_REALTIME_PROP_STRING:
      return g_param_spec_string (
          row->name, row->nick, row->blurb, row->text, flags);
    case GST_REALTIME_PROP_BOOLEAN:
      return g_param_spec_boolean (
          row->name, row->nick, row->blurb, row->number != 0, flags);
    case GST_REALTIME_PROP_UINT:
      return g_param_spec_uint (row->name, row->nick, row->blurb, row->minimum,
          row->maximum, row->number, flags);
    case GST_REALTIME_PROP_INT:
      return g_param_spec_int (row->name, row->nick, row->blurb, row->minimum,
          row->maximum, row->number, flags);
    case GST_REALTIME_PROP_DOUBLE:
      return g_param_spec_double (row->name, row->nick, row->blurb,
          row->minimum, row->maximum, row->number, flags);
    case GST_REALTIME_PROP_ENUM:
      return g_param_spec_enum (row->name, row->nick, row->blurb,
          row->enum_type (), row->number, flags);
    case GST_REALTIME_PROP_STRUCTURE:
      return g_param_spec_boxed (
          row->name, row->nick, row->blurb, GST_TYPE_STRUCTURE, flags);
  }
  g_return_val_if_reached (NULL);
}

static void
store (const GstRealtimeProp *row, gpointer place, const GValue *value)
{
  switch (row->kind) {
    case GST_REALTIME_PROP_STRING:
      if ((row->flags & GST_REALTIME_PROP_SECRET) != 0)
        gst_realtime_settings_free_key (*(gchar **) place);
      else
        g_free (*(gchar **) place);
      *(gchar **) place = g_value_dup_string (value);
      break;
    case GST_REALTIME_PROP_BOOLEAN:
      *(gboolean *) place = g_value_get_boolean (value);
      break;
    case GST_REALTIME_PROP_UINT:
      *(guint *) place = g_value_get_uint (value);
      break;
    case GST_REALTIME_PROP_INT:
      *(gint *) place = g_value_get_int (value);
      break;
    case GST_REALTIME_PROP_DOUBLE:
      *(gdouble *) place = g_value_get_double (value);
      break;
    case GST_REALTIME_PROP_ENUM:
      *(gint *) place = g_value_get_enum (value);
      break;
    case GST_REALTIME_PROP_STRUCTURE:
      gst_realtime_settings_free_headers (*(GstStructure **) place);
      *(GstStructure **) place = g_value_dup_boxed (value);
      break;
  }
}

static void
fetch (const GstRealtimeProp *row, gpointer place, GValue *value)
{
  switch (row->kind) {
    case GST_REALTIME_PROP_STRING:
      g_value_set_string (value, *(gchar **) place);
      break;
    case GST_REALTIME_PROP_BOOLEAN:
      g_value_set_boolean (value, *(gboolean *) place);
      break;
    case GST_REALTIME_PROP_UINT:
      g_value_set_uint (value, *(guint *) place);
      break;
    case GST_REALTIME_PROP_INT:
      g_value_set_int (value, *(gint *) place);
      break;
    case GST_REALTIME_PROP_DOUBLE:
      g_value_set_double (value, *(gdouble *) place);
      break;
    case GST_REALTIME_PROP_ENUM:
      g_value_set_enum (value, *(gint *) place);
      break;
    case GST_REALTIME_PROP_STRUCTURE:
      g_value_set_boxed (value, *(GstStructure **) place);
      break;
  }
}

static GstRealtimePropFlags
meaningful_in (const GstRealtimeSettings *settings)
{
  switch ((GstRealtimeProtocol) settings->protocol) {
    case GST_REALTIME_PROTOCOL_REALTIME_V1:
      return GST_REALTIME_PROP_V1;
    case GST_REALTIME_PROTOCOL_SESSION_CREATE:
      return GST_REALTIME_PROP_CREATE;
    case GST_REALTIME_PROTOCOL_REALTIME_V2:
      break;
  }
  return settings->config->mode == RT_MODE_TRANSCRIPTION
             ? GST_REALTIME_PROP_TRANSCRIPTION
             : GST_REALTIME_PROP_CONVERSATION;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (object);
  const GstRealtimeProp *row = find_row (id);
  gboolean idle;

  if (row == NULL) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  if ((row->flags & GST_REALTIME_PROP_STATIC) != 0
      && GST_STATE (self) > GST_STATE_READY) {
    GST_OBJECT_UNLOCK (self);
    GST_WARNING_OBJECT (
        self, "'%s' can only change in NULL or READY: not changed", row->name);
    return;
  }
  store (row, locate (self->settings, row), value);
  self->settings_serial++;
  idle = self->conversation != NULL
         && (row->flags & GST_REALTIME_PROP_SESSION) != 0
         && (row->flags & meaningful_in (self->settings)) == 0;
  GST_OBJECT_UNLOCK (self);
  if (idle)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("The property '%s' means nothing in this protocol and mode and is "
         "ignored",
            row->name),
        (NULL));
  if (g_str_equal (row->name, "latency"))
    gst_element_post_message (
        GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

/* Comes once for all that one call has set: the server is told once. */
static void
dispatch_properties_changed (
    GObject *object, guint n_pspecs, GParamSpec **pspecs)
{
  gboolean changed = FALSE;
  guint i;

  for (i = 0; i < n_pspecs; i++)
    changed |= pspecs[i]->owner_type == G_OBJECT_TYPE (object)
               && (pspecs[i]->flags & GST_PARAM_MUTABLE_PLAYING) != 0;
  if (changed)
    gst_realtime_conversation_settings_changed (
        GST_REALTIME_CONVERSATION (object));
  G_OBJECT_CLASS (g_type_class_peek (GST_TYPE_ELEMENT))
      ->dispatch_properties_changed (object, n_pspecs, pspecs);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (object);
  const GstRealtimeProp *row = find_row (id);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_realtime_stats_to_structure (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (row != NULL)
    fetch (row, locate (self->settings, row), value);
  else if (id == PROP_CONNECTION_STATE)
    g_value_set_enum (value, self->connection_state);
  else if (id == PROP_SESSION_ID)
    g_value_set_string (value, self->session_id);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

/* Names of the properties that were set to no effect, or NULL. */
gchar *
gst_realtime_conversation_dup_ignored (
    GstRealtimeConversation *self, GstRealtimeSettings *settings)
{
  GstRealtimePropFlags where = meaningful_in (settings);
  g_autoptr (GString) names = g_string_new (NULL);
  const GstRealtimeProp *row;

  for (row = gst_realtime_session_props; row->name != NULL; row++) {
    GParamSpec *spec
        = g_object_class_find_property (G_OBJECT_GET_CLASS (self), row->name);
    g_auto (GValue) value = G_VALUE_INIT;

    if ((row->flags & where) != 0)
      continue;
    g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (spec));
    fetch (row, locate (settings, row), &value);
    if (!g_param_value_defaults (spec, &value))
      g_string_append_printf (
          names, "%s%s", names->len > 0 ? ", " : "", row->name);
  }
  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE)
                        : NULL;
}

/* The defaults of a table become the values of a new element. */
void
gst_realtime_conversation_init_properties (GstRealtimeConversation *self)
{
  guint n;

  self->settings = gst_realtime_settings_new ();
  for (n = PROP_FIRST_ROW; find_row (n) != NULL; n++) {
    const GstRealtimeProp *row = find_row (n);
    GParamSpec *spec
        = g_object_class_find_property (G_OBJECT_GET_CLASS (self), row->name);

    store (row, locate (self->settings, row),
        g_param_spec_get_default_value (spec));
  }
}

void
gst_realtime_conversation_install_properties (GObjectClass *klass)
{
  guint n;

  klass->set_property = set_property;
  klass->get_property = get_property;
  klass->dispatch_properties_changed = dispatch_properties_changed;
  for (n = PROP_FIRST_ROW; find_row (n) != NULL; n++)
    g_object_class_install_property (klass, n, make_spec (find_row (n)));

  /**
   * GstRealtimeConversation:connection-state:
   *
   * Where the connection stands. Notifies from the I/O thread.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_CONNECTION_STATE,
      g_param_spec_enum ("connection-state", "Connection state",
          "Where the connection stands",
          gst_realtime_connection_state_get_type (),
          GST_REALTIME_CONNECTION_STATE_DISCONNECTED,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRealtimeConversation:session-id:
   *
   * The server's id of the session. Notifies from the I/O thread.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SESSION_ID,
      g_param_spec_string ("session-id", "Session id",
          "The server's id of the session", NULL,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRealtimeConversation:stats:
   *
   * Counters, as a structure application/x-realtimeconversation-stats. A
   * snapshot that never waits.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "Counters", GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}
