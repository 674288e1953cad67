/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the server said, free of any dialect.  An event is decoded on the I/O
 * thread and handed to the session; strings are copies, bounded in length.
 */
#pragma once

#include "rtaudioformat.h"

G_BEGIN_DECLS

typedef enum {
  RT_EVENT_UNKNOWN, /* nothing we act on; `name` says what it was */
  RT_EVENT_SESSION_CREATED,
  RT_EVENT_SESSION_UPDATED,
  RT_EVENT_CONVERSATION_CREATED,
  RT_EVENT_SPEECH_STARTED,  /* item_id (the user's), audio_ms */
  RT_EVENT_SPEECH_STOPPED,  /* item_id (the user's), audio_ms */
  RT_EVENT_AUDIO_COMMITTED, /* item_id, previous_item_id */
  RT_EVENT_AUDIO_CLEARED,
  RT_EVENT_IDLE_TIMEOUT, /* item_id, audio_ms (start of the silence) */
  RT_EVENT_INPUT_TRANSCRIPT_DELTA,  /* item_id, content_index, text */
  RT_EVENT_INPUT_TRANSCRIPT_DONE,   /* the same; usage */
  RT_EVENT_INPUT_TRANSCRIPT_FAILED, /* item_id, error */
  RT_EVENT_ITEM_ADDED,              /* item, previous_item_id */
  RT_EVENT_ITEM_DONE,               /* item, previous_item_id */
  RT_EVENT_ITEM_RETRIEVED,          /* item */
  RT_EVENT_ITEM_DELETED,            /* item_id */
  RT_EVENT_ITEM_TRUNCATED,          /* item_id, content_index, audio_ms */
  RT_EVENT_RESPONSE_CREATED,        /* response */
  RT_EVENT_RESPONSE_DONE,           /* response; response.cancelled too */
  RT_EVENT_OUTPUT_ITEM_ADDED,       /* item, response_id, output_index */
  RT_EVENT_OUTPUT_ITEM_DONE,        /* item, response_id, output_index */
  RT_EVENT_CONTENT_PART_ADDED,      /* response_id, item_id, content_index */
  RT_EVENT_CONTENT_PART_DONE,       /* the same */
  RT_EVENT_OUTPUT_AUDIO_DELTA, /* response_id, item_id, content_index, audio */
  RT_EVENT_OUTPUT_AUDIO_DONE,
  RT_EVENT_OUTPUT_TRANSCRIPT_DELTA, /* …, text; what is being spoken */
  RT_EVENT_OUTPUT_TRANSCRIPT_DONE,
  RT_EVENT_OUTPUT_TEXT_DELTA, /* …, text; a reply that is not spoken */
  RT_EVENT_OUTPUT_TEXT_DONE,
  RT_EVENT_FUNCTION_ARGUMENTS_DELTA, /* …, call_id, text */
  RT_EVENT_FUNCTION_ARGUMENTS_DONE,  /* …, call_id, text, function_name? */
  RT_EVENT_HANDOFF_REQUESTED,        /* v1: call_id, item_id, text */
  RT_EVENT_RATE_LIMITS,
  RT_EVENT_ERROR, /* error */
  RT_EVENT_LAST
} RtEventType;

typedef enum {
  RT_ITEM_OTHER,
  RT_ITEM_MESSAGE,
  RT_ITEM_FUNCTION_CALL,
  RT_ITEM_FUNCTION_CALL_OUTPUT,
} RtItemType;

typedef struct {
  RtItemType type;
  gchar *id;
  gchar *role; /* messages */
  gchar *status;
  gchar *call_id;   /* calls and their outputs */
  gchar *name;      /* calls */
  gchar *arguments; /* calls */
  gboolean cut;     /* there was more of them than is kept */
  gchar *text;      /* messages: the texts and transcripts of its content,
                       joined; NULL when there is none */
  gchar *json;      /* the whole item */
} RtItem;

typedef struct {
  gboolean present;
  guint64 input_text;
  guint64 input_audio;
  guint64 input_image;
  guint64 input_cached; /* a subset of the other three */
  guint64 output_text;
  guint64 output_audio;
  guint64 input_total;
  guint64 output_total;
  guint64 duration_ms; /* transcription billed by time */
} RtUsage;

typedef struct {
  gchar *id;
  gchar *status; /* in_progress completed cancelled failed incomplete */
  gchar *reason; /* status_details.reason, else .type */
  gchar *error_code;
  gchar *error_type;
  gchar *error_message;
  RtUsage usage;
  GPtrArray *output; /* of RtItem; never NULL */
} RtResponse;

typedef struct {
  gchar *code;
  gchar *type;
  gchar *message; /* never NULL in an error event */
  gchar *param;
  gchar *event_id; /* the client event that it answers */
} RtErrorInfo;

typedef struct {
  gchar *id;
  gchar *instructions;
  gint64 expires_at; /* unix seconds, 0: unknown */
  gboolean has_input_format;
  gboolean has_output_format;
  RtAudioFormat input_format;
  RtAudioFormat output_format;
} RtSessionInfo;

typedef struct {
  RtEventType type;
  gchar *name; /* the wire's "type", as sent */
  gchar *event_id;
  gchar *item_id;
  gchar *previous_item_id;
  gchar *response_id;
  gchar *call_id;
  gchar *function_name;
  gchar *text;
  guint content_index;
  guint output_index;
  gboolean has_audio_ms;
  guint audio_ms;
  GBytes *audio;        /* decoded */
  guint audio_rate;     /* as the event itself declared; 0: it did not */
  guint audio_channels; /* the same; of what codec the session says */
  RtItem *item;
  RtResponse *response;
  RtSessionInfo *session;
  RtErrorInfo *error;
  RtUsage usage;
} RtEvent;

RtEvent *rt_event_new (RtEventType type, const gchar *name);
void rt_event_free (RtEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtEvent, rt_event_free)

RtItem *rt_item_new (void);
void rt_item_free (RtItem *item);
RtResponse *rt_response_new (void);
void rt_response_free (RtResponse *response);
RtErrorInfo *rt_error_info_new (const gchar *code, const gchar *message);
void rt_error_info_free (RtErrorInfo *info);
RtSessionInfo *rt_session_info_new (void);
void rt_session_info_free (RtSessionInfo *info);

G_END_DECLS
