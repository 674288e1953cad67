/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The stream between socket and libsoup: what comes is handed on, byte by
 * byte, in rounds that are bounded, up to what breaks a limit.
 */
#include "fuzz.h"
#include "fuzzstream.h"
#include "rtframes.h"
#include "rtguard.h"

#define LIBSOUP_READS 1024
#define MAX_HEADER 14
#define MAX_ROUND (65536 + 16384)
#define MAX_OWED 64 /* answers to pings that nobody reads */
#define POLICY 1008

typedef struct {
  RtGuard *guard;
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GByteArray *out;
  RtFrames handed; /* what libsoup has seen */
  gboolean deaf;   /* the server does not read what answers its pings */
  gboolean owes;   /* too many of them, with nothing else at fault yet */
  gboolean over;
} World;

static gboolean
ready_cb (GObject *stream, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* A new source is where libsoup has had enough.  One that is made while
 * nobody wants to read is not ready before somebody does. */
static void
wait_for_round (World *self, gboolean held)
{
  g_autoptr (GSource) source = NULL;
  gboolean ready = FALSE;

  rt_guard_set_reading (self->guard, !held);
  source = g_pollable_input_stream_create_source (self->input, NULL);

  g_source_set_callback (
      source, (GSourceFunc) (void (*) (void)) ready_cb, &ready, NULL);
  g_source_attach (source, NULL);
  if (held) {
    g_main_context_iteration (NULL, FALSE);
    g_assert_false (ready);
    rt_guard_set_reading (self->guard, TRUE);
  }
  while (!ready)
    g_main_context_iteration (NULL, TRUE);
  g_source_destroy (source);
}

/* As libsoup does: before it reads on. */
static void
take (World *self, const guint8 *piece, gsize size)
{
  static const guint8 pong[] = { 0x8a, 0x80, 0, 0, 0, 0 };
  guint pings = self->handed.pings;
  const gchar *why;

  g_byte_array_append (self->out, piece, size);
  g_assert_cmpuint (
      rt_frames_scan (&self->handed, piece, size, 0, &why), ==, 0);
  for (; !self->deaf && pings < self->handed.pings; pings++)
    g_assert_cmpint (g_pollable_output_stream_write_nonblocking (
                         self->output, pong, sizeof (pong), NULL, NULL),
        ==, sizeof (pong));
  self->owes = self->deaf && self->handed.pings > MAX_OWED
               && rt_guard_violation (self->guard, &why) == 0;
}

static void
read_round (World *self)
{
  guint8 piece[LIBSOUP_READS];
  gsize before = self->out->len;
  g_autoptr (GError) error = NULL;
  gssize n;

  do {
    n = g_pollable_input_stream_read_nonblocking (
        self->input, piece, sizeof (piece), NULL, &error);
    if (n > 0)
      take (self, piece, n);
  } while (n > 0);
  g_assert_cmpuint (self->out->len - before, <=, MAX_ROUND);
  self->over
      = n == 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static void
check_end (World *self, const FuzzInput *input)
{
  RtFrames frames = { 0 };
  const gchar *why;
  guint code = rt_frames_scan (&frames, input->at, input->left, 0, &why);
  gboolean cut = self->owes && self->out->len < input->left;

  g_assert_cmpuint (
      rt_guard_violation (self->guard, &why), ==, cut ? POLICY : code);
  g_assert_cmpuint (self->out->len, <=, input->left);
  g_assert_cmpmem (self->out->data, self->out->len, input->at, self->out->len);
  /* all, or up to the frame that is at fault, whose header, or goodbye,
   * may have come in pieces */
  if (!cut && code == 0)
    g_assert_cmpuint (self->out->len, ==, input->left);
  else if (!cut)
    g_assert_cmpuint (
        self->out->len - frames.good, <, MAX_HEADER + RT_FRAMES_CONTROL_SIZE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint seed = fuzz_take_byte (&input);
  guint wanted = fuzz_take_byte (&input);
  gsize glued = MIN (wanted, input.left);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (GIOStream) base
      = fuzz_stream_new (input.at + glued, input.left - glued, seed);
  World self = { 0 };
  guint rounds = 0;

  g_byte_array_append (rest, input.at, glued);
  self.guard = rt_guard_new (base, rest);
  self.input = G_POLLABLE_INPUT_STREAM (
      g_io_stream_get_input_stream (G_IO_STREAM (self.guard)));
  self.output = G_POLLABLE_OUTPUT_STREAM (
      g_io_stream_get_output_stream (G_IO_STREAM (self.guard)));
  self.deaf = (seed & 0x40) != 0;
  self.out = g_byte_array_new ();
  do {
    wait_for_round (&self, (seed >> rounds++ % 8 & 1) != 0);
    read_round (&self);
  } while (!self.over);
  check_end (&self, &input);
  g_byte_array_unref (self.out);
  g_object_unref (self.guard);
  return 0;
}
