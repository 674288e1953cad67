/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The audio formats that the realtime protocols carry.  Plain values.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RT_CODEC_PCM16, /* signed 16 bit little endian, interleaved */
  RT_CODEC_PCMU,  /* G.711 mu-law, 8000 Hz mono */
  RT_CODEC_PCMA,  /* G.711 A-law, 8000 Hz mono */
} RtCodec;

typedef struct {
  RtCodec codec;
  guint rate;     /* Hz */
  guint channels; /* interleaved */
} RtAudioFormat;

#define RT_AUDIO_FORMAT_DEFAULT ((RtAudioFormat){ RT_CODEC_PCM16, 24000, 1 })

/* Bytes of one frame, that is of one sample of every channel. */
guint rt_audio_format_frame_size (const RtAudioFormat *format);
gboolean rt_audio_format_equal (const RtAudioFormat *a, const RtAudioFormat *b);
/* The byte that silence is made of. */
guint8 rt_codec_silence (RtCodec codec);
/* The wire's name of the codec: "audio/pcm", "audio/pcmu", "audio/pcma". */
const gchar *rt_codec_to_wire (RtCodec codec);
/* TRUE and *codec when `name` is one of the wire's names, also the older
 * "pcm16", "g711_ulaw" and "g711_alaw". */
gboolean rt_codec_from_wire (const gchar *name, RtCodec *codec);

G_END_DECLS
