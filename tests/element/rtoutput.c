/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may be expected of the buffers that left `src`.
 */
#include "rtoutput.h"

#include <string.h>

void
rt_output_assert_contiguous (GArray *buffers, guint from, guint to)
{
  guint i;

  g_assert_cmpuint (buffers->len, >=, to);
  for (i = from; i < to; i++) {
    RtOutBuffer *buffer = &g_array_index (buffers, RtOutBuffer, i);

    g_assert_cmpuint (buffer->duration, >, 0);
    if (i > from) {
      g_assert_cmpuint (buffer->pts, ==, buffer[-1].pts + buffer[-1].duration);
      g_assert_false (buffer->flags & GST_BUFFER_FLAG_DISCONT);
    }
  }
}

GByteArray *
rt_output_dup_speech (RtPipeline *p, guint8 silence)
{
  g_autoptr (GArray) buffers = rt_pipeline_get_buffers (p);
  g_autoptr (GByteArray) audio = rt_pipeline_get_audio (p);
  GByteArray *speech = g_byte_array_new ();
  guint i;

  for (i = 0; i < buffers->len; i++) {
    RtOutBuffer *buffer = &g_array_index (buffers, RtOutBuffer, i);
    const guint8 *data = audio->data + buffer->offset;

    if ((buffer->flags & GST_BUFFER_FLAG_GAP) == 0)
      g_byte_array_append (speech, data, buffer->size);
    else
      g_assert_true (
          data[0] == silence && memcmp (data, data + 1, buffer->size - 1) == 0);
  }
  return speech;
}

guint
rt_output_count_silence (RtPipeline *p)
{
  g_autoptr (GArray) buffers = rt_pipeline_get_buffers (p);
  guint count = 0, i;

  for (i = 0; i < buffers->len; i++)
    if ((g_array_index (buffers, RtOutBuffer, i).flags & GST_BUFFER_FLAG_GAP)
        != 0)
      count++;
  return count;
}
