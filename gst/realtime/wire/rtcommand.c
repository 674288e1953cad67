/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Life and death of a command.  Pure; any thread.
 */
#include "rtcommand.h"

RtCommand *
rt_command_new (RtCommandType type)
{
  RtCommand *command = g_new0 (RtCommand, 1);

  command->type = type;
  return command;
}

RtCommand *
rt_command_copy (const RtCommand *command)
{
  RtCommand *copy = g_memdup2 (command, sizeof (RtCommand));

  copy->event_id = g_strdup (command->event_id);
  copy->item_id = g_strdup (command->item_id);
  copy->call_id = g_strdup (command->call_id);
  copy->response_id = g_strdup (command->response_id);
  copy->name = g_strdup (command->name);
  copy->text = g_strdup (command->text);
  copy->before = g_strdup (command->before);
  copy->left_out = g_strdupv (command->left_out);
  return copy;
}

void
rt_command_free (RtCommand *command)
{
  if (command == NULL)
    return;
  g_free (command->event_id);
  g_free (command->item_id);
  g_free (command->call_id);
  g_free (command->response_id);
  g_free (command->name);
  g_free (command->text);
  g_free (command->before);
  g_strfreev (command->left_out);
  g_free (command);
}
