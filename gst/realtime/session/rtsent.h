/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was said to the server and not yet acknowledged: what a new session is
 * told again when the connection breaks.  Pure.
 */
#pragma once

#include "rtcommand.h"
#include "rtevent.h"

G_BEGIN_DECLS

/* The oldest is given up. */
#define RT_SENT_MAX 256

typedef struct _RtSent RtSent;

/* `by_output`: the protocol acknowledges nothing, but a model that speaks has
 * heard what was said before. */
RtSent *rt_sent_new (gboolean by_output);
void rt_sent_free (RtSent *sent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtSent, rt_sent_free)

/* Texts, outputs, raw events and response.create; what of the others was lost
 * is void in a new session. */
void rt_sent_add (RtSent *sent, const RtCommand *command);
/* The server does in order what it is told: what is acknowledged takes all
 * before it along.  But the output of a call is of use only in a reply: it
 * stays until something of that came. */
void rt_sent_event (RtSent *sent, const RtEvent *event);
typedef void (*RtSentFunc) (RtCommand *command, gpointer user_data);
/* The session is lost: a create among them is asked for by who knows whether
 * it is still wanted, and what was shown is not any more.  Calls `reword` for
 * what stays; it may be NULL. */
void rt_sent_retire (RtSent *sent, RtSentFunc reword, gpointer user_data);

guint rt_sent_get_length (const RtSent *sent);
/* In order. */
const RtCommand *rt_sent_get (const RtSent *sent, guint i);
gboolean rt_sent_has (const RtSent *sent, const gchar *event_id);
/* An output for this call is among them. */
gboolean rt_sent_answers (const RtSent *sent, const gchar *call_id);

G_END_DECLS
