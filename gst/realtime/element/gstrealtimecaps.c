/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Caps and the audio formats of the wire.  Any thread.
 */
#include "gstrealtimecaps.h"

#include "gstrealtimeconversation-private.h"

gboolean
gst_realtime_caps_parse (const GstCaps *caps, RtAudioFormat *format)
{
  const GstStructure *structure;
  gint rate, channels;

  if (!gst_caps_is_fixed (caps))
    return FALSE;
  structure = gst_caps_get_structure (caps, 0);
  if (!gst_structure_get_int (structure, "rate", &rate)
      || !gst_structure_get_int (structure, "channels", &channels))
    return FALSE;
  if (gst_structure_has_name (structure, "audio/x-mulaw"))
    format->codec = RT_CODEC_PCMU;
  else if (gst_structure_has_name (structure, "audio/x-alaw"))
    format->codec = RT_CODEC_PCMA;
  else if (gst_structure_has_name (structure, "audio/x-raw"))
    format->codec = RT_CODEC_PCM16;
  else
    return FALSE;
  format->rate = rate;
  format->channels = channels;
  return TRUE;
}

GstCaps *
gst_realtime_caps_of_format (const RtAudioFormat *format)
{
  static const gchar *const names[] = {
    [RT_CODEC_PCM16] = "audio/x-raw",
    [RT_CODEC_PCMU] = "audio/x-mulaw",
    [RT_CODEC_PCMA] = "audio/x-alaw",
  };
  GstCaps *caps = gst_caps_new_simple (names[format->codec], "rate", G_TYPE_INT,
      (gint) format->rate, "channels", G_TYPE_INT, (gint) format->channels,
      NULL);

  if (format->codec == RT_CODEC_PCM16)
    gst_caps_set_simple (caps, "format", G_TYPE_STRING, "S16LE", "layout",
        G_TYPE_STRING, "interleaved", NULL);
  return caps;
}

RtPlayoutFormat
gst_realtime_caps_to_playout (const RtAudioFormat *format)
{
  return (RtPlayoutFormat){
    .frame_size = rt_audio_format_frame_size (format),
    .rate = format->rate,
    .tag = format->codec,
  };
}

RtAudioFormat
gst_realtime_caps_from_playout (const RtPlayoutFormat *format)
{
  RtAudioFormat audio = { format->tag, format->rate, format->frame_size };

  if (audio.codec == RT_CODEC_PCM16)
    audio.channels /= 2;
  return audio;
}

GstCaps *
gst_realtime_caps_of_playout (const RtPlayoutFormat *format)
{
  const RtAudioFormat audio = gst_realtime_caps_from_playout (format);

  return gst_realtime_caps_of_format (&audio);
}

gsize
gst_realtime_caps_set_uplink (RtUplink *uplink, const RtAudioFormat *format)
{
  RtUplinkFormat queued
      = { rt_audio_format_frame_size (format), format->rate, format->codec };

  return rt_uplink_set_format (uplink, &queued);
}

GstCaps *
gst_realtime_caps_of_dialect (const RtDialect *dialect, gboolean output)
{
  RtDialectFlags any = output ? RT_DIALECT_DECLARES : RT_DIALECT_ANY_RATE;
  GstCaps *caps;

  if ((dialect->flags & any) != 0)
    caps = gst_caps_from_string (
        "audio/x-raw, format = (string) S16LE, layout = (string) "
        "interleaved, rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 2 ]");
  else
    caps = gst_realtime_caps_of_format (&RT_AUDIO_FORMAT_DEFAULT);
  if ((dialect->flags & RT_DIALECT_G711) != 0)
    gst_caps_append (
        caps, gst_caps_from_string (
                  "audio/x-mulaw, rate = (int) 8000, channels = (int) 1; "
                  "audio/x-alaw, rate = (int) 8000, channels = (int) 1"));
  return caps;
}

/* What `pad` can carry: the present caps first, should a server have chosen
 * what it was not asked for. */
static GstCaps *
possible_caps (GstRealtimeConversation *self, GstPad *pad)
{
  GstCaps *current = gst_pad_get_current_caps (pad), *caps;
  const RtDialect *dialect;

  GST_OBJECT_LOCK (self);
  dialect = gst_realtime_settings_dialect (self->settings);
  GST_OBJECT_UNLOCK (self);
  caps = gst_realtime_caps_of_dialect (dialect, pad == self->srcpad);
  if (current == NULL || pad == self->sinkpad) {
    gst_clear_caps (&current);
    return caps;
  }
  return gst_caps_merge (current, caps);
}

void
gst_realtime_caps_answer (
    GstRealtimeConversation *self, GstPad *pad, GstQuery *query)
{
  GstCaps *caps = possible_caps (self, pad), *filter, *filtered;

  gst_query_parse_caps (query, &filter);
  if (filter != NULL) {
    filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (caps);
    caps = filtered;
  }
  gst_query_set_caps_result (query, caps);
  gst_caps_unref (caps);
}

/* Where any rate will do, the one that models are used to. */
static GstCaps *
fixate (GstCaps *caps)
{
  const RtAudioFormat usual = RT_AUDIO_FORMAT_DEFAULT;
  GstStructure *structure;

  caps = gst_caps_make_writable (gst_caps_truncate (caps));
  structure = gst_caps_get_structure (caps, 0);
  gst_structure_fixate_field_nearest_int (structure, "rate", usual.rate);
  gst_structure_fixate_field_nearest_int (
      structure, "channels", usual.channels);
  return gst_caps_fixate (caps);
}

RtAudioFormat
gst_realtime_caps_preferred (GstRealtimeConversation *self, GstPad *pad)
{
  RtAudioFormat format = RT_AUDIO_FORMAT_DEFAULT;
  GstCaps *ours = possible_caps (self, pad);
  /* no filter: with ours, the answer would come in our order of preference */
  GstCaps *theirs = gst_pad_peer_query_caps (pad, NULL);
  GstCaps *caps
      = gst_caps_intersect_full (theirs, ours, GST_CAPS_INTERSECT_FIRST);

  if (!gst_caps_is_empty (caps) && !gst_caps_is_any (theirs)) {
    caps = fixate (caps);
    gst_realtime_caps_parse (caps, &format);
  }
  gst_caps_unref (caps);
  gst_caps_unref (theirs);
  gst_caps_unref (ours);
  return format;
}
