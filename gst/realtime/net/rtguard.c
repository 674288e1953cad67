/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The stream between the socket and libsoup.  I/O thread; never blocks.  Plain
 * or TLS below; above it only what libsoup calls: the pollable interfaces.
 */
#include "rtguard.h"
#include "rtframes.h"
#include "rtguardoutput.h"

#include <glib-unix.h>
#include <string.h>

#define BUFFER_SIZE 16384
/* What one connection may take of one round of the loop. */
#define BYTES_PER_ROUND 65536
#define FRAMES_PER_ROUND 256
/* Answers to pings that wait in libsoup for a server that does not read. */
#define MAX_OWED 64
/* A message from this size on is let in only when there is memory for it; its
 * readers need so many times its size. */
#define LARGE_MESSAGE (1024 * 1024)
#define LARGE_FACTOR 6

#define POLICY 1008
#define TOO_BIG 1009

/* input */

#define RT_TYPE_GUARD_INPUT (rt_guard_input_get_type ())
G_DECLARE_FINAL_TYPE (
    RtGuardInput, rt_guard_input, RT, GUARD_INPUT, GInputStream)

struct _RtGuardInput {
  GInputStream parent;

  GPollableInputStream *base;
  RtGuardOutput *output;
  gint fd; /* -1: TLS, whose readiness is not the descriptor's */

  guint8 *buffer;
  gsize at, size; /* what is still to be served */
  RtFrames frames;
  gint64 heard;
  gint64 told; /* the same, when all that had come was served */
  guint violation;
  const gchar *why;

  gboolean held;    /* nobody wants to read */
  GSource *waiting; /* … and libsoup waits for this, or NULL; not owned */

  /* this round */
  gsize served;
  gboolean drained; /* a short read, or none: there is nothing more */
};

static void rt_guard_input_pollable (GPollableInputStreamInterface *iface);

G_DEFINE_TYPE_WITH_CODE (RtGuardInput, rt_guard_input, G_TYPE_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (
        G_TYPE_POLLABLE_INPUT_STREAM, rt_guard_input_pollable))

typedef struct {
  GSource parent;
  GObject *stream;
} GuardSource;

static gboolean
guard_source_dispatch (
    GSource *source, GSourceFunc callback, gpointer user_data)
{
  GuardSource *self = (GuardSource *) source;
  GPollableSourceFunc func = (GPollableSourceFunc) (void (*) (void)) callback;

  return func (self->stream, user_data);
}

static void
guard_source_finalize (GSource *source)
{
  RtGuardInput *input = RT_GUARD_INPUT (((GuardSource *) source)->stream);

  if (input->waiting == source)
    input->waiting = NULL;
  g_object_unref (input);
}

static GSourceFuncs guard_source_funcs = {
  .dispatch = guard_source_dispatch,
  .finalize = guard_source_finalize,
};

static gssize
would_block (GError **error)
{
  g_set_error_literal (
      error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing to read now");
  return -1;
}

static gssize
broken (RtGuardInput *self, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, self->why);
  return -1;
}

static gboolean
round_is_over (RtGuardInput *self)
{
  return self->served >= BYTES_PER_ROUND
         || self->frames.count >= FRAMES_PER_ROUND
         || (self->drained && self->at == self->size);
}

/* Like read(): 0 is the end. */
static gssize
fill (RtGuardInput *self, GError **error)
{
  gssize n = g_pollable_input_stream_read_nonblocking (
      self->base, self->buffer, BUFFER_SIZE, NULL, error);

  if (n > 0) {
    self->at = 0;
    self->size = n;
    self->heard = g_get_monotonic_time ();
    self->drained = self->fd >= 0 && n < BUFFER_SIZE;
  } else if (n < 0) {
    self->drained = TRUE;
  }
  return n;
}

/* GLib ends the process when there is no memory for what libsoup collects. */
static gboolean
has_memory (RtGuardInput *self)
{
  gpointer probe;

  if (!self->frames.grown)
    return TRUE;
  self->frames.grown = FALSE;
  if (self->frames.message < LARGE_MESSAGE)
    return TRUE;
  probe = g_try_malloc (self->frames.message * LARGE_FACTOR);
  g_free (probe);
  return probe != NULL;
}

/* libsoup has seen what was served so far, and answered what it could. */
static guint
judge (RtGuardInput *self, gsize n)
{
  guint code;

  if (self->frames.pings - rt_guard_output_get_pongs (self->output)
      > MAX_OWED) {
    self->why = "the server sends pings faster than it reads the answers";
    self->frames.good = 0;
    return POLICY;
  }
  code = rt_frames_scan (
      &self->frames, self->buffer + self->at, n, self->heard, &self->why);
  if (code == 0 && !has_memory (self)) {
    self->why = "there is no memory for the server's message";
    self->frames.good = 0;
    code = TOO_BIG;
  }
  return code;
}

static gssize
guard_input_read (
    GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  RtGuardInput *self = RT_GUARD_INPUT (stream);
  gssize n;

  if (self->violation != 0)
    return broken (self, error);
  if (self->held || round_is_over (self))
    return would_block (error);
  if (self->at == self->size) {
    n = fill (self, error);
    if (n <= 0)
      return n;
  }
  n = MIN (count, self->size - self->at);
  self->violation = judge (self, n);
  /* the frames before it are good */
  if (self->violation != 0)
    n = self->frames.good;
  if (n == 0)
    return broken (self, error);
  memcpy (buffer, self->buffer + self->at, n);
  self->at += n;
  self->served += n;
  return n;
}

