/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every message that the element posts: names, fields, severities.  Any
 * thread; with no lock held, since a sync handler may do anything.
 */
#include "gstrealtimebus.h"

#include "gstrealtimeconversation-private.h"
#include "gstrealtimeredact.h"
#include "rturl.h"

#define PROGRESS_CODE "realtime-connect"
/* What a server may make us say in an error. */
#define MAX_TEXT 4096

static void
post (GstElement *element, GstStructure *structure)
{
  gst_element_post_message (
      element, gst_message_new_element (GST_OBJECT (element), structure));
}

/* A realtime-error of our own making. */
static GstStructure *
refusal (const gchar *code, const gchar *text)
{
  return gst_structure_new ("realtime-error", "severity", G_TYPE_STRING,
      rt_severity_to_string (RT_SEVERITY_WARNING), "code", G_TYPE_STRING, code,
      "message", G_TYPE_STRING, text, NULL);
}

/* Before anything else that is posted, so that it stands where the gap is. */
static void
tell_left_out (GstElement *element, gboolean anyway)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (element);
  guint64 n = gst_realtime_backlog_take_untold (self->backlog, anyway);
  g_autofree gchar *text = NULL;

  if (n == 0)
    return;
  text = g_strdup_printf (
      "%" G_GUINT64_FORMAT " messages were left out: the bus was not read", n);
  post (element, refusal ("bus_not_read", text));
}

/* FALSE: the bus is not read, and this is left out. */
static gboolean
admits (GstElement *element, GstRealtimeWorth worth)
{
  GstRealtimeConversation *self = GST_REALTIME_CONVERSATION (element);
  gboolean says;

  if (!gst_realtime_backlog_admit (self->backlog, worth, &says)) {
    if (says)
      GST_WARNING_OBJECT (element,
          "nobody reads the bus: messages are left out, see the stats");
    return FALSE;
  }
  tell_left_out (element, FALSE);
  return TRUE;
}

static void
post_safely (GstElement *element, GstStructure *structure, const gchar *secret)
{
  gst_realtime_redact (structure, secret);
  post (element, structure);
}

/* Fields are left out while their value is not known. */
static void
set_string (GstStructure *structure, const gchar *field, const gchar *value)
{
  if (value != NULL)
    gst_structure_set (structure, field, G_TYPE_STRING, value, NULL);
}

static void
set_redacted (GstStructure *structure, const gchar *field, const gchar *value,
    const gchar *secret)
{
  g_autofree gchar *safe = NULL;

  if (value == NULL)
    return;
  safe = rt_redact (value, secret, MAX_TEXT);
  gst_structure_set (structure, field, G_TYPE_STRING, safe, NULL);
}

static void
set_running_time (GstStructure *structure, const RtNote *note)
{
  if (note->running_time != RT_TIME_UNKNOWN)
    gst_structure_set (
        structure, "running-time", G_TYPE_UINT64, note->running_time, NULL);
}

static GstStructure *
started (const RtNote *note, const gchar *mode, const gchar *protocol)
{
  GstStructure *s = gst_structure_new ("realtime-started", "protocol",
      G_TYPE_STRING, protocol, "mode", G_TYPE_STRING, mode, "resumed",
      G_TYPE_BOOLEAN, note->flag, NULL);

  set_string (s, "conversation-id", note->session_id);
  return s;
}

static GstStructure *
session (const RtNote *note)
{
  GstStructure *s = gst_structure_new ("realtime-session", "session-id",
      G_TYPE_STRING, note->session_id != NULL ? note->session_id : "",
      "created", G_TYPE_BOOLEAN, note->flag, NULL);

  set_string (s, "instructions", note->detail);
  if (note->expires_at > 0)
    gst_structure_set (
        s, "expires-at", G_TYPE_UINT64, (guint64) note->expires_at, NULL);
  return s;
}

static GstStructure *
transcript (const RtNote *note)
{
  GstStructure *s = gst_structure_new ("realtime-transcript", "role",
      G_TYPE_STRING, note->role, "text", G_TYPE_STRING, note->text, "final",
      G_TYPE_BOOLEAN, note->flag, "content-index", G_TYPE_UINT,
      note->content_index, "interrupted", G_TYPE_BOOLEAN, note->interrupted,
      NULL);

  set_string (s, "item-id", note->item_id);
  set_string (s, "response-id", note->response_id);
  set_running_time (s, note);
  return s;
}

