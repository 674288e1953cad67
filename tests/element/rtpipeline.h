/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pipeline around one realtimeconversation for tests: what goes in, what
 * comes out of `src`, and the bus.  Every wait has a deadline and says what
 * came instead.  For the test's own thread.
 */
#pragma once

#include <gst/gst.h>

#include "rtfakeserver.h"

G_BEGIN_DECLS

/* Long enough for a busy machine: only a failing test waits for it. */
#define RT_WAIT_MS 10000

#define RT_RATE 24000
#define RT_PCM_CAPS                                         \
  "audio/x-raw,format=S16LE,layout=interleaved,rate=24000," \
  "channels=1"
#define RT_IN_LIVE \
  "appsrc name=in format=time is-live=true max-bytes=0 caps=" RT_PCM_CAPS
#define RT_IN_FILE \
  "appsrc name=in format=time is-live=false max-bytes=0 caps=" RT_PCM_CAPS
/* Late buffers are dropped and counted, so that time stamps matter. */
#define RT_OUT_SYNC "fakesink name=out sync=true max-lateness=300000000"
#define RT_OUT_ANY "fakesink name=out sync=false async=false"

/* Bytes of so many milliseconds. */
#define RT_PCM_MS(ms) ((gsize) (ms) *RT_RATE / 1000 * 2)

typedef struct {
  GstClockTime pts;
  GstClockTime duration;
  GstClockTime at; /* running time at which it left, NONE without a clock */
  GstBufferFlags flags;
  gsize offset; /* into the audio */
  gsize size;
} RtOutBuffer;

typedef struct {
  GstEvent *event;
  guint buffers; /* how many came before */
} RtOutEvent;

typedef struct {
  GstElement *pipeline;
  GstElement *rt;
  GstElement *in;  /* appsrc, or NULL */
  GstElement *out; /* or NULL */
  RtFakeConn *conn;

  /* private */
  GstBus *bus;
  GPtrArray *messages; /* all that came */
  GArray *taken;       /* gboolean for each of them */
  guint64 frames_in;
  GMutex lock;
  GCond cond;
  GArray *buffers;
  GArray *events;
  GByteArray *audio;
  gboolean holding; /* the thread that serves the connection … */
  gboolean held;    /* … and it is */
} RtPipeline;

/* For main(): g_test and GStreamer, with nothing of the caller's environment
 * that would change where and how we connect. */
void rt_element_test_init (int *argc, char ***argv);

/* `in ! realtimeconversation uri=URI PROPS ! out`; `in`, `props` and `out` may
 * be NULL. */
RtPipeline *rt_pipeline_new (
    const gchar *uri, const gchar *in, const gchar *props, const gchar *out);
/* Down to NULL, too. */
void rt_pipeline_free (RtPipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPipeline, rt_pipeline_free)
/* Live input, `server` on auto: PLAYING, connected and with a session. */
RtPipeline *rt_pipeline_open (
    RtFakeServer *server, const gchar *props, const gchar *out);
void rt_pipeline_play (RtPipeline *self);
/* Plays, takes the connection, and waits for the session. */
void rt_pipeline_connect (RtPipeline *self, RtFakeServer *server);

/* PCM in buffers of 20 ms that follow each other. */
void rt_pipeline_push (RtPipeline *self, gconstpointer pcm, gsize size);
/* One buffer, with this stamp. */
void rt_pipeline_push_buffer (RtPipeline *self, gconstpointer data, gsize size,
    GstClockTime pts, GstClockTime duration);
void rt_pipeline_push_eos (RtPipeline *self);

/* The next message whose structure has this name and that was not taken yet;
 * others stay.  Valid as long as the pipeline.  NULL at the deadline. */
const GstStructure *rt_pipeline_wait (
    RtPipeline *self, const gchar *name, guint timeout_ms);
/* The same; g_error()s instead of NULL. */
const GstStructure *rt_pipeline_expect (RtPipeline *self, const gchar *name);
/* The next one of that name in which field `field` is the string `value`. */
const GstStructure *rt_pipeline_expect_with (RtPipeline *self,
    const gchar *name, const gchar *field, const gchar *value);
/* The same by type. */
GstMessage *rt_pipeline_wait_type (
    RtPipeline *self, GstMessageType type, guint timeout_ms);
GstMessage *rt_pipeline_expect_type (RtPipeline *self, GstMessageType type);
/* All that came of that name, taken or not. */
guint rt_pipeline_count (RtPipeline *self, const gchar *name);
/* Names of the element messages, and the types of errors, warnings and EOS,
 * as they came, joined by spaces.  Transfer full. */
gchar *rt_pipeline_dup_order (RtPipeline *self);
/* All that came so far, taken or not, as they came: of GstMessage.  Valid until
 * the next call that looks at the bus. */
const GPtrArray *rt_pipeline_get_messages (RtPipeline *self);
/* All messages in print, details included.  Transfer full. */
gchar *rt_pipeline_dup_messages (RtPipeline *self);

/* TRUE once so many bytes left `src`. */
gboolean rt_pipeline_wait_audio (
    RtPipeline *self, gsize bytes, guint timeout_ms);
gboolean rt_pipeline_wait_buffers (
    RtPipeline *self, guint buffers, guint timeout_ms);
/* The first event of `type` that came after `buffers` buffers or later; NULL
 * at the deadline.  Valid as long as the pipeline. */
GstEvent *rt_pipeline_wait_event (
    RtPipeline *self, GstEventType type, guint buffers, guint timeout_ms);
guint rt_pipeline_count_events (RtPipeline *self, GstEventType type);
/* A copy of the audio that left. */
GByteArray *rt_pipeline_get_audio (RtPipeline *self);
gsize rt_pipeline_get_audio_size (RtPipeline *self);
/* Copies of the descriptions. */
GArray *rt_pipeline_get_buffers (RtPipeline *self);

/* Keeps the thread that serves the connection from going on, until it is let
 * go: what is done meanwhile comes all at once. */
void rt_pipeline_hold (RtPipeline *self);
void rt_pipeline_let_go (RtPipeline *self);

guint64 rt_pipeline_stat (RtPipeline *self, const gchar *name);
/* Waits until the counter is `value`; FALSE at the deadline. */
gboolean rt_pipeline_wait_stat (
    RtPipeline *self, const gchar *name, guint64 value, guint timeout_ms);
/* Emits an action signal that takes nothing. */
gboolean rt_pipeline_act (RtPipeline *self, const gchar *action);
GstClockTime rt_pipeline_now (RtPipeline *self);
/* Sets NULL and returns how long that took, in ms. */
guint rt_pipeline_stop (RtPipeline *self);

/* The handlers of everything that is not checked by a test are worth nothing,
 * so these say what was wrong. */
#define rt_assert_field(structure, field, value) \
  g_assert_cmpstr (gst_structure_get_string ((structure), (field)), ==, (value))
#define rt_assert_flag(structure, field, value)                       \
  G_STMT_START                                                        \
  {                                                                   \
    gboolean rt_flag_ = !(value);                                     \
                                                                      \
    g_assert_true (                                                   \
        gst_structure_get_boolean ((structure), (field), &rt_flag_)); \
    g_assert_cmpint (rt_flag_, ==, (value));                          \
  }                                                                   \
  G_STMT_END

G_END_DECLS
