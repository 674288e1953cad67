/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of the element, for the files of this room.
 */
#pragma once

#include "gstrealtimebacklog.h"
#include "gstrealtimeconversation.h"
#include "gstrealtimesettings.h"
#include "rtalign.h"
#include "rtconversation.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_realtime_debug);
#define GST_CAT_DEFAULT gst_realtime_debug

/* Of what leaves `src`. */
#define GST_REALTIME_BUFFER_TIME (20 * GST_MSECOND)

/* What left the src pad last. */
typedef enum {
  GST_REALTIME_RUN_NONE, /* a gap, or silence between replies */
  GST_REALTIME_RUN_SPEECH,
  GST_REALTIME_RUN_CONCEALED, /* silence in the place of speech */
} GstRealtimeRun;

struct _GstRealtimeConversation {
  GstElement parent;

  /* constant after init */
  GstPad *sinkpad;
  GstPad *srcpad;
  RtUplink *uplink;
  RtStats *stats;
  GstRealtimeBacklog *backlog;

  /* OBJECT_LOCK */
  GstRealtimeSettings *settings;
  guint settings_serial; /* of their changes, and of the formats' */
  GstRealtimeConnectionState connection_state;
  gchar *session_id;
  RtConversation *conversation;    /* the running one, or NULL … */
  RtPlayout *playout;              /* … and its, or that of the last one */
  GstClockTime downstream_latency; /* of the LATENCY event; NONE: none yet */
  RtAudioFormat output_format;     /* of `src` */
  RtAudioFormat input_format;      /* of `sink` */
  gboolean active;                 /* PAUSED or PLAYING */
  gboolean input_ended;            /* EOS came in */

  /* state changes only */
  RtLoop *loop;

  /* sink pad's streaming thread */
  struct {
    GstSegment segment;
    RtAlign align;
    gboolean discont;    /* a segment began */
    gboolean unfit;      /* … and it cannot be taken */
    GByteArray *silence; /* a chunk of it */
    gint live;           /* of upstream; -1: not asked yet */
    gboolean refused;    /* there is no conversation, and that was said */
    guint64 overrun;     /* ns dropped and not yet reported */
    gint64 overrun_said; /* monotonic us of the last report */
  } in;

  /* Waiting of both streaming threads.  A leaf: nothing is called under it. */
  GMutex wait_lock;
  GCond wait_cond;
  /* wait_lock */
  guint untold; /* conversations whose end was not told yet */
  gboolean playing;
  GstClockTime paused_at; /* running time while not playing */
  gboolean sink_flushing;
  gboolean src_stopped;
  gboolean src_joins;   /* the clock began to run */
  gboolean src_woken;   /* something happened that the src task waits for */
  gboolean src_news;    /* audio came since it last looked … */
  gboolean src_hungry;  /* … and that is what it waits for */
  gboolean src_dropped; /* the playout was dropped: a jump */
  gboolean src_flush;   /* … and downstream is flushing because of it */
  gboolean eos_wanted;  /* the input has ended and all was said … */
  gconstpointer eos_by; /* … by this conversation, NULL: there was none */
  gboolean src_ended;   /* EOS has left */
  gboolean src_revived; /* … and was taken back: the stream begins anew */
  GstClockID sink_wait;
  GstClockID src_wait;
  GstPad *src_peer;       /* what the src task pushes on at present */
  GstFlowReturn src_flow; /* fatal, for upstream to know */

  /* src task */
  struct {
    RtPlayout *playout; /* what is read, of the conversation that began last */
    gboolean begun;     /* stream-start, caps and segment were sent */
    gboolean discont;   /* the next buffer is after a jump */
    gboolean ran_dry;   /* there was nothing to say since then */
    GstRealtimeRun run;
    gboolean hole;           /* something else left since the last speech */
    gboolean held;           /* what is there was not to be played yet */
    GstClockTime concealed;  /* silence since the last speech */
    GstClockTime speech_end; /* of the last speech; NONE: there was none */
    GstClockTime next;       /* running time of the next sample, exact */
    GstClockTime anchor;     /* where the stamps of this run began … */
    guint64 frames;          /* … and how many frames were stamped since */
    GstClockTime hold;       /* a reply is gathered since then; NONE: not */
    RtPlayoutFormat format;  /* of the caps that were sent */
    gint64 asked_at;         /* when the server was asked for them; 0: never */
    GArray *began;           /* of RtPlayoutMoment, to report */
    GArray *drained;
  } out;
};

