/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a running conversation is told of settings that change.  Any thread;
 * no lock is held while posting.
 */
#include "gstrealtimebus.h"
#include "gstrealtimeconversation-private.h"

guint
gst_realtime_conversation_get_settings_serial (GstRealtimeConversation *self)
{
  guint serial;

  GST_OBJECT_LOCK (self);
  serial = self->settings_serial;
  GST_OBJECT_UNLOCK (self);
  return serial;
}

static void
pass_settings (GstRealtimeConversation *self, RtConversation *conversation)
{
  g_autoptr (GstRealtimeSettings) settings
      = gst_realtime_conversation_dup_settings (self);
  g_autoptr (GError) error = NULL;
  RtConversationPolicy policy = gst_realtime_conversation_get_policy (settings);

  rt_conversation_set_policy (conversation, &policy);
  rt_conversation_set_chunk_duration (conversation, settings->chunk_duration);
  rt_conversation_set_barge_in (conversation,
      settings->barge_in != GST_REALTIME_BARGE_IN_IGNORE,
      settings->barge_in_hold);
  if (gst_realtime_settings_check_session (settings, &error))
    rt_conversation_set_config (
        conversation, rt_session_config_copy (settings->config));
  else
    gst_realtime_bus_post_warning (GST_ELEMENT (self), error);
}

/* Of two threads that change settings at once, the one that looked first may
 * pass on last what it saw: it looks again. */
void
gst_realtime_conversation_settings_changed (GstRealtimeConversation *self)
{
  RtConversation *conversation = gst_realtime_conversation_get (self);
  guint serial;

  if (conversation == NULL)
    return;
  do {
    serial = gst_realtime_conversation_get_settings_serial (self);
    pass_settings (self, conversation);
  } while (serial != gst_realtime_conversation_get_settings_serial (self));
  rt_conversation_unref (conversation);
}
