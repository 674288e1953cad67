/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one connection may take of a round of the loop, however much there is
 * to read.
 */
#include "rtguard.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUND_BYTES 65536
#define ROUND_FRAMES 256

typedef struct {
  GIOStream *base;
  RtGuard *guard;
  GPollableInputStream *input;
} Fixture;

/* The first `glued` bytes were read before there was a guard. */
static void
fixture_init (Fixture *self, const GByteArray *data, gsize glued)
{
  g_autoptr (GInputStream) in = g_memory_input_stream_new ();
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (GBytes) bytes
      = g_bytes_new (data->data + glued, data->len - glued);

  g_byte_array_append (rest, data->data, glued);
  g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (in), bytes);
  self->base = g_simple_io_stream_new (in, out);
  self->guard = rt_guard_new (self->base, rest);
  self->input = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (G_IO_STREAM (self->guard)));
}

static void
fixture_clear (Fixture *self)
{
  g_object_unref (self->guard);
  g_object_unref (self->base);
}

static gboolean
ready_cb (GObject *stream, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* As libsoup does: a new source is the end of a round, and the next one comes
 * when it is ready. */
static void
next_round (Fixture *self)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source
      = g_pollable_input_stream_create_source (self->input, NULL);
  gboolean ready = FALSE;

  g_source_set_callback (
      source, (GSourceFunc) (void (*) (void)) ready_cb, &ready, NULL);
  g_source_attach (source, context);
  while (!ready)
    g_main_context_iteration (context, TRUE);
}

/* What a round gives, appended to `out`; FALSE at the end of the stream. */
static gboolean
read_round (Fixture *self, GByteArray *out)
{
  guint8 piece[1024];
  gssize n;

  for (;;) {
    g_autoptr (GError) error = NULL;

    n = g_pollable_input_stream_read_nonblocking (
        self->input, piece, sizeof (piece), NULL, &error);
    if (n < 0) {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      return TRUE;
    }
    if (n == 0)
      return FALSE;
    g_byte_array_append (out, piece, n);
  }
}

static void
check (const GByteArray *data, gsize glued, gsize round_size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Fixture fixture;
  gboolean more;
  gsize before;
  guint rounds = 0;

  fixture_init (&fixture, data, glued);
  do {
    before = out->len;
    more = read_round (&fixture, out);
    /* a piece more, for it is looked at after it was read */
    g_assert_cmpuint (out->len - before, <=, round_size + 1024);
    rounds++;
    if (more)
      next_round (&fixture);
  } while (more);
  g_assert_cmpuint (rounds, >, data->len / (round_size + 1024));
  g_assert_cmpmem (out->data, out->len, data->data, data->len);
  fixture_clear (&fixture);
}

static GByteArray *
make_frames (gsize n, guint8 size)
{
  GByteArray *data = g_byte_array_new ();
  gsize i;

  for (i = 0; i < n; i++) {
    guint8 head[2] = { 0x81, size };
    gsize old = data->len;

    g_byte_array_append (data, head, sizeof (head));
    g_byte_array_set_size (data, old + 2 + size);
    memset (data->data + old + 2, 'a' + i % 26, size);
  }
  return data;
}

static void
test_bytes (void)
{
  static const guint8 head[] = { 0x82, 127, 0, 0, 0, 0, 0, 0x10, 0, 0 };
  g_autoptr (GByteArray) data = g_byte_array_new ();

  /* one frame of 1 MiB */
  g_byte_array_append (data, head, sizeof (head));
  g_byte_array_set_size (data, sizeof (head) + 1024 * 1024);
  memset (data->data + sizeof (head), 'x', 1024 * 1024);
  check (data, 0, ROUND_BYTES);
  check (data, 200000, ROUND_BYTES);
}

static void
test_frames (void)
{
  g_autoptr (GByteArray) data = make_frames (20000, 1);

  check (data, 0, ROUND_FRAMES * 3);
  check (data, data->len, ROUND_FRAMES * 3);
}

static void
test_violation (void)
{
  static const guint8 too_big[] = { 0x81, 127, 1, 0, 0, 0, 0, 0, 0, 0, 'x' };
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint8 piece[1024];
  const gchar *why = NULL;
  Fixture fixture;
  guint i;

  g_byte_array_append (data, too_big, sizeof (too_big));
  fixture_init (&fixture, data, 3);
  g_assert_cmpuint (rt_guard_violation (fixture.guard, &why), ==, 0);
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (
                       fixture.input, piece, sizeof (piece), NULL, NULL),
      ==, 3);
  for (i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (g_pollable_input_stream_read_nonblocking (
                         fixture.input, piece, sizeof (piece), NULL, &error),
        <, 0);
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  }
  g_assert_cmpuint (rt_guard_violation (fixture.guard, &why), ==, 1009);
  g_assert_nonnull (why);
  fixture_clear (&fixture);
}

static void
send_bytes (gint fd, const guint8 *data, gsize size)
{
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
}

/* What came is told once nothing waits behind it, in the kernel or of the same
 * message. */
static void
test_told (void)
{
  static const guint8 parted[] = { 0x01, 1, 'x' }, more[] = { 0x00, 1, 'x' },
                      ping[] = { 0x89, 0 }, last[] = { 0x80, 1, 'x' };
  g_autoptr (GByteArray) data = make_frames (1000, 100);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (GSocket) socket = NULL;
  Fixture fixture;
  gint64 told;
  gint fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  g_assert_nonnull (socket);
  g_socket_set_blocking (socket, FALSE);
  fixture.base
      = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  fixture.guard = rt_guard_new (fixture.base, rest);
  fixture.input = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (G_IO_STREAM (fixture.guard)));

  told = rt_guard_last_told (fixture.guard);
  g_usleep (1000);
  send_bytes (fds[1], data->data, data->len);
  g_assert_true (read_round (&fixture, out));
  next_round (&fixture);
  g_assert_cmpint (rt_guard_last_told (fixture.guard), ==, told);
  while (out->len < data->len) {
    g_assert_true (read_round (&fixture, out));
    if (out->len < data->len)
      next_round (&fixture);
  }
  send_bytes (fds[1], parted, sizeof (parted));
  next_round (&fixture);
  g_assert_cmpint (rt_guard_last_told (fixture.guard), >, told);

  told = rt_guard_last_told (fixture.guard);
  g_usleep (1000);
  g_assert_true (read_round (&fixture, out));
  send_bytes (fds[1], ping, sizeof (ping));
  next_round (&fixture);
  g_assert_true (read_round (&fixture, out));
  send_bytes (fds[1], more, sizeof (more));
  next_round (&fixture);
  g_assert_true (read_round (&fixture, out));
  send_bytes (fds[1], last, sizeof (last));
  next_round (&fixture);
  g_assert_cmpint (rt_guard_last_told (fixture.guard), ==, told);
  g_assert_true (read_round (&fixture, out));
  send_bytes (fds[1], ping, sizeof (ping));
  next_round (&fixture);
  g_assert_cmpint (rt_guard_last_told (fixture.guard), ==,
      rt_guard_last_heard (fixture.guard));
  fixture_clear (&fixture);
  close (fds[1]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/guard/bytes", test_bytes);
  g_test_add_func ("/net/guard/frames", test_frames);
  g_test_add_func ("/net/guard/violation", test_violation);
  g_test_add_func ("/net/guard/told", test_told);
  return g_test_run ();
}