/* A pad of the template `name`, on the element. */
GstPad *gst_realtime_conversation_add_pad (
    GstRealtimeConversation *self, const gchar *name);

/* -props.c */
void gst_realtime_conversation_install_properties (GObjectClass *klass);
void gst_realtime_conversation_init_properties (GstRealtimeConversation *self);

gchar *gst_realtime_conversation_dup_ignored (
    GstRealtimeConversation *self, GstRealtimeSettings *settings);

/* -link.c: what comes back from a conversation */
extern const RtConversationCallbacks gst_realtime_link_callbacks;
/* What the callbacks are called with. */
gpointer gst_realtime_link_new (
    GstRealtimeConversation *self, const GstRealtimeSettings *settings);
void gst_realtime_link_free (gpointer link);
/* What is shown of a conversation while it is the running one, or, NULL, of
 * whichever is.  FALSE: it is not, and another one's is shown. */
gboolean gst_realtime_conversation_set_connection_state (
    GstRealtimeConversation *self, const RtConversation *of,
    GstRealtimeConnectionState state);
void gst_realtime_conversation_set_session_id (
    GstRealtimeConversation *self, const RtConversation *of, const gchar *id);
/* The running one or NULL; transfer full. */
RtConversation *gst_realtime_conversation_get (GstRealtimeConversation *self);
/* The running one's, or that of the last one; transfer full. */
RtPlayout *gst_realtime_conversation_get_playout (
    GstRealtimeConversation *self);

/* -start.c */
gboolean gst_realtime_conversation_start (GstRealtimeConversation *self);
void gst_realtime_conversation_close (GstRealtimeConversation *self);
/* Until the I/O thread has told the end of each conversation, but not for long:
 * the application may be keeping that thread, or be on it. */
void gst_realtime_conversation_await_ends (GstRealtimeConversation *self);
/* After the pads were taken down: nothing of this run stays for the next. */
void gst_realtime_conversation_forget (GstRealtimeConversation *self);
/* How to connect once more; I/O thread. */
void gst_realtime_conversation_offer_params (
    GstRealtimeConversation *self, RtConversation *conversation);
/* To what comes of `conversation`: what a policy of reconnecting is made of. */
RtConversationPolicy gst_realtime_conversation_get_policy (
    const GstRealtimeSettings *settings);
/* A conversation begins (1) or has told its end (-1). */
void gst_realtime_conversation_count_untold (
    GstRealtimeConversation *self, gint change);
gboolean gst_realtime_conversation_has_untold (GstRealtimeConversation *self);
GstRealtimeSettings *gst_realtime_conversation_dup_settings (
    GstRealtimeConversation *self);

/* -updates.c */
/* Grows with each change. */
guint gst_realtime_conversation_get_settings_serial (
    GstRealtimeConversation *self);
void gst_realtime_conversation_settings_changed (GstRealtimeConversation *self);

/* -sinkpad.c */
void gst_realtime_conversation_init_sinkpad (GstRealtimeConversation *self);
/* When EOS came in: to the running conversation, or else EOS is to leave. */
void gst_realtime_conversation_pass_end (GstRealtimeConversation *self);

/* -input.c */
/* Takes the buffer. */
GstFlowReturn gst_realtime_conversation_take_buffer (
    GstRealtimeConversation *self, GstBuffer *buffer);
void gst_realtime_conversation_take_gap (
    GstRealtimeConversation *self, GstClockTime stamp, GstClockTime duration);
void gst_realtime_conversation_set_input_format (
    GstRealtimeConversation *self, const RtAudioFormat *format);
void gst_realtime_conversation_reset_input (GstRealtimeConversation *self);
/* Forgets and counts what was said before that position and not sent; a chain
 * that waits for room gets some. */
void gst_realtime_conversation_drop_input (
    GstRealtimeConversation *self, guint64 end);

/* -srcpad.c */
void gst_realtime_conversation_init_srcpad (GstRealtimeConversation *self);
/* Downstream falls silent.  FALSE: the src task is stopped, and none of it is
 * our business. */
gboolean gst_realtime_conversation_begin_flush (GstRealtimeConversation *self);
/* The src task may go on, behind a FLUSH_STOP. */
void gst_realtime_conversation_end_flush (GstRealtimeConversation *self);
/* Ends the src task, and whatever it waits for downstream. */
void gst_realtime_conversation_stop_src (GstRealtimeConversation *self);
/* The src task is about to push. */
void gst_realtime_conversation_note_peer (GstRealtimeConversation *self);