static void
set_entries (GstStructure *structure, const GPtrArray *entries)
{
  GValue list = G_VALUE_INIT;
  guint i;

  gst_value_list_init (&list, entries->len);
  for (i = 0; i < entries->len; i++) {
    const RtTranscriptEntry *entry = g_ptr_array_index (entries, i);
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (
        &value, gst_structure_new ("entry", "role", G_TYPE_STRING, entry->role,
                    "text", G_TYPE_STRING, entry->text, NULL));
    gst_value_list_append_and_take_value (&list, &value);
  }
  gst_structure_take_value (structure, "active-transcript", &list);
}

static GstStructure *
handoff (const RtNote *note)
{
  GstStructure *s = gst_structure_new ("realtime-handoff", "handoff-id",
      G_TYPE_STRING, note->call_id, "item-id", G_TYPE_STRING,
      note->item_id != NULL ? note->item_id : "", "input-transcript",
      G_TYPE_STRING, note->text, NULL);

  set_entries (s, note->entries);
  set_string (s, "arguments", note->arguments);
  return s;
}

static GstStructure *
function_call (const RtNote *note)
{
  return gst_structure_new ("realtime-function-call", "call-id", G_TYPE_STRING,
      note->call_id, "item-id", G_TYPE_STRING,
      note->item_id != NULL ? note->item_id : "", "name", G_TYPE_STRING,
      note->name, "arguments", G_TYPE_STRING,
      note->arguments != NULL ? note->arguments : "", NULL);
}

static GstStructure *
speech (const RtNote *note)
{
  GstStructure *s = gst_structure_new ("realtime-speech", "role", G_TYPE_STRING,
      note->role, "speaking", G_TYPE_BOOLEAN, note->flag, "reason",
      G_TYPE_STRING, note->reason, NULL);

  set_string (s, "item-id", note->item_id);
  set_running_time (s, note);
  return s;
}

static GstStructure *
interrupted (const RtNote *note)
{
  return gst_structure_new ("realtime-interrupted", "item-id", G_TYPE_STRING,
      note->item_id, "played", G_TYPE_UINT, note->played, "dropped",
      G_TYPE_UINT, note->dropped, NULL);
}

static void
set_usage (GstStructure *structure, const RtUsage *usage)
{
  GstStructure *s = gst_structure_new ("usage", "input-text", G_TYPE_UINT64,
      usage->input_text, "input-audio", G_TYPE_UINT64, usage->input_audio,
      "input-image", G_TYPE_UINT64, usage->input_image, "input-cached",
      G_TYPE_UINT64, usage->input_cached, "input-total", G_TYPE_UINT64,
      usage->input_total, "output-text", G_TYPE_UINT64, usage->output_text,
      "output-audio", G_TYPE_UINT64, usage->output_audio, "output-total",
      G_TYPE_UINT64, usage->output_total, NULL);

  gst_structure_set (structure, "usage", GST_TYPE_STRUCTURE, s, NULL);
  gst_structure_free (s);
}

static GstStructure *
response (const RtNote *note, const gchar *secret)
{
  GstStructure *s = gst_structure_new (
      "realtime-response", "status", G_TYPE_STRING, note->state, NULL);

  set_string (s, "response-id", note->response_id);
  set_redacted (s, "reason", note->detail, secret);
  if (note->usage.present)
    set_usage (s, &note->usage);
  return s;
}

static GstStructure *
item (const RtNote *note, const gchar *secret)
{
  g_autofree gchar *json = rt_redact (note->json, secret, G_MAXSIZE);
  GstStructure *s = gst_structure_new ("realtime-item", "state", G_TYPE_STRING,
      note->state, "json", G_TYPE_STRING, json, NULL);

  set_string (s, "item-id", note->item_id);
  return s;
}

static GstStructure *
error (const RtNote *note, const gchar *secret)
{
  GstStructure *s = gst_structure_new ("realtime-error", "severity",
      G_TYPE_STRING, rt_severity_to_string (note->severity), NULL);

  set_redacted (s, "code", note->code, secret);
  set_redacted (s, "type", note->error_type, secret);
  set_redacted (s, "message", note->text, secret);
  set_redacted (s, "event-id", note->event_id, secret);
  return s;
}

