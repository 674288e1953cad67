/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a response answers: that which was known when it was announced, and not
 * what was said while it comes.  Pure; all zeros is a new one.
 */
#pragma once

#include "rtevent.h"

G_BEGIN_DECLS

/* At the same time; of more than that the latest is taken for all. */
#define RT_ANSWERS_MAX 2

typedef struct {
  struct {
    gchar *response_id;
    guint64 end; /* the point before which is what it answers */
  } latest[RT_ANSWERS_MAX];
  gboolean announced; /* there was one: the server tells of them */
} RtAnswers;

void rt_answers_clear (RtAnswers *answers);
/* A response was created, and what is before `end` was known. */
void rt_answers_announce (
    RtAnswers *answers, const RtEvent *event, guint64 end);
/* The end of what the response answers of which this event is, where `known`
 * is what is known now. */
guint64 rt_answers_get_end (
    const RtAnswers *answers, const RtEvent *event, guint64 known);
/* The end of a response of which nothing may have come: if so, it answered
 * nothing, unless nobody wanted it. */
gboolean rt_answers_is_failure (const RtEvent *event);

G_END_DECLS