/* -srcpush.c: what leaves.  The src task only. */
void gst_realtime_conversation_push_start (GstRealtimeConversation *self);
void gst_realtime_conversation_push_flush_stop (GstRealtimeConversation *self);
/* New caps, when what is linked to us changed or wants something else. */
void gst_realtime_conversation_push_negotiated (GstRealtimeConversation *self);
/* Another conversation begins after EOS. */
void gst_realtime_conversation_push_restart (GstRealtimeConversation *self);
/* Says that there is nothing up to `until`. */
void gst_realtime_conversation_push_gap (
    GstRealtimeConversation *self, GstClockTime until);
/* One buffer of at most `size` bytes. */
void gst_realtime_conversation_push_speech (
    GstRealtimeConversation *self, gsize size);
/* `conceals`: in the place of speech that is missing. */
void gst_realtime_conversation_push_silence (
    GstRealtimeConversation *self, gboolean conceals);
/* The stamps are counted from here. */
void gst_realtime_conversation_set_anchor (
    GstRealtimeConversation *self, GstClockTime time);

/* -srctask.c */
void gst_realtime_conversation_src_loop (gpointer pad);
void gst_realtime_conversation_reset_src (GstRealtimeConversation *self);

/* -negotiate.c: src task only */
/* TRUE: `format` (in: of the present caps) is what the peer wants instead, and
 * the server was asked for it. */
gboolean gst_realtime_conversation_renegotiate_src (
    GstRealtimeConversation *self, RtPlayoutFormat *format);
/* TRUE: speech of the time before that, which is going to be cut. */
gboolean gst_realtime_conversation_is_stale (
    GstRealtimeConversation *self, const RtPlayoutFormat *format);
void gst_realtime_conversation_post_flow_error (
    GstRealtimeConversation *self, GstFlowReturn flow);

/* -clock.c: waiting for the pipeline's time */
GstClockTime gst_realtime_conversation_now (GstRealtimeConversation *self);
void gst_realtime_conversation_set_playing (
    GstRealtimeConversation *self, gboolean playing);
/* The input is neither paused nor flushing. */
gboolean gst_realtime_conversation_input_runs (GstRealtimeConversation *self);
void gst_realtime_conversation_set_sink_flushing (
    GstRealtimeConversation *self, gboolean flushing);
void gst_realtime_conversation_set_src_stopped (
    GstRealtimeConversation *self, gboolean stopped);
/* A sample is due at the sink this long after its stamp. */
GstClockTime gst_realtime_conversation_due (GstRealtimeConversation *self);
/* Samples whose stamps are over by then were due by now; G_MAXUINT64 without
 * a clock, and where nothing is paced: all that left was. */
GstClockTime gst_realtime_conversation_heard_until (
    GstRealtimeConversation *self);
/* The playout changed (`dropped`: it was emptied).  FALSE: the src task is
 * stopped, or its stream has ended, and it does nothing of it. */
gboolean gst_realtime_conversation_wake_src (
    GstRealtimeConversation *self, gboolean dropped, gboolean flush);
void gst_realtime_conversation_want_eos (
    GstRealtimeConversation *self, gboolean wanted, const RtConversation *by);
/* EOS is about to leave; with `unasked` whether it is wanted or not.  FALSE:
 * it is not wanted any more. */
gboolean gst_realtime_conversation_end_src (
    GstRealtimeConversation *self, gboolean unasked);
/* A conversation begins: what the one before wanted is void, and a stream that
 * ended with it begins anew. */
void gst_realtime_conversation_revive_src (GstRealtimeConversation *self);
/* Waits until running time `until` (NONE: for ever) or until woken. */
void gst_realtime_conversation_src_wait (
    GstRealtimeConversation *self, GstClockTime until, gboolean hungry);
/* FALSE: flushing. */
gboolean gst_realtime_conversation_sink_wait (
    GstRealtimeConversation *self, GstClockTime until);

/* -actions.c */
void gst_realtime_conversation_install_signals (GObjectClass *klass);
/* A `realtime-command` or `dtmf-event`; FALSE: it is neither. */
gboolean gst_realtime_conversation_handle_command (
    GstRealtimeConversation *self, const GstStructure *command);

G_END_DECLS