static GstStructure *
reconnecting (const RtNote *note, const gchar *secret)
{
  GstStructure *s = gst_structure_new ("realtime-reconnecting", "attempt",
      G_TYPE_UINT, note->attempt, "delay", G_TYPE_UINT, note->delay, NULL);

  set_redacted (s, "reason", note->text, secret);
  return s;
}

/* One warning for each outage, however many attempts it takes. */
static void
post_reconnecting (GstElement *element, const RtNote *note, const gchar *secret)
{
  if (note->attempt == 1) {
    g_autofree gchar *safe = rt_redact (note->text, secret, MAX_TEXT);

    gst_element_message_full (element, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_READ,
        g_strdup_printf (
            "There is no connection, another one is made: %s", safe),
        NULL, __FILE__, GST_FUNCTION, __LINE__);
  }
  post (element, reconnecting (note, secret));
}

/* A warning is worth a line in the log of an application that only looks at
 * what GStreamer's own messages say. */
static void
post_error_note (GstElement *element, const RtNote *note, const gchar *secret)
{
  post (element, error (note, secret));
  if (note->severity == RT_SEVERITY_WARNING) {
    g_autofree gchar *safe = rt_redact (note->text, secret, MAX_TEXT);

    gst_element_message_full (element, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_FAILED, g_steal_pointer (&safe), NULL, __FILE__,
        GST_FUNCTION, __LINE__);
  }
}

void
gst_realtime_bus_post_note (GstElement *element, const RtNote *note,
    const gchar *mode, const gchar *protocol, const gchar *secret)
{
  if (!admits (element, gst_realtime_worth_of_note (note)))
    return;
  switch (note->type) {
    case RT_NOTE_STARTED:
      post_safely (element, started (note, mode, protocol), secret);
      break;
    case RT_NOTE_SESSION:
      post_safely (element, session (note), secret);
      break;
    case RT_NOTE_TRANSCRIPT:
      post_safely (element, transcript (note), secret);
      break;
    case RT_NOTE_HANDOFF:
      post_safely (element, handoff (note), secret);
      break;
    case RT_NOTE_FUNCTION_CALL:
      post_safely (element, function_call (note), secret);
      break;
    case RT_NOTE_SPEECH:
      post_safely (element, speech (note), secret);
      break;
    case RT_NOTE_INTERRUPTED:
      post_safely (element, interrupted (note), secret);
      break;
    case RT_NOTE_RESPONSE:
      post_safely (element, response (note, secret), secret);
      break;
    case RT_NOTE_ITEM:
      post_safely (element, item (note, secret), secret);
      break;
    case RT_NOTE_ERROR:
      post_error_note (element, note, secret);
      break;
    case RT_NOTE_RECONNECTING:
      post_reconnecting (element, note, secret);
      break;
    default:
      g_assert_not_reached ();
  }
}

void
gst_realtime_bus_post_refusal (
    GstElement *element, const gchar *code, const gchar *text)
{
  if (admits (element, GST_REALTIME_WORTH_RECORD))
    post (element, refusal (code, text));
}

void
gst_realtime_bus_post_overrun (GstElement *element, guint ms)
{
  if (admits (element, GST_REALTIME_WORTH_MOMENT))
    post (element,
        gst_structure_new ("realtime-overrun", "direction", G_TYPE_STRING,
            "uplink", "dropped", G_TYPE_UINT, ms, NULL));
}

void
gst_realtime_bus_post_event (
    GstElement *element, const gchar *type, GBytes *json, const gchar *secret)
{
  gsize size;
  const gchar *data = g_bytes_get_data (json, &size);
  g_autofree gchar *text = NULL;
  g_autofree gchar *safe = NULL;

  if (!admits (element, GST_REALTIME_WORTH_INCREMENT))
    return;
  text = g_strndup (data, size);
  safe = rt_redact (text, secret, size + 1);
  post_safely (element,
      gst_structure_new ("realtime-event", "type", G_TYPE_STRING, type, "json",
          G_TYPE_STRING, safe, NULL),
      secret);
}

static const gchar *
reason_of (RtClosedReason reason)
{
  static const gchar *const names[] = {
    [RT_CLOSED_REQUESTED] = "requested",
    [RT_CLOSED_TRANSPORT] = "transport-closed",
    [RT_CLOSED_ERROR] = "error",
    [RT_CLOSED_EOS] = "eos",
  };

  return names[reason];
}

