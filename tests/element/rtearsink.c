/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A simulated sink that knows when each sample is heard.  Any thread.
 */
#include "rtearsink.h"

#define RATE 24000
#define FRAME 2

/* Samples that follow each other. */
typedef struct {
  gsize offset; /* into the audio */
  guint frames;
  GstClockTime pts;     /* running time */
  GstClockTime latency; /* once heard: the one that it was heard with */
} Chunk;

typedef struct {
  GstElement parent;

  GstPad *pad;
  GMutex mutex;
  /* mutex */
  GstClockTime own;
  GstClockTime latency;
  GByteArray *audio; /* all that was taken and not flushed away */
  GArray *chunks;
  guint flushes;
} RtEarSink;

typedef struct {
  GstElementClass parent_class;
} RtEarSinkClass;

#define RT_EAR_SINK(object) ((RtEarSink *) (object))

static GType rt_ear_sink_get_type (void);
G_DEFINE_TYPE (RtEarSink, rt_ear_sink, GST_TYPE_ELEMENT)

static GstStaticPadTemplate template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("audio/x-raw, format=S16LE, rate=24000, channels=1"));

static GstClockTime
frames_to_time (guint64 frames)
{
  return gst_util_uint64_scale (frames, GST_SECOND, RATE);
}

static Chunk *
get_chunk (RtEarSink *self, guint i)
{
  return &g_array_index (self->chunks, Chunk, i);
}

/* mutex.  Frames of it that are over. */
static guint
count_over (RtEarSink *self, const Chunk *chunk, GstClockTime now)
{
  GstClockTime start
      = chunk->pts
        + (GST_CLOCK_TIME_IS_VALID (chunk->latency) ? chunk->latency
                                                    : self->latency);
  guint64 frames;

  if (now <= start)
    return 0;
  frames = gst_util_uint64_scale (now - start, RATE, GST_SECOND);
  if (frames_to_time (frames + 1) <= now - start)
    frames++;
  return MIN (frames, chunk->frames);
}

/* mutex */
static gsize
count_heard (RtEarSink *self, GstClockTime now)
{
  gsize heard = 0;
  guint i;

  for (i = 0; i < self->chunks->len; i++)
    heard += count_over (self, get_chunk (self, i), now) * FRAME;
  return heard;
}

/* mutex.  What was heard stays so, whatever the latency is next. */
static void
settle (RtEarSink *self, GstClockTime now)
{
  guint i;

  for (i = 0; i < self->chunks->len; i++) {
    Chunk *chunk = get_chunk (self, i);
    guint over = count_over (self, chunk, now);
    Chunk rest = { chunk->offset + over * FRAME, chunk->frames - over,
      chunk->pts + frames_to_time (over), GST_CLOCK_TIME_NONE };

    if (over == 0 || GST_CLOCK_TIME_IS_VALID (chunk->latency))
      continue;
    chunk->frames = over;
    chunk->latency = self->latency;
    if (rest.frames > 0)
      g_array_insert_val (self->chunks, ++i, rest);
  }
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  RtEarSink *self = RT_EAR_SINK (parent);
  Chunk chunk
      = { .pts = GST_BUFFER_PTS (buffer), .latency = GST_CLOCK_TIME_NONE };
  GstMapInfo map;

  /* silence in the place of speech that is missing */
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_mutex_lock (&self->mutex);
  chunk.offset = self->audio->len;
  chunk.frames = map.size / FRAME;
  g_byte_array_append (self->audio, map.data, map.size);
  g_array_append_val (self->chunks, chunk);
  g_mutex_unlock (&self->mutex);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static void
flush (RtEarSink *self)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  gsize heard;

  g_mutex_lock (&self->mutex);
  settle (self, now);
  heard = count_heard (self, now);
  g_byte_array_set_size (self->audio, heard);
  while (self->chunks->len > 0
         && get_chunk (self, self->chunks->len - 1)->offset >= heard)
    g_array_set_size (self->chunks, self->chunks->len - 1);
  self->flushes++;
  g_mutex_unlock (&self->mutex);
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START)
    flush (RT_EAR_SINK (parent));
  else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_element_post_message (
        GST_ELEMENT (parent), gst_message_new_eos (parent));
  gst_event_unref (event);
  return TRUE;
}

