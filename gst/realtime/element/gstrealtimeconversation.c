/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The element: class, instance and state changes.  State changes never wait
 * for the network.
 */

/**
 * SECTION:element-realtimeconversation
 * @title: realtimeconversation
 * @short_description: A spoken conversation with a realtime model
 *
 * Streams what comes into the `sink` pad to a realtime speech server over a
 * websocket, and plays the speech of the model out of the `src` pad. The
 * element is live: the conversation opens on the way to PAUSED, and the state
 * change does not wait for it.
 *
 * The key is taken from the environment, from
 * #GstRealtimeConversation:api-key-file or from
 * #GstRealtimeConversation:api-key.
 *
 * ## Launch lines
 *
 * |[
 * gst-launch-1.0 -m filesrc location=question.wav ! wavparse ! audioconvert ! \
 *   audioresample ! realtimeconversation uri=ws://127.0.0.1:8080 ! \
 *   audioconvert ! wavenc ! filesink location=answer.wav
 * ]| Says what a recording says and writes the answer to a file.
 * |[
 * gst-launch-1.0 -m autoaudiosrc ! audioconvert ! audioresample ! \
 *   realtimeconversation ! audioconvert ! audioresample ! autoaudiosink
 * ]| A conversation by microphone and loudspeaker.
 *
 * ## Input
 *
 * What comes in is taken by its stamps. A hole between buffers, a GAP event, a
 * buffer with #GST_BUFFER_FLAG_GAP and a source that falls mute in the middle
 * of a turn are silence to the server, up to ten seconds of each; what overlaps
 * is left out and counted in `audio-dropped-uplink`. Live input is never
 * blocked; any other is paced by the clock
 * (#GstRealtimeConversation:pace). Segments must be at rate 1.
 *
 * G.711 (`audio/x-mulaw`, `audio/x-alaw`) goes to and comes from the server as
 * it is, each direction as its caps say. A server that says that it
 * understood another format ends the conversation with an error.
 *
 * ## Messages
 *
 * What happens is posted as #GST_MESSAGE_ELEMENT. A field with a question mark
 * is absent while its value is not known.
 *
 * * `realtime-started`: the connection is up and the session was asked for.
 *   #gchararray `conversation-id`?, #gchararray `protocol`, #gchararray `mode`,
 *   #gboolean `resumed`
 * * `realtime-session`: the server created or updated the session.
 *   #gchararray `session-id`, #gchararray `instructions`?, #gboolean `created`,
 *   #guint64 `expires-at`? (unix seconds)
 * * `realtime-transcript`: what was said. #gchararray `role` (user, assistant),
 *   #gchararray `text` (the increment or, when final, the whole), #gboolean
 *   `final`, #gchararray `item-id`?, #gchararray `response-id`?, #guint
 *   `content-index`, #gboolean `interrupted`, #guint64 `running-time`? (ns)
 * * `realtime-handoff`: the model hands a task to the application, which
 *   answers by #GstRealtimeConversation::handoff-output. #gchararray
 *   `handoff-id`, #gchararray `item-id`, #gchararray `input-transcript`,
 *   #GstValueList `active-transcript` of structures `entry` (#gchararray
 *   `role`, #gchararray `text`), #gchararray `arguments`?
 * * `realtime-function-call`: the model calls a tool of the application, which
 *   answers by #GstRealtimeConversation::function-output. #gchararray
 *   `call-id`, #gchararray `item-id`, #gchararray `name`, #gchararray
 *   `arguments`
 * * `realtime-speech`: somebody begins or ends to speak; the assistant's are
 *   about what is heard. #gchararray `role`, #gboolean `speaking`, #gchararray
 *   `item-id`?, #guint64 `running-time`? (ns), #gchararray `reason` (user:
 *   detected, ended, timeout; assistant: playing, drained, interrupted)
 * * `realtime-interrupted`: a reply was not heard to its end. #gchararray
 *   `item-id`, #guint `played` (ms), #guint `dropped` (ms)
 * * `realtime-response`: #gchararray `response-id`?, #gchararray `status`
 *   (created, completed, cancelled, failed, incomplete), #gchararray `reason`?,
 *   #GstStructure `usage`?
 * * `realtime-item`: #gchararray `item-id`?, #gchararray `state` (added, done),
 *   #gchararray `json`
 * * `realtime-error`: #gchararray `code`?, #gchararray `type`?, #gchararray
 *   `message`, #gchararray `event-id`?, #gchararray `severity` (benign,
 *   warning, reconnect, fatal)
 * * `realtime-reconnecting`: there is no connection, and another attempt follows
 *   after `delay`. #guint `attempt`, #guint `delay` (ms), #gchararray `reason`
 * * `realtime-overrun`: audio had to be dropped. #gchararray `direction`
 *   (uplink), #guint `dropped` (ms)
 * * `realtime-closed`: once for each conversation that had started.
 *   #gchararray `reason` (requested, transport-closed, error, eos), #guint
 *   `close-code`, #gchararray `detail`?
 * * `realtime-event`: any event of the server, with
 *   #GstRealtimeConversation:post-events. #gchararray `type`, #gchararray
 *   `json`
 *
 * What is posted and never freed is bounded: from 4096 messages on increments
 * and `realtime-event` are left out, from 8192 on what tells of a moment, from
 * 32768 on all but `realtime-handoff`, `realtime-function-call`,
 * `realtime-closed` and fatal errors. A `realtime-error` with the code
 * `bus_not_read` says how many they were when half of it was freed, or at the
 * end; #GstRealtimeConversation:stats has `messages-dropped-bus`.
 *
 * ## Interruptions
 *
 * What the user says over a reply ends it
 * (#GstRealtimeConversation:barge-in), and the server is told how much of it
 * was heard: what was due at the sink, by the latency of the pipeline. The
 * final transcript that follows, `interrupted`, holds no more than that. With
 * #GstRealtimeConversation:barge-in-hold the reply is held at first, and goes
 * on where it stopped when no turn comes of the sound; nothing is posted of
 * that.
 *
 * ## Connections
 *
 * A conversation outlives its connections: see
 * #GstRealtimeConversation:reconnect and
 * #GstRealtimeConversation:max-session-duration. A new session is told the
 * conversation as text (#GstRealtimeConversation:restore-history), the handoffs
 * and function calls that are open, and what was said and not acknowledged; in
 * protocols that take no items the conversation goes behind the prompt. The
 * pads see nothing of it. `realtime-started` has `resumed` for each session but
 * the first, whether the one before was lost or renewed.
 *
 * ## Events
 *
 * A custom event `realtime-command` (downstream on `sink`, upstream on `src`)
 * with a field `action` and the arguments of that action signal as further
 * fields does what the signal does. A `dtmf-event` becomes a typed message of
 * the user.
 *
 * Since: 0.1
 */
