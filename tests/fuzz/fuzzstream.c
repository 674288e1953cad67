/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection whose other side is an input.
 */
#include "fuzzstream.h"

#include <string.h>

/* reading */

#define FUZZ_TYPE_READER (fuzz_reader_get_type ())
G_DECLARE_FINAL_TYPE (FuzzReader, fuzz_reader, FUZZ, READER, GInputStream)

struct _FuzzReader {
  GInputStream parent;

  const guint8 *at;
  gsize left;
  guint seed;
  gboolean paused;
};

static void fuzz_reader_pollable (GPollableInputStreamInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FuzzReader, fuzz_reader, G_TYPE_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, fuzz_reader_pollable))

static gssize
fuzz_reader_read (
    GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  FuzzReader *self = FUZZ_READER (stream);
  gsize n = MIN (count, self->left);

  if (self->seed != 0) {
    self->seed = self->seed * 1103515245 + 12345;
    n = MIN (n, 1 + (self->seed >> 16) % 97);
    self->paused = !self->paused && (self->seed >> 8) % 4 == 0;
  }
  if (self->paused) {
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing there yet");
    return -1;
  }
  if (n > 0)
    memcpy (buffer, self->at, n);
  self->at += n;
  self->left -= n;
  return n;
}

static gboolean
fuzz_reader_is_readable (GPollableInputStream *stream)
{
  return TRUE;
}

static GSource *
ready_source (GObject *stream)
{
  g_autoptr (GSource) now = g_idle_source_new ();

  g_source_set_priority (now, G_PRIORITY_DEFAULT);
  return g_pollable_source_new_full (stream, now, NULL);
}

static GSource *
fuzz_reader_create_source (
    GPollableInputStream *stream, GCancellable *cancellable)
{
  return ready_source (G_OBJECT (stream));
}

static void
fuzz_reader_pollable (GPollableInputStreamInterface *iface)
{
  iface->is_readable = fuzz_reader_is_readable;
  iface->create_source = fuzz_reader_create_source;
  iface->read_nonblocking = fuzz_reader_read;
}

static void
fuzz_reader_class_init (FuzzReaderClass *klass)
{
}

static void
fuzz_reader_init (FuzzReader *self)
{
}

/* writing */

#define FUZZ_TYPE_WRITER (fuzz_writer_get_type ())
G_DECLARE_FINAL_TYPE (FuzzWriter, fuzz_writer, FUZZ, WRITER, GOutputStream)

struct _FuzzWriter {
  GOutputStream parent;
};

static void fuzz_writer_pollable (GPollableOutputStreamInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FuzzWriter, fuzz_writer, G_TYPE_OUTPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, fuzz_writer_pollable))

static gssize
fuzz_writer_write (GPollableOutputStream *stream, const void *buffer,
    gsize count, GError **error)
{
  return count;
}

static gboolean
fuzz_writer_is_writable (GPollableOutputStream *stream)
{
  return TRUE;
}

static GSource *
fuzz_writer_create_source (
    GPollableOutputStream *stream, GCancellable *cancellable)
{
  return ready_source (G_OBJECT (stream));
}

static void
fuzz_writer_pollable (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = fuzz_writer_is_writable;
  iface->create_source = fuzz_writer_create_source;
  iface->write_nonblocking = fuzz_writer_write;
}

static void
fuzz_writer_class_init (FuzzWriterClass *klass)
{
}

static void
fuzz_writer_init (FuzzWriter *self)
{
}

/* both */

struct _FuzzStream {
  GIOStream parent;

  FuzzReader *reader;
  FuzzWriter *writer;
};

G_DEFINE_TYPE (FuzzStream, fuzz_stream, G_TYPE_IO_STREAM)

static GInputStream *
fuzz_stream_get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (FUZZ_STREAM (stream)->reader);
}

static GOutputStream *
fuzz_stream_get_output (GIOStream *stream)
{
  return G_OUTPUT_STREAM (FUZZ_STREAM (stream)->writer);
}

/* GIOStream's own would close in a thread. */
static void
fuzz_stream_close_async (GIOStream *stream, gint priority,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task
      = g_task_new (stream, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

static gboolean
fuzz_stream_close_finish (
    GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fuzz_stream_finalize (GObject *object)
{
  FuzzStream *self = FUZZ_STREAM (object);

  g_object_unref (self->reader);
  g_object_unref (self->writer);
  G_OBJECT_CLASS (fuzz_stream_parent_class)->finalize (object);
}

static void
fuzz_stream_class_init (FuzzStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fuzz_stream_finalize;
  stream_class->get_input_stream = fuzz_stream_get_input;
  stream_class->get_output_stream = fuzz_stream_get_output;
  stream_class->close_async = fuzz_stream_close_async;
  stream_class->close_finish = fuzz_stream_close_finish;
}

static void
fuzz_stream_init (FuzzStream *self)
{
  self->reader = g_object_new (FUZZ_TYPE_READER, NULL);
  self->writer = g_object_new (FUZZ_TYPE_WRITER, NULL);
}

GIOStream *
fuzz_stream_new (gconstpointer data, gsize size, guint seed)
{
  FuzzStream *self = g_object_new (FUZZ_TYPE_STREAM, NULL);

  self->reader->at = data;
  self->reader->left = size;
  self->reader->seed = seed;
  return G_IO_STREAM (self);
}
