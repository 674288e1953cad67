/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of the element, for the files of this room.
 */
#pragma once

#include "gstrealtimeconversation.h"
#include "gstrealtimesettings.h"
#include "rtconversation.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_realtime_debug);
#define GST_CAT_DEFAULT gst_realtime_debug

struct _GstRealtimeConversation {
  GstElement parent;

  /* constant after init */
  GstPad *sinkpad;
  GstPad *srcpad;
  RtUplink *uplink;
  RtPlayout *playout;
  RtStats *stats;

  /* OBJECT_LOCK */
  GstRealtimeSettings *settings;
  GstRealtimeConnectionState connection_state;
  gchar *session_id;
  RtConversation *conversation;    /* the running one, or NULL */
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
    GstClockTime next;   /* running time of the next sample */
    gint live;           /* of upstream; -1: not asked yet */
    guint64 overrun;     /* ns dropped and not yet reported */
    gint64 overrun_said; /* monotonic us of the last report */
  } in;

  /* Waiting of both streaming threads.  A leaf: nothing is called under it. */
  GMutex wait_lock;
  GCond wait_cond;
  /* wait_lock */
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
  gboolean eos_wanted;  /* the input has ended and all was said */
  GstClockID sink_wait;
  GstClockID src_wait;
  GstFlowReturn src_flow; /* fatal, for upstream to know */

  /* src task */
  struct {
    gboolean begun;         /* stream-start, caps and segment were sent */
    gboolean discont;       /* the next buffer is after a jump */
    gboolean ran_dry;       /* there was nothing to say since then */
    gboolean running;       /* speech was the last thing that left */
    GstClockTime next;      /* running time of the next sample, exact */
    GstClockTime anchor;    /* where the stamps of this run began … */
    guint64 frames;         /* … and how many frames were stamped since */
    GstClockTime hold;      /* a reply is gathered since then; NONE: not */
    RtPlayoutFormat format; /* of the caps that were sent */
    GArray *began;          /* tracks to report */
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
void gst_realtime_conversation_set_connection_state (
    GstRealtimeConversation *self, GstRealtimeConnectionState state);
void gst_realtime_conversation_set_session_id (
    GstRealtimeConversation *self, const gchar *id);
/* The running one or NULL; transfer full. */
RtConversation *gst_realtime_conversation_get (GstRealtimeConversation *self);

/* -start.c */
gboolean gst_realtime_conversation_start (GstRealtimeConversation *self);
/* FALSE: none is running. */
gboolean gst_realtime_conversation_close (
    GstRealtimeConversation *self, RtClosedReason reason);
/* After the pads were taken down: nothing of this run stays for the next. */
void gst_realtime_conversation_forget (GstRealtimeConversation *self);
/* How to connect once more; I/O thread. */
void gst_realtime_conversation_offer_params (
    GstRealtimeConversation *self, RtConversation *conversation);
void gst_realtime_conversation_settings_changed (GstRealtimeConversation *self);
GstRealtimeSettings *gst_realtime_conversation_dup_settings (
    GstRealtimeConversation *self);

/* -sinkpad.c */
void gst_realtime_conversation_init_sinkpad (GstRealtimeConversation *self);
/* Forgets and counts what was said and not sent; a chain that waits for room
 * gets some. */
void gst_realtime_conversation_drop_input (GstRealtimeConversation *self);
/* When EOS came in: to the running conversation, or else EOS is to leave. */
void gst_realtime_conversation_pass_end (GstRealtimeConversation *self);

/* -srcpad.c */
void gst_realtime_conversation_init_srcpad (GstRealtimeConversation *self);
/* Begins a flush; the src task ends it. */
void gst_realtime_conversation_flush_src (GstRealtimeConversation *self);

/* -srctask.c */
void gst_realtime_conversation_src_loop (gpointer pad);
void gst_realtime_conversation_reset_src (GstRealtimeConversation *self);

/* -clock.c: waiting for the pipeline's time */
GstClockTime gst_realtime_conversation_now (GstRealtimeConversation *self);
void gst_realtime_conversation_set_playing (
    GstRealtimeConversation *self, gboolean playing);
void gst_realtime_conversation_set_sink_flushing (
    GstRealtimeConversation *self, gboolean flushing);
void gst_realtime_conversation_set_src_stopped (
    GstRealtimeConversation *self, gboolean stopped);
/* The playout changed (`dropped`: it was emptied).  FALSE: the src task is
 * stopped and does nothing of it. */
gboolean gst_realtime_conversation_wake_src (
    GstRealtimeConversation *self, gboolean dropped, gboolean flush);
void gst_realtime_conversation_want_eos (
    GstRealtimeConversation *self, gboolean wanted);
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