static GQuark
error_of (RtCause cause, gint *code)
{
  static const gint codes[] = {
    [RT_CAUSE_GENERIC] = GST_RESOURCE_ERROR_OPEN_READ_WRITE,
    [RT_CAUSE_NOT_AUTHORIZED] = GST_RESOURCE_ERROR_NOT_AUTHORIZED,
    [RT_CAUSE_NOT_FOUND] = GST_RESOURCE_ERROR_NOT_FOUND,
    [RT_CAUSE_BUSY] = GST_RESOURCE_ERROR_BUSY,
    [RT_CAUSE_SETTINGS] = GST_RESOURCE_ERROR_SETTINGS,
    [RT_CAUSE_PROTOCOL] = GST_RESOURCE_ERROR_OPEN_READ_WRITE,
    [RT_CAUSE_TIMEOUT] = GST_RESOURCE_ERROR_OPEN_READ_WRITE,
    [RT_CAUSE_LOST] = GST_RESOURCE_ERROR_READ,
    [RT_CAUSE_FORMAT] = GST_STREAM_ERROR_FORMAT,
  };

  *code = codes[cause];
  return cause == RT_CAUSE_FORMAT ? GST_STREAM_ERROR : GST_RESOURCE_ERROR;
}

static void
post_closed (
    GstElement *element, const RtConversationEnd *end, const gchar *secret)
{
  GstStructure *s = gst_structure_new ("realtime-closed", "reason",
      G_TYPE_STRING, reason_of (end->reason), "close-code", G_TYPE_UINT,
      end->close_code, NULL);

  set_redacted (s, "detail", end->detail, secret);
  post (element, s);
}

static void
post_fatal (
    GstElement *element, const RtConversationEnd *end, const gchar *secret)
{
  g_autofree gchar *safe = rt_redact (end->detail, secret, MAX_TEXT);
  GstStructure *details = gst_structure_new_empty ("details");
  gint code;
  GQuark domain = error_of (end->cause, &code);

  if (end->http_status != 0)
    gst_structure_set (
        details, "http-status", G_TYPE_UINT, end->http_status, NULL);
  if (end->close_code != 0)
    gst_structure_set (
        details, "close-code", G_TYPE_UINT, end->close_code, NULL);
  if (end->error != NULL)
    set_redacted (details, "code", end->error->code, secret);
  gst_element_message_full_with_details (element, GST_MESSAGE_ERROR, domain,
      code, g_strdup_printf ("The conversation failed: %s", safe), NULL,
      __FILE__, GST_FUNCTION, __LINE__, details);
}

void
gst_realtime_bus_post_end (
    GstElement *element, const RtConversationEnd *end, const gchar *secret)
{
  /* there may be nothing behind it */
  tell_left_out (element, TRUE);
  if (end->failed) {
    RtNote lost = {
      .type = RT_NOTE_ERROR,
      .text = end->detail,
      .severity = RT_SEVERITY_FATAL,
    };

    post (element, error (end->error != NULL ? end->error : &lost, secret));
  }
  if (end->started)
    post_closed (element, end, secret);
  if (end->failed)
    post_fatal (element, end, secret);
}

void
gst_realtime_bus_post_progress (
    GstElement *element, GstProgressType type, const gchar *text)
{
  if (admits (element, GST_REALTIME_WORTH_MOMENT))
    gst_element_post_message (
        element, gst_message_new_progress (
                     GST_OBJECT (element), type, PROGRESS_CODE, text));
}

void
gst_realtime_bus_post_error (GstElement *element, const GError *problem)
{
  gst_element_message_full (element, GST_MESSAGE_ERROR, problem->domain,
      problem->code, g_strdup (problem->message), NULL, __FILE__, GST_FUNCTION,
      __LINE__);
}

void
gst_realtime_bus_post_warning (GstElement *element, const GError *problem)
{
  if (!admits (element, GST_REALTIME_WORTH_RECORD))
    return;
  gst_element_message_full (element, GST_MESSAGE_WARNING, problem->domain,
      problem->code, g_strdup (problem->message), NULL, __FILE__, GST_FUNCTION,
      __LINE__);
}
