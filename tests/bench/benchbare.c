/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The same work without GStreamer and without the element: one thread, N
 * libsoup WebSockets, timers that produce the frames, the same wire functions.
 */
#include <libsoup/soup.h>
#include <string.h>

#include "benchload.h"
#include "benchstamp.h"
#include "rtdialect.h"

typedef struct {
  BenchEar ear;
  GCancellable *cancellable;
  SoupWebsocketConnection *websocket; /* NULL until it is up */
} Conversation;

typedef struct {
  SoupSession *session;
  Conversation *conversations;
  guint n;
  GPtrArray *timers; /* of Timer */
} Running;

/* Produces a frame each 20 ms for every step-th conversation from `first`. */
typedef struct {
  GSource source;
  Running *running;
  GString *text;
  guint first;
  guint step;
} Timer;

static void
give_up (BenchLoad *load, const gchar *why)
{
  g_printerr ("bare: %s\n", why);
  g_atomic_int_inc (&load->errors);
}

static void
message_cb (SoupWebsocketConnection *websocket, gint type, GBytes *message,
    gpointer user_data)
{
  Conversation *conversation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtEvent) event = NULL;
  gsize size, audio_size;
  const gchar *text = g_bytes_get_data (message, &size);
  const guint8 *audio;

  event = rt_dialect_v2.decode (text, size, &error);
  if (event == NULL) {
    give_up (conversation->ear.load, error->message);
  } else if (event->type == RT_EVENT_OUTPUT_AUDIO_DELTA) {
    audio = g_bytes_get_data (event->audio, &audio_size);
    bench_ear_listen (&conversation->ear, audio, audio_size);
  }
}

static void
closed_cb (SoupWebsocketConnection *websocket, gpointer user_data)
{
  Conversation *conversation = user_data;

  give_up (conversation->ear.load, "the server closed");
}

static void
connected_cb (GObject *session, GAsyncResult *result, gpointer user_data)
{
  Conversation *conversation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtSessionConfig) config = NULL;
  g_autoptr (RtCommand) update = NULL;
  g_autofree gchar *text = NULL;
  SoupWebsocketConnection *websocket = soup_session_websocket_connect_finish (
      SOUP_SESSION (session), result, &error);

  if (websocket == NULL) {
    /* After a cancel the conversation is gone. */
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      give_up (conversation->ear.load, error->message);
    return;
  }
  conversation->websocket = websocket;
  g_signal_connect (
      websocket, "message", G_CALLBACK (message_cb), conversation);
  g_signal_connect (websocket, "closed", G_CALLBACK (closed_cb), conversation);
  config = rt_session_config_new ();
  update = rt_command_new (RT_COMMAND_SESSION_UPDATE);
  update->event_id = g_strdup ("event_1");
  text = rt_dialect_v2.encode (update, config);
  soup_websocket_connection_send_text (websocket, text);
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Timer *timer = (Timer *) source;
  Running *running = timer->running;
  guint8 frame[BENCH_FRAME_SIZE] = { 0 };
  SoupWebsocketConnection *websocket;
  guint i;

  for (i = timer->first; i < running->n; i += timer->step) {
    websocket = running->conversations[i].websocket;
    if (websocket == NULL
        || soup_websocket_connection_get_state (websocket)
               != SOUP_WEBSOCKET_STATE_OPEN)
      continue;
    bench_stamp_write (frame, bench_now ());
    rt_dialect_v2.encode_audio (
        &RT_AUDIO_FORMAT_DEFAULT, frame, sizeof frame, timer->text);
    soup_websocket_connection_send_text (websocket, timer->text->str);
  }
  g_source_set_ready_time (
      source, g_source_get_ready_time (source) + BENCH_FRAME_MS * 1000);
  return G_SOURCE_CONTINUE;
}

static void
timer_finalize (GSource *source)
{
  g_string_free (((Timer *) source)->text, TRUE);
}

static GSourceFuncs timer_funcs
    = { .dispatch = timer_dispatch, .finalize = timer_finalize };

static void
start_timers (Running *running, guint n)
{
  const gint64 now = bench_now ();
  GSource *source;
  Timer *timer;
  guint i;

  for (i = 0; i < n; i++) {
    source = g_source_new (&timer_funcs, sizeof (Timer));
    timer = (Timer *) source;
    timer->running = running;
    timer->text = g_string_new (NULL);
    timer->first = i;
    timer->step = n;
    g_source_set_ready_time (source, now + BENCH_FRAME_MS * 1000 * i / n);
    g_source_attach (source, NULL);
    g_ptr_array_add (running->timers, source);
  }
}

static void
init (void)
{
}

static gpointer
start (BenchLoad *load)
{
  Running *running = g_new0 (Running, 1);
  Conversation *conversation;
  guint i;

  running->n = load->conversations;
  running->conversations = g_new0 (Conversation, running->n);
  running->timers
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_source_unref);
  running->session = soup_session_new_with_options ("max-conns",
      (gint) running->n, "max-conns-per-host", (gint) running->n, NULL);
  for (i = 0; i < running->n; i++) {
    g_autoptr (SoupMessage) request
        = soup_message_new (SOUP_METHOD_GET, load->uri);

    conversation = &running->conversations[i];
    conversation->ear.load = load;
    conversation->cancellable = g_cancellable_new ();
    soup_session_websocket_connect_async (running->session, request, NULL, NULL,
        G_PRIORITY_DEFAULT, conversation->cancellable, connected_cb,
        conversation);
  }
  start_timers (running, load->timers);
  return running;
}

static void
stop (gpointer data)
{
  Running *running = data;
  Conversation *conversation;
  guint i;

  for (i = 0; i < running->timers->len; i++)
    g_source_destroy (g_ptr_array_index (running->timers, i));
  g_ptr_array_unref (running->timers);
  for (i = 0; i < running->n; i++) {
    conversation = &running->conversations[i];
    g_cancellable_cancel (conversation->cancellable);
    g_object_unref (conversation->cancellable);
    if (conversation->websocket != NULL)
      g_signal_handlers_disconnect_by_data (
          conversation->websocket, conversation);
    g_clear_object (&conversation->websocket);
  }
  soup_session_abort (running->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (running->session);
  g_free (running->conversations);
  g_free (running);
}

const BenchKind bench_bare = { init, start, stop };
