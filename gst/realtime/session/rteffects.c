/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of what the session wants done, and the notes in it.  Pure; the
 * list's owner serialises the calls.
 */
#include "rteffects.h"

struct _RtEffects {
  GQueue queue; /* of RtEffect */
};

RtNote *
rt_note_new (RtNoteType type)
{
  RtNote *note = g_new0 (RtNote, 1);

  note->type = type;
  note->running_time = RT_TIME_UNKNOWN;
  return note;
}

void
rt_note_free (RtNote *note)
{
  if (note == NULL)
    return;
  g_free (note->item_id);
  g_free (note->response_id);
  g_free (note->call_id);
  g_free (note->session_id);
  g_free (note->name);
  g_free (note->text);
  g_free (note->arguments);
  g_free (note->detail);
  g_free (note->json);
  g_free (note->code);
  g_free (note->error_type);
  g_free (note->event_id);
  g_clear_pointer (&note->entries, g_ptr_array_unref);
  g_free (note);
}

RtTranscriptEntry *
rt_transcript_entry_new (const gchar *role, const gchar *text)
{
  RtTranscriptEntry *entry = g_new (RtTranscriptEntry, 1);

  entry->role = g_strdup (role);
  entry->text = g_strdup (text);
  return entry;
}

void
rt_transcript_entry_free (RtTranscriptEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->role);
  g_free (entry->text);
  g_free (entry);
}

void
rt_effect_free (RtEffect *effect)
{
  if (effect == NULL)
    return;
  rt_command_free (effect->command);
  rt_note_free (effect->note);
  g_clear_pointer (&effect->audio, g_bytes_unref);
  g_free (effect);
}

RtEffects *
rt_effects_new (void)
{
  RtEffects *effects = g_new (RtEffects, 1);

  g_queue_init (&effects->queue);
  return effects;
}

void
rt_effects_free (RtEffects *effects)
{
  if (effects == NULL)
    return;
  g_queue_clear_full (&effects->queue, (GDestroyNotify) rt_effect_free);
  g_free (effects);
}

guint
rt_effects_length (const RtEffects *effects)
{
  return effects->queue.length;
}

RtEffect *
rt_effects_pop (RtEffects *effects)
{
  return g_queue_pop_head (&effects->queue);
}

RtCommand *
rt_effects_unsend (RtEffects *effects)
{
  GList *link;

  for (link = effects->queue.head; link != NULL; link = link->next) {
    RtEffect *effect = link->data;
    RtCommand *command;

    if (effect->type != RT_EFFECT_SEND)
      continue;
    command = g_steal_pointer (&effect->command);
    g_queue_delete_link (&effects->queue, link);
    rt_effect_free (effect);
    return command;
  }
  return NULL;
}

void
rt_effects_return (RtEffects *effects, RtCommand *command)
{
  RtEffect *effect = g_new0 (RtEffect, 1);

  effect->type = RT_EFFECT_SEND;
  effect->command = command;
  g_queue_push_head (&effects->queue, effect);
}

RtEffect *
rt_effects_add (RtEffects *effects, RtEffectType type)
{
  RtEffect *effect = g_new0 (RtEffect, 1);

  effect->type = type;
  g_queue_push_tail (&effects->queue, effect);
  return effect;
}

void
rt_effects_send (RtEffects *effects, RtCommand *command)
{
  rt_effects_add (effects, RT_EFFECT_SEND)->command = command;
}

void
rt_effects_note (RtEffects *effects, RtNote *note)
{
  rt_effects_add (effects, RT_EFFECT_NOTE)->note = note;
}
