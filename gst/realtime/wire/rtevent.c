/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Life and death of an event and of what hangs on it.  Pure; any thread.
 */
#include "rtevent.h"

RtEvent *
rt_event_new (RtEventType type, const gchar *name)
{
  RtEvent *event = g_new0 (RtEvent, 1);

  event->type = type;
  event->name = g_strdup (name);
  return event;
}

void
rt_event_free (RtEvent *event)
{
  if (event == NULL)
    return;
  g_free (event->name);
  g_free (event->event_id);
  g_free (event->item_id);
  g_free (event->previous_item_id);
  g_free (event->response_id);
  g_free (event->call_id);
  g_free (event->function_name);
  g_free (event->text);
  g_clear_pointer (&event->audio, g_bytes_unref);
  rt_item_free (event->item);
  rt_response_free (event->response);
  rt_session_info_free (event->session);
  rt_error_info_free (event->error);
  g_free (event);
}

RtItem *
rt_item_new (void)
{
  return g_new0 (RtItem, 1);
}

void
rt_item_free (RtItem *item)
{
  if (item == NULL)
    return;
  g_free (item->id);
  g_free (item->role);
  g_free (item->status);
  g_free (item->call_id);
  g_free (item->name);
  g_free (item->arguments);
  g_free (item->text);
  g_free (item->json);
  g_free (item);
}

RtResponse *
rt_response_new (void)
{
  RtResponse *response = g_new0 (RtResponse, 1);

  response->output
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_item_free);
  return response;
}

void
rt_response_free (RtResponse *response)
{
  if (response == NULL)
    return;
  g_free (response->id);
  g_free (response->status);
  g_free (response->reason);
  g_free (response->error_code);
  g_free (response->error_type);
  g_free (response->error_message);
  g_ptr_array_unref (response->output);
  g_free (response);
}

RtErrorInfo *
rt_error_info_new (const gchar *code, const gchar *message)
{
  RtErrorInfo *info = g_new0 (RtErrorInfo, 1);

  info->code = g_strdup (code);
  info->message = g_strdup (message);
  return info;
}

void
rt_error_info_free (RtErrorInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->code);
  g_free (info->type);
  g_free (info->message);
  g_free (info->param);
  g_free (info->event_id);
  g_free (info);
}

RtSessionInfo *
rt_session_info_new (void)
{
  return g_new0 (RtSessionInfo, 1);
}

void
rt_session_info_free (RtSessionInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->id);
  g_free (info->instructions);
  g_free (info);
}
