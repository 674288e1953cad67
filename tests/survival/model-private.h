/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of the model, for its files.  The model's thread, but for what the
 * lock guards.
 */
#pragma once

#include "model.h"

G_BEGIN_DECLS

typedef struct {
  guint outputs;
  gboolean replied_first;
} ModelTurn;

struct _Model {
  /* constant */
  RtFakeServer *server;
  const Tape *tape;
  GThread *thread;

  gint stops; /* atomic */
  GMutex lock;
  GCond cond;
  /* lock */
  guint latest;

  /* the model's thread */
  GRand *chance;
  GArray *losses; /* of guint32, points of the tape */
  guint next_loss;
  guint broke;
  guint lines;
  guint8 *heard;
  ModelTurn *turns; /* by their number */
  gchar *complaint;
};

/* One connection, and the conversation that its server knows of. */
typedef struct {
  Model *model;
  RtFakeConn *conn;
  guint number;
  gsize taken;  /* bytes of its audio */
  guint events; /* read of the client's */
  guint point;  /* ms of audio in this session */

  gboolean breaks; /* soon: after so many more … */
  guint events_left;
  guint ms_left;
  gboolean broken;

  /* the turn that is heard */
  gboolean speaking;
  guint turn;
  guint first; /* index */
  guint next;  /* index that should follow; whole as long as it does */
  gboolean gaps;
  guint silence; /* ms behind it */
  gchar item[64];

  /* the conversation */
  guint serial;
  guint asked;       /* the user's last turn, 0: it was answered … */
  guint output;      /* … and the task whose answer was given last */
  GHashTable *calls; /* call ids that were told or made → turn */
} Line;

/* model.c */
void model_complain (Model *model, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);
void line_break (Line *line);

/* line.c */
void line_hear (Line *line, const TapeFrame *frame);
void line_told (Line *line, const gchar *type, const gchar *text);

G_END_DECLS
