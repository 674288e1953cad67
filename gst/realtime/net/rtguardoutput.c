/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The writing half of the guard.  I/O thread; never blocks.
 */
#include "rtguardoutput.h"

#define OPCODE_PONG 0x0a

struct _RtGuardOutput {
  GOutputStream parent;

  GPollableOutputStream *base;
  gboolean blocked;
  gboolean midway; /* in a frame of which some bytes are out */
  guint pongs;     /* all that went out */
};

static void rt_guard_output_pollable (GPollableOutputStreamInterface *iface);

G_DEFINE_TYPE_WITH_CODE (RtGuardOutput, rt_guard_output, G_TYPE_OUTPUT_STREAM,
    G_IMPLEMENT_INTERFACE (
        G_TYPE_POLLABLE_OUTPUT_STREAM, rt_guard_output_pollable))

/* libsoup hands over a frame, or what is left of one, at a time. */
static gssize
guard_output_write (GPollableOutputStream *stream, const void *buffer,
    gsize count, GError **error)
{
  RtGuardOutput *self = RT_GUARD_OUTPUT (stream);
  g_autoptr (GError) why = NULL;
  gssize n = g_pollable_output_stream_write_nonblocking (
      self->base, buffer, count, NULL, &why);

  if (n > 0) {
    self->pongs
        += !self->midway && (*(const guint8 *) buffer & 0x0f) == OPCODE_PONG;
    self->midway = (gsize) n < count;
  }
  self->blocked
      = n >= 0 ? (gsize) n < count
               : g_error_matches (why, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (n < 0)
    g_propagate_error (error, g_steal_pointer (&why));
  return n;
}

static gboolean
guard_output_is_writable (GPollableOutputStream *stream)
{
  return g_pollable_output_stream_is_writable (RT_GUARD_OUTPUT (stream)->base);
}

static GSource *
guard_output_create_source (
    GPollableOutputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) base = g_pollable_output_stream_create_source (
      RT_GUARD_OUTPUT (stream)->base, NULL);

  return g_pollable_source_new_full (stream, base, cancellable);
}

static void
rt_guard_output_finalize (GObject *object)
{
  g_object_unref (RT_GUARD_OUTPUT (object)->base);
  G_OBJECT_CLASS (rt_guard_output_parent_class)->finalize (object);
}

static void
rt_guard_output_class_init (RtGuardOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_guard_output_finalize;
}

static void
rt_guard_output_pollable (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = guard_output_is_writable;
  iface->create_source = guard_output_create_source;
  iface->write_nonblocking = guard_output_write;
}

static void
rt_guard_output_init (RtGuardOutput *self)
{
}

RtGuardOutput *
rt_guard_output_new (GOutputStream *base)
{
  RtGuardOutput *self = g_object_new (RT_TYPE_GUARD_OUTPUT, NULL);

  self->base = G_POLLABLE_OUTPUT_STREAM (g_object_ref (base));
  return self;
}

gboolean
rt_guard_output_is_blocked (RtGuardOutput *self)
{
  return self->blocked;
}

guint
rt_guard_output_get_pongs (RtGuardOutput *self)
{
  return self->pongs;
}
