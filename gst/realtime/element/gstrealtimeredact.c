/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The key, hidden in all that a message says.  Any thread.
 */
#include "gstrealtimeredact.h"

#include "rturl.h"

/* A server may repeat the key that it was told anywhere. */
static gboolean
hide_secret (GQuark field, GValue *value, gpointer secret)
{
  GstStructure *inner;
  guint i;

  if (G_VALUE_HOLDS_STRING (value)) {
    g_value_take_string (
        value, rt_redact_secret (g_value_get_string (value), secret));
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      hide_secret (
          field, (GValue *) gst_value_list_get_value (value, i), secret);
  } else if (GST_VALUE_HOLDS_STRUCTURE (value)) {
    inner = gst_structure_copy (gst_value_get_structure (value));
    gst_structure_map_in_place (inner, hide_secret, secret);
    g_value_take_boxed (value, inner);
  }
  return TRUE;
}

void
gst_realtime_redact (GstStructure *structure, const gchar *secret)
{
  if (secret != NULL)
    gst_structure_map_in_place (structure, hide_secret, (gpointer) secret);
}
