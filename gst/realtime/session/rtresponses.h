/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One active response at a time: when a response.create may be sent, and what
 * the server's word of responses means for that.  Pure; sends nothing.
 */
#pragma once

#include "rtevent.h"

G_BEGIN_DECLS

/* Events may come twice or late; that many ended responses are remembered. */
#define RT_RESPONSES_MAX_ENDED 32

typedef struct _RtResponses RtResponses;

RtResponses *rt_responses_new (void);
void rt_responses_free (RtResponses *responses);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtResponses, rt_responses_free)

/* A reply is asked for.  What is asked for while one is active or on its way
 * becomes one create after it. */
void rt_responses_want (RtResponses *responses);
/* TRUE: a create is to be sent now; then rt_responses_sent(). */
gboolean rt_responses_is_due (RtResponses *responses);
void rt_responses_sent (RtResponses *responses, const gchar *event_id);

/* FALSE when it was known.  `id` may be NULL. */
gboolean rt_responses_created (RtResponses *responses, const gchar *id);
/* FALSE when it was known.  `superseded`: the user speaks and the server is
 * going to reply to that by itself, so that what is asked for waits for this
 * reply and is part of it. */
gboolean rt_responses_done (
    RtResponses *responses, const gchar *id, gboolean superseded);
/* The user took a turn while one is active, so that the server, which replies
 * to that by itself, may not: unless it does, a create follows the active one.
 */
void rt_responses_owe (RtResponses *responses);
/* What was superseded gets no reply of the server's own. */
void rt_responses_release (RtResponses *responses);
/* An error event. */
void rt_responses_error (RtResponses *responses, const RtErrorInfo *error);

/* TRUE: a cancel is to be sent now, for the response *id (NULL: for the one
 * that our create makes). */
gboolean rt_responses_cancel (RtResponses *responses, const gchar **id);
/* The response that was just created had been cancelled before. */
gboolean rt_responses_is_cancelled (RtResponses *responses);

/* The session is over.  TRUE: with it the response *id (transfer full, may be
 * NULL).  What was asked for and did not begin stays wanted. */
gboolean rt_responses_retire (RtResponses *responses, gchar **id);
/* The active response's id; NULL when none is or it has none. */
const gchar *rt_responses_get_active (RtResponses *responses);
/* TRUE while the response `id` (NULL: any) is active. */
gboolean rt_responses_is_generating (RtResponses *responses, const gchar *id);
/* TRUE while one is active or on its way. */
gboolean rt_responses_is_open (RtResponses *responses);
/* TRUE while one is active, on its way or asked for. */
gboolean rt_responses_is_busy (RtResponses *responses);

G_END_DECLS