static gboolean
guard_input_is_readable (GPollableInputStream *stream)
{
  RtGuardInput *self = RT_GUARD_INPUT (stream);

  return self->at < self->size
         || g_pollable_input_stream_is_readable (self->base);
}

/* libsoup makes a source when it has had enough: the next round begins.  Over
 * a socket one source with the descriptor does what GIO makes two for. */
static GSource *
guard_input_create_source (
    GPollableInputStream *stream, GCancellable *cancellable)
{
  RtGuardInput *self = RT_GUARD_INPUT (stream);
  g_autoptr (GSource) base = NULL;
  GSource *source;

  if (self->drained && self->at == self->size
      && rt_frames_is_between (&self->frames))
    self->told = self->heard;
  self->served = 0;
  self->frames.count = 0;
  self->drained = FALSE;
  if (self->at == self->size && self->fd < 0 && !self->held) {
    base = g_pollable_input_stream_create_source (self->base, NULL);
    return g_pollable_source_new_full (stream, base, cancellable);
  }
  source = g_source_new (&guard_source_funcs, sizeof (GuardSource));
  g_source_set_static_name (source, "rt-guard");
  ((GuardSource *) source)->stream = g_object_ref (G_OBJECT (stream));
  if (self->held)
    self->waiting = source;
  else if (self->at < self->size)
    g_source_set_ready_time (source, 0);
  else
    g_source_add_unix_fd (source, self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  return source;
}

static void
rt_guard_input_finalize (GObject *object)
{
  RtGuardInput *self = RT_GUARD_INPUT (object);

  g_object_unref (self->base);
  g_object_unref (self->output);
  g_free (self->buffer);
  G_OBJECT_CLASS (rt_guard_input_parent_class)->finalize (object);
}

static void
rt_guard_input_class_init (RtGuardInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_guard_input_finalize;
}

static void
rt_guard_input_pollable (GPollableInputStreamInterface *iface)
{
  iface->is_readable = guard_input_is_readable;
  iface->create_source = guard_input_create_source;
  iface->read_nonblocking = guard_input_read;
}

static void
rt_guard_input_init (RtGuardInput *self)
{
  self->fd = -1;
  self->heard = self->told = g_get_monotonic_time ();
}

/* both directions */

struct _RtGuard {
  GIOStream parent;

  GIOStream *base;
  RtGuardInput *input;
  RtGuardOutput *output;
};

G_DEFINE_TYPE (RtGuard, rt_guard, G_TYPE_IO_STREAM)

static GInputStream *
guard_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (RT_GUARD (stream)->input);
}

static GOutputStream *
guard_get_output_stream (GIOStream *stream)
{
  return G_OUTPUT_STREAM (RT_GUARD (stream)->output);
}

static gboolean
guard_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_io_stream_close (RT_GUARD (stream)->base, cancellable, error);
}

static void
base_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_io_stream_close_finish (G_IO_STREAM (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* GIOStream's own would close in a thread what needs none. */
static void
guard_close_async (GIOStream *stream, gint priority, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);

  g_io_stream_close_async (
      RT_GUARD (stream)->base, priority, cancellable, base_closed_cb, task);
}

static gboolean
guard_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rt_guard_finalize (GObject *object)
{
  RtGuard *self = RT_GUARD (object);

  g_object_unref (self->input);
  g_object_unref (self->output);
  g_object_unref (self->base);
  G_OBJECT_CLASS (rt_guard_parent_class)->finalize (object);
}

static void
rt_guard_class_init (RtGuardClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = rt_guard_finalize;
  stream_class->get_input_stream = guard_get_input_stream;
  stream_class->get_output_stream = guard_get_output_stream;
  stream_class->close_fn = guard_close;
  stream_class->close_async = guard_close_async;
  stream_class->close_finish = guard_close_finish;
}

static void
rt_guard_init (RtGuard *self)
{
}

RtGuard *
rt_guard_new (GIOStream *base, GByteArray *rest)
{
  RtGuard *self = g_object_new (RT_TYPE_GUARD, NULL);
  RtGuardInput *input = g_object_new (RT_TYPE_GUARD_INPUT, NULL);
  RtGuardOutput *output
      = rt_guard_output_new (g_io_stream_get_output_stream (base));

  self->base = g_object_ref (base);
  self->input = input;
  self->output = output;
  input->output = g_object_ref (output);
  input->base = G_POLLABLE_INPUT_STREAM (
      g_object_ref (g_io_stream_get_input_stream (base)));
  if (G_IS_SOCKET_CONNECTION (base))
    input->fd = g_socket_get_fd (
        g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)));

  /* more than a buffer is possible: the header's reader does not ask */
  input->buffer = g_malloc (MAX (BUFFER_SIZE, rest->len));
  if (rest->len > 0)
    memcpy (input->buffer, rest->data, rest->len);
  input->size = rest->len;
  return self;
}

gint64
rt_guard_last_heard (RtGuard *guard)
{
  return guard->input->heard;
}

gint64
rt_guard_last_told (RtGuard *guard)
{
  return guard->input->told;
}

gboolean
rt_guard_is_blocked (RtGuard *guard)
{
  return rt_guard_output_is_blocked (guard->output);
}

void
rt_guard_set_reading (RtGuard *guard, gboolean reading)
{
  RtGuardInput *input = guard->input;

  input->held = !reading;
  /* it reads, or makes another source and waits for that */
  if (reading && input->waiting != NULL)
    g_source_set_ready_time (input->waiting, 0);
}

guint
rt_guard_violation (RtGuard *guard, const gchar **why)
{
  *why = guard->input->why;
  return guard->input->violation;
}