/* The pipeline asks its sinks, and tells them what it made of the answers. */
static gboolean
query (GstElement *element, GstQuery *query)
{
  RtEarSink *self = RT_EAR_SINK (element);
  GstClockTime min, max;
  gboolean live;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_peer_query (self->pad, query);
  if (!gst_pad_peer_query (self->pad, query))
    return FALSE;
  gst_query_parse_latency (query, &live, &min, &max);
  g_mutex_lock (&self->mutex);
  min += self->own;
  g_mutex_unlock (&self->mutex);
  gst_query_set_latency (query, live, min, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
send_event (GstElement *element, GstEvent *event)
{
  RtEarSink *self = RT_EAR_SINK (element);

  if (GST_EVENT_TYPE (event) == GST_EVENT_LATENCY) {
    GstClockTime now = gst_element_get_current_running_time (element);

    g_mutex_lock (&self->mutex);
    if (GST_CLOCK_TIME_IS_VALID (now))
      settle (self, now);
    gst_event_parse_latency (event, &self->latency);
    g_mutex_unlock (&self->mutex);
  }
  return gst_pad_push_event (self->pad, event);
}

static void
finalize (GObject *object)
{
  RtEarSink *self = RT_EAR_SINK (object);

  g_byte_array_unref (self->audio);
  g_array_unref (self->chunks);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (rt_ear_sink_parent_class)->finalize (object);
}

static void
rt_ear_sink_class_init (RtEarSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  element_class->query = query;
  element_class->send_event = send_event;
  gst_element_class_add_static_pad_template (element_class, &template);
  gst_element_class_set_static_metadata (element_class, "Ear", "Sink/Audio",
      "Knows when each sample is heard", "The gst-realtime authors");
}

static void
rt_ear_sink_init (RtEarSink *self)
{
  g_mutex_init (&self->mutex);
  self->audio = g_byte_array_new ();
  self->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  self->pad = gst_pad_new_from_static_template (&template, "sink");
  gst_pad_set_chain_function (self->pad, chain);
  gst_pad_set_event_function (self->pad, sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->pad);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}

void
rt_ear_sink_register (void)
{
  gst_element_register (
      NULL, "rtearsink", GST_RANK_NONE, rt_ear_sink_get_type ());
}

void
rt_ear_sink_set_latency (GstElement *sink, GstClockTime latency)
{
  RtEarSink *self = RT_EAR_SINK (sink);
  GstObject *bin = gst_object_get_parent (GST_OBJECT (sink));

  g_mutex_lock (&self->mutex);
  self->own = latency;
  g_mutex_unlock (&self->mutex);
  gst_bin_recalculate_latency (GST_BIN (bin));
  gst_object_unref (bin);
}

GByteArray *
rt_ear_sink_dup_heard (GstElement *sink)
{
  RtEarSink *self = RT_EAR_SINK (sink);
  GstClockTime now = gst_element_get_current_running_time (sink);
  GByteArray *heard = g_byte_array_new ();

  g_mutex_lock (&self->mutex);
  g_byte_array_append (heard, self->audio->data, count_heard (self, now));
  g_mutex_unlock (&self->mutex);
  return heard;
}

gsize
rt_ear_sink_get_due (GstElement *sink)
{
  RtEarSink *self = RT_EAR_SINK (sink);
  gsize due;

  g_mutex_lock (&self->mutex);
  due = self->audio->len;
  g_mutex_unlock (&self->mutex);
  return due;
}

GstClockTime
rt_ear_sink_get_end (GstElement *sink, gsize offset)
{
  RtEarSink *self = RT_EAR_SINK (sink);
  GstClockTime end = GST_CLOCK_TIME_NONE;
  guint i;

  g_mutex_lock (&self->mutex);
  for (i = 0; i < self->chunks->len; i++) {
    const Chunk *chunk = get_chunk (self, i);

    if (offset > chunk->offset
        && offset <= chunk->offset + chunk->frames * FRAME)
      end = chunk->pts + frames_to_time ((offset - chunk->offset) / FRAME)
            + (GST_CLOCK_TIME_IS_VALID (chunk->latency) ? chunk->latency
                                                        : self->latency);
  }
  g_mutex_unlock (&self->mutex);
  return end;
}

guint
rt_ear_sink_get_flushes (GstElement *sink)
{
  RtEarSink *self = RT_EAR_SINK (sink);
  guint flushes;

  g_mutex_lock (&self->mutex);
  flushes = self->flushes;
  g_mutex_unlock (&self->mutex);
  return flushes;
}
