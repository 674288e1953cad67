/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tables of words for tests of what is kept to be said again: what is said and
 * what the server tells, and what is left of it in ms.
 */
#pragma once

#include "rtrecall.h"

typedef struct {
  const gchar *in;
  const gchar *left; /* "begin-end" in ms of the session, "c" behind commits */
} Row;

typedef struct {
  const gchar *name;
  RtRecallRules rules;
  const Row *rows;
  guint n_rows;
} Table;

#define MS(n) ((guint64) (n) *G_GUINT64_CONSTANT (1000000))
#define SECONDS(n) ((guint64) (n) *G_GUINT64_CONSTANT (1000000000))

typedef struct {
  RtRecall *recall;
  guint64 said; /* ms */
  gint64 now;   /* us */
  gboolean fast;
  gboolean deaf; /* nothing comes of the server */
} Driver;

#define TABLE(name, rows, ...)                       \
  {                                                  \
    name, { __VA_ARGS__ }, rows, G_N_ELEMENTS (rows) \
  }

void recall_say (Driver *driver, guint ms);
/* `item_id` may be "-": none; of a response it is its name or how it ended. */
void recall_tell (
    Driver *driver, RtEventType type, const gchar *item_id, guint ms);
/* What would be said again, in print; takes it all. */
gchar *recall_take_all (Driver *driver);
void recall_add_tables (const Table *tables, guint n);
