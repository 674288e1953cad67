/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The silence that a server's VAD waits for when nothing comes in any more:
 * behind the end of the input, and where it fails.  I/O thread only.
 */
#include "rtconversation-private.h"

#include <string.h>

/* What a VAD wants to hear beyond its own silence duration. */
#define TRAILING_SILENCE 300  /* ms */
#define SEMANTIC_SILENCE 2000 /* ms */
/* How long nothing comes before we believe that the source is mute, and how
 * much silence there is at a time. */
#define STARVED_TIME 1000 /* ms */
/* A turn that does not end by as much does not end by silence. */
#define MAX_PADDING 10000 /* ms */

/* lock */
static guint
trailing_silence (RtConversation *self)
{
  const RtSessionConfig *config = rt_session_get_config (self->session);

  switch (config->turn_detection) {
    case RT_TURN_DETECTION_SERVER_VAD:
      return config->vad_silence_duration + TRAILING_SILENCE;
    case RT_TURN_DETECTION_SEMANTIC_VAD:
      return SEMANTIC_SILENCE;
    case RT_TURN_DETECTION_NONE:
      break;
  }
  return 0;
}

/* Returns the bytes. */
static gsize
append_silence (RtConversation *self, guint ms)
{
  RtAudioFormat format;
  gsize size, bytes, done, n;

  rt_conversation_get_chunking (self, &format, &size);
  bytes
      = (gsize) format.rate * ms / 1000 * rt_audio_format_frame_size (&format);
  g_byte_array_set_size (self->chunk, size);
  memset (self->chunk->data, rt_codec_silence (format.codec), size);
  for (done = 0; done < bytes; done += n) {
    n = MIN (bytes - done, size);
    rt_conversation_append (
        self, &format, self->chunk->data, n, RT_TIME_UNKNOWN);
  }
  return bytes;
}

/* A recording often ends with its last word: without some silence behind it
 * the server's VAD would wait for ever. */
void
rt_conversation_append_trailing_silence (RtConversation *self)
{
  guint ms;

  g_mutex_lock (&self->lock);
  ms = trailing_silence (self);
  g_mutex_unlock (&self->lock);
  append_silence (self, ms);
}

/* A VAD hangs only in the middle of a turn, which only some servers tell. */
static gboolean
may_starve (RtConversation *self)
{
  gboolean may;

  if (!self->ready || self->connection == NULL || self->input_finished
      || self->last_append == 0 || self->padded >= MAX_PADDING)
    return FALSE;
  g_mutex_lock (&self->lock);
  may = !self->input_ended && trailing_silence (self) > 0
        && rt_session_user_is_speaking (self->session);
  g_mutex_unlock (&self->lock);
  return may;
}

/* A second more of silence, behind the part of a chunk that waited as long.
 * FALSE: not yet, that is not taken. */
static gboolean
pad (RtConversation *self)
{
  gint64 last_append = self->last_append;

  if (self->padded == 0 && !rt_conversation_pump (self, TRUE))
    return FALSE;
  self->last_append = last_append;
  self->padded += STARVED_TIME;
  rt_uplink_pad (self->uplink, append_silence (self, STARVED_TIME));
  return TRUE;
}

/* As long as it is mute, and no longer: a pause of the pipeline does not
 * count, nor does audio that the network does not take. */
static gboolean
starved_cb (gpointer user_data)
{
  RtConversation *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 due
      = self->last_append + ((gint64) self->padded + STARVED_TIME) * 1000;

  rt_conversation_cancel (&self->starve_timer);
  if (!may_starve (self))
    return G_SOURCE_REMOVE;
  if (rt_conversation_has_chunk (self)
      || !self->callbacks.input_runs (self, self->user_data)
      || (now >= due && !pad (self))) {
    self->last_append = now - (gint64) self->padded * 1000;
    due = now + STARVED_TIME * 1000;
  } else if (now >= due) {
    due += STARVED_TIME * 1000;
  }
  /* what was sent just now may have set it */
  if (self->starve_timer == NULL)
    self->starve_timer = rt_conversation_timer (
        self, (guint) MAX ((due - now) / 1000 + 1, 1), starved_cb);
  return G_SOURCE_REMOVE;
}

/* One timer as long as it may be needed: it looks when the last audio was,
 * instead of being set anew by each piece. */
void
rt_conversation_watch_input (RtConversation *self)
{
  if (self->starve_timer == NULL && !self->ended && may_starve (self))
    self->starve_timer = rt_conversation_timer (self, STARVED_TIME, starved_cb);
}