#include "gstrealtimeconversation.h"

#include "gstrealtimebus.h"
#include "gstrealtimecaps.h"
#include "gstrealtimeconversation-enumtypes.h"
#include "gstrealtimeconversation-private.h"

GST_DEBUG_CATEGORY (gst_realtime_debug);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_REALTIME_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_REALTIME_CAPS));

#define gst_realtime_conversation_parent_class parent_class
G_DEFINE_FINAL_TYPE (
    GstRealtimeConversation, gst_realtime_conversation, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (realtimeconversation, "realtimeconversation",
    GST_RANK_NONE, GST_TYPE_REALTIME_CONVERSATION);

static gboolean
check_settings (GstRealtimeConversation *self)
{
  g_autoptr (GstRealtimeSettings) settings
      = gst_realtime_conversation_dup_settings (self);
  g_autoptr (GError) error = NULL;

  if (gst_realtime_settings_check (settings, &error))
    return TRUE;
  gst_realtime_bus_post_error (GST_ELEMENT (self), error);
  return FALSE;
}

static void
set_active (GstRealtimeConversation *self, gboolean active)
{
  GST_OBJECT_LOCK (self);
  self->active = active;
  self->input_ended = FALSE;
  /* on the way down it still says what of the last reply was heard */
  if (active)
    self->downstream_latency = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
}

/* Which thread serves us until we are in READY again: while a conversation of
 * the time before has not told its end, the one that it is told on, so that
 * nothing of it comes behind our first message. */
static gboolean
acquire_loop (GstRealtimeConversation *self, GError **error)
{
  if (self->loop == NULL || !gst_realtime_conversation_has_untold (self))
    self->loop = rt_loop_acquire (error);
  else if (!rt_loop_acquire_again (self->loop, error))
    self->loop = NULL;
  return self->loop != NULL;
}

/* READY to PAUSED: the conversation opens behind the state change. */
static gboolean
come_up (GstRealtimeConversation *self)
{
  g_autoptr (GError) error = NULL;
  RtAudioFormat input, output;

  if (!acquire_loop (self, &error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("No thread for the network"), ("%s", error->message));
    return FALSE;
  }
  input = gst_realtime_caps_preferred (self, self->sinkpad);
  /* what is linked later is looked at anew */
  gst_pad_check_reconfigure (self->srcpad);
  output = gst_realtime_caps_preferred (self, self->srcpad);
  gst_realtime_caps_set_uplink (self->uplink, &input);
  set_active (self, TRUE);
  GST_OBJECT_LOCK (self);
  self->input_format = input;
  self->output_format = output;
  GST_OBJECT_UNLOCK (self);
  return gst_realtime_conversation_start (self);
}

/* PAUSED to READY, before the pads are taken down: everything that waits is
 * woken, here and, by the flush, downstream; nothing waits for the server. */
static void
go_down (GstRealtimeConversation *self)
{
  set_active (self, FALSE);
  gst_realtime_conversation_close (self);
  gst_realtime_conversation_set_sink_flushing (self, TRUE);
  gst_realtime_conversation_stop_src (self);
}

/* In READY again, however it came to that.  The loop is not forgotten: a
 * start from another thread may be looking at it, and loops live for ever. */
static void
rest (GstRealtimeConversation *self)
{
  set_active (self, FALSE);
  gst_realtime_conversation_forget (self);
  if (self->loop != NULL)
    rt_loop_release (self->loop);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (element);
  GstStateChangeReturn result;

  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!check_settings (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!come_up (self)) {
        rest (self);
        return GST_STATE_CHANGE_FAILURE;
      }
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      gst_realtime_conversation_set_playing (self, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      go_down (self);
      break;
    default:
      break;
  }

  result = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (result == GST_STATE_CHANGE_FAILURE) {
        go_down (self);
        rest (self);
      } else
        result = GST_STATE_CHANGE_NO_PREROLL;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      gst_realtime_conversation_set_playing (self, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      if (result != GST_STATE_CHANGE_FAILURE)
        result = GST_STATE_CHANGE_NO_PREROLL;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      /* on the way to NULL the bus takes nothing more */
      gst_realtime_conversation_await_ends (self);
      rest (self);
      break;
    default:
      break;
  }
  return result;
}

/* Our I/O thread may post while the application lets the pipeline go, and the
 * bus of a bin calls its bin without holding it: we hold all of them. */
static gboolean
post_message (GstElement *element, GstMessage *message)
{
  GSList *ancestors = NULL;
  GstObject *ancestor = gst_object_get_parent (GST_OBJECT (element));
  gboolean posted;

  for (; ancestor != NULL; ancestor = gst_object_get_parent (ancestor))
    ancestors = g_slist_prepend (ancestors, ancestor);
  gst_realtime_backlog_add (
      GST_REALTIME_CONVERSATION (element)->backlog, message);
  posted = GST_ELEMENT_CLASS (parent_class)->post_message (element, message);
  g_slist_free_full (ancestors, gst_object_unref);
  return posted;
}

static void
finalize (GObject *object)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (object);

  gst_realtime_settings_free (self->settings);
  g_free (self->session_id);
  rt_uplink_unref (self->uplink);
  rt_playout_unref (self->playout);
  g_clear_pointer (&self->out.playout, rt_playout_unref);
  rt_stats_unref (self->stats);
  gst_realtime_backlog_unref (self->backlog);
  g_byte_array_unref (self->in.silence);
  g_array_unref (self->out.began);
  g_array_unref (self->out.drained);
  g_cond_clear (&self->wait_cond);
  g_mutex_clear (&self->wait_lock);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

/* Neither pad's stream is the other's: nothing is passed between them. */
static GstIterator *
no_links (GstPad *pad, GstObject *parent)
{
  return NULL;
}

GstPad *
gst_realtime_conversation_add_pad (
    GstRealtimeConversation *self, const gchar *name)
{
  GstPad *pad = gst_pad_new_from_template (
      gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name),
      name);

  gst_pad_set_iterate_internal_links_function (pad, no_links);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

static void
gst_realtime_conversation_init (GstRealtimeConversation *self)
{
  g_mutex_init (&self->wait_lock);
  g_cond_init (&self->wait_cond);
  self->uplink = rt_uplink_new ();
  self->playout = rt_playout_new (NULL);
  self->stats = rt_stats_new ();
  self->backlog = gst_realtime_backlog_new ();
  self->input_format = RT_AUDIO_FORMAT_DEFAULT;
  self->output_format = RT_AUDIO_FORMAT_DEFAULT;
  self->downstream_latency = GST_CLOCK_TIME_NONE;
  self->sink_flushing = TRUE;
  self->src_stopped = TRUE;
  self->in.silence = g_byte_array_new ();
  self->out.began = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  self->out.drained = g_array_new (FALSE, FALSE, sizeof (RtPlayoutMoment));
  gst_realtime_conversation_init_properties (self);
  gst_realtime_conversation_init_sinkpad (self);
  gst_realtime_conversation_init_srcpad (self);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_REQUIRE_CLOCK);
}

static void
gst_realtime_conversation_class_init (GstRealtimeConversationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_realtime_debug, "realtimeconversation", 0,
      "spoken conversations with realtime models");
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  element_class->post_message = post_message;
  gst_realtime_conversation_install_properties (object_class);
  gst_realtime_conversation_install_signals (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Realtime conversation",
      "Filter/Network/Audio",
      "Holds a spoken conversation with a realtime model over a websocket",
      "The gst-realtime authors");

  gst_type_mark_as_plugin_api (gst_realtime_protocol_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_mode_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_auth_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_modality_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_turn_detection_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_eagerness_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_noise_reduction_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_gap_mode_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_barge_in_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_realtime_connection_state_get_type (), 0);
}
