/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The src pad: its task, its queries and what comes up from downstream.
 * Any thread.
 */
#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-private.h"

static void
answer_latency (GstRealtimeConversation *self, GstQuery *query)
{
  GstClockTime latency;

  GST_OBJECT_LOCK (self);
  latency = self->settings->latency * GST_MSECOND;
  GST_OBJECT_UNLOCK (self);
  gst_query_set_latency (query, TRUE, latency, GST_CLOCK_TIME_NONE);
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      answer_latency (self, query);
      return TRUE;
    case GST_QUERY_CAPS:
      gst_realtime_caps_answer (self, pad, query);
      return TRUE;
    default:
      break;
  }
  return gst_pad_query_default (pad, parent, query);
}

/* From now on all is heard later, or earlier, but for what was heard. */
static void
set_latency (GstRealtimeConversation *self, GstEvent *event)
{
  g_autoptr (RtPlayout) playout = gst_realtime_conversation_get_playout (self);

  rt_playout_settle (playout, gst_realtime_conversation_heard_until (self));
  GST_OBJECT_LOCK (self);
  gst_event_parse_latency (event, &self->downstream_latency);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);
  gboolean result = FALSE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_LATENCY:
      set_latency (self, event);
      result = TRUE;
      break;
    case GST_EVENT_CUSTOM_UPSTREAM:
      result = gst_realtime_conversation_handle_command (
          self, gst_event_get_structure (event));
      break;
    case GST_EVENT_RECONFIGURE: /* the pad remembers it, the task looks */
      gst_realtime_conversation_wake_src (self, FALSE, FALSE);
      result = TRUE;
      break;
    case GST_EVENT_QOS:
      result = TRUE;
      break;
    default:
      /* a live source: it cannot seek */
      break;
  }
  gst_event_unref (event);
  return result;
}

/* A task whose thread could not be had: GStreamer keeps it, and would wait for
 * ever for its end. */
static gboolean
was_started (GstPad *pad)
{
  GstTask *task = GST_PAD_TASK (pad);
  gboolean started;

  GST_OBJECT_LOCK (task);
  started = task->thread != NULL;
  if (!started) {
    /* another thread of the pool may come upon it yet */
    g_atomic_int_set (&GST_TASK_STATE (task), GST_TASK_STOPPED);
    task->running = FALSE;
  }
  GST_OBJECT_UNLOCK (task);
  return started;
}

static gboolean
src_activate_mode (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active)
    gst_realtime_conversation_reset_src (self);
  gst_realtime_conversation_set_src_stopped (self, !active);
  if (!active)
    return gst_pad_stop_task (pad);
  if (gst_pad_start_task (pad, gst_realtime_conversation_src_loop, pad, NULL)
      || was_started (pad))
    return TRUE;
  GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
      ("There is no thread for the source pad"), (NULL));
  return FALSE;
}

gboolean
gst_realtime_conversation_begin_flush (GstRealtimeConversation *self)
{
  if (!gst_realtime_conversation_wake_src (self, FALSE, FALSE))
    return FALSE;
  gst_pad_push_event (self->srcpad, gst_event_new_flush_start ());
  return TRUE;
}

/* When the task was stopped meanwhile we end the flush, and past our own pad,
 * which may be down by now: downstream may go on without us. */
void
gst_realtime_conversation_end_flush (GstRealtimeConversation *self)
{
  GstPad *peer;

  if (gst_realtime_conversation_wake_src (self, FALSE, TRUE))
    return;
  peer = gst_pad_get_peer (self->srcpad);
  if (peer == NULL)
    return;
  gst_pad_send_event (peer, gst_event_new_flush_stop (FALSE));
  gst_object_unref (peer);
}

static void
set_peer (GstRealtimeConversation *self, GstPad *peer)
{
  GstPad *old;

  g_mutex_lock (&self->wait_lock);
  old = self->src_peer;
  self->src_peer = peer;
  g_mutex_unlock (&self->wait_lock);
  gst_clear_object (&old);
}

void
gst_realtime_conversation_note_peer (GstRealtimeConversation *self)
{
  set_peer (self, gst_pad_get_peer (self->srcpad));
}

/* The pad in which the src task may be waiting although we were unlinked from
 * it; NULL: there is none. */
static GstPad *
get_former_peer (GstRealtimeConversation *self)
{
  GstPad *peer;

  g_mutex_lock (&self->wait_lock);
  peer = self->src_peer != NULL ? gst_object_ref (self->src_peer) : NULL;
  g_mutex_unlock (&self->wait_lock);
  if (peer != NULL && GST_PAD_PEER (self->srcpad) == peer)
    gst_clear_object (&peer);
  return peer;
}

void
gst_realtime_conversation_stop_src (GstRealtimeConversation *self)
{
  GstPad *former;

  gst_realtime_conversation_set_src_stopped (self, TRUE);
  former = get_former_peer (self);
  gst_pad_push_event (self->srcpad, gst_event_new_flush_start ());
  if (former != NULL)
    gst_pad_send_event (former, gst_event_new_flush_start ());
  gst_pad_stop_task (self->srcpad);
  /* downstream may go on without us */
  gst_pad_push_event (self->srcpad, gst_event_new_flush_stop (FALSE));
  if (former != NULL) {
    gst_pad_send_event (former, gst_event_new_flush_stop (FALSE));
    gst_object_unref (former);
  }
  set_peer (self, NULL);
}

void
gst_realtime_conversation_init_srcpad (GstRealtimeConversation *self)
{
  self->srcpad = gst_realtime_conversation_add_pad (self, "src");
  gst_pad_set_query_function (self->srcpad, src_query);
  gst_pad_set_event_function (self->srcpad, src_event);
  gst_pad_set_activatemode_function (self->srcpad, src_activate_mode);
}
