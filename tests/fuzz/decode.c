/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any message of a server, in the dialect that the first byte names.  What is
 * read by the fast road is the same event as by the full parser.
 */
#include "describe.h"
#include "fuzz.h"
#include "rtdecode.h"
#include "rtdialect.h"
#include "rtscan.h"

#include <string.h>

static const RtDialect *
dialect_of (guint8 letter)
{
  switch (letter % 3) {
    case 0: /* 'c' */
      return &rt_dialect_create;
    case 1: /* '1' */
      return &rt_dialect_v1;
    default: /* '2' */
      return &rt_dialect_v2;
  }
}

/* As the dialects have them, as far as audio goes. */
static RtDecodeFlags
flags_of (const RtDialect *dialect)
{
  if (dialect == &rt_dialect_v2)
    return RT_DECODE_V2 | RT_DECODE_CHANNELS;
  if (dialect == &rt_dialect_v1)
    return RT_DECODE_V1 | RT_DECODE_CHANNELS | RT_DECODE_DECLARED_AUDIO;
  return RT_DECODE_CREATE | RT_DECODE_DECLARED_AUDIO;
}

static void
check_string (const gchar *text, gsize max)
{
  if (text == NULL)
    return;
  g_assert_cmpuint (strlen (text), <=, max);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
check_item (const RtItem *item)
{
  if (item == NULL)
    return;
  check_string (item->id, RT_DECODE_MAX_ID);
  check_string (item->role, RT_DECODE_MAX_ID);
  check_string (item->status, RT_DECODE_MAX_ID);
  check_string (item->call_id, RT_DECODE_MAX_ID);
  check_string (item->name, RT_DECODE_MAX_ID);
  check_string (item->arguments, RT_DECODE_MAX_TEXT);
  check_string (item->text, RT_DECODE_MAX_TEXT);
  g_assert_nonnull (item->json);
  check_string (item->json, RT_DECODE_MAX_TEXT);
}

static void
check_response (const RtResponse *response)
{
  guint i;

  if (response == NULL)
    return;
  check_string (response->id, RT_DECODE_MAX_ID);
  g_assert_nonnull (response->status);
  check_string (response->status, RT_DECODE_MAX_ID);
  check_string (response->reason, RT_DECODE_MAX_ID);
  check_string (response->error_message, RT_DECODE_MAX_MESSAGE);
  g_assert_cmpuint (response->output->len, <=, RT_DECODE_MAX_ITEMS);
  for (i = 0; i < response->output->len; i++)
    check_item (g_ptr_array_index (response->output, i));
}

static void
check_error (const RtErrorInfo *error)
{
  if (error == NULL)
    return;
  g_assert_nonnull (error->message);
  check_string (error->message, RT_DECODE_MAX_MESSAGE);
  check_string (error->code, RT_DECODE_MAX_ID);
  check_string (error->type, RT_DECODE_MAX_ID);
  check_string (error->param, RT_DECODE_MAX_ID);
  check_string (error->event_id, RT_DECODE_MAX_ID);
}

static void
check_format (guint rate, guint channels)
{
  g_assert_cmpuint (rate, >=, 8000);
  g_assert_cmpuint (rate, <=, 48000);
  g_assert_cmpuint (channels, >=, 1);
  g_assert_cmpuint (channels, <=, 2);
}

static void
check_event (const RtEvent *event)
{
  g_assert_cmpint (event->type, <, RT_EVENT_LAST);
  g_assert_nonnull (event->name);
  check_string (event->name, RT_DECODE_MAX_ID);
  check_string (event->event_id, RT_DECODE_MAX_ID);
  check_string (event->item_id, RT_DECODE_MAX_ID);
  check_string (event->previous_item_id, RT_DECODE_MAX_ID);
  check_string (event->response_id, RT_DECODE_MAX_ID);
  check_string (event->call_id, RT_DECODE_MAX_ID);
  check_string (event->function_name, RT_DECODE_MAX_ID);
  check_string (event->text, RT_DECODE_MAX_TEXT);
  check_item (event->item);
  check_response (event->response);
  check_error (event->error);
  if (event->session != NULL && event->session->has_input_format)
    check_format (event->session->input_format.rate,
        event->session->input_format.channels);
  if (event->audio_rate != 0)
    check_format (event->audio_rate, event->audio_channels);
  if (event->type == RT_EVENT_OUTPUT_AUDIO_DELTA)
    g_assert_nonnull (event->audio);
}

static void
check_roads (const gchar *text, gsize size, const RtDialect *dialect,
    const RtEvent *event)
{
  g_autoptr (RtEvent) full = NULL;
  g_autofree gchar *told = NULL, *expected = NULL;

  full = rt_decode_full (text, size, flags_of (dialect), NULL);
  g_assert_cmpint (full != NULL, ==, event != NULL);
  if (full == NULL)
    return;
  told = rt_test_describe (event);
  expected = rt_test_describe (full);
  g_assert_cmpstr (told, ==, expected);
  g_assert_cmpint (event->audio != NULL, ==, full->audio != NULL);
  if (full->audio != NULL)
    g_assert_true (g_bytes_equal (event->audio, full->audio));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const gchar *text = (const gchar *) data + 1;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtEvent) event = NULL;
  const RtDialect *dialect;
  RtScan scan;

  if (size-- == 0)
    return 0;
  dialect = dialect_of (*data);
  event = dialect->decode (text, size, &error);
  g_assert_cmpint (event != NULL, ==, error == NULL);
  if (event != NULL) {
    check_event (event);
    dialect->is_ready (event);
  } else {
    g_assert_cmpuint (error->domain, ==, RT_WIRE_ERROR);
  }
  if (rt_scan (text, size, &scan)
      && (event == NULL || event->type == RT_EVENT_OUTPUT_AUDIO_DELTA))
    check_roads (text, size, dialect, event);
  return 0;
}
