/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sizes and wire names of the audio formats.  Pure; any thread.
 */
#include "rtaudioformat.h"

guint
rt_audio_format_frame_size (const RtAudioFormat *format)
{
  guint width = format->codec == RT_CODEC_PCM16 ? 2 : 1;

  return width * format->channels;
}

gboolean
rt_audio_format_equal (const RtAudioFormat *a, const RtAudioFormat *b)
{
  return a->codec == b->codec && a->rate == b->rate
         && a->channels == b->channels;
}

guint8
rt_codec_silence (RtCodec codec)
{
  switch (codec) {
    case RT_CODEC_PCMU:
      return 0xff;
    case RT_CODEC_PCMA:
      return 0xd5;
    case RT_CODEC_PCM16:
      break;
  }
  return 0;
}

const gchar *
rt_codec_to_wire (RtCodec codec)
{
  switch (codec) {
    case RT_CODEC_PCMU:
      return "audio/pcmu";
    case RT_CODEC_PCMA:
      return "audio/pcma";
    case RT_CODEC_PCM16:
    default:
      return "audio/pcm";
  }
}

gboolean
rt_codec_from_wire (const gchar *name, RtCodec *codec)
{
  static const struct {
    const gchar *name;
    RtCodec codec;
  } names[] = {
    { "audio/pcm", RT_CODEC_PCM16 },
    { "audio/pcmu", RT_CODEC_PCMU },
    { "audio/pcma", RT_CODEC_PCMA },
    { "pcm16", RT_CODEC_PCM16 },
    { "g711_ulaw", RT_CODEC_PCMU },
    { "g711_alaw", RT_CODEC_PCMA },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    if (g_strcmp0 (name, names[i].name) == 0) {
      *codec = names[i].codec;
      return TRUE;
    }
  }
  return FALSE;
}
