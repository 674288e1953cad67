/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sink in front of a simulated device.  The device has no thread: whoever
 * looks at it plays what was due by then.
 */
#include "rtdevicesink.h"

#include <gst/audio/gstaudiosink.h>

#define POLL_MS 2

typedef struct {
  gint16 value;
  RtDevicePlayed played;
} Account;

typedef struct {
  GstAudioSink parent;

  GMutex mutex;
  GCond cond;
  /* mutex */
  guint rate;
  gsize capacity;     /* bytes */
  GByteArray *queue;  /* written and not played */
  GstClockTime clock; /* monotonic: all before was played */
  gboolean reset;
  GArray *accounts; /* of each value, in the order of the first one */
} RtDeviceSink;

typedef struct {
  GstAudioSinkClass parent_class;
} RtDeviceSinkClass;

#define RT_DEVICE_SINK(object) ((RtDeviceSink *) (object))

static GType rt_device_sink_get_type (void);
G_DEFINE_TYPE (RtDeviceSink, rt_device_sink, GST_TYPE_AUDIO_SINK)

static GstStaticPadTemplate template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("audio/x-raw, format=S16LE, layout=interleaved, "
                         "rate=[8000,48000], channels=1"));

static GstClockTime
get_now (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

static GstClockTime
frames_to_time (RtDeviceSink *self, guint64 frames)
{
  return gst_util_uint64_scale (frames, GST_SECOND, self->rate);
}

/* mutex */
static Account *
get_account (RtDeviceSink *self, gint16 value)
{
  Account fresh = { .value = value };
  guint i;

  for (i = self->accounts->len; i > 0; i--) {
    Account *account = &g_array_index (self->accounts, Account, i - 1);

    if (account->value == value)
      return account;
  }
  g_array_append_val (self->accounts, fresh);
  return &g_array_index (self->accounts, Account, self->accounts->len - 1);
}

/* mutex.  Without anything to play the device goes on, silently. */
static void
play (RtDeviceSink *self)
{
  const gint16 *samples = (const gint16 *) self->queue->data;
  GstClockTime now = get_now ();
  guint64 due, frames, i;

  if (self->rate == 0 || now <= self->clock)
    return;
  due = gst_util_uint64_scale (now - self->clock, self->rate, GST_SECOND);
  frames = MIN (due, self->queue->len / 2);
  for (i = 0; i < frames; i++) {
    RtDevicePlayed *played = &get_account (self, samples[i])->played;

    played->frames++;
    played->last = self->clock + frames_to_time (self, i + 1);
  }
  if (frames > 0)
    g_byte_array_remove_range (self->queue, 0, frames * 2);
  self->clock = frames == due ? self->clock + frames_to_time (self, due) : now;
}

static gboolean
open_device (GstAudioSink *sink)
{
  return TRUE;
}

static gboolean
close_device (GstAudioSink *sink)
{
  return TRUE;
}

static gboolean
prepare (GstAudioSink *sink, GstAudioRingBufferSpec *spec)
{
  RtDeviceSink *self = RT_DEVICE_SINK (sink);

  g_mutex_lock (&self->mutex);
  self->rate = GST_AUDIO_INFO_RATE (&spec->info);
  self->capacity = (gsize) spec->segsize * spec->segtotal;
  self->clock = get_now ();
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static gboolean
unprepare (GstAudioSink *sink)
{
  RtDeviceSink *self = RT_DEVICE_SINK (sink);

  g_mutex_lock (&self->mutex);
  g_byte_array_set_size (self->queue, 0);
  self->rate = 0;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

/* Waits for room, as a device does. */
static gint
write_device (GstAudioSink *sink, gpointer data, guint length)
{
  RtDeviceSink *self = RT_DEVICE_SINK (sink);

  g_mutex_lock (&self->mutex);
  self->reset = FALSE;
  play (self);
  while (!self->reset && self->queue->len + length > self->capacity) {
    gsize excess = self->queue->len + length - self->capacity;

    g_cond_wait_until (&self->cond, &self->mutex,
        g_get_monotonic_time ()
            + frames_to_time (self, excess / 2 + 1) / GST_USECOND);
    play (self);
  }
  if (!self->reset)
    g_byte_array_append (self->queue, data, length);
  g_mutex_unlock (&self->mutex);
  return length;
}

static guint
delay (GstAudioSink *sink)
{
  RtDeviceSink *self = RT_DEVICE_SINK (sink);
  guint frames;

  g_mutex_lock (&self->mutex);
  play (self);
  frames = self->queue->len / 2;
  g_mutex_unlock (&self->mutex);
  return frames;
}

static void
reset (GstAudioSink *sink)
{
  RtDeviceSink *self = RT_DEVICE_SINK (sink);
  gsize fetched;

  g_mutex_lock (&self->mutex);
  play (self);
  fetched = gst_util_uint64_scale (RT_DEVICE_FETCHED, self->rate, GST_SECOND);
  g_byte_array_set_size (self->queue, MIN (self->queue->len, fetched * 2));
  self->reset = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
finalize (GObject *object)
{
  RtDeviceSink *self = RT_DEVICE_SINK (object);

  g_byte_array_unref (self->queue);
  g_array_unref (self->accounts);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (rt_device_sink_parent_class)->finalize (object);
}

static void
rt_device_sink_class_init (RtDeviceSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAudioSinkClass *sink_class = GST_AUDIO_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  sink_class->open = open_device;
  sink_class->prepare = prepare;
  sink_class->unprepare = unprepare;
  sink_class->close = close_device;
  sink_class->write = write_device;
  sink_class->delay = delay;
  sink_class->reset = reset;
  gst_element_class_add_static_pad_template (element_class, &template);
  gst_element_class_set_static_metadata (element_class, "Device", "Sink/Audio",
      "Plays in real time", "The gst-realtime authors");
}

static void
rt_device_sink_init (RtDeviceSink *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->queue = g_byte_array_new ();
  self->accounts = g_array_new (FALSE, FALSE, sizeof (Account));
}

void
rt_device_sink_register (void)
{
  gst_element_register (
      NULL, "rtdevicesink", GST_RANK_NONE, rt_device_sink_get_type ());
}

gboolean
rt_device_sink_wait (GstElement *sink, gint16 value, guint frames,
    guint timeout_ms, RtDevicePlayed *played)
{
  RtDeviceSink *self = RT_DEVICE_SINK (sink);
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000, now;

  g_mutex_lock (&self->mutex);
  for (;;) {
    play (self);
    now = g_get_monotonic_time ();
    *played = get_account (self, value)->played;
    if (played->frames >= frames || now >= deadline)
      break;
    g_cond_wait_until (&self->cond, &self->mutex, now + POLL_MS * 1000);
  }
  g_mutex_unlock (&self->mutex);
  return played->frames >= frames;
}
