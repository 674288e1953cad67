/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a server's message to an RtEvent, for every dialect.  I/O thread.
 */
#pragma once

#include "rtevent.h"
#include "rtjson.h"

G_BEGIN_DECLS

/* What is kept of a server's strings, in bytes; more is cut off between two
 * characters. */
#define RT_DECODE_MAX_ID 512
#define RT_DECODE_MAX_TEXT (1024 * 1024)
#define RT_DECODE_MAX_MESSAGE (64 * 1024)
#define RT_DECODE_MAX_ITEMS 128

/* A dialect: whose words are understood, and what else differs. */
typedef enum {
  RT_DECODE_V2 = 1 << 0,
  RT_DECODE_V1 = 1 << 1,
  RT_DECODE_CREATE = 1 << 2,
  RT_DECODE_CHANNELS = 1 << 3,       /* `channels` besides `num_channels` */
  RT_DECODE_DECLARED_AUDIO = 1 << 4, /* of no use without rate and channels */
  RT_DECODE_SESSION_ID = 1 << 5,     /* may lie at the top level */
  RT_DECODE_BACKEND_PROMPT = 1 << 6, /* the instructions' name */
  RT_DECODE_OUTER_MESSAGE = 1 << 7,  /* an error's own is the second choice */
} RtDecodeFlags;

/* Any message: by the fast road when it is a plain audio delta, else by the
 * full parser.  Transfer full; NULL and an RT_WIRE_ERROR when the message is
 * of no use. */
RtEvent *rt_decode (
    const gchar *data, gsize size, RtDecodeFlags flags, GError **error);
/* The full parser alone; the same event. */
RtEvent *rt_decode_full (
    const gchar *data, gsize size, RtDecodeFlags flags, GError **error);

/* The parts of an event.  `object` may hold anything, and may be NULL but for
 * an item.  A string is NULL when it is absent. */
gchar *rt_decode_string (JsonObject *object, const gchar *name, gsize max);
RtItem *rt_decode_item (JsonObject *object);
RtResponse *rt_decode_response (JsonObject *object);
/* Of a whole event, as their parts lie here or there.  No session: NULL. */
RtSessionInfo *rt_decode_session (JsonObject *event, RtDecodeFlags flags);
RtErrorInfo *rt_decode_error (JsonObject *event, RtDecodeFlags flags);
void rt_decode_usage (JsonObject *object, RtUsage *usage);
/* PCM as a server declares it; one channel when `channels` is negative.  FALSE
 * when the pads could not carry it. */
gboolean rt_decode_make_format (
    gint64 rate, gint64 channels, RtAudioFormat *format);

G_END_DECLS
