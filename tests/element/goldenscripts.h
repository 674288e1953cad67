/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What happens in the conversations of test-golden.c, step by step.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  GOLDEN_END,
  GOLDEN_SERVER,   /* the server says `a` */
  GOLDEN_SENT,     /* wait for a message of type `a` to the server */
  GOLDEN_POSTED,   /* wait for message `a`, in which field `b` is `c` */
  GOLDEN_SPEAK,    /* 20 ms of the user's voice */
  GOLDEN_TYPE,     /* the user types `a` */
  GOLDEN_PROGRESS, /* of handoff `a`: `b` */
  GOLDEN_FINAL,    /* the same: its answer */
  GOLDEN_REFUSED,  /* the same: a second one */
  GOLDEN_PROMPT,   /* becomes `a` */
  GOLDEN_CLOSE,
} GoldenOp;

typedef struct {
  GoldenOp op;
  const gchar *a;
  const gchar *b;
  const gchar *c;
} GoldenStep;

typedef struct {
  const gchar *protocol;
  guint rate; /* of the user's voice, and of the replies */
  guint channels;
  const GoldenStep *steps;
} GoldenScript;

/* Ended by one without a protocol. */
extern const GoldenScript golden_scripts[];

G_END_DECLS
