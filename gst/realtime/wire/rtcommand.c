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

void
rt_command_free (RtCommand *command)
{
  if (command == NULL)
    return;
  g_free (command->event_id);
  g_free (command->item_id);
  g_free (command->call_id);
  g_free (command->response_id);
  g_free (command->text);
  g_free (command->before);
  g_free (command);
}
